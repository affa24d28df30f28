"""What shows that people are trained, examined and let to work as the regulation has it (P2, A1.2)."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement
from sqlalchemy.orm import joinedload

from models.base import on_date
from models.regulation import Asked, Tally, evidence
from models.training.assignments import PostAssignment
from models.training.exams import ExamAttempt
from models.training.obligations import UNSETTLED, TrainingObligation
from models.training.qualifications import Qualification
from rules.base import Words
from rules.regulation import Side
from rules.training.kinds import AttemptStatus, ObligationReason, ObligationStatus, QualificationStatus

OWED = ",".join(UNSETTLED)


def _owed(asked: Asked, of: ColumnElement[bool]) -> Tally:
    """What is owed for these reasons: done of late, still to come, late."""
    one, today = TrainingObligation, on_date(asked.at)
    is_open = one.status.in_(UNSETTLED) & of
    return Tally(
        Words("Training obligations", "应训任务"),
        one,
        {
            Side.DONE: (one.status == ObligationStatus.SATISFIED) & of & (one.settled_at >= asked.since),
            Side.DUE: is_open & (one.due_on >= today),
            Side.OVERDUE: is_open & (one.due_on < today),
        },
        moment=one.due_on,
        queries={Side.DUE: f"flt_status={OWED}", Side.OVERDUE: f"flt_status={OWED}&sort=due_on"},
    )


@evidence("P2.1")
def newcomers(asked: Asked) -> Iterator[Tally]:
    """New employees are trained on entry."""
    yield _owed(asked, TrainingObligation.reason == ObligationReason.NEW_HIRE)


@evidence("P2.2")
def serving(asked: Asked) -> Iterator[Tally]:
    """Serving employees are trained when their post or the process changes."""
    yield _owed(asked, TrainingObligation.reason.not_in((ObligationReason.NEW_HIRE, ObligationReason.PERIODIC)))


@evidence("P2.3")
def examined(asked: Asked) -> Iterator[Tally]:
    """Only who passes takes up the post: who is qualified, who is not any more, who works by exception."""
    one, exception = Qualification, PostAssignment
    yield Tally(
        Words("Qualifications", "上岗资格"),
        one,
        {
            Side.DONE: one.status == QualificationStatus.QUALIFIED,
            Side.DUE: one.status.in_((QualificationStatus.CANDIDATE, QualificationStatus.LIMITED)),
            Side.OVERDUE: one.status.in_((QualificationStatus.SUSPENDED, QualificationStatus.LAPSED)),
        },
        queries={Side.DONE: "flt_status=qualified"},
        loads=(joinedload(one.employee), joinedload(one.post)),
    )
    yield Tally(
        Words("Exceptions to work", "例外上岗"),
        exception,
        {
            Side.EXCEPTION: exception.exception_approved_at.is_not(None)
            & (exception.exception_until_on >= on_date(asked.since))
        },
        moment=exception.exception_approved_at,
    )


@evidence("P2.4")
def filed(asked: Asked) -> Iterator[Tally]:
    """Results are confirmed, and stand in the performance file from then on."""
    one = ExamAttempt
    yield Tally(
        Words("Exam results", "考核成绩"),
        one,
        {
            Side.DONE: (one.status == AttemptStatus.CONFIRMED) & (one.confirmed_at >= asked.since),
            Side.DUE: one.status == AttemptStatus.ENTERED,
        },
        moment=one.taken_on,
        queries={Side.DONE: "flt_status=confirmed", Side.DUE: "flt_status=entered"},
    )


@evidence("A1.2")
def after_sales(asked: Asked) -> Iterator[Tally]:
    """The after-sales team is trained periodically."""
    yield _owed(asked, TrainingObligation.reason == ObligationReason.PERIODIC)
