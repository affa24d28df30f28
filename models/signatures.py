"""Two signatures under one step: each role once, each by another employee; the last one runs it."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.approvals import ask_approval
from models.base import Act, Record, hears_signatures
from models.event import ApprovalRecord
from models.journal import seal, told_by
from rules.base import Person, Role, Step
from rules.event import Decision


@hears_signatures
def _sign(session: Session, record: Record, one: Step, act: Act) -> bool:
    """Notes this signature; True once every role has signed, each by another employee. The others are asked."""
    asked = session.scalars(
        select(ApprovalRecord).where(
            ApprovalRecord.entity == record.__tablename__,
            ApprovalRecord.entity_id == record.id,
            ApprovalRecord.step == one.verb,
            ApprovalRecord.decision.in_((Decision.APPROVED, Decision.PENDING)),
            ApprovalRecord.used_at.is_(None),
        )
    ).all()
    given = [approval for approval in asked if approval.decision is Decision.APPROVED]
    pending = {approval.role: approval for approval in asked if approval.decision is Decision.PENDING}
    signed = {approval.role for approval in given}
    missing = [role for role in one.signatures if role not in signed]
    role = _role_to_sign(record, missing, act.by)
    if role is not None and act.by.employee_id not in {approval.by_id for approval in given}:
        missing.remove(role)
        given.append(_signature(record, one, role, act, pending.get(str(role))))
        session.add(given[-1])
        for other in [other for other in missing if str(other) not in pending and not act.recorded_at]:
            ask_approval(session, record, one.verb, other)
        seal(session, record, f"sign_{one.verb}", act, told_by(session, record, missing))
    if missing:
        return False
    for approval in given:
        approval.used_at = act.at
    return True


def _role_to_sign(record: Record, missing: Iterable[Role], person: Person) -> Role | None:
    department = getattr(record, "department_id", None)
    return next((role for role in missing if person.holds_in(role, department)), None)


def _signature(record: Record, one: Step, role: Role, act: Act, asked: ApprovalRecord | None) -> ApprovalRecord:
    """The signature, in the row by which it was asked for where there is one."""
    found = asked or ApprovalRecord(entity=record.__tablename__, entity_id=record.id, step=one.verb, role=str(role))
    found.decision, found.comment = Decision.APPROVED, act.note
    found.by_id, found.decided_at, found.is_imported = act.by.employee_id, act.at, act.recorded_at is not None
    return found
