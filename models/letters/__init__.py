"""Reading a mail by a child process, which may crash or hang without harm (A2.1)."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
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
    """The mail as text and files, read by a child of its own. Never raises for what a mail is made of."""
    lines, is_late = _child([], raw)
    if is_late or not lines:
        return Opened(Letter("", ""), broken="too_much")
    try:
        return _opened(json.loads(lines[0]))
    except ValueError:
        return Opened(Letter("", ""), broken="broken")


def open_letters(raws: Sequence[bytes]) -> list[Opened]:
    """Several mails by one child, in their sequence; one at which it ends is read by a child of its own.

    So a hostile mail keeps aside itself and nothing else, and ordinary ones share the cost of a start.
    """
    found: list[Opened] = []
    while len(left := raws[len(found) :]) > 1:
        lines, _ = _child(["several"], b"".join(len(one).to_bytes(8, "big") + one for one in left))
        found += _in_sequence(lines[: len(left)])
        if len(found) < len(raws):
            found.append(open_letter(raws[len(found)]))
    return [*found, *(open_letter(one) for one in raws[len(found) :])]


def _in_sequence(lines: Sequence[bytes]) -> Iterator[Opened]:
    """The answers as far as each says whose it is: after anything else nobody knows."""
    for place, line in enumerate(lines):
        try:
            told = json.loads(line)
            if told["place"] != place:
                return
            answer = told["answer"]
        except (ValueError, TypeError, KeyError):
            return
        yield _opened(answer)


def _child(given: Sequence[str], sent: bytes) -> tuple[list[bytes], bool]:
    """The whole lines that a child said of what it was sent, and whether it was stopped by the clock."""
    try:
        found = subprocess.run(  # noqa: S603 - our own file, without our surroundings
            [sys.executable, "-I", str(PARSER), *given],
            input=sent,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ},
        )
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").split(b"\n")[:-1], True
    return found.stdout.split(b"\n")[:-1], False


def _opened(told: dict[str, Any]) -> Opened:
    try:
        if "refused" in told:
            return Opened(Letter("", ""), broken=str(told["refused"]))
        files = [
            Enclosed(one["name"], one["type"], one["sha256"], base64.b64decode(one["body"]))
            for one in told.pop("files")
        ]
        return Opened(Letter(**told), files)
    except (ValueError, TypeError, KeyError):
        return Opened(Letter("", ""), broken="broken")
