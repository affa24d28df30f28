"""Indicators on screen: every number opens the rows it stands on (K1.1)."""

import re
from typing import Any

from flask import Blueprint, render_template, request
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of
from admin_views.registry import MenuPage, menu_page, record_url
from admin_views.screen import Cell, Heading, Option, Row
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import number_text, t, today
from models.assessment import execution_pass_rates, execution_pass_rows, together
from models.organisation import Department, departments_below
from models.quality import SpotCheck
from rules.assessment import INDICATOR, Period
from rules.base import NotVisible, NotYours, Person, Role, Words, reach


def may_look(person: Person) -> bool:
    """Who is shown the figures of departments."""
    return person.holds(Role.ADMIN, *INDICATOR.view)


menu_page(
    MenuPage(
        "assessment",
        Words("Execution pass rate", "工艺执行合格率"),
        "/indicators/execution_pass_rate/",
        may_look,
        "gauge",
    )
)
indicators = Blueprint("indicators", __name__, url_prefix="/indicators")
MOST_ROWS = 200


@indicators.get("/execution_pass_rate/")
def pass_rate() -> AnyResponse | str:
    """工艺执行合格率 of each department in a month, with those below it; one of them opened down to its items."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = person_here()
    if not may_look(person):
        raise NotYours(
            Words("Department figures are for managers and quality.", "部门指标仅供管理人员和质量部门查看。")
        )
    period, month = _period(request.args.get("month", ""))
    departments = _departments(person)
    rates = execution_pass_rates(db.session, period)
    opened = _opened(request.args.get("department", ""), departments)
    rows = []
    for one in departments:
        rate = together(one.id, rates, departments_below(db.session, one.id))
        rows.append(_row(one, rate, month))
    return render_template(
        "indicator.html",
        title=t("Execution pass rate", "工艺执行合格率"),
        clause="K1.1",
        explanation=t(
            "Items OK ÷ items judged, category process execution; re-checks and voided checks do not count.",
            "工艺执行类项目：合格项 ÷ 已判定项；复检与作废的抽检不计入。",
        ),
        month=month,
        months=_months(month),
        rows=[row for row in rows if row["denominator"] or opened is not None],
        department=opened.name if opened else "",
        **_items(period, opened),
    )


def _period(given: str) -> tuple[Period, str]:
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", given)
    year, month = (int(found[1]), int(found[2])) if found else (today().year, today().month)
    return Period.month(year, month), f"{year}-{month:02d}"


def _months(chosen: str) -> list[Option]:
    year, month = today().year, today().month
    found = []
    for _ in range(12):
        value = f"{year}-{month:02d}"
        found.append(Option(value, value, value == chosen))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    if chosen not in {one.value for one in found}:
        found.append(Option(chosen, chosen, is_chosen=True))
    return found


def _departments(person: Person) -> list[Department]:
    scope = reach(person, INDICATOR.view)
    query = select(Department).where(Department.voided_at.is_(None)).order_by(Department.code)
    return [one for one in db.session.scalars(query) if scope is None or one.id in scope]


def _opened(given: str, departments: list[Department]) -> Department | None:
    if not given:
        return None
    found = next((one for one in departments if str(one.id) == given), None)
    if found is None:
        raise NotVisible
    return found


def _row(department: Department, rate: Any, month: str) -> dict[str, Any]:
    value = rate.value
    return {
        "department": department.name,
        "value_text": f"{number_text(round(value, 1))} %" if value is not None else "–",
        "numerator": rate.numerator,
        "denominator": rate.denominator,
        "bar": int(value) if value is not None else 0,
        "tone": "" if value is None else "met" if value >= 95 else "soon" if value >= 85 else "overdue",
        "url": f"?month={month}&department={department.id}",
    }


def _items(period: Period, department: Department | None) -> dict[str, Any]:
    if department is None:
        return {"items_headings": [], "items_rows": []}
    found = execution_pass_rows(db.session, period, departments_below(db.session, department.id), most=MOST_ROWS)
    names = (
        ("check", "Check", "抽检"),
        ("at", "Checked at", "检查时间"),
        ("question", "What was checked", "检查项目"),
        ("employee", "Checked person", "被检人"),
        ("value", "Reading", "实测值"),
        ("verdict", "Verdict", "判定"),
    )
    headings = [Heading(name, t(en, zh)) for name, en, zh in names]
    rows = [
        Row(
            one.id,
            record_url(SpotCheck, one.check_id),
            [
                Cell(one.check.no, "code"),
                cell_of(one.check.checked_at),
                Cell(one.question),
                Cell(one.employee.label if one.employee else ""),
                cell_of(one.value) if one.value is not None else Cell(one.reading),
                cell_of(one.verdict),
            ],
        )
        for one in found
    ]
    return {"items_headings": headings, "items_rows": rows}
