"""What tickets add up to: handling times, rates, weak points against the period before, clusters (A5.1, A5.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from rules.after_sales.tickets import AFTER_SALES
from rules.base import Access, Choice, Role

R = Role
STATISTICS = Access(
    clause="A5.1", view=AFTER_SALES | {R.GENERAL_MANAGER, R.TECHNICAL, R.TECHNICAL_MANAGER, R.QUALITY_MANAGER}
)
LEAST_FOR_WEAK = 3
"""Fewer tickets than these are no pattern."""
GROWTH = Decimal("1.5")
"""So many times as many as in the period before is a weak point."""


class GroupBy(Choice):
    """By what tickets are told apart."""

    CATEGORY = "category", "Kind of problem", "问题类型"
    MODEL = "model", "Product model", "产品型号"
    CAUSE = "cause", "Cause", "原因"
    AGENT = "agent", "Agent", "经办人"
    CHANNEL = "channel", "Channel", "渠道"
    SEVERITY = "severity", "Severity", "严重程度"


@dataclass(frozen=True)
class Figures:
    """A group of tickets in figures; None = nothing to reckon from."""

    count: int
    median_minutes: int | None
    """Nearest-rank: the smallest handling time that half of the solved ones do not exceed, in working minutes."""
    slowest_minutes: int | None
    """So long at most did nine of ten take."""
    timely: Decimal | None
    satisfaction: Decimal | None
    reopened: int


def satisfaction(stars: int, rated: int) -> Decimal | None:
    """The mean of the ratings in per cent: so many stars of so many who rated; one star is 0 %, five are 100 %."""
    return Decimal((stars - rated) * 25) / rated if rated else None


def rate(good: int, all_of: int) -> Decimal | None:
    """Per cent, unrounded; of nothing there is none."""
    return Decimal(good) * 100 / all_of if all_of else None


@dataclass(frozen=True)
class Weak:
    """A group that became worse: so many now, so many before."""

    key: str
    now: int
    before: int


def weak_points(now: Mapping[str, int], before: Mapping[str, int]) -> list[Weak]:
    """What grew by half and more against the period before, and faster than all together; the steepest growth first."""
    total, total_before = sum(now.values()), sum(before.values())
    found = [
        Weak(key, count, before.get(key, 0))
        for key, count in now.items()
        if count >= LEAST_FOR_WEAK
        and Decimal(count) >= GROWTH * before.get(key, 0)
        and count * total_before >= GROWTH * before.get(key, 0) * total
    ]
    return sorted(found, key=lambda one: (-(one.now - one.before), one.key))


def period_before(first: date, last: date) -> tuple[date, date]:
    """The days of equal number before these."""
    days = (last - first).days + 1
    return first - timedelta(days=days), first - timedelta(days=1)


def is_cluster(earlier: Iterable[datetime], at: datetime, count: Decimal, days: Decimal) -> bool:
    """Whether this ticket is the one that makes so many of one kind within so many days, itself among them (A5.2)."""
    since = at - timedelta(days=int(days))
    return 1 + sum(since <= one <= at for one in earlier) >= int(count)
