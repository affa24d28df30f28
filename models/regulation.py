"""The company's figures, time limits and working calendar, each with the dates it counts for."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Line, Record, on_date
from rules import regulation
from rules.base import RuleBroken, Unset, Words
from rules.regulation import DayType, FigureSpec, Limit, Target, Unit
from rules.working_time import WorkCalendar


class Figure(Record):
    """A figure [X] with the day from which it counts."""

    __tablename__ = "figure"
    __table_args__ = (
        UniqueConstraint("code", "applies_to", "from_on"),
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
    )
    words = Words("Figure", "制度参数")
    chapter = "regulation"
    access = regulation.FIGURE
    search_columns = ("code",)
    label_columns = ("code", "from_on")

    code: Mapped[str] = mapped_column(String(63))
    clause: Mapped[str] = mapped_column(String(10))
    value: Mapped[Decimal]
    unit: Mapped[Unit]
    applies_to: Mapped[str] = mapped_column(String(100), default="")
    from_on: Mapped[date]
    to_on: Mapped[date | None]


class SlaPolicy(Record):
    """A time limit: for what, on which conditions, how much; an empty amount is an unset [X] (时限规则)."""

    __tablename__ = "sla_policy"
    __table_args__ = (
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
        CheckConstraint("amount IS NULL OR amount >= 0", name="amount_not_negative"),
        Index("ix_sla_policy_target", "target"),
    )
    words = Words("Time limit", "时限规则")
    chapter = "regulation"
    access = regulation.SLA_POLICY
    search_columns = ("name",)
    label_columns = ("name",)

    name: Mapped[str] = mapped_column(String(100))
    clause: Mapped[str] = mapped_column(String(10))
    target: Mapped[Target]
    match: Mapped[dict[str, Any]] = mapped_column(default=dict)
    amount: Mapped[Decimal | None]
    unit: Mapped[Unit]
    from_on: Mapped[date]
    to_on: Mapped[date | None]


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


def figure(session: Session, spec: FigureSpec, on: date, applies_to: str = "") -> Decimal:
    """The value of a figure on a day; raises Unset, naming the clause, where the company has set none."""
    value = session.scalar(
        select(Figure.value)
        .where(
            Figure.code == spec.code,
            Figure.applies_to.in_({applies_to, ""}),
            Figure.from_on <= on,
            (Figure.to_on.is_(None)) | (on <= Figure.to_on),
            Figure.voided_at.is_(None),
        )
        .order_by(func.length(Figure.applies_to).desc())
        .limit(1)
    )
    if value is None:
        raise Unset(spec.words, spec.clause)
    return value


def limit(session: Session, target: Target, facts: Mapping[str, str], on: date, *, clause: str) -> Limit:
    """The time limit that applies; the policy with the most conditions wins. Raises Unset where there is none."""
    rows = session.scalars(
        select(SlaPolicy).where(
            SlaPolicy.target == target,
            SlaPolicy.from_on <= on,
            (SlaPolicy.to_on.is_(None)) | (on <= SlaPolicy.to_on),
            SlaPolicy.voided_at.is_(None),
        )
    )
    fitting = [one for one in rows if regulation.matches(one.match, facts)]
    best = max(fitting, key=lambda one: (len(one.match), one.from_on, one.id), default=None)
    if best is None or best.amount is None:
        raise Unset(target.words, clause)
    return Limit(best.amount, best.unit, best.id)


def due_at(session: Session, allowed: Limit, start: datetime) -> datetime:
    """When a time limit that starts then is used up, on the company's working calendar (TIME.md 4, 5)."""
    match allowed.unit:
        case Unit.WORKING_DAY if allowed.amount == int(allowed.amount):
            return company_calendar(session).add_days(start, int(allowed.amount))
        case Unit.WORKING_HOUR:
            return company_calendar(session).add(start, timedelta(hours=float(allowed.amount)))
        case Unit.CLOCK_HOUR:
            return start + timedelta(hours=float(allowed.amount))
        case Unit.CALENDAR_DAY:
            return start + timedelta(days=float(allowed.amount))
    raise RuleBroken(
        Words(
            "{amount} {unit} is no time limit: give whole working days, hours or calendar days.",
            "{amount}{unit}不能作为时限，请用整数工作日、小时或天。",
            amount=format(allowed.amount.normalize(), "f"),
            unit=allowed.unit,
        ),
        field="amount",
    )


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


def unset_figures(session: Session, at: datetime) -> list[FigureSpec]:
    """Figures of the regulation without a value today."""
    on, missing = on_date(at), []
    for spec in regulation.FIGURES.values():
        try:
            figure(session, spec, on)
        except Unset:
            missing.append(spec)
    return missing
