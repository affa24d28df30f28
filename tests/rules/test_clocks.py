"""Clocks as pure arithmetic, case by case and against a counter of single minutes (TIME.md 4-11)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.base import RuleBroken
from rules.regulation import Pause, Terms, Unit
from rules.regulation.calendar import (
    CalendarFacts,
    DayType,
    announced_years,
    awaited_year,
    day_type_on,
    facts_of,
    hours_of_a_workday,
    week_begins,
    week_on,
)
from rules.regulation.clocks import (
    Recorded,
    due_at,
    flight,
    hours,
    months_after,
    pauses_of,
    reckon,
    rungs_due,
    terms_of,
)
from rules.regulation.stories import explain, remaining, span_words, story
from rules.working_time import Unworkable, WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
SHIFTS = [("08:30", "12:00"), ("13:00", "17:30")]
ALWAYS = date(2020, 1, 1)
OFF = [date(2026, 5, day) for day in range(1, 6)]
NAMES = dict.fromkeys([*OFF, date(2026, 5, 9)], "劳动节")
FACTS = CalendarFacts(
    "Asia/Shanghai",
    tuple((day, *shift, ALWAYS, None) for day in range(5) for shift in SHIFTS),
    (*((on, DayType.HOLIDAY) for on in OFF), (date(2026, 5, 9), DayType.MAKEUP_WORKDAY)),
    ((date(2026, 5, 20), (("08:30", "11:00"),)), (date(2026, 5, 21), ())),
    (2025, 2026),
)
CALENDAR = FACTS.engine()
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(text):
    """A wall clock time in May 2026, "06 10:30", or a whole one."""
    return datetime.fromisoformat(text if len(text) > 8 else f"2026-05-{text}").replace(tzinfo=SHANGHAI)


def terms(amount, unit="working_hour", **more):
    return Terms(Decimal(amount), Unit(unit), **more)


def pauses(*spans):
    return tuple(Pause(at(start), at(end) if end else None, "on_hold", 7) for start, end in spans)


# When it is due


@pytest.mark.parametrize(
    "amount,unit,start,due",
    [
        ("4", "working_hour", "06 09:00", "06 14:00"),
        ("0.5", "working_hour", "06 17:00", "06 17:30"),  # used up at closing: due at closing
        ("0", "working_hour", "02 03:00", "02 03:00"),
        ("36", "clock_hour", "01 09:00", "02 21:00"),
        ("1", "working_day", "2026-04-30 16:00", "06 17:30"),
        ("4", "working_day", "2026-04-30 16:00", "09 17:30"),  # a make-up Saturday
        ("0", "working_day", "06 09:00", "06 17:30"),
        ("0", "working_day", "06 19:00", "06 19:00"),
        ("1", "working_day", "02 09:00", "06 17:30"),  # from a day off the first working day is day 1
        ("3", "calendar_day", "06 09:00", "09 17:30"),
        ("4", "calendar_day", "06 09:00", "11 17:30"),  # a Sunday: the next working day
        ("1", "month", "2026-01-31 09:00", "2026-03-02 17:30"),  # the month's end, a Saturday
        ("1", "month", "2026-04-05 09:00", "06 17:30"),
        ("12", "month", "06 09:00", "2027-05-06 17:30"),
    ],
)
def test_a_limit_is_due(amount, unit, start, due):
    assert due_at(terms(amount, unit), at(start), CALENDAR) == at(due)


@pytest.mark.parametrize(
    "amount,unit,spans,due",
    [
        ("4", "working_hour", [("06 10:00", "06 11:00")], "06 15:00"),
        ("4", "working_hour", [("06 14:00", "06 15:00")], "06 14:00"),  # begun when all is used up
        ("1", "working_day", [("06 09:00", "06 16:30")], "08 16:00"),  # six and a half hours, from Thursday's closing
        ("1", "working_day", [("06 19:00", "07 07:00")], "07 17:30"),  # at night: no working time
        ("1", "working_day", [("06 10:00", None)], "07 17:30"),  # nobody knows yet how long
        ("2", "clock_hour", [("06 09:30", "06 10:00")], "06 11:30"),
        ("1", "month", [("06 09:00", "06 12:00")], "2026-06-09 11:30"),
    ],
)
def test_a_pause_takes_out_the_working_time_inside_it(amount, unit, spans, due):
    recorded = Recorded(at("06 09:00"), pauses(*spans))
    assert reckon(terms(amount, unit), recorded, CALENDAR).due_at == at(due)


@pytest.mark.parametrize(
    "amount,unit",
    [
        ("1.5", "working_day"),
        ("0.5", "calendar_day"),
        ("1.5", "month"),
        ("241", "month"),
        ("1", "percent"),
        ("1", "CNY"),
    ],
)
def test_what_is_no_limit_is_refused_at_the_amount(amount, unit):
    with pytest.raises(RuleBroken, match="is no time limit") as refusal:
        due_at(terms(amount, unit), at("06 09:00"), CALENDAR)
    assert refusal.value.field == "amount"


@pytest.mark.parametrize(
    "amount,unit", [("999999", "working_day"), ("99999999", "calendar_day"), ("9999999", "working_hour")]
)
def test_what_no_calendar_reaches_is_refused_too(amount, unit):
    with pytest.raises(RuleBroken, match="No calendar reaches that far"):
        due_at(terms(amount, unit), at("06 09:00"), CALENDAR)


@pytest.mark.parametrize(
    "day,months,after",
    [
        ("2026-01-31", 1, "2026-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2026-12-15", 1, "2027-01-15"),
        ("2026-11-30", 3, "2027-02-28"), ("2026-05-06", 0, "2026-05-06"), ("2026-08-31", 4, "2026-12-31"),
    ],
)  # fmt: skip
def test_months_end_on_the_corresponding_date_else_the_months_end(day, months, after):
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(after)


def test_hours_are_exact():
    assert hours(Decimal("0.1")) * 10 == HOUR


# How it stands


@pytest.mark.parametrize(
    "more,status,elapsed,over,spare",
    [
        ({}, "running", None, None, None),
        ({"pauses": pauses(("06 10:00", None))}, "paused", None, None, None),
        ({"stopped_at": at("06 11:00")}, "met", 120, None, 120),
        ({"stopped_at": at("06 14:00")}, "met", 240, None, 0),
        ({"stopped_at": at("06 14:00") + timedelta(seconds=1)}, "breached", 240, 1, None),
        ({"stopped_at": at("06 19:00")}, "breached", 450, 210, None),
        ({"seen_at": at("06 14:30")}, "breached", None, 30, None),
        ({"seen_at": at("06 13:30")}, "running", None, None, None),
        ({"seen_at": at("06 15:00"), "pauses": pauses(("06 14:30", None))}, "breached", None, 60, None),
        ({"stopped_at": at("06 19:00"), "is_cancelled": True}, "cancelled", 450, None, None),
    ],
)
def test_a_clock_stands_as_its_record_says(more, status, elapsed, over, spare):
    found = reckon(terms("4"), Recorded(at("06 09:00"), **more), CALENDAR)
    assert (found.status, found.elapsed_minutes, found.breach_minutes, found.spare_minutes) == (
        status,
        elapsed,
        over,
        spare,
    )


def test_what_is_paused_is_told_in_working_minutes():
    recorded = Recorded(at("06 09:00"), pauses(("06 11:00", "06 14:00")))
    assert reckon(terms("4"), recorded, CALENDAR).paused_minutes == 120


def test_what_is_kept_comes_back():
    one = terms(
        "2.5", "working_day", name="解决", policy_id=3, policy_version=2, pauses_on=("on_hold",), warnings=("-50%",),
        ladder=(("+60", ("admin",)),), is_fresh_after_reopening=True, facts={"priority": "P1"},
    )  # fmt: skip
    assert terms_of(one.kept()) == one
    spans = pauses(("06 10:00", "06 11:00"), ("06 12:00", None))
    assert pauses_of([one.kept() for one in spans]) == spans
    assert facts_of(FACTS.kept()) == FACTS
    assert facts_of(FACTS.kept()).digest == FACTS.digest


# Reminders


LADDER = terms("4", warnings=("-50%", "-60"), ladder=(("0", ("responsible",)), ("+60", ("admin",))))


def told(recorded, moment, climbed=(), granted=LADDER):
    return [rung.level for _, rung in rungs_due(granted, recorded, CALENDAR, climbed=frozenset(climbed), at=at(moment))]


@pytest.mark.parametrize(
    "moment,climbed,levels",
    [
        ("06 10:59", (), []), ("06 11:00", (), [0]), ("06 11:00", (0,), []), ("06 12:00", (0,), []),
        ("06 13:00", (0,), [1]), ("06 14:00", (0, 1), [2]), ("06 15:00", (), [0, 1, 2, 3]), ("06 18:00", (), []),
        ("07 08:00", (), []), ("07 08:30", (), [0, 1, 2, 3]), ("10 10:00", (), []),
    ],
)  # fmt: skip
def test_levels_are_told_in_order_in_working_time_only(moment, climbed, levels):
    assert told(Recorded(at("06 09:00")), moment, climbed) == levels


def test_a_pause_moves_what_is_told_and_while_it_lasts_or_after_the_end_nothing_is():
    started = at("06 09:00")
    paused = Recorded(started, pauses(("06 10:00", "06 11:00")))
    assert [when for when, _ in flight(LADDER, paused, CALENDAR)] == [
        at(one) for one in ("06 13:00", "06 14:00", "06 15:00", "06 16:00")
    ]
    assert told(Recorded(started, pauses(("06 10:00", None))), "06 15:00") == []
    assert told(Recorded(started, stopped_at=at("06 10:00")), "06 15:00") == []


def test_what_lies_before_is_told_to_nobody():
    history = Recorded(at("06 09:00"), told_from=at("06 14:00"))
    assert told(history, "06 15:00") == [2, 3]
    assert told(Recorded(at("06 09:00")), "06 17:00", granted=terms("4", warnings=("-480",))) == []


# The calendar as data


def test_hours_that_change_count_from_their_day():
    summer = [(day, "08:00", "11:30", date(2026, 6, 1), None) for day in range(5)]
    rows = (*FACTS.intervals, *summer, (5, "09:00", "12:00", ALWAYS, date(2026, 5, 16)))
    calendar = CalendarFacts("Asia/Shanghai", rows).engine()
    worked = [calendar.between(at(f"{day} 00:00"), at(f"{day} 23:59")) for day in ("2026-05-29", "2026-06-01")]
    assert worked == [8 * HOUR, 3.5 * HOUR]
    saturdays = [calendar.between(at(f"{day} 00:00"), at(f"{day} 23:59")) for day in ("16", "23")]
    assert saturdays == [3 * HOUR, timedelta()]
    assert (
        calendar.between(at("2019-05-06 00:00"), at("2019-05-07 00:00")) == 8 * HOUR
    )  # the first hours count before, too


def test_the_newest_hours_of_a_weekday_replace_the_older():
    rows = ((0, "08:00", "12:00", ALWAYS, None), (0, "09:00", "10:00", date(2026, 5, 6), date(2026, 5, 20)))
    assert week_begins(rows) == [ALWAYS, date(2026, 5, 6), date(2026, 5, 21)]
    assert [week_on(rows, date(2026, 5, day)) for day in (5, 6, 21)] == [
        {0: [("08:00", "12:00")]},
        {0: [("09:00", "10:00")]},
        {},
    ]


def test_a_make_up_workday_has_the_hours_of_its_weekday_else_mondays_else_any():
    saturday = date(2026, 5, 9)
    assert hours_of_a_workday(FACTS.intervals, saturday) == tuple(SHIFTS)
    assert hours_of_a_workday(((5, "09:00", "12:00", ALWAYS, None),), saturday) == (("09:00", "12:00"),)
    assert hours_of_a_workday(((3, "09:00", "12:00", ALWAYS, None),), saturday) == (("09:00", "12:00"),)
    assert hours_of_a_workday((), saturday) == ()


@pytest.mark.parametrize(
    "facts,sentence",
    [
        (CalendarFacts("Asia/Shanghai", ()), "no working time"),
        (CalendarFacts("Mars/Base", FACTS.intervals), "not a known time zone"),
        (CalendarFacts("Asia/Shanghai", (*FACTS.intervals, (0, "11:00", "13:30", ALWAYS, None))), "overlap"),
        (
            CalendarFacts(
                "Asia/Shanghai",
                ((0, "08:00", "12:00", ALWAYS, date(2026, 5, 4)), (0, "8:00", "9", date(2027, 1, 1), None)),
            ),
            "not a time of day",
        ),
        (
            CalendarFacts(
                "Asia/Shanghai",
                ((0, "08:00", "12:00", ALWAYS, date(2026, 5, 4)), (0, "08:00", "09:00", date(2028, 1, 1), None)),
            ),
            "does not open for a year",
        ),
    ],
)
def test_a_hostile_calendar_is_refused_with_the_reason(facts, sentence):
    with pytest.raises(Unworkable, match=sentence):
        facts.engine()


@pytest.mark.parametrize(
    "today,known,year",
    [
        ("2026-11-14", (2026,), None), ("2026-11-15", (2026,), 2027), ("2026-12-31", (2026,), 2027),
        ("2026-12-31", (2026, 2027), None), ("2026-03-01", (2025,), 2026), ("2026-12-01", (), 2026),
    ],
)  # fmt: skip
def test_the_next_years_notice_is_awaited_from_mid_november(today, known, year):
    assert awaited_year(date.fromisoformat(today), known) == year


def test_a_year_is_announced_by_a_day_that_is_more_than_provisional():
    days = [(date(2026, 1, 1), False), (date(2027, 1, 1), True), (date(2026, 5, 1), True)]
    assert announced_years(days) == (2026,)
    assert FACTS.is_provisional(date(2026, 12, 1), date(2027, 1, 4))
    assert not FACTS.is_provisional(date(2025, 12, 1), date(2026, 1, 4))


def test_a_day_is_what_the_notice_says_else_what_its_weekday_is():
    week = week_on(FACTS.intervals, date(2026, 5, 1))
    kinds = [day_type_on(date(2026, 5, day), dict(FACTS.days), week) for day in (1, 6, 9, 10)]
    assert kinds == ["holiday", "workday", "makeup_workday", "weekend"]


# The story


def test_the_story_of_a_deadline_is_told_day_by_day_in_both_languages():
    recorded = Recorded(at("2026-04-30 16:20"))
    told_story = story(terms("4", "working_day"), recorded, CALENDAR, FACTS, NAMES)
    assert [str(one) for one in explain(told_story)] == [
        "Started 2026-04-30 16:20; the limit is 4 working days.",
        "2026-04-30 (a workday): 16:20–17:30 70 min.",
        "2026-05-01 to 2026-05-05: a public holiday, 劳动节, no working time.",
        "2026-05-06 (a workday, working day 1): 08:30–12:00 210 min; 13:00–17:30 270 min.",
        "2026-05-07 (a workday, working day 2): 08:30–12:00 210 min; 13:00–17:30 270 min.",
        "2026-05-08 (a workday, working day 3): 08:30–12:00 210 min; 13:00–17:30 270 min.",
        "2026-05-09 (a make-up workday, 劳动节, working day 4): 08:30–12:00 210 min; 13:00–17:30 270 min.",
        "Due 2026-05-09 17:30, a make-up workday.",
    ]
    assert explain(told_story)[-1].text("zh") == "2026-05-09 17:30 到期（调休上班日）。"
    assert explain(told_story)[2].text("zh") == "2026-05-01 至 2026-05-05：法定节假日，劳动节，不计时。"


def test_more_time_that_was_granted_is_the_end_of_the_story():
    granted = replace(terms("4", "working_day"), until=at("2026-05-12 17:30"))
    told_story = story(granted, Recorded(at("2026-04-30 16:20")), CALENDAR, FACTS, NAMES)
    assert [explain(told_story)[-1].text(one) for one in ("en", "zh")] == [
        "Due 2026-05-12 17:30: a date of its own, granted or chosen.",
        "经批准延期或单独指定，2026-05-12 17:30 到期。",
    ]


def test_pauses_and_own_hours_have_their_place_in_the_story():
    recorded = Recorded(
        at("19 16:30"), (Pause(at("20 09:00"), at("20 10:00"), "pending_customer"), *pauses(("22 09:00", None)))
    )
    told_story = story(terms("3"), recorded, CALENDAR, FACTS, {date(2026, 5, 21): "盘点"})
    assert [one.minutes for one in told_story.days] == [60, 90, 0, 30]
    lines = [str(one) for one in explain(told_story)]
    assert lines[2:5] == [
        "2026-05-20 (a day with hours of its own): 08:30–11:00 150 min; paused 09:00–10:00 (waiting for the customer), 60 min do not count.",
        "2026-05-21: a day with hours of its own, no working time.",
        "2026-05-22 (a workday): 08:30–09:00 30 min.",
    ]


def test_clock_hours_have_a_short_story_and_long_ones_are_cut():
    lines = [
        one.text("zh") for one in explain(story(terms("36", "clock_hour"), Recorded(at("01 09:00")), CALENDAR, FACTS))
    ]
    assert lines == ["2026-05-01 09:00 起算，时限 36小时。", "按自然小时计算，昼夜连续。", "2026-05-02 21:00 到期。"]
    long = explain(story(terms("600", "working_day"), Recorded(at("06 09:00")), CALENDAR, FACTS))
    assert [str(one)[:11] for one in long[-3:]] == ["… and so on", "Due 2028-08", "Provisional"]


def test_a_weekday_that_is_a_holiday_with_own_hours_and_a_weekend_that_is_worked_are_told_as_workdays():
    saturdays = CalendarFacts(
        "Asia/Shanghai", FACTS.intervals, own=((date(2026, 5, 16), (("09:00", "12:00"),)),), announced=(2026,)
    )
    lines = [str(one) for one in explain(story(terms("2"), Recorded(at("16 09:00")), saturdays.engine(), saturdays))]
    assert lines[1] == "2026-05-16 (a day with hours of its own): 09:00–11:00 120 min."


def test_a_night_shift_that_reaches_into_a_holiday_is_told_as_work():
    nights = CalendarFacts(
        "Asia/Shanghai",
        tuple((day, "22:00", "06:00", ALWAYS, None) for day in range(5)),
        ((date(2026, 5, 1), DayType.HOLIDAY),),
        announced=(2026,),
    )
    lines = [str(one) for one in explain(story(terms("3"), Recorded(at("01 02:00")), nights.engine(), nights, NAMES))]
    assert lines[1] == "2026-05-01 (a workday, 劳动节): 02:00–05:00 180 min."


@pytest.mark.parametrize(
    "moment,spans,left",
    [
        ("06 09:00", [], 240), ("06 12:30", [], 60), ("06 14:00", [], 0), ("06 15:00", [], -60), ("06 20:00", [], -210),
        ("06 16:00", [("06 10:00", None)], 180), ("06 13:30", [("06 10:00", "06 11:00")], 90),
    ],
)  # fmt: skip
def test_what_remains_is_working_time(moment, spans, left):
    assert remaining(terms("4"), Recorded(at("06 09:00"), pauses(*spans)), CALENDAR, at(moment)) == left


@pytest.mark.parametrize("minutes,text", [(0, "0 min"), (59, "59 min"), (120, "2 h"), (-130, "2 h 10 min")])
def test_spans_are_said_in_hours_and_minutes(minutes, text):
    assert str(span_words(minutes)) == text


# Against a counter of single minutes


ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
START = datetime(2026, 3, 20, tzinfo=UTC)
MOMENTS = st.integers(0, 60 * 24 * 12).map(lambda minutes: START + minutes * MINUTE)
PAUSES = st.lists(st.tuples(MOMENTS, st.integers(0, 2000)), max_size=3).map(
    lambda found: tuple(Pause(start, start + minutes * MINUTE) for start, minutes in found)
)
OWN = st.dictionaries(
    st.integers(0, 20).map(lambda n: date(2026, 3, 20) + timedelta(days=n)),
    st.sampled_from([[], [("10:00", "12:00")], [("07:15", "09:00"), ("20:00", "24:00")]]),
    max_size=3,
)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(ZONES), st.booleans(), OWN, MOMENTS, st.integers(1, 3000), PAUSES)
def test_a_clock_runs_down_minute_by_minute(zone, nights, own, start, minutes, spans):
    week = {day: [("22:00", "06:00")] if nights else SHIFTS for day in range(6)}
    calendar = WorkCalendar(zone, week, own_hours={} if nights else own)
    due = due_at(
        Terms(Decimal(minutes) / 60, Unit.WORKING_HOUR), start, calendar, [(one.start, one.end) for one in spans]
    )
    left, moment = hours(Decimal(minutes) / 60), start
    while left > timedelta():
        counts = calendar.is_open(moment) and not any(one.start <= moment < one.end for one in spans)
        left -= min(MINUTE, left) if counts else timedelta()
        moment += MINUTE
    assert timedelta() <= moment - due.astimezone(UTC) < MINUTE


@settings(deadline=None, max_examples=60)
@given(MOMENTS, st.integers(1, 12), PAUSES, st.sampled_from(["working_day", "calendar_day"]))
def test_a_pause_never_makes_a_deadline_earlier_and_moves_it_by_no_more_than_it_took(start, days, spans, unit):
    taken = [(one.start, one.end) for one in spans]
    plain, paused = (due_at(terms(days, unit), start, CALENDAR, some).astimezone(UTC) for some in ([], taken))
    assert paused >= plain
    assert CALENDAR.between(start, paused, taken) == CALENDAR.between(start, plain)
