"""What I am asked to read, and who has not confirmed yet (C1.2, C1.3)."""

from flask import Blueprint, flash, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of, due_cell
from admin_views.registry import desk_card, panel, record_url, views
from admin_views.screen import EMPTY, Cell, DeskCard, DeskLine, Heading, Panel, Row
from admin_views.session import db
from admin_views.signin import act_here, person_here, safe_next, unauthorised
from admin_views.words import say, t
from models.base import Record, now
from models.event import ReadReceipt
from models.journal import acting
from models.receipts import confirm, receipt_of, to_confirm, who_is_missing
from rules.base import NotVisible, Person, key_of

receipts = Blueprint("receipts", __name__, url_prefix="/receipts")
ON_THE_DESK = 8


@receipts.get("/<key>/")
def one_receipt(key: str) -> AnyResponse | str:
    """What I am asked to read, and the button that says that I did."""
    if not current_user.is_authenticated:
        return unauthorised()
    receipt = _mine(key)
    record = _record_of(receipt)
    if record is None:
        raise NotVisible
    return render_template(
        "event/receipt.html",
        title=say(record.label_words),
        table_label=say(type(record).words),
        url=read_at(record),
        due=due_cell(receipt.due_at, now(), is_done=receipt.confirmed_at is not None) if receipt.due_at else EMPTY,
        confirmed=cell_of(receipt.confirmed_at) if receipt.confirmed_at else None,
        confirm_url=f"/receipts/{receipt.id}/confirm/",
    )


@receipts.post("/<key>/confirm/")
def say_read(key: str) -> AnyResponse:
    """Nobody confirms for somebody else."""
    if not current_user.is_authenticated:
        return unauthorised()
    receipt = _mine(key)
    with acting(db.session, act_here()) as act:
        confirm(db.session, receipt.id, act)
    flash(t("Confirmed.", "已确认。"), "success")
    return redirect(safe_next(request.form.get("next")))


def _mine(key: str) -> ReadReceipt:
    found = db.session.get(ReadReceipt, key_of(key) or 0)
    if found is None or found.employee_id != (person_here().employee_id or 0):
        raise NotVisible
    return found


def _record_of(receipt: ReadReceipt) -> Record | None:
    view = views().get(receipt.entity)
    return view.get_one(receipt.entity_id) if view is not None else None


def read_at(record: Record) -> str:
    """Where it is read: a clause on its page of the regulation, all else on the record's own."""
    if record.__tablename__ == "clause":
        return f"/regulation/{record.code}/"
    return record_url(type(record), record.id)


@desk_card
def to_read(person: Person) -> DeskCard | None:
    """What this person has to read and confirm."""
    if person.employee_id is None:
        return None
    rows, count = to_confirm(db.session, person.employee_id, ON_THE_DESK)
    if not count:
        return None
    labels = _labels(rows)
    lines = [
        DeskLine(
            labels[(one.entity, one.entity_id)],
            f"/receipts/{one.id}/",
            due=due_cell(one.due_at, now()) if one.due_at else None,
        )
        for one in rows
        if (one.entity, one.entity_id) in labels
    ]
    return DeskCard(
        t("To read and confirm", "待阅知确认"), lines, t("Nothing to read.", "没有待阅知事项。"), count, "eye"
    )


def _labels(rows: "list[ReadReceipt] | object") -> dict[tuple[str, int], str]:
    """What they are called: one statement for each kind of record."""
    keys: dict[str, set[int]] = {}
    for one in rows:
        keys.setdefault(one.entity, set()).add(one.entity_id)
    found = {}
    for entity, ids in keys.items():
        view = views().get(entity)
        if view is not None:
            query = select(view.model).where(view.model.id.in_(ids), view.model.visible_to(person_here()))
            found.update({(entity, record.id): say(record.label_words) for record in db.session.scalars(query)})
    return found


@panel(Record)
def missing(record: Record, person: Person) -> Panel | None:
    """Who was asked to read this record and has not confirmed."""
    rows = who_is_missing(db.session, record)
    if not rows:
        return None
    mine = receipt_of(db.session, record, person.employee_id) if person.employee_id is not None else None
    return Panel(
        title=t("Has still to confirm reading", "未阅知确认人员"),
        headings=missing_headings(),
        rows=[missing_row(one) for one in rows],
        create_url=f"/receipts/{mine.id}/" if mine is not None else "",
        create_label=t("Confirm reading", "阅知确认"),
    )


def missing_headings() -> list[Heading]:
    return [Heading("who", t("Employee", "员工")), Heading("due", t("Due", "期限"))]


def missing_row(one: ReadReceipt) -> Row:
    due = due_cell(one.due_at, now()) if one.due_at else EMPTY
    return Row(one.id, f"/admin/employee/details/?id={one.employee_id}", [Cell(one.employee.label), due])
