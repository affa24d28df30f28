"""What checks add up to: rates, scores, the few items behind most failures, patrols of a week (P3.1, P3.4, K1.1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from rules.base import Access, Choice, Role

R = Role
STATISTICS = Access(
    clause="P3.4",
    view=frozenset(
        {
            R.QUALITY_INSPECTOR,
            R.QUALITY_MANAGER,
            R.PRODUCTION_MANAGER,
            R.PRODUCTION_PLANNER,
            R.TECHNICAL,
            R.TECHNICAL_MANAGER,
            R.GENERAL_MANAGER,
        }
    ),
)


class GroupBy(Choice):
    """By what a rate is told apart."""

    DEPARTMENT = "department", "Department", "部门"
    TEAM = "team", "Team", "班组"
    POST = "post", "Post", "岗位"
    PERSON = "person", "Person", "人员"
    DOCUMENT = "document", "Process document", "工艺文件"
    MONTH = "month", "Month", "月份"


@dataclass(frozen=True)
class Tally:
    """What passed of what was judged; ``earned`` of ``possible`` are the same with the weights of the items."""

    passed: int = 0
    judged: int = 0
    earned: Decimal = Decimal(0)
    possible: Decimal = Decimal(0)

    @property
    def rate(self) -> Decimal | None:
        """Per cent, unrounded; nothing judged has no rate."""
        return None if self.judged == 0 else Decimal(self.passed) * 100 / self.judged

    @property
    def score(self) -> Decimal | None:
        """Points of 100 by weight, unrounded."""
        return None if self.possible == 0 else self.earned * 100 / self.possible


def months(first: date, last: date) -> list[date]:
    """The first days of the months from one date to another."""
    found, month = [], first.replace(day=1)
    while month <= last:
        found.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return found


def week_of(on: date) -> tuple[date, date]:
    """Monday and Sunday of the week."""
    monday = on - timedelta(days=on.weekday())
    return monday, monday + timedelta(days=6)


def missing(done: int, wanted: Decimal) -> int:
    """How many patrols of a week are still to be made (P3.1)."""
    return max(0, int(wanted) - done)


def together(tallies: Iterable[Tally]) -> Tally:
    """Counts are added; rates are never averaged."""
    all_of: Sequence[Tally] = list(tallies)
    return Tally(
        sum(one.passed for one in all_of),
        sum(one.judged for one in all_of),
        sum((one.earned for one in all_of), Decimal(0)),
        sum((one.possible for one in all_of), Decimal(0)),
    )
