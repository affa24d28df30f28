"""What a verb asks for: the field in its dialog, and what was typed into it as the record takes it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from admin_views.columns import Shown
from admin_views.fields import clean
from admin_views.screen import Asked, Option, Verb
from admin_views.session import db
from admin_views.signin import person_here
from admin_views.words import say
from models.base import Record
from rules.base import Choice, Faulty, RuleBroken, Words, key_of

if TYPE_CHECKING:
    from admin_views.base import RegulationView

LONGEST = 5000


def asked_of(view: "RegulationView", record: Record, name: str) -> Asked:
    """A field that a verb asks for: as the column that it fills says, or as the view says of what fills none."""
    is_required = name in view.asked_required
    options = view.asked_options(record, name)
    if options is not None:
        return Asked(name, say(view.labels[name]), "choice", is_required, options)
    kind = view.asked_kinds.get(name)
    if kind is not None:
        return _free(name, say(view.labels[name]), kind, is_required=is_required, value=view.asked_first(record, name))
    column = view.asked_fields.get(name)
    if column is None:
        return Asked(name, say(view.labels[name]), "long_text", value=str(getattr(record, name, "") or ""))
    return _of_column(view, record, name, view.shown(column), is_required=is_required)


def _free(name: str, label: str, kind: str | type[Choice], *, is_required: bool, value: str) -> Asked:
    if isinstance(kind, str):
        return Asked(name, label, kind, is_required, value=value)
    options = [Option(str(one), say(one.words), str(one) == value) for one in kind]
    return Asked(name, label, "choice", is_required, options)


def _of_column(view: "RegulationView", record: Record, name: str, shown: Shown, *, is_required: bool) -> Asked:
    value, label = getattr(record, shown.name, None), say(view.labels.get(name, shown.words))
    if shown.kind == "relation":
        chosen = [Option(str(value.id), value.label, is_chosen=True)] if value is not None else []
        return Asked(name, label, "relation", is_required, chosen, view.lookup_url(name))
    options = (
        [Option(str(one), say(one.words), one is value) for one in shown.choices] if shown.kind == "choice" else []
    )
    return Asked(name, label, shown.kind, is_required, options, value=str(value or ""))


def refused_verb(view: "RegulationView", verb: Verb, refused: RuleBroken, sent: MultiDict[str, str]) -> Verb:
    """A verb's dialog as it was sent, with each fault at its field, and above them what belongs to no field of it."""
    faults = refused.faults if isinstance(refused, Faulty) else {str(refused.field): refused.words}
    asks = [_as_sent(view, one, sent, faults) for one in verb.asks]
    elsewhere = [words for name, words in faults.items() if name not in {one.name for one in asks}]
    note = clean(sent.get("note", ""))[:LONGEST]
    return replace(verb, is_refused=True, asks=asks, note=note, fault=" ".join(map(say, elsewhere)))


def _as_sent(view: "RegulationView", asked: Asked, sent: MultiDict[str, str], faults: Mapping[str, Words]) -> Asked:
    given = clean(sent.get(asked.name, ""))[:LONGEST]
    options = [replace(one, is_chosen=one.value == given) for one in asked.options]
    if asked.kind == "relation" and given not in {one.value for one in options}:
        options = _picked(view, asked.name, given)
    fault = say(faults[asked.name]) if asked.name in faults else ""
    return replace(asked, value=given, options=options, fault=fault)


def _picked(view: "RegulationView", name: str, given: str) -> list[Option]:
    """The record that was chosen, where the person may still choose it."""
    target = view.shown(view.asked_fields[name]).target
    try:
        found = _record(target, name, given)
    except Faulty:
        return []
    return [Option(str(found.id), found.label, is_chosen=True)]


def asked_value(view: "RegulationView", name: str, sent: MultiDict[str, str]) -> Any:
    """What was typed, as the record's verb takes it. Raises Faulty with a sentence at the field."""
    given, kind = clean(sent.get(name, "")).strip()[:LONGEST], view.asked_kinds.get(name)
    column = view.asked_fields.get(name)
    shown = view.shown(column) if kind is None and column is not None else None
    if shown is not None and shown.kind == "relation":
        return _record(shown.target, name, given)
    if shown is not None and shown.kind == "choice":
        kind = shown.choices
    match kind or (shown.kind if shown is not None else "text"):
        case "date":
            return _day(name, given)
        case "bool":
            return bool(given)
        case type() as choices:
            return _one_of(choices, name, given)
    return given


def _one_of(choices: type[Choice], name: str, given: str) -> str:
    if given not in {str(one) for one in choices}:
        raise Faulty({name: Words("This is not one of the choices.", "不在可选项之内。")})
    return given


def _day(name: str, given: str) -> date:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise Faulty({name: Words("This is not a date.", "这不是有效日期。")}) from None
    if not 1900 <= day.year <= 2200:
        raise Faulty({name: Words("The year is out of range.", "年份超出范围。")})
    return day


def _record(model: type[Record], name: str, given: str) -> Record:
    """Only what the person may see, and what still stands, can be chosen."""
    query = select(model).where(model.visible_to(person_here()), model.voided_at.is_(None))
    found = db.session.scalar(query.where(model.id == key_of(given)))
    if found is None:
        raise Faulty({name: Words("Choose one from the list.", "请从列表中选择。")})
    return found  # type: ignore[no-any-return]
