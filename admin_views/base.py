"""The base view: every table through one door, with each open default of Flask-Admin closed once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

from flask import Response, flash, json, make_response, redirect, render_template, request
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form

from admin_views import exports, faults, lists, pages
from admin_views.columns import Shown
from admin_views.fields import clean
from admin_views.listing import Listing, Question, pick, question, sortable_columns
from admin_views.registry import LINE_LABELS, LINE_WORDS, record_url
from admin_views.saving import Inline, Saves, Section, who
from admin_views.screen import Option, Verb
from admin_views.session import db
from admin_views.signin import act_here, person_here, unauthorised
from admin_views.verbs import asked_value
from admin_views.words import say, t
from models.base import Act, Record, Source
from models.journal import acting
from rules.base import Access, Choice, Faulty, NotVisible, NotYours, Person, RuleBroken, Stale, Words, key_of


class Outrun(Stale):
    """Somebody was faster, and the page that is answered with shows what is there now."""

    def __init__(self) -> None:
        super().__init__()
        self.words = Words(
            "Somebody else has changed this record since you opened it. It stands here as it is now: look at it, "
            "then send again.",
            "您打开之后，这条记录已被他人修改。页面已更新为最新内容，请核对后重新提交。",
        )


class RegulationView(Saves, ModelView):
    """A table's list, form, page, verbs, look-ups and exports, as its ``access`` and lifecycle say."""

    list_columns: ClassVar[tuple[str, ...]] = ()
    filter_columns: ClassVar[tuple[str, ...]] = ()
    left_out: ClassVar[frozenset[str]] = frozenset()
    """Columns that no form shows, on purpose: the start-up check wants every other in ``form_columns``."""
    page_columns: ClassVar[tuple[str, ...]] = ()
    icon: ClassVar[str] = "table"
    default_size: ClassVar[int] = 50
    asked_fields: ClassVar[Mapping[str, str]] = {}
    """Fields that verbs ask for -> the column that says what kind they are."""
    asked_kinds: ClassVar[Mapping[str, str | type[Choice]]] = {}
    """Fields that verbs ask for and no column holds -> date, bool, text or the choices."""
    asked_required: ClassVar[frozenset[str]] = frozenset()
    bulk_verbs: ClassVar[tuple[str, ...]] = ()

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
            LINE_WORDS[line.__tablename__] = inline.words

    def render(self, template: str, **context: Any) -> str:
        """Flask-Admin's own context would shadow ours."""
        return render_template(template, admin_view=self, **context)

    def _refresh_cache(self) -> None:
        """Flask-Admin would make forms and filters with its own defaults; ours are made below."""
        self._list_columns, self._details_columns, self._filters, self._filter_args = [], [], [], {}
        self._form_ajax_refs, self._search_supported = {}, False

    # -- what is shown -----------------------------------------------------------------------------------------------

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
        found = question(request.args, sortable, listing.filters, self.default_size)
        return found if self.model.search_columns else replace(found, search="")

    # -- who may -----------------------------------------------------------------------------------------------------

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated)

    def inaccessible_callback(self, name: str, **kwargs: Any) -> AnyResponse:
        return unauthorised()

    def may_open(self, person: Person) -> bool:
        """Whether the table means anything to this person: a role sees it, or its records can name people."""
        by_role = any(role in self.access.view for role in person.roles) or "admin" in person.roles
        return by_role or bool(self.model.named_by)

    def one(self, key: str | None, *with_it: Any) -> Record:
        """The record with that key, if the person may see it. Raises NotVisible (404)."""
        if (found := key_of(key)) is None:
            raise NotVisible
        query = select(self.model).where(self.model.id == found, self.model.visible_to(person_here()))
        found = db.session.scalar(query.options(*with_it))
        if found is None:
            raise NotVisible
        return found

    def get_one(self, id: Any) -> Record | None:  # noqa: A002 - Flask-Admin's name
        """Flask-Admin's own way to a record asks for sight, too."""
        try:
            return self.one(str(id))
        except NotVisible:
            return None

    def why_not_edit(self, record: Record, person: Person) -> Words | None:
        """Why facts of this record cannot be edited now; None = they can."""
        if not self.access.may_edit(person) or not self.form_columns:
            return Words("Only {who} may edit this.", "只有{who}可以修改。", who=who(self.access.edit))
        status = str(getattr(record, "status", ""))
        if self.access.edit_while and status not in self.access.edit_while:
            return Words("It was submitted: facts no longer change.", "已提交，内容不能再修改。")
        return Words("It was voided.", "已作废。") if record.voided_at is not None else None

    # -- list --------------------------------------------------------------------------------------------------------

    @expose("/")
    def index_view(self) -> AnyResponse | str:
        person = person_here()
        if not self.may_open(person):
            raise NotYours(Words("This list is for: {who}.", "此列表仅限：{who}。", who=who(self.access.view)))
        return self.render(self.list_template, page=lists.list_page(self, self.listing(person)))

    @expose("/labels.css")
    def labels_sheet(self) -> AnyResponse:
        """What stands before each cell on a phone, said once for the list instead of in every row."""
        person = person_here()
        if not self.may_open(person):
            raise NotYours(Words("This list is for: {who}.", "此列表仅限：{who}。", who=who(self.access.view)))
        return Response(lists.labels_css(self.listing(person)), mimetype="text/css")

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> AnyResponse:
        person = person_here()
        if not self.may_open(person):
            raise NotYours(Words("This list is for: {who}.", "此列表仅限：{who}。", who=who(self.access.view)))
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
            known = dict.fromkeys((*self.form_columns, *self.filter_columns)) | dict(self.asked_fields)
            column = known.get(name) or name
            found = self.shown(column) if name in known and column not in self.access.hidden_from(person) else None
        return found.target if found is not None and found.kind == "relation" else None

    def lookup_url(self, name: str) -> str:
        return f"/admin/{self.model.__tablename__}/ajax/lookup/?name={name}"

    def own_verbs(self, record: Any, person: Person) -> list[Verb]:
        """Acts on a record that has no lifecycle; ``_perform`` takes them."""
        return []

    def asked_options(self, record: Any, name: str) -> list[Option] | None:
        """What a verb lets choose among that only this record knows; None = as its column or kind says."""
        return None

    def asked_first(self, record: Any, name: str) -> str:
        """What a field of a verb that no column fills begins with: the answer that is most likely."""
        return ""

    def hidden_in(self, record: Any, person: Person) -> frozenset[str]:
        """Columns of this record that must not reach this person; a view may show more to who stands near it."""
        return self.access.hidden_from(person)

    # -- record ------------------------------------------------------------------------------------------------------

    @expose("/details/")
    def details_view(self) -> AnyResponse | str:
        return self.record_html(self.one(request.args.get("id")))

    def record_html(self, record: Any, refused: RuleBroken | None = None) -> str:
        """A record's page; after a refusal with what was typed, and why it was refused."""
        page = pages.record_page(self, record, person_here())
        if refused is not None:
            page = pages.refused_page(self, page, refused, request.form)
        return self.render(self.details_template, page=page, **self.beside_facts(record))

    def beside_facts(self, record: Any) -> dict[str, Any]:
        """What a page of its own shows of a record beyond what every record's page does."""
        return {}

    @expose("/perform/", methods=("POST",))
    def perform_view(self) -> AnyResponse:
        """Takes one step of the lifecycle; what is refused is said where it was typed."""
        record = self.one(request.form.get("id"))
        try:
            self._take(record)
        except StaleDataError:
            return self._refused_act(Outrun())
        except IntegrityError as fault:
            return self._refused_act(faults.as_refusal(fault))
        except RuleBroken as refused:
            if refused.status not in faults.CAN_BE_MENDED:
                raise
            return self._refused_act(refused)
        if faults.wants_json():
            db.session.refresh(record)
            answer = {
                "ok": True,
                "status": 200,
                "message": t("Done.", "已办理。"),
                "record": pages.as_json(self, record),
            }
            return Response(json.dumps(answer, ensure_ascii=False), mimetype="application/json")
        flash(t("Done: {verb}.", "已办理：{verb}。", verb=record.verb_words(request.form.get("verb", ""))), "success")
        return redirect(record_url(self.model, record.id))

    def _take(self, record: Record) -> None:
        """Takes the step that was sent, if the version is the one that was looked at."""
        sent = request.form.get("version_no", "")
        if not (sent.isdecimal() and sent.isascii() and len(sent) < 10):
            raise Faulty({"version_no": Words("The version is missing: reload the page.", "缺少版本号，请刷新页面。")})
        if int(sent) != record.version_no:
            raise Outrun
        self._perform(record, request.form.get("verb", ""), act_here(Source.FORM), request.form)
        db.session.flush()

    def _refused_act(self, refused: RuleBroken) -> AnyResponse:
        """The record as it is now, with the dialog as it was sent."""
        faults.note_refusal(refused)
        if faults.wants_json():
            return faults.page(refused.status, say(refused.words))
        return make_response(self.record_html(self.one(request.form.get("id")), refused), refused.status)

    def _perform(self, record: Record, verb: str, act: Act, sent: MultiDict[str, str]) -> None:
        step = record.lifecycle.find(verb, str(getattr(record, "status", ""))) if record.lifecycle else None
        fields = {name: asked_value(self, name, sent) for name in (step.asks if step else ()) if sent.get(name)}
        note = clean(sent.get("note", ""))[:2000]
        with acting(db.session, act):
            record.perform(verb, act=act, note=note, **fields)

    @expose("/action/", methods=("POST",))
    def action_view(self) -> AnyResponse:
        """One verb on several records: all of them, or none."""
        verb, keys = request.form.get("action", ""), request.form.getlist("rowid")[:500]
        if verb not in self.bulk_verbs:
            raise NotYours(Words("There is no such bulk action here.", "此处没有该批量操作。"))
        records = [self.one(key) for key in dict.fromkeys(keys)]
        for record in records:
            with _naming(record, len(records)):
                self._perform(record, verb, act_here(Source.BULK), request.form)
                db.session.flush()
        flash(t("Done for {n} records.", "已办理 {n} 条。", n=len(records)), "success")
        return redirect(f"/admin/{self.model.__tablename__}/")

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> AnyResponse:
        """Only a draft can be taken away; everything else is voided, by a verb."""
        record, person = self.one(request.form.get("id")), person_here()
        refusal = self.why_not_edit(record, person)
        if refusal is not None and not self.access.may_edit(person):
            raise NotYours(refusal)
        if not self.may_delete(record):
            raise RuleBroken(Words("Only a draft can be deleted.", "只有草稿可以删除。"))
        if refusal is not None:
            raise NotYours(refusal)
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


@contextmanager
def _naming(record: Record, count: int) -> Iterator[None]:
    """Which of several records refused, and that all of them stayed as they were."""
    label = record.label
    try:
        yield
    except RuleBroken as refused:
        refused.words = Words(
            "{record}: {why} None of the {n} was done.", "{record}：{why}所选 {n} 条均未办理。",
            record=label, why=refused.words, n=count,
        )  # fmt: skip
        raise


__all__ = ["Inline", "RegulationView", "Section"]
