"""The working calendar as data, and as the engine that deadlines are reckoned with (TIME.md)."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Line, Record
from rules import regulation
from rules.base import RuleBroken, Words
from rules.regulation import DayType
from rules.working_time import WorkCalendar


class Calendar(Record):
    """A working calendar: the company's, or a department's own."""

    __tablename__ = "calendar"
    words = Words("Working calendar", "工作日历")
    chapter = "regulation"
    access = regulation.CALENDAR
    search_columns = ("code", "name")
    label_columns = ("name",)

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), unique=True)
    time_zone: Mapped[str] = mapped_column(String(63), default="Asia/Shanghai")
    intervals: Mapped[list["WorkInterval"]] = relationship(
        back_populates="calendar", cascade="all, delete-orphan", order_by="WorkInterval.weekday, WorkInterval.starts"
    )


class WorkInterval(Line):
    """Working hours of a weekday (0 = Monday), such as 08:30-12:00."""

    __tablename__ = "work_interval"
    __table_args__ = (CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),)
    words = Words("Working hours", "工作时段")

    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id"), index=True)
    weekday: Mapped[int]
    starts: Mapped[str] = mapped_column("start", String(5))
    ends: Mapped[str] = mapped_column("end", String(5))
    from_on: Mapped[date]
    calendar: Mapped[Calendar] = relationship(back_populates="intervals")

    def told_in(self) -> Calendar:
        return self.calendar


class CalendarDay(Record):
    """A day that the State Council's notice makes different from its weekday."""

    __tablename__ = "calendar_day"
    words = Words("Statutory day", "节假日安排")
    chapter = "regulation"
    access = regulation.CALENDAR
    search_columns = ("name",)
    label_columns = ("on", "name")

    on: Mapped[date] = mapped_column(unique=True)
    day_type: Mapped[DayType]
    name: Mapped[str] = mapped_column(String(100), default="")
    source: Mapped[str] = mapped_column(String(200), default="")
    provisional: Mapped[bool] = mapped_column(default=False)


# -- questions -------------------------------------------------------------------------------------------------------


_built: dict[tuple[Any, ...], WorkCalendar] = {}


def company_calendar(session: Session) -> WorkCalendar:
    """The company's calendar; built anew only when something in it changed."""
    calendar = session.scalar(select(Calendar).where(Calendar.department_id.is_(None)).order_by(Calendar.id).limit(1))
    if calendar is None:
        raise RuleBroken(Words("The company has no working calendar yet.", "公司尚未设置工作日历。"), clause="A4.1")
    changes = (func.sum(CalendarDay.id), func.sum(CalendarDay.version_no), func.max(CalendarDay.updated_at))
    days = session.execute(select(func.count(), *changes).where(CalendarDay.voided_at.is_(None))).one()
    key = (str(session.get_bind().engine.url), calendar.id, calendar.version_no, calendar.updated_at, *days)
    if key not in _built:
        _built.clear()
        _built[key] = _build(session, calendar)
    return _built[key]


def _build(session: Session, calendar: Calendar) -> WorkCalendar:
    week: dict[int, list[tuple[str, str]]] = {}
    for one in calendar.intervals:
        week.setdefault(one.weekday, []).append((one.starts, one.ends))
    days = session.execute(select(CalendarDay.on, CalendarDay.day_type).where(CalendarDay.voided_at.is_(None))).all()
    workday = week.get(0) or next(iter(week.values()), [])
    return WorkCalendar(
        calendar.time_zone,
        week,
        holidays=[on for on, kind in days if kind in {DayType.HOLIDAY, DayType.WEEKEND}],
        own_hours={
            on: week.get(on.weekday(), workday)
            for on, kind in days
            if kind in {DayType.MAKEUP_WORKDAY, DayType.WORKDAY}
        },
    )
