"""Lists for a million rows: Core rows, ids first, capped counts, sorting on indexes, bigram search."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    column,
    func,
    inspect,
    literal_column,
    not_,
    or_,
    select,
    table,
    text,
    true,
    type_coerce,
)
from sqlalchemy.orm import Session

from admin_views.asked import LIKE_SPECIAL, SIZES, Question, condition_of, filter_names, question
from admin_views.columns import Shown
from models import search
from models.base import Record
from rules.base import Person

COUNTED = 10_000
"""Rows are counted up to here; beyond it a list says "more than"."""
FOUND = 500
"""The same for a search."""
BETWEEN = " · "
DEEP = 2_000
"""Rows are skipped one by one up to here."""


@cache
def sortable_columns(model: type[Record]) -> frozenset[str]:
    """Columns that an index leads with: the only ones a list sorts by."""
    by_column = {attribute.columns[0].name: attribute.key for attribute in inspect(model).column_attrs}
    unique = [one.name for one in model.__table__.columns if one.unique]
    return frozenset({"id"} | {by_column[name] for name in [*_leading(model), *unique] if name in by_column})


def _leading(model: type[Record]) -> list[str]:
    """The first column of each index over all rows."""
    indexes: Any = model.__table__.indexes
    return [next(iter(one.columns)).name for one in indexes if one.dialect_options["sqlite"]["where"] is None]


@dataclass(frozen=True)
class Page:
    """Some rows of a list, how many there are in all, and the pages beside it."""

    rows: Sequence[Any]
    count: int
    is_capped: bool
    previous: int | None
    following: int | None


@dataclass(frozen=True)
class Listing:
    """A table as one person may see it."""

    model: type[Record]
    columns: Sequence[Shown]
    person: Person
    filters: Sequence[Shown] = ()

    # -- pages -------------------------------------------------------------------------------------------------------

    def page(self, session: Session, asked: Question) -> Page:
        """One page: counted first, since how many there are says how best to find them."""
        literally = self._is_small(session, asked)
        count, is_capped = self._count(session, asked, literally=literally)
        if self._is_deep(asked):
            ids = self._stretch(asked)
        else:
            ids = self._counted_off(session, asked, is_many=is_capped and not literally, literally=literally)
        query = _shown(self.model, tuple(self.columns)).where(inspect(self.model).primary_key[0].in_(ids))
        rows = session.connection().execute(query.order_by(*self._order(asked))).all()
        return Page(rows, count, is_capped, *self._neighbours(session, asked, len(rows), count, is_capped=is_capped))

    def _counted_off(self, session: Session, asked: Question, *, is_many: bool, literally: bool) -> Select[Any]:
        """The ids of a page: rows are skipped from the nearer end."""
        backwards, key = asked.page < 0, None
        if not is_many:
            found = self._gathered(session, asked, literally=literally)
        elif asked.sort or not self._is_indexed(asked.search) or self._begins_a_number(asked.search):
            found = self._along(session, asked)
        else:
            found, key = self._gathered(session, asked), self._found_key(session)
        first = (-asked.page - 1 if backwards else asked.page) * asked.size
        return found.order_by(*self._order(asked, key, backwards=backwards)).offset(first).limit(asked.size)

    def _gathered(self, session: Session, asked: Question, *, literally: bool = False) -> Select[Any]:
        """Ids that fit, by whatever index finds them."""
        conditions = [self.model.visible_to(self.person), *self._wanted(asked)]
        if asked.search and not literally:
            conditions = [self._unindexed(session, conditions)]
        return self._searched(session, select(self.model.id).where(*conditions), asked.search, literally=literally)

    def _along(self, session: Session, asked: Question) -> Select[Any]:
        """Ids that fit, looked for along the order of the list: where there are many, a page of them is soon found."""
        searched = [self.like(asked.search)] if asked.search else []
        along, across = self._wanted(asked, only=True), self._wanted(asked, only=False) + searched
        if across or self.model.sight_of(self.person) is not None:
            along = [*along, self._unindexed(session, [self.model.visible_to(self.person), *across])]
        return select(self.model.id).where(*along)

    @staticmethod
    def _unindexed(session: Session, conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
        """SQLite is kept from an index that would gather too much; PostgreSQL knows from its statistics."""
        every = and_(*conditions)
        return every.is_(true()) if session.get_bind().dialect.name == "sqlite" else every

    def _wanted(self, asked: Question, *, only: bool | None = None) -> list[ColumnElement[bool]]:
        """The filters: all, only the one on the column of the order, or only the others."""
        chosen = [one for one in self.filters if only is None or (one.name == asked.sort) is only]
        return [condition for one in chosen if (condition := condition_of(one, asked.filters)) is not None]

    def _order(self, asked: Question, key: Any = None, *, backwards: bool = False) -> list[ColumnElement[Any]]:
        """The order of the list, or from its end."""
        key = self.model.id if key is None else key
        if not asked.sort or asked.sort == "id":
            falls = asked.is_descending or not asked.sort
            return [key.desc() if falls is not backwards else key.asc()]
        both = (getattr(self.model, self.model.sorted_by.get(asked.sort, asked.sort)), key)
        return [one.desc() if asked.is_descending is not backwards else one.asc() for one in both]

    def all_rows(self, session: Session, asked: Question) -> Select[Any]:
        """Every row that fits, in order, for an export."""
        query = _shown(self.model, tuple(self.columns))
        if asked.search:
            found = self._gathered(session, asked, literally=self._is_small(session, asked))
            query = query.where(self.model.__table__.c.id.in_(found))
        else:
            query = query.where(self.model.visible_to(self.person), *self._wanted(asked))
        return query.order_by(*self._order(asked))

    # -- search ------------------------------------------------------------------------------------------------------

    def _searched(self, session: Session, query: Select[Any], words: str, *, literally: bool = False) -> Select[Any]:
        """Narrowed to the rows that LIKE would find."""
        if not words:
            return query
        if literally or not self._is_indexed(words):
            return query.where(self.like(words))
        condition, key = self._match(session, words), self._found_key(session)
        index = table(f"search_{self.model.__tablename__}", column(search.key_of(session.connection())))
        if self._begins_a_number(words):
            number, low = getattr(self.model, self.model.search_columns[0]), words.upper()
            mentioned = self.model.id.in_(select(key).select_from(index).where(condition))
            return query.where(or_(and_(number >= low, number < low + "\U0010ffff"), and_(mentioned, self.like(words))))
        query = query.join(index, key == self.model.id).where(condition)
        return query.where(self.like(words)) if len(words) > search.SHORTEST else query

    def _match(self, session: Session, words: str) -> Any:
        condition, parameters = search.match(session.connection(), self.model, words) or ("", {})
        return text(condition).bindparams(**parameters)

    def _found_key(self, session: Session) -> Any:
        return literal_column(f"search_{self.model.__tablename__}.{search.key_of(session.connection())}")

    def _is_indexed(self, words: str) -> bool:
        """Whether the search table finds the words."""
        return bool(words) and (
            self._begins_a_number(words)
            or (len(words) >= search.SHORTEST and not search.may_lie_in_head(self.model, words))
        )

    def _begins_a_number(self, words: str) -> bool:
        prefix = self.model.number_prefix
        return bool(prefix) and words.upper().startswith(prefix + "-")

    def like(self, words: str) -> ColumnElement[bool]:
        pattern = "%" + LIKE_SPECIAL.sub(r"\\\1", words.lower()) + "%"
        texts = [getattr(self.model, name) for name in self.model.search_columns]
        texts = texts or [cast(label_sql(self.model, self.model), String)]
        return or_(*(func.lower(one).like(pattern, escape="\\") for one in texts))

    def first_found(self, session: Session, words: str, most: int) -> Select[Any]:
        """The ids of the newest rows that words find: for a search over many tables in one statement.

        Whoever sees only what names him has few rows, each found by an index: those are compared with the text itself.
        """
        sight = self.model.sight_of(self.person)
        literally = sight is not None and not sight.departments
        asked = Question(size=most, search=words)
        return self._counted_off(session, asked, is_many=not literally, literally=literally)

    # -- how many ----------------------------------------------------------------------------------------------------

    def _is_small(self, session: Session, asked: Question) -> bool:
        """Whether a search had better look through what the person may see than through the search table."""
        if not asked.search or self.model.sight_of(self.person) is None:
            return False
        return not self._count(session, replace(asked, search="", filters={}), literally=False)[1]

    def _count(self, session: Session, asked: Question, *, literally: bool) -> tuple[int, bool]:
        """How many rows fit, and whether counting stopped at the cap."""
        cap = FOUND if asked.search else COUNTED
        if asked.search and not literally:
            parts = [self._gathered(session, asked)]
        elif not asked.search and self._wanted(asked, only=True):
            parts = [self._along(session, asked)]
        else:
            query = self._searched(
                session, select(self.model.id).where(*self._wanted(asked)), asked.search, literally=True
            )
            parts = [query.where(ground) for ground in self._grounds()]
        counted = sum(
            select(func.count()).select_from(one.limit(cap + 1).subquery()).scalar_subquery() for one in parts
        )
        found = int(session.connection().scalar(select(counted)) or 0)
        return min(found, cap), found > cap

    def _grounds(self) -> list[ColumnElement[bool]]:
        """On what grounds the person sees rows, so that no row has two: an index serves each, and none an OR."""
        sight = self.model.sight_of(self.person)
        if sight is None or not (sight.departments and sight.by_name):
            return [self.model.visible_to(self.person)]
        inside = self.model.in_departments(sight.departments)
        return [inside, and_(or_(*sight.by_name), or_(not_(inside), self.model.department_id.is_(None)))]

    # -- far down ----------------------------------------------------------------------------------------------------

    def _is_deep(self, asked: Question) -> bool:
        """Whether to go by the numbers of the rows instead of counting them off: far down a list of everything."""
        plain = not (asked.search or asked.sort or asked.filters) and self.model.sight_of(self.person) is None
        return plain and asked.page * asked.size >= DEEP

    def _top(self, asked: Question) -> tuple[int, Any]:
        """The first page that goes by numbers, and the id that it begins with."""
        page, key = -(-DEEP // asked.size), self.model.id
        return page, select(key).order_by(key.desc()).offset(page * asked.size).limit(1).scalar_subquery()

    def _stretch(self, asked: Question) -> Select[Any]:
        """Below the first thousands a page is a stretch of ids: where a row was taken away it has one fewer."""
        page, top = self._top(asked)
        highest = top - (asked.page - page) * asked.size
        return select(self.model.id).where(self.model.id <= highest, self.model.id > highest - asked.size)

    def _neighbours(
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

    def labels(self, session: Session, asked: Question) -> dict[str, str]:
        """Filter -> what the picked record is called, if the person may know of it; all in one statement."""
        picked = {one.name: one.target for one in self.filters if one.kind == "relation" and self._key(one, asked)}
        found = [
            select(label_sql(target, target))
            .where(target.id == self._key(one, asked), target.visible_to(self.person))
            .scalar_subquery()
            .label(one.name)
            for one in self.filters
            if (target := picked.get(one.name)) is not None
        ]
        row = session.connection().execute(select(*found)).one() if found else ()
        return {name: str(label) for name, label in zip(picked, row, strict=True) if label is not None}

    @staticmethod
    def _key(shown: Shown, asked: Question) -> int | None:
        value = asked.filters.get(filter_names(shown)[0], "")
        return int(value) if re.fullmatch(r"[0-9]{1,18}", value) else None


@lru_cache(maxsize=512)
def _shown(model: type[Record], columns: tuple[Shown, ...]) -> Select[Any]:
    """id, then for each column its value; a relation gives its key and its label."""
    own: Any = model.__table__
    source, found = own, [inspect(model).primary_key[0]]
    for one in columns:
        found.append(one.column)
        if one.relation is not None:
            other = one.target.__table__.alias()
            source = source.outerjoin(other, other.c.id == one.column)
            found.append(label_sql(one.target, other.c))
    return select(*found).select_from(source)


def label_sql(model: type[Record], source: Any) -> ColumnElement[Any]:
    """A record's label as the database makes it; what a record is called by no column of its own has its number."""
    kept: Any = model.__table__.c
    names = [name for name in model.label_columns if name in kept]
    parts = [getattr(source, name) for name in names] or [cast(source.id, String)]
    if len(parts) > 1:  # a choice put together with others is text
        parts = [type_coerce(part, String) for part in parts]
    label = parts[0]
    for part in parts[1:]:
        label = label + " " + part
    return label


def hints_sql(model: type[Record], person: Person) -> list[ColumnElement[Any]]:
    """What tells a record apart beside its label, as text: what a relation is called, or the column itself."""
    hidden = model.access.hidden_from(person)
    return [_hint(model, name) for name in model.hint_columns if name not in hidden]


def _hint(model: type[Record], name: str) -> ColumnElement[Any]:
    relation = inspect(model).relationships.get(name)
    if relation is None:
        return cast(getattr(model, name), String)
    (key,), target = relation.local_columns, relation.mapper.class_
    other = target.__table__.alias()
    return select(label_sql(target, other.c)).where(other.c.id == key).scalar_subquery()


def pick(session: Session, model: type[Record], person: Person, words: str, most: int = 20) -> list[tuple[int, str]]:
    """Records for a picker: the first that fit, by label; only what the person may see and what still stands."""
    words = words.replace("\0", "").strip()[:100]
    listing = Listing(model, (), person)
    hints = hints_sql(model, person)
    query = select(model.id, label_sql(model, model), *hints)
    query = query.where(model.visible_to(person), model.voided_at.is_(None))
    if words:
        query = query.where(listing.like(words))
    rows = session.execute(query.order_by(model.id.desc()).limit(most))
    return [(key, BETWEEN.join(str(one) for one in said if one)) for key, *said in rows]


__all__ = [
    "BETWEEN",
    "SIZES",
    "Listing",
    "Page",
    "Question",
    "filter_names",
    "hints_sql",
    "label_sql",
    "pick",
    "question",
    "sortable_columns",
]
