"""The mailbox: each mail becomes a ticket, a word in one, a note, or is kept aside; once, and none is lost (A2.1)."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.after_sales.around import service_department
from models.after_sales.mails import MailMessage
from models.after_sales.outbox import acknowledge
from models.after_sales.tickets import Ticket
from models.attachments import keep_as_it_came
from models.base import Act, Source
from models.event import Attachment
from models.journal import acting, seal
from models.letters import Enclosed, Opened, open_letter
from models.organisation import Customer, ProductModel
from models.schedule import ProductUnit
from rules.after_sales import Direction, EntryKind, MailState, TicketChannel, TicketStatus
from rules.after_sales.mails import KEPT_ASIDE, Letter, Reason, is_known, keys_in, new_text, numbers_in, refused_for
from rules.base import SYSTEM, RuleBroken, Words
from rules.regulation import ReportSeverity, Urgency

OLDEST = timedelta(days=30)
"""A receipt longer ago than this is not believed: the mail counts from when it was taken."""
SAME_ID = "same_id"
TOO_LARGE = "too_large"
UNREADABLE = Words("This mail cannot be read; write the ticket by hand.", "该邮件无法读取，请手工登记工单。")
SERIAL = re.compile(
    r"(?:出厂编号|序列号|机号|编号|serial(?:\s{0,3}(?:no|number))?)\s{0,3}[.:：]?\s{0,3}([A-Z0-9][A-Z0-9-]{4,40})",
    re.IGNORECASE,
)
TOKEN = re.compile(r"[A-Z][A-Z0-9]*-?[A-Z0-9]+(?:-[A-Z0-9]+)*", re.IGNORECASE)
MOST_TOKENS = 200


@dataclass(frozen=True)
class Box:
    """What the mailbox is: our own addresses, where files are kept."""

    own: Sequence[str]
    folder: Path


def take(session: Session, raw: bytes, box: Box, *, at: datetime, opened: Opened | None = None) -> MailMessage:
    """Takes one mail in and commits. A mail that is there already is given back as it is.

    Whatever a mail is made of, it is kept: what cannot be read, and what is not what it says it is, is kept aside.
    ``opened``: what a child has read already, together with others.
    """
    digest = hashlib.sha256(raw).hexdigest()
    opened = opened or open_letter(raw)
    message_id = opened.letter.message_id or f"<{digest}@no-id>"
    known = _known(session, message_id)
    if known is not None and known.facts.get("sha256") == digest:
        return known
    reason = opened.broken and str(Reason.BROKEN)
    if known is not None:
        is_ours = known.direction is Direction.OUT
        message_id, reason = f"{message_id[:180]}#{digest}"[:255], str(Reason.LOOP) if is_ours else SAME_ID
        if (again := _known(session, message_id)) is not None:
            return again
    act = Act(SYSTEM, at, Source.MAIL)
    with acting(session, act):
        mail = _written(session, opened, message_id, digest, at)
        keep_as_it_came(
            session, act, mail, box.folder, name=f"{digest[:12]}.eml", body=raw, media_type="message/rfc822"
        )
        _decide(session, mail, opened, reason, box, act)
        session.commit()
    return mail


def write_down(session: Session, letter: Letter, box: Box, act: Act) -> MailMessage:
    """A letter that was read elsewhere goes the way of every mail, as part of an act; of its bytes nothing is kept."""
    mail = _written(session, Opened(letter), letter.message_id, "", act.at)
    _decide(session, mail, Opened(letter), "", box, act)
    return mail


def too_large(session: Session, message_id: str, size: int, *, at: datetime) -> MailMessage:
    """A mail that is not fetched because of its size: a person is told that it lies in the mailbox."""
    found = _known(session, message_id)
    if found is not None:
        return found
    act = Act(SYSTEM, at, Source.MAIL)
    with acting(session, act):
        mail = _written(session, Opened(Letter(message_id, "")), message_id, "", at)
        mail.reason, mail.facts = TOO_LARGE, {"size": size}
        mail.perform("keep_aside", act=act)
        session.commit()
    return mail


def _known(session: Session, message_id: str) -> MailMessage | None:
    return session.scalar(select(MailMessage).where(MailMessage.message_id == message_id))


def _written(session: Session, opened: Opened, message_id: str, digest: str, at: datetime) -> MailMessage:
    letter = opened.letter
    mail = MailMessage(
        message_id=message_id,
        direction=Direction.IN,
        at=received_at(letter, at),
        department=service_department(session),
        sender=letter.sender,
        sender_name=letter.sender_name,
        recipient=", ".join([*letter.to, *letter.cc])[:500],
        subject=(letter.subject or "")[:300],
        in_reply_to=next(iter(letter.references), "")[:255],
        body=letter.text,
        facts={"sha256": digest, "cc": list(letter.cc), "files": [one.name for one in opened.files]},
    )
    session.add(mail)
    session.flush()
    return mail


def received_at(letter: Letter, at: datetime) -> datetime:
    """When our own server got it, as its line at the top says; not ahead of our clock, nor long ago."""
    for said in (letter.value("received").rpartition(";")[2], letter.date):
        try:
            found = parsedate_to_datetime(said.strip())
        except (ValueError, TypeError, IndexError):
            continue
        if found.tzinfo is not None and at - OLDEST <= found <= at:
            return found
    return at


def _decide(session: Session, mail: MailMessage, opened: Opened, reason: str, box: Box, act: Act) -> None:
    letter = opened.letter
    found = None if reason else refused_for(letter, box.own)
    reason = reason or str(found or "")
    if opened.broken:
        mail.facts = mail.facts | {"broken": opened.broken}
    if letter.failed_recipient:
        mail.facts = mail.facts | {"failed_recipient": letter.failed_recipient}
    mail.reason = reason
    if found in KEPT_ASIDE or reason in {Reason.BROKEN, SAME_ID}:
        mail.perform("keep_aside", act=act)
    elif reason:
        _note_loop(session, mail, letter)
        mail.perform("ignore", act=act)
    else:
        let_in(session, mail, letter, opened.files, box, act)
        mail.perform("receive", act=act)


def _note_loop(session: Session, mail: MailMessage, letter: Letter) -> None:
    """What an automatic answer belongs to, where it says so; nothing is said to anybody."""
    mail.ticket = _by_reference(session, letter)


# -- a person's word -------------------------------------------------------------------------------------------------


def let_in(
    session: Session, mail: MailMessage, letter: Letter, files: Iterable[Enclosed], box: Box, act: Act
) -> Ticket:
    """A word in the ticket that it answers, else a new ticket, with its files."""
    ticket = _answered(session, letter)
    words = new_text(letter.text) or mail.subject or "-"
    if ticket is not None:
        mail.ticket = ticket
        ticket.perform("log", act=act, kind=str(EntryKind.MAIL_IN), text=words[:5000])
        ticket.entries[-1].author = (letter.sender_name or letter.sender)[:100]
    else:
        ticket = mail.ticket = _opened_by(session, mail, letter, words, act)
        acknowledge(ticket, mail, act)
    for one in files:
        keep_as_it_came(session, act, ticket, box.folder, name=one.name, body=one.body, media_type=one.media_type)
    return ticket


def _answered(session: Session, letter: Letter) -> Ticket | None:
    """The ticket that is meant: by our own key or an earlier mail, or by its number; and by a sender known there."""
    candidates = [_by_reference(session, letter), *_by_number(session, numbers_in(letter.subject or ""))]
    for ticket in candidates:
        if (
            ticket is not None
            and ticket.status is not TicketStatus.CANCELLED
            and _knows(session, ticket, letter.sender)
        ):
            return ticket
    return None


def _by_reference(session: Session, letter: Letter) -> Ticket | None:
    keys = keys_in(letter.references)
    query = select(MailMessage).where(MailMessage.ticket_id.is_not(None))
    found = session.scalar(query.where(MailMessage.key.in_(keys)).limit(1)) if keys else None
    if found is None and letter.references:
        query = query.where(MailMessage.message_id.in_(letter.references), MailMessage.status == MailState.TAKEN)
        found = session.scalar(query.order_by(MailMessage.id.desc()).limit(1))
    return found.ticket if found is not None else None


def _by_number(session: Session, numbers: Sequence[str]) -> list[Ticket]:
    return list(session.scalars(select(Ticket).where(Ticket.no.in_(numbers)))) if numbers else []


def _knows(session: Session, ticket: Ticket, sender: str) -> bool:
    """Whether the sender wrote in this ticket before, or speaks for its customer."""
    known = [ticket.mail]
    if ticket.customer is not None:
        known.append(ticket.customer.mail or "")
    known += session.scalars(
        select(MailMessage.sender).where(
            MailMessage.ticket_id == ticket.id,
            MailMessage.direction == Direction.IN,
            MailMessage.status == MailState.TAKEN,
        )
    )
    return is_known(sender, known)


def _opened_by(session: Session, mail: MailMessage, letter: Letter, words: str, act: Act) -> Ticket:
    """A report by mail: whose, about which piece, as far as it can be read; an agent classifies it."""
    text = f"{letter.subject or ''}\n{letter.text}"
    serial, model = mentioned(session, text)
    ticket = Ticket(
        channel=TicketChannel.MAILBOX,
        received_at=mail.at,
        customer=customer_of(session, letter.sender),
        contact=letter.sender_name[:100],
        mail=letter.sender[:200],
        serial=serial,
        model=model,
        description="\n".join(one for one in ((letter.subject or "").strip(), words) if one)[:5000],
        severity=ReportSeverity.S3,
        urgency=Urgency.MEDIUM,
    )
    session.add(ticket)
    ticket.begin(act)
    return ticket


def customer_of(session: Session, sender: str) -> Customer | None:
    """Whose address it is; else the only customer whose own domain it is."""
    address = sender.casefold()
    exact = session.scalar(select(Customer).where(func.lower(Customer.mail) == address).limit(1))
    if exact is not None:
        return exact
    domain = address.rpartition("@")[2]
    near = session.scalars(
        select(Customer).where(func.lower(Customer.mail).endswith(f"@{domain}", autoescape=True)).limit(2)
    ).all()
    return near[0] if len(near) == 1 and is_known(address, [near[0].mail or ""]) else None


def mentioned(session: Session, text: str) -> tuple[str, ProductModel | None]:
    """Serial number and model that a text names, where we know them or it says that it is one."""
    tokens = [one.upper() for one in TOKEN.findall(text[:20_000])][:MOST_TOKENS]
    unit = session.scalar(select(ProductUnit).where(ProductUnit.serial.in_(tokens)).limit(1)) if tokens else None
    if unit is not None:
        return unit.serial, unit.model
    models = session.scalars(select(ProductModel).where(ProductModel.code.in_(tokens))).all() if tokens else []
    said = SERIAL.search(text[:20_000])
    first = min(models, key=lambda one: tokens.index(one.code), default=None)
    return (said[1].upper() if said else ""), first


# -- what a person lets in -------------------------------------------------------------------------------------------


def release(session: Session, mail: MailMessage, box: Box, act: Act) -> None:
    """Somebody looked at it: it goes the way of every mail, from the bytes that were kept."""
    kept = session.scalar(
        select(Attachment).where(Attachment.entity == "mail_message", Attachment.entity_id == mail.id).limit(1)
    )
    opened = open_letter((box.folder / kept.stored_as).read_bytes()) if kept is not None else Opened(Letter("", ""))
    if opened.broken or not opened.letter.sender:
        raise RuleBroken(UNREADABLE)
    let_in(session, mail, opened.letter, opened.files, box, act.consequence("A2.1"))
    seal(session, mail, "edit", act)


__all__ = ["Box", "customer_of", "let_in", "mentioned", "received_at", "release", "take", "too_large", "write_down"]
