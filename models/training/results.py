"""A result is confirmed or corrected: posts are earned, attempts used up, what rested on it undone (P2.3)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.actions import PerformanceFileEntry, post_to_file, reverse_entry
from models.base import Act, after, on_date
from models.journal import seal
from models.training.effects import (
    Duty,
    earn,
    grace_due,
    is_met,
    new_round_on,
    owe,
    owed_by,
    refresh,
    refresh_of,
    topic_of,
)
from models.training.exams import ExamAttempt, histories
from models.training.obligations import UNSETTLED, PostRequirement, TrainingObligation
from models.training.qualifications import Qualification, QualificationBasis, QualificationTerm
from rules.actions import EntryKind
from rules.process import ChangeClass
from rules.training import exams
from rules.training.kinds import (
    EXAMINED,
    ExamStatus,
    ObligationReason,
    ObligationStatus,
    RequirementStatus,
    Result,
)


def _concerned(session: Session, attempt: ExamAttempt) -> Sequence[PostRequirement]:
    """Requirements that this exam can meet for this person: of posts that he holds, is or was to be qualified for."""
    posts = select(Qualification.post_id).where(
        Qualification.employee_id == attempt.employee_id, Qualification.closed_at.is_(None)
    )
    return session.scalars(
        select(PostRequirement)
        .where(
            PostRequirement.exam_id == attempt.exam_id,
            PostRequirement.status == RequirementStatus.ACTIVE,
            or_(PostRequirement.post_id.in_(posts), PostRequirement.post_id == attempt.employee.post_id),
        )
        .order_by(PostRequirement.id)
    ).all()


def _examined(session: Session, attempt: ExamAttempt) -> Sequence[TrainingObligation]:
    """What this person still owes to this exam."""
    return session.scalars(
        select(TrainingObligation)
        .join(PostRequirement, PostRequirement.id == TrainingObligation.requirement_id)
        .where(
            TrainingObligation.employee_id == attempt.employee_id,
            TrainingObligation.status.in_(UNSETTLED),
            TrainingObligation.mode.in_(EXAMINED),
            PostRequirement.exam_id == attempt.exam_id,
        )
        .order_by(TrainingObligation.id)
    ).all()


@after(ExamAttempt, "confirm")
def count_result(attempt: ExamAttempt, act: Act) -> None:
    """A pass settles what is owed and earns the post; the last fail asks for a new training, and suspends (P2.3)."""
    session = attempt.session
    session.flush()
    note_result(session, act, attempt)
    requirements = _concerned(session, attempt)
    if attempt.result is Result.PASS:
        for one in _examined(session, attempt):
            if _settles(session, attempt, one, act.at):
                one.satisfied_by = attempt
                one.perform("satisfy", act=act.consequence("P2.3"))
    elif are_used_up(session, attempt):
        for requirement in requirements:
            _train_again(session, act, attempt, requirement)
    for requirement in requirements:
        earn(session, act, attempt.employee, requirement.post)
        refresh(session, act, attempt.employee_id, requirement.post_id)


def note_result(session: Session, act: Act, attempt: ExamAttempt) -> None:
    """Results go into the performance file (P2.4)."""
    result = attempt.result.words.zh if attempt.result is not None else ""
    post_to_file(
        session,
        act,
        employee_id=attempt.employee_id,
        kind=EntryKind.EXAM,
        title=f"{attempt.exam.title}（第{attempt.attempt_no}次）：{result}",
        source=("exam_attempt", attempt.id),
        clause="P2.4",
        score=attempt.score if attempt.score is not None else attempt.practical_score,
    )


def _take_back(session: Session, act: Act, attempt: ExamAttempt) -> None:
    """The file keeps what was corrected, and that it was taken back."""
    reversed_ids = select(PerformanceFileEntry.reverses_id).where(PerformanceFileEntry.reverses_id.is_not(None))
    entry = session.scalar(
        select(PerformanceFileEntry).where(
            PerformanceFileEntry.source_entity == "exam_attempt",
            PerformanceFileEntry.source_id == attempt.id,
            PerformanceFileEntry.reverses_id.is_(None),
            PerformanceFileEntry.id.not_in(reversed_ids),
        )
    )
    if entry is not None:
        reverse_entry(session, act, entry, reason="成绩更正")


def _settles(session: Session, attempt: ExamAttempt, one: TrainingObligation, at: datetime) -> bool:
    """Whether this pass is what was owed: sat since it was owed, and on the revision that is asked for now."""
    if one.requirement is None or attempt.taken_on < on_date(one.opened_at):
        return False
    is_old_paper = one.reason is ObligationReason.REVISION and attempt.exam.status is ExamStatus.STALE
    return not is_old_paper and is_met(session, attempt.employee_id, one.requirement, at)


def are_used_up(session: Session, attempt: ExamAttempt) -> bool:
    """Whether this person has no attempt at this exam left."""
    history = histories(session, attempt.exam_id, {attempt.employee_id})[attempt.employee_id]
    since = new_round_on(session, attempt.employee_id, attempt.exam_id)
    return exams.are_used_up(history, attempt.exam.limits(attempt.taken_on, since))


def about_new_round(requirement: PostRequirement) -> str:
    return f"again:{requirement.id}"


def _train_again(session: Session, act: Act, attempt: ExamAttempt, requirement: PostRequirement) -> None:
    """All attempts are used up: a training opens a new round, and until the pass the post is closed to him."""
    about = about_new_round(requirement)
    if act.recorded_at or owed_by(session, attempt.employee_id, about=about):
        return
    due_on = grace_due(session, on_date(act.at), ChangeClass.MAJOR)
    duty = Duty(
        ObligationReason.FAILED_ATTEMPTS,
        requirement.mode,
        about,
        topic_of(None, requirement),
        due_on,
        requirement,
    )
    owe(session, act, attempt.employee, requirement.post, duty)


@after(ExamAttempt, "void")
def undo_result(attempt: ExamAttempt, act: Act) -> None:
    """What rested on a corrected result: terms end, what it had settled is owed again, a needless round is dropped."""
    session = attempt.session
    session.flush()
    _take_back(session, act, attempt)
    resting = session.scalars(
        select(QualificationTerm)
        .join(QualificationBasis, QualificationBasis.term_id == QualificationTerm.id)
        .where(QualificationBasis.attempt_id == attempt.id, QualificationTerm.ended_at.is_(None))
    ).all()
    for term in resting:
        term.ended_at = act.at
        seal(session, term.qualification, "term_ended", act.consequence("P2.3"))
    settled = session.scalars(
        select(TrainingObligation).where(
            TrainingObligation.satisfied_by_id == attempt.id,
            TrainingObligation.status == ObligationStatus.SATISFIED,
        )
    ).all()
    opened = [_owe_again(session, act, one) for one in settled]
    opened += _drop_new_round(session, act, attempt)
    refresh_of(session, act, opened)
    for term in resting:
        refresh(session, act, term.qualification.employee_id, term.qualification.post_id)


def _owe_again(session: Session, act: Act, one: TrainingObligation) -> TrainingObligation:
    """A new row, as the one before: that it had been settled until now stays true of the past."""
    duty = Duty(
        one.reason, one.mode, one.about, one.topic, one.due_on, one.requirement, one.revision, one.subject, one.suspends
    )
    return owe(session, act, one.employee, one.post, duty)


def _drop_new_round(session: Session, act: Act, attempt: ExamAttempt) -> list[TrainingObligation]:
    if are_used_up(session, attempt):
        return []
    dropped = [one for one in _examined(session, attempt) if one.reason is ObligationReason.FAILED_ATTEMPTS]
    for one in dropped:
        one.perform("merge", act=act.consequence("P2.3"))
    return dropped
