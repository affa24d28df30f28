"""What changed figures would have done to the last quarter, for the chapters that are kept so far (P3.2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.quality import SpotCheck, SpotCheckItem
from models.regulation import Asked, Change, foretells
from rules import quality
from rules.base import Words
from rules.quality import CheckStatus, Verdict
from rules.regulation import REPEAT_WITHIN_DAYS


@foretells(REPEAT_WITHIN_DAYS)
def repeats(session: Session, change: Change, asked: Asked) -> list[Words]:
    """How many failures of the last quarter would have counted as repeated, and so as one step more severe."""
    failures = _failures(session, asked.since - timedelta(days=int(max(change.new, change.old or Decimal(0)))))
    new = _repeated(failures, change.new, asked.since)
    in_quarter = sum(one.at >= asked.since for one in failures)
    said = Words(
        "Of {n} failures in the last quarter {new} would have counted as repeated, and been raised one step.",
        "上一季度 {n} 项不合格中，将有 {new} 项被判定为重复发生并提高一级严重程度。",
        n=in_quarter,
        new=new,
    )
    if change.old is None:
        return [said]
    old = _repeated(failures, change.old, asked.since)
    return [said, Words("With the present value it is {old}.", "按现行数值为 {old} 项。", old=old)]


@dataclass(frozen=True)
class _Failure:
    post: int
    question: str
    at: datetime
    check: int


def _failures(session: Session, since: datetime) -> list[_Failure]:
    """What failed since then, in the order of post, question and time."""
    query = (
        select(SpotCheck.post_id, SpotCheckItem.question, SpotCheck.checked_at, SpotCheck.id)
        .join(SpotCheckItem, SpotCheckItem.check_id == SpotCheck.id)
        .where(
            SpotCheck.checked_at >= since,
            SpotCheck.status.in_((CheckStatus.SUBMITTED, CheckStatus.CLOSED)),
            SpotCheckItem.verdict == Verdict.NG,
        )
    )
    order = (SpotCheck.post_id, SpotCheckItem.question, SpotCheck.checked_at, SpotCheck.id)
    return [_Failure(*row) for row in session.execute(query.order_by(*order))]


def _repeated(failures: list[_Failure], within_days: Decimal, since: datetime) -> int:
    """How many came again: the same question at the same post, in a check before that lies so near."""
    count, last, before = 0, None, None
    for one in failures:
        if last is None or (one.post, one.question) != (last.post, last.question):
            before = None
        elif one.check != last.check:
            before = last.at
        if before is not None and one.at >= since and quality.is_repeat([before], one.at, within_days):
            count += 1
        last = one
    return count
