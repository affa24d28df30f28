"""The base view: every table through one door, with each open default of Flask-Admin closed once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from flask import Response, flash, json, make_response, redirect, render_template, request
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from flask_login import current_user
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, FieldList, Form, HiddenField

from admin_views import exports, faults, pages
from admin_views.columns import Shown, label_of
from admin_views.fields import LinesField, PickerField, VersionField, clean, form_of, value_of
from admin_views.listing import Listing, Question, filter_names, pick, question, sortable_columns
from admin_views.registry import LINE_LABELS, record_url
from admin_views.screen import Conflict
from admin_views.session import db
from admin_views.signin import act_here, fresh_token, person_here, unauthorised
from admin_views.words import locale, say, t, value_text
from models.base import Act, Line, Record, Source, now
from models.event import FormToken
from models.journal import acting
from rules.base import NO_EMPLOYEE, Access, Faulty, NotVisible, NotYours, Person, RuleBroken, Stale, Words

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


class RegulationView(ModelView):  # type: ignore[misc]
    """A table's list, form, page, verbs, look-ups and exports, as its ``access`` and lifecycle say."""

    labels: ClassVar[Mapping[str, Words]] = {}
    list_columns: ClassVar[tuple[str, ...]] = ()
    filter_columns: ClassVar[tuple[str, ...]] = ()
    form_columns: ClassVar[tuple[str, ...]] = ()
    left_out: ClassVar[frozenset[str]] = frozenset()
    """Columns that no form shows, on purpose: the start-up check wants every other in ``form_columns``."""
    page_columns: ClassVar[tuple[str, ...]] = ()
    sections: ClassVar[tuple[Section, ...]] = ()
    inlines: ClassVar[tuple[Inline, ...]] = ()
    icon: ClassVar[str] = "table"
    default_size: ClassVar[int] = 50
    asked_fields: ClassVar[Mapping[str, str]] = {}
    """Fields that verbs ask for -> the column that says what kind they are."""
    bulk_verbs: ClassVar[tuple[str, ...]] = ()
    needs_employee: ClassVar[bool] = False
    """Whether a record names who made it, so that an account without an employee cannot make one."""

    list_template = "admin/model/list.html"
    create_template = "admin/model/create.html"
    edit_template = "admin/model/edit.html"
    details_template = "admin/model/details.html"

    def __init__(self, model: type[Record]) -> None:
        table = model.__tablename__
        super().__init__(model, db, name=model.words.en, endpoint=table, url=f"/admin/{table}", category=model.chapter)
        self.access: Access = model.access
        self.forms: dict[tuple[str, frozenset[str]], type[Form]] = {}
        self.attributes: dict[str, Shown] = {}
        for inline in self.inlines:
            line = self.line_model(inline)
            LINE_LABELS[line.__tablename__] = dict(inline.labels)

    def render(self, template: str, **context: Any) -> str:
        """Flask-Admin's own context would shadow ours."""
        return render_template(template, admin_view=self, **context)

    def _refresh_cache(self) -> None:
        """Flask-Admin would make forms and filters with its own defaults; ours are made below."""
        self._list_columns, self._details_columns, self._filters, self._filter_args = [], [], [], {}
        self._form_ajax_refs, self._search_supported = {}, False

    # -- what is shown -----------------------------------------------------------------------------------------------

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

    def visible(self, names: Sequence[str], person: Person) -> list[Shown]:
        """The attributes that this person may see."""
        hidden = self.access.hidden_from(person)
        return [self.shown(name) for name in names if name not in hidden]

    def listing(self, person: Person) -> Listing:
        """The list as this person may see it."""
        columns = self.visible(self.list_columns, person)
        return Listing(self.model, columns, person, self.visible(self.filter_columns, person))

    def asked(self, listing: Listing) -> Question:
        hidden = self.access.hidden_from(listing.person)
        sortable = sortable_columns(self.model) - hidden
        return question(request.args, sortable, listing.filters, self.default_size)

    # -- who may -----------------------------------------------------------------------------------------------------

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated)

    def inaccessible_callback(self, name: str, **kwargs: Any) -> AnyResponse:
        return unauthorised()

    def may_open(self, person: Person) -> bool:
        """Whether the table means anything to this person: a role sees it, or its records can name people."""
        by_role = any(role in self.access.view for role in person.roles) or "admin" in person.roles
        return by_role or bool(self.model.named_by)

    def one(self, key: str | None) -> Record:
        """The record with that key, if the person may see it. Raises NotVisible (404)."""
        if key is None or not key.isdecimal() or not key.isascii() or len(key) > 18:
            raise NotVisible
        query = select(self.model).where(self.model.id == int(key), self.model.visible_to(person_here()))
        found = db.session.scalar(query)
        if found is None:
            raise NotVisible
        return found  # type: ignore[no-any-return]

    def get_one(self, id: Any) -> Record | None:  # noqa: A002 - Flask-Admin's name
        """Flask-Admin's own way to a record asks for sight, too."""
        try:
            return self.one(str(id))
        except NotVisible:
            return None

    def why_not_edit(self, record: Record, person: Person) -> Words | None:
        """Why facts of this record cannot be edited now; None = they can."""
        if not self.access.may_edit(person) or not self.form_columns:
            return Words("Only {who} may edit this.", "只有{who}可以修改。", who=_who(self.access.edit))
        status = str(getattr(record, "status", ""))
        if self.access.edit_while and status not in self.access.edit_while:
            return Words("It was submitted: facts no longer change.", "已提交，内容不能再修改。")
        return Words("It was voided.", "已作废。") if record.voided_at is not None else None

    # -- list --------------------------------------------------------------------------------------------------------

    @expose("/")
    def index_view(self) -> AnyResponse | str:
        person = person_here()
        if not self.may_open(person):
            raise NotYours(Words("This list is for: {who}.", "此列表仅限：{who}。", who=_who(self.access.view)))
        return self.render(self.list_template, page=pages.list_page(self, self.listing(person)))

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> AnyResponse:
        person = person_here()
        if not self.may_open(person):
            raise NotYours(Words("This list is for: {who}.", "此列表仅限：{who}。", who=_who(self.access.view)))
        makers = {"csv": exports.as_csv, "xlsx": exports.as_xlsx}
        if export_type not in makers:
            raise NotVisible
        listing = self.listing(person)
        return makers[export_type](listing, self.asked(listing), say(self.model.words))

    @expose("/ajax/lookup/")
    def ajax_lookup(self) -> AnyResponse:
        """Records for a picker: only for relations of this table, only what the person may see."""
        person, name = person_here(), request.args.get("name", "")
        model = self.relation(name, person)
        if model is None:
            raise NotVisible
        rows = pick(db.session, model, person, request.args.get("query", ""))
        return Response(json.dumps(rows, ensure_ascii=False), mimetype="application/json")

    def relation(self, name: str, person: Person) -> type[Record] | None:
        """The table that a field of this view picks from; None where there is no such field for this person."""
        owner, _, inner = name.partition(".")
        if inner:
            inline = next((one for one in self.inlines if one.name == owner and inner in one.fields), None)
            found = Shown(self.line_model(inline), inner, Words(inner, inner)) if inline else None
        else:
            known = {*self.form_columns, *self.filter_columns, *self.asked_fields}
            found = self.shown(name) if name in known and name not in self.access.hidden_from(person) else None
        return found.target if found is not None and found.kind == "relation" else None

    def lookup_url(self, name: str) -> str:
        return f"/admin/{self.model.__tablename__}/ajax/lookup/?name={name}"

    # -- form --------------------------------------------------------------------------------------------------------

    def form_class(self, person: Person) -> type[Form]:
        """The form for this person's language and sight, made once."""
        hidden = self.access.hidden_from(person)
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
            raise NotYours(Words("Only {who} may add one.", "只有{who}可以新建。", who=_who(self.access.create)))
        if self.needs_employee and person.employee_id is None:
            raise NotYours(NO_EMPLOYEE)
        if request.method != "POST":
            with db.session.no_autoflush:
                form = self.form_class(person)(obj=self.new_record(act_here()), data=None)
            form.form_token.data = fresh_token()
            return self._form_page(form, None)
        if (twin := self._twin()) is not None:
            return redirect(twin)
        return self._save(None)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> AnyResponse | str:
        record, person = self.one(request.args.get("id")), person_here()
        if (refusal := self.why_not_edit(record, person)) is not None:
            if not self.access.may_edit(person):
                raise NotYours(refusal)
            raise RuleBroken(refusal)
        if request.method != "POST":
            form = self.form_class(person)(obj=record)
            return self._form_page(form, record)
        return self._save(record)

    def _twin(self) -> str | None:
        """Where the record is that this very form has made already."""
        token = clean(request.form.get("form_token", ""))[:64]
        found = db.session.get(FormToken, token) if token else None
        if found is None or found.account_id != person_here().account_id or found.entity_id is None:
            return None
        return record_url(self.model, found.entity_id)

    def _save(self, record: Record | None) -> AnyResponse:
        form = self.form_class(person_here())(request.form)
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
            refused = _as_refusal(fault)
        except RuleBroken as fault:
            refused = fault
        if refused is None:
            flash(t("Saved.", "已保存。"), "success")
            return redirect(record_url(self.model, saved.id))
        faults.note_refusal(refused)
        return self._refused(form, record, refused)

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
        if target is not None and not isinstance(target, FieldList):
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
            if record is None and (token := clean(form.form_token.data or "")):
                db.session.add(
                    FormToken(
                        token=token[:64],
                        account_id=act.by.account_id,
                        entity=self.model.__tablename__,
                        entity_id=saved.id,
                        at=act.at,
                    )
                )
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
        return self._form_page(form, self.one(request.args.get("id")), status=409, refusal=say(Stale().words), conflicts=found)

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

    # -- record ------------------------------------------------------------------------------------------------------

    @expose("/details/")
    def details_view(self) -> AnyResponse | str:
        record = self.one(request.args.get("id"))
        return self.render(self.details_template, page=pages.record_page(self, record, person_here()))

    @expose("/perform/", methods=("POST",))
    def perform_view(self) -> AnyResponse:
        """Takes one step of the lifecycle, if the version is the one that was looked at."""
        record = self.one(request.form.get("id"))
        sent = request.form.get("version_no", "")
        if not (sent.isdecimal() and sent.isascii() and len(sent) < 10):
            raise Faulty({"version_no": Words("The version is missing: reload the page.", "缺少版本号，请刷新页面。")})
        if int(sent) != record.version_no:
            raise Stale
        self._perform(record, request.form.get("verb", ""), act_here(Source.FORM), request.form)
        db.session.flush()
        if faults.wants_json():
            db.session.refresh(record)
            answer = {"ok": True, "status": 200, "message": t("Done.", "已办理。"), "record": pages.as_json(self, record)}
            return Response(json.dumps(answer, ensure_ascii=False), mimetype="application/json")
        flash(t("Done: {verb}.", "已办理：{verb}。", verb=record.verb_words(request.form.get("verb", ""))), "success")
        return redirect(record_url(self.model, record.id))

    def _perform(self, record: Record, verb: str, act: Act, sent: MultiDict[str, str]) -> None:
        step = record.lifecycle.find(verb, str(getattr(record, "status", ""))) if record.lifecycle else None
        fields = {name: self._asked_value(name, sent) for name in (step.asks if step else ()) if sent.get(name)}
        note = clean(sent.get("note", ""))[:2000]
        with acting(db.session, act):
            record.perform(verb, act=act, note=note, **fields)

    def _asked_value(self, name: str, sent: MultiDict[str, str]) -> Any:
        value = clean(sent.get(name, ""))[:5000]
        shown = self.shown(self.asked_fields.get(name, name)) if self.asked_fields.get(name) else None
        if shown is None:
            return value
        if shown.kind == "choice":
            if value not in {str(one) for one in shown.choices}:
                raise Faulty({name: Words("This is not one of the choices.", "不在可选项之内。")})
            return value
        return value

    @expose("/action/", methods=("POST",))
    def action_view(self) -> AnyResponse:
        """One verb on several records: all of them, or none."""
        verb, keys = request.form.get("action", ""), request.form.getlist("rowid")[:500]
        if verb not in self.bulk_verbs:
            raise NotYours(Words("There is no such bulk action here.", "此处没有该批量操作。"))
        records = [self.one(key) for key in dict.fromkeys(keys)]
        for record in records:
            self._perform(record, verb, act_here(Source.BULK), request.form)
        db.session.flush()
        flash(t("Done for {n} records.", "已办理 {n} 条。", n=len(records)), "success")
        return redirect(f"/admin/{self.model.__tablename__}/")

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> AnyResponse:
        """Only a draft can be taken away; everything else is voided, by a verb."""
        record, person = self.one(request.form.get("id")), person_here()
        if (refusal := self.why_not_edit(record, person)) is not None and not self.access.may_edit(person):
            raise NotYours(refusal)
        if not self.may_delete(record):
            raise RuleBroken(Words("Only a draft can be deleted.", "只有草稿可以删除。"))
        with acting(db.session, act_here()):
            db.session.delete(record)
            db.session.flush()
        flash(t("The draft is deleted.", "草稿已删除。"), "success")
        return redirect(f"/admin/{self.model.__tablename__}/")

    def may_delete(self, record: Record) -> bool:
        return "draft" in self.access.edit_while and str(getattr(record, "status", "")) == "draft"

    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self) -> AnyResponse:
        """Cells are not edited in lists here; the form is the way."""
        self.one(request.form.get("list_form_pk"))
        raise NotYours(Words("Open the record to edit it.", "请打开记录后修改。"))


def _who(roles: Any) -> Words:
    from rules.base import names_of

    return names_of(roles) if roles else Words("the system", "系统")


def _filled(form_field: Any) -> bool:
    raw = form_field.raw_data or []
    return any(str(one).strip() for one in raw)


def _text_of(form_field: Any) -> str:
    if isinstance(form_field, PickerField):
        return form_field.picked_label
    return value_text(value_of(form_field))


def _raw_of(form_field: Any) -> str:
    return str(form_field._value()) if hasattr(form_field, "_value") else str(form_field.data or "")


def _as_refusal(fault: IntegrityError) -> RuleBroken:
    field_name, words = faults.said_of(fault)
    refused = RuleBroken(words, field=field_name)
    refused.status = 422 if field_name else 409
    return refused


__all__ = ["Inline", "RegulationView", "Section", "filter_names", "now"]
