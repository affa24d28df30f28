"""Action items: rounds, verifiers, and the ladder that is climbed once (P3.2, P3.4)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.actions import ActionItem, ActionRound, climb_ladders
from models.base import Act, Source
from models.event import Delivery, Event, Reminder
from models.journal import acting
from rules.base import SYSTEM, NotYours, RuleBroken
from tests.models.acts import DAY, HOUR, LATER, action_of, checked, doing, events, item, last_seq, perform, put_right
from tests.world import AT, employee, person


def improvement(session, *, severity="minor", verifier="technical_manager"):
    """An action that no check raised: its verifier confirms."""
    with doing(session, verifier) as act:
        action = ActionItem(
            kind="improvement", source_entity="meeting", source_id=1, clause="A4.2", severity=severity,
            description="加装防护罩",
            department=employee(session, "车工一").department, responsible=employee(session, "车工一"),
            verifier_id=act.by.employee_id, raiser_id=act.by.employee_id, opened_at=LATER, due_at=LATER + DAY,
            original_due_at=LATER + DAY,
        )  # fmt: skip
        session.add(action)
    return action


def test_the_verifier_confirms_what_no_check_raised(any_session):
    action = improvement(any_session)
    put_right(any_session, action, LATER + HOUR, root_cause="", cause_category="machine")
    perform(any_session, action, "confirm", "technical_manager", LATER + 2 * HOUR)
    assert (action.status, action.closed_at, action.cause_category) == ("closed", LATER + 2 * HOUR, "machine")
    last = action.last_round
    verifier = person(any_session, "technical_manager").employee_id
    assert (last.result, last.checked_by_id, last.measure) == ("passed", verifier, "重新对刀")


def test_the_verifier_returns_with_a_reason(session):
    action = improvement(session)
    put_right(session, action, LATER + HOUR)
    with pytest.raises(RuleBroken, match="reason"):
        perform(session, action, "return", "technical_manager", LATER + 2 * HOUR)
    perform(session, action, "return", "technical_manager", LATER + 2 * HOUR, note="未装")
    assert (action.status, action.last_round.result) == ("returned", "failed")


def test_the_verifier_is_somebody_else(session):
    action = improvement(session)
    with doing(session, "admin"):
        action.verifier = action.responsible
    put_right(session, action, LATER + HOUR)
    for verb in ("confirm", "return"):
        with pytest.raises(NotYours, match="somebody else"):
            perform(session, action, verb, "employee", LATER + 2 * HOUR, note="x")


def test_what_is_judged_in_the_instant_of_its_submission_is_not_proved(session):
    action = improvement(session)
    put_right(session, action, LATER + HOUR)
    with pytest.raises(RuleBroken, match="after the last submission"):
        perform(session, action, "confirm", "technical_manager", LATER + HOUR)


def test_from_major_up_a_round_says_why_it_happened_and_the_reason_stays_for_the_next(session):
    action = improvement(session, severity="major")
    with pytest.raises(RuleBroken, match="root cause"):
        put_right(session, action, LATER + HOUR, root_cause=" ")
    with pytest.raises(RuleBroken, match="what was done"):
        put_right(session, action, LATER + HOUR, measure=" ")
    put_right(session, action, LATER + HOUR)
    perform(session, action, "return", "technical_manager", LATER + 2 * HOUR, note="x")
    perform(session, action, "start", "employee", LATER + 2 * HOUR)
    put_right(session, action, LATER + 3 * HOUR, root_cause="")
    assert (action.root_cause, len(action.rounds)) == ("刀具磨损", 2)


def test_a_cause_that_there_is_not_is_refused(session):
    with pytest.raises(RuleBroken, match="cause") as refusal:
        put_right(session, improvement(session), LATER + HOUR, cause_category="weather")
    assert refusal.value.field == "cause_category"


def test_a_dispute_is_upheld_or_the_action_cancelled(session, world):
    action = action_of(session, world)
    perform(session, action, "dispute", "employee", note="图纸有误")
    perform(session, action, "uphold", "quality_manager", note="图纸无误")
    assert action.status == "open"
    perform(session, action, "dispute", "employee", note="图纸有误")
    perform(session, action, "cancel", "quality_manager", note="确有误")
    assert action.status == "cancelled"


@pytest.mark.parametrize("fault", ["closed", "checked before", "result alone", "twice"])
def test_the_database_holds_state_and_facts_together(any_session, fault):
    action = improvement(any_session)
    put_right(any_session, action, LATER + HOUR)
    rounds = ActionRound.__table__.update()
    statements = {
        "closed": ActionItem.__table__.update().where(ActionItem.id == action.id).values(status="closed"),
        "checked before": rounds.values(checked_at=LATER),
        "result alone": rounds.values(result="passed"),
        "twice": ActionRound.__table__.insert().values(
            action_id=action.id, round_no=1, measure="x", submitted_at=LATER, submitted_by_id=None
        ),
    }
    with pytest.raises(IntegrityError):
        any_session.execute(statements[fault])
    any_session.rollback()


# The ladder


def climb(session, at):
    with acting(session, Act(SYSTEM, at, Source.SCHEDULER)):
        count = climb_ladders(session, at)
        session.commit()
    return count


def told(session, since):
    rows = session.execute(
        select(Event.action, Delivery.recipient_id)
        .join(Delivery, Delivery.event_seq == Event.seq)
        .where(Event.seq > since, Event.entity_id == 1, Event.entity == "action_item")
    )
    found = {}
    for action, who in rows:
        found.setdefault(action, set()).add(who)
    return found


def test_each_rung_is_climbed_once_and_tells_whom_it_names(any_session, world):
    action, since = action_of(any_session, world), last_seq(any_session)
    due, named = action.due_at, lambda login: person(any_session, login).employee_id
    for at, action_name, names in (
        (due - DAY, "remind_0", {"employee"}),
        (due, "remind_1", {"employee", "team_leader"}),
        (due + DAY, "remind_2", {"production_manager", "quality_manager"}),
        (due + 3 * DAY, "remind_3", {"general_manager"}),
    ):
        assert climb(any_session, at - timedelta.resolution) == 0
        assert climb(any_session, at) == 2  # the other department's, too
        assert climb(any_session, at) == 0
        assert told(any_session, since)[action_name] == {named(login) for login in names}
    assert all(one.source is Source.SCHEDULER for one in events(any_session, since))
    assert climb(any_session, due + 300 * DAY) == 0


def test_a_missed_week_is_caught_up_in_order(any_session, world):
    action, since = action_of(any_session, world), last_seq(any_session)
    assert climb(any_session, action.due_at + 10 * DAY) == 8
    assert [one.action for one in events(any_session, since, action)] == [f"remind_{level}" for level in range(4)]
    levels = any_session.scalars(
        select(Reminder.level).where(Reminder.entity_id == action.id).order_by(Reminder.level)
    ).all()
    assert levels == [0, 1, 2, 3]


def test_a_new_due_instant_is_a_new_ladder(session, world):
    action = action_of(session, world)
    climb(session, action.due_at)
    with doing(session, "admin"):
        action.due_at += 5 * DAY
    assert climb(session, action.due_at - DAY - timedelta.resolution) == 2  # the other one, days late
    assert climb(session, action.due_at) == 2


@pytest.mark.parametrize("verb,login", [("cancel", "quality_manager")])
def test_nobody_is_told_of_what_is_done(session, world, verb, login):
    action, since = action_of(session, world), last_seq(session)
    perform(session, action, verb, login, note="x")
    climb(session, action.due_at + 10 * DAY)
    assert not [one for one in events(session, since, action) if one.action.startswith("remind")]


def test_a_rung_from_before_the_action_was_made_is_left_out(session):
    """A critical failure is due the next working day: the warning of a day before would lie in the past."""
    action = checked(session, [item(session, question="倒角", severity_if_ng="critical")], at=AT + 9 * HOUR).raised()[0]
    assert action.due_at - DAY < action.created_at
    since = last_seq(session)
    climb(session, action.due_at)
    assert [one.action for one in events(session, since, action)] == ["remind_1"]


def test_a_team_without_a_leader_has_nobody_to_tell(session, world):
    with doing(session, "hr"):
        for placement in employee(session, "班组长").placements:
            placement.leads_team = False
    since = last_seq(session)
    climb(session, action_of(session, world).due_at)
    assert told(session, since)["remind_1"] == {world.worker}
