"""The sheet of a training: who signed in, who showed the skill; what became of its exam (P2.1, P2.3)."""

from typing import Any

from flask import flash, redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of, due_cell
from admin_views.registry import panel, record_url
from admin_views.screen import Option, Panel
from admin_views.session import db
from admin_views.signin import act_here, person_here
from admin_views.tabled import Columns, tabled
from admin_views.training.opened import record, stranger
from admin_views.training.pages import pages
from admin_views.words import near_instant, say, t
from models.base import now
from models.journal import acting, seal
from models.training import ExamAttempt, TrainingObligation, TrainingSession
from rules.base import OTHERS_STEP, NotYours, Person, Role, Words, filled, names_of
from rules.training.kinds import TRAINER, Attendance, SessionStatus, SkillDemo

RUNNING = frozenset({SessionStatus.NOTIFIED, SessionStatus.IN_PROGRESS})


def may_keep(training: TrainingSession, person: Person) -> bool:
    """HR and the trainer keep the sheet."""
    return person.holds(Role.HR, Role.HR_MANAGER) or person.employee_id == training.trainer_id


@pages.get("/sessions/<key>/")
def sheet(key: str) -> AnyResponse | str:
    """The list as it lies at the door."""
    if (door := stranger()) is not None:
        return door
    training, person = record(TrainingSession, key), person_here()
    keeps = may_keep(training, person)
    lines = [one for one in training.attendees if keeps or one.employee_id == person.employee_id or person.teams]
    mine = next((one for one in training.attendees if one.employee_id == person.employee_id), None)
    return render_template(
        "training/sheet.html",
        training=training,
        url=record_url(TrainingSession, training.id),
        kind=say(training.kind.words),
        state=cell_of(training.status),
        when=due_cell(training.planned_from_at, now(), is_done=training.status not in RUNNING),
        keeps=keeps,
        is_running=training.status in RUNNING,
        lines=[_line(one) for one in lines],
        is_mine=mine is not None and training.status in RUNNING and mine.attendance is Attendance.PENDING,
        came=sum(one.attendance in {Attendance.PRESENT, Attendance.LATE} for one in training.attendees),
        total=len(training.attendees),
        may_mark=person.holds(Role.HR),
    )


def _line(one: Any) -> dict[str, Any]:
    return {
        "id": one.employee_id,
        "who": one.employee.name,
        "no": one.employee.no,
        "post": one.employee.post.name,
        "at": near_instant(one.signed_in_at) if one.signed_in_at is not None else "",
        "state": cell_of(one.attendance),
        "attendance": [Option(str(each), say(each.words), each is one.attendance) for each in Attendance],
        "skill": [Option(str(each), say(each.words), each is one.skill_demo) for each in SkillDemo],
        "skill_words": say(one.skill_demo.words),
    }


@pages.post("/sessions/<key>/sign-in/")
def sign_in(key: str) -> AnyResponse:
    """Here I am."""
    if (door := stranger()) is not None:
        return door
    training, person = record(TrainingSession, key), person_here()
    with acting(db.session, act_here()) as act:
        training.sign_in(person.employee_id or 0, act.at)
        seal(db.session, training, "sign_in", act)
    flash(t("You are signed in.", "签到成功。"), "success")
    return redirect(f"/training/sessions/{training.id}/")


@pages.post("/sessions/<key>/attendance/")
def attendance(key: str) -> AnyResponse:
    """The whole list at once, by HR or the trainer."""
    if (door := stranger()) is not None:
        return door
    training, person = record(TrainingSession, key), person_here()
    if not may_keep(training, person):
        raise NotYours(filled(OTHERS_STEP, who=names_of({Role.HR, TRAINER})), clause="P2.1")
    with acting(db.session, act_here()) as act:
        for one in training.attendees:
            given = request.form.get(f"attendance-{one.employee_id}", "")
            came = next((each for each in Attendance if str(each) == given), one.attendance)
            if came is not one.attendance:
                training.sign_in(one.employee_id, act.at, came)
            skill = request.form.get(f"skill-{one.employee_id}", "")
            one.skill_demo = next((each for each in SkillDemo if str(each) == skill), one.skill_demo)
        seal(db.session, training, "attendance", act)
    flash(t("Saved.", "已保存。"), "success")
    return redirect(f"/training/sessions/{training.id}/")


ATTENDEES: Columns = {
    "who": (Words("Who", "姓名"), lambda one: one.employee.label),
    "post": (Words("Post", "岗位"), lambda one: one.employee.post.name),
    "attendance": (Words("Attendance", "签到"), lambda one: one.attendance),
    "skill": (Words("Skill", "技能演示"), lambda one: one.skill_demo.words),
}
RESULTS: Columns = {
    "who": (Words("Who", "姓名"), lambda one: one.employee.label),
    "exam": (Words("Exam", "考核"), lambda one: one.exam.title),
    "score": (Words("Theory", "理论"), lambda one: one.score),
    "practical": (Words("Practice", "实操"), lambda one: one.practical_score),
    "result": (Words("Result", "结果"), lambda one: one.result),
    "status": (Words("State", "状态"), lambda one: one.status),
}
SETTLED: Columns = {
    "what": (Words("What", "内容"), lambda one: one.topic),
    "who": (Words("Who", "姓名"), lambda one: one.employee.label),
    "mode": (Words("How", "方式"), lambda one: one.mode.words),
    "due": (Words("By", "截止日期"), lambda one: one.due_on),
    "status": (Words("State", "状态"), lambda one: one.status),
}


@panel(TrainingSession)
def attendees(training: TrainingSession, person: Person) -> Panel:
    """Who is to come and who came; the way to the sheet."""
    keeps = may_keep(training, person) or person.holds(Role.TECHNICAL, Role.TECHNICAL_MANAGER)
    shown = [one for one in training.attendees if keeps or one.employee_id == person.employee_id]
    return Panel(
        t("Attendees: {n}", "参训人员：{n} 人", n=len(training.attendees)),
        *tabled(ATTENDEES, shown, lambda one: f"/training/people/{one.employee_id}/"),
        more_url=f"/training/sessions/{training.id}/",
    )


@panel(TrainingSession)
def results(training: TrainingSession, person: Person) -> Panel | None:
    """What was scored; the way to the exam-day grid."""
    rows = db.session.scalars(
        select(ExamAttempt)
        .where(ExamAttempt.session_id == training.id, ExamAttempt.visible_to(person))
        .options(joinedload(ExamAttempt.employee), joinedload(ExamAttempt.exam))
        .order_by(ExamAttempt.id)
    ).all()
    if not rows and not person.holds(Role.HR):
        return None
    return Panel(
        t("Results", "考核成绩"),
        *tabled(RESULTS, rows),
        create_url=f"/training/exam-day/?session={training.id}" if person.holds(Role.HR) else "",
        create_label=t("Enter results", "录入成绩"),
    )


@panel(TrainingSession)
def owed_here(training: TrainingSession, person: Person) -> Panel | None:
    """What this training is to settle."""
    rows = db.session.scalars(
        select(TrainingObligation)
        .where(TrainingObligation.session_id == training.id, TrainingObligation.visible_to(person))
        .options(joinedload(TrainingObligation.employee))
        .order_by(TrainingObligation.id)
    ).all()
    return Panel(t("What it settles", "对应应训任务"), *tabled(SETTLED, rows)) if rows else None
