"""A revision's page: written, countersigned, approved, released; where it comes from and what it brought (P1.3)."""

from typing import Any, ClassVar

from flask import request
from sqlalchemy import func, select

from admin_views.base import RegulationView
from admin_views.columns import cell_of
from admin_views.faults import SENTENCES
from admin_views.history import action_words
from admin_views.process.origins import WRITERS, begun_from, seen, set_off_by
from admin_views.process.side_by_side import side_by_side
from admin_views.registry import panel, record_url, views
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import say, t
from models.actions import ActionItem
from models.base import Act, Record
from models.event import ApprovalRecord, Event
from models.organisation import Employee
from models.process import (
    ChangeNotice,
    DocumentRevision,
    ProcessDocument,
    revision_number_after,
    sides,
)
from rules.base import Person, Role, Words
from rules.event import Decision
from rules.process import SIGNERS, ChangeClass, NoticeKind, RevisionStatus, Trigger

SENTENCES["uq_document_revision_one_in_force"] = Words(
    "Only one revision can be in force.", "同一文件只能有一个现行版次。"
)
SENTENCES["uq_document_revision_document_id_rev_no"] = Words(
    "The document has a revision of that number already.", "该文件已有此版次。"
)
TRIGGER_OF_NOTICE = {
    NoticeKind.DESIGN: Trigger.PRODUCT_DESIGN_CHANGE,
    NoticeKind.EQUIPMENT: Trigger.EQUIPMENT_RENEWAL,
    NoticeKind.PROCESS: Trigger.PROCESS_OPTIMISATION,
}


class DocumentRevisionView(RegulationView):
    labels: ClassVar = {
        "document": Words("Document", "文件"),
        "rev_no": Words("Revision", "版次"),
        "change_class": Words("Change class", "变更类别"),
        "trigger": Words("Why it is revised", "修订原因"),
        "trigger_entity": Words("Set off by", "来源类型"),
        "trigger_id": Words("Source", "来源记录"),
        "change_notice": Words("Change notice", "变更通知"),
        "summary": Words("What changed", "修订摘要"),
        "body": Words("Text", "正文"),
        "effective_on": Words("Effective", "生效日期"),
        "grace_days": Words("Days to learn it", "学习宽限天数"),
        "proposed_by": Words("Asked for by", "提出人"),
        "author": Words("Author", "编制人"),
        "approved_by": Words("Approved by", "批准人"),
        "approved_at": Words("Approved", "批准时间"),
        "released_at": Words("Released", "发布时间"),
        "superseded_at": Words("Superseded", "替代时间"),
        "withdrawn_at": Words("Withdrawn", "撤回时间"),
    }
    list_columns = ("document", "rev_no", "change_class", "summary", "author", "released_at", "status")
    filter_columns = ("status", "document", "change_class", "trigger", "author", "released_at", "effective_on")
    form_columns = (
        "document",
        "rev_no",
        "change_class",
        "trigger",
        "change_notice",
        "effective_on",
        "summary",
        "body",
    )
    page_columns = (
        "document",
        "rev_no",
        "change_class",
        "trigger",
        "change_notice",
        "proposed_by",
        "author",
        "approved_by",
        "approved_at",
        "effective_on",
        "grace_days",
        "released_at",
        "superseded_at",
        "withdrawn_at",
        "summary",
        "body",
    )
    left_out = frozenset(
        {
            "trigger_entity",
            "trigger_id",
            "grace_days",
            "proposed_by_id",
            "author_id",
            "approved_by_id",
            "approved_at",
            "released_at",
            "superseded_at",
            "withdrawn_at",
        }
    )
    asked_fields: ClassVar = {"effective_on": "effective_on"}
    create_template = "process/revision_create.html"
    edit_template = "process/revision_edit.html"
    details_template = "process/revision.html"
    icon = "files"
    needs_employee = True

    def new_record(self, act: Act) -> DocumentRevision:
        """A technician's draft, or what somebody else asks for; filled in from where it was asked for."""
        is_writer = act.by.holds(*WRITERS)
        revision = DocumentRevision(
            status=RevisionStatus.DRAFT if is_writer else RevisionStatus.PROPOSED,
            author_id=act.by.employee_id if is_writer else None,
            proposed_by_id=None if is_writer else act.by.employee_id,
        )
        _from_notice(revision)
        document = begun_from(revision) or seen(ProcessDocument, "document")
        if document is not None and request.method == "GET":
            _begin_with(revision, document)
        return revision

    def why_not_edit(self, record: Any, person: Person) -> Words | None:
        """Technicians write; who asked for a revision may change what he asked while nobody has taken it up."""
        refusal = super().why_not_edit(record, person)
        if refusal is not None or person.holds(*WRITERS):
            return refusal
        is_his = record.proposed_by_id == person.employee_id and record.status is RevisionStatus.PROPOSED
        return None if is_his else Words("Technicians are working on it.", "工艺技术人员正在编制，不能修改。")

    def beside_facts(self, record: DocumentRevision) -> dict[str, Any]:
        before = _before(record)
        return {
            "before": before.label if before is not None else "",
            "diff": side_by_side(before.body, record.body, is_short=True) if before is not None else None,
            "compare_url": _compare_url(record, before),
        }


def _from_notice(revision: DocumentRevision) -> None:
    notice = seen(ChangeNotice, "notice")
    if notice is not None:
        revision.trigger, revision.summary = TRIGGER_OF_NOTICE[notice.kind], notice.title
        if request.method == "GET":
            revision.change_notice = notice


def _begin_with(revision: DocumentRevision, document: ProcessDocument) -> None:
    """The next number, and the text that is in force to go on from."""
    revision.document = document
    revision.change_class = ChangeClass.MINOR
    revision.rev_no = revision_number_after(db.session, document.id, ChangeClass.MINOR)
    latest = db.session.scalar(
        select(DocumentRevision)
        .where(DocumentRevision.document_id == document.id, DocumentRevision.released_at.is_not(None))
        .order_by(DocumentRevision.released_at.desc())
        .limit(1)
    )
    revision.body = latest.body if latest is not None else ""
    if latest is None and revision.trigger is None:
        revision.trigger = Trigger.INITIAL


def _before(record: DocumentRevision) -> DocumentRevision | None:
    """The revision that this one follows: the last one released before it."""
    query = (
        select(DocumentRevision)
        .where(
            DocumentRevision.document_id == record.document_id,
            DocumentRevision.id != record.id,
            DocumentRevision.released_at.is_not(None),
        )
        .order_by(DocumentRevision.released_at.desc())
        .limit(1)
    )
    if record.released_at is not None:
        query = query.where(DocumentRevision.released_at < record.released_at)
    return db.session.scalar(query)


def _compare_url(record: DocumentRevision, before: DocumentRevision | None) -> str:
    if before is None:
        return ""
    return f"/process/compare/?old={before.id}&new={record.id}"


@panel(DocumentRevision)
def signed(revision: DocumentRevision, person: Person) -> Panel | None:
    """The countersignatures of this round, given and still wanted."""
    if revision.change_class is ChangeClass.EDITORIAL or revision.status in {
        RevisionStatus.PROPOSED,
        RevisionStatus.DRAFT,
        RevisionStatus.DROPPED,
    }:
        return None
    rows = db.session.execute(
        select(ApprovalRecord, Employee.name)
        .outerjoin(Employee, Employee.id == ApprovalRecord.by_id)
        .where(
            ApprovalRecord.entity == "document_revision",
            ApprovalRecord.entity_id == revision.id,
            ApprovalRecord.step == "countersign",
            ApprovalRecord.decision == Decision.APPROVED,
            ApprovalRecord.used_at.is_(None)
            if revision.status is RevisionStatus.IN_REVIEW
            else ApprovalRecord.used_at == revision.approved_at,
        )
        .order_by(ApprovalRecord.id)
    ).all()
    given = {approval.role: (approval, name) for approval, name in rows}
    if revision.status is RevisionStatus.IN_REVIEW:
        wanted = sides(db.session, revision.document_id)
    else:
        wanted = tuple(role for role in SIGNERS if str(role) in given)
    if not wanted:
        return None
    return Panel(
        title=t("Countersignatures", "会签"),
        headings=[
            Heading("role", t("For", "会签方")),
            Heading("by", t("Signed by", "会签人")),
            Heading("at", t("Signed", "会签时间")),
            Heading("comment", t("Remark", "意见")),
            Heading("state", t("State", "状态")),
        ],
        rows=[_signature_row(place, role, given.get(str(role))) for place, role in enumerate(wanted)],
    )


def _signature_row(place: int, role: Role, given: Any) -> Row:
    if given is None:
        waiting = Cell(t("waiting", "待会签"), "state", tone="soon")
        return Row(place, "", [Cell(say(role.words)), Cell(""), Cell(""), Cell(""), waiting])
    approval, name = given
    done = Cell(t("signed", "已会签"), "state", tone="met")
    return Row(
        place,
        "",
        [Cell(say(role.words)), Cell(name or ""), cell_of(approval.decided_at), Cell(approval.comment), done],
    )


@panel(DocumentRevision)
def comes_from(revision: DocumentRevision, person: Person) -> Panel | None:
    """The record that set it off, where this person may see it."""
    view = views().get(revision.trigger_entity or "")
    source: Record | None = view.get_one(revision.trigger_id) if view is not None else None
    if source is None or view is None:
        return None
    return Panel(
        title=t("Where it comes from", "修订来源"),
        headings=[
            Heading("source", t("Record", "记录")),
            Heading("kind", t("Kind", "类型")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                source.id,
                record_url(type(source), source.id),
                [Cell(source.label), Cell(say(source.words)), cell_of(getattr(source, "status", None))],
            )
        ],
    )


@panel(ActionItem)
def revisions_of(action: ActionItem, person: Person) -> Panel | None:
    """The revisions that a rectification set off, and the way to the next one."""
    return set_off_by("action", action, person)


@panel(DocumentRevision)
def brought_about(revision: DocumentRevision, person: Person) -> Panel | None:
    """What its release brought about at the same instant, chapter by chapter, as the chain has it."""
    if revision.released_at is None:
        return None
    rows = db.session.execute(
        select(Event.entity, Event.action, func.count(), func.min(Event.entity_id))
        .where(
            Event.at == revision.released_at,
            (Event.entity != "document_revision") | (Event.entity_id != revision.id),
        )
        .group_by(Event.entity, Event.action)
        .order_by(func.min(Event.seq))
        .limit(50)
    ).all()
    known = views()
    found = [
        Row(place, *_brought(known[entity], action, count, key))
        for place, (entity, action, count, key) in enumerate(rows)
        if entity in known
    ]
    if not found:
        return None
    return Panel(
        title=t("What its release brought about", "发布后的结果"),
        headings=[
            Heading("what", t("What", "对象")),
            Heading("action", t("What happened", "结果")),
            Heading("n", t("How many", "数量"), "number"),
        ],
        rows=found,
    )


def _brought(view: RegulationView, action: str, count: int, key: int | None) -> tuple[str, list[Cell]]:
    one = view.get_one(key) if count == 1 and key is not None else None
    what = f"{say(view.model.words)} {one.label}" if one is not None else say(view.model.words)
    words = action_words(one or view.model(), action)
    return record_url(view.model, one.id) if one is not None else "", [
        Cell(what),
        Cell(words),
        Cell(str(count), "number"),
    ]
