"""Queues: what is to be done next, by the working time that is left; who has how much, and who may take more (A1.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.after_sales.clocks import WORKED_ON
from models.after_sales.follow_ups import FollowUpVisit
from models.after_sales.tickets import Ticket
from models.organisation import Department, Employee, Post, holders
from models.regulation import SlaClock
from models.training import gates
from rules import after_sales
from rules.base import Choice, Person, Role
from rules.organisation import EMPLOYED, DepartmentKind
from rules.regulation import ClockStatus
from rules.training import Answer, Gate


class Whose(Choice):
    """Which tickets a queue shows."""

    MINE = "mine", "Mine", "我的"
    TEAM = "team", "All", "全部"
    UNASSIGNED = "unassigned", "Without an agent", "未指派"
    ESCALATED = "escalated", "With technical", "已转技术"


@dataclass(frozen=True)
class Queued:
    """A ticket with the clock that is due first; None = no clock runs."""

    ticket: Ticket
    clock: SlaClock | None


def queue(session: Session, person: Person, whose: Whose, *, limit: int = 100) -> list[Queued]:
    """Open tickets, the one whose next clock is due first at the top; waiting ones behind the running."""
    open_clock = (
        (SlaClock.entity == "ticket")
        & SlaClock.stopped_at.is_(None)
        & SlaClock.target.in_(WORKED_ON)
        & (SlaClock.status != ClockStatus.PAUSED)
    )
    first = (
        select(SlaClock.entity_id, func.min(SlaClock.due_at).label("due_at"))
        .where(open_clock)
        .group_by(SlaClock.entity_id)
        .subquery()
    )
    query = (
        select(Ticket, first.c.due_at)
        .outerjoin(first, first.c.entity_id == Ticket.id)
        .where(Ticket.status.in_(after_sales.OPEN), Ticket.visible_to(person))
        .options(joinedload(Ticket.customer), joinedload(Ticket.model), joinedload(Ticket.agent))
        .order_by(first.c.due_at.is_(None), first.c.due_at, Ticket.id)
        .limit(limit)
    )
    match whose:
        case Whose.MINE:
            query = query.where(
                (Ticket.agent_id == person.employee_id) | (Ticket.technical_owner_id == person.employee_id)
            )
        case Whose.UNASSIGNED:
            query = query.where(Ticket.agent_id.is_(None))
        case Whose.ESCALATED:
            query = query.where(Ticket.escalated_at.is_not(None), Ticket.status == "escalated")
    rows = session.execute(query).all()
    clocks = _first_clocks(session, [ticket.id for ticket, _ in rows])
    return [Queued(ticket, clocks.get(ticket.id)) for ticket, _ in rows]


def _first_clocks(session: Session, keys: Sequence[int]) -> dict[int, SlaClock]:
    """The clock of each ticket that is due first; a paused one only where no other runs."""
    found: dict[int, SlaClock] = {}
    rows = session.scalars(
        select(SlaClock)
        .where(
            SlaClock.entity == "ticket",
            SlaClock.entity_id.in_(keys),
            SlaClock.stopped_at.is_(None),
            SlaClock.target.in_(WORKED_ON),
        )
        .options(joinedload(SlaClock.calendar_version))
        .order_by(SlaClock.status == ClockStatus.PAUSED, SlaClock.due_at, SlaClock.id)
    )
    for clock in rows:
        found.setdefault(clock.entity_id, clock)
    return found


@dataclass(frozen=True)
class Load:
    """What somebody of after-sales has in hand, and whether he may take more."""

    employee: Employee
    gate: Gate | None
    open_count: int
    overdue_count: int

    @property
    def may_take(self) -> bool:
        return self.gate is None or self.gate.answer is not Answer.NO


def loads(session: Session, at: datetime) -> list[Load]:
    """The agents, the least loaded first; who may not work at his post stands last."""
    agents = set(holders(session, Role.AFTER_SALES_AGENT, None))
    people = session.scalars(
        select(Employee)
        .join(Department, Department.id == Employee.department_id)
        .where(
            Employee.id.in_(agents),
            Department.kind == DepartmentKind.AFTER_SALES,
            Employee.status.in_(EMPLOYED),
        )
        .options(joinedload(Employee.post))
        .order_by(Employee.id)
    ).all()
    counts = _counts(session, at)
    asked = _gates(session, people, at)
    found = [Load(one, asked.get(one.id), *counts.get(one.id, (0, 0))) for one in people]
    return sorted(found, key=lambda one: (not one.may_take, one.open_count, one.employee.id))


def _gates(session: Session, people: Sequence[Employee], at: datetime) -> dict[int, Gate]:
    posts: dict[int, Post] = {one.post.id: one.post for one in people if one.post is not None}
    found = gates(session, people, list(posts.values()), at) if posts else {}
    return {one.id: found[one.id, one.post.id] for one in people if one.post is not None}


def _counts(session: Session, at: datetime) -> dict[int, tuple[int, int]]:
    is_open = Ticket.status.in_(after_sales.OPEN)
    rows = session.execute(
        select(Ticket.agent_id, func.count(), func.count().filter(Ticket.due_at < at))
        .where(is_open, Ticket.agent_id.is_not(None))
        .group_by(Ticket.agent_id)
    )
    return {agent: (count, late) for agent, count, late in rows}


def calls(session: Session, person: Person, *, limit: int = 100) -> list[FollowUpVisit]:
    """Follow-up visits still to be made, the most urgent first."""
    query = (
        select(FollowUpVisit)
        .where(FollowUpVisit.status.in_(after_sales.OPEN_VISITS), FollowUpVisit.visible_to(person))
        .options(
            joinedload(FollowUpVisit.ticket).joinedload(Ticket.customer),
            joinedload(FollowUpVisit.ticket).joinedload(Ticket.model),
            joinedload(FollowUpVisit.solver),
        )
        .order_by(FollowUpVisit.due_at, FollowUpVisit.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def calls_back(session: Session, person: Person, *, limit: int = 50) -> list[FollowUpVisit]:
    """Customers whom the manager is to call after a low score."""
    query = (
        select(FollowUpVisit)
        .where(
            FollowUpVisit.call_back_due_at.is_not(None),
            FollowUpVisit.called_back_at.is_(None),
            FollowUpVisit.visible_to(person),
        )
        .options(joinedload(FollowUpVisit.ticket).joinedload(Ticket.customer))
        .order_by(FollowUpVisit.call_back_due_at)
        .limit(limit)
    )
    return list(session.scalars(query))


__all__ = ["Load", "Queued", "Whose", "calls", "calls_back", "loads", "queue"]
