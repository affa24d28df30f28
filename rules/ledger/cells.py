"""What a ledger is before it is judged: sheets, rows and cells as the file has them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from rules.ledger.reasons import Reason

Cell: TypeAlias = "str | float | dt.date | dt.time | dt.timedelta | Reason | None"
"""A stored value; ``""`` or None = empty; a ``Reason`` = an error, or a formula without a value (rule 6)."""

Merge: TypeAlias = tuple[int, int, int, int]
"""First row, first column, last row, last column; rows from 1 as in Excel, columns from 0."""


EXACT_BELOW = 1e15
"""Excel keeps fifteen digits of a number."""


@dataclass
class Sheet:
    """One sheet. ``rows`` are consumed once, in order, from Excel's row 1; short rows are read as if filled up."""

    name: str
    rows: Iterable[list[Cell]]
    merges: tuple[Merge, ...] = ()
    hidden_columns: frozenset[int] = frozenset()
    troubles: Mapping[int, Mapping[int, Reason]] = field(default_factory=dict)


def letter(column: int) -> str:
    """Excel's name of a column, counted from 0: 0 = A, 26 = AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_of(name: str) -> int:
    """The inverse of ``letter``: A = 0."""
    number = 0
    for one in name:
        number = number * 26 + ord(one) - 64
    return number - 1


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds nothing that a reader of the sheet would see."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def as_text(cell: Cell) -> str:
    """A cell as Excel would show it in a text column: 12.0 is 12, a day is ISO."""
    if isinstance(cell, str):
        return cell
    if cell is None or isinstance(cell, Reason):
        return ""
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < EXACT_BELOW else f"{cell:.15g}"
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    return str(cell)
