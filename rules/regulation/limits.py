"""Time limits [X]: for what, on which conditions, how much (TIME.md 3, 8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from rules.base import Access, Choice, Role
from rules.regulation.units import Unit

SLA_POLICY = Access(clause="A3.1", create=frozenset({Role.ADMIN}), edit=frozenset({Role.ADMIN}))


class Target(Choice):
    """What a time limit is set for."""

    REVISION_AFTER_CHANGE = "revision_after_change", "Revision after a change", "变更后修订"
    INDUCTION = "induction", "Training on entry", "入职培训"
    RECTIFICATION = "rectification", "Rectification", "整改"
    RECHECK = "recheck", "Re-check after a rectification", "整改复检"
    STATEMENT = "statement", "Statement in a case", "责任认定申述"
    ORDER_CLEARING = "order_clearing", "Clearing of an order", "订单评审"
    PLAN_REVIEW = "plan_review", "Technical review of a plan", "计划技术审核"
    DELAY_REPORT = "delay_report", "Report of a delay", "延误上报"
    TELLING_CUSTOMER = "telling_customer", "Telling the customer of progress", "向客户通报进度"
    FEEDBACK_ANSWER = "feedback_answer", "Answer to customer feedback", "客户反馈答复"
    ACCEPTANCE = "acceptance", "Acceptance of a ticket", "工单受理"
    FIRST_CONTACT = "first_contact", "First contact with the customer", "首次联系客户"
    FIRST_SOLUTION = "first_solution", "First solution", "初步解决方案"
    TECHNICAL_SOLUTION = "technical_solution", "Technical solution", "技术解决方案"
    RESOLUTION = "resolution", "Resolution", "问题解决"
    SILENCE = "silence", "Silence towards the customer", "未向客户反馈进展"
    CLOSING = "closing", "Closing without an answer", "客户未回复自动关闭"
    FOLLOW_UP = "follow_up", "Follow-up visit", "回访"
    MINUTES = "minutes", "Minutes of a meeting", "会议纪要"
    CONFIRMATION = "confirmation", "Confirmation of having read", "阅知确认"
    APPEAL = "appeal", "Appeal", "申诉"
    SUGGESTION_ANSWER = "suggestion_answer", "Answer to a suggestion", "合理化建议答复"


CLAUSES: Mapping[Target, str] = {
    Target.REVISION_AFTER_CHANGE: "P1.3",
    Target.INDUCTION: "P2.1",
    Target.RECTIFICATION: "P3.2",
    Target.RECHECK: "P3.2",
    Target.STATEMENT: "P3.3",
    Target.ORDER_CLEARING: "S1.1",
    Target.PLAN_REVIEW: "S1.4",
    Target.DELAY_REPORT: "S3.1",
    Target.TELLING_CUSTOMER: "S2.3",
    Target.FEEDBACK_ANSWER: "C2.1",
    Target.ACCEPTANCE: "A2.2",
    Target.FIRST_CONTACT: "A3.1",
    Target.FIRST_SOLUTION: "A3.1",
    Target.TECHNICAL_SOLUTION: "A3.2",
    Target.RESOLUTION: "A3.4",
    Target.SILENCE: "A3.4",
    Target.CLOSING: "A3.4",
    Target.FOLLOW_UP: "A4.1",
    Target.MINUTES: "C1.1",
    Target.CONFIRMATION: "C1.2",
    Target.APPEAL: "K4.1",
    Target.SUGGESTION_ANSWER: "K3.2",
}
"""The clause that each time limit belongs to."""


@dataclass(frozen=True)
class Limit:
    """A time limit as a record keeps it: how much, of what."""

    amount: Decimal
    unit: Unit
    policy_id: int | None = None


def matches(match: Mapping[str, str], facts: Mapping[str, str]) -> bool:
    """Whether a policy's conditions hold; a policy without conditions holds for everything."""
    return all(facts.get(name) == value for name, value in match.items())
