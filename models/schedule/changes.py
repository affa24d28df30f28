"""Changes of plans and promises: proposed, assessed, decided, applied (S2.3, S3.1)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Act, Record
from models.organisation import Department, Employee
from models.schedule.contacts import ContactLog
from models.schedule.orders import SalesOrder
from models.schedule.plans import ProductionPlan
from models.schedule.reach import one
from rules import schedule
from rules.base import Words
from rules.schedule import ChangeCause, ChangeStatus, changes
from rules.schedule.changes import Grounds


class PlanChange(Record):
    """A change of a plan or a promise (计划变更). The order holds no key back: what moved its date points to it."""

    __tablename__ = "plan_change"
    __table_args__ = (
        CheckConstraint("customer_agreed = false OR consent_evidence != ''", name="consent_is_shown"),
        CheckConstraint("status != 'applied' OR applied_at IS NOT NULL", name="applied_has_instant"),
        CheckConstraint("(gm_approved_at IS NULL) = (gm_approved_by_id IS NULL)", name="endorsed_by_somebody"),
        CheckConstraint(
            "moved_kpi = false OR (status = 'applied' AND (customer_agreed = true OR "
            "(cause = 'force_majeure' AND gm_approved_at IS NOT NULL)))",
            name="counted_date_moves_on_grounds",
        ),
        Index("ix_plan_change_status_id", "status", "id"),
        Index("ix_plan_change_department_id_id", "department_id", "id"),
        Index(
            "uq_plan_change_one_of_a_contact",
            "contact_id",
            unique=True,
            sqlite_where=text("status != 'withdrawn'"),
            postgresql_where=text("status != 'withdrawn'"),
        ),
    )
    words = Words("Plan change", "计划变更")
    chapter = "schedule"
    access = schedule.PLAN_CHANGE
    lifecycle = changes.CHANGE_STEPS
    number_prefix = "JB"
    search_columns = ("no", "text")
    named_by = ("proposer_id",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("production_plan.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact_log.id"))
    """The contact in which the customer asked for it."""
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    cause: Mapped[ChangeCause] = mapped_column(default=ChangeCause.CUSTOMER_REQUEST)
    text: Mapped[str] = mapped_column(Text, default="")
    diff: Mapped[list[Any]] = mapped_column(default=list)
    """New dates of stages: [stage, start, end]."""
    old_promised_on: Mapped[date | None]
    new_promised_on: Mapped[date | None]
    old_kpi_due_on: Mapped[date | None]
    new_kpi_due_on: Mapped[date | None]
    customer_agreed: Mapped[bool] = mapped_column(default=False)
    consent_evidence: Mapped[str] = mapped_column(Text, default="")
    gm_approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    gm_approved_at: Mapped[datetime | None]
    moved_kpi: Mapped[bool] = mapped_column(default=False)
    """Whether the date that indicators count was moved by it."""
    applied_at: Mapped[datetime | None]
    status: Mapped[ChangeStatus] = mapped_column(default=ChangeStatus.DRAFT)
    order: Mapped[SalesOrder] = relationship()
    plan: Mapped[ProductionPlan | None] = relationship()
    contact: Mapped[ContactLog | None] = relationship()
    department: Mapped[Department] = relationship()
    proposer: Mapped[Employee | None] = relationship(foreign_keys=[proposer_id])
    gm_approved_by: Mapped[Employee | None] = relationship(foreign_keys=[gm_approved_by_id])

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {
            "proposer": one(self.proposer_id),
            "project_lead_of_it": one(self.order.project_lead_id),
            "seller": one(self.order.sales_id),
        }

    def grounds(self) -> Grounds:
        return Grounds(
            self.cause,
            customer_agreed=self.customer_agreed,
            consent_evidence=self.consent_evidence,
            gm_approved=self.gm_approved_at is not None,
        )

    def prepare(self) -> None:
        """A change is its workshop's; it keeps the dates from which it was proposed."""
        order = self.order
        self.department_id = order.workshop_id if order.workshop_id is not None else order.department_id
        self.old_promised_on, self.old_kpi_due_on = order.promised_on, order.kpi_due_on
        changes.refuse_past(self.new_promised_on, order.ordered_on)

    def do_propose(self, act: Act) -> None:
        changes.refuse_empty(self.text, self.new_promised_on, self.new_kpi_due_on)
        self.proposer_id = act.by.employee_id or self.proposer_id

    def do_note_consent(self, act: Act, consent_evidence: str = "") -> None:
        """The customer agreed, and this shows it (S2.3)."""
        changes.refuse_unshown(consent_evidence)
        self.customer_agreed, self.consent_evidence = True, consent_evidence.strip()

    def do_endorse(self, act: Act) -> None:
        changes.refuse_endorsing(self.cause)
        self.gm_approved_by_id, self.gm_approved_at = act.by.employee_id, act.at


__all__ = ["PlanChange"]
