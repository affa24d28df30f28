"""PostgreSQL's own programs for copying a database out and in."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from rules.base import RuleBroken, Words

EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
"""What is loaded takes the place of everything; the job engine's own schema stays."""


def dump(url: URL, file: Path, snapshot: str) -> None:
    """Everything as of a snapshot that another connection holds open."""
    what = ("--format=custom", "--no-owner", "--no-privileges", "--exclude-schema=dbos", f"--snapshot={snapshot}")
    _run(url, "pg_dump", *what, f"--file={file}", "--dbname")


def load(url: URL, file: Path) -> None:
    """Exchanges the whole database in one transaction; a fault leaves it as it was."""
    script = file.with_suffix(".sql")
    _run(url, "pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(file))
    settings = ("-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-c", EMPTY, "-f", str(script), "--dbname")
    _run(url, "psql", *settings)


def _run(url: URL, program: str, *arguments: str) -> None:
    """The password goes by the environment, where other users of the machine do not see it."""
    found = shutil.which(program)
    if found is None:
        raise RuleBroken(
            Words(
                "{program} is needed for this and is not on the PATH. On Debian: apt-get install postgresql-client",
                "此操作需要 {program}，但在 PATH 中找不到。Debian 安装：apt-get install postgresql-client",
                program=program,
            )
        )
    where, password = _conninfo(url)
    command = [found, *arguments, *([where] if arguments[-1] == "--dbname" else [])]
    environment = {**os.environ, "PGPASSWORD": password, "PGOPTIONS": "-c lock_timeout=10s"}
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)  # noqa: S603 - ours
    if done.returncode:
        why = "; ".join(line.strip() for line in done.stderr.splitlines()[:3]) or "?"
        raise RuleBroken(Words("{program} failed: {why}", "{program} 失败：{why}", program=program, why=why))


def _conninfo(url: URL) -> tuple[str, str]:
    _, given = PGDialect_psycopg().create_connect_args(url)  # type: ignore[no-untyped-call]  # SQLAlchemy's own has no types
    known: dict[str, Any] = {name: value for name, value in given.items() if isinstance(value, str | int)}
    password = str(known.pop("password", "") or os.environ.get("PGPASSWORD", ""))
    return make_conninfo(**known), password
