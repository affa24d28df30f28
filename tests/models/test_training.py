"""Revision, exam, qualification, who may work: the whole chain through the verbs (P2.2, P2.3)."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.base import COMPANY_ZONE
from models.event import Delivery, Event
from models.reminding import remind
from models.training import Qualification, TrainingObligation
from rules.base import NotYours, RuleBroken
from rules.training.kinds import Answer
from tests.models.acts import perform
from tests.models.training_world import (
    AT,
    answer,
    approved_exam,
    held,
    hired,
    needs_qualification,
    owed,
    planned,
    qualified,
    released,
    required,
    sat,
    unsettled,
)

DAY = timedelta(days=1)


def state(session):
    """Obligations, qualifications and what was told, as far as a second run must not change it."""
    session.expire_all()
    duties = session.execute(select(TrainingObligation.id, TrainingObligation.status, TrainingObligation.due_on)).all()
    held_ = session.execute(select(Qualification.id, Qualification.status, Qualification.version_no)).all()
    told = session.execute(select(Event.action, Delivery.recipient_id).join(Delivery, Delivery.event_seq == Event.seq))
    return duties, held_, Counter(told.all())


def test_five_are_qualified_a_major_revision_comes_two_pass_three_are_suspended_once(any_session):
    session = any_session
    _, exam, _, people = qualified(session)
    assert [held(session, one).status for one in people] == ["qualified"] * 5
    released(session, at=AT)  # ten days of grace: until the 26th, its whole day
    duties = [one for who in people for one in unsettled(session, who)]
    assert [(one.mode, one.reason, one.due_on) for one in duties] == [
        ("exam_practical", "revision", date(2026, 11, 26))
    ] * 5
    assert {held(session, one).status for one in people} == {"limited"}
    assert exam.status == "stale"
    alone = planned(session, people[0])
    with pytest.raises(RuleBroken, match="Only supervised work is allowed"):
        perform(session, alone, "activate", "production_manager", AT)
    with pytest.raises(RuleBroken, match=r"not approved|stale|valid"):
        refuse_stale(session, exam, people[0])
    perform(session, exam, "approve", "technical_manager", AT + DAY)
    for one in people[:2]:
        sat(session, exam, one, at=AT + 2 * DAY)
    assert [held(session, one).status for one in people] == ["qualified"] * 2 + ["limited"] * 3
    last = AT.replace(day=26, hour=15, minute=59)  # 23:59 in the factory
    remind(session, last)
    assert [answer(session, one, last).answer for one in people[2:]] == [Answer.SUPERVISED] * 3
    night = AT.replace(day=26, hour=16, minute=1)  # 00:01 of the day after
    assert [answer(session, one, night).answer for one in people[2:]] == [Answer.NO] * 3
    assert [answer(session, one, night).answer for one in people[:2]] == [Answer.YES] * 2
    remind(session, night)
    assert [held(session, one).status for one in people] == ["qualified"] * 2 + ["suspended"] * 3
    told = session.execute(
        select(Delivery.due_at, Delivery.recipient_id)
        .join(Event, Event.seq == Delivery.event_seq)
        .where(Event.entity == "qualification", Event.action == "suspend")
    ).all()
    hours = {at.astimezone(COMPANY_ZONE).hour for at, _ in told}
    assert hours == {8}
    assert {one.id for one in people[2:]} <= {who for _, who in told}
    once = state(session)
    remind(session, night)
    remind(session, night + 3 * DAY)
    assert state(session) == once


def refuse_stale(session, exam, who):
    from models.training.exams import refuse_invalid

    refuse_invalid(exam, (AT + DAY).date())


def test_two_missed_nights_leave_the_same_rows(session):
    _, _, _, people = qualified(session)
    released(session, at=AT)
    remind(session, AT.replace(day=28))
    assert [held(session, one).status for one in people] == ["suspended"] * 5
    at = session.scalars(select(Event.at).where(Event.entity == "qualification", Event.action == "suspend")).all()
    assert {one.astimezone(COMPANY_ZONE).replace(tzinfo=None).isoformat() for one in at} == {"2026-11-27T00:00:00"}


def test_an_editorial_release_only_asks_for_reading(session):
    _, exam, _, people = qualified(session)
    released(session, change_class="editorial", rev_no="A/1")
    (duty,) = unsettled(session, people[0])
    assert (duty.mode, duty.suspends) == ("read", False)
    assert exam.status == "approved"
    later = AT + 30 * DAY
    remind(session, later)
    assert {held(session, one).status for one in people} == {"qualified"}
    assert answer(session, people[0], later).answer is Answer.YES


@pytest.mark.parametrize(
    "grace_mode,status,given",
    [("supervised", "limited", Answer.SUPERVISED), ("full", "qualified", Answer.YES), ("none", "suspended", Answer.NO)],
)
def test_the_grace_mode_of_the_post_decides_while_the_exam_is_owed(session, grace_mode, status, given):
    _, _, _, people = qualified(session, grace_mode=grace_mode)
    released(session)
    assert held(session, people[0]).status == status
    found = answer(session, people[0], AT + DAY)
    assert found.answer is given
    assert found.codes


def test_past_moments_answer_as_they_were(session):
    _, exam, _, people = qualified(session)
    released(session, at=AT)
    perform(session, exam, "approve", "technical_manager", AT + DAY)
    sat(session, exam, people[0], at=AT + 3 * DAY)
    who = people[0]
    assert answer(session, who, AT - 30 * DAY).answer is Answer.NO
    assert answer(session, who, AT - DAY).answer is Answer.YES
    assert answer(session, who, AT + 2 * DAY).answer is Answer.SUPERVISED
    assert answer(session, who, AT + 4 * DAY).answer is Answer.YES


def test_nobody_confirms_what_he_entered_or_sat(session):
    people = hired(session, "车工甲")
    needs_qualification(session)
    exam = approved_exam(session)
    attempt = sat(session, exam, people[0], confirm=False)
    with pytest.raises(NotYours):
        perform(session, attempt, "confirm", "hr", AT)
    perform(session, attempt, "confirm", "hr_manager", AT)
    assert attempt.result == "pass"


def test_attempts_used_up_suspend_from_the_day_after_and_a_new_training_opens_a_round(session):
    _, exam, _, people = qualified(session)
    released(session, at=AT)
    perform(session, exam, "approve", "technical_manager", AT)
    who = people[0]
    for days in (1, 4, 7):
        sat(session, exam, who, at=AT + days * DAY, score=50)
    duty = unsettled(session, who)[-1]
    assert duty.reason == "failed_attempts"
    assert answer(session, who, AT + 7 * DAY).answer is Answer.SUPERVISED
    assert "attempts_used_up" in answer(session, who, AT + 8 * DAY).codes
    remind(session, AT + 8 * DAY)
    assert held(session, who).status == "suspended"


def test_a_correction_is_a_new_row_and_runs_the_effects_again(session):
    _, exam, _, people = qualified(session)
    who = people[0]
    released(session, at=AT)
    perform(session, exam, "approve", "technical_manager", AT)
    wrong = sat(session, exam, who, at=AT + DAY)
    assert held(session, who).status == "qualified"
    right = sat(
        session,
        exam,
        who,
        at=AT + 2 * DAY,
        taken_on=wrong.taken_on,
        score=70,
        corrects=wrong,
        correction_reason="登分错误",
    )
    session.expire_all()
    assert (wrong.status, wrong.result, right.result) == ("voided", "void", "fail")
    assert held(session, who).status == "limited"
    assert [one.status for one in owed(session, who)][-2:] == ["satisfied", "open"]
    assert answer(session, who, AT + DAY + timedelta(hours=1)).answer is Answer.YES


def test_a_requirement_that_nobody_meets_yet_is_owed_by_everybody_at_the_post(session):
    people = hired(session, "车工甲", "车工乙")
    needs_qualification(session)
    exam = approved_exam(session, practical=None)
    required(session, exam)
    assert [[one.mode for one in unsettled(session, who)] for who in people] == [["exam"], ["exam"]]
    assert {held(session, one).status for one in people} == {"candidate"}
    sat(session, exam, people[0], practical=None)
    assert [held(session, one).status for one in people] == ["qualified", "candidate"]
    assert held(session, people[0]).certificate_no.startswith("SGZ-2026-")
    assert held(session, people[0]).valid_until_on == date(2028, 10, 27)
