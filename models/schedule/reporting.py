"""A day's report written in one go: found or made, filled in, handed in; and what is still owed (S2.1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from models.base import Act
from models.organisation import Department, Employee
from models.schedule.orders import SalesOrder
from models.schedule.plans import ProductionPlan
from models.schedule.reach import stages_of
from models.schedule.reports import DailyReport, DailyReportPerson
from models.schedule.stages import PlanStage
from rules.base import NotYours, Person, RuleBroken, Words
from rules.organisation import EmployeeStatus
from rules.schedule import ReportStatus, Shift, StageStatus, plans

OWED = (ReportStatus.MISSING, ReportStatus.RETURNED)
AT_WORK = (StageStatus.IN_PROGRESS, StageStatus.READY)
REPORT_AGAIN = (ReportStatus.DRAFT, *OWED)
OLDEST = timedelta(days=31)
"""How far back a report can be made up for."""


@dataclass(frozen=True)
class Told:
    """A day at a stage as the team leader tells it."""

    stage: PlanStage
    on: date
    shift: Shift
    good: int
    bad: int
    percent: Decimal
    hours: Decimal
    people: Sequence[Employee]
    problem: str = ""
    help_from: Department | None = None
    expected_finish_on: date | None = None


def report(session: Session, act: Act, told: Told, attach: Callable[[DailyReport], None]) -> DailyReport:
    """Hands in the report of this stage, day and shift; what was noted as missing or returned is filled in."""
    refuse_stranger(told.stage, act.by)
    found = report_of(session, told.stage, told.on, told.shift)
    if found is not None and found.status not in REPORT_AGAIN:
        raise RuleBroken(
            Words(
                "There is a report of this stage, day and shift already: {no}.",
                "该阶段当日该班次已有日报：{no}。",
                no=found.no,
            ),
            field="shift",
            clause="S2.1",
        )
    with session.no_autoflush:
        made = found or DailyReport(stage=told.stage, on=told.on, shift=told.shift, reporter_id=act.by.employee_id)
        session.add(made)
        made.prepare(act.at)
        _fill(made, told)
    session.flush()
    attach(made)
    made.perform("submit", act=act)
    return made


def _fill(made: DailyReport, told: Told) -> None:
    made.qty_good, made.qty_bad, made.qty_done = told.good, told.bad, told.good + told.bad
    made.percent, made.hours, made.problem = told.percent, told.hours, told.problem
    made.help_from, made.expected_finish_on = told.help_from, told.expected_finish_on
    kept = {line.employee.id: line for line in made.people}
    share = round(told.hours / len(told.people), 2) if told.people else Decimal(0)
    made.people = [kept.get(one.id) or DailyReportPerson(employee=one) for one in told.people]
    for line in made.people:
        line.hours = share


def reports_of_it(stage: PlanStage, person: Person) -> bool:
    """Whether this person files the stage's reports: the leader of its owner's team, or a leader who owns it."""
    team = stage.owner.team_id if stage.owner is not None else None
    return DailyReport.access.may_create(person) and (team in person.teams or stage.owner_id == person.employee_id)


def refuse_stranger(stage: PlanStage, person: Person) -> None:
    """Raises NotYours for a stage that is neither this team leader's nor his team's."""
    if reports_of_it(stage, person):
        return
    raise NotYours(Words("Reported by the team leader of the stage.", "由该阶段所在班组长填报。"), clause="S2.1")


# -- read ------------------------------------------------------------------------------------------------------------


def report_of(session: Session, stage: PlanStage, on: date, shift: Shift) -> DailyReport | None:
    """The report of a stage, day and shift."""
    return session.scalar(
        select(DailyReport).where(DailyReport.stage_id == stage.id, DailyReport.on == on, DailyReport.shift == shift)
    )


def my_stages(session: Session, person: Person) -> list[tuple[PlanStage, list[DailyReport]]]:
    """Stages at work or ready that this person reports, each with its reports of late; two statements."""
    stages = session.scalars(
        select(PlanStage)
        .join(ProductionPlan, ProductionPlan.id == PlanStage.plan_id)
        .where(PlanStage.status.in_(AT_WORK), ProductionPlan.status.in_(plans.WORKED_BY), stages_of(person))
        .options(
            joinedload(PlanStage.owner),
            joinedload(PlanStage.post),
            joinedload(PlanStage.plan).joinedload(ProductionPlan.order).joinedload(SalesOrder.customer),
        )
        .order_by(PlanStage.status != StageStatus.IN_PROGRESS, PlanStage.planned_end_on, PlanStage.id)
        .limit(60)
    ).all()
    latest = session.scalars(
        select(DailyReport)
        .where(DailyReport.stage_id.in_([one.id for one in stages]))
        .order_by(DailyReport.on.desc(), DailyReport.id.desc())
        .limit(400)
    ).all()
    return [(one, [told for told in latest if told.stage_id == one.id]) for one in stages]


def owed(session: Session, where: Sequence[ColumnElement[bool]], most: int) -> tuple[list[DailyReport], int]:
    """Reports that were noted as missing or given back, the latest first, and how many there are."""
    conditions = [DailyReport.status.in_(OWED), DailyReport.voided_at.is_(None), *where]
    count = session.scalar(select(func.count()).select_from(DailyReport).where(*conditions)) or 0
    rows = session.scalars(
        select(DailyReport)
        .where(*conditions)
        .options(
            joinedload(DailyReport.reporter),
            joinedload(DailyReport.department),
            joinedload(DailyReport.stage).joinedload(PlanStage.plan).joinedload(ProductionPlan.order),
        )
        .order_by(DailyReport.on.desc(), DailyReport.id.desc())
        .limit(most)
    ).all()
    return list(rows), count


def crew_of(session: Session, person: Person, stage: PlanStage) -> list[Employee]:
    """Who may have worked: the teams that this person leads, and the stage's owner."""
    people = session.scalars(
        select(Employee)
        .where(
            Employee.team_id.in_(sorted(person.teams)),
            Employee.status.in_((EmployeeStatus.ACTIVE, EmployeeStatus.PROBATION)),
            Employee.voided_at.is_(None),
        )
        .order_by(Employee.no)
    ).all()
    found = list(people)
    return found if stage.owner is None or stage.owner in found else [stage.owner, *found]


__all__ = [
    "AT_WORK",
    "OLDEST",
    "REPORT_AGAIN",
    "Told",
    "crew_of",
    "my_stages",
    "owed",
    "refuse_stranger",
    "report",
    "report_of",
    "reports_of_it",
]
