"""Numbers, and the limits that a reading is held against (rule 4)."""

import re
from decimal import Decimal
from functools import lru_cache
from unicodedata import normalize

from rules.ledger.cells import EXACT_BELOW, Cell, as_text
from rules.ledger.reasons import NOT_A_NUMBER, TWO_VALUES, Reason
from rules.ledger.text import half_width, plain

UNITS = ("分", "台", "人", "名", "个月", "月", "件", "套", "%")
"""Units that may stand in any number cell; the unit of the line comes besides."""

NUMBER = re.compile(r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)")
LARGEST = Decimal(EXACT_BELOW)
MOST_SIGNS = 40
PARTS = re.compile(r"[/、,;|~\s或和]+|(?<=\d)-(?=\d)")

SIGNED = r"[+-]?\d+(?:\.\d+)?"
BETWEEN = re.compile(rf"(?P<low>{SIGNED})(?:~|-)(?P<high>{SIGNED})")
AROUND = re.compile(rf"(?P<middle>{SIGNED})±(?P<half>\d+(?:\.\d+)?)")
AT_MOST = re.compile(rf"(?:≤|<=|≦|⩽|不大于|不超过|不高于|不多于|小于等于|小于或等于)(?P<high>{SIGNED})")
AT_LEAST = re.compile(rf"(?:≥|>=|≧|⩾|不小于|不低于|不少于|大于等于|大于或等于)(?P<low>{SIGNED})")


def number(cell: Cell, unit: str | None = None) -> Decimal | Reason | None:
    """A number, exact, with its unit or a thousands comma; ``unit`` is the unit of the line."""
    if isinstance(cell, float):
        return of_float(cell)
    found = plain(cell)
    if not isinstance(found, str):
        return found
    value = of_text(found, unit)
    if value is not None:
        return value
    # The spaces are looked at before they go: "0.12 0.15" is two readings, "1 234" is one.
    parts = [half_width(part) for part in PARTS.split(normalize("NFKC", as_text(cell)).strip())]
    return TWO_VALUES if len(parts) > 1 and all(of_text(part, unit) is not None for part in parts) else NOT_A_NUMBER


def of_float(value: float) -> Decimal | Reason:
    """A stored number as Excel shows it: fifteen digits, so that 0.1 + 0.2 is 0.3."""
    if not -EXACT_BELOW < value < EXACT_BELOW:
        return NOT_A_NUMBER
    return Decimal(f"{value:.15g}") or Decimal(0)


def of_text(written: str, unit: str | None) -> Decimal | None:
    """The number in half-width text without spaces; None = it is none."""
    for one in (half_width(unit) if unit else "", *UNITS):
        if one and written.casefold().endswith(one.casefold()) and len(written) > len(one):
            written = written[: -len(one)]
            break
    if not written.isascii() or not NUMBER.fullmatch(written):
        return None
    value = Decimal(written.replace(",", ""))
    return value if abs(value) < LARGEST and len(written) < MOST_SIGNS else None


def whole(cell: Cell, unit: str | None = None) -> int | Reason | None:
    """A whole number from zero up."""
    found = number(cell, unit)
    if not isinstance(found, Decimal):
        return found
    return int(found) if found >= 0 and found == found.to_integral_value() else NOT_A_NUMBER


@lru_cache(maxsize=16384)
def limits(standard: str | None, unit: str | None = None) -> tuple[Decimal | None, Decimal | None] | None:
    """Lower and upper limit, both inclusive; None = a look-and-see item."""
    if not standard:
        return None
    written = half_width(standard)
    if unit and written.casefold().endswith(half_width(unit).casefold()):
        written = written[: -len(half_width(unit))]
    if match := BETWEEN.fullmatch(written):
        low, high = Decimal(match["low"]), Decimal(match["high"])
        return (low, high) if low <= high else None
    if match := AROUND.fullmatch(written):
        middle, half = Decimal(match["middle"]), Decimal(match["half"])
        return middle - half, middle + half
    if match := AT_MOST.fullmatch(written):
        return None, Decimal(match["high"])
    return (Decimal(match["low"]), None) if (match := AT_LEAST.fullmatch(written)) else None
