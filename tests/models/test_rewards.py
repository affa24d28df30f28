"""Rewards and penalties: nobody is penalised unheard, by himself, beyond the rule; a reversal reaches the file (K4.1)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.actions import PerformanceFileEntry, open_case
from models.assessment import RewardPenalty, RewardPenaltyRule
from rules.actions import CaseKind, CaseSeverity
from rules.base import NotYours, RuleBroken
from tests.models.acts import DAY, HOUR, doing, perform
from tests.models.test_suggestions import carried_out, suggested
from tests.world import department, employee, person

AT = datetime(2026, 10, 12, 2, tzinfo=UTC)


def rule(session, **more):
    given = {
        "name": "一般违纪扣分", "occasion": "case", "severity": "general", "kind": "points", "least": Decimal(2),
        "most": Decimal(6), "needs_role": "production_manager", "clause": "K4.1", "from_on": date(2026, 1, 1), **more,
    }  # fmt: skip
    with doing(session, "hr", AT):
        one = RewardPenaltyRule(**given)
        session.add(one)
    return one


def decided(session, decision="upheld"):
    with doing(session, "quality_manager", AT) as act:
        case = open_case(
            session, act, kind=CaseKind.PROCESS_BREACH, severity=CaseSeverity.GENERAL,
            department_id=department(session, "SC1").id, facts="未做首件确认",
            shares={employee(session, "车工一").id: Decimal(75), employee(session, "装配一").id: Decimal(25)},
            opened_by_id=act.by.employee_id,
        )  # fmt: skip
    perform(session, case, "investigate", "hr", AT + HOUR)
    perform(session, case, "ask_statements", "hr", AT + HOUR, decider=employee(session, "技术经理"))
    return perform(session, case, "decide", "technical_manager", AT + 10 * DAY, decision=decision, note="查明")


def drafts(session):
    return session.scalars(select(RewardPenalty).order_by(RewardPenalty.id)).all()


def executed(session, one, at=AT + 11 * DAY):
    perform(session, one, "ask_statement", "hr", at)
    perform(session, one, "state", "employee", at + HOUR, statement="当班缺人")
    perform(session, one, "approve", "production_manager", at + 2 * HOUR, size="4")
    perform(session, one, "announce", "hr", at + 3 * HOUR)
    return perform(session, one, "execute", "hr", at + 4 * HOUR)


def entries(session):
    found = session.scalars(
        select(PerformanceFileEntry)
        .where(PerformanceFileEntry.source_entity == "reward_penalty")
        .order_by(PerformanceFileEntry.id)
    )
    return [(one.score, one.reverses_id is not None) for one in found]


def test_an_upheld_case_drafts_by_share(any_session):
    rule(any_session)
    decided(any_session)
    assert {(one.employee.name, one.size, str(one.status)) for one in drafts(any_session)} == {
        ("车工一", Decimal(5), "draft"), ("装配一", Decimal(3), "draft"),
    }  # fmt: skip


def test_a_case_that_was_not_upheld_drafts_nothing(session):
    rule(session)
    decided(session, "not_upheld")
    assert not drafts(session)


def test_nobody_is_penalised_unheard(session):
    rule(session)
    decided(session)
    one = drafts(session)[0]
    with pytest.raises(RuleBroken, match="statement first"):
        perform(session, one, "approve", "production_manager", AT + 11 * DAY)
    perform(session, one, "ask_statement", "hr", AT + 11 * DAY)
    with pytest.raises(RuleBroken, match="may come in until"):
        perform(session, one, "approve", "production_manager", AT + 11 * DAY + HOUR)
    perform(session, one, "approve", "production_manager", AT + 20 * DAY)
    assert one.status == "approved"


@pytest.mark.parametrize("size", ["1.9", "6.1", "x", "NaN"])
def test_a_penalty_stays_within_its_rule(session, size):
    rule(session)
    decided(session)
    one = drafts(session)[0]
    perform(session, one, "ask_statement", "hr", AT + 11 * DAY)
    with pytest.raises(RuleBroken):
        perform(session, one, "approve", "production_manager", AT + 20 * DAY, size=size)


def test_who_proposed_it_does_not_approve_it(session):
    found = rule(session, occasion="manager", severity=None, kind="commendation")
    with doing(session, "production_manager", AT) as act:
        one = RewardPenalty(
            rule=found, employee=employee(session, "车工一"), reason="抢修", proposer_id=act.by.employee_id
        )
        session.add(one)
        with session.no_autoflush:
            one.prepare(act)
    with pytest.raises(NotYours):
        perform(session, one, "approve", "production_manager", AT)


def test_money_is_off_until_the_company_turns_it_on(session):
    found = rule(session, kind="amount", measure="money")
    decided(session)
    one = drafts(session)[0]
    perform(session, one, "ask_statement", "hr", AT + 11 * DAY)
    with pytest.raises(RuleBroken, match="money are off"):
        perform(session, one, "approve", "production_manager", AT + 20 * DAY)
    assert found.measure == "money"


def test_what_is_revoked_is_reversed_in_the_file(any_session):
    session = any_session
    rule(session)
    decided(session)
    one = executed(session, drafts(session)[0])
    assert entries(session) == [(-4, False)]
    perform(session, one, "appeal", "employee", AT + 12 * DAY, note="不是我当班")
    with pytest.raises(NotYours):
        perform(session, one, "revoke", "hr_manager", AT + 13 * DAY, note="查证属实")
    perform(session, one, "revoke", "general_manager", AT + 13 * DAY, note="排班表证明属实")
    assert entries(session) == [(-4, False), (4, True)]
    assert (one.status, one.size_before) == ("revoked", 4)


def test_what_is_changed_stands_in_its_place(session):
    rule(session)
    decided(session)
    one = executed(session, drafts(session)[0])
    perform(session, one, "appeal", "employee", AT + 12 * DAY, note="过重")
    perform(session, one, "change", "general_manager", AT + 13 * DAY, note="酌减", size="2")
    assert entries(session) == [(-4, False), (4, True), (-2, False)]


def test_an_appeal_has_its_deadline(session):
    rule(session)
    decided(session)
    one = executed(session, drafts(session)[0])
    with pytest.raises(RuleBroken, match="ended"):
        perform(session, one, "appeal", "employee", one.appeal_due_at + HOUR, note="晚了")


def test_a_verified_suggestion_is_rewarded(session):
    rule(
        session,
        occasion="suggestion",
        severity=None,
        grade="A",
        kind="commendation",
        needs_role="hr_manager",
        clause="K3.2",
    )
    suggestion = carried_out(session, suggested(session, "车工一"))
    one = drafts(session)[0]
    perform(session, one, "approve", "hr_manager", AT + 2 * DAY)
    perform(session, one, "announce", "hr", AT + 2 * DAY)
    perform(session, one, "execute", "hr", AT + 2 * DAY)
    assert (suggestion.status, entries(session)) == ("rewarded", [(6, False)])


def test_a_penalty_is_seen_by_whom_it_concerns_and_hr_only(session):
    rule(session)
    decided(session)
    for login, seen in (
        ("hr", 2),
        ("employee", 1),
        ("general_manager", 2),
        ("production_manager", 2),
        ("team_leader", 0),
        ("sales", 0),
    ):
        who = person(session, login)
        assert len(session.scalars(select(RewardPenalty).where(RewardPenalty.visible_to(who))).all()) == seen, login
