"""What falls due in training: lateness, endings and their notices, periodic trainings, exceptions (P2, A1.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.base import Act, Source, on_date
from models.event import ReadReceipt, Reminder
from models.journal import HOLDERS, seal
from models.organisation import Department, Employee, Placement
from models.regulation import figure
from models.reminding import falls_due
from models.training.assignments import PostAssignment
from models.training.effects import (
    Duty,
    about_requirement,
    active_requirements,
    day_after,
    in_working_time,
    midnight,
    owe,
    owed_by,
    refresh,
    topic_of,
)
from models.training.obligations import UNSETTLED, PostRequirement, TrainingObligation
from models.training.people import enters, leaves_posts
from models.training.posts import check_assignments
from models.training.qualifications import Qualification
from models.training.sessions import SessionAttendee, TrainingSession
from rules.base import SYSTEM, Role, Unset
from rules.organisation import DepartmentKind, EmployeeStatus
from rules.regulation.figures import CERTIFICATE_NOTICE_DAYS, NOTICES, PERIODIC_TRAINING_MONTHS
from rules.training.dates import add_months, notice_due
from rules.training.kinds import (
    AFTER_SALES_KINDS,
    CAME,
    AssignmentStatus,
    ObligationMode,
    ObligationReason,
    QualificationStatus,
    SessionKind,
    SessionStatus,
)

WORKING = (QualificationStatus.QUALIFIED, QualificationStatus.LIMITED)

NEWCOMERS_SINCE = timedelta(days=7)
"""Placements that began longer ago are nobody's entry any more, even after an outage."""


def _scheduled(at: datetime) -> Act:
    return Act(SYSTEM, at, Source.SCHEDULER)


@falls_due
def suspend_and_lapse(session: Session, at: datetime) -> int:
    """From 00:00 of the day after: suspended who is late or used up his attempts, lapsed whose days have ended."""
    done = 0
    for employee_id, post_id, since in _become_otherwise(session, on_date(at)):
        before = refresh(session, _scheduled(at), employee_id, post_id, since=since)
        done += before is not None
    return done


def _become_otherwise(session: Session, today: date) -> Iterator[tuple[int, int, datetime]]:
    """Whose kept status a day that has passed makes wrong, and from when."""
    one = TrainingObligation
    pairs = select(one.employee_id, one.post_id).join(
        Qualification,
        (Qualification.employee_id == one.employee_id)
        & (Qualification.post_id == one.post_id)
        & Qualification.closed_at.is_(None)
        & Qualification.status.in_(WORKING),
    )
    late = pairs.add_columns(func.min(one.due_on)).where(one.status.in_(UNSETTLED), one.suspends, one.due_on < today)
    found = {
        (who, post): day_after(on) for who, post, on in session.execute(late.group_by(one.employee_id, one.post_id))
    }
    used_up = pairs.add_columns(func.min(one.opened_at)).where(
        one.status.in_(UNSETTLED),
        one.reason == ObligationReason.FAILED_ATTEMPTS,
        one.opened_at < midnight(today),
    )
    for who, post, opened_at in session.execute(used_up.group_by(one.employee_id, one.post_id)):
        since = day_after(on_date(opened_at))
        found[who, post] = min(since, found.get((who, post), since))
    ended = session.execute(
        select(Qualification.employee_id, Qualification.post_id, Qualification.valid_until_on).where(
            Qualification.closed_at.is_(None),
            Qualification.status.in_((*WORKING, QualificationStatus.SUSPENDED)),
            Qualification.valid_until_on < today,
        )
    )
    for who, post, until_on in ended:
        since = day_after(until_on)
        found[who, post] = min(since, found.get((who, post), since))
    yield from ((who, post, since) for (who, post), since in sorted(found.items()))


@falls_due
def announce_endings(session: Session, at: datetime) -> int:
    """An ending qualification is told some days before, each notice once, and the exam for its renewal is owed."""
    today = on_date(at)
    try:
        days = [figure(session, CERTIFICATE_NOTICE_DAYS, today, which) for which in NOTICES]
    except Unset:
        return 0
    ending = session.scalars(
        select(Qualification)
        .where(
            Qualification.closed_at.is_(None),
            Qualification.status.in_(WORKING),
            Qualification.valid_until_on.between(today, today + timedelta(days=int(max(days)))),
        )
        .order_by(Qualification.id)
    ).all()
    return sum(
        _announce(session, one, notice_due(one.valid_until_on, days, today), at) for one in ending if one.valid_until_on
    )


def _announce(session: Session, one: Qualification, level: int | None, at: datetime) -> bool:
    if (
        level is None
        or one.valid_until_on is None
        or _is_reminded(session, one.__tablename__, one.id, "ends", level, day_after(one.valid_until_on))
    ):
        return False
    act = in_working_time(session, replace(_scheduled(at), clause="P2.3"))
    told = {one.employee_id, *one.parties()["leader"], *_hr(session)}
    seal(session, one, "ends_soon", act, told)
    for requirement in active_requirements(session, one.post_id):
        if requirement.mandatory and requirement.exam_id is not None and one.term is not None:
            _owe_renewal(session, act, one, requirement)
    return True


def _owe_renewal(session: Session, act: Act, one: Qualification, requirement: PostRequirement) -> None:
    """The exam is owed again until the day on which the qualification ends."""
    about = about_requirement(requirement)
    if one.valid_until_on is None or owed_by(session, one.employee_id, about=about):
        return
    duty = Duty(
        ObligationReason.EXPIRY, requirement.mode, about, topic_of(None, requirement), one.valid_until_on, requirement
    )
    owe(session, act, one.employee, one.post, duty)


def _hr(session: Session) -> set[int]:
    return {who for holders in HOLDERS for who in holders(session, Role.HR, None)}


def _is_reminded(session: Session, entity: str, entity_id: int, rule: str, level: int, due_at: datetime) -> bool:
    """Whether this was said before; if not, it counts as said from now on."""
    found = session.scalar(
        select(Reminder.id).where(
            Reminder.entity == entity,
            Reminder.entity_id == entity_id,
            Reminder.rule == rule,
            Reminder.level == level,
            Reminder.due_at == due_at,
        )
    )
    if found is None:
        session.add(Reminder(entity=entity, entity_id=entity_id, rule=rule, level=level, due_at=due_at))
    return found is not None


@falls_due
def owe_as_placed(session: Session, at: datetime) -> int:
    """Who began at a post these days by whatever way, also by a ledger line, owes what it requires (P2.1, P2.2)."""
    today = on_date(at)
    told = select(Reminder.entity_id).where(Reminder.entity == "placement", Reminder.rule == "owes")
    begun = session.scalars(
        select(Placement)
        .join(Placement.employee)
        .where(
            Placement.from_on.between(on_date(at - NEWCOMERS_SINCE), today),
            Placement.to_on.is_(None),
            Placement.id.not_in(told),
            Employee.status != EmployeeStatus.LEFT,
        )
        .order_by(Placement.id)
    ).all()
    done = 0
    for one in begun:
        try:
            done += _enters(session, _scheduled(at), one)
        except Unset:  # asked again once the company has set the figure; until then the set-up page names it
            continue
        session.add(Reminder(entity="placement", entity_id=one.id, rule="owes", level=0, due_at=midnight(one.from_on)))
    return done


def _enters(session: Session, act: Act, placement: Placement) -> bool:
    """Whether this placement is an entry or a change of post that nobody has acted on yet."""
    earlier = [one for one in placement.employee.placements if one.from_on < placement.from_on]
    if earlier and earlier[-1].post_id == placement.post_id:
        return False
    reason = ObligationReason.POST_CHANGE if earlier else ObligationReason.NEW_HIRE
    about = select(TrainingObligation.id).where(
        TrainingObligation.employee_id == placement.employee_id,
        TrainingObligation.post_id == placement.post_id,
        TrainingObligation.reason == reason,
    )
    if session.scalar(about.limit(1)) is not None:
        return False
    if earlier:
        leaves_posts(session, act, placement.employee)
    enters(session, act, placement.employee, reason)
    return True


@falls_due
def train_after_sales(session: Session, at: datetime) -> int:
    """The after-sales team is trained periodically in each subject; owed some time before the cycle ends (A1.2)."""
    today = on_date(at)
    try:
        months = int(figure(session, PERIODIC_TRAINING_MONTHS, today))
        ahead = timedelta(days=int(figure(session, CERTIFICATE_NOTICE_DAYS, today, "first")))
    except Unset:
        return 0
    people = {one.id: one for one in _after_sales_people(session)}
    trained, owed = _last_trained(session, [*people]), _subjects_owed(session, [*people])
    done = 0
    for key, subject in ((key, subject) for key in people for subject in AFTER_SALES_KINDS):
        one, last = people[key], trained.get((key, subject))
        due_on = add_months(last or one.hired_on, months)
        if (key, subject) in owed or due_on - ahead > today:
            continue
        due_on = due_on if last is not None else max(due_on, today + ahead)
        what = (ObligationReason.PERIODIC, ObligationMode.TRAIN, f"subject:{subject}", subject.words.zh, due_on)
        act = in_working_time(session, replace(_scheduled(at), clause="A1.2"))
        owe(session, act, one, one.post, Duty(*what, subject=subject))
        done += 1
    return done


def _after_sales_people(session: Session) -> Sequence[Employee]:
    return session.scalars(
        select(Employee)
        .join(Department, Department.id == Employee.department_id)
        .where(
            Department.kind == DepartmentKind.AFTER_SALES,
            Employee.status != EmployeeStatus.LEFT,
            Employee.voided_at.is_(None),
        )
        .order_by(Employee.id)
    ).all()


def _last_trained(session: Session, people: list[int]) -> dict[tuple[int, SessionKind], date]:
    """When each of them was last trained in each subject."""
    rows = session.execute(
        select(SessionAttendee.employee_id, TrainingSession.kind, func.max(TrainingSession.completed_at))
        .join(SessionAttendee.training)
        .where(
            SessionAttendee.employee_id.in_(people),
            SessionAttendee.attendance.in_(CAME),
            TrainingSession.kind.in_(AFTER_SALES_KINDS),
            TrainingSession.status.in_((SessionStatus.COMPLETED, SessionStatus.CLOSED)),
        )
        .group_by(SessionAttendee.employee_id, TrainingSession.kind)
    )
    return {(who, kind): on_date(at) for who, kind, at in rows}


def _subjects_owed(session: Session, people: list[int]) -> set[tuple[int, SessionKind]]:
    rows = session.execute(
        select(TrainingObligation.employee_id, TrainingObligation.subject).where(
            TrainingObligation.employee_id.in_(people),
            TrainingObligation.status.in_(UNSETTLED),
            TrainingObligation.subject.is_not(None),
        )
    )
    return {(who, subject) for who, subject in rows}


@falls_due
def end_exceptions(session: Session, at: datetime) -> int:
    """Whose exception has ended is taken off the post, unless he may work there by now."""
    ended = session.scalars(
        select(PostAssignment)
        .where(
            PostAssignment.status == AssignmentStatus.ACTIVE,
            PostAssignment.exception_approved_at.is_not(None),
            PostAssignment.exception_until_on < on_date(at),
        )
        .order_by(PostAssignment.id)
    ).all()
    return check_assignments(in_working_time(session, _scheduled(at)), ended)


@falls_due
def settle_reading(session: Session, at: datetime) -> int:
    """Who has confirmed that he read a revision, on its own page, owes the reading no more (P2.2)."""
    one = TrainingObligation
    read = session.scalars(
        select(one)
        .join(
            ReadReceipt,
            (ReadReceipt.entity == "document_revision")
            & (ReadReceipt.entity_id == one.revision_id)
            & (ReadReceipt.employee_id == one.employee_id),
        )
        .where(
            one.status.in_(UNSETTLED),
            one.mode == ObligationMode.READ,
            ReadReceipt.confirmed_at.is_not(None),
            ReadReceipt.confirmed_at >= one.opened_at,
        )
        .order_by(one.id)
    ).all()
    for obligation in read:
        obligation.perform("satisfy", act=replace(_scheduled(at), clause="P2.2"))
        refresh(session, _scheduled(at), obligation.employee_id, obligation.post_id)
    return len(read)
