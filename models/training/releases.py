"""A revision is released or withdrawn: who reads, is trained or examined, which exams go stale (P2.2, P1.3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Act, after, now, on_date
from models.organisation import Employee, Post
from models.process import DocumentRevision, ProcessDocumentPost
from models.regulation import figure
from models.training.effects import (
    Duty,
    about_requirement,
    grace_due,
    owe,
    owed_by,
    refresh_of,
    topic_of,
)
from models.training.exams import Exam, ExamRevision
from models.training.obligations import UNSETTLED, PostRequirement, TrainingObligation
from models.training.required import holders_of, will_be_limited, will_owe
from rules.base import Person, Unset, Words
from rules.process import ChangeClass, Trigger
from rules.regulation.figures import MINOR_CHANGE_TRAINING
from rules.training.dates import mode_after
from rules.training.kinds import (
    EXAMINED,
    ExamStatus,
    ObligationMode,
    ObligationReason,
    RequirementStatus,
)


@dataclass(frozen=True)
class Asked:
    """What a revision asks of somebody at a post."""

    employee: Employee
    post: Post
    requirement: PostRequirement | None
    mode: ObligationMode


def asked_by(revision: DocumentRevision, at: datetime) -> Iterator[Asked]:
    """Of whom a released revision asks what: the posts that require the document, and those that work by it."""
    session, change = revision.session, revision.change_class
    trains = False
    if change is ChangeClass.MINOR:
        trains = figure(session, MINOR_CHANGE_TRAINING, on_date(at)) > 0
    requirements = session.scalars(
        select(PostRequirement)
        .where(
            PostRequirement.document_id == revision.document_id,
            PostRequirement.status == RequirementStatus.ACTIVE,
        )
        .order_by(PostRequirement.id)
    ).all()
    for requirement in requirements:
        mode = mode_after(
            change,
            has_exam=requirement.exam_id is not None,
            practical_required=requirement.practical_required,
            trains_after_minor=trains,
        )
        for employee in holders_of(session, requirement.post_id):
            yield Asked(employee, requirement.post, requirement, mode)
    others = session.scalars(
        select(Post)
        .join(ProcessDocumentPost, ProcessDocumentPost.post_id == Post.id)
        .where(
            ProcessDocumentPost.document_id == revision.document_id,
            Post.id.not_in([one.post_id for one in requirements]),
        )
        .order_by(Post.id)
    ).all()
    mode = mode_after(change, has_exam=False, practical_required=False, trains_after_minor=trains)
    if mode is ObligationMode.READ or revision.trigger is Trigger.INITIAL:
        return  # reading is asked for with the revision itself; where nothing was before, nothing has to be relearnt
    for post in others:
        for employee in holders_of(session, post.id):
            if employee.post_id == post.id:
                yield Asked(employee, post, None, mode)


def what_a_release_asks(revision: DocumentRevision, _person: Person) -> list[Words]:
    """Who will owe what by when, who will be limited or stopped, which exams go stale."""
    at = now()
    try:
        asked = list(asked_by(revision, at))
        due_on = _grace_of(revision, at)
    except Unset as refusal:
        return [refusal.words]
    found: list[Words] = []
    for mode in ObligationMode:
        people = [one.employee for one in asked if one.mode is mode]
        if people:
            found.append(will_owe(people, mode, due_on))
    examined: dict[Post, list[Employee]] = {}
    for one in asked:
        if one.mode in EXAMINED:
            examined.setdefault(one.post, []).append(one.employee)
    for post, people in examined.items():
        found += will_be_limited(revision.session, people, post)
    return [*found, *_will_go_stale(revision)]


def _will_go_stale(revision: DocumentRevision) -> list[Words]:
    return [
        Words(
            "The exam {exam} goes stale: nobody sits it until it is approved anew.",
            "考核“{exam}”转为待更新，重新批准前不能考试。",
            exam=one.label,
        )
        for one in (_examining(revision) if revision.change_class is ChangeClass.MAJOR else ())
    ]


def _grace_of(revision: DocumentRevision, at: datetime) -> date:
    return grace_due(revision.session, on_date(at), revision.change_class, getattr(revision, "grace_days", None))


def _examining(revision: DocumentRevision) -> Sequence[Exam]:
    """Approved exams about this document."""
    of_document = (
        select(ExamRevision.exam_id)
        .join(DocumentRevision, DocumentRevision.id == ExamRevision.revision_id)
        .where(DocumentRevision.document_id == revision.document_id)
    )
    return revision.session.scalars(
        select(Exam).where(Exam.id.in_(of_document), Exam.status == ExamStatus.APPROVED).order_by(Exam.id)
    ).all()


@after(DocumentRevision, "release", preview=what_a_release_asks)
def owe_the_revision(revision: DocumentRevision, act: Act) -> None:
    """Reading, training or an exam for whoever works by the document; exams about it go stale (P2.2)."""
    if act.recorded_at:
        return
    session = revision.session
    asked = list(asked_by(revision, act.at))
    if revision.change_class is ChangeClass.MAJOR:
        for exam in _examining(revision):
            exam.perform("outdate", act=act.consequence("P1.3"))
    if not asked:
        return
    due_on, is_editorial = _grace_of(revision, act.at), revision.change_class is ChangeClass.EDITORIAL
    opened = []
    for one in asked:
        about = (
            about_requirement(one.requirement) if one.requirement else f"document:{revision.document_id}:{one.post.id}"
        )
        if is_editorial and _owes_more(session, one.employee.id, about):
            continue
        duty = Duty(
            ObligationReason.REVISION,
            one.mode,
            about,
            topic_of(revision, one.requirement),
            due_on,
            one.requirement,
            revision,
            suspends=not is_editorial,
        )
        opened.append(owe(session, act, one.employee, one.post, _keeps_mode(session, one.employee.id, duty)))
    refresh_of(session, act, opened)


def _owes_more(session: Session, employee_id: int, about: str) -> bool:
    """Whether somebody owes an exam or training about it: an editorial change takes nothing away from that."""
    return any(one.mode is not ObligationMode.READ for one in owed_by(session, employee_id, about=about))


def _keeps_mode(session: Session, employee_id: int, duty: Duty) -> Duty:
    """Who still owes an exam on the revision before owes it on this one: a minor change is no way around it."""
    owed = [one for one in owed_by(session, employee_id, about=duty.about) if one.mode in EXAMINED]
    if duty.mode in EXAMINED or not owed:
        return duty
    return Duty(
        owed[0].reason,
        owed[0].mode,
        duty.about,
        duty.topic,
        owed[0].due_on,
        duty.requirement,
        duty.revision,
        suspends=True,
    )


def what_a_withdrawal_stops(revision: DocumentRevision, _person: Person) -> list[Words]:
    """Which exams go stale, and that nobody works by the document any more."""
    stale = [
        Words("The exam {exam} goes stale.", "考核“{exam}”转为待更新。", exam=one.label) for one in _examining(revision)
    ]
    return [
        Words("Nobody may work by this document until it is released again.", "重新发布前，任何人不得按此文件作业。"),
        *stale,
    ]


@after(DocumentRevision, "withdraw", preview=what_a_withdrawal_stops)
def stop_learning(revision: DocumentRevision, act: Act) -> None:
    """Nobody learns or is examined on what was withdrawn."""
    session = revision.session
    for exam in _examining(revision):
        exam.perform("outdate", act=act.consequence("P1.3"))
    owed = session.scalars(
        select(TrainingObligation).where(
            TrainingObligation.revision_id == revision.id, TrainingObligation.status.in_(UNSETTLED)
        )
    ).all()
    for one in owed:
        one.perform("merge", act=act.consequence("P1.3"))
    refresh_of(session, act, owed)
