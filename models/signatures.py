"""Two signatures under one step: each role once, each by another employee; the last one runs it."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Act, Record, hears_signatures
from models.event import ApprovalRecord
from models.journal import seal
from rules.base import Person, Role, Step
from rules.event import Decision


@hears_signatures
def _sign(session: Session, record: Record, one: Step, act: Act) -> bool:
    """Notes this signature; True once every role has signed, each by another employee."""
    given = [
        *session.scalars(
            select(ApprovalRecord).where(
                ApprovalRecord.entity == record.__tablename__,
                ApprovalRecord.entity_id == record.id,
                ApprovalRecord.step == one.verb,
                ApprovalRecord.decision == Decision.APPROVED,
                ApprovalRecord.used_at.is_(None),
            )
        )
    ]
    signed = {approval.role for approval in given}
    missing = [role for role in one.signatures if role not in signed]
    role = _role_to_sign(record, missing, act.by)
    if role is not None and act.by.employee_id not in {approval.by_id for approval in given}:
        given.append(_signature(record, one, role, act))
        session.add(given[-1])
        missing.remove(role)
        seal(session, record, f"sign_{one.verb}", act)
    if missing:
        return False
    for approval in given:
        approval.used_at = act.at
    return True


def _role_to_sign(record: Record, missing: Iterable[Role], person: Person) -> Role | None:
    department = getattr(record, "department_id", None)
    return next((role for role in missing if person.holds_in(role, department)), None)


def _signature(record: Record, one: Step, role: Role, act: Act) -> ApprovalRecord:
    return ApprovalRecord(
        entity=record.__tablename__,
        entity_id=record.id,
        step=one.verb,
        role=str(role),
        decision=Decision.APPROVED,
        comment=act.note,
        by_id=act.by.employee_id,
        decided_at=act.at,
        is_imported=act.recorded_at is not None,
    )
