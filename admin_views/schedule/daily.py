"""The daily report with a phone in one hand: my stages, a number pad, the people, a problem with its photo (S2.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Response, flash, json, make_response, redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from admin_views import faults
from admin_views.fields import clean, exact
from admin_views.once import made_by_this_form, picture, remember_form, token_again
from admin_views.registry import MenuPage, menu_page, record_url
from admin_views.schedule.missing import MOST_MISSING, cut_off_cell, owing_line
from admin_views.schedule.opened import pages, stranger
from admin_views.screen import Cell
from admin_views.session import db
from admin_views.signin import act_here, person_here
from admin_views.training.opened import day_of, gate_cell, record
from admin_views.words import exact_date, near_date, number_text, say, t, today
from models.base import COMPANY_ZONE, Act, now
from models.journal import acting
from models.organisation import Department, Employee
from models.schedule import DailyReport, PlanStage
from models.schedule.reporting import (
    AT_WORK,
    OLDEST,
    REPORT_AGAIN,
    Told,
    crew_of,
    my_stages,
    owed,
    refuse_stranger,
    report,
    report_of,
)
from models.training import gates
from rules.base import NO_EMPLOYEE, Faulty, NotYours, Person, RuleBroken, Words, key_of
from rules.organisation import DepartmentKind
from rules.schedule import Shift, StageStatus

NIGHT_FROM, NIGHT_TO = 20, 7
HOURS_A_DAY = 8
MOST_PIECES, MOST_HOURS = 1_000_000, 1000
FIELDS = {"qty_done": "good", "qty_bad": "bad", "on": "shift", "stage": "shift", "owner": "people"}
"""Where on the form a fault of that field is said."""


def _reports(person: Person) -> bool:
    return DailyReport.access.may_create(person) and person.employee_id is not None


menu_page(MenuPage("schedule", Words("Report the day", "填写日报"), "/schedule/report/", _reports, "progress"))


@pages.get("/report/")
def my_day() -> AnyResponse | str:
    """My stages, those that still owe today's report first; what I owe of earlier days."""
    if (door := stranger()) is not None:
        return door
    person = _reporter()
    mine = my_stages(db.session, person)
    still = select(PlanStage.id).where(PlanStage.status.in_(AT_WORK))
    where = [DailyReport.reporter_id == person.employee_id, DailyReport.stage_id.in_(still)]
    where += [DailyReport.on < today(), DailyReport.on >= today() - OLDEST]
    owing, _ = owed(db.session, where, MOST_MISSING)
    lines = [_line(stage, reports) for stage, reports in mine]
    return render_template(
        "schedule/my_day.html",
        lines=sorted(lines, key=lambda one: one["is_told"]),
        owing=[owing_line(one) for one in owing],
        cut_off=cut_off_cell(),
    )


@pages.get("/report/<int:key>/")
def ask(key: int) -> AnyResponse | str:
    """The form, filled in as far as is known."""
    if (door := stranger()) is not None:
        return door
    return _page(_stage(key), {}, 200)


@pages.post("/report/<int:key>/")
def send(key: int) -> AnyResponse | str:
    """One form, one record, however often it is sent."""
    if (door := stranger()) is not None:
        return door
    stage = _stage(key)
    if (twin := made_by_this_form(DailyReport)) is not None:
        return _done(twin)
    try:
        made = _kept(stage)
    except IntegrityError:
        db.session.rollback()
        if (twin := made_by_this_form(DailyReport)) is not None:
            return _done(twin)
        raise
    except Faulty as refused:
        return _refused(key, refused, refused.faults)
    except RuleBroken as refused:
        place = FIELDS.get(refused.field or "", refused.field or "")
        return _refused(key, refused, {place: refused.words} if place else {})
    told = t("Handed in: {no}.", "已提交：{no}。", no=made.no)
    if made.action is not None:
        told += t(" The problem went to {who}.", " 问题已转 {who} 处理。", who=made.action.responsible.name)
    flash(told, "success")
    return _done(made.id)


# -- reading ---------------------------------------------------------------------------------------------------------


def _reporter() -> Person:
    person = person_here()
    if not DailyReport.access.may_create(person):
        raise NotYours(Words("Daily reports are filed by team leaders.", "进度日报由班组长填报。"), clause="S2.1")
    if person.employee_id is None:
        raise NotYours(NO_EMPLOYEE)
    return person


def _stage(key: int) -> PlanStage:
    """The stage, if this person reports of it."""
    person = _reporter()
    stage: PlanStage = record(PlanStage, key)
    refuse_stranger(stage, person)
    return stage


def _kept(stage: PlanStage) -> DailyReport:
    act = act_here()
    told = _told(stage, act)
    with acting(db.session, act):
        made = report(db.session, act, told, lambda one: _photo(act, one))
        remember_form(act, made)
        db.session.flush()
    return made


def _told(stage: PlanStage, act: Act) -> Told:
    """What the form says; every fault at its place."""
    wrong: dict[str, Words] = {}
    good, bad = (_number(name, MOST_PIECES, wrong) for name in ("good", "bad"))
    percent, hours = (_number(name, most, wrong) for name, most in (("percent", 100), ("hours", MOST_HOURS)))
    for name, value in (("good", good), ("bad", bad)):
        if value != value.to_integral_value():
            wrong[name] = Words("A whole number.", "请填写整数。")
    problem = clean(request.form.get("problem", ""))[:2000] if request.form.get("has_problem") == "ng" else ""
    if request.form.get("has_problem") == "ng" and not problem:
        wrong["problem"] = Words("Say what the problem is.", "请说明问题。")
    crew = {str(one.id): one for one in crew_of(db.session, act.by, stage)}
    people = [crew[given] for given in dict.fromkeys(request.form.getlist("people")) if given in crew]
    if not people:
        wrong["people"] = Words("Choose who worked.", "请选择作业人员。")
    if day_of(request.form.get("on", ""), today()) < today() - OLDEST:
        wrong["shift"] = Words("At most 31 days back.", "最多补报 31 天以内的日报。")
    if wrong:
        raise Faulty(wrong)
    return Told(
        stage=stage,
        on=_on(request.form),
        shift=_shift(request.form.get("shift", "")),
        good=int(good),
        bad=int(bad),
        percent=percent,
        hours=hours,
        people=people,
        problem=problem,
        help_from=_department(request.form.get("help_from", "")) if problem else None,
        expected_finish_on=_expected(request.form.get("expected_finish_on", "")),
    )


def _number(name: str, most: int, wrong: dict[str, Words]) -> Decimal:
    given = clean(request.form.get(name, ""))
    try:
        found = exact(given, 2) if given else Decimal(0)
    except ValueError as fault:
        wrong[name] = Words(str(fault), str(fault))
        return Decimal(0)
    if not 0 <= found <= most:
        wrong[name] = Words("Between 0 and {most}.", "须在 0 到 {most} 之间。", most=most)
    return found


def _on(given: Any) -> date:
    """The day that is reported; not longer ago than a month."""
    return max(today() - OLDEST, day_of(given.get("on", ""), today()))


def _shift(given: str) -> Shift:
    if given in {str(one) for one in Shift}:
        return Shift(given)
    hour = now().astimezone(COMPANY_ZONE).hour
    return Shift.NIGHT if hour >= NIGHT_FROM or hour < NIGHT_TO else Shift.DAY


def _expected(given: str) -> date | None:
    given = clean(given)
    try:
        found = date.fromisoformat(given) if given else None
    except ValueError:
        raise Faulty({"expected": Words("This is not a date.", "这不是有效的日期。")}) from None
    if found is not None and abs(found - today()) > timedelta(days=1100):
        raise Faulty({"expected": Words("The year is out of range.", "年份超出范围。")})
    return found


def _department(given: str) -> Department | None:
    key = key_of(given)
    return db.session.get(Department, key) if key is not None else None


def _photo(act: Act, made: DailyReport) -> None:
    """The picture of the problem, if one was taken."""
    if made.problem:
        picture(act, made, "photo-problem", fault_at="problem")


# -- showing ---------------------------------------------------------------------------------------------------------


def _line(stage: PlanStage, reports: Sequence[DailyReport]) -> dict[str, Any]:
    told = next((one for one in reports if one.on == today() and one.status not in REPORT_AGAIN), None)
    order = stage.plan.order
    return {
        "url": record_url(DailyReport, told.id) if told else f"/schedule/report/{stage.id}/",
        "name": stage.name,
        "detail": f"{order.no} · {order.customer.name}",
        "post": stage.post.name if stage.post else "",
        "owner": stage.owner.name if stage.owner else "",
        "progress": number_text(stage.progress),
        "tenths": float(stage.progress),
        "until": near_date(stage.planned_end_on) if stage.planned_end_on else "",
        "is_late": stage.planned_end_on is not None and stage.planned_end_on < today(),
        "is_told": told is not None,
        "is_ready": stage.status is StageStatus.READY,
    }


@dataclass(frozen=True)
class Prefilled:
    """What stands in the form before anything is typed: what was sent, else a report given back, else the last one."""

    good: str
    bad: str
    percent: str
    hours: str
    people: frozenset[str]
    problem: str
    expected: str
    help_from: str
    has_problem: str


def _prefilled(stage: PlanStage, before: DailyReport | None, last: DailyReport | None) -> Prefilled:
    form = request.form
    if form:
        said = {name: form.get(name, "") for name in ("good", "bad", "percent", "hours", "problem", "help_from")}
        return Prefilled(
            people=frozenset(form.getlist("people")),
            expected=form.get("expected_finish_on", ""),
            has_problem=form.get("has_problem", ""),
            **said,
        )
    known = before if before is not None and before.people else last
    people = [str(line.employee_id) for line in known.people] if known is not None else []
    people = people or ([str(stage.owner_id)] if stage.owner_id else [])
    expected = (before.expected_finish_on if before else None) or stage.planned_end_on
    return Prefilled(
        good=str(before.qty_good) if before and before.people else "",
        bad=str(before.qty_bad) if before and before.people else "0",
        percent=number_text(before.percent if before else stage.progress, "en").replace(",", ""),
        hours=number_text(before.hours, "en") if before and before.people else str(HOURS_A_DAY * len(people)),
        people=frozenset(people),
        problem=before.problem if before else "",
        expected=max(expected, today()).isoformat() if expected else "",
        help_from=str(before.help_from_id or "") if before else "",
        has_problem="ng" if before and before.problem else "ok",
    )


def _page(stage: PlanStage, wrong: Mapping[str, str], status: int) -> AnyResponse:
    person, at = person_here(), now()
    given = request.form or request.args
    on, shift = _on(given), _shift(given.get("shift", ""))
    before = report_of(db.session, stage, on, shift)
    is_told = before is not None and before.status not in REPORT_AGAIN
    crew = crew_of(db.session, person, stage)
    body = render_template(
        "schedule/report.html",
        stage=stage,
        order=stage.plan.order,
        on=on,
        on_words=near_date(on),
        shift=shift,
        shifts=list(Shift),
        told_url=record_url(DailyReport, before.id) if before is not None and is_told else "",
        told_no=before.no if before is not None else "",
        filled=_prefilled(stage, before, _last(stage)),
        crew=_gated(crew, stage, at),
        departments=_departments(),
        wrong=wrong,
        token=token_again(),
        until=exact_date(stage.planned_end_on) if stage.planned_end_on else "",
        hours_a_day=HOURS_A_DAY,
        left=max(0, (stage.qty or 0) - _good_so_far(stage)) if stage.qty else None,
    )
    return make_response(body, status)


def _last(stage: PlanStage) -> DailyReport | None:
    return db.session.scalar(
        select(DailyReport)
        .where(DailyReport.stage_id == stage.id, DailyReport.status.in_(("submitted", "acknowledged")))
        .order_by(DailyReport.on.desc(), DailyReport.id.desc())
        .limit(1)
    )


def _good_so_far(stage: PlanStage) -> int:
    rows = db.session.scalars(
        select(DailyReport.qty_good).where(
            DailyReport.stage_id == stage.id, DailyReport.status.in_(("submitted", "acknowledged"))
        )
    )
    return sum(rows)


def _gated(crew: Sequence[Employee], stage: PlanStage, at: datetime) -> list[tuple[Employee, Cell | None]]:
    """Each with the gate's answer at the stage's post, where it is not yes."""
    if stage.post is None:
        return [(one, None) for one in crew]
    found = gates(db.session, crew, [stage.post], at)
    cells = {one.id: gate_cell(found[one.id, stage.post.id]) for one in crew}
    return [(one, cells[one.id] if cells[one.id].tone != "met" else None) for one in crew]


def _departments() -> Sequence[Department]:
    kinds = (DepartmentKind.TECHNICAL, DepartmentKind.QUALITY, DepartmentKind.PRODUCTION, DepartmentKind.SALES)
    return db.session.scalars(
        select(Department).where(Department.kind.in_(kinds), Department.voided_at.is_(None)).order_by(Department.code)
    ).all()


def _done(key: int) -> AnyResponse:
    if faults.wants_json():
        return Response(
            json.dumps({"ok": True, "status": 200, "url": "/schedule/report/"}), mimetype="application/json"
        )
    return redirect("/schedule/report/" if key else "/")


def _refused(key: int, refused: RuleBroken, wrong: Mapping[str, Words]) -> AnyResponse:
    """The form as it was filled in, with each sentence at its place; nothing of it is stored."""
    db.session.rollback()
    sentences = {name: say(words) for name, words in wrong.items()}
    told = say(refused.words)
    faults.note_refusal(refused)
    if faults.wants_json():
        places = {f"item-{name}": text for name, text in sentences.items()}
        answer = {"ok": False, "status": refused.status, "message": told, "faults": places}
        return Response(json.dumps(answer, ensure_ascii=False), refused.status, mimetype="application/json")
    return _page(_stage(key), sentences or {"": told}, refused.status)
