"""The regulation on paper for the monthly meeting: how each clause was kept, against the month before (G1)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from admin_views import pdf
from admin_views.regulation.told import Told, told_all
from admin_views.screen import Option
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import exact_instant, number_text, say, t, today
from models.base import COMPANY_ZONE, now
from models.organisation import Employee
from models.regulation import Asked, kept_in
from models.regulation.evidence import COUNTED
from rules.base import Person
from rules.regulation import Duty, Part, Side, compliance

report = Blueprint("report", __name__, url_prefix="/regulation")
MONTHS = 12
Sums = Mapping[str, Mapping[Side, int]]


@report.get("/paper/")
def paper() -> AnyResponse:
    """The board of a month as PDF, within what the reader may see."""
    if not current_user.is_authenticated:
        return unauthorised()
    first = _month(request.args.get("month", ""))
    said = _said(person_here(), first, now())
    return pdf.sent(pdf.pdf("board", said), f"{t('Regulation board', '制度执行月报')}-{first:%Y-%m}")


def months() -> list[Option]:
    """The months that can be printed, this one first."""
    found = [today().replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return [Option(f"{one:%Y-%m}", f"{one:%Y-%m}") for one in found]


def kept_text(told: Sequence[Told], part: Part) -> str:
    """The compliance of a chapter in words; empty where nothing had to be done."""
    found = compliance(one.sums for one in told if one.clause.part is part)
    return "" if found is None else t("{percent} % done in time", "按期完成率 {percent}%", percent=found)


def _month(given: str) -> date:
    """The first day of the month that was asked for, or of this one."""
    known = {one.value for one in months()}
    return date.fromisoformat(f"{given}-01") if given in known else today().replace(day=1)


def _next(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), COMPANY_ZONE)


def _said(person: Person, first: date, at: datetime) -> dict[str, Any]:
    """Every word and number of the paper, in the reader's language."""
    told = told_all(person, Asked.now(at))
    names = [one.clause.evidence for one in told if one.clause.evidence]
    start, end = _midnight(first), min(_midnight(_next(first)), at)
    before_start = _midnight((first - timedelta(days=1)).replace(day=1))
    kept = kept_in(db.session, names, start, end, at)
    before = kept_in(db.session, names, before_start, start, at)
    return {
        "title": t("How the regulation is kept", "制度执行月报"),
        "mark": t("Seal of Gongzheng", "工正印"),
        "name": t("Process, schedule and after-sales", "工艺工期售后管理制度"),
        "period": f"{first:%Y-%m}",
        "stand": t(
            "Done and exceptions: {a} to {b}. Due and overdue: as of {at}. Printed by {who}, as far as he may see.",
            "已完成、例外：{a} 至 {b}；待办、逾期：截至 {at}。打印人 {who}，仅统计其有权查看的记录。",
            a=start.date().isoformat(),
            b=(min(_next(first) - timedelta(days=1), today())).isoformat(),
            at=exact_instant(at),
            who=_printed_by(person),
        ),
        "headings": [
            t("Clause", "条款"),
            t("Owner", "责任部门"),
            *(say(side.words) for side in (Side.DONE, Side.DUE, Side.OVERDUE, Side.EXCEPTION)),
            t("Month before", "上月完成"),
            t("Trend", "趋势"),
            t("[X] not set", "未设定 [X]"),
        ],
        "parts": [_part(part, told, kept, before) for part in Part],
        "summary": [t("Chapter", "章"), t("Done in time", "按期完成率"), t("Clauses overdue", "有逾期的条款")],
        "unset_title": t("Figures and limits that are not set", "尚未设定的参数与时限"),
        "unset": [[one.clause.code, each.label] for one in told for each in one.marks],
        "none": t("Every figure and time limit is set.", "所有参数和时限均已设定。"),
        "text_only": t("text", "条文"),
        "on": [today().year, today().month, today().day],
    }


def _printed_by(person: Person) -> str:
    employee = db.session.get(Employee, person.employee_id) if person.employee_id is not None else None
    return employee.name if employee is not None else t("an administrator", "系统管理员")


def _part(part: Part, told: Sequence[Told], kept: Sums, before: Sums) -> dict[str, Any]:
    """A chapter with its compliance and its clauses."""
    own = [one for one in told if one.clause.part is part]
    sums = [kept.get(one.clause.evidence, {}) for one in own]
    found = compliance(sums)
    late = sum(one.get(Side.OVERDUE, 0) > 0 for one in sums)
    return {
        "name": say(part.words),
        "percent": f"{number_text(found)} %" if found is not None else "–",
        "late": f"{late} / {sum(one.clause.duty is not Duty.TEXT for one in own)}",
        "is_late": late > 0,
        "rows": [_row(one, kept.get(one.clause.evidence, {}), before.get(one.clause.evidence, {})) for one in own],
    }


def _row(one: Told, kept: Mapping[Side, int], before: Mapping[Side, int]) -> dict[str, Any]:
    now_done, was_done = kept.get(Side.DONE, 0), before.get(Side.DONE, 0)
    return {
        "code": one.clause.code,
        "title": one.title,
        "owner": one.owner,
        "is_text": one.clause.duty is Duty.TEXT,
        "numbers": [_number(kept.get(side, 0)) for side in (Side.DONE, Side.DUE, Side.OVERDUE, Side.EXCEPTION)],
        "is_late": kept.get(Side.OVERDUE, 0) > 0,
        "before": _number(was_done),
        "trend": "up" if now_done > was_done else "down" if now_done < was_done else "same",
        "unset": str(len(one.marks)) if one.marks else "",
    }


def _number(count: int) -> str:
    return f"{COUNTED:,}+" if count > COUNTED else f"{count:,}" if count else "–"
