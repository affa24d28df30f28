"""Orders: cleared by production and technical before they are promised, promised once and for all (S1.1, S2.3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from rules.base import Choice, Lifecycle, NotYours, Person, Role, RuleBroken, Words, names_of, step
from rules.organisation import CustomerLevel
from rules.regulation import Target, tell_apart
from rules.schedule.access import (
    FORMER_SELLER,
    LEAD,
    PRODUCTION_DESK,
    SELLER,
    TECHNICAL_DESK,
    WORKSHOP_MANAGER,
    WORKSHOP_PLANNER,
)
from rules.training.dates import add_months

R = Role


class OrderStatus(Choice):
    """Where an order stands."""

    DRAFT = "draft", "Draft", "草稿"
    CLEARING = "clearing", "Being cleared", "评审中"
    CONFIRMED = "confirmed", "Confirmed", "已确认"
    IN_PRODUCTION = "in_production", "In production", "生产中"
    READY = "ready", "Ready to ship", "待发货"
    DELIVERED = "delivered", "Delivered", "已交付"
    CLOSED = "closed", "Closed", "已关闭"
    ON_HOLD = "on_hold", "On hold", "已暂停"
    CANCELLED = "cancelled", "Cancelled", "已取消"


class OrderPriority(Choice):
    """How much an order presses."""

    URGENT = "urgent", "Urgent", "加急"
    NORMAL = "normal", "Normal", "正常"
    LOW = "low", "Can wait", "可缓"


class ClearanceKind(Choice):
    """Which department answers."""

    PRODUCTION = "production", "Production", "生产部门"
    TECHNICAL = "technical", "Technical", "技术部门"


tell_apart(Target.ORDER_CLEARING, kind=ClearanceKind, priority=OrderPriority)
tell_apart(Target.TELLING_CUSTOMER, customer_level=CustomerLevel, priority=OrderPriority)
tell_apart(Target.FEEDBACK_ANSWER, customer_level=CustomerLevel)


class ClearanceStatus(Choice):
    """Whether the department has answered."""

    PENDING = "pending", "Awaiting the answer", "待答复"
    ANSWERED = "answered", "Answered", "已答复"
    WITHDRAWN = "withdrawn", "No longer asked", "已撤回"


class Difficulty(Choice):
    """How hard the order is to make."""

    LOW = "low", "Low", "低"
    MEDIUM = "medium", "Medium", "中"
    HIGH = "high", "High", "高"


class Opinion(Choice):
    """What the department thinks of it."""

    FEASIBLE = "feasible", "Feasible", "可行"
    CONDITIONAL = "conditional", "Feasible on conditions", "有条件可行"
    INFEASIBLE = "infeasible", "Not feasible", "不可行"


BEFORE_PROMISE = ("draft", "clearing")
RUNNING = ("confirmed", "in_production", "ready")
"""Promised and not yet with the customer; an order on hold is, too."""
OPEN = (*RUNNING, "on_hold")
UNDELIVERED = (*BEFORE_PROMISE, *OPEN)
SELLERS = (R.SALES, R.SALES_MANAGER)
"""Who can look after an order."""

ORDER_STEPS = Lifecycle(
    "draft",
    (
        step(
            "submit",
            "draft",
            "clearing",
            "Have it cleared",
            "提交评审",
            by={R.SALES},
            tells=(WORKSHOP_MANAGER, R.TECHNICAL_MANAGER),
            clause="S1.1",
        ),
        step(
            "confirm",
            "clearing",
            "confirmed",
            "Confirm and promise",
            "确认并承诺交期",
            by={R.SALES},
            asks=("promised_on",),
            tells=(LEAD, WORKSHOP_MANAGER, WORKSHOP_PLANNER),
            clause="S1.1",
        ),
        step(
            "rework",
            "clearing",
            "draft",
            "Take back to change it",
            "退回修改",
            by={R.SALES},
            needs_note=True,
            tells=(WORKSHOP_MANAGER, R.TECHNICAL_MANAGER),
            clause="S1.1",
        ),
        step("begin", "confirmed", "in_production", "Begin production", "开始生产", tells=(SELLER,), clause="S1.2"),
        step("finish", "in_production", "ready", "Ready to ship", "生产完成", tells=(SELLER,), clause="S2.1"),
        step(
            "deliver",
            "ready",
            "delivered",
            "Deliver",
            "交付",
            by={R.SALES, WORKSHOP_MANAGER},
            asks=("delivered_on",),
            tells=(SELLER, LEAD),
            clause="S2.3",
        ),
        step("close", "delivered", "closed", "Close", "关闭", by={R.SALES_MANAGER}, clause="S2.3"),
        step(
            "hold",
            ("clearing", *RUNNING),
            "on_hold",
            "Put on hold",
            "暂停",
            by={R.SALES_MANAGER},
            needs_note=True,
            tells=(SELLER, LEAD, WORKSHOP_MANAGER),
            clause="S2.3",
        ),
        step(
            "resume",
            "on_hold",
            "confirmed",
            "Resume",
            "恢复",
            by={R.SALES_MANAGER},
            tells=(SELLER, LEAD, WORKSHOP_MANAGER),
            clause="S2.3",
        ),
        step(
            "cancel",
            UNDELIVERED,
            "cancelled",
            "Cancel",
            "取消",
            by={R.SALES_MANAGER},
            needs_note=True,
            is_destructive=True,
            tells=(SELLER, LEAD, WORKSHOP_MANAGER),
            clause="S2.3",
        ),
        *(
            step(
                "hand_over",
                status,
                status,
                "Pass to another seller",
                "移交他人负责",
                by={SELLER, R.SALES_MANAGER, R.GENERAL_MANAGER},
                asks=("sales",),
                tells=(SELLER, FORMER_SELLER, LEAD),
                is_aside=True,
                clause="C2.1",
            )
            for status in UNDELIVERED
        ),
    ),
)
"""``resume`` leads back to where the order came from; the table names the first such place."""

CLEARANCE_STEPS = Lifecycle(
    "pending",
    (
        step(
            "answer",
            "pending",
            "answered",
            "Answer",
            "提交答复",
            by=TECHNICAL_DESK | PRODUCTION_DESK,
            tells=(SELLER,),
            clause="S1.1",
        ),
        step("ask_again", "answered", "pending", "Ask again", "重新评审", clause="S1.1"),
        step("withdraw", ("pending", "answered"), "withdrawn", "Withdraw", "撤回", clause="S1.1"),
    ),
)

ANSWERED_BY: Mapping[ClearanceKind, frozenset[Role]] = {
    ClearanceKind.PRODUCTION: PRODUCTION_DESK,
    ClearanceKind.TECHNICAL: TECHNICAL_DESK,
}
"""Who answers for which department."""


def why_not_submit(*, has_workshop: bool, has_lead: bool) -> RuleBroken | None:
    """Why an order cannot be cleared yet: who makes it and who leads it are named first; None = it can (S1.1)."""
    lacks = [
        (has_workshop, Words("workshop", "承制车间"), "workshop"),
        (has_lead, Words("project lead", "项目负责人"), "project_lead"),
    ]
    missing = [(words, field) for is_there, words, field in lacks if not is_there]
    if not missing:
        return None
    what = Words(
        " and ".join(words.text("en") for words, _ in missing), "、".join(words.text("zh") for words, _ in missing)
    )
    return RuleBroken(
        Words("Name the {what} first: edit the order.", "请先编辑订单，填写{what}。", what=what),
        field=missing[0][1],
        clause="S1.1",
    )


def why_not_answer(kind: ClearanceKind, person: Person) -> NotYours | None:
    """Why this person does not answer for that department; None = he does."""
    if person.holds(*ANSWERED_BY[kind]):
        return None
    return NotYours(
        Words(
            "“{kind}” is answered by: {who}.",
            "“{kind}”由以下人员答复：{who}。",
            kind=kind,
            who=names_of(ANSWERED_BY[kind]),
        ),
        clause="S1.1",
    )


@dataclass(frozen=True)
class Answered:
    """A department's answer to an order: nothing = it has not answered yet."""

    kind: ClearanceKind
    opinion: Opinion | None = None


def why_not_confirm(answers: Iterable[Answered]) -> RuleBroken | None:
    """Why it is not promised yet: both departments answer, and neither says infeasible; None = it may be (S1.1)."""
    known = {one.kind: one.opinion for one in answers}
    for kind in ClearanceKind:
        opinion = known.get(kind)
        if opinion is None:
            return RuleBroken(
                Words("{who} has not answered yet.", "{who}尚未答复，不能确认订单。", who=kind), clause="S1.1"
            )
        if opinion is Opinion.INFEASIBLE:
            return RuleBroken(
                Words(
                    "{who} holds the order infeasible: take it back and change it.",
                    "{who}认为不可行，请退回修改后重新评审。",
                    who=kind,
                ),
                clause="S1.1",
            )
    return None


def refuse_uncleared(answers: Iterable[Answered]) -> None:
    """Raises RuleBroken where ``why_not_confirm`` says why (S1.1)."""
    if refusal := why_not_confirm(answers):
        raise refusal


def why_incomplete(
    opinion: Opinion | None, difficulty: Difficulty | None, proposed_days: int | None, *, conditions: int, reason: str
) -> RuleBroken | None:
    """What an answer still lacks, at its field; None = it is complete (S1.1). Days are working days."""
    if opinion is None:
        return _fault("opinion", "Edit it first and choose an opinion.", "请先编辑，选择评审意见。")
    if difficulty is None:
        return _fault("difficulty", "Say how hard it is to make.", "请选择生产难度。")
    if opinion is not Opinion.INFEASIBLE and not proposed_days:
        return _fault("proposed_days", "Say how many working days it takes.", "请填写所需工作日。")
    if opinion is Opinion.CONDITIONAL and not conditions:
        return _fault("opinion", "Name the conditions: each with who sees to it.", "有条件可行须列明条件及责任人。")
    if opinion is Opinion.INFEASIBLE and not reason.strip():
        return _fault("risks", "Say why it is not feasible.", "不可行须说明原因。")
    return None


def refuse_disorder(ordered_on: date, requested_on: date | None, qty: int) -> None:
    """Raises RuleBroken for an order wanted before it was placed, or for nothing."""
    if requested_on is not None and requested_on < ordered_on:
        raise _fault("requested_on", "The requested date lies before the order.", "客户要求交期早于下单日期。")
    if qty < 1:
        raise _fault("qty", "At least one piece.", "数量至少为 1。")


def refuse_promise(promised_on: date | None, ordered_on: date, on: date) -> date:
    """The promised date; raises RuleBroken where none is given or it has gone by."""
    if promised_on is None:
        raise _fault("promised_on", "Give the date that is promised to the customer.", "请填写向客户承诺的交期。")
    if promised_on < max(ordered_on, on):
        raise _fault("promised_on", "The promise lies in the past.", "承诺交期不能早于当前日期或下单日期。")
    return promised_on


def refuse_delivery(delivered_on: date, ordered_on: date, on: date) -> date:
    """The day of the delivery; raises RuleBroken for one before the order or still to come."""
    if delivered_on < ordered_on:
        raise _fault("delivered_on", "The delivery lies before the order.", "交付日期早于下单日期。")
    if delivered_on > on:
        raise _fault("delivered_on", "The delivery lies in the future.", "交付日期不能晚于今天。")
    return delivered_on


def refuse_seller(name: str, *, is_same: bool, has_left: bool, sells: bool) -> None:
    """Raises RuleBroken for somebody an order cannot be passed to: who has it, who has left, who does not sell."""
    if is_same:
        raise _fault("sales", "{name} has it already.", "该订单已由{name}负责。", name=name)
    if has_left:
        raise _fault("sales", "{name} has left: choose somebody else.", "{name}已离职，请另选他人。", name=name)
    if not sells:
        raise _fault(
            "sales",
            "{name} has no role in sales: choose somebody who can confirm and deliver orders.",
            "{name}没有销售角色，请选择能办理订单的销售人员。",
            name=name,
        )


def is_late(kpi_due_on: date | None, delivered_on: date | None, on: date) -> bool:
    """Whether an order counts as late on that day: delivered after the date that counts, or still with us after it."""
    return kpi_due_on is not None and (delivered_on or on) > kpi_due_on


def warranty_until(shipped_on: date, months: int) -> date:
    """The last day of the warranty: the corresponding date, else the month's end."""
    return add_months(shipped_on, months)


def _fault(field: str, en: str, zh: str, **values: object) -> RuleBroken:
    return RuleBroken(Words(en, zh, **values), field=field, clause="S1.1")
