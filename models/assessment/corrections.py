"""What a closed period would come to today, less what it was closed with: rows of the next open cycle (K2.1).

A later step of a lifecycle, such as an attribution or a reopening, changes no figure of a closed period. Its effect
counts in the next cycle that is computed, once, as a row that names the cycle which it corrects.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from models.assessment.cycles import AssessmentCycle
from models.assessment.measuring import kept_row, rows_in
from models.assessment.sheets import KpiEvidence
from models.indicators import Indicator
from rules.assessment import CycleStatus, RowSide

LOOKED_BACK = 3
"""Closed cycles that a cycle puts right; what shows up later than that is settled by hand."""
PLACE = ("entity", "entity_id", "employee_id", "department_id", "part")


def closed_before(session: Session, cycle: AssessmentCycle) -> Sequence[AssessmentCycle]:
    """The latest closed cycles of the kind that were computed here."""
    return session.scalars(
        select(AssessmentCycle)
        .where(
            AssessmentCycle.kind == cycle.kind,
            AssessmentCycle.status == CycleStatus.LOCKED,
            AssessmentCycle.is_imported.is_(False),
            AssessmentCycle.voided_at.is_(None),
            AssessmentCycle.to_on < cycle.from_on,
        )
        .order_by(AssessmentCycle.from_on.desc())
        .limit(LOOKED_BACK)
    ).all()


def corrections_of(session: Session, cycle: AssessmentCycle, kpi_id: int, one: Indicator) -> Iterator[dict[str, Any]]:
    """The rows by which a cycle puts earlier ones right, in one order on every engine."""
    for closed in sorted(closed_before(session, cycle), key=lambda one: one.id):
        for row in session.execute(_differences(session, cycle, closed, kpi_id, one)).mappings():
            yield kept_row(cycle.id, kpi_id, {**row, "at": cycle.cut_off_at, "left_out": ""}, closed.id)


def _differences(
    session: Session, cycle: AssessmentCycle, closed: AssessmentCycle, kpi_id: int, one: Indicator
) -> Select[Any]:
    """As the cut-off of this cycle knows the closed one, less its rows and what was put right already."""
    today = rows_in(session, one, replace(closed.span, cut_off_at=cycle.cut_off_at), closed.id)
    is_told = or_(
        (KpiEvidence.cycle_id == closed.id)
        & KpiEvidence.corrects_id.is_(None)
        & (KpiEvidence.side != RowSide.EXCLUDED),
        (KpiEvidence.corrects_id == closed.id) & (KpiEvidence.cycle_id != cycle.id),
    )
    both = union_all(
        select(*(today.c[name] for name in PLACE), today.c.top, today.c.bottom).where(today.c.left_out == ""),
        select(
            *(getattr(KpiEvidence, name) for name in PLACE),
            literal(-1) * KpiEvidence.top,
            literal(-1) * KpiEvidence.bottom,
        ).where(is_told, KpiEvidence.kpi_id == kpi_id),
    ).subquery()
    place = [both.c[name] for name in PLACE]
    top, bottom = func.sum(both.c.top), func.sum(both.c.bottom)
    return (
        select(*place, top.label("top"), bottom.label("bottom"))
        .group_by(*place)
        .having(or_(top != 0, bottom != 0))
        .order_by(*place)
    )


def kept_corrections(session: Session, cycle: AssessmentCycle, kpi_id: int) -> list[dict[str, Any]]:
    """Those that a cycle was computed with, in the same order: they stay what they were."""
    names = ("kpi_id", *PLACE, "at", "top", "bottom", "side", "row_hash")
    rows = session.execute(
        select(*(getattr(KpiEvidence, name) for name in names))
        .where(KpiEvidence.cycle_id == cycle.id, KpiEvidence.kpi_id == kpi_id, KpiEvidence.corrects_id.is_not(None))
        .order_by(KpiEvidence.corrects_id, *(getattr(KpiEvidence, name) for name in PLACE))
    )
    return [dict(row) for row in rows.mappings()]
