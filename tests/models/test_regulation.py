"""Figures and time limits with the days they count for, and the company's working calendar (G1, A4.1)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.base import Act
from models.journal import acting
from models.organisation import Department
from models.regulation import (
    Calendar,
    CalendarDay,
    Figure,
    SlaPolicy,
    WorkInterval,
    company_calendar,
    due_at,
    figure,
    limit,
    unset_figures,
)
from rules.base import SYSTEM, RuleBroken, Unset
from rules.regulation import FIGURES, REPEAT_WITHIN_DAYS, Limit, Target, Unit
from tests.models.acts import DAY, LATER, doing
from tests.world import AT

MONDAY = date(2026, 11, 16)
CLUSTER_COUNT = FIGURES["cluster_count"]
"""Nobody has set it in the small factory."""
FRIDAY_NOON = datetime(2026, 9, 25, 4, tzinfo=UTC)


def add_figure(session, value, from_on, to_on=None, applies_to="", code="cluster_count", **more):
    session.add(
        Figure(code=code, clause="A5.2", unit="count", value=Decimal(value), from_on=from_on, to_on=to_on,
               applies_to=applies_to, **more)
    )  # fmt: skip


def test_a_figure_counts_from_its_first_day_to_its_last(any_session):
    with doing(any_session, "admin"):
        add_figure(any_session, "2", MONDAY, MONDAY + 6 * DAY)
        add_figure(any_session, "3.25", MONDAY + 7 * DAY)
    for days, value in ((0, "2"), (6, "2"), (7, "3.25"), (700, "3.25")):
        assert figure(any_session, CLUSTER_COUNT, MONDAY + days * DAY) == Decimal(value)
    with pytest.raises(Unset, match=r"Tickets of one kind.*A5\.2"):
        figure(any_session, CLUSTER_COUNT, MONDAY - DAY)


def test_a_figure_for_this_kind_goes_before_the_general_one(any_session):
    with doing(any_session, "admin"):
        add_figure(any_session, "3", MONDAY)
        add_figure(any_session, "1", MONDAY, MONDAY + DAY, applies_to="critical")
    assert figure(any_session, CLUSTER_COUNT, MONDAY, "critical") == 1
    assert figure(any_session, CLUSTER_COUNT, MONDAY, "minor") == figure(any_session, CLUSTER_COUNT, MONDAY) == 3
    assert figure(any_session, CLUSTER_COUNT, MONDAY + 2 * DAY, "critical") == 3


def test_a_figure_for_another_kind_alone_is_unset(session):
    with doing(session, "admin"):
        add_figure(session, "1", MONDAY, applies_to="critical")
    with pytest.raises(Unset):
        figure(session, CLUSTER_COUNT, MONDAY, "minor")


def test_a_voided_figure_counts_no_more_and_the_set_up_page_lists_it(session):
    assert REPEAT_WITHIN_DAYS not in unset_figures(session, AT)
    assert CLUSTER_COUNT in unset_figures(session, AT)
    with doing(session, "admin"):
        for one in session.scalars(select(Figure)):
            one.voided_at = LATER
    assert unset_figures(session, AT) == list(FIGURES.values())


def test_a_figure_told_apart_is_unset_until_each_has_a_value(session):
    spec = FIGURES["satisfaction_weight"]
    for done, applies_to in enumerate(spec.applies_to):
        assert spec in unset_figures(session, AT), done
        with doing(session, "admin"):
            add_figure(session, "3", MONDAY, code=spec.code, applies_to=applies_to)
    assert spec not in unset_figures(session, AT)


def test_what_is_unset_is_asked_on_the_companys_day(session):
    with doing(session, "admin"):
        add_figure(session, "3", MONDAY)
    assert CLUSTER_COUNT not in unset_figures(session, datetime(2026, 11, 15, 16, tzinfo=UTC))
    assert CLUSTER_COUNT in unset_figures(session, datetime(2026, 11, 15, 15, 59, tzinfo=UTC))


days = st.integers(0, 20).map(lambda n: MONDAY + n * DAY)
spans = st.tuples(days, st.none() | days).filter(lambda span: span[1] is None or span[0] <= span[1])
anew = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@anew
@given(st.lists(spans, max_size=3, unique_by=lambda span: span[0]), days)
def test_of_values_that_follow_each_other_the_one_whose_days_hold_the_day_counts(session, found, on):
    """Values that do not overlap, as the screen takes them."""
    found = sorted(found)
    ends = [min(last or date.max, following[0] - DAY) for (_, last), following in pairwise(found)]
    rows = [(first, last) for (first, _), last in zip(found, [*ends, None], strict=False)]
    holding = [place for place, (first, last) in enumerate(rows) if first <= on <= (last or date.max)]
    with acting(session, Act(SYSTEM, LATER)):
        for place, (first, last) in enumerate(rows):
            add_figure(session, place, first, last)
        session.flush()
        try:
            value = figure(session, CLUSTER_COUNT, on)
        except Unset:
            value = None
        session.rollback()
    assert value == (holding[0] if holding else None)


@pytest.mark.parametrize("first,last", [(MONDAY, None), (MONDAY + DAY, MONDAY)])
def test_one_figure_begins_once_a_day_and_ends_after_it_begins(any_session, first, last):
    with doing(any_session, "admin"):
        add_figure(any_session, "1", MONDAY)
    with pytest.raises(IntegrityError), doing(any_session, "admin"):
        add_figure(any_session, "2", first, last)
    any_session.rollback()


# Time limits


def test_the_limit_with_the_most_conditions_counts_and_then_the_latest(any_session):
    with doing(any_session, "admin"):
        for match, amount, from_on in (
            ({}, 9, date(2020, 1, 1)), ({"severity": "minor", "post": "P-SC1"}, 7, date(2020, 1, 1)),
            ({"severity": "minor"}, 5, MONDAY),
        ):  # fmt: skip
            any_session.add(
                SlaPolicy(name="整改", clause="P3.2", target="rectification", match=match, amount=Decimal(amount),
                          unit="working_day", from_on=from_on)
            )  # fmt: skip

    def amount(on=MONDAY, **facts):
        return limit(any_session, Target.RECTIFICATION, facts, on, clause="P3.2").amount

    assert amount(severity="minor") == 5
    assert amount(MONDAY - DAY, severity="minor") == 3
    assert amount(severity="minor", post="P-SC1") == 7
    assert amount(severity="minor", post="P-SC2") == 5
    assert amount(severity="unheard of") == amount() == 9
    assert limit(any_session, Target.RECTIFICATION, {"severity": "major"}, MONDAY, clause="x").unit is Unit.WORKING_DAY


def test_no_limit_and_a_limit_without_an_amount_are_unset(session):
    with pytest.raises(Unset, match=r"Re-check after a rectification.*P3\.2"):
        limit(session, Target.RECHECK, {}, MONDAY, clause="P3.2")
    with doing(session, "admin"):
        for policy in session.scalars(select(SlaPolicy)).all():
            policy.voided_at = LATER
    with pytest.raises(Unset):
        limit(session, Target.RECTIFICATION, {"severity": "minor"}, MONDAY, clause="P3.2")


@pytest.mark.parametrize(
    "amount,unit,due",
    [
        ("1", "working_day", (2026, 9, 28, 9, 30)), ("4", "working_day", (2026, 10, 2, 9, 30)),
        ("5.5", "working_hour", (2026, 9, 28, 1, 30)), ("4.5", "working_hour", (2026, 9, 25, 9, 30)),
        ("0.5", "clock_hour", (2026, 9, 25, 4, 30)), ("2", "calendar_day", (2026, 9, 28, 9, 30)),
        ("1", "month", (2026, 10, 26, 9, 30)),
        ("0", "clock_hour", (2026, 9, 25, 4, 0)),
    ],
)  # fmt: skip
def test_a_limit_is_used_up_on_the_working_calendar(session, amount, unit, due):
    """From Friday noon, in the break: 4.5 hours are left of the day; Thursday the 1st of October is a holiday."""
    assert due_at(session, Limit(Decimal(amount), Unit(unit)), FRIDAY_NOON) == datetime(*due, tzinfo=UTC)


@pytest.mark.parametrize("amount,unit", [("1.5", "working_day"), ("1.5", "month"), ("1", "percent"), ("1", "CNY")])
def test_what_no_calendar_can_count_is_refused_by_name(session, amount, unit):
    with pytest.raises(RuleBroken, match="time limit"):
        due_at(session, Limit(Decimal(amount), Unit(unit)), FRIDAY_NOON)


# The calendar


def next_due(session):
    return due_at(session, Limit(Decimal(1), Unit.WORKING_DAY), FRIDAY_NOON).date()


def day(session, on, kind, at=LATER):
    with doing(session, "admin", at):
        found = session.scalar(select(CalendarDay).where(CalendarDay.on == on))
        if found is None:
            session.add(CalendarDay(on=on, day_type=kind))
        else:
            found.day_type = kind
    return session.scalar(select(CalendarDay).where(CalendarDay.on == on))


SATURDAY, FOLLOWING = date(2026, 9, 26), date(2026, 9, 28)


def test_a_day_that_is_entered_changed_or_taken_away_counts_at_once(any_session):
    assert next_due(any_session) == FOLLOWING
    one = day(any_session, SATURDAY, "makeup_workday")
    assert next_due(any_session) == SATURDAY
    day(any_session, SATURDAY, "holiday", LATER + DAY)
    assert next_due(any_session) == FOLLOWING
    day(any_session, SATURDAY, "workday", LATER + 2 * DAY)
    assert next_due(any_session) == SATURDAY
    with doing(any_session, "admin", LATER + 3 * DAY):
        one.voided_at = LATER
    assert next_due(any_session) == FOLLOWING
    day(any_session, FOLLOWING, "holiday")
    assert next_due(any_session) == FOLLOWING + DAY
    with doing(any_session, "admin"):
        any_session.delete(any_session.scalar(select(CalendarDay).where(CalendarDay.on == FOLLOWING)))
    assert next_due(any_session) == FOLLOWING


def test_a_change_counts_even_where_the_clock_was_put_back(session):
    day(session, date(2027, 1, 1), "holiday", LATER + 30 * DAY)
    day(session, SATURDAY, "makeup_workday", LATER)
    assert next_due(session) == SATURDAY
    day(session, SATURDAY, "holiday", LATER)
    assert next_due(session) == FOLLOWING


def test_a_day_put_in_the_place_of_another_counts_at_once(session):
    one = day(session, SATURDAY, "makeup_workday")
    assert next_due(session) == SATURDAY
    with doing(session, "admin"):
        session.delete(one)
        session.add(CalendarDay(on=date(2027, 1, 1), day_type="holiday"))
    assert next_due(session) == FOLLOWING


def test_other_hours_of_the_week_count_at_once(any_session):
    calendar = any_session.scalar(select(Calendar))
    one_day = Limit(Decimal(1), Unit.WORKING_DAY)
    assert due_at(any_session, one_day, AT).hour == 17
    with doing(any_session, "admin"):
        for interval in [one for one in calendar.intervals if one.ends == "17:30"]:
            calendar.intervals.remove(interval)
    assert due_at(any_session, one_day, AT).hour == 12
    with doing(any_session, "admin", LATER + DAY):
        calendar.intervals[1].ends = "11:00"
    assert due_at(any_session, one_day, AT).hour == 11


def test_a_make_up_workday_at_the_weekend_has_the_hours_of_a_workday(session):
    day(session, SATURDAY, "makeup_workday")
    due = due_at(session, Limit(Decimal(5), Unit.WORKING_HOUR), FRIDAY_NOON)
    assert due == datetime(2026, 9, 26, 1, 0, tzinfo=UTC)


def test_the_calendar_is_built_once_for_as_long_as_nothing_changes(session):
    assert company_calendar(session) is company_calendar(session)


def test_a_company_without_a_calendar_is_told_so(session):
    with doing(session, "admin"):
        session.scalar(select(Calendar)).department_id = session.scalar(select(Department.id))
    with pytest.raises(RuleBroken, match="no working calendar") as refusal:
        company_calendar(session)
    assert refusal.value.clause == "A4.1"


def test_an_interval_stands_on_a_day_of_the_week_and_is_told_in_its_calendar(any_session):
    calendar = any_session.scalar(select(Calendar))
    version = calendar.version_no
    with pytest.raises(IntegrityError, match="weekday"), doing(any_session, "admin"):
        calendar.intervals.append(WorkInterval(weekday=7, starts="08:00", ends="12:00", from_on=MONDAY))
    any_session.rollback()
    with doing(any_session, "admin"):
        calendar.intervals.append(WorkInterval(weekday=5, starts="08:00", ends="12:00", from_on=MONDAY))
    assert calendar.version_no > version
    assert timedelta(hours=4) == company_calendar(any_session).between(
        datetime(2026, 11, 21, 0, tzinfo=UTC), datetime(2026, 11, 21, 16, tzinfo=UTC)
    )
