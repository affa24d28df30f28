"""Revisions of process documents: written, countersigned, approved; exactly one in force (P1.2, P1.3)."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.approvals import answer
from models.base import COMPANY_ZONE, Act, Record, after, on_date
from models.event import Attachment
from models.organisation import Employee
from models.process.documents import ProcessDocument
from models.process.notices import ChangeNotice
from models.process.signing import (
    ask_for_signatures,
    countersignatures,
    countersigners,
    roles_to_sign,
    sides,
    signed_for,
)
from models.regulation import figure
from models.types import BigId
from rules import process
from rules.base import NotYours, Person, Role, RuleBroken, Words, names_of
from rules.event import Decision
from rules.process import ChangeClass, DocumentStatus, InForce, NoticeStatus, RevisionStatus, Trigger
from rules.regulation.figures import GRACE_DAYS


class DocumentRevision(Record):
    """One revision of a document (文件版次)."""

    __tablename__ = "document_revision"
    __table_args__ = (
        UniqueConstraint("document_id", "rev_no"),
        Index(
            "uq_document_revision_one_in_force",
            "document_id",
            unique=True,
            sqlite_where=text("status = 'released'"),
            postgresql_where=text("status = 'released'"),
        ),
        CheckConstraint(
            "status NOT IN ('released', 'superseded', 'withdrawn') OR released_at IS NOT NULL",
            name="released_has_instant",
        ),
        CheckConstraint("(trigger_entity IS NULL) = (trigger_id IS NULL)", name="trigger_is_whole"),
        CheckConstraint("grace_days >= 0", name="grace_not_negative"),
        Index(
            "ix_document_revision_planned",
            "effective_on",
            sqlite_where=text("status = 'approved'"),
            postgresql_where=text("status = 'approved'"),
        ),
        Index("ix_document_revision_status_id", "status", "id"),
        Index("ix_document_revision_trigger", "trigger_entity", "trigger_id"),
    )
    words = Words("Document revision", "文件版次")
    chapter = "process"
    access = process.DOCUMENT_REVISION
    lifecycle = process.REVISION_STEPS
    search_columns = ("rev_no", "summary")
    named_by = ("author_id", "proposed_by_id")
    label_columns = ("rev_no",)
    period_on = "released_at"
    period_columns = frozenset({"released_at", "change_class", "trigger", "author_id"})

    document_id: Mapped[int] = mapped_column(ForeignKey("process_document.id"))
    rev_no: Mapped[str] = mapped_column(String(16))
    change_class: Mapped[ChangeClass] = mapped_column(default=ChangeClass.MINOR)
    summary: Mapped[str] = mapped_column(String(500), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    trigger: Mapped[Trigger | None]
    trigger_entity: Mapped[str | None] = mapped_column(String(63))
    trigger_id: Mapped[int | None] = mapped_column(BigId)
    change_notice_id: Mapped[int | None] = mapped_column(ForeignKey("change_notice.id"), index=True)
    effective_on: Mapped[date | None]
    grace_days: Mapped[int | None]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    approved_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    status: Mapped[RevisionStatus] = mapped_column(default=RevisionStatus.DRAFT)
    document: Mapped[ProcessDocument] = relationship()
    change_notice: Mapped[ChangeNotice | None] = relationship()
    proposed_by: Mapped[Employee | None] = relationship(foreign_keys=[proposed_by_id])
    author: Mapped[Employee | None] = relationship(foreign_keys=[author_id])
    approved_by: Mapped[Employee | None] = relationship(foreign_keys=[approved_by_id])

    @property
    def label(self) -> str:
        return f"{self.document.doc_no} {self.rev_no}"

    def is_input(self) -> bool:
        """Improvements are counted, not every revision."""
        return self.trigger in process.IMPROVEMENTS

    def parties(self) -> Mapping[str, frozenset[int]]:
        """The author, who asked for it, and while it is judged those who countersign."""
        is_judged = self.status is RevisionStatus.IN_REVIEW and self.change_class is not ChangeClass.EDITORIAL
        return {
            "author": frozenset({self.author_id} if self.author_id else ()),
            "proposer": frozenset({self.proposed_by_id} if self.proposed_by_id else ()),
            **({"countersigner": countersigners(self.session, self.document_id)} if is_judged else {}),
        }

    def relations_of(self, person: Person) -> frozenset[str]:
        if person.employee_id is None:
            return frozenset()
        named = {"author": self.author_id, "proposer": self.proposed_by_id}
        found = {name for name, who in named.items() if who == person.employee_id}
        if self.status is RevisionStatus.IN_REVIEW and roles_to_sign(self.session, self.document_id, person):
            found.add("countersigner")
        return frozenset(found)

    def why_not(self, verb: str, person: Person) -> RuleBroken | None:
        """Countersigning is for those whose signature is still missing; approving waits for them."""
        refusal = super().why_not(verb, person)
        if refusal is None and not person.is_system and self.status is RevisionStatus.IN_REVIEW:
            if verb == "countersign":
                return self._why_not_countersign(person)
            if verb == "approve":
                return self._why_not_approve()
        return refusal

    def _why_not_countersign(self, person: Person) -> RuleBroken | None:
        if self.change_class is ChangeClass.EDITORIAL:
            words = Words("An editorial revision needs no countersignature.", "文字修订无需会签。")
            return RuleBroken(words, clause="P1.2")
        given = countersignatures(self.session, self.id)
        if person.employee_id in {one.by_id for one in given}:
            words = Words("You have signed already; it takes somebody else.", "您已会签，须由他人会签。")
            return NotYours(words, clause="P1.2")
        if not set(self._unsigned()) & set(roles_to_sign(self.session, self.document_id, person)):
            return RuleBroken(Words("Your side has signed already.", "您所在一方已会签。"), clause="P1.2")
        return None

    def _why_not_approve(self) -> RuleBroken | None:
        missing = self._unsigned()
        if not missing:
            return None
        words = Words("Not countersigned yet by: {who}.", "尚待会签：{who}。", who=names_of(missing))
        return RuleBroken(words, clause="P1.2")

    def _unsigned(self) -> tuple[Role, ...]:
        """The sides that have not countersigned in this round."""
        given = [one.role for one in countersignatures(self.session, self.id)]
        return process.countersignatures_missing(self.change_class, given, sides(self.session, self.document_id))

    # -- verbs -------------------------------------------------------------------------------------------------------

    def do_take_up(self, act: Act) -> None:
        self.author_id = act.by.employee_id

    def do_submit(self, act: Act) -> None:
        """What is to be judged is complete; signatures of an earlier round are spent."""
        if self.trigger is None and not _has_others(self.session, self):
            self.trigger = Trigger.INITIAL
        if act.recorded_at is None:
            has_text = bool(self.body.strip()) or _has_file(self.session, self.id)
            process.refuse_incomplete(trigger=self.trigger, summary=self.summary, has_text=has_text)
        self._spend_signatures(act)
        if act.recorded_at is None:
            ask_for_signatures(self.session, self, self.document_id, self.change_class)

    def do_countersign(self, act: Act) -> None:
        """One signature for one role, by somebody who has not signed yet."""
        mine = roles_to_sign(self.session, self.document_id, act.by)
        role = next((one for one in self._unsigned() if one in mine), None)
        if role is not None:  # the system signs nothing
            signed_for(self.session, self, role, act)

    def do_return(self, act: Act) -> None:
        answer(self.session, self, Decision.RETURNED, act)
        self._spend_signatures(act)

    def do_approve(self, act: Act) -> None:
        self.approved_by_id, self.approved_at = act.by.employee_id, act.at
        answer(self.session, self, Decision.APPROVED, act)
        self._spend_signatures(act)

    def do_take_back(self, act: Act) -> None:
        self.approved_by_id = self.approved_at = None

    def do_plan(self, act: Act, effective_on: date | str | None = None) -> None:
        """Comes into force by itself at the beginning of a later day."""
        self.effective_on = process.later_day(effective_on, on_date(act.at), field="effective_on")

    def do_release(self, act: Act) -> None:
        """The revision comes into force, and the one before it ends at the same instant."""
        session, on = self.session, on_date(act.at)
        if act.recorded_at is None:
            self.effective_on = on
            self.grace_days = int(figure(session, GRACE_DAYS, on, str(self.change_class)))
        before = in_force_now(session, self.document_id)
        if before is not None:
            before.superseded_at = act.at
            before.perform("supersede", act=act.consequence("P1.3"))
        self.released_at = act.at
        if self.document.status is not DocumentStatus.ACTIVE:
            self.document.perform("resume", act=act.consequence("P1.3"))

    def do_withdraw(self, act: Act) -> None:
        """A safety stop: nobody works by the document until another revision is released."""
        self.withdrawn_at = act.at
        if self.document.status is DocumentStatus.ACTIVE:
            self.document.perform("suspend", act=act.consequence("P1.3"))

    def _spend_signatures(self, act: Act) -> None:
        """They stood under this round; another round needs new ones."""
        for one in countersignatures(self.session, self.id):
            one.used_at = act.at


# -- questions -------------------------------------------------------------------------------------------------------


def in_force_now(session: Session, document_id: int) -> DocumentRevision | None:
    """The revision that is worked by now."""
    return session.scalar(
        select(DocumentRevision).where(
            DocumentRevision.document_id == document_id, DocumentRevision.status == RevisionStatus.RELEASED
        )
    )


def revision_number_after(session: Session, document_id: int, change_class: ChangeClass) -> str:
    """A number for the next revision of the document, after all that were ever given."""
    known = session.scalars(select(DocumentRevision.rev_no).where(DocumentRevision.document_id == document_id))
    return process.next_rev_no(known, change_class)


def _has_others(session: Session, revision: DocumentRevision) -> bool:
    return bool(
        session.scalar(
            select(DocumentRevision.id)
            .where(DocumentRevision.document_id == revision.document_id, DocumentRevision.id != revision.id)
            .limit(1)
        )
    )


def _has_file(session: Session, revision_id: int) -> bool:
    return bool(
        session.scalar(
            select(Attachment.id)
            .where(Attachment.entity == "document_revision", Attachment.entity_id == revision_id)
            .limit(1)
        )
    )


def spans(session: Session, document_id: int) -> list[InForce]:
    """When each revision of the document was in force."""
    rows = session.execute(
        select(
            DocumentRevision.id,
            DocumentRevision.released_at,
            DocumentRevision.superseded_at,
            DocumentRevision.withdrawn_at,
        ).where(DocumentRevision.document_id == document_id, DocumentRevision.released_at.is_not(None))
    )
    return [InForce(one, released, min((t for t in (s, w) if t), default=None)) for one, released, s, w in rows]


def revision_in_force(session: Session, document_id: int, at: datetime) -> int | None:
    """Which revision of the document was to be worked by at that instant; None = none."""
    return process.in_force_at(spans(session, document_id), at)


def revisions_in_force_on(session: Session, document_id: int, day: date) -> list[InForce]:
    """The revisions that were to be worked by on that day in the company, in their sequence."""
    start = datetime.combine(day, time(), COMPANY_ZONE)
    return process.in_force_between(spans(session, document_id), start, start + timedelta(days=1))


# -- what follows ----------------------------------------------------------------------------------------------------


@after(DocumentRevision, "release")
def answer_notice(revision: DocumentRevision, act: Act) -> None:
    """The notice is answered once the last revision that follows it is released (P1.3)."""
    notice = revision.change_notice
    if notice is not None and notice.status is NoticeStatus.OPEN and not _others_follow(revision):
        notice.perform("answer", act=act)


def _others_follow(revision: DocumentRevision) -> bool:
    return bool(
        revision.session.scalar(
            select(DocumentRevision.id)
            .where(
                DocumentRevision.change_notice_id == revision.change_notice_id,
                DocumentRevision.id != revision.id,
                DocumentRevision.status.in_(process.UNFINISHED),
            )
            .limit(1)
        )
    )


@after(ProcessDocument, "make_obsolete")
def end_revision(document: ProcessDocument, act: Act) -> None:
    """Nobody works by an obsolete document: its last revision ends with it."""
    revision = in_force_now(document.session, document.id)
    if revision is not None:
        revision.superseded_at = act.at
        revision.perform("supersede", act=act)
