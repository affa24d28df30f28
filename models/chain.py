"""The chain of events as the verifier walks it, and its head noted outside the database once a day (C1.2)."""

import fcntl
import os
import re
from collections.abc import Generator, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from models.engine import reading_only
from models.event import Event, EventHead
from models.journal import facts_of
from rules.event import GENESIS, ChainFault, ChainRow, first_fault

ANCHOR = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{1,18}) ([0-9a-f]{64})")


def verify(engine: Engine, anchors: Mapping[int, str]) -> tuple[int, ChainFault | None]:
    """How many events the head says there are, and the first one that is not as it was written.

    All of it is one snapshot: what is appended meanwhile does not disturb.
    """
    with reading_only(), engine.connect() as opened:
        connection = opened
        if engine.dialect.name == "postgresql":
            connection = opened.execution_options(isolation_level="REPEATABLE READ")
        head = head_of(connection)
        with closing(_rows(connection)) as rows:
            return head[0], first_fault(rows, head, anchors)


def head_of(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last event."""
    found = connection.execute(select(EventHead.seq, EventHead.hash)).one_or_none()
    return (found.seq, found.hash) if found else (0, GENESIS)


def _rows(connection: Connection) -> Generator[ChainRow, None, None]:
    columns = Event.__table__.columns
    with connection.execute(select(*columns).order_by(columns.seq).execution_options(yield_per=1000)) as found:
        for row in found.mappings():
            facts = facts_of(dict(row))
            yield ChainRow(row["seq"], row["prev_hash"], row["hash"], facts)


def anchored(file: Path) -> tuple[dict[int, str], list[int]]:
    """Number -> hash as noted outside, the first note of each number; and the lines that cannot be read."""
    notes: dict[int, str] = {}
    unread: list[int] = []
    if not file.exists():
        return notes, unread
    for number, line in enumerate(file.read_text("utf-8", errors="replace").splitlines(), start=1):
        if found := ANCHOR.fullmatch(line):
            notes.setdefault(int(found[2]), found[3])
        elif line.strip():
            unread.append(number)
    return notes, unread


def note_head(connection: Connection, file: Path, on: date) -> bool:
    """Notes today's head of the chain, once a day; True if this was the time. An empty chain has no head."""
    seq, last = head_of(connection)
    if seq == 0:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+", encoding="utf-8") as notes:
        fcntl.flock(notes, fcntl.LOCK_EX)
        notes.seek(0)
        known = notes.read()
        if re.search(rf"^{on.isoformat()} ", known, re.MULTILINE):
            return False
        torn = "\n" if known and not known.endswith("\n") else ""
        notes.write(f"{torn}{on.isoformat()} {seq} {last}\n")
        notes.flush()
        os.fsync(notes.fileno())
    return True
