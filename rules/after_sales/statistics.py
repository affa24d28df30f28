"""What tickets add up to: handling times, rates, weak points against the period before, clusters (A5.1, A5.2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal

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
class Told:
    """What the figures read of one ticket."""

    key: str
    minutes: int | None = None
    """Handling time in working minutes; None = not solved yet."""
    is_timely: bool | None = None
    """Whether the time limit of the solution was kept; None = not decided."""
    rating: int | None = None
    is_reopened: bool = False


@dataclass(frozen=True)
class Figures:
    """A group of tickets in figures; None = nothing to reckon from."""

    count: int
    median_minutes: int | None
    slowest_minutes: int | None
    """So long at most did nine of ten take."""
    timely: Decimal | None
    satisfaction: Decimal | None
    reopened: int


def percentile(values: Sequence[int], percent: int) -> int | None:
    """The nearest-rank percentile: the smallest value that so many per cent do not exceed; None of nothing."""
    if not values:
        return None
    rank = (Decimal(percent) * len(values) / 100).to_integral_value(ROUND_CEILING)
    return sorted(values)[max(1, int(rank)) - 1]


def rate(good: int, all_of: int) -> Decimal | None:
    """Per cent, unrounded; of nothing there is none."""
    return Decimal(good) * 100 / all_of if all_of else None


def figures(told: Iterable[Told]) -> Figures:
    """Counts, handling time, timely rate and satisfaction of these tickets; a rating s counts (s - 1) / 4 x 100."""
    rows = list(told)
    minutes = [one.minutes for one in rows if one.minutes is not None]
    judged = [one.is_timely for one in rows if one.is_timely is not None]
    ratings = [one.rating for one in rows if one.rating is not None]
    return Figures(
        len(rows),
        percentile(minutes, 50),
        percentile(minutes, 90),
        rate(sum(judged), len(judged)),
        sum((Decimal(one - 1) * 25 for one in ratings), Decimal(0)) / len(ratings) if ratings else None,
        sum(one.is_reopened for one in rows),
    )


def by_key(told: Iterable[Told]) -> dict[str, Figures]:
    """The same for each group, the largest first."""
    groups: dict[str, list[Told]] = {}
    for one in told:
        groups.setdefault(one.key, []).append(one)
    found = {key: figures(rows) for key, rows in groups.items()}
    return dict(sorted(found.items(), key=lambda one: (-one[1].count, one[0])))


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


@dataclass(frozen=True)
class Bar:
    """A bar of a Pareto: how often, and how many per cent it and those before it make of all."""

    name: str
    count: int
    together: Decimal


def pareto(counts: Mapping[str, int], most: int = 10) -> list[Bar]:
    """The most frequent first, at most so many; shares are of all, also of what is not shown."""
    total, reached = sum(counts.values()), 0
    found = []
    for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:most]:
        reached += count
        found.append(Bar(name, count, Decimal(reached) * 100 / total))
    return found
