"""The event browser: who changed what, when, by which way; whether the chain is as it was written (C1.2)."""

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from flask import Blueprint, Response, current_app, flash, json, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import aliased
from werkzeug.wrappers import Response as AnyResponse

from admin_views import exports, lists
from admin_views.columns import Shown, cell_of
from admin_views.event.listing import (
    EventListing,
    Listed,
    about,
    action_choices,
    entity_choices,
    entity_words,
    labels_of,
    tables,
    words_of_action,
)
from admin_views.history import _Names
from admin_views.listing import Question, pick, question, sortable_columns
from admin_views.registry import record_url
from admin_views.screen import Cell, Fact
from admin_views.session import db
from admin_views.signin import act_here, person_here, unauthorised
from admin_views.words import say, t
from models.chain import anchored
from models.event import Event
from models.journal import facts_of
from models.operations import chain_state, check_chain
from models.organisation import Account
from rules.base import NotVisible, NotYours, Role, Words, key_of
from rules.event import EVENT, GENESIS, link

events = Blueprint("events", __name__, url_prefix="/admin/event")
CHECKED_WHILE_WAITING = 200_000
"""A longer chain is looked through at night, or by the command; nobody waits for it."""
LABELS = {
    "seq": Words("Event", "序号"),
    "at": Words("When", "时间"),
    "actor": Words("Who", "操作人"),
    "action": Words("What", "操作"),
    "entity": Words("Kind of record", "记录类型"),
    "entity_id": Words("Record", "记录"),
    "source": Words("By which way", "来源"),
    "reason": Words("Reason", "说明"),
}
COLUMNS = ("seq", "at", "actor", "action", "entity", "entity_id", "source", "reason")
FILTERS = ("entity", "action", "actor", "source", "at")


class Browser:
    """What the list's page asks of a view, for a log that is no record."""

    model = Event
    access = EVENT
    form_columns: ClassVar[tuple[str, ...]] = ()
    bulk_verbs: ClassVar[tuple[str, ...]] = ()
    default_size = 50

    def asked(self, listing: EventListing) -> Question:
        return question(request.args, sortable_columns(Event), listing.filters, self.default_size)

    def lookup_url(self, name: str) -> str:
        return f"/admin/event/look-up/?name={name}"


def shown(name: str) -> Shown:
    match name:
        case "entity":
            return Listed(Event, name, LABELS[name], entity_choices())
        case "action":
            return Listed(Event, name, LABELS[name], action_choices())
    return Shown(Event, name, LABELS[name])


def columns() -> list[Shown]:
    """The columns as they are read: what is said in words is text by then."""
    return [
        Said(Event, name, LABELS[name]) if name in {"seq", "entity_id"} else Shown(Event, name, LABELS[name])
        for name in COLUMNS
    ]


class Said(Shown):
    """The key of a record, shown by its label."""

    kind = "text"


def listing() -> EventListing:
    words = request.args.get("search", "").replace("\0", "").strip()[:100]
    filters = [shown(name) for name in FILTERS]
    return EventListing(Event, columns(), person_here(), filters, about=about(db.session, words))


def refuse_others() -> AnyResponse | None:
    """Only an administrator looks through everything; a record's readers see its history on its page."""
    if not current_user.is_authenticated:
        return unauthorised()
    if not person_here().holds(Role.ADMIN):
        raise NotYours(Words("Events are for administrators.", "操作记录仅供系统管理员查看。"))
    return None


events.before_request(refuse_others)


@events.get("/")
def browse() -> str:
    """The events, the latest first."""
    page = lists.list_page(Browser(), listing())
    placeholder = t("Number of a record, or of an event", "记录编号或操作序号")
    page = replace(page, is_searchable=True, search_placeholder=placeholder)
    return render_template("event/list.html", page=page, chain=chain_state(db.session))


@events.get("/export/<export_type>/")
def export(export_type: str) -> AnyResponse:
    makers = {"csv": exports.as_csv, "xlsx": exports.as_xlsx}
    if export_type not in makers:
        raise NotVisible
    found = listing()
    return makers[export_type](found, Browser().asked(found), say(Event.words))


@events.get("/look-up/")
def look_up() -> AnyResponse:
    """Accounts for the filter."""
    rows = pick(db.session, Account, person_here(), request.args.get("query", ""))
    return Response(json.dumps(rows, ensure_ascii=False), mimetype="application/json")


@events.get("/details/")
def details() -> str:
    """One event: everything that it says, and whether its seal holds."""
    key = key_of(request.args.get("id"))
    if key is None:
        raise NotVisible
    behalf = aliased(Account)
    found = db.session.execute(
        select(Event, Account.login, behalf.login)
        .outerjoin(Account, Account.id == Event.actor_id)
        .outerjoin(behalf, behalf.id == Event.on_behalf_of_id)
        .where(Event.seq == key)
    ).one_or_none()
    if found is None:
        raise NotVisible
    event, actor, on_behalf_of = found
    names = _Names([event])
    changes = [names.change(field, old, new) for field, (old, new) in event.changes.items()]
    return render_template(
        "event/details.html",
        event=event,
        title=f"{entity_words(event.entity)} · {words_of_action(event.entity, event.action)}",
        facts=list(_facts(event, actor, on_behalf_of)),
        changes=changes,
        before=event.seq - 1,
        after=db.session.scalar(select(Event.seq).where(Event.seq == event.seq + 1)),
        all_url=f"/admin/event/?search={_number_of(event)}" if _number_of(event) else "",
        is_sealed=_is_sealed(event),
    )


def _label_of(event: Event) -> str:
    return labels_of(db.session, [(event.entity, event.entity_id)]).get((event.entity, event.entity_id or 0), "")


def _number_of(event: Event) -> str:
    model = tables().get(event.entity)
    record = db.session.get(model, event.entity_id) if model is not None and event.entity_id is not None else None
    return (
        str(getattr(record, model.search_columns[0], "") or "") if record is not None and model.search_columns else ""
    )


def _facts(event: Event, actor: str | None, on_behalf_of: str | None) -> Any:
    model = tables().get(event.entity)
    record = record_url(model, event.entity_id) if model is not None else ""
    label = _label_of(event) or (f"#{event.entity_id}" if event.entity_id is not None else "")
    role = next((say(one.words) for one in Role if str(one) == event.role), t("system", "系统"))
    yield Fact(say(LABELS["at"]), cell_of(event.at))
    yield Fact(say(LABELS["actor"]), Cell(actor or t("system", "系统")))
    yield Fact(t("On behalf of", "代表"), Cell(on_behalf_of or ""))
    yield Fact(t("In the role", "角色"), Cell(role))
    yield Fact(say(LABELS["source"]), Cell(say(event.source.words)))
    yield Fact(say(LABELS["entity_id"]), Cell(label, "relation", record if _label_of(event) else ""))
    yield Fact(t("Clause", "制度条款"), Cell(event.clause, url=f"/regulation/{event.clause}/" if event.clause else ""))
    yield Fact(say(LABELS["reason"]), Cell(event.reason), is_long=True)


def _is_sealed(event: Event) -> bool:
    """Whether the event is as it was written, and follows on the one before it."""
    table = Event.__table__
    facts = db.session.execute(select(*table.columns).where(table.c.seq == event.seq)).mappings().one()
    before = db.session.scalar(select(Event.hash).where(Event.seq == event.seq - 1)) or GENESIS
    return event.prev_hash == before and link(event.prev_hash, facts_of(dict(facts))) == event.hash


@events.post("/check/")
def check() -> AnyResponse:
    """Looks through the whole chain now, and writes down what it found."""
    state = chain_state(db.session)
    if state.length > CHECKED_WHILE_WAITING:
        flash(
            t(
                "{n} events are too many to wait for: they are checked every night, and by “flask events verify”.",
                "共 {n} 条记录，校验耗时较长：系统每晚自动校验，也可执行“flask events verify”。",
                n=state.length,
            ),
            "warning",
        )
        return redirect("/admin/event/")
    notes, _ = anchored(Path(current_app.config["EVENT_ANCHOR"]))
    fault = check_chain(db.session, db.engine, notes, act_here())
    if fault is None:
        flash(
            t("{n} events are as they were written.", "共 {n} 条操作记录，均与写入时一致。", n=state.length), "success"
        )
    else:
        flash(t("Event {n}: {what}", "第 {n} 号：{what}", n=fault.seq, what=fault.words), "danger")
    return redirect("/admin/event/")
