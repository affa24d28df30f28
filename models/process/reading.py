"""Who works by a document confirms that he has read each new revision of it (P1.3, C1.2)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.base import Act, after, now, on_date
from models.event import ReadReceipt
from models.organisation import Employee
from models.process.documents import ProcessDocumentPost
from models.process.revisions import DocumentRevision
from models.receipts import ask_to_read
from models.regulation import due_at, limit
from rules.base import Person, Unset, Words
from rules.organisation import EMPLOYED
from rules.regulation import CLAUSES, Target


def readers_of(session: Session, document_id: int) -> Sequence[int]:
    """Everybody who holds a post that works by the document."""
    return session.scalars(
        select(Employee.id)
        .join(ProcessDocumentPost, ProcessDocumentPost.post_id == Employee.post_id)
        .where(ProcessDocumentPost.document_id == document_id, Employee.status.in_(EMPLOYED))
        .order_by(Employee.id)
    ).all()


def read_by(revision: DocumentRevision, at: datetime) -> datetime:
    """By when a revision that is released then must have been confirmed. Raises Unset where no limit is set."""
    facts = {"change_class": str(revision.change_class), "doc_type": str(revision.document.doc_type)}
    clause = CLAUSES[Target.CONFIRMATION]
    allowed = limit(revision.session, Target.CONFIRMATION, facts, on_date(at), clause=clause)
    return due_at(revision.session, allowed, at)


def who_will_read(revision: DocumentRevision, _person: Person) -> Iterator[Words]:
    """How many will be asked to read, and by when."""
    count, at = len(readers_of(revision.session, revision.document_id)), now()
    if not count:
        yield Words(
            "Nobody holds a post that works by it: nobody is asked to read.", "尚无人员在适用岗位，不产生阅知任务。"
        )
        return
    try:
        due = read_by(revision, at)
    except Unset as refusal:
        yield Words("It will be refused: {why}", "将被拒绝：{why}", why=refusal.words)
        return
    yield Words(
        "{n} people are asked to read it and to confirm by {due}.", "{n} 人须在 {due} 前阅读并确认。", n=count, due=due
    )


@after(DocumentRevision, "release", preview=who_will_read)
def ask_readers(revision: DocumentRevision, act: Act) -> None:
    """Asks those who work by it; of the revision before nothing is asked any more. History asks nobody."""
    if act.recorded_at is not None:
        return
    session = revision.session
    readers = readers_of(session, revision.document_id)
    if readers:
        ask_to_read(session, revision, readers, act, due_at=read_by(revision, act.at))


@after(DocumentRevision, "supersede")
@after(DocumentRevision, "withdraw")
def ask_no_more(revision: DocumentRevision, _act: Act) -> None:
    """Nobody need read what is not worked by."""
    revision.session.execute(
        update(ReadReceipt)
        .where(
            ReadReceipt.entity == revision.__tablename__,
            ReadReceipt.entity_id == revision.id,
            ReadReceipt.confirmed_at.is_(None),
        )
        .values(required=False)
    )
