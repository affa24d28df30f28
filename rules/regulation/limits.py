"""Time limits [X]: for what, on which conditions, how much (TIME.md 3, 8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations

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

FACTS: Mapping[str, Words] = {
    "severity": Words("Severity", "严重程度"),
    "priority": Words("Priority", "优先级"),
    "urgency": Words("Urgency", "紧急程度"),
    "category": Words("Kind of problem", "问题类型"),
    "customer_level": Words("Customer level", "客户级别"),
    "post": Words("Post", "岗位"),
    "kind": Words("Kind", "类型"),
    "clause": Words("Clause", "条款"),
    "change_class": Words("Class of change", "变更等级"),
    "doc_type": Words("Type of document", "文件类型"),
}
"""How the names of conditions are said; others are said as they are written."""

VALUES: dict[str, Words] = {
    "minor": Words("minor", "轻微"),
    "major": Words("major", "严重"),
    "critical": Words("critical", "致命"),
    "high": Words("high", "高"),
    "medium": Words("medium", "中"),
    "low": Words("low", "低"),
}
"""How values are said; chapters add those that they tell cases apart by."""
OTHERWISE = "…"
"""Any value that no row names."""


def fact_words(name: str) -> Words:
    return FACTS.get(name, Words(name, name))


def value_words(value: str) -> Words:
    """A value, or several of which one must hold, in words."""
    if value == OTHERWISE:
        return Words("any other", "其他")
    parts = [VALUES.get(one, Words(one, one)) for one in sorted(values_of(value))]
    return Words(" / ".join(one.en for one in parts), "／".join(one.zh for one in parts))


def match_words(match: Mapping[str, str]) -> Words:
    """Conditions in words; none holds for everything."""
    if not match:
        return Words("everything", "全部情形")
    said = [(fact_words(name), value_words(value)) for name, value in match.items()]
    return Words(
        ", ".join(f"{name.en} {value.en}" for name, value in said),
        "，".join(f"{name.zh} {value.zh}" for name, value in said),
    )


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


TOLD_ELSEWHERE: Mapping[Target, Words] = {
    Target.RECTIFICATION: Words("Escalation levels", "逾期升级规则"),
    Target.RECHECK: Words("Escalation levels", "逾期升级规则"),
}
"""Targets whose records climb one ladder of their own, whether a clock runs for them or not; and what it is called."""


WINDOWS = frozenset({Target.STATEMENT, Target.APPEAL, Target.CLOSING})
"""Periods in which somebody may speak: at their end nobody is late, and there is nothing left to remind of."""


def refuse_after_end(target: Target, offsets: Sequence[str], *, field: str) -> None:
    """Raises RuleBroken where somebody would be told of a period at its end or later, when it is over by itself."""
    if target in WINDOWS and any(Decimal(one.rstrip("%")) >= 0 for one in offsets):
        raise RuleBroken(
            Words(
                "“{target}” is a period that ends by itself: tell of it before its end, not at the end or later.",
                "“{target}”期满自行终止，只能在到期前提醒，不能设在到期时或到期后。",
                target=target,
            ),
            field=field,
        )


def refuse_second_ladder(target: Target, *, warnings: Sequence[object], ladder: Sequence[object]) -> None:
    """Raises RuleBroken where a time limit would tell people what they are told by another ladder already."""
    if target in TOLD_ELSEWHERE and (warnings or ladder):
        raise RuleBroken(
            Words(
                "Who is told of “{target}” is set once, under “{where}”: leave this empty.",
                "“{target}”的提醒与升级统一在“{where}”中设置，此处请留空。",
                target=target,
                where=TOLD_ELSEWHERE[target],
            ),
            field="ladder" if ladder else "warnings",
        )


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


def gaps(rows: Sequence[Row], domain: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """The cases for which no row decides, or one that is unset, each by the facts that it takes; at most a hundred.

    ``domain``: the values of the conditions that are a closed set; of the others, those that rows name and any other.
    """
    names = sorted({name for one in rows for name in one.match})
    found: list[dict[str, str]] = []
    _search(rows, names, {name: _values(name, rows, domain) for name in names}, {}, found)
    return found


MOST_GAPS = 100


def _values(name: str, rows: Sequence[Row], domain: Mapping[str, Sequence[str]]) -> Sequence[str]:
    named = sorted({value for one in rows if name in one.match for value in values_of(one.match[name])})
    return tuple(domain.get(name, ())) or (*named, OTHERWISE)


def _search(
    rows: Sequence[Row],
    names: Sequence[str],
    values: Mapping[str, Sequence[str]],
    case: dict[str, str],
    found: list[dict[str, str]],
) -> None:
    """Fact by fact; a case is settled as soon as every row that can still hold is set and one of them surely holds."""
    left = [name for name in names if name not in case and any(name in one.match for one in rows)]
    surely = [one for one in rows if not one.match.keys() - case.keys()]
    if len(found) >= MOST_GAPS or (surely and all(one.is_set for one in rows)):
        return
    if not left:
        best = winner(rows, case)
        if best is None or not best.is_set:
            found.append(case)
        return
    for value in values[left[0]]:
        more = case | {left[0]: value}
        fitting = [one for one in rows if value in values_of(one.match.get(left[0], value))]
        _search(fitting, names, values, more, found)
