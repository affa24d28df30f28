"""Orders by year as the order ledger has them: stages planned and actual, under a header of two rows."""

import datetime as dt
import re
from typing import Any

from rules.base import Words
from rules.ledger import Cell, Column, Known, Ledger, Reason, Row, needs, numbers
from rules.ledger.kinds import CODE, NAME, PERSON, TEXT, Clean, Setting, choice, day, steady
from rules.ledger.people import by_name
from rules.ledger.reasons import (
    CUSTOMER_UNKNOWN,
    DATE_UNREADABLE,
    DELIVERED_BEFORE_ORDERED,
    EMPLOYEE_UNKNOWN,
    KIND_UNKNOWN,
    MODEL_UNKNOWN,
    NO_MISSING,
    QTY_INVALID,
    REQUESTED_BEFORE_ORDERED,
    TWO_VALUES,
)
from rules.ledger.table import PART

NATURES = {
    "force_majeure": "不可抗力|Force majeure",
    "special": "特殊原因|其他特殊原因|特殊|Special|Special cause",
    "customer": "客户原因|客户|Customer",
    "supplier": "供应商|供应商原因|Supplier",
    "subjective": "主观|主观原因|Subjective",
}
PLANNED, ACTUAL = "planned_end_on", "actual_end_on"
ENDS = re.compile(rf"(?P<stage>.+){PART}(?P<which>{PLANNED}|{ACTUAL})")


TWO_DAYS = re.compile(r"\s*[/、,，;；或改→]\s*|\s+")


def pieces(cell: Cell) -> int | Reason | None:
    """A whole number above zero; anything else is no quantity."""
    found = numbers.whole(cell)
    return QTY_INVALID if isinstance(found, Reason) or (isinstance(found, int) and found < 1) else found


QTY = steady(pieces)


def promise(setting: Setting) -> Clean:
    """A day that may lie ahead; where two stand in one cell, that is said (2025.8.1/8.15)."""
    clean = day(may_lie_ahead=True)(setting)

    def checked(cell: Cell) -> Any:
        found = clean(cell)
        if not isinstance(found, Reason) or not isinstance(cell, str):
            return found
        parts = [part for part in TWO_DAYS.split(cell.strip()) if part]
        are_days = len(parts) > 1 and all(isinstance(clean(part), dt.date) for part in parts)
        return TWO_VALUES if are_days else found

    return checked


def settle_order(row: Row, known: Known) -> None:
    """All that a line of the order ledger says, held together."""
    values = row.values
    values["customer"] = _known(row, "customer", known.customer, CUSTOMER_UNKNOWN)
    values["model"] = _known(row, "model", known.product_model, MODEL_UNKNOWN)
    for name in ("sales", "project_lead"):
        values[name] = by_name(row, known, name)
    values["stages"] = stages_of(row)
    values["delay_working_days"] = settle_dates(row, known)


def _known(row: Row, name: str, find: Any, unknown: Any) -> str | None:
    said = row.good(name)
    if said is None:
        return None
    found: str | None = find(said)
    if found is None:
        row.fault(unknown, name)
    return found


def stages_of(row: Row) -> list[dict[str, Any]]:
    """The stages in the order of their columns, each with its planned and its actual end."""
    found: dict[str, dict[str, Any]] = {}
    for name in row.places:
        if match := ENDS.fullmatch(name):
            stage = found.setdefault(match["stage"], {"name": match["stage"], PLANNED: None, ACTUAL: None})
            stage[match["which"]] = row.good(name)
    return list(found.values())


def settle_dates(row: Row, known: Known) -> int | None:
    """Dates in order; how many working days late it was delivered, None = in time or not delivered (rule 9)."""
    ordered, requested = row.good("ordered_on"), row.good("requested_on")
    promised, delivered = row.good("promised_on"), row.good("delivered_on")
    if ordered is not None and requested is not None and requested < ordered:
        row.fault(REQUESTED_BEFORE_ORDERED, "requested_on")
    if ordered is not None and delivered is not None and delivered < ordered:
        row.fault(DELIVERED_BEFORE_ORDERED, "delivered_on")
    return delay_of(promised, delivered, known)


def delay_of(promised: dt.date | None, delivered: dt.date | None, known: Known) -> int | None:
    """Working days after the promised day up to the delivery."""
    if promised is None or delivered is None or delivered <= promised:
        return None
    return known.working_days_after(promised, delivered)


ORDERS = Ledger(
    entity="sales_order",
    words=Words("Orders", "订单台账"),
    columns=(
        Column("no", CODE, "订单编号|订单号|合同编号|Order no|Order number|Order", NO_MISSING),
        Column("customer", NAME, "客户名称|客户|Customer|Customer name", CUSTOMER_UNKNOWN),
        Column("model", CODE, "产品型号|型号|Model|Product model", MODEL_UNKNOWN),
        Column("qty", QTY, "订货数量|数量|台数|Quantity|Qty", QTY_INVALID),
        Column("ordered_on", day(), "签订日期|下单日期|订单日期|Ordered|Order date", DATE_UNREADABLE),
        Column("requested_on", day(may_lie_ahead=True), "客户要求交期|要求交期|要求交货期|Requested|Requested on"),
        Column(
            "promised_on",
            promise,
            "承诺交货期|承诺交期|合同交期|Promised|Promised on",
            DATE_UNREADABLE,
        ),
        Column("sales", PERSON, "销售|业务员|销售员|负责销售|Sales|Seller", EMPLOYEE_UNKNOWN),
        Column("project_lead", PERSON, "项目经理|项目负责人|Project lead|Project manager", EMPLOYEE_UNKNOWN),
        Column("delivered_on", day(), "实际交货日期|实际交货|实际交期|Delivered|Delivered on|Delivery date"),
        Column("days", None, "超期天数|延误天数|Days late|Delay days"),
        Column("delay_nature", choice(NATURES, KIND_UNKNOWN), "延误类别|延误性质|Delay nature|Nature of delay"),
        Column("delay_reason", TEXT, "延误说明|延误原因|Delay reason|Reason of delay"),
        Column("note", TEXT, "备注|说明|Note|Notes|Remark|Remarks"),
    ),
    values=(
        "no",
        "customer",
        "model",
        "qty",
        "ordered_on",
        "requested_on",
        "promised_on",
        "sales",
        "project_lead",
        "stages",
        "delivered_on",
        "delay_working_days",
        "delay_nature",
        "delay_reason",
        "note",
    ),
    key=("no",),
    needs=needs("no", "ordered_on|promised_on", "qty|model", "customer"),
    finish=settle_order,
    under={
        "计划|Planned|Plan": Column(PLANNED, day(may_lie_ahead=True), "计划|Planned|Plan"),
        "实际|Actual": Column(ACTUAL, day(), "实际|Actual"),
    },
)
