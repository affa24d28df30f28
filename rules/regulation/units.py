"""What figures and time limits are counted in."""

from decimal import Decimal

from rules.base import Choice, Words


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


def counted(amount: Decimal, unit: Unit) -> Words:
    """So many of a unit: 1 working day, 2 working days."""
    return Words("{amount} {unit}", "{amount}{unit}", amount=amount, unit=_one_of(unit) if amount == 1 else unit.words)


def _one_of(unit: Unit) -> Words:
    return Words(unit.words.en.removesuffix("s") if unit is not Unit.POINTS else "point", unit.words.zh)
