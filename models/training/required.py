"""A requirement is put into force or ended: who owes it, and what that does to his post (P2.3)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.base import Act, after, now, on_date
from models.organisation import Employee, Post
from models.training.effects import (
    become_candidate,
    earn,
    grace_due,
    is_met,
    owe_requirement,
    refresh,
    refresh_of,
)
from models.training.obligations import UNSETTLED, PostRequirement, TrainingObligation
from models.training.qualifications import Qualification
from rules.base import Person, Unset, Words
from rules.organisation import EmployeeStatus, GraceMode
from rules.process import ChangeClass
from rules.training.kinds import (
    ObligationMode,
    ObligationReason,
    QualificationStatus,
)


def holders_of(session: Session, post_id: int) -> Sequence[Employee]:
    """Who works at a post or is qualified for it."""
    qualified = select(Qualification.employee_id).where(
        Qualification.post_id == post_id, Qualification.closed_at.is_(None)
    )
    return session.scalars(
        select(Employee)
        .where(
            or_(Employee.post_id == post_id, Employee.id.in_(qualified)),
            Employee.status != EmployeeStatus.LEFT,
            Employee.voided_at.is_(None),
        )
        .order_by(Employee.no)
    ).all()


def who_would_owe(requirement: PostRequirement, _person: Person) -> list[Words]:
    """What putting a requirement into force will do, said before the button is pressed."""
    session, at = requirement.session, now()
    people = [one for one in holders_of(session, requirement.post_id) if not is_met(session, one.id, requirement, at)]
    if not people:
        return [Words("Nobody will owe anything: all of them meet it.", "无人需要补训：相关人员均已满足。")]
    try:
        due_on = grace_due(session, on_date(at), ChangeClass.MAJOR)
    except Unset as refusal:
        return [refusal.words]
    return [will_owe(people, requirement.mode, due_on), *will_be_limited(session, people, requirement.post)]


def will_owe(people: Sequence[Employee], mode: ObligationMode, due_on: date) -> Words:
    return Words(
        "{n} will owe until {day}: {mode} – {who}.",
        "{n} 人须在 {day} 前完成（{mode}）：{who}。",
        n=len(people),
        day=due_on,
        mode=mode,
        who=named(people),
    )


SHOWN = 12
"""Names told in a preview; more are counted."""


def named(people: Sequence[Employee]) -> Words:
    """The first of them by name, and how many more."""
    names = [one.name for one in people[:SHOWN]]
    rest = len(people) - len(names)
    english, chinese = ", ".join(names), "、".join(names)
    if not rest:
        return Words("{names}", "{names}", names=Words(english, chinese))
    return Words("{names} and {n} more", "{names}等，另有 {n} 人", names=Words(english, chinese), n=rest)


def will_be_limited(session: Session, people: Sequence[Employee], post: Post) -> list[Words]:
    """Who is qualified for the post today, and will be limited or stopped while he owes the exam."""
    working = session.scalars(
        select(Employee)
        .join(Qualification, Qualification.employee_id == Employee.id)
        .where(
            Qualification.post_id == post.id,
            Qualification.status == QualificationStatus.QUALIFIED,
            Employee.id.in_([one.id for one in people]),
        )
        .order_by(Employee.no)
    ).all()
    if not working or post.grace_mode is GraceMode.FULL:
        return []
    given = {"n": len(working), "who": named(working), "post": post.name}
    if post.grace_mode is GraceMode.NONE:
        return [Words("{n} are suspended from {post} at once: {who}.", "{n} 人立即停止“{post}”作业：{who}。", **given)]
    return [
        Words(
            "{n} work at {post} only supervised until then: {who}.",
            "{n} 人在此期间限监护从事“{post}”：{who}。",
            **given,
        )
    ]


@after(PostRequirement, "enact", preview=who_would_owe)
def owe_what_is_required(requirement: PostRequirement, act: Act) -> None:
    """Who holds the post and does not meet the requirement owes it, with the grace of a major change."""
    if act.recorded_at:
        return
    session = requirement.session
    due_on = grace_due(session, on_date(act.at), ChangeClass.MAJOR)
    for employee in holders_of(session, requirement.post_id):
        become_candidate(session, act, employee, requirement.post)
        owe_requirement(session, act, employee, requirement, ObligationReason.REVISION, due_on)
        earn(session, act, employee, requirement.post)
        refresh(session, act, employee.id, requirement.post_id)


@after(PostRequirement, "end")
def no_longer_required(requirement: PostRequirement, act: Act) -> None:
    """What is required no more is owed no more."""
    session = requirement.session
    owed = session.scalars(
        select(TrainingObligation).where(
            TrainingObligation.requirement_id == requirement.id, TrainingObligation.status.in_(UNSETTLED)
        )
    ).all()
    for one in owed:
        one.perform("merge", act=act.consequence("P2.2"))
    for one in owed:
        earn(session, act, one.employee, one.post)
    refresh_of(session, act, owed)
