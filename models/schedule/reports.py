"""Daily progress reports of stages, and who worked (S2.1)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.actions import ActionItem
from models.base import COMPANY_ZONE, Act, Line, Record, on_date
from models.organisation import Department, Employee
from models.regulation import figure
from models.schedule.plans import ProductionPlan
from models.schedule.reach import one
from models.schedule.stages import PlanStage
from models.training import gates
from rules import schedule
from rules.base import Person, RuleBroken, Words
from rules.regulation.figures import REPORT_CUT_OFF
from rules.schedule import ReportStatus, Shift, StageStatus, reports, stages
from rules.training import Answer


class DailyReport(Record):
    """What was done at a stage on a day, in a shift (进度日报)."""

    __tablename__ = "daily_report"
    __table_args__ = (
        UniqueConstraint("stage_id", "on", "shift"),
        CheckConstraint("percent >= 0 AND percent <= 1000000", name="percent_in_range"),
        CheckConstraint("qty_done >= 0 AND qty_good >= 0 AND qty_bad >= 0", name="quantities_not_negative"),
        CheckConstraint("qty_good + qty_bad <= qty_done", name="pieces_within_done"),
        CheckConstraint("hours >= 0", name="hours_not_negative"),
        CheckConstraint(
            "status NOT IN ('submitted', 'acknowledged') OR submitted_at IS NOT NULL", name="handed_in_has_instant"
        ),
        Index("ix_daily_report_on_id", "on", "id"),
        Index("ix_daily_report_status_id", "status", "id"),
        Index("ix_daily_report_department_id_id", "department_id", "id"),
        Index("ix_daily_report_reporter_id_on", "reporter_id", "on"),
    )
    words = Words("Daily report", "进度日报")
    chapter = "schedule"
    access = schedule.DAILY_REPORT
    lifecycle = reports.REPORT_STEPS
    number_prefix = "RB"
    search_columns = ("no", "problem")
    named_by = ("reporter_id",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("plan_stage.id"))
    on: Mapped[date]
    shift: Mapped[Shift] = mapped_column(default=Shift.DAY)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    qty_done: Mapped[int] = mapped_column(default=0)
    qty_good: Mapped[int] = mapped_column(default=0)
    qty_bad: Mapped[int] = mapped_column(default=0)
    percent: Mapped[Decimal] = mapped_column(default=Decimal(0))
    """Cumulative: how far the stage is since its beginning."""
    hours: Mapped[Decimal] = mapped_column(default=Decimal(0))
    problem: Mapped[str] = mapped_column(Text, default="")
    help_from_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    expected_finish_on: Mapped[date | None]
    due_at: Mapped[datetime]
    """The cut-off that held when the report was made."""
    submitted_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(default=False)
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action_item.id"))
    """The action that its problem became."""
    status: Mapped[ReportStatus] = mapped_column(default=ReportStatus.DRAFT)
    stage: Mapped[PlanStage] = relationship()
    department: Mapped[Department] = relationship(foreign_keys=[department_id])
    reporter: Mapped[Employee | None] = relationship(foreign_keys=[reporter_id])
    help_from: Mapped[Department | None] = relationship(foreign_keys=[help_from_id])
    action: Mapped[ActionItem | None] = relationship()
    people: Mapped[list["DailyReportPerson"]] = relationship(
        back_populates="report", order_by="DailyReportPerson.id", cascade="all, delete-orphan"
    )

    def prepare(self, at: datetime) -> None:
        """A report is its stage's department's; the cut-off of its day holds for it (S2.1)."""
        self.department_id = self.stage.department_id
        self.due_at = cut_off(self.stage.session, self.on, at)

    def do_submit(self, act: Act) -> None:
        """The figures are plausible, who worked was allowed to; a problem is answered the same day (S2.1)."""
        self.prepare(act.at)
        reports.refuse_future(self.on, on_date(act.at))
        qty = (self.qty_done or 0, self.qty_good or 0, self.qty_bad or 0)
        reports.refuse_implausible(self.percent, self.reported_before(), qty, self.hours or Decimal(0))
        self._begin(act)
        self._ask_gate(act)
        self.reporter_id = act.by.employee_id or self.reporter_id
        self.submitted_at, self.late = act.at, reports.is_late(act.at, self.due_at)

    def _begin(self, act: Act) -> None:
        """Who reports of a stage that is ready begins it; of one that waits or is held nothing is reported."""
        if self.stage.status is StageStatus.READY:
            self.stage.perform("start", act=act)
        if self.stage.status is not StageStatus.IN_PROGRESS:
            raise RuleBroken(
                Words(
                    "The stage is “{status}”: nothing is reported of it.",
                    "该阶段处于“{status}”状态，不能填报进度。",
                    status=self.stage.status,
                ),
                field="stage",
                clause="S2.1",
            )

    def _ask_gate(self, act: Act) -> None:
        """Everybody in the list is asked for at the door; the answer is kept (P2.3)."""
        post = self.stage.post
        if post is None or not self.people:
            return
        people = [line.employee for line in self.people]
        found = gates(self.session, people, [post], act.at)
        for line in self.people:
            gate = found[line.employee.id, post.id]
            line.gate = gate.answer
            line.gate_reasons = [[one.words.text("en"), one.words.text("zh")] for one in gate.reasons]
            if act.recorded_at is None:
                stages.refuse_gate(gate, line.employee.name, post.name, field="people")

    def reported_before(self) -> Decimal:
        """How far the stage was by the last report of an earlier day."""
        return self.session.scalar(
            select(DailyReport.percent)
            .where(
                DailyReport.stage_id == self.stage.id,
                DailyReport.id != self.id,
                DailyReport.on < self.on,
                DailyReport.status.in_(reports.HANDED_IN),
            )
            .order_by(DailyReport.on.desc(), DailyReport.id.desc())
            .limit(1)
        ) or Decimal(0)

    @property
    def is_latest(self) -> bool:
        """Whether no later day was reported yet: only then does it say how far the stage is."""
        later = select(DailyReport.id).where(
            DailyReport.stage_id == self.stage_id,
            DailyReport.on > self.on,
            DailyReport.status.in_(reports.HANDED_IN),
        )
        return self.session.scalar(later.limit(1)) is None

    @property
    def label(self) -> str:
        return f"{self.no} {self.on.isoformat()}"

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {"reporter": one(self.reporter_id), "planner": one(self.stage.plan.planner_id)}

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """Who worked, and the project lead."""
        worked = select(DailyReportPerson.report_id).where(DailyReportPerson.employee_id == person.employee_id)
        led = (
            select(PlanStage.id)
            .join(ProductionPlan, ProductionPlan.id == PlanStage.plan_id)
            .where(ProductionPlan.project_lead_id == person.employee_id)
        )
        return [cls.id.in_(worked), cls.stage_id.in_(led)]


def cut_off(session: Session, on: date, at: datetime) -> datetime:
    """By when the reports of a day are in, by the figure that holds that day. Raises Unset, naming the clause."""
    day, clock = reports.cut_off_at(on, figure(session, REPORT_CUT_OFF, on_date(at)))
    return datetime.combine(day, clock, COMPANY_ZONE).astimezone(UTC)


class DailyReportPerson(Line):
    """Somebody who worked at the stage that day; the gate's answer is kept with him."""

    __tablename__ = "daily_report_person"
    __table_args__ = (
        UniqueConstraint("report_id", "employee_id"),
        CheckConstraint("hours >= 0", name="hours_not_negative"),
        Index("ix_daily_report_person_employee_id", "employee_id"),
    )
    words = Words("Person at work", "作业人员")

    report_id: Mapped[int] = mapped_column(ForeignKey("daily_report.id"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    hours: Mapped[Decimal] = mapped_column(default=Decimal(0))
    gate: Mapped[Answer | None]
    gate_reasons: Mapped[list[Any]] = mapped_column(default=list)
    report: Mapped[DailyReport] = relationship(back_populates="people")
    employee: Mapped[Employee] = relationship(foreign_keys=[employee_id])

    def told_in(self) -> DailyReport:
        return self.report


__all__ = ["DailyReport", "DailyReportPerson"]
