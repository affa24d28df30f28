"""The child process that opens a workbook: it may crash or be stopped, and nothing but the import is lost.

Run by its path, so that it starts without the rest of the product and without its secrets. It imports the standard
library and calamine alone. Speaks lines of JSON: first the heads of all sheets, then, asked by one line with the
sheets' positions in order, their rows.
"""

import datetime as dt
import html
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from python_calamine import CalamineWorkbook

MEMORY = 1536 * 1024 * 1024
SECONDS = 60
CHUNK = 1 << 20
LONGEST_TAIL = 8 << 20
BATCH = 500
HEAD = 200
ROWS = 200_000
COLUMNS = 1024
LONGEST_CELL = 32_767
MERGES = 300_000
TROUBLES = 300_000
SHEETS = 256

CELL = re.compile(rb"<(?:\w+:)?c(\s[^>]*?)?(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
CELL_NAME = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
IS_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
IS_STRING = re.compile(rb"""\st\s*=\s*["'](?:str|s|inlineStr)["']""")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>[^<]+<")
VALUE_OR_EMPTY_TEXT = re.compile(rb"<(?:\w+:)?(?:v|is)[\s/>]")
HIDDEN_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*)>")
MERGE = re.compile(
    rb"""<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*["']\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})["']"""
)
ATTRIBUTE = re.compile(rb"""(\w+)\s*=\s*["']([^"']*)["']""")
SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
SHEET_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
SUSPICIOUS = (b"<!DOCTYPE", b"<!ENTITY")


class Refused(Exception):
    """Told to the parent by the code of its reason."""


def limit_self() -> None:
    """No more memory and time than a ledger needs, no files written, no core dumped."""
    try:
        import resource
    except ImportError:  # There are no such limits on Windows; the parent's clock still runs.
        return
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def column_of(name: bytes) -> int:
    number = 0
    for one in name:
        number = number * 26 + one - 64
    return number - 1


def parts_of_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> its part in the archive."""
    workbook = whole(archive, "xl/workbook.xml")
    targets: dict[str, str] = {}
    for found in re.finditer(rb"<(?:\w+:)?Relationship\s([^>]*)>", whole(archive, "xl/_rels/workbook.xml.rels")):
        said = attributes(found[1])
        targets[said.get("Id", "")] = said.get("Target", "")
    parts: dict[str, str] = {}
    for found in SHEET.finditer(workbook):
        said = attributes(found[1])
        target = targets.get(next((value for key, value in said.items() if key.endswith(":id")), ""), "")
        parts[said.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return parts


def attributes(written: bytes) -> dict[str, str]:
    return {
        found[1].decode(): html.unescape((found[2] or found[3] or b"").decode("utf-8", "replace"))
        for found in SHEET_ATTRIBUTE.finditer(written)
    }


def whole(archive: zipfile.ZipFile, part: str) -> bytes:
    """A small part of the archive; larger than a chunk four times over is none."""
    with archive.open(part) as file:
        text = file.read(4 * CHUNK + 1)
    if len(text) > 4 * CHUNK:
        raise Refused("file_suspicious")
    refuse_entities(text)
    return text


def refuse_entities(text: bytes) -> None:
    """A workbook has no document type, so one that declares entities is hostile; UTF-16 would hide them."""
    if any(word in text for word in SUSPICIOUS) or text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Refused("file_suspicious")


def look_through(archive: zipfile.ZipFile, part: str) -> None:
    """A part that only calamine reads, looked at for entities."""
    with archive.open(part) as file:
        tail = b""
        while fresh := file.read(CHUNK):
            refuse_entities(tail + fresh)
            tail = fresh[-16:]


def scan(file: IO[bytes]) -> dict[str, Any]:
    """What calamine does not tell of a sheet: hidden columns, merges, error cells, formulas without a value."""
    hidden: list[list[int]] = []
    merges: list[list[int]] = []
    troubles: dict[int, dict[int, str]] = {}
    tail, is_first = b"", True
    while fresh := file.read(CHUNK):
        text = tail + fresh
        refuse_entities(text)
        if is_first:
            hidden = hidden_columns(text)
            is_first = False
        cut = max(last_end(text), 0)
        tail = text[cut:]
        look_for_troubles(text[:cut], troubles)
        look_for_merges(text[:cut], merges)
    look_for_troubles(tail, troubles)
    look_for_merges(tail, merges)
    return {"hidden": hidden, "merges": merges, "troubles": troubles}


def last_end(text: bytes) -> int:
    """Where the last cell, row or merge begins: all before it is whole, the rest is read with what follows."""
    prefixed = text.rfind(b":c ")
    last = max(
        text.rfind(b"<row"),
        text.rfind(b"<c "),
        text.rfind(b"<mergeCell "),
        text.rfind(b"<", 0, prefixed) if prefixed > 0 else -1,
    )
    # Where none begins for so long, these are links or formats behind the table: nothing is lost by going on.
    return last if last > 0 or len(text) < LONGEST_TAIL else len(text) - 4096


def hidden_columns(text: bytes) -> list[list[int]]:
    """First and last hidden column, from 0."""
    found = []
    for one in HIDDEN_COLUMN.finditer(text):
        said = {key.decode(): value.decode("ascii", "replace") for key, value in ATTRIBUTE.findall(one[1])}
        first, last = said.get("min", ""), said.get("max", "")
        if (
            (said.get("hidden") in ("1", "true") or said.get("width") in ("0", "0.0"))
            and first.isdigit()
            and last.isdigit()
        ):
            found.append([int(first) - 1, min(int(last), 16_384) - 1])
    return found[:1000]


def look_for_troubles(text: bytes, troubles: dict[int, dict[int, str]]) -> None:
    """Errors and formulas without a stored value; most sheets have neither, and are then not looked at closely."""
    if b"<f" not in text and b":f" not in text and b'"e"' not in text and b"'e'" not in text:
        return
    for found in CELL.finditer(text):
        said, content = found[1] or b"", found[2] or b""
        if IS_ERROR.search(said):
            why = "error"
        elif FORMULA.search(content) and not VALUE.search(content):
            if IS_STRING.search(said) and VALUE_OR_EMPTY_TEXT.search(content):
                continue
            why = "no value"
        else:
            continue
        if place := CELL_NAME.search(said):
            troubles.setdefault(int(place[2]), {})[column_of(place[1])] = why
            if len(troubles) > TROUBLES:
                raise Refused("file_too_much")


def look_for_merges(text: bytes, merges: list[list[int]]) -> None:
    if b"mergeCell" not in text:
        return
    for left, top, right, bottom in MERGE.findall(text):
        merges.append([int(top), column_of(left), int(bottom), column_of(right)])
    if len(merges) > MERGES:
        raise Refused("file_too_much")


def rows_of(sheet: Any) -> Iterator[list[Any]]:
    """The rows from Excel's first, each from column A; what lies beyond the last column looked at is left away."""
    before = [""] * (sheet.start or (0, 0))[1]
    for row in sheet.iter_rows():
        yield [*before, *row][:COLUMNS] if before or len(row) > COLUMNS else row


def told(value: object) -> dict[str, object]:
    """What JSON has no word for: days, moments, times."""
    if isinstance(value, dt.datetime):
        return {"at": value.isoformat()}
    if isinstance(value, dt.date):
        return {"on": value.isoformat()}
    if isinstance(value, dt.time):
        return {"time": value.isoformat()}
    if isinstance(value, dt.timedelta):
        return {"seconds": value.total_seconds()}
    raise Refused("file_broken")


ENCODE = json.JSONEncoder(ensure_ascii=False, default=told, separators=(",", ":"), check_circular=False).encode


def say(words: object) -> None:
    sys.stdout.write(ENCODE(words) + "\n")


class Book:
    """The workbook with its sheets, read once each."""

    def __init__(self, path: str, only: str | None) -> None:
        self._archive = zipfile.ZipFile(path)
        self._parts = parts_of_sheets(self._archive)
        for part in {"xl/sharedStrings.xml", "xl/styles.xml"} & set(self._archive.namelist()):
            look_through(self._archive, part)
        self._book = CalamineWorkbook.from_path(path)
        self._sheets: dict[str, Any] = {}
        visible = {one.name: str(one.visible).endswith("Visible") for one in self._book.sheets_metadata}
        self.names = [name for name in self._book.sheet_names if only is None or name == only][:SHEETS]
        self.is_visible = [visible.get(name, True) or name == only for name in self.names]

    def sheet(self, name: str) -> Any:
        if name not in self._sheets:
            self._sheets[name] = self._book.get_sheet_by_name(name)
        return self._sheets[name]

    def facts(self, name: str) -> dict[str, Any]:
        with self._archive.open(self._parts[name]) as file:
            return scan(file)

    def look_at(self, name: str) -> tuple[list[list[Any]], dict[str, Any]]:
        """Head and facts of a sheet. calamine parses without Python's lock, so both can be had at once."""
        with ThreadPoolExecutor(1) as beside:
            facts = beside.submit(self.facts, name)
            return self.head(name), facts.result()

    def head(self, name: str) -> list[list[Any]]:
        return list(readable(row for row, _ in zip(rows_of(self.sheet(name)), range(HEAD), strict=False)))

    def tell(self, name: str) -> None:
        """All rows of a sheet, in batches; an empty one ends it."""
        batch: list[list[Any]] = []
        count = blank = 0
        for row in rows_of(self.sheet(name)):
            if any(row) or 0.0 in row:
                batch.extend([[] for _ in range(blank)])
                batch.append(row)
                count, blank = count + blank + 1, 0
            else:
                # A million blank rows below the table are not worth telling; those between rows are.
                blank += 1
            if count > ROWS:
                raise Refused("file_too_many_rows")
            if len(batch) >= BATCH:
                say(list(readable(batch)))
                batch = []
        if batch:
            say(list(readable(batch)))
        say([])
        del self._sheets[name]


def readable(rows: Any) -> Iterator[list[Any]]:
    """Rows in words: truth values as Excel shows them, no cell longer than Excel allows."""
    for row in rows:
        for place, cell in enumerate(row):
            if type(cell) is str:
                if len(cell) > LONGEST_CELL:
                    raise Refused("cell_too_long")
            elif type(cell) is bool:
                row[place] = "TRUE" if cell else "FALSE"
        yield row


def main(path: str, only: str | None) -> None:
    book = Book(path, only)
    for name, is_visible in zip(book.names, book.is_visible, strict=True):
        head, facts = book.look_at(name) if is_visible else ([], {})
        say({"name": name, "visible": is_visible, "head": head, **facts})
    say({"end": True})
    sys.stdout.flush()
    for position in json.loads(sys.stdin.readline() or "[]"):
        book.tell(book.names[position])


if __name__ == "__main__":
    limit_self()
    sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]  # a real one here
    try:
        main(sys.argv[1], next(iter(sys.argv[2:]), None))
    except Refused as refused:
        say({"refused": str(refused)})
    except MemoryError:
        say({"refused": "file_too_much"})
    except BrokenPipeError:
        sys.stderr.close()
    except Exception:  # noqa: BLE001 - whatever a damaged file makes of the parser is a damaged file.
        say({"refused": "file_broken"})
