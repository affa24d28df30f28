"""The approvals inbox: what waits for my signature or decision, one click from the record (C1.3)."""

from flask import Blueprint, render_template
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of, due_cell
from admin_views.history import about
from admin_views.registry import desk_card, record_url
from admin_views.screen import EMPTY, Cell, DeskCard, DeskLine, Heading, Row
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import say, t
from models.approvals import Waiting, waiting_for
from models.base import Record, now
from rules.base import Person

approvals = Blueprint("approvals", __name__, url_prefix="/approvals")
ON_THE_DESK = 8


@approvals.get("/")
def inbox() -> AnyResponse | str:
    """Everything that waits for this person, the oldest first."""
    if not current_user.is_authenticated:
        return unauthorised()
    rows = [
        Row(
            one.record.id,
            record_url(type(one.record), one.record.id),
            [
                Cell(say(one.record.label_words)),
                Cell(" · ".join(filter(None, (say(type(one.record).words), _matter(one.record))))),
                Cell(say(one.record.verb_words(one.approval.step))),
                cell_of(one.record.updated_at),
                due_cell(one.approval.due_at, now()) if one.approval.due_at else EMPTY,
            ],
        )
        for one in waiting_for(db.session, person_here())
    ]
    headings = [
        Heading("record", t("Record", "记录")),
        Heading("kind", t("Kind", "类型")),
        Heading("step", t("What is asked", "待办事项")),
        Heading("since", t("Waits since", "提交时间")),
        Heading("due", t("Due", "期限")),
    ]
    return render_template("event/approvals.html", headings=headings, rows=rows)


@desk_card
def approvals_card(person: Person) -> DeskCard | None:
    """What waits for this person's approval."""
    found = waiting_for(db.session, person)
    if not found:
        return None
    return DeskCard(
        t("Waiting for my approval", "待我审批"),
        [_line(one) for one in found[:ON_THE_DESK]],
        t("Nothing waits for your approval.", "没有待您审批的事项。"),
        len(found),
        "checklist",
        t("All approvals", "全部待审批"),
        "/approvals/",
    )


def _line(one: Waiting) -> DeskLine:
    record, verb = one.record, one.record.verb_words(one.approval.step)
    detail = " · ".join(filter(None, (say(type(record).words), say(verb), _matter(record))))
    due = due_cell(one.approval.due_at, now()) if one.approval.due_at else None
    return DeskLine(say(record.label_words), record_url(type(record), record.id), detail, due)


def _matter(record: Record) -> str:
    """The first words of the record itself, where its label is only a number."""
    words = about(record)
    return "" if words == f"{say(record.words)} {record.label}" else words
