"""Days and times of day as ledgers write them (rule 3)."""

import datetime as dt
import re

from rules.ledger.cells import Cell, as_text
from rules.ledger.reasons import (
    DATE_AMBIGUOUS,
    DATE_IMPOSSIBLE,
    DATE_UNREADABLE,
    DATE_WITHOUT_YEAR,
    TIME_IMPOSSIBLE,
    Reason,
)
from rules.ledger.text import half_width_words, plain

ZONE = dt.timezone(dt.timedelta(hours=8))
"""Asia/Shanghai; the ledgers' times are of today's offset."""

MIDNIGHT = dt.time(0, 0)
DAY_SECONDS = 24 * 60 * 60
NOON = 12

DAY = r"(?P<year>\d{2}|\d{4})(?P<sign>[-./年])(?P<month>\d{1,2})(?:(?P=sign)|月)(?P<day>\d{1,2})[日号]?"
CLOCK = (
    r"(?P<half>上午|下午|早上|晚上|中午|凌晨|[AaPp][Mm])?(?P<hour>\d{1,2})"
    r"(?:[:点时](?P<minute>\d{1,2}|半)?分?(?:[:]?(?P<second>\d{1,2})秒?(?:\.0+)?)?)?(?P<after>[AaPp]\.?[Mm]\.?)?"
)
WHOLE_DAY = re.compile(DAY)
COMPACT_DAY = re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)")
MONTH_DAY = re.compile(r"(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]?")
BARE_MONTH_DAY = re.compile(r"\d{1,2}[-./]\d{1,2}")
TIME = re.compile(CLOCK)
TITLE_YEAR = re.compile(r"(?<!\d)(20\d\d|19\d\d)(?!\d)")
TITLE_YEAR_CHINESE = re.compile(r"(?<!\d)(20\d\d|19\d\d)年")

YEAR_SPAN = re.compile(r"(?<!\d)(?:19|20)\d\d年?度?\s*[-~～—–至到]\s*(?:19|20)\d\d(?!\d)")


def date(cell: Cell, year: int | None = None) -> dt.date | Reason | None:
    """A day; ``year`` completes 3月5日 where the sheet's title names one. A time beside the day is left away."""
    found = moment(cell, year)
    return found[0] if isinstance(found, tuple) else found


def moment(cell: Cell, year: int | None = None) -> tuple[dt.date, dt.time | None] | Reason | None:
    """A day and, where the cell holds one, the time of day; neither = None; not to be understood = the reason."""
    if isinstance(cell, dt.datetime):
        return cell.date(), cell.time()
    if isinstance(cell, dt.date):
        return cell, None
    found = plain(cell)
    if not isinstance(found, str):
        return found
    found = apart(as_text(cell)) or found
    for pattern in (WHOLE_DAY, COMPACT_DAY, MONTH_DAY):
        if match := pattern.match(found):
            return with_clock(day_of(match, year), found[match.end() :].lstrip())
    return DATE_WITHOUT_YEAR if BARE_MONTH_DAY.fullmatch(found) else DATE_UNREADABLE


def apart(written: str) -> str | None:
    """Day and time with one space between, where the cell has spaces there: ``2026/3/5  9:05``; else None."""
    pieces = half_width_words(written)
    for cut in range(1, min(len(pieces), 6)):
        day, rest = "".join(pieces[:cut]), "".join(pieces[cut:])
        if clock(rest) and any(pattern.fullmatch(day) for pattern in (WHOLE_DAY, MONTH_DAY)):
            return f"{day} {rest}"
    return None


def day_of(match: re.Match[str], year: int | None) -> dt.date | Reason:
    """The day that a pattern found, in the year that it or the sheet names."""
    parts = match.groupdict()
    written = parts.get("year")
    if written is not None and len(written) < len("2026"):
        return DATE_AMBIGUOUS
    if written is None and year is None:
        return DATE_WITHOUT_YEAR
    try:
        return dt.date(int(written or year or 0), int(parts["month"]), int(parts["day"]))
    except ValueError:
        return DATE_IMPOSSIBLE


def with_clock(day: dt.date | Reason, rest: str) -> tuple[dt.date, dt.time | None] | Reason:
    """The day with what follows it in the cell: nothing, or a time."""
    if isinstance(day, Reason):
        # Digits right behind mean that the pattern cut a longer figure in two: no date at all.
        return DATE_UNREADABLE if rest[:1].isdigit() and clock(rest) is None else day
    if not rest:
        return day, None
    if rest[0].isdigit() and ":" not in rest and not any(sign in rest for sign in "点时"):
        return DATE_UNREADABLE
    found = clock(rest.removeprefix("T"))
    if found is None:
        return DATE_UNREADABLE
    return found if isinstance(found, Reason) else (day, found)


def time(cell: Cell) -> dt.time | Reason | None:
    """A time of day to the minute or second: 9:5, 9点05分, 下午2:30, or a cell that Excel keeps as a time."""
    if isinstance(cell, dt.datetime):
        return cell.time()
    if isinstance(cell, dt.time):
        return cell
    if isinstance(cell, dt.timedelta):
        return of_day(cell.total_seconds())
    if isinstance(cell, float):
        return of_day(cell * DAY_SECONDS)
    found = plain(cell)
    if not isinstance(found, str):
        return found
    return clock(found) or TIME_IMPOSSIBLE


def of_day(seconds: float) -> dt.time | Reason:
    """The time of day that lies so many seconds after midnight."""
    if not 0 <= seconds < DAY_SECONDS:
        return TIME_IMPOSSIBLE
    minutes, second = divmod(min(round(seconds), DAY_SECONDS - 1), 60)
    return dt.time(minutes // 60, minutes % 60, second)


def clock(written: str) -> dt.time | Reason | None:
    """A written time; None = these are not the words of a time at all."""
    match = TIME.fullmatch(written)
    if not match:
        return None
    half = match["half"] or (match["after"] or "").replace(".", "") or ""
    if not half and not any(sign in written for sign in ":点时"):
        return None
    minute = 30 if match["minute"] == "半" else int(match["minute"] or 0)
    hour = hour_of(int(match["hour"]), half.upper())
    try:
        return dt.time(hour, minute, int(match["second"] or 0))
    except ValueError:
        return TIME_IMPOSSIBLE


def hour_of(hour: int, half: str) -> int:
    """The hour of 24; 上午12 and 12 am are the hour after midnight."""
    if half in {"下午", "晚上", "PM"}:
        return hour + NOON if hour < NOON else hour
    if half in {"上午", "早上", "凌晨", "AM"}:
        return 0 if hour == NOON else hour
    return hour + NOON if half == "中午" and hour < NOON - 1 else hour


def year_of_title(lines: list[str], sheet_name: str) -> int | None:
    """The year that the lines above the table name, first line first, else the sheet's name; two at once = none."""
    for line in [*lines, sheet_name]:
        if YEAR_SPAN.search(line):
            return None
        years = set(TITLE_YEAR_CHINESE.findall(line) or TITLE_YEAR.findall(line))
        if years:
            return int(years.pop()) if len(years) == 1 else None
    return None
