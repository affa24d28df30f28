"""Periodic review of process documents: when it is due, what it finds (P1.2)."""

from calendar import monthrange
from datetime import date, timedelta

from rules.base import Access, Choice, Lifecycle, Role, RuleBroken, Words, relation, step
from rules.process.documents import OWNER

R = Role
REVIEWER = relation("reviewer", "a reviewer", "评审人")

DOCUMENT_REVIEW = Access(clause="P1.2")
OVERDUE_AFTER = timedelta(days=7)
"""A review that is still not done so long after its day is told to the technical manager once more."""
LONGEST_MONTHS = 120


class ReviewStatus(Choice):
    """Where a review stands."""

    SCHEDULED = "scheduled", "Scheduled", "已排定"
    DUE = "due", "Due", "待评审"
    DONE = "done", "Done", "已完成"


class ReviewResult(Choice):
    """What a review found."""

    STILL_VALID = "still_valid", "Still sound", "继续有效"
    REVISE = "revise", "To be revised", "需要修订"
    OBSOLETE = "obsolete", "No longer needed", "建议作废"


# fmt: off - a table, one row a step
REVIEW_STEPS = Lifecycle(
    "scheduled",
    (
        step(
            "fall_due",
            "scheduled",
            "due",
            "Fall due",
            "到期",
            tells=(OWNER, REVIEWER, R.TECHNICAL_MANAGER),
            clause="P1.2",
        ),
        step(
            "finish",
            ("scheduled", "due"),
            "done",
            "Record the result",
            "登记评审结果",
            by={R.TECHNICAL, R.TECHNICAL_MANAGER},
            asks=("result", "findings"),
            tells=(OWNER, R.TECHNICAL_MANAGER),
            clause="P1.2",
        ),
        step(
            "move",
            ("scheduled", "due"),
            "scheduled",
            "Set another date",
            "调整日期",
            by={R.TECHNICAL_MANAGER},
            needs_note=True,
            asks=("due_on",),
            tells=(OWNER, REVIEWER),
            clause="P1.2",
        ),
    ),
)
# fmt: on


def corresponding_date(start: date, months: int) -> date:
    """The same day so many months later, else the month's end (TIME.md 5)."""
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def refuse_interval(months: int | None) -> None:
    """Raises RuleBroken for a review interval outside 1 to 120 months; none = the company's figure counts."""
    if months is not None and not 1 <= months <= LONGEST_MONTHS:
        raise RuleBroken(
            Words("Between 1 and {most} months.", "请填写 1 至 {most} 个月。", most=LONGEST_MONTHS),
            field="review_interval_months",
            clause="P1.2",
        )


def refuse_unfounded(result: str, findings: str, *, by_system: bool = False) -> ReviewResult:
    """The result by its name. Raises RuleBroken where there is none, or where a change lacks its reason."""
    if result not in set(ReviewResult):
        raise RuleBroken(Words("Say what the review found.", "请选择评审结果。"), field="result", clause="P1.2")
    found = next(one for one in ReviewResult if one == result)
    if not by_system and found is not ReviewResult.STILL_VALID and not findings.strip():
        raise RuleBroken(
            Words("Say what has to change, and why.", "请写明需要修改的内容和原因。"), field="findings", clause="P1.2"
        )
    return found
