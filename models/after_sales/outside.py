"""What a customer does on his page: a word, a photo, a confirmation, a rating; all of it by the link alone (A3.4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.after_sales.service import ServiceAction
from models.after_sales.tickets import Ticket
from models.base import Act, Source
from models.links import follow_link, make_link
from rules.after_sales import EntryKind, ServiceStatus, TicketStatus
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


# -- his signature under what was done for him -------------------------------------------------------------------------

SHOWN = (ServiceStatus.DONE, ServiceStatus.ACCEPTED, ServiceStatus.FAILED)
LONGEST_NAME = 100


def services_shown(ticket: Ticket) -> Sequence[ServiceAction]:
    """What was done for the ticket, to be accepted or not; the last first."""
    mine = (ServiceAction.ticket_id == ticket.id) & ServiceAction.voided_at.is_(None)
    query = select(ServiceAction).where(mine, ServiceAction.status.in_(SHOWN))
    return ticket.session.scalars(query.order_by(ServiceAction.id.desc())).all()


def sign_off(ticket: Ticket, act: Act, service_id: int, *, helped: bool, name: str, words: str) -> None:
    """The customer accepts what was done, by his name, or says that it did not help, and why.

    The same said twice is said once; the opposite of what was said is a person's matter. Raises NotVisible for what is
    not his ticket's.
    """
    one = next((found for found in services_shown(ticket) if found.id == service_id), None)
    if one is None or ticket.status is TicketStatus.CANCELLED:
        raise NotVisible
    wanted = ServiceStatus.ACCEPTED if helped else ServiceStatus.FAILED
    if one.status is wanted:
        return
    if one.status is not ServiceStatus.DONE:
        raise RuleBroken(
            Words("This was answered already. Please call us.", "该项已有验收结果，如有异议请致电我们。"), clause="A3.3"
        )
    name, words = name.strip()[:LONGEST_NAME], words.strip()[:LONGEST]
    if helped:
        _accepted(one, act, name)
    else:
        _did_not_help(ticket, one, act, name, words)


def _accepted(one: ServiceAction, act: Act, name: str) -> None:
    if not name:
        raise RuleBroken(Words("Please sign with your name.", "请签署姓名。"), field="name", clause="A3.3")
    one.signature = name
    one.perform("accept", act=act, note=f"客户在查询页验收签字：{name}")


def _did_not_help(ticket: Ticket, one: ServiceAction, act: Act, name: str, words: str) -> None:
    if not words:
        raise RuleBroken(Words("Say what is not right yet.", "请说明哪里还没有解决。"), field="text", clause="A3.3")
    one.perform("fail", act=act, note=f"客户在查询页反馈未解决：{words}")
    ticket.perform("log", act=act, kind=str(EntryKind.CUSTOMER_WORD), text=f"{one.no}：{words}")
    ticket.entries[-1].author = name or _name(ticket)


def _name(ticket: Ticket) -> str:
    return ticket.contact or (ticket.customer.name if ticket.customer is not None else "")


__all__ = ["add_word", "confirm", "customer_act", "link_for", "rate", "services_shown", "sign_off", "ticket_behind"]
