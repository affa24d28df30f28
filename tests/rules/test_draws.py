"""Who is drawn: the same from the same seed, likelier by risk, in turn where it is planned (P3.2, K2.2)."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.quality import Candidate, Method, due_on, is_new, picked, weight, why
from rules.quality.draws import MOST_FAILURES, NEW_DAYS

ON = date(2026, 11, 16)
quickly = settings(deadline=None, max_examples=50)
people = st.lists(
    st.builds(
        Candidate,
        st.integers(1, 99),
        st.integers(1, 5),
        st.none() | st.dates(date(2026, 1, 1), ON),
        st.integers(0, 9),
        st.booleans(),
        st.booleans(),
    ),
    max_size=12,
)


@quickly
@given(people, st.integers(0, 20), st.sampled_from(Method), st.integers(0, 2**48))
def test_a_seed_draws_the_same_people_again_and_nobody_twice(known, count, method, seed):
    first = picked(known, count, method, seed)
    assert first == picked(known, count, method, seed)
    assert len(set(first)) == len(first) == min(count, len(known))
    assert set(first) <= set(range(len(known)))


def test_the_draw_of_a_seed_is_fixed_for_ever():
    known = [Candidate(n, 1, failures=n % 3) for n in range(8)]
    assert picked(known, 3, Method.RANDOM, 20261116) == [6, 7, 0]
    assert picked(known, 3, Method.RISK, 20261116) == [6, 7, 5]


def test_more_drawn_begins_with_who_is_drawn_anyway():
    known = [Candidate(n, 1) for n in range(10)]
    assert picked(known, 7, Method.RANDOM, 5)[:3] == picked(known, 3, Method.RANDOM, 5)
    assert picked(known, -1, Method.RANDOM, 5) == []


def test_in_turn_is_never_checked_first_then_longest_ago():
    known = [Candidate(1, 1, ON), Candidate(2, 1, ON - timedelta(days=9)), Candidate(3, 1), Candidate(4, 1, ON)]
    assert picked(known, 2, Method.PLANNED, 1) == [2, 1]


def test_risk_is_drawn_in_proportion_to_its_weight():
    known = [Candidate(1, 1), Candidate(2, 1, failures=1)]
    found = Counter(picked(known, 1, Method.RISK, seed)[0] for seed in range(4000))
    assert 0.76 < found[1] / 4000 < 0.84  # 4 of 5
    even = Counter(picked(known, 1, Method.RANDOM, seed)[0] for seed in range(4000))
    assert 0.46 < even[1] / 4000 < 0.54


def test_failures_new_people_and_new_revisions_weigh_and_nobody_weighs_without_end():
    assert weight(Candidate(1, 1)) == 1
    assert weight(Candidate(1, 1, failures=2, is_new_person=True, is_new_revision=True)) == 11
    assert weight(Candidate(1, 1, failures=99)) == weight(Candidate(1, 1, failures=MOST_FAILURES))


@pytest.mark.parametrize("days,found", [(0, True), (NEW_DAYS, True), (NEW_DAYS + 1, False), (-1, False)])
def test_new_is_new_for_so_many_days(days, found):
    assert is_new(ON - timedelta(days=days), ON) is found
    assert is_new(None, ON) is False


@quickly
@given(st.integers(0, 60), st.integers(1, 7))
def test_the_checks_of_a_week_are_spread_and_none_is_left_over(per_week, days):
    spread = [due_on(per_week, place, days) for place in range(days)]
    assert sum(spread) == per_week
    assert max(spread) - min(spread) <= 1


def test_no_working_day_has_no_check():
    assert due_on(5, 0, 0) == due_on(5, 5, 5) == due_on(5, -1, 5) == 0


def test_why_somebody_was_drawn_is_said_in_words():
    plain, known = Candidate(1, 1), Candidate(1, 1, ON, 2, is_new_person=True, is_new_revision=True)
    assert [one.zh for one in why(known, Method.RISK)] == ["近期不合格 {n} 项", "新到岗", "工艺文件刚换版"]
    assert [one.text("en") for one in why(plain, Method.RISK)] == ["no special risk; drawn all the same"]
    assert [one.text("en") for one in why(plain, Method.PLANNED)] == ["next in turn: never checked yet"]
    assert [one.text("en") for one in why(known, Method.PLANNED)] == ["next in turn: last checked on 2026-11-16"]
    assert "same chance" in why(known, Method.RANDOM)[0].en
