"""Forms made from columns: one kind of field for each kind of column, pickers for every relation."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from sqlalchemy import select
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.meta import DefaultMeta
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError
from wtforms.widgets import DateInput, DateTimeLocalInput

from admin_views.columns import Shown
from admin_views.controls import draw
from admin_views.session import db
from admin_views.signin import person_here
from admin_views.words import say, t
from models.base import COMPANY_ZONE, Record
from models.types import Scaled
from rules.base import Choice, Faulty, Words, key_of

LONGEST = 20_000


def clean(value: Any) -> Any:
    """Text without NUL and without space at its ends."""
    return value.replace("\0", "").strip() if isinstance(value, str) else value


class Required(InputRequired):
    """Something must be filled in."""

    def __init__(self) -> None:
        super().__init__()

    def __call__(self, form: Any, field: Any) -> None:
        if not field.raw_data or not clean(str(field.raw_data[0])):
            field.errors = []
            raise StopValidation(t("Please fill this in.", "请填写此项。"))


class Longest(Length):
    """Not longer than the column."""

    def __call__(self, form: Any, field: Any) -> None:
        if field.data and len(field.data) > self.max:
            raise ValidationError(t("At most {n} characters.", "最多 {n} 个字。", n=self.max))


class Parsed(StringField):
    """A text field whose text means a value; what was typed stays as it was typed."""

    kind = "text"

    def parse(self, given: str) -> Any:
        return given

    def write(self, value: Any) -> str:
        return str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        given = clean(valuelist[0]) if valuelist else ""
        self.data = self.parse(given) if given else None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)


class DayField(Parsed):
    kind = "date"
    widget = DateInput()

    def parse(self, given: str) -> date:
        try:
            day = date.fromisoformat(given)
        except ValueError:
            raise ValueError(t("This is not a date.", "这不是有效的日期。")) from None
        if not 1900 <= day.year <= 2200:
            raise ValueError(t("The year is out of range.", "年份超出范围。"))
        return day

    def write(self, value: date) -> str:
        return value.isoformat()


class InstantField(Parsed):
    kind = "instant"
    widget = DateTimeLocalInput()

    def parse(self, given: str) -> datetime:
        try:
            moment = datetime.fromisoformat(given)
        except ValueError:
            raise ValueError(t("This is not a date and time.", "这不是有效的日期时间。")) from None
        if not 1900 <= moment.year <= 2200:
            raise ValueError(t("The year is out of range.", "年份超出范围。"))
        return moment if moment.tzinfo else moment.replace(tzinfo=COMPANY_ZONE)

    def write(self, value: datetime) -> str:
        local = value.astimezone(COMPANY_ZONE)
        return local.strftime("%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M")


def exact(given: str, places: int = 4) -> Decimal:
    """A number as somebody typed it. Raises ValueError with a sentence."""
    try:
        number = Decimal(given.replace(",", ""))
    except InvalidOperation:
        raise ValueError(t("This is not a number.", "这不是数字。")) from None
    if not number.is_finite() or number.adjusted() >= 12:
        raise ValueError(t("The number is out of range.", "数值超出范围。"))
    if number != round(number, places):
        raise ValueError(t("At most {n} decimal places.", "最多 {n} 位小数。", n=places))
    return number


class ExactField(Parsed):
    kind = "decimal"
    places = 4

    def parse(self, given: str) -> Decimal:
        return exact(given, self.places)

    def write(self, value: Decimal) -> str:
        return format(value.normalize(), "f")


class WholeField(Parsed):
    kind = "number"

    def parse(self, given: str) -> int:
        try:
            number = int(given)
        except ValueError:
            raise ValueError(t("This is not a whole number.", "这不是整数。")) from None
        if abs(number) > 2**31 - 1:
            raise ValueError(t("The number is out of range.", "数值超出范围。"))
        return number


class PairsField(Parsed):
    """Conditions as people write them: ``severity=major; category=process``."""

    def parse(self, given: str) -> dict[str, str]:
        found = {}
        for part in filter(None, (one.strip() for one in given.replace("；", ";").split(";"))):
            name, sign, value = part.replace("：", "=").partition("=")
            if not (sign and name.strip().isidentifier() and value.strip()):
                raise ValueError(t("Write conditions as severity=major; …", "条件请写成 severity=major；…"))
            found[name.strip()] = value.strip()
        return found

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = self.data or {}

    def write(self, value: dict[str, Any]) -> str:
        return "; ".join(f"{name}={one}" for name, one in value.items())


SPECIAL: dict[tuple[type[Any], str], type[Field]] = {}
"""Columns whose text means more than their type says; views add theirs: (model, column) -> field."""


class ChoiceField(SelectField):
    kind = "choice"

    def __init__(self, label: str, validators: Any, *, choices: type[Choice], blank: bool, **more: Any) -> None:
        self.of = choices
        options = [(str(one), say(one.words)) for one in choices]
        super().__init__(
            label,
            validators,
            choices=[("", "—"), *options] if blank else options,
            validate_choice=False,
            coerce=str,
            **more,
        )

    def process_data(self, value: Any) -> None:
        self.data = "" if value is None else str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = clean(valuelist[0]) if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in {str(one) for one in self.of}:
            raise ValidationError(t("This is not one of the choices.", "不在可选项之内。"))

    @property
    def value(self) -> Choice | None:
        return next((one for one in self.of if str(one) == self.data), None)


class PickField(SelectField):
    """One of several values, in groups where that helps; a value that stood there before may stay."""

    kind = "choice"

    def __init__(
        self, label: str = "", validators: Any = (), *, groups: Mapping[str, list[tuple[str, str]]], **more: Any
    ) -> None:
        self.groups = dict(groups)
        super().__init__(label, validators, choices=[], validate_choice=False, coerce=str, **more)

    def known(self) -> dict[str, str]:
        return {value: label for group in self.groups.values() for value, label in group}

    def process_data(self, value: Any) -> None:
        self.data = "" if value is None else str(value)
        if self.data:
            self.knows(self.data)

    def knows(self, value: str) -> None:
        """Adds a value that stood there before to the choices."""
        if value not in self.known():
            self.groups["…"] = [*self.groups.get("…", []), (value, value.rpartition("=")[2])]

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            given = clean(valuelist[0])
            self.data = next((value for value, label in self.known().items() if given == label), given)

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in self.known():
            raise ValidationError(t("This is not one of the choices.", "不在可选项之内。"))

    @property
    def value(self) -> Any:
        """What the column keeps."""
        return self.data or None


class PickerField(Parsed):
    """A record of another table: its key is posted, its label shown; only what the person may see can be picked."""

    kind = "relation"

    def __init__(
        self, label: str, validators: Any, *, model: type[Record], lookup_url: Callable[[], str], **more: Any
    ) -> None:
        self.model, self._lookup = model, lookup_url
        self.found: dict[int, Record | None] = {}
        super().__init__(label, validators, **more)

    @property
    def lookup_url(self) -> str:
        return self._lookup()

    def process_data(self, value: Any) -> None:
        self.data = self.kept = value.id if isinstance(value, Record) else value

    def parse(self, given: str) -> int:
        key = key_of(given)
        if key is None:
            raise ValueError(t("Choose one from the list.", "请从列表中选择。"))
        return key

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.picked is None:
            raise ValidationError(t("Choose one from the list.", "请从列表中选择。"))

    @property
    def picked(self) -> Record | None:
        if not isinstance(self.data, int):
            return None
        if self.data in self.found and self.data != self.kept:
            return self.found[self.data]
        found = db.session.get(self.model, self.data)
        if self.data == self.kept:  # it stands there already, and may stay where it was
            return found
        if found is None or found.voided_at is not None:
            return None
        seen = db.session.query(self.model.id).filter(self.model.id == self.data, self.model.visible_to(person_here()))
        return found if seen.first() is not None else None

    @property
    def picked_label(self) -> str:
        found = self.picked
        return found.label if found is not None else ""


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


class FlagField(BooleanField):
    kind = "bool"


class LongField(TextAreaField):
    kind = "long_text"


class ShortField(StringField):
    kind = "text"


LookupUrl = Callable[[str], Callable[[], str]]


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
