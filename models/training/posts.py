"""A qualification moves: whoever may no longer work at the post is taken off it (P2.3)."""

from collections.abc import Iterable

from sqlalchemy import select

from models.actions import post_to_file
from models.base import Act, after
from models.training.assignments import PostAssignment
from models.training.effects import (
    refresh,
)
from models.training.qualifications import Qualification
from rules.actions import EntryKind
from rules.training import Answer
from rules.training.kinds import (
    AssignmentStatus,
)


@after(Qualification, "lift")
@after(Qualification, "reinstate")
def take_stock(qualification: Qualification, act: Act) -> None:
    """A stop that is lifted leaves what the facts say."""
    refresh(qualification.session, act, qualification.employee_id, qualification.post_id)


@after(Qualification, "qualify")
@after(Qualification, "suspend")
@after(Qualification, "stop")
@after(Qualification, "lapse")
@after(Qualification, "revoke")
def note_qualification(qualification: Qualification, act: Act) -> None:
    """What becomes of a qualification goes into the performance file (P2.4)."""
    post_to_file(
        qualification.session,
        act,
        employee_id=qualification.employee_id,
        kind=EntryKind.QUALIFICATION,
        title=f"{qualification.post.name}：{qualification.status.words.zh}",
        source=("qualification", qualification.id),
        clause="P2.4",
    )


@after(Qualification, "qualify")
@after(Qualification, "limit")
@after(Qualification, "suspend")
@after(Qualification, "stop")
@after(Qualification, "lapse")
@after(Qualification, "revoke")
@after(Qualification, "close")
@after(Qualification, "lift")
@after(Qualification, "reinstate")
def open_or_shut(qualification: Qualification, act: Act) -> None:
    """Whoever may no longer work at the post is taken off it, and goes back when he may again."""
    session = qualification.session
    session.flush()
    running = session.scalars(
        select(PostAssignment).where(
            PostAssignment.employee_id == qualification.employee_id,
            PostAssignment.post_id == qualification.post_id,
            PostAssignment.status.in_((AssignmentStatus.ACTIVE, AssignmentStatus.BLOCKED)),
        )
    ).all()
    check_assignments(act, running)


@after(PostAssignment, "approve_exception")
def let_in(assignment: PostAssignment, act: Act) -> None:
    """An exception opens what was blocked, for its days."""
    check_assignments(act, [assignment])


def check_assignments(act: Act, assignments: Iterable[PostAssignment]) -> int:
    """Blocks who may not work, lets in who may again; how many changed."""
    changed = 0
    for one in assignments:
        found = one.ask(act.at)
        is_open = found.answer is Answer.YES or (found.answer is Answer.SUPERVISED and one.mentor is not None)
        verb = {AssignmentStatus.ACTIVE: "block", AssignmentStatus.BLOCKED: "unblock"}.get(one.status)
        if verb is not None and is_open == (verb == "unblock"):
            one.perform(verb, act=act.consequence("P2.3"))
            changed += 1
    return changed
