"""The one clock: what time it is, and the company's zone."""

import os
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that IANA name; ValueError with what to do for anything else."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"TIME_ZONE: “{name}” is not a time zone such as Asia/Shanghai.") from None


COMPANY_ZONE = zone_of(os.environ.get("TIME_ZONE") or "Asia/Shanghai")
"""The zone of the company's dates and deadlines; every process of one company is given the same TIME_ZONE."""


def now() -> datetime:
    """The clock; everything else is told the time."""
    return datetime.now(UTC)


def on_date(at: datetime) -> date:
    """The company's date at that instant."""
    return at.astimezone(COMPANY_ZONE).date()
