"""Pages of this chapter beside its tables: two revisions side by side, the calendar of reviews (P1.2)."""

from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of
from admin_views.process.desk import due_on_cell
from admin_views.process.documents import revision_options
from admin_views.process.side_by_side import side_by_side
from admin_views.registry import MenuPage, menu_page, record_url
from admin_views.screen import Cell, Heading, Row
from admin_views.session import db
from admin_views.signin import unauthorised
from admin_views.words import say, t, today, year_month_text
from models.process import DocumentReview, DocumentRevision, ModelPapers, Paper, ProcessDocument, completeness
from rules.base import NotVisible, Person, Words, key_of
from rules.process import DocType, DocumentStatus, ReviewStatus

pages = Blueprint("process", __name__, url_prefix="/process")
AHEAD = timedelta(days=366)
MOST = 500


def _everybody(person: Person) -> bool:
    """Documents are everybody's to read."""
    return True


menu_page(
    MenuPage(
        "process",
        Words("Documents by product model", "产品工艺文件齐套表"),
        "/process/completeness/",
        _everybody,
        "table",
    )
)
menu_page(
    MenuPage("process", Words("Calendar of reviews", "评审日历"), "/process/reviews/", _everybody, "calendar-event")
)


@pages.get("/compare/")
def compare_revisions() -> AnyResponse | str:
    """The text of two revisions of a document side by side."""
    if not current_user.is_authenticated:
        return unauthorised()
    old, new = _revision("old"), _revision("new")
    if old.document_id != new.document_id:
        raise NotVisible
    if "swap" in request.args:
        return redirect(f"/process/compare/?old={new.id}&new={old.id}")
    is_short = request.args.get("all", "") != "1"
    return render_template(
        "process/compare.html",
        title=old.document.title,
        document_url=record_url(ProcessDocument, old.document_id),
        old=_side(old),
        new=_side(new),
        diff=side_by_side(old.body, new.body, is_short=is_short),
        is_short=is_short,
        options=revision_options(old.document_id),
        clause="P1.2",
    )


def _revision(name: str) -> DocumentRevision:
    found = db.session.get(DocumentRevision, key_of(request.args.get(name)) or 0)
    if found is None:
        raise NotVisible
    return found


def _side(revision: DocumentRevision) -> dict[str, Any]:
    return {
        "id": str(revision.id),
        "label": revision.label,
        "rev_no": revision.rev_no,
        "url": record_url(DocumentRevision, revision.id),
        "state": cell_of(revision.status),
        "released": cell_of(revision.released_at),
    }


@pages.get("/reviews/")
def review_calendar() -> AnyResponse | str:
    """The reviews to come month by month, what is overdue first."""
    if not current_user.is_authenticated:
        return unauthorised()
    rows = db.session.scalars(
        select(DocumentReview)
        .options(joinedload(DocumentReview.document).joinedload(ProcessDocument.owner))
        .where(DocumentReview.status != ReviewStatus.DONE, DocumentReview.due_on <= today() + AHEAD)
        .order_by(DocumentReview.due_on, DocumentReview.id)
        .limit(MOST)
    ).all()
    late = [one for one in rows if one.due_on < today()]
    months = [
        {"title": year_month_text(key), "rows": [_row(one) for one in group]}
        for key, group in groupby(
            (one for one in rows if one.due_on >= today()), key=lambda one: one.due_on.replace(day=1)
        )
    ]
    groups = [{"title": t("Overdue", "已逾期"), "rows": [_row(one) for one in late]}, *months] if late else months
    return render_template(
        "process/reviews.html",
        title=t("Calendar of reviews", "评审日历"),
        headings=[
            Heading("document", t("Document", "文件")),
            Heading("due_on", t("Due", "应评审日期")),
            Heading("owner", t("Owner", "文件负责人")),
            Heading("status", t("Status", "状态")),
        ],
        groups=groups,
        clause="P1.2",
    )


@pages.get("/completeness/")
def complete() -> AnyResponse | str:
    """Each product model with its documents by type, and what is missing by name (P1.1)."""
    if not current_user.is_authenticated:
        return unauthorised()
    found = completeness(db.session)
    lacking = sum(bool(one.missing) for one in found)
    return render_template(
        "process/completeness.html",
        title=t("Documents by product model", "产品工艺文件齐套表"),
        headings=[t("Product model", "产品型号"), *(say(one.words) for one in DocType), t("Missing", "缺项")],
        rows=[_papers_row(one) for one in found],
        summary=t(
            "{complete} of {all} product models have all three types in force.",
            "{all} 个产品型号中，{complete} 个三类文件齐全。",
            complete=len(found) - lacking,
            all=len(found),
        ),
        is_complete=not lacking,
        clause="P1.1",
    )


def _papers_row(one: ModelPapers) -> dict[str, Any]:
    return {
        "label": one.model.code,
        "name": one.model.name,
        "url": record_url(type(one.model), one.model.id),
        "cells": [_papers_cell(one, kind) for kind in DocType],
        "missing": t(", ", "、").join(say(kind.words) for kind in one.missing),
    }


def _papers_cell(one: ModelPapers, kind: DocType) -> dict[str, Any]:
    """The documents of one type: in force, stopped, or not released yet."""
    papers = [
        {
            "label": paper.doc_no,
            "url": record_url(ProcessDocument, paper.id),
            "state": _paper_state(paper),
        }
        for paper in one.papers.get(kind, ())
    ]
    return {"label": say(kind.words), "papers": papers, "is_missing": kind in one.missing}


def _paper_state(paper: Paper) -> Cell:
    if paper.status is DocumentStatus.SUSPENDED:
        return cell_of(paper.status)
    if paper.rev_no is None:
        return Cell(t("not released", "未发布"), "state", tone="soon")
    return Cell(paper.rev_no, "state", tone="met")


def _row(review: DocumentReview) -> Row:
    document = review.document
    return Row(
        review.id,
        record_url(DocumentReview, review.id),
        [
            Cell(document.label),
            due_on_cell(review.due_on),
            Cell(document.owner.label if document.owner else ""),
            cell_of(review.status),
        ],
    )
