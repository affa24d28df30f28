"""Weights by department, and monthly sheets as closed history: scores as written, with no rows behind (K2.1)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from models.actions import post_to_file
from models.assessment import AssessmentCycle, AssessmentLine, AssessmentSheet, KpiTarget
from models.base import on_date
from models.intake.kit import Intake, Outcome, RowRefused, guard, parts, refuse, there
from models.intake.reasons import STORED_OTHERWISE
from models.organisation import Department, Employee
from rules.actions import EntryKind
from rules.assessment import WEIGHED, CycleKind, CycleStatus, Flag, Group, SheetStatus
from rules.ledger import Row, SheetResult


def store_weights(intake: Intake, sheet: SheetResult) -> None:
    """From the first of this month on; what counted until then ends the day before."""
    places = intake.found(Department.name, (row.values["department"] for row in sheet.accepted))
    for row in sheet.accepted:
        try:
            department = there(row, places.get(row.values["department"]), "department")
            for group in WEIGHED:
                intake.counts[_weight(intake, department, group, row.values[group.value])] += 1
        except RowRefused:
            continue


def _weight(intake: Intake, department: Department, group: Group, weight: Decimal) -> Outcome:
    from_on = on_date(intake.at).replace(day=1)
    before = intake.session.scalar(
        select(KpiTarget).where(
            KpiTarget.department_id == department.id,
            KpiTarget.group == group,
            KpiTarget.cycle_kind == CycleKind.MONTH,
            KpiTarget.to_on.is_(None),
            KpiTarget.voided_at.is_(None),
        )
    )
    if before is not None and before.weight == weight:
        return "unchanged"
    if before is not None and before.from_on >= from_on:
        before.weight = weight
        return "updated"
    if before is not None:
        before.to_on = from_on - timedelta(days=1)
    intake.session.add(KpiTarget(department_id=department.id, group=group, weight=weight, from_on=from_on))
    return "created" if before is None else "updated"


def store_sheets(intake: Intake, sheet: SheetResult) -> None:
    """A closed cycle for each month, a final sheet for each person."""
    for rows in parts(sheet.accepted):
        numbers = {one for row in rows for one in (row.values["employee"], row.values["assessor"])}
        people = intake.found(Employee.no, numbers)
        places = intake.found(Department.name, {row.values["department"] for row in rows})
        for row in rows:
            try:
                intake.counts[_sheet(intake, row, people, places)] += 1
            except RowRefused:
                continue
        intake.session.flush()


def _sheet(intake: Intake, row: Row, people: Mapping[str, Employee], places: Mapping[str, Department]) -> Outcome:
    values = row.values
    guard(row, AssessmentSheet, "total", "grade")
    employee = there(row, people.get(values["employee"]), "employee_no")
    assessor = there(row, people.get(values["assessor"]), "assessor")
    cycle = _cycle(intake, row)
    found = intake.session.scalar(
        select(AssessmentSheet).where(AssessmentSheet.cycle_id == cycle.id, AssessmentSheet.employee_id == employee.id)
    )
    if found is not None:
        if (found.total, found.grade) != (values["total"], values["grade"] or ""):
            raise refuse(row, STORED_OTHERWISE, "total")
        return "unchanged"
    made = AssessmentSheet(
        cycle=cycle,
        employee=employee,
        department=places.get(values["department"]) or employee.department,
        post_id=employee.post_id,
        assessor=assessor,
        total=values["total"],
        grade=values["grade"] or "",
        note=values["note"] or "",
        status=SheetStatus.FINAL,
    )
    made.lines = [_line(group, values[group.value]) for group in WEIGHED]
    intake.session.add(made)
    intake.session.flush()
    _note(intake, made, cycle)
    return "created"


def _line(group: Group, score: Decimal | None) -> AssessmentLine:
    flag = Flag.OK if score is not None else Flag.NO_DATA
    return AssessmentLine(group=group, weight=Decimal(0), score=score, flag=flag)


def _cycle(intake: Intake, row: Row) -> AssessmentCycle:
    """The month's; one that the product computes itself takes in no ledger."""
    first = date.fromisoformat(f"{row.values['month']}-01")
    found = intake.session.scalar(
        select(AssessmentCycle).where(
            AssessmentCycle.kind == CycleKind.MONTH,
            AssessmentCycle.from_on == first,
            AssessmentCycle.voided_at.is_(None),
        )
    )
    if found is not None:
        if not found.is_imported:
            raise refuse(row, STORED_OTHERWISE, "employee_no")
        return found
    cycle = AssessmentCycle(kind=CycleKind.MONTH, from_on=first, is_imported=True, status=CycleStatus.LOCKED)
    cycle.prepare()
    cycle.locked_at = cycle.published_at = cycle.cut_off_at
    intake.session.add(cycle)
    intake.session.flush()
    cycle.close_period(cycle.cut_off_at)
    return cycle


def _note(intake: Intake, sheet: AssessmentSheet, cycle: AssessmentCycle) -> None:
    """The result of a closed month stands in the file with its own date; nobody is told of it now (P2.4)."""
    at: datetime = cycle.cut_off_at
    if sheet.total is not None and sheet.employee_id is not None:
        post_to_file(
            intake.session,
            intake.act(at),
            employee_id=sheet.employee_id,
            kind=EntryKind.ASSESSMENT,
            title=f"{cycle.span_text} · {sheet.grade}",
            score=sheet.total,
            source=("assessment_sheet", sheet.id),
            clause="K2.1",
        )
