"""Ledgers handed in on screen: kept until they are taken in, under a name that cannot be guessed."""

import os
import re
import secrets
import shutil
from pathlib import Path
from typing import BinaryIO

TOKEN = re.compile(r"[0-9a-f]{32}")
INCOMING = "incoming"


def keep(folder: Path, stream: BinaryIO) -> str:
    """Writes the file below ``folder``; answers the token that finds it again. Nobody else may read it."""
    token, place = secrets.token_hex(16), folder / INCOMING
    place.mkdir(parents=True, exist_ok=True)
    stream.seek(0)  # a request that is repeated has read it once
    opened = os.open(place / token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as out:
        shutil.copyfileobj(stream, out)
    return token


def kept(folder: Path, token: str) -> Path | None:
    """The file of that token; None where it was taken in already, or swept."""
    path = folder / INCOMING / token
    return path if TOKEN.fullmatch(token) and path.is_file() else None


def forget(folder: Path, token: str) -> None:
    """The ledger is taken in: the file is not needed any more."""
    if TOKEN.fullmatch(token):
        (folder / INCOMING / token).unlink(missing_ok=True)


def sweep_incoming(folder: Path, before: float) -> int:
    """Takes away what nobody took in and is older than ``before`` (seconds since the epoch)."""
    place = folder / INCOMING
    old = [one for one in place.iterdir() if one.stat().st_mtime < before] if place.is_dir() else []
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
