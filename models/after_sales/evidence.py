"""What shows that customers are heard, helped, asked afterwards and learnt from (A2, A3, A4.1, A5.2)."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, select

from models.actions import ActionItem
from models.after_sales.follow_ups import FollowUpVisit
from models.after_sales.mails import MailMessage
from models.after_sales.service import ServiceAction
from models.after_sales.tickets import Ticket
from models.regulation import Asked, SlaClock, Tally, evidence
from rules import after_sales
from rules.actions import UNFINISHED, ActionStatus
from rules.after_sales import FollowUpStatus, MailState, ServiceStatus, TicketStatus
from rules.base import Words
from rules.regulation import ClockStatus, Side, Target


def _clock(target: Target, *that: ColumnElement[bool]) -> ColumnElement[bool]:
    mine = select(SlaClock.entity_id).where(SlaClock.entity == "ticket", SlaClock.target == target, *that)
    return Ticket.id.in_(mine)


def _kept(words: Words, target: Target, asked: Asked) -> Tally:
    """Tickets whose time limit was kept, runs, ran out, or was missed."""
    running = SlaClock.stopped_at.is_(None) & (SlaClock.status != ClockStatus.CANCELLED)
    return Tally(
        words,
        Ticket,
        {
            Side.DONE: _clock(target, SlaClock.status == ClockStatus.MET, SlaClock.stopped_at >= asked.since),
            Side.DUE: _clock(target, running, SlaClock.due_at >= asked.at),
            Side.OVERDUE: _clock(target, running, SlaClock.due_at < asked.at),
            Side.EXCEPTION: _clock(target, SlaClock.status == ClockStatus.BREACHED, SlaClock.stopped_at >= asked.since),
        },
        moment=Ticket.received_at,
    )


@evidence("A2.1")
def mails(asked: Asked) -> Iterator[Tally]:
    """Mails that were taken in, and those that wait for a person."""
    yield Tally(
        Words("Mails", "服务邮件"),
        MailMessage,
        {
            Side.DONE: (MailMessage.status == MailState.TAKEN) & (MailMessage.at >= asked.since),
            Side.DUE: MailMessage.status == MailState.QUARANTINED,
            Side.EXCEPTION: MailMessage.status.in_((MailState.FAILED, MailState.UNCERTAIN)),
        },
        moment=MailMessage.at,
    )


@evidence("A2.2")
def acceptance(asked: Asked) -> Iterator[Tally]:
    yield _kept(Words("Reports accepted in time", "工单按时受理"), Target.ACCEPTANCE, asked)


@evidence("A2.3")
def classified(asked: Asked) -> Iterator[Tally]:
    """Each report has a kind; what was accepted without one is still to be classified."""
    is_open = Ticket.status.in_(after_sales.OPEN)
    yield Tally(
        Words("Reports classified", "问题分类分级"),
        Ticket,
        {
            Side.DONE: Ticket.category.is_not(None) & (Ticket.received_at >= asked.since),
            Side.DUE: Ticket.category.is_(None) & is_open,
        },
        moment=Ticket.received_at,
    )


@evidence("A3.1")
def first_contact(asked: Asked) -> Iterator[Tally]:
    yield _kept(Words("First contact in time", "按时首次联系"), Target.FIRST_CONTACT, asked)
    yield _kept(Words("First solution in time", "按时给出初步方案"), Target.FIRST_SOLUTION, asked)


@evidence("A3.2")
def technical(asked: Asked) -> Iterator[Tally]:
    yield _kept(Words("Technical solutions in time", "按时给出技术方案"), Target.TECHNICAL_SOLUTION, asked)


@evidence("A3.3")
def service(asked: Asked) -> Iterator[Tally]:
    """What was carried out, and what is still to be."""
    yield Tally(
        Words("Service actions", "售后处置"),
        ServiceAction,
        {
            Side.DONE: ServiceAction.status.in_((ServiceStatus.DONE, ServiceStatus.ACCEPTED))
            & (ServiceAction.done_at >= asked.since),
            Side.DUE: ServiceAction.status.in_((ServiceStatus.PLANNED, ServiceStatus.IN_PROGRESS)),
            Side.EXCEPTION: (ServiceAction.status == ServiceStatus.FAILED) & (ServiceAction.done_at >= asked.since),
        },
        moment=ServiceAction.updated_at,
    )


@evidence("A3.4")
def told(asked: Asked) -> Iterator[Tally]:
    yield _kept(Words("Customers told how it goes", "按时反馈进展"), Target.SILENCE, asked)
    yield Tally(
        Words("Rated by customers", "客户评价"),
        Ticket,
        {
            Side.DONE: Ticket.rated_at >= asked.since,
            Side.DUE: Ticket.rated_at.is_(None) & (Ticket.status == TicketStatus.RESOLVED),
        },
        moment=Ticket.received_at,
    )


@evidence("A4.1")
def visits(asked: Asked) -> Iterator[Tally]:
    """Who was asked afterwards; who could not be reached or did not want to is an exception."""
    is_open = FollowUpVisit.status.in_(after_sales.OPEN_VISITS)
    yield Tally(
        Words("Follow-up visits", "售后回访"),
        FollowUpVisit,
        {
            Side.DONE: (FollowUpVisit.status == FollowUpStatus.DONE) & (FollowUpVisit.done_at >= asked.since),
            Side.DUE: is_open & (FollowUpVisit.due_at >= asked.at),
            Side.OVERDUE: is_open & (FollowUpVisit.due_at < asked.at),
            Side.EXCEPTION: FollowUpVisit.status.in_((FollowUpStatus.UNREACHABLE, FollowUpStatus.REFUSED))
            & (FollowUpVisit.due_at >= asked.since),
        },
        moment=FollowUpVisit.due_at,
    )


@evidence("A5.2")
def measures(asked: Asked) -> Iterator[Tally]:
    """What was learnt from tickets and is put right at its root."""
    mine = ActionItem.clause == "A5.2"
    is_open = ActionItem.status.in_(UNFINISHED)
    yield Tally(
        Words("Measures from after-sales", "售后改进措施"),
        ActionItem,
        {
            Side.DONE: (ActionItem.status == ActionStatus.CLOSED) & mine & (ActionItem.closed_at >= asked.since),
            Side.DUE: is_open & mine & (ActionItem.due_at >= asked.at),
            Side.OVERDUE: is_open & mine & (ActionItem.due_at < asked.at),
        },
        moment=ActionItem.due_at,
    )
