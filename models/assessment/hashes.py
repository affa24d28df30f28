"""Hashes over the rows behind a number, over a sheet, over a cycle: the same facts give the same hash (K2.1)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.assessment.cycles import AssessmentCycle
from models.assessment.definitions import KpiDefinition
from models.assessment.measuring import AT_ONCE, digest, evidence_of, known
from models.assessment.sheets import AssessmentLine, AssessmentSheet, KpiEvidence


class Hashes:
    """The hashes over the rows behind each number, by person and by department."""

    def __init__(self) -> None:
        self.employees: dict[tuple[int, int], Any] = {}
        self.departments: dict[tuple[int, int], Any] = {}

    def add(self, row: Mapping[str, Any]) -> None:
        for places, who in ((self.employees, row["employee_id"]), (self.departments, row["department_id"])):
            if who is not None:
                places.setdefault((row["kpi_id"], who), sha256()).update(row["row_hash"].encode())

    def of_employee(self, kpi_id: int, employee_id: int) -> str:
        found = self.employees.get((kpi_id, employee_id))
        return found.hexdigest() if found is not None else ""

    def of_departments(self, kpi_id: int, below: frozenset[int]) -> str:
        found = [(one, self.departments.get((kpi_id, one))) for one in sorted(below)]
        parts = [(one, kept.hexdigest()) for one, kept in found if kept is not None]
        return digest(parts) if parts else ""

    @classmethod
    def stored(
        cls, session: Session, cycle: AssessmentCycle, kpis: Sequence[KpiDefinition], commit: Callable[[], None]
    ) -> "Hashes":
        """Writes the rows of every indicator down, in place of an earlier run's."""
        found = cls()
        session.execute(delete(KpiEvidence).where(KpiEvidence.cycle_id == cycle.id))
        for kpi in kpis:
            for part in _in_parts(_rows(session, cycle, kpi)):
                for row in part:
                    found.add(row)
                session.execute(insert(KpiEvidence), part)
            commit()
        return found

    @classmethod
    def computed(cls, session: Session, cycle: AssessmentCycle, kpis: Sequence[KpiDefinition]) -> "Hashes":
        """The same from the records as they are now, writing nothing."""
        found = cls()
        for kpi in kpis:
            for row in _rows(session, cycle, kpi):
                found.add(row)
        return found

    @classmethod
    def kept(cls, session: Session, cycle: AssessmentCycle) -> "Hashes":
        """The same from the rows as they were written down."""
        found = cls()
        rows = session.execute(
            select(KpiEvidence.kpi_id, KpiEvidence.employee_id, KpiEvidence.department_id, KpiEvidence.row_hash)
            .where(KpiEvidence.cycle_id == cycle.id)
            .order_by(KpiEvidence.kpi_id, KpiEvidence.entity, KpiEvidence.entity_id, KpiEvidence.employee_id)
            .execution_options(yield_per=AT_ONCE)
        )
        for row in rows.mappings():
            found.add(row)  # type: ignore[arg-type]
        return found


def _rows(session: Session, cycle: AssessmentCycle, kpi: KpiDefinition) -> Iterator[dict[str, Any]]:
    one = known(kpi.function)
    return evidence_of(session, cycle, kpi.id, one) if one is not None else iter(())


def _in_parts(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    part: list[dict[str, Any]] = []
    for row in rows:
        part.append(row)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def sheet_hash(sheet: AssessmentSheet) -> str:
    """The hash of everything that a sheet says."""
    return digest(
        {
            "employee": sheet.employee_id,
            "department": sheet.subject_department_id,
            "lines": [
                line_facts(one) for one in sorted(sheet.lines, key=lambda one: (one.kpi_id or 0, str(one.group)))
            ],
            "total": _text(sheet.total),
            "grade": sheet.grade,
        }
    )


def line_facts(line: AssessmentLine) -> dict[str, Any]:
    """What a line says, as it goes into the hash."""
    numbers = ("numerator", "denominator", "value", "weight", "effective_weight", "score", "manual_delta")
    aims = ("target", "floor", "points_each")
    return {
        "kpi": line.kpi_id,
        "group": str(line.group),
        **{name: _text(getattr(line, name)) for name in (*numbers, *aims)},
        "method": str(line.method or ""),
        "bands": line.bands,
        "flag": str(line.flag),
        "evidence": line.evidence_hash,
    }


def _text(value: Decimal | None) -> str | None:
    """As the database keeps it, so that a value from memory and one from the database are the same."""
    return None if value is None else format(value.quantize(Decimal("0.0001"), "ROUND_HALF_UP").normalize(), "f")


def cycle_hash(session: Session, cycle: AssessmentCycle) -> str:
    """The hash over the sheets of a cycle, in the order of their numbers."""
    rows = session.execute(
        select(AssessmentSheet.no, AssessmentSheet.content_hash)
        .where(AssessmentSheet.cycle_id == cycle.id)
        .order_by(AssessmentSheet.no)
    )
    return digest([tuple(row) for row in rows])
