"""Rows of a list as HTML: the template draws each shape of a cell once, and it is filled in for every row."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from admin_views.columns import FINISHED, Shown, cell_of, due_cell
from admin_views.registry import record_url
from admin_views.screen import EMPTY, Cell
from admin_views.words import locale
from models.base import now

Column = Callable[[Any], str]
"""From a row, as ``Listing.rows`` gives it, to one of its cells."""

TEXT, EXACT, URL = "\ue001", "\ue002", "\ue003"
"""Marks where a cell's values go; of the private use area, so that no template has them."""
SPECIAL = re.compile(r"[&<>\"']")


def safe(text: str) -> str:
    """The text as it may stand in HTML; most of it stands as it is."""
    return str(escape(text)) if SPECIAL.search(text) else text


def rows_html(table: str, columns: Sequence[Shown], rows: Iterable[Any]) -> Markup:
    """The rows of a list; how they are written is found out once for each choice of columns and language."""
    writers = current_app.extensions.setdefault("row_writers", {})
    key = (table, tuple(one.name for one in columns), locale())
    cells = writers.get(key)
    if cells is None or current_app.debug:
        cells = writers[key] = _columns(table, columns)
    return Markup("".join([f"<tr>{''.join([cell(row) for cell in cells])}</tr>\n" for row in rows]))  # noqa: S704 - of what the template drew, around values made safe


def _columns(table: str, columns: Sequence[Shown]) -> list[Column]:
    macros: Any = current_app.jinja_env.get_template("admin/model/rows.html").module
    found, place = list[Column](), 1
    status = _place_of("status", columns)
    for nth, one in enumerate(columns):
        pen = Pen(partial(macros.other, wide=one.kind in {"text", "long_text"}))
        if one.name == "due_at" and status:
            found.append(_deadline(pen, place, status))
        else:
            found.append(_first(Pen(macros.first), one, place, table) if nth == 0 else _other(pen, one, place))
        place += 1 if one.relation is None else 2
    return found


def _place_of(name: str, columns: Sequence[Shown]) -> int:
    """Where in a row that column stands; 0 = it is not shown."""
    place = 1
    for one in columns:
        if one.name == name:
            return place
        place += 1 if one.relation is None else 2
    return 0


def _deadline(pen: "Pen", place: int, status: int) -> Column:
    """A deadline, in its colour as the state of the row wants it."""

    def write(row: Any) -> str:
        if row[place] is None:
            return pen.empty
        return pen.write(due_cell(row[place], now(), is_done=str(row[status]) in FINISHED))

    return write


class Pen:
    """Writes the cells of one column."""

    def __init__(self, macro: Any) -> None:
        self._draw = lambda cell: str(macro(cell))
        self._forms: dict[tuple[Any, ...], Callable[..., str]] = {}
        self.empty = self._draw(EMPTY)
        self.plain = self.form(Cell(TEXT))

    def write(self, cell: Cell) -> str:
        """One cell."""
        if not cell.text:
            return self.empty
        shape = (cell.kind, cell.tone, not cell.url, not cell.exact, cell.exact == cell.text)
        fill = self._forms.get(shape)
        if fill is None:
            fill = self._forms[shape] = self.form(cell)
        return fill(safe(cell.text), safe(cell.exact), safe(cell.url))

    def form(self, cell: Cell) -> Callable[..., str]:
        """From text, exact form and address to the cell, all of that shape."""
        exact = "" if not cell.exact else TEXT if cell.exact == cell.text else EXACT
        drawn = self._draw(replace(cell, text=TEXT, exact=exact, url=URL if cell.url else ""))
        form = drawn.replace("{", "{{").replace("}", "}}")
        return form.replace(TEXT, "{0}").replace(EXACT, "{1}").replace(URL, "{2}").format


def _first(pen: Pen, shown: Shown, place: int, table: str) -> Column:
    """The cell that leads to the record."""
    page, place = f"/admin/{table}/details/?id=", place + (shown.relation is not None)
    fill = pen.form(Cell(TEXT, url=URL))

    def write(row: Any) -> str:
        value, url = row[place], f"{page}{row[0]}"
        if value.__class__ is str and value:
            return fill(safe(value), "", url)
        cell = cell_of(value)
        return pen.write(Cell(cell.text or f"#{row[0]}", cell.kind, url, cell.exact, cell.tone))

    return write


def _other(pen: Pen, shown: Shown, place: int) -> Column:
    match shown.kind:
        case "relation":
            page = record_url(shown.target, 0)[:-1]
            fill = pen.form(Cell(TEXT, "relation", URL))
            return lambda row: fill(safe(row[place + 1]), "", f"{page}{row[place]}") if row[place] else pen.empty
        case "choice" | "bool":
            known: dict[Any, str] = {}
            return lambda row: known.get(row[place]) or known.setdefault(row[place], pen.write(cell_of(row[place])))
        case "text" | "long_text" if not shown.names_table:
            return lambda row: pen.plain(safe(row[place])) if row[place] else pen.empty
    return lambda row: pen.write(shown.cell(row[place]))
