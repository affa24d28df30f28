"""The working calendar on screen."""

from typing import ClassVar

from admin_views.base import Inline, RegulationView
from models.base import Act
from models.regulation import Calendar
from rules.base import RuleBroken, Words


class CalendarView(RegulationView):
    labels: ClassVar = {"time_zone": Words("Time zone", "时区"), "department": Words("Only for", "仅适用于")}
    list_columns = ("code", "name", "time_zone")
    form_columns = ("code", "name", "time_zone")
    left_out = frozenset({"department_id"})
    inlines = (
        Inline(
            "intervals",
            Words("Working hours", "工作时段"),
            ("weekday", "starts", "ends", "from_on"),
            {
                "weekday": Words("Weekday (0 = Monday)", "星期（0=周一）"),
                "starts": Words("From", "开始"),
                "ends": Words("To", "结束"),
            },
        ),
    )
    icon = "calendar"

    def before_save(self, record: Calendar, act: Act) -> None:
        from rules.working_time import WorkCalendar

        week: dict[int, list[tuple[str, str]]] = {}
        for one in record.intervals:
            week.setdefault(one.weekday, []).append((one.starts, one.ends))
        try:
            WorkCalendar(record.time_zone, week)
        except ValueError as fault:
            raise RuleBroken(Words("{fault}", "日历无法使用：{fault}", fault=str(fault)), field="intervals") from None


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
