"""Process documents and revisions on screen (P1)."""

from typing import Any, ClassVar

from sqlalchemy import select

from admin_views.base import Inline, RegulationView
from admin_views.columns import cell_of
from admin_views.faults import SENTENCES
from admin_views.registry import panel, record_url
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import t
from models.base import Act
from models.organisation import Employee
from models.process import DocumentRevision, ProcessDocument
from rules.base import Person, Words

SENTENCES["uq_document_revision_one_in_force"] = Words(
    "Only one revision can be in force.", "同一文件只能有一个现行版次。"
)


class ProcessDocumentView(RegulationView):
    labels: ClassVar = {
        "doc_no": Words("Document no.", "文件编号"),
        "title": Words("Title", "文件名称"),
        "doc_type": Words("Type", "文件类型"),
        "operation": Words("Operation", "工序"),
    }
    list_columns = ("doc_no", "title", "doc_type", "operation", "department", "status")
    filter_columns = ("doc_type", "status", "department")
    form_columns = ("doc_no", "title", "doc_type", "operation", "department")
    inlines = (Inline("posts", Words("Posts that work by it", "适用岗位"), ("post",), {}),)
    icon = "file-text"


class DocumentRevisionView(RegulationView):
    labels: ClassVar = {
        "document": Words("Document", "文件"),
        "rev_no": Words("Revision", "版次"),
        "change_class": Words("Change class", "变更类别"),
        "summary": Words("What changed", "修订摘要"),
        "body": Words("Text", "正文"),
        "effective_on": Words("Effective", "生效日期"),
        "author": Words("Author", "编制人"),
        "approved_by": Words("Approved by", "批准人"),
        "released_at": Words("Released", "发布时间"),
        "superseded_at": Words("Superseded", "替代时间"),
        "withdrawn_at": Words("Withdrawn", "撤回时间"),
    }
    list_columns = ("document", "rev_no", "change_class", "summary", "author", "released_at", "status")
    filter_columns = ("status", "document", "change_class")
    form_columns = ("document", "rev_no", "change_class", "summary", "body", "effective_on")
    page_columns = (
        "document",
        "rev_no",
        "change_class",
        "author",
        "approved_by",
        "effective_on",
        "released_at",
        "superseded_at",
        "withdrawn_at",
        "summary",
        "body",
    )
    left_out = frozenset({"author_id", "approved_by_id", "released_at", "superseded_at", "withdrawn_at"})
    icon = "files"
    needs_employee = True

    def new_record(self, act: Act) -> DocumentRevision:
        return DocumentRevision(author_id=act.by.employee_id)


@panel(ProcessDocument)
def revisions(document: ProcessDocument, person: Person) -> Panel:
    """All revisions of a document, the latest first."""
    rows = db.session.execute(
        select(DocumentRevision, Employee.name)
        .outerjoin(Employee, Employee.id == DocumentRevision.author_id)
        .where(DocumentRevision.document_id == document.id)
        .order_by(DocumentRevision.id.desc())
        .limit(20)
    ).all()
    return Panel(
        title=t("Revisions", "版次"),
        headings=[
            Heading("rev_no", t("Revision", "版次")),
            Heading("author", t("Author", "编制人")),
            Heading("released_at", t("Released", "发布时间")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(DocumentRevision, one.id),
                [Cell(one.rev_no, "code"), Cell(name or ""), cell_of(one.released_at), cell_of(one.status)],
            )
            for one, name in rows
        ],
    )


VIEWS: list[tuple[type[Any], type[RegulationView]]] = [
    (ProcessDocument, ProcessDocumentView),
    (DocumentRevision, DocumentRevisionView),
]
