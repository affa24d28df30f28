"""Cycles of assessment: a month or a quarter, from its figures to its lock (K2.1)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import COMPANY_ZONE, Act, Record, on_date
from models.event import PeriodLock
from models.indicators import Span
from models.regulation import due_at, limit
from rules import assessment
from rules.assessment import CycleKind, CycleStatus, Period
from rules.base import Words
from rules.regulation import Target


class AssessmentCycle(Record):
    """A month or a quarter that people are assessed on (考核周期)."""

    __tablename__ = "assessment_cycle"
    __table_args__ = (
        CheckConstraint("from_on <= to_on", name="in_order"),
        CheckConstraint("(status = 'locked') = (locked_at IS NOT NULL)", name="locked_has_instant"),
        CheckConstraint(
            "status NOT IN ('published', 'appeal') OR published_at IS NOT NULL", name="published_has_instant"
        ),
        Index(
            "uq_assessment_cycle_once",
            "kind",
            "from_on",
            unique=True,
            sqlite_where=text("voided_at IS NULL"),
            postgresql_where=text("voided_at IS NULL"),
        ),
        Index("ix_assessment_cycle_status", "status", "id"),
        Index("ix_assessment_cycle_from_on", "from_on", "id"),
    )
    words = Words("Assessment cycle", "考核周期")
    chapter = "assessment"
    access = assessment.ASSESSMENT_CYCLE
    lifecycle = assessment.CYCLE_STEPS
    number_prefix = "KH"
    search_columns = ("no",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[CycleKind] = mapped_column(default=CycleKind.MONTH)
    from_on: Mapped[date]
    to_on: Mapped[date]
    cut_off_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    computed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    appeal_due_at: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_of: Mapped[int] = mapped_column(default=0)
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    is_imported: Mapped[bool] = mapped_column(default=False)
    """History from a ledger: scores as they were written, with no rows behind them."""
    status: Mapped[CycleStatus] = mapped_column(default=CycleStatus.PLANNED)

    @property
    def label(self) -> str:
        return f"{self.no} {self.span_text}"

    @property
    def span_text(self) -> str:
        """2026-10, or 2026Q4."""
        if self.kind is CycleKind.QUARTER:
            return f"{self.from_on.year}Q{(self.from_on.month + 2) // 3}"
        return f"{self.from_on:%Y-%m}"

    @property
    def span(self) -> Span:
        start, end = Period(self.from_on, self.to_on).instants(COMPANY_ZONE)
        return Span(self.from_on, self.to_on, start, end, self.cut_off_at)

    def prepare(self) -> None:
        """The whole period follows from its first day; by itself figures are taken when it has ended."""
        period = assessment.period_of(CycleKind(self.kind or CycleKind.MONTH), self.from_on)
        self.to_on = period.to_on
        _, end = period.instants(COMPANY_ZONE)
        self.cut_off_at = self.cut_off_at or end
        assessment.refuse_cut_off_inside(self.cut_off_at, end)

    def do_start(self, act: Act) -> None:
        """The worker takes it up; until then nothing moves."""
        assessment.refuse_early(self.cut_off_at, act.at)
        self.started_at, self.progress_done, self.progress_of = act.at, 0, 0

    def do_compute(self, act: Act) -> None:
        self.computed_at = act.at

    def do_publish(self, act: Act) -> None:
        """From now on those assessed may appeal, until a deadline of the company's."""
        allowed = limit(self.session, Target.APPEAL, {"kind": str(self.kind)}, on_date(act.at), clause="K2.1")
        self.published_at, self.appeal_due_at = act.at, due_at(self.session, allowed, act.at)

    def do_lock(self, act: Act) -> None:
        """What the figures were computed from stays as it was."""
        assessment.refuse_lock_before(self.appeal_due_at, act.at)
        self.locked_at = act.at
        self.close_period(act.at)

    def close_period(self, at: datetime) -> None:
        """From now on nothing of the period is added or changed, whatever way it comes."""
        self.session.add(
            PeriodLock(from_on=self.from_on, to_on=self.to_on, locked_at=at, reason=f"{self.no} {self.span_text}")
        )
