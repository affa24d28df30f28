"""Periodic review of process documents: scheduled by itself, done by technicians, moved on by its result (P1.2)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Act, Line, Record, after, now, on_date
from models.journal import seal
from models.organisation import Employee
from models.process.documents import ProcessDocument
from models.process.revisions import DocumentRevision, in_force_now, revision_number_after
from models.regulation import company_calendar, figure
from rules import process
from rules.base import Person, RuleBroken, Words
from rules.process import ChangeClass, DocumentStatus, ReviewResult, ReviewStatus, RevisionStatus, Trigger
from rules.regulation.figures import GRACE_DAYS, REVIEW_INTERVAL_MONTHS

UNDONE_SQL = "status != 'done'"
LONGEST_BREAK_DAYS = 60


class DocumentReview(Record):
    """One periodic review of a document (定期评审)."""

    __tablename__ = "document_review"
    __table_args__ = (
        CheckConstraint("(status = 'done') = (done_at IS NOT NULL)", name="done_has_instant"),
        CheckConstraint("(status = 'done') = (result IS NOT NULL)", name="done_has_result"),
        Index(
            "uq_document_review_one_open",
            "document_id",
            unique=True,
            sqlite_where=text(UNDONE_SQL),
            postgresql_where=text(UNDONE_SQL),
        ),
        Index("ix_document_review_due", "due_on", sqlite_where=text(UNDONE_SQL), postgresql_where=text(UNDONE_SQL)),
        Index("ix_document_review_document_id_id", "document_id", "id"),
        Index("ix_document_review_status_id", "status", "id"),
    )
    words = Words("Document review", "文件评审")
    chapter = "process"
    access = process.DOCUMENT_REVIEW
    lifecycle = process.REVIEW_STEPS
    number_prefix = "PS"
    search_columns = ("no",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("process_document.id"))
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("document_revision.id"), index=True)
    due_on: Mapped[date]
    done_at: Mapped[datetime | None]
    result: Mapped[ReviewResult | None]
    findings: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[ReviewStatus] = mapped_column(default=ReviewStatus.SCHEDULED)
    document: Mapped[ProcessDocument] = relationship()
    revision: Mapped[DocumentRevision | None] = relationship()
    reviewers: Mapped[list["DocumentReviewer"]] = relationship(back_populates="review", cascade="all, delete-orphan")

    @property
    def label(self) -> str:
        return f"{self.no} {self.document.title}"

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {**self.document.parties(), process.REVIEWER: frozenset(one.employee_id for one in self.reviewers)}

    def do_finish(self, act: Act, result: str = "", findings: str = "") -> None:
        """The result, and the next date; what is to be revised becomes a proposed revision."""
        found = process.refuse_unfounded(result, findings, by_system=act.by.is_system)
        self.revision = in_force_now(self.session, self.document_id)
        if act.by.employee_id is not None and act.by.employee_id not in {one.employee_id for one in self.reviewers}:
            self.reviewers.append(DocumentReviewer(employee_id=act.by.employee_id))
        self.findings, self.result, self.done_at = findings.strip(), found, act.at

    def do_move(self, act: Act, due_on: date | str | None = None) -> None:
        """To another day: the technical manager's with his reason, or as a release sets it."""
        if not act.by.is_system:
            day = process.later_day(due_on, on_date(act.at), field="due_on")
            self.due_on = self.document.next_review_on = first_working_day(self.session, day)

    def propose_revision(self, act: Act) -> DocumentRevision:
        """What the review wants changed, for a technician to take up."""
        revision = DocumentRevision(
            document=self.document,
            rev_no=revision_number_after(self.session, self.document_id, ChangeClass.MINOR),
            status=RevisionStatus.PROPOSED,
            trigger=Trigger.PERIODIC_REVIEW,
            trigger_entity=self.__tablename__,
            trigger_id=self.id,
            summary=self.findings[:500],
            proposed_by_id=act.by.employee_id,
        )
        self.session.add(revision)
        seal(self.session, revision, "create", act)
        return revision


class DocumentReviewer(Line):
    """Somebody who takes part in a review."""

    __tablename__ = "document_reviewer"
    __table_args__ = (UniqueConstraint("review_id", "employee_id"),)
    words = Words("Reviewer", "评审人")

    review_id: Mapped[int] = mapped_column(ForeignKey("document_review.id"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    review: Mapped[DocumentReview] = relationship(back_populates="reviewers")
    employee: Mapped[Employee] = relationship()

    def told_in(self) -> DocumentReview:
        return self.review


# -- questions -------------------------------------------------------------------------------------------------------


def open_review(session: Session, document_id: int) -> DocumentReview | None:
    """The review of a document that is still to be done."""
    return session.scalar(
        select(DocumentReview).where(
            DocumentReview.document_id == document_id, DocumentReview.status != ReviewStatus.DONE
        )
    )


def next_review(session: Session, document: ProcessDocument, start: date, on: date) -> date:
    """When the review after ``start`` is due: the corresponding date, on a working day (P1.2).

    The interval is the document's own, else the figure as of ``on``. Raises Unset where there is neither.
    """
    kind = str(document.doc_type)
    months = document.review_interval_months or int(figure(session, REVIEW_INTERVAL_MONTHS, on, kind))
    return first_working_day(session, process.corresponding_date(start, months))


def first_working_day(session: Session, day: date) -> date:
    """The day itself, or the next one on which the company works (TIME.md 5)."""
    calendar = company_calendar(session)
    for days in range(LONGEST_BREAK_DAYS):
        found = day + timedelta(days=days)
        if calendar.days_between(found - timedelta(days=1), found):
            return found
    return day


# -- what follows ----------------------------------------------------------------------------------------------------


def schedule(session: Session, document: ProcessDocument, due_on: date, act: Act) -> DocumentReview:
    """Sets the date of the next review; the one that is open moves there."""
    if document.next_review_on != due_on:
        document.next_review_on = due_on
        seal(session, document, "edit", act)
    review = open_review(session, document.id)
    if review is None:
        review = DocumentReview(document=document, due_on=due_on, revision=in_force_now(session, document.id))
        if document.owner_id is not None:
            review.reviewers.append(DocumentReviewer(employee_id=document.owner_id))
        session.add(review)
        seal(session, review, "create", act)
    elif (review.due_on, review.status) != (due_on, ReviewStatus.SCHEDULED):
        review.due_on = due_on
        review.perform("move", act=act)
    return review


def what_release_means(revision: DocumentRevision, _person: Person) -> Iterator[Words]:
    """What a release will bring about in this chapter, said before the button is pressed."""
    session, at = revision.session, now()
    before = in_force_now(session, revision.document_id)
    if before is not None:
        yield Words("Revision {old} ends at the same instant.", "版次 {old} 同时停止使用。", old=before.rev_no)
    if revision.effective_on is not None and revision.effective_on > on_date(at):
        on = revision.effective_on
        yield Words(
            "It was planned for {on}; pressed now, it counts from now.", "原定 {on} 生效，现在发布即刻生效。", on=on
        )
    try:
        days = int(figure(session, GRACE_DAYS, on_date(at), str(revision.change_class)))
        due_on = review_after_release(revision, at)
    except RuleBroken as refusal:
        yield Words("It will be refused: {why}", "将被拒绝：{why}", why=refusal.words)
        return
    yield Words("To be learnt within {n} days.", "须在 {n} 天内完成学习。", n=days)
    if due_on is not None:
        yield Words("The next review is due on {on}.", "下次评审日期：{on}。", on=due_on)


@after(DocumentRevision, "release", preview=what_release_means)
def set_review_date(revision: DocumentRevision, act: Act) -> None:
    """A release sets the next review; history has its dates set afterwards, by the worker (P1.2)."""
    due_on = review_after_release(revision, act.at) if act.recorded_at is None else None
    if due_on is not None:
        schedule(revision.session, revision.document, due_on, act)


def review_after_release(revision: DocumentRevision, at: datetime) -> date | None:
    """When the document is reviewed next if the revision is released then; None = an editorial one moves nothing."""
    if revision.change_class is ChangeClass.EDITORIAL and revision.document.next_review_on is not None:
        return None
    return next_review(revision.session, revision.document, on_date(at), on_date(at))


@after(DocumentReview, "finish")
def follow_review(review: DocumentReview, act: Act) -> None:
    """The next date sets itself; what is to be revised is proposed (P1.2)."""
    document = review.document
    if review.result is ReviewResult.REVISE:
        review.propose_revision(act)
    if document.status is not DocumentStatus.OBSOLETE:
        on = on_date(act.at)
        schedule(review.session, document, next_review(review.session, document, on, on), act)


@after(ProcessDocument, "make_obsolete")
def end_review(document: ProcessDocument, act: Act) -> None:
    """What nobody works by is not reviewed any more."""
    document.next_review_on = None
    review = open_review(document.session, document.id)
    if review is not None:
        review.perform("finish", act=act, result=str(ReviewResult.OBSOLETE))
