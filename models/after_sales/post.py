"""The way to the mail servers: IMAP in, SMTP out, by the addresses of the settings (A2.1)."""

import contextlib
import imaplib
import logging
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError
from sqlalchemy.orm import Session

from models.after_sales.mailbox import Box, take, too_large
from models.letters import Opened, open_letters
from rules.base import RuleBroken, Words

SECONDS = 30
LARGEST = 30 * 1024 * 1024
AT_ONCE = 25
MOST_AT_ONCE = 8 * 1024 * 1024
"""Mails, and bytes of them, that one child reads after another."""
SEEN = "\\Seen"
log = logging.getLogger("gongzheng.mail")


@dataclass(frozen=True)
class Address:
    """A mail server's address, taken apart."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    folder: str


PORTS = {"imap": 143, "imaps": 993, "imap+starttls": 143, "smtp": 25, "smtps": 465, "smtp+starttls": 587}
NOT_AN_ADDRESS = Words(
    "“{name}” is not a mail server's address such as {such}.", "“{name}”不是有效的邮件服务器地址，例如 {such}。"
)


def address_of(url: str, *, name: str) -> Address:
    """MAIL_IN and MAIL_OUT as they are written: imaps://user:password@host:993/INBOX, smtp+starttls://…"""
    parts: SplitResult = urlsplit(url)
    kinds = {one for one in PORTS if one.startswith("imap" if name == "MAIL_IN" else "smtp")}
    if parts.scheme not in kinds or not parts.hostname:
        such = "imaps://user:password@mail.example.com/INBOX" if name == "MAIL_IN" else "smtps://user:password@host"
        raise RuleBroken(Words(NOT_AN_ADDRESS.en, NOT_AN_ADDRESS.zh, name=name, such=such))
    return Address(
        parts.scheme,
        parts.hostname,
        parts.port or PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        unquote(parts.path.strip("/")) or "INBOX",
    )


def own_address(url: str) -> str:
    """Our own address, where it is not set: who signs in at the mail server."""
    parts = urlsplit(url)
    user = unquote(parts.username or "service")
    return user if "@" in user else f"{user}@{parts.hostname or 'localhost'}"


# -- in --------------------------------------------------------------------------------------------------------------


@contextmanager
def mailbox(url: str) -> Iterator[BaseMailBox]:
    """Signed in, in the right folder."""
    at = address_of(url, name="MAIL_IN")
    kinds = {"imap": MailBoxUnencrypted, "imaps": MailBox, "imap+starttls": MailBoxStartTls}
    try:
        box: BaseMailBox = kinds[at.scheme](at.host, at.port, timeout=SECONDS)
        try:
            box.login(at.user, at.password, initial_folder=at.folder)
            yield box
        finally:
            with contextlib.suppress(Exception):
                box.logout()
    except (imaplib.IMAP4.error, ImapToolsError) as fault:  # a server that hangs up is one that is away
        raise ConnectionError(f"{type(fault).__name__}: {fault}"[:300]) from None


def take_in(session: Session, url: str, box: Box, *, now: Callable[[], datetime]) -> int:
    """Takes in what is new.

    A mail is marked as seen only after it was committed: killed in between, it comes again, is known by its message id,
    and is not taken twice. What a rule refuses (a figure that is not set) stays unseen, and the next one is taken.
    """
    taken = 0
    with mailbox(url) as server:
        for batch in _batches(server, server.uids(AND(seen=False))):
            opened = iter(open_letters([raw for _, raw in batch if raw]))
            for uid, raw in batch:
                read = next(opened) if raw else None
                if _taken(session, server, uid, (raw, read), box, now()):
                    server.flag(uid, SEEN, value=True)
                    taken += 1
    return taken


def _batches(server: BaseMailBox, uids: Sequence[str]) -> Iterator[list[tuple[str, bytes | None]]]:
    """The mails in their sequence, so many at a time that neither we nor the child hold much; a large one ends it."""
    batch: list[tuple[str, bytes | None]] = []
    for uid in uids:
        batch.append((uid, _fetched(server, uid)))
        if len(batch) >= AT_ONCE or sum(len(raw or b"") for _, raw in batch) >= MOST_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _taken(
    session: Session,
    server: BaseMailBox,
    uid: str,
    mail: tuple[bytes | None, Opened | None],
    box: Box,
    at: datetime,
) -> bool:
    """Whether it was committed; what a rule refuses stays in the mailbox."""
    raw, opened = mail
    try:
        if raw is None:
            too_large(session, f"<uid-{uid}@{server.folder.get()}>", LARGEST, at=at)
        elif raw:
            take(session, raw, box, at=at, opened=opened)
    except RuleBroken as refused:
        session.rollback()
        log.warning("mail %s stays in the mailbox: %s", uid, refused)
        return False
    session.expunge_all()
    return True


def _fetched(server: BaseMailBox, uid: str) -> bytes | None:
    """The bytes of a mail as they lie there, unread by anything of ours; None = too many."""
    _, sizes = server.client.uid("FETCH", uid, "(RFC822.SIZE)")
    said = b" ".join(one for one in sizes or [] if isinstance(one, bytes))
    number = said.partition(b"RFC822.SIZE ")[2].partition(b")")[0].split(b" ")[0]
    if number.isdigit() and int(number) > LARGEST:
        return None
    _, parts = server.client.uid("FETCH", uid, "(BODY.PEEK[])")
    return next((one[1] for one in parts or [] if isinstance(one, tuple)), b"")


# -- out -------------------------------------------------------------------------------------------------------------


@contextmanager
def sending(url: str) -> Iterator[Callable[[EmailMessage], None]]:
    """A connection that is opened with the first mail, and closed after the last."""
    at = address_of(url, name="MAIL_OUT")
    opened: list[smtplib.SMTP] = []

    def send(letter: EmailMessage) -> None:
        if not opened:
            opened.append(_connected(at))
        try:
            opened[0].send_message(letter)
        except smtplib.SMTPServerDisconnected:
            opened.clear()
            raise

    try:
        yield send
    finally:
        for one in opened:
            with contextlib.suppress(OSError):
                one.quit()


def _connected(at: Address) -> smtplib.SMTP:
    secure = ssl.create_default_context()
    if at.scheme == "smtps":
        found: smtplib.SMTP = smtplib.SMTP_SSL(at.host, at.port, timeout=SECONDS, context=secure)
    else:
        found = smtplib.SMTP(at.host, at.port, timeout=SECONDS)
    if at.scheme == "smtp+starttls":
        found.starttls(context=secure)
    if at.user:
        found.login(at.user, at.password)
    return found


__all__ = ["Address", "address_of", "own_address", "sending", "take_in"]
