"""Daily reports that did not come by the cut-off (S2.1)."""

from typing import Any

from flask import render_template
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import TONES, due_cell
from admin_views.registry import MenuPage, menu_page, record_url
from admin_views.schedule.opened import pages, stranger
from admin_views.screen import Cell
from admin_views.session import db
from admin_views.signin import person_here
from admin_views.words import exact_date, say, today
from models.base import now
from models.schedule import DailyReport
from models.schedule.reporting import owed
from models.schedule.reports import cut_off
from rules.base import NotYours, Person, Role, Unset, Words

MOST_MISSING = 100


def _looks_after(person: Person) -> bool:
    return person.holds(Role.PRODUCTION_PLANNER, Role.PRODUCTION_MANAGER)


menu_page(
    MenuPage("schedule", Words("Missing reports", "未上报日报"), "/schedule/missing/", _looks_after, "alert-triangle")
)


@pages.get("/missing/")
def missing() -> AnyResponse | str:
    """Reports that did not come by the cut-off, for planner and manager."""
    if (door := stranger()) is not None:
        return door
    person = person_here()
    if not _looks_after(person):
        raise NotYours(Words("This page is for planners and production managers.", "此页面仅限计划员和生产经理。"))
    found, count = owed(db.session, [DailyReport.visible_to(person)], MOST_MISSING)
    return render_template(
        "schedule/missing.html", rows=[owing_line(one) for one in found], count=count, cut_off=cut_off_cell()
    )


def cut_off_cell() -> Cell | None:
    """By when today's reports are in; nothing where the company has not set it."""
    at = now()
    try:
        return due_cell(cut_off(db.session, today(), at), at)
    except Unset:
        return None


def owing_line(one: DailyReport) -> dict[str, Any]:
    """A report that is owed, as both pages list it."""
    return {
        "url": record_url(DailyReport, one.id),
        "form_url": f"/schedule/report/{one.stage_id}/?on={one.on.isoformat()}&shift={one.shift}",
        "on": exact_date(one.on),
        "shift": say(one.shift.words),
        "stage": f"{one.stage.seq} {one.stage.name}",
        "order": one.stage.plan.order.no,
        "reporter": one.reporter.name if one.reporter else "",
        "department": one.department.name,
        "state": say(one.status.words),
        "tone": TONES.get(str(one.status), "overdue"),
    }
