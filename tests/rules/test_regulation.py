"""Figures with the days they count for, and the conditions of time limits."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.base import RuleBroken
from rules.regulation import FIGURES, Dated, in_force, matches, refuse_overlap

DAY = timedelta(days=1)
days = st.dates(date(2026, 1, 1), date(2026, 3, 1))
spans = st.tuples(days, st.none() | days).filter(lambda span: span[1] is None or span[0] <= span[1])


def covered(span):
    first, last = span
    return {first + DAY * n for n in range(((last or date(2026, 4, 1)) - first).days + 1)}


@given(spans, st.lists(spans, max_size=3))
def test_two_values_never_count_on_the_same_day(span, others):
    if any(covered(span) & covered(other) for other in others):
        with pytest.raises(RuleBroken) as refusal:
            refuse_overlap("max_rounds", *span, others)
        assert refusal.value.field == "from_on"
    else:
        refuse_overlap("max_rounds", *span, others)


@given(st.lists(spans, max_size=3), days)
def test_the_value_that_counts_is_the_one_whose_days_hold_the_day(found, on):
    rows = [Dated(Decimal(place), *span) for place, span in enumerate(found)]
    holding = [one.value for one, span in zip(rows, found, strict=True) if on in covered(span)]
    assert in_force(rows, on) == (holding[0] if holding else None)


facts = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy"))


@given(facts, facts)
def test_a_policy_holds_where_all_its_conditions_do(match, given_facts):
    assert matches(match, given_facts) is (set(match.items()) <= set(given_facts.items()))


def test_every_figure_stands_under_its_code_with_its_clause():
    assert FIGURES
    for code, one in FIGURES.items():
        assert (one.code, bool(one.clause)) == (code, True)
        assert one.words.en != one.words.zh
