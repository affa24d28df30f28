"""Days of training: month cycles, until when a qualification counts, when something falls due (TIME.md 5)."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from rules.base import RuleBroken, Words
from rules.process import ChangeClass
from rules.training.kinds import ObligationMode


def add_months(on: date, months: int) -> date:
    """The corresponding day so many months later, else that month's last day."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def valid_until(passed_on: Iterable[tuple[date, int]]) -> date | None:
    """Until when exams passed on these days count, each so many months; the earliest end is the qualification's.

    None = nothing ends it. The day itself still counts with its whole length.
    """
    return min((add_months(on, months) for on, months in passed_on), default=None)


def due_after(effective_on: date, grace_days: Decimal | int) -> date:
    """The last day to do what a revision or requirement asks: the day it takes effect and the days of grace."""
    return effective_on + timedelta(days=int(grace_days))


def mode_after(
    change: ChangeClass, *, has_exam: bool, practical_required: bool, trains_after_minor: bool = False
) -> ObligationMode:
    """What a released revision asks of whoever works by it (P2.2).

    Editorial: reading. Minor: reading, or a training where the company's figure says so. Major: the exam that the
    post requires, with practice where it requires that; a training where the post requires no exam.
    """
    if change is ChangeClass.EDITORIAL:
        return ObligationMode.READ
    if change is ChangeClass.MINOR:
        return ObligationMode.TRAIN if trains_after_minor else ObligationMode.READ
    if not has_exam:
        return ObligationMode.TRAIN
    return ObligationMode.EXAM_PRACTICAL if practical_required else ObligationMode.EXAM


def notice_due(ends_on: date, days_before: Iterable[Decimal | int], on: date) -> int | None:
    """Which notice of an ending is due: the fewest days before that have been reached; None = none yet, or over."""
    left = (ends_on - on).days
    return min((int(days) for days in days_before if 0 <= left <= int(days)), default=None)


def refuse_long_exception(on: date, until_on: date, most_days: Decimal) -> None:
    """Raises RuleBroken when an exception would end before today or last longer than the figure; today counts."""
    last = on + timedelta(days=int(most_days) - 1)
    if not on <= until_on <= last:
        raise RuleBroken(
            Words(
                "An exception lasts at most {n} days: from {first} to {last}.",
                "例外上岗最多 {n} 天：{first} 至 {last}。",
                n=int(most_days),
                first=on,
                last=last,
            ),
            field="exception_until_on",
            clause="P2.3",
        )
