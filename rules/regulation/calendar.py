"""The working calendar as data (TIME.md 2, 13)."""

from rules.base import Access, Choice, Role

CALENDAR = Access(clause="A4.1", create=frozenset({Role.ADMIN}), edit=frozenset({Role.ADMIN}))


class DayType(Choice):
    """What the State Council's notice makes of a day."""

    WORKDAY = "workday", "Workday", "工作日"
    WEEKEND = "weekend", "Weekend", "周末"
    HOLIDAY = "holiday", "Public holiday", "法定节假日"
    MAKEUP_WORKDAY = "makeup_workday", "Make-up workday", "调休上班"
