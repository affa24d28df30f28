"""What an address asks of a list: which page, in what order, with which words and filters; the filters as SQL."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, and_

from admin_views.columns import Shown
from models.base import COMPANY_ZONE

SIZES = (20, 50, 100, 200)
DEEPEST = 1_000_000
LIKE_SPECIAL = re.compile(r"([\\%_])")


@dataclass(frozen=True)
class Question:
    """What an address asks of a list. Pages count from 0; negative ones from the end (-1 = the last)."""

    page: int = 0
    size: int = 50
    sort: str = ""
    is_descending: bool = False
    search: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)


def question(args: Mapping[str, str], sortable: Iterable[str], filters: Iterable[Shown], default_size: int) -> Question:
    """Reads an address; what it does not understand it leaves out."""
    said = {name: args.get(name, "").replace("\0", "").strip() for one in filters for name in filter_names(one)}
    wanted = {name: value for name, value in said.items() if value}
    sort, sortable = args.get("sort", ""), set(sortable)
    by_date = _narrowed_by_date(wanted) if sort not in sortable else ""
    return Question(
        page=_whole(args.get("page"), 0, -DEEPEST, DEEPEST),
        size=_whole(args.get("page_size"), default_size, 1, SIZES[-1]),
        sort=sort if sort in sortable else by_date if by_date in sortable else "",
        is_descending=args.get("desc", "") in {"1", "true"} or bool(by_date),
        search=args.get("search", "").replace("\0", "").strip()[:100],
        filters=wanted,
    )


def _narrowed_by_date(wanted: Mapping[str, str]) -> str:
    """The column of a filter from or to a day: what is narrowed by a date is listed by that date, the latest first."""
    found = {name.removeprefix("flt_").rpartition("_")[0] for name in wanted if re.search(r"_(on|at)_(from|to)$", name)}
    return found.pop() if len(found) == 1 else ""


def _whole(given: str | None, default: int, least: int, most: int) -> int:
    if given is None or not re.fullmatch(r"-?\d{1,9}", given):
        return default
    return max(least, min(most, int(given)))


def filter_names(shown: Shown) -> tuple[str, ...]:
    """The names under which a filter stands in an address."""
    if shown.kind in {"date", "instant", "decimal", "number"}:
        return (f"flt_{shown.name}_from", f"flt_{shown.name}_to")
    return (f"flt_{shown.name}",)


def condition_of(shown: Shown, asked: Mapping[str, str]) -> ColumnElement[bool] | None:
    """A filter as SQL; None where it is not set or not understood."""
    values = [asked.get(name, "") for name in filter_names(shown)]
    if not any(values):
        return None
    match shown.kind:
        case "choice":
            chosen = [one for one in shown.choices if str(one) in values[0].split(",")]
            return shown.column.in_(chosen) if chosen else None
        case "relation":
            return shown.column == int(values[0]) if re.fullmatch(r"\d{1,18}", values[0]) else None
        case "bool":
            return shown.column.is_(values[0] == "1") if values[0] in {"0", "1"} else None
        case "date":
            return _between(shown.column, _day(values[0]), _day(values[1]), includes_end=True)
        case "instant":
            return _between(shown.column, _start(values[0], 0), _start(values[1], 1), includes_end=False)
        case "decimal" | "number":
            return _between(shown.column, _number(values[0]), _number(values[1]), includes_end=True)
    pattern = "%" + LIKE_SPECIAL.sub(r"\\\1", values[0]) + "%"
    return shown.column.like(pattern, escape="\\")


def _between(what: Any, low: Any, high: Any, *, includes_end: bool) -> ColumnElement[bool] | None:
    parts = [what >= low] if low is not None else []
    if high is not None:
        parts.append(what <= high if includes_end else what < high)
    return and_(*parts) if parts else None


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def _start(given: str, days_later: int) -> datetime | None:
    day = _day(given)
    if day is None or not date(1900, 1, 1) <= day <= date(2200, 1, 1):
        return None
    return datetime.combine(day + timedelta(days=days_later), time(), COMPANY_ZONE)


def _number(given: str) -> Decimal | None:
    try:
        number = Decimal(given)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.adjusted() < 12 else None
