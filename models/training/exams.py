"""Exams, for how long each was valid, and what people scored in them (P2.3)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Act, Line, Record, on_date
from models.organisation import Department, Employee
from models.process import DocumentRevision, revision_in_force
from models.regulation import figure
from models.training.sessions import TrainingSession
from rules.base import RuleBroken, Words
from rules.regulation.figures import EXAM_ATTEMPTS, PASS_SCORE, RETAKE_WAIT_DAYS
from rules.training import exams, kinds, steps
from rules.training.exams import Limits, Marks, Past
from rules.training.kinds import AttemptStatus, ExamKind, ExamStatus, Result


class Exam(Record):
    """An exam on one or more documents; what it leaves open comes from the company's figures (考核)."""

    __tablename__ = "exam"
    __table_args__ = (
        CheckConstraint("full_score > 0", name="full_score_positive"),
        CheckConstraint("pass_score IS NULL OR pass_score BETWEEN 0 AND full_score", name="pass_score_in_range"),
        CheckConstraint(
            "practical_pass_score IS NULL OR practical_pass_score BETWEEN 0 AND full_score",
            name="practical_pass_score_in_range",
        ),
        CheckConstraint("max_attempts IS NULL OR max_attempts > 0", name="max_attempts_positive"),
        CheckConstraint("retake_wait_days IS NULL OR retake_wait_days >= 0", name="retake_wait_not_negative"),
    )
    words = Words("Exam", "考核")
    chapter = "training"
    access = kinds.EXAM
    lifecycle = steps.EXAM_STEPS
    search_columns = ("code", "title")
    label_columns = ("code", "title")
    named_by = ("author_id",)

    code: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[ExamKind] = mapped_column(default=ExamKind.WRITTEN)
    full_score: Mapped[Decimal] = mapped_column(default=Decimal(100))
    pass_score: Mapped[Decimal | None]
    practical_pass_score: Mapped[Decimal | None]
    max_attempts: Mapped[int | None]
    retake_wait_days: Mapped[int | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    status: Mapped[ExamStatus] = mapped_column(default=ExamStatus.DRAFT)
    author: Mapped[Employee | None] = relationship(foreign_keys=[author_id])
    approved_by: Mapped[Employee | None] = relationship(foreign_keys=[approved_by_id])
    revisions: Mapped[list["ExamRevision"]] = relationship(
        back_populates="exam", order_by="ExamRevision.id", cascade="all, delete-orphan"
    )
    spans: Mapped[list["ExamSpan"]] = relationship(
        back_populates="exam", order_by="ExamSpan.from_on", cascade="all, delete-orphan"
    )

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {"exam_author": frozenset({self.author_id} if self.author_id else ())}

    def do_approve(self, act: Act) -> None:
        """It examines what is in force now; from this day results count. Of history what is known is kept."""
        if act.recorded_at:
            self.spans.append(ExamSpan(from_on=on_date(act.at)))
            return
        if not self.revisions:
            raise RuleBroken(
                Words("Say first which document it is about.", "请先填写考核所依据的工艺文件。"),
                field="revisions",
                clause="P2.3",
            )
        for line in self.revisions:
            found = revision_in_force(self.session, line.revision.document_id, act.at)
            if found is None:
                raise RuleBroken(
                    Words("{doc} has no revision in force.", "{doc} 没有现行版次。", doc=line.revision.document.doc_no),
                    field="revisions",
                    clause="P1.3",
                )
            line.revision_id = found
        self.approved_by_id = act.by.employee_id
        self.spans.append(ExamSpan(from_on=on_date(act.at)))

    def do_outdate(self, act: Act) -> None:
        """The document changed: until somebody looked at the questions, nobody sits it."""
        self._close_span(act)

    def do_retire(self, act: Act) -> None:
        self._close_span(act)

    def _close_span(self, act: Act) -> None:
        for span in self.spans:
            if span.to_on is None:
                span.to_on = max(on_date(act.at), span.from_on)

    def was_valid(self, taken_on: date) -> bool:
        """Whether it was approved and not stale that day."""
        return exams.was_valid([(one.from_on, one.to_on) for one in self.spans], taken_on)

    def marks(self, on: date) -> Marks:
        """What it is marked by that day; an unset pass mark is the company's figure, refused where that is unset."""
        is_practical = self.kind is ExamKind.PRACTICAL
        pass_score = self.pass_score
        practical = self.practical_pass_score
        if (practical if is_practical else pass_score) is None:
            given = figure(self.session, PASS_SCORE, on) * self.full_score / 100
            pass_score, practical = (pass_score, given) if is_practical else (given, practical)
        return Marks(self.full_score, pass_score, practical)

    def limits(self, on: date, since: date | None = None) -> Limits:
        """How often and how soon; ``since`` is when a new round began for somebody."""
        attempts = self.max_attempts or int(figure(self.session, EXAM_ATTEMPTS, on))
        wait = self.retake_wait_days
        wait = int(figure(self.session, RETAKE_WAIT_DAYS, on)) if wait is None else wait
        begins = self.spans[-1].from_on if self.spans else None
        return Limits(attempts, wait, max((one for one in (begins, since) if one is not None), default=None))


class ExamRevision(Line):
    """A revision that an exam examines."""

    __tablename__ = "exam_revision"
    __table_args__ = (UniqueConstraint("exam_id", "revision_id"),)
    words = Words("Examined revision", "考核依据")

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("document_revision.id"), index=True)
    exam: Mapped[Exam] = relationship(back_populates="revisions")
    revision: Mapped[DocumentRevision] = relationship()

    def told_in(self) -> Exam:
        return self.exam


class ExamSpan(Line):
    """For how long an exam was approved and not stale: what results of the past are held against."""

    __tablename__ = "exam_span"
    __table_args__ = (
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
        Index(
            "uq_exam_span_one_open",
            "exam_id",
            unique=True,
            sqlite_where=text("to_on IS NULL"),
            postgresql_where=text("to_on IS NULL"),
        ),
    )
    words = Words("Valid from, until", "有效期间")

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    exam: Mapped[Exam] = relationship(back_populates="spans")

    def told_in(self) -> Exam:
        return self.exam


class ExamAttempt(Record):
    """What somebody scored in an exam; confirmed it is fixed, and a correction is a new row (考核成绩)."""

    __tablename__ = "exam_attempt"
    __table_args__ = (
        CheckConstraint("attempt_no > 0", name="attempt_counts_from_one"),
        CheckConstraint("score IS NULL OR score >= 0", name="score_not_negative"),
        CheckConstraint("practical_score IS NULL OR practical_score >= 0", name="practical_score_not_negative"),
        CheckConstraint(
            "status NOT IN ('confirmed') OR (result IS NOT NULL AND confirmed_at IS NOT NULL)",
            name="confirmed_has_facts",
        ),
        CheckConstraint("(status = 'voided') = (voided_at IS NOT NULL)", name="voided_has_instant"),
        CheckConstraint("corrects_id IS NULL OR correction_reason != ''", name="correction_has_reason"),
        Index("ix_exam_attempt_employee_id_exam_id", "employee_id", "exam_id", "taken_on"),
        Index("ix_exam_attempt_session_id", "session_id"),
        Index("ix_exam_attempt_status_id", "status", "id"),
        Index("ix_exam_attempt_taken_on_id", "taken_on", "id"),
        Index("ix_exam_attempt_exam_id", "exam_id", "id"),
        Index(
            "uq_exam_attempt_one_a_day",
            "exam_id",
            "employee_id",
            "taken_on",
            unique=True,
            sqlite_where=text("voided_at IS NULL AND corrects_id IS NULL"),
            postgresql_where=text("voided_at IS NULL AND corrects_id IS NULL"),
        ),
        Index(
            "uq_exam_attempt_one_correction",
            "corrects_id",
            unique=True,
            sqlite_where=text("voided_at IS NULL AND corrects_id IS NOT NULL"),
            postgresql_where=text("voided_at IS NULL AND corrects_id IS NOT NULL"),
        ),
    )
    words = Words("Exam result", "考核成绩")
    chapter = "training"
    access = kinds.EXAM_ATTEMPT
    lifecycle = steps.ATTEMPT_STEPS
    number_prefix = "KS"
    search_columns = ("no", "note")
    named_by = ("employee_id",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("training_session.id"))
    attempt_no: Mapped[int] = mapped_column(default=1)
    taken_on: Mapped[date]
    score: Mapped[Decimal | None]
    practical_score: Mapped[Decimal | None]
    pass_score_used: Mapped[Decimal | None]
    practical_pass_score_used: Mapped[Decimal | None]
    result: Mapped[Result | None]
    invigilator_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    confirmed_at: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(String(40), default="")
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("exam_attempt.id"))
    correction_reason: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[AttemptStatus] = mapped_column(default=AttemptStatus.REGISTERED)
    exam: Mapped[Exam] = relationship()
    employee: Mapped[Employee] = relationship(foreign_keys=[employee_id])
    department: Mapped[Department | None] = relationship()
    training: Mapped[TrainingSession | None] = relationship()
    invigilator: Mapped[Employee | None] = relationship(foreign_keys=[invigilator_id])
    entered_by: Mapped[Employee | None] = relationship(foreign_keys=[entered_by_id])
    confirmed_by: Mapped[Employee | None] = relationship(foreign_keys=[confirmed_by_id])
    corrects: Mapped["ExamAttempt | None"] = relationship(remote_side="ExamAttempt.id")

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {
            "examinee": frozenset({self.employee_id}),
            "enterer": frozenset({self.entered_by_id} if self.entered_by_id else ()),
        }

    def do_enter(self, act: Act) -> None:
        """The scores say what came of it; what the exam was marked by that day is kept with them."""
        exams.refuse_future(self.taken_on, on_date(act.written_at))
        if act.recorded_at:  # the ledger has its own pass marks, and has been judged by them
            return
        refuse_invalid(self.exam, self.taken_on)
        marks = self.exam.marks(self.taken_on)
        is_absent = self.result is Result.ABSENT
        for fault in exams.score_faults(self.score, self.practical_score, marks, is_absent=is_absent):
            raise RuleBroken(fault.words, field=fault.column, clause="P2.3")
        self.result = exams.result_of(self.score, self.practical_score, marks, is_absent=is_absent)
        self.pass_score_used, self.practical_pass_score_used = marks.pass_score, marks.practical_pass_score
        self.entered_by_id = act.by.employee_id

    def do_confirm(self, act: Act) -> None:
        """Somebody else has held it against the papers; a correction takes the place of what it corrects."""
        self.confirmed_by_id, self.confirmed_at = act.by.employee_id, act.at
        if self.corrects is not None and self.corrects.voided_at is None:
            self.corrects.perform("void", act=act.consequence("P2.3"))

    def do_void(self, act: Act) -> None:
        """What was corrected counts no more; what it had led to is undone by whoever heard of it."""
        self.voided_at, self.voided_by_id, self.void_reason = (
            act.at,
            act.by.account_id,
            self.correction_reason or "更正",
        )
        self.result = Result.VOID


def invalid(exam: Exam, taken_on: date) -> Words | None:
    """Why no result of that day counts for this exam; None = it does."""
    if exam.was_valid(taken_on):
        return None
    if exam.status is ExamStatus.STALE:
        return Words(
            "The exam is stale: the document changed. It must be approved anew first.",
            "文件已换版，考核待更新，须重新批准后才能考试。",
        )
    return Words("The exam was not approved on that day.", "考核当日该考核未批准或已停用。")


def refuse_invalid(exam: Exam, taken_on: date) -> None:
    """Raises RuleBroken for a day on which the exam was stale or not approved."""
    if (words := invalid(exam, taken_on)) is not None:
        raise RuleBroken(words, field="exam", clause="P2.3")


# -- questions -------------------------------------------------------------------------------------------------------

COUNTING = (AttemptStatus.ENTERED, AttemptStatus.CONFIRMED)


def histories(session: Session, exam_id: int, employee_ids: set[int]) -> dict[int, list[Past]]:
    """The attempts of each of these people at an exam, entered ones too, by day; corrected ones count no more."""
    found: dict[int, list[Past]] = {key: [] for key in employee_ids}
    corrected = select(ExamAttempt.corrects_id).where(
        ExamAttempt.corrects_id.is_not(None), ExamAttempt.status.in_(COUNTING)
    )
    rows = session.execute(
        select(ExamAttempt.employee_id, ExamAttempt.taken_on, ExamAttempt.result)
        .where(
            ExamAttempt.exam_id == exam_id,
            ExamAttempt.employee_id.in_(sorted(employee_ids)),
            ExamAttempt.status.in_(COUNTING),
            ExamAttempt.id.not_in(corrected),
        )
        .order_by(ExamAttempt.taken_on, ExamAttempt.id)
    )
    for employee_id, taken_on, result in rows:
        found[employee_id].append(Past(taken_on, result))
    return found
