"""Who leaves takes no unfinished work along: what he had to put right or to verify, his manager gets (P2.4, P3.2)."""

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.actions.items import ActionItem
from models.base import Act, after
from models.journal import seal
from models.organisation import Employee, holders, managers_of
from rules.actions import UNFINISHED
from rules.base import Person, Role, Words
from rules.organisation import first_names


def unfinished_of(session: Session, employee_id: int) -> Sequence[ActionItem]:
    """What somebody still has to put right, or to verify, the most urgent first."""
    is_his = or_(ActionItem.responsible_id == employee_id, ActionItem.verifier_id == employee_id)
    return session.scalars(
        select(ActionItem).where(is_his, ActionItem.status.in_(UNFINISHED)).order_by(ActionItem.due_at, ActionItem.id)
    ).all()


def what_he_has_open(employee: Employee, _person: Person) -> list[Words]:
    """Said before he leaves: which actions are open, and who gets them."""
    waiting = unfinished_of(employee.session, employee.id)
    if not waiting:
        return []
    managers = managers_of(employee.session, employee)
    heir = employee.session.get(Employee, managers[0]) if managers else None
    return [
        Words(
            "{n} open actions go to {who}: {numbers}.",
            "{n} 项未完成的整改移交给{who}：{numbers}。",
            n=len(waiting),
            who=heir.label if heir is not None else Words("the quality manager’s attention", "质量经理处理"),
            numbers=first_names(one.no for one in waiting),
        )
    ]


@after(Employee, "leave", preview=what_he_has_open)
def hand_over_actions(employee: Employee, act: Act) -> None:
    """Each to the nearest manager who may have it; where there is none the quality manager is told."""
    session = employee.session
    waiting = unfinished_of(session, employee.id)
    managers = managers_of(session, employee) if waiting else []
    for action in waiting:
        heir = _hand_over(action, employee.id, managers)
        told = [heir] if heir is not None else holders(session, Role.QUALITY_MANAGER, action.department_id)
        seal(session, action, "hand_over", act, recipients=told)


def _hand_over(action: ActionItem, employee_id: int, managers: Iterable[int]) -> int | None:
    """Nobody verifies what he puts right himself: the other party is passed over."""
    is_responsible = action.responsible_id == employee_id
    other = action.verifier_id if is_responsible else action.responsible_id
    heir = next((one for one in managers if one != other), None)
    if heir is None:
        return None
    if is_responsible:
        action.responsible_id = heir
    else:
        action.verifier_id = heir
    return heir
