"""Who countersigns a revision, and how they are asked: an approval in the inbox of each side (P1.2, C1.3)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.approvals import ask_approval
from models.base import Act, Record
from models.event import ApprovalRecord
from models.organisation import Department, Post, holders
from models.process.documents import ProcessDocumentPost
from rules import process
from rules.base import SCOPED, Person, Role
from rules.event import Decision
from rules.organisation import HEADS
from rules.process import ChangeClass


def countersignatures(session: Session, revision_id: int) -> Sequence[ApprovalRecord]:
    """The countersignatures of the present round."""
    return [one for one in _round(session, revision_id) if one.decision is Decision.APPROVED]


def _round(session: Session, revision_id: int) -> Sequence[ApprovalRecord]:
    """Given and still asked for."""
    return session.scalars(
        select(ApprovalRecord)
        .where(
            ApprovalRecord.entity == "document_revision",
            ApprovalRecord.entity_id == revision_id,
            ApprovalRecord.step == "countersign",
            ApprovalRecord.decision.in_((Decision.APPROVED, Decision.PENDING)),
            ApprovalRecord.used_at.is_(None),
        )
        .order_by(ApprovalRecord.decided_at, ApprovalRecord.id)
    ).all()


def ask_for_signatures(session: Session, revision: Record, document_id: int, change_class: ChangeClass) -> None:
    """Puts the revision into the inbox of each side, and of who approves it."""
    if change_class is not ChangeClass.EDITORIAL:
        for role in sides(session, document_id):
            ask_approval(session, revision, "countersign", role)
    ask_approval(session, revision, "approve", Role.TECHNICAL_MANAGER)


def signed_for(session: Session, revision: Record, role: Role, act: Act) -> ApprovalRecord:
    """A countersignature, in the row by which it was asked for where there is one."""
    asked = [one for one in _round(session, revision.id) if one.decision is Decision.PENDING]
    found = next((one for one in asked if one.role == str(role)), None)
    if found is None:
        found = ApprovalRecord(entity=revision.__tablename__, entity_id=revision.id, step="countersign", role=str(role))
        session.add(found)
    found.decision, found.comment = Decision.APPROVED, act.note
    found.by_id, found.decided_at = act.by.employee_id, act.at
    return found


def posts_departments(session: Session, document_id: int) -> dict[int, Role]:
    """The departments whose posts work by the document, and the role that heads each."""
    rows = session.execute(
        select(Department.id, Department.kind)
        .join(Post, Post.department_id == Department.id)
        .join(ProcessDocumentPost, ProcessDocumentPost.post_id == Post.id)
        .where(ProcessDocumentPost.document_id == document_id)
    )
    return {key: HEADS[kind] for key, kind in rows}


def sides(session: Session, document_id: int) -> tuple[Role, ...]:
    """The roles that countersign this document's revisions, each with somebody who holds it there."""
    concerned = posts_departments(session, document_id)
    heads = {role for key, role in concerned.items() if holders(session, role, key)}
    return process.countersigning_sides(heads, is_for_posts=bool(concerned))


def roles_to_sign(session: Session, document_id: int, person: Person) -> tuple[Role, ...]:
    """For which sides this person countersigns: quality, and the head of a department that works by the document."""
    held = [role for role in process.SIGNERS if role in person.roles]
    if not held:
        return ()
    concerned = posts_departments(session, document_id)
    asked = sides(session, document_id)
    return tuple(role for role in asked if role in held and _is_concerned(role, person, concerned))


def _is_concerned(role: Role, person: Person, concerned: dict[int, Role]) -> bool:
    scope = person.roles[role] if role in SCOPED else None
    own = {key for key, head in concerned.items() if head is role}
    return scope is None or not own or bool(own & scope)


def countersigners(session: Session, document_id: int) -> frozenset[int]:
    """The employees whose countersignature is asked for."""
    concerned = posts_departments(session, document_id)
    found: set[int] = set()
    for role in sides(session, document_id):
        places: list[int | None] = [key for key, head in concerned.items() if head is role]
        for place in places or [None]:
            found.update(holders(session, role, place))
    return frozenset(found)
