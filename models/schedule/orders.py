"""Orders and how they are cleared, and what was shipped with which number (S1.1, S2.3)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.actions import ActionItem, open_action
from models.base import Act, Line, Record, is_history, on_date
from models.organisation import Customer, Department, Employee, ProductModel, holders
from models.regulation import arm, cancel, cancel_all, company_calendar, copies_due, stop
from models.schedule.handing import pass_to
from models.schedule.reach import in_either, of_workshop, one, orders_naming, orders_with_stages_of
from rules import schedule
from rules.actions import ActionKind, ActionStatus, Severity
from rules.base import Person, Role, RuleBroken, Step, Words
from rules.organisation import DepartmentKind
from rules.regulation import Target
from rules.schedule import (
    ANSWERED_BY,
    Answered,
    ClearanceKind,
    ClearanceStatus,
    Difficulty,
    Opinion,
    OrderPriority,
    OrderStatus,
    orders,
)

PROMISED_SQL = "status IN ('confirmed', 'in_production', 'ready', 'delivered', 'closed')"
OPEN_SQL = "status IN ('confirmed', 'in_production', 'ready', 'on_hold')"


class SalesOrder(Record):
    """What a customer ordered: by when it was promised, and by when it counts as in time (订单)."""

    __tablename__ = "sales_order"
    __table_args__ = (
        CheckConstraint("qty > 0", name="qty_positive"),
        CheckConstraint("requested_on IS NULL OR ordered_on <= requested_on", name="requested_after_ordered"),
        CheckConstraint(
            f"NOT ({PROMISED_SQL}) OR (baseline_on IS NOT NULL AND promised_on IS NOT NULL AND kpi_due_on IS NOT NULL)",
            name="confirmed_has_promise",
        ),
        CheckConstraint("(baseline_on IS NULL) = (kpi_due_on IS NULL)", name="counts_from_its_promise"),
        CheckConstraint("(status IN ('delivered', 'closed')) = (delivered_on IS NOT NULL)", name="delivered_has_day"),
        CheckConstraint("delivered_on IS NULL OR ordered_on <= delivered_on", name="delivered_after_ordered"),
        CheckConstraint("(status = 'on_hold') = (held_from IS NOT NULL)", name="held_knows_where_from"),
        Index("ix_sales_order_status_id", "status", "id"),
        Index("ix_sales_order_department_id_id", "department_id", "id"),
        Index("ix_sales_order_kpi_due_on_id", "kpi_due_on", "id"),
        Index("ix_sales_order_promised_on_id", "promised_on", "id"),
        Index("ix_sales_order_ordered_on_id", "ordered_on", "id"),
        Index(
            "ix_sales_order_open",
            "promised_on",
            sqlite_where=text(OPEN_SQL),
            postgresql_where=text(OPEN_SQL),
        ),
    )
    words = Words("Order", "订单")
    chapter = "schedule"
    access = schedule.SALES_ORDER
    lifecycle = orders.ORDER_STEPS
    number_prefix = "DD"
    search_columns = ("no", "requirements", "customer_ref")
    named_by = ("sales_id", "project_lead_id")
    period_on = "kpi_due_on"
    period_columns = frozenset({"kpi_due_on", "delivered_on", "department_id"})
    uncounted = frozenset({"draft", "clearing"})

    no: Mapped[str] = mapped_column(String(32), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    customer_ref: Mapped[str] = mapped_column(String(64), default="")
    """The customer's own number of the order."""
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    sales_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("product_model.id"), index=True)
    qty: Mapped[int]
    requirements: Mapped[str] = mapped_column(Text, default="")
    ordered_on: Mapped[date]
    requested_on: Mapped[date | None]
    baseline_on: Mapped[date | None]
    """The first promise; it never changes."""
    promised_on: Mapped[date | None]
    kpi_due_on: Mapped[date | None]
    """The date that indicators count: the first promise, moved only by an applied change that may move it."""
    delivered_on: Mapped[date | None]
    priority: Mapped[OrderPriority] = mapped_column(default=OrderPriority.NORMAL)
    project_lead_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    workshop_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    """The production department that answers for making it."""
    tell_due_at: Mapped[datetime | None]
    """By when the customer hears from us again (S2.3)."""
    held_from: Mapped[OrderStatus | None]
    note: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[OrderStatus] = mapped_column(default=OrderStatus.DRAFT)
    customer: Mapped[Customer] = relationship()
    department: Mapped[Department] = relationship(foreign_keys=[department_id])
    sales: Mapped[Employee] = relationship(foreign_keys=[sales_id])
    model: Mapped[ProductModel] = relationship()
    project_lead: Mapped[Employee | None] = relationship(foreign_keys=[project_lead_id])
    workshop: Mapped[Department | None] = relationship(foreign_keys=[workshop_id])
    clearances: Mapped[list["OrderClearance"]] = relationship(back_populates="order", order_by="OrderClearance.id")

    had_by_id: ClassVar[int | None] = None
    """Who looked after it until the act that is under way passed it on: he is told; kept in its history."""

    def parties(self) -> Mapping[str, frozenset[int]]:
        session = self.session
        return {
            "seller": one(self.sales_id),
            "former_seller": one(self.had_by_id),
            "project_lead_of_it": one(self.project_lead_id),
            "workshop_manager": of_workshop(session, Role.PRODUCTION_MANAGER, self.workshop_id),
            "workshop_planner": of_workshop(session, Role.PRODUCTION_PLANNER, self.workshop_id),
        }

    @classmethod
    def in_departments(cls, departments: Iterable[int]) -> ColumnElement[bool]:
        """Sales sees it by its own department, production by the workshop."""
        return in_either(departments, cls.department_id, cls.workshop_id)

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """Whoever has a stage of it, leads the team that has one, or plans in its department."""
        return [cls.id.in_(orders_with_stages_of(person))]

    def prepare(self) -> None:
        """The department is the sales owner's. Raises RuleBroken for dates in disorder and for no workshop."""
        self.department = self.sales.department
        orders.refuse_disorder(self.ordered_on, self.requested_on, self.qty)
        if self.workshop is not None and self.workshop.kind is not DepartmentKind.PRODUCTION:
            raise RuleBroken(
                Words("Choose a production department.", "请选择生产部门。"), field="workshop", clause="S1.1"
            )

    def why_not(self, verb: str, person: Person) -> RuleBroken | None:
        """Nothing is cleared without workshop and lead, nothing promised before both answered; history kept neither."""
        refusal = super().why_not(verb, person)
        if refusal is None and verb == "submit" and not is_history(self.session):
            has_workshop, has_lead = self.workshop is not None, self.project_lead is not None
            return orders.why_not_submit(has_workshop=has_workshop, has_lead=has_lead)
        if refusal is None and verb == "confirm" and self.clearances:
            return orders.why_not_confirm(self._answers())
        return refusal

    def _step(self, verb: str) -> Step:
        """From a hold it goes back to where it came from."""
        found = super()._step(verb)
        return replace(found, target=str(self.held_from)) if verb == "resume" else found

    def do_submit(self, act: Act) -> None:
        """Production and technical are asked; each has its time limit (S1.1)."""
        self.prepare()
        if act.recorded_at is not None:  # history names no workshop and keeps no answers
            return
        for kind in ClearanceKind:
            self._ask(kind, act)

    def _ask(self, kind: ClearanceKind, act: Act) -> None:
        clearance = OrderClearance(order=self, kind=kind, department=self._asked_department(kind), asked_at=act.at)
        self.session.add(clearance)
        self.session.flush()
        clearance.start_clock(act)

    def _asked_department(self, kind: ClearanceKind) -> Department:
        if kind is ClearanceKind.PRODUCTION and self.workshop is not None:
            return self.workshop
        found = self.session.scalar(
            select(Department)
            .where(Department.kind == DepartmentKind.TECHNICAL, Department.voided_at.is_(None))
            .order_by(Department.id)
        )
        if found is None:
            raise RuleBroken(Words("There is no technical department.", "尚未设置技术部门。"), clause="S1.1")
        return found

    def do_rework(self, act: Act) -> None:
        """What was answered is answered for this state of the order only."""
        self._withdraw_clearances(act)

    def _withdraw_clearances(self, act: Act) -> None:
        for clearance in self.asked():
            clearance.perform("withdraw", act=act.consequence("S1.1"))

    def asked(self) -> list["OrderClearance"]:
        """The clearances that count."""
        return [found for found in self.clearances if found.status is not ClearanceStatus.WITHDRAWN]

    def conditions(self) -> list["OrderCondition"]:
        """What the departments made the condition of their answers."""
        return [condition for clearance in self.asked() for condition in clearance.conditions]

    def open_conditions(self) -> list["OrderCondition"]:
        """Those that are not met: they block the release of the plan (S1.1)."""
        return [condition for condition in self.conditions() if not condition.is_met]

    def do_confirm(self, act: Act, promised_on: date | None = None) -> None:
        """The first promise stays for ever; beside it stands the date that indicators count."""
        if act.recorded_at is None:
            orders.refuse_uncleared(self._answers())
        if self.project_lead_id is None:
            raise RuleBroken(
                Words("Name a project lead first.", "请先指定项目负责人。"), field="project_lead", clause="S2.2"
            )
        given = promised_on or self.requested_on
        on = self.ordered_on if act.recorded_at else on_date(act.at)
        self.promised_on = self.baseline_on = self.kpi_due_on = orders.refuse_promise(given, self.ordered_on, on)
        if not act.recorded_at:
            self.tell_again(act)

    def _answers(self) -> list[Answered]:
        answered = ClearanceStatus.ANSWERED
        return [Answered(one.kind, one.opinion if one.status is answered else None) for one in self.asked()]

    def tell_again(self, act: Act) -> None:
        """The customer is to hear from us within the time limit, from now on (S2.3)."""
        self.session.flush()
        facts = {"customer_level": str(self.customer.level), "priority": str(self.priority)}
        arm(self.session, self, Target.TELLING_CUSTOMER, facts, at=act.at)

    def do_deliver(self, act: Act, delivered_on: date | None = None) -> None:
        """Nobody has to be told any more; the numbered pieces follow."""
        on = on_date(act.at)
        found = orders.refuse_delivery(delivered_on or on, self.ordered_on, on)
        stop(self.session, self, Target.TELLING_CUSTOMER, at=act.at)
        self.delivered_on = found

    def do_hand_over(self, act: Act, sales: Employee | None = None) -> None:
        pass_to(self, sales, act)

    def do_hold(self, act: Act) -> None:
        self.held_from = self.status

    def do_resume(self, act: Act) -> None:
        self.held_from = None

    def do_cancel(self, act: Act) -> None:
        """Nothing is owed for it any more."""
        self.held_from = None
        self._withdraw_clearances(act)
        cancel_all(self.session, self, at=act.at)

    def days_late(self, on: date) -> int:
        """Working days after the date that counts; 0 = in time."""
        if self.kpi_due_on is None:
            return 0
        return max(0, company_calendar(self.session).days_between(self.kpi_due_on, self.delivered_on or on))


copies_due(SalesOrder, Target.TELLING_CUSTOMER, "tell_due_at")


class OrderClearance(Record):
    """What a department answers to an order: how hard, how long, on which conditions (订单评审)."""

    __tablename__ = "order_clearance"
    __table_args__ = (
        CheckConstraint(
            "status != 'answered' OR (opinion IS NOT NULL AND answered_at IS NOT NULL)", name="answered_has_opinion"
        ),
        CheckConstraint("proposed_days IS NULL OR proposed_days > 0", name="days_positive"),
        Index("ix_order_clearance_status_due_at", "status", "due_at"),
        Index("ix_order_clearance_department_id_id", "department_id", "id"),
        Index(
            "uq_order_clearance_one_that_counts",
            "order_id",
            "kind",
            unique=True,
            sqlite_where=text("status != 'withdrawn'"),
            postgresql_where=text("status != 'withdrawn'"),
        ),
    )
    words = Words("Order clearance", "订单评审")
    chapter = "schedule"
    access = schedule.ORDER_CLEARANCE
    lifecycle = orders.CLEARANCE_STEPS
    number_prefix = "DP"
    search_columns = ("no", "requirements", "risks")
    named_by = ("answered_by_id",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id"), index=True)
    kind: Mapped[ClearanceKind]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    requirements: Mapped[str] = mapped_column(Text, default="")
    difficulty: Mapped[Difficulty | None]
    risks: Mapped[str] = mapped_column(Text, default="")
    capacity_ok: Mapped[bool] = mapped_column(default=True)
    proposed_days: Mapped[int | None]
    """Working days that it takes."""
    opinion: Mapped[Opinion | None]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    status: Mapped[ClearanceStatus] = mapped_column(default=ClearanceStatus.PENDING)
    order: Mapped[SalesOrder] = relationship(back_populates="clearances")
    department: Mapped[Department] = relationship()
    answered_by: Mapped[Employee | None] = relationship(foreign_keys=[answered_by_id])
    conditions: Mapped[list["OrderCondition"]] = relationship(
        back_populates="clearance", order_by="OrderCondition.id", cascade="all, delete-orphan"
    )

    def parties(self) -> Mapping[str, frozenset[int]]:
        asked = [who for role in ANSWERED_BY[self.kind] for who in holders(self.session, role, self.department_id)]
        return {"clearer": frozenset(asked), "seller": one(self.order.sales_id)}

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """Whoever sees the order by his name."""
        return [cls.order_id.in_(orders_naming(person))]

    def why_not(self, verb: str, person: Person) -> RuleBroken | None:
        """Production answers for production, technical for technical; and nobody before the answer is written."""
        refusal = super().why_not(verb, person)
        if refusal is not None or person.is_system or verb != "answer":
            return refusal
        return orders.why_not_answer(self.kind, person) or self._why_incomplete()

    def _why_incomplete(self) -> RuleBroken | None:
        return orders.why_incomplete(
            self.opinion, self.difficulty, self.proposed_days, conditions=len(self.conditions), reason=self.risks
        )

    def start_clock(self, act: Act) -> None:
        if act.recorded_at is None:
            facts = {"kind": str(self.kind), "priority": str(self.order.priority)}
            arm(self.session, self, Target.ORDER_CLEARING, facts, at=act.at)

    def do_answer(self, act: Act) -> None:
        """The answer stands; each condition is an action that blocks the release of the plan."""
        if refusal := self._why_incomplete():
            raise refusal
        self.answered_at, self.answered_by_id = act.at, act.by.employee_id
        stop(self.session, self, Target.ORDER_CLEARING, at=act.at)
        if self.opinion is Opinion.CONDITIONAL:
            for condition in self.conditions:
                condition.open(act)

    def do_withdraw(self, act: Act) -> None:
        cancel(self.session, self, Target.ORDER_CLEARING, at=act.at)
        for condition in self.conditions:
            condition.drop(act)


copies_due(OrderClearance, Target.ORDER_CLEARING)


class OrderCondition(Line):
    """On what condition an order can be made: somebody sees to it, and until then no plan is released."""

    __tablename__ = "order_condition"
    words = Words("Condition", "评审条件")

    clearance_id: Mapped[int] = mapped_column(ForeignKey("order_clearance.id"), index=True)
    text: Mapped[str] = mapped_column(String(500))
    responsible_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action_item.id"), unique=True)
    clearance: Mapped[OrderClearance] = relationship(back_populates="conditions")
    responsible: Mapped[Employee] = relationship(foreign_keys=[responsible_id])
    action: Mapped[ActionItem | None] = relationship()

    def told_in(self) -> OrderClearance:
        return self.clearance

    @property
    def is_met(self) -> bool:
        """Whether it was seen to: its action is closed, or was taken back."""
        done = (ActionStatus.CLOSED, ActionStatus.WATCHING, ActionStatus.CANCELLED)
        return self.action is not None and self.action.status in done

    def open(self, act: Act) -> None:
        """Whoever answered verifies, or the sales owner where he sees to it himself."""
        order, answerer = self.clearance.order, act.by.employee_id
        self.action = open_action(
            self.clearance.session,
            act,
            kind=ActionKind.PREVENTIVE,
            department_id=self.responsible.department_id,
            severity=Severity.MINOR,
            description=f"{order.no} {self.text}",
            responsible_id=self.responsible_id,
            raiser_id=answerer,
            verifier_id=answerer if answerer != self.responsible_id else order.sales_id,
            source=("order_clearance", self.clearance.id),
            clause="S1.1",
        )

    def drop(self, act: Act) -> None:
        if self.action is not None and not self.is_met:
            self.action.perform("cancel", act=act.consequence("S1.1"))


__all__ = ["OrderClearance", "OrderCondition", "SalesOrder"]
