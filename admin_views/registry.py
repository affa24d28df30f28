"""Which table is shown by which view, and what later chapters hang on earlier records' pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import current_app

from admin_views.screen import DeskAct, DeskCard, Panel
from admin_views.ways import ways_back
from admin_views.words import say
from models.base import Record, previews
from rules.base import Person, Words

if TYPE_CHECKING:
    from admin_views.base import RegulationView

PanelMaker = Callable[[Any, Person], "Panel | None"]
CardMaker = Callable[[Person], "DeskCard | None"]
_panels: list[tuple[type[Record], PanelMaker]] = []
_cards: list[CardMaker] = []


def has_account(person: Person) -> bool:
    """A page for everybody who signs in."""
    return person.account_id is not None


@dataclass(frozen=True)
class MenuPage:
    """A page of a chapter that is no table's: it stands before the chapter's tables, for those who open it."""

    chapter: str
    words: Words
    url: str
    may_open: Callable[[Person], bool] = has_account
    icon: str = "file-text"


_menu: list[MenuPage] = []
LINE_LABELS: dict[str, dict[str, Words]] = {}
"""Labels of the lines' columns, by table: declared with the view of their record."""
LINE_WORDS: dict[str, Words] = {}
"""What the lines of a table are called: declared with the view of their record."""
LINE_NAMES: dict[str, Callable[[int], str]] = {}
"""What one line of several is called in the history of its record, by table and key."""


def panel(model: type[Record]) -> Callable[[PanelMaker], PanelMaker]:
    """Registers rows that a chapter shows on the page of a record, its own or an earlier chapter's."""

    def register(maker: PanelMaker) -> PanelMaker:
        _panels.append((model, maker))
        return maker

    return register


REASONS: list[Callable[[Record, str], str]] = []
"""Who can explain a deadline: (record, column) -> address of the explanation, empty where it is not his."""


def reason_url(record: Record, column: str) -> str:
    """Where the page of a deadline's story is, if somebody can tell it."""
    return next(filter(None, (explain(record, column) for explain in REASONS)), "")


def panels_of(record: Record, person: Person) -> list[Panel]:
    made = [maker(record, person) for model, maker in _panels if isinstance(record, model)]
    return [one for one in made if one is not None]


def menu_page(page: MenuPage) -> None:
    """Registers a page for the menu and for the search by name."""
    _menu.append(page)


def menu_pages(person: Person) -> list[MenuPage]:
    """The pages beside the tables that this person may open."""
    return [one for one in _menu if one.may_open(person)]


def desk_card(maker: CardMaker) -> CardMaker:
    """Registers lines for the desk; a chapter answers None where the person has nothing to do with it."""
    _cards.append(maker)
    return maker


def cards_for(person: Person) -> list[DeskCard]:
    made = [maker(person) for maker in _cards]
    return [one for one in made if one is not None]


def next_act(record: Record, person: Person) -> DeskAct | None:
    """The next step onward that this person may take: at once where it asks for nothing, else its dialogue."""
    if (cycle := record.lifecycle) is None:
        return None
    status = str(record.status)
    back = ways_back(cycle, status)
    onward = [one for one in cycle.open_from(status) if not one.is_destructive and one.verb not in back]
    mine = [one for one in onward if record.why_not(one.verb, person) is None]
    if not mine:
        return None
    step, table = mine[0], record.__tablename__
    is_plain = not (step.asks or step.needs_note or step.signatures or previews(record, step.verb, person))
    if is_plain:
        return DeskAct(say(step.words), f"/admin/{table}/perform/", step.verb, record.id, record.version_no)
    return DeskAct(say(step.words), f"{record_url(type(record), record.id)}#verb-{step.verb}")


def views() -> "dict[str, RegulationView]":
    """Every table's view, by table."""
    found: dict[str, RegulationView] = current_app.extensions["views"]
    return found


def record_url(model: type[Record], key: int | None) -> str:
    """The page of a record; empty for none."""
    return f"/admin/{model.__tablename__}/details/?id={key}" if key is not None else ""


def clause_url(clause: str) -> str:
    """The page of a clause of the regulation; empty where it has none."""
    if "clause_page" not in current_app.extensions:
        rules = current_app.url_map.iter_rules()
        current_app.extensions["clause_page"] = any(one.rule.startswith("/regulation/<") for one in rules)
    return f"/regulation/{clause}/" if clause and current_app.extensions["clause_page"] else ""


def every_view() -> "Iterator[RegulationView]":
    yield from views().values()
