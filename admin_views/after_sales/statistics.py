"""After-sales in figures: kinds, handling times, rates, weak points against the period before (A5.1)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin_views.after_sales.pages import desks
from admin_views.deadlines import span_words
from admin_views.registry import MenuPage, menu_page
from admin_views.screen import Option
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import month_text, number_text, say, t, today
from models.after_sales import statistics as kept
from models.organisation import Employee, ProductModel
from models.regulation import figure
from rules.after_sales import STATISTICS, TicketCategory, TicketCause, TicketChannel
from rules.after_sales.statistics import Figures, GroupBy
from rules.base import Choice, NotYours, Person, Role, Unset, Words, names_of
from rules.pareto import pareto
from rules.regulation import ReportSeverity
from rules.regulation.figures import CLUSTER_COUNT

WIDTH, LABEL, ROW = 420, 130, 30
LONGEST_DAYS = 731
KINDS: dict[GroupBy, type[Choice]] = {
    GroupBy.CATEGORY: TicketCategory,
    GroupBy.CAUSE: TicketCause,
    GroupBy.CHANNEL: TicketChannel,
    GroupBy.SEVERITY: ReportSeverity,
}


def may_look(person: Person) -> bool:
    return person.holds(*STATISTICS.view, Role.ADMIN)


menu_page(MenuPage("after_sales", Words("Statistics", "售后统计"), "/after-sales/statistics/", may_look, "chart-bar"))


@dataclass(frozen=True)
class Bar:
    """A bar with its place, and the tickets that it opens."""

    name: str
    count: int
    share: str
    y: int
    length: int
    url: str


@desks.get("/statistics/")
def statistics() -> AnyResponse | str:
    """A period beside the one before: how many of what, how long it took, how content customers are, what got worse."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = person_here()
    if not may_look(person):
        raise NotYours(Words("These figures are for: {who}.", "售后统计仅限：{who}。", who=names_of(STATISTICS.view)))
    asked, group = _asked()
    now, before = kept.together(db.session, asked), kept.together(db.session, asked.before)
    lines = kept.figures(db.session, asked, group)
    calls, calls_before = kept.visits(db.session, asked), kept.visits(db.session, asked.before)
    return render_template(
        "after_sales/statistics.html",
        first=asked.first,
        last=asked.last,
        before=asked.before,
        groups=[Option(str(one), say(one.words), one is group) for one in GroupBy],
        group_label=say(group.words),
        tiles=_tiles(now, before, calls, calls_before),
        lines=[_line(key, one, asked, group) for key, one in lines.items()],
        months=_months(kept.by_month(db.session, asked)),
        bars=_bars(lines, asked, group),
        width=WIDTH,
        label=LABEL,
        weak=[
            (say(of.words), _name(of, one.key), one.before, one.now, _tickets(asked, of, one.key))
            for of, one in kept.weak(db.session, asked)
        ],
        clusters=_clusters(asked),
    )


def _asked() -> tuple[kept.Asked, GroupBy]:
    args, last = request.args, today()
    otherwise = (last.replace(day=1) - timedelta(days=32)).replace(day=1)
    first, until = _day(args.get("from", "")) or otherwise, _day(args.get("to", "")) or last
    until = max(first, min(until, first + timedelta(days=LONGEST_DAYS)))
    group = next((one for one in GroupBy if str(one) == args.get("group")), GroupBy.CATEGORY)
    return kept.Asked(first, until), group


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given) if re.fullmatch(r"20\d\d-\d\d-\d\d", given) else None
    except ValueError:
        return None


# -- words -----------------------------------------------------------------------------------------------------------


def _name(group: GroupBy, key: str) -> str:
    if not key:
        return t("not said", "未填写")
    kind = KINDS.get(group)
    return say(next(one.words for one in kind if str(one) == key)) if kind is not None else key


def _percent(rate: Decimal | None) -> str:
    return "–" if rate is None else f"{number_text(round(rate, 1))} %"


def _minutes(minutes: int | None) -> str:
    return "–" if minutes is None else span_words(timedelta(minutes=minutes)) or t("0 min", "0 分钟")


def _tiles(now: Figures, before: Figures, calls: kept.Visits, calls_before: kept.Visits) -> list[tuple[str, str, str]]:
    """Each figure with its value then."""

    def then(text: str) -> str:
        return t("before: {value}", "上期：{value}", value=text)

    half, most = _minutes(now.median_minutes), _minutes(now.slowest_minutes)
    return [
        (t("Tickets", "工单数"), str(now.count), then(str(before.count))),
        (t("Handling time, median", "处理时长中位数"), half, then(_minutes(before.median_minutes))),
        (t("Nine of ten within", "九成工单不超过"), most, then(_minutes(before.slowest_minutes))),
        (t("Solved in time", "问题解决及时率"), _percent(now.timely), then(_percent(before.timely))),
        (t("Satisfaction", "客户满意度"), _percent(now.satisfaction), then(_percent(before.satisfaction))),
        (t("Favourable follow-ups", "回访好评率"), _percent(calls.rate), then(_percent(calls_before.rate))),
        (t("Follow-up coverage", "回访覆盖率"), _percent(calls.coverage), then(_percent(calls_before.coverage))),
        (t("Reopened", "重新打开"), str(now.reopened), then(str(before.reopened))),
    ]


def _line(key: str, one: Figures, asked: kept.Asked, group: GroupBy) -> dict[str, str]:
    return {
        "name": _name(group, key),
        "url": _tickets(asked, group, key),
        "count": str(one.count),
        "median": _minutes(one.median_minutes),
        "slowest": _minutes(one.slowest_minutes),
        "timely": _percent(one.timely),
        "satisfaction": _percent(one.satisfaction),
        "reopened": str(one.reopened),
    }


def _tickets(asked: kept.Asked, group: GroupBy, key: str) -> str:
    """The list with the rows behind a figure; nothing for what no filter can say."""
    said: dict[str, Any] = {"flt_received_at_from": asked.first, "flt_received_at_to": asked.last}
    value: Any = key
    if group is GroupBy.MODEL:
        value = db.session.scalar(select(ProductModel.id).where(ProductModel.code == key))
    elif group is GroupBy.AGENT:
        value = db.session.scalar(select(Employee.id).where(Employee.name == key).limit(1))
    return "/admin/ticket/?" + urlencode(said | {f"flt_{group}": value}) if value else ""


def _months(months: Sequence[tuple[date, int]]) -> list[tuple[str, int, int, int]]:
    """Name, count, place and height of each month's bar."""
    most = max((count for _, count in months), default=0) or 1
    step = (WIDTH - 20) // max(1, len(months))
    return [
        (month_text(month), count, 10 + place * step, round(count * 120 / most))
        for place, (month, count) in enumerate(months)
    ]


def _bars(lines: Mapping[str, Figures], asked: kept.Asked, group: GroupBy) -> list[Bar]:
    found = pareto({key: one.count for key, one in lines.items() if key})
    most = max((one.count for one in found), default=1)
    room = WIDTH - LABEL - 90
    return [
        Bar(
            _name(group, one.name),
            one.count,
            f"{number_text(round(one.together, 0))} %",
            place * ROW,
            max(2, one.count * room // most),
            _tickets(asked, group, one.name),
        )
        for place, one in enumerate(found)
    ]


def _clusters(asked: kept.Asked) -> list[tuple[str, str, int, str]]:
    try:
        least = int(figure(db.session, CLUSTER_COUNT, asked.last))
    except Unset:
        return []
    return [
        (one.model, say(one.category.words), one.count, _cluster_url(one, asked))
        for one in kept.clusters(db.session, asked, max(2, least))
    ]


def _cluster_url(one: kept.Cluster, asked: kept.Asked) -> str:
    return f"{_tickets(asked, GroupBy.MODEL, one.model)}&flt_category={one.category}"
