"""Forms: a field for each column, the version that was opened, and tables of lines."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from sqlalchemy import select
from wtforms import Field, FieldList, Form, FormField, HiddenField
from wtforms.meta import DefaultMeta
from wtforms.validators import Optional

from admin_views.columns import Shown
from admin_views.controls import draw
from admin_views.fields.chosen import ChoiceField, LookupUrl, PickerField, PickField
from admin_views.fields.typed import (
    LONGEST,
    DayField,
    ExactField,
    FlagField,
    InstantField,
    Longest,
    LongField,
    PairsField,
    Required,
    ShortField,
    WholeField,
    clean,
)
from admin_views.session import db
from admin_views.signin import person_here
from admin_views.words import say
from models.base import Record
from models.types import Scaled
from rules.base import Faulty, Words

SPECIAL: dict[tuple[type[Any], str], type[Field]] = {}
"""Columns whose text means more than their type says; views add theirs: (model, column) -> field."""


def pick_together(form: Form) -> None:
    """Looks up what is picked anew in a form and its lines, a table at a time."""
    wanted: dict[type[Record], list[PickerField]] = {}
    for one in _pickers(form):
        if isinstance(one.data, int) and one.data != one.kept:
            wanted.setdefault(one.model, []).append(one)
    for model, fields in wanted.items():
        keys = {one.data for one in fields}
        query = select(model).where(model.id.in_(keys), model.voided_at.is_(None), model.visible_to(person_here()))
        seen = {record.id: record for record in db.session.scalars(query)}
        for one in fields:
            one.found[one.data] = seen.get(one.data)


def _pickers(form: Form) -> Iterator[PickerField]:
    for one in form:
        if isinstance(one, PickerField):
            yield one
        elif isinstance(one, LinesField):
            for entry in one:
                yield from _pickers(entry.form)


def field_of(shown: Shown, lookup: LookupUrl, *, path: str) -> Field:  # noqa: C901 - a table of cases
    """The form field of a column, required as the column is."""
    column = shown.column
    is_needed = not column.nullable and column.default is None and shown.kind != "bool"
    checks: list[Any] = [Required()] if is_needed else [Optional(strip_whitespace=True)]
    label = say(shown.words)
    filters = [clean]
    if (special := SPECIAL.get((shown.model, shown.name))) is not None:
        return special(label, checks)
    match shown.kind:
        case "relation":
            return PickerField(label, checks, model=shown.target, lookup_url=lookup(path))
        case "choice":
            blank = column.nullable or column.default is None
            return ChoiceField(label, checks, choices=shown.choices, blank=blank, default=default_of(column))
        case "bool":
            return FlagField(label, default=bool(default_of(column)))
        case "date":
            return DayField(label, checks)
        case "instant":
            return InstantField(label, checks, render_kw={"step": "1"})
        case "decimal":
            field = ExactField(label, checks)
            if isinstance(column.type, Scaled):
                field.kwargs["render_kw"] = {"inputmode": "decimal"}
            return field
        case "number":
            return WholeField(label, checks, default=default_of(column), render_kw={"inputmode": "numeric"})
        case "json":
            return PairsField(label, checks)
        case "long_text":
            return LongField(label, [*checks, Longest(max=LONGEST)], filters=filters)
    return ShortField(label, [*checks, Longest(max=getattr(column.type, "length", None) or 200)], filters=filters)


def default_of(column: Any) -> Any:
    """What a column holds where nothing is said; None for none, or for one that is worked out."""
    default = column.default
    return default.arg if default is not None and default.is_scalar else None


def value_of(field: Any) -> Any:
    """What a field says, as the model keeps it."""
    match field:
        case PickerField():
            return field.picked
        case ChoiceField() | PickField():
            return field.value
        case ShortField() | LongField():
            return field.data or ""
    return field.data


class VersionField(HiddenField):
    """The version that was opened. It must be sent: a hidden field falls back to the record's own otherwise."""

    @property
    def sent(self) -> int | None:
        raw = str(self.raw_data[0]) if self.raw_data else ""
        return int(raw) if raw.isdecimal() and raw.isascii() and len(raw) < 10 else None


class LinesField(FieldList):
    """The lines of a record, as many as a person would type."""

    def __init__(self, line: type[Form], *, most: int, **more: Any) -> None:
        super().__init__(FormField(line), **more)
        self.most = most

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        """Places that a browser counts to: WTForms stumbles over other digits and cuts off what is too much."""
        place = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,6}})-")
        found = {int(one[1]) for one in map(place.match, filter(None, formdata)) if one}
        if len(found) > self.most:
            raise Faulty({prefix: Words("At most {n} lines.", "最多 {n} 行。", n=self.most)})
        yield from found


class Drawn(DefaultMeta):
    """How the fields of our forms are drawn."""

    def render_field(self, field: Any, render_kw: dict[str, Any]) -> Markup:
        return draw(field, render_kw)


class RecordForm(Form):
    """A form of ours: hidden fields first, in one go."""

    Meta = Drawn

    def hidden_tag(self) -> Markup:
        """The hidden fields as they are sent, and the token that the form is ours."""
        token = Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())
        return token + Markup("").join(one() for one in self if isinstance(one, HiddenField))


def form_of(
    shown: Sequence[Shown], lookup: LookupUrl, *, prefix: str = "", extra: Mapping[str, Field] | None = None
) -> type[Form]:
    """A WTForms form with one field for each column."""
    fields: dict[str, Any] = {one.name: field_of(one, lookup, path=f"{prefix}{one.name}") for one in shown}
    return type("TableForm", (RecordForm,), {**fields, **(extra or {})})
