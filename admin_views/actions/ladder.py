"""The ladder on screen: its levels for the administrator, and what is overdue for those who answer for it (P3.2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from flask import Blueprint, render_template, request
from flask_login import current_user
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from admin_views.base import RegulationView
from admin_views.columns import cell_of, due_cell
from admin_views.registry import MenuPage, menu_page, record_url
from admin_views.regulation.clocks import FLIGHTS, level_state
from admin_views.screen import Cell, Option, Row
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import exact_instant, near_instant, say, t
from models.actions import ActionItem, ActionRung, ladder, levels_climbed, refuse_disorder
from models.base import Act, now
from models.organisation import Department
from models.regulation import company_calendar
from rules.actions import OPENERS, OWED, Rung, due_of
from rules.base import NotYours, Person, Role, RuleBroken, Words, key_of, relation_words
from rules.regulation import Target
from rules.working_time import WorkCalendar

overdue = Blueprint("overdue_actions", __name__, url_prefix="/actions/overdue")
MOST_ROWS = 200
WHO = OPENERS | {Role.TEAM_LEADER, Role.QUALITY_INSPECTOR, Role.ADMIN}

menu_page(
    MenuPage(
        "actions",
        Words("Overdue ladder", "逾期升级"),
        "/actions/overdue/",
        lambda person: person.holds(*WHO),
        "alert-triangle",
    )
)


class ActionRungView(RegulationView):
    labels: ClassVar = {
        "level": Words("Level", "级别"),
        "after_hours": Words("Working hours after due (− before)", "到期后工时（负为提前）"),
        "tells": Words("Who is told", "通知对象"),
        "also_tells": Words("Told as well", "同时通知"),
    }
    list_columns = ("name", "level", "after_hours", "tells", "also_tells")
    form_columns = ("name", "level", "after_hours", "tells", "also_tells")
    icon = "arrow-up"

    def before_save(self, record: ActionRung, act: Act) -> None:
        refuse_disorder(db.session, record)


@overdue.get("/")
def overdue_actions() -> AnyResponse | str:
    """What should have been put right by now: since when, how far up it was told, and what comes next."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = person_here()
    if not person.holds(*WHO):
        raise NotYours(Words("This page is for those who answer for others.", "此页供管理人员查看。"))
    at, chosen = now(), request.args.get("department", "")
    late = [*_late(person, at), *_in_department(chosen)]
    found = db.session.scalars(
        select(ActionItem)
        .options(joinedload(ActionItem.responsible), joinedload(ActionItem.department))
        .where(*late)
        .order_by(ActionItem.due_at, ActionItem.id)
        .limit(MOST_ROWS)
    ).all()
    rungs, calendar = ladder(db.session), _calendar()
    climbed = levels_climbed(db.session, found)
    return render_template(
        "actions_overdue.html",
        title=t("Overdue ladder", "逾期升级"),
        clause="P3.2",
        rows=[_row(one, at, rungs, climbed.get(one.id), calendar) for one in found],
        count=db.session.scalar(select(func.count()).select_from(ActionItem).where(*late)) or 0,
        most=MOST_ROWS,
        rungs=[_said(one) for one in rungs],
        departments=_departments(person, at, chosen),
        ladder_url="/admin/action_rung/",
    )


def levels_of(action: ActionItem) -> list[Row]:
    """The ladder of one measure, as its deadline's page shows it."""
    calendar, climbed = _calendar(), levels_climbed(db.session, [action]).get(action.id, -1)
    if calendar is None:
        return []
    is_open = action.status in OWED
    found = [(due_of(calendar, one, action.due_at), one) for one in ladder(db.session)]
    return [
        Row(
            one.level,
            "",
            [
                Cell(near_instant(when), exact=exact_instant(when)),
                Cell(_who(one)),
                level_state(when, is_told=one.level <= climbed, is_open=is_open),
            ],
        )
        for when, one in found
        if when >= action.created_at
    ]


FLIGHTS.update({Target.RECTIFICATION: levels_of, Target.RECHECK: levels_of})


def _late(person: Person, at: datetime) -> list[ColumnElement[bool]]:
    return [ActionItem.visible_to(person), ActionItem.due_at < at, ActionItem.status.in_(OWED)]


def _in_department(chosen: str) -> list[ColumnElement[bool]]:
    key = key_of(chosen)
    return [ActionItem.department_id == key] if key is not None else []


def _departments(person: Person, at: datetime, chosen: str) -> list[Option]:
    rows = db.session.execute(
        select(Department.id, Department.name, func.count())
        .join(ActionItem, ActionItem.department_id == Department.id)
        .where(*_late(person, at))
        .group_by(Department.id, Department.name)
        .order_by(func.count().desc(), Department.id)
    )
    return [Option(str(key), f"{name} ({n})", str(key) == chosen) for key, name, n in rows]


def _calendar() -> WorkCalendar | None:
    try:
        return company_calendar(db.session)
    except RuleBroken:
        return None


def _row(
    one: ActionItem, at: datetime, rungs: Sequence[Rung], climbed: int | None, calendar: WorkCalendar | None
) -> dict[str, Any]:
    present = next((rung for rung in rungs if rung.level == climbed), None)
    following = next((rung for rung in rungs if climbed is None or rung.level > climbed), None)
    return {
        "url": record_url(ActionItem, one.id),
        "no": one.no,
        "title": one.description,
        "severity": cell_of(one.severity),
        "status": cell_of(one.status),
        "who": one.responsible.name,
        "department": one.department.name,
        "due": due_cell(one.due_at, at),
        "late": _late_by(one, at, calendar),
        "level": _level(present) if present is not None else t("nobody yet", "尚未通知"),
        "next": _next(following, one, calendar),
    }


def _late_by(one: ActionItem, at: datetime, calendar: WorkCalendar | None) -> str:
    """Days of eight hours and what is left of them."""
    if calendar is None:
        return ""
    minutes = int(calendar.between(one.due_at, at).total_seconds() // 60)
    days, hours = divmod(minutes // 60, 8)
    if days:
        return t("{d} d {h} h", "{d} 天 {h} 小时", d=days, h=hours)
    return t("{h} h {m} min", "{h} 小时 {m} 分", h=hours, m=minutes % 60)


def _level(rung: Rung) -> str:
    return t("level {n}: {who}", "第 {n} 级：{who}", n=rung.level, who=_who(rung))


def _next(rung: Rung | None, one: ActionItem, calendar: WorkCalendar | None) -> str:
    if rung is None or calendar is None:
        return t("top of the ladder", "已到最高级")
    due = cell_of(due_of(calendar, rung, one.due_at)).text
    return t("next: level {n}, {at}", "下一级：第 {n} 级，{at}", n=rung.level, at=due)


def _who(rung: Rung) -> str:
    return t(", ", "、").join(say(one.words if isinstance(one, Role) else relation_words(one)) for one in rung.tells)


def _said(rung: Rung) -> dict[str, str]:
    """A level in words, as a legend above the list."""
    hours = f"{abs(rung.after.total_seconds()) / 3600:g}"
    if not rung.after:
        when = t("when it falls due", "到期时")
    elif rung.after.total_seconds() < 0:
        when = t("{h} working hours before", "到期前 {h} 个工作小时", h=hours)
    else:
        when = t("{h} working hours after", "到期后 {h} 个工作小时", h=hours)
    return {"level": str(rung.level), "when": when, "who": _who(rung)}
