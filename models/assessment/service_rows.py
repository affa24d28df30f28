"""The rows of the after-sales indicators (K1.3): ratings, surveys, follow-ups, and clocks of resolution."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, Select, case, exists, func, literal, null, or_, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.functions import FunctionElement

from models.after_sales import FollowUpVisit, Ticket
from models.communication import SurveyResponse
from models.indicators import ONE, Span, indicator
from models.organisation import Department
from models.regulation import SlaClock, figure
from rules.after_sales import FollowUpStatus
from rules.assessment import LeftOut
from rules.organisation import DepartmentKind
from rules.regulation import ClockStatus, Target
from rules.regulation.figures import SATISFACTION_WEIGHT

STEP = 25 * ONE
"""A score of 1 to 5 counts (s - 1) / 4 x 100: each step a quarter of it."""
SOURCES = ("ticket", "survey", "follow_up")


def _weights(session: Session, span: Span) -> Mapping[str, Decimal]:
    return {one: figure(session, SATISFACTION_WEIGHT, span.to_on, one) for one in SOURCES}


@indicator("customer_satisfaction", "mean", weights=_weights)
def satisfaction(_session: Session, span: Span) -> Select[Any]:
    """客户满意度: ratings and follow-ups of whoever solved it; surveys of the department alone."""
    return select(union_all(_ratings(span), _heard(span), _surveys(span)).subquery())


def _ratings(span: Span) -> Select[Any]:
    return select(
        literal("ticket").label("entity"),
        Ticket.id.label("entity_id"),
        Ticket.agent_id.label("employee_id"),
        Ticket.department_id.label("department_id"),
        Ticket.rated_at.label("at"),
        ((Ticket.rating - 1) * STEP).label("top"),
        literal(1).label("bottom"),
        case((Ticket.voided_at.is_not(None), LeftOut.VOIDED.value), else_="").label("left_out"),
        literal("ticket").label("part"),
    ).where(Ticket.rated_at >= span.start, Ticket.rated_at < span.end, Ticket.rating.is_not(None))


def _heard(span: Span) -> Select[Any]:
    """The mean of the four scores."""
    total = FollowUpVisit.speed + FollowUpVisit.skill + FollowUpVisit.manner + FollowUpVisit.result
    return select(
        literal("follow_up_visit").label("entity"),
        FollowUpVisit.id.label("entity_id"),
        FollowUpVisit.solver_id.label("employee_id"),
        FollowUpVisit.department_id.label("department_id"),
        FollowUpVisit.done_at.label("at"),
        ((total - 4) * STEP // 4).label("top"),
        literal(1).label("bottom"),
        case((FollowUpVisit.voided_at.is_not(None), LeftOut.VOIDED.value), else_="").label("left_out"),
        literal("follow_up").label("part"),
    ).where(
        FollowUpVisit.done_at >= span.start,
        FollowUpVisit.done_at < span.end,
        FollowUpVisit.status == FollowUpStatus.DONE,
        total.is_not(None),
    )


class MeanTop(FunctionElement[int]):
    """What the mean of an answer's scores counts, rounded half up; 0 without scores. Reckoned by the database."""

    type = Integer()
    inherit_cache = True


MEAN_TOP = """(SELECT CASE WHEN count(*) = 0 THEN 0
ELSE (2 * (CAST(sum({score}) AS BIGINT) - count(*)) * {step} + count(*)) / (2 * count(*)) END FROM {scores})"""
"""Whole numbers throughout: each score is at least 1."""


@compiles(MeanTop, "sqlite")
def _mean_top_sqlite(element: MeanTop, compiler: Any, **said: Any) -> str:
    scores = f"json_each({compiler.process(element.clauses, **said)})"
    return MEAN_TOP.format(score="CAST(value AS INTEGER)", step=STEP, scores=scores)


@compiles(MeanTop, "postgresql")
def _mean_top_postgresql(element: MeanTop, compiler: Any, **said: Any) -> str:
    scores = f"jsonb_each_text({compiler.process(element.clauses, **said)})"
    return MEAN_TOP.format(score="CAST(value AS BIGINT)", step=STEP, scores=scores)


def _surveys(span: Span) -> Select[Any]:
    """The mean of an answer's scores, for the after-sales department."""
    department = (
        select(func.min(Department.id))
        .where(Department.kind == DepartmentKind.AFTER_SALES, Department.voided_at.is_(None))
        .scalar_subquery()
    )
    return select(
        literal("survey_response").label("entity"),
        SurveyResponse.id.label("entity_id"),
        null().label("employee_id"),
        department.label("department_id"),
        SurveyResponse.submitted_at.label("at"),
        MeanTop(SurveyResponse.scores).label("top"),
        literal(1).label("bottom"),
        case((SurveyResponse.voided_at.is_not(None), LeftOut.VOIDED.value), else_="").label("left_out"),
        literal("survey").label("part"),
    ).where(SurveyResponse.submitted_at >= span.start, SurveyResponse.submitted_at < span.end)


@indicator("timely_resolution_rate", "rate")
def resolutions(_session: Session, span: Span) -> Select[Any]:
    """问题解决及时率: a chain of reopenings counts once, at its last clock; what is paused waits."""
    later = aliased(SlaClock)
    left_out = case(
        (SlaClock.status == ClockStatus.CANCELLED, LeftOut.CANCELLED.value),
        (SlaClock.status == ClockStatus.PAUSED, LeftOut.NOT_JUDGED.value),
        else_="",
    )
    return (
        select(
            literal("ticket").label("entity"),
            Ticket.id.label("entity_id"),
            Ticket.agent_id.label("employee_id"),
            Ticket.department_id.label("department_id"),
            SlaClock.due_at.label("at"),
            case((SlaClock.status == ClockStatus.MET, ONE), else_=0).label("top"),
            literal(1).label("bottom"),
            left_out.label("left_out"),
            literal("").label("part"),
        )
        .join(Ticket, (SlaClock.entity == "ticket") & (SlaClock.entity_id == Ticket.id))
        .where(
            SlaClock.target == Target.RESOLUTION,
            SlaClock.due_at >= span.start,
            SlaClock.due_at < span.end,
            ~exists().where(later.continues_id == SlaClock.id),
            or_(SlaClock.status != ClockStatus.RUNNING, SlaClock.due_at < span.cut_off_at),
        )
    )


TICKETS = (Ticket.__tablename__, FollowUpVisit.ticket_id, FollowUpVisit.id)


@indicator("favourable_follow_up_rate", "rate", beside=(TICKETS,))
def favourable_visits(_session: Session, span: Span) -> Select[Any]:
    """回访好评率: favourable of done, as the visit keeps it."""
    return (
        select(
            literal("follow_up_visit").label("entity"),
            FollowUpVisit.id.label("entity_id"),
            Ticket.agent_id.label("employee_id"),
            FollowUpVisit.department_id.label("department_id"),
            FollowUpVisit.done_at.label("at"),
            case((FollowUpVisit.favourable.is_(True), ONE), else_=0).label("top"),
            literal(1).label("bottom"),
            case((FollowUpVisit.voided_at.is_not(None), LeftOut.VOIDED.value), else_="").label("left_out"),
            literal("").label("part"),
        )
        .join(Ticket, Ticket.id == FollowUpVisit.ticket_id)
        .where(
            FollowUpVisit.done_at >= span.start,
            FollowUpVisit.done_at < span.end,
            FollowUpVisit.status == FollowUpStatus.DONE,
        )
    )
