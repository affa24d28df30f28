"""Suggestions, and who made them (K3.2)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.actions import post_to_file
from models.base import Act, Line, Record, after, on_date
from models.organisation import Department, Employee, holders
from models.process import DocumentRevision
from models.regulation import due_at, limit
from rules import assessment
from rules.actions import EntryKind
from rules.assessment import Grade, SuggestionStatus, Topic
from rules.base import Person, RuleBroken, Words
from rules.regulation import Target


class Suggestion(Record):
    """Something that somebody proposes to do better (合理化建议)."""

    __tablename__ = "suggestion"
    __table_args__ = (
        CheckConstraint(
            "status NOT IN ('verified', 'rewarded') OR (verified_at IS NOT NULL AND grade IS NOT NULL)",
            name="verified_has_grade",
        ),
        CheckConstraint("status NOT IN ('adopted', 'implementing') OR owner_id IS NOT NULL", name="adopted_has_owner"),
        Index("ix_suggestion_verified_at", "verified_at", "id"),
        Index("ix_suggestion_status_id", "status", "id"),
        Index("ix_suggestion_answer_due_at", "status", "answer_due_at"),
    )
    words = Words("Suggestion", "合理化建议")
    chapter = "assessment"
    access = assessment.SUGGESTION
    lifecycle = assessment.SUGGESTION_STEPS
    number_prefix = "JY"
    search_columns = ("no", "title", "proposal")
    named_by = ("owner_id",)
    label_columns = ("no", "title")
    period_on = "verified_at"
    period_columns = frozenset({"verified_at", "grade", "department_id", "revision_id"})

    no: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    topic: Mapped[Topic]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    present: Mapped[str] = mapped_column(Text)
    proposal: Mapped[str] = mapped_column(Text)
    benefit: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[datetime]
    answer_due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("document_revision.id"), index=True)
    """The revision that carried it out: its points count here and not there as well (K1.1)."""
    before_figures: Mapped[str] = mapped_column(Text, default="")
    after_figures: Mapped[str] = mapped_column(Text, default="")
    grade: Mapped[Grade | None]
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    status: Mapped[SuggestionStatus] = mapped_column(default=SuggestionStatus.SUBMITTED)
    department: Mapped[Department] = relationship()
    owner: Mapped[Employee | None] = relationship(foreign_keys=[owner_id])
    revision: Mapped[DocumentRevision | None] = relationship()
    verified_by: Mapped[Employee | None] = relationship(foreign_keys=[verified_by_id])
    proposers: Mapped[list["SuggestionProposer"]] = relationship(
        back_populates="suggestion", order_by="SuggestionProposer.id", cascade="all, delete-orphan"
    )

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {
            "suggester": frozenset(one.employee_id for one in self.proposers if one.employee_id is not None),
            "reviewer_of_it": frozenset(holders(self.session, assessment.REVIEWERS[self.topic], self.department_id)),
            "implementer": frozenset({self.owner_id} if self.owner_id else ()),
        }

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """Who made it, and who wrote it down for him."""
        own = select(SuggestionProposer.suggestion_id).where(SuggestionProposer.employee_id == person.employee_id)
        return [cls.id.in_(own), cls.created_by_id == person.account_id]

    def prepare(self, act: Act) -> None:
        """What follows from the facts: whose department it is, by when it is to be answered."""
        assessment.refuse_without_people(
            one.employee_id or (one.employee.id if one.employee else None) for one in self.proposers
        )
        with self.session.no_autoflush:
            self._follow(act)

    def _follow(self, act: Act) -> None:
        first = self.proposers[0].employee or self.session.get_one(Employee, self.proposers[0].employee_id)
        self.department = first.department
        if self.answer_due_at is None:
            allowed = limit(
                self.session, Target.SUGGESTION_ANSWER, {"kind": self.topic}, on_date(act.at), clause="K3.2"
            )
            self.answer_due_at = due_at(self.session, allowed, self.submitted_at)

    # -- verbs -------------------------------------------------------------------------------------------------------

    def do_adopt(self, act: Act, owner: Employee | None = None) -> None:
        if owner is None:
            raise RuleBroken(Words("Say who carries it out.", "请指定实施人。"), field="owner", clause="K3.2")
        self.owner = owner
        self.answered_at, self.answer = act.at, act.note

    def do_reject(self, act: Act) -> None:
        self.answered_at, self.answer = act.at, act.note

    def do_report(self, act: Act, before_figures: str = "", after_figures: str = "") -> None:
        assessment.refuse_unmeasured(before_figures, after_figures)
        self.before_figures, self.after_figures = before_figures.strip(), after_figures.strip()

    def do_verify(self, act: Act, grade: str = "") -> None:
        """Measured, and by somebody else; from now on it counts for its period."""
        assessment.refuse_unmeasured(self.before_figures, self.after_figures)
        if grade not in set(Grade):
            raise RuleBroken(Words("Choose the grade.", "请选择等级。"), field="grade", clause="K3.2")
        self.grade = Grade(grade)
        self.verified_at, self.verified_by_id = act.at, act.by.employee_id


class SuggestionProposer(Line):
    """Somebody who made a suggestion, alone or with others."""

    __tablename__ = "suggestion_proposer"
    __table_args__ = (UniqueConstraint("suggestion_id", "employee_id"),)
    words = Words("Proposer", "建议人")
    period_on = "verified_at"
    period_columns = frozenset({"employee_id"})

    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    suggestion: Mapped[Suggestion] = relationship(back_populates="proposers")
    employee: Mapped[Employee] = relationship()

    def told_in(self) -> Suggestion:
        return self.suggestion


@after(Suggestion, "verify")
def note_suggestion_in_files(suggestion: Suggestion, act: Act) -> None:
    """A suggestion whose effect was verified goes into the file of each who made it (P2.4, K3.2)."""
    for one in suggestion.proposers:
        post_to_file(
            suggestion.session,
            act,
            employee_id=one.employee_id,
            kind=EntryKind.SUGGESTION,
            title=f"{suggestion.no} {suggestion.title} · {suggestion.grade}",
            source=(suggestion.__tablename__, suggestion.id),
            clause="K3.2",
        )
