"""Delays seen before they happen: earned against planned, expected finish against plan (S3.1)."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Act, on_date
from models.journal import seal, told_by
from models.regulation import arm, company_calendar, figure
from models.schedule.delays import DelayRecord
from models.schedule.plans import ProductionPlan
from models.schedule.stages import PlanStage
from rules.base import Role, Unset
from rules.regulation import Target
from rules.regulation.figures import FORECAST_THRESHOLD
from rules.schedule import DelayStatus, DetectedBy, StageStatus, stages
from rules.schedule.stages import Progress, Standing
from rules.working_time import WorkCalendar

SEEN_BY = {"progress": DetectedBy.PROGRESS, "expected_finish": DetectedBy.EXPECTED_FINISH}
ENDED = (DelayStatus.AVERTED, DelayStatus.CLOSED)


def threshold_on(session: Session, on: date) -> Decimal | None:
    """By how many points a stage may fall behind; nothing = the company has not set it."""
    try:
        return figure(session, FORECAST_THRESHOLD, on)
    except Unset:
        return None


def length(calendar: WorkCalendar, first: date, last: date) -> int:
    """Working days from one date to another, both counted."""
    return calendar.days_between(first - timedelta(days=1), last) if last >= first else 0


def planned_percent(stage: PlanStage, on: date, calendar: WorkCalendar) -> Decimal:
    """How far the stage should be at the end of that day: working days elapsed of its baseline, per cent."""
    first = stage.baseline_start_on or stage.planned_start_on
    last = stage.baseline_end_on or stage.planned_end_on
    if first is None or last is None or on < first:
        return Decimal(0)
    return stages.planned_share(length(calendar, first, min(on, last)), length(calendar, first, last))


def progress_of(plan: ProductionPlan, on: date) -> tuple[Decimal, Decimal]:
    """Per cent of the order that is made, and that should be made by the end of that day."""
    calendar, live = company_calendar(plan.session), plan.live_stages()
    made = stages.earned([Progress(one.weight, one.progress, None, None) for one in live])
    due = stages.earned([Progress(one.weight, planned_percent(one, on, calendar), None, None) for one in live])
    return made, due


def expected_end(stage: PlanStage, on: date, calendar: WorkCalendar) -> date:
    """When the stage ends if the rest goes at the pace that was planned, from the end of that day."""
    first, last = stage.planned_start_on or on, stage.planned_end_on or on
    left = stages.days_left(stage.progress, length(calendar, first, last))
    start = max(on, first - timedelta(days=1))
    return on_date(calendar.add_days(start, left)) if left else on


def open_delay(session: Session, stage: PlanStage) -> DelayRecord | None:
    """The delay of the stage that goes on."""
    return session.scalar(select(DelayRecord).where(DelayRecord.stage_id == stage.id, DelayRecord.status.not_in(ENDED)))


def assess(stage: PlanStage, act: Act, *, expected: date | None = None) -> DelayRecord | None:
    """Opens, renews or averts the forecast of a stage, by how it stands at the end of the day; answers the open one."""
    session, on = stage.session, on_date(act.at)
    found = open_delay(session, stage)
    if stage.planned_end_on is None:
        return found
    calendar = company_calendar(session)
    standing = Standing(stage.progress, planned_percent(stage, on, calendar), stage.planned_end_on, expected)
    why = stages.forecasts(standing, threshold_on(session, on))
    if stage.status is StageStatus.DONE:
        return _settle(stage, found, act)
    if why is None:
        if found is not None and found.status is DelayStatus.FORECAST and on <= stage.planned_end_on:
            found.perform("avert", act=act)
            return None
        return found
    end_on = expected if why == "expected_finish" else expected_end(stage, on, calendar)
    if found is None:
        return open_forecast(stage, act, SEEN_BY[why], end_on)
    if found.status in {DelayStatus.FORECAST, DelayStatus.UNREPORTED}:
        found.expected_end_on = end_on
        found.measure()
    return found


def open_forecast(stage: PlanStage, act: Act, why: DetectedBy, end_on: date | None) -> DelayRecord:
    """A delay that is still ahead: the production manager reports it in time, with a proposal."""
    session, plan = stage.session, stage.plan
    delay = DelayRecord(
        order=plan.order,
        stage=stage,
        detected_by=why,
        detected_at=act.at,
        planned_end_on=stage.planned_end_on,
        expected_end_on=end_on,
    )
    delay.prepare()
    session.add(delay)
    session.flush()
    delay.measure()
    if act.recorded_at is None:
        arm_report(delay, act)
    told = (Role.PRODUCTION_MANAGER, Role.PRODUCTION_PLANNER, "project_lead_of_it", "stage_owner")
    seal(session, delay, "create", act, recipients=told_by(session, delay, told))
    return delay


def arm_report(delay: DelayRecord, act: Act) -> None:
    """The time limit for the report runs; where the company has set none, it is awaited without one."""
    try:
        arm(delay.session, delay, Target.DELAY_REPORT, {"priority": str(delay.order.priority)}, at=act.at)
    except Unset:
        delay.due_at = None


def _settle(stage: PlanStage, delay: DelayRecord | None, act: Act) -> DelayRecord | None:
    """The stage is done: in time, and the forecast is averted; else the delay has its length."""
    if delay is None or stage.actual_end_on is None:
        return delay
    delay.actual_end_on = stage.actual_end_on
    if delay.status is DelayStatus.FORECAST and stage.actual_end_on <= delay.planned_end_on:
        delay.perform("avert", act=act)
        return None
    delay.measure()
    return delay


def worked_on(session: Session, statuses: Collection[StageStatus], until: date) -> Iterable[PlanStage]:
    """Stages of plans under way that should have begun by that day."""
    return session.scalars(
        select(PlanStage)
        .join(ProductionPlan, ProductionPlan.id == PlanStage.plan_id)
        .where(
            PlanStage.status.in_(statuses),
            PlanStage.planned_start_on <= until,
            ProductionPlan.status.in_(("released", "in_progress", "suspended")),
        )
        .order_by(PlanStage.id)
    ).all()


__all__ = ["assess", "expected_end", "open_delay", "open_forecast", "planned_percent", "progress_of", "worked_on"]
