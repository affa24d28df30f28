"""Clocks: what a time limit comes to, reckoned from what was recorded and from nothing else (TIME.md 4-11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from rules.base import Access, Choice, Role, RuleBroken, Words
from rules.regulation.ladders import Rung, rungs_of
from rules.regulation.limits import Target
from rules.regulation.units import Unit
from rules.working_time import Unworkable, WorkCalendar

CLOCK = Access(clause="A3.1", view=frozenset({Role.GENERAL_MANAGER}))

COUNTED = frozenset({Target.RESOLUTION})
"""Targets whose clocks an indicator counts by the day they are due (K1.3)."""
NEVER_PAUSED = frozenset({Target.FIRST_CONTACT})
"""The first contact waits for nobody (rule 8)."""

SOLVED = "solved"
"""The reason of the pause between a solution and its reopening (rule 9)."""

ROUND_THE_CLOCK = WorkCalendar("UTC", {day: [("00:00", "24:00")] for day in range(7)})
"""What clock hours are counted on: every minute is as good as another."""

MONTHS_AT_MOST = 240
MINUTE = timedelta(minutes=1)
HOUR_IN_MICROSECONDS = 3_600_000_000

NO_LIMIT = Words(
    "{amount} {unit} is no time limit: give whole working days, calendar days or months, or hours.",
    "{amount}{unit}不能作为时限，请用整数工作日、天、月，或小时。",
)
OUT_OF_REACH = Words("No calendar reaches that far: {why}", "时限超出日历范围：{why}")
PAUSED_ALREADY = Words("The clock for “{target}” is paused already.", "“{target}”的计时已经暂停。")
NOT_PAUSED = Words("The clock for “{target}” is not paused.", "“{target}”的计时并未暂停。")


class ClockStatus(Choice):
    """How a time limit stands."""

    RUNNING = "running", "Running", "计时中"
    PAUSED = "paused", "Paused", "已暂停"
    MET = "met", "Met", "按时完成"
    BREACHED = "breached", "Breached", "已超时"
    CANCELLED = "cancelled", "Cancelled", "已取消"


@dataclass(frozen=True)
class Pause:
    """A time that does not count; without an end it still lasts."""

    start: datetime
    end: datetime | None = None
    reason: str = ""
    by: int | None = None

    def kept(self) -> list[Any]:
        """[from, to, reason, by] as the database has it."""
        return [self.start.isoformat(), self.end.isoformat() if self.end else None, self.reason, self.by]


def pauses_of(rows: Sequence[Sequence[Any]]) -> tuple[Pause, ...]:
    """Kept pauses, read back."""
    return tuple(
        Pause(datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None, reason, by)
        for start, end, reason, by in rows
    )


@dataclass(frozen=True)
class Terms:
    """What a policy granted when the clock was armed: the clock's own copy, which no later edit reaches."""

    amount: Decimal
    unit: Unit
    name: str = ""
    policy_id: int | None = None
    policy_version: int | None = None
    pauses_on: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    ladder: tuple[tuple[str, tuple[str, ...]], ...] = ()
    is_fresh_after_reopening: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    until: datetime | None = None
    """An extension that was granted: due then, whatever the amount comes to."""

    @property
    def rungs(self) -> tuple[Rung, ...]:
        return rungs_of(self.warnings, self.ladder)

    def kept(self) -> dict[str, Any]:
        """The copy as the database has it."""
        return {
            "amount": format(self.amount.normalize(), "f"),
            "unit": str(self.unit),
            "name": self.name,
            "policy_id": self.policy_id,
            "policy_version": self.policy_version,
            "pauses_on": list(self.pauses_on),
            "warnings": list(self.warnings),
            "ladder": [[offset, list(who)] for offset, who in self.ladder],
            "is_fresh_after_reopening": self.is_fresh_after_reopening,
            "facts": dict(self.facts),
            **({"until": self.until.isoformat()} if self.until else {}),
        }


def terms_of(kept: Mapping[str, Any]) -> Terms:
    """A kept copy, read back."""
    return Terms(
        Decimal(kept["amount"]),
        Unit(kept["unit"]),
        kept["name"],
        kept["policy_id"],
        kept["policy_version"],
        tuple(kept["pauses_on"]),
        tuple(kept["warnings"]),
        tuple((offset, tuple(who)) for offset, who in kept["ladder"]),
        kept["is_fresh_after_reopening"],
        kept["facts"],
        datetime.fromisoformat(kept["until"]) if "until" in kept else None,
    )


@dataclass(frozen=True)
class Recorded:
    """Everything that happened to a clock.

    ``seen_at``: when somebody first looked and it was overdue. ``told_from``: what was due before is told to nobody,
    since it is history that was taken in, or was told before a reopening; None = everything from the start.
    """

    started_at: datetime
    pauses: tuple[Pause, ...] = ()
    stopped_at: datetime | None = None
    is_cancelled: bool = False
    seen_at: datetime | None = None
    told_from: datetime | None = None

    @property
    def open_pause(self) -> Pause | None:
        return self.pauses[-1] if self.pauses and self.pauses[-1].end is None else None

    def spans(self) -> list[tuple[datetime, datetime]]:
        """The pauses that are over; one that lasts takes out nothing yet, since nobody knows how much."""
        return [(one.start, one.end) for one in self.pauses if one.end is not None]


@dataclass(frozen=True)
class Reckoned:
    """What follows from it; minutes are working minutes, whole ones, of whichever time the limit is counted in."""

    due_at: datetime
    status: ClockStatus
    elapsed_minutes: int | None = None
    breach_minutes: int | None = None
    spare_minutes: int | None = None
    paused_minutes: int = 0


def reckon(terms: Terms, recorded: Recorded, calendar: WorkCalendar) -> Reckoned:
    """The clock, rebuilt from what was recorded (rule 7): the same answer however often and whenever it is asked."""
    ticking, spans, start = ticks(terms.unit, calendar), recorded.spans(), recorded.started_at
    due = due_at(terms, start, calendar, spans)
    over = recorded.stopped_at or recorded.seen_at
    is_late = over is not None and over > due and not recorded.is_cancelled
    ended = recorded.stopped_at
    return Reckoned(
        due,
        status_of(recorded, is_late=is_late),
        _floor(ticking.between(start, ended, spans)) if ended else None,
        _ceiling(ticking.between(due, over, spans)) if over is not None and is_late else None,
        _floor(ticking.between(ended, due, spans)) if ended and not is_late and not recorded.is_cancelled else None,
        _paused(ticking, recorded, ended),
    )


def status_of(recorded: Recorded, *, is_late: bool) -> ClockStatus:
    """Late is done, or seen undone, strictly after due (rule 4)."""
    match recorded:
        case Recorded(is_cancelled=True):
            return ClockStatus.CANCELLED
        case _ if is_late:
            return ClockStatus.BREACHED
        case Recorded(stopped_at=datetime()):
            return ClockStatus.MET
    return ClockStatus.PAUSED if recorded.open_pause else ClockStatus.RUNNING


def _paused(ticking: WorkCalendar, recorded: Recorded, ended: datetime | None) -> int:
    """The working minutes inside the pauses that are over."""
    spans = recorded.spans()
    if not spans:
        return 0
    start, end = recorded.started_at, ended or max(end for _, end in spans)
    return _floor(ticking.between(start, end) - ticking.between(start, end, spans))


def _floor(span: timedelta) -> int:
    return span // MINUTE


def _ceiling(span: timedelta) -> int:
    return -(-span // MINUTE)


def ticks(unit: Unit, calendar: WorkCalendar) -> WorkCalendar:
    """The calendar on which a limit of this unit runs down."""
    return ROUND_THE_CLOCK if unit is Unit.CLOCK_HOUR else calendar


def due_at(
    terms: Terms, start: datetime, calendar: WorkCalendar, pauses: Sequence[tuple[datetime, datetime]] = ()
) -> datetime:
    """When the allowance is used up, the working time inside the pauses left out. Raises RuleBroken where it cannot be.

    Hours are spans (rule 4). Days, months: the last closing of a date (rule 5; Civil Code arts. 201-203); what the
    pauses took of the working time until then is added to it (rule 7). An extension says the instant itself.
    """
    if terms.until is not None:
        return terms.until.astimezone(calendar.zone)
    try:
        ticking = ticks(terms.unit, calendar)
        if terms.unit in {Unit.CLOCK_HOUR, Unit.WORKING_HOUR}:
            return ticking.add(start, hours(terms.amount), pauses)
        closing = max(closing_of(terms, start, calendar), aware(start, calendar))
        if not pauses:
            return closing
        return max(closing, calendar.add(start, calendar.between(start, closing), pauses))
    except (Unworkable, OverflowError) as fault:
        why = fault.words if isinstance(fault, Unworkable) else Words("the year is out of range", "年份超出范围")
        raise RuleBroken(Words(OUT_OF_REACH.en, OUT_OF_REACH.zh, why=why), field="amount") from None


def closing_of(terms: Terms, start: datetime, calendar: WorkCalendar) -> datetime:
    """The last closing of the date on which days or months are over, the starting date not counted (rule 5)."""
    amount, day = terms.amount, aware(start, calendar).date()
    match terms.unit:
        case Unit.WORKING_DAY if amount == int(amount):
            return calendar.add_days(day, int(amount))
        case Unit.CALENDAR_DAY if amount == int(amount):
            return calendar.add_days(day + timedelta(days=int(amount)), 0)
        case Unit.MONTH if amount == int(amount) and amount <= MONTHS_AT_MOST:
            return calendar.add_days(months_after(day, int(amount)), 0)
    amount_text = format(amount.normalize(), "f")
    raise RuleBroken(Words(NO_LIMIT.en, NO_LIMIT.zh, amount=amount_text, unit=terms.unit), field="amount")


def aware(moment: datetime, calendar: WorkCalendar) -> datetime:
    """The moment on the calendar's own clock."""
    return calendar.add(moment, timedelta())


def hours(amount: Decimal) -> timedelta:
    """Exactly so many hours; no float in between."""
    return timedelta(microseconds=int(amount * HOUR_IN_MICROSECONDS))


def months_after(day: date, months: int) -> date:
    """The corresponding date so many months later, else that month's end (rule 5)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


# -- reminders -------------------------------------------------------------------------------------------------------


def told_at(rung: Rung, terms: Terms, recorded: Recorded, calendar: WorkCalendar) -> datetime:
    """When a level is told: its offset from due, moved on to the next opening (rule 10: in working time only)."""
    ticking, spans = ticks(terms.unit, calendar), recorded.spans()
    due = due_at(terms, recorded.started_at, calendar, spans)
    span = rung.amount * 60
    if rung.is_percent:
        allowance = ticking.between(recorded.started_at, due, spans)
        span = Decimal(allowance // timedelta(seconds=1)) * rung.amount / 100
    return calendar.next_opening(ticking.add(due, timedelta(seconds=int(span)), spans))


def rungs_due(
    terms: Terms, recorded: Recorded, calendar: WorkCalendar, *, climbed: frozenset[int], at: datetime
) -> list[tuple[datetime, Rung]]:
    """What is to be told by then and was not, the earliest first; nothing while paused or outside working time."""
    if recorded.open_pause or recorded.stopped_at or not calendar.is_open(at):
        return []
    return [
        (when, rung) for when, rung in flight(terms, recorded, calendar) if rung.level not in climbed and when <= at
    ]


def flight(terms: Terms, recorded: Recorded, calendar: WorkCalendar) -> list[tuple[datetime, Rung]]:
    """Every level that is to be told, with its instant, in order."""
    found = [(told_at(rung, terms, recorded, calendar), rung) for rung in terms.rungs]
    begins = recorded.told_from or recorded.started_at
    return sorted(((when, rung) for when, rung in found if when >= begins), key=lambda one: (one[0], one[1].level))
