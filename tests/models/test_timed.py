"""Due dates that a step sets run as clocks: warned of once, to whose turn it is, explained, ended (TIME.md 8, 10)."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from models.actions import AccountabilityCase
from models.event import Event, ReadReceipt, Reminder
from models.organisation import Employee
from models.recomputing import differences
from models.regulation import (
    Calendar,
    CalendarDay,
    Clause,
    SlaPolicy,
    WorkInterval,
    ask_everybody,
    clock_of,
)
from models.regulation.clocks.climbing import IN_HAND, in_hand
from models.reminding import remind
from models.timed import TIMED, TURNS
from models.training import TrainingObligation
from models.training.people import enters
from rules.base import RuleBroken
from rules.regulation import Target
from rules.regulation.limits import TOLD_ELSEWHERE, WINDOWS, refuse_after_end
from rules.training.kinds import ObligationReason
from tests.models.acts import DAY, HOUR, LATER, doing, last_seq, perform
from tests.models.test_cases import asked, his
from tests.models.test_climbing import told
from tests.models.test_communication import meeting, notice, published
from tests.models.test_process import first, released
from tests.models.test_rewards import decided, drafts, rule
from tests.models.test_suggestions import suggested
from tests.world import AT, employee

QUARTERS = ["-75%", "-50%", "-25%"]
TUESDAY = datetime(2026, 11, 17, 1, 30, tzinfo=UTC)


def statement(session):
    return his(asked(session), "车工一"), {"车工一"}


def minutes(session):
    one = meeting(session, "车工一", "装配一", at=TUESDAY)
    perform(session, one, "collect", "project_lead", AT + 2 * HOUR)
    return perform(session, one, "hold", "project_lead", TUESDAY + HOUR), {"项目负责人"}


def told_to_all(session):
    one = published(session, notice(session, "SC1", must_confirm=True))
    return one, {session.get_one(Employee, key).name for key in one.readers()}


def to_answer(session):
    one = suggested(session, "车工一", at=AT)
    return one, {"人事专员"}


def induction(session):
    worker = employee(session, "车工一")
    with doing(session, "hr", AT) as act:
        (one, *_) = enters(session, act, worker, ObligationReason.NEW_HIRE)
    return one, {"车工一"}


def penalty(session):
    rule(session)
    decided(session)
    one = next(one for one in drafts(session) if one.employee.name == "车工一")
    return perform(session, one, "ask_statement", "hr", AT), {"车工一"}


def announced(session):
    one, _ = penalty(session)
    perform(session, one, "state", "employee", AT + HOUR, statement="当班缺人")
    perform(session, one, "approve", "production_manager", AT + HOUR, size="4")
    return perform(session, one, "announce", "hr", AT + 2 * HOUR), {"车工一"}


def clause(session):
    one = session.scalar(select(Clause).order_by(Clause.id).limit(1))
    with doing(session, "admin", AT) as act:
        ask_everybody(session, one, act)
    return one, set(session.scalars(select(Employee.name).where(Employee.status.in_(("active", "probation")))))


CASES = {
    Target.STATEMENT: statement,
    Target.MINUTES: minutes,
    Target.CONFIRMATION: told_to_all,
    Target.SUGGESTION_ANSWER: to_answer,
    Target.INDUCTION: induction,
    "penalty": penalty,
    Target.APPEAL: announced,
}


def warned(session, target, warnings=QUARTERS, ladder=()):
    with doing(session, "admin", AT):
        for one in session.scalars(select(SlaPolicy).where(SlaPolicy.target == target)):
            one.warnings, one.ladder = list(warnings), [list(rung) for rung in ladder]


def warnings_in(session, since, record):
    query = select(Event.action).where(
        Event.seq > since, Event.entity == record.__tablename__, Event.entity_id == record.id
    )
    return [one for one in session.scalars(query.order_by(Event.seq)) if one.startswith(("warn_", "remind_"))]


@pytest.mark.parametrize("name", CASES, ids=str)
def test_what_is_owed_is_warned_of_in_order_once_and_explained(any_session, name):
    session = any_session
    target = Target.STATEMENT if name == "penalty" else name
    warned(session, target)
    record, people = CASES[name](session)
    remind(session, (record.created_at if target is Target.SUGGESTION_ANSWER else AT) + HOUR)
    clock = clock_of(record, target)
    assert clock.explain()[-1].text("zh")
    assert differences_of(session) == []
    since = last_seq(session)
    remind(session, clock.due_at - HOUR)  # nothing ran in between: what was missed is told in its order
    assert warnings_in(session, since, record) == ["warn_0", "warn_1", "warn_2"]
    assert {session.get_one(Employee, key).name for key in told(session, since, record)} >= people
    rows = session.scalars(select(Reminder.level).where(Reminder.entity_id == clock.id)).all()
    assert sorted(rows) == [0, 1, 2]
    since = last_seq(session)
    remind(session, clock.due_at - HOUR)
    assert warnings_in(session, since, record) == []


def differences_of(session):
    return [one for one in differences(session) if "sla_clock" in str(one) or "due" in str(one)]


def test_nobody_is_warned_outside_working_time(session):
    warned(session, Target.MINUTES)
    record, _ = minutes(session)
    clock, since = clock_of(record, Target.MINUTES), last_seq(session)
    remind(session, clock.due_at - 10 * HOUR)  # half past seven in the morning
    assert warnings_in(session, since, record) == []
    remind(session, clock.due_at - 9 * HOUR)
    assert warnings_in(session, since, record)


def test_a_step_that_answers_stops_the_clock(session):
    one, _ = statement(session)
    perform(session, one, "state", "employee", LATER + HOUR, statement="当班缺人")
    assert clock_of(one, Target.STATEMENT).status == "met"
    held, _ = minutes(session)
    perform(session, held, "minute", "project_lead", TUESDAY + 5 * DAY, minutes="已讨论")
    assert clock_of(held, Target.MINUTES).status == "breached"


def test_a_period_that_ends_makes_nobody_late(session):
    one, _ = statement(session)
    fined, _ = penalty(session)
    due = max(one.statement_due_at, fined.statement_due_at)
    remind(session, due + DAY)
    for record in (one, fined):
        clock = clock_of(record, Target.STATEMENT)
        assert (clock.status, clock.breach_minutes, clock.seen_at) == ("cancelled", None, None)
    assert one.status == "silent"
    assert remind(session, due + DAY)["end_windows"] == 0


def test_a_case_that_is_dismissed_asks_for_no_statement(session):
    case = asked(session)
    one = his(case, "车工一")
    session.execute(update(AccountabilityCase).where(AccountabilityCase.id == case.id).values(status="draft"))
    session.commit()
    perform(session, case, "dismiss", "quality_manager", LATER, note="查无实据")
    assert clock_of(one, Target.STATEMENT).status == "cancelled"


def test_a_notice_keeps_the_date_that_its_author_chose(session):
    chosen = AT + 9 * DAY
    one = published(session, notice(session, "SC1", must_confirm=True, due_at=chosen))
    clock = clock_of(one, Target.CONFIRMATION)
    assert (clock.due_at, one.due_at) == (chosen, chosen)
    assert "单独指定" in clock.explain()[-1].text("zh")


def test_when_the_last_has_read_it_the_clock_stops_at_that_instant(session):
    one, _ = told_to_all(session)
    asked_for = session.scalars(select(ReadReceipt).where(ReadReceipt.entity_id == one.id)).all()
    for nth, receipt in enumerate(asked_for):
        with doing(session, "employee", AT + 3 * HOUR) as act:
            receipt.confirmed_at = receipt.read_at = AT + (3 + nth) * HOUR
            assert act.by.employee_id
        remind(session, AT + 20 * HOUR)
        clock = clock_of(one, Target.CONFIRMATION)
        assert (clock.stopped_at is not None) == (receipt is asked_for[-1])
    assert clock.stopped_at == asked_for[-1].confirmed_at
    assert clock.status == "met"


def test_whoever_is_still_to_read_follows_a_changed_calendar(session):
    one, _ = told_to_all(session)
    receipt = session.scalars(select(ReadReceipt).where(ReadReceipt.entity == "notice")).first()
    before = one.due_at
    with doing(session, "admin", AT + 3 * HOUR):
        session.add(CalendarDay(on=date(2026, 11, 18), day_type="holiday", name="停电"))
    session.refresh(receipt)
    assert one.due_at == clock_of(one, Target.CONFIRMATION).due_at == receipt.due_at == before + DAY


def test_a_released_revision_is_read_in_time_until_another_takes_its_place(session):
    warned(session, Target.CONFIRMATION)
    old = first(session)
    new = released(session)
    assert clock_of(old, Target.CONFIRMATION) is None or not clock_of(old, Target.CONFIRMATION).is_open
    clock = clock_of(new, Target.CONFIRMATION)
    assert clock.is_open
    assert in_hand(new, Target.CONFIRMATION) == set(
        session.scalars(select(ReadReceipt.employee_id).where(ReadReceipt.entity == "document_revision",
                                                              ReadReceipt.entity_id == new.id))
    )  # fmt: skip
    assert differences_of(session) == []


def test_an_obligation_counts_its_whole_day(session):
    one, _ = induction(session)
    clock = clock_of(one, Target.INDUCTION)
    assert clock.due_at.astimezone(clock.engine.zone).date() == one.due_on
    assert isinstance(session.get_one(TrainingObligation, one.id).due_on, date)


def test_a_department_with_hours_of_its_own_has_its_statements_by_them(session):
    with doing(session, "admin", AT):
        own = Calendar(code="SC1", name="车间", department_id=employee(session, "车工一").department_id)
        own.intervals = [
            WorkInterval(weekday=day, starts="08:00", ends="20:00", from_on=date(2020, 1, 1)) for day in range(7)
        ]
        session.add(own)
    one, _ = statement(session)
    clock = clock_of(one, Target.STATEMENT)
    assert clock.due_at.astimezone(clock.engine.zone).strftime("%H:%M") == "20:00"
    assert one.statement_due_at == clock.due_at


def test_a_team_leader_is_told_of_whoever_has_it_in_hand(session):
    warned(session, Target.INDUCTION, [], [["0", ["team_leader", "project_lead", "hr"]]])
    record, _ = induction(session)
    since = last_seq(session)
    remind(session, clock_of(record, Target.INDUCTION).due_at + 20 * HOUR)
    assert {session.get_one(Employee, key).name for key in told(session, since, record)} >= {"班组长", "人事专员"}


def test_every_time_limit_runs_or_says_where_it_is_told(session):
    """A limit of which nobody knows whose turn it is would warn nobody."""
    known = {target for _, target in IN_HAND} | {Target.RECTIFICATION}
    assert known | set(TOLD_ELSEWHERE) == set(Target)
    for timed in TIMED:
        steps = {one.verb for one in timed.model.lifecycle.steps} if timed.model.lifecycle else set()
        assert {*timed.begins, *timed.done, *timed.over} <= steps, timed
        assert (timed.model, timed.target) in TURNS


@pytest.mark.parametrize("target", sorted(WINDOWS))
def test_a_period_is_not_reminded_of_after_its_end(target):
    refuse_after_end(target, ["-25%", "-60"], field="warnings")
    refuse_after_end(Target.RESOLUTION, ["0", "+60"], field="ladder")
    for offset in ("0", "+60", "25%"):
        with pytest.raises(RuleBroken, match="ends by itself"):
            refuse_after_end(target, [offset], field="ladder")
