"""The calendar that deadlines are reckoned with (rules 1, 2, 4-7, 12; Civil Code of the PRC, arts. 201-204)."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from types import MappingProxyType
from zoneinfo import ZoneInfo

from rules.base import Words
from rules.working_time.hours import FIRST_YEAR, LAST_YEAR, Hours, Pairs, Unworkable
from rules.working_time.window import NO_WINDOW, ZERO, Window, window_over

Pauses = Sequence[tuple[datetime, datetime]]
Spans = list[tuple[timedelta, timedelta]]

REACH_YEARS = 100
"""No search goes further: a deadline beyond it is a slip of the pen."""

MOST_WORKING = timedelta(days=366 * REACH_YEARS)

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock's, without a zone on purpose
NO_HOURS: Mapping[date, Pairs] = MappingProxyType({})
NO_WEEKS: Mapping[date, Mapping[int, Pairs]] = MappingProxyType({})
UNKNOWN_ZONE = Words("“{tz}” is not a known time zone.", "未知的时区“{tz}”。")
OUT_OF_REACH = Words(
    "The calendar has too little working time in the {reach} years around {year}.",
    "该日历在 {year} 年前后 {reach} 年内没有足够的工作时间。",
)
OUT_OF_YEARS = Words(
    "The years {low} to {high} cannot be reckoned with: at most {reach} between {first} and {last}.",
    "无法计算 {low} 年至 {high} 年：须在 {first} 年至 {last} 年之间，且相隔不超过 {reach} 年。",
)


class WorkCalendar:
    """When work is done at one place: a week, the holidays, and the dates with hours of their own.

    ``tz``: IANA name of the zone in which the hours are meant. ``week``: 0 = Monday; ("HH:MM", "HH:MM") intervals, a
    missing day is off; "24:00" is the end of the day; an interval that ends no later than it starts ends on the next
    day. ``holidays`` take away what starts on them. ``own_hours`` stand over week and holidays; an empty entry is a day
    off. ``later_weeks`` take the place of ``week`` from their date on, each until the next: summer hours, a Saturday
    that is no longer worked. Intervals are half-open and belong to the local date on which they start (rule 2). They
    open and close when the clock there first shows their time or a later one; what lies between is real elapsed time
    (rule 1).

    Moments: a naive one is wall clock in the calendar's zone, an aware one is an instant; what comes back is aware, in
    the calendar's zone. Python subtracts two moments of the same zone by the wall clock: bring them to UTC before.

    ``Unworkable``, a ``ValueError``, refuses malformed hours, an unknown zone, overlapping intervals, a calendar
    without working time and one that stays closed for a year (rule 12); when asked, also what lies outside the years
    2 to 9998 and what takes a search of more than ``REACH_YEARS``.

    Every answer is a bisection; the years needed are laid out when they are first asked for. Threads may share it.
    """

    def __init__(
        self,
        tz: str,
        week: Mapping[int, Pairs],
        holidays: Collection[date] = (),
        own_hours: Mapping[date, Pairs] = NO_HOURS,
        later_weeks: Mapping[date, Mapping[int, Pairs]] = NO_WEEKS,
    ) -> None:
        self._zone = zone_named(tz)
        self._epoch = EPOCH.replace(tzinfo=self._zone)
        self._hours = Hours(week, holidays, own_hours, later_weeks)
        self._window = NO_WINDOW

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its hours are meant."""
        return self._zone

    def add(self, start: datetime, working: timedelta, pauses: Pauses = ()) -> datetime:
        """The earliest instant at which ``working`` time from ``start`` on is used up (rules 4, 6, 7).

        Used up exactly at closing is that closing, not the next opening; zero is ``start`` itself, open or not. A
        pause (from, to) takes out the working time inside it; pauses may overlap, come in any sequence, lie outside or
        be reversed, which counts for nothing. A negative amount goes backwards: the latest instant from which it is
        used up at ``start``.
        """
        window, at = self._located(start)
        if not working:
            return at.astimezone(self._zone)
        if not -MOST_WORKING < working < MOST_WORKING:
            raise Unworkable(OUT_OF_REACH, year=start.year, reach=REACH_YEARS)
        while True:
            begun = window.spent(at)
            target = begun + working
            if pauses:
                target = past_pauses(begun, target, self._taken(window, pauses))
            due = window.used_up(target) if working > ZERO else window.still_ahead(target)
            if due is not None:
                return due.astimezone(self._zone)
            window = self._further(window, at.astimezone(self._zone).year, ahead=working > ZERO)

    def between(self, start: datetime, end: datetime, pauses: Pauses = ()) -> timedelta:
        """The working time from ``start`` to ``end`` outside the pauses; zero where the end is first (rules 6, 7)."""
        window, opened, closed = self._located_span(start, end)
        begun, done = window.spent(opened), window.spent(closed)
        if not pauses:
            return done - begun
        return done - begun - lost(begun, done, self._taken(window, pauses))

    def add_days(self, start: date | datetime, days: int) -> datetime:
        """The last closing of the ``days``-th working day after ``start``, whose own date is not counted (rule 5).

        The date is the local one, for a moment inside a night shift too. From a day off the first working day is
        day 1. Zero is the date itself, or where that is a day off the next working day. Negative counts backwards.
        """
        day = self._date(start)
        window, ordinal = self._years(day.year, day.year), day.toordinal()
        while True:
            place = bisect_right(window.days, ordinal) - 1 if days > 0 else bisect_left(window.days, ordinal)
            if 0 <= place + days < len(window.days):
                return window.closings[place + days].astimezone(self._zone)
            window = self._further(window, day.year, ahead=days >= 0)

    def days_between(self, start: date, end: date) -> int:
        """Working days after ``start``, which is not counted, up to and with ``end`` (rule 5); reversed: negative."""
        first, last = self._date(start), self._date(end)
        if last < first:
            return -self.days_between(last, first)
        days = self._years(first.year, last.year).days
        return bisect_right(days, last.toordinal()) - bisect_right(days, first.toordinal())

    def is_open(self, moment: datetime) -> bool:
        """Whether work is going on; at an opening yes, at a closing no (rule 2)."""
        window, at = self._located(moment)
        return bisect_right(window.edges, at) & 1 == 1

    def next_opening(self, moment: datetime) -> datetime:
        """The earliest instant from ``moment`` on at which work is going on: ``moment`` itself where it is open."""
        window, at = self._located(moment)
        while True:
            place = bisect_right(window.edges, at)
            if place & 1:
                return at.astimezone(self._zone)
            if place < len(window.edges):
                return window.edges[place].astimezone(self._zone)
            window = self._further(window, at.astimezone(self._zone).year, ahead=True)

    def openings(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """Every interval between the two moments, cut at them: what a deadline's story is told from."""
        window, first, last = self._located_span(start, end)
        place, after = bisect_right(window.edges, first), bisect_left(window.edges, last)
        edges = [first] * (place & 1) + window.edges[place:after] + [last] * (after & 1)
        here = [edge.astimezone(self._zone) for edge in edges]
        return [pair for pair in zip(here[::2], here[1::2], strict=True) if pair[0] < pair[1]]

    def add_many(self, starts: Iterable[datetime], working: timedelta | Iterable[timedelta]) -> list[datetime]:
        """``add`` for each start, with one amount for all or one for each; ``ValueError`` where the lists differ."""
        if isinstance(working, timedelta):
            return [self.add(start, working) for start in starts]
        return [self.add(start, each) for start, each in zip(starts, working, strict=True)]

    def between_many(self, starts: Iterable[datetime], ends: Iterable[datetime]) -> list[timedelta]:
        """``between`` for each start and its end; ``ValueError`` where the lists differ in length."""
        return [self.between(start, end) for start, end in zip(starts, ends, strict=True)]

    def _on(self, clock: tzinfo, moment: datetime) -> datetime:
        """The moment on that clock; at either end of time the last one there is."""
        try:
            if moment.tzinfo is None:
                # Four times as fast as replace(tzinfo=...), which alone keeps the fold.
                moment = moment.replace(tzinfo=self._zone) if moment.fold else self._epoch + (moment - EPOCH)
            return moment.astimezone(clock)
        except OverflowError:
            late = moment.year > LAST_YEAR
            return datetime.max.replace(tzinfo=clock) if late else datetime.min.replace(tzinfo=clock)

    def _date(self, day: date | datetime) -> date:
        return self._on(self._zone, day).date() if isinstance(day, datetime) else day

    def _located(self, moment: datetime) -> tuple[Window, datetime]:
        """The moment on the clock of a window that covers it."""
        window = self._window
        at = self._on(window.clock, moment)
        if window.begin <= at < window.end:
            return window, at
        year = self._on(self._zone, moment).year
        window = self._years(year, year)
        return window, self._on(window.clock, moment)

    def _located_span(self, start: datetime, end: datetime) -> tuple[Window, datetime, datetime]:
        """Both moments on the clock of a window that covers them; a reversed span becomes an empty one."""
        window = self._window
        first, last = self._on(window.clock, start), self._on(window.clock, end)
        if window.begin <= first <= last < window.end:
            return window, first, last
        first = self._on(UTC, start)
        last = max(first, self._on(UTC, end))
        window = self._years(self._date(first).year, self._date(last).year)
        return window, self._on(window.clock, first), self._on(window.clock, last)

    def _taken(self, window: Window, pauses: Pauses) -> Spans:
        """The pauses in working time from the beginning of the window, sorted."""
        return sorted(
            (window.spent(self._on(window.clock, start)), window.spent(self._on(window.clock, end)))
            for start, end in pauses
        )

    def _years(self, low: int, high: int) -> Window:
        """A window that covers these years and, where they are near, those laid out before."""
        window = self._window
        if window.low <= low and high <= window.high:
            return window
        if low < FIRST_YEAR or high > LAST_YEAR or high - low > REACH_YEARS:
            raise Unworkable(OUT_OF_YEARS, low=low, high=high, reach=REACH_YEARS, first=FIRST_YEAR, last=LAST_YEAR)
        joint = min(low, window.low), max(high, window.high)
        low, high = joint if joint[1] - joint[0] <= REACH_YEARS else (low, high)
        return self._laid_out(low, high)

    def _further(self, window: Window, year: int, *, ahead: bool) -> Window:
        """A window around ``year`` twice as long on the one side, never further from it than the reach."""
        longer = window.high - window.low + 1
        low, high = (window.low, window.high + longer) if ahead else (window.low - longer, window.high)
        low, high = max(low, year - REACH_YEARS, FIRST_YEAR), min(high, year + REACH_YEARS, LAST_YEAR)
        if window.low <= low and high <= window.high:
            raise Unworkable(OUT_OF_REACH, year=year, reach=REACH_YEARS)
        if high - low > REACH_YEARS:
            low, high = (year, high) if ahead else (low, year)
        return self._laid_out(low, high)

    def _laid_out(self, low: int, high: int) -> Window:
        # A thread that still holds the former window goes on with it: each is complete in itself.
        self._window = window_over(self._zone, self._hours, low, high)
        return self._window


def zone_named(tz: str) -> ZoneInfo:
    try:
        return ZoneInfo(tz)
    except (LookupError, OSError, TypeError, ValueError):
        raise Unworkable(UNKNOWN_ZONE, tz=tz) from None


def past_pauses(begun: timedelta, target: timedelta, taken: Spans) -> timedelta:
    """The target moved on by the pauses that begin before it is reached; going backwards, the same in a mirror."""
    if target < begun:
        return -past_pauses(-begun, -target, sorted((-end, -start) for start, end in taken))
    for start, end in taken:
        entered = max(start, begun)
        if entered >= target:
            break
        if end > entered:
            target += end - entered
            begun = end
    return target


def lost(begun: timedelta, done: timedelta, taken: Spans) -> timedelta:
    """The working time between the two that lies in pauses, none of it counted twice."""
    total = ZERO
    for start, end in taken:
        entered, left = max(start, begun), min(end, done)
        if left > entered:
            total += left - entered
            begun = left
    return total
