"""Every clock against its recomputation: ``flask recompute --check`` (TIME.md 7)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.base import Record
from models.regulation.calendar import CalendarVersion
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
from models.regulation.clocks.table import COPIES, SlaClock, model_named
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
    _versions = session.scalars(select(CalendarVersion)).all()  # held on to: no clock has to fetch its own
    last = 0
    while True:
        query = select(SlaClock).where(SlaClock.id > last).order_by(SlaClock.id).limit(AT_ONCE)
        found = session.scalars(query).all()
        repeated = _repeated(session, found)
        for clock in found:
            yield from _differences(clock, repeated.get(clock.id))
        if len(found) < AT_ONCE:
            return
        last = found[-1].id


def _repeated(session: Session, clocks: Sequence[SlaClock]) -> dict[int, Record]:
    """The records that repeat the due instants of these clocks: of each record and target its latest clock alone."""
    of_table: dict[str, list[SlaClock]] = defaultdict(list)
    for one in clocks:
        if (one.entity, one.target) in COPIES and one.status is not ClockStatus.CANCELLED:
            of_table[one.entity].append(one)
    found: dict[int, Record] = {}
    for entity, those in of_table.items():
        latest, records = _latest(session, entity, those), _records(session, entity, those)
        found |= {one.id: records[one.entity_id] for one in those if one.id in latest and one.entity_id in records}
    return found


def _latest(session: Session, entity: str, those: Sequence[SlaClock]) -> set[int]:
    keys = {one.entity_id for one in those}
    query = select(func.max(SlaClock.id)).where(SlaClock.entity == entity, SlaClock.entity_id.in_(keys))
    return set(session.scalars(query.group_by(SlaClock.entity_id, SlaClock.target)))


def _records(session: Session, entity: str, those: Sequence[SlaClock]) -> dict[int, Record]:
    model = model_named(entity)
    if model is None:
        return {}
    return {one.id: one for one in session.scalars(select(model).where(model.id.in_({one.entity_id for one in those})))}


def _differences(clock: SlaClock, record: Record | None) -> Iterator[ClockDifference]:
    """``record``: what repeats its due instant; nothing repeats what is no longer owed."""
    computed = clocks.reckon(clock.granted, clock.recorded, clock.engine)
    for name in ("due_at", "status", *DERIVED):
        kept, should = getattr(clock, name), getattr(computed, name)
        if kept != should:
            yield ClockDifference(clock, name, kept, should)
            return
    if clock.provisional != is_provisional(clock):
        yield ClockDifference(clock, "provisional", clock.provisional, is_provisional(clock))
    column = COPIES.get((clock.entity, clock.target))
    if column is None or record is None:
        return
    if getattr(record, column) != (due := due_as(record, column, clock)):
        yield ClockDifference(clock, column, getattr(record, column), due)
