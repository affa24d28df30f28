"""Deadlines of ten working hours: ours beside a bare bisection and three libraries, in turn in one process.

Printed as a JSON object a line. It needs the standard library only, so that an environment which has the libraries and
nothing of ours can run it; one that is missing is left out.
"""

import gc
import importlib.util
import json
import statistics
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from rules.working_time import WorkCalendar

ZONES = {"Asia/Shanghai": 3, "Europe/Berlin": 5}
"""One without clock changes and one with them; how many times a bare bisection a deadline may take there."""
SPANS = (("08:30", "12:00"), ("13:00", "17:30"))
WEEK = {day: list(SPANS) for day in range(5)}
HOLIDAYS = [date(year, 5, 1) + timedelta(days=nth) for year in range(2025, 2031) for nth in range(5)]
"""Of more years than are asked about: businesstimedelta breaks down after its last holiday."""
WORKING = timedelta(hours=10)
STARTS = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=25 * nth) for nth in range(20_000)]
FEW = STARTS[::60]
"""For what takes a thousand times as long."""
TIMES = 5

Add = Callable[[Sequence[datetime]], Sequence[datetime]]


class Bare:
    """Openings and the time worked before each: two bisections and a subtraction."""

    def __init__(self, zone: str) -> None:
        clock = ZoneInfo(zone)
        there = clock if zone == "Asia/Shanghai" else UTC
        days = [date(2025, 12, 1) + timedelta(days=nth) for nth in range(800)]
        spans = [
            [datetime.combine(day, clock_time(text), clock).astimezone(there) for text in span]
            for day in days
            if day.weekday() < 5 and day not in HOLIDAYS
            for span in SPANS
        ]
        self.opens = [one for one, _ in spans]
        self.closes = [one for _, one in spans]
        self.worked = [timedelta(), *accumulate(closes - opens for opens, closes in spans)]

    def add(self, start: datetime, working: timedelta) -> datetime:
        place = bisect_right(self.opens, start) - 1
        target = self.worked[place] + min(start, self.closes[place]) - self.opens[place] + working
        at = bisect_left(self.worked, target) - 1
        return self.opens[at] + (target - self.worked[at])


def clock_time(text: str) -> Any:
    return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of the wall clock


# -- the libraries ---------------------------------------------------------------------------------------------------


def pandas_hours() -> Add:
    """CustomBusinessHour, a deadline at a time, as its users call it."""
    import pandas as pd

    opens, closes = zip(*SPANS, strict=True)
    hours = pd.offsets.CustomBusinessHour(n=10, start=list(opens), end=list(closes), holidays=HOLIDAYS)
    return lambda starts: [(pd.Timestamp(one) + hours).to_pydatetime() for one in starts]


def rules_of_business() -> Add:
    """businesstimedelta: rules that are walked through interval by interval."""
    import businesstimedelta as bt
    import pytz

    worked = [
        bt.WorkDayRule(
            start_time=clock_time(opens), end_time=clock_time(closes), working_days=list(range(5)), tz=pytz.UTC
        )
        for opens, closes in SPANS
    ]
    off = bt.HolidayRule(dict.fromkeys(HOLIDAYS, "off"), tz=pytz.UTC)
    span = bt.BusinessTimeDelta(bt.Rules([*worked, off]), hours=10)
    return lambda starts: [(pytz.UTC.localize(one) + span).replace(tzinfo=None) for one in starts]


def numpy_minutes() -> Add:
    """busday arithmetic and minutes, a whole list at once: every day is as long as the next, so division finds it."""
    import numpy as np

    calendar = np.busdaycalendar(holidays=HOLIDAYS)
    edges = [[int(text[:2]) * 60 + int(text[3:]) for text in span] for span in SPANS]
    a_day = sum(closes - opens for opens, closes in edges)
    asked = int(WORKING / timedelta(minutes=1))

    def add(starts: Sequence[datetime]) -> Sequence[datetime]:
        at = np.array(starts, "datetime64[m]")
        day = at.astype("datetime64[D]")
        minute = (at - day).astype(int)
        is_worked = np.is_busday(day, busdaycal=calendar)
        done = sum(np.clip(minute - opens, 0, closes - opens) for opens, closes in edges) * is_worked
        total = done + asked
        further, rest = (total - 1) // a_day, (total - 1) % a_day + 1
        due = np.busday_offset(day, further, roll="forward", busdaycal=calendar)
        (opens, closes), (again, _) = edges
        in_day = np.where(rest <= closes - opens, opens + rest, again + rest - (closes - opens))
        return (due.astype("datetime64[m]") + in_day).astype(datetime)

    return add


LIBRARIES: dict[str, tuple[str, Callable[[], Add], Sequence[datetime]]] = {
    "pandas": ("pandas CustomBusinessHour", pandas_hours, FEW),
    "businesstimedelta": ("businesstimedelta", rules_of_business, FEW),
    "numpy": ("numpy busday and minutes, a list", numpy_minutes, STARTS),
}


# -- measured --------------------------------------------------------------------------------------------------------


def beside_bare() -> Iterator[dict[str, Any]]:
    for zone, limit in ZONES.items():
        calendar, bare = WorkCalendar(zone, WEEK, HOLIDAYS), Bare(zone)
        clock = ZoneInfo(zone) if zone == "Asia/Shanghai" else UTC
        local = [one.astimezone(clock) for one in STARTS]
        if [calendar.add(one, WORKING) for one in local] != [bare.add(one, WORKING) for one in local]:
            raise RuntimeError("the bare bisection has other deadlines")
        ours, theirs = in_turn(
            lambda c=calendar, s=local: [c.add(one, WORKING) for one in s],
            lambda b=bare, s=local: [b.add(one, WORKING) for one in s],
            len(local),
        )
        yield {"what": f"a deadline, {zone} / bare bisect", "ours": ours, "beside": theirs, "limit": limit}


def _one_by_one(calendar: WorkCalendar, starts: list[datetime]) -> list[datetime]:
    return [calendar.add(one, WORKING) for one in starts]


def beside_libraries() -> Iterator[dict[str, Any]]:
    """In wall-clock time without zones, which is how they answer fastest; ours the same way, single or as a list."""
    calendar = WorkCalendar("Asia/Shanghai", WEEK, HOLIDAYS)
    for name, (words, make, starts) in LIBRARIES.items():
        if importlib.util.find_spec(name) is None:
            continue
        theirs, local = make(), [one.replace(tzinfo=None) for one in starts]
        is_list = starts is STARTS
        ours = partial(_one_by_one, calendar, local)
        many = partial(calendar.add_many, local, WORKING)
        mine = [one.replace(tzinfo=None) for one in ours()]
        differ = sum(one != other for one, other in zip(mine, theirs(local), strict=True))
        took = in_turn(many if is_list else ours, lambda t=theirs, s=local: t(s), len(local))
        told = f", {differ} of {len(local)} differ" if differ else ""
        yield {"what": f"a deadline / {words}{told}", "ours": took[0], "beside": took[1]}


def in_turn(ours: Callable[[], Any], theirs: Callable[[], Any], count: int) -> tuple[float, float]:
    """The middle of several runs of each, in microseconds a deadline, in turn so that a busy machine slows both."""
    took: tuple[list[float], list[float]] = ([], [])
    for nth in range(TIMES + 1):
        for runs, work in zip(took, (ours, theirs), strict=True):
            gc.collect()
            since = time.perf_counter()
            work()
            if nth:
                runs.append((time.perf_counter() - since) / count * 1e6)
    return statistics.median(took[0]), statistics.median(took[1])


if __name__ == "__main__":
    for one in (*beside_bare(), *beside_libraries()):
        print(json.dumps({"unit": "µs", **one}), flush=True)
