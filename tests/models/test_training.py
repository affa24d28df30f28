"""Revision, exam, qualification, who may work: the whole chain through the verbs (P2.2, P2.3)."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.actions import file_of
from models.base import COMPANY_ZONE, previews
from models.event import Delivery, Event
from models.process import DocumentRevision
from models.receipts import confirm, receipt_of
from models.regulation.evidence import Asked, counted
from models.reminding import remind
from models.training import ExamAttempt, Qualification, TrainingObligation
from rules.base import NotYours, Person, Role, RuleBroken
from rules.process import ChangeClass
from rules.training.kinds import Answer
from tests.models.acts import doing, perform
from tests.models.training_world import (
    AT,
    answer,
    approved_exam,
    document_of,
    held,
    hired,
    needs_qualification,
    owed,
    planned,
    post_of,
    qualified,
    released,
    required,
    sat,
    unsettled,
)
from tests.world import person

DAY = timedelta(days=1)


def state(session):
    """Obligations, qualifications and what was told, as far as a second run must not change it."""
    session.expire_all()
    duties = session.execute(select(TrainingObligation.id, TrainingObligation.status, TrainingObligation.due_on)).all()
    held_ = session.execute(select(Qualification.id, Qualification.status, Qualification.version_no)).all()
    told = session.execute(
        select(Event.action, Delivery.recipient_id)
        .join(Delivery, Delivery.event_seq == Event.seq)
        .where(Event.entity.in_(("qualification", "training_obligation", "post_assignment", "exam")))
    )
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
    with pytest.raises(RuleBroken, match="stale"):
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


def test_who_reads_here_has_confirmed_the_reading_and_who_confirmed_it_there_owes_nothing_here(session):
    _, _, _, people = qualified(session)
    revision = released(session, change_class="minor", rev_no="A/1")
    (duty,), (other,) = unsettled(session, people[0]), unsettled(session, people[1])
    assert (duty.mode, duty.suspends) == ("read", True)
    with doing(session, Person(None, people[0].id, {Role.EMPLOYEE: None}), AT + DAY) as act:
        duty.perform("confirm_read", act=act)
    assert receipt_of(session, revision, people[0].id) is None
    with doing(session, Person(None, people[1].id, {Role.EMPLOYEE: None}), AT + DAY) as act:
        confirm(session, receipt_of(session, revision, people[1].id).id, act)
    remind(session, AT + 2 * DAY)
    assert [one.status for one in (duty, other)] == ["satisfied", "satisfied"]
    late = AT + 15 * DAY
    remind(session, late)
    assert [held(session, one).status for one in people[:3]] == ["qualified", "qualified", "suspended"]


def test_an_ending_is_told_three_times_and_its_renewal_is_owed_once(session):
    _, exam, _, people = qualified(session, validity_months=3, names=("车工甲",))
    ends = held(session, people[0]).valid_until_on
    assert ends == date(2027, 1, 27)
    for days in (90, 60, 30, 29, 7, 1):
        remind(session, AT.replace(year=2027, month=1, day=27) - days * DAY)
    told = session.scalars(select(Event.seq).where(Event.action == "ends_soon")).all()
    assert len(told) == 3
    (duty,) = unsettled(session, people[0])
    assert (duty.reason, duty.due_on) == ("expiry", ends)
    assert answer(session, people[0], AT.replace(year=2027, month=1, day=27)).answer is Answer.YES
    after = AT.replace(year=2027, month=1, day=28)
    assert "expired" in answer(session, people[0], after).codes
    remind(session, after)
    assert held(session, people[0]).status == "lapsed"
    sat(session, exam, people[0], at=after + DAY)
    assert held(session, people[0]).status == "qualified"
    assert held(session, people[0]).valid_until_on == date(2027, 4, 29)


def test_quality_stops_at_once_and_only_a_lifting_frees(session):
    _, _, _, people = qualified(session)
    one = held(session, people[0])
    with pytest.raises(NotYours):
        perform(session, one, "stop", "hr", AT, note="违章")
    perform(session, one, "stop", "quality_manager", AT, note="未戴护目镜")
    assert (held(session, people[0]).status, answer(session, people[0], AT + DAY).codes) == ("suspended", ("held",))
    perform(session, one, "lift", "quality_manager", AT + 2 * DAY, note="已教育")
    assert held(session, people[0]).status == "qualified"
    assert answer(session, people[0], AT + DAY).answer is Answer.NO
    released(session, at=AT + 3 * DAY)
    remind(session, AT + 30 * DAY)
    with pytest.raises(RuleBroken, match="what is owed must be done first"):
        perform(session, one, "lift", "quality_manager", AT + 31 * DAY, note="x")
    perform(session, one, "revoke", "hr_manager", AT + 31 * DAY, note="x", case_no="ZR-2026-99999")
    with pytest.raises(RuleBroken, match="upheld"):
        perform(session, one, "revoke", "technical_manager", AT + 31 * DAY, note="x", case_no="ZR-2026-99999")


def test_who_moves_leaves_his_qualification_behind_and_owes_the_new_post(session):
    _, _, _, people = qualified(session)
    who = people[0]
    perform(session, who, "move", "hr", AT, post=post_of(session, "P-SC2"), team=None, effective_on=AT.date())
    assert held(session, who).status == "closed"
    assert answer(session, who, AT + DAY).answer is Answer.NO
    assert answer(session, who, AT - DAY).answer is Answer.YES
    perform(session, people[1], "leave", "hr", AT, note="个人原因")
    assert held(session, people[1]).status == "closed"
    assert "left" in answer(session, people[1], AT + DAY).codes


def test_a_newcomer_owes_the_induction_and_his_post_and_nobody_is_asked_twice(session):
    needs_qualification(session)
    required(session, approved_exam(session), practical_required=True)
    (who,) = hired(session, "新来的", at=AT - DAY, on=(AT - DAY).date())
    remind(session, AT)
    assert [(one.reason, one.mode, one.due_on) for one in unsettled(session, who)] == [
        ("new_hire", "train", date(2026, 11, 23)),
        ("new_hire", "exam_practical", date(2026, 11, 23)),
    ]
    assert held(session, who).status == "candidate"
    once = state(session)
    remind(session, AT + timedelta(minutes=1))
    assert state(session) == once


def test_an_exception_is_asked_approved_counted_in_days_and_ends_by_itself(session):
    post, _, _, people = qualified(session)
    (green,) = hired(session, "生手", at=AT)
    one = planned(session, green, mentor=people[0], kind="temporary")
    with pytest.raises(RuleBroken, match="may not take up"):
        perform(session, one, "activate", "production_manager", AT)
    asked = {"exception_reason": "赶交期", "exception_until_on": "2026-11-21"}
    with pytest.raises(RuleBroken, match="at most 5 days"):
        perform(session, one, "ask_exception", "production_manager", AT, **asked)
    asked["exception_until_on"] = "2026-11-20"
    perform(session, one, "ask_exception", "production_manager", AT, **asked)
    with pytest.raises(NotYours):
        perform(session, one, "approve_exception", "production_manager", AT, note="同意")
    perform(session, one, "approve_exception", "technical_manager", AT, note="同意")
    perform(session, one, "activate", "production_manager", AT)
    assert (one.status, one.gate["answer"]) == ("active", "supervised")
    assert answer(session, green, AT + DAY).codes[0] == "exception"
    remind(session, AT + 4 * DAY)
    assert one.status == "active"
    remind(session, AT + 5 * DAY)
    session.expire_all()
    assert one.status == "blocked"
    assert post.requires_qualification


def test_whoever_is_suspended_is_taken_off_his_post_and_comes_back(session):
    _, exam, _, people = qualified(session)
    one = planned(session, people[0])
    perform(session, one, "activate", "production_manager", AT)
    released(session, at=AT + DAY)
    session.expire_all()
    assert one.status == "blocked"  # only supervised, and nobody beside him
    perform(session, exam, "approve", "technical_manager", AT + DAY)
    sat(session, exam, people[0], at=AT + 2 * DAY)
    session.expire_all()
    assert one.status == "active"


def test_withdrawing_a_revision_stops_the_work_and_what_was_to_be_learnt(session):
    _, exam, _, people = qualified(session)
    revision = released(session, at=AT)
    document = document_of(session)
    assert answer(session, people[0], AT + DAY, document=document).answer is Answer.SUPERVISED
    for login in ("technical_manager", "quality_manager"):
        perform(session, revision, "withdraw", login, AT + DAY, note="安全隐患")
    assert unsettled(session, people[0]) == []
    assert answer(session, people[0], AT + 2 * DAY, document=document).codes == ("no_revision_in_force",)
    assert held(session, people[0]).status == "qualified"
    assert exam.status == "stale"


def test_two_waive_what_is_owed_and_neither_alone(session):
    _, _, _, people = qualified(session)
    released(session, at=AT)
    (duty,) = unsettled(session, people[0])
    perform(session, duty, "waive", "technical_manager", AT + DAY, note="已另行考核")
    assert duty.status == "open"
    perform(session, duty, "waive", "hr_manager", AT + DAY, note="同意")
    assert (duty.status, held(session, people[0]).status) == ("waived", "qualified")


def test_who_is_late_is_not_freed_by_the_next_revision(session):
    _, _, _, people = qualified(session)
    released(session, at=AT)
    remind(session, AT + 11 * DAY)
    assert held(session, people[0]).status == "suspended"
    released(session, at=AT + 12 * DAY, rev_no="C/0")
    (duty,) = unsettled(session, people[0])
    assert duty.due_on == date(2026, 11, 26)
    assert held(session, people[0]).status == "suspended"


def test_what_a_release_will_do_is_said_before(session):
    qualified(session)
    manager, revision = person(session, "technical_manager"), session.scalar(select(DocumentRevision))
    with session.no_autoflush:
        revision.change_class = ChangeClass.MAJOR
        said = [one.text("en") for one in previews(revision, "release", manager)]
    session.rollback()
    assert any("will owe until" in one and "车工甲" in one for one in said)
    assert any("only supervised until then" in one for one in said)
    assert any("goes stale" in one for one in said)


def test_every_result_and_training_goes_into_the_file_and_a_correction_reverses_it(session):
    _, exam, _, people = qualified(session, names=("车工甲",))
    first = session.scalar(select(ExamAttempt).where(ExamAttempt.employee_id == people[0].id))
    sat(
        session, exam, people[0], score=70, at=AT, taken_on=first.taken_on, corrects=first, correction_reason="登分错误"
    )
    kinds = [str(one.kind) for one in file_of(session, people[0].id)]
    assert kinds.count("exam") == 3  # the result, what takes it back, the right one
    assert "qualification" in kinds
    assert held(session, people[0]).status == "lapsed"


def test_the_board_counts_what_is_owed_who_is_qualified_and_what_is_confirmed(session):
    qualified(session)
    released(session, at=AT)
    at = AT + 11 * DAY
    found = counted(session, ["P2.1", "P2.2", "P2.3", "P2.4", "A1.2"], Asked.now(at))
    numbers = {name: {str(side): n for side, n in those[0].numbers.items()} for name, those in found.items()}
    assert numbers["P2.2"] == {"done": 5, "due": 0, "overdue": 9}  # four more hold the post and never passed
    assert numbers["P2.3"] == {"done": 0, "due": 9, "overdue": 0}
    assert numbers["P2.4"] == {"done": 5, "due": 0}
    assert numbers["P2.1"]["overdue"] == numbers["A1.2"]["overdue"] == 0
