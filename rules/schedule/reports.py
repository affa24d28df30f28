"""Daily progress reports: in by the cut-off, or missing; a problem is answered the same day (S2.1)."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from rules.base import Choice, Lifecycle, Role, RuleBroken, Words, step
from rules.schedule.access import REPORTER

R = Role
WHOLE = Decimal(100)


class ReportStatus(Choice):
    """Where a report stands."""

    DRAFT = "draft", "Draft", "填写中"
    SUBMITTED = "submitted", "Submitted", "已提交"
    ACKNOWLEDGED = "acknowledged", "Acknowledged", "已确认"
    RETURNED = "returned", "Returned", "已退回"
    MISSING = "missing", "Missing", "未上报"


class Shift(Choice):
    """Which shift is reported."""

    DAY = "day", "Day shift", "白班"
    NIGHT = "night", "Night shift", "夜班"


HANDED_IN = ("submitted", "acknowledged")
"""States in which a report's figures count."""

REPORT_STEPS = Lifecycle(
    "draft",
    (
        step("submit", ("draft", "missing", "returned"), "submitted", "Hand in", "提交", by={REPORTER}, clause="S2.1"),
        step(
            "acknowledge",
            "submitted",
            "acknowledged",
            "Acknowledge",
            "确认",
            by={R.PRODUCTION_PLANNER, R.PRODUCTION_MANAGER},
            clause="S2.1",
        ),
        step(
            "return",
            "submitted",
            "returned",
            "Return",
            "退回",
            by={R.PRODUCTION_PLANNER, R.PRODUCTION_MANAGER},
            needs_note=True,
            tells=(REPORTER,),
            clause="S2.1",
        ),
        step(
            "miss",
            "draft",
            "missing",
            "Note as missing",
            "记为未上报",
            tells=(REPORTER, R.PRODUCTION_PLANNER, R.PRODUCTION_MANAGER),
            clause="S2.1",
        ),
    ),
)


def cut_off_at(on: date, hours: Decimal) -> tuple[date, time]:
    """The day and wall-clock time of the cut-off; ``hours`` counts from midnight: 17.5 = 17:30, 24 = midnight after."""
    minutes = int(hours * 60)
    if minutes >= 24 * 60:
        return on + timedelta(days=1), time()
    return on, time(minutes // 60, minutes % 60)


def refuse_implausible(percent: Decimal, before: Decimal, qty: tuple[int, int, int], hours: Decimal) -> None:
    """Raises RuleBroken at the field of a figure that cannot be: ``qty`` = done, good, bad; per cent is cumulative."""
    done, good, bad = qty
    if not Decimal(0) <= percent <= WHOLE:
        raise _fault("percent", "Between 0 and 100 per cent.", "累计完成须在 0 到 100 之间。")
    if percent < before:
        raise RuleBroken(
            Words(
                "It was at {before} per cent already; the figure counts from the beginning.",
                "上次已报累计 {before}%，累计完成不能减少。",
                before=before.normalize() + 0,
            ),
            field="percent",
            clause="S2.1",
        )
    if min(qty) < 0:
        raise _fault("qty_done", "Quantities cannot be negative.", "数量不能为负数。")
    if good + bad > done:
        raise _fault("qty_bad", "Good and bad pieces are more than were made.", "合格数与不合格数之和超过完成数。")
    if not Decimal(0) <= hours <= 1000:
        raise _fault("hours", "Hours are out of range.", "工时超出范围。")


def refuse_future(on: date, today: date) -> None:
    """Raises RuleBroken for a report of a day that has not come."""
    if on > today:
        raise _fault("on", "That day has not come yet.", "不能填报未来日期的日报。")


def is_late(handed_in_at: datetime, cut_off: datetime) -> bool:
    """Whether a report came strictly after its cut-off."""
    return handed_in_at > cut_off


def _fault(field: str, en: str, zh: str) -> RuleBroken:
    return RuleBroken(Words(en, zh), field=field, clause="S2.1")
