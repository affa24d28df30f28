"""The points of rewards and penalties as rows of a sheet (K3.1, K4.1).

What was carried out in the period counts with its points; a person's on his own sheet, a department's on its own, and
none upwards. What became of it on appeal counts where the period was still open then; a closed one keeps what it was
closed with, and the difference is a correction of the next.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, literal, or_, select, type_coerce
from sqlalchemy.orm import Session

from models.assessment.cycles import AssessmentCycle
from models.assessment.rewards import RewardPenalty, RewardPenaltyRule
from models.indicators import Span, indicator
from models.types import BigId
from rules.assessment import POINTS, REWARDS, LeftOut, Measure, Occasion, RewardStatus

ONCE_EXECUTED = (
    RewardStatus.EXECUTED, RewardStatus.APPEALED, RewardStatus.UPHELD, RewardStatus.CHANGED, RewardStatus.REVOKED,
)  # fmt: skip
COUNTED_ALREADY = (Occasion.ASSESSMENT, Occasion.SUGGESTION)
"""A grade is the sheet itself; a suggestion counts as contribution to improvement."""


@indicator(POINTS, "sum")
def points(_session: Session, span: Span) -> Select[Any]:
    """奖惩加减分: points of what was carried out in the period, off for penalties."""
    is_known = _is_known(span)
    now, before = (type_coerce(one, BigId) for one in (RewardPenalty.size, RewardPenalty.size_before))
    size = case((is_known, now), else_=func.coalesce(before, now))
    sign = case((RewardPenalty.kind.in_(REWARDS), 1), else_=-1)
    left_out = case(
        (RewardPenalty.voided_at.is_not(None), LeftOut.VOIDED.value),
        (RewardPenalty.status.not_in(ONCE_EXECUTED), LeftOut.CANCELLED.value),
        ((RewardPenalty.status == RewardStatus.REVOKED) & is_known, LeftOut.REVOKED.value),
        (RewardPenaltyRule.occasion.in_(COUNTED_ALREADY), LeftOut.COUNTED_ALREADY.value),
        else_="",
    )
    return (
        select(
            literal(RewardPenalty.__tablename__).label("entity"),
            RewardPenalty.id.label("entity_id"),
            RewardPenalty.employee_id.label("employee_id"),
            RewardPenalty.subject_department_id.label("department_id"),
            RewardPenalty.executed_at.label("at"),
            (func.coalesce(size, 0) * sign).label("top"),
            literal(0).label("bottom"),
            left_out.label("left_out"),
            literal("").label("part"),
        )
        .join(RewardPenaltyRule, RewardPenaltyRule.id == RewardPenalty.rule_id)
        .where(
            RewardPenalty.executed_at >= span.start,
            RewardPenalty.executed_at < span.end,
            RewardPenaltyRule.measure == Measure.POINTS,
        )
    )


def _is_known(span: Span) -> ColumnElement[bool]:
    """Whether what the appeal came to counts here: before the cut-off, or while the period was not closed."""
    was_closed = exists().where(
        AssessmentCycle.from_on == span.from_on,
        AssessmentCycle.to_on == span.to_on,
        AssessmentCycle.voided_at.is_(None),
        AssessmentCycle.locked_at <= RewardPenalty.answered_at,
    )
    return or_(RewardPenalty.answered_at.is_(None), RewardPenalty.answered_at <= span.cut_off_at, ~was_closed)
