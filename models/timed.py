"""Due dates that a step sets: each runs as a clock of its time limit, with its warnings and its story (TIME.md 8, 10).

The chapters say by when something is owed; here stands which step begins it and which ends it, so that every time
limit of the company is told of, explained, and reckoned anew with its calendar, like those that chapters arm.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from models.actions import AccountabilityCase, AccountabilityPerson
from models.after_sales import FollowUpVisit, Ticket
from models.assessment import AssessmentCycle, AssessmentSheet, RewardPenalty, Suggestion
from models.base import Act, Record, after
from models.communication import Meeting, Notice
from models.event import ReadReceipt
from models.journal import seal, told_by
from models.process import ChangeNotice, DocumentRevision
from models.regulation import Clause, SlaClock, arm, cancel, clock_of, copies_due, extend, stop
from models.regulation.clocks.climbing import IN_HAND
from models.regulation.clocks.table import FOLLOWED_BY
from models.reminding import falls_due
from models.schedule import ContactLog, DelayRecord, OrderClearance, ProductionPlan, SalesOrder
from models.training import TrainingObligation
from rules.assessment import CycleStatus, RewardStatus
from rules.assessment.suggestions import UNANSWERED
from rules.base import SYSTEM, Role, Unset
from rules.communication import MeetingStatus, NoticeStatus
from rules.regulation import Target

AT_ONCE = 500


def of_kind(record: Any) -> dict[str, str]:
    return {"kind": str(record.kind)}


@dataclass(frozen=True)
class Timed:
    """A due date of a table, the time limit that it comes from, and the steps between which it is owed.

    ``since``, ``open_in``: the column of the instant from which it runs and the states in which it is owed, for records
    that no step begins, or that were there before their clocks were.
    """

    model: type[Record]
    target: Target
    clause: str
    column: str = ""
    begins: Sequence[str] = ()
    done: Sequence[str] = ()
    over: Sequence[str] = ()
    facts: Callable[[Any], Mapping[str, str]] = of_kind
    is_owed: Callable[[Any], bool] = lambda _record: True
    department: Callable[[Any], int | None] = lambda record: getattr(record, "department_id", None)
    keeps_own_date: bool = False
    since: str = ""
    open_in: Sequence[str] = ()

    def arm(self, record: Record, at: datetime, *, keeps: bool = False) -> bool:
        """The clock; a date that the record chose for itself stays. Without a limit of that day there is none."""
        due = getattr(record, self.column) if self.column else None
        facts, where = self.facts(record), self.department(record)
        try:
            clock = arm(record.session, record, self.target, facts, at=at, clause=self.clause, department_id=where)
        except Unset:
            return False
        if due is not None and clock.due_at != due and (keeps or self.keeps_own_date):
            extend(record.session, record, self.target, at=at, until=due)
        return True

    def begin(self, record: Any, act: Act) -> None:
        if self.is_owed(record) and self.arm(record, act.at):
            seal(record.session, record, "clock_begins", act)

    def stop(self, record: Any, act: Act) -> None:
        if stop(record.session, record, self.target, at=act.at) is not None:
            seal(record.session, record, "clock_ends", act)

    def cancel(self, record: Any, act: Act) -> None:
        if cancel(record.session, record, self.target, at=act.at) is not None:
            seal(record.session, record, "clock_ends", act)

    def follow(self) -> None:
        """From now on its steps wind and stop its clock."""
        ends = ((self.begins, self.begin), (self.done, self.stop), (self.over, self.cancel))
        for verbs, consequence in ends:
            for verb in verbs:
                after(self.model, verb)(consequence)
        if self.column:
            copies_due(self.model, self.target, self.column)


TIMED = (
    Timed(
        AccountabilityPerson,
        Target.STATEMENT,
        "P3.3",
        "statement_due_at",
        begins=("ask",),
        done=("state",),
        over=("fall_silent",),
        facts=lambda one: {"kind": str(one.case.kind), "severity": str(one.case.severity)},
        department=lambda one: one.employee.department_id,
    ),
    Timed(
        Meeting,
        Target.MINUTES,
        "C1.1",
        "minutes_due_at",
        begins=("hold",),
        done=("minute",),
        facts=lambda one: {"kind": str(one.series)},
        since="held_at",
        open_in=(MeetingStatus.HELD,),
    ),
    Timed(
        Notice,
        Target.CONFIRMATION,
        "C1.2",
        "due_at",
        begins=("publish",),
        over=("expire", "withdraw"),
        is_owed=lambda one: one.must_confirm,
        keeps_own_date=True,
        since="published_at",
        open_in=(NoticeStatus.PUBLISHED,),
    ),
    Timed(
        DocumentRevision,
        Target.CONFIRMATION,
        "C1.2",
        begins=("release",),
        over=("supersede", "withdraw"),
        facts=lambda one: {"change_class": str(one.change_class), "doc_type": str(one.document.doc_type)},
        is_owed=lambda one: bool(missing_readers(one)),
    ),
    Timed(
        RewardPenalty,
        Target.STATEMENT,
        "K4.1",
        "statement_due_at",
        begins=("ask_statement",),
        done=("state",),
        over=("approve", "drop"),
    ),
    Timed(
        RewardPenalty,
        Target.APPEAL,
        "K4.1",
        "appeal_due_at",
        begins=("announce",),
        done=("appeal",),
        since="announced_at",
        open_in=(RewardStatus.ANNOUNCED, RewardStatus.EXECUTED),
    ),
    Timed(
        AssessmentCycle,
        Target.APPEAL,
        "K2.1",
        "appeal_due_at",
        begins=("publish",),
        over=("lock",),
        since="published_at",
        open_in=(CycleStatus.PUBLISHED, CycleStatus.APPEAL),
    ),
    Timed(
        Suggestion,
        Target.SUGGESTION_ANSWER,
        "K3.2",
        "answer_due_at",
        done=("adopt", "reject"),
        facts=lambda one: {"kind": str(one.topic)},
        since="submitted_at",
        open_in=UNANSWERED,
    ),
    Timed(
        TrainingObligation,
        Target.INDUCTION,
        "P2.1",
        "due_on",
        done=("satisfy", "confirm_read"),
        over=("waive", "merge"),
        facts=lambda _one: {},
    ),
)
for _one in TIMED:
    _one.follow()


@after(AccountabilityCase, "dismiss")
def nothing_to_state(case: AccountabilityCase, act: Act) -> None:
    """Nobody need state anything in a case that was dismissed."""
    for one in case.persons:
        TIMED[0].cancel(one, act)


# -- whose turn it is --------------------------------------------------------------------------------------------------


def first_named(*choices: Iterable[Role | str]) -> Callable[[Record], set[int]]:
    """Those of the first of these roles and relations in which anybody stands for the record."""

    def named(record: Record) -> set[int]:
        found = (told_by(record.session, record, one) for one in choices)
        return next(filter(None, found), set())

    return named


def missing_readers(record: Record) -> set[int]:
    """Who was asked to confirm that he has read it and has not yet."""
    query = select(ReadReceipt.employee_id).where(*_unread(record))
    return set(record.session.scalars(query))


def those_assessed(cycle: AssessmentCycle) -> set[int]:
    """Everybody who has a sheet in the cycle."""
    mine = (AssessmentSheet.cycle_id == cycle.id) & AssessmentSheet.employee_id.is_not(None)
    return {one for one in cycle.session.scalars(select(AssessmentSheet.employee_id).where(mine)) if one is not None}


def _unread(record: Record) -> tuple[Any, ...]:
    return (
        ReadReceipt.entity == record.__tablename__,
        ReadReceipt.entity_id == record.id,
        ReadReceipt.required,
        ReadReceipt.confirmed_at.is_(None),
    )


def readers_follow(record: Record, clock: SlaClock) -> None:
    """Whoever is still to read has until the clock's instant."""
    asked = update(ReadReceipt).where(*_unread(record)).values(due_at=clock.due_at)
    record.session.execute(asked.execution_options(synchronize_session="fetch"))


FOLLOWED_BY[Target.CONFIRMATION] = readers_follow


R = Role
AGENT = first_named(("agent",), (R.AFTER_SALES_AGENT,), (R.AFTER_SALES_MANAGER,))
TECHNICAL = first_named(("technical_owner",), (R.TECHNICAL_MANAGER,))
TURNS: Mapping[tuple[type[Record], Target], Callable[[Any], Iterable[int]]] = {
    (ChangeNotice, Target.REVISION_AFTER_CHANGE): first_named((R.TECHNICAL, R.TECHNICAL_MANAGER)),
    (OrderClearance, Target.ORDER_CLEARING): first_named(("clearer",)),
    (ProductionPlan, Target.PLAN_REVIEW): first_named((R.TECHNICAL, R.TECHNICAL_MANAGER)),
    (DelayRecord, Target.DELAY_REPORT): first_named(("stage_owner", R.PRODUCTION_MANAGER)),
    (SalesOrder, Target.TELLING_CUSTOMER): first_named(("seller",), (R.SALES_MANAGER,)),
    (ContactLog, Target.FEEDBACK_ANSWER): first_named(("receiver",), ("spokesman",)),
    (AccountabilityPerson, Target.STATEMENT): first_named(("concerned",)),
    (RewardPenalty, Target.STATEMENT): first_named(("subject_of_it",)),
    (RewardPenalty, Target.APPEAL): first_named(("subject_of_it",)),
    (AssessmentCycle, Target.APPEAL): those_assessed,
    (Suggestion, Target.SUGGESTION_ANSWER): first_named((R.HR,), (R.HR_MANAGER,)),
    (Meeting, Target.MINUTES): first_named(("chair",)),
    (TrainingObligation, Target.INDUCTION): first_named(("trainee",)),
    (FollowUpVisit, Target.FOLLOW_UP): first_named(("caller",), (R.AFTER_SALES_AGENT,), (R.AFTER_SALES_MANAGER,)),
    (Notice, Target.CONFIRMATION): missing_readers,
    (DocumentRevision, Target.CONFIRMATION): missing_readers,
    (Clause, Target.CONFIRMATION): missing_readers,
    **{
        (Ticket, target): AGENT
        for target in (
            Target.ACCEPTANCE,
            Target.FIRST_CONTACT,
            Target.FIRST_SOLUTION,
            Target.RESOLUTION,
            Target.SILENCE,
            Target.CLOSING,
        )
    },
    (Ticket, Target.TECHNICAL_SOLUTION): TECHNICAL,
}
IN_HAND.update({(model.__tablename__, target): named for (model, target), named in TURNS.items()})


# -- what falls due ----------------------------------------------------------------------------------------------------


@falls_due
def take_up_limits(session: Session, at: datetime) -> int:
    """Gives a clock to what is owed and has none: what no step begins, and what was there before clocks were."""
    return sum(_take_up(session, one, at) for one in TIMED if one.since)


def _take_up(session: Session, timed: Timed, at: datetime) -> int:
    model: Any = timed.model
    has_one = exists().where(
        SlaClock.entity == model.__tablename__, SlaClock.entity_id == model.id, SlaClock.target == timed.target
    )
    due, since = getattr(model, timed.column), getattr(model, timed.since)
    open_ones = select(model).where(model.status.in_(timed.open_in), model.voided_at.is_(None), since <= at, due > at)
    done = 0
    for record in session.scalars(open_ones.where(~has_one).order_by(model.id).limit(AT_ONCE)):
        if timed.is_owed(record) and timed.arm(record, getattr(record, timed.since), keeps=True):
            seal(session, record, "clock_begins", Act(SYSTEM, at, session.info["act"].source, clause=timed.clause))
            done += 1
    return done


@falls_due
def stop_what_was_read(session: Session, at: datetime) -> int:
    """When the last one has confirmed, the time for it stops at that instant."""
    one, read = SlaClock, ReadReceipt
    mine = (read.entity == one.entity, read.entity_id == one.entity_id, read.required)
    running = select(one, select(func.max(read.confirmed_at)).where(*mine).scalar_subquery()).where(
        one.target == Target.CONFIRMATION,
        one.stopped_at.is_(None),
        ~exists().where(*mine, read.confirmed_at.is_(None)),
        exists().where(*mine),
    )
    rows = session.execute(running.order_by(one.due_at, one.id).limit(AT_ONCE)).all()  # by the index of open ones
    for clock, last in rows:
        record = clock.record()
        if record is not None:
            stop(session, record, Target.CONFIRMATION, at=last)
            seal(session, record, "read_by_all", Act(SYSTEM, at, session.info["act"].source, clause=clock.clause))
    return len(rows)


@falls_due
def end_windows(session: Session, at: datetime) -> int:
    """A period in which somebody might have spoken is over: its clock is owed by nobody any more."""
    targets = {
        (one.model.__tablename__, one.target) for one in TIMED if one.target in (Target.STATEMENT, Target.APPEAL)
    }
    query = select(SlaClock).where(
        SlaClock.entity.in_(sorted({entity for entity, _ in targets})),
        SlaClock.target.in_(sorted({target for _, target in targets})),
        SlaClock.stopped_at.is_(None),
        SlaClock.due_at < at,
    )
    found = session.scalars(query.order_by(SlaClock.due_at, SlaClock.id).limit(AT_ONCE)).all()
    for clock in found:
        record = clock.record()
        if record is not None and clock_of(record, clock.target) is clock:
            cancel(session, record, clock.target, at=at)
            seal(session, record, "window_over", Act(SYSTEM, at, session.info["act"].source, clause=clock.clause))
    return len(found)
