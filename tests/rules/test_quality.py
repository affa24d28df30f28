"""What an item comes to, what a check comes to, and what follows (P3.2)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.base import RuleBroken
from rules.quality import (
    Verdict,
    consequence,
    is_repeat,
    refuse_future,
    refuse_own_work,
    result_of,
    verdict,
)

quickly = settings(deadline=None, max_examples=40)

AT = datetime(2026, 11, 16, 1, 30, tzinfo=UTC)
OK, NG, NA = Verdict.OK, Verdict.NG, Verdict.NOT_APPLICABLE
numbers = st.decimals(-1000, 1000, places=4)
limits = st.none() | numbers
verdicts = st.none() | st.sampled_from(Verdict)


@pytest.mark.parametrize(
    "value,lower,upper,said,found",
    [
        ("5.00", "4.90", "5.00", None, OK),
        ("5.01", "4.90", "5.00", None, NG),
        ("4.90", "4.90", "5.00", None, OK),
        ("4.8999", "4.90", None, None, NG),
        ("99", "4.90", None, None, OK),
        ("-99", None, "5.00", None, OK),
        ("5.01", "4.90", "5.00", OK, NG),
        ("5.00", "4.90", "5.00", NG, OK),
        ("5.00", None, None, NG, NG),
        (None, "4.90", "5.00", OK, OK),
        (None, None, None, NA, NA),
    ],
)
def test_a_reading_against_its_limits_decides_and_else_the_word(value, lower, upper, said, found):
    assert verdict(*(one and Decimal(one) for one in (value, lower, upper)), said) is found


@quickly
@given(limits, limits, limits, verdicts)
def test_a_verdict_is_the_reading_or_the_word_and_never_made_up(value, lower, upper, said):
    if value is None or (lower is None and upper is None):
        if said is None:
            with pytest.raises(RuleBroken) as refusal:
                verdict(value, lower, upper, said)
            assert (refusal.value.field, refusal.value.clause) == ("items", "P3.2")
        else:
            assert verdict(value, lower, upper, said) is said
        return
    too_low, too_high = lower is not None and value < lower, upper is not None and value > upper
    assert verdict(value, lower, upper, said) is (NG if too_low or too_high else OK)


@quickly
@given(st.lists(st.sampled_from(Verdict)))
def test_one_failing_item_fails_the_check_and_nothing_judged_is_no_check(found):
    if all(one is NA for one in found):
        with pytest.raises(RuleBroken) as refusal:
            result_of(found)
        assert refusal.value.field == "items"
        return
    assert result_of(iter(found)) == ("fail" if NG in found else "pass")


@pytest.mark.parametrize(
    "result,is_recheck,follows",
    [("fail", False, "raise"), ("pass", False, None), ("fail", True, "return"), ("pass", True, "verify")],
)
def test_a_failing_check_raises_and_a_recheck_moves(result, is_recheck, follows):
    assert consequence(result, is_recheck=is_recheck) == follows


@pytest.mark.parametrize(
    "ago,is_again",
    [
        (timedelta(0), True),
        (timedelta(days=30), True),
        (timedelta(days=30, microseconds=1), False),
        (timedelta(microseconds=-1), False),
    ],
)
def test_it_came_again_within_the_days_that_the_company_set(ago, is_again):
    assert is_repeat([AT - timedelta(days=99), AT - ago], AT, Decimal(30)) is is_again


def test_what_never_failed_never_came_again():
    assert not is_repeat([], AT, Decimal(30))


def test_nobody_checks_his_own_work():
    refuse_own_work(1, [2, None, 3])
    with pytest.raises(RuleBroken) as refusal:
        refuse_own_work(1, iter([2, 1]))
    assert (refusal.value.field, refusal.value.clause) == ("items", "P3.2")


def test_a_check_has_taken_place_when_it_is_recorded():
    refuse_future(AT, AT)
    with pytest.raises(RuleBroken) as refusal:
        refuse_future(AT + timedelta.resolution, AT)
    assert refusal.value.field == "checked_at"
