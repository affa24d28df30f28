"""People come, move and go: what their posts require is owed, what they left ends (P2.1, P2.2)."""

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from models.actions import AccountabilityCase
from models.base import Act, after, on_date
from models.journal import seal
from models.organisation import Employee, Placement
from models.regulation import arm, due_at, limit
from models.training.assignments import PostAssignment
from models.training.effects import (
    Duty,
    active_requirements,
    become_candidate,
    earn,
    grace_due,
    midnight,
    owe,
    owe_requirement,
    refresh,
)
from models.training.obligations import UNSETTLED, TrainingObligation
from models.training.qualifications import Qualification, open_qualification
from rules.actions import CaseDecision, CaseKind
from rules.process import ChangeClass
from rules.regulation import Target
from rules.training.kinds import (
    AssignmentStatus,
    ObligationMode,
    ObligationReason,
    SessionKind,
)

INDUCTION_TOPIC = "新员工入职工艺培训"


def enters(session: Session, act: Act, employee: Employee, reason: ObligationReason) -> list[TrainingObligation]:
    """Who is hired or moved owes what his post requires; who is hired owes the induction besides (P2.1, P2.2)."""
    if act.recorded_at:  # history: who has long been there is no newcomer
        return []
    first = max(act.at, midnight(employee.hired_on))
    allowed = limit(session, Target.INDUCTION, {}, on_date(act.at), clause="P2.1")
    due_on = on_date(due_at(session, allowed, first))
    opened: list[TrainingObligation | None] = []
    become_candidate(session, act, employee, employee.post)
    if reason is ObligationReason.NEW_HIRE:
        duty = Duty(reason, ObligationMode.TRAIN, "induction", INDUCTION_TOPIC, due_on, subject=SessionKind.INDUCTION)
        opened.append(owe(session, act, employee, employee.post, duty))
    required = active_requirements(session, employee.post_id)
    opened += [owe_requirement(session, act, employee, one, reason, due_on) for one in required]
    earn(session, act, employee, employee.post)
    refresh(session, act, employee.id, employee.post_id)
    owed = [one for one in opened if one is not None]
    session.flush()
    for one in owed:
        if one.due_on == due_on:  # what was owed before and is late stays as late as it was
            arm(session, one, Target.INDUCTION, {}, at=first, clause="P2.1", department_id=employee.department_id)
            seal(session, one, "clock_begins", act.consequence("P2.1"))
    return owed


@after(Employee, "take_up")
def owe_as_moved(employee: Employee, act: Act) -> None:
    """On the day of a change of post: what the new one requires; the old one's qualification ends (P2.2)."""
    session = employee.session
    session.flush()
    left = leaves_posts(session, act, employee)
    if left and open_qualification(session, employee.id, employee.post_id) is None:
        enters(session, act, employee, ObligationReason.POST_CHANGE)


def leaves_posts(session: Session, act: Act, employee: Employee) -> bool:
    """Ends what was held and owed at posts that the person has left; whether there is such a post."""
    left = select(Placement.post_id).where(
        Placement.employee_id == employee.id, Placement.to_on.is_not(None), Placement.post_id != employee.post_id
    )
    _end(session, act, employee.id, Qualification.post_id.in_(left), TrainingObligation.post_id.in_(left))
    return session.scalar(left.limit(1)) is not None


@after(Employee, "leave")
def close_all(employee: Employee, act: Act) -> None:
    """Who has left the company holds no post and owes nothing more."""
    _end(employee.session, act, employee.id)
    for one in employee.session.scalars(
        select(PostAssignment).where(
            PostAssignment.employee_id == employee.id, PostAssignment.status != AssignmentStatus.ENDED
        )
    ).all():
        one.perform("end", act=act.consequence("P2.3"))


@after(AccountabilityCase, "decide")
def train_again(case: AccountabilityCase, act: Act) -> None:
    """Who is held responsible for a breach of process discipline is trained again (P3.3)."""
    if act.recorded_at or case.kind is not CaseKind.PROCESS_BREACH or case.decision is CaseDecision.NOT_UPHELD:
        return
    session = case.session
    due_on = grace_due(session, on_date(act.at), ChangeClass.MAJOR)
    for one in case.persons:
        if one.share_percent > 0:
            topic = f"违反工艺纪律再培训（{case.no}）"
            duty = Duty(ObligationReason.BREACH, ObligationMode.TRAIN, f"breach:{case.id}", topic, due_on)
            owe(session, act, one.employee, one.employee.post, duty)


def _end(session: Session, act: Act, employee_id: int, *where: ColumnElement[bool]) -> None:
    held, owed = (where[0], where[1]) if where else (true(), true())
    query = select(Qualification).where(
        Qualification.employee_id == employee_id,
        Qualification.closed_at.is_(None),
        held,
    )
    for one in session.scalars(query).all():
        one.perform("close", act=act.consequence("P2.3"))
    duties = select(TrainingObligation).where(
        TrainingObligation.employee_id == employee_id,
        TrainingObligation.status.in_(UNSETTLED),
        owed,
    )
    for duty in session.scalars(duties).all():
        duty.perform("merge", act=act.consequence("P2.2"))
