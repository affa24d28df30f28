"""Whose head counts where (S1.3)."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.schedule.heads import counted_heads, possible_helpers

DAY, NEXT = date(2026, 11, 30), date(2026, 12, 1)
TURNING, MILLING, PACKING = 1, 2, 3


def counted(able, needed, home, day=DAY):
    """Posts with who counts there on one day."""
    found = counted_heads(
        {(post, day): frozenset(people) for post, people in able.items()},
        {(post, day): heads for post, heads in needed.items()},
        {day: home},
    )
    return {post: set(people) for (post, _), people in found.items()}


@pytest.mark.parametrize(
    "able, needed, home, found",
    [
        # he counts at his own post, although he may work at both
        ({TURNING: {7}, MILLING: {7}}, {TURNING: 1, MILLING: 1}, {7: MILLING}, {TURNING: set(), MILLING: {7}}),
        # his own post does not need him: he counts where somebody is lacking
        ({TURNING: {7}, MILLING: {7}}, {TURNING: 1}, {7: MILLING}, {TURNING: {7}, MILLING: set()}),
        # spare at his own post: one stays, the other goes where there is nobody
        ({TURNING: {7, 8}, MILLING: {8}}, {TURNING: 1, MILLING: 1}, {7: 1, 8: 1}, {TURNING: {7}, MILLING: {8}}),
        # the one who was placed first gives way, so that both places are filled
        ({TURNING: {7, 8}, MILLING: {7}}, {TURNING: 1, MILLING: 1}, {7: 1, 8: 1}, {TURNING: {8}, MILLING: {7}}),
        # needed nowhere: at his own post
        ({TURNING: {7}, MILLING: {7}}, {}, {7: MILLING}, {TURNING: set(), MILLING: {7}}),
        # may not work at the post he holds: at the first where he may
        ({TURNING: {7}, MILLING: {7}}, {}, {7: PACKING}, {TURNING: {7}, MILLING: set()}),
        # holds none
        ({TURNING: {7}}, {TURNING: 2}, {}, {TURNING: {7}}),
        # a chain of three: each goes one post on
        (
            {TURNING: {7, 8}, MILLING: {8, 9}, PACKING: {9}},
            {TURNING: 1, MILLING: 1, PACKING: 1},
            {7: 1, 8: 1, 9: 2},
            {TURNING: {7}, MILLING: {8}, PACKING: {9}},
        ),
        # more is needed than there are people
        ({TURNING: {7}, MILLING: {7}}, {TURNING: 5, MILLING: 5}, {7: 1}, {TURNING: {7}, MILLING: set()}),
        ({}, {TURNING: 1}, {}, {}),
    ],
)
def test_where_each_counts(able, needed, home, found):
    assert counted(able, needed, home) == found


def test_each_day_is_reckoned_for_itself():
    able = {key: frozenset({7}) for key in product((TURNING, MILLING), (DAY, NEXT))}
    found = counted_heads(able, {(TURNING, DAY): 1, (MILLING, NEXT): 1}, {DAY: {7: TURNING}})
    assert found == {
        (TURNING, DAY): {7},
        (MILLING, DAY): set(),
        (TURNING, NEXT): set(),
        (MILLING, NEXT): {7},
    }


def test_who_is_needed_nowhere_counts_at_the_post_of_that_day():
    able = {key: frozenset({7}) for key in product((TURNING, MILLING), (DAY, NEXT))}
    found = counted_heads(able, {}, {DAY: {7: MILLING}, NEXT: {7: TURNING}})
    assert {key for key, people in found.items() if people} == {(MILLING, DAY), (TURNING, NEXT)}


def test_whoever_counts_elsewhere_might_help():
    able = {(TURNING, DAY): frozenset({7, 8}), (MILLING, DAY): frozenset({8})}
    assert possible_helpers(able, {(TURNING, DAY): frozenset({7}), (MILLING, DAY): frozenset({8})}) == {
        (TURNING, DAY): 1
    }
    assert possible_helpers(able, able) == {}


CREWS = st.dictionaries(st.integers(1, 4), st.frozensets(st.integers(1, 6)), max_size=4)
NEEDS = st.dictionaries(st.integers(1, 4), st.integers(0, 3))
HOMES = st.dictionaries(st.integers(1, 6), st.integers(1, 5))


def most_filled(able, needed):
    """The most places that can be filled, by trying everything."""
    people = sorted({who for crew in able.values() for who in crew})
    choices = [[None, *(post for post in able if who in able[post])] for who in people]
    return max(
        sum(min(needed.get(post, 0), sum(one == post for one in chosen)) for post in able)
        for chosen in product(*choices)
    )


@settings(max_examples=60, deadline=None)
@given(CREWS, NEEDS, HOMES)
def test_one_person_is_one_head_and_no_place_stays_empty_that_could_be_filled(able, needed, home):
    found = counted(able, needed, home)
    people = {who for crew in able.values() for who in crew}
    assert sorted(who for counting in found.values() for who in counting) == sorted(people)  # each once
    assert all(counting <= able[post] for post, counting in found.items())
    filled = sum(min(needed.get(post, 0), len(counting)) for post, counting in found.items())
    assert filled == most_filled(able, needed)


@settings(max_examples=60, deadline=None)
@given(CREWS, NEEDS, HOMES)
def test_nobody_is_taken_from_a_post_of_his_that_needs_him_unless_another_takes_his_place(able, needed, home):
    found = counted(able, needed, home)
    for who, post in home.items():
        if who in able.get(post, ()) and who not in found[post]:
            assert len(found[post]) >= needed.get(post, 0)


def test_the_order_of_the_people_makes_no_difference():
    able = {TURNING: {9, 3, 5}, MILLING: {5, 9}}
    needed = {TURNING: 1, MILLING: 1}
    turned = {post: set(crew) for post, crew in reversed(able.items())}
    assert counted(able, needed, {}) == counted(turned, needed, {})
