"""What a company begins with: the State Council's days of the years published so far, a working week (TIME.md 13)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Act, Source
from models.journal import acting
from models.regulation.calendar import Calendar, CalendarDay, WorkInterval
from rules.base import SYSTEM
from rules.regulation import DayType

NOTICES = {
    2024: "国务院办公厅关于2024年部分节假日安排的通知（国办发明电〔2023〕7号）",
    2025: "国务院办公厅关于2025年部分节假日安排的通知（国办发明电〔2024〕12号）",
    2026: "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）",
}
HOLIDAYS = """
2024-01-01 元旦
2024-02-10/2024-02-17 春节
2024-04-04/2024-04-06 清明节
2024-05-01/2024-05-05 劳动节
2024-06-10 端午节
2024-09-15/2024-09-17 中秋节
2024-10-01/2024-10-07 国庆节
2025-01-01 元旦
2025-01-28/2025-02-04 春节
2025-04-04/2025-04-06 清明节
2025-05-01/2025-05-05 劳动节
2025-05-31/2025-06-02 端午节
2025-10-01/2025-10-08 国庆节、中秋节
2026-01-01/2026-01-03 元旦
2026-02-15/2026-02-23 春节
2026-04-04/2026-04-06 清明节
2026-05-01/2026-05-05 劳动节
2026-06-19/2026-06-21 端午节
2026-09-25/2026-09-27 中秋节
2026-10-01/2026-10-07 国庆节
"""
"""From which to which day nobody works, weekends included: a company that works on Saturdays needs to know."""

MAKEUP_WORKDAYS = """
2024-02-04 春节
2024-02-18 春节
2024-04-07 清明节
2024-04-28 劳动节
2024-05-11 劳动节
2024-09-14 中秋节
2024-09-29 国庆节
2024-10-12 国庆节
2025-01-26 春节
2025-02-08 春节
2025-04-27 劳动节
2025-09-28 国庆节、中秋节
2025-10-11 国庆节、中秋节
2026-01-04 元旦
2026-02-14 春节
2026-02-28 春节
2026-05-09 劳动节
2026-09-20 国庆节
2026-10-10 国庆节
"""

CALENDAR_CODE, CALENDAR_NAME = "GS", "公司日历"
HOURS = (("08:30", "12:00"), ("13:00", "17:30"))
"""Eight hours on five days: the standard working time (国务院关于职工工作时间的规定), to be made the company's own."""
WORKING_WEEKDAYS = range(5)
ALL_TIME = date(2020, 1, 1)


def statutory_days() -> list[tuple[date, DayType, str]]:
    """Every day of the notices, by date; a year without a notice has none and follows the weekday."""
    tables = ((HOLIDAYS, DayType.HOLIDAY), (MAKEUP_WORKDAYS, DayType.MAKEUP_WORKDAY))
    return sorted((on, kind, name) for table, kind in tables for on, name in _days(table))


def _days(table: str) -> Iterator[tuple[date, str]]:
    for line in table.split("\n"):
        if line:
            span, name = line.split()
            first, last = (date.fromisoformat(one) for one in (span.split("/") * 2)[:2])
            for place in range((last - first).days + 1):
                yield first + timedelta(days=place), name


def ship(session: Session, at: datetime) -> int:
    """Fills an empty calendar; what a company has entered is left alone. Returns how many rows were made."""
    if session.scalar(select(Calendar.id).limit(1)) or session.scalar(select(CalendarDay.id).limit(1)):
        return 0
    with acting(session, Act(SYSTEM, at, Source.COMMAND)):
        calendar = Calendar(code=CALENDAR_CODE, name=CALENDAR_NAME)
        calendar.intervals = [
            WorkInterval(weekday=weekday, starts=starts, ends=ends, from_on=ALL_TIME)
            for weekday in WORKING_WEEKDAYS
            for starts, ends in HOURS
        ]
        session.add(calendar)
        days = statutory_days()
        session.add_all(
            CalendarDay(on=on, day_type=kind, name=name, source=NOTICES[on.year]) for on, kind, name in days
        )
        session.commit()
    return len(days) + 1
