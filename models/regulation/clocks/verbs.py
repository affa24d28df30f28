"""What chapters do with clocks: arm, pause, resume, stop, cancel, another priority, a reopening (TIME.md 4-9)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from models.base import Act, Record, on_date
from models.closed import locks_of, refuse_closed
from models.regulation.calendar import Calendar, calendar_for, version_now
from models.regulation.clocks.rebuilding import begin, employee_here, end, rebuild, tell, told_from, with_pause_ended
from models.regulation.clocks.table import SlaClock, clock_of, clocks_of
from models.regulation.limits import policy_for
from rules.base import RuleBroken, Words
from rules.regulation import CLAUSES, ClockStatus, Pause, Target, clocks


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
    running = running_clock(session, record, target)
    policy = policy_for(session, target, facts, on_date(at), clause=clause)
    if running is not None:
        end(record, running, at)
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
        told_from_at=told_from(session, at),
        pauses=[],
        status=ClockStatus.RUNNING,
    )
    begin(record, clock)
    _refuse_history(session, clock)
    return clock


def _refuse_history(session: Session, clock: SlaClock) -> None:
    """A ledger brings no clock into a closed period whose figures count such clocks."""
    act: Act | None = session.info.get("act")
    if act is not None and act.recorded_at is not None and clock.target in clocks.COUNTED:
        on = on_date(clock.due_at)
        refuse_closed(locks_of(session), on, on)


def pause(session: Session, record: Record, target: Target, *, at: datetime, reason: str) -> SlaClock | None:
    """The clock waits from now on, where its policy waits for this reason; None = there is none, or it does not."""
    clock = running_clock(session, record, target)
    if clock is None or target in clocks.NEVER_PAUSED or reason not in clock.granted.pauses_on:
        return None
    if clock.recorded.open_pause:
        raise RuleBroken(Words(clocks.PAUSED_ALREADY.en, clocks.PAUSED_ALREADY.zh, target=target))
    clock.pauses = [*clock.pauses, Pause(at, None, reason, employee_here(session)).kept()]
    return rebuild(record, clock)


def resume(session: Session, record: Record, target: Target, *, at: datetime) -> SlaClock | None:
    """The clock goes on; None = it was not paused."""
    clock = running_clock(session, record, target)
    waiting = clock.recorded.open_pause if clock is not None else None
    if clock is None or waiting is None:
        return None
    clock.pauses = with_pause_ended(clock, at)
    return rebuild(record, clock)


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
    clock = running_clock(session, record, target)
    return end(record, clock, at) if clock is not None else None


def cancel(session: Session, record: Record, target: Target, *, at: datetime) -> SlaClock | None:
    """It is no longer owed, such as a follow-up of what was reopened; None = no clock runs."""
    clock = running_clock(session, record, target)
    if clock is None:
        return None
    tell(record, clock, "status", str(clock.status), str(ClockStatus.CANCELLED))
    clock.status = ClockStatus.CANCELLED
    return end(record, clock, at)


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
    clock = running_clock(session, record, target)
    if clock is None:
        return None
    policy = policy_for(session, target, facts, on_date(clock.started_at), clause=clock.clause)
    calendar = calendar_for(session, calendar_id=policy.calendar_id, department_id=clock.department_id)
    clock.policy_id, clock.terms = policy.id, policy.terms(facts).kept()
    clock.calendar_version = version_now(session, calendar, at)
    return rebuild(record, clock, looked_at=at)


def extend(session: Session, record: Record, target: Target, *, at: datetime, until: datetime) -> SlaClock | None:
    """More time was granted: the clock runs on until that instant, with all that it has told; None = no clock runs."""
    clock = running_clock(session, record, target)
    if clock is None:
        return None
    clock.terms = replace(clock.granted, until=until).kept()
    return rebuild(record, clock, looked_at=at)


def continue_after_reopening(session: Session, record: Record, target: Target, *, at: datetime) -> SlaClock | None:
    """A new clock that goes on from the last one, the solved time paused; fresh only where the policy says so (rule 9).

    None = there was none, or it runs or was cancelled.
    """
    session.flush()
    last = clock_of(record, target)
    if last is None or last.stopped_at is None or last.status is ClockStatus.CANCELLED:
        return None
    solved = Pause(last.stopped_at, at, clocks.SOLVED, employee_here(session)).kept()
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
        told_from_at=told_from(session, at),
        pauses=[] if is_fresh else [*last.pauses, solved],
        continues_id=last.id,
        status=ClockStatus.RUNNING,
    )
    return begin(record, clock)


def running_clock(session: Session, record: Record, target: Target) -> SlaClock | None:
    session.flush()
    found = clock_of(record, target)
    return found if found is not None and found.is_open else None
