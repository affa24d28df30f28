"""Closed assessment periods: what their figures were computed from stays as it was (K2.1)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models.base import Audited, on_date
from models.event import PeriodLock
from rules.event import refuse_locked

Days = tuple[date, date | None]
"""First and last day; without a last one for good."""
Locks = Iterable[tuple[date, date]]


def locks_of(session: Session) -> list[tuple[date, date]]:
    """First and last day of every closed period."""
    rows = session.connection().execute(select(PeriodLock.from_on, PeriodLock.to_on))
    return [(first, last) for first, last in rows]


def refuse_closed(locks: Locks, from_on: date, to_on: date | None) -> None:
    """Raises RuleBroken where one of these days lies in a closed period."""
    for first, last in locks:
        if from_on <= last and (to_on is None or to_on >= first):
            refuse_locked(max(first, from_on), [(first, last)])


def refuse_moved(locks: Locks, one: Audited, action: str, values: Mapping[str, list[Any]], *, is_in_step: bool) -> None:
    """Refuses a row of a closed period that is added, changed where indicators read it, or made to count.

    What a later step of its lifecycle writes passes: the figures stay, its effect is a correction. A step that is dated
    back, as ledgers have them, and gives a row its day in a closed period adds it there.
    """
    column = type(one).period_on
    if column is None:
        return
    is_touched = bool(type(one).period_columns & set(values)) and not is_in_step
    if not (is_touched or _is_added(one, action, values)):
        if column in values:
            _refuse_brought_in(locks, one, column)
        return
    for holder in {one, one.told_in()}:
        if column in inspect(holder).attrs:
            for value in {*_before(holder, column), getattr(holder, column)}:
                refuse_locked(_day(value), locks)


def _refuse_brought_in(locks: Locks, one: Audited, column: str) -> None:
    """What lay in a closed period already may be moved by a step; what lay nowhere or outside is not moved in."""
    before = [_day(value) for value in _before(one, column)]
    was_inside = any(on is not None and first <= on <= last for on in before for first, last in locks)
    if not was_inside:
        refuse_locked(_day(getattr(one, column)), locks)


def _day(value: date | datetime | None) -> date | None:
    return on_date(value) if isinstance(value, datetime) else value


def _is_added(one: Audited, action: str, values: Mapping[str, list[Any]]) -> bool:
    """A row that counts from now on, or no longer."""
    is_new = action != "edit" or "voided_at" in values or values.get("status", [None])[0] in type(one).uncounted
    return is_new and one.is_input()


def _before(one: Audited, column: str) -> tuple[Any, ...]:
    return tuple(inspect(one).attrs[column].history.deleted or ())


def refuse_backdated(locks: Locks, one: Audited, action: str, values: Mapping[str, list[Any]]) -> None:
    """Refuses a value that would count, or count no longer, on a day of a closed period."""
    if type(one).counts_between is None or not _counts(one, action):
        return
    for from_on, to_on in _days_changed(one, action, values):
        refuse_closed(locks, from_on, to_on)


def _counts(one: Audited, action: str) -> bool:
    """Whether anything is or was computed by it: not by what was only proposed, and not by what was not set."""
    needs = type(one).counts_when
    statuses = {str(status) for status in (*_before(one, "status"), one.status)} if hasattr(one, "status") else {""}
    was_set = needs is None or (*_before(one, needs), getattr(one, needs))[0] is not None
    return was_set and (action == "create" or not statuses <= type(one).uncounted)


def _days_changed(one: Audited, action: str, values: Mapping[str, list[Any]]) -> Iterator[Days]:
    """The days on which something else counts than before."""
    first, last = type(one).counts_between or ("", "")
    after = (getattr(one, first), getattr(one, last))
    before = tuple((*_before(one, name), getattr(one, name))[0] for name in (first, last))
    if action != "edit" or {"voided_at", "status", *type(one).period_columns} & set(values):
        yield after
        yield before
        return
    if first in values:
        yield min(before[0], after[0]), max(before[0], after[0]) - timedelta(days=1)
    if last in values:
        yield _between(before[1], after[1])


def _between(one: date | None, other: date | None) -> Days:
    """The days by which an end was moved."""
    ends = [end for end in (one, other) if end is not None]
    return min(ends) + timedelta(days=1), max(ends) if len(ends) > 1 else None
