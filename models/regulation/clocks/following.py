"""A changed calendar: open clocks are reckoned anew with a line in their record's history, closed ones never (11)."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from sqlalchemy import event, select
from sqlalchemy.orm import Session, SessionTransaction

from models.base import Act
from models.journal import acting, seal
from models.regulation.calendar import (
    Calendar,
    CalendarDay,
    CalendarVersion,
    OwnInterval,
    WorkInterval,
    refuse_unworkable,
    version_now,
)
from models.regulation.clocks.climbing import AT_ONCE
from models.regulation.clocks.rebuilding import rebuild
from models.regulation.clocks.table import SlaClock

PARTS = (Calendar, WorkInterval, OwnInterval, CalendarDay)
MARK = "calendar_act"


@event.listens_for(Session, "after_flush")
def _note_change(session: Session, _context: object) -> None:
    """Whichever way a calendar changes, who did it is remembered until the commit."""
    if any(isinstance(one, PARTS) for one in chain(session.new, session.dirty, session.deleted)):
        session.info[MARK] = session.info.get("act") or session.info.get(MARK)


@event.listens_for(Session, "before_commit", insert=True)
def _follow_change(session: Session) -> None:
    """Before the events are chained: what hangs on the calendar changes in the same transaction."""
    if session.get_transaction() is not None and session.in_nested_transaction():
        return
    session.flush()
    act: Act | None = session.info.pop(MARK, None)
    if act is not None:
        refuse_unworkable(session, act.at)  # whichever way it came, a command's or a program's too
        with acting(session, session.info.get("act") or act):
            session.flush()  # what else is pending is told as theirs who did it, when this block ends
        with acting(session, act.consequence("A4.1")):
            follow_calendars(session, act.at)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: SessionTransaction) -> None:
    if not previous.nested:
        session.info.pop(MARK, None)


def follow_calendars(session: Session, at: datetime) -> int:
    """Every open clock on the calendar as it is now; those whose deadline moved are told. Returns how many."""
    used = select(CalendarVersion.calendar_id).join(SlaClock, SlaClock.calendar_version_id == CalendarVersion.id)
    keys = session.scalars(used.where(SlaClock.stopped_at.is_(None)).distinct()).all()
    moved = 0
    for key in sorted(keys):
        version = version_now(session, session.get_one(Calendar, key), at)
        moved += sum(_follow(session, clock, version) for clock in _behind(session, version))
    return moved


def _behind(session: Session, version: CalendarVersion) -> Iterator[SlaClock]:
    """Open clocks on an older version of that calendar."""
    older = select(CalendarVersion.id).where(
        CalendarVersion.calendar_id == version.calendar_id, CalendarVersion.id != version.id
    )
    query = select(SlaClock).where(SlaClock.stopped_at.is_(None), SlaClock.calendar_version_id.in_(older))
    while found := session.scalars(query.order_by(SlaClock.id).limit(AT_ONCE)).all():
        yield from found
        session.flush()


def _follow(session: Session, clock: SlaClock, version: CalendarVersion) -> bool:
    before = clock.due_at, clock.provisional
    clock.calendar_version = version
    record = clock.record()
    if record is None:
        session.flush()
        return False
    rebuild(record, clock, looked_at=session.info["act"].at)
    if (clock.due_at, clock.provisional) == before:
        return False
    seal(session, record, "due_recomputed", session.info["act"])
    return True
