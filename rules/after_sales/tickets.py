"""Tickets: who sees them, how they move, what a step needs (A2, A3)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from rules.after_sales.kinds import ServiceStatus, TicketCategory, TicketCause, TicketStatus, Warranty
from rules.base import Access, Lifecycle, Role, RuleBroken, Step, Words, relation, step
from rules.organisation import CustomerLevel
from rules.regulation import Priority, ReportSeverity, Target, tell_apart
from rules.training import Answer, Gate

R = Role
AGENT = relation("agent", "the agent", "经办人")
TECHNICAL_OWNER = relation("technical_owner", "the technician in charge", "技术负责人")

AFTER_SALES = frozenset({R.AFTER_SALES_AGENT, R.AFTER_SALES_MANAGER})
TICKET = Access(
    clause="A2.2",
    view=AFTER_SALES | {R.GENERAL_MANAGER},
    create=AFTER_SALES,
    edit=AFTER_SALES,
    edit_while=frozenset({"new", "accepted", "in_progress", "reopened"}),
)
ESCALATION_READERS = frozenset({R.TECHNICAL, R.TECHNICAL_MANAGER})
"""See what was handed to the technical department, and nothing else of after-sales."""

WORKING = ("accepted", "in_progress", "pending_customer", "pending_parts", "escalated", "executing", "reopened")
OPEN = ("new", *WORKING)
ENDED = ("closed", "cancelled")
UNSOLVED = frozenset(OPEN)
PENDING = ("pending_customer", "pending_parts")
AG, AM, TECH = R.AFTER_SALES_AGENT, R.AFTER_SALES_MANAGER, R.TECHNICAL


def _stays(verb: str, sources: Iterable[str], en: str, zh: str, **more: Any) -> tuple[Step, ...]:
    """A verb that writes something down and leaves the state as it is."""
    return tuple(step(verb, one, one, en, zh, **more) for one in sources)


# fmt: off - a table, one row a step
TICKET_STEPS = Lifecycle(
    "new",
    (
        step("accept", "new", "accepted", "Accept", "受理", by={AG}, clause="A2.2"),
        step(
            "contact",
            "accepted",
            "in_progress",
            "Log the first contact",
            "登记首次联系",
            by={AG},
            asks=("kind", "text"),
            clause="A3.1",
        ),
        *_stays(
            "propose_solution",
            ("in_progress",),
            "Give a first solution",
            "给出初步方案",
            by={AG},
            asks=("solution_text",),
            clause="A3.1",
        ),
        step(
            "resolve",
            ("in_progress", "executing"),
            "resolved",
            "Resolved",
            "已解决",
            by={AG},
            asks=("solution_text", "cause"),
            tells=(AM,),
            clause="A3.4",
        ),
        step(
            "escalate",
            "in_progress",
            "escalated",
            "Hand to technical",
            "转技术部门",
            by={AG},
            needs_note=True,
            tells=(R.TECHNICAL, R.TECHNICAL_MANAGER, AGENT),
            clause="A3.2",
        ),
        *_stays("take_up", ("escalated",), "Take it on", "接手处理", by={TECH}, tells=(AGENT,), clause="A3.2"),
        step(
            "solve",
            "escalated",
            "executing",
            "Write the detailed solution",
            "给出详细方案",
            by={TECH},
            asks=("solution_text",),
            tells=(AGENT,),
            clause="A3.2",
        ),
        step(
            "hand_back",
            "escalated",
            "in_progress",
            "Hand back",
            "退回售后",
            by={TECH},
            needs_note=True,
            tells=(AGENT,),
            clause="A3.2",
        ),
        step(
            "wait_for_customer",
            ("in_progress", "executing"),
            "pending_customer",
            "Wait for the customer",
            "待客户",
            by={AG},
            needs_note=True,
            clause="A3.3",
        ),
        step(
            "wait_for_parts",
            ("in_progress", "executing"),
            "pending_parts",
            "Wait for parts",
            "待配件",
            by={AG},
            needs_note=True,
            clause="A3.3",
        ),
        step("resume", PENDING, "in_progress", "Go on", "继续处理", by={AG}, clause="A3.3"),
        step("resume_executing", PENDING, "executing", "Go on with the solution", "继续实施", by={AG}, clause="A3.3"),
        *_stays("assign", OPEN, "Assign", "指派", by=AFTER_SALES, asks=("agent",), tells=(AGENT,), clause="A1.1"),
        *_stays(
            "classify",
            OPEN,
            "Classify",
            "分类分级",
            by=AFTER_SALES,
            asks=("category", "severity", "urgency", "priority_override", "override_reason"),
            clause="A2.3",
        ),
        *_stays(
            "log",
            (*WORKING, "new", "resolved", "closed"),
            "Add to the conversation",
            "登记沟通",
            by=AFTER_SALES | {TECH},
            asks=("kind", "text"),
            clause="C2.2",
        ),
        step(
            "confirm",
            "resolved",
            "closed",
            "The customer confirms",
            "客户已确认",
            by={AG},
            needs_note=True,
            clause="A3.4",
        ),
        step("close", "resolved", "closed", "Close", "关闭", clause="A3.4"),
        *_stays("rate", ("resolved", "closed"), "Rate", "评价", asks=("rating",), tells=(AGENT, AM), clause="A3.4"),
        step(
            "reopen",
            ("resolved", "closed"),
            "reopened",
            "Reopen",
            "重新打开",
            by=AFTER_SALES,
            needs_note=True,
            tells=(AGENT, AM),
            clause="A3.4",
        ),
        step("restart", "reopened", "in_progress", "Work on it again", "重新处理", by={AG}, clause="A3.4"),
        step(
            "cancel",
            ("new", "accepted", "in_progress"),
            "cancelled",
            "Cancel",
            "取消",
            by={AM},
            needs_note=True,
            is_destructive=True,
            tells=(AGENT,),
            clause="A2.2",
        ),
    ),
)
# fmt: on


def refuse_unqualified(gate: Gate, name: str) -> None:
    """Raises RuleBroken when somebody who may not work at his post would get a ticket (A1.1, P2.3)."""
    if gate.answer is Answer.NO:
        why = gate.reasons[0].words if gate.reasons else Words("no reason is given", "未说明原因")
        raise RuleBroken(
            Words(
                "{name} may not work at his post now: {why} Choose somebody else.",
                "{name} 目前不能上岗：{why}请另选他人。",
                name=name,
                why=why,
            ),
            field="agent",
            clause="A1.1",
        )


def refuse_override(priority: Priority, override: Priority | None, reason: str) -> None:
    """Raises RuleBroken for a priority other than the matrix's without a reason (A2.3)."""
    if override is not None and override is not priority and not reason.strip():
        raise RuleBroken(
            Words(
                "The matrix says {priority}. Say why it is another here.",
                "按优先级矩阵应为{priority}，请填写调整原因。",
                priority=priority,
            ),
            field="override_reason",
            clause="A2.3",
        )


def refuse_unfinished(actions: Iterable[tuple[str, ServiceStatus]]) -> None:
    """Raises RuleBroken when a service action of the ticket is not done yet (A3.3)."""
    for no, status in actions:
        if status in {ServiceStatus.PLANNED, ServiceStatus.IN_PROGRESS}:
            raise RuleBroken(
                Words("{no} is not done yet.", "处置 {no} 尚未完成。", no=no), field="solution_text", clause="A3.3"
            )


def needed(text: str, en: str, zh: str, *, field: str, clause: str) -> str:
    """What was written, without blanks around it. Raises RuleBroken where nothing was."""
    if not text.strip():
        raise RuleBroken(Words(en, zh), field=field, clause=clause)
    return text.strip()


def refuse_without_follow_up(*, has_one: bool) -> None:
    """Raises RuleBroken when a ticket would be closed for which nobody will call (A4.1)."""
    if not has_one:
        raise RuleBroken(Words("There is no follow-up visit for it yet.", "尚未安排回访，不能关闭。"), clause="A4.1")


def refuse_rating(rating: int) -> None:
    """Raises RuleBroken for anything but 1 to 5."""
    if not 1 <= rating <= 5:
        raise RuleBroken(Words("Rate from 1 to 5.", "请评 1 至 5 分。"), field="rating", clause="A3.4")


def goes_back_to_technical(cause: TicketCause | None) -> bool:
    """Whether a measure of the technical department is called for (A5.2)."""
    return cause in {TicketCause.DESIGN, TicketCause.PROCESS}


def warranty_of(until_on: date | None, on: date) -> Warranty:
    """Whether a problem reported that day is under warranty; the last day counts whole."""
    if until_on is None:
        return Warranty.UNKNOWN
    return Warranty.IN_WARRANTY if on <= until_on else Warranty.EXPIRED


for _target in (
    Target.ACCEPTANCE,
    Target.FIRST_CONTACT,
    Target.FIRST_SOLUTION,
    Target.TECHNICAL_SOLUTION,
    Target.RESOLUTION,
    Target.SILENCE,
    Target.CLOSING,
    Target.FOLLOW_UP,
):
    tell_apart(
        _target, priority=Priority, severity=ReportSeverity, category=TicketCategory, customer_level=CustomerLevel
    )


def facts_of(priority: Priority, severity: str, category: str | None, customer_level: str | None) -> dict[str, str]:
    """What time limits are chosen by (TIME.md 8)."""
    found = {"priority": str(priority), "severity": str(severity)}
    if category:
        found["category"] = str(category)
    if customer_level:
        found["customer_level"] = str(customer_level)
    return found


def resumed_by(waited_from: TicketStatus | None) -> str:
    """The verb that takes a waiting ticket back to where it came from."""
    return "resume_executing" if waited_from is TicketStatus.EXECUTING else "resume"


WRONG_WAY_BACK = Words("It waited while it was “{status}”.", "该工单是在“{status}”时转入等待的。")
