"""Which table is shown by which view, and what later chapters hang on earlier records' pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import current_app

from admin_views.screen import DeskCard, Panel
from models.base import Record
from rules.base import Person, Words

if TYPE_CHECKING:
    from admin_views.base import RegulationView

PanelMaker = Callable[[Any, Person], "Panel | None"]
CardMaker = Callable[[Person], "DeskCard | None"]
_panels: list[tuple[type[Record], PanelMaker]] = []
_cards: list[CardMaker] = []
LINE_LABELS: dict[str, dict[str, Words]] = {}
"""Labels of the lines' columns, by table: declared with the view of their record."""
LINE_NAMES: dict[str, Callable[[int], str]] = {}
"""What one line of several is called in the history of its record, by table and key."""


def panel(model: type[Record]) -> Callable[[PanelMaker], PanelMaker]:
    """Registers rows that a chapter shows on the page of a record, its own or an earlier chapter's."""

    def register(maker: PanelMaker) -> PanelMaker:
        _panels.append((model, maker))
        return maker

    return register


def panels_of(record: Record, person: Person) -> list[Panel]:
    made = [maker(record, person) for model, maker in _panels if isinstance(record, model)]
    return [one for one in made if one is not None]


@dataclass(frozen=True)
class MenuPage:
    """A page of its own in the menu of its chapter, for whoever may open it."""

    chapter: str
    words: Words
    url: str
    icon: str
    may_open: Callable[[Person], bool]


MENU_PAGES: list[MenuPage] = []
"""Filled by the chapters."""


def desk_card(maker: CardMaker) -> CardMaker:
    """Registers lines for the desk; a chapter answers None where the person has nothing to do with it."""
    _cards.append(maker)
    return maker


def cards_for(person: Person) -> list[DeskCard]:
    made = [maker(person) for maker in _cards]
    return [one for one in made if one is not None]


def views() -> "dict[str, RegulationView]":
    """Every table's view, by table."""
    found: dict[str, RegulationView] = current_app.extensions["views"]
    return found


def record_url(model: type[Record], key: int | None) -> str:
    """The page of a record; empty for none."""
    return f"/admin/{model.__tablename__}/details/?id={key}" if key is not None else ""


def every_view() -> "Iterator[RegulationView]":
    yield from views().values()
