"""Draws who is checked, each working day once for each plan and inspector (P3.2, K2.2)."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.base import COMPANY_ZONE, Act, on_date
from models.journal import seal
from models.organisation import (
    Absence,
    Account,
    AccountRole,
    Employee,
    Placement,
    Post,
    departments_below,
    holders,
)
from models.process import DocumentRevision, ProcessDocumentPost
from models.quality.checks import SpotCheck, SpotCheckItem
from models.quality.plans import CheckDraw, CheckPlan, frozen
from models.quality.templates import CheckTemplate
from models.regulation import company_calendar, figure
from models.reminding import falls_due
from rules import quality
from rules.base import SYSTEM, Role, Unset
from rules.organisation import EmployeeStatus
from rules.quality import CHECKERS, Candidate, CheckKind, CheckStatus, TemplateStatus, Verdict
from rules.quality.draws import NEW_DAYS
from rules.regulation import REPEAT_WITHIN_DAYS

DRAWN_FROM = time(6)
"""Before the early shift: the list lies on the desk when the inspector comes."""
SEED_BITS = 48
PRESENT = (EmployeeStatus.ACTIVE, EmployeeStatus.PROBATION)


@falls_due
def draw_todays_checks(session: Session, at: datetime) -> int:
    """Draws for each plan in force, on working days; what was drawn is not drawn again. Returns how many draws."""
    on = on_date(at)
    days = working_days(session, on)
    if at.astimezone(COMPANY_ZONE).time() < DRAWN_FROM or on not in days:
        return 0
    drawn = select(CheckDraw.id).where(CheckDraw.plan_id == CheckPlan.id, CheckDraw.on == on)
    plans = session.scalars(
        select(CheckPlan)
        .where(
            CheckPlan.from_on <= on,
            or_(CheckPlan.to_on.is_(None), on <= CheckPlan.to_on),
            CheckPlan.voided_at.is_(None),
            ~drawn.exists(),
        )
        .options(joinedload(CheckPlan.department))
        .order_by(CheckPlan.id)
    ).all()
    return sum(len(draw(session, plan, on, at, days)) for plan in plans)


def working_days(session: Session, on: date) -> list[date]:
    """The working days of the week that the day lies in."""
    calendar, (monday, _) = company_calendar(session), quality.week_of(on)
    week = [monday + timedelta(days=one) for one in range(7)]
    return [day for day in week if calendar.days_between(day - timedelta(days=1), day)]


def draw(
    session: Session, plan: CheckPlan, on: date, at: datetime, days: Sequence[date], *, seed: int | None = None
) -> list[CheckDraw]:
    """The day's share of a plan, handed out to the inspectors one by one; one stream of chance for them all."""
    count = quality.due_on(plan.per_week, days.index(on), len(days))
    inspectors = inspectors_of(session, plan, on)
    if not count or not inspectors:
        return []
    seed = secrets.randbits(SEED_BITS) if seed is None else seed
    begin = (on.toordinal() + plan.id) % len(inspectors)  # the odd one does not always fall on the same inspector
    found, taken = [], set[int]()
    for place, inspector in enumerate([*inspectors[begin:], *inspectors[:begin]]):
        share = count // len(inspectors) + (place < count % len(inspectors))
        known = [one for one in candidates(session, plan, on, at) if one.employee_id not in {*taken, inspector}]
        places = quality.picked(known, share, plan.method, seed + place)
        if places:
            taken |= {known[one].employee_id for one in places}
            found.append(
                CheckDraw(
                    plan=plan,
                    on=on,
                    inspector_id=inspector,
                    department_id=plan.department_id,
                    method=plan.method,
                    seed=seed + place,
                    candidates=[frozen(candidate) for candidate in known],
                    picked=places,
                )
            )
    session.add_all(found)
    act = Act(SYSTEM, at, session.info["act"].source, clause=quality.CLAUSES[plan.scope])
    for one in found:
        seal(session, one, "create", act, recipients=[one.inspector_id])
    return found


def inspectors_of(session: Session, plan: CheckPlan, on: date) -> list[int]:
    """Who makes checks of that kind in the department and is there that day."""
    roles = CHECKERS[plan.scope] if plan.scope is CheckKind.TECHNICAL_INSPECTION else {Role.QUALITY_INSPECTOR}
    away = set(session.scalars(select(Absence.employee_id).where(Absence.from_on <= on, on <= Absence.to_on)))
    held = {one for role in roles for one in holders(session, role, plan.department_id)}
    present = set(session.scalars(select(Employee.id).where(Employee.id.in_(held), Employee.status.in_(PRESENT))))
    narrow = _given_for_it(session, roles) & present
    return sorted((narrow or present) - away)


def _given_for_it(session: Session, roles: set[Role] | frozenset[Role]) -> set[int]:
    """Those whose role was given for a department; who reaches the whole company stands in where there is nobody."""
    rows = session.scalars(
        select(Employee.id)
        .join(Account, Account.id == Employee.account_id)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(AccountRole.role.in_(roles), AccountRole.department_id.is_not(None))
    )
    return set(rows)


def candidates(session: Session, plan: CheckPlan, on: date, at: datetime) -> list[Candidate]:
    """Everybody present in the department at a post with questions, with what is known of him; by number."""
    departments = sorted(departments_below(session, plan.department_id))
    asked = select(CheckTemplate.post_id).where(
        CheckTemplate.status == TemplateStatus.PUBLISHED, CheckTemplate.scope == plan.scope
    )
    is_general = session.scalar(
        asked.where(CheckTemplate.post_id.is_(None)).limit(1).with_only_columns(CheckTemplate.id)
    )
    away = select(Absence.employee_id).where(Absence.from_on <= on, on <= Absence.to_on)
    query = (
        select(Employee.id, Employee.post_id)
        .join(Post, Post.id == Employee.post_id)
        .where(
            Employee.department_id.in_(departments),
            Employee.status.in_(PRESENT),
            Employee.voided_at.is_(None),
            Employee.id.not_in(away),
        )
        .order_by(Employee.no)
    )
    if not is_general:
        query = query.where(Employee.post_id.in_(asked))
    rows = session.execute(query).all()
    last, failures = _history(session, plan, departments, on, at)
    began, revised = _news(session, on)
    return [
        Candidate(who, post, last.get(who), failures.get(who, 0), quality.is_new(began.get(who), on), post in revised)
        for who, post in rows
    ]


def _history(
    session: Session, plan: CheckPlan, departments: Sequence[int], on: date, at: datetime
) -> tuple[Mapping[int, date], Mapping[int, int]]:
    """When each was last checked in this way, and how many items failed within the days of a repetition."""
    handed_in = (CheckStatus.SUBMITTED, CheckStatus.CLOSED)
    of_these = (SpotCheck.department_id.in_(departments), SpotCheck.status.in_(handed_in), SpotCheck.checked_at <= at)
    lasts = session.execute(
        select(SpotCheckItem.employee_id, func.max(SpotCheck.checked_at))
        .join(SpotCheck)
        .where(*of_these, SpotCheck.kind == plan.scope, SpotCheckItem.employee_id.is_not(None))
        .group_by(SpotCheckItem.employee_id)
    )
    try:
        days = int(figure(session, REPEAT_WITHIN_DAYS, on))
    except Unset:
        days = NEW_DAYS
    since = datetime.combine(on - timedelta(days=days), time(), COMPANY_ZONE)
    failed = session.execute(
        select(SpotCheckItem.employee_id, func.count())
        .join(SpotCheck)
        .where(
            *of_these,
            SpotCheck.checked_at >= since,
            SpotCheck.kind != CheckKind.RECHECK,
            SpotCheckItem.verdict == Verdict.NG,
            SpotCheckItem.employee_id.is_not(None),
        )
        .group_by(SpotCheckItem.employee_id)
    )
    return {who: on_date(when) for who, when in lasts if who}, {who: n for who, n in failed if who}


def _news(session: Session, on: date) -> tuple[Mapping[int, date], set[int]]:
    """Since when each holds his post, where that is new; the posts whose document has a new revision."""
    since = on - timedelta(days=NEW_DAYS)
    began = session.execute(
        select(Placement.employee_id, Placement.from_on).where(
            Placement.to_on.is_(None), Placement.from_on >= since, Placement.from_on <= on
        )
    )
    start = datetime.combine(since, time(), COMPANY_ZONE)
    revised = session.scalars(
        select(ProcessDocumentPost.post_id)
        .join(DocumentRevision, DocumentRevision.document_id == ProcessDocumentPost.document_id)
        .where(
            DocumentRevision.status == "released",
            DocumentRevision.released_at >= start,
        )
    )
    return dict(began.tuples().all()), set(revised)


# -- questions -------------------------------------------------------------------------------------------------------


def draws_of(session: Session, inspector_id: int, on: date) -> Sequence[CheckDraw]:
    """What an inspector is to check on that day."""
    return session.scalars(
        select(CheckDraw)
        .where(CheckDraw.inspector_id == inspector_id, CheckDraw.on == on, CheckDraw.voided_at.is_(None))
        .options(joinedload(CheckDraw.plan))
        .order_by(CheckDraw.id)
    ).all()


def done_of(session: Session, draws: Sequence[CheckDraw]) -> Mapping[tuple[int, int], int]:
    """(draw, checked person) -> the check that was handed in for it."""
    rows = session.execute(
        select(SpotCheck.draw_id, SpotCheckItem.employee_id, SpotCheck.id)
        .join(SpotCheckItem, SpotCheckItem.check_id == SpotCheck.id)
        .where(
            SpotCheck.draw_id.in_([one.id for one in draws]),
            SpotCheck.status.in_((CheckStatus.SUBMITTED, CheckStatus.CLOSED)),
        )
    )
    return {(draw, who): check for draw, who, check in rows if draw is not None and who is not None}


__all__ = ["candidates", "done_of", "draw", "draw_todays_checks", "draws_of", "inspectors_of", "working_days"]
