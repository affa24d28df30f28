"""More time: asked by the responsible person before it is due, granted by the quality manager, at most twice (P3.2)."""

from datetime import datetime

from rules.actions.items import RESPONSIBLE
from rules.base import NOBODY, Access, Choice, Lifecycle, Role, RuleBroken, Words, step

R = Role
MOST_EXTENSIONS = 2
"""The regulation's own number, not a figure of the company."""

ACTION_EXTENSION = Access(
    clause="P3.2",
    view=frozenset({R.QUALITY_INSPECTOR, R.QUALITY_MANAGER, R.PRODUCTION_MANAGER, R.GENERAL_MANAGER}),
    create=NOBODY,
)


class ExtensionStatus(Choice):
    """Where a request for more time stands."""

    REQUESTED = "requested", "Requested", "待审批"
    APPROVED = "approved", "Approved", "已批准"
    REJECTED = "rejected", "Rejected", "已驳回"
    LAPSED = "lapsed", "Lapsed", "已失效"


# fmt: off - a table, one row a step
EXTENSION_STEPS = Lifecycle(
    "requested",
    (
        step(
            "approve",
            "requested",
            "approved",
            "Approve",
            "批准延期",
            by={R.QUALITY_MANAGER},
            unlike={RESPONSIBLE},
            tells=(RESPONSIBLE,),
            clause="P3.2",
        ),
        step(
            "reject",
            "requested",
            "rejected",
            "Reject",
            "驳回",
            by={R.QUALITY_MANAGER},
            unlike={RESPONSIBLE},
            needs_note=True,
            is_destructive=True,
            tells=(RESPONSIBLE,),
            clause="P3.2",
        ),
        step("lapse", "requested", "lapsed", "Lapse", "失效", tells=(RESPONSIBLE,), clause="P3.2"),
    ),
)
# fmt: on


def refuse_extension(*, due_at: datetime, new_due_at: datetime, at: datetime, granted: int, is_pending: bool) -> None:
    """Raises RuleBroken for a request that comes too late, too often, or asks for no later instant.

    ``granted``: how many were approved before; ``is_pending``: whether one still waits for its answer.
    """
    if at >= due_at:
        raise RuleBroken(
            Words(
                "It is due already ({due_at}): more time is asked for before that.",
                "期限（{due_at}）已到，延期须在到期前申请。",
                due_at=due_at,
            ),
            field="new_due_on",
            clause="P3.2",
        )
    if granted >= MOST_EXTENSIONS:
        raise RuleBroken(
            Words("It was extended twice already; that is the most.", "已延期两次，不能再次延期。"),
            field="new_due_on",
            clause="P3.2",
        )
    if is_pending:
        raise RuleBroken(
            Words("A request still waits for its answer.", "上一次延期申请尚未审批。"),
            field="new_due_on",
            clause="P3.2",
        )
    if new_due_at <= due_at:
        raise RuleBroken(
            Words("The new date must be later than {due_at}.", "新期限须晚于 {due_at}。", due_at=due_at),
            field="new_due_on",
            clause="P3.2",
        )


def refuse_late_grant(due_at: datetime, at: datetime) -> None:
    """Raises RuleBroken when the instant that would be put off has passed: what is late stays late."""
    if at >= due_at:
        raise RuleBroken(
            Words(
                "It fell due on {due_at}, before the request was answered: the request has lapsed.",
                "期限（{due_at}）已过，申请已失效，不能再批准。",
                due_at=due_at,
            ),
            clause="P3.2",
        )
