"""A ledger file from door to result: opened safely, its sheets recognised, their rows judged. Nothing is stored."""

import datetime as dt
import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from models.ledger.door import kind_of
from models.ledger.refusals import NO_LEDGER_IN_FILE, NO_SUCH_ENTITY, NO_SUCH_SHEET, FileRefused
from models.ledger.text import read_csv
from models.ledger.workbook import Head, Workbook
from rules.ledger import (
    HEADER_WITHIN,
    IS_HIDDEN,
    NO_LEDGER,
    NOTHING_MEANT,
    Cell,
    FileResult,
    Judge,
    Known,
    Ledger,
    Sheet,
    SheetResult,
    Table,
    recognise,
)
from rules.ledgers import LEDGERS

CSV_SHEET = ""


def judge_file(
    path: str | Path,
    known: Known,
    *,
    as_of: dt.date,
    sheet: str | None = None,
    entity: str | None = None,
    name: str | None = None,
    meant: Mapping[str, str] = NOTHING_MEANT,
) -> FileResult:
    """What a good import makes of a file; never raises for what is in it.

    ``known`` is asked for what rows refer to, and afterwards knows the accepted rows too. ``as_of``: the day the
    ledger was handed in, later facts are faults. ``sheet`` and ``entity`` narrow what is looked for. ``name``: the
    name that the file was given, where it is kept under another. ``meant``: what headings mean (comparable heading ->
    column), where somebody says so.
    """
    path = Path(path)
    result = FileResult(name or path.name)
    wanted = [one for one in LEDGERS if entity in (None, one.entity)]
    asked = Asked(wanted, sheet, is_told=bool(entity), meant=meant)
    try:
        with few_collections():
            result.sheets = judged(path, result.name, Judge(known, as_of), asked)
    except FileRefused as refused:
        # Half a file is worse than none: what was judged before the file turned out to be damaged is not given out.
        result.refused = refused.reason
    return result


@contextmanager
def few_collections() -> Iterator[None]:
    """Rows hold no cycles, but there are so many that looking for some would take a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True)
class Asked:
    """What is looked for in a file: which ledgers, in which sheet, and what somebody says that headings mean."""

    ledgers: Sequence[Ledger]
    sheet: str | None
    is_told: bool
    meant: Mapping[str, str]

    def table(self, head: Sequence[Sequence[Cell]], name: str, hidden: frozenset[int] = frozenset()) -> Table | None:
        return recognise(head, name, self.ledgers, hidden=hidden, is_told=self.is_told, meant=self.meant)


def judged(path: Path, name: str, judge: Judge, asked: Asked) -> list[SheetResult]:
    """The sheets of a file; FileRefused where it cannot be read or none of them is a ledger."""
    if not asked.ledgers:
        raise FileRefused(NO_SUCH_ENTITY)
    read = judge_csv if kind_of(path, name) == "csv" else judge_workbook
    results = read(path, judge, asked)
    if all(one.entity is None for one in results):
        raise FileRefused(NO_LEDGER_IN_FILE)
    judge.settle(results)
    return results


def judge_csv(path: Path, judge: Judge, asked: Asked) -> list[SheetResult]:
    """A CSV is one sheet without a name."""
    if asked.sheet:
        raise FileRefused(NO_SUCH_SHEET)
    rows = read_csv(path)
    head = list(islice(rows, HEADER_WITHIN))
    table = asked.table(head, CSV_SHEET)
    if table is None:
        return [SheetResult(CSV_SHEET, why=NO_LEDGER)]
    return [judge.sheet(Sheet(CSV_SHEET, chain(head, rows)), table)]


def judge_workbook(path: Path, judge: Judge, asked: Asked) -> list[SheetResult]:
    """The sheets in the file's order; judged in the order of the ledgers, so that what is referred to comes first."""
    with Workbook(path, asked.sheet) as book:
        heads = book.heads()
        if asked.sheet is not None and not heads:
            raise FileRefused(NO_SUCH_SHEET)
        tables = [table_of(head, asked) for head in heads]
        results = [SheetResult(head.name, why=NO_LEDGER if head.is_visible else IS_HIDDEN) for head in heads]
        order = in_order(tables, asked.ledgers)
        book.want([position for position, _ in order])
        for position, table in order:
            results[position] = judge.sheet(heads[position].sheet(book.rows()), table)
    return results


def table_of(head: Head, asked: Asked) -> Table | None:
    if not head.is_visible:
        return None
    return asked.table(head.rows, head.name, head.sheet(iter(())).hidden_columns)


def in_order(tables: Iterable[Table | None], ledgers: Sequence[Ledger]) -> list[tuple[int, Table]]:
    """Positions and tables of the recognised sheets, in the order of their ledgers."""
    found = [(position, table) for position, table in enumerate(tables) if table is not None]
    places = {one.entity: place for place, one in enumerate(ledgers)}
    return sorted(found, key=lambda pair: places[pair[1].ledger.entity])
