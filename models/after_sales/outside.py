"""What a customer does on his page: a word, a photo, a confirmation, a rating; all of it by the link alone (A3.4)."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.after_sales.tickets import Ticket
from models.base import Act, Source
from models.links import follow_link, make_link
from rules.after_sales import EntryKind, TicketStatus
from rules.base import SYSTEM, NotVisible, RuleBroken, Words
from rules.event import LinkPurpose

LINK_DAYS = 90
"""Calendar days that a customer's link is good for."""
LONGEST = 2000
MOST_WORDS = 50
"""More words than these a customer does not leave on one ticket by himself."""


def link_for(ticket: Ticket, at: datetime) -> str:
    """A fresh token for a customer's page; only its hash is kept."""
    return make_link(ticket.session, LinkPurpose.TICKET, "ticket", ticket.id, until=at + timedelta(days=LINK_DAYS))


def ticket_behind(session: Session, token: str, *, source: str, at: datetime) -> Ticket:
    """The ticket that a token stands for. Raises NotVisible, or 429 after too many guesses."""
    link = follow_link(session, token, LinkPurpose.TICKET, source=source, at=at)
    ticket = session.get(Ticket, link.entity_id) if link.entity == "ticket" else None
    if ticket is None or ticket.voided_at is not None:
        raise NotVisible
    return ticket


def customer_act(at: datetime) -> Act:
    """The customer has no account: the system writes down what he does by his link."""
    return Act(SYSTEM, at, Source.PUBLIC_LINK)


def add_word(ticket: Ticket, act: Act, words: str) -> None:
    """His word in the conversation; it ends the waiting for him."""
    words = words.strip()[:LONGEST]
    if not words:
        raise RuleBroken(Words("Write something first.", "请先填写内容。"), field="text")
    if ticket.status is TicketStatus.CANCELLED:
        raise RuleBroken(Words("This ticket was cancelled.", "该工单已取消。"), field="text")
    said = sum(one.kind is EntryKind.CUSTOMER_WORD for one in ticket.entries)
    if said >= MOST_WORDS:
        raise RuleBroken(Words("That is a lot. Please call us.", "留言次数过多，请致电我们。"), field="text")
    ticket.perform("log", act=act, kind=str(EntryKind.CUSTOMER_WORD), text=words)
    ticket.entries[-1].author = _name(ticket)


def confirm(ticket: Ticket, act: Act) -> None:
    """It is solved, says the customer."""
    ticket.perform("confirm", act=act, note="客户在查询页确认已解决")


def rate(ticket: Ticket, act: Act, rating: int, words: str) -> None:
    """From one to five, once."""
    if ticket.rating is not None:
        raise RuleBroken(
            Words("You have rated already. Thank you.", "您已评价过，谢谢。"), field="rating", clause="A3.4"
        )
    ticket.perform("rate", act=act, rating=rating, note=words.strip()[:LONGEST])


def _name(ticket: Ticket) -> str:
    return ticket.contact or (ticket.customer.name if ticket.customer is not None else "")


__all__ = ["add_word", "confirm", "customer_act", "link_for", "rate", "ticket_behind"]
