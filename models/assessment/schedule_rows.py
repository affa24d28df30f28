"""The rows of the schedule indicators (K1.2): orders due in the period, and delays whose planned end lies in it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from models.actions import AccountabilityCase, AccountabilityPerson
from models.base import on_date
from models.indicators import ONE, Span, indicator
from models.regulation import company_calendar
from models.schedule import DelayRecord, ProductionPlan, SalesOrder
from rules.actions import CaseDecision
from rules.assessment import LeftOut
from rules.schedule import DelayNature, DelayStatus, OrderStatus, PlanStatus

NOT_YET = (OrderStatus.DRAFT, OrderStatus.CLEARING)
CHARGED = (DelayNature.UNDETERMINED, DelayNature.SUBJECTIVE, DelayNature.SUPPLIER)
NO_DELAY = (DelayStatus.FORECAST, DelayStatus.AVERTED)


PLANS = (ProductionPlan.__tablename__, ProductionPlan.id, ProductionPlan.order_id)


@indicator("on_time_delivery_rate", "rate", beside=(PLANS,))
def due_orders(_session: Session, span: Span) -> Select[Any]:
    """按时交付率: once for who planned it and the plan's department, once more for who leads the project."""
    plan = (
        select(
            ProductionPlan.order_id,
            func.max(ProductionPlan.planner_id).label("planner_id"),
            func.max(ProductionPlan.department_id).label("department_id"),
        )
        .where(ProductionPlan.status != PlanStatus.CANCELLED, ProductionPlan.voided_at.is_(None))
        .group_by(ProductionPlan.order_id)
        .subquery()
    )
    department = func.coalesce(plan.c.department_id, SalesOrder.workshop_id)
    planned = _orders(span, plan.c.planner_id, department).outerjoin(plan, plan.c.order_id == SalesOrder.id)
    led = (
        _orders(span, SalesOrder.project_lead_id, null())
        .outerjoin(plan, plan.c.order_id == SalesOrder.id)
        .where(
            SalesOrder.project_lead_id.is_not(None),
            or_(plan.c.planner_id.is_(None), plan.c.planner_id != SalesOrder.project_lead_id),
        )
    )
    return select(union_all(planned, led).subquery())


def _orders(span: Span, employee: Any, department: Any) -> Select[Any]:
    left_out = case(
        (SalesOrder.voided_at.is_not(None), LeftOut.VOIDED.value),
        (SalesOrder.status == OrderStatus.CANCELLED, LeftOut.CANCELLED.value),
        else_="",
    )
    return select(
        literal("sales_order").label("entity"),
        SalesOrder.id.label("entity_id"),
        employee.label("employee_id"),
        department.label("department_id"),
        SalesOrder.kpi_due_on.label("at"),
        case((SalesOrder.delivered_on <= SalesOrder.kpi_due_on, ONE), else_=0).label("top"),
        literal(1).label("bottom"),
        left_out.label("left_out"),
        literal("").label("part"),
    ).where(
        SalesOrder.kpi_due_on >= span.from_on,
        SalesOrder.kpi_due_on <= span.to_on,
        SalesOrder.status.not_in(NOT_YET),
    )


@indicator("delay_count", "sum")
def delays(_session: Session, span: Span) -> Select[Any]:
    """延误次数: each counts once, in all, for whom it is charged to."""
    return _delays(span, literal(ONE))


@indicator("delay_working_days", "sum")
def delay_days(session: Session, span: Span) -> Select[Any]:
    """延误时长: working days after the planned end, less what was absorbed, not below 0."""
    worked, absorbed = (
        _working_days_until(session, span),
        case((_is_attributed(span), DelayRecord.absorbed_working_days), else_=0),
    )
    days = worked(_ended(span)) - worked(DelayRecord.planned_end_on) - absorbed
    return _delays(span, case((days > 0, days * ONE), else_=0))


def _working_days_until(session: Session, span: Span) -> Callable[[Any], ColumnElement[int]]:
    """How many working days lie between the period's first day and a day: a table of days, however many the delays."""
    calendar, last = company_calendar(session), max(span.to_on, on_date(span.cut_off_at))
    days = [span.from_on + timedelta(days=nth) for nth in range((last - span.from_on).days + 1)]
    known = [(day, calendar.days_between(span.from_on, day)) for day in days]
    return lambda on: case(*((on == day, nth) for day, nth in known), else_=0)


def _in_period(span: Span) -> ColumnElement[bool]:
    return and_(DelayRecord.planned_end_on >= span.from_on, DelayRecord.planned_end_on <= span.to_on)


def _is_attributed(span: Span) -> ColumnElement[bool]:
    """Whether it was known by the cut-off whose delay it is; what was said later changes no figure of the period."""
    return and_(DelayRecord.attributed_at.is_not(None), DelayRecord.attributed_at <= span.cut_off_at)


def _nature(span: Span) -> ColumnElement[Any]:
    return case((_is_attributed(span), DelayRecord.nature), else_=DelayNature.UNDETERMINED.value)


def _ended(span: Span) -> ColumnElement[date]:
    """The end as the cut-off knows it."""
    until: date = on_date(span.cut_off_at)
    return case((DelayRecord.actual_end_on <= until, DelayRecord.actual_end_on), else_=literal(until))


def _delays(span: Span, size: ColumnElement[Any]) -> Select[Any]:
    """Charged to the stage's owner; once a case was upheld, to its people by their shares."""
    upheld = (
        select(AccountabilityCase.id, AccountabilityCase.source_id)
        .where(
            AccountabilityCase.source_entity == DelayRecord.__tablename__,
            AccountabilityCase.decision.in_((CaseDecision.UPHELD, CaseDecision.PARTLY)),
            AccountabilityCase.decided_at <= span.cut_off_at,
        )
        .subquery()
    )
    is_shared = and_(_nature(span) == DelayNature.SUBJECTIVE.value, upheld.c.id.is_not(None))
    owned = _charged(span, DelayRecord.owner_id, size).outerjoin(upheld, upheld.c.source_id == DelayRecord.id)
    share = type_coerce(AccountabilityPerson.share_percent, Integer)
    shared = (
        _charged(span, AccountabilityPerson.employee_id, size * share // (100 * ONE))
        .join(upheld, upheld.c.source_id == DelayRecord.id)
        .join(AccountabilityPerson, AccountabilityPerson.case_id == upheld.c.id)
    )
    return select(union_all(owned.where(~is_shared), shared.where(is_shared)).subquery())


def _charged(span: Span, employee: Any, size: ColumnElement[Any]) -> Select[Any]:
    nature = _nature(span)
    is_special = and_(nature == DelayNature.SPECIAL.value, DelayRecord.gm_approved_at.is_(None))
    is_late = _ended(span) > DelayRecord.planned_end_on
    left_out = case(
        (DelayRecord.voided_at.is_not(None), LeftOut.VOIDED.value),
        (DelayRecord.status.in_(NO_DELAY), LeftOut.NOT_CHARGED.value),
        (and_(nature.not_in([one.value for one in CHARGED]), ~is_special), LeftOut.NOT_CHARGED.value),
        (~is_late, LeftOut.NOT_CHARGED.value),
        else_="",
    )
    return select(
        literal("delay_record").label("entity"),
        DelayRecord.id.label("entity_id"),
        employee.label("employee_id"),
        DelayRecord.department_id.label("department_id"),
        DelayRecord.planned_end_on.label("at"),
        size.label("top"),
        literal(0).label("bottom"),
        left_out.label("left_out"),
        literal("").label("part"),
    ).where(_in_period(span))
