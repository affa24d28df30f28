"""Reading a mail by a child process, which may crash or hang without harm (A2.1)."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules.after_sales.mails import Letter

PARSER = Path(__file__).with_name("parse.py")
SECONDS = 20
"""By the clock; the child's own time is limited to less."""


@dataclass(frozen=True)
class Enclosed:
    """A file that came with a mail."""

    name: str
    media_type: str
    sha256: str
    body: bytes


@dataclass(frozen=True)
class Opened:
    """A mail as the child process read it; ``broken`` says why it could not."""

    letter: Letter
    files: Sequence[Enclosed] = ()
    broken: str = ""


def open_letter(raw: bytes) -> Opened:
    """The mail as text and files. Never raises for what a mail is made of."""
    try:
        found = subprocess.run(  # noqa: S603 - our own file, without our surroundings
            [sys.executable, "-I", str(PARSER)],
            input=raw,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ},
        )
        told = json.loads(found.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return Opened(Letter("", ""), broken="too_much")
    if not isinstance(told, dict) or "refused" in told:
        return Opened(Letter("", ""), broken=str(told.get("refused", "broken")) if isinstance(told, dict) else "broken")
    return _opened(told)


def _opened(told: dict[str, Any]) -> Opened:
    files = [
        Enclosed(one["name"], one["type"], one["sha256"], base64.b64decode(one["body"])) for one in told.pop("files")
    ]
    return Opened(Letter(**told), files)
