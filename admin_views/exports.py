"""Lists as CSV and xlsx: what is seen, streamed, with types kept and nothing live in it."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import xlsxwriter
from flask import Response, stream_with_context
from sqlalchemy.orm import Session

from admin_views.listing import Listing, Question
from admin_views.session import db
from admin_views.words import say, value_text
from models.base import COMPANY_ZONE
from models.engine import let_write
from rules.base import Choice

LEADS = ("=", "+", "-", "@", "\t", "\r")
MOST_XLSX = 1_048_575
EXCEL_MOST_TEXT = 32_767
EPOCH, DAY = datetime(1899, 12, 30), timedelta(days=1)  # noqa: DTZ001 - a spreadsheet's clock has no zone
LABELLED = (Choice, bool)

CellWriter = Callable[[int, Any], None]
"""Writes a value into its column of the row with that number."""


def safe(value: str) -> str:
    """Text that a spreadsheet could take for a formula stays text."""
    return "'" + value if value.startswith(LEADS) else value


def csv_value(value: Any) -> str:
    """A value in a CSV: exact, and text only where it is text."""
    match value:
        case None:
            return ""
        case Choice() | bool():
            return safe(value_text(value))
        case datetime():
            return value.astimezone(COMPANY_ZONE).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case Decimal():
            return format(value.normalize(), "f")
        case int():
            return str(value)
    return safe(value_text(value))


def as_csv(listing: Listing, asked: Question, name: str) -> Response:
    """A stream, however long the list is."""
    headings = [say(one.words) for one in listing.columns]
    texts = _row_texts(listing)

    def lines() -> Iterator[str]:
        out = io.StringIO()
        writer = csv.writer(out)
        out.write("\ufeff")
        writer.writerow([safe(one) for one in headings])
        let_write(may=False)
        with Session(db.engine) as session:
            rows = session.execute(listing.all_rows(session, asked).execution_options(yield_per=1000))
            for part in rows.partitions(500):
                writer.writerows(map(texts, part))
                yield out.getvalue()
                out.seek(0)
                out.truncate()
        yield out.getvalue()

    response = Response(stream_with_context(lines()), mimetype="text/csv")
    response.headers["Content-Disposition"] = _attachment(name, "csv")
    return response


def _row_texts(listing: Listing) -> Any:
    """A function from a row to its texts, with the labels of choices looked up once."""
    places, place = [], 1
    for one in listing.columns:
        places.append(place + (one.relation is not None))
        place += 1 + (one.relation is not None)
    labels: dict[Any, str] = {}

    def text(value: Any) -> str:
        if value.__class__ is str:
            return safe(value)
        if isinstance(value, Choice):
            found = labels.get(value)
            if found is None:
                found = labels[value] = csv_value(value)
            return found
        return csv_value(value)

    return lambda row: [text(row[at]) for at in places]


def as_xlsx(listing: Listing, asked: Question, name: str) -> Response:
    """A workbook written row by row; text is never a formula, numbers and dates keep their types."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer is sent
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(out, {**options, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for place, one in enumerate(listing.columns):
        sheet.write_string(0, place, say(one.words))
    writers = _cell_writers(listing, sheet, book)
    with Session(db.engine) as session:
        rows = session.execute(listing.all_rows(session, asked).limit(MOST_XLSX).execution_options(yield_per=1000))
        for number, row in enumerate(rows, start=1):
            for at, write in writers:
                if (value := row[at]) is not None:
                    write(number, value)
    book.close()
    out.seek(0)
    response = Response(out, mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response.call_on_close(out.close)
    response.headers["Content-Disposition"] = _attachment(name, "xlsx")
    return response


def _cell_writers(listing: Listing, sheet: Any, book: Any) -> list[tuple[int, CellWriter]]:
    """For each column where its value stands in a row, and what writes it; numbers and dates keep their types."""
    day, instant = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
    found, at = list[tuple[int, CellWriter]](), 1
    for place, one in enumerate(listing.columns):
        at += one.relation is not None
        match one.kind:
            case "decimal" | "number":
                write = _number_writer(sheet, place)
            case "date":
                write = _moment_writer(sheet, place, day, lambda value: datetime.combine(value, time()))
            case "instant":
                write = _moment_writer(sheet, place, instant, _on_company_clock)
            case _:
                write = _text_writer(sheet, place)
        found.append((at, write))
        at += 1
    return found


def _number_writer(sheet: Any, place: int) -> CellWriter:
    return lambda number, value: sheet.write_number(number, place, value)


def _moment_writer(sheet: Any, place: int, form: Any, at: Callable[[Any], datetime]) -> CellWriter:
    """Days since the beginning of the spreadsheets' time."""
    return lambda number, value: sheet.write_number(number, place, (at(value) - EPOCH) / DAY, form)


def _on_company_clock(value: datetime) -> datetime:
    return value.astimezone(COMPANY_ZONE).replace(tzinfo=None)


def _text_writer(sheet: Any, place: int) -> CellWriter:
    """Text as it is, choices by their labels, which are looked up once."""
    labels: dict[Any, str] = {}

    def write(number: int, value: Any) -> None:
        if isinstance(value, LABELLED):
            value = labels.get(value) or labels.setdefault(value, value_text(value))
        elif value.__class__ is not str:
            value = value_text(value)
        if value:
            sheet.write_string(number, place, value[:EXCEL_MOST_TEXT])

    return write


def _attachment(name: str, ending: str) -> str:
    return f"attachment; filename=\"{ending}.{ending}\"; filename*=UTF-8''{quote(f'{name}.{ending}')}"
