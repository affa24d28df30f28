"""Two texts side by side: which lines and which words differ; Chinese counts by character (P1.2)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Change = Literal["same", "changed", "removed", "added"]
TOKEN = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
"""A word, a number, a space, or one character."""
MOST_LINE_PAIRS = 4_000_000
MOST_TOKEN_PAIRS = 100_000
MOST_PAIRED = 30
"""Beyond these sizes the comparison becomes coarser instead of slow: it is made while somebody waits."""
ALIKE = 0.5


@dataclass(frozen=True)
class Piece:
    """A part of a line, and whether the other text has it."""

    text: str
    is_changed: bool = False


@dataclass(frozen=True)
class DiffRow:
    """A line of the old text beside its line of the new one; a number is None where a side has no such line."""

    change: Change
    old_no: int | None
    new_no: int | None
    old: tuple[Piece, ...] = ()
    new: tuple[Piece, ...] = ()


def compare(old: str, new: str) -> list[DiffRow]:
    """The two texts line by line; changed lines by their pieces."""
    before, after = old.splitlines(), new.splitlines()
    found: list[DiffRow] = []
    for tag, i1, i2, j1, j2 in _blocks(before, after):
        if tag == "equal":
            found += [
                DiffRow("same", i + 1, j + 1, (Piece(before[i]),), (Piece(after[j]),))
                for i, j in zip(range(i1, i2), range(j1, j2), strict=True)
            ]
        else:
            found += _replaced(before, after, range(i1, i2), range(j1, j2))
    return found


def _blocks(before: list[str], after: list[str]) -> list[tuple[str, int, int, int, int]]:
    """The line blocks that are equal or replaced; what is too large to align is one replaced block."""
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    i2, j2 = len(before) - tail, len(after) - tail
    middle = [("replace", head, i2, head, j2)]
    if (i2 - head) * (j2 - head) <= MOST_LINE_PAIRS:
        matcher = SequenceMatcher(None, before[head:i2], after[head:j2])
        middle = [(tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in matcher.get_opcodes()]
    return [("equal", 0, head, 0, head), *middle, ("equal", i2, len(before), j2, len(after))]


def _alike(before: Sequence[str], after: Sequence[str]) -> int:
    """How many lines the two have in common at their beginning."""
    found = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        found += 1
    return found


def _replaced(before: list[str], after: list[str], old: range, new: range) -> Iterator[DiffRow]:
    """Lines that stand for each other beside each other, the rest as taken out or put in, in their sequence."""
    i, j = old.start, new.start
    for a, b in [*_pairs(before, after, old, new), (old.stop, new.stop)]:
        for one in range(i, a):
            yield DiffRow("removed", one + 1, None, old=(Piece(before[one], is_changed=True),))
        for one in range(j, b):
            yield DiffRow("added", None, one + 1, new=(Piece(after[one], is_changed=True),))
        if a < old.stop and b < new.stop:
            yield DiffRow("changed", a + 1, b + 1, *_pieces(before[a], after[b]))
        i, j = a + 1, b + 1


def _pairs(before: list[str], after: list[str], old: range, new: range) -> list[tuple[int, int]]:
    """Which lines stand for each other: the pairing, in sequence, that is most alike altogether."""
    if not old or not new:
        return []
    if len(old) > MOST_PAIRED or len(new) > MOST_PAIRED:
        return [(a, b) for a, b in zip(old, new, strict=False) if _likeness(before[a], after[b]) >= ALIKE]
    best: dict[tuple[int, int], tuple[float, list[tuple[int, int]]]] = {}
    for a in reversed(old):
        for b in reversed(new):
            nothing: tuple[float, list[tuple[int, int]]] = (0.0, [])
            options = [best.get((a + 1, b), nothing), best.get((a, b + 1), nothing)]
            likeness = _likeness(before[a], after[b])
            if likeness >= ALIKE:
                score, rest = best.get((a + 1, b + 1), nothing)
                options.append((score + likeness, [(a, b), *rest]))
            best[a, b] = max(options, key=lambda one: one[0])
    return best[old.start, new.start][1]


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).quick_ratio()


def _pieces(one: str, other: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both lines cut where they differ."""
    before, after = TOKEN.findall(one), TOKEN.findall(other)
    if len(before) * len(after) > MOST_TOKEN_PAIRS:
        return (Piece(one, is_changed=True),), (Piece(other, is_changed=True),)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        is_changed = tag != "equal"
        if i1 < i2:
            left.append(Piece("".join(before[i1:i2]), is_changed))
        if j1 < j2:
            right.append(Piece("".join(after[j1:j2]), is_changed))
    return tuple(left), tuple(right)
