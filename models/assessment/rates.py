"""Indicators over the rows they stand on (K1.1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload

from models.base import COMPANY_ZONE
from models.quality import SpotCheck, SpotCheckItem
from rules.assessment import Period, rate
from rules.quality import COUNTED, Category, CheckStatus, Verdict


@dataclass(frozen=True)
class Rate:
    """A rate of one department in a period: what passed, of what was judged."""

    department_id: int
    numerator: int
    denominator: int

    @property
    def value(self) -> Decimal | None:
        return rate(self.numerator, self.denominator)


def _judged(period: Period) -> Select[tuple[SpotCheckItem]]:
    """Items that count: process execution, judged, of a check that stands; no re-check, no patrol of one's own team."""
    start, end = period.instants(COMPANY_ZONE)
    return (
        select(SpotCheckItem)
        .join(SpotCheck, SpotCheck.id == SpotCheckItem.check_id)
        .where(
            SpotCheck.checked_at >= start,
            SpotCheck.checked_at < end,
            SpotCheck.status.in_((CheckStatus.SUBMITTED, CheckStatus.CLOSED)),
            SpotCheck.kind.in_(COUNTED),
            SpotCheckItem.category == Category.PROCESS_EXECUTION,
            SpotCheckItem.verdict.in_((Verdict.OK, Verdict.NG)),
        )
    )


def execution_pass_rates(session: Session, period: Period) -> list[Rate]:
    """工艺执行合格率 of each department that was checked in the period, from its own rows only."""
    passed = func.sum(case((SpotCheckItem.verdict == Verdict.OK, 1), else_=0))
    rows = session.execute(
        _judged(period)
        .with_only_columns(SpotCheck.department_id, passed, func.count())
        .group_by(SpotCheck.department_id)
    )
    return [Rate(department, int(ok), int(judged)) for department, ok, judged in rows]


def together(department_id: int, rates: Iterable[Rate], departments: frozenset[int]) -> Rate:
    """One rate for a department with those below it: counts are added, rates are not averaged."""
    own = [one for one in rates if one.department_id in departments]
    return Rate(department_id, sum(one.numerator for one in own), sum(one.denominator for one in own))


def execution_pass_rows(
    session: Session, period: Period, departments: frozenset[int], *, first: int = 0, most: int = 200
) -> Sequence[SpotCheckItem]:
    """The items behind a pass rate, latest first; at most ``most``."""
    return session.scalars(
        _judged(period)
        .where(SpotCheck.department_id.in_(sorted(departments)))
        .options(joinedload(SpotCheckItem.check), joinedload(SpotCheckItem.employee))
        .order_by(SpotCheck.checked_at.desc(), SpotCheckItem.id)
        .offset(first)
        .limit(most)
    ).all()
