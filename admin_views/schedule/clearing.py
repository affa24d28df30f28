"""What production and technical answered to an order, on its page (S1.1)."""

from admin_views.columns import cell_of, due_cell
from admin_views.deadlines import left_of
from admin_views.registry import panel, record_url
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.words import t
from models.base import now
from models.schedule import OrderClearance, OrderCondition, SalesOrder
from rules.base import Person
from rules.schedule import ClearanceStatus


@panel(SalesOrder)
def clearances(order: SalesOrder, person: Person) -> Panel | None:
    """What production and technical answered, side by side."""
    asked = [one for one in order.clearances if one.status is not ClearanceStatus.WITHDRAWN]
    if not asked:
        return None
    headings = [
        Heading("kind", t("Answered by", "答复方")),
        Heading("status", t("State", "状态")),
        Heading("opinion", t("Opinion", "评审意见")),
        Heading("difficulty", t("Difficulty", "难度")),
        Heading("capacity", t("Capacity suffices", "产能可满足")),
        Heading("days", t("Working days", "工作日"), "number"),
        Heading("why", t("Requirements, risks", "要求与风险")),
        Heading("conditions", t("Conditions", "条件")),
        Heading("due", t("Due", "期限")),
    ]
    return Panel(t("Clearing", "订单评审"), headings, [_row(one) for one in asked])


def _row(one: OrderClearance) -> Row:
    cells = [
        cell_of(one.kind),
        cell_of(one.status),
        cell_of(one.opinion),
        cell_of(one.difficulty),
        cell_of(one.capacity_ok) if one.answered_at else Cell(""),
        cell_of(one.proposed_days),
        Cell(t("; ", "；").join(part for part in (one.requirements, one.risks) if part)),
        Cell(t(", ", "，").join(_condition(condition) for condition in one.conditions)),
        _due(one),
    ]
    return Row(one.id, record_url(OrderClearance, one.id), cells)


def _condition(one: OrderCondition) -> str:
    return f"{one.text}（{t('met', '已落实') if one.is_met else t('open', '未落实')}）"


def _due(one: OrderClearance) -> Cell:
    if one.due_at is None:
        return cell_of(one.answered_at)
    return due_cell(one.due_at, now(), done_at=one.answered_at, left=left_of(one.due_at, now()))


__all__ = ["clearances"]
