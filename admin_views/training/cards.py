"""What a desk says of training: HR's morning, the team leader's people, what I owe (P2, A1.2)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from admin_views.columns import cell_of
from admin_views.registry import desk_card, next_act, record_url
from admin_views.screen import Cell, DeskCard, DeskLine
from admin_views.session import db
from admin_views.training.opened import gate_cell
from admin_views.words import exact_date, near_date, say, t
from models.base import now, on_date
from models.organisation import Employee
from models.training import (
    ExamAttempt,
    PostAssignment,
    Qualification,
    SessionAttendee,
    TrainingObligation,
    TrainingSession,
    gates,
)
from models.training.effects import midnight
from models.training.obligations import UNSETTLED
from rules.base import Person, Role
from rules.organisation import EmployeeStatus
from rules.training import Answer
from rules.training.kinds import AssignmentStatus, AttemptStatus, QualificationStatus, SessionStatus

LINES = 8
ENDING_DAYS = 90


def _due(on: Any, today: Any) -> Cell:
    tone = "overdue" if on < today else "soon" if on <= today + timedelta(days=7) else "running"
    return Cell(near_date(on), "date", exact=exact_date(on), tone=tone)


@desk_card
def owed_by_people(person: Person) -> DeskCard | None:
    """HR: who owes what by when, the most urgent first."""
    if not person.holds(Role.HR, Role.HR_MANAGER):
        return None
    one, today = TrainingObligation, on_date(now())
    waiting = (one.status.in_(UNSETTLED), one.voided_at.is_(None))
    rows = db.session.scalars(
        select(one).where(*waiting).options(joinedload(one.employee)).order_by(one.due_on, one.id).limit(LINES)
    ).all()
    count = db.session.scalar(select(func.count()).select_from(one).where(*waiting)) or 0
    lines = [
        DeskLine(
            f"{each.employee.name} · {each.topic}",
            record_url(one, each.id),
            f"{say(each.reason.words)} · {say(each.mode.words)} · {say(each.status.words)}",
            _due(each.due_on, today),
        )
        for each in rows
    ]
    return DeskCard(
        t("Who owes what by when", "应训清单"),
        lines,
        t("Nobody owes a training.", "没有待完成的应训任务。"),
        count,
        "hourglass",
        t("Make a training from these", "安排培训"),
        "/training/owed/",
    )


@desk_card
def trainings_today(person: Person) -> DeskCard | None:
    """HR, the trainer, the trainees: what is held today."""
    if person.employee_id is None:
        return None
    one, today = TrainingSession, on_date(now())
    is_hr = person.holds(Role.HR, Role.HR_MANAGER)
    query = select(one).where(
        one.planned_from_at >= midnight(today),
        one.planned_from_at < midnight(today + timedelta(days=1)),
        one.status.in_((SessionStatus.PLANNED, SessionStatus.NOTIFIED, SessionStatus.IN_PROGRESS)),
    )
    if not is_hr:
        mine = select(SessionAttendee.session_id).where(SessionAttendee.employee_id == person.employee_id)
        query = query.where((one.trainer_id == person.employee_id) | one.id.in_(mine))
    rows = db.session.scalars(query.order_by(one.planned_from_at).limit(LINES)).all()
    if not rows and not is_hr:
        return None
    lines = [
        DeskLine(
            each.topic, f"/training/sessions/{each.id}/", f"{each.no} · {each.place}", cell_of(each.planned_from_at)
        )
        for each in rows
    ]
    return DeskCard(
        t("Trainings today", "今日培训"),
        lines,
        t("No training today.", "今天没有培训。"),
        len(lines),
        "school",
        t("Calendar", "培训日历"),
        "/training/calendar/",
    )


@desk_card
def results_to_confirm(person: Person) -> DeskCard | None:
    """Results that wait for the second person; never one's own entry."""
    confirms = person.holds(Role.HR_MANAGER, Role.TECHNICAL, Role.TECHNICAL_MANAGER)
    if not (confirms or person.holds(Role.HR)) or person.employee_id is None:
        return None
    one = ExamAttempt
    waiting = (one.status == AttemptStatus.ENTERED, one.employee_id != person.employee_id)
    rows = db.session.scalars(
        select(one)
        .where(*waiting)
        .options(joinedload(one.employee), joinedload(one.exam))
        .order_by(one.id)
        .limit(LINES)
    ).all()
    count = db.session.scalar(select(func.count()).select_from(one).where(*waiting)) or 0
    if not rows and not person.holds(Role.HR, Role.HR_MANAGER):
        return None
    lines = [
        DeskLine(
            f"{each.employee.name} · {each.exam.title}",
            record_url(one, each.id),
            f"{each.no} · {exact_date(each.taken_on)}",
            cell_of(each.result),
            act=next_act(each, person),
        )
        for each in rows
    ]
    return DeskCard(
        t("Results to confirm", "待确认成绩"),
        lines,
        t("No result waits.", "没有待确认的成绩。"),
        count,
        "list-check",
        t("All of them", "全部") if count else t("Exam day", "录入成绩") if person.holds(Role.HR) else "",
        "/admin/exam_attempt/?flt_status=entered" if count else "/training/exam-day/" if person.holds(Role.HR) else "",
    )


@desk_card
def certificates_ending(person: Person) -> DeskCard | None:
    """Qualifications that end within 90, 30, 7 days."""
    if not person.holds(Role.HR, Role.HR_MANAGER):
        return None
    one, today = Qualification, on_date(now())
    ending = (
        one.closed_at.is_(None),
        one.status.in_((QualificationStatus.QUALIFIED, QualificationStatus.LIMITED)),
        one.valid_until_on.between(today, today + timedelta(days=ENDING_DAYS)),
    )
    rows = db.session.scalars(
        select(one)
        .where(*ending)
        .options(joinedload(one.employee), joinedload(one.post))
        .order_by(one.valid_until_on, one.id)
        .limit(LINES)
    ).all()
    within = {
        days: func.count().filter(one.valid_until_on <= today + timedelta(days=days)) for days in (7, 30, ENDING_DAYS)
    }
    seven, thirty, ninety = db.session.execute(select(*within.values()).where(*ending)).one()
    lines = [
        DeskLine(each.label, record_url(one, each.id), each.certificate_no or "", _ends(each, today)) for each in rows
    ]
    title = t(
        "Certificates ending: {a} in 7 days, {b} in 30, {c} in 90",
        "资格到期：7 天内 {a}，30 天内 {b}，90 天内 {c}",
        a=seven,
        b=thirty,
        c=ninety,
    )
    return DeskCard(
        title,
        lines,
        t("No certificate ends within 90 days.", "90 天内没有到期的资格。"),
        ninety,
        "certificate",
        place="watch",
    )


def _ends(one: Qualification, today: Any) -> Cell:
    on = one.valid_until_on
    if on is None:
        return Cell("")
    left = (on - today).days
    return Cell(
        near_date(on),
        "date",
        exact=exact_date(on),
        tone="overdue" if left <= 7 else "soon" if left <= 30 else "running",
    )


@desk_card
def my_people(person: Person) -> DeskCard | None:
    """The team leader: who is allowed, who only supervised, who is blocked, and why."""
    if not person.teams:
        return None
    people = db.session.scalars(
        select(Employee)
        .where(Employee.team_id.in_(sorted(person.teams)), Employee.status != EmployeeStatus.LEFT)
        .options(joinedload(Employee.post))
        .order_by(Employee.no)
        .limit(60)
    ).all()
    if not people:
        return None
    posts = list({one.post_id: one.post for one in people}.values())
    found = gates(db.session, people, posts, now())
    answers = [(one, found[one.id, one.post_id]) for one in people]
    order = {Answer.NO: 0, Answer.SUPERVISED: 1, Answer.YES: 2}
    answers.sort(key=lambda pair: (order[pair[1].answer], not pair[1].reasons, pair[0].no))
    lines = [
        DeskLine(
            f"{one.name} · {one.post.name}",
            f"/training/people/{one.id}/",
            " ".join(say(reason.words) for reason in answer.reasons if reason.code != "not_needed"),
            gate_cell(answer),
        )
        for one, answer in answers
    ]
    blocked = sum(answer.answer is Answer.NO for _, answer in answers)
    limited = sum(answer.answer is Answer.SUPERVISED for _, answer in answers)
    title = t(
        "My people: {a} allowed, {b} supervised, {c} blocked",
        "我的人员：可上岗 {a}，限监护 {b}，不得上岗 {c}",
        a=len(answers) - blocked - limited,
        b=limited,
        c=blocked,
    )
    return DeskCard(
        title, lines, "", len(lines), "users-group", t("Assign to a post", "安排上岗"), "/admin/post_assignment/new/"
    )


@desk_card
def exceptions_waiting(person: Person) -> DeskCard | None:
    """The technical manager: exceptions that are asked for; the administrator: those that run, counted."""
    one = PostAssignment
    if person.holds(Role.TECHNICAL_MANAGER):
        query = select(one).where(
            one.exception_until_on.is_not(None),
            one.exception_approved_at.is_(None),
            one.status.in_((AssignmentStatus.PLANNED, AssignmentStatus.BLOCKED)),
        )
        title, empty = (
            t("Exceptions to approve", "待批准的例外上岗"),
            t("No exception is asked for.", "没有待批准的例外上岗。"),
        )
    elif person.holds(Role.ADMIN, Role.QUALITY_MANAGER):
        query = select(one).where(one.exception_until_on >= on_date(now()), one.exception_approved_at.is_not(None))
        title, empty = t("Exceptions granted", "生效中的例外上岗"), t("No exception runs.", "没有生效中的例外上岗。")
    else:
        return None
    rows = db.session.scalars(
        query.options(joinedload(one.employee), joinedload(one.post)).order_by(one.exception_until_on).limit(LINES)
    ).all()
    if not rows:
        return None
    lines = [
        DeskLine(
            f"{each.employee.name} · {each.post.name}",
            record_url(one, each.id),
            each.exception_reason,
            cell_of(each.exception_until_on),
        )
        for each in rows
    ]
    return DeskCard(title, lines, empty, len(lines), "alert-triangle")


@desk_card
def what_i_owe(person: Person) -> DeskCard | None:
    """Everybody: what I still have to learn or pass, and may read at once."""
    if person.employee_id is None:
        return None
    one, today = TrainingObligation, on_date(now())
    rows = db.session.scalars(
        select(one)
        .where(one.employee_id == person.employee_id, one.status.in_(UNSETTLED))
        .options(joinedload(one.training))
        .order_by(one.due_on, one.id)
        .limit(LINES)
    ).all()
    if not rows:
        return None
    lines = [
        DeskLine(
            each.topic,
            record_url(one, each.id),
            f"{say(each.mode.words)} · {_when(each)}",
            _due(each.due_on, today),
            act=next_act(each, person),
        )
        for each in rows
    ]
    return DeskCard(
        t("What I owe", "我的应训任务"), lines, "", len(lines), "school", t("My training", "我的培训"), "/training/me/"
    )


def _when(one: TrainingObligation) -> str:
    if one.training is None:
        return say(one.status.words)
    at: datetime = one.training.planned_from_at
    return f"{one.training.no} {cell_of(at).text}"
