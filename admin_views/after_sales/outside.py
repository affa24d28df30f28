"""The customer's own page by a link: progress, a word or photo, a confirmation, a rating; for a phone (A3.4)."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin_views.after_sales.conversation import conversation
from admin_views.columns import cell_of
from admin_views.fields import clean
from admin_views.once import picture
from admin_views.public import behind_a_link, public_address
from admin_views.registry import record_url, views
from admin_views.session import db
from admin_views.signin import act_here, person_here, source_address, unauthorised
from admin_views.words import exact_instant, near_instant, say, t
from models.after_sales import ServiceAction, Ticket
from models.after_sales.outbox import answer as send_answer
from models.after_sales.outside import (
    add_word,
    confirm,
    customer_act,
    link_for,
    rate,
    services_shown,
    sign_off,
    ticket_behind,
)
from models.base import Act, now
from models.event import Attachment
from models.journal import acting
from rules.after_sales import AFTER_SALES, ServiceStatus
from rules.base import NotVisible, NotYours, RuleBroken, Words, key_of, names_of
from rules.event import AttachmentKind

outside = Blueprint("customers_page", __name__)
STAGES = (
    (Words("Received", "已接报"), ("new",)),
    (Words("Accepted", "已受理"), ("accepted",)),
    (
        Words("Being worked on", "处理中"),
        ("in_progress", "pending_customer", "pending_parts", "escalated", "executing", "reopened"),
    ),
    (Words("Solved", "已解决"), ("resolved",)),
    (Words("Closed", "已关闭"), ("closed",)),
)
MOST_PHOTOS = 20


@outside.get("/t/<token>/")
@behind_a_link
def progress(token: str) -> AnyResponse | str:
    """How far his ticket is, and what was said to him; nothing of what is said among us."""
    return _page(ticket_behind(db.session, token, source=source_address(), at=now()), "")


@outside.post("/t/<token>/")
@behind_a_link
def answer(token: str) -> AnyResponse | str:
    """What the customer sends; each button one thing."""
    ticket = ticket_behind(db.session, token, source=source_address(), at=now())
    act = customer_act(now())
    try:
        with acting(db.session, act):
            _done(ticket, act)
            db.session.flush()
    except NotVisible:
        raise
    except RuleBroken as refused:
        db.session.rollback()
        ticket = ticket_behind(db.session, token, source=source_address(), at=now())
        return make_response(_page(ticket, say(refused.words)), refused.status)
    flash(t("Thank you. It is noted.", "谢谢，已收到。"), "success")
    return redirect(f"/t/{token}/")


def _done(ticket: Ticket, act: Act) -> None:
    match request.form.get("do", ""):
        case "word":
            _photo(ticket, act)
            add_word(ticket, act, clean(request.form.get("text", "")) or t("Photo", "照片"))
        case "confirm":
            confirm(ticket, act)
        case "rate":
            given = request.form.get("rating", "")
            rate(ticket, act, int(given) if given in set("12345") else 0, clean(request.form.get("text", "")))
        case "accept" | "fail" as answered:
            key = key_of(request.form.get("service")) or 0
            name, words = (clean(request.form.get(one, "")) for one in ("name", "text"))
            sign_off(ticket, act, key, helped=answered == "accept", name=name, words=words)
        case _:
            raise NotVisible


def _photo(ticket: Ticket, act: Act) -> None:
    """A picture, if one was sent with the words."""
    sent = request.files.get("photo")
    if sent is not None and sent.filename and len(_photos(ticket)) >= MOST_PHOTOS:  # before anything is kept
        raise RuleBroken(Words("No more photos can be added here.", "照片数量已达上限。"), field="photo")
    found = picture(act, ticket, "photo", fault_at="photo")
    if found is None and not request.form.get("text", "").strip():
        raise RuleBroken(Words("Write something or choose a photo.", "请填写内容或选择照片。"), field="text")


def _photos(ticket: Ticket) -> list[Attachment]:
    query = select(Attachment).where(
        Attachment.entity == "ticket", Attachment.entity_id == ticket.id, Attachment.kind == AttachmentKind.PHOTO
    )
    return list(db.session.scalars(query))


def _page(ticket: Ticket, fault: str) -> str:
    status = str(ticket.status)
    at = next((place for place, (_, states) in enumerate(STAGES) if status in states), len(STAGES) - 1)
    visible = [one for one in conversation(ticket) if one.is_visible and one.side in {"customer", "ours"}]
    return render_template(
        "after_sales/customer.html",
        ticket=ticket,
        stages=[(say(words), place) for place, (words, _) in enumerate(STAGES)],
        at=at,
        state=cell_of(ticket.status),
        entries=visible,
        fault=fault,
        received=exact_instant(ticket.received_at),
        may_confirm=status == "resolved",
        may_rate=status in {"resolved", "closed"} and ticket.rating is None,
        is_cancelled=status == "cancelled",
        photos=len(_photos(ticket)),
        services=[_service(one) for one in services_shown(ticket)],
        name=ticket.contact,
    )


def _service(one: ServiceAction) -> dict[str, Any]:
    """What was done, as the customer reads it; to be signed while nobody has said whether it helped."""
    return {
        "id": one.id,
        "kind": say(one.kind.words),
        "what": one.what,
        "result": one.result,
        "serials": f"{one.old_serial} → {one.new_serial}" if one.new_serial else "",
        "done": near_instant(one.done_at) if one.done_at else "",
        "signature": one.signature,
        "may_sign": one.status is ServiceStatus.DONE,
        "is_accepted": one.status is ServiceStatus.ACCEPTED,
    }


@outside.post("/after-sales/link/")
def give_link() -> AnyResponse:
    """A fresh link for the customer, shown once to whoever looks after him."""
    if not current_user.is_authenticated:
        return unauthorised()
    ticket = views()["ticket"].one(request.form.get("id"))
    if not person_here().holds(*AFTER_SALES):
        raise NotYours(Words("Only {who} give it out.", "仅{who}可以提供。", who=names_of(AFTER_SALES)))
    with acting(db.session, act_here()) as act:
        token = link_for(ticket, act.at)
        db.session.flush()
    flash(
        t(
            "For the customer, shown once: {url}",
            "客户查询链接（仅显示一次）：{url}",
            url=public_address(f"/t/{token}/"),
        ),
        "info",
    )
    return redirect(record_url(Ticket, ticket.id))


@outside.post("/after-sales/answer/")
def answer_by_mail() -> AnyResponse:
    """An agent's answer: in the conversation and in the outbox."""
    if not current_user.is_authenticated:
        return unauthorised()
    ticket = views()["ticket"].one(request.form.get("id"))
    if not person_here().holds(*AFTER_SALES):
        raise NotYours(Words("Only {who} answer customers.", "仅{who}可以回复客户。", who=names_of(AFTER_SALES)))
    with acting(db.session, act_here()) as act:
        send_answer(
            ticket, act, to=clean(request.form.get("to", ""))[:200], text=clean(request.form.get("text", ""))[:5000]
        )
        db.session.flush()
    flash(t("The mail will be sent.", "邮件即将发送。"), "success")
    return redirect(record_url(Ticket, ticket.id))
