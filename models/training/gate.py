"""The facts behind the gate, loaded for one person or for a whole matrix in as many statements (P2.3)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models.base import Base, on_date
from models.organisation import Employee, Post
from models.process import DocumentRevision, ProcessDocument, revision_in_force
from models.training.obligations import TrainingObligation
from models.training.qualifications import Qualification, QualificationHold, QualificationTerm
from rules.training import Gate, gate
from rules.training.gate import Hold, Owed, Permit, Standing, Term
from rules.training.kinds import ObligationReason

Pair: TypeAlias = tuple[int, int]
"""An employee's key and a post's."""


@dataclass
class Facts:
    """Everything dated that is known of some people at some posts."""

    terms: dict[Pair, list[Term]] = field(default_factory=lambda: defaultdict(list))
    holds: dict[Pair, list[Hold]] = field(default_factory=lambda: defaultdict(list))
    owed: dict[Pair, list[Owed]] = field(default_factory=lambda: defaultdict(list))
    permits: dict[Pair, list[Permit]] = field(default_factory=lambda: defaultdict(list))


def may_work(employee: Employee, post: Post, at: datetime, document: ProcessDocument | None = None) -> Gate:
    """Whether somebody may work at a post at a moment, past or present, and why: the gate that every door asks."""
    facts = standing(employee.session, employee, post)
    if document is not None:
        in_force = revision_in_force(employee.session, document.id, at)
        facts = replace(facts, document_id=document.id, has_revision_in_force=in_force is not None)
    return gate(facts, at=at, on=on_date(at))


def standing(session: Session, employee: Employee, post: Post) -> Standing:
    """The facts of one person at one post."""
    return _standing(employee, post, load(session, [employee.id], [post.id]))


def gates(session: Session, people: Sequence[Employee], posts: Sequence[Post], at: datetime) -> dict[Pair, Gate]:
    """The same answers for every one of these people at every one of these posts, by few statements."""
    return gates_of(session, [(person, post) for person in people for post in posts], at)


def gates_of(session: Session, pairs: Collection[tuple[Employee, Post]], at: datetime) -> dict[Pair, Gate]:
    """The same answers for each of these at his post, by as many statements as one pair takes."""
    found = load(session, [person.id for person, _ in pairs], [post.id for _, post in pairs])
    on = on_date(at)
    return {(person.id, post.id): gate(_standing(person, post, found), at=at, on=on) for person, post in pairs}


def alone_on(
    session: Session, crews: Mapping[tuple[int, date], Collection[int]], moments: Mapping[date, datetime]
) -> dict[tuple[int, date], frozenset[int]]:
    """Who of each post's crew of a day may work there alone on it, asked at these moments (S1.3).

    ``crews``: post and day -> employees. What is known now is taken forward: a qualification that ends, a duty that
    falls due.
    """
    everybody = {one for crew in crews.values() for one in crew}
    people = {one.id: one for one in session.scalars(select(Employee).where(Employee.id.in_(sorted(everybody))))}
    posts = {one.id: one for one in session.scalars(select(Post).where(Post.id.in_({post for post, _ in crews})))}
    found = load(session, people, posts)
    pairs = {(who, post) for (post, _), crew in crews.items() for who in crew}
    facts = {(who, post): _standing(people[who], posts[post], found) for who, post in pairs}
    return {
        (post, day): frozenset(who for who in crew if gate(facts[who, post], at=moments[day], on=day).allows_alone)
        for (post, day), crew in crews.items()
    }


def _standing(employee: Employee, post: Post, found: Facts) -> Standing:
    pair = (employee.id, post.id)
    return Standing(
        needs_qualification=post.requires_qualification,
        grace_mode=post.grace_mode,
        hired_on=employee.hired_on,
        left_on=employee.left_on,
        terms=found.terms.get(pair, ()),
        holds=found.holds.get(pair, ()),
        owed=found.owed.get(pair, ()),
        permits=found.permits.get(pair, ()),
    )


def load(session: Session, employee_ids: Iterable[int], post_ids: Iterable[int]) -> Facts:
    """The facts of these people at these posts."""
    people, posts, found = sorted(set(employee_ids)), sorted(set(post_ids)), Facts()
    _load_terms(session, people, posts, found)
    _load_holds(session, people, posts, found)
    _load_owed(session, people, posts, found)
    _load_permits(session, people, posts, found)
    return found


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _load_terms(session: Session, people: list[int], posts: list[int], found: Facts) -> None:
    """A term ends with its qualification."""
    rows = session.execute(
        select(
            Qualification.employee_id,
            Qualification.post_id,
            Qualification.closed_at,
            QualificationTerm.granted_at,
            QualificationTerm.valid_until_on,
            QualificationTerm.ended_at,
        )
        .join(QualificationTerm.qualification)
        .where(Qualification.employee_id.in_(people), Qualification.post_id.in_(posts))
        .order_by(QualificationTerm.granted_at, QualificationTerm.id)
    )
    for person, post, closed_at, granted_at, until_on, ended_at in rows:
        found.terms[person, post].append(Term(granted_at, until_on, _earlier(ended_at, closed_at)))


def _load_holds(session: Session, people: list[int], posts: list[int], found: Facts) -> None:
    rows = session.execute(
        select(
            Qualification.employee_id,
            Qualification.post_id,
            Qualification.closed_at,
            QualificationHold.from_at,
            QualificationHold.to_at,
            QualificationHold.reason,
            QualificationHold.source,
        )
        .join(QualificationHold.qualification)
        .where(Qualification.employee_id.in_(people), Qualification.post_id.in_(posts))
        .order_by(QualificationHold.from_at, QualificationHold.id)
    )
    for person, post, closed_at, from_at, to_at, reason, source in rows:
        found.holds[person, post].append(Hold(from_at, _earlier(to_at, closed_at), reason, source))


def _load_owed(session: Session, people: list[int], posts: list[int], found: Facts) -> None:
    one = TrainingObligation
    rows = session.execute(
        select(
            one.employee_id,
            one.post_id,
            one.reason,
            one.mode,
            one.topic,
            one.opened_at,
            one.due_on,
            one.settled_at,
            one.suspends,
            DocumentRevision.document_id,
        )
        .outerjoin(DocumentRevision, DocumentRevision.id == one.revision_id)
        .where(one.employee_id.in_(people), one.post_id.in_(posts), one.voided_at.is_(None))
        .order_by(one.due_on, one.id)
    )
    for person, post, reason, mode, topic, opened_at, due_on, settled_at, suspends, document_id in rows:
        is_used_up = reason is ObligationReason.FAILED_ATTEMPTS
        found.owed[person, post].append(
            Owed(
                reason=reason,
                mode=mode,
                what=topic,
                opened_at=opened_at,
                due_on=due_on,
                settled_at=settled_at,
                suspends=suspends,
                exhausted_on=on_date(opened_at) if is_used_up else None,
                document_id=document_id,
            )
        )


def _load_permits(session: Session, people: list[int], posts: list[int], found: Facts) -> None:
    """Exceptions that were approved, each until it or its assignment ended."""
    assignment = Base.metadata.tables["post_assignment"].c  # it lies above: it asks the gate itself
    mentor = aliased(Employee)
    rows = session.execute(
        select(
            assignment.employee_id,
            assignment.post_id,
            assignment.exception_approved_at,
            assignment.exception_until_on,
            assignment.ended_at,
            mentor.name,
        )
        .join(mentor, mentor.id == assignment.mentor_id)
        .where(
            assignment.employee_id.in_(people),
            assignment.post_id.in_(posts),
            assignment.exception_approved_at.is_not(None),
            assignment.voided_at.is_(None),
        )
        .order_by(assignment.id)
    )
    for person, post, approved_at, until_on, ended_at, name in rows:
        found.permits[person, post].append(Permit(approved_at, until_on, name, ended_at))
