"""What an inspector finds filled in at a post: people, documents, failures, open rectifications (P3.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, false, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from models.actions import ActionItem
from models.organisation import Absence, Employee, Post
from models.process import DocumentRevision, ProcessDocument, ProcessDocumentPost
from models.quality.checks import SpotCheck, SpotCheckItem
from rules.actions import UNFINISHED
from rules.base import BY_NAME, SCOPED, Person
from rules.organisation import EmployeeStatus
from rules.process import DocumentStatus
from rules.quality import CHECKERS, CheckKind, CheckStatus, Verdict

FAILURE_DAYS = 90
MOST = 5
MOST_POSTS = 200
HANDED_IN = (CheckStatus.SUBMITTED, CheckStatus.CLOSED)


@dataclass(frozen=True)
class Paper:
    """A document of a post and its revision in force; none while it is suspended."""

    document: ProcessDocument
    revision: DocumentRevision | None


@dataclass(frozen=True)
class Failure:
    """A question that failed at the post, and when it did last."""

    question: str
    last_at: datetime
    count: int


def people_at(session: Session, post: Post, on: date) -> list[Employee]:
    """Who holds the post and is there on that day, by name."""
    away = select(Absence.employee_id).where(Absence.from_on <= on, on <= Absence.to_on)
    rows = session.scalars(
        select(Employee)
        .where(
            Employee.post_id == post.id,
            Employee.status.in_((EmployeeStatus.ACTIVE, EmployeeStatus.PROBATION)),
            Employee.voided_at.is_(None),
            Employee.id.not_in(away),
        )
        .options(joinedload(Employee.team), joinedload(Employee.post))
        .order_by(Employee.no)
    )
    return list(rows)


def papers_at(session: Session, post: Post, document_id: int | None = None) -> list[Paper]:
    """The documents that are worked by at the post, each with its revision in force."""
    of_post = select(ProcessDocumentPost.document_id).where(ProcessDocumentPost.post_id == post.id)
    wanted: ColumnElement[bool] = ProcessDocument.id.in_(of_post)
    if document_id is not None:
        wanted = or_(wanted, ProcessDocument.id == document_id)
    in_force = (
        select(ProcessDocument, DocumentRevision)
        .outerjoin(
            DocumentRevision,
            (DocumentRevision.document_id == ProcessDocument.id) & (DocumentRevision.status == "released"),
        )
        .where(wanted, ProcessDocument.status != DocumentStatus.OBSOLETE, ProcessDocument.voided_at.is_(None))
        .order_by(ProcessDocument.id != (document_id or 0), ProcessDocument.doc_no)
    )
    return [Paper(document, revision) for document, revision in session.execute(in_force)]


def failures_at(session: Session, post: Post, at: datetime) -> list[Failure]:
    """What failed at the post lately, the latest first; re-checks look at the same failure again and don't count."""
    last = func.max(SpotCheck.checked_at)
    rows = session.execute(
        select(SpotCheckItem.question, last, func.count())
        .join(SpotCheck)
        .where(
            SpotCheck.post_id == post.id,
            SpotCheck.kind != CheckKind.RECHECK,
            SpotCheck.status.in_(HANDED_IN),
            SpotCheck.checked_at >= at - timedelta(days=FAILURE_DAYS),
            SpotCheckItem.verdict == Verdict.NG,
        )
        .group_by(SpotCheckItem.question)
        .order_by(last.desc())
        .limit(MOST)
    )
    return [Failure(question, when, count) for question, when, count in rows]


def rectifications_at(session: Session, post: Post, person: Person) -> Sequence[ActionItem]:
    """What was found at the post and is not put right yet, as far as the person may see it."""
    found_there = (
        select(SpotCheckItem.id).join(SpotCheck).where(SpotCheck.post_id == post.id, SpotCheckItem.verdict == "ng")
    )
    return session.scalars(
        select(ActionItem)
        .where(
            ActionItem.source_entity == "spot_check_item",
            ActionItem.source_id.in_(found_there),
            ActionItem.status.in_(UNFINISHED),
            ActionItem.visible_to(person),
        )
        .options(joinedload(ActionItem.responsible))
        .order_by(ActionItem.due_at)
        .limit(MOST)
    ).all()


def posts_for(session: Session, person: Person, kind: CheckKind, words: str = "") -> list[Post]:
    """The posts where the person may make such a check, by code; ``words`` narrows by code or name."""
    query = select(Post).where(Post.voided_at.is_(None)).options(joinedload(Post.department)).order_by(Post.code)
    if words:
        query = query.where(or_(Post.code.contains(words, autoescape=True), Post.name.contains(words, autoescape=True)))
    return list(session.scalars(query.where(_reached(person, kind)).limit(MOST_POSTS)))


def _reached(person: Person, kind: CheckKind) -> ColumnElement[bool]:
    """The posts that the roles for such a check reach; a team leader's are those that his people hold."""
    roles = [role for role in CHECKERS[kind] if role in person.roles]
    if any(role not in SCOPED | BY_NAME or person.roles[role] is None for role in set(roles) - BY_NAME):
        return true()
    departments = {one for role in roles for one in person.roles[role] or ()}
    held = select(Employee.post_id).where(Employee.team_id.in_(sorted(person.teams)))
    return or_(Post.department_id.in_(sorted(departments)), Post.id.in_(held) if set(roles) & BY_NAME else false())
