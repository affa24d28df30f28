"""The working time of some years laid end to end, so that every question is a bisection (rules 1 and 2)."""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.working_time.hours import DAY, Edges, Hours

MIDNIGHT = time()
ZERO = timedelta()


class Window(NamedTuple):
    """All working time between two New Years. Once built it never changes, so threads share it.

    ``edges``: openings and closings in turn. ``worked``: the working time up to each of them, and once more after the
    last. ``days``: the ordinals of the dates on which work starts; ``closings``: the last closing of each.
    ``clock``: the zone of all these moments. Moments of one zone are compared by the wall clock, which is exact in
    years without a clock change and spares every conversion; in other years the clock is UTC.
    """

    low: int
    high: int
    clock: tzinfo
    begin: datetime
    end: datetime
    edges: list[datetime]
    worked: list[timedelta]
    days: list[int]
    closings: list[datetime]

    def spent(self, at: datetime) -> timedelta:
        """Working time from the beginning of the window; what lies outside counts as its beginning or its end."""
        place = bisect_right(self.edges, at)
        if place & 1:
            return self.worked[place] - (self.edges[place] - at)
        return self.worked[place]

    def used_up(self, target: timedelta) -> datetime | None:
        """The earliest moment by which ``target`` (more than zero) was worked; None = after the window."""
        place = bisect_left(self.worked, target)
        return self.edges[place] - (self.worked[place] - target) if place < len(self.edges) else None

    def still_ahead(self, target: timedelta) -> datetime | None:
        """The latest moment by which no more than ``target`` (below the total) was worked; None = before the window."""
        place = bisect_right(self.worked, target) - 1
        return self.edges[place] + (target - self.worked[place]) if place >= 0 else None


NO_WINDOW = Window(9999, 0, UTC, datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), [], [], [], [])
"""Covers nothing; joined with other years it adds none."""


def window_over(zone: ZoneInfo, hours: Hours, low: int, high: int) -> Window:
    """The working time of the years ``low`` to ``high``, both included; about a millisecond a year."""
    first, after = date(low, 1, 1), date(high + 1, 1, 1)
    clock = zone if is_steady(zone, first, after) else UTC
    edges: list[datetime] = []
    days: list[int] = []
    closings: list[datetime] = []
    # From New Year's Eve on, whose night shift may end in the first year.
    for ordinal in range(first.toordinal() - 1, after.toordinal()):
        day = date.fromordinal(ordinal)
        if todays := moments(zone, clock, day, hours.of(day)):
            edges += todays
            days.append(ordinal)
            closings.append(todays[-1])
    begin, end = (first_shown(datetime.combine(day, MIDNIGHT, zone)).astimezone(clock) for day in (first, after))
    edges = cut(edges, begin, end)
    return Window(low, high, clock, begin, end, edges, sums(edges), days, closings)


def is_steady(zone: ZoneInfo, first: date, after: date) -> bool:
    """No clock change in these years nor in the days around, so that the wall clock there tells instants apart."""
    midnights = range(first.toordinal() - 2, after.toordinal() + 3)
    return len({datetime.combine(date.fromordinal(day), MIDNIGHT, zone).utcoffset() for day in midnights}) == 1


def moments(zone: ZoneInfo, clock: tzinfo, day: date, edges: Edges) -> list[datetime]:
    """The edges of one date's intervals on the clock; an interval that a clock change skips is left out."""
    if not edges:
        return []
    midnight = datetime.combine(day, MIDNIGHT, zone)
    if clock is zone:
        return [midnight + edge for edge in edges]
    offset = midnight.utcoffset()
    # Nowhere have two clock changes within two days ever undone each other.
    if offset == (midnight + 2 * DAY).utcoffset():
        start = datetime.combine(day, MIDNIGHT, UTC) - (offset or ZERO)
        return [start + edge for edge in edges]
    shown = [first_shown(midnight + edge) for edge in edges]
    pairs = zip(shown[::2], shown[1::2], strict=True)
    return [edge for opens, closes in pairs if opens < closes for edge in (opens, closes)]


def first_shown(wall: datetime) -> datetime:
    """The first instant at which the clock of the zone shows this time or a later one, in UTC."""
    later, earlier = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if earlier >= later:
        return later

    # The clock skips this time: its two readings lie on both sides of the moment when it was put forward.
    def shown_after(seconds: int) -> datetime:
        return (earlier + timedelta(seconds=seconds)).astimezone(wall.tzinfo).replace(tzinfo=None)

    skipped = range(int((later - earlier).total_seconds()))
    return earlier + timedelta(seconds=bisect_left(skipped, wall.replace(tzinfo=None), key=shown_after))


def cut(edges: list[datetime], begin: datetime, end: datetime) -> list[datetime]:
    """What lies between the two; an interval across one of them is cut there."""
    first, after = bisect_right(edges, begin), bisect_left(edges, end)
    return [begin] * (first & 1) + edges[first:after] + [end] * (after & 1)


def sums(edges: list[datetime]) -> list[timedelta]:
    worked = [ZERO]
    for opens, closes in zip(edges[::2], edges[1::2], strict=True):
        total = worked[-1] + (closes - opens)
        worked += (total, total)
    return worked
