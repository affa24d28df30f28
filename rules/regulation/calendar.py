"""The working calendar as data: hours by weekday, statutory days, own hours of single dates (TIME.md 2, 3, 13)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from json import dumps
from typing import Any

from rules.base import Access, Choice, Role, Words
from rules.working_time import WorkCalendar

CALENDAR = Access(clause="A4.1", create=frozenset({Role.ADMIN}), edit=frozenset({Role.ADMIN}))

NOTICE_MONTH, NOTICE_DAY = 11, 15
"""From then on the State Council's notice for the next year is waited for."""


class DayType(Choice):
    """What the State Council's notice makes of a day."""

    WORKDAY = "workday", "Workday", "工作日"
    WEEKEND = "weekend", "Weekend", "周末"
    HOLIDAY = "holiday", "Public holiday", "法定节假日"
    MAKEUP_WORKDAY = "makeup_workday", "Make-up workday", "调休上班"


OFF = frozenset({DayType.HOLIDAY, DayType.WEEKEND})
Hour = tuple[str, str]
"""One working interval as it is written: ("08:30", "12:00")."""
Intervals = Sequence[tuple[int, str, str, date, date | None]]
"""Weekday, opening, closing, from which day on, until which day."""


@dataclass(frozen=True)
class CalendarFacts:
    """Everything that a calendar's answers follow from; two that are equal answer alike."""

    zone: str
    intervals: tuple[tuple[int, str, str, date, date | None], ...]
    days: tuple[tuple[date, DayType], ...] = ()
    own: tuple[tuple[date, tuple[Hour, ...]], ...] = ()
    announced: tuple[int, ...] = ()
    """The years whose statutory days are known; in others deadlines are provisional (rule 13)."""
    keeps_holidays: bool = True

    def engine(self) -> WorkCalendar:
        """The calendar that answers. Raises Unworkable where nobody could work by it (rule 12)."""
        begins = week_begins(self.intervals)
        weeks = {day: week_on(self.intervals, day) for day in begins}
        earliest = week_on(self.intervals, begins[0]) if begins else {}
        return WorkCalendar(
            self.zone,
            earliest,
            holidays=[on for on, kind in self.days if kind in OFF],
            own_hours={
                **{on: hours_of_a_workday(self.intervals, on) for on, kind in self.days if kind not in OFF},
                **dict(self.own),
            },
            later_weeks={day: week for day, week in weeks.items() if day != begins[0]},
        )

    def kept(self) -> dict[str, Any]:
        """The facts as the database has them."""
        return {
            "zone": self.zone,
            "intervals": [
                [*row[:3], row[3].isoformat(), row[4].isoformat() if row[4] else None] for row in self.intervals
            ],
            "days": [[on.isoformat(), str(kind)] for on, kind in self.days],
            "own": [[on.isoformat(), [list(hour) for hour in hours]] for on, hours in self.own],
            "announced": list(self.announced),
            "keeps_holidays": self.keeps_holidays,
        }

    @property
    def digest(self) -> str:
        """What tells one version from another."""
        return sha256(dumps(self.kept(), sort_keys=True).encode()).hexdigest()

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether a deadline between the two rests on a year whose days are not announced yet."""
        return self.keeps_holidays and any(year not in self.announced for year in range(first.year, last.year + 1))


def facts_of(kept: Mapping[str, Any]) -> CalendarFacts:
    """Kept facts, read back."""
    return CalendarFacts(
        kept["zone"],
        tuple(
            (weekday, opens, closes, date.fromisoformat(first), date.fromisoformat(last) if last else None)
            for weekday, opens, closes, first, last in kept["intervals"]
        ),
        tuple((date.fromisoformat(on), DayType(kind)) for on, kind in kept["days"]),
        tuple((date.fromisoformat(on), tuple((a, b) for a, b in hours)) for on, hours in kept["own"]),
        tuple(kept["announced"]),
        kept["keeps_holidays"],
    )


def week_begins(intervals: Intervals) -> list[date]:
    """The days from which another week is worked, in order; the first week counts for all time before it, too."""
    ends = (date.fromordinal(last.toordinal() + 1) for *_, last in intervals if last is not None)
    return sorted({*(first for *_, first, _ in intervals), *ends})


def week_on(intervals: Intervals, day: date) -> dict[int, list[Hour]]:
    """The week as it is worked on that day: of each weekday the hours that began last, as long as they last."""
    week: dict[int, list[Hour]] = {}
    for weekday in range(7):
        begun = [row for row in intervals if row[0] == weekday and row[3] <= day]
        latest = max((row[3] for row in begun), default=None)
        hours = [row[1:3] for row in begun if row[3] == latest and (row[4] is None or day <= row[4])]
        if hours:
            week[weekday] = hours
    return week


def hours_of_a_workday(intervals: Intervals, on: date) -> tuple[Hour, ...]:
    """What is worked on a day that is a workday against its weekday: its own weekday's hours, else Monday's."""
    begins = week_begins(intervals)
    week = week_on(intervals, max(on, begins[0])) if begins else {}
    return tuple(week.get(on.weekday()) or week.get(0) or next(iter(week.values()), ()))


def announced_years(days: Iterable[tuple[date, bool]]) -> tuple[int, ...]:
    """The years of which at least one day is more than provisional."""
    return tuple(sorted({on.year for on, is_provisional in days if not is_provisional}))


def awaited_year(today: date, announced: Iterable[int]) -> int | None:
    """The year whose notice is missing and should be entered: this one, or from mid-November the next (rule 13)."""
    known = set(announced)
    is_late_in_year = (today.month, today.day) >= (NOTICE_MONTH, NOTICE_DAY)
    wanted = [today.year, *([today.year + 1] if is_late_in_year else [])]
    return next((year for year in wanted if year not in known), None)


KIND_OF_DAY = {
    DayType.WORKDAY: Words("a workday", "工作日"),
    DayType.WEEKEND: Words("a day off", "休息日"),
    DayType.HOLIDAY: Words("a public holiday", "法定节假日"),
    DayType.MAKEUP_WORKDAY: Words("a make-up workday", "调休上班日"),
}


def day_type_on(on: date, given: Mapping[date, DayType], week: Mapping[int, Sequence[Hour]]) -> DayType:
    """What a day is: as the notice says, else as its weekday is worked."""
    if on in given:
        return given[on]
    return DayType.WORKDAY if week.get(on.weekday()) else DayType.WEEKEND
