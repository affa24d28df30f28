"""Meetings, notices and surveys: days, numbers, scores, and what is refused (C1.1, C1.2, C2.3)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from rules.base import RuleBroken
from rules.communication import meetings, notices, surveys
from rules.communication.surveys import SurveyStatus
from tests.world import AT

D = Decimal


def refused(rule, *given, field=None, **named):
    with pytest.raises(RuleBroken) as fault:
        rule(*given, **named)
    assert fault.value.field == field
    return fault.value


# -- meetings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("today", [date(2026, 11, 23) + timedelta(days=n) for n in range(7)])
@pytest.mark.parametrize("weekday", range(1, 8))
def test_the_next_weekly_meeting_is_the_first_such_day_from_tomorrow_on(today, weekday):
    wanted = next(day for n in range(1, 8) if (day := today + timedelta(days=n)).isoweekday() == weekday)
    assert meetings.next_weekly(today, weekday) == wanted


@pytest.mark.parametrize(
    "today, following",
    [
        (date(2026, 1, 31), date(2026, 2, 1)),
        (date(2026, 2, 28), date(2026, 3, 1)),
        (date(2026, 12, 1), date(2027, 1, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_the_next_monthly_meeting_is_on_the_first(today, following):
    assert meetings.next_monthly(today) == following


def test_a_meeting_is_held_in_working_time_and_not_before_its_time():
    meetings.refuse_day_off(is_open=True)
    refused(meetings.refuse_day_off, field="planned_at", is_open=False)
    meetings.refuse_early_holding(AT, AT)
    refused(meetings.refuse_early_holding, AT, AT - timedelta(minutes=1))


@pytest.mark.parametrize(
    "rule, field", [(meetings.refuse_no_minutes, "minutes"), (meetings.refuse_no_report, "progress")]
)
def test_blanks_are_no_minutes_and_no_report(rule, field):
    rule("按计划进行")
    for nothing in ("", "  ", "\n"):
        refused(rule, nothing, field=field)


def test_somebody_attends_and_nobody_twice():
    meetings.refuse_alone([1, 2, None])
    refused(meetings.refuse_alone, [None], field="attendees")
    refused(meetings.refuse_alone, [1, 2, 1], field="attendees")


# -- notices ---------------------------------------------------------------------------------------------------------


def test_a_formal_document_is_numbered_and_not_over_before_it_is_out():
    assert notices.formal_number(2026, 12) == "〔2026〕12号"
    notices.refuse_expired(None, AT)
    notices.refuse_expired(AT + timedelta(seconds=1), AT)
    refused(notices.refuse_expired, AT, AT, field="expires_at")


# -- surveys ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "likely, score",
    [
        ([], None),
        ([None, None], None),
        ([10, 9], D("100.0")),
        ([0, 6], D("-100.0")),
        ([7, 8], D("0.0")),
        ([10, 0, 7], D("0.0")),
        ([10, 10, 6, None], D("33.3")),
    ],
)
def test_promoters_less_detractors(likely, score):
    assert surveys.net_promoters(likely) == score


def test_means_by_dimension_and_those_below_the_line():
    found = surveys.standing([{1: 5, 2: 3}, {1: 4, 2: 2}, {2: 2}], [10, 0, None], answered=3, asked=4)
    assert (found.means, found.nps, found.response_rate) == ({1: D("4.50"), 2: D("2.33")}, D("0.0"), D(75))
    assert surveys.standing([], [], answered=0, asked=0).response_rate is None
    assert surveys.weak({1: D("3.4"), 2: D("2.33"), 3: D("3.5")}, D("3.5")) == [2, 1]


@pytest.mark.parametrize("scores", [{1: 5}, {1: 5, 2: 0}, {1: 5, 2: 6}])
def test_every_question_is_rated_on_its_scale(scores):
    refused(surveys.refuse_scores, scores, [1, 2], None, field="score-2")


def test_how_likely_is_from_0_to_10_or_left_open():
    for likely in (None, 0, 10):
        surveys.refuse_scores({1: 1}, [1], likely)
    for likely in (-1, 11):
        refused(surveys.refuse_scores, {1: 1}, [1], likely, field="likely")


def test_a_survey_is_answered_once_while_it_is_open_and_asks_somebody_something():
    surveys.refuse_second_answer(is_answered=False)
    refused(surveys.refuse_second_answer, is_answered=True)
    for status in SurveyStatus:
        if status is SurveyStatus.OPEN:
            surveys.refuse_closed(status)
        else:
            refused(surveys.refuse_closed, status)
    surveys.refuse_bare(1, 1)
    refused(surveys.refuse_bare, 0, 1, field="questions")
    refused(surveys.refuse_bare, 1, 0, field="questions")
