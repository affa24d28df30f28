"""The order book as pictures need it: orders by state and by day, with the end of their plans (S1, S2)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.schedule.orders import SalesOrder
from models.schedule.plans import ProductionPlan
from models.schedule.stages import PlanStage
from rules.schedule import OrderStatus, PlanStatus, StageStatus


@dataclass(frozen=True)
class Planned:
    """What the plan of an order says: when its last stage ends, and how much of it is made."""

    plan_id: int
    end_on: date | None
    made: Decimal


def board(
    session: Session, where: Sequence[ColumnElement[bool]], statuses: Collection[OrderStatus], most: int
) -> tuple[dict[OrderStatus, list[SalesOrder]], dict[OrderStatus, int]]:
    """The orders of each state that are due first, and how many there are; two statements."""
    conditions = [*where, SalesOrder.voided_at.is_(None), SalesOrder.status.in_(statuses)]
    counted = select(SalesOrder.status, func.count()).where(*conditions).group_by(SalesOrder.status)
    counts = dict(session.execute(counted).tuples().all())
    due = func.coalesce(SalesOrder.promised_on, SalesOrder.requested_on)
    place = func.row_number().over(partition_by=SalesOrder.status, order_by=(due, SalesOrder.id))
    first = select(SalesOrder.id, place.label("place")).where(*conditions).subquery()
    rows = session.scalars(
        select(SalesOrder)
        .join(first, first.c.id == SalesOrder.id)
        .where(first.c.place <= most)
        .options(joinedload(SalesOrder.customer), joinedload(SalesOrder.model), joinedload(SalesOrder.project_lead))
        .order_by(due, SalesOrder.id)
    )
    found: dict[OrderStatus, list[SalesOrder]] = {}
    for one in rows:
        found.setdefault(one.status, []).append(one)
    return found, counts


def due_between(
    session: Session, where: Sequence[ColumnElement[bool]], first: date, last: date, most: int
) -> Sequence[SalesOrder]:
    """Orders promised, delivered, or planned to end in these days."""
    end = (
        select(func.max(PlanStage.planned_end_on))
        .join(ProductionPlan, ProductionPlan.id == PlanStage.plan_id)
        .where(
            ProductionPlan.order_id == SalesOrder.id,
            ProductionPlan.status != PlanStatus.CANCELLED,
            PlanStage.status != StageStatus.CANCELLED,
        )
        .correlate(SalesOrder)
        .scalar_subquery()
    )
    return session.scalars(
        select(SalesOrder)
        .where(
            *where,
            SalesOrder.voided_at.is_(None),
            SalesOrder.status.not_in((OrderStatus.DRAFT, OrderStatus.CANCELLED)),
            or_(
                SalesOrder.promised_on.between(first, last),
                SalesOrder.delivered_on.between(first, last),
                SalesOrder.delivered_on.is_(None) & end.between(first, last),
            ),
        )
        .options(joinedload(SalesOrder.customer), joinedload(SalesOrder.model))
        .order_by(SalesOrder.promised_on, SalesOrder.id)
        .limit(most)
    ).all()


def plans_of(session: Session, orders: Collection[SalesOrder]) -> Mapping[int, Planned]:
    """Order -> its plan; one statement."""
    rows = session.execute(
        select(
            ProductionPlan.order_id, ProductionPlan.id, PlanStage.planned_end_on, PlanStage.weight, PlanStage.progress
        )
        .join(PlanStage, PlanStage.plan_id == ProductionPlan.id)
        .where(
            ProductionPlan.order_id.in_([one.id for one in orders]),
            ProductionPlan.status != PlanStatus.CANCELLED,
            PlanStage.status != StageStatus.CANCELLED,
        )
    )
    found: dict[int, Planned] = {}
    for order, plan, end_on, weight, progress in rows:
        before = found.get(order, Planned(plan, None, Decimal(0)))
        ends = [one for one in (before.end_on, end_on) if one is not None]
        found[order] = Planned(plan, max(ends, default=None), before.made + weight * progress / 100)
    return found


__all__ = ["Planned", "board", "due_between", "plans_of"]
