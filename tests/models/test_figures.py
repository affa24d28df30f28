"""Figures are proposed by an administrator and count once the manager whose clause it is has approved them (G1)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.approvals import waiting_for
from models.base import on_date
from models.event import ApprovalRecord, Delivery, Event
from models.organisation import Account, AccountRole
from models.regulation import (
    Change,
    Figure,
    SlaPolicy,
    clause_of,
    figure,
    foretold,
    in_force_by_clause,
    unset,
    unset_figures,
)
from models.regulation.foretelling import CANNOT
from rules.base import NotYours, Role, RuleBroken, Unset, Words
from rules.event import Decision
from rules.regulation import FIGURES, REPEAT_WITHIN_DAYS, FigureStatus, Target
from tests.models.acts import DAY, LATER, checked, doing, item, perform
from tests.world import AT, person

TODAY = on_date(LATER)
SURVEY_MONTHS = FIGURES["survey_months"]
"""Unset in the small factory; the sales manager answers for its clause."""


def proposed(session, value="3", code="survey_months", applies_to="", *, from_on=TODAY, to_on=None, replaces=False):
    """A value that an administrator has put before whoever approves it."""
    spec = FIGURES[code]
    with doing(session, "admin") as act:
        one = Figure(
            code=code,
            clause=spec.clause,
            unit=spec.unit,
            value=Decimal(value),
            applies_to=applies_to,
            from_on=from_on,
            to_on=to_on,
            replaces=replaces,
            set_by_id=act.by.account_id,
            status=FigureStatus.PROPOSED,
        )
        session.add(one)
        one.propose(act)
    return one


def without(session, *roles):
    """Nobody holds these roles any more."""
    with doing(session, "admin"):
        for one in session.scalars(select(AccountRole).where(AccountRole.role.in_(roles))):
            session.delete(one)


def test_a_proposed_value_counts_once_it_is_approved(any_session):
    one = proposed(any_session)
    with pytest.raises(Unset):
        figure(any_session, SURVEY_MONTHS, TODAY)
    assert SURVEY_MONTHS in unset_figures(any_session, LATER)
    perform(any_session, one, "approve", "sales_manager")
    assert figure(any_session, SURVEY_MONTHS, TODAY) == 3
    assert one.approved_by_id == person(any_session, "sales_manager").employee_id


def test_only_the_manager_whose_clause_it_is_decides(session):
    one = proposed(session)
    for login in ("admin", "quality_manager", "general_manager", "quality_inspector"):
        with pytest.raises(NotYours):
            perform(session, one, "approve", login)
    with pytest.raises(RuleBroken, match="reason"):
        perform(session, one, "reject", "sales_manager")
    perform(session, one, "reject", "sales_manager", note="三轮太多")
    assert one.status is FigureStatus.REJECTED
    with pytest.raises(Unset):
        figure(session, SURVEY_MONTHS, TODAY)
    assert proposed(session).status is FigureStatus.PROPOSED, "the same day can be proposed again"


def test_the_manager_is_told_and_finds_it_in_his_inbox_until_it_is_decided(any_session):
    one = proposed(any_session)
    manager = person(any_session, "sales_manager")
    told = any_session.scalars(select(Delivery.recipient_id).join(Event, Event.seq == Delivery.event_seq).where(
        Event.entity == "figure", Event.entity_id == one.id
    )).all()  # fmt: skip
    assert told == [manager.employee_id]
    assert [waiting.record for waiting in waiting_for(any_session, manager)] == [one]
    assert waiting_for(any_session, person(any_session, "technical_manager")) == []
    assert waiting_for(any_session, person(any_session, "admin")) == []
    perform(any_session, one, "approve", "sales_manager", note="同意")
    assert waiting_for(any_session, manager) == []
    asked = any_session.scalars(select(ApprovalRecord).where(ApprovalRecord.entity == "figure")).one()
    assert (asked.decision, asked.by_id, asked.comment) == (Decision.APPROVED, manager.employee_id, "同意")


def test_who_set_a_value_does_not_approve_it(session):
    with doing(session, "admin"):
        account = session.scalars(select(Account).where(Account.login == "sales_manager")).one()
        account.roles.append(AccountRole(role=Role.ADMIN))
    with doing(session, "sales_manager") as act:
        one = Figure(code="survey_months", clause="C2.3", unit="month", value=Decimal(3), from_on=TODAY,
                     set_by_id=act.by.account_id, status=FigureStatus.PROPOSED)  # fmt: skip
        session.add(one)
        one.propose(act)
    assert one.approvers()[0] is Role.GENERAL_MANAGER
    with pytest.raises(NotYours, match="who set it"):
        perform(session, one, "approve", "sales_manager")
    perform(session, one, "approve", "general_manager")


def test_where_the_manager_is_missing_the_general_manager_decides(session):
    without(session, Role.SALES_MANAGER)
    one = proposed(session)
    perform(session, one, "approve", "general_manager")
    assert figure(session, SURVEY_MONTHS, TODAY) == 3


def test_a_company_that_is_being_set_up_counts_what_its_administrator_sets(session):
    without(session, Role.SALES_MANAGER, Role.GENERAL_MANAGER)
    one = proposed(session)
    assert one.status is FigureStatus.APPROVED
    assert one.approved_by_id is None
    assert figure(session, SURVEY_MONTHS, TODAY) == 3


def test_a_clause_without_a_text_is_the_general_managers(session):
    with doing(session, "admin"):
        session.delete(clause_of(session, "C2.3"))
    assert proposed(session).approvers()[0] is Role.GENERAL_MANAGER


def test_a_value_that_replaces_another_ends_it_the_day_before(any_session):
    before = any_session.scalars(select(Figure).where(Figure.code == "repeat_within_days")).one()
    one = proposed(any_session, "45", "repeat_within_days")
    with pytest.raises(RuleBroken, match="replaced") as refusal:
        one.refuse_overlap()
    assert refusal.value.field == "from_on"
    one.refuse_overlap(statuses=())
    with doing(any_session, "admin"):
        one.replaces = True
    one.refuse_overlap()
    perform(any_session, one, "approve", "quality_manager")
    assert before.to_on == TODAY - timedelta(days=1)
    assert figure(any_session, REPEAT_WITHIN_DAYS, TODAY) == 45
    assert figure(any_session, REPEAT_WITHIN_DAYS, TODAY - DAY) == 30
    assert [each.value for each in one.siblings()] == [45, 30]


def test_nothing_is_replaced_where_nothing_came_before(session):
    one = proposed(session, replaces=True)
    perform(session, one, "approve", "sales_manager")
    assert one.replaced() is None


def test_two_values_cannot_both_be_approved_for_one_day(session):
    first, second = proposed(session), proposed(session, "5", from_on=TODAY + DAY)
    perform(session, first, "approve", "sales_manager")
    with pytest.raises(RuleBroken, match="already has a value"):
        perform(session, second, "approve", "sales_manager")
    assert second.status is FigureStatus.PROPOSED


def test_two_values_never_begin_on_one_day(any_session):
    proposed(any_session)
    with pytest.raises(IntegrityError):
        proposed(any_session, "4")


def test_a_figure_is_called_by_its_name_in_both_languages(session):
    one = proposed(session, "14", "grace_days", "minor", from_on=date(2026, 12, 1))
    assert one.label_words == Words(
        "Days to learn a new revision: Minor change, 2026-12-01", "新版次学习宽限天数：一般变更 2026-12-01"
    )
    assert one.label == "新版次学习宽限天数：一般变更 2026-12-01"
    assert proposed(session).label_words.en == f"Customers are surveyed every, {TODAY}"
    assert Figure(code="gone", applies_to="", from_on=TODAY).label == f"gone {TODAY}"


# What is not set


def test_everything_unset_is_listed_with_the_row_to_fill_in(any_session):
    found = unset(any_session, LATER)
    rounds = next(one for one in found if one.code == "survey_months")
    assert (rounds.clause, rounds.row_id, rounds.waits) == ("C2.3", None, False)
    weights = {one.part for one in found if one.code == "satisfaction_weight"}
    assert weights == {"ticket", "survey", "follow_up"}
    assert not any(one.code == "repeat_within_days" for one in found)
    set_here = set(map(str, any_session.scalars(select(SlaPolicy.target))))
    assert {one.target for one in found if one.target} == set(map(str, Target)) - set_here
    waiting = proposed(any_session)
    assert next(one for one in unset(any_session, LATER) if one.code == "survey_months").row_id == waiting.id
    with doing(any_session, "admin"):
        policy = any_session.scalars(select(SlaPolicy).where(SlaPolicy.name == "整改-major")).one()
        policy.amount = None
    empty = [one for one in unset(any_session, LATER) if one.target == "rectification"]
    said = [(one.row_id, one.words, one.applies_to.zh, one.waits) for one in empty]
    assert said == [(policy.id, Target.RECTIFICATION.words, "整改-major", False)]


def test_a_time_limit_that_has_ended_is_unset(session):
    with doing(session, "admin"):
        for one in session.scalars(select(SlaPolicy)):
            one.to_on = TODAY - DAY
    assert "rectification" in {one.target for one in unset(session, LATER)}


def test_what_counts_today_under_a_clause(session):
    figures, limits = in_force_by_clause(session, "P3.2", LATER)
    assert {str(one.code) for one in figures} == {"repeat_within_days", "max_rounds", "effectiveness_days"}
    assert {one.name for one in limits} == {"整改-minor", "整改-major", "整改-critical"}
    assert in_force_by_clause(session, "G1", LATER) == ([], [])


# What a change would have done


def told(session, value, code="repeat_within_days"):
    return [one.text("en") for one in foretold(session, FIGURES[code], Decimal(value), LATER + 40 * DAY)]


def test_a_longer_term_would_have_made_more_repeats(any_session):
    for days in (0, 8, 28):
        checked(any_session, [item(any_session)], at=LATER + days * DAY)
    assert told(any_session, "10") == [
        "Of 5 failures in the last quarter 2 would have counted as repeated, and been raised one step.",
        "With the present value it is 3.",
    ]
    assert told(any_session, "1")[0].startswith("Of 5 failures in the last quarter 1 would")
    assert told(any_session, "30")[0].startswith("Of 5 failures in the last quarter 3 would")


def test_an_unset_figure_is_foretold_without_a_present_value(session):
    with doing(session, "admin"):
        session.scalars(select(Figure).where(Figure.code == "repeat_within_days")).one().voided_at = LATER
    assert len(told(session, "10")) == 1


def test_what_cannot_be_reckoned_is_said_so(session):
    assert foretold(session, SURVEY_MONTHS, Decimal(2), AT) == [CANNOT]
    assert Change(None, Decimal(2)).applies_to == ""
