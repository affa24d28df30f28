"""What stands beside the tables: triggers that keep logs append-only, the search index, the chain's first link."""

from sqlalchemy import Connection, inspect, text

from models.search import create_search, searched_tables
from rules.event import GENESIS

APPEND_ONLY = ("event", "performance_file_entry")
FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'this table is append-only'; END $$
"""


def put_back(connection: Connection) -> None:
    """Creates what is missing of them; run after every migration, since rebuilding a table drops its triggers."""
    if not inspect(connection).has_table("event_head"):
        return
    for table in filter(inspect(connection).has_table, APPEND_ONLY):
        if connection.dialect.name == "sqlite":
            _sqlite_triggers(connection, table)
        else:
            _postgresql_triggers(connection, table)
    create_search(connection, searched_tables())
    if connection.execute(text("SELECT count(*) FROM event_head")).scalar() == 0:
        connection.execute(text("INSERT INTO event_head (id, seq, hash) VALUES (1, 0, :hash)"), {"hash": GENESIS})


def _sqlite_triggers(connection: Connection, table: str) -> None:
    for verb in ("UPDATE", "DELETE"):
        connection.execute(
            text(
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'this table is append-only'); END"
            )
        )


def _postgresql_triggers(connection: Connection, table: str) -> None:
    connection.execute(text(FUNCTION))
    connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"))
    connection.execute(
        text(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    )
