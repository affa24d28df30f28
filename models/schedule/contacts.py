"""What was said between us and customers, and what was passed on (C2.1, S2.3)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Act, Record
from models.organisation import Customer, Department, Employee, holders
from models.regulation import arm, copies_due, stop
from models.schedule.orders import SalesOrder
from models.schedule.reach import one, scope_of
from models.types import BigId
from rules import schedule
from rules.base import Faulty, Person, Role, RuleBroken, Words
from rules.organisation import HEADS, DepartmentKind
from rules.regulation import Target
from rules.schedule import ContactChannel, ContactStatus, Direction, contacts
from rules.schedule.orders import OPEN

ALSO: Mapping[DepartmentKind, tuple[Role, ...]] = {
    DepartmentKind.PRODUCTION: (Role.PRODUCTION_PLANNER,),
    DepartmentKind.TECHNICAL: (Role.TECHNICAL,),
    DepartmentKind.AFTER_SALES: (Role.AFTER_SALES_AGENT,),
    DepartmentKind.HR: (Role.HR,),
}
"""Who answers for a department besides its head."""


class ContactLog(Record):
    """A contact with a customer (沟通记录)."""

    __tablename__ = "contact_log"
    __table_args__ = (
        CheckConstraint("(entity IS NULL) = (entity_id IS NULL)", name="entity_whole"),
        CheckConstraint(
            "order_id IS NULL OR (entity = 'sales_order' AND entity_id = order_id)", name="order_is_entity"
        ),
        CheckConstraint("status = 'logged' OR forwarded_to_id IS NOT NULL", name="forwarded_to_somebody"),
        CheckConstraint("status != 'answered' OR answered_at IS NOT NULL", name="answered_has_instant"),
        Index("ix_contact_log_at_id", "at", "id"),
        Index("ix_contact_log_department_id_id", "department_id", "id"),
        Index("ix_contact_log_status_answer_due_at", "status", "answer_due_at"),
        Index("ix_contact_log_entity_entity_id", "entity", "entity_id"),
    )
    words = Words("Customer contact", "客户沟通")
    chapter = "schedule"
    access = schedule.CONTACT_LOG
    lifecycle = contacts.CONTACT_STEPS
    number_prefix = "GT"
    search_columns = ("no", "summary", "promise", "demand_change")
    named_by = ("by_id", "answered_by_id")

    no: Mapped[str] = mapped_column(String(32), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("sales_order.id"), index=True)
    entity: Mapped[str | None] = mapped_column(String(63))
    entity_id: Mapped[int | None] = mapped_column(BigId)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    at: Mapped[datetime]
    channel: Mapped[ContactChannel] = mapped_column(default=ContactChannel.PHONE)
    direction: Mapped[Direction] = mapped_column(default=Direction.OUTGOING)
    summary: Mapped[str] = mapped_column(Text)
    promise: Mapped[str] = mapped_column(Text, default="")
    demand_change: Mapped[str] = mapped_column(Text, default="")
    """What the customer wants otherwise; becomes a draft of a plan change."""
    forwarded_to_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    forwarded_at: Mapped[datetime | None]
    answer_due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    answer: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[ContactStatus] = mapped_column(default=ContactStatus.LOGGED)
    customer: Mapped[Customer] = relationship()
    order: Mapped[SalesOrder | None] = relationship()
    department: Mapped[Department] = relationship(foreign_keys=[department_id])
    by: Mapped[Employee] = relationship(foreign_keys=[by_id])
    forwarded_to: Mapped[Department | None] = relationship(foreign_keys=[forwarded_to_id])
    answered_by: Mapped[Employee | None] = relationship(foreign_keys=[answered_by_id])

    def parties(self) -> Mapping[str, frozenset[int]]:
        """Whoever looks after the order now has the say as well: the spokesman may have left."""
        seller = self.order.sales_id if self.order is not None else self.customer.owner_id
        return {"spokesman": one(self.by_id) | one(seller), "receiver": self.receivers()}

    def receivers(self) -> frozenset[int]:
        """Who answers for the department that it was passed on to."""
        if self.forwarded_to is None:
            return frozenset()
        kind = self.forwarded_to.kind
        roles = (HEADS[kind], *ALSO.get(kind, ()))
        return frozenset(who for role in roles for who in holders(self.session, role, self.forwarded_to.id))

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """The people of the department that it was passed on to."""
        own = select(Employee.department_id).where(Employee.id == person.employee_id)
        reached = scope_of(person, Role.PRODUCTION_MANAGER, Role.PRODUCTION_PLANNER)
        return [cls.forwarded_to_id.in_(own), *([cls.forwarded_to_id.in_(sorted(reached))] if reached else [])]

    def prepare(self) -> None:
        """The contact is the spokesman's department's; what is about an order is about its customer."""
        self.department = self.by.department
        if self.order is not None:
            if self.order.customer is not self.customer:
                raise RuleBroken(
                    Words("The order is another customer's.", "该订单不属于所选客户。"), field="order", clause="C2.1"
                )
            self.entity, self.entity_id = SalesOrder.__tablename__, self.order.id

    def follow(self, act: Act) -> None:
        """After it is kept: who was told of his order is to be told again within the time limit (S2.3)."""
        if self.order is not None and self.tells_of_an_open_order:
            self.order.tell_again(act)

    def do_forward(self, act: Act, forwarded_to: Department | None = None) -> None:
        """Passed on to a department; the time limit for its answer runs (C2.1)."""
        if forwarded_to is None:
            raise Faulty({"forwarded_to": Words("Choose a department.", "请选择部门。")})
        self.forwarded_to, self.forwarded_at = forwarded_to, act.at
        self.session.flush()
        if act.recorded_at is None:
            arm(self.session, self, Target.FEEDBACK_ANSWER, {"customer_level": str(self.customer.level)}, at=act.at)

    def do_answer(self, act: Act, answer: str = "") -> None:
        contacts.refuse_empty_answer(answer)
        self.answer, self.answered_at, self.answered_by_id = answer.strip(), act.at, act.by.employee_id
        stop(self.session, self, Target.FEEDBACK_ANSWER, at=act.at)

    @property
    def tells_of_an_open_order(self) -> bool:
        """Whether it keeps the customer informed of an order that is still with us (S2.3)."""
        has_order = self.order is not None and self.order.status in OPEN
        return contacts.tells_customer(self.direction, has_order=has_order)


copies_due(ContactLog, Target.FEEDBACK_ANSWER, "answer_due_at")

__all__ = ["ContactLog"]
