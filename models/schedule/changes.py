"""Changes of plans and promises: proposed, assessed, decided, applied (S2.3, S3.1)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Act, Record
from models.journal import seal, told_by
from models.organisation import Department, Employee
from models.schedule.contacts import ContactLog
from models.schedule.flow import plan_of
from models.schedule.orders import SalesOrder
from models.schedule.plans import ProductionPlan
from models.schedule.reach import one, orders_naming
from rules import schedule
from rules.base import Person, RuleBroken, Words
from rules.schedule import ChangeCause, ChangeStatus, StageStatus, changes
from rules.schedule.changes import Grounds
from rules.schedule.orders import OPEN


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

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """Who leads the order decides on it; who looks after it speaks with the customer about it."""
        return [cls.order_id.in_(orders_naming(person))]

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

    def why_not(self, verb: str, person: Person) -> RuleBroken | None:
        """Nothing is applied that would move the counted date without the customer's consent or approved grounds."""
        refusal = super().why_not(verb, person)
        if refusal is None and verb == "apply":
            return changes.why_unfounded(self.new_kpi_due_on, self.grounds())
        return refusal

    def do_apply(self, act: Act) -> None:
        """The promise moves, and the counted date only where it may; what changes in the plan is reviewed again."""
        order, wanted = self.order, self.new_kpi_due_on
        moves = wanted is not None and wanted != order.kpi_due_on
        order.promised_on = self.new_promised_on or order.promised_on
        order.kpi_due_on = changes.kpi_due_after(order.kpi_due_on, wanted, self.grounds())
        self._shift_stages(act, rebaselines=moves)
        seal(self.session, order, "reschedule", act)
        self.applied_at, self.moved_kpi = act.at, moves

    def _shift_stages(self, act: Act, *, rebaselines: bool) -> None:
        """New dates of stages; the baseline follows only where the customer or force majeure moved the counted date."""
        plan = self.plan = plan_of(self.order)
        if plan is None or not self.diff:
            return
        known = {stage.id: stage for stage in plan.live_stages() if stage.status is not StageStatus.DONE}
        for shift in changes.shifts_of(self.diff):
            stage = known.get(shift.stage_id)
            if stage is None:
                continue
            stage.planned_start_on, stage.planned_end_on = shift.start_on, shift.end_on
            if rebaselines:
                stage.baseline_start_on, stage.baseline_end_on = shift.start_on, shift.end_on
        plan.note_change(act)


def draft_of(contact: ContactLog, act: Act) -> PlanChange | None:
    """What the customer wants otherwise becomes a draft of a change, once (S2.3, C2.1)."""
    if contact.order is None or not contact.demand_change.strip():
        return None
    session = contact.session
    known = session.scalar(
        select(PlanChange).where(PlanChange.contact_id == contact.id, PlanChange.status != ChangeStatus.WITHDRAWN)
    )
    if known is not None or contact.order.status not in OPEN:
        return known
    found = PlanChange(
        order=contact.order,
        contact=contact,
        proposer_id=contact.by_id,
        cause=ChangeCause.CUSTOMER_REQUEST,
        text=contact.demand_change.strip(),
    )
    found.prepare()
    session.add(found)
    session.flush()
    seal(session, found, "create", act.consequence("S2.3"), recipients=told_by(session, found, ("seller",)))
    return found


__all__ = ["PlanChange", "draft_of"]
