"""Canonical JSON and its SHA-256, written by the database: letter for letter what Python makes of the same facts."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

SQLITE_SHA256 = "sha256_hex"
"""What SQLite calls Python's SHA-256; PostgreSQL has its own."""


Member = tuple[str, ColumnElement[Any]]
"""How the value of a key is written, and the text that is put there."""


class UtcText(FunctionElement[str]):
    """An instant as ``datetime.isoformat`` writes it in UTC, in quotes; microseconds only where there are any."""

    type = String()
    inherit_cache = True


class Sha256(FunctionElement[str]):
    """The SHA-256 of a text, in hexadecimal."""

    type = String()
    inherit_cache = True


@compiles(UtcText, "sqlite")
def _utc_text_sqlite(element: UtcText, compiler: Any, **said: Any) -> str:
    at = compiler.process(element.clauses, **said)
    return (
        f"('\"' || substr({at}, 1, 10) || 'T' || substr({at}, 12, 8) || "
        f"CASE substr({at}, 20) WHEN '.000000' THEN '' ELSE substr({at}, 20) END || '+00:00\"')"
    )


@compiles(UtcText, "postgresql")
def _utc_text_postgresql(element: UtcText, compiler: Any, **said: Any) -> str:
    at = f"({compiler.process(element.clauses, **said)}) AT TIME ZONE 'UTC'"
    return (
        f"('\"' || to_char({at}, 'YYYY-MM-DD\"T\"HH24:MI:SS') || "
        f"CASE to_char({at}, 'US') WHEN '000000' THEN '' ELSE to_char({at}, '.US') END || '+00:00\"')"
    )


@compiles(Sha256, "sqlite")
def _sha256_sqlite(element: Sha256, compiler: Any, **said: Any) -> str:
    return f"{SQLITE_SHA256}({compiler.process(element.clauses, **said)})"


@compiles(Sha256, "postgresql")
def _sha256_postgresql(element: Sha256, compiler: Any, **said: Any) -> str:
    return f"encode(sha256(convert_to({compiler.process(element.clauses, **said)}, 'UTF8')), 'hex')"


def quoted(text: ColumnElement[str]) -> Member:
    """A name in JSON: letters, digits and underscores only, so that nothing has to be escaped."""
    return '"%s"', text


def number(value: ColumnElement[Any]) -> Member:
    """A whole number in JSON, or null."""
    return "%s", func.coalesce(cast(value, String), "null")


def instant(at: ColumnElement[Any]) -> Member:
    """An instant in JSON, or null."""
    return "%s", func.coalesce(UtcText(at), "null")


def canonical(facts: Mapping[str, Member]) -> ColumnElement[str]:
    """An object, its keys in order."""
    names = sorted(facts)
    form = ",".join(f'"{name}":{facts[name][0]}' for name in names)
    return func.format(f"{{{form}}}", *(facts[name][1] for name in names))
