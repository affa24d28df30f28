"""Periodic evaluation: figures of a period, what they show, and the measures that follow (P3.4, A4.2, A5.1, C1.1)."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from rules.base import Access, Choice, Lifecycle, Role, RuleBroken, Words, relation, step

R = Role
AUTHOR = relation("evaluation_author", "the author of the evaluation", "分析撰写人")
HIS_MANAGER = relation("evaluation_manager", "the author's manager", "撰写人的上级经理")


class EvaluationKind(Choice):
    """What is evaluated."""

    PROCESS_EXECUTION = "process_execution", "Process execution", "工艺执行评估"
    FOLLOW_UP = "follow_up", "Follow-up visits", "回访分析"
    AFTER_SALES_STATISTICS = "after_sales_statistics", "After-sales statistics", "售后统计分析"
    PROJECT_SUMMARY = "project_summary", "Project summary", "项目总结"


EVALUATION_CLAUSES: Mapping[EvaluationKind, str] = {
    EvaluationKind.PROCESS_EXECUTION: "P3.4",
    EvaluationKind.FOLLOW_UP: "A4.2",
    EvaluationKind.AFTER_SALES_STATISTICS: "A5.1",
    EvaluationKind.PROJECT_SUMMARY: "C1.1",
}
"""The clause that each kind proves."""


class EvaluationStatus(Choice):
    """Where an evaluation stands."""

    DUE = "due", "Due", "待编写"
    DRAFTED = "drafted", "Drafted", "待发布"
    PUBLISHED = "published", "Published", "已发布"


PLANNERS = frozenset(
    {R.TECHNICAL_MANAGER, R.QUALITY_MANAGER, R.AFTER_SALES_MANAGER, R.GENERAL_MANAGER, R.PRODUCTION_MANAGER}
)
"""Who puts an evaluation on the list; from then on the next one follows by itself."""

EVALUATION = Access(
    clause="P3.4",
    view=frozenset(
        {
            R.TECHNICAL,
            R.TECHNICAL_MANAGER,
            R.QUALITY_MANAGER,
            R.PRODUCTION_MANAGER,
            R.AFTER_SALES_MANAGER,
            R.GENERAL_MANAGER,
        }
    ),
    create=PLANNERS,
    edit=PLANNERS,
    edit_while=frozenset({"due"}),
)

# fmt: off - a table, one row a step
EVALUATION_STEPS = Lifecycle(
    "due",
    (
        step(
            "draft",
            "due",
            "drafted",
            "Hand in",
            "提交分析",
            by={AUTHOR},
            asks=("findings",),
            tells=(HIS_MANAGER,),
            clause="P3.4",
        ),
        step(
            "return",
            "drafted",
            "due",
            "Return",
            "退回修改",
            by={HIS_MANAGER},
            unlike={AUTHOR},
            needs_note=True,
            tells=(AUTHOR,),
            clause="P3.4",
        ),
        step(
            "publish",
            "drafted",
            "published",
            "Publish",
            "发布",
            by={HIS_MANAGER},
            unlike={AUTHOR},
            tells=(AUTHOR,),
            clause="P3.4",
        ),
    ),
)
# fmt: on


def period_of(period: str) -> tuple[date, date]:
    """First and last day of a period such as 2026-10 or 2026-Q3; raises RuleBroken for anything else."""
    month = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", period)
    if month:
        return date(int(month[1]), int(month[2]), 1), _last_of(int(month[1]), int(month[2]))
    quarter = re.fullmatch(r"(20\d\d)-Q([1-4])", period)
    if quarter:
        year, last = int(quarter[1]), int(quarter[2]) * 3
        return date(year, last - 2, 1), _last_of(year, last)
    raise RuleBroken(
        Words("Write a period as 2026-10 or 2026-Q3.", "期间请写成 2026-10 或 2026-Q3。"), field="period", clause="P3.4"
    )


def _last_of(year: int, month: int) -> date:
    return (date(year, month, 1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def following(period: str) -> str:
    """The period after this one, of the same length."""
    first, last = period_of(period)
    begins = last + timedelta(days=1)
    if first.month == last.month:
        return f"{begins:%Y-%m}"
    return f"{begins.year}-Q{(begins.month + 2) // 3}"


def refuse_early_due(to_on: date, due_on: date) -> None:
    """Raises RuleBroken for an evaluation that would be due before its period has ended."""
    if due_on <= to_on:
        raise RuleBroken(
            Words(
                "It is due after its period, which ends on {to_on}.", "截止日期须晚于期间末日 {to_on}。", to_on=to_on
            ),
            field="due_on",
            clause="P3.4",
        )


def refuse_unready_evaluation(findings: str, to_on: date, on: date) -> None:
    """Raises RuleBroken for an evaluation of a period that has not ended, or one without findings."""
    if on <= to_on:
        raise RuleBroken(
            Words(
                "The period ends on {to_on}; its figures are not whole yet.",
                "期间于 {to_on} 结束，数据尚不完整。",
                to_on=to_on,
            ),
            field="findings",
            clause="P3.4",
        )
    if not findings.strip():
        raise RuleBroken(Words("Write down what you found.", "请填写分析结论。"), field="findings", clause="P3.4")
