"""Putting right: what is watched, what proof must be, and who is told when (P3.2)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.actions import (
    ACTION_STEPS,
    LADDER,
    RESPONSIBLE,
    UNFINISHED,
    ActionStatus,
    Cause,
    Severity,
    cause_of,
    raised,
    refuse_incomplete_round,
    refuse_stale_proof,
    rungs_due,
    watches,
)
from rules.base import Role, RuleBroken

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
    "measure,root_cause,severity,field",
    [
        ("重新对刀", "", "minor", None),
        ("重新对刀", "刀具磨损", "critical", None),
        ("", "刀具磨损", "minor", "measure"),
        (" \n", "刀具磨损", "major", "measure"),
        ("重新对刀", "", "major", "root_cause"),
        ("重新对刀", "  ", "critical", "root_cause"),
    ],
)
def test_a_round_says_what_was_done_and_from_major_up_why_it_happened(measure, root_cause, severity, field):
    if field is None:
        refuse_incomplete_round(measure, root_cause, Severity(severity))
        return
    with pytest.raises(RuleBroken) as refusal:
        refuse_incomplete_round(measure, root_cause, Severity(severity))
    assert (refusal.value.field, refusal.value.clause) == (field, "P3.2")


@quickly
@given(instants, st.timedeltas(timedelta(days=-10), timedelta(days=10)), st.timedeltas(timedelta(0), timedelta(days=5)))
def test_the_ladder_is_climbed_from_below_and_never_down(due_at, since, later):
    now, then = rungs_due(due_at, due_at + since), rungs_due(due_at, due_at + since + later)
    assert then[: len(now)] == now
    assert [one.level for one in then] == list(range(len(then)))


@pytest.mark.parametrize(
    "since,levels",
    [
        (timedelta(hours=-24, microseconds=-1), []),
        (timedelta(hours=-24), [0]),
        (timedelta(microseconds=-1), [0]),
        (timedelta(0), [0, 1]),
        (timedelta(days=1), [0, 1, 2]),
        (timedelta(days=3), [0, 1, 2, 3]),
    ],
)
def test_before_due_the_responsible_at_due_his_leader_later_the_managers(since, levels):
    assert [one.level for one in rungs_due(AT, AT + since)] == levels


def test_the_ladder_tells_whom_the_regulation_names():
    told = [set(one.tells) for one in LADDER]
    assert told == [
        {RESPONSIBLE},
        {RESPONSIBLE, "team_leader"},
        {Role.PRODUCTION_MANAGER, Role.QUALITY_MANAGER},
        {Role.GENERAL_MANAGER},
    ]


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
