"""How the database is spoken to: the measured settings of both engines, and when a transaction may write."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url, text
from sqlalchemy.orm import Session

from models.canonical import SQLITE_SHA256

SQLITE_SETTINGS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "busy_timeout": 10000,
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "trusted_schema": 0,
}
POSTGRESQL_SETTINGS = {"statement_timeout": "15s", "lock_timeout": "5s", "timezone": "UTC"}

OWN_TRANSACTIONS = "own_transactions"
"""An execution option of engines that begin their transactions themselves: the job engine's."""

_writes: ContextVar[bool] = ContextVar("writes", default=True)


@contextmanager
def reading_only() -> Iterator[None]:
    """What begins in here cannot write: a page that is only looked at changes nothing."""
    token = _writes.set(False)
    try:
        yield
    finally:
        _writes.reset(token)


def let_write(*, may: bool) -> None:
    """Says for this request whether its transactions write; set once, before the first statement."""
    _writes.set(may)


def database_url(url: str) -> str:
    """``postgres://`` and ``postgresql://`` mean psycopg 3 here."""
    parsed = make_url(url)
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    return url


def engine_options(url: str) -> dict[str, Any]:
    """Options for ``create_engine`` that belong to this address."""
    if make_url(url).get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": 10, "check_same_thread": False}}
    options = " ".join(f"-c {name}={value}" for name, value in POSTGRESQL_SETTINGS.items())
    connect = {"options": options, "connect_timeout": 5}
    return {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 5, "pool_timeout": 10, "connect_args": connect}


@event.listens_for(Engine, "connect")
def _set_up(connection: Any, _record: Any) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.isolation_level = None  # BEGIN is ours, below
        for name, value in SQLITE_SETTINGS.items():
            connection.execute(f"PRAGMA {name}={value}")
        connection.create_function(SQLITE_SHA256, 1, _sha256, deterministic=True)


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """SQLite's own default lost 280 of 320 acknowledged increments; IMMEDIATE lost none."""
    if connection.get_execution_options().get(OWN_TRANSACTIONS):
        return
    writes = _writes.get()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA query_only={0 if writes else 1}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif not writes:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


@contextmanager
def patiently(connection: Connection) -> Iterator[None]:
    """Work that takes as long as it takes: a migration of a large table, and waiting for one that is under way."""
    if connection.dialect.name != "postgresql":
        yield
        return
    names = ("statement_timeout", "lock_timeout")
    for name in names:
        connection.exec_driver_sql(f"SET {name} = 0")
    connection.commit()  # a rollback would take the settings back
    try:
        yield
    finally:
        connection.rollback()
        for name in names:
            connection.exec_driver_sql(f"RESET {name}")
        connection.commit()


def take_long(session: Session) -> None:
    """What is said until the next commit goes over a month of rows: it may take its time, and more memory."""
    longer = {"postgresql": "SET LOCAL statement_timeout = 0", "sqlite": "PRAGMA cache_size = -65536"}
    session.execute(text(longer[session.connection().dialect.name]))


def settings_in_force(connection: Connection) -> dict[str, str]:
    """What the engine answers for each setting that LIMITS.md fixes."""
    if connection.dialect.name == "sqlite":
        return {name: str(connection.exec_driver_sql(f"PRAGMA {name}").scalar()) for name in SQLITE_SETTINGS}
    return {name: str(connection.execute(text(f"SHOW {name}")).scalar()) for name in POSTGRESQL_SETTINGS}


def settings_missed(connection: Connection) -> list[str]:
    """Settings that are not as measured; empty when all is well."""
    wanted = SQLITE_SETTINGS if connection.dialect.name == "sqlite" else POSTGRESQL_SETTINGS
    found = settings_in_force(connection)
    return [name for name, value in wanted.items() if found[name].lower() != str(value).lower()]
