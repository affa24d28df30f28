"""What waits for somebody's approval: asked by a record, answered by its step, seen in an inbox (C1.3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Act, Record, records
from models.event import ApprovalRecord
from rules.base import Person, Role
from rules.event import Decision

MOST_WAITING = 200


@dataclass(frozen=True)
class Waiting:
    """An approval that is asked of a role, and the record under which it stands."""

    approval: ApprovalRecord
    record: Record


def ask_approval(session: Session, record: Record, verb: str, role: Role, *, due_at: datetime | None = None) -> None:
    """Puts the record into the inbox of a role, until a step answers."""
    session.add(
        ApprovalRecord(
            entity=record.__tablename__,
            entity_id=record.id,
            step=verb,
            role=str(role),
            due_at=due_at,
            decision=Decision.PENDING,
        )
    )


def answer(session: Session, record: Record, decision: Decision, act: Act) -> None:
    """Whatever was asked under the record is answered by this act."""
    asked = session.scalars(
        select(ApprovalRecord).where(
            ApprovalRecord.entity == record.__tablename__,
            ApprovalRecord.entity_id == record.id,
            ApprovalRecord.decision == Decision.PENDING,
        )
    )
    for one in asked:
        one.decision, one.comment = decision, act.note
        one.by_id, one.decided_at, one.used_at = act.by.employee_id, act.at, act.at


def waiting_for(session: Session, person: Person) -> list[Waiting]:
    """What this person can approve now, the oldest first: one statement, and one more for each kind of record."""
    if person.employee_id is None:
        return []
    asked = session.scalars(
        select(ApprovalRecord)
        .where(ApprovalRecord.decision == Decision.PENDING, ApprovalRecord.role.in_([str(one) for one in person.roles]))
        .order_by(ApprovalRecord.id)
        .limit(MOST_WAITING)
    ).all()
    found = _records_of(session, asked, person)
    both = [Waiting(one, found[(one.entity, one.entity_id)]) for one in asked if (one.entity, one.entity_id) in found]
    return [one for one in both if _is_his(one, person)]


def _records_of(session: Session, asked: Iterable[ApprovalRecord], person: Person) -> dict[tuple[str, int], Record]:
    keys: dict[str, set[int]] = {}
    for one in asked:
        keys.setdefault(one.entity, set()).add(one.entity_id)
    return {
        (model.__tablename__, one.id): one
        for model in records()
        if model.__tablename__ in keys
        for one in session.scalars(
            select(model).where(model.id.in_(keys[model.__tablename__]), model.visible_to(person))
        )
    }


def _is_his(waiting: Waiting, person: Person) -> bool:
    """The step is open to this person now, in the role that is asked; that reaches the department, if there is one."""
    record, approval = waiting.record, waiting.approval
    role = next((one for one in person.roles if str(one) == approval.role), None)
    if role is None or (hasattr(record, "department_id") and not person.holds_in(role, record.department_id)):
        return False
    return record.why_not(approval.step, person) is None
