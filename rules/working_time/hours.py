"""Which hours a date has: read from what people write, and refused where nobody could work by them (rules 2 and 12)."""

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from rules.base import Words

Pairs = Sequence[tuple[str, str]]
"""Working intervals as they are written: ("08:00", "12:00")."""

Edges = tuple[timedelta, ...]
"""One date's openings and closings in turn, counted from its midnight; a night shift closes after 24 hours."""

FIRST_YEAR, LAST_YEAR = 2, 9998
DAY = timedelta(days=1)
CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
LONGEST_CLOSURE_DAYS = 366

WEEKDAYS = (
    Words("Monday", "星期一"),
    Words("Tuesday", "星期二"),
    Words("Wednesday", "星期三"),
    Words("Thursday", "星期四"),
    Words("Friday", "星期五"),
    Words("Saturday", "星期六"),
    Words("Sunday", "星期日"),
)
NOT_A_TIME = Words(
    "“{text}” is not a time of day: write HH:MM from 00:00 to 23:59, or 24:00 where a day ends.",
    "“{text}”不是有效的时刻：请写 00:00 至 23:59，一天结束可写 24:00。",
)
NOT_AN_INTERVAL = Words(
    "“{pair}” is not an interval: give one opening and one closing time.",
    "“{pair}”不是有效的时段：请填写一个开始时刻和一个结束时刻。",
)
OPENS_AT_THE_END = Words(
    "No interval opens at 24:00: enter it as 00:00 of the next day.",
    "时段不能从 24:00 开始：请填为次日 00:00。",
)
NOT_A_WEEKDAY = Words(
    "“{day}” is not a day of the week: 0 is Monday, 6 is Sunday.",
    "“{day}”不是有效的星期：0 为星期一，6 为星期日。",
)
NOT_A_DATE = Words(
    "“{day}” is not a date (without a time) between the years {first} and {last}.",
    "“{day}”不是 {first} 年至 {last} 年之间的日期（不含时刻）。",
)
OVERLAP = Words("Working hours overlap: {one} and {other}.", "工作时段重叠：{one}与{other}。")
INTERVAL = Words("{day} {opens}-{closes}", "{day} {opens}-{closes}")
NO_WORKING_TIME = Words("The calendar has no working time at all.", "该日历没有任何工作时间。")
CLOSED_TOO_LONG = Words(
    "The calendar does not open for a year from {day} on.", "该日历自 {day} 起一年之内没有工作时间。"
)


class Unworkable(ValueError):
    """A calendar that is refused, or a question it has no answer to; ``words`` say why in both languages."""

    def __init__(self, words: Words, **values: object) -> None:
        self.words = Words(words.en, words.zh, **values)
        super().__init__(self.words.en)

    def __str__(self) -> str:
        return self.words.text("en")


class Hours:
    """The working intervals of every date: its own, else none on a holiday, else those of its weekday at the time."""

    def __init__(
        self,
        week: Mapping[int, Pairs],
        holidays: Collection[date],
        own_hours: Mapping[date, Pairs],
        later_weeks: Mapping[date, Mapping[int, Pairs]],
    ) -> None:
        self._begins = sorted(true_date(day) for day in later_weeks)
        self._weeks = [read_week(week), *(read_week(later_weeks[day]) for day in self._begins)]
        self._holidays = frozenset(true_date(day) for day in holidays)
        self._own = {true_date(day): read_edges(pairs) for day, pairs in own_hours.items()}
        self._refuse_idleness()
        self._refuse_overlaps()
        self._refuse_long_closures()

    def of(self, day: date) -> Edges:
        """The edges of the intervals that start on ``day``; empty on a day off."""
        own = self._own.get(day)
        if own is not None:
            return own
        return () if day in self._holidays else self._week_of(day)[day.weekday()]

    def _week_of(self, day: date) -> tuple[Edges, ...]:
        return self._weeks[bisect_right(self._begins, day)] if self._begins else self._weeks[0]

    def _refuse_idleness(self) -> None:
        if not any(map(any, self._weeks)) and not any(self._own.values()):
            raise Unworkable(NO_WORKING_TIME)

    def _refuse_overlaps(self) -> None:
        for week in self._weeks:
            for number, name in enumerate(WEEKDAYS):
                following = (number + 1) % 7
                refuse_overlap((name, week[number]), (WEEKDAYS[following], week[following]))
        for day in [*self._own, *self._begins]:
            refuse_overlap(*((near, self.of(near)) for near in (day - DAY, day)))
            refuse_overlap(*((near, self.of(near)) for near in (day, day + DAY)))

    def _refuse_long_closures(self) -> None:
        """A calendar whose last week is empty is closed for good after its last own date; that alone is allowed."""
        every_week = any(self._weeks[-1])
        last = max((day for day, edges in self._own.items() if edges), default=date.min)
        reopened = date.min
        turns = (day - DAY for day in self._begins)
        for day in sorted({*self._own, *turns, *(self._holidays if any(map(any, self._weeks)) else ())}):
            if day >= reopened and (every_week or day < last):
                reopened = self._next_working_date(day)

    def _next_working_date(self, day: date) -> date:
        for days in range(1, LONGEST_CLOSURE_DAYS + 1):
            if self.of(day + days * DAY):
                return day + days * DAY
        raise Unworkable(CLOSED_TOO_LONG, day=day)


def read_week(week: Mapping[int, Pairs]) -> tuple[Edges, ...]:
    for day in week:
        if day not in range(7):
            raise Unworkable(NOT_A_WEEKDAY, day=day)
    return tuple(read_edges(week.get(day, ())) for day in range(7))


def read_edges(pairs: Pairs) -> Edges:
    """The intervals of one date in their sequence, whatever the sequence they were written in."""
    return tuple(edge for interval in sorted(map(read_interval, pairs)) for edge in interval)


def read_interval(pair: tuple[str, str]) -> tuple[timedelta, timedelta]:
    match pair:
        case (start, end):
            opens, closes = read_time(start), read_time(end)
        case _:
            raise Unworkable(NOT_AN_INTERVAL, pair=pair)
    if opens == DAY:
        raise Unworkable(OPENS_AT_THE_END)
    return opens, closes if closes > opens else closes + DAY


def read_time(text: str) -> timedelta:
    if not CLOCK_TIME.fullmatch(str(text)):
        raise Unworkable(NOT_A_TIME, text=text)
    return timedelta(hours=int(text[:2]), minutes=int(text[3:]))


def true_date(day: date) -> date:
    """Refuses what would never equal a date: texts and moments."""
    if isinstance(day, datetime) or not isinstance(day, date) or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Unworkable(NOT_A_DATE, day=day, first=FIRST_YEAR, last=LAST_YEAR)
    return day


def refuse_overlap(today: tuple[object, Edges], tomorrow: tuple[object, Edges]) -> None:
    """Two days running, each with its name: one interval must be over before the next opens."""
    placed = [
        (opens + later, closes + later, name, opens, closes)
        for later, (name, edges) in zip((timedelta(), DAY), (today, tomorrow), strict=True)
        for opens, closes in zip(edges[::2], edges[1::2], strict=True)
    ]
    placed.sort(key=lambda one: one[:2])
    for one, other in pairwise(placed):
        if other[0] < one[1]:
            raise Unworkable(OVERLAP, one=interval_words(*one[2:]), other=interval_words(*other[2:]))


def interval_words(day: object, opens: timedelta, closes: timedelta) -> Words:
    return Words(INTERVAL.en, INTERVAL.zh, day=day, opens=clock(opens), closes=clock(closes))


def clock(edge: timedelta) -> str:
    """An edge as people write it: past midnight the next day's time."""
    minutes = int((edge if edge <= DAY else edge - DAY).total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"
