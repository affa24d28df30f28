"""Working time and deadlines, rule by rule (TIME.md), and against a counter of single minutes."""

# ruff: noqa: DTZ901 - the ends of time are among the things asked with

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import compress, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.working_time import Unworkable, WorkCalendar

quickly = settings(deadline=None, max_examples=40)

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
DAY_SHIFT = [("08:00", "12:00"), ("13:00", "17:00")]


def weekly(days, shifts):
    return {day: [*shifts] for day in range(days)}


WEEKDAYS = weekly(5, DAY_SHIFT)
NIGHTS = weekly(5, [("22:00", "06:00")])
MAY_DAY = [date(2026, 5, day) for day in range(1, 6)]
MAKE_UP = {date(2026, 5, 9): DAY_SHIFT}
ZERO = timedelta()
INSTANT = timedelta.resolution
factory = WorkCalendar("Asia/Shanghai", WEEKDAYS, MAY_DAY, MAKE_UP)
night_shift = WorkCalendar("Asia/Shanghai", NIGHTS, MAY_DAY)


def at(text, zone=SHANGHAI):
    """A wall clock time in May 2026, "06 10:30", or a whole one, "2026-05-06 10:30"."""
    return datetime.fromisoformat(text if len(text) > 8 else f"2026-05-{text}").replace(tzinfo=zone)


def hours(number):
    return timedelta(hours=number)


def spans(*texts):
    return [(at(start), at(end)) for start, end in texts]


# Rule 1: instants


def test_a_naive_moment_is_wall_clock_in_the_zone_of_the_calendar():
    assert factory.add(datetime(2026, 5, 6, 10), hours(1)) == at("06 11:00")
    assert factory.is_open(datetime(2026, 5, 6, 8))
    assert not factory.is_open(datetime(2026, 5, 6, 9, tzinfo=UTC))


@pytest.mark.parametrize("zone", [UTC, SHANGHAI, BERLIN, ZoneInfo("America/New_York")])
def test_an_aware_moment_is_the_same_instant_from_every_zone(zone):
    start, end = at("06 10:00").astimezone(zone), at("07 10:00").astimezone(zone)
    assert factory.add(start, hours(3)) == at("06 14:00")
    assert factory.between(start, end) == hours(8)
    assert factory.add_days(at("07 02:00").astimezone(zone), 1) == at("08 17:00")


@pytest.mark.parametrize("amount", [-50, -1, 0, 1, 50])
@pytest.mark.parametrize("name", ["Asia/Shanghai", "Europe/Berlin"])
def test_every_answer_bears_the_zone_of_the_calendar(name, amount):
    calendar = WorkCalendar(name, WEEKDAYS)
    start = datetime(2026, 5, 6, 10, tzinfo=UTC)
    answers = calendar.add(start, hours(amount)), calendar.add_days(start, amount), calendar.next_opening(start)
    assert [answer.tzinfo for answer in answers] == [ZoneInfo(name)] * 3


@pytest.mark.parametrize("night, elapsed", [("2026-03-28", 7), ("2026-03-29", 8), ("2026-10-24", 9), ("2026-10-25", 8)])
def test_a_night_with_a_clock_change_counts_the_hours_that_pass(night, elapsed):
    calendar = WorkCalendar("Europe/Berlin", weekly(7, [("22:00", "06:00")]))
    opens = at(f"{night} 22:00", BERLIN)
    assert calendar.between(opens, opens + timedelta(hours=8)) == hours(elapsed)
    assert calendar.add(opens, hours(elapsed)) == opens + timedelta(hours=8)


def test_the_two_readings_of_a_repeated_hour_are_an_hour_apart():
    calendar = WorkCalendar("Europe/Berlin", {6: [("00:00", "06:00")]})
    first, second = (datetime(2026, 10, 25, 2, 30, fold=fold) for fold in (0, 1))
    assert calendar.between(first, second) == hours(1)
    assert calendar.add(first, hours(1)).astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert calendar.add(first, hours(1)).fold == 1


@pytest.mark.parametrize(
    "shifts, on, elapsed",
    [
        ([("02:15", "04:00")], "2026-03-29", 60),  # opens when the clock jumps from 02:00 to 03:00
        ([("01:00", "02:15")], "2026-03-29", 60),
        ([("02:15", "02:45")], "2026-03-29", 0),
        ([("02:15", "02:45"), ("03:00", "04:00")], "2026-03-29", 60),
        ([("01:00", "02:30")], "2026-10-25", 90),  # closes when the clock first shows 02:30
        ([("02:30", "04:00")], "2026-10-25", 150),
        ([("01:00", "02:30"), ("02:30", "04:00")], "2026-10-25", 240),
    ],
)
def test_an_interval_opens_and_closes_when_the_clock_first_shows_its_time_or_a_later_one(shifts, on, elapsed):
    calendar = WorkCalendar("Europe/Berlin", {6: shifts})
    day = at(f"{on} 00:00", BERLIN)
    assert calendar.between(day, day + timedelta(days=1)) == timedelta(minutes=elapsed)


def test_a_date_that_the_clock_skips_is_no_working_day():
    calendar = WorkCalendar("Pacific/Apia", weekly(7, DAY_SHIFT))
    assert calendar.days_between(date(2011, 12, 28), date(2011, 12, 31)) == 2
    assert calendar.add_days(date(2011, 12, 29), 1).date() == date(2011, 12, 31)


def test_a_new_year_that_the_clock_skips_is_no_working_day_either():
    skipped = date(1994, 12, 31)
    calendar = WorkCalendar("Pacific/Kiritimati", weekly(7, DAY_SHIFT))
    assert calendar.add_days(skipped - timedelta(days=1), 1).date() == date(1995, 1, 1)


# Rule 2: intervals, holidays, own hours


@pytest.mark.parametrize(
    "moment, is_open, opening",
    [
        ("06 07:59", False, "06 08:00"),
        ("06 08:00", True, "06 08:00"),
        ("06 11:59", True, "06 11:59"),
        ("06 12:00", False, "06 13:00"),
        ("06 17:00", False, "07 08:00"),
        ("08 17:00", False, "09 08:00"),  # the make-up Saturday
        ("09 17:00", False, "11 08:00"),
        ("01 09:00", False, "06 08:00"),  # five days of holiday
    ],
)
def test_intervals_are_half_open_and_what_is_closed_opens_next(moment, is_open, opening):
    assert factory.is_open(at(moment)) is is_open
    assert factory.next_opening(at(moment)) == at(opening)


@pytest.mark.parametrize(
    "moment, is_open",
    [
        ("2026-04-30 23:00", True),
        ("01 05:59", True),  # the tail of the evening before the holiday
        ("01 06:00", False),
        ("01 22:00", False),  # what would start on the holiday
        ("02 05:00", False),
        ("06 21:59", False),
        ("06 22:00", True),
        ("09 05:59", True),  # Friday's shift ends on Saturday
        ("10 23:00", False),
    ],
)
def test_a_night_shift_belongs_to_the_date_on_which_it_starts(moment, is_open):
    assert night_shift.is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    "shifts, total",
    [
        ([("20:00", "24:00")], 4),
        ([("20:00", "00:00")], 4),
        ([("00:00", "24:00")], 24),
        ([("00:00", "00:00")], 24),
        ([("08:00", "08:00")], 24),
        ([("16:00", "24:00"), ("00:00", "08:00"), ("08:00", "16:00")], 24),
        ([("13:00", "17:00"), ("08:00", "12:00")], 8),
        ([("22:00", "06:00"), ("06:00", "14:00")], 16),
        ([], 0),
    ],
)
def test_hours_are_taken_as_they_are_written(shifts, total):
    calendar = WorkCalendar("Asia/Shanghai", {2: shifts, 5: [("12:00", "13:00")]})
    assert calendar.between(at("06 00:00"), at("08 00:00")) == hours(total)


def test_own_hours_stand_over_week_and_holidays():
    own = {date(2026, 5, 1): [("09:00", "10:00")], date(2026, 5, 7): [], date(2026, 5, 8): [("08:00", "11:00")]}
    calendar = WorkCalendar("Asia/Shanghai", WEEKDAYS, MAY_DAY, own)
    worked = [calendar.between(at(f"{day:02} 00:00"), at(f"{day + 1:02} 00:00")) for day in range(1, 10)]
    assert worked == [hours(count) for count in (1, 0, 0, 0, 0, 8, 0, 3, 0)]


# Rules 4 and 6: amounts of working time


@pytest.mark.parametrize(
    "start, amount, due",
    [
        ("06 09:00", 2, "06 11:00"),
        ("06 11:00", 2, "06 14:00"),
        ("06 09:00", 3, "06 12:00"),  # used up at the lunch break: due at its beginning
        ("06 13:00", 4, "06 17:00"),  # used up at closing: due at closing
        ("06 09:00", 8, "07 09:00"),
        ("2026-04-30 16:00", 2, "06 09:00"),
        ("03 12:00", 8, "06 17:00"),
        ("08 16:00", 9, "09 17:00"),
        ("09 16:00", 2, "11 09:00"),
        ("06 11:00", -2, "06 09:00"),
        ("06 14:00", -2, "06 11:00"),
        ("06 14:00", -1, "06 13:00"),  # used up backwards at an opening: the opening, not the closing before
        ("06 12:30", -1, "06 11:00"),
        ("06 08:00", -8, "2026-04-30 08:00"),
        ("06 09:00", -9, "2026-04-30 08:00"),
    ],
)
def test_an_amount_is_due_as_soon_as_it_is_used_up(start, amount, due):
    assert factory.add(at(start), hours(amount)) == at(due)


@pytest.mark.parametrize("moment", ["06 09:00", "06 12:00", "06 12:30", "06 17:00", "03 04:05"])
def test_nothing_to_do_is_due_at_once_open_or_not(moment):
    assert factory.add(at(moment), ZERO) == at(moment)
    assert factory.add(at(moment), ZERO, spans(("01 00:00", "20 00:00"))) == at(moment)


@pytest.mark.parametrize(
    "start, end, worked",
    [
        ("06 09:00", "06 11:00", 2),
        ("06 11:00", "06 14:00", 2),
        ("06 12:00", "06 13:00", 0),
        ("06 09:00", "06 09:00", 0),
        ("2026-04-30 16:00", "06 09:00", 2),
        ("06 11:00", "06 09:00", 0),  # reversed
        ("2027-05-06 11:00", "2026-05-06 09:00", 0),
    ],
)
def test_between_two_moments_lies_what_is_worked_in_between(start, end, worked):
    assert factory.between(at(start), at(end)) == hours(worked)


# Rule 5: days


@pytest.mark.parametrize("days, due", [(1, 6), (2, 7), (3, 8), (4, 9), (5, 11)])
@pytest.mark.parametrize("start", [date(2026, 4, 30), datetime(2026, 4, 30, 16, 59), datetime(2026, 4, 30, 23)])
def test_a_follow_up_of_what_was_solved_before_may_day_is_due_after_it(start, days, due):
    assert factory.add_days(start, days) == at(f"{due:02} 17:00")


@pytest.mark.parametrize(
    "start, days, due",
    [
        ("06", 0, "06 17:00"),
        ("03", 0, "06 17:00"),  # a day off: the next working day
        ("03", 1, "06 17:00"),  # from a day off the first working day is day 1
        ("03", 2, "07 17:00"),
        ("09", 1, "11 17:00"),
        ("03", -1, "2026-04-30 17:00"),
        ("06", -1, "2026-04-30 17:00"),
        ("07", -1, "06 17:00"),
        ("11", -4, "06 17:00"),
        ("06", -252, "2025-05-14 17:00"),
        ("06", 252, "2027-04-22 17:00"),
    ],
)
def test_days_are_due_at_the_last_closing_of_the_working_day(start, days, due):
    assert factory.add_days(date.fromisoformat(f"2026-05-{start}"), days) == at(due)


@pytest.mark.parametrize(
    "start, days, due",
    [
        (date(2026, 5, 6), 1, "08 06:00"),
        (datetime(2026, 5, 7, 2), 1, "09 06:00"),  # in the night of the 6th, but the clock shows the 7th
        (date(2026, 5, 6), 0, "07 06:00"),
        (date(2026, 5, 9), -1, "09 06:00"),
        (date(2026, 12, 30), 1, "2027-01-01 06:00"),
    ],
)
def test_the_last_closing_of_a_night_shift_is_on_the_next_morning(start, days, due):
    assert night_shift.add_days(start, days) == at(due)


@pytest.mark.parametrize(
    "start, end, days",
    [
        ("2026-04-30", "2026-05-06", 1),
        ("2026-04-30", "2026-05-09", 4),
        ("2026-05-01", "2026-05-05", 0),
        ("2026-05-06", "2026-05-06", 0),
        ("2026-05-06", "2026-04-30", -1),
        ("2026-05-09", "2026-04-30", -4),
        ("2025-12-31", "2026-12-31", 259),
    ],
)
def test_between_two_dates_the_first_is_not_counted(start, end, days):
    assert factory.days_between(date.fromisoformat(start), date.fromisoformat(end)) == days


def test_days_between_moments_are_those_of_their_local_dates():
    late, early = datetime(2026, 5, 6, 17, tzinfo=UTC), datetime(2026, 5, 6, 15, tzinfo=UTC)
    assert factory.days_between(early, late) == 1
    assert factory.days_between(late, early) == -1


# Rule 7: pauses

PAUSES = [
    ([], 0),
    ([("06 09:00", "06 10:00")], 1),
    ([("06 09:00", "06 10:00"), ("06 09:30", "06 10:30")], 1.5),  # they overlap
    ([("06 14:00", "06 15:00"), ("06 09:00", "06 10:00")], 2),  # the later one first
    ([("06 09:00", "06 12:00"), ("06 10:00", "06 11:00")], 3),  # one inside the other
    ([("06 10:00", "06 09:00")], 0),  # reversed
    ([("05 09:00", "06 08:30")], 0.5),  # begun before the start
    ([("06 12:00", "06 13:00")], 0),  # at lunch
    ([("06 16:00", "07 09:00")], 2),  # over night
    ([("05 09:00", "06 08:00"), ("20 09:00", "21 09:00")], 0),  # outside
    ([("06 09:00", "06 10:00"), ("06 11:00", "06 10:00"), ("06 10:00", "06 11:00")], 2),
    ([("0900-01-01 00:00", "0901-01-01 00:00"), ("9000-01-01 00:00", "9001-01-01 00:00")], 0),
]


@pytest.mark.parametrize("pauses, lost", PAUSES)
def test_a_pause_takes_out_the_working_time_inside_it_and_nothing_else(pauses, lost):
    start, taken = at("06 08:00"), spans(*pauses)
    assert factory.add(start, hours(12), taken) == factory.add(start, hours(12 + lost))
    assert factory.between(start, at("08 17:00"), taken) == hours(24 - lost)


@pytest.mark.parametrize("pauses, lost", PAUSES)
def test_backwards_a_pause_takes_out_the_same(pauses, lost):
    begun_before = 0.5 if pauses[:1] == [("05 09:00", "06 08:30")] else 0
    end = at("08 17:00")
    assert factory.add(end, hours(lost - 24), spans(*pauses)) == at("06 08:00") + hours(begun_before)


@pytest.mark.parametrize(
    "pause, amount, due",
    [
        (("06 10:00", "06 11:00"), 2, "06 10:00"),  # used up as the pause begins
        (("06 12:00", "06 14:00"), 4, "06 12:00"),
        (("06 10:00", "06 11:00"), 3, "06 12:00"),
        (("06 08:00", "06 11:00"), 1, "06 12:00"),
    ],
)
def test_a_pause_that_begins_when_all_is_used_up_changes_nothing(pause, amount, due):
    assert factory.add(at("06 08:00"), hours(amount), spans(pause)) == at(due)


def test_a_pause_without_an_end_stops_only_what_is_due_later():
    endless = [(at("06 10:00"), datetime.max), (datetime.min.replace(tzinfo=BERLIN), at("06 09:00"))]
    assert factory.add(at("06 08:00"), hours(1), endless) == at("06 10:00")
    assert factory.between(at("06 08:00"), at("08 17:00"), endless) == hours(1)
    with pytest.raises(Unworkable, match="too little working time"):
        factory.add(at("06 08:00"), hours(2), endless)


# Rule 12: what is refused

MONDAY = date(2026, 1, 5)
TWO_YEARS = [MONDAY + timedelta(days=day) for day in range(800)]


@pytest.mark.parametrize(
    "week, more, sentence",
    [
        ({}, {}, "no working time at all"),
        ({0: [], 3: []}, {"own_hours": {MONDAY: []}}, "no working time at all"),
        ({0: [("08:00", "12:00"), ("11:59", "13:00")]}, {}, "overlap: Monday 08:00-12:00 and Monday 11:59-13:00"),
        ({0: DAY_SHIFT + DAY_SHIFT}, {}, "overlap"),
        ({0: [("22:00", "06:00")], 1: [("05:00", "09:00")]}, {}, "overlap: Monday 22:00-06:00 and Tuesday 05:00-09:00"),
        ({6: [("22:00", "06:00")], 0: [("05:59", "09:00")]}, {}, "overlap: Sunday 22:00-06:00 and Monday 05:59-09:00"),
        ({0: [("08:00", "07:00"), ("20:00", "24:00")]}, {}, "overlap: Monday 08:00-07:00 and Monday 20:00-24:00"),
        (
            NIGHTS,
            {"own_hours": {MONDAY + timedelta(days=1): [("05:00", "06:00")]}},
            "overlap: 2026-01-05 22:00-06:00 and",
        ),
        ({1: DAY_SHIFT}, {"own_hours": {MONDAY: [("20:00", "08:30")]}}, "and 2026-01-06 08:00-12:00"),
        (WEEKDAYS, {"holidays": TWO_YEARS}, "does not open for a year from 2026-01-05"),
        (WEEKDAYS, {"own_hours": dict.fromkeys(TWO_YEARS, ())}, "does not open for a year"),
        ({}, {"own_hours": {MONDAY: DAY_SHIFT, TWO_YEARS[-1]: DAY_SHIFT}}, "does not open for a year"),
        ({0: [("8:00", "12:00")]}, {}, "“8:00” is not a time of day"),
        ({0: [("08:00", "24:01")]}, {}, "“24:01” is not a time of day"),
        ({0: [("08:00", "12:60")]}, {}, "“12:60” is not a time of day"),
        ({0: [("08:00", "12:00\n")]}, {}, "is not a time of day"),
        ({0: [("０８:00", "12:00")]}, {}, "is not a time of day"),
        ({0: [(8, 12)]}, {}, "“8” is not a time of day"),
        ({0: [("24:00", "08:00")]}, {}, "No interval opens at 24:00"),
        ({0: [("08:00",)]}, {}, "is not an interval"),
        ({0: "08:00"}, {}, "is not an interval"),
        ({7: DAY_SHIFT}, {}, "“7” is not a day of the week"),
        ({"0": DAY_SHIFT}, {}, "is not a day of the week"),
        (WEEKDAYS, {"holidays": ["2026-05-01"]}, "“2026-05-01” is not a date"),
        (WEEKDAYS, {"holidays": [datetime(2026, 5, 1)]}, "is not a date"),
        (WEEKDAYS, {"own_hours": {date.max: DAY_SHIFT}}, "is not a date"),
    ],
)
def test_a_calendar_nobody_could_work_by_is_refused_with_a_sentence(week, more, sentence):
    with pytest.raises(ValueError, match=sentence) as refusal:
        WorkCalendar("Asia/Shanghai", week, **more)
    assert str(refusal.value) == refusal.value.words.text("en")
    assert "{" not in refusal.value.words.text("zh_Hans_CN")


@pytest.mark.parametrize("tz", ["", "Asia", "Asia/Nowhere", "/etc/passwd", "../UTC", None])
def test_an_unknown_time_zone_is_refused(tz):
    with pytest.raises(ValueError, match="is not a known time zone"):
        WorkCalendar(tz, WEEKDAYS)


def test_a_closure_of_almost_a_year_is_accepted():
    calendar = WorkCalendar("Asia/Shanghai", WEEKDAYS, TWO_YEARS[:360])
    assert calendar.next_opening(datetime(2026, 1, 5)) == at("2026-12-31 08:00")


def test_a_shift_may_begin_as_the_night_before_it_ends():
    calendar = WorkCalendar("Asia/Shanghai", {0: [("22:00", "06:00")], 1: [("06:00", "14:00")]})
    assert calendar.add(at("2026-01-05 22:00"), hours(16)) == at("2026-01-06 14:00")


def test_a_calendar_without_a_week_works_on_its_own_dates_alone():
    calendar = WorkCalendar("Asia/Shanghai", {}, [MONDAY], MAKE_UP | {MONDAY: []})
    assert calendar.next_opening(at("2026-01-01 00:00")) == at("09 08:00")
    assert calendar.add_days(date(2026, 1, 1), 1) == at("09 17:00")
    assert calendar.between(at("2020-01-01 00:00"), at("2030-01-01 00:00")) == hours(8)


@pytest.mark.parametrize(
    "ask",
    [
        lambda calendar: calendar.add(at("09 08:00"), hours(9)),
        lambda calendar: calendar.add(at("09 17:00"), hours(-9)),
        lambda calendar: calendar.add(at("09 10:00"), timedelta.max),
        lambda calendar: calendar.add(at("09 10:00"), timedelta.min),
        lambda calendar: calendar.add_days(date(2026, 5, 9), 1),
        lambda calendar: calendar.add_days(date(2026, 5, 9), -1),
        lambda calendar: calendar.add_days(date(2026, 5, 10), 0),
        lambda calendar: calendar.next_opening(at("09 17:00")),
    ],
)
def test_a_search_for_working_time_that_never_comes_ends(ask):
    with pytest.raises(Unworkable, match="too little working time in the 100 years around 2026"):
        ask(WorkCalendar("Asia/Shanghai", {}, own_hours=MAKE_UP))


@pytest.mark.parametrize(
    "ask",
    [
        lambda calendar: calendar.is_open(datetime.min),
        lambda calendar: calendar.is_open(datetime.max.replace(tzinfo=UTC)),
        lambda calendar: calendar.add(datetime.max, ZERO),
        lambda calendar: calendar.between(datetime.min, datetime.max),
        lambda calendar: calendar.between(at("1826-05-06 00:00"), at("06 00:00")),
        lambda calendar: calendar.add_days(date.max, 1),
        lambda calendar: calendar.days_between(date(1826, 1, 1), date(2026, 1, 1)),
    ],
)
@pytest.mark.parametrize("name", ["Asia/Shanghai", "America/New_York"])
def test_years_that_no_calendar_reaches_are_refused(name, ask):
    with pytest.raises(Unworkable, match="cannot be reckoned with"):
        ask(WorkCalendar(name, WEEKDAYS))


@pytest.mark.parametrize("year", [2, 9898, 9998])
def test_the_first_and_the_last_years_are_reckoned_with(year):
    calendar = WorkCalendar("America/New_York", weekly(7, [("20:00", "04:00")]))
    opens = datetime(year, 7, 1, 20, tzinfo=ZoneInfo("America/New_York"))
    assert calendar.between(opens, opens + timedelta(days=30)) == hours(240)


# However the years are laid out, the answers are those of a calendar that was never asked before

FAR_APART = [(2026, 1), (2025, -700), (2031, 40), (1960, 2000), (2110, -30), (3000, 5), (2026, 3000), (2026, -3000)]


def test_what_was_asked_before_changes_no_answer():
    asked = WorkCalendar("Europe/Berlin", NIGHTS)
    for year, days in FAR_APART:
        fresh = WorkCalendar("Europe/Berlin", NIGHTS)
        start = datetime(year, 12, 31, 23, 30)
        assert asked.add(start, hours(days)) == fresh.add(start, hours(days))
        assert asked.add_days(start, days) == fresh.add_days(start, days)


@pytest.mark.parametrize(
    "ask, answer",
    [
        (lambda calendar: calendar.add(at("2027-12-31 16:00"), hours(2)), "2028-01-03 09:00"),
        (lambda calendar: calendar.add(at("2028-01-03 09:00"), hours(-2)), "2027-12-31 16:00"),
        (lambda calendar: calendar.next_opening(at("2027-12-31 17:00")), "2028-01-03 08:00"),
        (lambda calendar: calendar.add_days(date(2022, 12, 31), 0), "2023-01-02 17:00"),
        (lambda calendar: calendar.add_days(date(2022, 12, 31), 1), "2023-01-02 17:00"),
        (lambda calendar: calendar.add_days(date(2023, 1, 2), -1), "2022-12-30 17:00"),
    ],
)
def test_a_search_goes_over_new_year(ask, answer):
    assert ask(WorkCalendar("Asia/Shanghai", WEEKDAYS)) == at(answer)


def test_a_reach_ends_at_the_same_year_whatever_was_asked_before():
    asked, fresh = (WorkCalendar("Asia/Shanghai", {0: [("08:00", "09:00")]}) for _ in range(2))
    asked.add(at("2110-01-01 00:00"), hours(52 * 90))
    asked.add(at("1950-01-01 00:00"), hours(52 * 80))
    for calendar in (asked, fresh):
        assert calendar.add(at("2026-05-04 08:00"), hours(5200)).year == 2125
        with pytest.raises(Unworkable, match="too little"):
            calendar.add(at("2026-05-04 08:00"), hours(5300))
    with pytest.raises(Unworkable, match="too little"):
        asked.add(at("1950-01-01 00:00"), hours(5300))


def test_threads_that_ask_at_once_get_the_answers_of_one():
    questions = [(datetime(2020 + number * 7 % 10, 3, 1), hours(number)) for number in range(200)]
    alone = WorkCalendar("Europe/Berlin", NIGHTS)
    shared = WorkCalendar("Europe/Berlin", NIGHTS)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda question: shared.add(*question), questions))
    assert answers == [alone.add(*question) for question in questions]


# Against a counter of single minutes, which knows nothing of sums, searches and windows


@dataclass
class Plan:
    """A calendar in the words of the interface, with the local midnight around which it is asked."""

    tz: str
    first: date
    week: dict = field(default_factory=dict)
    holidays: list = field(default_factory=list)
    own_hours: dict = field(default_factory=dict)

    @property
    def calendar(self):
        return WorkCalendar(self.tz, self.week, self.holidays, self.own_hours)


CHANGES = [
    ("Asia/Shanghai", date(2026, 4, 30)),
    ("Asia/Shanghai", date(2026, 12, 30)),  # over New Year
    ("Asia/Shanghai", date(1991, 9, 13)),
    ("Europe/Berlin", date(2026, 3, 28)),
    ("Europe/Berlin", date(2026, 10, 24)),
    ("Europe/Berlin", date(2026, 12, 30)),
    ("America/New_York", date(2026, 3, 7)),
    ("America/New_York", date(2026, 10, 31)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),  # by half an hour
    ("America/Sao_Paulo", date(2018, 11, 3)),  # at midnight
    ("Pacific/Apia", date(2011, 12, 29)),  # a whole date left out
]
DAYS_COUNTED = 5
EVE = timedelta(days=2)


def written(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


def some_shifts(edges, *, nights):
    """Intervals between these minutes; with nights the last one may close before 06:00 of the next day."""
    edges = sorted({edge for edge in edges if not nights or edge >= 360})
    late = edges.pop() if len(edges) % 2 else None
    pairs = [(written(opens), written(closes)) for opens, closes in zip(edges[::2], edges[1::2], strict=True)]
    if nights and late is not None and late < 1440:
        pairs.append((written(late), written(late % 24 * 15)))
    return pairs


def random_plan(chance):
    tz, first = chance.choice(CHANGES)
    step, nights = chance.choice([15, 20, 60]), chance.random() < 0.5

    def shifts():
        return some_shifts(chance.sample(range(0, 1441, step), chance.randint(0, 7)), nights=nights)

    near = [first + timedelta(days=day) for day in range(-1, DAYS_COUNTED + 1)]
    own = {day: shifts() for day in near if chance.random() < 0.2}
    holidays = [day for day in near if chance.random() < 0.2]
    week = {day: shifts() for day in range(7) if chance.random() < 0.8}
    return Plan(tz, first, week | {chance.randrange(7): [("06:00", "24:00")]}, holidays, own)


def shifts_of(plan, day):
    if day in plan.own_hours:
        return plan.own_hours[day]
    return [] if day in plan.holidays else plan.week.get(day.weekday(), [])


@cache
def readings(tz, first):
    """The minutes since the eve's midnight that the clock on the wall shows at each quarter of the days counted."""
    zone, eve = ZoneInfo(tz), datetime(first.year, first.month, first.day) - EVE
    begin = (eve + EVE).replace(tzinfo=zone).astimezone(UTC)
    quarters = (begin + timedelta(minutes=15 * number) for number in range(DAYS_COUNTED * 96))
    walls = (quarter.astimezone(zone).replace(tzinfo=None) for quarter in quarters)
    return begin, [(wall - eve) // timedelta(minutes=1) for wall in walls]


def open_minutes(plan):
    """For each real minute of the days counted whether it is worked, by walking along with the clock on the wall."""
    begin, walls = readings(plan.tz, plan.first)
    planned = bytearray((DAYS_COUNTED + 6) * 1440)
    for number in range(DAYS_COUNTED + 4):
        for opens, closes in shifts_of(plan, plan.first - EVE + timedelta(days=number)):
            start, end = (int(text[:2]) * 60 + int(text[3:]) for text in (opens, closes))
            length = end - start if end > start else end + 1440 - start
            planned[number * 1440 + start : number * 1440 + start + length] = b"\1" * length
    shown, worked = 0, bytearray()
    for minute in walls:
        # A clock put back shows nothing new until it is where it was.
        worked += planned[minute : minute + 15] if minute >= shown else planned[shown : shown + 1] * 15
        shown = max(shown, minute + 14)
    return begin, worked


def minute_of(worked, start, amount):
    """Where so many worked minutes from ``start`` on are used up; None = after what was counted."""
    ahead = list(compress(range(start, len(worked)), worked[start:]))
    return ahead[amount - 1] + 1 if len(ahead) >= amount else None


def minute_before(worked, start, amount):
    behind = list(compress(range(start), worked))
    return behind[-amount] if len(behind) >= amount else None


@pytest.mark.parametrize("batch", range(10))
def test_a_counter_of_single_minutes_comes_to_the_same(batch):
    for seed in range(batch * 200, batch * 200 + 200):
        hold_against_counter(seed)


def hold_against_counter(seed):
    chance = random.Random(seed)  # noqa: S311 - the same plans in every run
    plan = random_plan(chance)
    calendar, (begin, worked) = plan.calendar, open_minutes(plan)
    pauses = [sorted(chance.sample(range(len(worked)), 2), reverse=chance.random() < 0.1) for _ in range(seed % 4)]
    counted = bytearray(worked)
    for pause in pauses:
        counted[slice(*pause)] = bytes(len(counted[slice(*pause)]))

    def moment(minute):
        return begin + timedelta(minutes=minute)

    def due(start, amount):
        return (
            calendar.add(moment(start), timedelta(minutes=amount), taken).astimezone(UTC) - begin
        ).total_seconds() / 60

    taken = [(moment(start), moment(end)) for start, end in pauses]
    for _ in range(2):
        start, end = chance.sample(range(len(worked)), 2)
        amount = chance.randint(1, 1500)
        told = f"seed {seed}, {plan}, pauses {pauses}, from {start} to {end}, {amount} minutes"
        assert calendar.is_open(moment(start)) == bool(worked[start]), told
        assert calendar.between(moment(start), moment(end), taken) == timedelta(minutes=sum(counted[start:end])), told
        if (opening := minute_of(worked, start, 1)) is not None:
            assert calendar.next_opening(moment(start)).astimezone(UTC) == moment(opening - 1), told
        if (ahead := minute_of(counted, start, amount)) is not None:
            assert due(start, amount) == ahead, told
        if (behind := minute_before(counted, start, amount)) is not None:
            assert due(start, -amount) == behind, told


# What holds of every calendar, to the microsecond

EDGES = st.lists(st.integers(0, 96), max_size=7, unique=True).map(lambda edges: [edge * 15 for edge in edges])
NAMES = sorted({name for name, _ in CHANGES})
DATES = st.dates(date(2026, 1, 1), date(2026, 12, 31))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
AMOUNTS = st.timedeltas(INSTANT, timedelta(hours=200))
PAUSED = st.lists(st.tuples(MOMENTS, MOMENTS), max_size=4)


@st.composite
def plans(draw):
    nights = draw(st.booleans())
    shifts = EDGES.map(lambda edges: some_shifts(edges, nights=nights))
    week = draw(st.dictionaries(st.integers(0, 6), shifts, max_size=7))
    own = draw(st.dictionaries(DATES, shifts, max_size=4))
    holidays = draw(st.lists(DATES, max_size=8))
    surely = {draw(st.integers(0, 6)): [("06:00", "23:00")]}
    return Plan(draw(st.sampled_from(NAMES)), date(2026, 1, 1), week | surely, holidays, own)


CALENDARS = plans().map(lambda plan: plan.calendar)


@quickly
@given(CALENDARS, MOMENTS, AMOUNTS, PAUSED)
def test_what_was_added_lies_between_and_not_an_instant_earlier(calendar, start, amount, pauses):
    due = calendar.add(start, amount, pauses).astimezone(UTC)
    assert calendar.between(start, due, pauses) == amount
    assert calendar.between(start, due - INSTANT, pauses) < amount


@quickly
@given(CALENDARS, MOMENTS, AMOUNTS, PAUSED)
def test_backwards_as_well_and_not_an_instant_later(calendar, end, amount, pauses):
    begun = calendar.add(end, -amount, pauses).astimezone(UTC)
    assert calendar.between(begun, end, pauses) == amount
    assert calendar.between(begun + INSTANT, end, pauses) < amount


@quickly
@given(CALENDARS, MOMENTS, AMOUNTS)
def test_forward_and_back_again_is_where_the_work_began(calendar, start, amount):
    due = calendar.add(start, amount)
    assert calendar.add(due, -amount).astimezone(UTC) == calendar.next_opening(start).astimezone(UTC)


@quickly
@given(CALENDARS, st.lists(MOMENTS, min_size=2, max_size=6), st.lists(AMOUNTS, min_size=2, max_size=6), PAUSED)
def test_who_starts_later_or_has_more_to_do_is_not_due_earlier(calendar, starts, amounts, pauses):
    starts, amounts = sorted(starts), sorted([ZERO - amounts[0], *amounts])
    for amount in amounts:
        assert_sorted(calendar.add(start, amount, pauses) for start in starts)
    assert_sorted(calendar.add(starts[0], amount, pauses) for amount in amounts)
    assert_sorted(calendar.add_days(start, 3) for start in starts)
    assert_sorted(calendar.add_days(starts[0], days) for days in range(-4, 5))


def assert_sorted(moments):
    for earlier, later in pairwise(moment.astimezone(UTC) for moment in moments):
        assert earlier <= later


@quickly
@given(CALENDARS, MOMENTS, MOMENTS, AMOUNTS, PAUSED, PAUSED)
def test_another_pause_never_shortens(calendar, start, end, amount, pauses, more):
    due, later = (calendar.add(start, amount, taken).astimezone(UTC) for taken in (pauses, pauses + more))
    assert later >= due
    begun, earlier = (calendar.add(start, -amount, taken).astimezone(UTC) for taken in (pauses, pauses + more))
    assert earlier <= begun
    assert ZERO <= calendar.between(start, end, pauses + more) <= calendar.between(start, end, pauses)


@quickly
@given(CALENDARS, MOMENTS, AMOUNTS, PAUSED, st.randoms())
def test_neither_the_sequence_nor_a_cut_in_a_pause_matters(calendar, start, amount, pauses, chance):
    pauses = [(begin, end) if chance.random() < 0.2 else (min(begin, end), max(begin, end)) for begin, end in pauses]
    cut = [
        part for begin, end in pauses for part in ((begin, begin + (end - begin) / 2), (begin + (end - begin) / 2, end))
    ]
    chance.shuffle(cut)
    assert calendar.add(start, amount, cut) == calendar.add(start, amount, pauses)
    assert calendar.add(start, -amount, cut) == calendar.add(start, -amount, pauses)


@quickly
@given(CALENDARS, st.lists(MOMENTS, min_size=3, max_size=3), PAUSED)
def test_a_span_is_the_sum_of_its_parts(calendar, moments, pauses):
    start, middle, end = sorted(moments)
    parts = calendar.between(start, middle, pauses) + calendar.between(middle, end, pauses)
    assert calendar.between(start, end, pauses) == parts


def halved(shifts):
    """The same shifts, each that does not pass midnight given as two."""
    for opens, closes in shifts:
        middle = written((int(opens[:2]) * 60 + int(opens[3:]) + int(closes[:2]) * 60 + int(closes[3:])) // 2)
        yield from ((opens, middle), (middle, closes)) if opens < middle < closes else ((opens, closes),)


@quickly
@given(plans(), MOMENTS, MOMENTS, AMOUNTS)
def test_an_interval_given_in_two_parts_changes_nothing(plan, start, end, amount):
    week = {day: [*halved(shifts)] for day, shifts in plan.week.items()}
    whole, parts = plan.calendar, replace(plan, week=week).calendar
    assert week != plan.week
    assert parts.between(start, end) == whole.between(start, end)
    assert parts.is_open(start) == whole.is_open(start)
    assert parts.next_opening(start) == whole.next_opening(start)
    assert parts.add_days(start, 5) == whole.add_days(start, 5)
    for signed in (amount, -amount):
        assert parts.add(start, signed) == whole.add(start, signed)


@quickly
@given(plans(), DATES, st.integers(-90, 90))
def test_days_are_those_one_counts_on_a_wall_calendar(plan, start, days):
    plan = replace(plan, tz="Asia/Shanghai")
    step, left, day = timedelta(days=1 if days > 0 else -1), abs(days), start
    while left or (not days and not shifts_of(plan, day)):
        day += step if days else -step
        left -= bool(shifts_of(plan, day)) if days else 0
    *_, closing = sorted(shifts_of(plan, day))
    due = plan.calendar.add_days(start, days)
    assert due.strftime("%H:%M") == closing[1].replace("24:00", "00:00")
    assert due.date() == day + timedelta(days=closing[1] <= closing[0] or closing[1] == "24:00")
    if days:
        counted = days if days > 0 or shifts_of(plan, start) else days + 1
        assert plan.calendar.days_between(start, day) == counted
        assert plan.calendar.days_between(day, start) == -counted


@quickly
@given(CALENDARS, st.lists(st.tuples(MOMENTS, AMOUNTS, MOMENTS), max_size=8))
def test_long_lists_get_the_answers_of_single_questions(calendar, rows):
    starts, amounts, ends = ([row[column] for row in rows] for column in range(3))
    assert calendar.add_many(starts, amounts) == [calendar.add(start, amount) for start, amount, _ in rows]
    assert calendar.add_many(starts, -hours(3)) == [calendar.add(start, -hours(3)) for start in starts]
    assert calendar.between_many(starts, ends) == [calendar.between(start, end) for start, _, end in rows]


def test_lists_of_different_length_are_refused():
    for ask, other in ((factory.add_many, [hours(1)]), (factory.between_many, [at("06 08:00")])):
        with pytest.raises(ValueError, match=r"longer|shorter"):
            ask([], other)
