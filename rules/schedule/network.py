"""How the stages of a plan hang together: how long each may slip, the critical path, what moved (S1.2, S1.3)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rules.schedule.feasibility import cycle_in
from rules.schedule.plans import Task
from rules.working_time import WorkCalendar


@dataclass(frozen=True)
class Span:
    """A stage in working days, counted from any one day on: its first and its last, both worked."""

    seq: int
    first: int
    last: int
    after: tuple[int, ...] = ()


def in_working_days(tasks: Iterable[Task], calendar: WorkCalendar) -> list[Span]:
    """The dated stages, reckoned in working days; one that lies in days off only takes up the next one."""
    dated = [(one, one.start_on, one.end_on) for one in tasks]
    whole = [(one, first, last) for one, first, last in dated if first is not None and last is not None]
    if not whole:
        return []
    before = min(first for _, first, _ in whole) - timedelta(days=1)
    found = []
    for one, first, last in whole:
        begun = calendar.days_between(before, first - timedelta(days=1)) + 1
        found.append(Span(one.seq, begun, max(begun, calendar.days_between(before, last)), one.after))
    return found


def slack(spans: Sequence[Span]) -> dict[int, int]:
    """By how many working days each stage may end later without the whole ending later; below 0 it is too late now.

    A stage may begin on the day on which the one before it ends; one that is planned for a later day keeps one day
    between. Empty where stages wait for each other in a circle.
    """
    known = {one.seq: one for one in spans}
    waits = {one.seq: [seq for seq in one.after if seq in known] for one in spans}
    if not known or cycle_in(waits):
        return {}
    followers: dict[int, list[int]] = defaultdict(list)
    for seq, befores in waits.items():
        for before in befores:
            followers[before].append(seq)
    end = max(one.last for one in spans)
    latest: dict[int, int] = {}
    for seq in reversed(_in_order(waits)):
        starts = [
            latest[one] - (known[one].last - known[one].first) - lag(known[seq], known[one]) for one in followers[seq]
        ]
        latest[seq] = min([end, *starts])
    return {seq: latest[seq] - known[seq].last for seq in known}


def lag(before: Span, follower: Span) -> int:
    """How many days the next stage keeps from the end of this one at least: 0 where it begins that day, else 1."""
    return min(1, max(0, follower.first - before.last))


def _in_order(waits: Mapping[int, Sequence[int]]) -> list[int]:
    """Each stage after those that it waits for."""
    left = {seq: len(befores) for seq, befores in waits.items()}
    followers: dict[int, list[int]] = defaultdict(list)
    for seq, befores in waits.items():
        for before in befores:
            followers[before].append(seq)
    found = [seq for seq, count in left.items() if not count]
    for seq in found:  # grows while it is walked
        for follower in followers[seq]:
            left[follower] -= 1
            if not left[follower]:
                found.append(follower)
    return found


def critical_path(tasks: Iterable[Task], calendar: WorkCalendar) -> list[int]:
    """The stages whose delay by one working day moves the end of the plan, in order of their beginning (S1.3)."""
    spans = in_working_days(tasks, calendar)
    begun = {one.seq: (one.first, one.seq) for one in spans}
    return sorted((seq for seq, days in slack(spans).items() if days <= 0), key=lambda seq: begun[seq])


# -- two versions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moved:
    """A stage in two versions of a plan: what each says, what is otherwise, and by how many working days it moved."""

    seq: int
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None
    changed: frozenset[str]
    start_days: int | None = None
    end_days: int | None = None


def moves(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], calendar: WorkCalendar
) -> list[Moved]:
    """Two versions side by side, stage by stage; later is above 0."""
    olds, news = ({int(one["seq"]): one for one in stages} for stages in (before, after))
    found = []
    for seq in sorted({*olds, *news}):
        old, new = olds.get(seq), news.get(seq)
        if old is None or new is None:
            found.append(Moved(seq, old, new, frozenset({"stage"})))
            continue
        changed = frozenset(name for name in new if old.get(name) != new[name])
        start, end = (_days(old[name], new[name], calendar) for name in ("start_on", "end_on"))
        found.append(Moved(seq, old, new, changed, start, end))
    return found


def end_in(stages: Sequence[Mapping[str, Any]]) -> date | None:
    """When the last stage of a kept version ends."""
    return max((date.fromisoformat(one["end_on"]) for one in stages if one["end_on"]), default=None)


def _days(old: str | None, new: str | None, calendar: WorkCalendar) -> int | None:
    if not old or not new:
        return None
    return calendar.days_between(date.fromisoformat(old), date.fromisoformat(new))
