"""Action items: rounds, verifiers, and the ladder that is climbed once (P3.2, P3.4)."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.actions import (
    ActionExtension,
    ActionItem,
    ActionRound,
    ActionRung,
    climb_ladders,
    extensions_of,
    lapse_extensions,
    levels_climbed,
    open_action,
    refuse_disorder,
    sides_of,
)
from models.attachments import attach
from models.base import Act, Source, previews
from models.event import Delivery, Event, Reminder
from models.journal import acting
from models.regulation import Figure, SlaPolicy, clock_differences, clock_of
from models.reminding import remind
from rules.actions import ActionKind, Proof, Severity, Told
from rules.base import SYSTEM, NotYours, RuleBroken, Unset, Words
from rules.event import AttachmentKind
from rules.regulation import Target
from tests.models.acts import (
    DAY,
    HOUR,
    LATER,
    action_of,
    doing,
    events,
    last_seq,
    perform,
    put_right,
    rechecked,
)
from tests.world import AT, employee, person


def opened(session, *, login="technical_manager", at=LATER, **more):
    """An action that no check raised: its verifier confirms."""
    with doing(session, login, at) as act:
        responsible = employee(session, "车工一")
        given = {
            "kind": ActionKind.IMPROVEMENT, "severity": Severity.MINOR, "description": "加装防护罩",
            "department_id": responsible.department_id, "responsible_id": responsible.id,
            "verifier_id": act.by.employee_id, "raiser_id": act.by.employee_id, "due": at + DAY,
        }  # fmt: skip
        return open_action(session, act, **(given | more))


def improvement(session, *, severity="minor", verifier="technical_manager"):
    return opened(session, login=verifier, severity=Severity(severity))


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
    put_right(session, action, LATER + HOUR)
    for verb in ("confirm", "return"):
        with pytest.raises(NotYours, match="somebody else"):
            perform(session, action, verb, "employee", LATER + 2 * HOUR, note="x")
    with pytest.raises(IntegrityError), doing(session, "admin"):
        action.verifier = action.responsible
    session.rollback()


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


def morning(day):
    """The opening of that day in November."""
    return datetime(2026, 11, day, 0, 30, tzinfo=UTC)


def test_each_level_is_climbed_once_in_working_time_and_tells_whom_it_names(any_session, world):
    action, since = action_of(any_session, world), last_seq(any_session)
    assert action.due_at == datetime(2026, 11, 19, 9, 30, tzinfo=UTC)  # a Thursday, at closing
    for day, action_name, names in (
        (19, "remind_0", {"employee"}),
        (20, "remind_1", {"employee", "team_leader"}),
        (23, "remind_2", {"production_manager", "quality_manager"}),
        (25, "remind_3", {"general_manager"}),
    ):
        assert climb(any_session, morning(day) - timedelta.resolution) == 0  # a night, a week end, or nothing due
        assert climb(any_session, morning(day)) == 2  # the other department's, too
        assert climb(any_session, morning(day)) == 0
        assert told(any_session, since)[action_name] == {person(any_session, login).employee_id for login in names}
    assert all(one.source is Source.SCHEDULER for one in events(any_session, since))
    assert climb(any_session, AT + 301 * DAY) == 0


def test_a_missed_week_is_caught_up_in_order(any_session, world):
    action, since = action_of(any_session, world), last_seq(any_session)
    assert climb(any_session, action.due_at + 11 * DAY) == 0  # after closing
    assert climb(any_session, morning(30)) == 8
    assert [one.action for one in events(any_session, since, action)] == [f"remind_{level}" for level in range(4)]
    levels = any_session.scalars(
        select(Reminder.level).where(Reminder.entity_id == action.id).order_by(Reminder.level)
    ).all()
    assert levels == [0, 1, 2, 3]


def test_a_new_due_instant_is_a_new_ladder(session, world):
    action = action_of(session, world)
    assert climb(session, morning(20)) == 4
    with doing(session, "admin"):
        action.due_at += 5 * DAY  # a Tuesday
    assert climb(session, morning(23)) == 1  # the other one, days late
    assert climb(session, morning(24)) == 1


def rung(session, level, hours, tells, also_tells=None):
    with doing(session, "admin"):
        found = ActionRung(
            name=f"第{level}级", level=level, after_hours=Decimal(hours), tells=Told(tells),
            also_tells=Told(also_tells) if also_tells else None,
        )  # fmt: skip
        session.add(found)
        refuse_disorder(session, found)
    return found


def test_the_administrators_ladder_counts_instead(any_session, world):
    rung(any_session, 5, 4, "department_manager", "raiser")
    action, since = action_of(any_session, world), last_seq(any_session)
    assert climb(any_session, morning(20)) == 0
    at = datetime(2026, 11, 20, 5, 30, tzinfo=UTC)  # four working hours into Friday
    assert climb(any_session, at) == 2
    assert climb(any_session, morning(30)) == 0
    named = {person(any_session, login).employee_id for login in ("production_manager", "quality_inspector")}
    assert told(any_session, since)[f"remind_{5}"] == named
    assert levels_climbed(any_session, [action]) == {action.id: 5}


def test_a_ladder_that_does_not_rise_is_not_kept(session):
    rung(session, 1, 4, "responsible")
    with pytest.raises(RuleBroken, match="later"):
        rung(session, 2, 4, "general_manager")
    session.rollback()


def test_without_a_calendar_nothing_is_climbed(session, world, monkeypatch):
    def none_yet(_session):
        raise RuleBroken(Words("The company has no working calendar yet.", "公司尚未设置工作日历。"))

    monkeypatch.setitem(climb_ladders.__globals__, "company_calendar", none_yet)
    assert climb(session, morning(30)) == 0


@pytest.mark.parametrize("verb,login", [("cancel", "quality_manager")])
def test_nobody_is_told_of_what_is_done(session, world, verb, login):
    action, since = action_of(session, world), last_seq(session)
    perform(session, action, verb, login, note="x")
    climb(session, morning(30))
    assert not [one for one in events(session, since, action) if one.action.startswith("remind")]


def test_a_level_from_before_the_action_was_made_is_left_out(session):
    """Due within two hours: the warning of eight hours before would lie in the past."""
    action, since = opened(session, due=LATER + 2 * HOUR), last_seq(session)
    climb(session, LATER + 4 * HOUR)
    assert [one.action for one in events(session, since, action)] == ["remind_1"]


def test_a_team_without_a_leader_has_nobody_to_tell(session, world):
    with doing(session, "hr"):
        for placement in employee(session, "班组长").placements:
            placement.leads_team = False
    since = last_seq(session)
    climb(session, morning(20))
    assert told(session, since)["remind_1"] == {world.worker}


# Proof


def test_what_a_check_raised_is_confirmed_and_returned_by_nobodys_hand(any_session, world):
    action = action_of(any_session, world)
    put_right(any_session, action, LATER + HOUR)
    for login in ("quality_manager", "general_manager", "employee", "quality_inspector", "admin"):
        for verb in ("confirm", "return", "verify", "close"):
            with pytest.raises(RuleBroken):
                perform(any_session, action, verb, login, LATER + 2 * HOUR, note="x")
    assert action.status == "submitted"


def test_even_the_system_verifies_it_only_after_a_re_check_of_the_last_round(session, world):
    action = action_of(session, world)
    put_right(session, action, LATER + HOUR)
    with pytest.raises(RuleBroken, match="re-check"):
        perform(session, action, "verify", SYSTEM, LATER + 2 * HOUR)
    with pytest.raises(IntegrityError), doing(session, "admin"):
        action.verifier_id = person(session, "technical_manager").employee_id
    session.rollback()


def test_a_verifier_of_the_first_round_proves_nothing_of_the_second(session, world):
    action = action_of(session, world)
    put_right(session, action, LATER + HOUR)
    rechecked(session, action, LATER + 2 * HOUR, ok=False)
    put_right(session, action, LATER + 3 * HOUR)
    with pytest.raises(RuleBroken, match="re-check"):
        perform(session, action, "verify", SYSTEM, LATER + 4 * HOUR)


def test_from_major_up_a_round_has_evidence_a_file_or_words(session, tmp_path):
    action = improvement(session, severity="critical")
    with pytest.raises(RuleBroken, match="evidence") as refusal:
        put_right(session, action, LATER + HOUR, evidence="")
    assert refusal.value.field == "evidence"
    with doing(session, "employee", LATER + HOUR) as act:
        attach(session, act, action, tmp_path, "照片.png", BytesIO(b"\x89PNG\r\n\x1a\n..."), AttachmentKind.EVIDENCE)
    put_right(session, action, LATER + 2 * HOUR, evidence="")
    assert (len(action.rounds), action.last_round.evidence) == (1, "")
    perform(session, action, "return", "technical_manager", LATER + 3 * HOUR, note="x")
    with pytest.raises(RuleBroken, match="evidence"):
        put_right(session, action, LATER + 4 * HOUR, evidence="")  # the old file proves the old round


def test_the_effect_is_watched_for_so_many_working_days(session):
    action = improvement(session, severity="major")
    put_right(session, action, LATER + HOUR)
    perform(session, action, "confirm", "technical_manager", LATER + 2 * HOUR)
    assert (action.status, action.effectiveness_due_on) == ("watching", date(2026, 12, 1))
    assert previews(action, "find_effective", SYSTEM)
    perform(session, action, "find_ineffective", "quality_inspector", LATER + 3 * HOUR, note="又出现")
    assert (action.status, action.effectiveness_due_on) == ("returned", None)


def test_without_the_figure_nothing_is_watched(session):
    with doing(session, "admin"):
        for one in session.scalars(select(Figure).where(Figure.code == "effectiveness_days")):
            session.delete(one)
    action = improvement(session, severity="major")
    put_right(session, action, LATER + HOUR)
    with pytest.raises(Unset, match=r"P3\.2"):
        perform(session, action, "confirm", "technical_manager", LATER + 2 * HOUR)


def test_another_round_has_as_much_working_time_as_the_first_where_no_limit_is_set(session):
    action = opened(session, due=LATER + 4 * HOUR)
    put_right(session, action, LATER + HOUR)
    perform(session, action, "return", "technical_manager", LATER + 2 * HOUR, note="未装")
    perform(session, action, "start", "employee", LATER + DAY, containment="停机")
    assert action.due_at == LATER + DAY + 4 * HOUR
    assert (action.containment, action.original_due_at) == ("停机", LATER + 4 * HOUR)


def test_an_action_is_due_by_the_time_limit_of_its_severity_where_nothing_was_agreed(session):
    action = opened(session, due=None, severity=Severity.CRITICAL)
    assert action.due_at == datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
    assert (action.clause, action.proof, action.source_entity) == ("A5.2", Proof.VERIFIER, None)


# More time


def asked(session, action, *, on="2026-11-24", at=LATER, login="employee"):
    perform(session, action, "ask_extension", login, at, note="等待备件", new_due_on=on)
    return extensions_of(action)[-1]


def test_more_time_is_asked_for_by_the_responsible_and_granted_by_the_quality_manager(any_session, world):
    action, since = action_of(any_session, world), last_seq(any_session)
    before = action.due_at
    extension = asked(any_session, action)
    assert (extension.status, action.due_at, extension.old_due_at) == ("requested", before, before)
    manager = person(any_session, "quality_manager").employee_id
    rows = any_session.execute(
        select(Event.entity, Delivery.recipient_id).join(Delivery).where(Event.seq > since)
    ).all()
    assert ("action_extension", manager) in {tuple(row) for row in rows}
    perform(any_session, extension, "approve", "quality_manager", LATER + HOUR)
    assert action.due_at == extension.new_due_at == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert (action.original_due_at, extension.decided_by_id) == (before, manager)
    assert [one.action for one in events(any_session, since, action)][-1] == "extend"


def test_at_most_two_extensions_one_at_a_time(session, world):
    action = action_of(session, world)
    first = asked(session, action)
    with pytest.raises(RuleBroken, match="waits"):
        asked(session, action, on="2026-11-25")
    perform(session, first, "reject", "quality_manager", note="理由不足")
    for on in ("2026-11-25", "2026-11-26"):
        perform(session, asked(session, action, on=on), "approve", "quality_manager", LATER)
    with pytest.raises(RuleBroken, match="twice"):
        asked(session, action, on="2026-11-27")
    assert [one.status for one in extensions_of(action)] == ["rejected", "approved", "approved"]


@pytest.mark.parametrize(
    "on,said",
    [
        ("", "new date"),
        ("soon", "new date"),
        ("1026-01-01", "new date"),
        ("2026-11-22", "working day"),
        ("2026-11-18", "later than"),
    ],
)
def test_a_new_date_is_a_working_day_later_than_the_old_one(session, world, on, said):
    with pytest.raises(RuleBroken, match=said) as refusal:
        asked(session, action_of(session, world), on=on)
    assert refusal.value.field == "new_due_on"


def test_who_is_late_asks_in_vain_and_so_does_everybody_else(session, world):
    action = action_of(session, world)
    with pytest.raises(RuleBroken, match="due already"):
        asked(session, action, at=action.due_at)
    for login in ("quality_manager", "team_leader", "admin"):
        with pytest.raises(NotYours):
            asked(session, action, login=login)
    with pytest.raises(RuleBroken, match="reason"):
        perform(session, action, "ask_extension", "employee", LATER, new_due_on="2026-11-24")


def test_what_nobody_answered_in_time_lapses(any_session, world):
    action = action_of(any_session, world)
    extension = asked(any_session, action)
    with pytest.raises(RuleBroken, match="lapsed"):
        perform(any_session, extension, "approve", "quality_manager", action.due_at)
    run = Act(SYSTEM, action.due_at, Source.SCHEDULER)
    with acting(any_session, run):
        assert lapse_extensions(any_session, action.due_at - timedelta.resolution) == 0
        assert lapse_extensions(any_session, action.due_at) == 1
        assert lapse_extensions(any_session, action.due_at) == 0
        any_session.commit()
    assert (extension.status, extension.decided_at) == ("lapsed", action.due_at)


def test_a_request_lapses_with_what_it_was_for(session, world):
    action = action_of(session, world)
    extension = asked(session, action)
    put_right(session, action, LATER + HOUR)
    with pytest.raises(RuleBroken, match="not possible"):
        perform(session, extension, "approve", "quality_manager", LATER + 2 * HOUR)
    with acting(session, Act(SYSTEM, LATER + 2 * HOUR, Source.SCHEDULER)):
        assert lapse_extensions(session, LATER + 2 * HOUR) == 1
        session.commit()
    assert extension.status == "lapsed"


def test_who_asks_for_more_time_does_not_grant_it(session, world):
    action = opened(session, responsible_id=person(session, "quality_manager").employee_id, due=LATER + 2 * DAY)
    extension = asked(session, action, login="quality_manager")
    with pytest.raises(NotYours, match="somebody else"):
        perform(session, extension, "approve", "quality_manager", LATER)


def test_only_one_request_waits_whatever_comes_in_at_once(any_session, world):
    extension = asked(any_session, action_of(any_session, world))
    with pytest.raises(IntegrityError), doing(any_session, "admin"):
        any_session.add(
            ActionExtension(
                action_id=extension.action_id, department_id=extension.department_id,
                responsible_id=extension.responsible_id, reason="x", asked_at=LATER, old_due_at=LATER,
                new_due_at=LATER + DAY,
            )
        )  # fmt: skip
    any_session.rollback()


# The clock


def clock(session, action):
    return clock_of(action, Target.RECTIFICATION)


def test_what_is_due_by_a_limit_is_the_copy_of_its_clock(any_session, world):
    action = action_of(any_session, world)
    first = clock(any_session, action)
    assert (first.status, first.due_at) == ("running", action.due_at)
    put_right(any_session, action, LATER + HOUR)
    assert (clock(any_session, action).status, first.stopped_at) == ("met", LATER + HOUR)
    rechecked(any_session, action, LATER + 2 * HOUR, ok=False)
    perform(any_session, action, "start", "employee", LATER + 3 * HOUR)
    second = clock(any_session, action)
    assert (second.status, second.due_at, action.due_at > action.original_due_at) == ("running", action.due_at, True)
    perform(any_session, action, "cancel", "quality_manager", LATER + 4 * HOUR, note="x")
    assert clock(any_session, action).status == "cancelled"
    assert list(clock_differences(any_session)) == []


def test_an_extension_counts_instead_of_the_clock(session, world):
    action = action_of(session, world)
    extension = asked(session, action)
    perform(session, extension, "approve", "quality_manager", LATER + HOUR)
    running = clock(session, action)
    assert (running.status, running.due_at, action.due_at) == ("running", extension.new_due_at, extension.new_due_at)
    assert list(clock_differences(session)) == []
    assert running.explain()[-1].text("zh").startswith("经批准延期")
    put_right(session, action, extension.new_due_at + timedelta(minutes=1))
    assert (running.status, running.breach_minutes) == ("breached", 0), "late is strictly after the new instant"
    assert list(clock_differences(session)) == []


def test_what_was_agreed_on_has_no_clock(session):
    assert clock(session, opened(session)) is None


def test_a_time_limits_own_levels_tell_nobody_a_second_time(any_session):
    """What a time limit of rectifications still says from before is not told besides the escalation levels."""
    session = any_session
    with doing(session, "admin"):
        session.add(
            SlaPolicy(name="改进", clause="P3.2", target=Target.RECTIFICATION, match={"kind": "improvement", "severity": "minor"},
                      amount=Decimal(2), unit="working_day", warnings=["-50%"], ladder=[["0", ["responsible"]]],
                      from_on=date(2020, 1, 1))
        )  # fmt: skip
    action = opened(session, due=None)
    assert clock_of(action, Target.RECTIFICATION) is not None
    since = last_seq(session)
    for days in range(14):
        remind(session, LATER + days * DAY)
        remind(session, LATER + days * DAY + 4 * HOUR)
    seen = [one.action for one in events(session, since, action)]
    assert [one for one in seen if one.startswith(("remind", "warn"))] == [f"remind_{level}" for level in range(4)]
    assert "overdue" in seen, "that it was late is stored all the same"


def test_while_its_effect_is_watched_the_day_of_the_verdict_counts(session):
    action = improvement(session, severity="major")
    put_right(session, action, LATER + HOUR)
    perform(session, action, "confirm", "technical_manager", LATER + 2 * HOUR)
    key, due_on = action.id, action.effectiveness_due_on
    assert action.due_at < datetime.combine(due_on, time(), UTC)
    for on, is_late in ((due_on, False), (due_on + DAY, True)):
        due, overdue = sides_of(datetime.combine(on, time(4), UTC))
        found = [
            bool(session.scalar(select(ActionItem.id).where(ActionItem.id == key, side))) for side in (due, overdue)
        ]
        assert found == [not is_late, is_late]
