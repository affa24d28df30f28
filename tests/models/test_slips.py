"""Slips of communication come up once, as drafts that name nobody; a person takes them up or dismisses them (C1.4)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, func, select

from models.actions import AccountabilityCase
from models.assessment import RewardPenalty
from models.base import Source
from models.communication import Notice
from models.event import Delivery, Event, ReadReceipt
from models.regulation import SlaClock
from models.reminding import FALLS_DUE, remind
from models.schedule import ContactLog
from rules.base import SYSTEM, NotYours, RuleBroken
from rules.regulation import ClockStatus, Target
from tests.models.acts import DAY, HOUR, doing, perform
from tests.models.test_locked_inputs import made
from tests.schedule_world import AT
from tests.world import department, employee

DUE = AT + 2 * DAY


def slips(session):
    return session.scalars(
        select(AccountabilityCase)
        .where(AccountabilityCase.kind == "communication_slip")
        .order_by(AccountabilityCase.id)
    ).all()


def run(session, at):
    with doing(session, SYSTEM, at, Source.SCHEDULER):
        return FALLS_DUE["propose_slips"](session, at)


def still(session):
    """The world's own ticket waits for its first solution; it is no part of these tests."""
    session.execute(delete(SlaClock).where(SlaClock.target == Target.FIRST_SOLUTION))
    session.commit()


def asked_to_confirm(session, names=("车工一", "装配一"), due_at=DUE, *, confirmed=()):
    """A notice that two people were to confirm."""
    still(session)
    with doing(session, "hr", AT):
        notice = Notice(
            topic="考勤制度调整", body="自下月起执行。", kind="announcement", author_id=employee(session, "人事专员").id,
            department_id=department(session, "SC1").id, must_confirm=True, no="TZ-9",
        )  # fmt: skip
        session.add(notice)
        session.flush()
        for name in names:
            session.add(
                ReadReceipt(
                    entity="notice", entity_id=notice.id, employee_id=employee(session, name).id, due_at=due_at,
                    read_at=AT if name in confirmed else None, confirmed_at=AT if name in confirmed else None,
                )
            )  # fmt: skip
    return notice


def passed_on(session, due_at=DUE):
    still(session)
    with doing(session, "sales", AT):
        one = ContactLog(
            no="GT-9", customer_id=1, department=department(session, "GL"), by_id=employee(session, "销售员").id, at=AT,
            summary="希望提前两周", direction="incoming", forwarded_to=department(session, "SC1"), forwarded_at=AT,
            answer_due_at=due_at, status="forwarded",
        )  # fmt: skip
        session.add(one)
    return one


def test_before_its_day_nothing_comes_up(any_session):
    asked_to_confirm(any_session)
    passed_on(any_session)
    assert run(any_session, DUE - HOUR) == 0
    assert slips(any_session) == []


def test_a_notice_that_people_did_not_confirm_comes_up_once_for_all_of_them(any_session):
    session = any_session
    notice = asked_to_confirm(session, ("车工一", "装配一", "质检员"), confirmed=("质检员",))
    assert [run(session, DUE + nth * HOUR) for nth in (1, 2, 24)] == [1, 0, 0]
    (one,) = slips(session)
    assert (one.source_entity, one.source_id, one.clause, str(one.status)) == ("notice", notice.id, "C1.4", "draft")
    assert "未确认 2 人" in one.facts
    assert "车工一" in one.facts
    assert "质检员" not in one.facts
    assert (one.persons, one.opened_by_id, one.department_id) == ([], None, notice.department_id)


def test_feedback_that_nobody_answered_comes_up(any_session):
    session = any_session
    contact = passed_on(session)
    assert run(session, DUE + HOUR) == 1
    (one,) = slips(session)
    assert (one.source_entity, one.source_id, one.department_id) == ("contact_log", contact.id, contact.forwarded_to_id)
    assert "GT-9 希望提前两周" in one.facts


def test_what_was_answered_or_confirmed_in_time_never_comes_up(session):
    asked_to_confirm(session, ("车工一",), confirmed=("车工一",))
    contact = passed_on(session)
    perform(session, contact, "answer", "production_manager", AT + HOUR, answer="可以提前一周")
    assert run(session, DUE + DAY) == 0


def ticket_late(session, *, escalated=None, status=ClockStatus.RUNNING, stopped=None, told_from=AT):
    """A ticket whose first solution was due."""
    still(session)
    key = made(session, "ticket", no="SH-9", department_id=department(session, "SF").id, status="in_progress",
               escalated_at=escalated, agent_id=employee(session, "售后专员").id, first_contact_at=AT)  # fmt: skip
    made(
        session, "sla_clock", entity="ticket", entity_id=key, target=Target.FIRST_SOLUTION, clause="A3.1", terms={},
        started_at=AT, due_at=DUE, told_from_at=told_from, pauses=[], status=status, stopped_at=stopped,
        breach_minutes=60 if status is ClockStatus.BREACHED else 0,
    )  # fmt: skip
    session.commit()
    return key


@pytest.mark.parametrize(
    "facts, count",
    [
        ({}, 1),
        ({"escalated": DUE - HOUR}, 0),
        ({"escalated": DUE + timedelta(minutes=1)}, 1),
        ({"status": ClockStatus.MET, "stopped": DUE - HOUR}, 0),
        ({"status": ClockStatus.BREACHED, "stopped": DUE + HOUR}, 1),
        ({"status": ClockStatus.PAUSED}, 0),
        ({"told_from": DUE + DAY}, 0),
    ],
)
def test_a_ticket_comes_up_that_was_neither_solved_nor_handed_over_in_time(session, facts, count):
    key = ticket_late(session, **facts)
    assert run(session, DUE + 2 * HOUR) == count
    assert [(one.source_entity, one.source_id) for one in slips(session)] == [("ticket", key)] * count


def test_what_is_long_past_is_left_alone(session):
    asked_to_confirm(session)
    passed_on(session)
    assert run(session, DUE + 15 * DAY) == 0


def test_who_left_is_not_waited_for_and_an_unknown_record_is_passed_over(session):
    asked_to_confirm(session, ("装配一",))
    with doing(session, "hr", AT):
        employee(session, "装配一").left_on = (AT + DAY).date()
        session.add(ReadReceipt(entity="delivery", entity_id=1, employee_id=employee(session, "车工一").id, due_at=DUE))
        session.add(ReadReceipt(entity="notice", entity_id=99, employee_id=employee(session, "车工一").id, due_at=DUE))
    assert run(session, DUE + HOUR) == 0


def test_hr_and_the_quality_manager_are_told_and_he_dismisses_it_for_good(any_session):
    session = any_session
    asked_to_confirm(session)
    run(session, DUE + HOUR)
    (one,) = slips(session)
    told = session.scalars(
        select(Delivery.recipient_id)
        .join(Event, Event.seq == Delivery.event_seq)
        .where(Event.entity == "accountability_case", Event.entity_id == one.id)
    ).all()
    assert {employee(session, "质量经理").id, employee(session, "人事专员").id} <= set(told)
    with pytest.raises(NotYours):
        perform(session, one, "dismiss", "production_manager", DUE + DAY, note="出差")
    perform(session, one, "dismiss", "quality_manager", DUE + DAY, note="当日出差，已补阅")
    assert run(session, DUE + 2 * DAY) == 0
    assert len(slips(session)) == 1


def test_nothing_is_deducted_and_nobody_is_asked_before_somebody_names_whom_it_concerns(session):
    asked_to_confirm(session)
    run(session, DUE + HOUR)
    (one,) = slips(session)
    perform(session, one, "investigate", "hr", DUE + DAY)
    with pytest.raises(RuleBroken):
        perform(session, one, "ask_statements", "hr", DUE + DAY, decider=employee(session, "技术经理"))
    assert session.scalar(select(func.count()).select_from(RewardPenalty)) == 0
    assert sum((each.share_percent for each in one.persons), Decimal(0)) == 0


def test_the_worker_does_it(session):
    asked_to_confirm(session)
    session.rollback()
    assert remind(session, DUE + HOUR)["propose_slips"] == 1
