"""Every clock against its recomputation: ``flask recompute --check`` (TIME.md 7)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.regulation.clocks.rebuilding import (
    DERIVED,
    copy_due,
    due_as,
    is_provisional,
    look_ahead,
    plain,
    reckon,
    tell,
)
from models.regulation.clocks.table import COPIES, SlaClock, clock_of
from rules.regulation import ClockStatus, clocks

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
        reckon(self.clock)
        look_ahead(self.clock)
        if record is not None:
            tell(record, self.clock, self.column, plain(self.kept), plain(self.computed))
            copy_due(record, self.clock)


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
    if clock.provisional != is_provisional(clock):
        yield ClockDifference(clock, "provisional", clock.provisional, is_provisional(clock))
    column = COPIES.get((clock.entity, clock.target))
    if clock.status is ClockStatus.CANCELLED:  # nothing repeats what is no longer owed
        return
    record = clock.record() if column is not None else None
    if column is None or record is None or clock_of(record, clock.target) is not clock:
        return
    if getattr(record, column) != (due := due_as(record, column, clock)):
        yield ClockDifference(clock, column, getattr(record, column), due)
