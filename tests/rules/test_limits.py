"""Decision tables of time limits: who decides, where nobody does, what is said twice (TIME.md 3, 8)."""

from contextlib import nullcontext
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import after_sales, assessment, communication, process, schedule
from rules.base import RuleBroken
from rules.regulation.conditions import dimensions, domain, refuse_foreign
from rules.regulation.limits import (
    OTHERWISE,
    Row,
    Target,
    fact_words,
    gaps,
    is_either,
    is_together,
    match_words,
    matches,
    refuse_second_ladder,
    refuse_twice,
    ties,
    value_words,
    winner,
)

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def row(key, match=None, first=MAY, last=None, *, is_set=True):
    return Row(key, match or {}, first, last, f"规则{key}", is_set=is_set)


@pytest.mark.parametrize(
    "match,facts,holds",
    [
        ({}, {}, True),
        ({}, {"priority": "P1"}, True),
        ({"priority": "P1"}, {"priority": "P1", "severity": "S1"}, True),
        ({"priority": "P1|P2"}, {"priority": "P2"}, True),
        ({"priority": "P1 | P2"}, {"priority": "P2"}, True),
        ({"priority": "P1|P2"}, {"priority": "P3"}, False),
        ({"priority": "P1"}, {}, False),
        ({"priority": "P1", "severity": "S1"}, {"priority": "P1"}, False),
    ],
)
def test_conditions_hold_when_each_names_the_fact(match, facts, holds):
    assert matches(match, facts) is holds


def test_the_row_with_the_most_conditions_decides_then_the_latest():
    rows = [
        row(1),
        row(2, {"priority": "P1"}),
        row(3, {"priority": "P1"}, JUNE),
        row(4, {"priority": "P1", "kind": "x"}),
    ]
    assert winner(rows, {"priority": "P1"}).id == 3
    assert winner(rows, {"priority": "P1", "kind": "x"}).id == 4
    assert winner(rows, {}).id == 1
    assert winner([], {}) is None


@pytest.mark.parametrize(
    "one,other,together",
    [
        ((MAY, None), (JUNE, None), True),
        ((MAY, JUNE), (JUNE, None), True),
        ((MAY, date(2026, 5, 31)), (JUNE, None), False),
        ((JULY, None), (MAY, JUNE), False),
        ((MAY, JULY), (JUNE, JUNE), True),
    ],
)
def test_two_rows_count_together_on_a_common_day(one, other, together):
    assert is_together(row(1, None, *one), row(2, None, *other)) is together
    assert is_together(row(2, None, *other), row(1, None, *one)) is together


@pytest.mark.parametrize(
    "mine,other,is_refused",
    [
        ({}, {}, True),
        ({"priority": "P1"}, {"priority": "P1"}, True),
        ({"priority": "P1|P2"}, {"priority": "P2|P3"}, True),
        ({"priority": "P1"}, {"priority": "P2"}, False),
        ({"priority": "P1"}, {"severity": "S1"}, False),
        ({"priority": "P1"}, {}, False),
    ],
)
def test_the_same_cases_are_not_said_twice(mine, other, is_refused):
    refuse_twice(row(1, mine), [row(1, other)])
    refuse_twice(row(1, mine, MAY, MAY), [row(2, other, JUNE)])
    with pytest.raises(RuleBroken, match="规则2") if is_refused else nullcontext() as refusal:
        refuse_twice(row(1, mine), [row(2, other)])
    assert refusal is None or refusal.value.field == "match"


def test_ties_are_shown():
    rows = [row(1, {"priority": "P1"}), row(2, {"severity": "S1"}), row(3, {"priority": "P2"}), row(4)]
    assert [(one.id, other.id) for one, other in ties(rows)] == [(1, 2), (2, 3)]


def test_gaps_name_the_cases_without_a_limit():
    severity = domain(Target.RECTIFICATION)
    assert gaps([], {}) == [{}]
    assert gaps([row(1)], severity) == []
    assert gaps([row(1, is_set=False)], {}) == [{}]
    assert gaps([row(1, {"severity": "minor|major"})], severity) == [{"severity": "critical"}]
    assert gaps([row(1, {"category": "x"}), row(2, {"category": "y"}, is_set=False)], {}) == [
        {"category": "y"},
        {"category": OTHERWISE},
    ]


def test_no_more_gaps_are_named_than_anybody_reads():
    rows = [row(one, {f"fact{one}": "|".join("abcdefgh")}) for one in range(6)]
    found = gaps(rows, {})
    assert 0 < len(found) <= 100


facts = st.fixed_dictionaries({}, optional={name: st.sampled_from("abc") for name in ("one", "two")})
matching = st.dictionaries(st.sampled_from(["one", "two"]), st.sampled_from(["a", "b", "a|b"]), max_size=2)


@given(
    st.lists(st.tuples(matching, st.booleans()), max_size=4),
    st.fixed_dictionaries({name: st.sampled_from("abc") for name in ("one", "two")}),
)
def test_a_case_is_named_as_a_gap_exactly_where_nobody_decides(given_rows, case):
    rows = [row(place, match, is_set=is_set) for place, (match, is_set) in enumerate(given_rows, start=1)]
    best = winner(rows, case)
    named = {name: {v for one in rows for v in one.match.get(name, "").split("|")} for name in case}
    seen = {name: value if value in named[name] else OTHERWISE for name, value in case.items()}
    is_gap = any(all(seen[name] == value for name, value in gap.items()) for gap in gaps(rows, {}))
    assert is_gap == (best is None or not best.is_set)


@given(st.lists(matching, min_size=2, max_size=2), facts)
def test_rows_that_can_both_hold_are_known_to(matches_of, case):
    one, other = (row(place, match) for place, match in enumerate(matches_of))
    if matches(one.match, case) and matches(other.match, case):
        assert is_either(one, other)


def test_conditions_are_said_in_words():
    assert match_words({}).text("zh") == "全部情形"
    assert match_words({"severity": "minor|major"}).text("en") == "Severity major / minor"
    assert match_words({"severity": "critical", "哪里": "东"}).text("zh") == "严重程度 致命，哪里 东"
    assert value_words(OTHERWISE).text("zh") == "其他"


# What cases are told apart by

DECLARE = (after_sales, assessment, communication, process, schedule)
"""The chapters that say so when they are loaded."""


def test_a_condition_that_no_case_can_meet_is_refused():
    refuse_foreign(Target.RECTIFICATION, {"severity": "minor|major", "kind": "corrective"})
    refuse_foreign(Target.CONFIRMATION, {"kind": "announcement", "doc_type": "quality_standard"})  # of two chapters
    refuse_foreign(Target.DELAY_REPORT, {"post": "W1"})  # of which nobody has said what it is told apart by
    for match, sentence in (
        ({"priority": "P1"}, "“Rectification” is not told apart by Priority, only by: Severity, Kind"),
        ({"severity": "minor|S1"}, "Severity of “Rectification” is never “S1”: Minor, Major, Critical"),
    ):
        with pytest.raises(RuleBroken, match=sentence) as refusal:
            refuse_foreign(Target.RECTIFICATION, match)
        assert refusal.value.field == "match"


def test_every_dimension_has_a_name_and_every_value_words():
    known = dimensions()
    assert {"priority", "severity", "category", "customer_level", "kind", "clause"} <= known.keys()
    assert all(fact_words(name).zh != name for name in known)
    assert known["severity"].keys() >= {"minor", "S1", "grave"}
    assert value_words("corrective").text("zh") == "纠正措施"
    assert value_words("P1").text("zh") == "P1"
    assert set(domain(Target.RESOLUTION)) == {"priority", "severity", "category", "customer_level"}
    assert set(domain(Target.STATEMENT)["kind"]) >= {"process_breach", "certificate"}
    assert domain(Target.RECHECK)["severity"] == ("minor", "major", "critical")


@pytest.mark.parametrize(
    "told,field", [({"warnings": ["-25%"]}, "warnings"), ({"ladder": [["0", ["admin"]]]}, "ladder")]
)
def test_a_measure_is_told_of_by_one_ladder(told, field):
    nothing = {"warnings": [], "ladder": []}
    refuse_second_ladder(Target.RECTIFICATION, **nothing)
    refuse_second_ladder(Target.RESOLUTION, **nothing | told)
    with pytest.raises(RuleBroken, match="is set once, under “Escalation levels”") as refusal:
        refuse_second_ladder(Target.RECTIFICATION, **nothing | told)
    assert refusal.value.field == field
