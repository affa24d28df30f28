"""What a column holds: for each kind the function that makes a clean value, or a reason, of a cell."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from rules.ledger import dates, numbers, text
from rules.ledger.cells import Cell
from rules.ledger.reasons import CHOICE_UNKNOWN, DATE_IN_FUTURE, Reason

Clean: TypeAlias = Callable[[Cell], Any]


@dataclass(frozen=True)
class Setting:
    """What a sheet gives to the cleaning of its cells: the year of its title, and the day it was handed in."""

    year: int | None
    as_of: dt.date


Kind: TypeAlias = Callable[[Setting], Clean]
"""Made once for each column of a sheet, so that nothing is decided again for each cell."""


def steady(clean: Clean) -> Kind:
    """A kind that needs nothing of its sheet."""
    return lambda _setting: clean


TEXT = steady(text.text)
NAME = steady(text.name)
PERSON = steady(text.person)
CODE = steady(text.code)
REVISION = steady(text.revision)
PHONE = steady(text.phone)
MAIL = steady(text.mail)
TIME = steady(dates.time)
WHOLE = steady(numbers.whole)


def as_is(cell: Cell) -> Cell:
    return cell


AS_IS = steady(as_is)
"""Kept for the row's own rule, which needs other cells of the row to read it."""


def unit(cell: Cell) -> str | Reason | None:
    """A unit as it is written (℃ stays one sign); a placeholder is none."""
    found = text.text(cell)
    return None if isinstance(found, str) and text.half_width(found) in text.NOTHING else found


UNIT = steady(unit)


def day(*, year_from_title: bool = True, may_lie_ahead: bool = False, with_time: bool = False) -> Kind:
    """A day (rule 3). Facts never lie after the hand-in day; what is planned may."""

    def kind(setting: Setting) -> Clean:
        year = setting.year if year_from_title else None
        latest = dt.date.max if may_lie_ahead else setting.as_of

        def clean(cell: Cell) -> Any:
            found = dates.moment(cell, year)
            if not isinstance(found, tuple):
                return found
            if found[0] > latest:
                return DATE_IN_FUTURE
            return found if with_time else found[0]

        return clean

    return kind


def choice(words: Mapping[str, str], otherwise: Reason = CHOICE_UNKNOWN) -> Kind:
    """One of a closed set (rule 11). ``words``: value -> every word that means it, parted by ``|``."""
    meant = {text.folded(word): value for value, said in words.items() for word in [value, *said.split("|")]}

    def clean(cell: Cell) -> str | Reason | None:
        found = text.plain(cell)
        return meant.get(text.folded(found), otherwise) if isinstance(found, str) else found

    return steady(clean)


def words(said: str) -> frozenset[str]:
    return frozenset(text.folded(word) for word in said.split("|"))


YES = words("是|√|✓|✔|有|需|需要|须|必须|关键|y|yes|true|1|t")
NO = words("否|×|✗|✘|x|无|不|不需|不需要|不须|非关键|n|no|false|0|f")


def yes_no(cell: Cell) -> bool | Reason:
    """Yes or no; an empty cell is no."""
    found = text.plain(cell)
    if not isinstance(found, str):
        return found if isinstance(found, Reason) else False
    word = text.folded(found)
    if word in YES:
        return True
    return False if word in NO else CHOICE_UNKNOWN


YES_NO = steady(yes_no)


def number_or_code(cell: Cell) -> int | str | Reason | None:
    """A running number as a number, anything else as a code."""
    found = text.code(cell)
    return int(found) if isinstance(found, str) and found.isascii() and found.isdecimal() else found


NUMBER_OR_CODE = steady(number_or_code)
