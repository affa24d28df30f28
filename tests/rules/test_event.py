"""The chain shows every tampering at its first place; the brakes hold; a closed period stays closed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.base import RuleBroken
from rules.event import (
    ABSOLUTE,
    FREE_TRIES,
    GENESIS,
    IDLE,
    TRIES_AN_HOUR,
    ChainRow,
    first_fault,
    link,
    refuse_locked,
    session_ended,
    wait_before_next_try,
)

AT = datetime(2026, 11, 16, 1, 30, tzinfo=UTC)
quickly = settings(deadline=None, max_examples=40)


def chain(length):
    rows, last = [], GENESIS
    for seq in range(1, length + 1):
        facts = {"seq": seq, "action": "edit", "changes": {"note": [None, f"第{seq}次"]}}
        rows.append(ChainRow(seq, last, link(last, facts), facts))
        last = rows[-1].hash
    return rows, (length, last)


def renumbered(rows):
    """What a forger does who numbers the rows anew and leaves the hashes."""
    return [ChainRow(seq, one.prev_hash, one.hash, one.facts | {"seq": seq}) for seq, one in enumerate(rows, start=1)]


def anchors_of(rows):
    return {one.seq: one.hash for one in rows}


lengths = st.integers(2, 12)


@quickly
@given(lengths)
def test_an_untouched_chain_has_no_fault(length):
    rows, head = chain(length)
    assert first_fault(rows, head) is None
    assert first_fault(rows, head, anchors_of(rows)) is None


def test_an_empty_chain_has_no_fault():
    assert first_fault([], (0, GENESIS)) is None


@quickly
@given(lengths, st.data())
def test_a_changed_row_is_the_first_fault(length, data):
    rows, head = chain(length)
    place = data.draw(st.integers(0, length - 1))
    one = rows[place]
    rows[place] = ChainRow(one.seq, one.prev_hash, one.hash, one.facts | {"action": "nothing"})
    assert first_fault(rows, head).seq == place + 1


@quickly
@given(lengths, st.data())
def test_a_changed_row_with_a_hash_to_match_breaks_the_next_link(length, data):
    rows, head = chain(length)
    place = data.draw(st.integers(0, length - 1))
    facts = rows[place].facts | {"action": "nothing"}
    rows[place] = ChainRow(place + 1, rows[place].prev_hash, link(rows[place].prev_hash, facts), facts)
    assert first_fault(rows, head).seq == place + 2


@quickly
@given(lengths, st.data())
def test_a_missing_row_is_named(length, data):
    rows, head = chain(length)
    place = data.draw(st.integers(0, length - 1))
    del rows[place]
    assert first_fault(rows, head).seq == place + 1
    if place < length - 1:
        assert first_fault(renumbered(rows), head).seq == place + 1


@quickly
@given(lengths, st.data())
def test_an_inserted_row_is_named(length, data):
    rows, head = chain(length)
    place = data.draw(st.integers(0, length - 1))
    before = rows[place].prev_hash
    facts = {"seq": place + 1, "action": "forged"}
    forged = ChainRow(place + 1, before, link(before, facts), facts)
    rows.insert(place, forged)
    later = renumbered(rows)
    later[place] = forged
    assert first_fault(later, head).seq == place + 2


@quickly
@given(lengths, st.data())
def test_two_rows_in_each_others_place_are_named_by_the_first(length, data):
    rows, head = chain(length)
    first = data.draw(st.integers(0, length - 2))
    second = data.draw(st.integers(first + 1, length - 1))
    rows[first], rows[second] = rows[second], rows[first]
    assert first_fault(renumbered(rows), head).seq == first + 1


@quickly
@given(lengths, st.data())
def test_a_cut_tail_is_found_by_the_head_or_by_an_anchor(length, data):
    rows, head = chain(length)
    kept = data.draw(st.integers(0, length - 1))
    cut = rows[:kept]
    own_head = (kept, cut[-1].hash if cut else GENESIS)
    assert first_fault(cut, head).seq == kept + 1
    assert first_fault(cut, own_head) is None
    assert first_fault(cut, own_head, anchors_of(rows)).seq == kept + 1


@quickly
@given(lengths, st.data())
def test_a_chain_written_anew_from_some_place_differs_from_its_anchor(length, data):
    rows, _ = chain(length)
    place = data.draw(st.integers(0, length - 1))
    last, new = rows[place].prev_hash, rows[:place]
    for one in rows[place:]:
        facts = one.facts | {"action": "forged"}
        new.append(ChainRow(one.seq, last, link(last, facts), facts))
        last = new[-1].hash
    assert first_fault(new, (length, last)) is None
    fault = first_fault(new, (length, last), {length: rows[-1].hash})
    assert fault.seq == length
    assert "anchor" in str(fault.words)


def test_the_hash_is_over_the_facts_in_any_order_and_over_the_hash_before():
    assert link(GENESIS, {"a": 1, "b": "甲"}) == link(GENESIS, {"b": "甲", "a": 1})
    assert link(GENESIS, {"a": 1}) != link("1" * 64, {"a": 1})
    assert link(GENESIS, {"a": 1}) != link(GENESIS, {"a": "1"})


# Brakes


@quickly
@given(st.lists(st.integers(0, 400), min_size=30, max_size=60))
def test_whoever_guesses_as_fast_as_he_may_has_twenty_tries_in_any_hour(pauses):
    """Somebody tries, waits as long as he is told and a little, and tries again."""
    at, tries = AT, []
    for pause in pauses:
        at += wait_before_next_try(tries, at) + timedelta(milliseconds=pause * 10)
        assert wait_before_next_try(tries, at) == timedelta(0)
        tries.append(at)
    for one in tries:
        assert sum(one - timedelta(hours=1) < other <= one for other in tries) <= TRIES_AN_HOUR


@quickly
@given(st.integers(0, FREE_TRIES - 1))
def test_a_slip_or_two_costs_nothing(count):
    assert wait_before_next_try([AT] * count, AT) == timedelta(0)


def test_the_brake_is_felt_by_the_tenth_try_and_grows():
    waits = [wait_before_next_try([AT] * count, AT).total_seconds() for count in range(TRIES_AN_HOUR + 1)]
    assert waits[:5] == [0] * 5
    assert waits[5:13] == [2, 4, 8, 16, 32, 64, 128, 256]
    assert waits[13:20] == [300] * 7
    assert waits[20] == 3600


def test_a_wait_that_is_over_is_no_wait():
    assert wait_before_next_try([AT] * 5, AT + timedelta(seconds=2)) == timedelta(0)
    assert wait_before_next_try([AT] * 20, AT + timedelta(hours=1)) == timedelta(0)
    assert wait_before_next_try([AT - timedelta(minutes=59)] * 3 + [AT] * 3, AT, tries=4) == timedelta(minutes=1)


@pytest.mark.parametrize(
    "began,seen,ended,is_over",
    [
        (timedelta(0), timedelta(0), False, False),
        (timedelta(0), timedelta(0), True, True),
        (timedelta(hours=1), IDLE - timedelta(microseconds=1), False, False),
        (timedelta(hours=1), IDLE, False, True),
        (ABSOLUTE - timedelta(microseconds=1), timedelta(0), False, False),
        (ABSOLUTE, timedelta(0), False, True),
    ],
)
def test_a_log_in_ends_by_log_out_by_idling_and_by_age(began, seen, ended, is_over):
    found = session_ended(at=AT, began_at=AT - began, seen_at=AT - seen, ended_at=AT if ended else None)
    assert found is is_over


def test_the_limits_are_those_of_the_promise():
    assert (timedelta(minutes=30), timedelta(hours=12), 20) == (IDLE, ABSOLUTE, TRIES_AN_HOUR)


# Closed periods

OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))


@pytest.mark.parametrize(
    "on,is_refused",
    [
        (date(2026, 9, 30), False),
        (date(2026, 10, 1), True),
        (date(2026, 10, 31), True),
        (date(2026, 11, 1), False),
        (None, False),
    ],
)
def test_a_closed_period_is_closed_from_its_first_day_to_its_last(on, is_refused):
    if not is_refused:
        refuse_locked(on, [OCTOBER])
        return
    with pytest.raises(RuleBroken) as refusal:
        refuse_locked(on, [(date(2026, 1, 1), date(2026, 1, 31)), OCTOBER])
    assert refusal.value.clause == "K2.1"
    assert str(on) in str(refusal.value)


def test_where_nothing_is_closed_nothing_is_refused():
    refuse_locked(OCTOBER[0], [])
