"""Who is qualified for a post, since when, until when, and who stopped him (P2.3)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.actions import AccountabilityCase, AccountabilityPerson
from models.base import Act, Line, Record
from models.organisation import Department, Employee, Post, leader_of
from models.training.exams import ExamAttempt
from models.training.obligations import PostRequirement
from rules.actions import CaseDecision
from rules.base import RuleBroken, Words
from rules.training import kinds, steps
from rules.training.kinds import HoldSource, QualificationStatus


class Qualification(Record):
    """One person and one post; the status is the gate's answer for today, kept and never typed (上岗资格)."""

    __tablename__ = "qualification"
    __table_args__ = (
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_has_instant"),
        CheckConstraint(
            "status NOT IN ('qualified', 'limited') OR certificate_no IS NOT NULL", name="qualified_has_certificate"
        ),
        Index(
            "uq_qualification_one_open",
            "employee_id",
            "post_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_qualification_post_id_employee_id", "post_id", "employee_id"),
        Index("ix_qualification_status_id", "status", "id"),
        Index("ix_qualification_valid_until_on_id", "valid_until_on", "id"),
    )
    words = Words("Qualification", "上岗资格")
    chapter = "training"
    access = kinds.QUALIFICATION
    lifecycle = steps.QUALIFICATION_STEPS
    number_prefix = "ZGZ"
    search_columns = ("no", "certificate_no")
    label_columns = ("no",)
    named_by = ("employee_id",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    certificate_no: Mapped[str | None] = mapped_column(String(32), unique=True)
    valid_from_on: Mapped[date | None]
    valid_until_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    case_no: Mapped[str] = mapped_column(String(100), default="")
    status: Mapped[QualificationStatus] = mapped_column(default=QualificationStatus.CANDIDATE)
    employee: Mapped[Employee] = relationship()
    department: Mapped[Department | None] = relationship()
    post: Mapped[Post] = relationship()
    terms: Mapped[list["QualificationTerm"]] = relationship(
        back_populates="qualification", order_by="QualificationTerm.granted_at", cascade="all, delete-orphan"
    )
    holds: Mapped[list["QualificationHold"]] = relationship(
        back_populates="qualification", order_by="QualificationHold.from_at", cascade="all, delete-orphan"
    )

    @property
    def label(self) -> str:
        return f"{self.employee.name} · {self.post.name}"

    def parties(self) -> Mapping[str, frozenset[int]]:
        leader = leader_of(self.session, self.employee_id)
        return {
            "worker": frozenset({self.employee_id}),
            "leader": frozenset({leader} if leader is not None else ()),
        }

    @property
    def term(self) -> "QualificationTerm | None":
        """The latest that was not withdrawn."""
        return next((one for one in reversed(self.terms) if one.ended_at is None), None)

    def do_stop(self, act: Act) -> None:
        """Quality stops somebody at once; only a lifting by the same office lets him go on."""
        self.holds.append(QualificationHold(from_at=act.at, reason=act.note, source=HoldSource.SUSPENSION))

    def do_lift(self, act: Act) -> None:
        if not self._end_holds(act, HoldSource.SUSPENSION):
            raise RuleBroken(
                Words(
                    "Nobody stopped this person by hand: what is owed must be done first.",
                    "并非人工停岗，须先完成应训任务。",
                ),
                clause="P2.3",
            )

    def do_revoke(self, act: Act, case_no: str = "") -> None:
        """Taken away after a case; the case is named."""
        self.case_no = (case_no or self.case_no).strip()
        decided = select(AccountabilityPerson.id).where(
            AccountabilityPerson.employee_id == self.employee_id,
            AccountabilityPerson.case_id == AccountabilityCase.id,
            AccountabilityCase.no == self.case_no,
            AccountabilityCase.decision.in_((CaseDecision.UPHELD, CaseDecision.PARTLY)),
        )
        if self.session.scalar(decided) is None:
            raise RuleBroken(
                Words("Name the case against this person that was upheld.", "请填写已认定此人责任的责任认定编号。"),
                field="case_no",
                clause="P3.3",
            )
        self.holds.append(QualificationHold(from_at=act.at, reason=act.note, source=HoldSource.REVOCATION))

    def do_reinstate(self, act: Act) -> None:
        self._end_holds(act, HoldSource.REVOCATION)

    def do_close(self, act: Act) -> None:
        self.closed_at = act.at

    def _end_holds(self, act: Act, source: HoldSource) -> int:
        running = [one for one in self.holds if one.to_at is None and one.source is source]
        for one in running:
            one.to_at = max(act.at, one.from_at + timedelta(microseconds=1))
        return len(running)


class QualificationTerm(Line):
    """A stretch for which the post was earned, and what it rests on."""

    __tablename__ = "qualification_term"
    __table_args__ = (
        CheckConstraint("valid_until_on IS NULL OR valid_from_on <= valid_until_on", name="in_order"),
        Index("ix_qualification_term_qualification_id", "qualification_id", "granted_at"),
    )
    words = Words("Valid from, until", "有效期间")

    qualification_id: Mapped[int] = mapped_column(ForeignKey("qualification.id"))
    granted_at: Mapped[datetime]
    valid_from_on: Mapped[date]
    valid_until_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    qualification: Mapped[Qualification] = relationship(back_populates="terms")
    basis: Mapped[list["QualificationBasis"]] = relationship(
        back_populates="term", order_by="QualificationBasis.id", cascade="all, delete-orphan"
    )

    def told_in(self) -> Qualification:
        return self.qualification


class QualificationBasis(Line):
    """A requirement that was met, and by which result."""

    __tablename__ = "qualification_basis"
    __table_args__ = (
        UniqueConstraint("term_id", "requirement_id"),
        Index("ix_qualification_basis_attempt_id", "attempt_id"),
    )
    words = Words("Rests on", "依据")

    term_id: Mapped[int] = mapped_column(ForeignKey("qualification_term.id"))
    requirement_id: Mapped[int] = mapped_column(ForeignKey("post_requirement.id"))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("exam_attempt.id"))
    term: Mapped[QualificationTerm] = relationship(back_populates="basis")
    requirement: Mapped[PostRequirement] = relationship()
    attempt: Mapped[ExamAttempt | None] = relationship()

    def told_in(self) -> Qualification:
        return self.term.qualification


class QualificationHold(Line):
    """Somebody was stopped by a person, until it was lifted."""

    __tablename__ = "qualification_hold"
    __table_args__ = (
        CheckConstraint("to_at IS NULL OR from_at < to_at", name="in_order"),
        Index("ix_qualification_hold_qualification_id", "qualification_id"),
    )
    words = Words("Suspension", "停岗记录")

    qualification_id: Mapped[int] = mapped_column(ForeignKey("qualification.id"))
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[HoldSource]
    qualification: Mapped[Qualification] = relationship(back_populates="holds")

    def told_in(self) -> Qualification:
        return self.qualification


# -- questions -------------------------------------------------------------------------------------------------------


def open_qualification(session: Session, employee_id: int, post_id: int) -> Qualification | None:
    """The one that is not closed."""
    return session.scalar(
        select(Qualification).where(
            Qualification.employee_id == employee_id,
            Qualification.post_id == post_id,
            Qualification.closed_at.is_(None),
        )
    )
