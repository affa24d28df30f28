"""Clocks on records: armed by policies, paused, stopped, gone on with, and proved from what was recorded (A3.1)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models import regulation as m
from models.regulation import CalendarVersion, SlaClock, SlaPolicy
from models.regulation.clocks.rebuilding import reckon
from rules.base import RuleBroken, Unset
from rules.regulation import Target
from tests.models.acts import DAY, HOUR, bare, doing, events, last_seq

MONDAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
"""09:00 in the factory, which works 08:30-12:00 and 13:00-17:30."""
RESOLUTION, FOLLOW_UP, CONTACT = Target.RESOLUTION, Target.FOLLOW_UP, Target.FIRST_CONTACT


def policy(session, target=RESOLUTION, amount="8", unit="working_hour", **more):
    with doing(session, "admin"):
        made = SlaPolicy(
            name=f"{target}", clause="A3.4", target=target, amount=Decimal(amount) if amount else None, unit=unit,
            from_on=more.pop("from_on", date(2020, 1, 1)), **more,
        )  # fmt: skip
        session.add(made)
    return made


def local(clock, name="due_at"):
    return getattr(clock, name).astimezone(clock.engine.zone).strftime("%d %H:%M")


@pytest.fixture
def record(session, world):
    return bare(session, world)


def run(session, what, record, *given, at=MONDAY, **more):
    """One verb of a clock, by the responsible person, committed."""
    with doing(session, "employee", at):
        return what(session, record, *given, at=at, **more)


def test_a_clock_is_armed_by_the_policy_that_fits_and_keeps_its_terms(any_session, world):
    record = bare(any_session, world)
    general = policy(any_session)
    urgent = policy(any_session, amount="2", match={"priority": "P1|P2"}, warnings=["-50%"])
    with doing(any_session, "employee", MONDAY):
        clock = m.arm(any_session, record, RESOLUTION, {"priority": "P2"}, at=MONDAY)
    assert local(clock) == "16 11:00"
    assert (clock.policy_id, clock.status, clock.clause, clock.provisional) == (urgent.id, "running", "A3.4", False)
    assert clock.department_id == record.department_id
    with doing(any_session, "admin"):
        urgent.amount = Decimal(1)
        general.amount = None
    assert clock.granted.amount == 2
    assert clock.granted.facts == {"priority": "P2"}
    assert m.clock_of(record, RESOLUTION) is clock
    with pytest.raises(Unset, match=r"Resolution.*A3\.4"), doing(any_session, "employee"):
        m.arm(any_session, record, RESOLUTION, {"priority": "P3"}, at=MONDAY)


def test_no_policy_is_unset_and_names_the_clause(session, record):
    with pytest.raises(Unset, match=r"Follow-up visit.*A4\.1"), doing(session, "employee"):
        m.arm(session, record, FOLLOW_UP, {}, at=MONDAY)


def test_done_at_the_due_instant_is_met_and_a_second_later_breached(session, record):
    policy(session)
    for late, status, over, spare in ((0, "met", None, 0), (1, "breached", 1, None), (-61, "met", None, 1)):
        clock = run(session, m.arm, record, RESOLUTION, {})
        run(session, m.stop, record, RESOLUTION, at=clock.due_at + timedelta(seconds=late))
        assert (clock.status, clock.breach_minutes, clock.spare_minutes) == (status, over, spare)
    assert clock.elapsed_minutes == 478
    assert run(session, m.stop, record, RESOLUTION) is None


def test_a_pause_takes_out_the_working_time_inside_it_where_the_policy_waits_for_its_reason(session, record):
    policy(session, pauses_on=["pending_customer"])
    clock = run(session, m.arm, record, RESOLUTION, {})
    assert local(clock) == "17 09:00"
    assert run(session, m.pause, record, RESOLUTION, reason="pending_parts", at=MONDAY + HOUR) is None
    run(session, m.pause, record, RESOLUTION, reason="pending_customer", at=MONDAY + 2 * HOUR)
    assert clock.status == "paused"
    assert clock.next_look_at is None
    with pytest.raises(RuleBroken, match="paused already"):
        run(session, m.pause, record, RESOLUTION, reason="pending_customer", at=MONDAY + 2 * HOUR)
    session.rollback()
    run(session, m.resume, record, RESOLUTION, at=MONDAY + 5 * HOUR)  # 11:00 to 14:00: two working hours
    assert (clock.status, local(clock), clock.paused_minutes) == ("running", "17 11:00", 120)
    assert run(session, m.resume, record, RESOLUTION, at=MONDAY + 6 * HOUR) is None
    assert clock.pauses[0][3] == record.responsible_id


def test_stopping_ends_a_pause(session, record):
    policy(session, pauses_on=["on_hold"])
    clock = run(session, m.arm, record, RESOLUTION, {})
    run(session, m.pause_all, record, reason="on_hold", at=MONDAY + HOUR)
    run(session, m.stop, record, RESOLUTION, at=MONDAY + 2 * HOUR)
    assert (clock.status, clock.elapsed_minutes, clock.paused_minutes) == ("met", 60, 60)
    assert run(session, m.resume_all, record) == []


def test_the_first_contact_waits_for_nobody(session, record):
    policy(session, CONTACT, pauses_on=["pending_customer"])
    run(session, m.arm, record, CONTACT, {})
    assert run(session, m.pause_all, record, reason="pending_customer", at=MONDAY + HOUR) == []


def test_another_priority_is_another_allowance_from_the_same_start_with_all_pauses(session, record):
    policy(session, pauses_on=["on_hold"])
    policy(session, amount="4", match={"priority": "P1"}, pauses_on=[])
    clock = run(session, m.arm, record, RESOLUTION, {"priority": "P3"})
    run(session, m.pause, record, RESOLUTION, reason="on_hold", at=MONDAY + HOUR)
    run(session, m.resume, record, RESOLUTION, at=MONDAY + 2 * HOUR)
    since = last_seq(session)
    run(session, m.rearm, record, RESOLUTION, {"priority": "P1"}, at=MONDAY + 3 * HOUR)
    assert local(clock) == "16 15:00"
    assert clock.paused_minutes == 60
    (told,) = events(session, since, record)
    old, new = told.changes[f"sla_clock.{clock.id}.due_at"]
    assert (old[:13], new[:13]) == ("2026-11-17T02", "2026-11-16T07")
    assert run(session, m.rearm, record, FOLLOW_UP, {}) is None


def test_a_higher_allowance_takes_back_that_it_was_seen_late(session, record):
    policy(session)
    policy(session, amount="1", match={"priority": "P1"})
    clock = run(session, m.arm, record, RESOLUTION, {"priority": "P1"})
    with doing(session, "employee"):
        clock.seen_at = MONDAY + 2 * HOUR
        reckon(clock)
    assert (clock.status, clock.breach_minutes) == ("breached", 60)
    run(session, m.rearm, record, RESOLUTION, {"priority": "P4"}, at=MONDAY + 3 * HOUR)
    assert (clock.status, clock.breach_minutes, clock.seen_at) == ("running", None, None)


def test_a_reopening_goes_on_with_the_solved_time_paused(any_session, world):
    record = bare(any_session, world)
    policy(any_session)
    first = run(any_session, m.arm, record, RESOLUTION, {})
    run(any_session, m.stop, record, RESOLUTION, at=MONDAY + 2 * HOUR)
    on = MONDAY + DAY
    again = run(any_session, m.continue_after_reopening, record, RESOLUTION, at=on)
    assert (again.continues_id, again.started_at, again.status) == (first.id, MONDAY, "running")
    assert local(again) == "17 16:00"  # two hours were used, six are left
    assert again.pauses[-1][2] == "solved"
    assert (first.status, m.reopenings(again)) == ("met", 1)
    assert run(any_session, m.continue_after_reopening, record, RESOLUTION, at=on) is None
    run(any_session, m.cancel_all, record, at=on + HOUR)
    assert again.status == "cancelled"
    assert run(any_session, m.continue_after_reopening, record, RESOLUTION, at=on) is None


def test_only_a_policy_that_says_so_grants_the_whole_allowance_again(session, record):
    policy(session, is_fresh_after_reopening=True)
    run(session, m.arm, record, RESOLUTION, {})
    run(session, m.stop, record, RESOLUTION, at=MONDAY + 2 * HOUR)
    again = run(session, m.continue_after_reopening, record, RESOLUTION, at=MONDAY + DAY)
    assert (again.started_at, again.pauses, local(again)) == (MONDAY + DAY, [], "18 09:00")


def test_a_second_arming_ends_the_clock_before(session, record):
    policy(session, Target.TELLING_CUSTOMER, "2", "working_day")
    first = run(session, m.arm, record, Target.TELLING_CUSTOMER, {})
    second = run(session, m.arm, record, Target.TELLING_CUSTOMER, {}, at=MONDAY + DAY)
    assert (first.status, second.status) == ("met", "running")
    assert [one.id for one in m.clocks_of(record)] == [first.id, second.id]


def test_one_clock_of_a_target_is_open_at_most(session, record):
    policy(session)
    clock = run(session, m.arm, record, RESOLUTION, {})
    twin = {name: getattr(clock, name) for name in (
        "entity", "entity_id", "target", "clause", "terms", "calendar_version_id", "started_at", "due_at")}  # fmt: skip
    session.add(SlaClock(**twin))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_the_arming_is_told_in_the_event_of_its_record(session, record):
    policy(session)
    since = last_seq(session)
    clock = run(session, m.arm, record, RESOLUTION, {})
    (told,) = events(session, since)
    assert (told.entity, told.entity_id) == ("action_item", record.id)
    assert told.changes == {f"sla_clock.{clock.id}.due_at": [None, clock.due_at.isoformat()]}


@pytest.mark.parametrize("days,due", [(1, 6), (2, 7), (3, 8), (4, 9)])
def test_a_follow_up_of_what_was_solved_before_may_day_is_due_after_it(session, record, days, due):
    with doing(session, "admin"):
        for on in (1, 4, 5):
            session.add(m.CalendarDay(on=date(2026, 5, on), day_type="holiday", name="劳动节"))
        session.add(m.CalendarDay(on=date(2026, 5, 9), day_type="makeup_workday", name="劳动节"))
    policy(session, FOLLOW_UP, str(days), "working_day")
    clock = run(session, m.arm, record, FOLLOW_UP, {}, at=datetime(2026, 4, 30, 8, 20, tzinfo=UTC))
    assert local(clock) == f"{due:02} 17:30"


def test_the_calendar_is_the_policys_else_the_departments_else_the_companys(session, record):
    def calendar(code, starts, department=None):
        with doing(session, "admin"):
            made = m.Calendar(code=code, name=code, department_id=department)
            made.intervals = [
                m.WorkInterval(weekday=day, starts=starts, ends="18:00", from_on=date(2020, 1, 1)) for day in range(7)
            ]
            session.add(made)
        return made

    plain = policy(session, amount="9.5")
    assert local(run(session, m.arm, record, RESOLUTION, {})) == "17 10:30"
    above = calendar("SC", "06:00", record.department.parent_id)
    assert local(run(session, m.arm, record, RESOLUTION, {})) == "17 06:30"
    calendar("SC1", "07:00", record.department_id)
    assert local(run(session, m.arm, record, RESOLUTION, {})) == "17 07:30"
    with doing(session, "admin"):
        plain.calendar = above
    clock = run(session, m.arm, record, RESOLUTION, {})
    assert local(clock) == "17 06:30"
    assert clock.calendar_version.calendar_id == above.id
    assert local(run(session, m.arm, record, RESOLUTION, {}, department_id=record.department.parent_id)) == "17 06:30"


def test_a_version_of_a_calendar_is_kept_once(session, record):
    policy(session)
    for _ in range(2):
        run(session, m.arm, record, RESOLUTION, {})
    (version,) = session.scalars(select(CalendarVersion)).all()
    assert version.number == 1
