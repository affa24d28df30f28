"""A row while it is judged, and what came of a sheet and a file."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from rules.base import Words
from rules.ledger.cells import letter
from rules.ledger.reasons import Reason


class Finding(NamedTuple):
    """A fault or a warning at a cell named as in Excel."""

    cell: str
    reason: Reason

    def as_json(self, locale: str) -> dict[str, str]:
        return {"cell": self.cell, "code": self.reason.code, "reason": self.reason.words.text(locale)}


NOTHING_ABOVE: Mapping[str, Any] = {}


class Row:
    """One line: its clean values by column name, its faults and warnings. ``places``: column name -> column.

    ``above``: what stands above the table of this line and its neighbours. ``more``: clean values that are no part of
    what is told of the row, such as on what grounds it stands.
    """

    __slots__ = ("above", "faults", "more", "number", "origins", "places", "values", "warnings")

    def __init__(
        self, number: int, values: dict[str, Any], places: Mapping[str, int], origins: Mapping[int, tuple[int, int]]
    ) -> None:
        self.number, self.values, self.places, self.origins = number, values, places, origins
        self.above: Mapping[str, Any] = NOTHING_ABOVE
        self.more: Mapping[str, Any] = NOTHING_ABOVE
        self.faults: tuple[Finding, ...] = ()
        self.warnings: tuple[Finding, ...] = ()

    def cell(self, *columns: str) -> str:
        """Excel's name of the cell of the first of these columns that the sheet has; merged cells by their first."""
        place = next((self.places[name] for name in columns if name in self.places), None)
        if place is None:
            return f"A{self.number}"
        row, column = self.origins.get(place, (self.number, place))
        return f"{letter(column)}{row}"

    def fault(self, reason: Reason, *columns: str) -> None:
        self.faults = (*self.faults, Finding(self.cell(*columns), reason))

    def warn(self, reason: Reason, *columns: str) -> None:
        self.warnings = (*self.warnings, Finding(self.cell(*columns), reason))

    def good(self, column: str) -> Any:
        """The clean value, or None where the cell is empty or faulty."""
        value = self.values.get(column)
        return None if isinstance(value, Reason) else value

    def is_bad(self, column: str) -> bool:
        """Whether the cell could not be read, so that nothing should be concluded from it."""
        return isinstance(self.values.get(column), Reason)


@dataclass
class Ignored:
    """A row that is no data, or a run of such rows up to ``to``."""

    row: int
    why: str
    to: int | None = None

    def as_json(self) -> dict[str, object]:
        shown: dict[str, object] = {"row": self.row, "why": self.why}
        return shown if self.to is None else shown | {"to": self.to}


@dataclass
class SheetResult:
    """What came of one sheet. ``entity`` None: no ledger was recognised, and ``why`` says so."""

    name: str
    entity: str | None = None
    header_rows: tuple[int, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    hidden_columns: dict[str, str] = field(default_factory=dict)
    accepted: list[Row] = field(default_factory=list)
    refused: list[Row] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    why: Words | None = None
    session: dict[str, Any] = field(default_factory=dict)
    """What the lines above the table say of all its rows."""

    @property
    def counts(self) -> dict[str, int]:
        return {"accepted": len(self.accepted), "refused": len(self.refused)}

    def as_json(self, locale: str = "en") -> dict[str, object]:
        """The shape of samples/expected.json."""
        if self.entity is None:
            return {"entity": None, "why": self.why.text(locale) if self.why else ""}
        shown: dict[str, object] = {
            "entity": self.entity,
            "header_rows": list(self.header_rows),
            "columns": self.columns,
        }
        if self.hidden_columns:
            shown["hidden_columns"] = self.hidden_columns
        if self.session:
            shown["session"] = {name: shown_value(value) for name, value in self.session.items()}
        return shown | {
            "counts": self.counts,
            "ignored": [one.as_json() for one in self.ignored],
            "accepted": [accepted_json(row, locale) for row in self.accepted],
            "refused": [
                {"row": row.number, "faults": [one.as_json(locale) for one in row.faults]} for row in self.refused
            ],
        }


@dataclass
class FileResult:
    """What came of one file. ``refused``: why nothing of it could be read; then there are no sheets."""

    name: str
    sheets: list[SheetResult] = field(default_factory=list)
    refused: Reason | None = None

    @property
    def has_faults(self) -> bool:
        return self.refused is not None or any(sheet.refused for sheet in self.sheets)

    def as_json(self, locale: str = "en") -> dict[str, object]:
        shown: dict[str, object] = {"file": self.name}
        if self.refused:
            shown["refused"] = {"code": self.refused.code, "reason": self.refused.words.text(locale)}
        return shown | {"sheets": {sheet.name: sheet.as_json(locale) for sheet in self.sheets}}


def accepted_json(row: Row, locale: str) -> dict[str, object]:
    shown: dict[str, object] = {"row": row.number, "values": {name: shown_value(v) for name, v in row.values.items()}}
    if row.warnings:
        shown["warnings"] = [one.as_json(locale) for one in row.warnings]
    return shown


def shown_value(value: object) -> object:
    """A value in JSON: days and moments ISO, exact numbers as numbers."""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list):
        return [shown_value(one) for one in value]
    if isinstance(value, dict):
        return {name: shown_value(one) for name, one in value.items()}
    return float(value) if isinstance(value, Decimal) else value
