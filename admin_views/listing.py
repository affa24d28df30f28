"""Lists for a million rows: Core rows, ids first, capped counts, sorting on indexes, bigram search."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, column, func, inspect, literal_column, or_, select, table, text
from sqlalchemy.orm import Session

from admin_views.columns import Shown
from models import search
from models.base import COMPANY_ZONE, Record
from rules.base import Person

COUNTED = 10_000
"""Rows are counted up to here; beyond it a list says "more than"."""
FOUND = 1_000
"""The same for a search."""
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
    wanted = {name: args[name].strip() for one in filters for name in filter_names(one) if args.get(name, "").strip()}
    sort = args.get("sort", "")
    return Question(
        page=_whole(args.get("page"), 0, -DEEPEST, DEEPEST),
        size=_whole(args.get("page_size"), default_size, 1, SIZES[-1]),
        sort=sort if sort in set(sortable) else "",
        is_descending=args.get("desc", "") in {"1", "true"},
        search=args.get("search", "").replace("\0", "").strip()[:100],
        filters=wanted,
    )


def _whole(given: str | None, default: int, least: int, most: int) -> int:
    if given is None or not re.fullmatch(r"-?\d{1,9}", given):
        return default
    return max(least, min(most, int(given)))


def filter_names(shown: Shown) -> tuple[str, ...]:
    """The names under which a filter stands in an address."""
    if shown.kind in {"date", "instant", "decimal", "number"}:
        return (f"flt_{shown.name}_from", f"flt_{shown.name}_to")
    return (f"flt_{shown.name}",)


@cache
def sortable_columns(model: type[Record]) -> frozenset[str]:
    """Columns that an index leads with: the only ones a list sorts by."""
    found = {"id"}
    local = model.__table__
    firsts = [next(iter(index.columns)).name for index in local.indexes]  # type: ignore[attr-defined]
    firsts += [one.name for one in local.columns if one.unique]
    by_column = {attribute.columns[0].name: attribute.key for attribute in inspect(model).column_attrs}
    found |= {by_column[name] for name in firsts if name in by_column}
    return frozenset(found)


@dataclass(frozen=True)
class Listing:
    """A table as one person may see it."""

    model: type[Record]
    columns: Sequence[Shown]
    person: Person
    filters: Sequence[Shown] = ()

    def conditions(self, asked: Question) -> list[ColumnElement[bool]]:
        """What the person may see, and the filters."""
        found = [condition_of(one, asked.filters) for one in self.filters]
        return [self.model.visible_to(self.person), *(one for one in found if one is not None)]

    def ids(self, asked: Question) -> Select[tuple[int]]:
        """Ids that fit, unordered and unlimited."""
        return select(self.model.id).where(*self.conditions(asked))

    def _searched(self, session: Session, asked: Question) -> tuple[Select[tuple[int]], bool]:
        """The ids, narrowed by the search; True where they come from the search table."""
        found = self.ids(asked)
        if not asked.search:
            return found, False
        if self._is_number(asked.search):
            number = getattr(self.model, self.model.search_columns[0])
            low = asked.search.upper()
            return found.where(number >= low, number < low + "\U0010ffff"), False
        match = search.match(session.connection(), self.model, asked.search)
        if match is None:
            return found.where(self._like(asked.search)), False
        condition, parameters = match
        index = table(f"search_{self.model.__tablename__}", column(search.key_of(session.connection())))
        key = index.c[search.key_of(session.connection())]
        found = found.join(index, key == self.model.id).where(text(condition).bindparams(**parameters))
        if len(asked.search) > search.SHORTEST:
            found = found.where(self._like(asked.search))
        return found, True

    def _is_number(self, words: str) -> bool:
        prefix = self.model.number_prefix
        return bool(prefix) and words.upper().startswith(prefix + "-")

    def _like(self, words: str) -> ColumnElement[bool]:
        pattern = "%" + LIKE_SPECIAL.sub(r"\\\1", words.lower()) + "%"
        return or_(
            *(func.lower(getattr(self.model, name)).like(pattern, escape="\\") for name in self.model.search_columns)
        )

    def count(self, session: Session, asked: Question) -> tuple[int, bool]:
        """How many rows fit, and whether counting stopped at the cap."""
        found, is_search = self._searched(session, asked)
        cap = FOUND if is_search else COUNTED
        counted = session.scalar(select(func.count()).select_from(found.limit(cap + 1).subquery())) or 0
        return min(counted, cap), counted > cap

    def rows(self, session: Session, asked: Question) -> list[Any]:
        """One page of rows: ids first, then what is shown of them."""
        found, is_search = self._searched(session, asked)
        order, backwards = self._order(session, asked, is_search=is_search), asked.page < 0
        offset = (-asked.page - 1 if backwards else asked.page) * asked.size
        page = found.order_by(*_turned(order) if backwards else order).offset(offset).limit(asked.size)
        query = _shown(self.model, tuple(self.columns)).where(self.model.__table__.c.id.in_(page))
        return list(session.connection().execute(query.order_by(*self._order(session, asked))))

    def _order(self, session: Session, asked: Question, *, is_search: bool = False) -> list[ColumnElement[Any]]:
        if asked.sort and asked.sort != "id":
            first = getattr(self.model, asked.sort)
            return [first.desc(), self.model.id.desc()] if asked.is_descending else [first.asc(), self.model.id.asc()]
        if is_search:
            name = f"search_{self.model.__tablename__}.{search.key_of(session.connection())}"
            key: ColumnElement[Any] = literal_column(name)
        else:
            key = self.model.id  # type: ignore[assignment]
        return [key.asc()] if asked.sort == "id" and not asked.is_descending else [key.desc()]

    def all_rows(self, session: Session, asked: Question) -> Select[Any]:
        """Every row that fits, in order, for an export."""
        query = _shown(self.model, tuple(self.columns))
        if asked.search:
            found, _ = self._searched(session, asked)
            query = query.where(self.model.__table__.c.id.in_(found))
        else:
            query = query.where(*self.conditions(asked))
        return query.order_by(*self._order(session, asked))

    def cells(self, row: Any) -> Iterator[tuple[Shown, Any, Any]]:
        """Column, value and key of each cell of a row as ``rows`` gave it."""
        place = 1
        for one in self.columns:
            if one.relation is None:
                yield one, row[place], None
                place += 1
            else:
                yield one, row[place + 1], row[place]
                place += 2


@lru_cache(maxsize=512)
def _shown(model: type[Record], columns: tuple[Shown, ...]) -> Select[Any]:
    """id, then for each column its value; a relation gives its key and its label."""
    own: Any = model.__table__
    source, found = own, [own.c.id]
    for one in columns:
        found.append(one.column)
        if one.relation is not None:
            other = one.target.__table__.alias()  # type: ignore[attr-defined]
            source = source.outerjoin(other, other.c.id == one.column)
            found.append(label_sql(one.target, other.c))
    return select(*found).select_from(source)


def _turned(order: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [one.element.asc() if _is_descending(one) else one.element.desc() for one in order]  # type: ignore[attr-defined]


def _is_descending(one: ColumnElement[Any]) -> bool:
    return "desc" in str(getattr(one, "modifier", ""))


def label_sql(model: type[Record], source: Any) -> ColumnElement[Any]:
    """A record's label as the database makes it."""
    parts = [getattr(source, name) for name in model.label_columns]
    label = parts[0]
    for part in parts[1:]:
        label = label + " " + part
    return label  # type: ignore[no-any-return]


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
    return number if number.is_finite() and abs(number) < Decimal(10) ** 12 else None


def pick(session: Session, model: type[Record], person: Person, words: str, most: int = 20) -> list[tuple[int, str]]:
    """Records for a picker: the first that fit, by label; only what the person may see and what still stands."""
    words = words.replace("\0", "").strip()[:100]
    listing = Listing(model, (), person)
    query = select(model.id, label_sql(model, model)).where(model.visible_to(person), model.voided_at.is_(None))
    if words:
        query = query.where(listing._like(words))
    return [(key, str(label)) for key, label in session.execute(query.order_by(model.id.desc()).limit(most))]
