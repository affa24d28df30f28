"""What a reward or a penalty may be: heard, within its rule, in points unless money is turned on (K3.1, K4.1)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import assessment
from rules.assessment import Measure, RewardKind, RewardStatus
from rules.base import RuleBroken

AT = datetime(2026, 11, 2, tzinfo=UTC)
BEFORE, AFTER = AT - timedelta(hours=1), AT + timedelta(hours=1)
D = Decimal
sizes = st.decimals(0, 100, places=1)


@settings(deadline=None, max_examples=40)
@given(sizes, sizes, st.decimals(0, 100, places=2))
def test_a_share_lies_between_least_and_most(one, other, share):
    least, most = sorted((one, other))
    size = assessment.proposed(least, most, share)
    assert least <= size <= most
    assessment.refuse_outside(size, least, most)


@pytest.mark.parametrize("size", ["1.9", "6.1", "-2"])
def test_what_lies_outside_the_rule_is_refused(size):
    with pytest.raises(RuleBroken):
        assessment.refuse_outside(D(size), D(2), D(6))


@pytest.mark.parametrize(
    "kind,measure,is_allowed,passes",
    [
        (RewardKind.POINTS, Measure.POINTS, False, True), (RewardKind.AMOUNT, Measure.MONEY, False, False),
        (RewardKind.BONUS, Measure.POINTS, False, False), (RewardKind.WARNING, Measure.MONEY, False, False),
        (RewardKind.AMOUNT, Measure.MONEY, True, True),
    ],
)  # fmt: skip
def test_money_only_where_it_is_turned_on(kind, measure, is_allowed, passes):
    if passes:
        assessment.refuse_money(kind, measure, is_allowed=is_allowed)
        return
    with pytest.raises(RuleBroken):
        assessment.refuse_money(kind, measure, is_allowed=is_allowed)


@pytest.mark.parametrize(
    "due_at,stated_at,is_reward,passes",
    [
        (None, None, True, True), (None, None, False, False), (AFTER, None, False, False), (AT, None, False, False),
        (BEFORE, None, False, True), (AFTER, BEFORE, False, True),
    ],
)  # fmt: skip
def test_nobody_is_penalised_unheard(due_at, stated_at, is_reward, passes):
    if passes:
        assessment.refuse_unheard(due_at, stated_at, AT, is_reward=is_reward)
        return
    with pytest.raises(RuleBroken):
        assessment.refuse_unheard(due_at, stated_at, AT, is_reward=is_reward)


@pytest.mark.parametrize("statement,due_at", [(" ", AFTER), ("缺人", None), ("缺人", BEFORE)])
def test_a_statement_says_something_in_time(statement, due_at):
    with pytest.raises(RuleBroken):
        assessment.refuse_statement_of(statement, due_at, AT)
    assessment.refuse_statement_of("缺人", AT, AT)


@pytest.mark.parametrize("subjects", [(None, None), (1, 2)])
def test_it_concerns_one_person_or_one_department(subjects):
    with pytest.raises(RuleBroken):
        assessment.refuse_subject_of_two(subjects)
    assessment.refuse_subject_of_two((1, None))


@pytest.mark.parametrize("least,most", [(3, 2), (-1, 2)])
def test_a_rule_has_its_bounds_in_order(least, most):
    with pytest.raises(RuleBroken):
        assessment.refuse_band(D(least), D(most))
    assessment.refuse_band(D(0), D(0))


@pytest.mark.parametrize("given_", ["", "x", "NaN"])
def test_a_size_is_a_number(given_):
    with pytest.raises(RuleBroken):
        assessment.size_typed(given_)
    assert assessment.size_typed(" 2.5 ") == D("2.5")


@pytest.mark.parametrize("kind", RewardKind)
@pytest.mark.parametrize("status", RewardStatus)
def test_only_a_certificate_that_stands_has_a_paper(kind, status):
    stands = status in {RewardStatus.EXECUTED, RewardStatus.UPHELD, RewardStatus.CHANGED}
    assert assessment.has_paper(kind, status) is (kind is RewardKind.CERTIFICATE and stands)
