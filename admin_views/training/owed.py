"""Who owes what, why, by when; a training made out of it in one act (P2.1, P2.2, A1.2)."""

from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of
from admin_views.registry import record_url
from admin_views.screen import Cell, Option
from admin_views.session import db
from admin_views.signin import act_here, person_here
from admin_views.training.opened import instant_of, require_role, stranger
from admin_views.training.pages import pages
from admin_views.words import exact_date, near_date, say, t
from models.base import COMPANY_ZONE, now, on_date
from models.journal import acting
from models.organisation import Department, Employee, Post
from models.training import TrainingObligation, TrainingSession
from models.training.obligations import UNSETTLED
from models.training.trainings import plan_training
from rules.base import Faulty, Person, Role, RuleBroken, Words, key_of
from rules.organisation import DepartmentKind, EmployeeStatus
from rules.training.kinds import (
    PROCESS_KINDS,
    TRAINERS,
    ObligationMode,
    ObligationReason,
    ObligationStatus,
    SessionKind,
)

MOST = 400
WITHIN_DAYS = 7
FITTING = {
    ObligationReason.NEW_HIRE: SessionKind.INDUCTION,
    ObligationReason.POST_CHANGE: SessionKind.POST,
    ObligationReason.REVISION: SessionKind.PROCESS_CHANGE,
}


@pages.get("/owed/")
def owed() -> AnyResponse | str:
    """The list by due day; HR ticks people and makes a training of them."""
    if (door := stranger()) is not None:
        return door
    require_role(*TRAINERS, Role.TEAM_LEADER)
    return _page()


def _page(faults: dict[str, str] | None = None, status: int = 200) -> AnyResponse | str:
    person = person_here()
    rows = _rows(person)
    ticked = set(request.form.getlist("obligation")) or set(request.args.getlist("obligation"))
    body = render_template(
        "training/owed.html",
        rows=[_line(one, ticked) for one in rows[:MOST]],
        is_cut=len(rows) > MOST,
        counts=_counts(person),
        may_plan=person.holds(Role.HR),
        filters=_filters(),
        kinds=[Option(str(one), say(one.words), str(one) == _typed("kind", _kind_of(rows))) for one in SessionKind],
        trainers=_trainers(),
        typed=_typed_all(),
        faults=faults or {},
    )
    return (body, status) if status != 200 else body


def _rows(person: Person) -> list[TrainingObligation]:
    """What is still owed, the most urgent first."""
    one = TrainingObligation
    query = (
        select(one)
        .where(one.visible_to(person), one.status.in_(UNSETTLED), one.voided_at.is_(None))
        .options(
            joinedload(one.employee).joinedload(Employee.department),
            joinedload(one.post),
            joinedload(one.training),
        )
        .order_by(one.due_on, one.id)
    )
    for name, column in (("department", one.department_id), ("post", one.post_id)):
        if (key := key_of(request.values.get(name, ""))) is not None:
            query = query.where(column == key)
    if request.values.get("reason", "") in {str(each) for each in ObligationReason}:
        query = query.where(one.reason == ObligationReason(request.values["reason"]))
    if request.values.get("state", "") in {"open", "scheduled"}:
        query = query.where(one.status == ObligationStatus(request.values["state"]))
    return list(db.session.scalars(query.limit(MOST + 1)).unique())


def _line(one: TrainingObligation, ticked: set[str]) -> dict[str, Any]:
    today = on_date(now())
    tone = (
        "overdue" if one.due_on < today else "soon" if one.due_on <= today + timedelta(days=WITHIN_DAYS) else "running"
    )
    return {
        "id": one.id,
        "url": record_url(TrainingObligation, one.id),
        "who": one.employee.name,
        "no": one.employee.no,
        "who_url": f"/training/people/{one.employee_id}/",
        "department": one.employee.department.name,
        "post": one.post.name,
        "topic": one.topic,
        "reason": say(one.reason.words),
        "mode": say(one.mode.words),
        "due": Cell(near_date(one.due_on), "date", exact=exact_date(one.due_on), tone=tone),
        "state": cell_of(one.status),
        "training": one.training.no if one.training is not None else "",
        "training_url": record_url(TrainingSession, one.session_id),
        "is_open": one.status is ObligationStatus.OPEN and one.mode is not ObligationMode.READ,
        "is_ticked": str(one.id) in ticked,
    }


def _counts(person: Person) -> dict[str, int]:
    """Overdue, due within a week, not yet arranged: the three numbers of the morning."""
    one, today = TrainingObligation, on_date(now())
    base = (one.visible_to(person), one.status.in_(UNSETTLED))
    row = db.session.execute(
        select(
            func.count().filter(one.due_on < today),
            func.count().filter(one.due_on.between(today, today + timedelta(days=WITHIN_DAYS))),
            func.count().filter(one.status == ObligationStatus.OPEN),
        ).where(*base)
    ).one()
    return {"overdue": row[0], "soon": row[1], "open": row[2]}


def _filters() -> list[dict[str, Any]]:
    departments = db.session.execute(
        select(Department.id, Department.name).where(Department.voided_at.is_(None)).order_by(Department.code)
    )
    posts = db.session.execute(select(Post.id, Post.name).where(Post.voided_at.is_(None)).order_by(Post.code))
    lists = (
        ("department", t("Department", "部门"), [(str(key), name) for key, name in departments]),
        ("post", t("Post", "岗位"), [(str(key), name) for key, name in posts]),
        ("reason", t("Why", "原因"), [(str(one), say(one.words)) for one in ObligationReason]),
        ("state", t("State", "状态"), [(str(one), say(one.words)) for one in UNSETTLED]),
    )
    return [
        {
            "name": name,
            "label": label,
            "options": [Option(value, words, value == request.values.get(name, "")) for value, words in options],
        }
        for name, label, options in lists
    ]


def _trainers() -> list[Option]:
    """Technical people first: process subjects are theirs."""
    rows = db.session.execute(
        select(Employee.id, Employee.name, Department.name, Department.kind)
        .join(Employee.department)
        .where(
            Employee.status != EmployeeStatus.LEFT,
            Department.kind.in_((DepartmentKind.TECHNICAL, DepartmentKind.AFTER_SALES, DepartmentKind.QUALITY)),
        )
        .order_by(Department.kind != DepartmentKind.TECHNICAL, Employee.no)
    )
    return [
        Option(str(key), f"{name} · {department}", str(key) == _typed("trainer", ""))
        for key, name, department, _ in rows
    ]


def _kind_of(rows: list[TrainingObligation]) -> str:
    first = rows[0] if rows else None
    if first is None:
        return str(SessionKind.PROCESS_CHANGE)
    return str(first.subject or FITTING.get(first.reason, SessionKind.POST))


def _typed(name: str, otherwise: str) -> str:
    return request.form.get(name, otherwise)


def _typed_all() -> dict[str, str]:
    tomorrow = (now() + timedelta(days=1)).astimezone(COMPANY_ZONE)
    return {
        "topic": _typed("topic", ""),
        "place": _typed("place", ""),
        "planned_from_at": _typed("planned_from_at", tomorrow.strftime("%Y-%m-%dT09:00")),
        "planned_to_at": _typed("planned_to_at", tomorrow.strftime("%Y-%m-%dT11:00")),
    }


@pages.post("/owed/plan/")
def plan() -> AnyResponse | str:
    """One act: the training, its people, what it teaches; what they owe is scheduled."""
    if (door := stranger()) is not None:
        return door
    require_role(Role.HR)
    try:
        training = _plan()
    except RuleBroken as refused:
        db.session.rollback()
        faults = refused.faults if isinstance(refused, Faulty) else {refused.field or "": refused.words}
        return _page({name: say(words) for name, words in faults.items()}, refused.status)
    flash(
        t("{no} is planned for {n} people.", "{no} 已建立，共 {n} 人。", no=training.no, n=len(training.attendees)),
        "success",
    )
    return redirect(record_url(TrainingSession, training.id))


def _plan() -> TrainingSession:
    kind, trainer, begins, ends = _sent()
    person = person_here()
    keys = [key for given in request.form.getlist("obligation") if (key := key_of(given)) is not None]
    found = db.session.scalars(
        select(TrainingObligation)
        .where(TrainingObligation.id.in_(keys[:MOST]), TrainingObligation.visible_to(person))
        .options(joinedload(TrainingObligation.employee), joinedload(TrainingObligation.revision))
        .order_by(TrainingObligation.id)
    ).all()
    if not found:
        raise Faulty({"obligation": Words("Tick who is to come.", "请勾选参训人员。")})
    topic = request.form.get("topic", "").replace("\0", "").strip()[:200] or found[0].topic[:200]
    with acting(db.session, act_here()) as act:
        training = TrainingSession(
            kind=kind,
            topic=topic,
            trainer=trainer,
            place=request.form.get("place", "").replace("\0", "").strip()[:100],
            planned_from_at=begins,
            planned_to_at=ends,
        )
        plan_training(db.session, act, training, found)
        db.session.flush()
    return training


def _sent() -> tuple[SessionKind, Employee, datetime, datetime]:
    """What the form must say; each fault at its field."""
    faults: dict[str, Words] = {}
    given = request.form.get("kind", "")
    kind = next((one for one in SessionKind if str(one) == given), None)
    key = key_of(request.form.get("trainer", ""))
    trainer = db.session.get(Employee, key) if key is not None else None
    begins, ends = (instant_of(request.form.get(name, "")) for name in ("planned_from_at", "planned_to_at"))
    if kind is None:
        faults["kind"] = Words("Choose a kind.", "请选择培训类别。")
    if trainer is None:
        faults["trainer"] = Words("Choose a trainer.", "请选择培训讲师。")
    elif kind in PROCESS_KINDS and trainer.department.kind is not DepartmentKind.TECHNICAL:
        faults["trainer"] = Words(
            "Process subjects are taught by the technical department.", "工艺类培训须由技术部门人员授课。"
        )
    if begins is None:
        faults["planned_from_at"] = Words("Please fill this in.", "请填写此项。")
    if ends is None or (begins is not None and ends <= begins):
        faults["planned_to_at"] = Words("The end must lie after the beginning.", "结束时间须晚于开始时间。")
    if faults or kind is None or trainer is None or begins is None or ends is None:
        raise Faulty(faults)
    return kind, trainer, begins, ends
