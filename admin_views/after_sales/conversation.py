"""A ticket as a conversation: who said what when, in the order in which it was said; what stands beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from admin_views.actions.evaluations import seen_by
from admin_views.columns import cell_of, due_cell
from admin_views.deadlines import left_of
from admin_views.process.origins import origin, set_off_by
from admin_views.registry import panel, record_url
from admin_views.screen import Cell, Fact, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import say, t
from models.actions import ActionItem
from models.after_sales import FollowUpVisit, MailMessage, ServiceAction, Ticket, TicketEvent
from models.after_sales.consequences import measures_for
from models.base import now
from models.regulation import SlaClock, clocks_of
from models.schedule import ProductUnit, SalesOrder
from rules.after_sales import FROM_CUSTOMER, EntryKind
from rules.base import Person
from rules.process import Trigger
from rules.regulation import ClockStatus
from rules.regulation.ladders import REASONS

ICONS = {
    EntryKind.CALL_IN: "phone",
    EntryKind.CALL_OUT: "phone",
    EntryKind.MAIL_IN: "mail",
    EntryKind.MAIL_OUT: "send",
    EntryKind.VISIT: "user",
    EntryKind.PROGRESS_TOLD: "message",
    EntryKind.CUSTOMER_WORD: "message",
    EntryKind.SOLUTION: "tool",
    EntryKind.NOTE: "pencil",
    EntryKind.STATUS: "route",
    EntryKind.RATING: "award",
}
MOST = 200


@dataclass(frozen=True)
class Said:
    """One entry: whose side it is on, and its words."""

    id: int
    side: str
    """customer, ours, note (seen by us alone), step."""
    kind: str
    icon: str
    who: str
    at: Cell
    text: str
    is_visible: bool


def conversation(ticket: Ticket) -> Sequence[Said]:
    """The report itself first, then everything that was said."""
    rows = db.session.scalars(
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id)
        .options(joinedload(TicketEvent.by))
        .order_by(TicketEvent.at, TicketEvent.id)
        .limit(MOST)
    ).all()
    first = Said(
        0,
        "customer",
        say(ticket.channel.words),
        "phone",
        ticket.contact or (ticket.customer.name if ticket.customer is not None else t("Customer", "客户")),
        cell_of(ticket.received_at),
        ticket.description,
        is_visible=True,
    )
    return [first, *(_said(one) for one in rows)]


def _said(one: TicketEvent) -> Said:
    who = one.by.label if one.by is not None else one.author or t("System", "系统")
    return Said(
        one.id,
        _side(one),
        say(one.kind.words),
        ICONS.get(one.kind, "message"),
        who,
        cell_of(one.at),
        one.text,
        is_visible=one.is_visible,
    )


def _side(one: TicketEvent) -> str:
    if one.kind in FROM_CUSTOMER or one.kind is EntryKind.RATING:
        return "customer"
    if one.kind is EntryKind.STATUS:
        return "step"
    return "ours" if one.is_visible else "note"


def facts_beside(ticket: Ticket, person: Person) -> list[Fact]:
    """The order behind the serial number, as far as the person may see it."""
    unit = ticket.product_unit
    if unit is None:
        return []
    found = [
        Fact(t("Shipped", "发货日期"), cell_of(unit.shipped_on)),
        Fact(t("Warranty until", "保修至"), cell_of(unit.warranty_until_on)),
    ]
    order = db.session.scalar(select(SalesOrder).where(SalesOrder.id == unit.order_id, SalesOrder.visible_to(person)))
    if order is not None:
        found.insert(0, Fact(t("Order", "订单"), Cell(order.no, "link", record_url(SalesOrder, order.id))))
    return found


@dataclass(frozen=True)
class Ticking:
    """A clock that runs for the ticket: until when, and why."""

    target: str
    due: Cell
    url: str


def running(ticket: Ticket) -> list[Ticking]:
    """What is owed to the customer now, the nearest first; a clock that waits says so."""
    at = now()
    found = sorted((one for one in clocks_of(ticket) if one.is_open), key=lambda one: one.due_at)
    return [Ticking(say(one.target.words), _ticking(one, at), f"/clocks/{one.id}/") for one in found]


def _ticking(clock: SlaClock, at: datetime) -> Cell:
    if clock.status is ClockStatus.PAUSED:
        waiting = clock.recorded.open_pause
        why = REASONS.get(waiting.reason) if waiting is not None else None
        return Cell(t("paused", "已暂停"), "state", tone="paused", also=say(why) if why is not None else "")
    return due_cell(clock.due_at, at, left=left_of(clock.due_at, at))


@panel(Ticket)
def service(ticket: Ticket, person: Person) -> Panel:
    """What was and is to be done."""
    rows = db.session.scalars(
        select(ServiceAction)
        .where(ServiceAction.ticket_id == ticket.id, ServiceAction.visible_to(person))
        .options(joinedload(ServiceAction.technician))
        .order_by(ServiceAction.id)
    ).all()
    may = ticket.is_open and ServiceAction.access.may_create(person)
    return Panel(
        title=t("Service", "处置"),
        headings=[
            Heading("no", t("Number", "编号")),
            Heading("kind", t("Kind", "方式")),
            Heading("what", t("What", "内容")),
            Heading("technician", t("Technician", "维修人员")),
            Heading("cost", t("Cost", "费用"), "number"),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(ServiceAction, one.id),
                [
                    Cell(one.no, "code"),
                    cell_of(one.kind),
                    Cell(one.what),
                    Cell(one.technician.name),
                    cell_of(one.cost) if one.cost is not None else Cell("", "number"),
                    cell_of(one.status),
                ],
            )
            for one in rows
        ],
        create_url=f"/admin/service_action/new/?ticket={ticket.id}" if may else "",
        create_label=t("Plan a service", "安排处置") if may else "",
    )


@panel(Ticket)
def visits(ticket: Ticket, person: Person) -> Panel | None:
    """What the customer said afterwards."""
    rows = db.session.scalars(
        select(FollowUpVisit)
        .where(FollowUpVisit.ticket_id == ticket.id, FollowUpVisit.visible_to(person))
        .options(joinedload(FollowUpVisit.caller))
        .order_by(FollowUpVisit.id.desc())
    ).all()
    if not rows:
        return None
    return Panel(
        title=t("Follow-up visits", "回访"),
        headings=[
            Heading("no", t("Number", "编号")),
            Heading("due_at", t("Due", "期限")),
            Heading("caller", t("Caller", "回访人")),
            Heading("scores", t("Scores", "评分")),
            Heading("opinion", t("Opinion", "意见")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(FollowUpVisit, one.id),
                [
                    Cell(one.no, "code"),
                    cell_of(one.due_at),
                    Cell(one.caller.name if one.caller is not None else ""),
                    Cell(" / ".join(str(score) for score in one.scores) if one.speed is not None else ""),
                    Cell(one.opinion),
                    cell_of(one.status),
                ],
            )
            for one in rows
        ],
    )


@panel(Ticket)
def measures(ticket: Ticket, person: Person) -> Panel | None:
    """What is done so that it does not come again; of earlier tickets of model and kind as well: was it fixed?"""
    ids = [ticket.id]
    if ticket.model_id is not None and ticket.category is not None:
        ids += db.session.scalars(
            select(Ticket.id)
            .where(Ticket.model_id == ticket.model_id, Ticket.category == ticket.category, Ticket.id < ticket.id)
            .order_by(Ticket.id.desc())
            .limit(100)
        )
    found = measures_for(ids, db.session)
    visible = seen_by(person, found)
    if not found:
        return None
    return Panel(
        title=t("Was it fixed? Measures for this model and kind", "是否已根治：同型号同类问题的改进措施"),
        headings=[
            Heading("no", t("Number", "编号")),
            Heading("description", t("What is wrong", "问题描述")),
            Heading("due_at", t("Due", "期限")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(ActionItem, one.id) if one.id in visible else "",
                [Cell(one.no, "code"), _what(one, visible), cell_of(one.due_at), cell_of(one.status)],
            )
            for one in found
        ],
    )


def _what(one: ActionItem, visible: frozenset[int]) -> Cell:
    """What is wrong, for whoever may look into the measure; others are told how far it is."""
    return Cell(one.description if one.id in visible else "")


@panel(Ticket)
def mails(ticket: Ticket, person: Person) -> Panel | None:
    """The mails behind the conversation."""
    rows = db.session.scalars(
        select(MailMessage)
        .where(MailMessage.ticket_id == ticket.id, MailMessage.visible_to(person))
        .order_by(MailMessage.id)
    ).all()
    return _mails(rows) if rows else None


def _mails(rows: Sequence[MailMessage]) -> Panel:
    return Panel(
        title=t("Mails", "邮件"),
        headings=[
            Heading("subject", t("Subject", "主题")),
            Heading("direction", t("Way", "收发")),
            Heading("at", t("At", "时间")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(MailMessage, one.id),
                [Cell(one.label), cell_of(one.direction), cell_of(one.at), cell_of(one.status)],
            )
            for one in rows
        ],
    )


@panel(ProductUnit)
def tickets_of_unit(unit: ProductUnit, person: Person) -> Panel | None:
    """What was reported of a piece."""
    rows = db.session.scalars(
        select(Ticket)
        .where(Ticket.product_unit_id == unit.id, Ticket.visible_to(person))
        .order_by(Ticket.received_at.desc())
        .limit(20)
    ).all()
    return tickets_panel(rows, t("Tickets", "售后工单")) if rows else None


def tickets_panel(rows: Sequence[Ticket], title: str) -> Panel:
    """Tickets as a small table."""
    return Panel(
        title=title,
        headings=[
            Heading("no", t("Number", "编号")),
            Heading("received_at", t("Received", "接报时间")),
            Heading("description", t("Problem", "问题描述")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(Ticket, one.id),
                [Cell(one.no, "code"), cell_of(one.received_at), Cell(one.description), cell_of(one.status)],
            )
            for one in rows
        ],
    )


origin("ticket", Ticket, Trigger.AFTER_SALES_FEEDBACK, summary=lambda ticket: f"{ticket.no} {ticket.description}")


@panel(Ticket)
def revisions(ticket: Ticket, person: Person) -> Panel | None:
    """Documents that were changed because of it (P1.3, A5.2)."""
    return set_off_by("ticket", ticket, person) if ticket.escalated_at is not None else None
