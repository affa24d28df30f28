"""How the databases are spoken to: the measured settings, and who may write when (LIMITS)."""

import threading

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models import schema
from models.engine import (
    OWN_TRANSACTIONS,
    POSTGRESQL_SETTINGS,
    SQLITE_SETTINGS,
    database_url,
    engine_options,
    let_write,
    patiently,
    reading_only,
    settings_in_force,
    settings_missed,
)


def test_the_measured_settings_are_in_force_on_both_engines(any_session):
    connection = any_session.connection()
    assert settings_missed(connection) == []
    wanted = SQLITE_SETTINGS if connection.dialect.name == "sqlite" else POSTGRESQL_SETTINGS
    assert set(settings_in_force(connection)) == set(wanted)


def test_a_setting_that_is_not_as_measured_is_named(any_session):
    connection = any_session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
        assert settings_missed(connection) == ["busy_timeout"]
    else:
        connection.exec_driver_sql("SET lock_timeout = '1s'")
        assert settings_missed(connection) == ["lock_timeout"]


def test_what_only_looks_cannot_write_and_the_next_one_can(any_session):
    insert = text("INSERT INTO worker_beat (name, at) VALUES ('x', '2026-11-16 00:00:00')")
    with reading_only():
        with pytest.raises(DBAPIError):
            any_session.execute(insert)
        any_session.rollback()
        assert any_session.execute(text("SELECT count(*) FROM worker_beat")).scalar() == 0
        any_session.rollback()
    any_session.execute(insert)
    any_session.commit()
    let_write(may=False)
    with pytest.raises(DBAPIError):
        any_session.execute(insert)
    any_session.rollback()
    let_write(may=True)
    assert any_session.execute(text("SELECT count(*) FROM worker_beat")).scalar() == 1


def test_an_engine_that_begins_its_own_transactions_is_left_alone(sqlite_url):
    engine = create_engine(sqlite_url, **engine_options(sqlite_url)).execution_options(**{OWN_TRANSACTIONS: True})
    with engine.connect() as connection:
        assert not connection.connection.dbapi_connection.in_transaction
        connection.execute(text("SELECT 1"))
        assert not connection.connection.dbapi_connection.in_transaction
    engine.dispose()


def test_a_transaction_that_may_write_has_its_place_from_the_start(sqlite_url):
    """BEGIN IMMEDIATE: of increments by two at once none is lost."""
    engine = create_engine(sqlite_url, **engine_options(sqlite_url))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO number_series (prefix, year, last) VALUES ('X', 2026, 0)"))

    def increment():
        for _ in range(20):
            with Session(engine) as session:
                last = session.execute(text("SELECT last FROM number_series WHERE prefix = 'X'")).scalar()
                session.execute(text(f"UPDATE number_series SET last = {last + 1} WHERE prefix = 'X'"))
                session.commit()

    threads = [threading.Thread(target=increment) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT last FROM number_series WHERE prefix = 'X'")).scalar() == 40
    engine.dispose()


@pytest.mark.parametrize(
    "url,found",
    [
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"), ("postgresql://h/d", "postgresql+psycopg://h/d"),
        ("sqlite:///x.sqlite3", "sqlite:///x.sqlite3"), ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
    ],
)  # fmt: skip
def test_every_way_of_writing_postgresql_means_psycopg(url, found):
    assert database_url(url) == found


def test_options_belong_to_their_engine():
    assert engine_options("sqlite:///x")["connect_args"]["timeout"] == 10
    options = engine_options("postgresql+psycopg://h/d")
    assert options["pool_pre_ping"]
    for name, value in POSTGRESQL_SETTINGS.items():
        assert f"-c {name}={value}" in options["connect_args"]["options"]


# What stands beside the tables


def test_what_is_missing_beside_the_tables_is_put_back_and_the_rest_left(any_session):
    connection = any_session.connection()
    is_sqlite = connection.dialect.name == "sqlite"
    before = connection.execute(text("SELECT seq, hash FROM event_head")).one()
    connection.execute(text("DROP TRIGGER event_no_update" if is_sqlite else "DROP TRIGGER event_append_only ON event"))
    connection.execute(text("DROP TABLE search_department"))
    for _ in range(2):
        schema.put_back(connection)
    assert inspect(connection).has_table("search_department")
    assert connection.execute(text("SELECT seq, hash FROM event_head")).one() == before
    any_session.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        any_session.execute(text("UPDATE event SET reason = 'x' WHERE seq = 1"))


def test_an_empty_chain_begins_with_its_first_link(any_session):
    connection = any_session.connection()
    connection.execute(text("DELETE FROM event_head"))
    schema.put_back(connection)
    assert connection.execute(text("SELECT seq, hash FROM event_head")).one() == (0, "0" * 64)


def test_a_database_without_tables_is_left_alone():
    engine = create_engine("sqlite://", **engine_options("sqlite://"))
    with engine.begin() as connection:
        schema.put_back(connection)
        assert inspect(connection).get_table_names() == []
    engine.dispose()


def test_a_migration_may_take_its_time_and_the_limits_are_back_afterwards(postgresql_url):
    engine = create_engine(postgresql_url, **engine_options(postgresql_url))
    with engine.connect() as connection:
        limits = [text("SHOW statement_timeout"), text("SHOW lock_timeout")]
        with patiently(connection):
            connection.rollback()
            assert [connection.scalar(one) for one in limits] == ["0", "0"]
        assert [connection.scalar(one) for one in limits] == ["15s", "5s"]
    engine.dispose()
