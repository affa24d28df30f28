"""What falls due in this chapter: planned releases and reviews (P1.2, P1.3); notices have their clock."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import COMPANY_ZONE, Act, Record, on_date
from models.event import Reminder
from models.journal import seal, told_by
from models.process.documents import ProcessDocument
from models.process.reviews import DocumentReview, next_review, schedule
from models.process.revisions import DocumentRevision
from models.regulation import figure
from models.reminding import falls_due
from rules.base import Role, Unset
from rules.process import OVERDUE_AFTER, DocType, DocumentStatus, ReviewStatus, RevisionStatus
from rules.regulation import FigureSpec
from rules.regulation.figures import REVIEW_INTERVAL_MONTHS, REVIEW_NOTICE_DAYS

RULE = "review"
TOLD_EARLY, TOLD_LATE = 0, 2
AT_ONCE = 500


@falls_due
def release_planned(session: Session, at: datetime) -> int:
    """Releases what was planned for today; after an outage as of now, never as of a day that has passed (P1.3).

    Each release has an instant of its own, so that what each brought about can be told apart.
    """
    rows = session.scalars(
        select(DocumentRevision)
        .where(DocumentRevision.status == RevisionStatus.APPROVED, DocumentRevision.effective_on <= on_date(at))
        .order_by(DocumentRevision.effective_on, DocumentRevision.id)
    )
    planned = [one for one in rows if was_planned(one)]
    for place, revision in enumerate(planned):
        revision.perform("release", act=replace(session.info["act"], at=at + timedelta(microseconds=place)))
    return len(planned)


def was_planned(revision: DocumentRevision) -> bool:
    """Whether its day was still to come when it was approved; else the technical manager releases it."""
    if revision.approved_at is None or revision.effective_on is None:
        return False
    return revision.effective_on > on_date(revision.approved_at)


@falls_due
def schedule_missing_reviews(session: Session, at: datetime) -> int:
    """A document in force without a date for its review gets one as soon as the company's figure allows it (P1.2)."""
    return sum(_schedule_missing(session, kind, at) for kind in DocType)


def _schedule_missing(session: Session, kind: DocType, at: datetime) -> int:
    query = (
        select(ProcessDocument, DocumentRevision.released_at)
        .join(DocumentRevision, DocumentRevision.document_id == ProcessDocument.id)
        .where(
            DocumentRevision.status == RevisionStatus.RELEASED,
            ProcessDocument.status == DocumentStatus.ACTIVE,
            ProcessDocument.next_review_on.is_(None),
            ProcessDocument.doc_type == kind,
        )
        .order_by(ProcessDocument.id)
        .limit(AT_ONCE)
    )
    if not _is_set(session, REVIEW_INTERVAL_MONTHS, at, kind):
        query = query.where(ProcessDocument.review_interval_months.is_not(None))
    rows = session.execute(query).tuples().all()
    for document, released_at in rows:
        start = on_date(released_at or at)
        schedule(session, document, next_review(session, document, start, on_date(at)), session.info["act"])
    return len(rows)


def _is_set(session: Session, spec: FigureSpec, at: datetime, applies_to: str) -> bool:
    try:
        figure(session, spec, on_date(at), str(applies_to))
    except Unset:
        return False
    return True


@falls_due
def remind_reviews(session: Session, at: datetime) -> int:
    """Tells of reviews: some days before (by figure), on the day, and a week after; each once (P1.2)."""
    today = on_date(at)
    try:
        notice = timedelta(days=int(figure(session, REVIEW_NOTICE_DAYS, today)))
    except Unset:
        notice = timedelta(0)
    rows = session.scalars(
        select(DocumentReview)
        .where(DocumentReview.status != ReviewStatus.DONE, DocumentReview.due_on <= today + notice)
        .order_by(DocumentReview.due_on, DocumentReview.id)
    )
    return sum(_review_due(session, one, at, notice) for one in rows)


def _review_due(session: Session, review: DocumentReview, at: datetime, notice: timedelta) -> int:
    today, done = on_date(at), 0
    if review.status is ReviewStatus.SCHEDULED and review.due_on <= today:
        review.perform("fall_due", act=session.info["act"])
        return 1
    if review.due_on > today and notice:
        tells = ("owner", "reviewer")
        done += _once(session, review, at, TOLD_EARLY, begins(review.due_on) - notice, tells)
    if review.due_on + OVERDUE_AFTER <= today:
        tells_late = ("owner", Role.TECHNICAL_MANAGER)
        done += _once(session, review, at, TOLD_LATE, begins(review.due_on) + OVERDUE_AFTER, tells_late)
    return done


def begins(day: date) -> datetime:
    """The first instant of the day in the company."""
    return datetime.combine(day, time(), COMPANY_ZONE).astimezone(UTC)


def _once(
    session: Session,
    record: DocumentReview,
    at: datetime,
    level: int,
    when: datetime,
    tells: tuple[Role | str, ...],
) -> int:
    """Tells those once of that level of that due instant; what was due before it was written down is not told."""
    if when < record.created_at or when > at or _is_told(session, record, level, when):
        return 0
    session.add(Reminder(entity=record.__tablename__, entity_id=record.id, rule=RULE, level=level, due_at=when))
    seal(session, record, f"remind_{level}", _due(session, record), told_by(session, record, tells))
    return 1


def _is_told(session: Session, record: Record, level: int, when: datetime) -> bool:
    found = session.scalar(
        select(Reminder.id).where(
            Reminder.entity == record.__tablename__,
            Reminder.entity_id == record.id,
            Reminder.rule == RULE,
            Reminder.level == level,
            Reminder.due_at == when,
        )
    )
    return found is not None


def _due(session: Session, record: Record) -> Act:
    act: Act = session.info["act"]
    return replace(act, clause=record.access.clause)
