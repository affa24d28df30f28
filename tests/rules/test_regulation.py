"""Figures with the days they count for, and the conditions of time limits."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.base import RuleBroken
from rules.regulation import FIGURES, matches, refuse_overlap

quickly = settings(deadline=None, max_examples=40)

DAY = timedelta(days=1)
days = st.dates(date(2026, 1, 1), date(2026, 3, 1))
spans = st.tuples(days, st.none() | days).filter(lambda span: span[1] is None or span[0] <= span[1])


def covered(span):
    first, last = span
    return {first + DAY * n for n in range(((last or date(2026, 4, 1)) - first).days + 1)}


@quickly
@given(spans, st.lists(spans, max_size=3))
def test_two_values_never_count_on_the_same_day(span, others):
    if any(covered(span) & covered(other) for other in others):
        with pytest.raises(RuleBroken) as refusal:
            refuse_overlap("max_rounds", *span, others)
        assert refusal.value.field == "from_on"
    else:
        refuse_overlap("max_rounds", *span, others)


facts = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy"))


@quickly
@given(facts, facts)
def test_a_policy_holds_where_all_its_conditions_do(match, given_facts):
    assert matches(match, given_facts) is (set(match.items()) <= set(given_facts.items()))


def test_every_figure_stands_under_its_code_with_its_clause():
    assert FIGURES
    for code, one in FIGURES.items():
        assert (one.code, bool(one.clause)) == (code, True)
        assert one.words.en != one.words.zh
