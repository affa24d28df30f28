"""The working calendar as data, and as the engine that deadlines are reckoned with (TIME.md 2, 3, 12, 13)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, Line, Record
from models.organisation import Department
from models.types import BigId
from rules import regulation
from rules.base import RuleBroken, Words
from rules.regulation import CalendarFacts, DayType, announced_years
from rules.regulation.calendar import Hour, facts_of
from rules.working_time import Unworkable, WorkCalendar
from rules.working_time.hours import CLOSED_TOO_LONG


class Calendar(Record):
    """A working calendar: the company's, a department's own, or one that time limits name."""

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
    keeps_holidays: Mapped[bool] = mapped_column(default=True)
    """Whether the statutory days count; a hotline that is always manned keeps none."""
    department: Mapped[Department | None] = relationship()
    intervals: Mapped[list["WorkInterval"]] = relationship(
        back_populates="calendar",
        cascade="all, delete-orphan",
        order_by="WorkInterval.from_on, WorkInterval.weekday, WorkInterval.starts",
    )
    own_intervals: Mapped[list["OwnInterval"]] = relationship(
        back_populates="calendar", cascade="all, delete-orphan", order_by="OwnInterval.on, OwnInterval.starts"
    )


class WorkInterval(Line):
    """Working hours of a weekday (0 = Monday), such as 08:30-12:00; the newest hours of a weekday count."""

    __tablename__ = "work_interval"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
    )
    words = Words("Working hours", "工作时段")

    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id"), index=True)
    weekday: Mapped[int]
    starts: Mapped[str] = mapped_column("start", String(5))
    ends: Mapped[str] = mapped_column("end", String(5))
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    calendar: Mapped[Calendar] = relationship(back_populates="intervals")

    def told_in(self) -> Calendar:
        return self.calendar


class OwnInterval(Line):
    """Hours of a single date, over week and holidays; without times the date is off (rule 2)."""

    __tablename__ = "own_interval"
    __table_args__ = (
        Index("ix_own_interval_calendar_id_on", "calendar_id", "on"),
        CheckConstraint("(start = '') = (\"end\" = '')", name="both_times_or_none"),
    )
    words = Words("Hours of a single date", "特定日期工作时段")

    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id"))
    on: Mapped[date]
    starts: Mapped[str] = mapped_column("start", String(5), default="")
    ends: Mapped[str] = mapped_column("end", String(5), default="")
    note: Mapped[str] = mapped_column(String(100), default="")
    calendar: Mapped[Calendar] = relationship(back_populates="own_intervals")

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


class CalendarVersion(Base):
    """A calendar as it was when a clock was reckoned on it: what a closed clock is proved from, for ever."""

    __tablename__ = "calendar_version"
    __table_args__ = (
        UniqueConstraint("calendar_id", "digest", name="uq_calendar_version_once"),
        UniqueConstraint("calendar_id", "number", name="uq_calendar_version_number"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id"))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]

    @cached_property
    def calendar_facts(self) -> CalendarFacts:
        """Read once: a kept copy never changes, and thousands of clocks ask it."""
        return facts_of(self.facts)


# -- questions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Working:
    """A calendar's facts, and the engine that answers by them."""

    calendar_id: int
    facts: CalendarFacts
    engine: WorkCalendar


MOST_BUILT = 64
A_YEAR = timedelta(days=366)
_working: dict[tuple[Any, ...], Working] = {}
_engines: dict[str, WorkCalendar] = {}


def company_calendar(session: Session) -> WorkCalendar:
    """The company's calendar; built anew only when something in it changed."""
    return working(session, company(session)).engine


def company(session: Session) -> Calendar:
    """The company's own: the first that is no department's."""
    found = session.scalar(
        select(Calendar)
        .where(Calendar.department_id.is_(None), Calendar.voided_at.is_(None))
        .order_by(Calendar.id)
        .limit(1)
    )
    if found is None:
        raise RuleBroken(Words("The company has no working calendar yet.", "公司尚未设置工作日历。"), clause="A4.1")
    return found


def calendar_for(session: Session, *, calendar_id: int | None, department_id: int | None) -> Calendar:
    """The calendar named by the policy, else that of the department or the nearest above, else the company's."""
    named = session.get(Calendar, calendar_id) if calendar_id is not None else None
    if named is not None:
        return named
    rows = session.scalars(select(Calendar).where(Calendar.department_id.is_not(None), Calendar.voided_at.is_(None)))
    own = {one.department_id: one for one in rows}
    while own and department_id is not None:
        if department_id in own:
            return own[department_id]
        department_id = session.scalar(select(Department.parent_id).where(Department.id == department_id))
    return company(session)


def working(session: Session, calendar: Calendar) -> Working:
    """A calendar with everything that counts for it today."""
    changes = (func.sum(CalendarDay.id), func.sum(CalendarDay.version_no), func.max(CalendarDay.updated_at))
    days = session.execute(select(func.count(), *changes).where(CalendarDay.voided_at.is_(None))).one()
    key = (str(session.get_bind().engine.url), calendar.id, calendar.version_no, calendar.updated_at, *days)
    if key not in _working:
        facts = facts_now(session, calendar)
        if len(_working) >= MOST_BUILT:
            _working.clear()
        _working[key] = Working(calendar.id, facts, engine_of(facts))
    return _working[key]


def facts_now(session: Session, calendar: Calendar) -> CalendarFacts:
    """What a calendar consists of."""
    rows = session.execute(
        select(CalendarDay.on, CalendarDay.day_type, CalendarDay.provisional)
        .where(CalendarDay.voided_at.is_(None))
        .order_by(CalendarDay.on)
    ).all()
    own: dict[date, list[Hour]] = {}
    for one in calendar.own_intervals:
        own.setdefault(one.on, []).extend([(one.starts, one.ends)] if one.starts else [])
    return CalendarFacts(
        zone=calendar.time_zone,
        intervals=tuple(
            sorted((one.weekday, one.starts, one.ends, one.from_on, one.to_on) for one in calendar.intervals)
        ),
        days=tuple((on, kind) for on, kind, _ in rows) if calendar.keeps_holidays else (),
        own=tuple(sorted((on, tuple(sorted(hours))) for on, hours in own.items())),
        announced=announced_years((on, is_provisional) for on, _, is_provisional in rows),
        keeps_holidays=calendar.keeps_holidays,
    )


def engine_of(facts: CalendarFacts) -> WorkCalendar:
    """The engine of these facts, built once. Raises RuleBroken with the reason where nobody could work by them."""
    digest = facts.digest
    if digest not in _engines:
        if len(_engines) >= MOST_BUILT:
            _engines.clear()
        try:
            _engines[digest] = facts.engine()
        except Unworkable as fault:
            raise RuleBroken(fault.words, field="intervals") from None
    return _engines[digest]


def refuse_unworkable(session: Session, at: datetime) -> None:
    """Raises RuleBroken where a calendar could not be worked by as it stands now (rule 12)."""
    session.flush()
    for one in session.scalars(select(Calendar).where(Calendar.voided_at.is_(None))):
        refuse_closed(facts_now(session, one), at)


def refuse_closed(facts: CalendarFacts, at: datetime) -> None:
    """Raises RuleBroken for facts that nobody could work by, and for hours that end without others to follow."""
    engine = engine_of(facts)
    try:
        is_closed = engine.next_opening(at) - at > A_YEAR
    except Unworkable:
        is_closed = True
    if is_closed:
        day = at.astimezone(engine.zone).date()
        raise RuleBroken(Words(CLOSED_TOO_LONG.en, CLOSED_TOO_LONG.zh, day=day), field="intervals")


def engine_of_version(version: CalendarVersion) -> WorkCalendar:
    """The engine of a kept copy."""
    return _engines.get(version.digest) or engine_of(version.calendar_facts)


def names_between(session: Session, first: date, last: date) -> dict[date, str]:
    """The festivals between two dates."""
    query = select(CalendarDay.on, CalendarDay.name).where(
        CalendarDay.on.between(first, last), CalendarDay.voided_at.is_(None), CalendarDay.name != ""
    )
    return dict(session.execute(query).tuples().all())


def version_now(session: Session, calendar: Calendar, at: datetime) -> CalendarVersion:
    """The kept copy of a calendar as it is now; made where there is none yet."""
    facts = working(session, calendar).facts
    mine = CalendarVersion.calendar_id == calendar.id
    found = session.scalar(select(CalendarVersion).where(mine, CalendarVersion.digest == facts.digest))
    if found is None:
        last = session.scalar(select(func.max(CalendarVersion.number)).where(mine)) or 0
        found = CalendarVersion(
            calendar_id=calendar.id, number=last + 1, digest=facts.digest, facts=facts.kept(), made_at=at
        )
        session.add(found)
        session.flush()
    return found
