"""Sheets and their lines: what somebody was measured by, and what he has to say to it (K2.1)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.assessment.cycles import AssessmentCycle
from models.assessment.definitions import KpiDefinition
from models.base import Act, Base, Record, Sight, on_date
from models.organisation import Department, Employee, Post, departments_below
from models.regulation import figure
from models.types import BigId
from rules import assessment
from rules.assessment import (
    GRADES,
    Aim,
    AppealDecision,
    CycleStatus,
    Flag,
    Group,
    LeftOut,
    LineStatus,
    Method,
    RowSide,
    SheetStatus,
    Weighted,
)
from rules.base import Person, Role, RuleBroken, Words, key_of
from rules.regulation.figures import GRADE_FROM, MANUAL_DELTA

Bounds = Sequence[tuple[str, Decimal]]
SEES_EVERY_SHEET = (Role.ADMIN, Role.HR, Role.HR_MANAGER, Role.GENERAL_MANAGER)


class AssessmentSheet(Record):
    """What a person or a department came to in a cycle (考核表)."""

    __tablename__ = "assessment_sheet"
    __table_args__ = (
        UniqueConstraint("cycle_id", "employee_id"),
        UniqueConstraint("cycle_id", "subject_department_id"),
        CheckConstraint("(employee_id IS NULL) != (subject_department_id IS NULL)", name="one_subject"),
        CheckConstraint("(appeal_entity IS NULL) = (appeal_entity_id IS NULL)", name="appeal_row_whole"),
        CheckConstraint("status != 'appealed' OR appealed_at IS NOT NULL", name="appealed_has_instant"),
        Index("ix_assessment_sheet_employee_id", "employee_id", "id"),
        Index("ix_assessment_sheet_assessor_id", "assessor_id", "status"),
        Index("ix_assessment_sheet_status", "status", "id"),
        Index("ix_assessment_sheet_department_id", "department_id", "id"),
    )
    words = Words("Assessment sheet", "考核表")
    chapter = "assessment"
    access = assessment.ASSESSMENT_SHEET
    lifecycle = assessment.SHEET_STEPS
    number_prefix = "KB"
    search_columns = ("no",)
    named_by = ("employee_id", "answerable_id", "assessor_id")

    no: Mapped[str] = mapped_column(String(32), unique=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("assessment_cycle.id"))
    employee_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    subject_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    answerable_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    """Who acts for the department that is assessed."""
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    assessor_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    total: Mapped[Decimal | None]
    grade: Mapped[str] = mapped_column(String(4), default="", index=True)
    published_at: Mapped[datetime | None]
    appealed_at: Mapped[datetime | None]
    appeal_reason: Mapped[str] = mapped_column(Text, default="")
    appeal_entity: Mapped[str | None] = mapped_column(String(63))
    appeal_entity_id: Mapped[int | None] = mapped_column(BigId)
    appeal_corrects_id: Mapped[int | None] = mapped_column(ForeignKey("assessment_cycle.id"), index=True)
    """The closed cycle that the disputed row puts right, where it is a correction."""
    appeal_decision: Mapped[AppealDecision | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    total_before: Mapped[Decimal | None]
    """The total before an appeal changed it."""
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[SheetStatus] = mapped_column(default=SheetStatus.COMPUTED)
    cycle: Mapped[AssessmentCycle] = relationship(foreign_keys=[cycle_id])
    appeal_corrects: Mapped[AssessmentCycle | None] = relationship(foreign_keys=[appeal_corrects_id])
    employee: Mapped[Employee | None] = relationship(foreign_keys=[employee_id])
    subject_department: Mapped[Department | None] = relationship(foreign_keys=[subject_department_id])
    answerable: Mapped[Employee | None] = relationship(foreign_keys=[answerable_id])
    department: Mapped[Department] = relationship(foreign_keys=[department_id])
    post: Mapped[Post | None] = relationship()
    assessor: Mapped[Employee | None] = relationship(foreign_keys=[assessor_id])
    decided_by: Mapped[Employee | None] = relationship(foreign_keys=[decided_by_id])
    lines: Mapped[list["AssessmentLine"]] = relationship(
        back_populates="sheet", order_by="AssessmentLine.id", cascade="all, delete-orphan"
    )

    @property
    def subject(self) -> Employee | Department:
        return self.employee or self.subject_department  # type: ignore[return-value]

    @property
    def label(self) -> str:
        return f"{self.no} {self.subject.name} {self.cycle.span_text}"

    def parties(self) -> Mapping[str, frozenset[int]]:
        assessed = self.employee_id or self.answerable_id
        return {
            "assessed": frozenset({assessed} if assessed else ()),
            "assessor": frozenset({self.assessor_id} if self.assessor_id else ()),
        }

    @classmethod
    def sight_of(cls, person: Person) -> Sight | None:
        """HR and the general manager see every sheet; others those that name them, whatever team they lead."""
        if person.is_system or person.holds(*SEES_EVERY_SHEET):
            return None
        own = [getattr(cls, column) == person.employee_id for column in cls.named_by]
        return Sight(frozenset(), own if person.employee_id is not None else [])

    def why_not(self, verb: str, person: Person) -> RuleBroken | None:
        """Assessors and HR look at sheets while their cycle is in review."""
        refusal = super().why_not(verb, person)
        is_late = verb in {"confirm", "check", "return"} and self.cycle.status is not CycleStatus.IN_REVIEW
        if refusal is None and is_late and not person.is_system:
            return RuleBroken(Words("The cycle is not in review.", "该考核周期不在评审阶段。"), clause="K2.1")
        return refusal

    # -- verbs -------------------------------------------------------------------------------------------------------

    def do_publish(self, act: Act) -> None:
        self.published_at = act.at

    def do_appeal(self, act: Act, row: str = "") -> None:
        """Against the whole, or against a row behind a number: ``spot_check_item 17``; a correction: ``… 17~5``."""
        assessment.refuse_late_appeal(self.cycle.appeal_due_at, act.at)
        if row.strip():
            self.appeal_entity, self.appeal_entity_id, self.appeal_corrects_id = self._row_named(row)
        self.appealed_at, self.appeal_reason = act.at, act.note

    def _row_named(self, row: str) -> tuple[str, int, int | None]:
        entity, _, keys = row.strip().rpartition(" ")
        key, _, closed = keys.partition("~")
        row_id, corrects = key_of(key), key_of(closed)
        is_named = row_id is not None and (corrects is not None or not closed)
        found = is_named and self.session.scalar(
            select(KpiEvidence.id)
            .where(
                KpiEvidence.cycle_id == self.cycle_id,
                KpiEvidence.entity == entity.strip(),
                KpiEvidence.entity_id == row_id,
                KpiEvidence.side != RowSide.EXCLUDED,
                KpiEvidence.corrects_id.is_not_distinct_from(corrects),
                self.evidence_here(),
            )
            .limit(1)
        )
        assessment.refuse_row_of_another(is_used=bool(found))
        return entity.strip(), row_id or 0, corrects

    def evidence_here(self) -> ColumnElement[bool]:
        """The rows of the cycle that this sheet stands on; a department's refer to those of its people and areas."""
        if self.employee_id is not None:
            return KpiEvidence.employee_id == self.employee_id
        below = departments_below(self.session, self.subject_department_id or 0)
        return KpiEvidence.department_id.in_(sorted(below))

    def do_uphold(self, act: Act) -> None:
        self._decide(act, AppealDecision.UPHELD)

    def do_reject(self, act: Act) -> None:
        self._decide(act, AppealDecision.REJECTED)

    def _decide(self, act: Act, decision: AppealDecision) -> None:
        self.appeal_decision, self.decided_by_id, self.decided_at = decision, act.by.employee_id, act.at
        self.decision_reason = act.note

    # -- what follows from the lines ---------------------------------------------------------------------------------

    def weigh(self, bounds: Bounds | None = None) -> None:
        """Effective weights, total and grade follow from the lines and the company's figures of the period."""
        self.total, self.grade = weighed(self.lines, bounds or grade_bounds(self.session, self.cycle.to_on))


def grade_bounds(session: Session, on: date) -> Bounds:
    """From how many points a grade is reached in a period that ends on a day."""
    return [(grade, figure(session, GRADE_FROM, on, grade)) for grade in GRADES]


def weighed(lines: Sequence["AssessmentLine"], bounds: Bounds) -> tuple[Decimal | None, str]:
    """Total and grade of lines like these; each gets its effective weight."""
    found = [one.weighted for one in lines]
    for one, weight in zip(lines, assessment.effective_weights(found), strict=True):
        one.effective_weight = weight
    total = assessment.total_of(found)
    return total, assessment.grade_of(total, bounds)


class AssessmentLine(Record):
    """One number of a sheet, with what it was measured and scored by (考核项)."""

    __tablename__ = "assessment_line"
    __table_args__ = (
        UniqueConstraint("sheet_id", "kpi_id"),
        CheckConstraint("flag = 'ok' OR score IS NULL", name="score_has_data"),
        CheckConstraint("manual_delta = 0 OR delta_reason != ''", name="delta_has_reason"),
        Index("ix_assessment_line_kpi_id", "kpi_id", "id"),
        Index("ix_assessment_line_flag", "flag", "id"),
    )
    words = Words("Assessment line", "考核项")
    chapter = "assessment"
    access = assessment.ASSESSMENT_LINE
    lifecycle = assessment.LINE_STEPS
    label_columns = ("called",)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("assessment_sheet.id"))
    kpi_id: Mapped[int | None] = mapped_column(ForeignKey("kpi_definition.id"))
    group: Mapped[Group] = mapped_column("kpi_group")
    numerator: Mapped[Decimal | None]
    denominator: Mapped[Decimal | None]
    value: Mapped[Decimal | None]
    target: Mapped[Decimal | None]
    floor: Mapped[Decimal | None]
    method: Mapped[Method | None]
    bands: Mapped[str] = mapped_column(String(200), default="")
    points_each: Mapped[Decimal | None]
    min_sample: Mapped[int] = mapped_column(default=0)
    weight: Mapped[Decimal]
    effective_weight: Mapped[Decimal] = mapped_column(default=Decimal(0))
    score: Mapped[Decimal | None]
    score_before: Mapped[Decimal | None]
    """The score before an appeal changed it."""
    value_before: Mapped[Decimal | None]
    manual_delta: Mapped[Decimal] = mapped_column(default=Decimal(0))
    delta_reason: Mapped[str] = mapped_column(Text, default="")
    flag: Mapped[Flag]
    evidence_hash: Mapped[str] = mapped_column(String(64), default="")
    """The hash over the hashes of the rows behind it."""
    status: Mapped[LineStatus] = mapped_column(default=LineStatus.COMPUTED)
    sheet: Mapped[AssessmentSheet] = relationship(back_populates="lines")
    kpi: Mapped[KpiDefinition | None] = relationship()

    @property
    def called(self) -> str:
        return f"{self.sheet.label} · {self.name_words.zh}"

    @property
    def label_words(self) -> Words:
        en, zh = f"{self.sheet.label} · {self.name_words.en}", self.called
        return Words(en, zh)

    @property
    def name_words(self) -> Words:
        return self.kpi.label_words if self.kpi is not None else self.group.words

    @property
    def aim(self) -> Aim | None:
        if self.method is None:
            return None
        bands = tuple(assessment.bands_of(self.bands))
        return Aim(self.method, self.target, self.floor, bands, self.points_each)

    @property
    def weighted(self) -> Weighted:
        return Weighted(self.weight, self.score, self.manual_delta + self.points)

    @property
    def points(self) -> Decimal:
        """What it adds to the total as it is."""
        return self.value or Decimal(0) if self.method is Method.POINTS else Decimal(0)

    def parties(self) -> Mapping[str, frozenset[int]]:
        return self.sheet.parties()

    @classmethod
    def sight_of(cls, person: Person) -> Sight | None:
        """Lines go with their sheet."""
        sight = AssessmentSheet.sight_of(person)
        if sight is None:
            return None
        own = [cls.sheet_id.in_(select(AssessmentSheet.id).where(one)) for one in sight.by_name]
        return Sight(frozenset(), own)

    def why_not(self, verb: str, person: Person) -> RuleBroken | None:
        """Adjusted while the assessor has the sheet."""
        refusal = super().why_not(verb, person)
        if refusal is None and verb == "adjust":
            is_his = self.sheet.status is SheetStatus.COMPUTED and self.sheet.cycle.status is CycleStatus.IN_REVIEW
            if not is_his:
                return RuleBroken(
                    Words("Adjusted only while the sheet is in review.", "仅在评审阶段、确认之前可以调整。"),
                    clause="K2.1",
                )
        return refusal

    def do_adjust(self, act: Act, manual_delta: Decimal | str = "") -> None:
        """At most so many points on a sheet, with the reason."""
        delta = assessment.points_typed(manual_delta)
        most = figure(self.session, MANUAL_DELTA, on_date(act.at))
        others = [one.manual_delta for one in self.sheet.lines if one is not self]
        assessment.refuse_delta(delta, others, most, act.note)
        self.delta_reason, self.manual_delta = act.note, delta
        self.sheet.weigh()

    def do_correct(self, act: Act) -> None:
        """What it was stays beside what it is."""
        self.score_before, self.value_before = self.score, self.value

    def measure(self, numerator: Decimal | None, denominator: Decimal | None, value: Decimal | None) -> None:
        """Value, flag and score; too little behind it scores nothing."""
        self.numerator, self.denominator, self.value = numerator, denominator, assessment.kept(value)
        self.flag = assessment.flag_of(value, denominator, self.min_sample)
        aim = self.aim
        is_scored = self.flag is Flag.OK and value is not None and aim is not None and aim.method is not Method.POINTS
        self.score = assessment.kept(assessment.score_of(value, aim)) if is_scored else None  # type: ignore[arg-type]


class KpiEvidence(Base):
    """A row behind a number, as it was when the number was computed; of several people one row for each."""

    __tablename__ = "kpi_evidence"
    __table_args__ = (
        Index("ix_kpi_evidence_employee", "cycle_id", "kpi_id", "employee_id"),
        Index("ix_kpi_evidence_department", "cycle_id", "kpi_id", "department_id"),
        Index("ix_kpi_evidence_row", "cycle_id", "entity_id"),
        Index(
            "ix_kpi_evidence_corrects_id",
            "corrects_id",
            sqlite_where=text("corrects_id IS NOT NULL"),
            postgresql_where=text("corrects_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("assessment_cycle.id"))
    kpi_id: Mapped[int] = mapped_column(ForeignKey("kpi_definition.id"))
    employee_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    entity: Mapped[str] = mapped_column(String(63))
    entity_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime | None]
    side: Mapped[RowSide]
    reason: Mapped[LeftOut | None]
    top: Mapped[int] = mapped_column(BigId)
    bottom: Mapped[int]
    part: Mapped[str] = mapped_column(String(20), default="")
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("assessment_cycle.id"))
    """The closed cycle in which it would count: what became known later adds or takes away here."""
    row_hash: Mapped[str] = mapped_column(String(64))


class KpiExclusion(Base):
    """A row that an upheld appeal took out of a cycle: it counts for nobody there any more."""

    __tablename__ = "kpi_exclusion"
    __table_args__ = (UniqueConstraint("cycle_id", "entity", "entity_id", name="uq_kpi_exclusion_once"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("assessment_cycle.id"))
    entity: Mapped[str] = mapped_column(String(63))
    entity_id: Mapped[int] = mapped_column(BigId)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("assessment_sheet.id"))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


def lines_by_kpi(sheet: AssessmentSheet) -> Mapping[int | None, AssessmentLine]:
    return {one.kpi_id: one for one in sheet.lines}


def sheets_of(cycle: AssessmentCycle) -> Sequence[AssessmentSheet]:
    """Every sheet of a cycle, in the order of their numbers."""
    return cycle.session.scalars(
        select(AssessmentSheet).where(AssessmentSheet.cycle_id == cycle.id).order_by(AssessmentSheet.id)
    ).all()
