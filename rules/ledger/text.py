"""Cleaning of text, names, codes, telephone numbers and mail addresses (rules 1 and 2 of the ledgers)."""

import re
from functools import lru_cache
from unicodedata import normalize

from rules.ledger.cells import Cell, as_text
from rules.ledger.reasons import (
    CODE_UNREADABLE,
    FORMULA_ERROR,
    MAIL_INVALID,
    PHONE_INVALID,
    TEXT_TOO_LONG,
    TWO_VALUES,
    Reason,
)

LONGEST_TEXT = 4000
LONGEST_NAME = 200
LONGEST_CODE = 60
LONGEST_MAIL = 254

ERROR_WORDS = frozenset({"#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
"""What error cells become in a CSV; typed in as text they mean the same (rule 6)."""

NOTHING = frozenset({"/", "-", "--", "—", "——", "–", "―"})
"""What stands for nothing in any column but free text and names (rule 2)."""

# Zero-width signs and the byte order mark come along when text is copied from chat programs; nobody sees them.
EDGES = re.compile(r"^[\s\u200b-\u200f\u2060\ufeff]+|[\s\u200b-\u200f\u2060\ufeff]+$")
SPACE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
HAN = r"[\u3400-\u9fff\uf900-\ufaff\u3007\U00020000-\U0003ffff]"
BETWEEN_HAN = re.compile(rf"(?<={HAN})[\s\u200b-\u200f]+(?={HAN})")
DASHES = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63", "-") | dict.fromkeys("\u301c\u223c", "~")
)
PHONE = re.compile(r"\+[1-9]\d{7,14}|1\d{10}|0\d{9,11}|[48]00\d{7}|[2-9]\d{6,7}")
PHONE_SIGNS = re.compile(r"[\s\-().·]+")
PHONE_PARTS = re.compile(r"[/,;、，；或和|\n]+")
MAIL = re.compile(r"[^\s@<>(),;:\"\[\]\\]{1,64}@[^\s@<>(),;:\"\[\]\\.]+(?:\.[^\s@<>(),;:\"\[\]\\.]+)+")
REVISION = re.compile(r"(?:第)?(.+?)(?:版次?)?")
DECIMAL_TAIL = re.compile(r"(\d{3,})\.0+")


def stripped(text: str) -> str:
    """Text without the spaces, line breaks and invisible signs at its ends (rule 1)."""
    if text.isalnum():
        return text
    text = EDGES.sub("", text)
    return text if text.isprintable() else CONTROL.sub("", text.replace("_x000D_", "")).strip()


def half_width(text: str) -> str:
    """Full-width signs as half-width ones, without any space; long dashes as short ones (rule 2)."""
    return text if text.isascii() and text.isprintable() and " " not in text else _half_width(text)


@lru_cache(maxsize=65536)
def _half_width(text: str) -> str:
    bare = CONTROL.sub("", SPACE.sub("", normalize("NFKC", text)).translate(DASHES))
    # A lone accent becomes a space and a mark; without the space the mark joins the letter before it.
    return normalize("NFKC", bare)


def half_width_words(written: str) -> list[str]:
    """The same, but the words are kept apart where spaces stood."""
    return normalize("NFKC", written).translate(DASHES).split()


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """What two ways of writing the same name have in common; for look-ups alone, never shown."""
    return SPACE.sub("", normalize("NFKC", text)).casefold()


def text(cell: Cell) -> str | Reason | None:
    """Free text: only its ends are cleaned; ``=``, ``@``, ``-`` in front stay text (rule 1)."""
    if isinstance(cell, Reason):
        return cell
    found = stripped(as_text(cell))
    if len(found) > LONGEST_TEXT:
        return TEXT_TOO_LONG
    return found or None


def name(cell: Cell) -> str | Reason | None:
    """The name of a person, department, post or team: spaces between Chinese characters go too (rule 1)."""
    if isinstance(cell, Reason):
        return cell
    if isinstance(cell, str) and cell.isalnum() and len(cell) <= LONGEST_NAME:
        return cell
    found = BETWEEN_HAN.sub("", stripped(as_text(cell)))
    if len(found) > LONGEST_NAME:
        return TEXT_TOO_LONG
    return FORMULA_ERROR if found in ERROR_WORDS else found or None


def person(cell: Cell) -> str | Reason | None:
    """A name in a person column, where a dash or stroke alone means nobody (rule 2)."""
    found = name(cell)
    return None if isinstance(found, str) and half_width(found) in NOTHING else found


def plain(cell: Cell) -> str | Reason | None:
    """A cell as half-width text without spaces; placeholders are nothing, error words are faults (rules 2 and 6)."""
    if isinstance(cell, Reason):
        return cell
    found = half_width(as_text(cell))
    if not found or found in NOTHING:
        return None
    return FORMULA_ERROR if found[0] == "#" and found.upper() in ERROR_WORDS else found


def code(cell: Cell) -> str | Reason | None:
    """A code or number that names something: half-width, no spaces, capitals, no ``.0`` (rule 2)."""
    if isinstance(cell, str) and cell.isascii() and cell.isalnum() and len(cell) <= LONGEST_CODE:
        return cell.upper()
    found = plain(cell)
    if not isinstance(found, str):
        return found
    if tail := DECIMAL_TAIL.fullmatch(found):
        found = tail[1]
    return normalize("NFKC", found.upper()) if len(found) <= LONGEST_CODE else CODE_UNREADABLE


def revision(cell: Cell) -> str | Reason | None:
    """A revision: a code, written with or without 版."""
    found = code(cell)
    if isinstance(found, str) and (bare := REVISION.fullmatch(found)):
        return bare[1]
    return found


def phone(cell: Cell) -> str | Reason | None:
    """Digits with a leading +; eleven from 1, ten to twelve from 0, 400 and 800 numbers, or abroad (rule 2)."""
    if isinstance(cell, str) and cell.isascii() and PHONE.fullmatch(cell):
        return cell
    found = plain(cell)
    if not isinstance(found, str):
        return found
    number = dialled(found)
    if PHONE.fullmatch(number):
        return number
    parts = [dialled(part) for part in PHONE_PARTS.split(normalize("NFKC", as_text(cell))) if part.strip()]
    return TWO_VALUES if len(parts) > 1 and all(PHONE.fullmatch(part) for part in parts) else PHONE_INVALID


def dialled(written: str) -> str:
    """A number as it is dialled: no dashes, spaces, brackets; 00 in front is +."""
    number = PHONE_SIGNS.sub("", written)
    return "+" + number[2:] if number.startswith("00") else number


def mail(cell: Cell) -> str | Reason | None:
    """One mail address in small letters; full-width signs and spaces go."""
    found = plain(cell)
    if not isinstance(found, str):
        return found
    if len(found) <= LONGEST_MAIL and MAIL.fullmatch(found):
        return normalize("NFKC", found.lower())
    return TWO_VALUES if found.count("@") > 1 else MAIL_INVALID
