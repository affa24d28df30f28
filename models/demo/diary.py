"""Six months in the right sequence: what happens when, by whom, each step as the person of that moment."""

import gc
import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import event
from sqlalchemy.orm import Session

from models.actions import (
    AccountabilityCase,
    AccountabilityPerson,
    ActionExtension,
    ActionItem,
    ActionRound,
    Evaluation,
    PerformanceFileEntry,
)
from models.after_sales import FollowUpVisit, ServiceAction, Ticket, TicketEvent
from models.base import COMPANY_ZONE, Act, Source
from models.journal import acting
from models.process import DocumentRevision
from models.quality import SpotCheck, SpotCheckItem
from rules.base import Person
from rules.working_time import WorkCalendar

STEPS_A_COMMIT = 100
COMMITS_A_TIDYING = 5
"""Looking through memory takes longer than the steps between."""
PASSING = (
    SpotCheck,
    SpotCheckItem,
    ActionItem,
    ActionRound,
    ActionExtension,
    AccountabilityCase,
    AccountabilityPerson,
    Evaluation,
    PerformanceFileEntry,
    DocumentRevision,
    Ticket,
    TicketEvent,
    ServiceAction,
    FollowUpVisit,
)
"""Rows that are not needed for long."""

Happening = Callable[[datetime], object]


@contextmanager
def as_of(session: Session, by: Person, at: datetime, source: Source = Source.FORM) -> Iterator[Act]:
    """What is changed in here is this person's doing at that instant."""
    with acting(session, Act(by, at.astimezone(UTC), source)) as act:
        yield act
        session.flush()


@dataclass(frozen=True)
class WorkClock:
    """Moments at which the company works; ``first`` begins the six months, ``today`` follows their last day."""

    calendar: WorkCalendar
    first: date
    today: date

    def on_day(self, day: int, minutes: int) -> datetime:
        """So many working minutes into that day, counted from the first; a day off gives way to the next workday."""
        return self._into(self.first + timedelta(days=day), minutes)

    def ago(self, workdays: int, minutes: int) -> datetime:
        """So many working minutes into that workday before today."""
        return self._into(self.calendar.add_days(self.today, -workdays).date(), minutes)

    def later(self, at: datetime, minutes: float) -> datetime:
        """When so much working time has passed."""
        return self.calendar.add(at, timedelta(minutes=round(minutes))).astimezone(UTC)

    def minutes(self, start: datetime, end: datetime) -> float:
        """The working minutes between the two."""
        return self.calendar.between(start, end).total_seconds() / 60

    def workdays(self) -> list[date]:
        """The working days of the six months."""
        days = [self.first + timedelta(days=one) for one in range((self.today - self.first).days)]
        return [day for day in days if self.calendar.days_between(day - timedelta(days=1), day)]

    def _into(self, day: date, minutes: int) -> datetime:
        return self.later(datetime.combine(day, time(), COMPANY_ZONE), minutes)


@dataclass
class Diary:
    """Entries are played by their instant; one entry may note later ones. What lies after ``until`` never happens."""

    session: Session
    clock: WorkClock
    until: datetime
    _entries: list[tuple[datetime, int, Happening]] = field(default_factory=list)
    _noted: int = 0

    def note(self, at: datetime, happening: Happening) -> None:
        if at < self.until:
            self._noted += 1
            heapq.heappush(self._entries, (at.astimezone(UTC), self._noted, happening))

    def play(self) -> None:
        """Plays everything, with a commit now and then."""
        played = 0
        with _held(self.session) as rows:
            while self._entries:
                at, _, happening = heapq.heappop(self._entries)
                happening(at)
                played += 1
                if played % STEPS_A_COMMIT == 0:
                    self.session.commit()
                    _let_go(self.session, rows)
                if played % (STEPS_A_COMMIT * COMMITS_A_TIDYING) == 0:
                    gc.collect()
            self.session.commit()


@contextmanager
def _held(session: Session) -> Iterator[list[object]]:
    """Holds what is read and written: when a row is read anew must not hang on when memory was tidied."""
    rows: list[object] = []
    was_enabled = gc.isenabled()
    gc.disable()
    gc.freeze()  # what was there before need not be looked through again and again

    def hold(_session: Session, row: object) -> None:
        rows.append(row)

    for moment in ("loaded_as_persistent", "pending_to_persistent"):
        event.listen(session, moment, hold)
    try:
        yield rows
    finally:
        for moment in ("loaded_as_persistent", "pending_to_persistent"):
            event.remove(session, moment, hold)
        gc.unfreeze()
        if was_enabled:
            gc.enable()


def _let_go(session: Session, rows: list[object]) -> None:
    for row in rows:
        if isinstance(row, PASSING) and row in session:
            session.expunge(row)
    rows.clear()
