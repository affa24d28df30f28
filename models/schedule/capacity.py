"""Who is there and may work alone, post by post and day by day, against what the plans need (S1.3)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager

from models.base import COMPANY_ZONE, on_date
from models.organisation import Absence, Employee, Post
from models.schedule.plans import ProductionPlan
from models.schedule.stages import PlanStage
from models.training import PostAssignment, alone_on
from rules.organisation import EmployeeStatus
from rules.schedule import StageStatus, plans
from rules.schedule.feasibility import Demand
from rules.training.kinds import AssignmentStatus
from rules.working_time import WorkCalendar

THERE = (EmployeeStatus.ACTIVE, EmployeeStatus.PROBATION)
NOON = time(12)


def working_days(calendar: WorkCalendar, first: date, last: date) -> tuple[date, ...]:
    """The working days from one date to another, both counted."""
    span = (first + timedelta(days=nth) for nth in range((last - first).days + 1))
    return tuple(day for day in span if calendar.days_between(day - timedelta(days=1), day))


def demands_of(stages: Iterable[PlanStage], calendar: WorkCalendar, since: date) -> list[Demand]:
    """What these stages still need: heads at their post, on their working days from that day on."""
    found = []
    for stage in stages:
        first, last = stage.planned_start_on, stage.planned_end_on
        if stage.post_id is None or first is None or last is None or not stage.heads_needed:
            continue
        days = working_days(calendar, max(first, since), last) if last >= since else ()
        found.append(Demand(stage.post_id, days, stage.heads_needed, f"{stage.plan.order.no} {stage.name}"))
    return found


def other_stages(session: Session, plan: ProductionPlan | None, post_ids: Collection[int]) -> Sequence[PlanStage]:
    """Unfinished stages at these posts in the plans that are released, but for this one."""
    query = (
        select(PlanStage)
        .join(PlanStage.plan)
        .options(contains_eager(PlanStage.plan).joinedload(ProductionPlan.order))
        .where(
            PlanStage.post_id.in_(sorted(post_ids)),
            PlanStage.status.not_in((StageStatus.DONE, StageStatus.CANCELLED)),
            ProductionPlan.status.in_(plans.WORKED_BY),
        )
    )
    return session.scalars(query.where(PlanStage.plan_id != plan.id) if plan is not None else query).all()


def qualified_heads(
    session: Session, post_ids: Collection[int], days: Collection[date], at: datetime
) -> dict[tuple[int, date], frozenset[int]]:
    """Who may work alone at each post on each day: there, not away, and let through by the gate; supervised count 0.

    A post's people are those who hold it, and those who were assigned to it.
    """
    crews = _crews(session, post_ids)
    people = sorted({one for crew in crews.values() for one in crew})
    away = _away(session, people, days)
    moments = {day: _moment(day, at) for day in sorted(set(days))}
    allowed = alone_on(session, {post: sorted(crew) for post, crew in crews.items()}, moments)
    return {(post, day): found - away.get(day, frozenset()) for (post, day), found in allowed.items()}


def posts_of_crews(session: Session, post_ids: Collection[int]) -> set[int]:
    """These posts, and those where somebody of their people might count as well: his own, and where he is assigned."""
    people = sorted({one for crew in _crews(session, post_ids).values() for one in crew})
    assigned = select(PostAssignment.post_id).where(
        PostAssignment.employee_id.in_(people), PostAssignment.status == AssignmentStatus.ACTIVE
    )
    return {*post_ids, *held_posts(session, people).values(), *session.scalars(assigned)}


def held_posts(session: Session, people: Collection[int]) -> dict[int, int]:
    """Employee -> the post he holds."""
    rows = session.execute(
        select(Employee.id, Employee.post_id).where(Employee.id.in_(sorted(people)), Employee.post_id.is_not(None))
    )
    return {who: post for who, post in rows if post is not None}


def _moment(day: date, at: datetime) -> datetime:
    """When on that day the gate is asked: at noon, but never before now."""
    return max(at, datetime.combine(day, NOON, COMPANY_ZONE)) if day == on_date(at) else _noon(day)


def _noon(day: date) -> datetime:
    return datetime.combine(day, NOON, COMPANY_ZONE)


def _crews(session: Session, post_ids: Collection[int]) -> dict[int, set[int]]:
    """Post -> employees who hold it or are assigned to it."""
    found: dict[int, set[int]] = {post: set() for post in post_ids}
    held = select(Employee.post_id, Employee.id).where(
        Employee.post_id.in_(sorted(post_ids)), Employee.status.in_(THERE), Employee.voided_at.is_(None)
    )
    assigned = (
        select(PostAssignment.post_id, PostAssignment.employee_id)
        .join(Employee, Employee.id == PostAssignment.employee_id)
        .where(
            PostAssignment.post_id.in_(sorted(post_ids)),
            PostAssignment.status == AssignmentStatus.ACTIVE,
            Employee.status.in_(THERE),
        )
    )
    for query in (held, assigned):
        for post, who in session.execute(query):
            found[post].add(who)
    return found


def _away(session: Session, people: Sequence[int], days: Collection[date]) -> dict[date, frozenset[int]]:
    if not people or not days:
        return {}
    first, last = min(days), max(days)
    rows = session.execute(
        select(Absence.employee_id, Absence.from_on, Absence.to_on).where(
            Absence.employee_id.in_(people),
            Absence.from_on <= last,
            or_(Absence.to_on.is_(None), Absence.to_on >= first),
        )
    ).all()
    found: dict[date, set[int]] = defaultdict(set)
    for who, from_on, to_on in rows:
        for day in days:
            if from_on <= day and (to_on is None or day <= to_on):
                found[day].add(who)
    return {day: frozenset(names) for day, names in found.items()}


def named_posts(session: Session, post_ids: Collection[int]) -> dict[int, str]:
    """What these posts are called."""
    rows = session.execute(select(Post.id, Post.name).where(Post.id.in_(sorted(post_ids))))
    return dict(rows.tuples().all())


__all__ = [
    "demands_of",
    "held_posts",
    "named_posts",
    "other_stages",
    "posts_of_crews",
    "qualified_heads",
    "working_days",
]
