"""Delivery in time, number and length of delays, opening to their rows (K1.2)."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of
from admin_views.registry import MenuPage, menu_page, record_url
from admin_views.screen import Cell, Heading, Option, Row
from admin_views.session import db
from admin_views.signin import person_here
from admin_views.training.opened import day_of, stranger
from admin_views.words import say, t, today
from models.schedule import DelayRecord, SalesOrder
from models.schedule.statistics import OnTime, counted, days_of, kept, lateness, on_time
from rules.base import NotYours, Person, Role, Words
from rules.schedule import GroupBy

figures = Blueprint("schedule_figures", __name__, url_prefix="/schedule")
MOST = 200


def may_look(person: Person) -> bool:
    """Who sees orders by role."""
    return any(role in SalesOrder.access.view for role in person.roles) or person.holds(Role.ADMIN, Role.PROJECT_LEAD)


NAME = Words("Delays and delivery", "交付与延误统计")
menu_page(MenuPage("schedule", NAME, "/schedule/statistics/", may_look, "chart-line"))


@figures.get("/statistics/")
def statistics() -> AnyResponse | str:
    """Figures of the last half year, or of other days; a group opens its delays."""
    if (door := stranger()) is not None:
        return door
    person, on = person_here(), today()
    if not may_look(person):
        raise NotYours(Words("These figures are for those who see orders.", "此统计仅供可查看订单的人员使用。"))
    first = day_of(request.args.get("from", ""), (on - timedelta(days=183)).replace(day=1))
    last = day_of(request.args.get("to", ""), on)
    by = next((one for one in GroupBy if str(one) == request.args.get("by")), GroupBy.NATURE)
    rows = counted(db.session, person, first, last)
    days = days_of(rows, on)
    opened = request.args.get("open", "")
    groups = [_group(one, by, first, last, opened) for one in lateness(rows, by, days)]
    chosen = next((one for one in groups if one["is_open"]), None)
    months = on_time(db.session, person, first, last, on)
    due = next((one for one in months if f"{one.month:%Y-%m}" == request.args.get("month")), None)
    shown = [one for one in rows if chosen is None or one.id in chosen["ids"]]
    return render_template(
        "schedule/statistics.html",
        first=first,
        last=last,
        groups=groups,
        by=by,
        options=[Option(str(one), say(one.words), one is by) for one in GroupBy],
        months=[_month(one, by, first, last) for one in months],
        due_headings=_due_headings(),
        due_rows=[_due_row(one, on) for one in due.rows[:MOST]] if due is not None else [],
        due_month=f"{due.month:%Y-%m}" if due is not None else "",
        count=len(rows),
        days=sum(days.values()),
        longest=max((one["days"] for one in groups), default=0),
        headings=_headings(),
        rows=[_row(one, days[one.id]) for one in shown[:MOST]],
        opened=chosen["name"] if chosen else "",
    )


def _group(one: Any, by: GroupBy, first: date, last: date, opened: str) -> dict[str, Any]:
    name = cell_of(one.name).text or t("none", "未填写")
    key = str(one.name or "-")
    return {
        "name": name,
        "count": one.count,
        "days": one.days,
        "url": f"?{urlencode({'by': by, 'from': first, 'to': last, 'open': key})}",
        "ids": set(one.ids),
        "is_open": key == opened,
    }


def _month(one: OnTime, by: GroupBy, first: date, last: date) -> dict[str, Any]:
    name = f"{one.month:%Y-%m}"
    return {
        "name": name,
        "in_time": one.in_time,
        "due": one.due,
        "percent": round(100 * one.in_time / one.due),
        "url": f"?{urlencode({'by': by, 'from': first, 'to': last, 'month': name})}",
        "is_open": name == request.args.get("month"),
    }


def _due_headings() -> list[Heading]:
    return [
        Heading("no", t("Order", "订单")),
        Heading("customer", t("Customer", "客户")),
        Heading("status", t("State", "状态")),
        Heading("due", t("Date that counts", "考核交期")),
        Heading("delivered", t("Delivered", "实际交付")),
        Heading("kept", t("In time", "按时")),
    ]


def _due_row(one: SalesOrder, on: date) -> Row:
    return Row(
        one.id,
        record_url(SalesOrder, one.id),
        [
            Cell(one.no),
            Cell(one.customer.name),
            cell_of(one.status),
            cell_of(one.kpi_due_on),
            cell_of(one.delivered_on),
            cell_of(kept(one, on)),
        ],
    )


def _headings() -> list[Heading]:
    return [
        Heading("no", t("Delay", "延误")),
        Heading("order", t("Order", "订单")),
        Heading("stage", t("Stage", "阶段")),
        Heading("status", t("State", "状态")),
        Heading("nature", t("Nature", "性质")),
        Heading("planned", t("Planned end", "计划完成")),
        Heading("actual", t("Actual end", "实际完成")),
        Heading("days", t("Working days", "延误工作日"), "number"),
    ]


def _row(one: DelayRecord, days: int) -> Row:
    return Row(
        one.id,
        record_url(DelayRecord, one.id),
        [
            Cell(one.no),
            Cell(one.order.no),
            Cell(one.stage.name if one.stage else ""),
            cell_of(one.status),
            cell_of(one.nature),
            cell_of(one.planned_end_on),
            cell_of(one.actual_end_on),
            Cell(str(days), "number"),
        ],
    )
