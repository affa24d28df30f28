"""Rows on a page as they are declared: for each column its heading, and what of a record stands under it."""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any

from admin_views.columns import cell_of
from admin_views.registry import record_url
from admin_views.screen import Cell, Heading, Row
from admin_views.words import say
from rules.base import Words

Columns = Mapping[str, tuple[Words, Callable[[Any], Any]]]
"""Name -> heading, and what is shown: a cell, words or a text as they are, any other value as a list shows it."""


def tabled(
    columns: Columns, records: Iterable[Any], url: Callable[[Any], str] | None = None
) -> tuple[list[Heading], list[Row]]:
    """Headings and rows for a panel or a table; a row leads to its record, or to ``url`` of it."""
    headings = [Heading(name, say(words)) for name, (words, _) in columns.items()]
    rows = [
        Row(
            getattr(one, "id", place),
            url(one) if url is not None else record_url(type(one), one.id),
            [_cell(shown(one)) for _, shown in columns.values()],
        )
        for place, one in enumerate(records)
    ]
    return headings, rows


def _cell(value: Any) -> Cell:
    match value:
        case Cell():
            return value
        case Words():
            return Cell(say(value))
        case Enum():  # before str: most of ours are both
            return cell_of(value)
        case str():
            return Cell(value)
    return cell_of(value)
