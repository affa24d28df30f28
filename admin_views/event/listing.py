"""The log of events as a list: a million of them found by index, said in words, searched by a record's number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, String, and_, cast, false, func, inspect, literal, or_, select, union_all
from sqlalchemy.orm import Session

from admin_views.asked import Question
from admin_views.columns import Shown, table_words, tables
from admin_views.history import ACTIONS, action_words
from admin_views.listing import Listing, Page
from admin_views.words import say
from models.event import Event
from models.types import Label
from rules.base import Words

OTHERS = {"event": Event.words, "session": Words("Log-in", "登录")}
"""What events are about besides records."""


@dataclass(frozen=True)
class Listed(Shown):
    """A column of text that is chosen from a list, each with its label."""

    options: Any = None
    kind = "choice"

    @property
    def choices(self) -> Any:
        return self.options


@cache
def entity_choices() -> Any:
    """What an event can be about."""
    named = {name: model.words for name, model in tables().items()} | OTHERS
    listed: Any = Label
    return listed("Entity", [(name, (name, words.en, words.zh)) for name, words in sorted(named.items())])


@cache
def action_choices() -> Any:
    """What can happen: what happens to every record, then the verbs of all lifecycles."""
    named = dict(ACTIONS)
    for model in tables().values():
        for one in model.lifecycle.steps if model.lifecycle else ():
            named.setdefault(one.verb, one.words)
    listed: Any = Label
    return listed("Action", [(f"{name}_", (name, words.en, words.zh)) for name, words in named.items()])


@dataclass(frozen=True)
class EventListing(Listing):
    """Events; ``about`` narrows them to the records that a search has found."""

    about: ColumnElement[bool] | None = None

    def page(self, session: Session, asked: Question) -> Page:
        """One page, each event with what it did and the number of what it was done to."""
        found = super().page(session, replace(asked, search=""))
        return replace(found, rows=said(session, found.rows))

    def all_rows(self, session: Session, asked: Question) -> Any:
        return super().all_rows(session, replace(asked, search=""))

    def _wanted(self, asked: Question, *, only: bool | None = None) -> list[ColumnElement[bool]]:
        narrowed = [self.about] if self.about is not None and only is not True else []
        return [*super()._wanted(asked, only=only), *narrowed]

    def _is_deep(self, asked: Question) -> bool:
        return self.about is None and super()._is_deep(asked)


def said(session: Session, rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows of (id, seq, at, actor key, actor, action, entity, key, source, reason), the codes in words."""
    labels = labels_of(session, ((row[6], row[7]) for row in rows))
    return [
        (*row[:5], words_of_action(row[6], row[5]), entity_words(row[6]), labels.get((row[6], row[7]), ""), *row[8:])
        for row in rows
    ]


class Verbs:
    """A table's verbs in words, where the record itself may be gone."""

    def __init__(self, entity: str) -> None:
        cycle = tables()[entity].lifecycle if entity in tables() else None
        self.steps = cycle.steps if cycle is not None else ()

    def verb_words(self, verb: str) -> Words:
        return next((one.words for one in self.steps if one.verb == verb), Words(verb, verb))


def words_of_action(entity: str, action: str) -> str:
    """What was done, whether the record is still there or not."""
    return action_words(Verbs(entity), action)


def entity_words(entity: str) -> str:
    words = table_words(entity) or OTHERS.get(entity)
    return say(words) if words is not None else entity


def labels_of(session: Session, keys: Iterable[tuple[str, int | None]]) -> dict[tuple[str, int], str]:
    """What the records are called, whatever tables they stand in: one statement."""
    wanted: dict[str, set[int]] = {}
    for entity, key in keys:
        if key is not None and entity in tables():
            wanted.setdefault(entity, set()).add(key)
    parts = [
        select(literal(entity), tables()[entity].id, _label(tables()[entity])).where(tables()[entity].id.in_(ids))
        for entity, ids in wanted.items()
    ]
    found = session.execute(union_all(*parts)) if parts else ()
    return {(entity, key): label for entity, key, label in found}


def _label(model: Any) -> ColumnElement[str]:
    """The label as the database makes it: every part as text."""
    names = _kept(model, model.label_columns) or _kept(model, model.search_columns) or ["id"]
    parts = [func.coalesce(cast(getattr(model, name), String), "") for name in names]
    label = parts[0]
    for part in parts[1:]:
        label = label + " " + part
    return label


def about(session: Session, words: str) -> ColumnElement[bool] | None:
    """Events of the records with that number, code or log-in, or the event with that number; None = no search."""
    if not words:
        return None
    parts = [
        select(literal(name), model.id).where(_number(model) == (words.upper() if model.number_prefix else words))
        for name, model in tables().items()
        if _kept(model, model.search_columns)
    ]
    found = session.execute(union_all(*parts)).all()
    conditions = [and_(Event.entity == entity, Event.entity_id == key) for entity, key in found[:50]]
    if words.isdecimal() and words.isascii() and len(words) <= 15:
        conditions.append(Event.seq == int(words))
    return or_(*conditions) if conditions else false()


def _number(model: Any) -> Any:
    """The column that a record is looked up by: unique where there is one, so that an index has it."""
    names = _kept(model, model.search_columns)
    unique = [name for name in names if inspect(model).column_attrs[name].columns[0].unique]
    return getattr(model, (unique or names)[0])


def _kept(model: Any, names: Iterable[str]) -> list[str]:
    """Those that are columns of the table, and not made up of others."""
    attributes = inspect(model).column_attrs
    return [name for name in names if name in attributes and isinstance(attributes[name].columns[0], Column)]
