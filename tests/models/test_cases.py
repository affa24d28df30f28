"""Accountability: a case from its facts to the files, and nothing there before everybody had his say (P3.3, C1.4)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from models.actions import (
    AccountabilityCase,
    AccountabilityPerson,
    PerformanceFileEntry,
    end_statements,
    file_of,
    open_case,
    open_case_of,
    post_to_file,
    reverse_entry,
)
from models.base import Act, Source, previews
from models.event import Delivery, Event
from models.journal import acting
from models.regulation import Figure
from rules.actions import CaseKind, CaseSeverity, EntryKind
from rules.base import SYSTEM, NotYours, RuleBroken, Unset
from tests.models.acts import DAY, HOUR, LATER, action_of, doing, events, last_seq, perform, put_right, rechecked
from tests.world import employee, person

DUE = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
"""Three working days after the question, at closing."""


def key(session, login):
    return person(session, login).employee_id


def case_of(session, *, shares=None, login="quality_manager", severity="general", facts="未按工艺文件操作"):
    """A draft, opened by hand."""
    shares = shares or {"车工一": 60, "装配一": 40}
    with doing(session, login) as act:
        return open_case(
            session, act, kind=CaseKind.PROCESS_BREACH, severity=CaseSeverity(severity), facts=facts,
            department_id=employee(session, "车工一").department_id, opened_by_id=act.by.employee_id,
            shares={employee(session, name).id: Decimal(share) for name, share in shares.items()},
        )  # fmt: skip


def asked(session, *, decider="production_manager", **more):
    """Everybody was asked to state."""
    case = case_of(session, **more)
    perform(session, case, "investigate", "hr")
    return perform(session, case, "ask_statements", "hr", LATER, decider=str(key(session, decider)))


def his(case, name):
    return next(one for one in case.persons if one.employee.name == name)


def late(session, at):
    with acting(session, Act(SYSTEM, at, Source.SCHEDULER)):
        count = end_statements(session, at)
        session.commit()
    return count


def seen_by(session, login, model=AccountabilityCase):
    return session.scalars(select(model.id).where(model.visible_to(person(session, login)))).all()


def test_a_case_goes_from_its_facts_to_the_files(any_session):
    case = asked(any_session)
    assert {one.statement_due_at for one in case.persons} == {DUE}
    perform(any_session, his(case, "车工一"), "state", "employee", LATER + HOUR, statement=" 图纸未换版 ")
    with pytest.raises(RuleBroken, match="still may state"):
        perform(any_session, case, "decide", "production_manager", DUE, note="属实", decision="upheld")
    assert file_of(any_session, employee(any_session, "车工一").id) == []
    assert late(any_session, DUE) == 0
    assert late(any_session, DUE + timedelta.resolution) == 1
    assert late(any_session, DUE + DAY) == 0
    assert [one.status for one in case.persons] == ["stated", "silent"]
    assert previews(case, "decide", SYSTEM)
    perform(any_session, case, "decide", "production_manager", DUE + HOUR, note="属实", decision="partly")
    assert (case.status, case.decision, case.reason) == ("decided", "partly", "属实")
    assert case.decided_by_id == key(any_session, "production_manager")
    (entry,) = file_of(any_session, employee(any_session, "车工一").id)
    assert (entry.kind, entry.source_id, entry.clause) == ("case", case.id, "P3.3")
    assert "60%" in entry.title
    assert len(any_session.scalars(select(PerformanceFileEntry)).all()) == 2
    (posted,) = events(any_session, record=entry)
    assert (posted.role, posted.source) == ("system", "consequence")
    perform(any_session, case, "close", "hr", DUE + DAY)
    assert (case.status, case.closed_at) == ("closed", DUE + DAY)


def test_what_is_not_upheld_and_who_has_no_share_leave_nothing(session):
    case = asked(session, shares={"车工一": 100, "装配一": 0})
    late(session, DUE + DAY)
    perform(session, case, "decide", "production_manager", DUE + DAY, note="证据不足", decision="not_upheld")
    assert session.scalars(select(PerformanceFileEntry)).all() == []
    other = asked(session, shares={"车工一": 100, "装配一": 0})
    late(session, DUE + DAY)
    perform(session, other, "decide", "production_manager", DUE + DAY, note="属实", decision="upheld")
    assert [one.employee.name for one in session.scalars(select(PerformanceFileEntry))] == ["车工一"]


def test_the_decision_is_given_with_its_reasons(session):
    case = asked(session)
    late(session, DUE + DAY)
    for given, field in (
        ({"note": "x"}, "decision"),
        ({"decision": "upheld"}, "note"),
        ({"note": "x", "decision": "y"}, "decision"),
    ):
        with pytest.raises(RuleBroken) as refusal:
            perform(session, case, "decide", "production_manager", DUE + DAY, **given)
        assert refusal.value.field == field


@pytest.mark.parametrize("facts,shares,field", [(" ", None, "facts"), ("x", {"车工一": 99}, "persons")])
def test_nobody_is_asked_before_the_facts_and_shares_are_whole(session, facts, shares, field):
    case = case_of(session, facts=facts, shares=shares)
    perform(session, case, "investigate", "hr")
    with pytest.raises(RuleBroken) as refusal:
        perform(session, case, "ask_statements", "hr", LATER, decider=key(session, "production_manager"))
    assert refusal.value.field == field
    assert {one.status for one in case.persons} == {"named"}


@pytest.mark.parametrize(
    "decider,severity",
    [
        ("quality_manager", "general"),
        ("employee", "general"),
        ("hr", "general"),
        ("quality_manager", "grave"),
        ("production_manager", "grave"),
    ],
)
def test_who_is_involved_or_no_manager_is_not_named_to_decide(session, decider, severity):
    case = case_of(session, severity=severity)
    perform(session, case, "investigate", "hr")
    with pytest.raises(RuleBroken) as refusal:
        perform(session, case, "ask_statements", "hr", LATER, decider=key(session, decider))
    assert refusal.value.field == "decider"


@pytest.mark.parametrize("decider", ["", "abc", "999999", "9" * 30])
def test_somebody_who_is_there_is_named(session, decider):
    case = case_of(session)
    perform(session, case, "investigate", "hr")
    with pytest.raises(RuleBroken) as refusal:
        perform(session, case, "ask_statements", "hr", LATER, decider=decider)
    assert refusal.value.field == "decider"


def test_a_grave_case_is_the_general_managers(session):
    case = asked(session, severity="grave", decider="general_manager")
    late(session, DUE + DAY)
    perform(session, case, "decide", "general_manager", DUE + DAY, note="属实", decision="upheld")
    assert case.status == "decided"


def test_a_case_that_became_grave_is_taken_from_the_manager_it_was_handed_to(session):
    case = asked(session)
    late(session, DUE + DAY)
    with doing(session, "admin"):
        case.severity = CaseSeverity.GRAVE
    with pytest.raises(NotYours, match="general manager"):
        perform(session, case, "decide", "production_manager", DUE + DAY, note="属实", decision="upheld")
    perform(session, case, "hand_over", "hr", DUE + DAY, note="情节重大", decider=key(session, "general_manager"))
    perform(session, case, "decide", "general_manager", DUE + DAY, note="属实", decision="upheld")


def test_a_draft_is_dismissed_by_the_quality_manager_and_by_nobody_else(session):
    case = case_of(session)
    for login in ("hr", "production_manager", "general_manager", "employee"):
        with pytest.raises(NotYours):
            perform(session, case, "dismiss", login, note="x")
    perform(session, case, "dismiss", "quality_manager", note="属误报")
    assert (case.status, case.reason) == ("dismissed", "属误报")


def test_a_statement_is_his_own_and_in_time(session):
    case = asked(session)
    one = his(case, "车工一")
    for login in ("hr", "production_manager", "team_leader"):
        with pytest.raises(NotYours):
            perform(session, one, "state", login, LATER, statement="x")
    with pytest.raises(RuleBroken, match="Write down"):
        perform(session, one, "state", "employee", LATER, statement=" ")
    with pytest.raises(RuleBroken, match="ended"):
        perform(session, one, "state", "employee", DUE + timedelta.resolution, statement="x")
    perform(session, one, "state", "employee", DUE, statement="x")


def test_parties_decider_hr_and_the_general_manager_see_a_case_and_nobody_else(session):
    case = asked(session)
    sees = {login for login in (
        "hr", "hr_manager", "general_manager", "production_manager", "employee", "quality_manager", "team_leader",
        "technical_manager", "quality_inspector", "sales", "production_manager2", "admin",
    ) if case.id in seen_by(session, login)}  # fmt: skip
    assert sees == {"hr", "hr_manager", "general_manager", "production_manager", "employee", "quality_manager", "admin"}
    pages = {login: len(seen_by(session, login, AccountabilityPerson)) for login in (
        "hr", "general_manager", "production_manager", "employee", "quality_manager", "team_leader",
    )}  # fmt: skip
    assert pages == {
        "hr": 2, "general_manager": 2, "production_manager": 2, "employee": 1, "quality_manager": 0, "team_leader": 0,
    }  # fmt: skip


def test_the_quality_manager_sees_every_draft_since_he_may_dismiss_it(session):
    case = case_of(session, login="hr")
    assert case.id in seen_by(session, "quality_manager")
    perform(session, case, "investigate", "hr")
    assert case.id not in seen_by(session, "quality_manager")


def test_what_somebody_says_is_told_on_his_own_page_alone(session):
    case, since = asked(session), 0
    one = his(case, "车工一")
    since = last_seq(session)
    perform(session, one, "state", "employee", LATER, statement="图纸未换版")
    assert events(session, since, case) == []
    assert "图纸未换版" in str(events(session, since, one)[0].changes)


def test_who_is_asked_is_told(any_session):
    since = last_seq(any_session)
    asked(any_session)
    rows = any_session.execute(
        select(Event.action, Delivery.recipient_id)
        .join(Delivery, Delivery.event_seq == Event.seq)
        .where(Event.seq > since, Event.entity == "accountability_person")
    ).all()
    assert {tuple(one) for one in rows} == {
        ("ask", employee(any_session, "车工一").id),
        ("ask", employee(any_session, "装配一").id),
    }


def test_a_person_stands_in_a_case_once(session):
    case = case_of(session)
    with pytest.raises(IntegrityError), doing(session, "hr"):
        session.add(AccountabilityPerson(case=case, employee=employee(session, "车工一"), share_percent=Decimal(1)))
    session.rollback()
    case.persons.append(AccountabilityPerson(employee=employee(session, "车工一"), share_percent=Decimal(1)))
    with session.no_autoflush, pytest.raises(RuleBroken, match="twice"):
        case.prepare(Act(SYSTEM, LATER))
    session.rollback()


def test_a_case_by_hand_belongs_where_the_person_works(session):
    who = employee(session, "装配一")
    case = AccountabilityCase(kind=CaseKind.COMMUNICATION_SLIP, opened_at=LATER)
    case.persons = [AccountabilityPerson(employee=who, share_percent=Decimal(100))]
    with session.no_autoflush:
        case.prepare(Act(SYSTEM, LATER))
    assert (case.clause, case.department_id) == ("C1.4", who.department_id)
    empty = AccountabilityCase(kind=CaseKind.PROCESS_BREACH, opened_at=LATER)
    with session.no_autoflush, pytest.raises(RuleBroken, match="Name"):
        empty.prepare(Act(SYSTEM, LATER))
    session.rollback()


# From the third round


def failed(session, action, rounds):
    """So many rounds were handed in and failed; the last instant."""
    at = LATER
    for _ in range(rounds):
        put_right(session, action, at)
        at += HOUR
        rechecked(session, action, at, ok=False)
        at += HOUR
    return at


def test_the_third_round_opens_one_case(any_session, world):
    action = action_of(any_session, world)
    at = failed(any_session, action, 1)
    assert previews(action, "start", SYSTEM) == []
    put_right(any_session, action, at)
    assert open_case_of(any_session, ("action_item", action.id)) is None
    rechecked(any_session, action, at + HOUR, ok=False)
    assert "round 3" in str(previews(action, "start", SYSTEM)[0])
    since = last_seq(any_session)
    perform(any_session, action, "start", "employee", at + 2 * HOUR)
    case = open_case_of(any_session, ("action_item", action.id))
    assert (case.status, case.kind, case.opened_by_id) == ("draft", "process_breach", None)
    assert [(one.employee_id, one.share_percent) for one in case.persons] == [(world.worker, 100)]
    assert case.facts.startswith(action.no)
    assert len(case.facts.splitlines()) == 3
    (opened,) = events(any_session, since, case)
    assert (opened.role, opened.on_behalf_of_id) == ("system", person(any_session, "employee").account_id)
    put_right(any_session, action, at + 3 * HOUR)
    rechecked(any_session, action, at + 4 * HOUR, ok=False)
    perform(any_session, action, "start", "employee", at + 5 * HOUR)
    assert any_session.scalars(select(AccountabilityCase)).all() == [case]


def test_what_was_dismissed_comes_again_with_the_next_round(session, world):
    action = action_of(session, world)
    at = failed(session, action, 2)
    perform(session, action, "start", "employee", at)
    perform(session, open_case_of(session, ("action_item", action.id)), "dismiss", "quality_manager", at, note="x")
    put_right(session, action, at + HOUR)
    rechecked(session, action, at + 2 * HOUR, ok=False)
    perform(session, action, "start", "employee", at + 3 * HOUR)
    assert [one.status for one in session.scalars(select(AccountabilityCase))] == ["dismissed", "draft"]


def test_without_the_figure_no_further_round_begins(session, world):
    action = action_of(session, world)
    at = failed(session, action, 1)
    with doing(session, "admin"):
        session.delete(session.scalars(select(Figure).where(Figure.code == "max_rounds")).one())
    with pytest.raises(Unset, match=r"P3\.2"):
        perform(session, action, "start", "employee", at)


# The file


def entry_of(session, *, score=None):
    with doing(session, "hr") as act:
        return post_to_file(
            session, act, employee_id=employee(session, "车工一").id, kind=EntryKind.EXAM, title="数控车工 A/0 考核",
            source=("exam_result", 1), clause="P2.4", score=score,
        )  # fmt: skip


def test_an_entry_is_taken_back_by_another_and_both_stay(any_session):
    entry = entry_of(any_session, score=Decimal(92))
    with doing(any_session, "general_manager", LATER + HOUR) as act:
        back = reverse_entry(any_session, act, entry, reason="申诉成立")
    assert (back.reverses_id, back.score, back.reason) == (entry.id, Decimal(-92), "申诉成立")
    assert file_of(any_session, entry.employee_id) == [back, entry]
    for one in (entry, back):
        with pytest.raises(RuleBroken), doing(any_session, "general_manager") as act:
            reverse_entry(any_session, act, one, reason="x")
    plain = entry_of(any_session)
    with doing(any_session, "general_manager") as act:
        assert reverse_entry(any_session, act, plain, reason="x").score is None


@pytest.mark.parametrize(
    "statement", ["UPDATE performance_file_entry SET title = 'x'", "DELETE FROM performance_file_entry"]
)
def test_the_database_itself_keeps_the_file_as_it_was_written(any_session, statement):
    entry_of(any_session)
    with pytest.raises(DatabaseError, match="append-only"):
        any_session.execute(text(statement))
    any_session.rollback()


def test_a_file_is_read_by_hr_oneself_and_ones_own_manager(session):
    entry_of(session)
    with doing(session, "hr") as act:
        post_to_file(
            session, act, employee_id=key(session, "technical_manager"), kind=EntryKind.REWARD, title="x",
            source=("x", 1), clause="K3.1",
        )  # fmt: skip
    sees = {login: [one.employee.name for one in session.scalars(
        select(PerformanceFileEntry).where(PerformanceFileEntry.visible_to(person(session, login)))
    )] for login in (
        "hr", "hr_manager", "employee", "production_manager", "production_manager2", "team_leader", "technical",
        "technical_manager", "quality_manager", "general_manager", "admin",
    )}  # fmt: skip
    worker, manager = "车工一", employee(session, "技术经理").name
    assert sees == {
        "hr": [worker, manager], "hr_manager": [worker, manager], "admin": [worker, manager], "employee": [worker],
        "production_manager": [worker], "production_manager2": [], "team_leader": [], "technical": [],
        "technical_manager": [manager], "quality_manager": [], "general_manager": [manager],
    }  # fmt: skip
