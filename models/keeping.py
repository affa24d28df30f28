"""Keeping what is kept: one file with everything in it, given back whole or not at all; and what is not kept for ever.

A backup is a tar file: the database, the attachments, and last the manifest with the digest of each of them, so that a
file that was cut off has none and is refused.
"""

import hashlib
import io
import json
import os
import re
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Engine, create_engine, delete, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models import postgresql
from models.chain import head_of
from models.engine import engine_options
from models.event import FormToken, LoginAttempt, LoginSession, WorkerBeat
from models.organisation import Account
from rules.base import RuleBroken, Words

FORMAT = 1
DATABASE = "database"
MANIFEST = "manifest.json"
ATTACHMENT = re.compile(r"attachments/[A-Za-z0-9_-]{1,64}")
BLOCK = 1 << 20
LONGEST_MANIFEST = 256 * BLOCK
NOT_BUILT = Words("The database has not been built yet.", "数据库尚未建立。")
BROKEN = Words("The backup is damaged: {what}.", "备份文件已损坏：{what}。")


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    format_version: int
    engine: str
    migration: str
    event_seq: int
    event_hash: str
    made_at: str
    sha256: dict[str, str] = field(default_factory=dict)


# -- backup ----------------------------------------------------------------------------------------------------------


def backup(engine: Engine, attachments: Path, file: Path, at: datetime) -> Manifest:
    """Writes everything acknowledged before the start into one file, under load as well.

    The database first, then the attachments: a file is always there before the row that names it.
    """
    if not file.parent.is_dir():
        raise RuleBroken(Words("There is no folder {folder}.", "文件夹 {folder} 不存在。", folder=file.parent))
    if file.is_dir():
        raise RuleBroken(Words("{file} is a folder.", "{file} 是文件夹。", file=file))
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as name:
        copy, temporary = Path(name) / DATABASE, Path(name) / "tar"
        said = _copy_sqlite(engine, copy, at) if engine.dialect.name == "sqlite" else _dump(engine, copy, at)
        with temporary.open("xb") as out:
            temporary.chmod(0o600)
            _pack(out, said, copy, attachments)
            out.flush()
            os.fsync(out.fileno())
        temporary.rename(file)
    _sync_folder(file.parent)
    return said


def _copy_sqlite(engine: Engine, copy: Path, at: datetime) -> Manifest:
    with closing(sqlite3.connect(str(engine.url.database), timeout=10)) as source:
        source.execute("VACUUM INTO ?", (str(copy),))
    with _opened(copy) as connection:
        return _facts(connection, at)


def _dump(engine: Engine, copy: Path, at: datetime) -> Manifest:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        said = _facts(connection, at)
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        postgresql.dump(engine.url, copy, snapshot)
    return said


def _facts(connection: Connection, at: datetime) -> Manifest:
    if not inspect(connection).has_table("alembic_version"):
        raise RuleBroken(NOT_BUILT)
    migration = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
    seq, last = head_of(connection)
    return Manifest(FORMAT, connection.dialect.name, migration, seq, last, at.isoformat())


def _pack(out: IO[bytes], said: Manifest, copy: Path, attachments: Path) -> None:
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, said, DATABASE, copy)
        for path in sorted(attachments.iterdir()) if attachments.is_dir() else ():
            name = f"attachments/{path.name}"
            if ATTACHMENT.fullmatch(name) and path.is_file():
                _add(tar, said, name, path)
        body = json.dumps(asdict(said), indent=1, sort_keys=True).encode()
        tar.addfile(_entry(MANIFEST, len(body)), io.BytesIO(body))


def _add(tar: tarfile.TarFile, said: Manifest, name: str, path: Path) -> None:
    try:
        opened = path.open("rb")
    except FileNotFoundError:
        return  # an orphan, swept since the folder was listed
    with opened:
        read = _Digesting(opened)
        tar.addfile(_entry(name, os.fstat(opened.fileno()).st_size), read)
        said.sha256[name] = read.digest.hexdigest()


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


class _Digesting:
    """A stream whose digest is known once it has been read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.digest = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.stream.read(size)
        self.digest.update(block)
        return block


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# -- restore ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Schema:
    """What a restore must know of the migrations: which there are, and how to bring a database up to date."""

    knows: Callable[[str], bool]
    upgrade: Callable[[Connection], None]


def restore(engine: Engine, attachments: Path, file: Path, schema: Schema, *, replace: bool = False) -> Manifest:
    """Gives a backup back, whole or not at all, and brings it up to date. Raises RuleBroken for whatever is in the way.

    Attachments come first: until the database is exchanged, in one step, nothing names them.
    """
    attachments.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=attachments) as name:
        folder = Path(name)
        said = _unpack(file, folder)
        _refuse(engine, said, schema, replace=replace)
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(folder / DATABASE, said, schema)
        for path in (folder / "attachments").iterdir():
            path.rename(attachments / path.name)
        _sync_folder(attachments)
        if engine.dialect.name == "sqlite":
            _exchange_sqlite(engine, folder / DATABASE)
        else:
            _exchange_postgresql(engine, folder / DATABASE, schema)
    return said


def _unpack(file: Path, folder: Path) -> Manifest:
    """Unpacks into an empty folder and compares every digest; only names that a backup has are taken."""
    (folder / "attachments").mkdir()
    found: dict[str, str] = {}
    said: Manifest | None = None
    try:
        with tarfile.open(file, "r:") as tar:
            for entry in tar:
                stream = tar.extractfile(entry) if entry.isreg() else None
                if stream is None or said is not None:
                    raise _damaged(entry.name)
                if entry.name == MANIFEST:
                    said = _manifest(stream.read(LONGEST_MANIFEST))
                elif entry.name == DATABASE or ATTACHMENT.fullmatch(entry.name):
                    found[entry.name] = _copied(stream, folder / entry.name)
                else:
                    raise _damaged(entry.name)
    except OSError as fault:
        raise RuleBroken(
            Words("{file} cannot be read: {why}.", "{file} 无法读取：{why}。", file=file, why=fault.strerror)
        ) from None
    except tarfile.TarError as fault:
        raise _damaged(fault) from None
    return _compared(said, found)


def _manifest(body: bytes) -> Manifest:
    try:
        return Manifest(**json.loads(body))
    except (ValueError, TypeError):
        raise _damaged(MANIFEST) from None


def _compared(said: Manifest | None, found: dict[str, str]) -> Manifest:
    if said is None:
        raise _damaged(Words("it has no manifest, so it ends too early", "缺少清单，文件不完整"))
    if said.format_version != FORMAT:
        raise RuleBroken(Words("A newer version made this backup.", "该备份由更新的版本生成。"))
    for name in sorted({DATABASE, *said.sha256, *found}):
        if name not in found or said.sha256.get(name) != found[name]:
            raise _damaged(name)
    return said


def _damaged(what: object) -> RuleBroken:
    return RuleBroken(Words(BROKEN.en, BROKEN.zh, what=what))


def _copied(stream: IO[bytes], path: Path) -> str:
    read = _Digesting(stream)
    with path.open("xb") as out:
        while block := read.read(BLOCK):
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    return read.digest.hexdigest()


def _refuse(engine: Engine, said: Manifest, schema: Schema, *, replace: bool) -> None:
    if said.engine != engine.dialect.name:
        raise RuleBroken(
            Words(
                "This is a backup of {theirs}; it cannot go into {ours}.",
                "这是 {theirs} 的备份，不能恢复到 {ours}。",
                theirs=said.engine,
                ours=engine.dialect.name,
            )
        )
    if not schema.knows(said.migration):
        raise RuleBroken(Words("A newer version made this backup.", "该备份由更新的版本生成。"))
    if not replace and _has_accounts(engine):
        raise RuleBroken(
            Words(
                "This database has accounts already. To replace everything in it: --replace",
                "该数据库中已有账号。如需全部替换，请使用 --replace。",
            )
        )


def _has_accounts(engine: Engine) -> bool:
    with engine.connect() as connection:
        is_built = inspect(connection).has_table(Account.__tablename__)
        return is_built and connection.scalar(select(Account.id).limit(1)) is not None


@contextmanager
def _opened(file: Path) -> Iterator[Connection]:
    url = f"sqlite:///{file}"
    engine = create_engine(url, **engine_options(url))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _prepare_sqlite(copy: Path, said: Manifest, schema: Schema) -> None:
    """Looks the copy over and brings it up to date, before it takes the place of anything."""
    try:
        with _opened(copy) as connection:
            answer = connection.scalar(text("PRAGMA integrity_check"))
            is_whole = answer == "ok" and head_of(connection) == (said.event_seq, said.event_hash)
    except DBAPIError:
        is_whole = False
    if not is_whole:
        raise _damaged(DATABASE)
    with _opened(copy) as connection:
        schema.upgrade(connection)


def _exchange_sqlite(engine: Engine, copy: Path) -> None:
    """One transaction over the whole file, so that whoever has it open sees the old or the new, never half."""
    engine.dispose()
    with (
        closing(sqlite3.connect(copy)) as source,
        closing(sqlite3.connect(str(engine.url.database), timeout=10)) as target,
    ):
        target.execute("PRAGMA journal_mode=WAL")
        target.execute("PRAGMA synchronous=FULL")
        source.backup(target)


def _exchange_postgresql(engine: Engine, copy: Path, schema: Schema) -> None:
    engine.dispose()
    postgresql.load(engine.url, copy)
    with engine.connect() as connection:
        schema.upgrade(connection)


# -- what is not kept for ever ---------------------------------------------------------------------------------------

FORM_TOKENS = timedelta(days=7)
ATTEMPTS = timedelta(days=30)
SESSIONS = timedelta(days=90)
BEATS = timedelta(days=1)


def prune(session: Session, at: datetime) -> int:
    """Forgets tokens of forms long sent, old tries at the door and log-ins long over. Returns how many."""
    old = (
        delete(FormToken).where(FormToken.at < at - FORM_TOKENS),
        delete(LoginAttempt).where(LoginAttempt.at < at - ATTEMPTS),
        delete(LoginSession).where(LoginSession.began_at < at - SESSIONS),
        delete(WorkerBeat).where(WorkerBeat.at < at - BEATS),
    )
    return sum(session.connection().execute(one).rowcount for one in old)
