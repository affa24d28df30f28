"""The year at a glance: twelve months, and a click that turns a day (TIME.md 2, 13)."""

from calendar import Calendar as Grid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from admin_views.fields import clean
from admin_views.registry import MenuPage, desk_card, menu_page
from admin_views.screen import DeskCard, DeskLine, Option
from admin_views.session import db
from admin_views.signin import act_here, person_here, unauthorised
from admin_views.words import exact_date, month_text, say, t, today
from models.journal import acting
from models.regulation import Calendar, CalendarDay, SlaClock
from models.regulation.calendar import company, facts_now, refuse_unworkable, working
from models.regulation.clocks import follow_calendars
from rules.base import Faulty, NotVisible, NotYours, Person, Role, RuleBroken, Words, key_of
from rules.regulation import CALENDAR, CalendarFacts, DayType, announced_years
from rules.regulation.calendar import KIND_OF_DAY, awaited_year, day_type_on, week_begins, week_on
from rules.working_time import WorkCalendar
from rules.working_time.hours import WEEKDAYS

year_pages = Blueprint("year", __name__, url_prefix="/calendar")
FIRST, LAST = 2000, 2100
MARKS = {DayType.HOLIDAY: Words("off", "休"), DayType.MAKEUP_WORKDAY: Words("on", "班")}
AS_USUAL = "usual"
TURNED = (DayType.HOLIDAY, DayType.MAKEUP_WORKDAY)

menu_page(MenuPage("regulation", Words("Year calendar", "年历"), "/calendar/", lambda _: True, "calendar"))


@dataclass(frozen=True)
class Square:
    """One day of the year as it is drawn."""

    on: date
    label: str
    tone: str
    mark: str = ""
    is_today: bool = False
    is_chosen: bool = False


@year_pages.get("/")
def year_page() -> AnyResponse | str:
    """A year of a calendar; the day that was clicked is asked about above it."""
    if not current_user.is_authenticated:
        return unauthorised()
    return _page(_chosen_day(request.args.get("on", "")))


def _page(chosen: date | None, *, refusal: str = "", typed: dict[str, str] | None = None) -> str:
    year = chosen.year if chosen is not None else _year(request.args.get("year", ""))
    calendar = _calendar(request.values.get("calendar", ""))
    facts, given = facts_now(db.session(), calendar), _days(year)
    engine = working(db.session(), calendar).engine
    may_turn = CALENDAR.may_edit(person_here())
    here = f"/calendar/?calendar={calendar.id}"
    return render_template(
        "year.html",
        title=t("Working calendar {year}", "{year} 年工作日历", year=year),
        year=year,
        here=here,
        before_url=f"{here}&year={year - 1}" if year > FIRST else "",
        after_url=f"{here}&year={year + 1}" if year < LAST else "",
        calendar_id=calendar.id,
        calendars=[Option(str(key), name, key == calendar.id) for key, name in _names()],
        weekdays=[say(one)[-1] if say(one).startswith("星期") else say(one)[:2] for one in WEEKDAYS],
        months=[_month(year, month, facts, given, chosen, engine) for month in range(1, 13)],
        total=engine.days_between(date(year - 1, 12, 31), date(year, 12, 31)),
        is_announced=year in facts.announced,
        may_turn=may_turn,
        question=_question(chosen, facts, given, typed or {}) if chosen is not None and may_turn else None,
        refusal=refusal,
        sources=sorted({one.source for one in given.values() if one.source}),
        edit_url=f"/admin/calendar/edit/?id={calendar.id}" if may_turn else "",
    )


def _month(
    year: int,
    month: int,
    facts: CalendarFacts,
    given: dict[date, CalendarDay],
    chosen: date | None,
    engine: WorkCalendar,
) -> dict[str, Any]:
    weeks = [
        [_square(on, facts, given, chosen, engine) if on.month == month else None for on in week]
        for week in Grid().monthdatescalendar(year, month)
    ]
    first = date(year, month, 1)
    worked = sum(one is not None and "off" not in one.tone for week in weeks for one in week)
    return {"name": month_text(first), "weeks": weeks, "worked": worked}


def _square(
    on: date, facts: CalendarFacts, given: dict[date, CalendarDay], chosen: date | None, engine: WorkCalendar
) -> Square:
    known = given.get(on) if facts.keeps_holidays else None
    is_worked = engine.days_between(on - timedelta(days=1), on) == 1
    kind = _kind(on, facts)
    has_own = any(day == on for day, _ in facts.own)
    said = [exact_date(on), say(KIND_OF_DAY[kind]), known.name if known is not None else ""]
    if has_own:
        said.append(t("hours of its own", "特定时段"))
    tone = ("worked" if is_worked else "off") + (f" {known.day_type}" if known is not None else "")
    return Square(
        on,
        ", ".join(filter(None, said)),
        tone + (" own" if has_own else "") + (" provisional" if known is not None and known.provisional else ""),
        say(MARKS[known.day_type]) if known is not None and known.day_type in MARKS else "",
        on == today(),
        on == chosen,
    )


def _kind(on: date, facts: CalendarFacts) -> DayType:
    begins = week_begins(facts.intervals)
    week = week_on(facts.intervals, max(on, begins[0])) if begins else {}
    return day_type_on(on, dict(facts.days), week)


def _question(on: date, facts: CalendarFacts, given: dict[date, CalendarDay], typed: dict[str, str]) -> dict[str, Any]:
    """What is asked about a day: what to make of it, and on what grounds."""
    known, kind = given.get(on), _kind(on, facts)
    proposed = typed.get("day_type") or (
        AS_USUAL if known is not None else str(TURNED[1] if kind in {DayType.WEEKEND, DayType.HOLIDAY} else TURNED[0])
    )
    options = [Option(str(one), say(one.words), str(one) == proposed) for one in TURNED]
    usual = Option(AS_USUAL, t("as its weekday says", "恢复为平常日"), proposed == AS_USUAL)
    return {
        "on": on.isoformat(),
        "title": exact_date(on),
        "now": say(KIND_OF_DAY[kind]),
        "options": [*options, usual],
        "name": typed.get("name", known.name if known is not None else ""),
        "source": typed.get("source", known.source if known is not None else ""),
        "version": known.version_no if known is not None else 0,
        "open_clocks": db.session.scalar(
            select(func.count()).select_from(SlaClock).where(SlaClock.stopped_at.is_(None))
        ),
    }


@year_pages.post("/turn/")
def turn() -> AnyResponse | str:
    """Makes of a day what was chosen; open deadlines are reckoned anew with it."""
    if not current_user.is_authenticated:
        return unauthorised()
    if not CALENDAR.may_edit(person_here()):
        raise NotYours(Words("Only the administrator turns days.", "只有管理员可以调整日历。"))
    on = _chosen_day(request.form.get("on", ""))
    if on is None:
        raise Faulty({"on": Words("This is not a date.", "这不是有效的日期。")})
    typed = {name: clean(request.form.get(name, "")) for name in ("day_type", "name", "source", "version")}
    if typed["day_type"] not in {AS_USUAL, *map(str, TURNED)}:
        raise Faulty({"day_type": Words("This is not one of the choices.", "不在可选项之内。")})
    with acting(db.session, act_here()) as act:
        _turn(on, typed)
        refuse_unworkable(db.session(), act.at)
        moved = follow_calendars(db.session(), act.at)
    said = Words("{on} is changed; deadlines reckoned anew: {n}.", "{on} 已调整，重算期限 {n} 项。", on=on, n=moved)
    flash(say(said), "success")
    return redirect(f"/calendar/?calendar={_calendar(request.form.get('calendar', '')).id}&year={on.year}")


def _turn(on: date, typed: dict[str, str]) -> None:
    day = db.session.scalar(select(CalendarDay).where(CalendarDay.on == on))
    if typed["version"] != str(day.version_no if day is not None and day.voided_at is None else 0):
        raise RuleBroken(
            Words("Somebody else changed this day meanwhile. Look again.", "该日期已被他人调整，请刷新后再试。"),
            field="on",
        )
    if typed["day_type"] == AS_USUAL:
        if day is not None:
            db.session.delete(day)
        return
    if day is None:
        day = CalendarDay(on=on)
        db.session.add(day)
    day.day_type, day.name = DayType(typed["day_type"]), typed["name"][:100]
    day.source, day.provisional, day.voided_at = typed["source"][:200], False, None


# -- what was asked for ----------------------------------------------------------------------------------------------


def _year(given: str) -> int:
    if given.isdecimal() and given.isascii() and len(given) == 4 and FIRST <= int(given) <= LAST:
        return int(given)
    return today().year


def _chosen_day(given: str) -> date | None:
    try:
        found = date.fromisoformat(given)
    except ValueError:
        return None
    return found if FIRST <= found.year <= LAST else None


def _calendar(given: str) -> Calendar:
    if not given:
        return company(db.session())
    found = db.session.get(Calendar, key_of(given) or 0)
    if found is None:
        raise NotVisible
    return found


def _names() -> list[tuple[int, str]]:
    query = select(Calendar.id, Calendar.name).where(Calendar.voided_at.is_(None)).order_by(Calendar.id).limit(100)
    return [(key, name) for key, name in db.session.execute(query)]


def _days(year: int) -> dict[date, CalendarDay]:
    query = select(CalendarDay).where(
        CalendarDay.on.between(date(year, 1, 1), date(year, 12, 31)), CalendarDay.voided_at.is_(None)
    )
    return {one.on: one for one in db.session.scalars(query)}


@desk_card
def awaited_notice(person: Person) -> DeskCard | None:
    """From mid-November the administrator is asked for next year's holidays (TIME.md 13)."""
    if not person.holds(Role.ADMIN):
        return None
    rows = db.session.execute(select(CalendarDay.on, CalendarDay.provisional).where(CalendarDay.voided_at.is_(None)))
    year = awaited_year(today(), announced_years((on, is_provisional) for on, is_provisional in rows))
    if year is None:
        return None
    count = db.session.scalar(
        select(func.count()).select_from(SlaClock).where(SlaClock.stopped_at.is_(None), SlaClock.provisional)
    )
    line = DeskLine(
        t("Enter the State Council's holidays of {year}", "请录入国务院 {year} 年节假日安排", year=year),
        f"/calendar/?year={year}",
        t("{n} deadlines are provisional until then", "录入前有 {n} 项期限为暂定", n=count),
        tone="soon",
    )
    return DeskCard(t("Holidays not entered yet", "节假日尚未录入"), [line], "", 1, "calendar-event")
