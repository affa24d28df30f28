"""What waits in this chapter: reviews due, revisions asked for, begun, to release (P1.2, P1.3)."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from admin_views.columns import cell_of, due_cell
from admin_views.registry import desk_card, record_url
from admin_views.screen import Cell, DeskAct, DeskCard, DeskLine
from admin_views.session import db
from admin_views.words import exact_date, near_date, say, t, today
from models.base import now
from models.process import ChangeNotice, DocumentReview, DocumentRevision, ProcessDocument
from rules.base import Person, Role
from rules.process import NoticeStatus, ReviewStatus, RevisionStatus

MOST = 10
SOON = timedelta(days=30)
CARDS: list[Callable[[Person], DeskCard | None]] = []


def due_on_cell(due_on: date, *, is_done: bool = False) -> Cell:
    """A day by which something is due, in the colours of deadlines: the whole day counts."""
    left = (due_on - today()).days
    tone = "done" if is_done else "overdue" if left < 0 else "soon" if left <= 1 else "running"
    return Cell(near_date(due_on), "date", exact=exact_date(due_on), tone=tone)


def _card(maker: Callable[[Person], DeskCard | None]) -> Callable[[Person], DeskCard | None]:
    CARDS.append(maker)
    return desk_card(maker)


@_card
def reviews_due(person: Person) -> DeskCard | None:
    """Reviews of the next thirty days, overdue ones first: a technician's own, the manager's all."""
    if not person.holds(Role.TECHNICAL, Role.TECHNICAL_MANAGER):
        return None
    open_ones: list[ColumnElement[bool]] = [
        DocumentReview.status != ReviewStatus.DONE,
        DocumentReview.due_on <= today() + SOON,
    ]
    query = select(DocumentReview).join(DocumentReview.document).options(joinedload(DocumentReview.document))
    count = select(func.count()).select_from(DocumentReview).join(DocumentReview.document)
    if not person.holds(Role.TECHNICAL_MANAGER):
        open_ones.append((ProcessDocument.owner_id == person.employee_id) | ProcessDocument.owner_id.is_(None))
    rows = db.session.scalars(query.where(*open_ones).order_by(DocumentReview.due_on, DocumentReview.id).limit(MOST))
    lines = [
        DeskLine(
            one.document.label,
            record_url(DocumentReview, one.id),
            f"{one.no} · {say(one.document.doc_type.words)}",
            due_on_cell(one.due_on),
            act=DeskAct(t("Record the result", "登记结果"), f"{record_url(DocumentReview, one.id)}#verb-finish"),
        )
        for one in rows
    ]
    return DeskCard(
        t("Document reviews due", "到期的文件评审"),
        lines,
        t("No review is due within thirty days.", "三十天内没有到期的评审。"),
        db.session.scalar(count.where(*open_ones)) or 0,
        "calendar-event",
        t("Calendar of reviews", "评审日历"),
        "/process/reviews/",
    )


def _revision_lines(*conditions: ColumnElement[bool]) -> list[DeskLine]:
    rows = db.session.scalars(
        select(DocumentRevision)
        .options(joinedload(DocumentRevision.document), joinedload(DocumentRevision.author))
        .where(*conditions)
        .order_by(DocumentRevision.id)
        .limit(MOST)
    )
    return [
        DeskLine(
            f"{one.label} {one.document.title}",
            record_url(DocumentRevision, one.id),
            " · ".join(filter(None, (say(one.change_class.words), one.summary))),
            cell_of(one.effective_on)
            if one.status is RevisionStatus.APPROVED and one.effective_on
            else cell_of(one.status),
            act=_act_on(one),
        )
        for one in rows
    ]


def _act_on(revision: DocumentRevision) -> DeskAct | None:
    """What is done about it from the desk; what is to be judged is opened and read first."""
    if revision.status is RevisionStatus.PROPOSED:
        words = say(revision.verb_words("take_up"))
        return DeskAct(words, "/admin/document_revision/perform/", "take_up", revision.id, revision.version_no)
    if revision.status is RevisionStatus.DRAFT:
        return DeskAct(t("Go on writing", "继续编制"), f"/admin/document_revision/edit/?id={revision.id}")
    return None


@_card
def asked_for(person: Person) -> DeskCard | None:
    """Revisions that others asked for, and changes that no revision has followed yet."""
    if not person.holds(Role.TECHNICAL):
        return None
    lines = _revision_lines(DocumentRevision.status == RevisionStatus.PROPOSED)
    notices = db.session.scalars(
        select(ChangeNotice).where(ChangeNotice.status == NoticeStatus.OPEN).order_by(ChangeNotice.due_at).limit(MOST)
    )
    at = now()
    lines += [
        DeskLine(
            one.title,
            record_url(ChangeNotice, one.id),
            f"{one.no} · {say(one.kind.words)}",
            due_cell(one.due_at, at),
            act=DeskAct(t("Draft a revision", "编制修订"), f"/admin/document_revision/new/?notice={one.id}"),
        )
        for one in notices
    ]
    return DeskCard(
        t("Revisions asked for", "待编制的修订"),
        lines,
        t("Nobody asks for a revision.", "没有待编制的修订。"),
        len(lines),
        "file-text",
    )


@_card
def my_revisions(person: Person) -> DeskCard | None:
    """Drafts of one's own, those that were returned among them."""
    if not person.holds(Role.TECHNICAL):
        return None
    lines = _revision_lines(
        DocumentRevision.status == RevisionStatus.DRAFT, DocumentRevision.author_id == (person.employee_id or 0)
    )
    return DeskCard(
        t("My drafts of documents", "我编制中的文件"),
        lines,
        t("No draft is under way.", "没有编制中的文件。"),
        len(lines),
        "pencil",
    )


@_card
def to_release(person: Person) -> DeskCard | None:
    """What the technical manager has approved and not yet released; what he has to approve is in his inbox."""
    if not person.holds(Role.TECHNICAL_MANAGER):
        return None
    lines = _revision_lines(
        DocumentRevision.status == RevisionStatus.APPROVED,
        DocumentRevision.author_id.is_distinct_from(person.employee_id or 0),
    )
    return DeskCard(
        t("Documents to release", "待发布的文件"),
        lines,
        t("Nothing to release.", "没有待发布的文件。"),
        len(lines),
        "clipboard-check",
    )
