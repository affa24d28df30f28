"""How well it went, as figures that open down to their rows (K1)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from rules.base import Access, Role

R = Role
INDICATOR = Access(
    clause="K1.1",
    view=frozenset(
        {
            R.QUALITY_INSPECTOR,
            R.QUALITY_MANAGER,
            R.PRODUCTION_MANAGER,
            R.TECHNICAL,
            R.TECHNICAL_MANAGER,
            R.HR,
            R.HR_MANAGER,
            R.GENERAL_MANAGER,
        }
    ),
)


@dataclass(frozen=True)
class Period:
    """Whole days of the company: ``[from_on 00:00, to_on + 1 day 00:00)`` in its time zone."""

    from_on: date
    to_on: date

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        """A calendar month."""
        first = date(year, month, 1)
        return cls(first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1))

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """First instant, and the first that no longer belongs to it, in UTC."""
        start = datetime.combine(self.from_on, time(), zone)
        end = datetime.combine(self.to_on + timedelta(days=1), time(), zone)
        return start.astimezone(UTC), end.astimezone(UTC)


def rate(numerator: int, denominator: int) -> Decimal | None:
    """A rate in per cent, unrounded; without a denominator (corrections may take more than all) none: no_data."""
    return None if denominator <= 0 else Decimal(numerator) * 100 / Decimal(denominator)
