"""Files that hang on records: looked at, stored under a random name, given back byte for byte."""

import hashlib
import os
import secrets
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from unicodedata import category

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
ACTIVE = frozenset({
    "html", "htm", "xhtml", "shtml", "svg", "xml", "js", "mjs", "php", "jsp", "asp", "aspx", "exe", "bat", "cmd", "scr",
    "msi", "vbs", "ps1", "hta", "jar", "lnk", "sh",
})  # fmt: skip
"""Endings that something may run or show as a page; they stand nowhere in a name, also not before the last ending."""
MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<iframe", b"<?xml-stylesheet", b"<?php")
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
    ending = Path(name.lower()).suffix
    is_page = ending != ".eml" and any(one in head.lower() for one in MARKUP)
    if is_page or ACTIVE.intersection(one.strip() for one in name.lower().split(".")[1:]):
        raise RuleBroken(NOT_ALLOWED, field="file")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP" and ending == ".webp":
        return "image/webp"
    for magic, media_type, endings in MAGIC:
        if head.startswith(magic) and ending in endings:
            return media_type
    if ending in TEXTS and b"\0" not in head and not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return TEXTS[ending]
    raise RuleBroken(NOT_ALLOWED, field="file")


def attach(
    session: Session, act: Act, record: Record, folder: Path, name: str, stream: BinaryIO, kind: AttachmentKind
) -> Attachment:
    """Stores a file: temporary name, fsync, rename, then the row. Raises RuleBroken for what is not allowed."""
    name = "".join(one for one in name if category(one) != "Cc").replace("\\", "/").split("/")[-1].strip(" ")[-255:]
    stream.seek(0)  # a request that is repeated has read it once
    head = stream.read(1024)
    if not head:
        raise RuleBroken(Words("The file is empty.", "文件是空的。"), field="file")
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


def keep_as_it_came(
    session: Session,
    act: Act,
    record: Record,
    folder: Path,
    *,
    name: str,
    body: bytes,
    media_type: str = "application/octet-stream",
) -> Attachment:
    """Stores what somebody sent us, whatever it is: given back byte for byte as a download, never shown as a page.

    Pictures that are what their name says are kept as pictures.
    """
    name = "".join(one for one in name if category(one) != "Cc").replace("\\", "/").split("/")[-1].strip(" ")[-255:]
    try:
        media_type = media_type_of(name, body[:1024])
    except RuleBroken:
        media_type = media_type if media_type == "message/rfc822" else "application/octet-stream"
    stored_as = secrets.token_hex(16)
    seen = _store(folder, stored_as, body[: 1 << 16], BytesIO(body[1 << 16 :]), media_type)
    attachment = Attachment(
        entity=record.__tablename__,
        entity_id=record.id,
        stored_as=stored_as,
        name=name or "-",
        media_type=media_type,
        size=seen.size,
        sha256=seen.sha256,
        kind=AttachmentKind.PHOTO if media_type.startswith("image/") else AttachmentKind.DOCUMENT,
        taken_at=act.at,
        added_by_id=act.by.account_id,
    )
    session.add(attachment)
    seal(session, record, "attach", act)
    return attachment


def _store(folder: Path, stored_as: str, head: bytes, stream: BinaryIO, media_type: str) -> Seen:
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{stored_as}"
    try:
        size, digest = _write(temporary, head, stream)
        temporary.rename(folder / stored_as)
    finally:
        temporary.unlink(missing_ok=True)
    _sync(folder)
    return Seen(media_type, size, digest)


def _write(temporary: Path, block: bytes, stream: BinaryIO) -> tuple[int, str]:
    """Size and digest of what lies on the disk now."""
    size, digest = 0, hashlib.sha256()
    with temporary.open("xb") as out:
        while block:
            size += len(block)
            if size > LARGEST:
                raise RuleBroken(Words("At most 20 MB a file.", "单个文件不能超过 20 MB。"), field="file")
            digest.update(block)
            out.write(block)
            block = stream.read(1 << 16)
        out.flush()
        os.fsync(out.fileno())
    return size, digest.hexdigest()


def _sync(folder: Path) -> None:
    """The new name itself lies on the disk, too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


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
