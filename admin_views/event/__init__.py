"""Events, approvals, receipts, and how the product itself runs (C1.2, C1.3)."""

from typing import Any

from admin_views.base import RegulationView
from admin_views.event.approvals import approvals
from admin_views.event.browser import events
from admin_views.event.operations import operations
from admin_views.event.receipts import receipts
from admin_views.registry import MenuPage, menu_page
from rules.base import Role, Words

menu_page(
    MenuPage(
        "event",
        Words("Waiting for my approval", "待我审批"),
        "/approvals/",
        lambda person: person.employee_id is not None,
        "checklist",
    )
)
menu_page(
    MenuPage("event", Words("Events", "操作记录"), "/admin/event/", lambda person: person.holds(Role.ADMIN), "history")
)
menu_page(
    MenuPage(
        "event",
        Words("System status", "系统运行"),
        "/operations/",
        lambda person: person.holds(Role.ADMIN),
        "device-desktop",
    )
)
VIEWS: list[tuple[type[Any], type[RegulationView]]] = []
"""Events are a log and no records: they have a browser of their own."""
PAGES = (events, approvals, receipts, operations)
