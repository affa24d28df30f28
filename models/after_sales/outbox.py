"""Mails that go out: queued with what they belong to, sent by the worker, tried again, never to machines (A3.4)."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.after_sales.mails import MailMessage
from models.after_sales.outside import link_for
from models.after_sales.tickets import Ticket
from models.base import COMPANY_ZONE, Act, Source
from models.journal import acting
from rules.addresses import mail_address
from rules.after_sales import Direction, EntryKind, MailState
from rules.base import SYSTEM, RuleBroken, Words

LINK = "{link}"
"""Stands in a kept text where the customer's link goes; the link itself is made when it is sent, and not kept."""
TRIES = 6
WAIT = timedelta(minutes=2)
MOST_ACKNOWLEDGED = 5
"""Acknowledgements to one address within a day: whoever sends more is answered by a person."""
AT_ONCE = 50
MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,250}>")
"""What strangers call their mails; anything else does not go into a head of ours."""
IN_FLIGHT = timedelta(minutes=10)
"""Longer than any server takes to accept a mail: what is being sent for longer was interrupted."""
ACKNOWLEDGED = (
    "您好：\n\n您反映的问题已收到，工单号 {no}，我们将尽快与您联系。\n进度查询：{link}\n\n"
    "We have received your report (ticket {no}) and will contact you soon. Progress: {link}\n"
)
SOLVED = (
    "您好：\n\n工单 {no} 已处理完成：{solution}\n请确认结果并评价：{link}\n\n"
    "Ticket {no} is solved. Please confirm and rate: {link}\n"
)

KEY_MAKER = "mail_key_maker"
"""In the information of a session that makes the demo company: its mails are the same for the same seed."""

Send = Callable[[EmailMessage], None]


@dataclass(frozen=True)
class Sender:
    """How mails leave: from whom, under which public address, by what."""

    address: str
    public_url: str
    send: Send


def queue_mail(ticket: Ticket, act: Act, *, to: str, text: str, is_automatic: bool = False) -> MailMessage:
    """A mail to be sent for a ticket; its message id carries a key, so that the answer finds its way."""
    address = mail_address(to)
    if not address:
        raise RuleBroken(Words("Give a mail address.", "请填写收件邮箱。"), field="to")
    key = ticket.session.info.get(KEY_MAKER, _unguessable)()
    last = ticket.session.scalar(
        select(MailMessage)
        .where(MailMessage.ticket_id == ticket.id, MailMessage.direction == Direction.IN)
        .order_by(MailMessage.id.desc())
        .limit(1)
    )
    mail = MailMessage(
        message_id=f"<t.{key}@queued>",
        key=key,
        direction=Direction.OUT,
        at=act.at,
        department_id=ticket.department_id,
        recipient=address,
        subject=f"[{ticket.no}] {ticket.description.splitlines()[0][:80]}",
        in_reply_to=last.message_id if last is not None else "",
        body=text,
        facts={"automatic": is_automatic},
        ticket=ticket,
    )
    ticket.session.add(mail)
    ticket.session.flush()
    mail.perform("queue", act=act.consequence("A3.4"))
    return mail


def _unguessable() -> str:
    return secrets.token_urlsafe(24)


def answer(ticket: Ticket, act: Act, *, to: str, text: str) -> MailMessage:
    """An agent's answer: in the conversation and in the outbox, together; of an accepted ticket the first contact."""
    words = text.strip()
    if not words:
        raise RuleBroken(Words("Write the answer first.", "请先填写回复内容。"), field="text", clause="C2.2")
    mail = queue_mail(ticket, act, to=to, text=words)
    verb = "contact" if str(ticket.status) == "accepted" else "log"
    ticket.perform(verb, act=act, kind=str(EntryKind.MAIL_OUT), text=words)
    return mail


def acknowledge(ticket: Ticket, mail: MailMessage, act: Act) -> None:
    """That it was received, and under which number; not endlessly to the same address."""
    since = act.at - timedelta(days=1)
    sent = ticket.session.scalar(
        select(func.count())
        .select_from(MailMessage)
        .where(
            MailMessage.direction == Direction.OUT,
            func.lower(MailMessage.recipient) == mail.sender.lower(),
            MailMessage.at >= since,
        )
    )
    if (sent or 0) < MOST_ACKNOWLEDGED and is_mail_address(mail.sender):
        queue_mail(ticket, act, to=mail.sender, text=ACKNOWLEDGED.replace("{no}", ticket.no), is_automatic=True)


def ask_for_rating(ticket: Ticket, act: Act) -> None:
    """The solution with the link by which the customer confirms and rates it, where he gave a mail address."""
    to = ticket.mail
    if is_mail_address(to):
        text = SOLVED.replace("{no}", ticket.no).replace("{solution}", ticket.solution_text)
        queue_mail(ticket, act, to=to, text=text, is_automatic=True)


def is_mail_address(written: str) -> bool:
    """Whether anything can be sent there."""
    try:
        return mail_address(written) is not None
    except RuleBroken:
        return False


# -- sending ---------------------------------------------------------------------------------------------------------


def send_due(session: Session, sender: Sender, *, at: datetime) -> int:
    """Sends what is due, each in transactions of its own; what cannot be sent is tried again later, then said so."""
    _settle_interrupted(session, at)
    keys = session.scalars(
        select(MailMessage.id)
        .where(MailMessage.status == MailState.QUEUED, MailMessage.next_try_at <= at)
        .order_by(MailMessage.next_try_at)
        .limit(AT_ONCE)
    ).all()
    session.commit()
    return sum(_send(session, key, sender, at) for key in keys)


def _settle_interrupted(session: Session, at: datetime) -> None:
    """What we were sending when we were stopped may have left or not, and no mail server can tell.

    An answer that somebody wrote is his to judge; what is automatic goes again, under the same message id.
    """
    stuck = select(MailMessage).where(MailMessage.status == MailState.SENDING, MailMessage.next_try_at < at - IN_FLIGHT)
    for mail in session.scalars(stuck.order_by(MailMessage.id).limit(AT_ONCE).with_for_update()).all():
        with acting(session, Act(SYSTEM, at, Source.SCHEDULER)) as act:
            mail.perform("postpone" if mail.facts.get("automatic") else "doubt", act=act)
            mail.next_try_at = at
    session.commit()


def _send(session: Session, key: int, sender: Sender, at: datetime) -> int:
    """It is claimed before it leaves: nobody else sends it, and killed in between it is not silently sent twice."""
    act = Act(SYSTEM, at, Source.SCHEDULER)
    letter = _claimed(session, key, sender, act)
    if letter is None:
        return 0
    fault = ""
    try:
        sender.send(letter)
    except (OSError, ValueError) as broken:  # smtplib's own faults are OSErrors; what no wire takes is a ValueError
        fault = _said(broken)
    with acting(session, act):
        mail = session.get_one(MailMessage, key)
        if fault:
            _try_later(mail, act, fault)
        else:
            mail.perform("send", act=act)
        session.commit()
    return int(not fault)


def _claimed(session: Session, key: int, sender: Sender, act: Act) -> EmailMessage | None:
    """The mail as it goes, marked as on its way; None = somebody else has it, or it cannot be written."""
    mail = session.scalar(select(MailMessage).where(MailMessage.id == key).with_for_update())
    if mail is None or mail.status is not MailState.QUEUED:
        session.rollback()
        return None
    with acting(session, act):
        mail.perform("begin", act=act)
        try:
            letter = _letter(mail, sender, act.at)
        except (
            ValueError,
            TypeError,
            LookupError,
            AttributeError,
        ) as broken:  # what the standard library stumbles over
            letter, mail.error = None, _said(broken)
            mail.perform("fail", act=act, note=mail.error)
        session.commit()
    return letter


def _said(broken: Exception) -> str:
    return f"{type(broken).__name__}: {broken}"[:300]


def _try_later(mail: MailMessage, act: Act, fault: str) -> None:
    mail.attempts, mail.error = mail.attempts + 1, fault
    if mail.attempts >= TRIES:
        mail.perform("fail", act=act, note=fault)
        return
    mail.perform("postpone", act=act)
    mail.next_try_at = act.at + WAIT * 2**mail.attempts


def _letter(mail: MailMessage, sender: Sender, at: datetime) -> EmailMessage:
    """The mail as it goes: our mark against loops, a key in its id, the customer's link made now."""
    text = mail.body
    if LINK in text and mail.ticket is not None:
        text = text.replace(LINK, f"{sender.public_url.rstrip('/')}/t/{link_for(mail.ticket, at)}/")
    domain = sender.address.rpartition("@")[2]
    mail.message_id, mail.sender = f"<t.{mail.key}@{domain}>", sender.address
    letter = EmailMessage()
    letter["From"] = formataddr(("售后服务", sender.address))
    letter["To"] = mail.recipient
    letter["Subject"] = " ".join(mail.subject.splitlines())
    letter["Date"] = format_datetime(at.astimezone(COMPANY_ZONE))
    letter["Message-ID"] = mail.message_id
    letter["X-Loop"] = sender.address
    if MESSAGE_ID.fullmatch(mail.in_reply_to):
        letter["In-Reply-To"] = letter["References"] = mail.in_reply_to
    if mail.facts.get("automatic"):
        letter["Auto-Submitted"] = "auto-replied"
    letter.set_content(text)
    return letter


__all__ = ["Sender", "acknowledge", "answer", "ask_for_rating", "queue_mail", "send_due"]
