"""Where people are on coming days, read from placements, assignments and absences for a whole crew at once (S1.3)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import TypeAlias

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from models.organisation import Absence, Employee, Placement
from models.training import PostAssignment
from rules.organisation import EmployeeStatus, Span
from rules.schedule.presence import Stay, Whereabouts
from rules.training.kinds import AssignmentStatus

Crew: TypeAlias = Mapping[int, Whereabouts]
"""Employee -> where he is."""


def crew_of(session: Session, post_ids: Collection[int], days: Collection[date], on: date) -> Crew:
    """Everybody who holds one of these posts on some of these days, or is assigned to one; as is known on that day.

    As many statements for one post and day as for all of them.
    """
    if not post_ids or not days:
        return {}
    people = _people(post_ids, min(days), max(days))
    places, helps, away = _places(session, people), _helps(session, people), _away(session, people, on)
    query = select(Employee.id, Employee.status, Employee.last_on).where(
        Employee.id.in_(people), Employee.voided_at.is_(None)
    )
    return {
        who: Whereabouts(
            asked_on=on,
            places=places[who],
            helps=helps[who],
            away=away[who],
            last_on=last_on,
            is_on_leave=status is EmployeeStatus.LEAVE,
        )
        for who, status, last_on in session.execute(query.order_by(Employee.id))
    }


def posts_of(crew: Crew, days: Collection[date]) -> set[int]:
    """The posts at which somebody of these may be counted on one of the days."""
    return {post for one in crew.values() for day in days for post in one.posts_on(day)}


def held_posts(crew: Crew, days: Collection[date]) -> dict[date, dict[int, int]]:
    """Day -> employee -> the post that he holds on it."""
    held = {day: {who: one.post_held(day) for who, one in crew.items()} for day in days}
    return {day: {who: post for who, post in posts.items() if post is not None} for day, posts in held.items()}


def _people(post_ids: Collection[int], first: date, last: date) -> Select[tuple[int]]:
    held = select(Placement.employee_id).where(
        Placement.post_id.in_(sorted(post_ids)),
        Placement.from_on <= last,
        or_(Placement.to_on.is_(None), Placement.to_on >= first),
    )
    helped = select(PostAssignment.employee_id).where(
        PostAssignment.post_id.in_(sorted(post_ids)), PostAssignment.status == AssignmentStatus.ACTIVE
    )
    return select(held.union(helped).subquery().c.employee_id)


def _places(session: Session, people: Select[tuple[int]]) -> Mapping[int, list[Stay]]:
    query = select(Placement.employee_id, Placement.post_id, Placement.from_on, Placement.to_on)
    return _stays(session, query.where(Placement.employee_id.in_(people)).order_by(Placement.from_on))


def _helps(session: Session, people: Select[tuple[int]]) -> Mapping[int, list[Stay]]:
    one = PostAssignment
    query = select(one.employee_id, one.post_id, one.from_on, one.to_on)
    return _stays(
        session, query.where(one.employee_id.in_(people), one.status == AssignmentStatus.ACTIVE).order_by(one.id)
    )


def _stays(session: Session, query: Select[tuple[int, int, date, date | None]]) -> Mapping[int, list[Stay]]:
    found: dict[int, list[Stay]] = defaultdict(list)
    for who, post, from_on, to_on in session.execute(query):
        found[who].append(Stay(post, Span(from_on, to_on)))
    return found


def _away(session: Session, people: Select[tuple[int]], since: date) -> Mapping[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    query = select(Absence.employee_id, Absence.from_on, Absence.to_on).where(
        Absence.employee_id.in_(people), or_(Absence.to_on.is_(None), Absence.to_on >= since)
    )
    for who, from_on, to_on in session.execute(query.order_by(Absence.from_on)):
        found[who].append(Span(from_on, to_on))
    return found


__all__ = ["Crew", "crew_of", "held_posts", "posts_of"]
