"""Periods in the company's days, and rates without rounding (K1.1)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.assessment import INDICATOR, Period, rate, refuse_unfinished
from rules.base import Role, RuleBroken, Words

quickly = settings(deadline=None, max_examples=40)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_a_month_begins_and_ends_at_midnight_in_shanghai():
    start, end = Period.month(2026, 11).instants(SHANGHAI)
    assert start == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert end == datetime(2026, 11, 30, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "year,month,last", [(2026, 2, 28), (2028, 2, 29), (2026, 12, 31), (2026, 4, 30), (2026, 1, 31), (1900, 2, 28)]
)
def test_a_month_has_its_last_day(year, month, last):
    assert Period.month(year, month) == Period(date(year, month, 1), date(year, month, last))


@quickly
@given(
    st.integers(2000, 2100),
    st.integers(1, 12),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo"]),
)
def test_months_follow_each_other_without_gap_or_overlap(year, month, zone):
    one = Period.month(year, month)
    following = Period.month(year + month // 12, month % 12 + 1)
    assert following.from_on - one.to_on == timedelta(days=1)
    assert one.instants(ZoneInfo(zone))[1] == following.instants(ZoneInfo(zone))[0]


@quickly
@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_rate_is_per_cent_and_exact_to_far_beyond_its_display(numerator, denominator):
    found = rate(numerator, denominator)
    assert abs(found * denominator - 100 * numerator) < Decimal("1e-10")
    assert not isinstance(found, float)


def test_a_rate_of_nothing_is_no_rate():
    assert rate(0, 0) is None
    assert rate(3, 4) == 75


def test_the_figures_are_for_those_who_answer_for_them():
    assert Role.EMPLOYEE not in INDICATOR.view
    assert {Role.QUALITY_MANAGER, Role.GENERAL_MANAGER, Role.HR} <= INDICATOR.view


def test_sheets_that_wait_for_somebody_hold_the_cycle_and_are_counted():
    refuse_unfinished(0, Words("{n} wait.", "还有 {n} 份。"))
    with pytest.raises(RuleBroken) as refused:
        refuse_unfinished(3, Words("{n} wait.", "还有 {n} 份。"))
    assert (refused.value.words.text("en"), refused.value.words.text("zh")) == ("3 wait.", "还有 3 份。")
