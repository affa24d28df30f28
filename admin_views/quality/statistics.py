"""Figures of checks on screen: rates that open their rows, a trend, a Pareto, the patrols of the week (P3.1, P3.4)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of
from admin_views.quality import charts
from admin_views.quality.templates import limits_text
from admin_views.registry import MenuPage, menu_page, record_url
from admin_views.screen import Cell, Heading, Option, Row
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import number_text, say, t, today
from models.quality import SpotCheck, SpotCheckItem
from models.quality.statistics import Asked, by_month, patrols_of_week, rows_of, tallies, worst_items
from models.regulation import figure
from rules import quality
from rules.base import NotVisible, NotYours, Person, Role, Unset, Words, key_of
from rules.quality import COUNTED, FIRST_CHECKS, STATISTICS, Category, GroupBy, Tally
from rules.regulation.figures import PATROLS_PER_WEEK

figures = Blueprint("check_figures", __name__, url_prefix="/quality")


def may_look(person: Person) -> bool:
    """Who has figures to look at: by role, and a team leader those of his teams."""
    return any(role in STATISTICS.view for role in person.roles) or person.holds(Role.ADMIN, Role.TEAM_LEADER)


menu_page(MenuPage("quality", Words("Check statistics", "检查统计"), "/quality/statistics/", may_look, "chart-line"))
menu_page(MenuPage("quality", Words("Patrols of the week", "每周巡检"), "/quality/patrols/", may_look, "route"))
GROUPS = tuple(one for one in GroupBy if one is not GroupBy.MONTH)
MONTHS = 6


@figures.get("/statistics/")
def statistics() -> AnyResponse | str:
    """First checks only: how much of what was judged passed, of whom, where, by what, and what fails most."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = person_here()
    _refuse(person)
    asked, group = _asked()
    found = tallies(db.session, person, replace(asked, group=None, key=None), group)
    opened = next((name for key, name, _ in found if key == asked.key), "")
    if asked.key is not None and not opened:
        raise NotVisible
    question, only_ng = request.args.get("question", "")[:300], request.args.get("ng") == "1"
    show_rows = bool(opened or question or only_ng or request.args.get("rows"))
    trend = by_month(db.session, person, asked)
    return render_template(
        "quality/statistics.html",
        form=_choices(asked, group),
        groups=[_line(key, name, one, asked, group) for key, name, one in found],
        total=_text(quality.together(one for _, _, one in found).rate),
        group_label=say(group.words),
        opened=opened or question,
        trend=charts.trend([(f"{month:%Y-%m}", one, _month_url(month, asked, group)) for month, one in trend]),
        pareto=charts.pareto(
            [
                (one, _url(asked, group, question=one.name, ng=1, key=asked.key))
                for one in worst_items(db.session, person, asked)
            ]
        ),
        headings=_headings() if show_rows else [],
        rows=[_row(one) for one in rows_of(db.session, person, asked, question=question, only_ng=only_ng)]
        if show_rows
        else [],
    )


@figures.get("/patrols/")
def patrols() -> AnyResponse | str:
    """Which team leader made how many of the patrols that the company wants a week, and how many are missing (P3.1)."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = person_here()
    _refuse(person)
    on = _day(request.args.get("week", "")) or today()
    monday, sunday = quality.week_of(on)
    is_leader_only = not any(role in STATISTICS.view for role in person.roles) and Role.ADMIN not in person.roles
    found = patrols_of_week(db.session, on, person.teams if is_leader_only else None)
    wanted = _wanted(on)
    return render_template(
        "quality/patrols.html",
        lines=[
            {
                "leader": one.leader.label,
                "team": one.team.name,
                "department": one.team.department.name,
                "done": one.done,
                "missing": quality.missing(one.done, wanted) if wanted is not None else None,
                "url": f"/admin/spot_check/?flt_kind=leader_patrol&flt_inspector={one.leader.id}"
                f"&flt_checked_at_from={monday}&flt_checked_at_to={sunday}",
            }
            for one in found
        ],
        wanted=wanted,
        monday=monday,
        sunday=sunday,
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7) if sunday < today() else None,
    )


def _refuse(person: Person) -> None:
    if not may_look(person):
        raise NotYours(
            Words(
                "These figures are for quality, production, technical and management.",
                "检查统计仅供质量、生产、技术和管理人员查看。",
            )
        )


def _wanted(on: date) -> Decimal | None:
    try:
        return figure(db.session, PATROLS_PER_WEEK, on)
    except Unset:
        return None


# -- what is asked for -----------------------------------------------------------------------------------------------


def _asked() -> tuple[Asked, GroupBy]:
    args = request.args
    last = today()
    first = (last.replace(day=1) - timedelta(days=31 * (MONTHS - 1))).replace(day=1)
    from_on, to_on = _day(args.get("from", "")) or first, _day(args.get("to", "")) or last
    group = next((one for one in GROUPS if str(one) == args.get("group")), GroupBy.DEPARTMENT)
    kind = next((one for one in FIRST_CHECKS if str(one) == args.get("kind")), None)
    given = args.get("category", "process_execution")
    category = next((one for one in Category if str(one) == given), None)
    key = args.get("key", "")
    return (
        Asked(
            from_on,
            max(from_on, min(to_on, from_on + timedelta(days=366 * 2))),
            (kind,) if kind else COUNTED,
            category,
            group,
            key_of(key),
        ),
        group,
    )


def _day(given: str) -> date | None:
    if not re.fullmatch(r"20\d\d-\d\d-\d\d", given):
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


@dataclass(frozen=True)
class _Form:
    """The choices of the page as they stand."""

    from_on: date
    to_on: date
    groups: Sequence[Option]
    kinds: Sequence[Option]
    categories: Sequence[Option]


def _choices(asked: Asked, group: GroupBy) -> _Form:
    kind = asked.kinds[0] if len(asked.kinds) == 1 else None
    return _Form(
        asked.from_on,
        asked.to_on,
        [Option(str(one), say(one.words), one is group) for one in GROUPS],
        [
            Option("", t("What indicators count", "计入指标的检查"), kind is None),
            *(Option(str(one), say(one.words), one is kind) for one in FIRST_CHECKS),
        ],
        [
            *(Option(str(one), say(one.words), one is asked.category) for one in Category),
            Option("all", t("All categories", "全部类别"), asked.category is None),
        ],
    )


def _url(asked: Asked, group: GroupBy, **more: Any) -> str:
    said = {
        "from": asked.from_on,
        "to": asked.to_on,
        "group": group,
        "kind": asked.kinds[0] if len(asked.kinds) == 1 else "",
        "category": asked.category or "all",
        **more,
    }
    return "?" + urlencode({name: value for name, value in said.items() if value not in {"", None}}) + "#rows"


def _month_url(month: date, asked: Asked, group: GroupBy) -> str:
    last = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return _url(replace(asked, from_on=month, to_on=last), group, key=asked.key, rows=1)


# -- what is shown ---------------------------------------------------------------------------------------------------


def _text(rate: Decimal | None) -> str:
    return "–" if rate is None else f"{number_text(round(rate, 1))} %"


def _line(key: int, name: str, one: Tally, asked: Asked, group: GroupBy) -> dict[str, Any]:
    rate = one.rate or Decimal(0)
    return {
        "name": name,
        "rate": _text(one.rate),
        "score": number_text(round(one.score, 1)) if one.score is not None else "–",
        "passed": one.passed,
        "judged": one.judged,
        "bar": int(rate),
        "tone": "met" if rate >= 95 else "soon" if rate >= 85 else "overdue",
        "url": _url(asked, group, key=key),
        "is_open": key == asked.key,
    }


def _headings() -> list[Heading]:
    return [
        Heading("check", t("Check", "检查")),
        Heading("at", t("Checked at", "检查时间")),
        Heading("kind", t("Kind", "类型")),
        Heading("post", t("Post", "岗位")),
        Heading("question", t("What was checked", "检查项目")),
        Heading("limits", t("Standard", "标准")),
        Heading("value", t("Reading", "实测值")),
        Heading("employee", t("Checked person", "被检人")),
        Heading("verdict", t("Verdict", "判定")),
    ]


def _row(one: SpotCheckItem) -> Row:
    return Row(
        one.id,
        record_url(SpotCheck, one.check_id),
        [
            Cell(one.check.no, "code"),
            cell_of(one.check.checked_at),
            cell_of(one.check.kind),
            Cell(one.check.post.name),
            Cell(one.question),
            Cell(limits_text(one)),
            cell_of(one.value) if one.value is not None else Cell(one.reading),
            Cell(one.employee.label if one.employee else ""),
            cell_of(one.verdict),
        ],
    )
