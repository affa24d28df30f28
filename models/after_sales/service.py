"""Service actions: what was done for a ticket, by whom, with which parts, at whose cost (A3.3)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.after_sales.tickets import Ticket
from models.base import Act, Record, on_date
from models.organisation import Department, Employee
from models.schedule import ProductUnit
from rules import after_sales
from rules.after_sales import EntryKind, ServiceKind, ServiceStatus, Warranty
from rules.base import Person, RuleBroken, Words


class ServiceAction(Record):
    """How a solution is carried out (处置)."""

    __tablename__ = "service_action"
    __table_args__ = (
        CheckConstraint("status IN ('planned', 'in_progress') OR done_at IS NOT NULL", name="done_has_instant"),
        CheckConstraint("cost IS NULL OR cost >= 0", name="cost_not_negative"),
        Index("ix_service_action_ticket_id", "ticket_id"),
        Index("ix_service_action_technician_status", "technician_id", "status"),
        Index("ix_service_action_department_id_id", "department_id", "id"),
        Index("ix_service_action_status_id", "status", "id"),
    )
    words = Words("Service action", "售后处置")
    chapter = "after_sales"
    access = after_sales.SERVICE_ACTION
    lifecycle = after_sales.SERVICE_STEPS
    number_prefix = "CZ"
    search_columns = ("no", "what", "old_serial", "new_serial")
    named_by = ("technician_id",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    kind: Mapped[ServiceKind] = mapped_column(default=ServiceKind.REMOTE)
    what: Mapped[str] = mapped_column(Text)
    technician_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    is_under_warranty: Mapped[bool] = mapped_column("under_warranty", default=False)
    old_serial: Mapped[str] = mapped_column(String(64), default="")
    new_serial: Mapped[str] = mapped_column(String(64), default="")
    parts: Mapped[str] = mapped_column(Text, default="")
    cost: Mapped[Decimal | None]
    done_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(Text, default="")
    signature: Mapped[str] = mapped_column(String(100), default="")
    """Who signed at the customer's."""
    status: Mapped[ServiceStatus] = mapped_column(default=ServiceStatus.PLANNED)
    ticket: Mapped[Ticket] = relationship()
    department: Mapped[Department] = relationship()
    technician: Mapped[Employee] = relationship()

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {"technician": frozenset({self.technician_id})}

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """Whoever sees the ticket sees what was done for it."""
        return [cls.ticket_id.in_(select(Ticket.id).where(Ticket.visible_to(person)))]

    def prepare(self) -> None:
        """The ticket's department, its piece, whether it is under warranty."""
        with self.session.no_autoflush:
            ticket = self.ticket
            if not ticket.is_open:
                raise RuleBroken(
                    Words("The ticket is not open any more.", "该工单已不在处理中。"), field="ticket", clause="A3.3"
                )
            after_sales.refuse_cost(self.cost)
            self.department = ticket.department
        if self.id is None:
            self.is_under_warranty = self.ticket.warranty is Warranty.IN_WARRANTY
            self.old_serial = self.old_serial or self.ticket.serial
        self.old_serial, self.new_serial = (one.strip().upper() for one in (self.old_serial, self.new_serial or ""))

    def do_finish(self, act: Act, result: str = "", signature: str = "", new_serial: str = "") -> None:
        """What came of it; a replaced piece hands its customer and warranty on to the one that came for it."""
        self.result = after_sales.needed(
            result or self.result, "Say what came of it.", "请填写处置结果。", field="result", clause="A3.3"
        )
        self.signature = signature.strip() or self.signature
        self.new_serial = new_serial.strip().upper() or self.new_serial
        after_sales.refuse_replacement(self.kind, self.old_serial, self.new_serial)
        self.done_at = act.at
        if self.kind is ServiceKind.REPLACE:
            self._hand_on(act)
        said = f"{self.kind.words.zh}：{self.result}"
        self.ticket.say(act, EntryKind.PROGRESS_TOLD if self.signature else EntryKind.NOTE, said)

    def _hand_on(self, act: Act) -> None:
        session = self.session
        pieces = {
            one.serial: one
            for one in session.scalars(
                select(ProductUnit).where(ProductUnit.serial.in_([self.old_serial, self.new_serial]))
            )
        }
        old, new = pieces.get(self.old_serial), pieces.get(self.new_serial)
        if old is None:
            return
        if new is not None and new.customer_id not in {None, old.customer_id}:
            raise RuleBroken(
                Words(
                    "{serial} belongs to another customer.", "出厂编号 {serial} 属于其他客户。", serial=self.new_serial
                ),
                field="new_serial",
                clause="A3.3",
            )
        if new is None:
            new = ProductUnit(serial=self.new_serial, model=old.model)
            session.add(new)
        new.customer_id, new.order_id = old.customer_id, old.order_id
        new.shipped_on, new.warranty_until_on = old.shipped_on or on_date(act.at), old.warranty_until_on
        new.note = f"{self.no}：接替 {old.serial}"
        old.note = f"{self.no}：由 {new.serial} 接替"

    def do_fail(self, act: Act) -> None:
        self.ticket.say(act, EntryKind.NOTE, f"{self.no}：{act.note}")


__all__ = ["ServiceAction"]
