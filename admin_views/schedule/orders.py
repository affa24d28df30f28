"""Orders, their clearances and numbered pieces on screen (S1.1)."""

from typing import ClassVar

from admin_views.base import Inline, RegulationView, Section
from admin_views.columns import TONES
from admin_views.faults import SENTENCES
from admin_views.screen import Option
from admin_views.session import db
from admin_views.words import today
from models.base import Act, on_date
from models.organisation import Employee
from models.schedule import OrderClearance, ProductUnit, SalesOrder, sellers
from rules.base import Person, Words
from rules.schedule import ClearanceKind, orders

SENTENCES |= {
    "ck_sales_order_qty_positive": Words("At least one piece.", "数量至少为 1。"),
    "ck_sales_order_requested_after_ordered": Words(
        "The requested date lies before the order.", "客户要求交期早于下单日期。"
    ),
    "ck_sales_order_delivered_after_ordered": Words("The delivery lies before the order.", "交付日期早于下单日期。"),
    "ck_order_clearance_days_positive": Words("At least one working day.", "至少 1 个工作日。"),
    "ck_product_unit_warranty_from_shipping": Words(
        "A warranty begins with the shipping: give its day.", "质保期从发货日起算，请填写发货日期。"
    ),
    "ck_product_unit_in_order": Words("The warranty ends before the shipping.", "质保截止日早于发货日期。"),
    "uq_product_unit_serial": Words("There is a piece with this number already.", "该出厂编号已存在。"),
}
OWN_TONES = {
    "clearing": "soon",
    "confirmed": "running",
    "in_production": "running",
    "ready": "soon",
    "delivered": "met",
    "on_hold": "paused",
    "technical_review": "soon",
    "held": "breached",
    "acknowledged": "met",
    "missing": "overdue",
    "forecast": "soon",
    "averted": "met",
    "unreported": "overdue",
    "reported": "running",
    "analysing": "running",
    "remedy": "running",
    "awaiting_approval": "soon",
    "attributed": "done",
    "assessed": "soon",
    "applied": "met",
    "forwarded": "soon",
    "logged": "done",
    "done": "met",
}
TONES.update({status: tone for status, tone in OWN_TONES.items() if status not in TONES})
CONDITION = {
    "text": Words("Condition", "条件"),
    "responsible": Words("Who sees to it", "落实责任人"),
    "action": Words("Action", "整改单"),
    "clearance": Words("Clearance", "订单评审"),
}


class SalesOrderView(RegulationView):
    labels: ClassVar = {
        "customer": Words("Customer", "客户"),
        "customer_ref": Words("Customer's order no.", "客户订单号"),
        "sales": Words("Sales owner", "负责销售"),
        "model": Words("Product model", "产品型号"),
        "qty": Words("Quantity", "数量"),
        "requirements": Words("Process requirements", "工艺要求"),
        "ordered_on": Words("Ordered", "下单日期"),
        "requested_on": Words("Requested by the customer", "客户要求交期"),
        "baseline_on": Words("First promise", "首次承诺交期"),
        "promised_on": Words("Promised", "承诺交期"),
        "kpi_due_on": Words("Date that counts", "考核交期"),
        "delivered_on": Words("Delivered", "实际交付"),
        "priority": Words("Priority", "优先级"),
        "project_lead": Words("Project lead", "项目负责人"),
        "workshop": Words("Workshop", "承制车间"),
        "tell_due_at": Words("Tell the customer by", "最迟通报客户"),
        "held_from": Words("Held from", "暂停前状态"),
    }
    list_columns = (
        "no",
        "customer",
        "model",
        "qty",
        "promised_on",
        "kpi_due_on",
        "delivered_on",
        "project_lead",
        "priority",
        "status",
    )
    filter_columns = (
        "status",
        "customer",
        "sales",
        "project_lead",
        "workshop",
        "model",
        "priority",
        "promised_on",
        "kpi_due_on",
    )
    form_columns = (
        "customer",
        "customer_ref",
        "model",
        "qty",
        "ordered_on",
        "requested_on",
        "priority",
        "requirements",
        "sales",
        "project_lead",
        "workshop",
        "note",
    )
    sections = (
        Section(Words("What is ordered", "订货内容"), ("customer", "customer_ref", "model", "qty", "requirements")),
        Section(Words("By when", "交期"), ("ordered_on", "requested_on", "priority")),
        Section(Words("Who", "负责人"), ("sales", "project_lead", "workshop")),
        Section(Words("Other", "其他"), ("note",)),
    )
    page_columns = (
        "customer",
        "customer_ref",
        "model",
        "qty",
        "requirements",
        "priority",
        "ordered_on",
        "requested_on",
        "baseline_on",
        "promised_on",
        "kpi_due_on",
        "delivered_on",
        "sales",
        "project_lead",
        "workshop",
        "tell_due_at",
        "note",
    )
    left_out = frozenset(
        {
            "no",
            "department_id",
            "baseline_on",
            "promised_on",
            "kpi_due_on",
            "delivered_on",
            "tell_due_at",
            "held_from",
        }
    )
    asked_kinds: ClassVar = {"promised_on": "date", "delivered_on": "date"}
    asked_fields: ClassVar = {"sales": "sales"}
    asked_required = frozenset({"sales"})
    needs_employee = True
    icon = "clipboard-list"

    def new_record(self, act: Act) -> SalesOrder:
        """Whoever enters an order looks after it, unless he says otherwise."""
        seller = db.session.get(Employee, act.by.employee_id) if act.by.employee_id else None
        return SalesOrder(sales=seller, ordered_on=on_date(act.at), qty=1)

    def asked_options(self, record: SalesOrder, name: str) -> list[Option] | None:
        """An order is passed to somebody else who sells."""
        if name != "sales":
            return None
        return [Option(str(one.id), one.label) for one in sellers(db.session) if one.id != record.sales_id]

    def asked_first(self, record: SalesOrder, name: str) -> str:
        """What the customer asked for is promised, and delivered is today, unless somebody says otherwise."""
        if name == "promised_on":
            wanted = record.requested_on
            return wanted.isoformat() if wanted is not None and wanted >= today() else ""
        return today().isoformat() if name == "delivered_on" else ""

    def before_save(self, record: SalesOrder, act: Act) -> None:
        record.prepare()


class OrderClearanceView(RegulationView):
    labels: ClassVar = {
        "order": Words("Order", "订单"),
        "kind": Words("Answered by", "答复方"),
        "requirements": Words("Process requirements", "工艺要求"),
        "difficulty": Words("Difficulty", "生产难度"),
        "risks": Words("Risks, reasons", "风险与理由"),
        "capacity_ok": Words("Capacity suffices", "产能可满足"),
        "proposed_days": Words("Working days needed", "所需工作日"),
        "opinion": Words("Opinion", "评审意见"),
        "asked_at": Words("Asked", "提交时间"),
        "answered_at": Words("Answered", "答复时间"),
        "answered_by": Words("Answered by", "答复人"),
    }
    list_columns = ("no", "order", "kind", "department", "opinion", "difficulty", "due_at", "status")
    filter_columns = ("status", "kind", "department", "opinion", "order")
    form_columns = ("opinion", "difficulty", "capacity_ok", "proposed_days", "requirements", "risks")
    page_columns = (
        "order",
        "kind",
        "department",
        "opinion",
        "difficulty",
        "capacity_ok",
        "proposed_days",
        "requirements",
        "risks",
        "asked_at",
        "due_at",
        "answered_at",
        "answered_by",
    )
    left_out = frozenset(
        {"no", "order_id", "kind", "department_id", "asked_at", "due_at", "answered_at", "answered_by_id"}
    )
    inlines = (Inline("conditions", Words("Conditions", "评审条件"), ("text", "responsible"), CONDITION),)
    icon = "message-2"

    def why_not_edit(self, record: OrderClearance, person: Person) -> Words | None:
        """Each department writes its own answer."""
        refusal = super().why_not_edit(record, person)
        other = orders.why_not_answer(ClearanceKind(record.kind), person)
        return refusal or (other.words if other is not None else None)


class ProductUnitView(RegulationView):
    labels: ClassVar = {
        "serial": Words("Serial number", "出厂编号"),
        "model": Words("Product model", "产品型号"),
        "order": Words("Order", "订单"),
        "customer": Words("Customer", "客户"),
        "shipped_on": Words("Shipped", "发货日期"),
        "warranty_until_on": Words("Warranty until", "质保截止"),
    }
    list_columns = ("serial", "model", "customer", "order", "shipped_on", "warranty_until_on")
    filter_columns = ("model", "customer", "order", "shipped_on", "warranty_until_on")
    form_columns = ("serial", "model", "order", "customer", "shipped_on", "warranty_until_on", "note")
    icon = "box"

    def before_save(self, record: ProductUnit, act: Act) -> None:
        record.prepare()
