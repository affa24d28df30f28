"""Two texts beside each other, ready for a template: lines, changed pieces, and what lies unchanged between (P1.2)."""

from dataclasses import dataclass
from itertools import groupby

from admin_views.words import t
from rules.process import DiffRow, Piece, compare

AROUND = 2
"""Unchanged lines that are shown around a change."""


@dataclass(frozen=True)
class DiffLine:
    """One line of the comparison. ``change``: same, changed, removed, added, or skipped (its text says how many)."""

    change: str
    old_no: str = ""
    new_no: str = ""
    old: tuple[Piece, ...] = ()
    new: tuple[Piece, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class SideBySide:
    """A comparison, with its counts in words."""

    lines: list[DiffLine]
    summary: str
    is_same: bool


def side_by_side(old: str, new: str, *, is_short: bool) -> SideBySide:
    """The comparison of two texts; ``is_short`` leaves out what is the same further away from a change."""
    rows = compare(old, new)
    counts = {kind: sum(one.change == kind for one in rows) for kind in ("changed", "added", "removed")}
    summary = t(
        "{changed} lines changed, {added} added, {removed} taken out.",
        "修改 {changed} 行，新增 {added} 行，删除 {removed} 行。",
        **counts,
    )
    lines = _short(rows) if is_short else [_line(one) for one in rows]
    return SideBySide(lines, summary, not any(counts.values()))


def _line(row: DiffRow) -> DiffLine:
    return DiffLine(row.change, str(row.old_no or ""), str(row.new_no or ""), row.old, row.new)


def _short(rows: list[DiffRow]) -> list[DiffLine]:
    """Changes with a little around them; the rest as a line that says how much it is."""
    near = set[int]()
    for place, row in enumerate(rows):
        if row.change != "same":
            near.update(range(place - AROUND, place + AROUND + 1))
    found: list[DiffLine] = []
    for is_near, group in groupby(enumerate(rows), key=lambda one: one[0] in near):
        part = [row for _, row in group]
        if is_near:
            found += [_line(row) for row in part]
        else:
            text = t("{n} lines unchanged", "{n} 行未变", n=len(part))
            found.append(DiffLine("skipped", text=text))
    return found
