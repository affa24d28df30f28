"""Lists for a million rows: Core rows, ids first, capped counts, sorting on indexes, bigram search."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    column,
    false,
    func,
    inspect,
    or_,
    select,
    table,
    text,
    union,
    union_all,
)
from sqlalchemy.orm import Session

from admin_views.columns import Shown
from models import search
from models.base import COMPANY_ZONE, Record, Sight
from rules.base import Person

COUNTED = 10_000
"""Rows are counted up to here; beyond it a list says "more than"."""
FOUND = 1_000
"""The same for a search."""
SIZES = (20, 50, 100, 200)
DEEPEST = 1_000_000
DEEP = 2_000
"""Rows are skipped one by one up to here."""
MOST_BRANCHES = 12
LIKE_SPECIAL = re.compile(r"([\\%_])")


Way = Callable[[Select[Any]], Select[Any]]
"""Narrows a query to what the searched words are found in, in one of the places where they can stand."""


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

    def page_of_ids(self, session: Session, asked: Question) -> Select[Any]:
        """The ids of one page."""
        if self._is_deep(asked):
            return self._stretch(asked)
        backwards = asked.page < 0
        first = (-asked.page - 1 if backwards else asked.page) * asked.size
        found = self._first(session, asked, first + asked.size, backwards=backwards)
        return found.offset(first).limit(asked.size)

    def _first(self, session: Session, asked: Question, most: int, *, backwards: bool = False) -> Select[Any]:
        """The first ids in order: of each branch, then of them together."""
        branches = [
            one.order_by(*self._order(asked, one, backwards=backwards)) for one in self.branches(session, asked)
        ]
        if len(branches) == 1:
            return branches[0]
        together = union(*(select(one.limit(most).subquery()) for one in branches)).subquery()
        return select(together.c.id).order_by(*self._order(asked, together, backwards=backwards))

    def branches(self, session: Session, asked: Question) -> list[Select[Any]]:
        """Ids that fit, with what they are sorted by; each ground of sight by itself, since no index serves an OR."""
        wanted = [one for shown in self.filters if (one := condition_of(shown, asked.filters)) is not None]
        columns = [self.model.id.label("id")]
        if asked.sort and asked.sort != "id":
            columns.append(getattr(self.model, asked.sort).label("first"))
        query = select(*columns).where(*wanted)
        sight = self.model.sight_of(self.person)
        if sight is None:
            return [way(query) for way in self.ways(session, asked)]
        found = [query.where(ground, *self._literally(asked)) for ground in sight.by_name]
        for ground in self._departments(session, sight, is_search=bool(asked.search)):
            found += [way(query).where(ground) for way in self.ways(session, asked)]
        return found or [query.where(false())]

    def _literally(self, asked: Question) -> list[ColumnElement[bool]]:
        """The search where there are but few rows."""
        return [self.like(asked.search)] if asked.search else []

    def _departments(self, session: Session, sight: Sight, *, is_search: bool) -> list[ColumnElement[bool]]:
        """One condition for each department, while they are few; a search is narrowed by its own index instead."""
        if is_search or len(sight.departments) > MOST_BRANCHES:
            inside = self.model.in_departments(sight.departments)
            is_sqlite = session.get_bind().dialect.name == "sqlite"
            unindexed = (self.model.department_id + 0).in_(sorted(sight.departments)) if is_sqlite else inside  # type: ignore[attr-defined]
            return [unindexed if is_search else inside] if sight.departments else []
        return [self.model.in_departments([one]) for one in sorted(sight.departments)]

    def ways(self, session: Session, asked: Question) -> list[Way]:
        """The ways in which the searched words can be found; together they find what LIKE finds."""
        words = asked.search
        if not words:
            return [lambda query: query]
        match = search.match(session.connection(), self.model, words)
        if match is None or search.may_lie_in_head(self.model, words):
            return [lambda query: query.where(self.like(words))]
        ways: list[Way] = [lambda query: self._matched(session, query, words, match)]
        if self.model.number_prefix and words.upper().startswith(self.model.number_prefix + "-"):
            number, low = getattr(self.model, self.model.search_columns[0]), words.upper()
            ways.append(lambda query: query.where(number >= low, number < low + "\U0010ffff"))
        return ways

    def _matched(self, session: Session, query: Select[Any], words: str, match: tuple[str, Any]) -> Select[Any]:
        name = search.key_of(session.connection())
        index = table(f"search_{self.model.__tablename__}", column(name))
        found = query.join(index, index.c[name] == self.model.id).where(text(match[0]).bindparams(**match[1]))
        return found.where(self.like(words)) if len(words) > search.SHORTEST else found

    def like(self, words: str) -> ColumnElement[bool]:
        pattern = "%" + LIKE_SPECIAL.sub(r"\\\1", words.lower()) + "%"
        return or_(
            *(func.lower(getattr(self.model, name)).like(pattern, escape="\\") for name in self.model.search_columns)
        )

    def _is_deep(self, asked: Question) -> bool:
        """Whether to go by the numbers of the rows instead of counting them off: far down a list of everything."""
        plain = not (asked.search or asked.sort or asked.filters) and self.model.sight_of(self.person) is None
        return plain and asked.page * asked.size >= DEEP

    def _top(self, asked: Question) -> tuple[int, ScalarSelect[int]]:
        """The first page that goes by numbers, and the id that it begins with."""
        page, key = -(-DEEP // asked.size), self.model.id
        return page, select(key).order_by(key.desc()).offset(page * asked.size).limit(1).scalar_subquery()

    def _stretch(self, asked: Question) -> Select[Any]:
        """Below the first thousands a page is a stretch of ids: where a row was taken away it has one fewer."""
        page, top = self._top(asked)
        highest = top - (asked.page - page) * asked.size
        return select(self.model.id).where(self.model.id <= highest, self.model.id > highest - asked.size)

    def neighbours(
        self, session: Session, asked: Question, shown: int, counted: int, *, is_capped: bool
    ) -> tuple[int | None, int | None]:
        """The pages before and after this one."""
        if asked.page < 0:
            return (asked.page - 1 if shown == asked.size else None), (asked.page + 1 if asked.page < -1 else None)
        if self._is_deep(asked):
            return self._deep_neighbours(session, asked)
        goes_on = shown == asked.size if is_capped else (asked.page + 1) * asked.size < counted
        return (asked.page - 1 if asked.page else None), (asked.page + 1 if goes_on else None)

    def _deep_neighbours(self, session: Session, asked: Question) -> tuple[int | None, int | None]:
        """Stretches without a row are passed over."""
        (first, top), key = self._top(asked), self.model.id
        highest = top - (asked.page - first) * asked.size
        above = select(func.min(key)).where(key > highest).scalar_subquery()
        below = select(func.max(key)).where(key <= highest - asked.size).scalar_subquery()
        start, before, after = session.connection().execute(select(top, above, below)).one()
        if start is None:
            return first - 1, None
        previous = first - 1 if before is None or before > start else first + (start - before) // asked.size
        return previous, None if after is None else first + (start - after) // asked.size

    def count(self, session: Session, asked: Question) -> tuple[int, bool]:
        """How many rows fit, and whether counting stopped at the cap."""
        cap = FOUND if asked.search else COUNTED
        branches = [one.limit(cap + 1) for one in self.branches(session, replace(asked, sort=""))]
        found = (
            union(*(select(one.subquery()) for one in branches)).limit(cap + 1) if len(branches) > 1 else branches[0]
        )
        counted = session.connection().scalar(select(func.count()).select_from(found.subquery())) or 0
        return min(counted, cap), counted > cap

    def rows(self, session: Session, asked: Question) -> list[Any]:
        """One page of rows: ids first, then what is shown of them."""
        own = self.model.__table__.c  # type: ignore[attr-defined]
        query = _shown(self.model, tuple(self.columns)).where(
            own.id.in_(select(self.page_of_ids(session, asked).subquery().c.id))
        )
        return list(session.connection().execute(query.order_by(*self._order(asked))))

    def _order(self, asked: Question, source: Any = None, *, backwards: bool = False) -> list[ColumnElement[Any]]:
        """The order of the list, or from its end; by the columns of a branch, or those of the table."""
        key = (
            self.model.id
            if source is None
            else source.selected_columns.id
            if isinstance(source, Select)
            else source.c.id
        )
        if not asked.sort or asked.sort == "id":
            falls = asked.is_descending or not asked.sort
            return [key.desc() if falls is not backwards else key.asc()]
        first = getattr(self.model, asked.sort) if source is None or isinstance(source, Select) else source.c.first
        return [one.desc() if asked.is_descending is not backwards else one.asc() for one in (first, key)]

    def all_rows(self, session: Session, asked: Question) -> Select[Any]:
        """Every row that fits, in order, for an export."""
        own = self.model.__table__.c  # type: ignore[attr-defined]
        query = _shown(self.model, tuple(self.columns))
        branches = self.branches(session, asked)
        if len(branches) == 1 and not asked.search:
            wanted = [one for shown in self.filters if (one := condition_of(shown, asked.filters)) is not None]
            query = query.where(self.model.visible_to(self.person), *wanted)
        else:
            found = union_all(*(select(one.subquery().c.id) for one in branches))
            query = query.where(own.id.in_(found))
        return query.order_by(*self._order(asked))

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
        query = query.where(listing.like(words))
    return [(key, str(label)) for key, label in session.execute(query.order_by(model.id.desc()).limit(most))]
