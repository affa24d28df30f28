"""Looking at a file before it is opened: its size, its first bytes, the directory of a workbook's archive."""

import struct
import zipfile
from pathlib import Path

from models.ledger.refusals import (
    BROKEN,
    EMPTY,
    ENCRYPTED,
    NOT_A_WORKBOOK,
    NOT_SUPPORTED,
    NOT_TEXT,
    NOT_THERE,
    OLD_EXCEL,
    SUSPICIOUS,
    TOO_LARGE,
    FileRefused,
)

LARGEST = 50 * 1024 * 1024
LARGEST_UNPACKED = 600 * 1024 * 1024
SMALL_ENOUGH = 32 * 1024 * 1024
"""An archive that unpacks to less is harmless however well it is packed."""
HIGHEST_RATIO = 150
MOST_ENTRIES = 4000
LARGEST_DIRECTORY = 1024 * 1024

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
END_OF_DIRECTORY = b"PK\x05\x06"
ZIP64 = b"PK\x06\x07"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
BINARY = (OLE, b"PK", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")


def kind_of(path: Path, name: str) -> str:
    """``xlsx`` or ``csv``, when the content is what the name says; FileRefused otherwise."""
    suffix = Path(name).suffix.lower()
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            first = file.read(4096)
    except OSError as error:
        raise FileRefused(NOT_THERE) from error
    if suffix == ".xls" and not first.startswith(b"PK"):
        raise FileRefused(OLD_EXCEL)
    if suffix not in {".xlsx", ".csv"}:
        raise FileRefused(NOT_SUPPORTED)
    if size == 0:
        raise FileRefused(EMPTY)
    if size > LARGEST:
        raise FileRefused(TOO_LARGE)
    if suffix == ".csv":
        if first.startswith(BINARY):
            raise FileRefused(NOT_TEXT)
        return "csv"
    if first.startswith(OLE):
        raise FileRefused(ENCRYPTED if ENCRYPTED_PACKAGE in path.read_bytes() else OLD_EXCEL)
    if not first.startswith(ZIP):
        raise FileRefused(NOT_A_WORKBOOK)
    look_at_directory(path)
    return "xlsx"


def look_at_directory(path: Path) -> None:
    """Refuses an archive that is no workbook, damaged, or would unpack to more than a ledger holds."""
    look_at_end(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError) as error:
        raise FileRefused(BROKEN) from error
    names = [entry.filename for entry in entries]
    if "xl/workbook.xml" not in names:
        raise FileRefused(NOT_A_WORKBOOK)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise FileRefused(ENCRYPTED)
    if len(entries) > MOST_ENTRIES or len(set(names)) != len(names):
        raise FileRefused(SUSPICIOUS)
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED or any(map(is_bomb, entries)):
        raise FileRefused(SUSPICIOUS)


def look_at_end(path: Path) -> None:
    """The archive's last record tells how large its directory is, before anything is made of it."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 66_000))
        tail = file.read()
    at = tail.rfind(END_OF_DIRECTORY)
    if at < 0 or len(tail) < at + 22:
        raise FileRefused(BROKEN)
    entries, length = struct.unpack_from("<HI", tail, at + 10)
    if ZIP64 in tail[max(0, at - 20) : at] or entries > MOST_ENTRIES or length > LARGEST_DIRECTORY:
        raise FileRefused(SUSPICIOUS)


def is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > SMALL_ENOUGH and entry.file_size > HIGHEST_RATIO * max(entry.compress_size, 1)
