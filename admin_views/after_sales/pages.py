"""After-sales pages that are no table's: hotline, queue with its board, calls to be made (A1.1, A2.2, A4.1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from admin_views import faults
from admin_views.columns import cell_of, due_cell
from admin_views.deadlines import left_of
from admin_views.fields import clean
from admin_views.once import made_by_this_form, remember_form, token_again
from admin_views.registry import MenuPage, menu_page, next_act, record_url
from admin_views.screen import Cell, DeskAct, Option
from admin_views.session import db
from admin_views.signin import act_here, person_here, unauthorised
from admin_views.words import exact_date, say, t
from models.after_sales import FollowUpVisit, Ticket
from models.after_sales.callers import Caller, callers
from models.after_sales.queues import Queued, Whose, calls, calls_back, loads, queue
from models.base import Act, now, on_date
from models.journal import acting
from models.organisation import Customer, ProductModel
from models.regulation import SlaClock
from rules.after_sales import AFTER_SALES, EntryKind, TicketCategory, TicketChannel, TicketStatus, Warranty, warranty_of
from rules.base import NO_EMPLOYEE, Choice, Faulty, NotYours, Person, Role, RuleBroken, Words, key_of, names_of
from rules.regulation import ClockStatus, ReportSeverity, Urgency

desks = Blueprint("after_sales", __name__, url_prefix="/after-sales")


def is_after_sales(person: Person) -> bool:
    return person.employee_id is not None and person.holds(*AFTER_SALES)


def sees_queue(person: Person) -> bool:
    return person.holds(*AFTER_SALES, Role.TECHNICAL, Role.TECHNICAL_MANAGER, Role.GENERAL_MANAGER, Role.ADMIN)


menu_page(MenuPage("after_sales", Words("Hotline", "热线登记"), "/after-sales/hotline/", is_after_sales, "headset"))
menu_page(MenuPage("after_sales", Words("Queue", "工单队列"), "/after-sales/queue/", sees_queue, "layout-list"))
menu_page(MenuPage("after_sales", Words("Calls to make", "回访清单"), "/after-sales/calls/", is_after_sales, "phone"))


def _refuse(may: Callable[[Person], bool]) -> Person:
    person = person_here()
    if not may(person):
        if person.employee_id is None and person.holds(Role.ADMIN):
            raise NotYours(NO_EMPLOYEE)
        raise NotYours(Words("This page is for: {who}.", "此页面仅限：{who}。", who=names_of(AFTER_SALES)))
    return person


# -- hotline ---------------------------------------------------------------------------------------------------------


@desks.get("/hotline/")
def hotline() -> AnyResponse | str:
    """Who is on the line, and the report he makes: one page, from the telephone number to the ticket."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = _refuse(is_after_sales)
    return _hotline(person, request.args, {}, 200)


@desks.post("/hotline/")
def take_report() -> AnyResponse | str:
    """One form, one ticket, however often it is sent."""
    if not current_user.is_authenticated:
        return unauthorised()
    _refuse(is_after_sales)
    if (twin := made_by_this_form(Ticket)) is not None:
        return redirect(record_url(Ticket, twin))
    try:
        ticket = _written(act_here())
    except IntegrityError:
        db.session.rollback()
        if (twin := made_by_this_form(Ticket)) is not None:
            return redirect(record_url(Ticket, twin))
        raise
    except RuleBroken as refused:
        wrong = refused.faults if isinstance(refused, Faulty) else {refused.field or "": refused.words}
        sentences = {name: say(words) for name, words in wrong.items()}
        faults.note_refusal(refused)
        return _hotline(person_here(), request.form, sentences, refused.status)
    flash(t("Recorded: {no}.", "已登记：{no}。", no=ticket.no), "success")
    return redirect(record_url(Ticket, ticket.id))


def _written(act: Act) -> Ticket:
    sent = request.form
    description = clean(sent.get("description", "")).strip()[:5000]
    if not description:
        raise Faulty({"description": Words("Write what the customer reports.", "请填写客户反映的问题。")})
    with acting(db.session, act):
        ticket = Ticket(
            received_at=act.at,
            channel=_one(TicketChannel, sent.get("channel", ""), TicketChannel.HOTLINE),
            customer=_seen(Customer, sent.get("customer", "")),
            contact=clean(sent.get("contact", "")).strip()[:100],
            phone=clean(sent.get("phone", "")).strip()[:32],
            mail=clean(sent.get("mail", "")).strip()[:200],
            model=_seen(ProductModel, sent.get("model", "")),
            serial=clean(sent.get("serial", "")).strip()[:64],
            description=description,
            category=_one(TicketCategory, sent.get("category", ""), None),
            severity=_one(ReportSeverity, sent.get("severity", ""), ReportSeverity.S3),
            urgency=_one(Urgency, sent.get("urgency", ""), Urgency.MEDIUM),
        )
        db.session.add(ticket)
        ticket.begin(act)
        _taken(ticket, act, clean(sent.get("told", "")).strip()[:5000])
        remember_form(act, ticket)
        db.session.flush()
    return ticket


def _taken(ticket: Ticket, act: Act, told: str) -> None:
    """Whoever is on the line has it; what he told the customer is the first contact."""
    if ticket.why_not("accept", act.by) is not None:
        if told:
            ticket.perform("log", act=act, kind=str(EntryKind.CALL_IN), text=told)
        return
    ticket.perform("accept", act=act)
    if told:
        ticket.perform("contact", act=act, kind=str(EntryKind.CALL_IN), text=told)


def _seen(model: Any, given: str) -> Any:
    """A record that the person may see; None for nothing."""
    key = key_of(given)
    if key is None:
        return None
    query = select(model).where(model.id == key, model.visible_to(person_here()), model.voided_at.is_(None))
    return db.session.scalar(query)


def _one(kind: type[Choice], given: str, otherwise: Any) -> Any:
    return next((one for one in kind if str(one) == given), otherwise)


@dataclass(frozen=True)
class Found:
    """A caller as the page shows him."""

    caller: Caller
    is_chosen: bool
    url: str
    units: Sequence[tuple[Any, str, Cell, str]]
    """Each piece with its warranty, its tone, and where it is chosen."""


def _hotline(person: Person, given: Any, wrong: dict[str, str], status: int) -> AnyResponse:
    words = clean(given.get("q", ""))[:60]
    found = callers(db.session, person, words)
    key = given.get("customer", "")
    chosen = next((one for one in found if str(one.customer.id) == key), found[0] if len(found) == 1 else None)
    serial = given.get("serial", "") or (chosen.unit.serial if chosen is not None and chosen.unit is not None else "")
    unit = next((one for one in chosen.units if one.serial == serial), None) if chosen is not None else None
    body = render_template(
        "after_sales/hotline.html",
        words=words,
        found=[_found(one, words, is_chosen=one is chosen) for one in found],
        chosen=chosen,
        sent=given,
        wrong=wrong,
        token=token_again(),
        serial=serial,
        unit=unit,
        models=_models(given.get("model", "") or (str(unit.model_id) if unit is not None else "")),
        categories=_options(TicketCategory, given.get("category", "")),
        severities=_options(ReportSeverity, given.get("severity", "") or "S3"),
        urgencies=_options(Urgency, given.get("urgency", "") or "medium"),
        channels=_options(TicketChannel, given.get("channel", "") or "hotline"),
        may_accept=person.holds(Role.AFTER_SALES_AGENT),
        cell_of=cell_of,
        record_url=record_url,
        ticket_model=Ticket,
    )
    return make_response(body, status)


def _found(one: Caller, words: str, *, is_chosen: bool) -> Found:
    base = f"?{urlencode({'q': words, 'customer': one.customer.id})}"
    on = on_date(now())
    units = []
    for unit in one.units:
        warranty = warranty_of(unit.warranty_until_on, on)
        until = exact_date(unit.warranty_until_on) if unit.warranty_until_on else ""
        tone = {Warranty.IN_WARRANTY: "met", Warranty.EXPIRED: "breached"}.get(warranty, "off")
        units.append(
            (
                unit,
                until,
                Cell(say(warranty.words), "state", tone=tone),
                f"{base}&{urlencode({'serial': unit.serial})}#report",
            )
        )
    return Found(one, is_chosen, f"{base}#report", units)


def _models(chosen: str) -> list[Option]:
    rows = db.session.execute(
        select(ProductModel.id, ProductModel.code, ProductModel.name)
        .where(ProductModel.voided_at.is_(None))
        .order_by(ProductModel.code)
        .limit(500)
    )
    return [Option(str(key), f"{code} {name}", str(key) == chosen) for key, code, name in rows]


def _options(kind: type[Choice], chosen: str) -> list[Option]:
    return [Option(str(one), say(one.words), str(one) == chosen) for one in kind]


# -- queue -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A ticket in the queue."""

    ticket: Ticket
    url: str
    state: Cell
    priority: Cell
    what: str
    """Which clock is due first."""
    due: Cell
    act: DeskAct | None


PRIORITY_TONES = {"P1": "overdue", "P2": "soon", "P3": "running", "P4": "off"}
BOARD = (
    TicketStatus.NEW,
    TicketStatus.ACCEPTED,
    TicketStatus.IN_PROGRESS,
    TicketStatus.PENDING_CUSTOMER,
    TicketStatus.PENDING_PARTS,
    TicketStatus.ESCALATED,
    TicketStatus.EXECUTING,
    TicketStatus.REOPENED,
)


@desks.get("/queue/")
def the_queue() -> AnyResponse | str:
    """Open tickets by the working time that is left; as a list or as a board; who has how much."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = _refuse(sees_queue)
    is_agent = is_after_sales(person)
    is_mine = is_agent and not person.holds(Role.AFTER_SALES_MANAGER)  # who assigns looks at everybody's first
    otherwise = Whose.MINE if is_mine else Whose.ESCALATED if person.holds(Role.TECHNICAL) else Whose.TEAM
    whose = _one(Whose, request.args.get("whose", ""), otherwise)
    lines = [_line(one, person) for one in queue(db.session, person, whose)]
    as_board = request.args.get("as") == "board"
    people = loads(db.session, now()) if is_agent else []
    return render_template(
        "after_sales/queue.html",
        whose=whose,
        tabs=[(str(one), say(one.words), one is whose) for one in Whose],
        lines=lines,
        as_board=as_board,
        columns=[(one, [line for line in lines if line.ticket.status is one]) for one in BOARD] if as_board else [],
        loads=people,
        takers=[one for one in people if one.may_take],
        may_assign=is_agent,
        say=say,
    )


def _line(one: Queued, person: Person) -> Line:
    ticket = one.ticket
    return Line(
        ticket,
        record_url(Ticket, ticket.id),
        cell_of(ticket.status),
        Cell(str(ticket.priority), "state", say(ticket.priority.words), tone=PRIORITY_TONES[str(ticket.priority)]),
        say(one.clock.target.words) if one.clock is not None else "",
        _due(one.clock),
        next_act(ticket, person),
    )


def _due(clock: SlaClock | None) -> Cell:
    if clock is None:
        return Cell("")
    at = now()
    if clock.status is ClockStatus.PAUSED:
        return Cell(t("paused", "已暂停"), "state", tone="paused")
    return due_cell(clock.due_at, at, left=left_of(clock.due_at, at))


# -- calls -----------------------------------------------------------------------------------------------------------


@desks.get("/calls/")
def calls_to_make() -> AnyResponse | str:
    """Whom to call, by when, at which number; what the manager still owes."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = _refuse(is_after_sales)
    at = now()
    lines = [
        {
            "visit": one,
            "ticket": one.ticket,
            "url": record_url(FollowUpVisit, one.id),
            "ticket_url": record_url(Ticket, one.ticket_id),
            "due": due_cell(one.due_at, at, left=left_of(one.due_at, at)),
            "is_own": one.solver_id == person.employee_id,
        }
        for one in calls(db.session, person)
    ]
    back = [
        {
            "visit": one,
            "ticket": one.ticket,
            "url": f"{record_url(FollowUpVisit, one.id)}#verb-call_back",
            "due": due_cell(one.call_back_due_at, at, left=left_of(one.call_back_due_at, at))
            if one.call_back_due_at is not None
            else Cell(""),
        }
        for one in calls_back(db.session, person)
    ]
    mine = [one for one in lines if not one["is_own"]]
    return render_template(
        "after_sales/calls.html",
        lines=mine,
        own=len(lines) - len(mine),
        back=back,
        may_call_back=person.holds(Role.AFTER_SALES_MANAGER),
    )
