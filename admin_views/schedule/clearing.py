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
        Heading("opinion", t("Opinion", "评审意见")),
        Heading("terms", t("How hard, how long", "难度与工期")),
        Heading("why", t("Requirements, risks, conditions", "要求、风险与条件")),
        Heading("due", t("Due", "期限")),
    ]
    return Panel(t("Clearing", "订单评审"), headings, [_row(one) for one in asked])


@panel(OrderClearance)
def what_is_asked(clearance: OrderClearance, person: Person) -> Panel:
    """What the customer ordered and by when: what the department has to judge."""
    order = clearance.order
    told = [
        (t("Customer", "客户"), Cell(order.customer.label)),
        (t("Product model", "产品型号"), Cell(order.model.label)),
        (t("Quantity", "数量"), cell_of(order.qty)),
        (t("Requested by the customer", "客户要求交期"), cell_of(order.requested_on)),
        (t("Priority", "优先级"), cell_of(order.priority)),
        (t("Workshop", "承制车间"), Cell(order.workshop.label if order.workshop else "")),
        (t("Process requirements of the customer", "客户工艺要求"), Cell(order.requirements, "long_text")),
        (t("Note", "备注"), Cell(order.note, "long_text")),
    ]
    return Panel(
        t("What is ordered: {no}", "订货内容：{no}", no=order.no),
        [Heading("what", t("What", "项目")), Heading("said", t("Said", "内容"))],
        [Row(place, "", [Cell(name), cell]) for place, (name, cell) in enumerate(told) if cell.text],
        more_url=record_url(SalesOrder, order.id),
        more_label=t("Open the order", "打开订单"),
        shape="facts",
    )


def _row(one: OrderClearance) -> Row:
    said = [part for part in (one.requirements, one.risks) if part]
    cells = [
        cell_of(one.kind),
        cell_of(one.opinion) if one.answered_at else cell_of(one.status),
        Cell(_terms(one) if one.answered_at else ""),
        Cell(t("; ", "；").join([*said, *(_condition(condition) for condition in one.conditions)])),
        _due(one),
    ]
    return Row(one.id, record_url(OrderClearance, one.id), cells)


def _terms(one: OrderClearance) -> str:
    """How hard it is, how many working days it takes, whether the capacity suffices."""
    days = t("{n} working days", "{n} 个工作日", n=one.proposed_days) if one.proposed_days else ""
    capacity = "" if one.capacity_ok else t("capacity does not suffice", "产能不足")
    hard = t("difficulty: {how}", "难度{how}", how=one.difficulty) if one.difficulty else ""
    return t(", ", "，").join(part for part in (hard, days, capacity) if part)


def _condition(one: OrderCondition) -> str:
    state = t("met", "已落实") if one.is_met else t("open", "未落实")
    return t("condition: {what} ({state})", "条件：{what}（{state}）", what=one.text, state=state)


def _due(one: OrderClearance) -> Cell:
    if one.due_at is None:
        return cell_of(one.answered_at)
    return due_cell(one.due_at, now(), done_at=one.answered_at, left=left_of(one.due_at, now()))


__all__ = ["clearances"]
