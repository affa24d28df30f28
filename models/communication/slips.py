"""Slips of communication come up by themselves, as drafts of cases that a person takes up or dismisses (C1.4).

Feedback that nobody answered in time, a document or notice that was not confirmed in time, a ticket that was not handed
over in time: the draft says what happened, by when it was due, who could have, and leads to the record. It names nobody
as answerable and deducts nothing; whoever takes it up does that. Each occurrence comes up once, whatever becomes of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CompoundSelect, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from models.actions import open_case
from models.after_sales import Ticket
from models.base import COMPANY_ZONE, Audited, Base, Record
from models.event import ReadReceipt, Reminder
from models.organisation import Employee
from models.regulation import SlaClock, is_late
from models.reminding import falls_due
from models.schedule import ContactLog
from rules.actions import CaseKind, CaseSeverity
from rules.after_sales import TicketStatus
from rules.regulation import ClockStatus, Target
from rules.schedule.contacts import ContactStatus

RULE = "slip"
LOOKED_BACK = timedelta(days=14)
"""How late a slip still comes up: a company that begins is not buried under what is long past."""
AT_ONCE = 100
NAMED = 20
"""Names that the facts list; the record shows them all."""


@dataclass(frozen=True)
class Slip:
    """What was due, of which record, by when, and what is to be said of it."""

    record: Record
    department_id: int
    due_at: datetime
    facts: str


@falls_due
def propose_slips(session: Session, at: datetime) -> int:
    """Opens a draft for each slip that has none yet; a second run finds nothing."""
    found = [*_unanswered(session, at), *_unconfirmed(session, at), *_handed_over_late(session, at)]
    for one in found:
        entity = one.record.__tablename__
        session.add(Reminder(entity=entity, entity_id=one.record.id, rule=RULE, level=0, due_at=one.due_at))
        open_case(
            session,
            session.info["act"].consequence("C1.4"),
            kind=CaseKind.COMMUNICATION_SLIP,
            severity=CaseSeverity.MINOR,
            department_id=one.department_id,
            facts=one.facts,
            shares={},
            source=(entity, one.record.id),
        )
    return len(found)


def _is_new(entity: str, key: ColumnElement[int], due_at: ColumnElement[datetime]) -> ColumnElement[bool]:
    return ~exists().where(
        Reminder.entity == literal(entity), Reminder.entity_id == key, Reminder.rule == RULE, Reminder.due_at == due_at
    )


def _said(due_at: datetime) -> str:
    return f"{due_at.astimezone(COMPANY_ZONE):%Y-%m-%d %H:%M}"


def _unanswered(session: Session, at: datetime) -> Iterator[Slip]:
    """A customer's word that was passed on, and not answered by its time limit (C2.1)."""
    due = ContactLog.answer_due_at
    found = session.scalars(
        select(ContactLog)
        .where(
            ContactLog.status == ContactStatus.FORWARDED,
            due.between(at - LOOKED_BACK, at),
            ContactLog.voided_at.is_(None),
            _is_new("contact_log", ContactLog.id, due),  # type: ignore[arg-type]
        )
        .order_by(ContactLog.id)
        .limit(AT_ONCE)
    ).all()
    for one in found:
        where = one.forwarded_to.name if one.forwarded_to else ""
        text = (
            f"客户反馈未按时答复：{one.no} {one.summary}\n转交部门：{where}\n应答复：{_said(one.answer_due_at or at)}"
        )
        yield Slip(one, one.forwarded_to_id or one.department_id, one.answer_due_at or at, text)


def _unconfirmed(session: Session, at: datetime) -> Iterator[Slip]:
    """A document or notice that people were to confirm: one draft for all who did not by that day (C1.2, C1.3)."""
    waits = (ReadReceipt.required, ReadReceipt.confirmed_at.is_(None), ReadReceipt.due_at.between(at - LOOKED_BACK, at))
    is_here = Employee.left_on.is_(None)
    rows = session.execute(
        select(ReadReceipt.entity, ReadReceipt.entity_id, ReadReceipt.due_at)
        .join(Employee, Employee.id == ReadReceipt.employee_id)
        .where(*waits, is_here, _is_new_receipt())
        .group_by(ReadReceipt.entity, ReadReceipt.entity_id, ReadReceipt.due_at)
        .order_by(func.min(ReadReceipt.id))
        .limit(AT_ONCE)
    ).all()
    for entity, key, due_at in rows:
        record = _record(session, entity, key)
        people = session.scalars(
            select(Employee)
            .join(ReadReceipt, ReadReceipt.employee_id == Employee.id)
            .where(
                *waits,
                is_here,
                ReadReceipt.entity == entity,
                ReadReceipt.entity_id == key,
                ReadReceipt.due_at == due_at,
            )
            .order_by(Employee.no)
        ).all()
        if record is not None:
            names = "、".join(one.name for one in people[:NAMED]) + (" 等" if len(people) > NAMED else "")
            text = f"未按时确认阅知：{record.label}\n应确认：{_said(due_at)}\n未确认 {len(people)} 人：{names}"
            yield Slip(record, getattr(record, "department_id", None) or people[0].department_id, due_at, text)


def _is_new_receipt() -> ColumnElement[bool]:
    return ~exists().where(
        Reminder.entity == ReadReceipt.entity,
        Reminder.entity_id == ReadReceipt.entity_id,
        Reminder.rule == RULE,
        Reminder.due_at == ReadReceipt.due_at,
    )


def _record(session: Session, entity: str, key: int) -> Record | None:
    models: dict[str, type[Audited]] = {
        one.class_.__tablename__: one.class_ for one in Base.registry.mappers if issubclass(one.class_, Record)
    }
    found = session.get(models[entity], key) if entity in models else None
    return found if isinstance(found, Record) else None


def _late_clocks(since: datetime, until: datetime) -> CompoundSelect[tuple[int]]:
    """Clocks that were due in between and run or were stopped late: each by its own narrow index."""
    was_due = SlaClock.due_at.between(since, until)
    running = select(SlaClock.id).where(was_due, SlaClock.stopped_at.is_(None), SlaClock.status == ClockStatus.RUNNING)
    return union_all(running, select(SlaClock.id).where(was_due, is_late()))


def _handed_over_late(session: Session, at: datetime) -> Iterator[Slip]:
    """A ticket without a first solution in time that was not handed to the technical department either (A3.2)."""
    due = SlaClock.due_at
    found = session.execute(
        select(Ticket, due)
        .join(SlaClock, SlaClock.entity_id == Ticket.id)
        .where(
            SlaClock.id.in_(_late_clocks(at - LOOKED_BACK, at)),
            SlaClock.target == Target.FIRST_SOLUTION,  # of tickets alone
            SlaClock.told_from_at <= due,
            or_(SlaClock.stopped_at.is_(None), SlaClock.stopped_at > due),
            or_(Ticket.escalated_at.is_(None), Ticket.escalated_at >= due),
            Ticket.status != TicketStatus.CANCELLED,
            _is_new("ticket", Ticket.id, due),  # type: ignore[arg-type]
        )
        .order_by(due, Ticket.id)
        .limit(AT_ONCE)
    ).all()
    for ticket, due_at in found:
        agent = ticket.agent.name if ticket.agent else "–"
        what = f"{ticket.no} {ticket.description[:80]}"
        text = f"售后问题未按时移交技术部门：{what}\n首次方案应于：{_said(due_at)}\n受理人：{agent}"
        yield Slip(ticket, ticket.department_id, due_at, text)
