"""What a desk says of after-sales: my clocks, what nobody has, silence, calls due, what technical is asked (A2-A4)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from admin_views.after_sales.pages import is_after_sales
from admin_views.columns import due_cell
from admin_views.deadlines import left_of
from admin_views.registry import desk_card, next_act, record_url
from admin_views.screen import Cell, DeskAct, DeskCard, DeskLine
from admin_views.session import db
from admin_views.words import say, t
from models.after_sales import FollowUpVisit, MailMessage, Ticket
from models.after_sales.queues import Queued, Whose, calls, calls_back, queue
from models.base import now
from models.regulation import SlaClock
from rules.after_sales import MailState
from rules.base import Person, Role
from rules.regulation import ClockStatus, Target

MOST = 8


def _ticket_line(one: Queued, person: Person) -> DeskLine:
    ticket, at = one.ticket, now()
    who = ticket.customer.name if ticket.customer is not None else ticket.contact
    due = None
    if one.clock is not None and one.clock.status is ClockStatus.PAUSED:
        due = Cell(t("paused", "已暂停"), "state", tone="paused")
    elif one.clock is not None:
        due = due_cell(one.clock.due_at, at, left=left_of(one.clock.due_at, at))
    what = say(one.clock.target.words) if one.clock is not None else ""
    detail = " · ".join(part for part in (ticket.no, str(ticket.priority), who, what) if part)
    return DeskLine(ticket.description, record_url(Ticket, ticket.id), detail, due, act=next_act(ticket, person))


@desk_card
def my_tickets(person: Person) -> DeskCard | None:
    """What is in my hands, by the working time that is left."""
    if not person.holds(Role.AFTER_SALES_AGENT) or person.employee_id is None:
        return None
    found = queue(db.session, person, Whose.MINE)
    return DeskCard(
        t("My tickets", "我的工单"),
        [_ticket_line(one, person) for one in found[:MOST]],
        t("Nothing is in your hands.", "您名下没有未结工单。"),
        len(found),
        "headset",
        t("Hotline", "热线登记"),
        "/after-sales/hotline/",
    )


@desk_card
def nobodys(person: Person) -> DeskCard | None:
    """Reports that nobody has taken yet."""
    if not is_after_sales(person):
        return None
    found = queue(db.session, person, Whose.UNASSIGNED)
    return DeskCard(
        t("Reports that nobody has yet", "未指派的工单"),
        [_ticket_line(one, person) for one in found[:MOST]],
        t("Every report is in somebody's hands.", "所有工单均已指派。"),
        len(found),
        "urgent",
        t("Queue", "工单队列"),
        "/after-sales/queue/?whose=unassigned",
    )


@desk_card
def silent(person: Person) -> DeskCard | None:
    """Customers who were not told for too long (A3.4)."""
    if not person.holds(Role.AFTER_SALES_MANAGER):
        return None
    lines = [_silence_line(ticket, clock.due_at) for ticket, clock in _left_in_silence()]
    return DeskCard(
        t("Customers left in silence", "未按时反馈进展"),
        lines,
        t("Every customer was told in time.", "所有客户均已按时获知进展。"),
        len(lines),
        "bell",
        place="watch",
    )


def _left_in_silence() -> Sequence[Any]:
    """Tickets whose customers should have heard from us by now, the longest silence first."""
    query = select(Ticket, SlaClock).join(SlaClock, SlaClock.entity_id == Ticket.id)
    query = query.where(
        SlaClock.entity == "ticket",
        SlaClock.target == Target.SILENCE,
        SlaClock.stopped_at.is_(None),
        SlaClock.due_at < now(),
    )
    query = query.options(joinedload(Ticket.customer), joinedload(Ticket.agent))
    return db.session.execute(query.order_by(SlaClock.due_at).limit(MOST)).all()


def _silence_line(ticket: Ticket, due_at: datetime) -> DeskLine:
    named = (ticket.customer, ticket.agent)
    said = " · ".join([ticket.no, *(one.name for one in named if one is not None)])
    due = due_cell(due_at, now(), left=left_of(due_at, now()))
    return DeskLine(ticket.description, record_url(Ticket, ticket.id), said, due)


@desk_card
def calls_due(person: Person) -> DeskCard | None:
    """Follow-up visits that I may make; what the manager owes first."""
    if not is_after_sales(person):
        return None
    at = now()
    owed = calls_back(db.session, person) if person.holds(Role.AFTER_SALES_MANAGER) else []
    mine = [one for one in calls(db.session, person) if one.solver_id != person.employee_id]
    lines = [
        DeskLine(
            t("Call after a low score: {who}", "低分回访，请致电：{who}", who=_who(one)),
            f"{record_url(FollowUpVisit, one.id)}#verb-call_back",
            one.opinion,
            due_cell(one.call_back_due_at, at, left=left_of(one.call_back_due_at, at))
            if one.call_back_due_at
            else None,
        )
        for one in owed[:MOST]
    ]
    lines += [
        DeskLine(
            _who(one),
            record_url(FollowUpVisit, one.id),
            f"{one.ticket.no} · {one.ticket.phone}",
            due_cell(one.due_at, at, left=left_of(one.due_at, at)),
            act=DeskAct(t("Record", "登记"), f"{record_url(FollowUpVisit, one.id)}#verb-record"),
        )
        for one in mine[: MOST - len(lines)]
    ]
    return DeskCard(
        t("Follow-up visits", "待回访客户"),
        lines,
        t("Nobody is to be called.", "没有待回访客户。"),
        len(owed) + len(mine),
        "phone",
        t("Calls to make", "回访清单"),
        "/after-sales/calls/",
    )


def _who(visit: FollowUpVisit) -> str:
    ticket = visit.ticket
    return ticket.customer.name if ticket.customer is not None else ticket.contact or ticket.no


@desk_card
def handed_over(person: Person) -> DeskCard | None:
    """Tickets that wait for a detailed solution (A3.2)."""
    if not person.holds(Role.TECHNICAL, Role.TECHNICAL_MANAGER):
        return None
    found = queue(db.session, person, Whose.ESCALATED)
    return DeskCard(
        t("Tickets from after-sales", "售后转来的工单"),
        [_ticket_line(one, person) for one in found[:MOST]],
        t("Nothing was handed over.", "没有转来的工单。"),
        len(found),
        "tool",
        t("Queue", "工单队列"),
        "/after-sales/queue/?whose=escalated",
    )


@desk_card
def kept_aside(person: Person) -> DeskCard | None:
    """Mails that a person has to look at: doubtful ones that came, and those that left or not (A2.1, A3.4)."""
    if not is_after_sales(person):
        return None
    doubtful = (MailState.QUARANTINED, MailState.UNCERTAIN, MailState.FAILED)
    query = select(MailMessage).where(MailMessage.status.in_(doubtful), MailMessage.visible_to(person))
    rows = db.session.scalars(query.order_by(MailMessage.id.desc()).limit(MOST)).all()
    if not rows:
        return None
    lines = [
        DeskLine(
            one.subject or one.sender,
            record_url(MailMessage, one.id),
            f"{say(one.status.words)} · {one.sender if one.status is MailState.QUARANTINED else one.recipient}",
        )
        for one in rows
    ]
    return DeskCard(t("Mails to look at", "待处理邮件"), lines, "", len(lines), "mail")
