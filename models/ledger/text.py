"""Reading a CSV in whatever encoding the office programs of this country write it."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from models.ledger.refusals import CSV_BROKEN, ENCODING, NOT_TEXT, TOO_MANY_ROWS, FileRefused
from rules.ledger.cells import Cell

LONGEST_FIELD = 32_767
MOST_ROWS = 200_000
MOST_COLUMNS = 1024
SURELY_UTF8 = 4
"""So many characters of several bytes before the first bad one are UTF-8 that was damaged, not another encoding."""


def read_csv(path: Path) -> Iterator[list[Cell]]:
    """The rows, each cell a text; FileRefused where the file is damaged."""
    text = decoded(path.read_bytes())
    if "\x00" in text:
        raise FileRefused(NOT_TEXT)
    lines, sign = delimited(text)
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(lines, newline=""), delimiter=sign, strict=True)
    try:
        for number, row in enumerate(reader, 1):
            if number > MOST_ROWS:
                raise FileRefused(TOO_MANY_ROWS)
            yield list(row[:MOST_COLUMNS])
    except csv.Error as error:
        raise FileRefused(CSV_BROKEN) from error


def decoded(content: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 with its mark, else GB18030 (which holds GBK and GB2312)."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return strictly(content, "utf-16")
    if content.startswith(codecs.BOM_UTF8):
        return strictly(content, "utf-8-sig")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        if sum(not sign.isascii() for sign in before) >= SURELY_UTF8:
            raise FileRefused(ENCODING) from error
    return strictly(content, "gb18030")


def strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused(ENCODING) from error


def delimited(text: str) -> tuple[str, str]:
    """The text and the sign between its fields: told by a first line ``sep=;``, else the commonest in the first."""
    if told := re.match(r"sep=([,;\t|])\r?\n", text, re.IGNORECASE):
        return text[told.end() :], told[1]
    first = [line for line in text[:20_000].splitlines() if line.strip()][:20]
    return text, max(",\t;", key=lambda sign: sum(line.count(sign) for line in first))
