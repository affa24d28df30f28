"""Files that hang on records: looked at, stored under a random name, given back byte for byte."""

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Act, Record
from models.event import Attachment
from models.journal import seal
from rules.base import RuleBroken, Words
from rules.event import AttachmentKind

LARGEST = 20 * 1024 * 1024
MAGIC: tuple[tuple[bytes, str, tuple[str, ...]], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png", (".png",)),
    (b"\xff\xd8\xff", "image/jpeg", (".jpg", ".jpeg")),
    (b"GIF87a", "image/gif", (".gif",)),
    (b"GIF89a", "image/gif", (".gif",)),
    (b"%PDF-", "application/pdf", (".pdf",)),
    (b"PK\x03\x04", "application/zip", (".xlsx", ".docx", ".pptx", ".zip")),
)
TEXTS = {".txt": "text/plain", ".csv": "text/csv", ".eml": "message/rfc822"}
SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
NOT_ALLOWED = Words(
    "Only pictures, PDF, Office files and plain text can be added, under their own endings.",
    "只能添加图片、PDF、Office 文件和纯文本，且扩展名须与内容一致。",
)


@dataclass(frozen=True)
class Seen:
    """What a file turned out to be."""

    media_type: str
    size: int
    sha256: str


def media_type_of(name: str, head: bytes) -> str:
    """The type by content, which the ending must agree with. Raises RuleBroken for anything else."""
    ending = os.path.splitext(name.lower())[1]
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP" and ending == ".webp":
        return "image/webp"
    for magic, media_type, endings in MAGIC:
        if head.startswith(magic) and ending in endings:
            return media_type
    if ending in TEXTS and b"\0" not in head and not head.lstrip().startswith(b"<"):
        return TEXTS[ending]
    raise RuleBroken(NOT_ALLOWED, field="file")


def attach(
    session: Session, act: Act, record: Record, folder: Path, name: str, stream: BinaryIO, kind: AttachmentKind
) -> Attachment:
    """Stores a file: temporary name, fsync, rename, then the row. Raises RuleBroken for what is not allowed."""
    name = os.path.basename(name.replace("\\", "/").replace("\0", "")).strip()[:255] or "file"
    head = stream.read(512)
    media_type = media_type_of(name, head)
    stored_as = secrets.token_hex(16)
    seen = _store(folder, stored_as, head, stream, media_type)
    attachment = Attachment(
        entity=record.__tablename__,
        entity_id=record.id,
        stored_as=stored_as,
        name=name,
        media_type=media_type,
        size=seen.size,
        sha256=seen.sha256,
        kind=kind,
        taken_at=act.at,
        added_by_id=act.by.account_id,
    )
    session.add(attachment)
    seal(session, record, "attach", act)
    return attachment


def _store(folder: Path, stored_as: str, head: bytes, stream: BinaryIO, media_type: str) -> Seen:
    folder.mkdir(parents=True, exist_ok=True)
    temporary, digest, size = folder / f".{stored_as}", hashlib.sha256(), 0
    with temporary.open("wb") as out:
        block = head
        while block:
            size += len(block)
            if size > LARGEST:
                temporary.unlink()
                raise RuleBroken(Words("At most 20 MB a file.", "单个文件不能超过 20 MB。"), field="file")
            digest.update(block)
            out.write(block)
            block = stream.read(1 << 16)
        out.flush()
        os.fsync(out.fileno())
    temporary.rename(folder / stored_as)
    return Seen(media_type, size, digest.hexdigest())


def sweep(session: Session, folder: Path, before: float) -> int:
    """Takes away files that no row names and that are older than ``before`` (seconds since the epoch)."""
    if not folder.is_dir():
        return 0
    known, swept = set(session.scalars(select(Attachment.stored_as))), 0
    for path in folder.iterdir():
        if path.name not in known and path.is_file() and path.stat().st_mtime < before:
            path.unlink()
            swept += 1
    return swept
