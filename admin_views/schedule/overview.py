"""The order book seen at once: a board by state, and a month of what was promised, planned and delivered (S1, S2)."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import render_template, request
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import TONES
from admin_views.registry import MenuPage, menu_page, record_url
from admin_views.schedule.opened import pages, stranger
from admin_views.screen import Cell, Option
from admin_views.session import db
from admin_views.signin import person_here
from admin_views.words import exact_date, locale, month_text, near_date, number_text, say, t, today
from models.regulation import company_calendar
from models.schedule import SalesOrder
from models.schedule.book import Planned, board, due_between, plans_of
from rules.base import Person, Words
from rules.schedule import OrderPriority, OrderStatus
from rules.schedule.access import READERS
from rules.training.dates import add_months
from rules.working_time import WorkCalendar

COLUMNS = (
    OrderStatus.DRAFT,
    OrderStatus.CLEARING,
    OrderStatus.CONFIRMED,
    OrderStatus.IN_PRODUCTION,
    OrderStatus.READY,
    OrderStatus.ON_HOLD,
)
CARDS, WEEK, MOST = 30, 7, 400
WEEKDAYS = (
    Words("Mon", "周一"),
    Words("Tue", "周二"),
    Words("Wed", "周三"),
    Words("Thu", "周四"),
    Words("Fri", "周五"),
    Words("Sat", "周六"),
    Words("Sun", "周日"),
)
SOON_DAYS = 5
"""Working days before the promise from which on a card says soon."""


def _sees_orders(person: Person) -> bool:
    return person.holds(*READERS)


menu_page(MenuPage("schedule", Words("Board of orders", "订单看板"), "/schedule/board/", _sees_orders, "table"))
menu_page(
    MenuPage("schedule", Words("Calendar of orders", "交期日历"), "/schedule/calendar/", _sees_orders, "calendar-event")
)


@pages.get("/board/")
def order_board() -> AnyResponse | str:
    """Every order that is not delivered, a column for each state, the first due on top."""
    if (door := stranger()) is not None:
        return door
    person, asked = person_here(), request.args.get("priority", "")
    where: list[ColumnElement[bool]] = [SalesOrder.visible_to(person)]
    if asked in {str(one) for one in OrderPriority}:
        where.append(SalesOrder.priority == OrderPriority(asked))
    if request.args.get("mine"):
        mine = (SalesOrder.sales_id == person.employee_id) | (SalesOrder.project_lead_id == person.employee_id)
        where.append(mine)
    found, counts = board(db.session, where, COLUMNS, CARDS)
    planned = plans_of(db.session, [one for orders in found.values() for one in orders])
    calendar = company_calendar(db.session)
    return render_template(
        "schedule/board.html",
        columns=[
            {
                "name": str(status),
                "label": say(status.words),
                "tone": TONES.get(str(status), ""),
                "count": counts.get(status, 0),
                "cards": [_card(one, planned.get(one.id), calendar) for one in found.get(status, ())],
                "more": counts.get(status, 0) - len(found.get(status, ())),
                "more_url": f"/admin/sales_order/?flt_status={status}",
            }
            for status in COLUMNS
        ],
        total=sum(counts.values()),
        priorities=[Option(str(one), say(one.words), str(one) == asked) for one in OrderPriority],
        is_mine=bool(request.args.get("mine")),
        create_url="/admin/sales_order/new/" if SalesOrder.access.may_create(person) and person.employee_id else "",
    )


def _card(one: SalesOrder, planned: Planned | None, calendar: WorkCalendar) -> dict[str, Any]:
    return {
        "url": record_url(SalesOrder, one.id),
        "plan_url": f"/schedule/plans/{planned.plan_id}/" if planned else "",
        "no": one.no,
        "title": f"{one.customer.name} · {one.model.name} × {one.qty}",
        "who": one.project_lead.name if one.project_lead else "",
        "priority": say(one.priority.words),
        "priority_tone": TONES.get(str(one.priority), ""),
        "made": number_text(round(planned.made, 0)) if planned else "",
        "tenths": float(planned.made) if planned else 0,
        "due": standing(one, planned, calendar),
    }


def standing(order: SalesOrder, planned: Planned | None, calendar: WorkCalendar) -> Cell:
    """How an order stands against its promise, in working days; its plan's end where that is later."""
    promised, on = order.promised_on, today()
    if promised is None:
        wanted = t("wanted {day}", "要求 {day}", day=near_date(order.requested_on)) if order.requested_on else ""
        return Cell(wanted, "state", tone="off")
    exact = t("promised {day}", "承诺 {day}", day=exact_date(promised))
    if order.delivered_on is not None:
        late = calendar.days_between(promised, order.delivered_on)
        if order.delivered_on > promised:
            words = t("delivered {n} working days late", "晚交 {n} 个工作日", n=late)
            return Cell(words, "state", tone="breached", exact=exact)
        return Cell(t("delivered in time", "按期交付"), "state", tone="met", exact=exact)
    if promised < on:
        words = t("{n} working days overdue", "逾期 {n} 个工作日", n=calendar.days_between(promised, on))
        return Cell(words, "state", tone="overdue", exact=exact)
    if planned is not None and planned.end_on is not None and planned.end_on > promised:
        late = calendar.days_between(promised, planned.end_on)
        words = t("planned {n} working days late", "计划晚 {n} 个工作日", n=late)
        return Cell(words, "state", tone="overdue", exact=exact)
    left = calendar.days_between(on, promised)
    return Cell(near_date(promised), "state", tone="soon" if left <= SOON_DAYS else "running", exact=exact)


# -- month -----------------------------------------------------------------------------------------------------------


@pages.get("/calendar/")
def order_calendar() -> AnyResponse | str:
    """A month as weeks; on a phone the days on which something is due."""
    if (door := stranger()) is not None:
        return door
    first = _month()
    start = first - timedelta(days=first.weekday())
    last = add_months(first, 1) - timedelta(days=1)
    days = [start + timedelta(days=n) for n in range(((last - start).days // WEEK + 1) * WEEK)]
    where = [SalesOrder.visible_to(person_here())]
    orders = due_between(db.session, where, days[0], days[-1], MOST)
    entries = _entries(orders, plans_of(db.session, orders), company_calendar(db.session))
    calendar = company_calendar(db.session)
    cells = [_day(one, first, entries.get(one, []), calendar) for one in days]
    return render_template(
        "schedule/calendar.html",
        title=f"{first.year}年{first.month}月" if locale().startswith("zh") else f"{month_text(first)} {first.year}",
        weeks=[cells[n : n + WEEK] for n in range(0, len(cells), WEEK)],
        weekdays=[say(one) for one in WEEKDAYS],
        previous=f"?month={add_months(first, -1):%Y-%m}",
        following=f"?month={add_months(first, 1):%Y-%m}",
        is_empty=not orders,
    )


def _month() -> date:
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", request.args.get("month", ""))
    return date(int(found[1]), int(found[2]), 1) if found else today().replace(day=1)


def _entries(
    orders: Sequence[SalesOrder], planned: Mapping[int, Planned], calendar: WorkCalendar
) -> dict[date, list[dict[str, Any]]]:
    """Day -> what is promised, planned to end, or was delivered on it."""
    found: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for one in orders:
        cell, plan = standing(one, planned.get(one.id), calendar), planned.get(one.id)
        if one.promised_on is not None and (one.delivered_on is None or one.delivered_on > one.promised_on):
            found[one.promised_on].append(_entry(one, _still(one, cell, calendar), t("promised", "承诺"), "promised"))
        if one.delivered_on is not None:
            found[one.delivered_on].append(_entry(one, cell, t("delivered", "交付"), "delivered"))
        elif plan is not None and plan.end_on is not None and plan.end_on != one.promised_on:
            found[plan.end_on].append(_entry(one, _promise(one, cell), t("plan ends", "计划完成"), "planned"))
    return found


def _still(one: SalesOrder, cell: Cell, calendar: WorkCalendar) -> Cell:
    """On the promised day itself: how long it is until then."""
    if one.promised_on is None or cell.tone not in {"running", "soon"}:
        return cell
    left = calendar.days_between(today(), one.promised_on)
    words = t("{n} working days left", "还有 {n} 个工作日", n=left) if left else t("due now", "即将到期")
    return replace(cell, text=words)


def _promise(one: SalesOrder, cell: Cell) -> Cell:
    """On the day on which the plan ends: what was promised."""
    if one.promised_on is None or cell.tone not in {"running", "soon"}:
        return cell
    return replace(cell, text=t("promised {day}", "承诺 {day}", day=near_date(one.promised_on)))


def _entry(one: SalesOrder, cell: Cell, what: str, kind: str) -> dict[str, Any]:
    return {
        "url": record_url(SalesOrder, one.id),
        "what": what,
        "kind": kind,
        "who": one.customer.name,
        "detail": f"{one.no} · {one.model.name} × {one.qty}",
        "state": cell.text,
        "exact": cell.exact,
        "tone": cell.tone,
    }


def _day(on: date, first: date, entries: list[dict[str, Any]], calendar: WorkCalendar) -> dict[str, Any]:
    return {
        "number": on.day,
        "label": exact_date(on),
        "is_outside": on.month != first.month,
        "is_off": not calendar.days_between(on - timedelta(days=1), on),
        "is_today": on == today(),
        "entries": entries,
    }
