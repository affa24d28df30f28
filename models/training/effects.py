"""What follows: obligations open and settle, qualifications are earned, limited, suspended, lapse (P2.2, P2.3)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.base import COMPANY_ZONE, Act, on_date
from models.journal import seal
from models.numbers import next_number
from models.organisation import Employee, Post
from models.process import DocumentRevision, revision_in_force
from models.regulation import company_calendar, figure
from models.training.exams import ExamAttempt, ExamSpan
from models.training.gate import standing
from models.training.obligations import UNSETTLED, PostRequirement, TrainingObligation
from models.training.qualifications import (
    Qualification,
    QualificationBasis,
    QualificationTerm,
    open_qualification,
)
from rules.base import RuleBroken
from rules.regulation.figures import GRACE_DAYS, QUALIFICATION_MONTHS
from rules.training import status_of
from rules.training.dates import add_months, due_after, valid_until
from rules.training.gate import VERBS
from rules.training.kinds import (
    AttemptStatus,
    ObligationMode,
    ObligationReason,
    ObligationStatus,
    QualificationStatus,
    RequirementStatus,
    Result,
    SessionKind,
)
from rules.working_time import Unworkable

NOT_REFRESHED = frozenset({QualificationStatus.CANDIDATE, QualificationStatus.REVOKED, QualificationStatus.CLOSED})
"""Statuses to which no verb of the system leads back."""


def midnight(on: date) -> datetime:
    """The first instant of that day in the company."""
    return datetime.combine(on, time(), COMPANY_ZONE)


def in_working_time(session: Session, act: Act) -> Act:
    """The same act, told when work begins where it happens outside working time."""
    try:
        calendar = company_calendar(session)
        opening = act.at if calendar.is_open(act.at) else calendar.next_opening(act.at)
    except (RuleBroken, Unworkable):
        return act
    return replace(act, tell_at=opening)


# -- owing -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Duty:
    """What is to be owed: why, in which way, by when; ``about`` says what one owes only once at a time."""

    reason: ObligationReason
    mode: ObligationMode
    about: str
    topic: str
    due_on: date
    requirement: PostRequirement | None = None
    revision: DocumentRevision | None = None
    subject: SessionKind | None = None
    suspends: bool = True


def owe(session: Session, act: Act, employee: Employee, post: Post, duty: Duty) -> TrainingObligation:
    """Opens an obligation; one about the same thing that is still open is merged into it, and late it stays late."""
    due_on = duty.due_on
    for one in owed_by(session, employee.id, about=duty.about):
        due_on = min(due_on, one.due_on) if one.due_on < on_date(act.at) else due_on
        one.perform("merge", act=act.consequence("P2.2"))
    obligation = TrainingObligation(
        employee=employee,
        department_id=employee.department_id,
        post=post,
        requirement=duty.requirement,
        revision=duty.revision,
        subject=duty.subject,
        topic=duty.topic[:300],
        about=duty.about,
        reason=duty.reason,
        mode=duty.mode,
        suspends=duty.suspends,
        opened_at=act.at,
        due_on=due_on,
    )
    session.add(obligation)
    seal(session, obligation, "owe", act.consequence("P2.2"), [employee.id])
    return obligation


def owed_by(
    session: Session, employee_id: int, *, about: str | None = None, post_id: int | None = None
) -> Sequence[TrainingObligation]:
    """What somebody still owes."""
    query = select(TrainingObligation).where(
        TrainingObligation.employee_id == employee_id, TrainingObligation.status.in_(UNSETTLED)
    )
    if about is not None:
        query = query.where(TrainingObligation.about == about)
    if post_id is not None:
        query = query.where(TrainingObligation.post_id == post_id)
    return session.scalars(query.order_by(TrainingObligation.id)).all()


def about_requirement(requirement: PostRequirement) -> str:
    return f"requirement:{requirement.id}"


def topic_of(revision: DocumentRevision | None, requirement: PostRequirement | None) -> str:
    """What an obligation is called: the document with its revision."""
    document = revision.document if revision is not None else requirement.document if requirement is not None else None
    words = document.label if document is not None else ""
    return f"{words} {revision.rev_no}" if revision is not None else words


def active_requirements(session: Session, post_id: int) -> Sequence[PostRequirement]:
    return session.scalars(
        select(PostRequirement)
        .where(PostRequirement.post_id == post_id, PostRequirement.status == RequirementStatus.ACTIVE)
        .order_by(PostRequirement.id)
    ).all()


def in_force(session: Session, document_id: int, at: datetime) -> DocumentRevision | None:
    """The revision that is worked by."""
    key = revision_in_force(session, document_id, at)
    return session.get(DocumentRevision, key) if key is not None else None


def owe_requirement(
    session: Session, act: Act, employee: Employee, requirement: PostRequirement, reason: ObligationReason, due_on: date
) -> TrainingObligation | None:
    """Opens what a requirement asks of somebody, unless he meets it or owes it already."""
    about = about_requirement(requirement)
    if is_met(session, employee.id, requirement, act.at) or owed_by(session, employee.id, about=about):
        return None
    revision = in_force(session, requirement.document_id, act.at)
    duty = Duty(reason, requirement.mode, about, topic_of(revision, requirement), due_on, requirement, revision)
    return owe(session, act, employee, requirement.post, duty)


def become_candidate(session: Session, act: Act, employee: Employee, post: Post) -> Qualification | None:
    """Whoever is to hold a post that needs a qualification has a row for it, from the first day."""
    if not post.requires_qualification:
        return None
    found = open_qualification(session, employee.id, post.id)
    if found is None:
        found = Qualification(employee=employee, post=post, department_id=post.department_id)
        session.add(found)
        seal(session, found, "create", act.consequence("P2.3"))
    return found


# -- meeting ---------------------------------------------------------------------------------------------------------


def passing(session: Session, employee_id: int, requirement: PostRequirement) -> ExamAttempt | None:
    """The last confirmed pass that meets a requirement."""
    return passes(session, {employee_id}, [requirement]).get((employee_id, requirement.id))


def passes(
    session: Session, people: Collection[int], requirements: Iterable[PostRequirement]
) -> dict[tuple[int, int], ExamAttempt]:
    """By person and requirement the last confirmed pass: of the exam as it is now, with the score that is asked."""
    examined = [one for one in requirements if one.exam_id is not None]
    exams = sorted({one.exam_id for one in examined if one.exam_id is not None})
    spans = select(ExamSpan.exam_id, func.max(ExamSpan.from_on)).where(ExamSpan.exam_id.in_(exams))
    begins = dict(session.execute(spans.group_by(ExamSpan.exam_id)).tuples().all())
    rows = session.scalars(
        select(ExamAttempt)
        .where(
            ExamAttempt.exam_id.in_(exams),
            ExamAttempt.employee_id.in_(sorted(people)),
            ExamAttempt.status == AttemptStatus.CONFIRMED,
            ExamAttempt.result == Result.PASS,
        )
        .order_by(ExamAttempt.taken_on, ExamAttempt.id)
    ).all()
    found: dict[tuple[int, int], ExamAttempt] = {}
    for one in rows:
        for requirement in examined:
            if requirement.exam_id == one.exam_id and _is_enough(one, requirement, begins.get(one.exam_id)):
                found[one.employee_id, requirement.id] = one
    return found


def _is_enough(attempt: ExamAttempt, requirement: PostRequirement, begins: date | None) -> bool:
    if begins is not None and attempt.taken_on < begins:
        return False
    if requirement.min_score is not None and (attempt.score is None or attempt.score < requirement.min_score):
        return False
    return not requirement.practical_required or attempt.practical_score is not None


def is_met(session: Session, employee_id: int, requirement: PostRequirement, at: datetime) -> bool:
    """Whether somebody meets a requirement: by a pass that still counts, or by what he was trained in."""
    return (employee_id, requirement.id) in met(session, {employee_id}, [requirement], at)


def met(
    session: Session, people: Collection[int], requirements: Sequence[PostRequirement], at: datetime
) -> set[tuple[int, int]]:
    """Who meets which of these requirements, by as many statements for many people as for one."""
    found = set()
    on = on_date(at)
    by_key = {one.id: one for one in requirements}
    for (employee_id, key), attempt in passes(session, people, requirements).items():
        until = add_months(attempt.taken_on, months_of(session, by_key[key], attempt.taken_on))
        if on <= until:
            found.add((employee_id, key))
    learnt = [one.id for one in requirements if one.exam_id is None]
    if learnt:
        rows = session.execute(
            select(TrainingObligation.employee_id, TrainingObligation.requirement_id).where(
                TrainingObligation.employee_id.in_(sorted(people)),
                TrainingObligation.requirement_id.in_(learnt),
                TrainingObligation.status.in_((ObligationStatus.SATISFIED, ObligationStatus.WAIVED)),
            )
        )
        found |= {(employee_id, key) for employee_id, key in rows if key is not None}
    return found


def months_of(session: Session, requirement: PostRequirement, on: date) -> int:
    """For how long a pass counts: as the requirement says, else the company's figure of that day."""
    return requirement.validity_months or int(figure(session, QUALIFICATION_MONTHS, on))


def earn(session: Session, act: Act, employee: Employee, post: Post) -> Qualification | None:
    """Grants the post where every mandatory requirement is met now; a term rests on the results that met them."""
    mandatory = [one for one in active_requirements(session, post.id) if one.mandatory]
    if not (post.requires_qualification and mandatory):
        return None
    if not all(is_met(session, employee.id, one, act.at) for one in mandatory):
        return None
    passed = {one: passing(session, employee.id, one) for one in mandatory if one.exam_id is not None}
    found = become_candidate(session, act, employee, post)
    if found is None or _rests_already(found, [one for one in passed.values() if one is not None]):
        return found
    until = valid_until(
        (one.taken_on, months_of(session, requirement, one.taken_on)) for requirement, one in passed.items() if one
    )
    today = on_date(act.at)
    found.terms.append(
        QualificationTerm(
            granted_at=act.at,
            valid_from_on=min(today, until) if until is not None else today,
            valid_until_on=until,
            basis=[QualificationBasis(requirement=one, attempt=passed.get(one)) for one in mandatory],
        )
    )
    if found.certificate_no is None:
        found.certificate_no = next_number(session, "SGZ", today.year)
    found.valid_from_on, found.valid_until_on = found.terms[-1].valid_from_on, until
    session.flush()
    return found


def _rests_already(found: Qualification, attempts: list[ExamAttempt]) -> bool:
    last = found.term
    return last is not None and {one.attempt_id for one in last.basis if one.attempt_id} == {one.id for one in attempts}


def refresh(
    session: Session, act: Act, employee_id: int, post_id: int, *, since: datetime | None = None
) -> Qualification | None:
    """Brings the kept status to what the facts say now; ``since``: when it became so, where it is seen late."""
    found = open_qualification(session, employee_id, post_id)
    if found is None:
        return None
    session.flush()
    wanted = status_of(standing(session, found.employee, found.post), at=act.at, on=on_date(act.at))
    if wanted is found.status or wanted in NOT_REFRESHED:
        return found
    verb = VERBS[wanted]
    if found.lifecycle is not None and found.lifecycle.find(verb, found.status):
        told = in_working_time(session, act.consequence("P2.3"))
        found.perform(verb, act=replace(told, at=since or act.at))
    return found


def refresh_of(session: Session, act: Act, obligations: Iterable[TrainingObligation]) -> None:
    """The same for everybody whom these obligations concern."""
    for employee_id, post_id in dict.fromkeys((one.employee_id, one.post_id) for one in obligations):
        refresh(session, act, employee_id, post_id)


def grace_due(session: Session, on: date, change_class: str, own_days: int | None = None) -> date:
    """The last day of grace after a change of that class; a revision may have days of its own."""
    return due_after(on, own_days if own_days is not None else figure(session, GRACE_DAYS, on, change_class))


def new_round_on(session: Session, employee_id: int, exam_id: int) -> date | None:
    """Since when attempts at an exam count anew for somebody."""
    return new_rounds(session, {employee_id}, exam_id).get(employee_id)


def new_rounds(session: Session, people: Collection[int], exam_id: int) -> dict[int, date]:
    """The days on which people were trained again after they had used up their attempts."""
    rows = session.execute(
        select(TrainingObligation.employee_id, func.max(TrainingObligation.trained_at))
        .join(PostRequirement, PostRequirement.id == TrainingObligation.requirement_id)
        .where(
            TrainingObligation.employee_id.in_(sorted(people)),
            TrainingObligation.reason == ObligationReason.FAILED_ATTEMPTS,
            TrainingObligation.trained_at.is_not(None),
            PostRequirement.exam_id == exam_id,
        )
        .group_by(TrainingObligation.employee_id)
    )
    return {who: on_date(at) for who, at in rows}


def day_after(on: date) -> datetime:
    """00:00 of the day after, when what was due that day has become late."""
    return midnight(on + timedelta(days=1))
