"""Tickets of a period in figures, against the period before (A5.1, K1.3)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.after_sales.follow_ups import FollowUpVisit
from models.after_sales.tickets import Ticket
from models.base import COMPANY_ZONE, on_date
from models.organisation import Employee, ProductModel
from models.regulation import SlaClock
from rules.after_sales import FollowUpStatus, TicketCategory, TicketStatus
from rules.after_sales.statistics import Figures, GroupBy, Told, Weak, by_key, figures, period_before, weak_points
from rules.base import Choice
from rules.regulation import ClockStatus, Target

UNKNOWN = ""


def midnight(on: date) -> datetime:
    return datetime.combine(on, time(), COMPANY_ZONE)


@dataclass(frozen=True)
class Asked:
    """A period, its last day included; who may look at its figures sees them whole, the rows only as far as he may."""

    first: date
    last: date

    @property
    def before(self) -> "Asked":
        return Asked(*period_before(self.first, self.last))

    def within(self, column: Any) -> Any:
        """Instants of the period: from midnight to the midnight after its last day, company time."""
        return (column >= midnight(self.first)) & (column < midnight(self.last + timedelta(days=1)))


@dataclass(frozen=True)
class Read:
    """What the figures read of one ticket."""

    received_on: date
    keys: dict[GroupBy, str]
    told: Told

    def by(self, group: GroupBy) -> Told:
        told = self.told
        return Told(self.keys[group], told.minutes, told.is_timely, told.rating, told.is_reopened)


def read(session: Session, asked: Asked) -> list[Read]:
    """The tickets that were reported in the period, each with its last resolution clock; cancelled ones never count."""
    last = (
        select(SlaClock.entity_id, func.max(SlaClock.id).label("id"))
        .where(SlaClock.entity == "ticket", SlaClock.target == Target.RESOLUTION)
        .group_by(SlaClock.entity_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Ticket.received_at,
            Ticket.category,
            ProductModel.code,
            Ticket.cause,
            Employee.name,
            Ticket.channel,
            Ticket.severity,
            Ticket.rating,
            Ticket.reopen_count,
            SlaClock.status,
            SlaClock.elapsed_minutes,
            SlaClock.stopped_at,
        )
        .outerjoin(ProductModel, ProductModel.id == Ticket.model_id)
        .outerjoin(Employee, Employee.id == Ticket.agent_id)
        .outerjoin(last, last.c.entity_id == Ticket.id)
        .outerjoin(SlaClock, SlaClock.id == last.c.id)
        .where(asked.within(Ticket.received_at), Ticket.status != TicketStatus.CANCELLED)
        .order_by(Ticket.received_at)
    )
    return [_read(*row) for row in rows]


def _read(  # noqa: PLR0913, PLR0917 - a row as the query gives it
    received_at: datetime,
    category: Choice | None,
    model: str | None,
    cause: Choice | None,
    agent: str | None,
    channel: Choice,
    severity: Choice,
    rating: int | None,
    reopened: int,
    status: ClockStatus | None,
    minutes: int | None,
    stopped_at: datetime | None,
) -> Read:
    keys = {
        GroupBy.CATEGORY: str(category or UNKNOWN),
        GroupBy.MODEL: model or UNKNOWN,
        GroupBy.CAUSE: str(cause or UNKNOWN),
        GroupBy.AGENT: agent or UNKNOWN,
        GroupBy.CHANNEL: str(channel),
        GroupBy.SEVERITY: str(severity),
    }
    is_timely = {ClockStatus.MET: True, ClockStatus.BREACHED: False}.get(status) if status is not None else None
    solved_in = minutes if stopped_at is not None and status is not ClockStatus.CANCELLED else None
    return Read(on_date(received_at), keys, Told("", solved_in, is_timely, rating, is_reopened=reopened > 0))


def together(rows: Sequence[Read]) -> Figures:
    return figures(one.told for one in rows)


def grouped(rows: Sequence[Read], group: GroupBy) -> dict[str, Figures]:
    return by_key(one.by(group) for one in rows)


def counts(rows: Sequence[Read], group: GroupBy) -> Counter[str]:
    return Counter(one.keys[group] for one in rows)


def by_month(rows: Sequence[Read], first: date, last: date) -> list[tuple[date, int]]:
    """How many were reported in each month of the period."""
    found = Counter(one.received_on.replace(day=1) for one in rows)
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append((month, found.get(month, 0)))
        month = (month + timedelta(days=32)).replace(day=1)
    return months


def weak(now: Sequence[Read], before: Sequence[Read]) -> list[tuple[GroupBy, Weak]]:
    """Kinds and models of which there are clearly more than in the period before."""
    found = []
    for group in (GroupBy.CATEGORY, GroupBy.MODEL):
        found += [(group, one) for one in weak_points(counts(now, group), counts(before, group)) if one.key != UNKNOWN]
    return sorted(found, key=lambda one: one[1].before - one[1].now)


@dataclass(frozen=True)
class Visits:
    """Follow-ups of the period: how many were favourable, and of how many that were due something was heard."""

    favourable: int
    done: int
    due: int
    heard: int

    @property
    def rate(self) -> Decimal | None:
        return Decimal(self.favourable) * 100 / self.done if self.done else None

    @property
    def coverage(self) -> Decimal | None:
        return Decimal(self.heard) * 100 / self.due if self.due else None


def visits(session: Session, asked: Asked) -> Visits:
    """Favourable by when they were made, coverage by when they were due; withdrawn ones never count (K1.3)."""
    is_done = FollowUpVisit.status == FollowUpStatus.DONE
    made = session.execute(
        select(func.count(), func.count().filter(FollowUpVisit.favourable.is_(True)))
        .select_from(FollowUpVisit)
        .where(is_done, asked.within(FollowUpVisit.done_at))
    ).one()
    due = session.execute(
        select(func.count(), func.count().filter(is_done))
        .select_from(FollowUpVisit)
        .where(FollowUpVisit.status != FollowUpStatus.WITHDRAWN, asked.within(FollowUpVisit.due_at))
    ).one()
    return Visits(favourable=made[1], done=made[0], due=due[0], heard=due[1])


@dataclass(frozen=True)
class Cluster:
    """Many tickets of one model and kind in the period."""

    model: str
    category: TicketCategory
    count: int


def clusters(rows: Sequence[Read], least: int) -> list[Cluster]:
    """Models and kinds that came so often or oftener."""
    found = Counter((one.keys[GroupBy.MODEL], one.keys[GroupBy.CATEGORY]) for one in rows)
    return [
        Cluster(model, TicketCategory(category), count)  # type: ignore[call-arg]
        for (model, category), count in found.most_common()
        if model and category and count >= least
    ]


__all__ = [
    "Asked",
    "Cluster",
    "Read",
    "Visits",
    "by_month",
    "clusters",
    "counts",
    "grouped",
    "read",
    "together",
    "visits",
    "weak",
]
