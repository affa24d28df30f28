"""The same again: a kept sheet computed anew from the records as they are now (K2.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.assessment.computing import measure
from models.assessment.cycles import AssessmentCycle
from models.assessment.definitions import KpiDefinition
from models.assessment.hashes import Hashes, sheet_hash
from models.assessment.measuring import Sums, known, sums_over
from models.assessment.sheets import AssessmentLine, AssessmentSheet, Bounds, grade_bounds, weighed
from models.assessment.standing import rows_as_computed
from models.organisation import below, parts_of


@dataclass(frozen=True)
class Replayed:
    """A sheet, computed again from the records as they are now."""

    sheet: AssessmentSheet
    content_hash: str

    @property
    def is_same(self) -> bool:
        return self.content_hash == self.sheet.content_hash


def replay(session: Session, cycle: AssessmentCycle) -> list[Replayed]:
    """Every sheet computed again, by the weights and adjustments that it keeps; nothing is changed."""
    used = set(
        session.scalars(
            select(AssessmentLine.kpi_id)
            .join(AssessmentSheet, AssessmentSheet.id == AssessmentLine.sheet_id)
            .where(AssessmentSheet.cycle_id == cycle.id, AssessmentLine.kpi_id.is_not(None))
            .distinct()
        )
    )
    kpis = [session.get_one(KpiDefinition, key) for key in sorted(one for one in used if one is not None)]
    hashes = Hashes.computed(session, cycle, kpis)
    sums = _as_computed(session, cycle, kpis, hashes)
    sheets = session.scalars(
        select(AssessmentSheet)
        .where(AssessmentSheet.cycle_id == cycle.id)
        .order_by(AssessmentSheet.id)
        .options(selectinload(AssessmentSheet.lines))
    ).all()
    bounds, parts = grade_bounds(session, cycle.to_on), parts_of(session)
    with session.no_autoflush:
        return [_replayed(one, sums, hashes, bounds, below(parts, one.department_id)) for one in sheets]


def _as_computed(
    session: Session, cycle: AssessmentCycle, kpis: Sequence[KpiDefinition], hashes: Hashes
) -> dict[int, Sums]:
    """The sums of every indicator from the rows as they stood, with the corrections that were kept."""
    found = {}
    for kpi in kpis:
        if (one := known(kpi.function)) is not None:
            rows = rows_as_computed(session, one, cycle, kpi.id)
            sums = sums_over(session, one, cycle.span, rows)
            found[kpi.id] = sums.with_rows(hashes.corrections.get(kpi.id, ()))
    return found


def _replayed(
    sheet: AssessmentSheet, sums: Mapping[int, Sums], hashes: Hashes, bounds: Bounds, places: frozenset[int]
) -> Replayed:
    twin = AssessmentSheet(
        employee_id=sheet.employee_id, subject_department_id=sheet.subject_department_id, grade=sheet.grade
    )
    twin.lines = [_twin(one) for one in sheet.lines]
    for line in twin.lines:
        measure(line, twin, sums, hashes, places)
    twin.total, twin.grade = weighed(twin.lines, bounds)
    return Replayed(sheet, sheet_hash(twin))


LINE_KEPT = (
    "kpi_id", "group", "target", "floor", "method", "bands", "points_each", "min_sample", "weight", "manual_delta",
)  # fmt: skip


def _twin(line: AssessmentLine) -> AssessmentLine:
    return AssessmentLine(**{name: getattr(line, name) for name in LINE_KEPT})
