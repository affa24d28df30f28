"""Spot checks: what they raise, how a re-check proves, what voiding takes back (P3.2)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.actions import ActionItem
from models.base import Act, Source, previews
from models.journal import acting
from models.process import DocumentRevision, ProcessDocument
from models.quality import SpotCheck, awaiting_recheck
from models.regulation import Figure, SlaPolicy
from rules.base import NotYours, RuleBroken, Unset
from tests.models.acts import (
    DAY,
    HOUR,
    LATER,
    action_of,
    checked,
    close_period,
    doing,
    draft,
    events,
    item,
    last_seq,
    perform,
    put_right,
    rechecked,
)
from tests.world import AT, employee, person


def only(check):
    found = check.raised()
    assert len(found) == 1
    return found[0]


def fresh(session, *, at=LATER, question="倒角", **more):
    """A failing check of something that never failed before, and its rectification."""
    check = checked(session, [item(session, question=question, **more)], at=at)
    return check, only(check)


# What a check raises


def test_a_passing_check_is_closed_and_raises_nothing(any_session):
    check = checked(any_session, [item(any_session, ok=True), item(any_session, verdict="ok", question="点检")])
    assert (check.status, check.raised(), check.ng_qty) == ("closed", [], 0)


def test_each_failing_item_is_put_right_by_the_checked_person_or_whom_the_inspector_names(any_session, world):
    check = checked(
        any_session,
        [
            item(any_session, question="倒角"),
            item(any_session, ok=True, question="内径"),
            item(
                any_session,
                question="毛刺",
                verdict="ng",
                severity_if_ng="critical",
                responsible_id=world.other_worker,
                problem="",
            ),
        ],
    )
    first, second = check.raised()
    assert check.status == "submitted"
    assert check.ng_qty == 2
    assert (first.responsible_id, first.severity, first.description) == (world.worker, "minor", "倒角：超上差")
    assert (second.responsible_id, second.severity, second.description) == (world.other_worker, "critical", "毛刺")
    for one in (first, second):
        assert (one.kind, one.status, one.clause, one.department_id) == (
            "rectification",
            "open",
            "P3.2",
            check.department_id,
        )
        assert (one.raiser_id, one.opened_at, one.is_repeat) == (check.inspector_id, LATER, False)
        assert one.due_at == one.original_due_at


def test_a_failing_item_that_names_nobody_is_not_accepted(session):
    with pytest.raises(RuleBroken, match="Item 1 failed") as refusal:
        checked(session, [item(session, who=None)])
    assert (refusal.value.field, refusal.value.clause) == ("items", "P3.2")


def test_an_item_has_a_verdict_or_a_reading(session):
    with pytest.raises(RuleBroken, match="Item 2 has neither"):
        checked(session, [item(session, ok=True), item(session, verdict=None)])
    with pytest.raises(RuleBroken, match="at least one judged"):
        checked(session, [])


def test_the_reading_overrules_the_word(session):
    check = draft(session, [item(session, value=Decimal("5.01"))])
    with doing(session, "quality_inspector"):
        check.items[0].verdict = "ok"
    perform(session, check, "submit", "quality_inspector")
    assert check.items[0].verdict == "ng"


def test_nobody_checks_himself_and_nobody_checks_tomorrow(session):
    inspector = session.get_one(SpotCheck, 1).inspector.name
    with pytest.raises(RuleBroken, match="their own work"):
        checked(session, [item(session, who=inspector, ok=True)])
    with pytest.raises(RuleBroken, match="future"):
        checked(session, [item(session, ok=True)], checked_at=LATER + timedelta(seconds=1))


def test_only_the_inspector_hands_his_check_in(session):
    check = draft(session, [item(session, ok=True)])
    for login in ("quality_inspector2", "quality_manager", "admin", "employee"):
        with pytest.raises(NotYours):
            perform(session, check, "submit", login)


def test_a_check_keeps_the_revision_that_was_in_force_when_it_was_made(any_session):
    document = any_session.scalar(select(ProcessDocument))
    released = any_session.scalar(select(DocumentRevision))
    now, before = (
        checked(any_session, [item(any_session, ok=True)], document=document, checked_at=at)
        for at in (released.released_at, released.released_at - timedelta.resolution)
    )
    assert now.revision_id == released.id
    assert before.revision_id is None


def test_what_follows_is_said_before_the_check_is_handed_in(session):
    inspector = person(session, "quality_inspector")

    def said(check):
        return [str(one) for one in previews(check, "submit", inspector)]

    first = draft(session, [item(session, verdict="ng", question="倒角"), item(session, verdict="ok")])
    assert said(first) == ["“倒角” opens a rectification for 车工一 20001."]
    assert said(draft(session, [item(session, verdict="ok")])) == []
    _, action = fresh(session)
    put_right(session, action, LATER + HOUR)
    for verdict, words in (("ok", "is verified"), ("ng", "another round")):
        check = draft(session, [item(session, verdict=verdict)], kind="recheck", rechecks_round_id=action.last_round.id)
        (line,) = said(check)
        assert words in line


# Limits and figures


@pytest.mark.parametrize(
    "opened,severity,due",
    [  # 2026-10-01, a Thursday, is a holiday; 2026-11-20 is a Friday; closing is at 17:30 in Shanghai
        ((2026, 9, 29), "critical", (2026, 9, 30)), ((2026, 9, 30), "critical", (2026, 10, 2)),
        ((2026, 9, 30), "major", (2026, 10, 5)), ((2026, 9, 30), "minor", (2026, 10, 6)),
        ((2026, 10, 1), "critical", (2026, 10, 2)), ((2026, 11, 20), "minor", (2026, 11, 25)),
        ((2026, 11, 21), "critical", (2026, 11, 23)),
    ],
)  # fmt: skip
def test_a_rectification_is_due_by_severity_on_the_working_calendar(any_session, opened, severity, due):
    _, action = fresh(any_session, at=datetime(*opened, 2, tzinfo=UTC), severity_if_ng=severity)
    assert action.due_at == datetime(*due, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("missing", ["limit", "amount", "figure"])
def test_what_the_company_has_not_set_is_refused_by_its_clause(any_session, missing):
    with doing(any_session, "admin"):
        if missing == "figure":
            any_session.scalar(select(Figure)).voided_at = LATER
        for policy in any_session.scalars(select(SlaPolicy)).all():
            if missing == "limit":
                policy.to_on = policy.from_on
            if missing == "amount":
                policy.amount = None
    since = last_seq(any_session)
    with pytest.raises(Unset, match=r"clause P3\.2") as refusal:
        fresh(any_session)
    assert refusal.value.clause == "P3.2"
    assert [one.action for one in events(any_session, since)] == ["create"]
    assert len(any_session.scalars(select(ActionItem)).all()) == 2


def test_history_from_before_the_figure_is_taken_in_as_it_was(session, world):
    """What the ledger says was due is due; nothing is asked that nobody had set."""
    with doing(session, "admin"):
        session.delete(session.scalar(select(Figure)))
    line = item(session)
    check = draft(session, [line], at=AT)
    line.agreed_due_at = AT + DAY
    act = Act(person(session, "quality_inspector"), AT, Source.IMPORT, recorded_at=LATER)
    with acting(session, act):
        check.perform("submit", act=act)
        session.commit()
    assert (only(check).due_at, only(check).is_repeat) == (AT + DAY, False)


# What came again


def again(session, *, after=DAY, area="SC1", login="quality_inspector", question="外径尺寸", who="车工一", **more):
    at = AT + after
    return only(checked(session, [item(session, question=question, who=who, **more)], area=area, login=login, at=at))


def test_what_came_again_is_one_step_more_severe(any_session):
    assert (again(any_session).severity, again(any_session, severity_if_ng="major").severity) == ("major", "critical")
    assert again(any_session).is_repeat


def test_it_comes_again_within_so_many_days_of_the_check(session):
    assert again(session, after=timedelta(days=30)).is_repeat
    assert not again(session, after=timedelta(days=61)).is_repeat


def test_another_item_another_post_a_draft_and_what_was_voided_are_no_repetition(any_session, world):
    assert not again(any_session, question="倒角").is_repeat
    draft(any_session, [item(any_session, question="毛刺")])
    assert not again(any_session, question="毛刺").is_repeat
    assert not again(any_session, question="内径", verdict="ng").is_repeat
    other = again(any_session, question="内径", area="SC2", login="quality_inspector3", who="装配一")
    assert not other.is_repeat
    perform(any_session, any_session.get_one(SpotCheck, world.check), "void", "quality_manager", note="误检")
    assert not again(any_session).is_repeat


def test_a_passing_item_is_no_failure_before(session):
    checked(session, [item(session, question="粗糙度", ok=True)])
    assert not again(session, question="粗糙度", after=2 * DAY).is_repeat


# Proof


def test_a_passing_recheck_closes_the_rectification_and_then_the_check(any_session):
    check, action = fresh(any_session)
    put_right(any_session, action, LATER + HOUR)
    assert awaiting_recheck(action)
    proof = rechecked(any_session, action, LATER + 2 * HOUR)
    assert (action.status, check.status, proof.status) == ("closed", "closed", "closed")
    assert action.closed_at == LATER + 2 * HOUR
    last = action.last_round
    assert (last.result, last.checked_at, last.checked_by_id) == ("passed", LATER + 2 * HOUR, proof.inspector_id)
    assert not awaiting_recheck(action)


def test_a_check_waits_for_its_last_rectification(session):
    check = checked(session, [item(session, question="倒角"), item(session, question="毛刺")])
    first, second = check.raised()
    put_right(session, first, LATER + HOUR)
    rechecked(session, first, LATER + 2 * HOUR)
    assert (first.status, check.status) == ("closed", "submitted")
    perform(session, second, "cancel", "quality_manager", LATER + 2 * HOUR, note="重复")
    assert check.status == "closed"


def test_a_failing_recheck_returns_it_and_the_next_round_gets_its_own_time(any_session):
    check, action = fresh(any_session)
    put_right(any_session, action, LATER + HOUR)
    rechecked(any_session, action, LATER + 2 * HOUR, ok=False)
    assert (action.status, action.last_round.result, check.status) == ("returned", "failed", "submitted")
    first_due = action.due_at
    perform(any_session, action, "start", "employee", LATER + 10 * DAY)
    assert action.due_at == datetime(2026, 12, 2, 9, 30, tzinfo=UTC)  # three working days after Friday the 27th
    assert action.original_due_at == first_due
    put_right(any_session, action, LATER + 10 * DAY + HOUR)
    assert [one.round_no for one in action.rounds] == [1, 2]
    rechecked(any_session, action, LATER + 11 * DAY)
    assert (action.status, check.status, [one.result for one in action.rounds]) == (
        "closed",
        "closed",
        ["failed", "passed"],
    )


def test_a_failing_recheck_raises_nothing_new(session):
    _, action = fresh(session)
    put_right(session, action, LATER + HOUR)
    again_failed = rechecked(session, action, LATER + 2 * HOUR, ok=False)
    assert (again_failed.raised(), again_failed.status) == ([], "closed")


@pytest.mark.parametrize("difference", [timedelta(0), -timedelta.resolution, -HOUR])
def test_a_recheck_is_later_than_the_submission(any_session, difference):
    _, action = fresh(any_session)
    submitted = LATER + 2 * HOUR
    put_right(any_session, action, submitted)
    with pytest.raises(RuleBroken, match="after the last submission") as refusal:
        rechecked(any_session, action, LATER + 3 * HOUR, checked_at=submitted + difference)
    assert refusal.value.field == "checked_at"
    assert (action.status, action.last_round.result, action.last_round.checked_at) == ("submitted", None, None)


def test_who_put_it_right_does_not_recheck_it(any_session):
    """An inspector whom a rectification falls to hands it in like everybody else."""
    inspector = person(any_session, "quality_inspector2")
    check = checked(any_session, [item(any_session, question="量具校准", responsible_id=inspector.employee_id)])
    action = only(check)
    put_right(any_session, action, LATER + HOUR, "quality_inspector2")
    with pytest.raises(RuleBroken, match="may not re-check") as refusal:
        rechecked(any_session, action, LATER + 2 * HOUR)
    assert (refusal.value.field, refusal.value.clause) == ("inspector", "P3.2")
    assert action.status == "submitted"
    rechecked(any_session, action, LATER + 2 * HOUR, login="quality_inspector")
    assert action.status == "closed"


def test_only_the_last_round_is_rechecked_and_once(any_session):
    _, action = fresh(any_session)
    put_right(any_session, action, LATER + HOUR)
    first = action.last_round
    rechecked(any_session, action, LATER + 2 * HOUR, ok=False)
    perform(any_session, action, "start", "employee", LATER + 3 * HOUR)
    put_right(any_session, action, LATER + 4 * HOUR)
    with pytest.raises(RuleBroken, match="last round"):
        rechecked(any_session, action, LATER + 5 * HOUR, the_round=first)
    rechecked(any_session, action, LATER + 5 * HOUR)
    assert action.status == "closed"
    with pytest.raises((RuleBroken, IntegrityError)):
        rechecked(any_session, action, LATER + 6 * HOUR)
    any_session.rollback()


def test_a_recheck_without_its_round_is_none(any_session):
    with pytest.raises(IntegrityError, match="recheck_has_round"):
        draft(any_session, [item(any_session)], kind="recheck")
    any_session.rollback()


@pytest.mark.parametrize("severity,question", [("major", "倒角"), ("critical", "倒角"), ("minor", "外径尺寸")])
def test_what_was_serious_or_came_again_is_watched_before_it_is_closed(any_session, severity, question):
    check, action = fresh(any_session, severity_if_ng=severity, question=question)
    put_right(any_session, action, LATER + HOUR)
    rechecked(any_session, action, LATER + 2 * HOUR)
    assert (action.status, check.status, action.closed_at) == ("watching", "submitted", None)
    perform(any_session, action, "find_ineffective", "quality_inspector", LATER + DAY, note="又出现了")
    assert action.status == "returned"
    perform(any_session, action, "start", "employee", LATER + DAY)
    put_right(any_session, action, LATER + DAY + HOUR)
    rechecked(any_session, action, LATER + DAY + 2 * HOUR)
    perform(any_session, action, "find_effective", "quality_inspector", LATER + 2 * DAY)
    assert (action.status, check.status, action.closed_at) == ("closed", "closed", LATER + 2 * DAY)


def test_no_hand_verifies_what_a_check_raised(session):
    _, action = fresh(session)
    put_right(session, action, LATER + HOUR)
    for verb in ("verify", "confirm", "return", "close", "watch"):
        for login in ("quality_inspector2", "quality_manager", "general_manager", "admin", "employee"):
            with pytest.raises(RuleBroken):
                perform(session, action, verb, login, LATER + 2 * HOUR, note="x")


# Voiding


def test_voiding_cancels_what_the_check_raised_and_counts_it_no_more(any_session, world):
    check, action = any_session.get_one(SpotCheck, world.check), action_of(any_session, world)
    perform(any_session, action, "accept", "employee")
    perform(any_session, check, "void", "quality_manager", note="抽错了批次")
    assert (check.status, action.status) == ("voided", "cancelled")
    manager = person(any_session, "quality_manager").account_id
    assert (check.voided_at, check.voided_by_id, check.void_reason) == (LATER, manager, "抽错了批次")


def test_voiding_leaves_alone_what_was_put_right_already(session):
    check, action = fresh(session)
    put_right(session, action, LATER + HOUR)
    rechecked(session, action, LATER + 2 * HOUR)
    perform(session, check, "void", "quality_manager", LATER + DAY, note="x")
    assert (check.status, action.status) == ("voided", "closed")


@pytest.mark.parametrize("severity,ok", [("minor", True), ("major", True), ("minor", False)])
def test_a_voided_recheck_proves_nothing_any_more(any_session, severity, ok):
    """What it closed, let be watched or returned waits for a re-check again, and the check for it."""
    check, action = fresh(any_session, severity_if_ng=severity)
    put_right(any_session, action, LATER + HOUR)
    proof = rechecked(any_session, action, LATER + 2 * HOUR, ok=ok)
    perform(any_session, proof, "void", "quality_manager", LATER + DAY, note="量具未校准")
    assert (proof.status, action.status, check.status, action.closed_at) == ("voided", "submitted", "submitted", None)
    last = action.last_round
    assert (last.result, last.checked_at, last.checked_by_id) == (None, None, None)
    rechecked(any_session, action, LATER + 2 * DAY)
    assert action.status == ("closed" if severity == "minor" else "watching")


def test_a_voided_recheck_of_an_earlier_round_moves_nothing(session):
    _, action = fresh(session)
    put_right(session, action, LATER + HOUR)
    failed = rechecked(session, action, LATER + 2 * HOUR, ok=False)
    perform(session, action, "start", "employee", LATER + 3 * HOUR)
    perform(session, failed, "void", "quality_manager", LATER + 4 * HOUR, note="x")
    assert action.status == "in_progress"


def test_voiding_wants_the_manager_and_a_reason(session, world):
    check = session.get_one(SpotCheck, world.check)
    with pytest.raises(RuleBroken, match="reason"):
        perform(session, check, "void", "quality_manager")
    with pytest.raises(NotYours):
        perform(session, check, "void", "quality_inspector", note="x")
    perform(session, check, "void", "quality_manager", note="x")
    with pytest.raises(RuleBroken):
        perform(session, check, "void", "quality_manager", note="x")


def test_a_recheck_counts_in_no_closed_period(session):
    """A re-check is an input of none, yet a closed month takes no new rows."""
    _, action = fresh(session)
    put_right(session, action, LATER + HOUR)
    close_period(session, datetime(2026, 11, 1, tzinfo=UTC).date(), datetime(2026, 11, 30, tzinfo=UTC).date())
    rechecked(session, action, datetime(2026, 12, 1, 2, tzinfo=UTC))
    assert action.status == "closed"


def test_limits_stand_in_order(any_session):
    with pytest.raises(IntegrityError, match="limits_in_order"):
        draft(any_session, [item(any_session, lower=Decimal(6))])
    any_session.rollback()


def test_who_was_checked_is_a_party(session, world):
    check = session.get_one(SpotCheck, world.check)
    assert check.parties() == {"inspector": {check.inspector_id}, "checked": {employee(session, "车工一").id}}
