"""Lists as CSV and xlsx: what is seen, streamed, with types kept and nothing live in it."""

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
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
    instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for place, one in enumerate(listing.columns):
        sheet.write_string(0, place, say(one.words))
    with Session(db.engine) as session:
        rows = session.execute(listing.all_rows(session, asked).limit(MOST_XLSX).execution_options(yield_per=1000))
        for number, row in enumerate(rows, start=1):
            for place, (_, value, _key) in enumerate(listing.cells(row)):
                _write(sheet, number, place, value, instant)
    book.close()
    out.seek(0)
    response = Response(out, mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response.call_on_close(out.close)
    response.headers["Content-Disposition"] = _attachment(name, "xlsx")
    return response


def _write(sheet: Any, number: int, place: int, value: Any, instant: Any) -> None:
    match value:
        case None | "":
            return
        case Choice() | bool():
            sheet.write_string(number, place, value_text(value))
        case int() | Decimal():
            sheet.write_number(number, place, value)
        case datetime():
            sheet.write_datetime(number, place, value.astimezone(COMPANY_ZONE).replace(tzinfo=None), instant)
        case date():
            sheet.write_datetime(number, place, datetime(value.year, value.month, value.day))  # noqa: DTZ001
        case _:
            sheet.write_string(number, place, value_text(value)[:EXCEL_MOST_TEXT])


def _attachment(name: str, ending: str) -> str:
    return f"attachment; filename=\"{ending}.{ending}\"; filename*=UTF-8''{quote(f'{name}.{ending}')}"
