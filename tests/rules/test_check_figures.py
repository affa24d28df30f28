"""What checks add up to (P3.1, P3.4, K1.1), and who hands in which kind (P3, K2.2, C2.2)."""

from datetime import date
from decimal import Decimal

import pytest

from rules.base import NotYours, Person, Role, RuleBroken
from rules.quality import (
    CHECKERS,
    CLAUSES,
    COUNTED,
    FIRST_CHECKS,
    CheckKind,
    Tally,
    kinds_of,
    may_check,
    missing,
    months,
    pareto,
    refuse_foreign,
    refuse_without_photo,
    together,
    week_of,
)

K, R = CheckKind, Role
BY_ROLE = {
    R.QUALITY_INSPECTOR: (K.SPOT_CHECK, K.AD_HOC_ASSESSMENT, K.CONTACT_SAMPLE),
    R.TEAM_LEADER: (K.LEADER_PATROL,),
    R.TECHNICAL: (K.TECHNICAL_INSPECTION,),
    R.AFTER_SALES_MANAGER: (K.CONTACT_SAMPLE,),
}


@pytest.mark.parametrize("role", Role)
def test_each_role_hands_in_its_kinds_and_no_other(role):
    person = Person(1, 1, {role: None}, frozenset({7}))
    assert kinds_of(person) == BY_ROLE.get(role, ())
    for kind in CheckKind:
        may = kind in BY_ROLE.get(role, ()) or (kind is K.RECHECK and role is R.QUALITY_INSPECTOR)
        assert may_check(kind, person, 3, {7}) is may


def test_an_inspector_reaches_his_area_and_a_leader_his_teams():
    inspector = Person(1, 1, {R.QUALITY_INSPECTOR: frozenset({3})})
    assert may_check(K.SPOT_CHECK, inspector, 3, ())
    assert not may_check(K.SPOT_CHECK, inspector, 4, ())
    leader = Person(1, 1, {R.TEAM_LEADER: None}, frozenset({7, 8}))
    assert may_check(K.LEADER_PATROL, leader, 4, {7})
    assert not may_check(K.LEADER_PATROL, leader, 4, {7, 9})
    assert not may_check(K.LEADER_PATROL, leader, 4, ())


def test_who_hands_in_what_is_not_his_is_told_whose_it_is():
    leader = Person(1, 1, {R.TEAM_LEADER: None}, frozenset({7}))
    assert refuse_foreign(K.LEADER_PATROL, leader, 4, {7}) is None
    with pytest.raises(NotYours, match="outside your area"):
        refuse_foreign(K.LEADER_PATROL, leader, 4, {9})
    with pytest.raises(NotYours, match="Quality inspector") as refusal:
        refuse_foreign(K.SPOT_CHECK, leader, 4, {7})
    assert refusal.value.clause == "P3.2"
    assert may_check(K.SPOT_CHECK, Person(is_system=True), 4, ())


def test_every_kind_has_its_clause_and_its_people_and_indicators_count_no_recheck_and_no_patrol():
    assert set(CLAUSES) == set(CHECKERS) == set(CheckKind)
    assert set(CheckKind) - set(FIRST_CHECKS) == {K.RECHECK}
    assert set(COUNTED) == {K.SPOT_CHECK, K.TECHNICAL_INSPECTION, K.AD_HOC_ASSESSMENT}


def test_a_failure_that_needs_a_picture_has_one():
    assert refuse_without_photo([]) is None
    with pytest.raises(RuleBroken, match="Item 4 failed: take a photo"):
        refuse_without_photo([4, 6])


def test_rates_and_scores_are_of_what_was_judged_and_never_averaged():
    none, small, large = Tally(), Tally(0, 1, Decimal(0), Decimal(3)), Tally(9, 9, Decimal(9), Decimal(9))
    assert none.rate is None
    assert none.score is None
    assert together([small, large]).rate == 90
    assert together([small, large]).score == 75
    assert together([]) == none


def test_the_few_behind_most_failures_come_first():
    found = pareto({"毛刺": 1, "外径": 6, "文件": 3}, most=2)
    assert [(one.name, one.count, one.together) for one in found] == [("外径", 6, 60), ("文件", 3, 90)]
    assert pareto({}) == []


def test_months_and_weeks():
    assert months(date(2025, 12, 31), date(2026, 2, 1)) == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    assert week_of(date(2026, 11, 22)) == (date(2026, 11, 16), date(2026, 11, 22))
    assert week_of(date(2026, 11, 16)) == (date(2026, 11, 16), date(2026, 11, 22))


def test_patrols_that_are_missing():
    assert missing(1, Decimal(3)) == 2
    assert missing(5, Decimal(3)) == 0
