"""The registry of indicators: each a select of the rows of a period, what each adds, and why some do not count (K1).

A chapter registers a function by ``@indicator``. Its select has the columns of ``COLUMNS``; figures are sums over it,
evidence is its rows, and so the two cannot differ. ``top`` is what a row adds to the numerator in 1/10000, ``bottom``
what it adds to the denominator; ``left_out`` is empty for what counts; ``part`` tells sources apart where a mean
weighs them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

COLUMNS = ("entity", "entity_id", "employee_id", "department_id", "at", "top", "bottom", "left_out", "part")
ONE = 10_000
"""What a row adds to the numerator when it counts once."""


@dataclass(frozen=True)
class Span:
    """A period as rows are asked for: days of the company, the instants of its ends, and the cut-off."""

    from_on: date
    to_on: date
    start: datetime
    end: datetime
    cut_off_at: datetime


Sums = Mapping[str, tuple[int, int]]
"""part -> (top, bottom)."""
Rows = Callable[[Session, Span], Select[Any]]
Beside = tuple[str, ColumnElement[int] | Any, ColumnElement[int] | Any]
"""Another table whose records change what a row says: its name, and two columns, their key and the key of the row."""
Weights = Callable[[Session, Span], Mapping[str, Decimal]]
Cap = Callable[[Session, Span], Decimal]


@dataclass(frozen=True)
class Indicator:
    """How one indicator is measured. ``how``: rate (per cent), sum, or mean of weighted parts; ``cap``: at most."""

    code: str
    rows: Rows
    how: str
    cap: Cap | None = None
    weights: Weights | None = None
    beside: tuple[Beside, ...] = ()


INDICATORS: dict[str, Indicator] = {}


def indicator(
    code: str, how: str, *, cap: Cap | None = None, weights: Weights | None = None, beside: tuple[Beside, ...] = ()
) -> Callable[[Rows], Rows]:
    """Registers the rows of an indicator."""

    def register(rows: Rows) -> Rows:
        INDICATORS[code] = Indicator(code, rows, how, cap, weights, beside)
        return rows

    return register
