"""Hashes over the rows behind a number, over a sheet, over a cycle: the same facts give the same hash (K2.1)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from models.assessment.corrections import corrections_of, kept_corrections
from models.assessment.cycles import AssessmentCycle
from models.assessment.definitions import KpiDefinition
from models.assessment.measuring import AT_ONCE, digest, evidence_of, kept_over, known
from models.assessment.sheets import AssessmentLine, AssessmentSheet, KpiEvidence
from models.assessment.standing import rows_as_computed
from models.engine import take_long

ROW = KpiEvidence.__table__.c
HASHED = (ROW.kpi_id, ROW.employee_id, ROW.department_id, ROW.row_hash)
Hashed = tuple[int, int | None, int | None, str]


class Hashes:
    """The hashes over the rows behind each number, by person and by department."""

    def __init__(self) -> None:
        self.employees: dict[tuple[int, int], Any] = defaultdict(sha256)
        self.departments: dict[tuple[int, int], Any] = defaultdict(sha256)
        self.corrections: dict[int, list[dict[str, Any]]] = {}

    def add_all(self, rows: Iterable[Hashed]) -> None:
        for kpi_id, employee_id, department_id, row_hash in rows:
            text = row_hash.encode()
            if employee_id is not None:
                self.employees[kpi_id, employee_id].update(text)
            if department_id is not None:
                self.departments[kpi_id, department_id].update(text)

    def add_rows(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.add_all((row["kpi_id"], row["employee_id"], row["department_id"], row["row_hash"]) for row in rows)

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
        take_long(session)
        session.execute(delete(KpiEvidence).where(KpiEvidence.cycle_id == cycle.id))
        for kpi in kpis:
            found.add_all(_written(session, cycle, kpi))
            commit()
        found.put_right(session, cycle, kpis)
        return found

    @classmethod
    def computed(cls, session: Session, cycle: AssessmentCycle, kpis: Sequence[KpiDefinition]) -> "Hashes":
        """The same from the records as they are now, writing nothing; corrections are those that were kept."""
        found = cls()
        for kpi in kpis:
            found.corrections[kpi.id] = kept_corrections(session, cycle, kpi.id)
            if (one := known(kpi.function)) is not None:
                query = kept_over(cycle, kpi.id, rows_as_computed(session, one, cycle, kpi.id))
                rows = session.execute(query.execution_options(yield_per=AT_ONCE))
                found.add_all((row.kpi_id, row.employee_id, row.department_id, row.row_hash) for row in rows)
            found.add_rows(found.corrections[kpi.id])
        return found

    def put_right(self, session: Session, cycle: AssessmentCycle, kpis: Sequence[KpiDefinition]) -> None:
        """Writes down what earlier, closed cycles would come to today, less what they were closed with."""
        for kpi in kpis:
            one = known(kpi.function)
            rows = [*corrections_of(session, cycle, kpi.id, one)] if one is not None else []
            self.corrections[kpi.id] = rows
            self.add_rows(rows)
            if rows:
                session.execute(insert(KpiEvidence), rows)

    @classmethod
    def kept(cls, session: Session, cycle: AssessmentCycle) -> "Hashes":
        """The same from the rows as they were written down."""
        found = cls()
        rows = session.execute(
            select(*HASHED)
            .where(KpiEvidence.cycle_id == cycle.id)
            .order_by(
                KpiEvidence.kpi_id,
                func.coalesce(KpiEvidence.corrects_id, 0),
                KpiEvidence.entity,
                KpiEvidence.entity_id,
                KpiEvidence.employee_id,
                KpiEvidence.department_id,
                KpiEvidence.part,
            )
            .execution_options(yield_per=AT_ONCE)
        )
        found.add_all(rows.tuples())
        return found


def _written(session: Session, cycle: AssessmentCycle, kpi: KpiDefinition) -> Iterable[Hashed]:
    """Writes the rows of an indicator down within the database, and what they hash to in the order of writing."""
    one = known(kpi.function)
    if one is None:
        return ()
    take_long(session)
    before = session.scalar(select(func.max(ROW.id))) or 0
    query = evidence_of(session, cycle, kpi.id, one)
    session.execute(insert(KpiEvidence).from_select(query.selected_columns.keys(), query))
    is_its = (ROW.id > before) & (ROW.cycle_id + 0 == cycle.id)  # not by an index: they lie one behind the other
    return session.execute(select(*HASHED).where(is_its).order_by(ROW.id).execution_options(yield_per=AT_ONCE)).tuples()


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
