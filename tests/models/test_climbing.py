"""What falls due for clocks: breaches seen, levels told once and in working time, calendars followed (TIME.md 10, 11)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from models import regulation as m
from models.base import Act, Source
from models.event import Delivery, Event, Reminder
from models.journal import acting
from models.organisation import Employee
from models.recomputing import differences
from models.regulation import CalendarDay, SlaClock, SlaPolicy
from models.reminding import remind
from rules.base import SYSTEM
from rules.regulation import Target
from tests.models.acts import DAY, HOUR, bare, doing, events, last_seq
from tests.world import person

MONDAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
"""09:00 in the factory, which works 08:30-12:00 and 13:00-17:30."""
ELEVEN = MONDAY + 2 * HOUR
CLOSING = MONDAY + 8.5 * HOUR
TUESDAY = MONDAY + 23.5 * HOUR
LADDER = [["0", ["responsible", "team_leader"]], ["+60", ["production_manager"]], ["+480", ["general_manager"]]]


@pytest.fixture
def record(session, world):
    """No action's own ladder is climbed besides: it is not due for years."""
    with doing(session, "admin"):
        for one in (session.get_one(type(bare(session, world)), key) for key in (world.action, world.foreign_action)):
            one.due_at = MONDAY + 3000 * DAY
    return bare(session, world)


def armed(session, record, amount="2", unit="working_hour", at=MONDAY, **more):
    with doing(session, "admin"):
        session.add(
            SlaPolicy(name="解决", clause="A3.4", target=Target.RESOLUTION, amount=Decimal(amount), unit=unit,
                      from_on=date(2020, 1, 1), **({"ladder": LADDER, "warnings": ["-50%"]} | more))
        )  # fmt: skip
    with doing(session, "employee", at):
        return m.arm(session, record, Target.RESOLUTION, {}, at=at)


def levels(session, since, record):
    return [one.action for one in events(session, since, record)]


def told(session, since, record):
    query = select(Delivery.recipient_id).join(Event, Event.seq == Delivery.event_seq).where(Event.seq > since)
    query = query.where(Event.entity == record.__tablename__, Event.entity_id == record.id)
    return set(session.scalars(query))


def test_each_level_is_told_once_to_whom_the_policy_names(any_session, world):
    record = bare(any_session, world)
    with doing(any_session, "admin"):
        record.due_at = MONDAY + 3000 * DAY
    armed(any_session, record)
    steps = [
        (MONDAY + HOUR - timedelta(seconds=1), [], set()),
        (MONDAY + HOUR + timedelta(seconds=1), ["warn_0"], {"车工一"}),
        (ELEVEN, ["remind_1"], {"车工一", "班组长"}),
        (ELEVEN + timedelta(seconds=1), ["overdue"], set()),
        (MONDAY + 4.5 * HOUR, ["remind_2"], {"生产经理"}),  # 13:30, after the lunch break
        (TUESDAY + 1.5 * HOUR, [], set()),
        (TUESDAY + 3 * HOUR, ["remind_3"], {"总经理"}),
    ]
    for at, actions, people in steps:
        for expected, names in ((actions, people), ([], set())):  # a second run does nothing
            since = last_seq(any_session)
            remind(any_session, at)
            assert levels(any_session, since, record) == expected, at
            people_told = {any_session.get_one(Employee, key).name for key in told(any_session, since, record)}
            assert people_told == names, at


def test_nothing_is_told_outside_working_time_and_a_breach_is_seen_all_the_same(session, record):
    clock = armed(session, record, "8")  # due on Tuesday at 09:00; the warning is told at 14:00
    since = last_seq(session)
    remind(session, CLOSING + 2 * HOUR)
    assert levels(session, since, record) == []
    remind(session, TUESDAY + timedelta(minutes=1))
    assert levels(session, since, record) == ["warn_0"]
    remind(session, CLOSING + DAY + 3 * HOUR)
    assert levels(session, since, record) == ["warn_0", "overdue"]
    assert (clock.status, clock.breach_minutes) == ("breached", 450)
    remind(session, TUESDAY + DAY)
    assert levels(session, since, record)[2:] == ["remind_1", "remind_2"]


def test_after_an_outage_everything_is_told_once_in_order(session, record):
    armed(session, record)
    since = last_seq(session)
    remind(session, MONDAY + 7 * DAY)
    assert levels(session, since, record) == ["overdue", "warn_0", "remind_1", "remind_2", "remind_3"]
    assert session.scalars(select(Reminder.level).where(Reminder.entity == "sla_clock")).all() == [0, 1, 2, 3]


def test_while_a_clock_is_paused_nobody_is_told(session, record):
    clock = armed(session, record, pauses_on=["on_hold"])
    with doing(session, "employee", MONDAY):
        m.pause_all(session, record, at=MONDAY + timedelta(minutes=30), reason="on_hold")
    since = last_seq(session)
    remind(session, MONDAY + 2 * DAY)
    assert (levels(session, since, record), clock.status) == ([], "paused")


def test_a_new_due_date_tells_its_levels_again(session, record):
    armed(session, record, ladder=[], warnings=["-60"])
    with doing(session, "admin"):
        session.add(
            SlaPolicy(name="急", clause="A3.4", target=Target.RESOLUTION, match={"priority": "P4"}, amount=Decimal(6),
                      unit="working_hour", warnings=["-60"], from_on=date(2020, 1, 1))
        )  # fmt: skip
    since = last_seq(session)
    remind(session, ELEVEN)
    with doing(session, "employee", ELEVEN):
        m.rearm(session, record, Target.RESOLUTION, {"priority": "P4"}, at=ELEVEN)
    remind(session, MONDAY + 7 * HOUR)
    assert levels(session, since, record) == ["warn_0", "edit", "warn_0"]


def test_history_that_is_taken_in_reminds_nobody(session, record):
    with doing(session, "admin"):
        session.add(
            SlaPolicy(name="解决", clause="A3.4", target=Target.RESOLUTION, amount=Decimal(2), unit="working_hour",
                      warnings=["-50%"], ladder=LADDER, from_on=date(2020, 1, 1))
        )  # fmt: skip
    importer = Act(person(session, "admin"), MONDAY, Source.IMPORT, recorded_at=MONDAY + 30 * DAY)
    with acting(session, importer):
        clock = m.arm(session, record, Target.RESOLUTION, {}, at=MONDAY)
        session.commit()
    since = last_seq(session)
    remind(session, MONDAY + 30 * DAY + HOUR)
    assert (levels(session, since, record), clock.status) == (["overdue"], "breached")


def test_a_clock_whose_record_is_gone_or_voided_is_looked_at_no_more(session, record):
    clock = armed(session, record)
    with doing(session, "admin"):
        record.voided_at = MONDAY
    remind(session, MONDAY + 9 * DAY)
    assert clock.next_look_at is None
    with doing(session, "admin"):
        clock.entity, clock.next_look_at = "no_such_table", MONDAY
    remind(session, MONDAY + 9 * DAY)
    assert clock.next_look_at is None


# A changed calendar


def day_off(session, on, kind="holiday"):
    with doing(session, "admin"):
        session.add(CalendarDay(on=on, day_type=kind, name="停产"))


def test_a_changed_calendar_moves_open_deadlines_with_a_line_and_never_closed_ones(any_session, world):
    record = bare(any_session, world)
    closed = armed(any_session, record, "1", "working_day", ladder=[], warnings=[])
    with doing(any_session, "employee", MONDAY):
        m.stop(any_session, record, Target.RESOLUTION, at=MONDAY + HOUR)
        clock = m.arm(any_session, record, Target.RESOLUTION, {}, at=MONDAY)
    since = last_seq(any_session)
    day_off(any_session, date(2026, 11, 17))
    assert (clock.due_at, closed.due_at) == (CLOSING + 2 * DAY, CLOSING + DAY)
    (line,) = events(any_session, since, record)
    assert (line.action, line.source) == ("due_recomputed", Source.CONSEQUENCE)
    assert line.changes[f"sla_clock.{clock.id}.due_at"] == [
        one.isoformat() for one in (CLOSING + DAY, CLOSING + 2 * DAY)
    ]
    assert (closed.calendar_version.number, clock.calendar_version.number) == (1, 2)
    since = last_seq(any_session)
    day_off(any_session, date(2026, 12, 24))  # touches no deadline: no line
    assert events(any_session, since, record) == []
    assert clock.calendar_version.number == 3
    assert list(differences(any_session)) == []


def test_a_deadline_in_a_year_without_a_notice_is_provisional_until_it_is_entered(session, record):
    clock = armed(session, record, "40", "working_day", ladder=[], warnings=[])
    assert clock.provisional
    day_off(session, date(2027, 1, 1))
    assert not clock.provisional
    hours = armed(session, record, "960", "clock_hour", match={"severity": "S1"})
    assert not hours.provisional


def test_a_calendar_without_holidays_is_never_provisional(session, record):
    with doing(session, "admin"):
        session.scalar(select(m.Calendar)).keeps_holidays = False
    assert not armed(session, record, "40", "working_day").provisional


def test_what_was_seen_late_is_on_time_again_where_the_calendar_gives_more_time(session, record):
    clock = armed(session, record, "1", "working_day", ladder=[], warnings=[])
    remind(session, CLOSING + DAY + HOUR)
    assert clock.status == "breached"
    with doing(session, "admin", CLOSING + DAY + 2 * HOUR):
        session.add(CalendarDay(on=date(2026, 11, 17), day_type="holiday", name="停产"))
    assert (clock.status, clock.seen_at) == ("running", None)


def test_a_change_that_is_rolled_back_moves_nothing(session, record):
    clock = armed(session, record, "1", "working_day", ladder=[], warnings=[])
    with acting(session, Act(SYSTEM, MONDAY)):
        session.add(CalendarDay(on=date(2026, 11, 17), day_type="holiday"))
        session.flush()
        session.rollback()
    with doing(session, "admin"):
        session.scalar(select(SlaPolicy)).name = "别的"
    assert clock.due_at == CLOSING + DAY


# Proof


@pytest.mark.parametrize("column,value", [("due_at", MONDAY), ("provisional", True), ("paused_minutes", 7)])
def test_a_clock_that_was_tampered_with_is_named_and_put_right(any_session, world, column, value):
    record = bare(any_session, world)
    clock = armed(any_session, record, warnings=[], ladder=[])
    right = getattr(clock, column)
    with doing(any_session, "admin"):
        setattr(clock, column, value)
    with doing(any_session, "admin"):
        (found,) = [one for one in differences(any_session) if not one.correct()]
    assert f"{record.no}, clock “Resolution”, {column}" in str(found)
    assert getattr(clock, column) == right
    assert list(differences(any_session)) == []


def test_a_records_due_date_is_the_copy_of_its_clock(session, record, monkeypatch):
    monkeypatch.setitem(m.clocks.COPIES, ("action_item", Target.RESOLUTION), "due_at")
    clock = armed(session, record, warnings=[], ladder=[])
    assert record.due_at == clock.due_at
    with doing(session, "admin"):
        record.due_at = MONDAY
    with doing(session, "admin"):
        (found,) = [one for one in differences(session) if not one.correct()]
    assert (found.kept, record.due_at) == (MONDAY, clock.due_at)
    assert [one.id for one in session.scalars(select(SlaClock))] == [clock.id]
