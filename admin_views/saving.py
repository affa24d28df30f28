"""Making and editing a record: its form and lines, the version that was opened, two people at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from flask import flash, make_response, redirect, request
from flask_admin import expose
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, FieldList, Form, HiddenField

from admin_views import faults, pages
from admin_views.columns import Shown, label_of, listed
from admin_views.fields import (
    LinesField,
    PickerField,
    VersionField,
    clean,
    default_of,
    form_of,
    pick_together,
    value_of,
)
from admin_views.once import made_by_this_form, remember_form
from admin_views.registry import record_url
from admin_views.screen import Conflict
from admin_views.session import db
from admin_views.sheets import SheetField
from admin_views.signin import act_here, fresh_token, person_here
from admin_views.words import locale, say, t, value_text
from models.base import Act, Line, Record
from models.journal import acting
from rules.base import NO_EMPLOYEE, Access, NotYours, Person, RuleBroken, Stale, Words, names_of

MOST_LINES = 200


@dataclass(frozen=True)
class Inline:
    """Lines that are edited inside their record's form, as a table."""

    name: str
    words: Words
    fields: tuple[str, ...]
    labels: Mapping[str, Words] = field(default_factory=dict)
    blank_rows: int = 1


@dataclass(frozen=True)
class Section:
    """A part of a form under a heading."""

    words: Words
    fields: tuple[str, ...]


class Saves:
    """The half of a view that writes; the other half shows."""

    model: type[Record]
    access: Access
    forms: dict[tuple[str, frozenset[str]], type[Form]]
    given_once: ClassVar[frozenset[str]] = frozenset()
    """Columns of the form that are given when the record is made; afterwards only verbs change them."""
    labels: ClassVar[Mapping[str, Words]] = {}
    form_columns: ClassVar[tuple[str, ...]] = ()
    sections: ClassVar[tuple[Section, ...]] = ()
    inlines: ClassVar[tuple[Inline, ...]] = ()
    needs_employee: ClassVar[bool] = False
    """Whether a record names who made it, so that an account without an employee cannot make one."""
    create_template: str
    edit_template: str

    def shown(self, name: str, model: type[Any] | None = None, labels: Mapping[str, Words] | None = None) -> Shown:
        """An attribute with its label; a missing label is a fault at start-up."""
        if model is not None or labels is not None:
            model = model or self.model
            return Shown(model, name, label_of(model, name, self.labels if labels is None else labels))
        if name not in self.attributes:
            self.attributes[name] = Shown(self.model, name, label_of(self.model, name, self.labels))
        return self.attributes[name]

    def line_model(self, inline: Inline) -> type[Line]:
        found: type[Line] = inspect(self.model).relationships[inline.name].mapper.class_
        return found

    def form_class(self, person: Person) -> type[Form]:
        """The form for this person's language and sight, made once."""
        hidden = self.access.hidden_from(person)
        if request.endpoint and request.endpoint.endswith(".edit_view"):
            hidden |= self.given_once
        key = (locale(), hidden)
        if key not in self.forms:
            extra: dict[str, Any] = {"version_no": VersionField(), "form_token": HiddenField()}
            for inline in self.inlines:
                extra[inline.name] = LinesField(self.line_form(inline), most=MOST_LINES)
            names = [name for name in self.form_columns if name not in hidden]
            self.forms[key] = form_of([self.shown(name) for name in names], self._lookup, extra=extra)
        return self.forms[key]

    def _lookup(self, path: str) -> Any:
        return lambda: self.lookup_url(path)

    def line_form(self, inline: Inline) -> type[Form]:
        line = self.line_model(inline)
        shown = [self.shown(name, line, inline.labels) for name in inline.fields]
        extra = {"id": HiddenField(), "remove": BooleanField(t("Remove", "移除"))}
        return form_of(shown, self._lookup, prefix=f"{inline.name}.", extra=extra)

    def new_record(self, act: Act) -> Record:
        """A record before its form is filled in; a view sets what follows from who and where."""
        found: Record = self.model()
        return found

    def before_save(self, record: Any, act: Act) -> None:
        """What follows from the facts before they are kept; may raise RuleBroken."""

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> AnyResponse | str:
        person = person_here()
        if not self.access.may_create(person):
            raise NotYours(Words("Only {who} may add one.", "只有{who}可以新建。", who=who(self.access.create)))
        if self.needs_employee and person.employee_id is None:
            raise NotYours(NO_EMPLOYEE)
        if request.method != "POST":
            with db.session.no_autoflush:
                form = self.form_class(person)(obj=self._begun(), data=None)
            form.form_token.data = fresh_token()
            return self._form_page(form, None)
        if (twin := self._twin()) is not None:
            return redirect(twin)
        return self._save(None)

    def _begun(self) -> Record:
        """A new record as its form shows it: with what its columns hold where nothing is said."""
        record = self.new_record(act_here())
        for column in inspect(self.model).columns:
            name = inspect(self.model).get_property_by_column(column).key
            if name in self.form_columns and getattr(record, name) is None:
                setattr(record, name, default_of(column))
        return record

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> AnyResponse | str:
        record, person = self.one(request.args.get("id"), *self._with_form()), person_here()
        if (refusal := self.why_not_edit(record, person)) is not None:
            if not self.access.may_edit(person):
                raise NotYours(refusal)
            raise RuleBroken(refusal)
        if request.method != "POST":
            form = self.form_class(person)(obj=record)
            return self._form_page(form, record)
        return self._save(record)

    def _with_form(self) -> list[Any]:
        """Everything that the form shows comes with the record, its lines in one statement more."""
        found = [
            joinedload(getattr(self.model, one)) for one in self.form_columns if self.shown(one).relation is not None
        ]
        for inline in self.inlines:
            line, lines = self.line_model(inline), selectinload(getattr(self.model, inline.name))
            relations = inspect(line).relationships
            found += [lines, *(lines.joinedload(getattr(line, one)) for one in inline.fields if one in relations)]
        return found

    def _twin(self) -> str | None:
        """Where the record is that this very form has made already."""
        found = made_by_this_form(self.model)
        return record_url(self.model, found) if found is not None else None

    def _save(self, record: Record | None) -> AnyResponse:
        form = self.form_class(person_here())(request.form)
        self._let_stand(form, record)
        self._trim(form)
        self._drop_blank_lines(form)
        refused: RuleBroken | None = None
        if record is not None and form.version_no.sent is None:
            form.version_no.errors = [t("The version is missing: reload the page.", "缺少版本号，请刷新页面。")]
            return self._form_page(form, record, status=422, refusal=form.version_no.errors[0])
        if record is not None and form.version_no.sent != record.version_no:
            return self._conflict(form, record)
        if record is not None:
            self._resolve(form, record)
        if not form.validate():
            return self._form_page(form, record, status=422)
        try:
            saved = self._keep(form, record)
        except StaleDataError:
            db.session.rollback()
            return self._conflict(form, self.one(request.args.get("id")))
        except IntegrityError as fault:
            db.session.rollback()
            if record is None and (twin := self._twin()) is not None:
                return redirect(twin)
            refused = faults.as_refusal(fault)
        except RuleBroken as fault:
            refused = fault
        if refused is None:
            flash(t("Saved.", "已保存。"), "success")
            return redirect(record_url(self.model, saved.id))
        faults.note_refusal(refused)
        return self._refused(form, record, refused)

    @staticmethod
    def _let_stand(form: Any, record: Record | None) -> None:
        """What the record refers to already may stay, also where the person may not see it or it was voided since."""
        for name, one in form._fields.items():
            if record is not None and isinstance(one, PickerField):
                one.kept = getattr(record, f"{name}_id")
            if record is not None and isinstance(one, SheetField):
                one.let_stand(getattr(record, name))
            elif record is not None and isinstance(one, LinesField):
                rows = {str(row.id): row for row in getattr(record, name)}
                for entry in one:
                    _let_line_stand(entry.form, rows.get(clean(entry.form.id.data or "")))
        pick_together(form)

    def _resolve(self, form: Any, record: Record) -> None:
        """After a conflict: each field that the person left to the other side keeps what stands there."""
        theirs = self.form_class(person_here())(formdata=None, obj=record)
        for name in self.form_columns:
            if request.form.get(f"resolve-{name}") == "theirs" and name in form._fields:
                form._fields[name].data = theirs._fields[name].data
                form._fields[name].raw_data = [_raw_of(theirs._fields[name])]

    def _refused(self, form: Any, record: Record | None, refused: RuleBroken) -> AnyResponse:
        """The form as it was typed, with the sentence beside its field."""
        words = say(refused.words)
        target = form._fields.get(refused.field or "")
        if target is not None and (isinstance(target, SheetField) or not isinstance(target, FieldList)):
            target.errors = [*target.errors, words]
        again = self.one(request.args.get("id")) if record is not None else None
        return self._form_page(form, again, status=refused.status, refusal=words)

    def _keep(self, form: Any, record: Record | None) -> Record:
        """Writes the form into the record, with its lines, its event, and its form token."""
        act = act_here()
        with acting(db.session, act), db.session.no_autoflush:
            saved = record if record is not None else self.new_record(act)
            for name in form._fields:
                if name in self.form_columns:
                    self._put(saved, self.shown(name), form._fields[name])
            if record is None:
                db.session.add(saved)
            for inline in self.inlines:
                self._keep_lines(saved, inline, form._fields[inline.name])
            self.before_save(saved, act)
            db.session.flush()
            if record is None:
                remember_form(act, saved)
                db.session.flush()
        return saved

    @staticmethod
    def _put(record: Any, shown: Shown, form_field: Any) -> None:
        value = value_of(form_field)
        if value is None and not shown.column.nullable and shown.relation is None:
            if record.id is None:
                return
            value = shown.column.default.arg if shown.column.default is not None else value
        if value == "" and shown.column.nullable:
            value = None
        setattr(record, shown.name, value)

    def _keep_lines(self, record: Any, inline: Inline, entries: Any) -> None:
        line = self.line_model(inline)
        kept = {str(one.id): one for one in getattr(record, inline.name)}
        rows = []
        for entry in entries:
            form = entry.form
            given = clean(form.id.data or "")
            row = kept.get(given)
            if form.remove.data:
                continue
            row = row if row is not None else line()
            for name in inline.fields:
                self._put(row, self.shown(name, line, inline.labels), form._fields[name])
            rows.append(row)
        for place, row in enumerate(rows, start=1):
            if hasattr(row, "seq"):
                row.seq = place
        self._renumber(record, rows, inline)

    @staticmethod
    def _renumber(record: Any, rows: list[Any], inline: Inline) -> None:
        setattr(record, inline.name, rows)

    def _trim(self, form: Any) -> None:
        """A row that was taken out needs no valid entries."""
        for inline in self.inlines:
            for entry in form._fields[inline.name]:
                if entry.form.remove.data:
                    for one in entry.form:
                        one.validators = ()

    def _drop_blank_lines(self, form: Any) -> None:
        """The empty row at the end of a table of lines is no line."""
        for inline in self.inlines:
            entries = form._fields[inline.name].entries
            required = [name for name in inline.fields if self._is_typed(inline, name)]
            form._fields[inline.name].entries = [
                one for one in entries if one.form.id.data or any(_filled(one.form._fields[name]) for name in required)
            ]

    def _is_typed(self, inline: Inline, name: str) -> bool:
        shown = self.shown(name, self.line_model(inline), inline.labels)
        return shown.kind not in {"choice", "bool"}

    def _conflict(self, form: Any, record: Record) -> AnyResponse:
        """Somebody saved meanwhile: both versions, field by field; nothing is overwritten in silence."""
        db.session.refresh(record)
        theirs = self.form_class(person_here())(formdata=None, obj=record)
        found = []
        for name in self.form_columns:
            mine, other = form._fields.get(name), theirs._fields.get(name)
            if mine is not None and _text_of(mine) != _text_of(other):
                found.append(Conflict(name, mine.label.text, _text_of(other), _text_of(mine)))
        form.version_no.raw_data = [str(record.version_no)]
        form.version_no.data = record.version_no
        faults.note_refusal(Stale())
        return self._form_page(
            form, self.one(request.args.get("id")), status=409, refusal=say(Stale().words), conflicts=found
        )

    def _form_page(
        self,
        form: Any,
        record: Record | None,
        *,
        status: int = 200,
        refusal: str = "",
        conflicts: Sequence[Conflict] = (),
    ) -> AnyResponse:
        body = self.render(
            self.create_template if record is None else self.edit_template,
            **pages.form_context(self, form, record),
            refusal=refusal,
            conflicts=conflicts,
        )
        return make_response(body, status)


def who(roles: Any) -> Words:
    return names_of(roles) if roles else Words("the system", "系统")


def _let_line_stand(form: Any, row: Any) -> None:
    for name, one in form._fields.items():
        if row is not None and isinstance(one, PickerField):
            one.kept = getattr(row, f"{name}_id")


def _filled(form_field: Any) -> bool:
    raw = form_field.raw_data or []
    return any(str(one).strip() for one in raw)


def _text_of(form_field: Any) -> str:
    if isinstance(form_field, PickerField):
        return form_field.picked_label
    value = value_of(form_field)
    return listed(value) if isinstance(value, dict | list) else value_text(value)


def _raw_of(form_field: Any) -> str:
    return str(form_field._value()) if hasattr(form_field, "_value") else str(form_field.data or "")
