"""Tickets, service, follow-ups, statistics: what the rules of after-sales say (A1-A5)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.after_sales import follow_ups, service, statistics, tickets
from rules.after_sales.kinds import ServiceKind, ServiceStatus, TicketCause, TicketStatus, Warranty
from rules.after_sales.statistics import Weak
from rules.base import RuleBroken, Words
from rules.pareto import pareto
from rules.regulation import Priority
from rules.training import Answer, Gate, GateReason

AT = datetime(2026, 11, 16, 1, 30, tzinfo=UTC)
scores = st.lists(st.integers(1, 5), min_size=4, max_size=4)


def test_the_last_day_of_a_warranty_counts_whole_and_nothing_known_is_said_to_be_unknown():
    last = date(2026, 5, 12)
    assert tickets.warranty_of(last, last) is Warranty.IN_WARRANTY
    assert tickets.warranty_of(last, last + timedelta(days=1)) is Warranty.EXPIRED
    assert tickets.warranty_of(None, last) is Warranty.UNKNOWN


def test_another_priority_than_the_matrix_says_needs_a_reason():
    tickets.refuse_override(Priority.P2, None, "")
    tickets.refuse_override(Priority.P2, Priority.P2, " ")
    tickets.refuse_override(Priority.P2, Priority.P1, "客户停产")
    with pytest.raises(RuleBroken, match="Say why") as refusal:
        tickets.refuse_override(Priority.P2, Priority.P1, "  ")
    assert (refusal.value.field, refusal.value.clause) == ("override_reason", "A2.3")


def test_only_who_may_work_gets_a_ticket():
    tickets.refuse_unqualified(Gate(Answer.YES), "席远航")
    tickets.refuse_unqualified(Gate(Answer.SUPERVISED), "席远航")
    why = GateReason("none", Words("No qualification.", "没有上岗资格。"))
    with pytest.raises(RuleBroken, match="席远航 may not work at his post now: No qualification"):
        tickets.refuse_unqualified(Gate(Answer.NO, (why,)), "席远航")
    with pytest.raises(RuleBroken, match="no reason"):
        tickets.refuse_unqualified(Gate(Answer.NO), "席远航")


@pytest.mark.parametrize("status", ServiceStatus)
def test_a_ticket_is_solved_when_its_service_is_done(status):
    given = [("CZ-1", ServiceStatus.DONE), ("CZ-2", status)]
    if status in {ServiceStatus.PLANNED, ServiceStatus.IN_PROGRESS}:
        with pytest.raises(RuleBroken, match="CZ-2 is not done"):
            tickets.refuse_unfinished(given)
    else:
        tickets.refuse_unfinished(given)


def test_what_is_needed_is_said_at_its_field():
    assert tickets.needed("  更换机封 ", "x", "x", field="solution_text", clause="A3.4") == "更换机封"
    with pytest.raises(RuleBroken, match="Write it") as refusal:
        tickets.needed(" \n", "Write it.", "请填写。", field="solution_text", clause="A3.4")
    assert refusal.value.field == "solution_text"


def test_nothing_is_closed_for_which_nobody_will_call():
    tickets.refuse_without_follow_up(has_one=True)
    with pytest.raises(RuleBroken, match="follow-up"):
        tickets.refuse_without_follow_up(has_one=False)


@pytest.mark.parametrize("rating", range(-1, 8))
def test_ratings_go_from_one_to_five(rating):
    if rating in range(1, 6):
        tickets.refuse_rating(rating)
    else:
        with pytest.raises(RuleBroken, match="1 to 5"):
            tickets.refuse_rating(rating)


@pytest.mark.parametrize("cause", [None, *TicketCause])
def test_design_and_process_go_back_to_technical(cause):
    assert tickets.goes_back_to_technical(cause) == (cause in {"design", "process"})


def test_time_limits_are_chosen_by_these_facts():
    assert tickets.facts_of(Priority.P1, "S1", None, None) == {"priority": "P1", "severity": "S1"}
    told = tickets.facts_of(Priority.P2, "S2", "leak", "A")
    assert told == {"priority": "P2", "severity": "S2", "category": "leak", "customer_level": "A"}


def test_a_waiting_ticket_goes_back_to_where_it_came_from():
    assert tickets.resumed_by(TicketStatus.EXECUTING) == "resume_executing"
    assert tickets.resumed_by(TicketStatus.IN_PROGRESS) == tickets.resumed_by(None) == "resume"


def test_a_replacement_says_which_unit_came_for_which():
    service.refuse_replacement(ServiceKind.REPAIR, "", "")
    service.refuse_replacement(ServiceKind.REPLACE, "A1", "A2")
    for old, new, why in (("", "A2", "old and the new"), ("A1", " ", "old and the new"), ("a1", "A1 ", "the old one")):
        with pytest.raises(RuleBroken, match=why):
            service.refuse_replacement(ServiceKind.REPLACE, old, new)


def test_a_cost_is_not_below_nothing():
    service.refuse_cost(None)
    service.refuse_cost(Decimal(0))
    with pytest.raises(RuleBroken, match="below 0"):
        service.refuse_cost(Decimal("-0.01"))


@pytest.mark.parametrize(
    "given_scores, again, is_good",
    [
        ((4, 4, 4, 4), False, True),
        ((4, 4, 4, 3), False, False),
        ((5, 5, 5, 3), False, True),
        ((5, 5, 5, 2), False, False),
        ((5, 5, 5, 5), True, False),
    ],
)
def test_a_visit_is_favourable_by_mean_lowest_score_and_problem(given_scores, again, is_good):
    assert follow_ups.is_favourable(given_scores, Decimal(4), problem_again=again) is is_good


@given(scores, st.integers(1, 5), st.booleans())
def test_a_higher_line_or_a_lower_score_never_makes_a_visit_favourable(given_scores, line, again):
    before = follow_ups.is_favourable(given_scores, Decimal(line), problem_again=again)
    lower = [max(1, given_scores[0] - 1), *given_scores[1:]]
    assert before or not follow_ups.is_favourable(given_scores, Decimal(line + 1), problem_again=again)
    assert before or not follow_ups.is_favourable(lower, Decimal(line), problem_again=again)
    assert not (follow_ups.is_low(given_scores) and before)


@pytest.mark.parametrize("wrong", [None, 0, 6])
def test_each_of_the_four_is_scored(wrong):
    follow_ups.refuse_scores((1, 2, 3, 5))
    with pytest.raises(RuleBroken, match="1 to 5") as refusal:
        follow_ups.refuse_scores((5, 5, wrong, 5))
    assert refusal.value.field == "manner"


def test_nobody_is_unreachable_who_was_never_called():
    follow_ups.refuse_without_attempt(1)
    with pytest.raises(RuleBroken, match="at least one attempt"):
        follow_ups.refuse_without_attempt(0)


# What tickets add up to


@given(st.lists(st.integers(1, 5)))
def test_satisfaction_is_the_mean_of_the_ratings_in_per_cent(ratings):
    found = statistics.satisfaction(sum(ratings), len(ratings))
    assert (found is None) == (not ratings)
    if found is not None:
        assert abs(found - sum(Decimal(one - 1) * 25 for one in ratings) / len(ratings)) < Decimal("0.0001")


def test_a_rate_of_nothing_is_none():
    assert statistics.rate(0, 0) is None
    assert statistics.rate(1, 4) == 25


@pytest.mark.parametrize(
    "now, before, is_weak",
    [(3, 2, True), (3, 3, False), (2, 0, False), (3, 0, True), (10, 7, False), (12, 8, True)],
)
def test_a_weak_point_grew_by_half_and_is_more_than_chance(now, before, is_weak):
    others = {"响": 100}
    found = statistics.weak_points({"漏": now, "响": 90}, {"漏": before} | others if before else others)
    assert found == ([Weak("漏", now, before)] if is_weak else [])


def test_where_everything_doubled_nothing_is_a_weak_point_by_itself():
    assert statistics.weak_points({"漏": 8, "响": 12}, {"漏": 4, "响": 6}) == []


def test_the_steepest_growth_comes_first():
    found = statistics.weak_points({"a": 4, "b": 9, "c": 3, "d": 30}, {"a": 1, "b": 2, "d": 40})
    assert [one.key for one in found] == ["b", "a", "c"]


@given(st.dates(date(2001, 1, 1), date(2080, 1, 1)), st.integers(0, 400))
def test_the_period_before_is_as_long_and_ends_the_day_before(first, days):
    last = first + timedelta(days=days)
    start, end = statistics.period_before(first, last)
    assert end == first - timedelta(days=1)
    assert end - start == last - first


def test_a_cluster_counts_the_ticket_itself_and_only_those_within_the_days():
    earlier = [AT - timedelta(days=29), AT - timedelta(days=30), AT - timedelta(days=30, seconds=1)]
    assert statistics.is_cluster(earlier, AT, Decimal(3), Decimal(30))
    assert not statistics.is_cluster(earlier[1:], AT, Decimal(3), Decimal(30))
    assert not statistics.is_cluster(earlier, AT, Decimal(4), Decimal(30))


def test_a_pareto_tells_shares_of_all():
    bars = pareto({"a": 6, "b": 3, "c": 1}, most=2)
    assert [(one.name, one.count, one.together) for one in bars] == [("a", 6, 60), ("b", 3, 90)]
    assert pareto({}) == []
