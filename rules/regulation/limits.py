"""Time limits [X]: for what, on which conditions, how much (TIME.md 3, 8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations, islice, product

from rules.base import Access, Choice, Role, RuleBroken, Words
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


ANY_OF = "|"
"""Parts the values of a condition of which one must hold: ``severity=minor|major``."""

DOMAINS: Mapping[Target, Mapping[str, tuple[str, ...]]] = {
    Target.RECTIFICATION: {"severity": ("minor", "major", "critical")},
    Target.RECHECK: {"severity": ("minor", "major", "critical")},
    **{
        target: {"priority": ("P1", "P2", "P3", "P4"), "severity": ("S1", "S2", "S3", "S4")}
        for target in (
            Target.ACCEPTANCE,
            Target.FIRST_CONTACT,
            Target.FIRST_SOLUTION,
            Target.TECHNICAL_SOLUTION,
            Target.RESOLUTION,
            Target.SILENCE,
        )
    },
}
"""What a condition can say where the values are a closed set; others (category, customer_level) are the company's."""


def matches(match: Mapping[str, str], facts: Mapping[str, str]) -> bool:
    """Whether a policy's conditions hold; a policy without conditions holds for everything."""
    return all(facts.get(name) in values_of(value) for name, value in match.items())


def values_of(value: str) -> frozenset[str]:
    """The values of a condition, of which one must hold."""
    return frozenset(one.strip() for one in str(value).split(ANY_OF))


@dataclass(frozen=True)
class Row:
    """A policy as a row of the decision table."""

    id: int
    match: Mapping[str, str]
    from_on: date
    to_on: date | None
    name: str = ""
    is_set: bool = True


def winner(rows: Sequence[Row], facts: Mapping[str, str]) -> Row | None:
    """The row that decides: the most conditions, then the latest, among those that hold."""
    fitting = [one for one in rows if matches(one.match, facts)]
    return max(fitting, key=lambda one: (len(one.match), one.from_on, one.id), default=None)


def is_together(one: Row, other: Row) -> bool:
    """Whether two rows count on a common day."""
    return (other.to_on is None or one.from_on <= other.to_on) and (one.to_on is None or other.from_on <= one.to_on)


def is_either(one: Row, other: Row) -> bool:
    """Whether some facts meet the conditions of both."""
    common = one.match.keys() & other.match.keys()
    return all(values_of(one.match[name]) & values_of(other.match[name]) for name in common)


def is_same(one: Row, other: Row) -> bool:
    """Whether both hold for facts that have nothing else to tell them apart: the same conditions, a common value."""
    return one.match.keys() == other.match.keys() and is_either(one, other)


def refuse_twice(row: Row, others: Iterable[Row]) -> None:
    """Raises RuleBroken when another row says something for the same facts on the same day."""
    for other in others:
        if other.id != row.id and is_together(row, other) and is_same(row, other):
            raise RuleBroken(
                Words(
                    "“{name}” holds for the same cases from {first} on. End it first, or give other conditions.",
                    "“{name}”自 {first} 起已适用于相同情形，请先结束该规则或更改适用条件。",
                    name=other.name,
                    first=other.from_on,
                ),
                field="match",
            )


def ties(rows: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Pairs that hold for common facts with equally many conditions: only their dates decide between them."""
    return [
        (one, other)
        for one, other in combinations(rows, 2)
        if len(one.match) == len(other.match) and is_together(one, other) and is_either(one, other)
    ]


OTHERWISE = "…"
"""Any value that no row names."""


def gaps(rows: Sequence[Row], domain: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """The cases for which no row decides, or one that is unset, each as its facts; at most a hundred.

    ``domain``: the values of the conditions that are a closed set; of the others, those that rows name and any other.
    """
    names = sorted({name for one in rows for name in one.match})
    named = {
        name: sorted({v for one in rows if name in one.match for v in values_of(one.match[name])}) for name in names
    }
    choices = [tuple(domain.get(name, ())) or (*named[name], OTHERWISE) for name in names]
    found = []
    for values in islice(product(*choices), 5000):
        facts = dict(zip(names, values, strict=True))
        best = winner(rows, facts)
        if best is None or not best.is_set:
            found.append(facts)
    return found[:100]
