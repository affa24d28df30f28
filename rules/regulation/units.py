"""What figures and time limits are counted in."""

from rules.base import Choice


class Unit(Choice):
    """What a figure counts."""

    CLOCK_HOUR = "clock_hour", "clock hours", "小时"
    WORKING_HOUR = "working_hour", "working hours", "工作小时"
    WORKING_DAY = "working_day", "working days", "个工作日"
    CALENDAR_DAY = "calendar_day", "calendar days", "天"
    MONTH = "month", "months", "个月"
    PERCENT = "percent", "%", "%"
    POINTS = "points", "points", "分"
    CNY = "CNY", "CNY", "元"
    COUNT = "count", "times", "次"
