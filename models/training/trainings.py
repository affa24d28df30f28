"""Trainings made out of what is owed, held, cancelled, closed (P2.1, P2.2)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import post_to_file
from models.base import Act, after
from models.journal import seal
from models.training.effects import (
    earn,
    refresh,
    refresh_of,
)
from models.training.obligations import TrainingObligation
from models.training.sessions import SessionAttendee, SessionRevision, TrainingSession
from rules.actions import EntryKind
from rules.base import RuleBroken, Words
from rules.training import sessions
from rules.training.kinds import (
    CAME,
    Attendance,
    ObligationStatus,
)


def _scheduled(training: TrainingSession) -> Sequence[TrainingObligation]:
    return training.session.scalars(
        select(TrainingObligation)
        .where(TrainingObligation.session_id == training.id, TrainingObligation.status == ObligationStatus.SCHEDULED)
        .order_by(TrainingObligation.id)
    ).all()


@after(TrainingSession, "cancel")
@after(TrainingSession, "close")
def back_to_open(training: TrainingSession, act: Act) -> None:
    """What the training did not settle waits for another."""
    for one in _scheduled(training):
        one.perform("unschedule", act=act.consequence("P2.2"))


def note_training(session: Session, act: Act, training: TrainingSession, employee_id: int) -> None:
    """That somebody was trained goes into his performance file (P2.4)."""
    post_to_file(
        session,
        act,
        employee_id=employee_id,
        kind=EntryKind.TRAINING,
        title=f"{training.kind.words.zh}：{training.topic}",
        source=("training_session", training.id),
        clause="P2.4",
    )


@after(TrainingSession, "complete")
def count_as_trained(training: TrainingSession, act: Act) -> None:
    """Who came is trained: what asked for no more is done, an exam is still to come; who stayed away owes it still."""
    session = training.session
    came = {one.employee_id: one for one in training.attendees}
    obligations = _scheduled(training)
    for who in training.attendees:
        if who.attendance in CAME:
            note_training(session, act, training, who.employee_id)
    for one in obligations:
        attendee = came.get(one.employee_id)
        if attendee is None or attendee.attendance not in CAME:
            one.perform("unschedule", act=act.consequence("P2.2"))
            continue
        one.trained_at = act.at
        if sessions.satisfies(attendee.attendance, attendee.skill_demo, one.mode):
            one.perform("satisfy", act=act.consequence("P2.2"))
            earn(session, act, one.employee, one.post)
        else:
            seal(session, one, "trained", act.consequence("P2.2"))
    refresh_of(session, act, obligations)


@after(TrainingObligation, "confirm_read")
@after(TrainingObligation, "waive")
def may_be_enough(obligation: TrainingObligation, act: Act) -> None:
    """With this done the post may be earned."""
    earn(obligation.session, act, obligation.employee, obligation.post)
    refresh(obligation.session, act, obligation.employee_id, obligation.post_id)


def plan_training(
    session: Session, act: Act, training: TrainingSession, obligations: Sequence[TrainingObligation]
) -> TrainingSession:
    """A training out of what is owed: its people are on the list, what they owe is scheduled, in one act."""
    settled = [one for one in obligations if one.status is not ObligationStatus.OPEN]
    if settled:
        raise RuleBroken(
            Words("{no} is scheduled or done already.", "{no} 已安排或已完成。", no=settled[0].no), clause="P2.2"
        )
    people = {one.employee_id: one.employee for one in obligations}
    training.attendees = [SessionAttendee(employee=one, attendance=Attendance.PENDING) for one in people.values()]
    revisions = {one.revision_id: one.revision for one in obligations if one.revision is not None}
    training.revisions = [SessionRevision(revision=one) for one in revisions.values()]
    training.organiser_id = act.by.employee_id
    session.add(training)
    training.prepare()
    seal(session, training, "create", act)
    for one in obligations:
        one.training = training
        one.perform("schedule", act=act.consequence("P2.2"))
    return training
