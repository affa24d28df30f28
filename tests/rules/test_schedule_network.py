"""Slack, critical path and what moved between two versions: tables, and random networks against brute force (S1.3)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.schedule.network import Span, critical_path, end_in, in_working_days, lag, moves, slack
from rules.schedule.plans import Task
from rules.working_time import WorkCalendar

DAY = [("08:00", "12:00"), ("13:00", "17:00")]
CALENDAR = WorkCalendar("Asia/Shanghai", dict.fromkeys(range(5), DAY), holidays=[date(2026, 12, 9)])
MONDAY = date(2026, 11, 30)


def task(seq: int, first: int, last: int, *after: int) -> Task:
    """A stage from one day to another, counted from a Monday."""
    return Task(
        seq, f"S{seq}", start_on=MONDAY + timedelta(days=first), end_on=MONDAY + timedelta(days=last), after=after
    )


def ends_after(spans: list[Span], delayed: int, days: int) -> int:
    """Brute force: a stage ends later, whatever waits for it is pushed along only as far as it must be."""
    known = {one.seq: one for one in spans}
    moved: dict[int, Span] = {}

    def place(seq: int) -> Span:
        if seq not in moved:
            one = known[seq]
            befores = [(place(before), lag(known[before], one)) for before in one.after if before in known]
            first = max([one.first, *(before.last + gap for before, gap in befores)])
            last = first + one.last - one.first + (days if seq == delayed else 0)
            moved[seq] = replace(one, first=first, last=last)
        return moved[seq]

    return max(place(seq).last for seq in known)


@st.composite
def networks(draw: st.DrawFn) -> list[Span]:
    """Stages that each begin, as a plan's do, no earlier than what they wait for ends."""
    spans: list[Span] = []
    for seq in range(1, draw(st.integers(1, 9)) + 1):
        befores = tuple(sorted(draw(st.sets(st.sampled_from(range(1, seq)), max_size=3)))) if seq > 1 else ()
        earliest = max([1, *(one.last for one in spans if one.seq in befores)])
        first = earliest + draw(st.integers(0, 3))
        spans.append(Span(seq, first, first + draw(st.integers(0, 4)), befores))
    return spans


@settings(deadline=None, max_examples=200)
@given(networks())
def test_slack_is_exactly_how_long_a_stage_may_slip(spans):
    end = max(one.last for one in spans)
    for seq, days in slack(spans).items():
        assert days >= 0
        assert ends_after(spans, seq, days) == end
        assert ends_after(spans, seq, days + 1) == end + 1


@settings(deadline=None, max_examples=100)
@given(networks())
def test_something_is_always_critical_and_the_last_stage_is(spans):
    found = slack(spans)
    last = max(spans, key=lambda one: one.last)
    assert found[last.seq] == 0
    assert set(found) == {one.seq for one in spans}


@pytest.mark.parametrize(
    "tasks, expected",
    [
        ([], []),
        ([Task(1, "undated")], []),
        ([task(1, 0, 1)], [1]),
        ([task(1, 0, 1), task(2, 2, 4, 1)], [1, 2]),  # back to back, each on the day after
        ([task(1, 0, 1), task(2, 1, 4, 1)], [1, 2]),  # and on the same day
        ([task(1, 0, 1), task(2, 3, 4, 1)], [2]),  # a day lies between: the first may slip by it
        ([task(1, 0, 4), task(2, 7, 8, 1)], [1, 2]),  # a weekend lies between: nothing lies between
        ([task(1, 0, 1), task(2, 0, 3), task(3, 4, 4, 1, 2)], [2, 3]),  # the longer of two ways
        ([task(1, 7, 8), task(2, 10, 11, 1)], [1, 2]),  # a holiday lies between
        ([task(1, 0, 1, 2), task(2, 2, 3, 1)], []),  # a circle has no path
        ([task(1, 0, 1, 9), task(2, 2, 3, 1)], [1, 2]),  # what there is not is not waited for
    ],
)
def test_the_critical_path_in_working_days(tasks, expected):
    assert critical_path(tasks, CALENDAR) == expected


def test_a_stage_within_days_off_takes_the_next_working_day():
    (found,) = in_working_days([task(1, 5, 6)], CALENDAR)
    assert (found.first, found.last) == (1, 1)
    first, second = in_working_days([task(1, 0, 4), task(2, 5, 7)], CALENDAR)
    assert (first.first, first.last, second.first, second.last) == (1, 5, 6, 6)


def test_a_plan_that_begins_too_early_has_less_than_no_slack():
    found = slack([Span(1, 1, 5), Span(2, 3, 6, (1,))])
    assert found == {1: -2, 2: 0}


def kept(*tasks: Task) -> list[dict]:
    return [one.kept() for one in tasks]


def test_two_versions_say_what_moved_by_how_many_working_days():
    before = kept(task(1, 0, 4), task(2, 7, 8, 1), task(3, 9, 10))
    after = kept(task(1, 0, 7), replace(task(2, 7, 8, 1), weight=Decimal(20)), task(4, 9, 10))
    found = {one.seq: one for one in moves(before, after, CALENDAR)}
    assert (found[1].changed, found[1].start_days, found[1].end_days) == ({"end_on"}, 0, 1)
    assert (found[2].changed, found[2].end_days) == ({"weight"}, 0)
    assert (found[3].new, found[3].changed) == (None, {"stage"})
    assert (found[4].old, found[4].changed) == (None, {"stage"})
    earlier = moves(after, before, CALENDAR)[0]
    assert earlier.end_days == -1
    undated = moves(kept(Task(1, "S1")), before[:1], CALENDAR)[0]
    assert (undated.start_days, undated.end_days) == (None, None)
    assert (end_in(before), end_in([])) == (MONDAY + timedelta(days=10), None)
