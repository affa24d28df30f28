"""The working calendar on screen."""

from typing import Any, ClassVar

from admin_views.base import Inline, RegulationView
from admin_views.fields import SPECIAL, PickField
from admin_views.registry import panel
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import say, t, today
from models.base import COMPANY_ZONE, Act
from models.regulation import Calendar, CalendarDay, OwnInterval, WorkInterval
from models.regulation.calendar import facts_now, refuse_closed, refuse_unworkable
from rules.base import Person, RuleBroken, Words
from rules.regulation.calendar import week_on
from rules.working_time.hours import WEEKDAYS

HOURS = {"starts": Words("Opens", "上班"), "ends": Words("Closes", "下班")}
DATES = {"from_on": Words("Counts from", "生效日期"), "to_on": Words("Until", "截止日期")}


class WeekdayField(PickField):
    """A weekday by its name; by its number for programs."""

    def __init__(self, label: str, validators: Any, **more: Any) -> None:
        days = [(str(place), say(name)) for place, name in enumerate(WEEKDAYS)]
        super().__init__(label, validators, groups={"": [("", "—"), *days]}, **more)

    @property
    def value(self) -> int | None:
        return int(self.data) if self.data else None


SPECIAL[WorkInterval, "weekday"] = WeekdayField


class CalendarView(RegulationView):
    labels: ClassVar = {
        "time_zone": Words("Time zone", "时区"),
        "department": Words("Only for", "仅适用于"),
        "keeps_holidays": Words("Statutory holidays count", "执行法定节假日"),
    }
    list_columns = ("code", "name", "department", "time_zone", "keeps_holidays")
    form_columns = ("code", "name", "department", "time_zone", "keeps_holidays")
    inlines = (
        Inline(
            "intervals",
            Words("Working hours", "工作时段"),
            ("weekday", "starts", "ends", "from_on", "to_on"),
            {"weekday": Words("Weekday", "星期"), **HOURS, **DATES},
        ),
        Inline(
            "own_intervals",
            Words("Hours of single dates (no times = day off)", "特定日期的工作时段（不填时刻=休息）"),
            ("on", "starts", "ends", "note"),
            {"on": Words("Date", "日期"), **HOURS},
        ),
    )
    icon = "calendar"

    def new_record(self, act: Act) -> Calendar:
        """Where the company's own is, until another zone is typed."""
        return Calendar(time_zone=COMPANY_ZONE.key, keeps_holidays=True)

    def before_save(self, record: Calendar, act: Act) -> None:
        """A calendar that nobody could work by is refused with the reason (TIME.md 12)."""
        for one in record.own_intervals:
            one.starts, one.ends = one.starts or "", one.ends or ""
            _refuse_half(one)
        try:
            refuse_closed(facts_now(db.session(), record), act.at)
        except RuleBroken as refused:
            raise RuleBroken(
                Words("The calendar cannot be used: {why}", "日历无法使用：{why}", why=refused.words), field="intervals"
            ) from None

    def _is_typed(self, inline: Inline, name: str) -> bool:
        return name != "from_on" and super()._is_typed(inline, name)


@panel(Calendar)
def year_of(calendar: Calendar, person: Person) -> Panel:
    """The way to the year view, and how each weekday is worked today."""
    week = week_on(facts_now(db.session(), calendar).intervals, today())
    return Panel(
        title=t("This week's hours", "当前作息"),
        headings=[Heading("day", t("Weekday", "星期")), Heading("hours", t("Working time", "工作时段"))],
        rows=[
            Row(day, "", [Cell(say(name)), Cell(", ".join("–".join(hour) for hour in week.get(day, ())) or "—")])
            for day, name in enumerate(WEEKDAYS)
        ],
        create_url=f"/calendar/?calendar={calendar.id}",
        create_label=t("Year view", "年历"),
    )


def _refuse_half(one: OwnInterval) -> None:
    if bool(one.starts) != bool(one.ends):
        raise RuleBroken(
            Words(
                "{on}: give both times, or none for a day off.", "{on}：开始和结束须同时填写，休息则都不填。", on=one.on
            ),
            field="own_intervals",
        )


class CalendarDayView(RegulationView):
    labels: ClassVar = {
        "on": Words("Date", "日期"),
        "day_type": Words("Kind of day", "日期类型"),
        "name": Words("Festival", "节日"),
        "source": Words("Source", "依据"),
        "provisional": Words("Provisional", "暂定"),
    }
    list_columns = ("on", "day_type", "name", "source", "provisional")
    filter_columns = ("on", "day_type", "provisional")
    form_columns = ("on", "day_type", "name", "source", "provisional")
    icon = "calendar-event"

    def before_save(self, record: CalendarDay, act: Act) -> None:
        """Nor may a single day make a calendar that nobody could work by."""
        db.session.add(record)
        refuse_unworkable(db.session(), act.at)
