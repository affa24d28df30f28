"""Delays of stages and orders, from the forecast to who answers for them (S3)."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Record
from models.organisation import Department, Employee
from models.regulation import copies_due
from models.schedule.orders import SalesOrder
from models.schedule.reach import one
from models.schedule.stages import PlanStage
from rules import schedule
from rules.actions import Cause
from rules.base import Person, Words
from rules.regulation import Target
from rules.schedule import DelayNature, DelayStatus, DetectedBy, delays

OPEN_SQL = "status NOT IN ('averted', 'closed')"


class DelayRecord(Record):
    """A delay: how it was seen, what is proposed, whose it is, what it costs the order (延误记录)."""

    __tablename__ = "delay_record"
    __table_args__ = (
        CheckConstraint("absorbed_working_days >= 0", name="absorbed_not_negative"),
        CheckConstraint("order_effect_working_days >= 0", name="effect_not_negative"),
        CheckConstraint(
            "status NOT IN ('attributed', 'closed') OR nature != 'undetermined'", name="attributed_has_nature"
        ),
        CheckConstraint(
            "status NOT IN ('attributed', 'closed') OR nature != 'force_majeure' OR "
            "(gm_approved_at IS NOT NULL AND evidence != '')",
            name="force_majeure_is_proved",
        ),
        CheckConstraint(
            "status NOT IN ('reported', 'analysing') OR reported_at IS NOT NULL", name="reported_has_instant"
        ),
        CheckConstraint("(gm_approved_at IS NULL) = (gm_approved_by_id IS NULL)", name="approved_by_somebody"),
        Index("ix_delay_record_status_id", "status", "id"),
        Index("ix_delay_record_department_id_id", "department_id", "id"),
        Index("ix_delay_record_planned_end_on_id", "planned_end_on", "id"),
        Index("ix_delay_record_nature_planned_end_on", "nature", "planned_end_on"),
        Index(
            "uq_delay_record_one_open",
            "stage_id",
            unique=True,
            sqlite_where=text(OPEN_SQL),
            postgresql_where=text(OPEN_SQL),
        ),
    )
    words = Words("Delay", "延误记录")
    chapter = "schedule"
    access = schedule.DELAY_RECORD
    lifecycle = delays.DELAY_STEPS
    number_prefix = "YW"
    search_columns = ("no", "analysis", "proposal", "evidence")
    named_by = ("owner_id", "project_lead_id", "reported_by_id")
    period_on = "planned_end_on"
    period_columns = frozenset(
        {"planned_end_on", "actual_end_on", "nature", "absorbed_working_days", "owner_id", "department_id"}
    )
    uncounted = frozenset({"forecast", "averted"})

    no: Mapped[str] = mapped_column(String(32), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id"), index=True)
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("plan_stage.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    """Whose stage it is: the stage owner when the delay was opened."""
    project_lead_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    detected_by: Mapped[DetectedBy] = mapped_column(default=DetectedBy.REPORTED)
    detected_at: Mapped[datetime]
    planned_end_on: Mapped[date]
    expected_end_on: Mapped[date | None]
    actual_end_on: Mapped[date | None]
    nature: Mapped[DelayNature] = mapped_column(default=DelayNature.UNDETERMINED)
    cause_category: Mapped[Cause | None]
    analysis: Mapped[str] = mapped_column(Text, default="")
    proposal: Mapped[str] = mapped_column(Text, default="")
    absorbed_working_days: Mapped[int] = mapped_column(default=0)
    order_effect_working_days: Mapped[int] = mapped_column(default=0)
    evidence: Mapped[str] = mapped_column(Text, default="")
    due_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    late: Mapped[bool] = mapped_column(default=False)
    """Whether it was reported only after its time limit, or after the planned end."""
    gm_approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    gm_approved_at: Mapped[datetime | None]
    status: Mapped[DelayStatus] = mapped_column(default=DelayStatus.FORECAST)
    order: Mapped[SalesOrder] = relationship()
    stage: Mapped[PlanStage | None] = relationship()
    department: Mapped[Department] = relationship()
    owner: Mapped[Employee | None] = relationship(foreign_keys=[owner_id])
    project_lead: Mapped[Employee | None] = relationship(foreign_keys=[project_lead_id])
    reported_by: Mapped[Employee | None] = relationship(foreign_keys=[reported_by_id])
    gm_approved_by: Mapped[Employee | None] = relationship(foreign_keys=[gm_approved_by_id])

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {
            "stage_owner": one(self.owner_id),
            "project_lead_of_it": one(self.project_lead_id),
            "seller": one(self.order.sales_id),
            "owners_leader": frozenset(),
        }

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """The sales owner of the order."""
        mine = select(SalesOrder.id).where(SalesOrder.sales_id == person.employee_id)
        return [cls.order_id.in_(mine)]

    def prepare(self) -> None:
        """The workshop's that answers for the order; the stage's planned end is what is missed."""
        order, stage = self.order, self.stage
        self.department_id = order.workshop_id if order.workshop_id is not None else order.department_id
        self.project_lead_id = order.project_lead_id
        if stage is not None:
            self.owner_id = stage.owner_id
            self.planned_end_on = self.planned_end_on or stage.planned_end_on or order.kpi_due_on or order.ordered_on
        elif self.planned_end_on is None:
            self.planned_end_on = order.promised_on or order.ordered_on


copies_due(DelayRecord, Target.DELAY_REPORT)

__all__ = ["DelayRecord"]
