"""The company's own figures, limits and calendar: nothing that an [X] stands for is written in code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.base import Access, Choice, Role, RuleBroken, Words

R = Role

FIGURE = Access(clause="G1", create=frozenset({R.ADMIN}), edit=frozenset({R.ADMIN}))
SLA_POLICY = Access(clause="A3.1", create=frozenset({R.ADMIN}), edit=frozenset({R.ADMIN}))
CALENDAR = Access(clause="A4.1", create=frozenset({R.ADMIN}), edit=frozenset({R.ADMIN}))


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


class DayType(Choice):
    """What the State Council's notice makes of a day."""

    WORKDAY = "workday", "Workday", "工作日"
    WEEKEND = "weekend", "Weekend", "周末"
    HOLIDAY = "holiday", "Public holiday", "法定节假日"
    MAKEUP_WORKDAY = "makeup_workday", "Make-up workday", "调休上班"


@dataclass(frozen=True)
class FigureSpec:
    """A figure [X] of the regulation: its code, its clause, its unit and its name."""

    code: str
    clause: str
    unit: Unit
    words: Words


REPEAT_WITHIN_DAYS = FigureSpec(
    "repeat_within_days", "P3.2", Unit.CALENDAR_DAY, Words("A repeated failure counts within", "同类问题重复判定期限")
)
MAX_ROUNDS = FigureSpec("max_rounds", "P3.2", Unit.COUNT, Words("Rounds before a case is opened", "整改最多轮次"))
FIGURES = {one.code: one for one in (REPEAT_WITHIN_DAYS, MAX_ROUNDS)}


class Target(Choice):
    """What a time limit is set for."""

    RECTIFICATION = "rectification", "Rectification", "整改"
    RECHECK = "recheck", "Re-check after a rectification", "整改复检"


@dataclass(frozen=True)
class Limit:
    """A time limit as a record keeps it: how much, of what."""

    amount: Decimal
    unit: Unit
    policy_id: int | None = None


def matches(match: Mapping[str, str], facts: Mapping[str, str]) -> bool:
    """Whether a policy's conditions hold; a policy without conditions holds for everything."""
    return all(facts.get(name) == value for name, value in match.items())


def refuse_overlap(code: str, from_on: date, to_on: date | None, others: Sequence[tuple[date, date | None]]) -> None:
    """Raises RuleBroken when two values of one figure would count on the same day."""
    for first, last in others:
        if (to_on is None or first <= to_on) and (last is None or from_on <= last):
            raise RuleBroken(
                Words(
                    "“{code}” already has a value that counts from {first}. End that one first.",
                    "“{code}”自 {first} 起已有生效值，请先结束原值。",
                    code=code,
                    first=first,
                ),
                field="from_on",
            )
