"""Recognising what a sheet is: its ledger, its header row, its columns, its year (rule 5)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import MappingProxyType

from rules.ledger.cells import Cell, as_text, is_blank, letter
from rules.ledger.dates import year_of_title
from rules.ledger.declare import SERIAL, Column, Ledger, bare_heading, heading
from rules.ledger.text import stripped

HEADER_WITHIN = 200
"""Rows looked at for the header; ledgers have a few lines above it."""

KNOWN_HEADINGS = 4
KNOWN_HEADINGS_WHEN_TOLD = 2
"""Enough when the person says which ledger it is."""

SERIAL_COLUMN = Column("serial", None, SERIAL)

ABOVE = "text above the table"
BLANK = "blank row"
TOTAL = "total row"
NOTE = "note under the table"
HEADER = "header row"
HEADER_AGAIN = "header row again"

TOTAL_WORDS = re.compile(r"合计|总计|小计|平均分|共计")
NOTE_WORDS = re.compile(r"注|备注|说明|制表|阅卷")
END = r"(?=$|[\s:：,，、;；.。()（）=0-9０-９])"
TOTAL_ALONE = re.compile(rf"(?:合计|总计|小计|平均分|共计|(?:grand |sub-?)?totals?|sum|average){END}", re.IGNORECASE)
NOTE_ALONE = re.compile(
    rf"(?:注|备注|说明|制表人?|阅卷人?|notes?|n\.b\.|remarks?|prepared by|marked by|graded by){END}", re.IGNORECASE
)
FIRST_WORDS = re.compile(r"\s*[合总小平共注备说制阅tgsanrpmTGSANRPM]")
"""What a total or a note can begin with, asked first because nearly no row does."""
FEW_CELLS = 3
LONGEST_HEADING = 100
SAID = -1
"""Surer than any declared heading: somebody said so."""
NOTHING_MEANT: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Table:
    """A recognised sheet. ``places``: column name -> column taken in; ``headings``: column -> heading as written."""

    ledger: Ledger
    header_rows: tuple[int, ...]
    places: Mapping[str, int]
    headings: Mapping[int, str]
    year: int | None
    above: tuple[str, ...] = ()
    """The lines above the table."""

    @cached_property
    def keys(self) -> tuple[int, ...]:
        return tuple(self.places[name] for name in self.ledger.key if name in self.places)

    @cached_property
    def taken(self) -> tuple[int, ...]:
        return tuple(self.places.values())


def recognise(
    head: Sequence[Sequence[Cell]],
    name: str,
    ledgers: Iterable[Ledger],
    *,
    hidden: frozenset[int] = frozenset(),
    is_told: bool = False,
    meant: Mapping[str, str] = NOTHING_MEANT,
) -> Table | None:
    """The first row with enough known headings, and the ledger that knows most of them; None = no ledger.

    ``meant``: what somebody says that headings mean, by comparable heading; "" = to be left alone.
    """
    enough = KNOWN_HEADINGS_WHEN_TOLD if is_told else KNOWN_HEADINGS
    candidates = tuple(ledgers)
    for at, cells in enumerate(head[:HEADER_WITHIN]):
        written = {place: stripped(as_text(cell)) for place, cell in enumerate(cells) if not is_blank(cell)}
        if len(written) < enough:
            continue
        found = [(one, known_headings(written, one, hidden, meant)) for one in candidates]
        fitting = [(one, known) for one, known in found if len(known) >= enough and one.suits(frozenset(known))]
        if fitting:
            ledger, known = max(fitting, key=lambda pair: len(pair[1]))
            taken = {column: place for column, place in known.items() if is_taken(ledger, column)}
            above = lines(head[:at])
            year = year_of_title(above, name)
            if ledger.under and (below := second_row(ledger, written, head[at + 1 : at + 2], hidden)) is not None:
                wider, more, titles = below
                return Table(wider, (at + 1, at + 2), taken | more, titles, year, tuple(above))
            return Table(ledger, (at + 1,), taken, written, year, tuple(above))
    return None


PART = ":"
"""Between the heading above and the column below, in the name of a column of two header rows."""


def second_row(
    ledger: Ledger, written: Mapping[int, str], rows: Sequence[Sequence[Cell]], hidden: frozenset[int]
) -> tuple[Ledger, dict[str, int], dict[int, str]] | None:
    """The ledger with the columns of a second header row, their places, and all headings; None = there is no such row.

    A heading above counts for the columns right of it, until the next one (rule 5).
    """
    meant = {heading(word): column for words, column in ledger.under.items() for word in words.split("|")}
    titles, columns, places, group = dict(written), list[Column](), dict[str, int](), ""
    for place, cell in enumerate(rows[0] if rows else ()):
        group = written.get(place, group)
        column = meant.get(heading(stripped(as_text(cell)))) if not is_blank(cell) else None
        if column is None or not group or place in hidden:
            continue
        name = f"{group}{PART}{column.name}"
        titles[place] = f"{group} / {stripped(as_text(cell))}"
        columns.append(replace(column, name=name))
        places[name] = place
    if not columns:
        return None
    return replace(ledger, columns=(*ledger.columns, *columns)), places, titles


def known_headings(
    written: Mapping[int, str], ledger: Ledger, hidden: frozenset[int], meant: Mapping[str, str] = NOTHING_MEANT
) -> dict[str, int]:
    """Column name -> column. Where two headings mean the same, the surer one counts, then the first (rule 5).

    ``meant``: what somebody says that headings mean; that is surest.
    """
    best: dict[str, tuple[int, int]] = {}
    for place, title in written.items():
        if place in hidden or len(title) > LONGEST_HEADING:
            continue
        found = said_meaning(ledger, title, meant)
        if found and (found[0] not in best or found[1] < best[found[0]][0]):
            best[found[0]] = (found[1], place)
    return {name: place for name, (_, place) in best.items()}


def said_meaning(ledger: Ledger, title: str, meant: Mapping[str, str]) -> tuple[str, int] | None:
    """The column that a heading means: as somebody says, else as it is declared."""
    plain = heading(title)
    if plain in meant and (not meant[plain] or any(one.name == meant[plain] for one in ledger.columns)):
        return (meant[plain], SAID) if meant[plain] else None
    return meaning(ledger, plain) or meaning(ledger, bare_heading(title))


@lru_cache(maxsize=8192)
def meaning(ledger: Ledger, title: str) -> tuple[str, int] | None:
    """The column that a comparable heading means, and how surely; ``No.`` is a record's number before a serial."""
    ranked = [
        (rank, at, column.name) for at, column in enumerate(ledger.columns) if (rank := column.rank(title)) is not None
    ]
    if ranked:
        return min(ranked)[2], min(ranked)[0]
    return (SERIAL_COLUMN.name, 0) if SERIAL_COLUMN.rank(title) is not None else None


def is_taken(ledger: Ledger, name: str) -> bool:
    return name != SERIAL_COLUMN.name and ledger.column(name).kind is not None


def lines(rows: Iterable[Sequence[Cell]]) -> list[str]:
    """What stands above a table, a line each."""
    return [" ".join(as_text(cell) for cell in cells if not is_blank(cell)) for cells in rows]


def not_data(cells: Sequence[Cell], table: Table, covered: Mapping[int, object]) -> str | None:
    """Why a row is passed over (rule 5); None = it is data. ``covered``: columns that a merged cell fills."""
    first = next((place for place, cell in enumerate(cells) if not is_blank(cell) and place not in covered), None)
    if first is None:
        return BLANK
    if why := by_first_words(cells, first, table, covered):
        return why
    if any(not is_blank(cells[place]) and place not in covered for place in table.taken):
        return HEADER_AGAIN if is_header_again(cells, table) else None
    own = [cell for place, cell in enumerate(cells) if isinstance(cell, str) and place not in covered]
    return NOTE if any(not is_blank(cell) and not as_number(cell) for cell in own) else BLANK


def by_first_words(cells: Sequence[Cell], first: int, table: Table, covered: Mapping[int, object]) -> str | None:
    """Total or note, by the words that the row begins with; not where the row has a number behind them."""
    said = cells[first]
    if not isinstance(said, str) or not FIRST_WORDS.match(said):
        return None
    own = [place for place, cell in enumerate(cells) if not is_blank(cell) and place not in covered]
    if any(place in table.keys for place in own[1:]):
        return None
    return under_the_table(stripped(said), len(own), is_loose=first not in table.keys)


def as_number(written: str) -> bool:
    return stripped(written).isdecimal()


def under_the_table(first: str, cells: int, *, is_loose: bool) -> str | None:
    """Total or note, by the first words of the row; ``is_loose``: the row has no number, so the word may run on."""
    if TOTAL_ALONE.match(first) or (is_loose and TOTAL_WORDS.match(first)):
        return TOTAL
    if NOTE_ALONE.match(first) or (is_loose and cells <= FEW_CELLS and NOTE_WORDS.match(first)):
        return NOTE
    return None


def is_header_again(cells: Sequence[Cell], table: Table) -> bool:
    """Whether the header stands once more, as on the second printed page."""
    return all(
        isinstance(cells[place], str) and heading(stripped(as_text(cells[place]))) == heading(table.headings[place])
        for place in table.places.values()
    )


def shown(headings: Mapping[int, str], only: frozenset[int] | None = None) -> dict[str, str]:
    """Headings by Excel's letters."""
    return {letter(place): title for place, title in sorted(headings.items()) if only is None or place in only}
