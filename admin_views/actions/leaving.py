"""What a person still has to put right, on his page: also what must be handed over when he goes (P2.4, P3.2)."""

from sqlalchemy import select

from admin_views.columns import cell_of, due_cell
from admin_views.registry import panel, record_url
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import t
from models.actions import ActionItem
from models.base import now
from models.organisation import Employee
from rules.actions import UNFINISHED
from rules.base import Person

MOST = 20


@panel(Employee)
def open_actions(employee: Employee, person: Person) -> Panel | None:
    """Of the actions that the reader may see."""
    found = db.session.scalars(
        select(ActionItem)
        .where(
            ActionItem.responsible_id == employee.id,
            ActionItem.status.in_(UNFINISHED),
            ActionItem.visible_to(person),
        )
        .order_by(ActionItem.due_at)
        .limit(MOST)
    ).all()
    if not found:
        return None
    at = now()
    return Panel(
        t("Open actions", "未完成的整改"),
        [
            Heading("no", t("Number", "编号")),
            Heading("description", t("What is wrong", "问题描述")),
            Heading("severity", t("Severity", "严重程度")),
            Heading("due_at", t("Due", "期限")),
            Heading("status", t("Status", "状态")),
        ],
        [
            Row(
                one.id,
                record_url(ActionItem, one.id),
                [
                    Cell(one.no, "code"),
                    Cell(one.description),
                    cell_of(one.severity),
                    due_cell(one.due_at, at),
                    cell_of(one.status),
                ],
            )
            for one in found
        ],
        more_url=f"/admin/action_item/?flt_responsible={employee.id}",
    )
