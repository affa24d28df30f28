"""A clock is never adjusted: it is rebuilt, its event told, its copy written, its next look noted (TIME.md 7)."""

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, inspect
from sqlalchemy.orm import Session

from models.base import Record, on_date
from models.journal import journal_of
from models.regulation.clocks.table import COPIES, FOLLOWED_BY, SlaClock
from rules.regulation import ClockStatus, Pause, Unit, clocks
from rules.regulation.limits import WINDOWS


def begin(record: Record, clock: SlaClock) -> SlaClock:
    reckon(clock)
    record.session.add(clock)
    record.session.flush()
    tell(record, clock, "due_at", None, clock.due_at.isoformat())
    copy_due(record, clock)
    look_ahead(clock)
    return clock


def end(record: Record, clock: SlaClock, at: datetime) -> SlaClock:
    clock.pauses, clock.stopped_at = with_pause_ended(clock, at), at
    return rebuild(record, clock)


def with_pause_ended(clock: SlaClock, at: datetime) -> list[Any]:
    """The pauses, the last one ended."""
    waiting = clock.recorded.open_pause
    if waiting is None:
        return clock.pauses
    return [*clock.pauses[:-1], Pause(waiting.start, at, waiting.reason, waiting.by).kept()]


def rebuild(record: Record, clock: SlaClock, *, looked_at: datetime | None = None) -> SlaClock:
    """Reckons the clock anew and tells in the event of its record what became of it."""
    before = {name: getattr(clock, name) for name in TOLD}
    reckon(clock)
    if clock.seen_at is not None and looked_at is not None and looked_at <= clock.due_at:
        clock.seen_at = None  # by the new terms it is not late yet
        reckon(clock)
    for name, old in before.items():
        tell(record, clock, name, plain(old), plain(getattr(clock, name)))
    copy_due(record, clock)
    look_ahead(clock)
    return clock


TOLD = ("due_at", "status", "provisional", "breach_minutes")
DERIVED = ("elapsed_minutes", "breach_minutes", "spare_minutes", "paused_minutes")


def reckon(clock: SlaClock) -> None:
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


def copy_due(record: Record, clock: SlaClock) -> None:
    """What repeats the due instant says the same: the record's column, and where others have copies, theirs."""
    column = COPIES.get((clock.entity, clock.target))
    if column is not None and getattr(record, column) != (due := due_as(record, column, clock)):
        setattr(record, column, due)
    if clock.is_open and clock.target in FOLLOWED_BY:
        FOLLOWED_BY[clock.target](record, clock)


def due_as(record: Record, column: str, clock: SlaClock) -> datetime | date:
    """The due instant as the column has it: one that holds days has its day."""
    is_day = isinstance(inspect(type(record)).columns[column].type, Date)
    return on_date(clock.due_at) if is_day else clock.due_at


def look_ahead(clock: SlaClock, climbed: Iterable[int] = (), *, after: datetime | None = None) -> None:
    """Notes when the scheduler has something to do next: a level to tell, a breach to see; paused, nothing.

    ``after``: what was due before and could not be told outside working time waits for the next opening.
    """
    if not clock.is_open or clock.recorded.open_pause:
        clock.next_look_at = None
        return
    known = set(climbed)
    flight = clocks.flight(clock.granted, clock.recorded, clock.engine)
    moments = [when for when, rung in flight if rung.level not in known]
    if clock.seen_at is None and clock.target not in WINDOWS:
        moments.append(clock.due_at + timedelta.resolution)  # late is strictly after due
    found = min(moments, default=None)
    if found is not None and after is not None and found <= after:
        found = clock.engine.next_opening(after)
    clock.next_look_at = found


def tell(record: Record, clock: SlaClock, name: str, old: Any, new: Any) -> None:
    """Says in the record's event what changed in its clock; the clock itself is no record of its own."""
    if old == new:
        return
    bucket: dict[Any, list[Any]] = journal_of(record.session).changes.setdefault(record, {})
    first = bucket.get((clock, name), [old])[0]
    bucket[clock, name] = [first, new]


def plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, ClockStatus) else value


def employee_here(session: Session) -> int | None:
    act = session.info.get("act")
    return act.by.employee_id if act is not None else None


def told_from(session: Session, at: datetime) -> datetime:
    """From when on the levels of a clock are told: of history that is taken in, only what lies after the import."""
    act = session.info.get("act")
    return max(at, act.recorded_at) if act is not None and act.recorded_at else at
