"""Periodic reviews on screen (P1.2)."""

from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from admin_views.base import RegulationView
from admin_views.process.notices import revisions_panel
from admin_views.registry import LINE_LABELS, panel, record_url
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import t
from models.process import DocumentReview, DocumentReviewer, DocumentRevision
from models.process.origins import revisions_from
from rules.base import Person, Words


class DocumentReviewView(RegulationView):
    labels: ClassVar = {
        "document": Words("Document", "文件"),
        "revision": Words("Revision reviewed", "评审版次"),
        "due_on": Words("Due", "应评审日期"),
        "done_at": Words("Done", "完成时间"),
        "result": Words("Result", "评审结果"),
        "findings": Words("Findings", "评审意见"),
        "review": Words("Review", "评审"),
        "employee": Words("Reviewer", "评审人"),
    }
    list_columns = ("no", "document", "due_on", "result", "done_at", "status")
    filter_columns = ("status", "due_on", "result", "document")
    page_columns = ("document", "revision", "due_on", "done_at", "result", "findings")
    left_out = frozenset({"no", "document_id", "revision_id", "due_on", "done_at", "result", "findings"})
    asked_fields: ClassVar = {"result": "result", "due_on": "due_on"}
    icon = "calendar-event"


LINE_LABELS["document_reviewer"] = {
    "review": Words("Review", "评审"),
    "employee": Words("Reviewer", "评审人"),
}


@panel(DocumentReview)
def reviewers(review: DocumentReview, person: Person) -> Panel | None:
    """Who takes part."""
    if not review.reviewers:
        return None
    rows = db.session.scalars(
        select(DocumentReviewer)
        .options(joinedload(DocumentReviewer.employee))
        .where(DocumentReviewer.review_id == review.id)
    )
    return Panel(
        title=t("Reviewers", "评审人"),
        headings=[Heading("employee", t("Reviewer", "评审人"))],
        rows=[Row(one.id, record_url(type(one.employee), one.employee_id), [Cell(one.employee.label)]) for one in rows],
    )


@panel(DocumentReview)
def proposed(review: DocumentReview, person: Person) -> Panel | None:
    """The revision that it asked for."""
    rows: list[DocumentRevision] = revisions_from(db.session, review)
    return revisions_panel(rows, t("Revision asked for", "提出的修订")) if rows else None
