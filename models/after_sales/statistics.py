"""Tickets of a period in figures, against the period before (A5.1, K1.3)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, String, Subquery, case, cast, func, literal, select
from sqlalchemy.orm import Session

from models.after_sales.follow_ups import FollowUpVisit
from models.after_sales.tickets import Ticket
from models.base import COMPANY_ZONE
from models.organisation import Employee, ProductModel
from models.regulation import SlaClock
from rules.after_sales import FollowUpStatus, TicketCategory, TicketStatus
from rules.after_sales.statistics import Figures, GroupBy, Weak, period_before, rate, satisfaction, weak_points
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


KEYS: dict[GroupBy, Any] = {
    GroupBy.CATEGORY: Ticket.category,
    GroupBy.MODEL: ProductModel.code,
    GroupBy.CAUSE: Ticket.cause,
    GroupBy.AGENT: Employee.name,
    GroupBy.CHANNEL: Ticket.channel,
    GroupBy.SEVERITY: Ticket.severity,
}


def _reported(asked: Asked, *columns: Any) -> Select[Any]:
    """The tickets that were reported in the period; cancelled ones never count."""
    tables = select(*columns).select_from(Ticket).outerjoin(ProductModel, ProductModel.id == Ticket.model_id)
    tables = tables.outerjoin(Employee, Employee.id == Ticket.agent_id)
    return tables.where(asked.within(Ticket.received_at), Ticket.status != TicketStatus.CANCELLED)


def _ranked(asked: Asked, key: Any) -> Subquery:
    """Each ticket with what its figures read: its last resolution clock, its place by handling time in its group."""
    last = (
        select(func.max(SlaClock.id))
        .where(SlaClock.entity == "ticket", SlaClock.entity_id == Ticket.id, SlaClock.target == Target.RESOLUTION)
        .correlate(Ticket)
        .scalar_subquery()
    )
    is_solved = SlaClock.stopped_at.is_not(None) & (SlaClock.status != ClockStatus.CANCELLED)
    minutes = case((is_solved, SlaClock.elapsed_minutes))
    kept = case((SlaClock.status == ClockStatus.MET, 1), (SlaClock.status == ClockStatus.BREACHED, 0))
    return (
        _reported(
            asked,
            key.label("key"),
            minutes.label("minutes"),
            func.row_number().over(partition_by=key, order_by=(minutes.is_(None), minutes)).label("place"),
            func.count(minutes).over(partition_by=key).label("many"),
            kept.label("kept"),
            Ticket.rating.label("rating"),
            case((Ticket.reopen_count > 0, 1), else_=0).label("reopened"),
        )
        .outerjoin(SlaClock, SlaClock.id == last)
        .subquery()
    )


def figures(session: Session, asked: Asked, group: GroupBy | None = None) -> dict[str, Figures]:
    """Counts, handling times, rates of each group, the largest first; without a group of all, under one empty key.

    The database reckons them: what comes back grows with the groups, not with the tickets.
    """
    text = cast(KEYS[group], String) if group is not None else literal(UNKNOWN)
    one = _ranked(asked, func.coalesce(text, UNKNOWN)).c
    rows = session.execute(
        select(
            one.key,
            func.count(),
            *(func.min(one.minutes).filter(one.place * 100 >= one.many * percent) for percent in (50, 90)),
            func.sum(one.kept),
            func.count(one.kept),
            func.sum(one.rating),
            func.count(one.rating),
            func.sum(one.reopened),
        ).group_by(one.key)
    )
    found = {key: _figures(*told) for key, *told in rows}
    return dict(sorted(found.items(), key=lambda one: (-one[1].count, one[0])))


def _figures(  # noqa: PLR0913, PLR0917 - a row as the query gives it
    count: int,
    half: int | None,
    most: int | None,
    kept: int | None,
    judged: int,
    stars: int | None,
    rated: int,
    reopened: int,
) -> Figures:
    return Figures(count, half, most, rate(kept or 0, judged), satisfaction(stars or 0, rated), reopened)


def together(session: Session, asked: Asked) -> Figures:
    """All tickets of the period."""
    return figures(session, asked).get(UNKNOWN) or Figures(0, None, None, None, None, 0)


def counts(session: Session, asked: Asked, *groups: GroupBy) -> dict[Any, int]:
    """How many were reported by these: a key each, several as a tuple; what is not said is an empty key."""
    columns = [func.coalesce(cast(KEYS[one], String), UNKNOWN) for one in groups]
    rows = session.execute(_reported(asked, func.count(), *columns).group_by(*columns)).all()
    return {tuple(keys) if len(groups) > 1 else keys[0]: count for count, *keys in rows}


def by_month(session: Session, asked: Asked) -> list[tuple[date, int]]:
    """How many were reported in each month of the period, the months of the company's days."""
    months, month = [], asked.first.replace(day=1)
    while month <= asked.last:
        months.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    ends = [*months[1:], month]
    parts = (
        func.count().filter(Ticket.received_at >= midnight(first), Ticket.received_at < midnight(after))
        for first, after in zip(months, ends, strict=True)
    )
    return list(zip(months, session.execute(_reported(asked, *parts)).one(), strict=True))


def weak(session: Session, asked: Asked) -> list[tuple[GroupBy, Weak]]:
    """Kinds and models of which there are clearly more than in the period before."""
    found = []
    for group in (GroupBy.CATEGORY, GroupBy.MODEL):
        points = weak_points(counts(session, asked, group), counts(session, asked.before, group))
        found += [(group, one) for one in points if one.key != UNKNOWN]
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


def clusters(session: Session, asked: Asked, least: int) -> list[Cluster]:
    """Models and kinds that came so often or oftener, the most frequent first."""
    found = counts(session, asked, GroupBy.MODEL, GroupBy.CATEGORY)
    return [
        Cluster(model, TicketCategory(category), count)
        for (model, category), count in sorted(found.items(), key=lambda one: (-one[1], one[0]))
        if model and category and count >= least
    ]


__all__ = ["Asked", "Cluster", "Visits", "by_month", "clusters", "counts", "figures", "together", "visits", "weak"]
