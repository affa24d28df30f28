"""Reading a workbook by a child process, which may crash or hang without harm."""

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from models.ledger.refusals import BROKEN, CELL_TOO_LONG, SUSPICIOUS, TOO_MANY_ROWS, TOO_MUCH, FileRefused
from rules.ledger.cells import Cell, Sheet
from rules.ledger.reasons import FORMULA_ERROR, FORMULA_WITHOUT_VALUE

PARSER = Path(__file__).with_name("parse.py")
SECONDS = 180
"""By the clock, for reading and judging together; the child's own time is limited to less."""
LONGEST_LINE = 256 * 1024 * 1024
TROUBLES = {"error": FORMULA_ERROR, "no value": FORMULA_WITHOUT_VALUE}
REASONS = {one.code: one for one in (SUSPICIOUS, BROKEN, TOO_MUCH, TOO_MANY_ROWS, CELL_TOO_LONG)}


@dataclass(frozen=True)
class Head:
    """A sheet before its rows are read."""

    name: str
    rows: list[list[Cell]]
    is_visible: bool
    facts: Mapping[str, Any]

    def sheet(self, rows: Iterator[list[Cell]]) -> Sheet:
        """The sheet as it is judged."""
        hidden = {column for first, last in self.facts.get("hidden", ()) for column in range(first, last + 1)}
        troubles = {
            int(row): {int(column): TROUBLES[why] for column, why in cells.items()}
            for row, cells in self.facts.get("troubles", {}).items()
        }
        merges = tuple((top, left, bottom, right) for top, left, bottom, right in self.facts.get("merges", ()))
        return Sheet(self.name, rows, merges, frozenset(hidden), troubles)


class Workbook:
    """A workbook that a child process reads: first the heads of its sheets, then the rows of those wanted."""

    def __init__(self, path: Path, only: str | None = None) -> None:
        # The child gets nothing of our surroundings: no secrets, no settings. -I keeps it from the present directory.
        self._child = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-I", str(PARSER), str(path.resolve()), *([] if only is None else [only])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ},
        )
        self._clock = threading.Timer(SECONDS, self._child.kill)
        self._clock.daemon = True
        self._clock.start()
        self._days: dict[str, dt.date] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._clock.cancel()
        self._child.kill()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._child.wait()

    def heads(self) -> list[Head]:
        """All sheets with their first rows."""
        heads = []
        while "end" not in (told := self._hear()):
            heads.append(Head(told["name"], told["head"], told["visible"], told))
        return heads

    def want(self, positions: list[int]) -> None:
        """Asks for the rows of these sheets, in this order; ``rows`` then gives them, sheet by sheet."""
        if self._child.stdin is None:
            raise FileRefused(BROKEN)
        with contextlib.suppress(BrokenPipeError):
            self._child.stdin.write(json.dumps(positions).encode() + b"\n")
            self._child.stdin.flush()

    def rows(self) -> Iterator[list[Cell]]:
        while batch := self._hear():
            yield from batch

    def _hear(self) -> Any:
        """The child's next words. When it falls silent it has crashed or was stopped: the file was too much for it."""
        line = self._child.stdout.readline(LONGEST_LINE) if self._child.stdout else b""
        if not line.endswith(b"\n"):
            raise FileRefused(TOO_MUCH)
        told = json.loads(line, object_hook=self._value)
        if isinstance(told, dict) and "refused" in told:
            raise FileRefused(REASONS.get(told["refused"], BROKEN))
        return told

    def _value(self, told: dict[str, Any]) -> Any:
        """Days, moments and times as the child writes them; all other objects as they are."""
        if len(told) != 1:
            return told
        match told:
            case {"on": str(written)}:
                if written not in self._days:
                    self._days[written] = dt.date.fromisoformat(written)
                return self._days[written]
            case {"at": str(written)}:
                return dt.datetime.fromisoformat(written)
            case {"time": str(written)}:
                return dt.time.fromisoformat(written)
            case {"seconds": int() | float() as seconds}:
                return dt.timedelta(seconds=seconds)
        return told
