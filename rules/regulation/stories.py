"""The story of a deadline, day by day: why it is where it is (TIME.md 2, 4, 5, 7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from rules.base import Words
from rules.regulation.calendar import KIND_OF_DAY, OFF, CalendarFacts, DayType, day_type_on, week_begins, week_on
from rules.regulation.clocks import MINUTE, SOLVED, Recorded, Terms, aware, due_at, ticks
from rules.regulation.ladders import REASONS
from rules.regulation.units import Unit, counted
from rules.working_time import WorkCalendar

DAY = timedelta(days=1)
DAYS_AT_MOST = 400
DAY_UNITS = frozenset({Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.MONTH})

WHY_PAUSED: Mapping[str, Words] = {
    **REASONS,
    SOLVED: Words("solved until it was reopened", "已解决，后重新打开"),
}


@dataclass(frozen=True)
class Stretch:
    """Working time without a break, or the part of a pause on one day."""

    start: datetime
    end: datetime
    minutes: int
    reason: str = ""


@dataclass(frozen=True)
class StoryDay:
    """One date of the story; ``until``: the last of several days off in a row that have nothing to tell apart."""

    on: date
    kind: DayType
    name: str = ""
    has_own_hours: bool = False
    worked: Sequence[Stretch] = ()
    paused: Sequence[Stretch] = ()
    number: int = 0
    """Which working day of a limit in days; the starting day is none."""
    until: date | None = None

    @property
    def minutes(self) -> int:
        """What the date takes of the allowance."""
        return sum(one.minutes for one in self.worked) - sum(one.minutes for one in self.paused)


@dataclass(frozen=True)
class Story:
    """From the start to the due instant."""

    terms: Terms
    started_at: datetime
    due_at: datetime
    days: Sequence[StoryDay] = field(default_factory=tuple)
    is_provisional: bool = False
    is_cut: bool = False


def story(
    terms: Terms,
    recorded: Recorded,
    calendar: WorkCalendar,
    facts: CalendarFacts,
    names: Mapping[date, str] | None = None,
) -> Story:
    """What happens between the start and the due instant, by date of the calendar; ``names``: of the statutory days."""
    start = aware(recorded.started_at, calendar)
    due = due_at(terms, start, calendar, recorded.spans()).astimezone(calendar.zone)
    days = [] if terms.unit is Unit.CLOCK_HOUR else _days(start, due, recorded, calendar, facts, names or {})
    if terms.unit is Unit.WORKING_DAY and not recorded.spans():
        days = _numbered(days, start.date())
    is_provisional = terms.unit is not Unit.CLOCK_HOUR and facts.is_provisional(start.date(), max(due, start).date())
    is_cut = (due.date() - start.date()).days >= DAYS_AT_MOST
    return Story(terms, start, due, tuple(_gathered(days)), is_provisional, is_cut)


def _days(
    start: datetime,
    due: datetime,
    recorded: Recorded,
    calendar: WorkCalendar,
    facts: CalendarFacts,
    names: Mapping[date, str],
) -> list[StoryDay]:
    last = min(due, start + DAYS_AT_MOST * DAY)
    by_day: dict[date, list[tuple[datetime, datetime]]] = {}
    for opens, closes in calendar.openings(start, last):
        by_day.setdefault(opens.date(), []).append((opens, closes))
    kinds, own = dict(facts.days), {on for on, _ in facts.own}
    found = []
    for ordinal in range(start.toordinal(), last.toordinal() + 1):
        on = date.fromordinal(ordinal)
        spans = by_day.get(on, [])
        worked = [Stretch(opens, closes, lasted(opens, closes)) for opens, closes in spans]
        kind = day_type_on(on, kinds, week_on(facts.intervals, max(on, week_begins(facts.intervals)[0])))
        paused = list(_pauses(spans, recorded, calendar))
        found.append(StoryDay(on, kind, names.get(on, ""), on in own, worked, paused))
    return found


def _pauses(
    spans: Sequence[tuple[datetime, datetime]], recorded: Recorded, calendar: WorkCalendar
) -> Iterable[Stretch]:
    """What the pauses take of one date's working time."""
    for pause in recorded.pauses:
        if pause.end is None:
            continue
        begun, ended = (one.astimezone(calendar.zone) for one in (pause.start, pause.end))
        taken = [(max(opens, begun), min(closes, ended)) for opens, closes in spans]
        taken = [(first, last) for first, last in taken if first < last]
        if taken:
            minutes = sum(lasted(first, last) for first, last in taken)
            yield Stretch(taken[0][0], taken[-1][1], minutes, pause.reason)


def lasted(start: datetime, end: datetime) -> int:
    """The whole minutes that pass; over a clock change those that really do (rule 1)."""
    return (end.astimezone(UTC) - start.astimezone(UTC)) // MINUTE


def _numbered(days: Sequence[StoryDay], start: date) -> list[StoryDay]:
    """The working days counted; the starting day is not (rule 5)."""
    number, found = 0, []
    for one in days:
        is_counted = bool(one.worked) and one.on != start
        number += is_counted
        found.append(_with(one, number=number if is_counted else 0))
    return found


def _with(day: StoryDay, *, number: int = 0, until: date | None = None) -> StoryDay:
    return StoryDay(
        day.on, day.kind, day.name, day.has_own_hours, day.worked, day.paused, number or day.number, until or day.until
    )


def _gathered(days: Iterable[StoryDay]) -> Iterable[StoryDay]:
    """Days off in a row of one kind and name as one line."""
    for _, group in groupby(days, key=lambda one: one.on if one.worked else (one.kind, one.name)):
        first, *rest = group
        yield _with(first, until=rest[-1].on) if rest else first


# -- in words --------------------------------------------------------------------------------------------------------


def explain(told: Story) -> list[Words]:
    """The story as sentences, in both languages."""
    found = [
        Words(
            "Started {at}; the limit is {limit}.",
            "{at} 起算，时限 {limit}。",
            at=moment_words(told.started_at),
            limit=counted(told.terms.amount, told.terms.unit),
        )
    ]
    if told.terms.unit is Unit.CLOCK_HOUR:
        found.append(Words("Every hour counts, day and night.", "按自然小时计算，昼夜连续。"))
    found += [day_words(one) for one in told.days]
    if told.is_cut:
        found.append(Words("… and so on, day after day.", "……以下各日同理。"))
    found.append(due_words(told))
    if told.is_provisional:
        found.append(
            Words(
                "Provisional: the holidays of that year have not been announced; it will be reckoned anew.",
                "暂定：该年度节假日安排尚未公布，公布后将自动重算。",
            )
        )
    return found


def due_words(told: Story) -> Words:
    """The last sentence: when it is due, and what is remarkable about that day."""
    if told.terms.until is not None:
        return Words(
            "Due {at}: a date of its own, granted or chosen.",
            "经批准延期或单独指定，{at} 到期。",
            at=moment_words(told.due_at),
        )
    last = next((one for one in reversed(told.days) if one.on <= told.due_at.date()), None)
    if last is None or last.kind in {DayType.WORKDAY, DayType.WEEKEND}:
        return Words("Due {at}.", "{at} 到期。", at=moment_words(told.due_at))
    return Words(
        "Due {at}, {kind}.", "{at} 到期（{kind}）。", at=moment_words(told.due_at), kind=KIND_OF_DAY[last.kind]
    )


def moment_words(at: datetime) -> Words:
    """A local moment: its date in the reader's form, its time."""
    return Words("{on} {time}", "{on} {time}", on=at.date(), time=f"{at:%H:%M}")


def day_words(day: StoryDay) -> Words:
    """One line: what is worked, what a pause takes, what counts."""
    on: object = day.on
    if day.until is not None:
        on = Words("{first} to {last}", "{first} 至 {last}", first=day.on, last=day.until)
    kind = kind_words(day)
    if not day.worked:
        return Words("{on}: {kind}, no working time.", "{on}：{kind}，不计时。", on=on, kind=kind)
    if day.number:
        kind = Words("{kind}, working day {n}", "{kind}，第 {n} 个工作日", kind=kind, n=day.number)
    told = joined([*map(stretch_words, day.worked), *map(pause_words, day.paused)])
    return Words("{on} ({kind}): {told}.", "{on}（{kind}）：{told}。", on=on, kind=kind, told=told)


def joined(parts: Sequence[Words]) -> Words:
    """One after the other."""
    places = [f"{{p{place}}}" for place, _ in enumerate(parts)]
    return Words("; ".join(places), "；".join(places), **{f"p{place}": one for place, one in enumerate(parts)})


def kind_words(day: StoryDay) -> Words:
    """What the day is: a workday, a holiday with its name, a date with hours of its own."""
    kind = KIND_OF_DAY[day.kind]
    if day.has_own_hours:
        kind = Words("a day with hours of its own", "特定工作时段")
    elif day.worked and day.kind in OFF:
        kind = KIND_OF_DAY[DayType.WORKDAY]
    if day.name and not day.has_own_hours:
        return Words("{kind}, {name}", "{kind}，{name}", kind=kind, name=day.name)
    return kind


def stretch_words(one: Stretch) -> Words:
    hours = f"{one.start:%H:%M}–{one.end:%H:%M}"
    return Words("{hours} {n} min", "{hours} 计 {n} 分钟", hours=hours, n=one.minutes)


def pause_words(one: Stretch) -> Words:
    reason = WHY_PAUSED.get(one.reason, Words(one.reason, one.reason))
    hours = f"{one.start:%H:%M}–{one.end:%H:%M}"
    return Words(
        "paused {hours} ({reason}), {n} min do not count",
        "{hours} 暂停（{reason}），扣除 {n} 分钟",
        hours=hours,
        reason=reason,
        n=one.minutes,
    )


def span_words(minutes: int) -> Words:
    """So much working time, in hours and minutes."""
    hours, rest = divmod(abs(minutes), 60)
    if not hours:
        return Words("{rest} min", "{rest} 分钟", rest=rest)
    if not rest:
        return Words("{hours} h", "{hours} 小时", hours=hours)
    return Words("{hours} h {rest} min", "{hours} 小时 {rest} 分钟", hours=hours, rest=rest)


def remaining(terms: Terms, recorded: Recorded, calendar: WorkCalendar, at: datetime) -> int:
    """Working minutes until due, the pauses left out; below zero when it is over. While paused: as at the pause."""
    waiting = recorded.open_pause
    moment = waiting.start if waiting else at
    ticking, spans = ticks(terms.unit, calendar), recorded.spans()
    due = due_at(terms, recorded.started_at, calendar, spans)
    if moment <= due:
        return ticking.between(moment, due, spans) // MINUTE
    return -(ticking.between(due, moment, spans) // MINUTE)
