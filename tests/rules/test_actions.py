"""Putting right: what is watched, what proof must be, and who is told when (P3.2)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.actions import (
    ACTION_STEPS,
    CASE_CLAUSES,
    CLAUSE_OF,
    EVALUATION_CLAUSES,
    LADDER,
    MANAGER_OF,
    MANAGERS,
    RESPONSIBLE,
    UNFINISHED,
    ActionKind,
    ActionStatus,
    CaseDecision,
    CaseKind,
    CaseSeverity,
    Cause,
    EvaluationKind,
    Proof,
    RoundResult,
    Rung,
    Severity,
    Told,
    cause_of,
    decision_of,
    following,
    kinds_managed_by,
    opens_case,
    period_of,
    raised,
    reaches_file,
    refuse_by_hand,
    refuse_decider,
    refuse_early_due,
    refuse_extension,
    refuse_incomplete_round,
    refuse_ladder,
    refuse_late_grant,
    refuse_past_due,
    refuse_second_reversal,
    refuse_stale_proof,
    refuse_statement,
    refuse_unproved,
    refuse_unready,
    refuse_unready_evaluation,
    rungs_due,
    watches,
    why_not_by_hand,
    why_undecided,
)
from rules.base import RELATIONS, NotYours, Person, Role, RuleBroken
from rules.organisation import DepartmentKind
from rules.working_time import WorkCalendar

quickly = settings(deadline=None, max_examples=40)

AT = datetime(2026, 11, 16, 1, 30, tzinfo=UTC)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    "severity,is_repeat,is_watched",
    [
        ("minor", False, False),
        ("minor", True, True),
        ("major", False, True),
        ("major", True, True),
        ("critical", False, True),
        ("critical", True, True),
    ],
)
def test_what_was_serious_or_came_again_is_watched(severity, is_repeat, is_watched):
    assert watches(Severity(severity), is_repeat=is_repeat) is is_watched


@pytest.mark.parametrize("severity,higher", [("minor", "major"), ("major", "critical"), ("critical", "critical")])
def test_what_came_again_is_one_step_more_severe(severity, higher):
    assert raised(Severity(severity)) is Severity(higher)


@quickly
@given(instants, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_proof_is_later_than_what_it_proves(submitted_at, difference):
    if difference:
        refuse_stale_proof(submitted_at, submitted_at + difference)
    with pytest.raises(RuleBroken) as refusal:
        refuse_stale_proof(submitted_at, submitted_at - difference)
    assert (refusal.value.field, refusal.value.clause) == ("checked_at", "P3.2")


def test_nothing_is_proved_that_was_never_submitted():
    with pytest.raises(RuleBroken, match="–"):
        refuse_stale_proof(None, AT)


@pytest.mark.parametrize(
    "measure,root_cause,severity,has_evidence,field",
    [
        ("重新对刀", "", "minor", False, None),
        ("重新对刀", "刀具磨损", "critical", True, None),
        ("", "刀具磨损", "minor", True, "measure"),
        (" \n", "刀具磨损", "major", True, "measure"),
        ("重新对刀", "", "major", True, "root_cause"),
        ("重新对刀", "  ", "critical", True, "root_cause"),
        ("重新对刀", "刀具磨损", "major", False, "evidence"),
        ("重新对刀", "刀具磨损", "critical", False, "evidence"),
    ],
)
def test_a_round_says_what_was_done_and_from_major_up_why_and_what_proves_it(
    measure, root_cause, severity, has_evidence, field
):
    if field is None:
        refuse_incomplete_round(measure, root_cause, Severity(severity), has_evidence=has_evidence)
        return
    with pytest.raises(RuleBroken) as refusal:
        refuse_incomplete_round(measure, root_cause, Severity(severity), has_evidence=has_evidence)
    assert (refusal.value.field, refusal.value.clause) == (field, "P3.2")


@pytest.mark.parametrize(
    "submitted_at,checked_at,result,is_proved",
    [
        (AT, AT + timedelta(hours=1), RoundResult.PASSED, True),
        (AT, AT + timedelta(hours=1), RoundResult.FAILED, False),
        (AT, AT + timedelta(hours=1), None, False),
        (AT, None, RoundResult.PASSED, False),
        (AT, AT, RoundResult.PASSED, False),
        (None, None, None, False),
    ],
)
def test_nothing_is_closed_but_on_a_check_later_than_its_submission(submitted_at, checked_at, result, is_proved):
    if is_proved:
        refuse_unproved(submitted_at, checked_at, result)
        return
    with pytest.raises(RuleBroken):
        refuse_unproved(submitted_at, checked_at, result)


@pytest.mark.parametrize("proof", Proof)
@pytest.mark.parametrize("verb", ACTION_STEPS.verbs)
def test_what_a_check_raised_no_hand_confirms_or_returns(proof, verb):
    is_barred = proof is Proof.RECHECK and verb in {"confirm", "return"}
    assert isinstance(why_not_by_hand(proof, verb), NotYours) is is_barred


@pytest.mark.parametrize("kind", ActionKind)
def test_by_hand_a_manager_opens_what_removes_causes_and_nothing_that_is_found_elsewhere(kind):
    if kind in {"improvement", "corrective", "preventive"}:
        refuse_by_hand(kind, 1, 2)
        return
    with pytest.raises(RuleBroken) as refusal:
        refuse_by_hand(kind, 1, 2)
    assert refusal.value.field == "kind"


@pytest.mark.parametrize("verifier", [None, 1])
def test_what_is_opened_by_hand_has_a_verifier_who_is_somebody_else(verifier):
    with pytest.raises(RuleBroken) as refusal:
        refuse_by_hand(ActionKind.IMPROVEMENT, 1, verifier)
    assert refusal.value.field == "verifier"


def test_nothing_is_due_in_the_past():
    refuse_past_due(AT + timedelta.resolution, AT)
    with pytest.raises(RuleBroken) as refusal:
        refuse_past_due(AT, AT)
    assert refusal.value.field == "due_at"


@pytest.mark.parametrize("round_no,opens", [(1, False), (2, False), (3, True), (4, True)])
def test_the_third_round_opens_a_case_where_three_is_the_figure(round_no, opens):
    assert opens_case(round_no, Decimal(3)) is opens


@pytest.mark.parametrize("kind", ActionKind)
def test_every_kind_of_action_proves_a_clause(kind):
    assert CLAUSE_OF[kind]


# More time


def extension(**more):
    given = {
        "due_at": AT + timedelta(days=2), "new_due_at": AT + timedelta(days=5), "at": AT, "granted": 0,
        "is_pending": False,
    }  # fmt: skip
    refuse_extension(**(given | more))


@pytest.mark.parametrize("granted", [0, 1])
def test_more_time_is_asked_for_before_it_is_due(granted):
    extension(granted=granted)
    extension(granted=granted, at=AT + timedelta(days=2) - timedelta.resolution)


@pytest.mark.parametrize(
    "given",
    [
        {"at": AT + timedelta(days=2)},
        {"at": AT + timedelta(days=3)},
        {"granted": 2},
        {"is_pending": True},
        {"new_due_at": AT + timedelta(days=2)},
        {"new_due_at": AT + timedelta(days=1)},
    ],
    ids=["at due", "late", "a third time", "twice at once", "no later", "earlier"],
)
def test_no_extension_too_late_too_often_or_to_no_later_instant(given):
    with pytest.raises(RuleBroken) as refusal:
        extension(**given)
    assert (refusal.value.field, refusal.value.clause) == ("new_due_on", "P3.2")


def test_what_is_late_stays_late():
    refuse_late_grant(AT, AT - timedelta.resolution)
    with pytest.raises(RuleBroken, match="lapsed"):
        refuse_late_grant(AT, AT)


# The ladder

CALENDAR = WorkCalendar("Asia/Shanghai", {day: [("08:30", "12:00"), ("13:00", "17:30")] for day in range(5)})
DUE = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)
"""A Thursday, at closing."""


@quickly
@given(instants, st.timedeltas(timedelta(days=-10), timedelta(days=10)), st.timedeltas(timedelta(0), timedelta(days=5)))
def test_the_ladder_is_climbed_from_below_and_never_down(due_at, since, later):
    now = rungs_due(CALENDAR, LADDER, due_at, due_at + since)
    then = rungs_due(CALENDAR, LADDER[::-1], due_at, due_at + since + later)
    assert then[: len(now)] == now
    assert [one.level for one in then] == list(range(len(then)))


@pytest.mark.parametrize(
    "at,levels",
    [
        (datetime(2026, 11, 18, 9, 29, 59, tzinfo=UTC), []),
        (datetime(2026, 11, 19, 0, 30, tzinfo=UTC), [0]),
        (DUE - timedelta.resolution, [0]),
        (DUE, [0, 1]),
        (datetime(2026, 11, 20, 9, 30, tzinfo=UTC), [0, 1, 2]),
        (datetime(2026, 11, 22, 9, 30, tzinfo=UTC), [0, 1, 2]),
        (datetime(2026, 11, 24, 9, 30, tzinfo=UTC), [0, 1, 2, 3]),
    ],
    ids=[
        "before",
        "the day before",
        "a moment before",
        "due",
        "a working day late",
        "a week end",
        "three working days",
    ],
)
def test_levels_are_reckoned_in_working_time(at, levels):
    assert [one.level for one in rungs_due(CALENDAR, LADDER, DUE, at)] == levels


def test_the_ladder_that_the_product_comes_with_tells_whom_the_regulation_names():
    told = [set(one.tells) for one in LADDER]
    assert told == [
        {RESPONSIBLE},
        {RESPONSIBLE, "team_leader"},
        {Role.PRODUCTION_MANAGER, Role.QUALITY_MANAGER},
        {Role.GENERAL_MANAGER},
    ]
    refuse_ladder(LADDER)


@pytest.mark.parametrize("told", Told)
def test_whoever_a_level_tells_is_a_role_or_stands_in_the_action(told):
    assert isinstance(told.entry, Role) or told.entry in RELATIONS
    assert str(told.entry) == str(told)


@pytest.mark.parametrize(
    "levels,field",
    [
        ([(0, -8), (1, 0), (2, 8)], None),
        ([(2, 8), (0, -8), (1, 0)], None),
        ([(0, 0), (1, 0)], "after_hours"),
        ([(0, 8), (1, 0)], "after_hours"),
        ([(0, -481)], "after_hours"),
        ([(0, 481)], "after_hours"),
        ([(n, n) for n in range(13)], "level"),
    ],
)
def test_a_ladder_rises(levels, field):
    rungs = [Rung(level, timedelta(hours=hours), (RESPONSIBLE,)) for level, hours in levels]
    if field is None:
        refuse_ladder(rungs)
        return
    with pytest.raises(RuleBroken) as refusal:
        refuse_ladder(rungs)
    assert refusal.value.field == field


# Cases

HALVES = [(1, Decimal(50)), (2, Decimal(50))]


@pytest.mark.parametrize(
    "facts,shares,field",
    [
        ("未按工艺文件操作", HALVES, None),
        ("未按工艺文件操作", [(1, Decimal(100))], None),
        (" ", HALVES, "facts"),
        ("未按工艺文件操作", [], "persons"),
        ("未按工艺文件操作", [(1, Decimal(60))], "persons"),
        ("未按工艺文件操作", [(1, Decimal(0))], "persons"),
        ("未按工艺文件操作", [(1, Decimal(50)), (1, Decimal(50))], "persons"),
        ("未按工艺文件操作", [(1, Decimal(150)), (2, Decimal(-50))], "persons"),
    ],
)
def test_people_are_asked_once_facts_and_shares_are_whole(facts, shares, field):
    if field is None:
        refuse_unready(facts, shares)
        return
    with pytest.raises(RuleBroken) as refusal:
        refuse_unready(facts, iter(shares))
    assert (refusal.value.field, refusal.value.clause) == (field, "P3.3")


@pytest.mark.parametrize("severity", CaseSeverity)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("is_involved", [False, True])
def test_a_case_is_decided_by_an_uninvolved_manager_a_grave_one_by_the_general_manager(severity, role, is_involved):
    may = role is Role.GENERAL_MANAGER if severity is CaseSeverity.GRAVE else role in MANAGERS
    if may and not is_involved:
        refuse_decider(severity, [Role.EMPLOYEE, role], is_involved=is_involved)
        return
    with pytest.raises(RuleBroken) as refusal:
        refuse_decider(severity, [Role.EMPLOYEE, role], is_involved=is_involved)
    assert refusal.value.field == "decider"


@pytest.mark.parametrize(
    "statements,is_open",
    [
        ([(AT, AT - timedelta(days=1))], True),
        ([(AT - timedelta.resolution, None)], True),
        ([(AT, None)], False),
        ([(AT + timedelta(days=1), None), (AT, AT)], False),
        ([(None, None)], False),
        ([], True),
    ],
)
def test_nothing_is_decided_before_everybody_had_his_say(statements, is_open):
    assert (why_undecided(statements, AT) is None) is is_open


@pytest.mark.parametrize(
    "statement,due_at,is_taken",
    [("刀具已磨损", AT, True), (" ", AT, False), ("刀具已磨损", AT - timedelta.resolution, False), ("x", None, False)],
)
def test_a_statement_says_something_and_comes_in_time(statement, due_at, is_taken):
    if is_taken:
        refuse_statement(statement, due_at, AT)
        return
    with pytest.raises(RuleBroken) as refusal:
        refuse_statement(statement, due_at, AT)
    assert refusal.value.field == "statement"


def test_a_decision_is_one_of_three_and_what_was_not_upheld_leaves_nothing():
    assert {one: reaches_file(decision_of(str(one))) for one in CaseDecision} == {
        CaseDecision.UPHELD: True,
        CaseDecision.PARTLY: True,
        CaseDecision.NOT_UPHELD: False,
    }
    for wrong in ("", None, "guilty"):
        with pytest.raises(RuleBroken) as refusal:
            decision_of(wrong)
        assert refusal.value.field == "decision"


def test_every_kind_of_case_stands_on_a_clause():
    assert {CASE_CLAUSES[kind] for kind in CaseKind} == {"P3.3", "S3.3", "C1.4", "K4.1"}


# The file, evaluations, who answers for whom


def test_an_entry_is_reversed_once_and_a_reversal_never():
    refuse_second_reversal(1, None, {2})
    for reverses, others in ((7, set()), (None, {1})):
        with pytest.raises(RuleBroken):
            refuse_second_reversal(1, reverses, others)


@pytest.mark.parametrize(
    "period,first,last,after",
    [
        ("2026-10", date(2026, 10, 1), date(2026, 10, 31), "2026-11"),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), "2027-01"),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "2028-03"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "2026-Q2"),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "2027-Q1"),
    ],
)
def test_a_period_is_a_month_or_a_quarter_and_the_next_one_follows(period, first, last, after):
    assert period_of(period) == (first, last)
    assert following(period) == after


@pytest.mark.parametrize("wrong", ["", "2026", "2026-13", "2026-Q5", "10-2026", "2026-1"])
def test_no_other_period_is_understood(wrong):
    with pytest.raises(RuleBroken) as refusal:
        period_of(wrong)
    assert refusal.value.field == "period"


@pytest.mark.parametrize(
    "findings,on,is_ready",
    [
        ("尺寸超差集中在车削", date(2026, 11, 1), True),
        ("尺寸超差", date(2026, 10, 31), False),
        (" ", date(2026, 11, 1), False),
    ],
)
def test_an_evaluation_waits_for_the_end_of_its_period_and_says_something(findings, on, is_ready):
    if is_ready:
        refuse_unready_evaluation(findings, date(2026, 10, 31), on)
        return
    with pytest.raises(RuleBroken) as refusal:
        refuse_unready_evaluation(findings, date(2026, 10, 31), on)
    assert refusal.value.field == "findings"


def test_an_evaluation_is_due_after_its_period():
    refuse_early_due(date(2026, 10, 31), date(2026, 11, 1))
    with pytest.raises(RuleBroken) as refusal:
        refuse_early_due(date(2026, 10, 31), date(2026, 10, 31))
    assert refusal.value.field == "due_on"


@pytest.mark.parametrize("kind", EvaluationKind)
def test_every_evaluation_proves_a_clause(kind):
    assert EVALUATION_CLAUSES[kind] in {"P3.4", "A4.2", "A5.1", "C1.1"}


def test_every_department_has_a_role_that_manages_it():
    assert set(MANAGER_OF) == set(DepartmentKind)
    for kind, role in MANAGER_OF.items():
        assert kinds_managed_by(Person(roles={role: None})) == [kind]
    assert kinds_managed_by(Person(roles={Role.EMPLOYEE: None})) == []


@pytest.mark.parametrize("given_name,cause", [("man", Cause.MAN), ("", None), (None, None)])
def test_a_cause_is_known_by_its_name(given_name, cause):
    assert cause_of(given_name) is cause


def test_another_cause_there_is_not():
    with pytest.raises(RuleBroken) as refusal:
        cause_of("weather")
    assert (refusal.value.field, refusal.value.clause) == ("cause_category", "P3.2")


def test_unfinished_is_whatever_may_still_be_cancelled():
    assert {status for status in ActionStatus if ACTION_STEPS.find("cancel", status)} == set(UNFINISHED)
    assert not any(one.by for status in ("closed", "cancelled") for one in ACTION_STEPS.open_from(status))
