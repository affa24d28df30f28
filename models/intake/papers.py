"""The list of controlled documents: each revision is released on its day, and ends when the next comes into force."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from models.base import COMPANY_ZONE, on_date
from models.event import ApprovalRecord
from models.intake.kit import Intake, Outcome, RowRefused, change, chosen, guard, parts, refuse, refuse_voided, said
from models.intake.reasons import REVISION_CONTRADICTS, REVISION_TOO_LATE, STORED_OTHERWISE
from models.organisation import Post
from models.process import DocumentRevision, ProcessDocument, ProcessDocumentPost
from rules.base import Role
from rules.event import Decision
from rules.ledger import Row, SheetResult
from rules.ledger.text import folded
from rules.process import DocType, RevisionStatus

Outcomes: TypeAlias = list[Outcome]

LAST_ENDED = "superseded"
"""What the ledger calls a revision that is not worked by any more."""


def midnight(on: date) -> datetime:
    """The first instant of that day in the company."""
    return datetime.combine(on, time(), COMPANY_ZONE).astimezone(UTC)


def store_papers(intake: Intake, sheet: SheetResult) -> None:
    """Documents one by one, each with its revisions in the order in which they took effect."""
    shelf = Shelf(intake)
    grouped: dict[str, list[Row]] = {}
    for row in sheet.accepted:
        grouped.setdefault(row.values["doc_no"], []).append(row)
    for part in parts(grouped):
        shelf.look_up(part)
        for doc_no in part:
            rows = sorted(grouped[doc_no], key=lambda row: row.values["effective_on"])
            outcomes: Outcomes = []
            with intake.guarded(rows):
                outcomes = shelf.take(doc_no, rows)
            intake.counts.update(outcomes)


def refuse_contradiction(rows: list[Row]) -> list[Row]:
    """The rows that can follow each other; where the list calls an earlier revision in force, the last ones cannot."""
    while rows and rows[-1].values["status"] == LAST_ENDED and any(row.values["status"] != LAST_ENDED for row in rows):
        rows.pop().fault(REVISION_CONTRADICTS, "status")
    return rows


class Shelf:
    """Documents with their revisions while a list of them is taken in."""

    def __init__(self, intake: Intake) -> None:
        self._intake, self._session = intake, intake.session
        self._posts: dict[str, list[Post]] = {}
        for post in self._session.scalars(select(Post).where(Post.voided_at.is_(None)).order_by(Post.id)):
            self._posts.setdefault(folded(post.name), []).append(post)
        self._documents: dict[str, ProcessDocument] = {}
        self._revisions: dict[int, dict[str, DocumentRevision]] = {}

    def look_up(self, numbers: Iterable[str]) -> None:
        """Finds the documents with these numbers, and their revisions."""
        self._documents = self._intake.found(ProcessDocument.doc_no, numbers, selectinload(ProcessDocument.posts))
        self._revisions = {}
        for part in parts(one.id for one in self._documents.values()):
            for one in self._session.scalars(select(DocumentRevision).where(DocumentRevision.document_id.in_(part))):
                self._revisions.setdefault(one.document_id, {})[one.rev_no] = one

    def take(self, doc_no: str, rows: Sequence[Row]) -> Outcomes:
        """One document and its revisions, oldest first."""
        document = self._documents.get(doc_no)
        stored = self._revisions.get(document.id, {}) if document else {}
        good = refuse_contradiction([row for row in rows if self._fits(row, document, stored)])
        if not good:
            return []
        is_changed = document is not None and self._change(document, good, stored)
        if document is None:
            document = self._new_document(doc_no, good)
        outcomes: Outcomes = []
        for row in good:
            is_new = row.values["rev_no"] not in stored
            if is_new:
                self._release(document, row)
            outcomes.append("created" if is_new else "unchanged")
        if is_changed and "unchanged" in outcomes:
            outcomes[outcomes.index("unchanged")] = "updated"
        if outcomes[-1] == "created" and good[-1].values["status"] == LAST_ENDED:
            self._end(document, good[-1])
        return outcomes

    def _fits(self, row: Row, document: ProcessDocument | None, stored: dict[str, DocumentRevision]) -> bool:
        """Whether the row is as stored, or can be put behind what is stored."""
        try:
            guard(row, ProcessDocument, "doc_no", "title")
            guard(row, DocumentRevision, "rev_no")
            if document is not None:
                refuse_voided(row, document, "doc_no")
            self._refuse_other_past(row, stored)
        except RowRefused:
            return False
        return True

    def _refuse_other_past(self, row: Row, stored: dict[str, DocumentRevision]) -> None:
        on, before = row.values["effective_on"], stored.get(row.values["rev_no"])
        if before is not None:
            if before.released_at is None or on_date(before.released_at) != on:
                raise refuse(row, STORED_OTHERWISE, "rev_no")
        elif any(one.released_at is not None and one.released_at > midnight(on) for one in stored.values()):
            raise refuse(row, REVISION_TOO_LATE, "effective_on")

    def _change(self, document: ProcessDocument, rows: Sequence[Row], stored: dict[str, DocumentRevision]) -> bool:
        """Title, kind and posts follow the latest revision; an older list changes nothing."""
        latest = max((one.released_at for one in stored.values() if one.released_at), default=None)
        if latest is not None and midnight(rows[-1].values["effective_on"]) < midnight(on_date(latest)):
            return False
        values = said(rows[-1], "title") | {"doc_type": chosen(DocType, rows[-1].values["doc_type"])}
        return self._add_posts(document, rows) | change(document, values)

    def _new_document(self, doc_no: str, rows: Sequence[Row]) -> ProcessDocument:
        last = rows[-1].values
        document = ProcessDocument(doc_no=doc_no, title=last["title"], doc_type=chosen(DocType, last["doc_type"]))
        self._session.add(document)
        self._add_posts(document, rows)
        return document

    def _add_posts(self, document: ProcessDocument, rows: Sequence[Row]) -> bool:
        """The document counts for every post of that name, whatever its department."""
        wanted = [post for row in rows for post in self._posts.get(folded(row.values["post"] or ""), ())]
        there = {one.post for one in document.posts}
        new = [post for post in dict.fromkeys(wanted) if post not in there]
        document.posts.extend(ProcessDocumentPost(post=post) for post in new)
        return bool(new)

    def _release(self, document: ProcessDocument, row: Row) -> None:
        """Through the same steps as on screen, as of the day it took effect."""
        on = row.values["effective_on"]
        act = self._intake.act(midnight(on))
        revision = DocumentRevision(document=document, rev_no=row.values["rev_no"], effective_on=on)
        self._session.add(revision)
        revision.perform("submit", act=act)
        self._session.add(imported_approval(revision, act.at))
        for verb in ("approve", "release"):
            revision.perform(verb, act=act)

    def _end(self, document: ProcessDocument, row: Row) -> None:
        """The last revision is out of force and nothing follows it; when that was the ledger does not say."""
        revision = self._session.scalars(
            select(DocumentRevision).where(
                DocumentRevision.document == document, DocumentRevision.rev_no == row.values["rev_no"]
            )
        ).one()
        if revision.status is RevisionStatus.RELEASED:
            document.perform("make_obsolete", act=self._intake.act())


def imported_approval(revision: DocumentRevision, at: datetime) -> ApprovalRecord:
    """The approval that the ledger takes for granted, marked as such: who gave it is not known."""
    return ApprovalRecord(
        entity=DocumentRevision.__tablename__,
        entity_id=revision.id,
        step="approve",
        role=str(Role.TECHNICAL_MANAGER),
        decision=Decision.APPROVED,
        decided_at=at,
        is_imported=True,
        used_at=at,
    )
