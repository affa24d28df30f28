"""The rows of a cycle as they stood when it was computed, beside records that have gone on since (K2.1).

A later step of a lifecycle moves on what a computed cycle has counted: a ticket is reopened, or passed to another
agent. The chain knows of it. What it tells of since then stands as it was written down; everything else is read from
its record, so that what was changed behind the program's back is found.
"""

from typing import Any

from sqlalchemy import ColumnElement, String, Subquery, cast, exists, func, or_, select, union_all
from sqlalchemy.orm import Session

from models.assessment.cycles import AssessmentCycle
from models.assessment.measuring import instant_of, rows_in
from models.assessment.sheets import KpiEvidence
from models.event import Event
from models.indicators import COLUMNS, Indicator


def rows_as_computed(session: Session, one: Indicator, cycle: AssessmentCycle, kpi_id: int) -> Subquery:
    """The columns of ``rows_in``, with instants for days."""
    since = _started(session, cycle)
    today = rows_in(session, one, cycle.span, cycle.id)
    kept = select(
        KpiEvidence.entity,
        KpiEvidence.entity_id,
        KpiEvidence.employee_id,
        KpiEvidence.department_id,
        KpiEvidence.at,
        KpiEvidence.top,
        KpiEvidence.bottom,
        func.coalesce(cast(KpiEvidence.reason, String), "").label("left_out"),
        KpiEvidence.part,
    ).where(
        KpiEvidence.cycle_id == cycle.id,
        KpiEvidence.kpi_id == kpi_id,
        KpiEvidence.corrects_id.is_(None),
        _went_on(one, since, KpiEvidence.entity, KpiEvidence.entity_id),
    )
    columns = [instant_of(today.c.at, cycle.span) if name == "at" else today.c[name] for name in COLUMNS]
    stands = select(*(column.label(name) for name, column in zip(COLUMNS, columns, strict=True))).where(
        ~_went_on(one, since, today.c.entity, today.c.entity_id)
    )
    return union_all(stands, kept).subquery()


def _started(session: Session, cycle: AssessmentCycle) -> int:
    """The event by which the computation began."""
    query = select(func.max(Event.seq)).where(
        Event.entity == cycle.__tablename__, Event.entity_id == cycle.id, Event.action == "start"
    )
    return session.scalar(query) or 0


def _went_on(one: Indicator, since: int, entity: ColumnElement[str] | Any, key: ColumnElement[int] | Any) -> Any:
    """Whether the chain tells of the record, or of one beside it, since then."""
    own = exists().where(Event.entity == entity, Event.entity_id == key, Event.seq > since)
    others = (
        exists().where(Event.entity == name, Event.entity_id == its_key, row_key == key, Event.seq > since)
        for name, its_key, row_key in one.beside
    )
    return or_(own, *others)
