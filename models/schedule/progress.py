"""What follows from a daily report, and from none: progress, problems, forecasts, missing reports (S2.1, S3.1)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from models.actions import open_action
from models.base import COMPANY_ZONE, Act, after, on_date
from models.journal import seal
from models.organisation import Department, Employee, holders, leader_of
from models.regulation import company_calendar
from models.reminding import falls_due
from models.schedule.delays import DelayRecord
from models.schedule.forecasting import assess, open_delay, open_forecast, worked_on
from models.schedule.plans import ProductionPlan
from models.schedule.reports import DailyReport, cut_off
from models.schedule.stages import PlanStage
from rules.actions import ActionKind, Severity
from rules.base import Unset
from rules.organisation import HEADS
from rules.schedule import DelayStatus, DetectedBy, ReportStatus, Shift, StageStatus, delays, plans
from rules.schedule.stages import WHOLE

CAUGHT_UP_DAYS = 14
"""So many days back are looked at, after an outage."""
UNFINISHED = (StageStatus.PENDING, StageStatus.READY, StageStatus.IN_PROGRESS, StageStatus.HELD)


# -- a report is handed in -------------------------------------------------------------------------------------------


@after(DailyReport, "submit")
def follow_report(report: DailyReport, act: Act) -> None:
    """The stage is as far as its latest report says; a problem becomes an action; a delay is forecast or averted."""
    stage = report.stage
    if not report.is_latest:
        return
    stage.progress = report.percent
    if report.problem.strip() and report.action_id is None:
        answer_problem(report, act)
    if report.percent >= WHOLE:
        stage.perform("finish", act=act, actual_end_on=report.on)
        return
    seal(report.session, stage, "progress", act)
    assess(stage, act, expected=report.expected_finish_on)


def answer_problem(report: DailyReport, act: Act) -> None:
    """Whoever is asked for help answers the same day; without a name the production manager of the area (S2.1)."""
    session = report.session
    department = report.help_from or report.department
    who = _answerer(session, department, report)
    if who is None:
        return
    responsible = session.get_one(Employee, who)
    report.action = open_action(
        session,
        act,
        kind=ActionKind.CORRECTIVE,
        department_id=responsible.department_id,
        severity=Severity.MINOR,
        description=f"{report.stage.plan.order.no} {report.stage.name} {report.on}：{report.problem.strip()}",
        responsible_id=who,
        raiser_id=report.reporter_id,
        verifier_id=report.reporter_id if report.reporter_id != who else None,
        source=("daily_report", report.id),
        clause="S2.1",
        due=same_day(session, act.at),
    )


def _answerer(session: Session, department: Department, report: DailyReport) -> int | None:
    """The head of the department; over a report of his own the manager above, else who made the plan."""
    heads = holders(session, HEADS[department.kind], department.id)
    others = [report.stage.plan.planner_id, report.stage.plan.project_lead_id]
    return next((one for one in [*heads, *others] if one is not None and one != report.reporter_id), None)


def same_day(session: Session, at: datetime) -> datetime:
    """The end of work that day; what is said after it, or on a day off, is answered before midnight."""
    calendar, on = company_calendar(session), on_date(at)
    if calendar.days_between(on - timedelta(days=1), on):
        closing = calendar.add_days(on - timedelta(days=1), 1)
        if closing > at:
            return closing.astimezone(UTC)
    return datetime.combine(on + timedelta(days=1), time(), COMPANY_ZONE).astimezone(UTC)


@after(PlanStage, "finish")
def settle_delay(stage: PlanStage, act: Act) -> None:
    """In time: what was forecast is averted. Late: the delay has its length; history tells its delays itself."""
    if act.recorded_at is not None:
        return
    if open_delay(stage.session, stage) is None and not _ended_late(stage):
        return
    if open_delay(stage.session, stage) is None:
        open_unreported(stage, act)
    assess(stage, act)


def _ended_late(stage: PlanStage) -> bool:
    return (
        stage.planned_end_on is not None
        and stage.actual_end_on is not None
        and delays.fell_overdue(stage.planned_end_on, stage.actual_end_on)
    )


# -- what falls due --------------------------------------------------------------------------------------------------


@falls_due
def note_missing_reports(session: Session, at: datetime) -> int:
    """At the cut-off of a working day each stage at work without a report gets one that says so (S2.1)."""
    return sum(_note_missing(session, day, at) for day in _days_to_note(session, at))


def _days_to_note(session: Session, at: datetime) -> Iterator[date]:
    """The working days whose cut-off has passed, the oldest first."""
    calendar, today = company_calendar(session), on_date(at)
    for back in range(CAUGHT_UP_DAYS, -1, -1):
        day = today - timedelta(days=back)
        if not calendar.days_between(day - timedelta(days=1), day):
            continue
        try:
            if cut_off(session, day, at) <= at:
                yield day
        except Unset:
            return


def _note_missing(session: Session, day: date, at: datetime) -> int:
    act = _act(session)
    count = 0
    for stage in [one for one in unreported_stages(session, day) if day >= on_date(one.created_at)]:
        report = session.scalar(
            select(DailyReport).where(
                DailyReport.stage_id == stage.id, DailyReport.on == day, DailyReport.shift == Shift.DAY
            )
        )
        if report is None:
            leader = leader_of(session, stage.owner_id) if stage.owner_id is not None else None
            report = DailyReport(stage=stage, on=day, shift=Shift.DAY, reporter_id=leader or stage.owner_id)
            report.percent = stage.progress
            report.prepare(at)
            session.add(report)
        report.perform("miss", act=act)
        assess(stage, act)
        count += 1
    return count


def unreported_stages(session: Session, day: date) -> list[PlanStage]:
    """Stages that were at work on that day and of which nothing was handed in, nor noted as missing."""
    told = select(DailyReport.id).where(
        DailyReport.stage_id == PlanStage.id, DailyReport.on == day, DailyReport.status != ReportStatus.DRAFT
    )
    rows = session.scalars(
        select(PlanStage)
        .join(ProductionPlan, ProductionPlan.id == PlanStage.plan_id)
        .where(
            or_(PlanStage.status == StageStatus.IN_PROGRESS, PlanStage.actual_end_on > day),  # an end: it is done
            PlanStage.actual_start_on <= day,
            ProductionPlan.status.in_(plans.WORKED_BY),
            ~exists(told),
        )
        .order_by(PlanStage.id)
    )
    return list(rows)


@falls_due
def see_delays(session: Session, at: datetime) -> int:
    """The day after its planned end, a stage that is not done has a delay that counts until it is reported (S3.1)."""
    on, act, count = on_date(at), _act(session), 0
    for stage in _overdue_stages(session, on):
        if stage.planned_end_on is None or stage.planned_end_on < on_date(stage.created_at):
            continue  # taken in when it was late already
        delay = open_delay(session, stage)
        if delay is None:
            open_unreported(stage, act)
            count += 1
        elif delay.status is DelayStatus.FORECAST and delays.fell_overdue(delay.planned_end_on, on):
            delay.perform("fall_overdue", act=act)
            count += 1
    return count


def _overdue_stages(session: Session, on: date) -> list[PlanStage]:
    """Stages past their planned end without a delay that was noticed: one statement, small by its index."""
    noticed = select(DelayRecord.id).where(
        DelayRecord.stage_id == PlanStage.id,
        DelayRecord.status.not_in((DelayStatus.FORECAST, DelayStatus.AVERTED)),
        DelayRecord.planned_end_on == PlanStage.planned_end_on,
    )
    rows = session.scalars(
        select(PlanStage)
        .join(ProductionPlan, ProductionPlan.id == PlanStage.plan_id)
        .where(
            PlanStage.status.in_(UNFINISHED),
            PlanStage.planned_end_on < on,
            ProductionPlan.status.in_(("released", "in_progress", "suspended")),
            ~exists(noticed),
        )
        .order_by(PlanStage.id)
    )
    return list(rows)


def open_unreported(stage: PlanStage, act: Act) -> DelayRecord:
    """Nobody saw it coming: it counts, and waits for its report."""
    delay = open_forecast(stage, act, DetectedBy.OVERDUE, None)
    delay.perform("fall_overdue", act=act)
    return delay


@falls_due
def forecast_unbegun(session: Session, at: datetime) -> int:
    """Stages that should be under way and are not reported of: looked at once their day's cut-off has passed."""
    on, act, count = on_date(at), _act(session), 0
    try:
        if at < cut_off(session, on, at):
            return 0
    except Unset:
        return 0
    for stage in worked_on(session, (StageStatus.PENDING, StageStatus.READY, StageStatus.HELD), on):
        before = open_delay(session, stage)
        if before is None and assess(stage, act) is not None:
            count += 1
    return count


def _act(session: Session) -> Act:
    act: Act = session.info["act"]
    return act.consequence("S2.1") if not act.by.is_system else act


__all__ = ["answer_problem", "same_day", "unreported_stages"]
