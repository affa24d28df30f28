"""What a post requires, and what somebody therefore owes, by when (P2.2, P2.3)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Act, Record, on_date
from models.organisation import Department, Employee, Post, leader_of
from models.process import DocumentRevision, ProcessDocument
from models.receipts import confirm, receipt_of
from models.training.exams import Exam, ExamAttempt
from models.training.sessions import TrainingSession
from rules.base import RuleBroken, Words
from rules.training import kinds, steps
from rules.training.kinds import (
    ObligationMode,
    ObligationReason,
    ObligationStatus,
    RequirementStatus,
    SessionKind,
)

UNSETTLED = (ObligationStatus.OPEN, ObligationStatus.SCHEDULED)


class PostRequirement(Record):
    """What somebody must have learnt and passed to hold a post (岗位要求)."""

    __tablename__ = "post_requirement"
    __table_args__ = (
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
        CheckConstraint("status = 'draft' OR from_on IS NOT NULL", name="in_force_has_day"),
        CheckConstraint("NOT practical_required OR exam_id IS NOT NULL", name="practice_has_exam"),
        CheckConstraint("validity_months IS NULL OR validity_months > 0", name="validity_positive"),
        Index(
            "uq_post_requirement_one_active",
            "post_id",
            "document_id",
            unique=True,
            sqlite_where=text("status = 'active'"),
            postgresql_where=text("status = 'active'"),
        ),
    )
    words = Words("Post requirement", "岗位要求")
    chapter = "training"
    access = kinds.POST_REQUIREMENT
    lifecycle = steps.REQUIREMENT_STEPS
    number_prefix = "YQ"
    search_columns = ("no",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("process_document.id"), index=True)
    exam_id: Mapped[int | None] = mapped_column(ForeignKey("exam.id"), index=True)
    practical_required: Mapped[bool] = mapped_column(default=False)
    min_score: Mapped[Decimal | None]
    validity_months: Mapped[int | None]
    mandatory: Mapped[bool] = mapped_column(default=True)
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    status: Mapped[RequirementStatus] = mapped_column(default=RequirementStatus.DRAFT)
    post: Mapped[Post] = relationship()
    document: Mapped[ProcessDocument] = relationship()
    exam: Mapped[Exam | None] = relationship()

    @property
    def mode(self) -> ObligationMode:
        """What somebody new to it owes."""
        if self.exam_id is None:
            return ObligationMode.TRAIN
        return ObligationMode.EXAM_PRACTICAL if self.practical_required else ObligationMode.EXAM

    def do_enact(self, act: Act) -> None:
        """From today it counts; who holds the post and does not meet it owes it."""
        if self.practical_required and self.exam is not None and self.exam.practical_pass_score is None:
            raise RuleBroken(
                Words("The exam has no practical part.", "所选考核没有实操合格线。"), field="exam", clause="P2.3"
            )
        self.from_on = on_date(act.at)

    def do_end(self, act: Act) -> None:
        self.to_on = max(on_date(act.at), self.from_on or on_date(act.at))


class TrainingObligation(Record):
    """What somebody owes, why, and by when; the due day counts with its whole length (应训任务)."""

    __tablename__ = "training_obligation"
    __table_args__ = (
        CheckConstraint("(status IN ('open', 'scheduled')) = (settled_at IS NULL)", name="settled_has_instant"),
        CheckConstraint("status != 'scheduled' OR session_id IS NOT NULL", name="scheduled_has_session"),
        Index(
            "uq_training_obligation_one_open",
            "employee_id",
            "about",
            unique=True,
            sqlite_where=text("status IN ('open', 'scheduled')"),
            postgresql_where=text("status IN ('open', 'scheduled')"),
        ),
        Index("ix_training_obligation_employee_id_post_id", "employee_id", "post_id"),
        Index("ix_training_obligation_due_on_id", "due_on", "id"),
        Index("ix_training_obligation_status_id", "status", "id"),
        Index("ix_training_obligation_status_due_on", "status", "due_on"),
        Index("ix_training_obligation_session_id", "session_id"),
    )
    words = Words("Training obligation", "应训任务")
    chapter = "training"
    access = kinds.TRAINING_OBLIGATION
    lifecycle = steps.OBLIGATION_STEPS
    number_prefix = "YX"
    search_columns = ("no", "topic")
    label_columns = ("no", "topic")
    named_by = ("employee_id",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    requirement_id: Mapped[int | None] = mapped_column(ForeignKey("post_requirement.id"), index=True)
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("document_revision.id"), index=True)
    subject: Mapped[SessionKind | None]
    topic: Mapped[str] = mapped_column(String(300))
    about: Mapped[str] = mapped_column(String(63))
    """What one can owe only once at a time: a requirement, a document, a subject, a round of retraining."""
    reason: Mapped[ObligationReason]
    mode: Mapped[ObligationMode]
    suspends: Mapped[bool] = mapped_column(default=True)
    """Whether being late stops somebody; reading an editorial change never does."""
    opened_at: Mapped[datetime]
    due_on: Mapped[date]
    session_id: Mapped[int | None] = mapped_column(ForeignKey("training_session.id"))
    trained_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    satisfied_by_id: Mapped[int | None] = mapped_column(ForeignKey("exam_attempt.id"), index=True)
    status: Mapped[ObligationStatus] = mapped_column(default=ObligationStatus.OPEN)
    employee: Mapped[Employee] = relationship()
    department: Mapped[Department | None] = relationship()
    post: Mapped[Post] = relationship()
    requirement: Mapped[PostRequirement | None] = relationship()
    revision: Mapped[DocumentRevision | None] = relationship()
    training: Mapped[TrainingSession | None] = relationship()
    satisfied_by: Mapped[ExamAttempt | None] = relationship()

    def parties(self) -> Mapping[str, frozenset[int]]:
        leader = leader_of(self.session, self.employee_id)
        return {
            "trainee": frozenset({self.employee_id}),
            "leader": frozenset({leader} if leader is not None else ()),
        }

    def do_schedule(self, act: Act) -> None:
        if self.session_id is None and self.training is None:
            raise RuleBroken(Words("Choose a training.", "请选择培训。"), field="session_id", clause="P2.2")

    def do_unschedule(self, act: Act) -> None:
        self.training = None

    def do_confirm_read(self, act: Act) -> None:
        if self.mode is not ObligationMode.READ:
            raise RuleBroken(
                Words("Reading is not enough here: {mode}.", "此项不能只阅读：须{mode}。", mode=self.mode),
                clause="P2.2",
            )
        receipt = receipt_of(self.session, self.revision, self.employee_id) if self.revision is not None else None
        if receipt is not None:
            confirm(self.session, receipt.id, act)
        self.settled_at = act.at

    def do_satisfy(self, act: Act) -> None:
        self.settled_at = act.at

    def do_waive(self, act: Act) -> None:
        self.settled_at = act.at

    def do_merge(self, act: Act) -> None:
        self.settled_at = act.at
