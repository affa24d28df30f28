"""Judging a sheet row by row: what is accepted, what is refused and where, what is passed over."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.base import Words
from rules.ledger.cells import Cell, Sheet, is_blank
from rules.ledger.declare import Column, Ledger
from rules.ledger.kinds import Clean, Setting
from rules.ledger.known import Known
from rules.ledger.reasons import DUPLICATE_KEY, DUPLICATE_ROW, Reason
from rules.ledger.row import Ignored, Row, SheetResult
from rules.ledger.table import ABOVE, BLANK, HEADER, Table, not_data, shown

NO_LEDGER = Words(
    "No row with at least four known headings was found, so this sheet was left alone.",
    "未找到至少含四个已知表头的行，此工作表未导入。",
)
IS_HIDDEN = Words("This sheet is hidden, so it was left alone.", "此工作表已隐藏，未导入。")

LONG_RUN = 50
"""More blank rows than this in a row are told as one."""

NOT_YET: Any = object()

Origins = Mapping[int, tuple[int, int]]
NO_ORIGINS: Origins = {}


@dataclass
class Judge:
    """Judges the sheets of one file, in the order of their ledgers. ``as_of``: the day it was handed in."""

    known: Known
    as_of: dt.date
    _seen: dict[str, dict[tuple[Any, ...], Row]] = field(default_factory=dict)

    def sheet(self, sheet: Sheet, table: Table) -> SheetResult:
        """What came of one sheet; its accepted rows are known afterwards."""
        ledger = table.ledger
        result = SheetResult(
            sheet.name,
            ledger.entity,
            table.header_rows,
            shown(table.headings),
            shown(table.headings, sheet.hidden_columns),
        )
        rows = clean_rows(sheet, table, Setting(table.year, self.as_of), result.ignored)
        if ledger.above:
            result.session = ledger.above(table.above, self.known)
            for row in rows:
                row.above = result.session
        if ledger.finish:
            for row in rows:
                ledger.finish(row, self.known)
        self._refuse_duplicates(rows, ledger)
        if ledger.together:
            ledger.together(rows, self.known)
        part(rows, ledger, result)
        for row in result.accepted:
            self.known.add(ledger.entity, row.values)
        return result

    def _refuse_duplicates(self, rows: list[Row], ledger: Ledger) -> None:
        """The same number twice: equal rows, the later is refused; different rows, all are (rule 10)."""
        seen = self._seen.setdefault(ledger.entity, {})
        here = set(map(id, rows)) if seen and ledger.unique_in == "sheet" else set()
        twice: dict[tuple[Any, ...], list[Row]] = {}
        for row in rows:
            values = row.values
            key = tuple([values[name] for name in ledger.key])
            if None in key or any(type(one) is Reason for one in key):
                continue
            first = seen.setdefault(key, row)
            if first is not row:
                twice.setdefault(key, [first]).append(row)
        for key, group in twice.items():
            begins_anew = bool(here) and id(group[0]) not in here and not are_equal(group, ledger)
            if begins_anew:
                seen[key] = group[1]
            refuse_all_but_one(group[1:] if begins_anew else group, ledger)

    def settle(self, results: list[SheetResult]) -> None:
        """Rows of earlier sheets that a later sheet has put in doubt are refused as well."""
        for result in results:
            if any(row.faults for row in result.accepted):
                result.refused = sorted(
                    [*result.refused, *(row for row in result.accepted if row.faults)], key=lambda row: row.number
                )
                result.accepted = [row for row in result.accepted if not row.faults]


def are_equal(group: list[Row], ledger: Ledger) -> bool:
    first = group[0].values
    return all(row.values[name] == first[name] for row in group[1:] for name in ledger.values)


def refuse_all_but_one(group: list[Row], ledger: Ledger) -> None:
    """Refuses the later of equal rows, or all of different ones."""
    equal = are_equal(group, ledger)
    for row in group[1:] if equal else group:
        row.fault(DUPLICATE_ROW if equal else DUPLICATE_KEY, key_cell(row, ledger))


def key_cell(row: Row, ledger: Ledger) -> str:
    """The column shown for a number that stands twice: one that the line has of its own, not from a merged cell."""
    wanted = (ledger.key_cell, *ledger.key) if ledger.key_cell else ledger.key
    return next((name for name in wanted if row.places.get(name, -1) not in row.origins), wanted[0])


def part(rows: list[Row], ledger: Ledger, result: SheetResult) -> None:
    """Accepted rows keep the values that their table takes; refused ones are set apart."""
    names = ledger.values
    for row in rows:
        if row.faults:
            result.refused.append(row)
            continue
        values = row.values
        if len(values) > len(names):
            row.values = {name: values[name] for name in names}
            row.more = {name: value for name, value in values.items() if name not in row.values}
        result.accepted.append(row)


def clean_rows(sheet: Sheet, table: Table, setting: Setting, ignored: list[Ignored]) -> list[Row]:
    """The rows of data, each cell cleaned once; what is passed over is told in ``ignored``."""
    absent, columns = compiled(table, setting)
    places = table.places
    finished: list[Row] = []
    for number, cells, origins in data_rows(sheet, table, ignored):
        values = absent.copy()
        bad: list[str] = []
        for place, name, cache, clean in columns:
            raw = cells[place]
            value = cache.get(raw, NOT_YET)
            if value is NOT_YET:
                value = cache[raw] = clean(raw)
            values[name] = value
            if type(value) is Reason:
                bad.append(name)
        row = Row(number, values, places, origins)
        for name in bad:
            row.fault(values[name], name)
        finished.append(row)
    return finished


def compiled(table: Table, setting: Setting) -> tuple[dict[str, Any], list[tuple[int, str, dict[Cell, Any], Clean]]]:
    """Values of the columns that the sheet lacks, and for each that it has its place, name, cache and cleaning."""
    absent: dict[str, Any] = {}
    columns: list[tuple[int, str, dict[Cell, Any], Clean]] = []
    for column in table.ledger.columns:
        if column.kind is None:
            continue
        clean = or_missing(column.kind(setting), column)
        if column.name in table.places:
            columns.append((table.places[column.name], column.name, {}, clean))
        else:
            nothing = column.kind(setting)("")
            absent[column.name] = None if isinstance(nothing, Reason) else nothing
    return absent, columns


def or_missing(clean: Clean, column: Column) -> Clean:
    """The column's cleaning, with its reason where a cell must not be empty."""
    missing = column.missing
    if missing is None:
        return clean

    def checked(cell: Cell) -> Any:
        found = clean(cell)
        return missing if found is None else found

    return checked


def data_rows(sheet: Sheet, table: Table, ignored: list[Ignored]) -> Iterator[tuple[int, list[Cell], Origins]]:
    """Row number, cells with merged values filled in, and where those come from (rule 5)."""
    header, width = max(table.header_rows), 1 + max(table.places.values())
    keys = table.keys
    merged = Merged(sheet, table)
    blank_from = 0
    for number, stored in enumerate(sheet.rows, 1):
        cells = stored if len(stored) >= width else [*stored, *[""] * (width - len(stored))]
        if number in sheet.troubles:
            cells = with_troubles(cells, sheet.troubles[number])
        origins = NO_ORIGINS
        if merged.is_needed(number):
            cells, origins = merged.fill(number, cells)
        # A line that begins with its serial number and has a key of its own is data: nothing else need be asked.
        is_plain = type(cells[0]) is float and number > header and has_own(cells, keys, origins)
        why = None if is_plain else what_it_is(number, cells, table, origins)
        if why == BLANK:
            blank_from = blank_from or number
            continue
        if blank_from:
            ignored.extend(blank_run(blank_from, number - 1))
            blank_from = 0
        if why is None:
            yield number, cells, origins
        elif why != HEADER:
            ignored.append(Ignored(number, why))


def has_own(cells: list[Cell], places: tuple[int, ...], origins: Origins) -> bool:
    """Whether one of these cells holds something that does not come from a merged cell above."""
    return any(cells[place] and place not in origins for place in places)


def what_it_is(number: int, cells: list[Cell], table: Table, origins: Origins) -> str | None:
    """Why a row is passed over; None = it is data."""
    if number in table.header_rows:
        return HEADER
    if number < min(table.header_rows):
        return BLANK if all(map(is_blank, cells)) else ABOVE
    return not_data(cells, table, origins)


def blank_run(first: int, last: int) -> list[Ignored]:
    """Blank rows one by one; a long run as one."""
    if last - first >= LONG_RUN:
        return [Ignored(first, BLANK, last)]
    return [Ignored(number, BLANK) for number in range(first, last + 1)]


def with_troubles(cells: list[Cell], troubles: Mapping[int, Reason]) -> list[Cell]:
    """The row with its error cells marked, which readers give as empty ones (rule 6)."""
    return [troubles.get(place, cell) for place, cell in enumerate(cells)]


class Merged:
    """Fills merged cells while the rows go by, holding only the merges that reach into the present row."""

    def __init__(self, sheet: Sheet, table: Table) -> None:
        self._places = frozenset(table.places.values())
        self._starts: dict[int, list[tuple[int, int, int, int]]] = {}
        self._active: dict[int, tuple[int, int, int, Cell]] = {}
        for merge in sheet.merges:
            if merge[0] > max(table.header_rows):
                self._starts.setdefault(merge[0], []).append(merge)

    def is_needed(self, number: int) -> bool:
        return bool(self._active) or number in self._starts

    def fill(self, number: int, cells: list[Cell]) -> tuple[list[Cell], Origins]:
        """The row with the values of the merged cells that cover it, and where each of them stands."""
        for row, left, last_row, right in self._starts.get(number, ()):
            value = cells[left] if left < len(cells) else ""
            for place in self._places:
                if left <= place <= right:
                    self._active[place] = (last_row, row, left, value)
        filled, origins = list(cells), {}
        for place, (last_row, row, left, value) in list(self._active.items()):
            if number > last_row:
                del self._active[place]
            elif (row, left) != (number, place):
                filled[place] = value
                origins[place] = (row, left)
        return filled, origins
