"""Tickets: a customer's report, its conversation and its clocks, from the first word to the rating (A2, A3, C2.2)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.after_sales import clocks
from models.after_sales.around import has_follow_up, service_department, services_of, solution_given, text_given
from models.base import Act, Line, Record, on_date
from models.journal import seal
from models.organisation import Customer, Department, Employee, ProductModel
from models.regulation import copies_due, priority_of
from models.schedule import ProductUnit
from models.training import may_work
from rules import after_sales
from rules.after_sales import (
    EntryKind,
    TicketCategory,
    TicketCause,
    TicketChannel,
    TicketStatus,
    Warranty,
)
from rules.after_sales.kinds import WRITTEN_BY_HAND
from rules.base import Person, RuleBroken, Words, filled
from rules.organisation import DepartmentKind
from rules.regulation import Priority, ReportSeverity, Target, Urgency
from rules.training import Answer

OPEN_SQL = "status NOT IN ('resolved', 'closed', 'cancelled')"


class Ticket(Record):
    """A customer's report (售后工单)."""

    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint("(rating IS NULL) = (rated_at IS NULL)", name="rating_has_instant"),
        CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 5", name="rating_in_range"),
        CheckConstraint("status NOT IN ('resolved', 'closed') OR resolved_at IS NOT NULL", name="resolved_has_instant"),
        CheckConstraint("status IN ('new', 'cancelled') OR agent_id IS NOT NULL", name="accepted_has_agent"),
        CheckConstraint("confirmed_at IS NULL OR resolved_at IS NOT NULL", name="confirmed_was_resolved"),
        Index("ix_ticket_received_at_id", "received_at", "id"),
        Index("ix_ticket_due_at_id", "due_at", "id"),
        Index("ix_ticket_status_id", "status", "id"),
        Index("ix_ticket_agent_status", "agent_id", "status"),
        Index("ix_ticket_customer_received", "customer_id", "received_at"),
        Index("ix_ticket_model_category", "model_id", "category", "received_at"),
        Index("ix_ticket_department_id_id", "department_id", "id"),
        Index("ix_ticket_priority_id", "priority", "id"),
        Index("ix_ticket_phone", "phone"),
        Index("ix_ticket_serial", "serial"),
        Index("ix_ticket_rated_at", "rated_at"),
        Index("ix_ticket_open", "received_at", sqlite_where=text(OPEN_SQL), postgresql_where=text(OPEN_SQL)),
    )
    words = Words("Ticket", "售后工单")
    chapter = "after_sales"
    access = after_sales.TICKET
    lifecycle = after_sales.TICKET_STEPS
    number_prefix = "SH"
    search_columns = ("no", "description", "contact", "phone", "serial")
    named_by = ("agent_id", "technical_owner_id")
    period_on = "rated_at"
    period_columns = frozenset({"rating", "rated_at"})

    no: Mapped[str] = mapped_column(String(32), unique=True)
    channel: Mapped[TicketChannel] = mapped_column(default=TicketChannel.HOTLINE)
    received_at: Mapped[datetime]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    contact: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(32), default="")
    mail: Mapped[str] = mapped_column(String(200), default="")
    model_id: Mapped[int | None] = mapped_column(ForeignKey("product_model.id"))
    serial: Mapped[str] = mapped_column(String(64), default="")
    product_unit_id: Mapped[int | None] = mapped_column(ForeignKey("product_unit.id"), index=True)
    warranty: Mapped[Warranty] = mapped_column(default=Warranty.UNKNOWN)
    description: Mapped[str] = mapped_column(Text)
    category: Mapped[TicketCategory | None]
    severity: Mapped[ReportSeverity] = mapped_column(default=ReportSeverity.S3)
    urgency: Mapped[Urgency] = mapped_column(default=Urgency.MEDIUM)
    priority: Mapped[Priority]
    override_reason: Mapped[str] = mapped_column(String(300), default="")
    """Why the priority is another than the matrix says; empty = it is the matrix's."""
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    gate: Mapped[Answer | None]
    """Whether the agent may work at his post, at the instant he got the ticket."""
    technical_owner_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    solution_text: Mapped[str] = mapped_column(Text, default="")
    cause: Mapped[TicketCause | None]
    first_contact_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    waited_from: Mapped[TicketStatus | None]
    due_at: Mapped[datetime | None]
    """The copy of the resolution clock's due instant."""
    resolved_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    rating: Mapped[int | None]
    rated_at: Mapped[datetime | None]
    reopen_count: Mapped[int] = mapped_column(default=0)
    status: Mapped[TicketStatus] = mapped_column(default=TicketStatus.NEW)
    department: Mapped[Department] = relationship()
    customer: Mapped[Customer | None] = relationship()
    model: Mapped[ProductModel | None] = relationship()
    product_unit: Mapped[ProductUnit | None] = relationship()
    agent: Mapped[Employee | None] = relationship(foreign_keys=[agent_id])
    technical_owner: Mapped[Employee | None] = relationship(foreign_keys=[technical_owner_id])
    entries: Mapped[list["TicketEvent"]] = relationship(
        back_populates="ticket", order_by="(TicketEvent.at, TicketEvent.id)", cascade="all, delete-orphan"
    )

    def parties(self) -> Mapping[str, frozenset[int]]:
        found = {"agent": self.agent_id, "technical_owner": self.technical_owner_id}
        return {name: frozenset({one} if one is not None else ()) for name, one in found.items()}

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """Sales see the tickets of their own customers, the technical department those that were handed to it."""
        mine = select(Customer.id).where(Customer.owner_id == person.employee_id)
        found: list[ColumnElement[bool]] = [cls.customer_id.in_(mine)]
        if person.holds(*after_sales.ESCALATION_READERS):
            found.append(cls.escalated_at.is_not(None))
        return found

    @property
    def facts(self) -> dict[str, str]:
        """What its time limits are chosen by."""
        level = self.customer.level if self.customer is not None else None
        return after_sales.facts_of(self.priority, self.severity, self.category, level)

    @property
    def is_open(self) -> bool:
        return str(self.status) in after_sales.OPEN

    def why_not(self, verb: str, person: Person) -> RuleBroken | None:
        """A waiting ticket goes back to where it came from, and nowhere else."""
        refusal = super().why_not(verb, person)
        is_back = verb in {"resume", "resume_executing"} and str(self.status) in after_sales.PENDING
        if refusal is None and is_back and verb != after_sales.resumed_by(self.waited_from):
            words = after_sales.WRONG_WAY_BACK
            return RuleBroken(filled(words, status=self.waited_from or TicketStatus.IN_PROGRESS))
        return refusal

    # -- facts -------------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """What follows from the facts: the department, the piece behind the serial number, its warranty, priority."""
        session = self.session
        with session.no_autoflush:
            if getattr(self, "department", None) is None:
                self.department = service_department(session)
            self.severity, self.urgency = self.severity or ReportSeverity.S3, self.urgency or Urgency.MEDIUM
            self.channel = self.channel or TicketChannel.HOTLINE
            self.serial = (self.serial or "").strip().upper()
            unit = session.scalar(select(ProductUnit).where(ProductUnit.serial == self.serial)) if self.serial else None
            self.product_unit = unit
            if unit is not None:
                self.model = self.model or unit.model
                self.customer = self.customer or unit.customer
            until = unit.warranty_until_on if unit is not None else None
            self.warranty = after_sales.warranty_of(until, on_date(self.received_at))
            if not self.override_reason:
                self.priority = priority_of(session, self.severity, self.urgency)

    def begin(self, act: Act) -> None:
        """A new report: prepared, written down, its clocks running from its receipt."""
        self.prepare()
        self.session.flush()
        clocks.begin(self, act)
        seal(self.session, self, "create", act)

    # -- conversation ------------------------------------------------------------------------------------------------

    def say(self, act: Act, kind: EntryKind, words: str, *, author: str = "") -> "TicketEvent":
        """An entry of the conversation; what is told to the customer begins his silence anew (A3.4)."""
        entry = TicketEvent(
            at=act.at,
            kind=kind,
            by_id=act.by.employee_id,
            author=author[:100],
            text=words,
            is_visible=kind not in {EntryKind.NOTE, EntryKind.STATUS},
        )
        self.entries.append(entry)
        if kind in after_sales.TELLING:
            clocks.told(self, act)
        return entry

    def do_log(self, act: Act, kind: str = EntryKind.NOTE, text: str = "") -> None:
        """What was said; a customer who answers ends the waiting for him (by a subscription)."""
        if not act.by.is_system and kind not in WRITTEN_BY_HAND:
            raise RuleBroken(
                Words("Choose what it was: a call, a visit, a note.", "请选择沟通方式。"), field="kind", clause="C2.2"
            )
        self.say(act, EntryKind(kind), text_given(text, "C2.2"))

    def do_contact(self, act: Act, text: str = "", kind: str = EntryKind.CALL_OUT) -> None:
        """The first word with the customer; from now on he is told how it goes."""
        chosen = EntryKind(kind)
        if chosen not in after_sales.CONTACTS:
            raise RuleBroken(
                Words("A first contact is a call, a visit or a mail.", "首次联系应为电话、上门或邮件。"),
                field="kind",
                clause="A3.1",
            )
        self.first_contact_at = act.at
        clocks.contacted(self, act)
        self.say(act, chosen, text_given(text, "A3.1"))

    # -- who ---------------------------------------------------------------------------------------------------------

    def do_accept(self, act: Act) -> None:
        """Whoever accepts it has it, if he may work at his post."""
        agent = self.session.get(Employee, act.by.employee_id) if act.by.employee_id is not None else self.agent
        if agent is None:
            raise RuleBroken(Words("Say who takes it.", "请指定经办人。"), field="agent", clause="A2.2")
        self._give_to(agent, act)
        clocks.accepted(self, act)

    def do_assign(self, act: Act, agent: Employee | None = None) -> None:
        """Somebody of after-sales who may work at his post (A1.1)."""
        if agent is None:
            raise RuleBroken(Words("Choose who takes it.", "请选择经办人。"), field="agent", clause="A1.1")
        if agent.department.kind is not DepartmentKind.AFTER_SALES:
            raise RuleBroken(
                Words("{name} does not work in after-sales.", "{name} 不是售后部门人员。", name=agent.name),
                field="agent",
                clause="A1.1",
            )
        self._give_to(agent, act)

    def _give_to(self, agent: Employee, act: Act) -> None:
        if agent.post is not None:
            gate = may_work(agent, agent.post, act.at)
            self.gate = gate.answer
            if not act.recorded_at:  # history: the gate's answer is recorded and does not refuse
                after_sales.refuse_unqualified(gate, agent.name)
        self.agent = agent

    # -- how it is classified ----------------------------------------------------------------------------------------

    def do_classify(
        self,
        act: Act,
        category: str = "",
        severity: str = "",
        urgency: str = "",
        priority_override: str = "",
        override_reason: str = "",
    ) -> None:
        """Category, severity, urgency; another priority than the matrix's with its reason; clocks follow (A2.3)."""
        self.category = TicketCategory(category) if category else self.category
        self.severity = ReportSeverity(severity) if severity else self.severity
        self.urgency = Urgency(urgency) if urgency else self.urgency
        said = priority_of(self.session, self.severity, self.urgency)
        override = Priority(priority_override) if priority_override else None
        after_sales.refuse_override(said, override, override_reason)
        self.priority = override or said
        self.override_reason = override_reason.strip() if override not in {None, said} else ""
        clocks.reclassified(self, act)

    # -- what is done ------------------------------------------------------------------------------------------------

    def do_propose_solution(self, act: Act, solution_text: str = "") -> None:
        """The first solution, told to the customer (A3.1)."""
        self.solution_text = solution_given(solution_text, "A3.1")
        self.say(act, EntryKind.SOLUTION, self.solution_text)
        clocks.proposed(self, act)

    def do_escalate(self, act: Act) -> None:
        """To the technical department, with its own clock (A3.2)."""
        self.escalated_at, self.technical_owner = act.at, None
        self.say(act, EntryKind.STATUS, act.note or "时限已超，系统转技术部门")
        clocks.escalated(self, act)

    def do_take_up(self, act: Act) -> None:
        self.technical_owner_id = act.by.employee_id

    def do_solve(self, act: Act, solution_text: str = "") -> None:
        """The detailed solution; whoever writes it has it (A3.2)."""
        self.solution_text = solution_given(solution_text, "A3.2")
        self.technical_owner_id = act.by.employee_id or self.technical_owner_id
        self.say(act, EntryKind.SOLUTION, self.solution_text)
        clocks.solved(self, act)

    def do_hand_back(self, act: Act) -> None:
        self.technical_owner_id = act.by.employee_id
        self.say(act, EntryKind.STATUS, act.note)
        clocks.handed_back(self, act)

    def do_wait_for_customer(self, act: Act) -> None:
        self._wait(act, TicketStatus.PENDING_CUSTOMER)

    def do_wait_for_parts(self, act: Act) -> None:
        self._wait(act, TicketStatus.PENDING_PARTS)

    def _wait(self, act: Act, reason: TicketStatus) -> None:
        """Clocks wait where their policy waits for this reason."""
        self.waited_from = self.status
        self.say(act, EntryKind.STATUS, act.note)
        clocks.wait(self, act, str(reason))

    def do_resume(self, act: Act) -> None:
        self.waited_from = None
        clocks.go_on(self, act)

    def do_resume_executing(self, act: Act) -> None:
        self.do_resume(act)

    # -- how it ends -------------------------------------------------------------------------------------------------

    def do_resolve(self, act: Act, solution_text: str = "", cause: str = "") -> None:
        """Solution and cause are said, what was planned is done; the follow-up begins (by a subscription)."""
        self.solution_text = solution_given(solution_text or self.solution_text, "A3.4")
        self.cause = TicketCause(cause) if cause else self.cause
        if not act.recorded_at:
            self._refuse_incomplete()
            after_sales.refuse_unfinished(services_of(self))
        self.resolved_at = act.at
        self.say(act, EntryKind.SOLUTION, self.solution_text)
        clocks.resolved(self, act)

    def _refuse_incomplete(self) -> None:
        """A2.2 wants the report in full by then, A5.1 its kind and cause."""
        missing = {
            "customer": (self.customer, Words("Say whose report it is.", "请先填写客户。")),
            "model": (self.model, Words("Say which model it is about.", "请先填写产品型号。")),
            "category": (self.category, Words("Classify the problem first.", "请先对问题分类。")),
            "cause": (self.cause, Words("Say where the problem came from.", "请填写问题原因。")),
        }
        for field, (value, words) in missing.items():
            if value is None:
                raise RuleBroken(words, field=field, clause="A2.2" if field in {"customer", "model"} else "A5.1")

    def do_confirm(self, act: Act) -> None:
        """By the customer himself, or as he said it on the telephone."""
        self.confirmed_at = act.at
        self.say(act, EntryKind.STATUS, act.note or "客户确认已解决")
        self._close(act)

    def do_close(self, act: Act) -> None:
        """He did not answer for so long that it is taken as solved."""
        self.say(act, EntryKind.STATUS, act.note or "客户未回复，系统关闭")
        clocks.fell_silent(self, act)
        self._close(act)

    def _close(self, act: Act) -> None:
        after_sales.refuse_without_follow_up(has_one=act.recorded_at is not None or has_follow_up(self))
        self.closed_at = act.at
        clocks.closed(self, act)

    def do_rate(self, act: Act, rating: int = 0) -> None:
        after_sales.refuse_rating(rating)
        self.rating, self.rated_at = rating, act.at
        self.say(act, EntryKind.RATING, f"{rating}/5" + (f" {act.note}" if act.note else ""), author=self.contact)

    def do_reopen(self, act: Act) -> None:
        """It was not solved: counted, and the clock goes on from where it was (TIME.md 9)."""
        self.reopen_count += 1
        self.confirmed_at = self.closed_at = None
        self.say(act, EntryKind.STATUS, act.note or "问题再次出现")
        clocks.reopened(self, act)

    def do_cancel(self, act: Act) -> None:
        clocks.nothing_owed(self, act)


class TicketEvent(Line):
    """An entry of a ticket's conversation (沟通记录)."""

    __tablename__ = "ticket_event"
    __table_args__ = (Index("ix_ticket_event_ticket_id_at", "ticket_id", "at"),)
    words = Words("Entry", "沟通记录")

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    at: Mapped[datetime]
    kind: Mapped[EntryKind]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    author: Mapped[str] = mapped_column(String(100), default="")
    """Who wrote it, where it is nobody of ours."""
    text: Mapped[str] = mapped_column(Text, default="")
    is_visible: Mapped[bool] = mapped_column("visible_to_customer", default=True)
    ticket: Mapped[Ticket] = relationship(back_populates="entries")
    by: Mapped[Employee | None] = relationship()

    def told_in(self) -> Ticket:
        return self.ticket


copies_due(Ticket, Target.RESOLUTION)
