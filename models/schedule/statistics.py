"""Orders in time, delays by number and length: by month, nature, cause, order, post and responsible person (K1.2)."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.regulation import company_calendar
from models.schedule.delays import DelayRecord
from models.schedule.orders import SalesOrder
from models.schedule.stages import PlanStage
from rules.base import Person
from rules.schedule import DelayStatus, GroupBy, OrderStatus, orders
from rules.schedule import delays as rules

NEVER = (OrderStatus.DRAFT, OrderStatus.CLEARING, OrderStatus.CANCELLED)


@dataclass(frozen=True)
class OnTime:
    """The orders due in a month: how many of them were delivered in time; ``rows`` are those that count."""

    month: date
    in_time: int
    due: int
    rows: Sequence[SalesOrder] = ()


@dataclass(frozen=True)
class Lateness:
    """Delays of one group: how many, for how many working days, which; only those that count."""

    name: Any
    count: int
    days: int
    ids: Sequence[int]


def on_time(session: Session, person: Person, from_on: date, to_on: date, on: date) -> list[OnTime]:
    """Month by month of the date that counts; what is not delivered by ``on`` is late only once that date has gone."""
    rows = session.scalars(
        select(SalesOrder)
        .where(
            SalesOrder.visible_to(person),
            SalesOrder.kpi_due_on.between(from_on, to_on),
            SalesOrder.status.not_in(NEVER),
            SalesOrder.voided_at.is_(None),
        )
        .options(joinedload(SalesOrder.customer))
        .order_by(SalesOrder.kpi_due_on, SalesOrder.id)
    )
    found: dict[date, list[SalesOrder]] = defaultdict(list)
    for one in rows:
        if one.kpi_due_on is not None and (one.delivered_on is not None or one.kpi_due_on < on):
            found[one.kpi_due_on.replace(day=1)].append(one)
    return [OnTime(month, sum(kept(one, on) for one in due), len(due), due) for month, due in sorted(found.items())]


def kept(order: SalesOrder, on: date) -> bool:
    """Whether it was delivered by the date that counts, as far as is known on that day."""
    return not orders.is_late(order.kpi_due_on, order.delivered_on, on)


NAMES: dict[GroupBy, Callable[[DelayRecord], Any]] = {
    GroupBy.NATURE: lambda one: one.nature,
    GroupBy.CAUSE: lambda one: one.cause_category,
    GroupBy.MONTH: lambda one: f"{one.planned_end_on:%Y-%m}",
    GroupBy.ORDER: lambda one: one.order.no,
    GroupBy.STAGE: lambda one: one.stage.name if one.stage is not None else None,
    GroupBy.POST: lambda one: one.stage.post.name if one.stage is not None and one.stage.post is not None else None,
    GroupBy.PERSON: lambda one: one.owner.name if one.owner is not None else None,
}


def counted(session: Session, person: Person, from_on: date, to_on: date) -> list[DelayRecord]:
    """The delays that count and whose planned end lies in that time, as far as the person may see them."""
    rows = session.scalars(
        select(DelayRecord)
        .where(
            DelayRecord.visible_to(person),
            DelayRecord.planned_end_on.between(from_on, to_on),
            DelayRecord.status.not_in((DelayStatus.FORECAST, DelayStatus.AVERTED)),
            DelayRecord.voided_at.is_(None),
        )
        .options(
            joinedload(DelayRecord.order),
            joinedload(DelayRecord.owner),
            joinedload(DelayRecord.stage).joinedload(PlanStage.post),
        )
        .order_by(DelayRecord.planned_end_on.desc(), DelayRecord.id.desc())
    )
    return [one for one in rows if one.counts()]


def days_of(delays: Sequence[DelayRecord], until: date) -> dict[int, int]:
    """Delay -> its working days to its end, or to this day while it lasts, less what was absorbed (延误时长)."""
    if not delays:
        return {}
    calendar = company_calendar(delays[0].session)
    found = {}
    for one in delays:
        ended = min(one.actual_end_on or until, until)
        days = calendar.days_between(one.planned_end_on, max(one.planned_end_on, ended))
        found[one.id] = rules.effect(days, one.absorbed_working_days if one.attributed_at is not None else 0)
    return found


def lateness(delays: Sequence[DelayRecord], by: GroupBy, days: Mapping[int, int]) -> list[Lateness]:
    """Number and length by group, the longest first; months in their order."""
    groups: dict[Any, list[DelayRecord]] = defaultdict(list)
    for one in delays:
        groups[NAMES[by](one)].append(one)
    found = [
        Lateness(name, len(rows), sum(days[one.id] for one in rows), [one.id for one in rows])
        for name, rows in groups.items()
    ]
    if by is GroupBy.MONTH:
        return sorted(found, key=lambda one: str(one.name))
    return sorted(found, key=lambda one: (-one.days, -one.count, str(one.name)))


__all__ = ["Lateness", "OnTime", "counted", "days_of", "kept", "lateness", "on_time"]
