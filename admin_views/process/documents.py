"""A process document's page: its revisions, which one was in force then, its reviews (P1.1)."""

from datetime import date
from typing import Any, ClassVar

from flask import request
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from admin_views.base import Inline, RegulationView
from admin_views.columns import cell_of
from admin_views.pages import record_page
from admin_views.registry import panel, record_url
from admin_views.screen import Cell, Heading, Option, Panel, Row
from admin_views.session import db
from admin_views.signin import person_here
from admin_views.words import exact_date, exact_instant, t, today
from models.base import Act
from models.organisation import Employee, ProductModel
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

    @expose("/details/")
    def details_view(self) -> AnyResponse | str:
        record = self.one(request.args.get("id"))
        return self.render(
            self.details_template,
            page=record_page(self, record, person_here()),
            asked_on=request.args.get("on", ""),
            latest=today().isoformat(),
            in_force=_in_force(record.id, request.args.get("on", "")),
            options=revision_options(record.id),
        )


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


@panel(ProcessDocument)
def revisions(document: ProcessDocument, person: Person) -> Panel:
    """All revisions of a document, the latest first."""
    rows = db.session.execute(
        select(DocumentRevision, Employee.name)
        .outerjoin(Employee, Employee.id == DocumentRevision.author_id)
        .where(DocumentRevision.document_id == document.id)
        .order_by(DocumentRevision.id.desc())
        .limit(MOST)
    ).all()
    may_create = DocumentRevision.access.may_create(person) and person.employee_id is not None
    return Panel(
        title=t("Revisions", "版次"),
        headings=[
            Heading("rev_no", t("Revision", "版次")),
            Heading("summary", t("What changed", "修订摘要")),
            Heading("author", t("Author", "编制人")),
            Heading("released_at", t("Released", "发布时间")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(DocumentRevision, one.id),
                [
                    Cell(one.rev_no, "code"),
                    Cell(one.summary),
                    Cell(name or ""),
                    cell_of(one.released_at),
                    cell_of(one.status),
                ],
            )
            for one, name in rows
        ],
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
        title=t("Posts that work by it", "适用岗位"),
        headings=[
            Heading("post", t("Post", "岗位")),
            Heading("department", t("Department", "部门")),
        ],
        rows=[
            Row(one.id, record_url(type(one.post), one.post_id), [Cell(one.post.name), Cell(one.post.department.name)])
            for one in document.posts
        ],
    )


@panel(ProcessDocument)
def models(document: ProcessDocument, person: Person) -> Panel | None:
    """The products that are made by it."""
    if not document.models:
        return None
    return Panel(
        title=t("Product models made by it", "适用产品型号"),
        headings=[Heading("code", t("Model", "型号")), Heading("name", t("Name", "名称"))],
        rows=[
            Row(
                one.id,
                record_url(ProductModel, one.product_model_id),
                [Cell(one.product_model.code, "code"), Cell(one.product_model.name)],
            )
            for one in document.models
        ],
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
    return Panel(
        title=t("Process documents", "工艺文件"),
        headings=[
            Heading("doc_no", t("Document no.", "文件编号")),
            Heading("title", t("Title", "文件名称")),
            Heading("doc_type", t("Type", "文件类型")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(ProcessDocument, one.id),
                [Cell(one.doc_no, "code"), Cell(one.title), cell_of(one.doc_type), cell_of(one.status)],
            )
            for one in rows
        ],
        more_url="/process/completeness/",
    )


@panel(ProcessDocument)
def reviews(document: ProcessDocument, person: Person) -> Panel:
    """Its periodic reviews, the one to come first."""
    rows = db.session.scalars(
        select(DocumentReview)
        .where(DocumentReview.document_id == document.id)
        .order_by(DocumentReview.id.desc())
        .limit(MOST)
    ).all()
    return Panel(
        title=t("Periodic reviews", "定期评审"),
        headings=[
            Heading("no", t("Number", "编号")),
            Heading("due_on", t("Due", "应评审日期")),
            Heading("done_at", t("Done", "完成时间")),
            Heading("result", t("Result", "结果")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(DocumentReview, one.id),
                [
                    Cell(one.no, "code"),
                    cell_of(one.due_on),
                    cell_of(one.done_at),
                    cell_of(one.result),
                    cell_of(one.status),
                ],
            )
            for one in rows
        ],
        more_url="/process/reviews/",
    )
