"""Follow-up visits: somebody else asks the customer whether it is well now, and what follows (A4)."""

from collections.abc import Sequence
from decimal import Decimal

from rules.after_sales.tickets import AFTER_SALES
from rules.base import Access, Lifecycle, Role, RuleBroken, Words, relation, step

R = Role
SOLVER = relation("solver", "who solved it", "解决人")

FOLLOW_UP = Access(clause="A4.1", view=AFTER_SALES | {R.GENERAL_MANAGER})
LOW = 2
"""A score of so much or less calls the manager to the telephone."""
OPEN_VISITS = ("scheduled", "due")
CALLERS = AFTER_SALES
SCORES = ("speed", "skill", "manner", "result")

# fmt: off - a table, one row a step
FOLLOW_UP_STEPS = Lifecycle(
    "scheduled",
    (
        step("fall_due", "scheduled", "due", "Due", "到期", clause="A4.1"),
        step(
            "attempt",
            "scheduled",
            "scheduled",
            "Not reached this time",
            "本次未接通",
            by=CALLERS,
            unlike={SOLVER},
            clause="A4.1",
        ),
        step(
            "attempt", "due", "due", "Not reached this time", "本次未接通", by=CALLERS, unlike={SOLVER}, clause="A4.1"
        ),
        step(
            "record",
            OPEN_VISITS,
            "done",
            "Record the visit",
            "登记回访",
            by=CALLERS,
            unlike={SOLVER},
            asks=(*SCORES, "opinion", "problem_again"),
            tells=(R.AFTER_SALES_MANAGER,),
            clause="A4.1",
        ),
        step(
            "give_up",
            OPEN_VISITS,
            "unreachable",
            "Cannot be reached",
            "无法联系",
            by=CALLERS,
            unlike={SOLVER},
            needs_note=True,
            clause="A4.1",
        ),
        step(
            "refuse",
            OPEN_VISITS,
            "refused",
            "The customer declines",
            "客户拒访",
            by=CALLERS,
            unlike={SOLVER},
            needs_note=True,
            clause="A4.1",
        ),
        step("withdraw", OPEN_VISITS, "withdrawn", "Withdraw", "撤回", clause="A4.1"),
        step(
            "call_back",
            "done",
            "done",
            "The manager has called",
            "经理已致电",
            by={R.AFTER_SALES_MANAGER},
            needs_note=True,
            clause="A4.2",
        ),
    ),
)
# fmt: on


def mean(scores: Sequence[int]) -> Decimal:
    """The mean of the scores, exact."""
    return Decimal(sum(scores)) / len(scores)


def refuse_scores(scores: Sequence[int | None]) -> None:
    """Raises RuleBroken unless each of the four is from 1 to 5."""
    for name, score in zip(SCORES, scores, strict=True):
        if score is None or not 1 <= score <= 5:
            raise RuleBroken(Words("Score from 1 to 5.", "请评 1 至 5 分。"), field=name, clause="A4.1")


def is_favourable(scores: Sequence[int], line: Decimal, *, problem_again: bool) -> bool:
    """Whether a visit is favourable: the mean reaches the line, no score is 2 or less, the problem did not come back.

    ``line``: the figure "a follow-up is favourable from a mean of" (K1.3).
    """
    return mean(scores) >= line and min(scores) > LOW and not problem_again


def is_low(scores: Sequence[int]) -> bool:
    """Whether the manager has to call (A4.2)."""
    return min(scores) <= LOW


def refuse_without_attempt(attempts: int) -> None:
    """Raises RuleBroken when somebody was never called and is said not to be reached."""
    if attempts == 0:
        raise RuleBroken(Words("Note at least one attempt first.", "请先登记至少一次未接通的回访。"), clause="A4.1")
