"""Clocks on any record: armed, paused, stopped, gone on with; each rebuilt from what was recorded (TIME.md 3-11)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, Record, on_date
from models.journal import journal_of
from models.regulation.calendar import (
    Calendar,
    CalendarVersion,
    calendar_for,
    engine_of,
    version_now,
)
from models.regulation.limits import SlaPolicy, policy_for
from models.types import BigId
from rules.base import RuleBroken, Words
from rules.regulation import CLAUSES, ClockStatus, Pause, Target, Terms, Unit, clocks
from rules.regulation.calendar import CalendarFacts, facts_of
from rules.regulation.clocks import Recorded, pauses_of, terms_of
from rules.working_time import WorkCalendar

OPEN = "stopped_at IS NULL"


class SlaClock(Base):
    """A time limit that runs for a record, with the terms, the calendar and everything recorded of it (计时)."""

    __tablename__ = "sla_clock"
    __table_args__ = (
        CheckConstraint("status NOT IN ('met', 'cancelled') OR stopped_at IS NOT NULL", name="ended_has_instant"),
        CheckConstraint("status NOT IN ('running', 'paused') OR stopped_at IS NULL", name="open_has_no_end"),
        CheckConstraint("status != 'breached' OR breach_minutes IS NOT NULL", name="breach_is_measured"),
        Index("ix_sla_clock_entity_entity_id", "entity", "entity_id"),
        Index(
            "uq_sla_clock_one_open",
            "entity",
            "entity_id",
            "target",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        Index("ix_sla_clock_next_look", "next_look_at", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index("ix_sla_clock_due", "due_at", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
    )
    words = Words("Clock", "计时")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity: Mapped[str] = mapped_column(String(63))
    entity_id: Mapped[int] = mapped_column(BigId)
    target: Mapped[Target]
    clause: Mapped[str] = mapped_column(String(10))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("sla_policy.id"), index=True)
    terms: Mapped[dict[str, Any]]
    """The policy as it was when the clock was armed."""
    calendar_version_id: Mapped[int] = mapped_column(ForeignKey("calendar_version.id"), index=True)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    provisional: Mapped[bool] = mapped_column(default=False)
    pauses: Mapped[list[Any]] = mapped_column(default=list)
    """[from, to, reason, by]; without an end it lasts."""
    stopped_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    """When it was first seen to be overdue."""
    elapsed_minutes: Mapped[int | None]
    breach_minutes: Mapped[int | None]
    spare_minutes: Mapped[int | None]
    paused_minutes: Mapped[int] = mapped_column(default=0)
    continues_id: Mapped[int | None] = mapped_column(ForeignKey("sla_clock.id"), unique=True)
    status: Mapped[ClockStatus] = mapped_column(default=ClockStatus.RUNNING)
    next_look_at: Mapped[datetime | None]
    """When the scheduler has something to do for it."""
    calendar_version: Mapped[CalendarVersion] = relationship()

    @property
    def granted(self) -> Terms:
        return terms_of(self.terms)

    @property
    def recorded(self) -> Recorded:
        return Recorded(
            self.started_at,
            pauses_of(self.pauses),
            self.stopped_at,
            is_cancelled=self.status is ClockStatus.CANCELLED,
            seen_at=self.seen_at,
        )

    @property
    def engine(self) -> WorkCalendar:
        """The calendar that it was reckoned on, as it was."""
        return engine_of(self.calendar_facts)

    @property
    def calendar_facts(self) -> CalendarFacts:
        return facts_of(self.calendar_version.facts)

    @property
    def is_open(self) -> bool:
        return self.stopped_at is None

    def record(self) -> Record | None:
        """What the clock runs for; None where it is there no more."""
        session = Session.object_session(self)
        model = MODELS.get(self.entity) or _find_model(self.entity)
        return session.get(model, self.entity_id) if session is not None and model is not None else None


MODELS: dict[str, type[Record]] = {}
COPIES: dict[tuple[str, Target], str] = {}
"""Which column of a table is the copy of which clock's due instant."""


def _find_model(entity: str) -> type[Record] | None:
    MODELS.update({m.class_.__tablename__: m.class_ for m in Base.registry.mappers if issubclass(m.class_, Record)})
    return MODELS.get(entity)


def copies_due(model: type[Record], target: Target, column: str = "due_at") -> None:
    """Declares that this column repeats the clock's due instant: written with it, compared by ``recompute --check``."""
    COPIES[model.__tablename__, target] = column


# -- questions -------------------------------------------------------------------------------------------------------


def clock_of(record: Record, target: Target) -> SlaClock | None:
    """The latest clock of that target, running or not."""
    return record.session.scalar(
        select(SlaClock)
        .where(SlaClock.entity == record.__tablename__, SlaClock.entity_id == record.id, SlaClock.target == target)
        .order_by(SlaClock.id.desc())
        .limit(1)
    )


def clocks_of(record: Record) -> Sequence[SlaClock]:
    """Every clock of a record, the first one first."""
    mine = (SlaClock.entity == record.__tablename__) & (SlaClock.entity_id == record.id)
    return record.session.scalars(select(SlaClock).where(mine).order_by(SlaClock.id)).all()


def reopenings(clock: SlaClock) -> int:
    """How often a clock was gone on with after a reopening."""
    session, count, before = Session.object_session(clock), 0, clock.continues_id
    while session is not None and before is not None:
        count += 1
        before = session.scalar(select(SlaClock.continues_id).where(SlaClock.id == before))
    return count


def _open(session: Session, record: Record, target: Target) -> SlaClock | None:
    session.flush()
    found = clock_of(record, target)
    return found if found is not None and found.is_open else None


# -- verbs -----------------------------------------------------------------------------------------------------------


def arm(
    session: Session,
    record: Record,
    target: Target,
    facts: Mapping[str, str],
    *,
    at: datetime,
    clause: str = "",
    department_id: int | None = None,
) -> SlaClock:
    """Starts a clock by the policy for these facts. Raises Unset, naming the clause, where no amount is set.

    A clock of this target that still runs is stopped by it: each word to the customer arms the next one.
    """
    clause = clause or CLAUSES[target]
    running = _open(session, record, target)
    policy = policy_for(session, target, facts, on_date(at), clause=clause)
    if running is not None:
        _end(record, running, at)
    if department_id is None:
        department_id = getattr(record, "department_id", None)
    calendar = calendar_for(session, calendar_id=policy.calendar_id, department_id=department_id)
    clock = SlaClock(
        entity=record.__tablename__,
        entity_id=record.id,
        target=target,
        clause=clause,
        department_id=department_id,
        policy_id=policy.id,
        terms=policy.terms(facts).kept(),
        calendar_version=version_now(session, calendar, at),
        started_at=at,
        pauses=[],
        status=ClockStatus.RUNNING,
    )
    return _begin(record, clock)


def pause(session: Session, record: Record, target: Target, *, at: datetime, reason: str) -> SlaClock | None:
    """The clock waits from now on, where its policy waits for this reason; None = there is none, or it does not."""
    clock = _open(session, record, target)
    if clock is None or target in clocks.NEVER_PAUSED or reason not in clock.granted.pauses_on:
        return None
    if clock.recorded.open_pause:
        raise RuleBroken(Words(clocks.PAUSED_ALREADY.en, clocks.PAUSED_ALREADY.zh, target=target))
    clock.pauses = [*clock.pauses, Pause(at, None, reason, _employee(session)).kept()]
    return _rebuild(record, clock)


def resume(session: Session, record: Record, target: Target, *, at: datetime) -> SlaClock | None:
    """The clock goes on; None = it was not paused."""
    clock = _open(session, record, target)
    waiting = clock.recorded.open_pause if clock is not None else None
    if clock is None or waiting is None:
        return None
    clock.pauses = _closed(clock, at)
    return _rebuild(record, clock)


def pause_all(session: Session, record: Record, *, at: datetime, reason: str) -> list[SlaClock]:
    """Every running clock of the record whose policy waits for this reason; one that waits already goes on waiting."""
    running = [one for one in clocks_of(record) if one.is_open and not one.recorded.open_pause]
    found = (pause(session, record, one.target, at=at, reason=reason) for one in running)
    return [one for one in found if one is not None]


def resume_all(session: Session, record: Record, *, at: datetime) -> list[SlaClock]:
    """Every paused clock of the record goes on."""
    found = (resume(session, record, one.target, at=at) for one in clocks_of(record) if one.is_open)
    return [one for one in found if one is not None]


def stop(session: Session, record: Record, target: Target, *, at: datetime) -> SlaClock | None:
    """It is done: met, or breached where it was strictly after due; None = no clock runs."""
    clock = _open(session, record, target)
    return _end(record, clock, at) if clock is not None else None


def cancel(session: Session, record: Record, target: Target, *, at: datetime) -> SlaClock | None:
    """It is no longer owed, such as a follow-up of what was reopened; None = no clock runs."""
    clock = _open(session, record, target)
    if clock is None:
        return None
    _tell(record, clock, "status", str(clock.status), str(ClockStatus.CANCELLED))
    clock.status = ClockStatus.CANCELLED
    return _end(record, clock, at)


def cancel_all(session: Session, record: Record, *, at: datetime) -> list[SlaClock]:
    """Nothing is owed any more."""
    found = (cancel(session, record, one.target, at=at) for one in clocks_of(record) if one.is_open)
    return [one for one in found if one is not None]


def rearm(
    session: Session, record: Record, target: Target, facts: Mapping[str, str], *, at: datetime
) -> SlaClock | None:
    """Another priority: the allowance of these facts from the same start, all pauses kept (rule 7).

    The policy is the one of the day on which the clock started. None = no clock runs. The event of the record tells the
    old and the new due instant.
    """
    clock = _open(session, record, target)
    if clock is None:
        return None
    policy = policy_for(session, target, facts, on_date(clock.started_at), clause=clock.clause)
    calendar = calendar_for(session, calendar_id=policy.calendar_id, department_id=clock.department_id)
    clock.policy_id, clock.terms = policy.id, policy.terms(facts).kept()
    clock.calendar_version = version_now(session, calendar, at)
    return _rebuild(record, clock, looked_at=at)


def continue_after_reopening(session: Session, record: Record, target: Target, *, at: datetime) -> SlaClock | None:
    """A new clock that goes on from the last one, the solved time paused; fresh only where the policy says so (rule 9).

    None = there was none, or it runs or was cancelled.
    """
    session.flush()
    last = clock_of(record, target)
    if last is None or last.stopped_at is None or last.status is ClockStatus.CANCELLED:
        return None
    solved = Pause(last.stopped_at, at, clocks.SOLVED, _employee(session)).kept()
    is_fresh = last.granted.is_fresh_after_reopening
    calendar = session.get_one(Calendar, last.calendar_version.calendar_id)
    clock = SlaClock(
        entity=last.entity,
        entity_id=last.entity_id,
        target=target,
        clause=last.clause,
        department_id=last.department_id,
        policy_id=last.policy_id,
        terms=last.terms,
        calendar_version=version_now(session, calendar, at),
        started_at=at if is_fresh else last.started_at,
        pauses=[] if is_fresh else [*last.pauses, solved],
        continues_id=last.id,
        status=ClockStatus.RUNNING,
    )
    return _begin(record, clock)


def _begin(record: Record, clock: SlaClock) -> SlaClock:
    _reckon(clock)
    record.session.add(clock)
    record.session.flush()
    _tell(record, clock, "due_at", None, clock.due_at.isoformat())
    _copy(record, clock)
    _look(clock)
    return clock


def _end(record: Record, clock: SlaClock, at: datetime) -> SlaClock:
    clock.pauses, clock.stopped_at = _closed(clock, at), at
    return _rebuild(record, clock)


def _closed(clock: SlaClock, at: datetime) -> list[Any]:
    """The pauses, the last one ended."""
    waiting = clock.recorded.open_pause
    if waiting is None:
        return clock.pauses
    return [*clock.pauses[:-1], Pause(waiting.start, at, waiting.reason, waiting.by).kept()]


def _rebuild(record: Record, clock: SlaClock, *, looked_at: datetime | None = None) -> SlaClock:
    """Reckons the clock anew and tells in the event of its record what became of it."""
    before = {name: getattr(clock, name) for name in TOLD}
    _reckon(clock)
    if clock.seen_at is not None and looked_at is not None and looked_at <= clock.due_at:
        clock.seen_at = None  # by the new terms it is not late yet
        _reckon(clock)
    for name, old in before.items():
        _tell(record, clock, name, _plain(old), _plain(getattr(clock, name)))
    _copy(record, clock)
    _look(clock)
    return clock


TOLD = ("due_at", "status", "provisional", "breach_minutes")
DERIVED = ("elapsed_minutes", "breach_minutes", "spare_minutes", "paused_minutes")


def _reckon(clock: SlaClock) -> None:
    """Everything that follows from what is recorded (rule 7), at once: half of it would be refused by the checks."""
    session = Session.object_session(clock)
    with session.no_autoflush if session is not None else nullcontext():
        found = clocks.reckon(clock.granted, clock.recorded, clock.engine)
    clock.due_at, clock.status = found.due_at.astimezone(UTC), found.status
    for name in DERIVED:
        setattr(clock, name, getattr(found, name))
    clock.provisional = is_provisional(clock)


def is_provisional(clock: SlaClock) -> bool:
    """Whether the due instant rests on a year without a notice; clock hours rest on none (rule 13)."""
    zone = clock.engine.zone
    first, last = clock.started_at.astimezone(zone).date(), clock.due_at.astimezone(zone).date()
    return clock.granted.unit is not Unit.CLOCK_HOUR and clock.calendar_facts.is_provisional(first, max(first, last))


def _copy(record: Record, clock: SlaClock) -> None:
    column = COPIES.get((clock.entity, clock.target))
    if column is not None and getattr(record, column) != clock.due_at:
        setattr(record, column, clock.due_at)


def _look(clock: SlaClock, climbed: Iterable[int] = ()) -> None:
    """Notes when the scheduler has something to do next: a level to tell, a breach to see; paused, nothing."""
    if not clock.is_open or clock.recorded.open_pause:
        clock.next_look_at = None
        return
    known = set(climbed)
    flight = clocks.flight(clock.granted, clock.recorded, clock.engine)
    moments = [when for when, rung in flight if rung.level not in known]
    if clock.seen_at is None:
        moments.append(clock.due_at)
    clock.next_look_at = min(moments, default=None)


def _tell(record: Record, clock: SlaClock, name: str, old: Any, new: Any) -> None:
    """Says in the record's event what changed in its clock; the clock itself is no record of its own."""
    if old == new:
        return
    bucket: dict[Any, list[Any]] = journal_of(record.session).changes.setdefault(record, {})
    first = bucket.get((clock, name), [old])[0]
    bucket[clock, name] = [first, new]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, ClockStatus) else value


def _employee(session: Session) -> int | None:
    act = session.info.get("act")
    return act.by.employee_id if act is not None else None


# -- proof -----------------------------------------------------------------------------------------------------------

AT_ONCE = 500


@dataclass(frozen=True)
class ClockDifference:
    """What a clock or its copy says, and what its record makes of it."""

    clock: SlaClock
    column: str
    kept: Any
    computed: Any

    def correct(self) -> None:
        """Puts the clock and its copy right."""
        record = self.clock.record()
        _reckon(self.clock)
        _look(self.clock)
        if record is not None:
            _tell(record, self.clock, self.column, _plain(self.kept), _plain(self.computed))
            _copy(record, self.clock)


def clock_differences(session: Session) -> Iterator[ClockDifference]:
    """Every clock against its recomputation, closed ones on the calendar of their time, then the copies (rule 7)."""
    last = 0
    while True:
        query = select(SlaClock).where(SlaClock.id > last).order_by(SlaClock.id).limit(AT_ONCE)
        found = session.scalars(query).all()
        for clock in found:
            yield from _differences(clock)
        if len(found) < AT_ONCE:
            return
        last = found[-1].id


def _differences(clock: SlaClock) -> Iterator[ClockDifference]:
    computed = clocks.reckon(clock.granted, clock.recorded, clock.engine)
    for name in ("due_at", "status", *DERIVED):
        kept, should = getattr(clock, name), getattr(computed, name)
        if kept != should:
            yield ClockDifference(clock, name, kept, should)
            return
    column = COPIES.get((clock.entity, clock.target))
    record = clock.record() if column is not None else None
    if column is None or record is None or clock_of(record, clock.target) is not clock:
        return
    if getattr(record, column) != clock.due_at:
        yield ClockDifference(clock, column, getattr(record, column), clock.due_at)


__all__ = [
    "COPIES",
    "ClockDifference",
    "SlaClock",
    "SlaPolicy",
    "arm",
    "cancel",
    "cancel_all",
    "clock_differences",
    "clock_of",
    "clocks_of",
    "continue_after_reopening",
    "copies_due",
    "pause",
    "pause_all",
    "rearm",
    "reopenings",
    "resume",
    "resume_all",
    "stop",
]
