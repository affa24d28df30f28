"""What the pages need in the browser, fetched by its lock: for the set-up, so standard library only."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

FRONT_END = Path(__file__).resolve().parent
VENDOR = FRONT_END / "static" / "vendor"
FETCHED = VENDOR / "fetched-lock"
SOURCE_MAP = re.compile(r"(/\*|//)# sourceMappingURL=\S+?(\s*\*/)?\s*$")
REMOTE = re.compile(r"@import\b|url\(\s*[\"']?\s*(https?:)?//", re.IGNORECASE)


class Refused(Exception):
    """Something that the person at the keyboard can put right; the message says how."""


def digest(*contents: bytes) -> str:
    """The SHA-256 of some contents together, by which they are known again."""
    together = hashlib.sha256()
    for content in contents:
        together.update(hashlib.sha256(content).digest())
    return together.hexdigest()


def is_stamped(stamp: Path, *accepted: str) -> bool:
    """Whether ``stamp`` was written for one of the ``accepted``."""
    return stamp.is_file() and stamp.read_text() in accepted


def front_end_stamp() -> str:
    """What stands beside the fetched front-end parts: it changes with the versions, the list of files and the icons."""
    said = ("package.json", "package-lock.json", "icons.txt")
    return digest(*((FRONT_END / name).read_bytes() for name in said)) + "\n"


def cleaned(name: str, text: str) -> str:
    """A style sheet or script without its source map line; one that would load from elsewhere is refused."""
    if name.endswith(".css") and REMOTE.search(text):
        raise Refused(f"{name} loads something from another address; leave that version of the package out.")
    return SOURCE_MAP.sub("", text)


def symbol(name: str, drawing: str) -> str:
    """One icon as a symbol of the sprite, to be shown by ``<svg><use href="...icons.svg#name"/></svg>``."""
    lines = re.sub(r"\s+", " ", drawing.partition(">")[2].rpartition("</svg>")[0])
    lines = lines.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "").strip()
    pen = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    return f'<symbol id="{name}" viewBox="0 0 24 24" {pen}>{lines}</symbol>'


def sprite(icons: Path) -> str:
    """All icons named in icons.txt in one file, drawn from the folder ``icons``."""
    names = (FRONT_END / "icons.txt").read_text("utf-8").split()
    if missing := [name for name in names if not (icons / f"{name}.svg").is_file()]:
        raise Refused(f"icons.txt names icons that do not exist: {', '.join(missing)}")
    symbols = (symbol(name, (icons / f"{name}.svg").read_text("utf-8")) for name in names)
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def copy_parts(modules: Path) -> None:
    """Copy what the pages need out of npm's ``modules`` into static/vendor/."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for folder, files in json.loads((FRONT_END / "package.json").read_text("utf-8"))["vendor"].items():
        (VENDOR / folder).mkdir(parents=True)
        for source in (modules / file for file in files):
            (VENDOR / folder / source.name).write_text(cleaned(source.name, source.read_text("utf-8")), "utf-8")
    (VENDOR / "icons.svg").write_text(sprite(modules / "@tabler" / "icons" / "icons" / "outline"), "utf-8")


def npm_install(npm: Sequence[str], folder: Path) -> None:
    """Fetch the packages of the lock into ``folder``; none of their own scripts runs."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(FRONT_END / name, folder)
    subprocess.run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)


def fetch(npm: Callable[[], Sequence[str]]) -> None:
    """Fetch what the pages need in the browser, unless it is there; ``npm``: the command that does it."""
    if is_stamped(FETCHED, front_end_stamp()):
        return
    print("Fetching the front-end parts (this once)", flush=True)
    with tempfile.TemporaryDirectory(prefix="front-end-") as folder:
        npm_install(npm(), Path(folder))
        copy_parts(Path(folder) / "node_modules")
    FETCHED.write_text(front_end_stamp())
