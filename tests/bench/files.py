"""Exports and imports: CSV and xlsx out, a ledger in."""

import csv as plain_csv
import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, insert

from admin_views.exports import as_xlsx
from models.base import COMPANY_ZONE
from models.engine import engine_options
from models.ledger import judge_file
from rules.ledger import Known
from tests.bench import factory
from tests.bench.measure import Line, alone, in_turn, memory
from tests.bench.place import LIST, Place
from tests.bench.vanilla import EXPORTED

SHEET_ROWS = 100_000
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
KNOWN_DEPARTMENTS = 40
HEADINGS = ("工号", "姓名", "部门", "岗位", "班组", "入职日期", "状态", "联系电话", "邮箱", "备注")


def csv(place: Place) -> Iterator[Line]:
    """Ten thousand rows beside the plain one; a long list in how much memory."""
    if place.rows <= EXPORTED:
        ours, theirs = in_turn(
            lambda: place.get(f"{LIST}export/csv/"), lambda: place.get_plain(f"{LIST}export/csv/"), 3, warm=1
        )
        yield Line(f"CSV of {place.rows:,} rows", ours, theirs, 0.3)
    for chunk in place.client.get(f"{LIST}export/csv/?search=裂纹").response:
        del chunk
    before, most, size = memory(), 0.0, 0
    for nth, chunk in enumerate(place.client.get(f"{LIST}export/csv/").response):
        size += len(chunk)
        if nth % 20 == 0:
            most = max(most, memory() - before)
    yield Line(
        f"CSV of {place.rows:,} rows ({size >> 20} MiB), more memory",
        max(most, memory() - before),
        limit=40,
        unit="MiB",
    )


def xlsx_out(place: Place) -> Iterator[Line]:
    """A workbook of a hundred thousand rows beside the bare writer with the same values at hand."""
    if place.rows < SHEET_ROWS:
        return
    path = f"{LIST}export/xlsx/?flt_opened_at_from={factory.first_of(place.rows, SHEET_ROWS):%Y-%m-%d}"
    values = sheet_values(place)
    ours, bare = in_turn(lambda: place.get(path), lambda: write_bare(values), 2, warm=0)
    yield Line(f"xlsx of {SHEET_ROWS:,} rows, out / bare XlsxWriter", ours, bare, 1.3)


def sheet_values(place: Place) -> list[tuple[Any, ...]]:
    """What the export writes, as plain values."""
    text = place.get(f"{LIST}export/csv/").text if place.rows <= SHEET_ROWS else ""
    rows = plain_csv.reader(text.lstrip("\ufeff").splitlines()) if text else iter(())
    next(rows, None)
    due = dt.datetime(2026, 1, 1, 8, 0, tzinfo=COMPANY_ZONE).replace(tzinfo=None)
    found = [(*row[:5], due, row[6]) for row in rows]
    return found or [
        ("ZG-2026-0000001", factory.description(key), "轻微", "张伟1 10001", "生产1部", due, "已关闭")
        for key in range(SHEET_ROWS)
    ]


def write_bare(values: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryFile() as out:
        book = xlsxwriter.Workbook(out, OPTIONS)
        sheet, instant = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for number, row in enumerate(values):
            for place, value in enumerate(row):
                if place == 5:
                    sheet.write_datetime(number, place, value, instant)
                else:
                    sheet.write_string(number, place, value)
        book.close()


def xlsx_in() -> Iterator[Line]:
    """An employee ledger judged and stored, beside reading and storing it unseen."""
    with tempfile.TemporaryDirectory(prefix="bench-in-") as folder:
        path = Path(folder) / "员工花名册.xlsx"
        ledger(path)
        url = f"sqlite:///{folder}/in.sqlite3"
        ours, bare = in_turn(lambda: take_judged(path, url), lambda: take_unseen(path, url), 3, warm=0)
        yield Line(f"xlsx of {SHEET_ROWS:,} rows, in with checks / calamine + insert", ours, bare, 1.5)


def ledger(path: Path) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("员工花名册")
        sheet.write_row(0, 0, HEADINGS)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number in range(1, SHEET_ROWS + 1):
            one = 1 + number % KNOWN_DEPARTMENTS
            texts = (
                f"{200000 + number}",
                f"{'张王李赵'[number % 4]}{'伟芳娜敏'[number // 4 % 4]}",
                f"生产{one}部",
                f"操作工{one}岗",
                "",
            )
            for place, text in enumerate(texts):
                sheet.write_string(number, place, text)
            sheet.write_datetime(number, 5, dt.datetime(2015 + number % 10, 1 + number % 12, 1 + number % 28), day)
            for place, text in enumerate(("在职", f"138{number:08d}", "", ""), start=6):
                sheet.write_string(number, place, text)


def known() -> Known:
    """Departments and posts that the rows refer to."""
    posts = [
        {"department": f"生产{one}部", "department_code": f"D{one}", "post": f"操作工{one}岗", "post_code": f"P{one}"}
        for one in range(1, KNOWN_DEPARTMENTS + 1)
    ]
    return Known({"post": posts})


def staging(metadata: MetaData) -> Table:
    return Table(
        "taken", metadata, Column("id", Integer, primary_key=True), *(Column(f"c{nth}", String) for nth in range(11))
    )


def keep(url: str, rows: Iterator[tuple[Any, ...]]) -> None:
    metadata = MetaData()
    table = staging(metadata)
    engine = create_engine(url, **engine_options(url))
    with engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        connection.execute(
            insert(table),
            [{f"c{nth}": None if one is None else str(one) for nth, one in enumerate(row)} for row in rows],
        )
    engine.dispose()


def take_judged(path: Path, url: str) -> None:
    result = judge_file(path, known(), as_of=dt.date(2026, 10, 1))
    accepted = result.sheets[0].accepted
    if len(accepted) != SHEET_ROWS:
        raise RuntimeError(f"{len(accepted)} rows were accepted: {result.refused} {result.sheets[0].refused[:1]}")
    keep(url, (tuple(one.values.values()) for one in accepted))


def take_unseen(path: Path, url: str) -> None:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows()
    next(rows)
    keep(url, (tuple(row) for row in rows))


__all__ = ["alone", "as_xlsx", "csv", "xlsx_in", "xlsx_out"]
