"""A process document's page: its revisions, which one was in force then, its reviews (P1.1)."""

from datetime import date
from typing import Any, ClassVar

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from admin_views.base import Inline, RegulationView
from admin_views.registry import panel, record_url
from admin_views.screen import Cell, Option, Panel
from admin_views.session import db
from admin_views.tabled import Columns, tabled
from admin_views.words import exact_date, exact_instant, t, today
from models.base import Act
from models.organisation import Employee, Post, ProductModel
from models.process import (
    DocumentReview,
    DocumentRevision,
    ProcessDocument,
    ProcessDocumentModel,
    revisions_in_force_on,
)
from rules.base import Person, Role, Words
from rules.process import InForce, refuse_interval

MOST = 30
MODEL_LABELS = {"product_model": Words("Product model", "产品型号")}


class ProcessDocumentView(RegulationView):
    labels: ClassVar = {
        "doc_no": Words("Document no.", "文件编号"),
        "title": Words("Title", "文件名称"),
        "doc_type": Words("Type", "文件类型"),
        "operation": Words("Operation", "工序"),
        "owner": Words("Owner", "文件负责人"),
        "review_interval_months": Words(
            "Reviewed every (months; empty = as the regulation says)", "评审周期（月，空=按制度参数）"
        ),
        "next_review_on": Words("Next review", "下次评审日期"),
    }
    list_columns = ("doc_no", "title", "doc_type", "operation", "owner", "next_review_on", "status")
    filter_columns = ("doc_type", "status", "department", "owner", "next_review_on")
    form_columns = ("doc_no", "title", "doc_type", "operation", "department", "owner", "review_interval_months")
    page_columns = (
        "doc_type",
        "operation",
        "department",
        "owner",
        "next_review_on",
        "review_interval_months",
    )
    left_out = frozenset({"next_review_on"})
    inlines = (
        Inline("posts", Words("Posts that work by it", "适用岗位"), ("post",), {}),
        Inline("models", Words("Product models made by it", "适用产品型号"), ("product_model",), MODEL_LABELS),
    )
    details_template = "process/document.html"
    icon = "file-text"

    def new_record(self, act: Act) -> ProcessDocument:
        """Whoever writes a document answers for it until somebody else is named."""
        owner = db.session.get(Employee, act.by.employee_id) if act.by.employee_id else None
        return ProcessDocument(owner=owner, department=owner.department if owner else None)

    def before_save(self, record: ProcessDocument, act: Act) -> None:
        refuse_interval(record.review_interval_months)

    def beside_facts(self, record: ProcessDocument) -> dict[str, Any]:
        asked_on = request.args.get("on", "")
        return {
            "asked_on": asked_on,
            "latest": today().isoformat(),
            "in_force": _in_force(record.id, asked_on),
            "options": revision_options(record.id),
        }


def _in_force(document_id: int, given: str) -> dict[str, Any] | None:
    """Which revision was to be worked by on that day; None where no day was asked for."""
    if not given:
        return None
    try:
        day = date.fromisoformat(given)
    except ValueError:
        return {"fault": t("This is not a date.", "这不是有效的日期。"), "lines": []}
    if not 1900 <= day.year <= 2200:
        return {"fault": t("The year is out of range.", "年份超出范围。"), "lines": []}
    found = revisions_in_force_on(db.session, document_id, day)
    query = select(DocumentRevision).options(joinedload(DocumentRevision.document))
    known = {
        one.id: one
        for one in db.session.scalars(query.where(DocumentRevision.id.in_([span.revision_id for span in found])))
    }
    lines = [_in_force_line(known[one.revision_id], one) for one in found]
    return {"fault": "", "on": exact_date(day), "lines": lines}


def _in_force_line(revision: DocumentRevision, span: InForce) -> dict[str, str]:
    since = exact_instant(span.released_at) if span.released_at else ""
    until = exact_instant(span.ended_at) if span.ended_at else ""
    return {
        "label": revision.label,
        "url": record_url(DocumentRevision, revision.id),
        "span": t("from {since} to {until}", "{since} 至 {until}", since=since, until=until)
        if until
        else t("since {since}", "自 {since} 起", since=since),
    }


def revision_options(document_id: int) -> list[Option]:
    """The revisions with a text of their own, to choose two from; the latest first."""
    rows = db.session.execute(
        select(DocumentRevision.id, DocumentRevision.rev_no, DocumentRevision.status)
        .where(DocumentRevision.document_id == document_id)
        .order_by(DocumentRevision.id.desc())
        .limit(200)
    )
    return [
        Option(str(key), t("{no} ({status})", "{no}（{status}）", no=no, status=status)) for key, no, status in rows
    ]


REVISIONS: Columns = {
    "rev_no": (Words("Revision", "版次"), lambda one: Cell(one.rev_no, "code")),
    "summary": (Words("What changed", "修订摘要"), lambda one: one.summary),
    "author": (Words("Author", "编制人"), lambda one: one.author.name if one.author is not None else ""),
    "released_at": (Words("Released", "发布时间"), lambda one: one.released_at),
    "status": (Words("Status", "状态"), lambda one: one.status),
}
POSTS: Columns = {
    "post": (Words("Post", "岗位"), lambda one: one.post.name),
    "department": (Words("Department", "部门"), lambda one: one.post.department.name),
}
MODELS: Columns = {
    "code": (Words("Model", "型号"), lambda one: Cell(one.product_model.code, "code")),
    "name": (Words("Name", "名称"), lambda one: one.product_model.name),
}
DOCUMENTS: Columns = {
    "doc_no": (Words("Document no.", "文件编号"), lambda one: Cell(one.doc_no, "code")),
    "title": (Words("Title", "文件名称"), lambda one: one.title),
    "doc_type": (Words("Type", "文件类型"), lambda one: one.doc_type),
    "status": (Words("Status", "状态"), lambda one: one.status),
}
REVIEWS: Columns = {
    "no": (Words("Number", "编号"), lambda one: Cell(one.no, "code")),
    "due_on": (Words("Due", "应评审日期"), lambda one: one.due_on),
    "done_at": (Words("Done", "完成时间"), lambda one: one.done_at),
    "result": (Words("Result", "结果"), lambda one: one.result),
    "status": (Words("Status", "状态"), lambda one: one.status),
}


@panel(ProcessDocument)
def revisions(document: ProcessDocument, person: Person) -> Panel:
    """All revisions of a document, the latest first."""
    rows = db.session.scalars(
        select(DocumentRevision)
        .options(joinedload(DocumentRevision.author))
        .where(DocumentRevision.document_id == document.id)
        .order_by(DocumentRevision.id.desc())
        .limit(MOST)
    )
    may_create = DocumentRevision.access.may_create(person) and person.employee_id is not None
    return Panel(
        t("Revisions", "版次"),
        *tabled(REVISIONS, rows),
        create_url=f"/admin/document_revision/new/?document={document.id}" if may_create else "",
        create_label=t("New revision", "新建版次")
        if person.holds(Role.TECHNICAL, Role.TECHNICAL_MANAGER)
        else t("Ask for a revision", "提出修订"),
    )


@panel(ProcessDocument)
def posts(document: ProcessDocument, person: Person) -> Panel | None:
    """The posts that work by it."""
    if not document.posts:
        return None
    return Panel(
        t("Posts that work by it", "适用岗位"),
        *tabled(POSTS, document.posts, lambda one: record_url(Post, one.post_id)),
    )


@panel(ProcessDocument)
def models(document: ProcessDocument, person: Person) -> Panel | None:
    """The products that are made by it."""
    if not document.models:
        return None
    return Panel(
        t("Product models made by it", "适用产品型号"),
        *tabled(MODELS, document.models, lambda one: record_url(ProductModel, one.product_model_id)),
        more_url="/process/completeness/",
    )


@panel(ProductModel)
def documents_of(model: ProductModel, person: Person) -> Panel:
    """The documents that a product is made by, and what it still lacks."""
    rows = db.session.scalars(
        select(ProcessDocument)
        .join(ProcessDocumentModel, ProcessDocumentModel.document_id == ProcessDocument.id)
        .where(ProcessDocumentModel.product_model_id == model.id)
        .order_by(ProcessDocument.doc_no)
        .limit(MOST)
    )
    return Panel(t("Process documents", "工艺文件"), *tabled(DOCUMENTS, rows), more_url="/process/completeness/")


@panel(ProcessDocument)
def reviews(document: ProcessDocument, person: Person) -> Panel:
    """Its periodic reviews, the one to come first."""
    rows = db.session.scalars(
        select(DocumentReview)
        .where(DocumentReview.document_id == document.id)
        .order_by(DocumentReview.id.desc())
        .limit(MOST)
    )
    return Panel(t("Periodic reviews", "定期评审"), *tabled(REVIEWS, rows), more_url="/process/reviews/")
