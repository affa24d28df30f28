"""How a figure is taken and printed: two things in turn, the middle of several times, and what LIMITS allows."""

import gc
import resource
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Work = Callable[[], Any]
MILLION = 1_000_000


@dataclass(frozen=True)
class Line:
    """One row of the table. ``limit`` is for ``ratio``, or for ``ours`` where there is nothing beside it."""

    what: str
    ours: float
    beside: float | None = None
    limit: float | None = None
    unit: str = "ms"
    from_rows: int = 0
    is_least: bool = False

    @property
    def measured(self) -> float:
        return self.ours / self.beside if self.beside else self.ours

    def verdict(self, rows: int) -> str:
        """ok or MISSED; a limit that is meant for a larger table is only told."""
        if self.limit is None:
            return ""
        is_kept = self.measured >= self.limit if self.is_least else self.measured <= self.limit
        if is_kept:
            return "ok"
        return "MISSED" if rows >= self.from_rows else f"(from {self.from_rows:,} rows)"


def seconds(work: Work) -> float:
    """How long one run takes."""
    since = time.perf_counter()
    work()
    return time.perf_counter() - since


def in_turn(ours: Work, beside: Work, times: int = 7, *, warm: int = 2) -> tuple[float, float]:
    """The middle time of each in milliseconds, run in turn so that a busy machine slows both."""
    for _ in range(warm):
        ours()
        beside()
    mine, theirs = [], []
    for _ in range(times):
        gc.collect()
        mine.append(seconds(ours))
        gc.collect()
        theirs.append(seconds(beside))
    return statistics.median(mine) * 1000, statistics.median(theirs) * 1000


def alone(work: Work, times: int = 7, *, warm: int = 2) -> float:
    """The middle time in milliseconds."""
    for _ in range(warm):
        work()
    return statistics.median(seconds(work) for _ in range(times)) * 1000


def memory() -> float:
    """MiB that this process holds now."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


HEAD = ("what", "ours", "beside", "ratio", "limit", "")


def cells(line: Line, rows: int) -> tuple[str, ...]:
    sign = ">=" if line.is_least else "<="
    return (
        line.what,
        f"{line.ours:,.3g} {line.unit}" if line.ours < 100 else f"{line.ours:,.0f} {line.unit}",
        "" if line.beside is None else f"{line.beside:,.3g}" if line.beside < 100 else f"{line.beside:,.0f}",
        f"{line.measured:.3f}" if line.beside else "",
        "" if line.limit is None else f"{sign} {line.limit:g}",
        line.verdict(rows),
    )


def wide(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def show(title: str, lines: Iterable[Line], rows: int) -> list[Line]:
    """Prints each line as soon as it is measured."""
    print(f"\n{title}\n{row_text(HEAD)}\n{'-' * 108}", flush=True)
    found = []
    for line in lines:
        found.append(line)
        print(row_text(cells(line, rows)), flush=True)
    return found


def row_text(texts: tuple[str, ...]) -> str:
    first, *others = texts
    return first + " " * max(1, 58 - wide(first)) + " ".join(f"{one:>11}" for one in others)
