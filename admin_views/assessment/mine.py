"""Figures of the month so far, my own and those of a team: every number opens its rows, a page at a time (K1, K2.1)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin_views.assessment.rows import headings, rows_of
from admin_views.registry import MenuPage, desk_card, menu_page
from admin_views.screen import DeskCard, DeskLine, Option, Panel
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import number_text, say, t, today
from models.assessment import KpiDefinition, definitions
from models.assessment.glancing import Glance, Whose, glances, of_employee, of_people, of_team, rows_behind
from models.base import COMPANY_ZONE, now
from models.indicators import Span
from models.organisation import Team
from rules.assessment import INDICATOR, Period
from rules.base import NotVisible, NotYours, Person, Role, Words, reach

mine = Blueprint("mine", __name__, url_prefix="/indicators")
ROWS = 50
"""Rows behind a number on one page."""


def _is_somebody(person: Person) -> bool:
    return person.employee_id is not None


def _has_teams(person: Person) -> bool:
    return bool(person.teams) or person.holds(Role.ADMIN, *INDICATOR.view)


menu_page(MenuPage("assessment", Words("My figures", "我的指标"), "/indicators/me/", _is_somebody, "gauge"))
menu_page(MenuPage("assessment", Words("Team figures", "班组指标"), "/indicators/team/", _has_teams, "users-group"))


@dataclass(frozen=True)
class Shown:
    """One number, with what it stands on where it was opened."""

    code: str
    clause: str
    name: str
    missing: str = ""
    value: str = ""
    has_data: bool = False
    counted: str = ""
    rows: str = ""
    url: str = ""
    panel: Panel | None = None
    earlier: str = ""
    later: str = ""


@mine.get("/me/")
def my_figures() -> AnyResponse | str:
    """The month until now, as it would count today; nobody else's."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = person_here()
    if person.employee_id is None:
        raise NotYours(Words("This account belongs to no employee.", "此账号未关联员工。"))
    span = month_of(today().replace(day=1))
    figures = _figures(definitions(db.session), span, of_employee(person.employee_id), person, {})
    return render_template(
        "assessment/mine.html",
        title=t("My figures this month so far", "我的本月指标"),
        lead=t(
            "Since {first}, as it would count today. What counts for you in the end stands on your assessment sheet.",
            "自 {first} 起，按当前数据计算；最终结果以考核表为准。",
            first=span.from_on.isoformat(),
        ),
        figures=figures,
    )


@mine.get("/team/")
def team_figures() -> AnyResponse | str:
    """A month of one team: the rows of whoever belonged to it on their day. A team has figures, and no sheet."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = person_here()
    if not _has_teams(person):
        raise NotYours(Words("Team figures are for team leaders and managers.", "班组指标仅供班组长和管理人员查看。"))
    teams, first = _teams(person), _first(request.args.get("month", ""))
    team = _chosen(teams, request.args.get("team", ""))
    span, kept = month_of(first), {"month": f"{first:%Y-%m}", "team": str(team.id) if team else ""}
    figures = _figures(of_people(db.session), span, of_team(db.session, team.id, span), person, kept) if team else []
    return render_template(
        "assessment/mine.html",
        title=t("Team figures", "班组指标"),
        lead=t(
            "Rows of whoever belonged to the team on their day. A team has figures, and no assessment sheet.",
            "按记录当日所属班组统计。班组只列指标，不设考核表。",
        ),
        figures=figures,
        teams=[Option(str(one.id), f"{one.name} · {one.department.name}", one is team) for one in teams],
        months=_months(first),
    )


def _teams(person: Person) -> list[Team]:
    """Those that he leads, and those of the departments whose figures he may see."""
    scope = reach(person, INDICATOR.view)
    query = select(Team).where(Team.voided_at.is_(None)).order_by(Team.code)
    return [
        one
        for one in db.session.scalars(query)
        if scope is None or one.department_id in scope or one.id in person.teams
    ]


def _chosen(teams: list[Team], given: str) -> Team | None:
    if not given:
        return teams[0] if teams else None
    found = next((one for one in teams if str(one.id) == given), None)
    if found is None:
        raise NotVisible
    return found


def _first(given: str) -> date:
    """The first day of the month that was asked for; this one otherwise."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", given)
    return date(int(found[1]), int(found[2]), 1) if found else today().replace(day=1)


def _months(chosen: date) -> list[Option]:
    """A year back."""
    found, first = [], today().replace(day=1)
    for _ in range(12):
        found.append(Option(f"{first:%Y-%m}", f"{first:%Y-%m}", first == chosen))
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def month_of(first: date) -> Span:
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    start, end = Period(first, last).instants(COMPANY_ZONE)
    return Span(first, last, start, end, now())


def _figures(kpis: list[KpiDefinition], span: Span, whose: Whose, person: Person, kept: dict[str, str]) -> list[Shown]:
    """Every number; of the one that was opened a page of its rows."""
    opened, page = request.args.get("open", ""), request.args.get("page", "")
    nth = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1
    return [
        _shown(one, span, whose, person, kept, max(nth, 1) if one.kpi.code == opened else 0)
        for one in glances(db.session, kpis, span, whose)
    ]


def _shown(one: Glance, span: Span, whose: Whose, person: Person, kept: dict[str, str], page: int) -> Shown:
    name, kpi = say(one.kpi.label_words), one.kpi
    if one.missing is not None:
        return Shown(kpi.code, kpi.clause, name, missing=say(one.missing))
    value = one.measured.value
    return Shown(
        kpi.code,
        kpi.clause,
        name,
        value=f"{_text(value)}{' %' if one.is_rate and value is not None else ''}",
        has_data=value is not None,
        counted=_counted(one),
        rows=_rows_text(one) if one.rows else "",
        url=_url(kpi, kept),
        panel=_panel(one, span, whose, person, page) if page else None,
        earlier=_url(kpi, kept, page - 1) if page > 1 else "",
        later=_url(kpi, kept, page + 1) if page and page * ROWS < one.rows else "",
    )


def _panel(one: Glance, span: Span, whose: Whose, person: Person, page: int) -> Panel:
    found = rows_behind(db.session, one.kpi, span, whose, first=(page - 1) * ROWS, most=ROWS)
    return Panel(_rows_text(one), headings(), rows_of(found, person))


def _rows_text(one: Glance) -> str:
    """How many rows there are, and how many of them do not count, so that they come to the number above."""
    if not one.left_out:
        return t("{n} rows", "{n} 条明细", n=one.rows)
    return t("{n} rows, {out} of them do not count", "{n} 条明细，其中 {out} 条不计入", n=one.rows, out=one.left_out)


def _url(kpi: KpiDefinition, kept: dict[str, str], page: int = 1) -> str:
    return f"?{urlencode({**kept, 'open': kpi.code, **({'page': page} if page > 1 else {})})}#{kpi.code}"


def _text(value: Decimal | None) -> str:
    return t("no data", "无数据") if value is None else number_text(round(value, 2))


def _counted(one: Glance) -> str:
    """So many of so many; behind a mean stand its rows, no fraction."""
    top, bottom = one.measured.numerator, one.measured.denominator
    if top is None or not bottom or one.is_mean:
        return ""
    return f"{number_text(round(top, 2))} / {number_text(bottom)}"


@desk_card
def my_figures_card(person: Person) -> DeskCard | None:
    """The way to one's own figures, on the desk of everybody."""
    if person.employee_id is None:
        return None
    title = t("My figures this month so far", "我的本月指标")
    line = DeskLine(title, "/indicators/me/", t("Every number opens its rows.", "每个数字均可查看明细。"))
    return DeskCard(title, [line], "", 0, "gauge", t("My figures", "我的指标"), "/indicators/me/", "news")
