"""Two Chinese characters among a million rows: bigrams in FTS5 on SQLite, in a GIN index on PostgreSQL."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, event, inspect, select, text
from sqlalchemy.orm import Session

from models.base import Base, Record

SHORTEST = 2
RUNNING = re.compile(r"\d{3,12}$")


def grams(value: str) -> list[str]:
    """All pairs of neighbouring characters, each once."""
    plain = value.lower()
    return list(dict.fromkeys(plain[i : i + 2] for i in range(len(plain) - 1)))


def number_parts(number: str) -> list[str]:
    """Every part of at least three digits of a number's running part: found by one look-up."""
    found = RUNNING.search(number)
    digits = found.group() if found else ""
    return [f"#{digits[i:j]}" for i in range(len(digits)) for j in range(i + 3, len(digits) + 1)]


@lru_cache(maxsize=65_536)
def token(gram: str) -> str:
    """A pair as a word of ASCII letters and digits, so that no tokenizer can split it."""
    return "g".join(f"{ord(letter):x}" for letter in gram)


def searched_tables() -> list[str]:
    """Tables whose text is indexed."""
    mapped = [m.class_ for m in Base.registry.mappers]
    return sorted(c.__tablename__ for c in mapped if issubclass(c, Record) and c.search_columns)


def terms_of(record: Record) -> list[str]:
    """What a record is found by: the pairs of its texts, and the parts of its number."""
    return terms(type(record), [getattr(record, name) for name in record.search_columns])


def terms(model: type[Record], values: Sequence[Any]) -> list[str]:
    """The same from bare values, in the order of the model's search columns."""
    if model.number_prefix:
        numbers, values = number_parts(str(values[0] or "")), values[1:]
    else:
        numbers = []
    return numbers + grams("\n".join(str(one or "") for one in values))


def create_search(connection: Connection, tables: Iterable[str]) -> None:
    """Creates the search tables that are missing."""
    for table in tables:
        if connection.dialect.name == "sqlite":
            connection.execute(
                text(
                    f"CREATE VIRTUAL TABLE IF NOT EXISTS search_{table} "
                    "USING fts5(grams, tokenize='ascii', detail=none, columnsize=0)"
                )
            )
        else:
            connection.execute(
                text(f"CREATE TABLE IF NOT EXISTS search_{table} (id bigint PRIMARY KEY, grams text[] NOT NULL)")
            )
            connection.execute(
                text(f"CREATE INDEX IF NOT EXISTS ix_search_{table}_grams ON search_{table} USING gin (grams)")
            )


def index_rows(connection: Connection, table: str, rows: Iterable[tuple[int, list[str]]]) -> None:
    """Puts records into the index of a table; one that is there already is replaced."""
    found = list(rows)
    if not found:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(
            text(f"INSERT OR REPLACE INTO search_{table}(rowid, grams) VALUES (:id, :grams)"),
            [{"id": key, "grams": " ".join(map(token, pairs))} for key, pairs in found],
        )
        return
    connection.execute(
        text(
            f"INSERT INTO search_{table}(id, grams) VALUES (:id, :grams) "
            "ON CONFLICT (id) DO UPDATE SET grams = excluded.grams"
        ),
        [{"id": key, "grams": pairs} for key, pairs in found],
    )


def reindex(connection: Connection, model: type[Record]) -> None:
    """Builds the index of a table anew."""
    connection.execute(text(f"DELETE FROM search_{model.__tablename__}"))
    columns = [getattr(model, name) for name in model.search_columns]
    last = 0
    while rows := connection.execute(
        select(model.id, *columns).where(model.id > last).order_by(model.id).limit(5000)
    ).all():
        index_rows(connection, model.__tablename__, [(row[0], terms(model, row[1:])) for row in rows])
        last = rows[-1][0]


def may_lie_in_head(model: type[Record], words: str) -> bool:
    """Whether the words can stand in a number before its running part, or in two digits of that: not in the index.

    Such words fit most numbers, so that a page of them is soon full.
    """
    if not model.number_prefix:
        return False
    letters = [*map(re.escape, model.number_prefix), "-", "2", "0", r"\d", r"\d", "-", r"\d", r"\d"]
    parts = ("".join(letters[i : i + len(words)]) for i in range(len(letters) - len(words) + 1))
    return any(re.fullmatch(part, words.upper(), re.ASCII) for part in parts)


def key_of(connection: Connection) -> str:
    """What the key of a search table is called."""
    return "rowid" if connection.dialect.name == "sqlite" else "id"


def match(connection: Connection, model: type[Record], words: str) -> tuple[str, dict[str, Any]] | None:
    """The condition on a search table that ``words`` make; None where they are too short for the index.

    A term of two characters is exact; a longer one still wants comparing with the text itself. Its parameters bear the
    table's name: one statement may search several tables.
    """
    ways = [grams(words)]
    digits = RUNNING.search(words)
    if model.number_prefix and digits:
        ways.append([f"#{digits.group()}"])
    if not ways[0]:
        return None
    name = f"search_{model.__tablename__}"
    if connection.dialect.name == "sqlite":
        either = " OR ".join("(" + " AND ".join(map(token, way)) + ")" for way in ways)
        return f"{name} MATCH :{name}", {name: either}
    either = " OR ".join(f"{name}.grams @> :{name}_{i}" for i in range(len(ways)))
    return f"({either})", {f"{name}_{i}": way for i, way in enumerate(ways)}


@event.listens_for(Session, "after_flush")
def _index(session: Session, _context: object) -> None:
    """The index follows the text in the same transaction."""
    changed: dict[str, list[tuple[int, list[str]]]] = {}
    for record in [*session.new, *filter(_says_something_else, session.dirty)]:
        if isinstance(record, Record) and record.search_columns:
            changed.setdefault(record.__tablename__, []).append((record.id, terms_of(record)))
    for table, rows in changed.items():
        index_rows(session.connection(), table, rows)
    for record in session.deleted:
        if isinstance(record, Record) and record.search_columns:
            key = key_of(session.connection())
            session.connection().execute(
                text(f"DELETE FROM search_{record.__tablename__} WHERE {key} = :id"), {"id": record.id}
            )


def _says_something_else(record: object) -> bool:
    """Whether a text by which the record is found has changed: most steps change none."""
    if not isinstance(record, Record):
        return False
    attributes = inspect(record).attrs
    return any(attributes[name].history.has_changes() for name in record.search_columns)
