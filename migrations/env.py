"""Migrations: keys off while tables are rebuilt, checked before the commit; triggers and search put back after."""

from alembic import context
from flask import current_app
from sqlalchemy import JSON, Connection, text

import models
from models.engine import patiently
from models.schema import put_back
from models.types import ChoiceByValue, Labelled, Scaled, UtcInstant

metadata = models.base.Base.metadata
OURS = set(metadata.tables)


def include_name(name: str | None, kind: str, parents: object) -> bool:
    """Tables of the job engine and of the search index are not ours to migrate."""
    return kind != "table" or name in OURS


def render_item(kind: str, item: object, autogen_context: object) -> str | bool:
    """Our column types as the plain ones they are kept as, so that old migrations never need new code."""
    if kind != "type":
        return False
    if isinstance(item, UtcInstant):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Scaled):
        return "sa.BigInteger()"
    if isinstance(item, JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    if isinstance(item, Labelled):
        return f"sa.String(length={item.impl_instance.length})"
    if type(item) is type(ChoiceByValue):
        return f"sa.String(length={item.length})"
    return False


def run(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transaction_per_migration=False,
        transactional_ddl=True,
        include_name=include_name,
        render_item=render_item,
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()
        put_back(connection)
        if is_sqlite:
            broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
            if broken:
                raise RuntimeError(f"the migration broke foreign keys: {broken[:5]}")
    if is_sqlite:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


ONE_AT_A_TIME = 20260101
"""The key of PostgreSQL's lock: two upgrades at once run one after the other."""


def run_locked(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        run(connection)
        return
    with patiently(connection):
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        connection.commit()
        try:
            run(connection)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ONE_AT_A_TIME})
            connection.commit()


given = context.config.attributes.get("connection")
if given is not None:
    run_locked(given)
else:
    with current_app.extensions["migrate"].db.engine.connect() as opened:
        run_locked(opened)
