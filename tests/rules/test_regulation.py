"""Figures with the days they count for, and the conditions of time limits."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.base import RuleBroken, Words
from rules.regulation import (
    APPLIES_TO,
    FIGURES,
    applies_to_words,
    matches,
    refuse_overlap,
    refuse_senseless,
    refuse_unknown,
)

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


@pytest.mark.parametrize("code,applies_to", [("max_rounds", ""), ("grace_days", "minor"), ("grace_days", "")])
def test_a_figure_is_known_by_its_code_and_what_it_is_told_apart_by(code, applies_to):
    assert refuse_unknown(code, applies_to) is FIGURES[code]


@pytest.mark.parametrize(
    "code,applies_to,field,said",
    [
        ("nothing", "", "code", "Choose one"),
        ("max_rounds", "minor", "applies_to", "everything"),
        ("grace_days", "A", "applies_to", "Editorial change, Minor change, Major change"),
    ],
)
def test_what_is_no_figure_is_refused_at_its_field(code, applies_to, field, said):
    with pytest.raises(RuleBroken, match=said) as refusal:
        refuse_unknown(code, applies_to)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "code,good,bad",
    [
        ("max_rounds", ("1", "9"), ("0", "1.5", "-1")),
        ("report_cut_off", ("0", "17.5", "24"), ("24.1", "-0.5")),
        ("forecast_threshold", ("0", "12.5", "100"), ("101", "-1")),
        ("meeting_weekday", ("1", "7"), ("0", "8", "1.5")),
        ("review_interval_months", ("1", "60"), ("0", "0.5")),
        ("improvement_cap", ("0", "1000.5"), ("-0.1",)),
    ],
)
def test_a_figure_has_a_value_that_makes_sense(code, good, bad):
    for value in good:
        refuse_senseless(FIGURES[code], Decimal(value))
    for value in bad:
        with pytest.raises(RuleBroken) as refusal:
            refuse_senseless(FIGURES[code], Decimal(value))
        assert refusal.value.field == "value"


def test_what_a_figure_applies_to_is_said_in_words():
    assert applies_to_words("") == Words("everything", "全部")
    assert applies_to_words("major") is APPLIES_TO["major"]
    assert applies_to_words("P1") == Words("P1", "P1")
