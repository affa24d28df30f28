"""What a view's pages are made of: rows and filters of a list, fields of a form, facts and steps of a record."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from admin_views.attached import files_of, may_attach
from admin_views.columns import FINISHED, Shown, cell_of, due_cell
from admin_views.deadlines import left_of
from admin_views.history import history_of
from admin_views.listing import BETWEEN
from admin_views.registry import panels_of, reason_url, record_url
from admin_views.screen import (
    EMPTY,
    Cell,
    Fact,
    RecordPage,
    StatusStep,
    Verb,
)
from admin_views.session import db
from admin_views.sheets import SheetField
from admin_views.verbs import asked_of, refused_verb
from admin_views.ways import main_way, ways_back
from admin_views.words import say, t
from models.base import Record, now, previews
from models.event import ApprovalRecord
from rules.base import Choice, Person, Role, RuleBroken, Step
from rules.event import Decision

if TYPE_CHECKING:
    from admin_views.base import Inline, RegulationView


# -- form ------------------------------------------------------------------------------------------------------------


def form_context(view: "RegulationView", form: Any, record: Record | None) -> dict[str, Any]:
    """What create.html and edit.html are given."""
    table = view.model.__tablename__
    if form.form_token.data is None:
        form.form_token.data = ""
    back = record_url(view.model, record.id) if record is not None else f"/admin/{table}/"
    title = record.label if record is not None else t("New: {what}", "新建{what}", what=view.model.words)
    return {
        "form": form,
        "title": title,
        "layout": _sections(view, form),
        "inlines": [_inline(view, form, one) for one in view.inlines],
        "sheets": {name: one.shown() for name, one in form._fields.items() if isinstance(one, SheetField)},
        "cancel_url": back,
        "is_new": record is None,
        "table_label": say(view.model.words),
        "list_url": f"/admin/{table}/",
        "clause": view.access.clause,
    }


def _sections(view: "RegulationView", form: Any) -> list[dict[str, Any]]:
    present = [name for name in view.form_columns if name in form._fields]
    sections = view.sections
    if not sections:
        return [{"title": "", "fields": present}]
    shown = [(one, [name for name in one.fields if name in present]) for one in sections]
    return [{"title": say(one.words), "fields": fields} for one, fields in shown if fields]


def _inline(view: "RegulationView", form: Any, inline: "Inline") -> dict[str, Any]:
    entries = form._fields[inline.name]
    if not entries.entries:
        for _ in range(inline.blank_rows):
            entries.append_entry()
    blank = SimpleNamespace(form=view.line_form(inline)(prefix=f"{inline.name}-__i__-"))
    return {
        "name": inline.name,
        "title": say(inline.words),
        "fields": list(inline.fields),
        "form_list": entries,
        "blank": blank,
        "can_add": True,
    }


# -- record ----------------------------------------------------------------------------------------------------------


def record_page(view: "RegulationView", record: Record, person: Person) -> RecordPage:
    """Everything that a record's page shows."""
    table, hidden = view.model.__tablename__, view.hidden_in(record, person)
    refusal = view.why_not_edit(record, person)
    status = getattr(record, "status", None)
    return RecordPage(
        title=say(record.label_words),
        table_label=say(view.model.words),
        list_url=f"/admin/{table}/",
        id=record.id,
        version_no=record.version_no,
        facts=list(_facts(view, record, hidden)),
        state=cell_of(status) if isinstance(status, Choice) else None,
        steps=_steps(record),
        verbs=_verbs(view, record, person),
        panels=panels_of(record, person),
        history=history_of(record, hidden),
        files=files_of(record),
        url=record_url(view.model, record.id),
        perform_url=f"/admin/{table}/perform/",
        attach_url=f"/admin/{table}/attach/" if may_attach(record, person) else "",
        edit_url=f"/admin/{table}/edit/?id={record.id}" if refusal is None else "",
        edit_reason=say(refusal) if refusal is not None and view.access.may_edit(person) else "",
        delete_url=f"/admin/{table}/delete/" if refusal is None and view.may_delete(record) else "",
        clause=clause if isinstance(clause := getattr(record, "clause", ""), str) and clause else view.access.clause,
    )


def refused_page(
    view: "RegulationView", page: RecordPage, refused: RuleBroken, sent: MultiDict[str, str]
) -> RecordPage:
    """The page with the dialog as it was sent and the reason at its place; without the dialog, above everything."""
    again = next((one for one in page.verbs if one.verb == sent.get("verb") and one.is_open and one.has_dialog), None)
    if again is None:
        return replace(page, refusal=say(refused.words))
    filled = refused_verb(view, again, refused, sent)
    return replace(page, verbs=[filled if one is again else one for one in page.verbs])


DUE = ("due_at", "statement_due_at")
"""Deadlines that say how much time they leave; others tell of what was."""


def _facts(view: "RegulationView", record: Record, hidden: frozenset[str]) -> Iterator[Fact]:
    names = view.page_columns or tuple(dict.fromkeys((*view.list_columns, *view.form_columns)))
    for name in names:
        if name in hidden or name == "status":
            continue
        shown = view.shown(name)
        value = getattr(record, name)
        if shown.relation is not None:
            cell = _related(shown, value) if value is not None else EMPTY
        elif name in DUE and value is not None:
            cell = _due(record, value) if name == "due_at" or _may_still_state(record) else shown.cell(value)
        else:
            cell = shown.cell(value)
        why_url = reason_url(record, name) if name.endswith(("due_at", "due_on")) and value is not None else ""
        yield Fact(say(shown.words), cell, shown.kind == "long_text", why_url)


def _related(shown: Shown, other: Record) -> Cell:
    """Another record, as a link; a person with post and department."""
    hints = [getattr(other, name) for name in other.hint_columns]
    said = [one.label if isinstance(one, Record) else str(one) for one in hints if one is not None]
    is_person = "post" in other.hint_columns
    return Cell(
        other.label, "relation", record_url(shown.target, other.id), also=BETWEEN.join(said) if is_person else ""
    )


def _may_still_state(record: Record) -> bool:
    """Whether somebody is asked for a statement and has made none; later its deadline only tells of what was."""
    is_asked = str(getattr(record, "status", "")) in {"asked", "statement"}
    return is_asked and getattr(record, "stated_at", None) is None


def _due(record: Record, due_at: datetime) -> Cell:
    """Its deadline: how much working time is left, or whether it was met."""
    at, is_done = now(), str(getattr(record, "status", "")) in FINISHED
    done_at = getattr(record, "closed_at", None)
    left = "" if is_done else left_of(due_at, at)
    return due_cell(due_at, at, is_done=is_done, done_at=done_at, left=left)


def _steps(record: Record) -> list[StatusStep]:
    """The states along the main way, and the present one wherever it lies."""
    cycle, status = record.lifecycle, str(getattr(record, "status", ""))
    if cycle is None:
        return []
    way = main_way(cycle.initial, cycle.steps)
    choices = {str(one): one for one in type(record.status)}
    if status not in way:
        at = max(
            (way.index(s) + 1 for one in cycle.steps if one.target == status for s in one.source if s in way), default=1
        )
        way = [*way[:at], status, *way[at:]] if cycle.open_from(status) else [*way[:1], status]
    at = way.index(status)
    here = "current" if cycle.open_from(status) else "final"
    place = ["done" if i < at else here if i == at else "ahead" for i in range(len(way))]
    return [StatusStep(say(choices[one].words), place[i]) for i, one in enumerate(way)]


def _verbs(view: "RegulationView", record: Record, person: Person) -> list[Verb]:
    cycle = record.lifecycle
    if cycle is None:
        return view.own_verbs(record, person)
    found = [_verb(view, record, person, step) for step in cycle.open_from(str(getattr(record, "status", "")))]
    opened = [one for one in found if one.is_open]
    back = ways_back(cycle, str(getattr(record, "status", "")))
    primary = next((one.verb for one in opened if not one.is_destructive and one.verb not in back), "")
    return [
        one if one.verb != primary else replace(one, is_primary=True)
        for one in [*opened, *(v for v in found if not v.is_open)]
    ]


def _verb(view: "RegulationView", record: Record, person: Person, step: Step) -> Verb:
    refusal: RuleBroken | None = record.why_not(step.verb, person)
    return Verb(
        verb=step.verb,
        label=say(step.words),
        is_open=refusal is None,
        reason=say(refusal.words) if refusal is not None else "",
        needs_note=step.needs_note,
        is_destructive=step.is_destructive,
        is_aside=step.is_aside,
        asks=[asked_of(view, record, name) for name in step.asks] if refusal is None else [],
        previews=[say(words) for words in previews(record, step.verb, person)] if refusal is None else [],
        signatures=_signatures(record, step) if step.signatures else [],
    )


def _signatures(record: Record, step: Step) -> list[str]:
    given = set(
        db.session.scalars(
            select(ApprovalRecord.role).where(
                ApprovalRecord.entity == record.__tablename__,
                ApprovalRecord.entity_id == record.id,
                ApprovalRecord.step == step.verb,
                ApprovalRecord.decision == Decision.APPROVED,
                ApprovalRecord.used_at.is_(None),
            )
        )
    )
    return [_signature(role, is_given=str(role) in given) for role in step.signatures]


def _signature(role: Role, *, is_given: bool) -> str:
    if is_given:
        return t("{role}: signed", "{role}：已签署", role=role)
    return t("{role}: waiting", "{role}：待签署", role=role)


def as_json(view: "RegulationView", record: Record) -> dict[str, Any]:
    """A record for programs: the values of its list, exact."""
    from admin_views.signin import person_here

    names = [one.name for one in view.visible(view.list_columns, person_here())]
    found: dict[str, Any] = {"id": record.id, "version_no": record.version_no, "label": record.label}
    for name in names:
        value = getattr(record, name)
        found[name] = value.label if isinstance(value, Record) else str(value) if value is not None else None
    return found
