"""Suggestions from submission to verified effect, and what they contribute (K1.1, K3.2)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.actions import PerformanceFileEntry
from models.assessment import Suggestion, SuggestionProposer, sums_of
from models.indicators import INDICATORS, Span
from models.process import DocumentRevision, ProcessDocument
from rules.base import NotYours, RuleBroken
from tests.models.acts import DAY, HOUR, doing, perform
from tests.world import employee, release_revision

AT = datetime(2026, 10, 12, 2, tzinfo=UTC)
OCTOBER = Span(
    AT.date().replace(day=1), AT.date().replace(day=31), datetime(2026, 9, 30, 16, tzinfo=UTC),
    datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 10, 31, 16, tzinfo=UTC),
)  # fmt: skip


def suggested(session, *names, at=AT, **more):
    with doing(session, "employee", at) as act:
        one = Suggestion(
            title="夹具加定位销",
            topic="quality",
            present="靠目测对位",
            proposal="加两个定位销",
            submitted_at=at,
            **more,
        )
        one.proposers = [SuggestionProposer(employee=employee(session, name)) for name in names]
        session.add(one)
        one.prepare(act)
    return one


def carried_out(session, one, at=AT, grade="A"):
    perform(session, one, "screen", "hr", at + HOUR)
    perform(session, one, "pass_on", "hr", at + 2 * HOUR)
    perform(session, one, "adopt", "technical_manager", at + 3 * HOUR, owner=employee(session, "工艺技术员"))
    perform(session, one, "implement", "technical", at + 4 * HOUR)
    perform(
        session, one, "report", "technical", at + 5 * HOUR, before_figures="不良率 4.1%", after_figures="不良率 1.2%"
    )
    return perform(session, one, "verify", "quality_manager", at + DAY, grade=grade)


def points(session):
    found = sums_of(session, INDICATORS["improvement_contribution"], OCTOBER)
    return {
        name: found.of_employee(employee(session, name).id).value
        for name in ("车工一", "装配一", "班组长", "工艺技术员")
    }


def test_points_are_shared_equally_and_reach_the_files(any_session):
    one = carried_out(any_session, suggested(any_session, "车工一", "装配一", "班组长"))
    assert points(any_session) == {
        "车工一": Decimal("3.3333"), "装配一": Decimal("3.3333"), "班组长": Decimal("3.3333"), "工艺技术员": 0,
    }  # fmt: skip
    entries = any_session.scalars(
        select(PerformanceFileEntry).where(PerformanceFileEntry.source_entity == "suggestion")
    ).all()
    assert len(entries) == 3
    assert (one.status, one.answered_at) == ("verified", AT + 3 * HOUR)


def test_points_are_capped(session):
    for nth in range(3):
        carried_out(session, suggested(session, "车工一"), at=AT + nth * DAY)
    assert points(session)["车工一"] == 20


def test_only_what_was_verified_in_the_period_counts(session):
    carried_out(session, suggested(session, "车工一"), at=AT + 25 * DAY)
    suggested(session, "装配一")
    assert points(session) == {"车工一": 0, "装配一": 0, "班组长": 0, "工艺技术员": 0}


def optimised(session, **more):
    with doing(session, "technical", AT) as act:
        one = DocumentRevision(
            document=session.scalar(select(ProcessDocument)), rev_no="B/0", author_id=act.by.employee_id,
            change_class="major", trigger="process_optimisation", summary="优化切削参数", body="转速 1200", **more,
        )  # fmt: skip
        session.add(one)
        one.perform("submit", by=act.by, at=AT)
    release_revision(session, one, AT + HOUR)
    return one


def test_an_improvement_of_a_document_counts_for_its_author(session):
    optimised(session)
    assert points(session)["工艺技术员"] == 5


def test_what_came_from_a_suggestion_counts_once_and_there(session):
    revision = optimised(session)
    one = suggested(session, "车工一", revision_id=revision.id)
    assert points(session)["工艺技术员"] == 0
    carried_out(session, one, grade="B")
    assert points(session)["车工一"] == 6


def test_who_made_it_neither_judges_nor_verifies(session):
    one = suggested(session, "技术经理", "质量经理")
    perform(session, one, "screen", "hr", AT)
    perform(session, one, "pass_on", "hr", AT)
    with pytest.raises(NotYours):
        perform(session, one, "adopt", "technical_manager", AT, owner=employee(session, "工艺技术员"))


def test_an_effect_is_measured_before_it_is_verified(session):
    one = suggested(session, "车工一")
    for verb, login, more in (
        ("screen", "hr", {}),
        ("pass_on", "hr", {}),
        ("adopt", "technical_manager", {"owner": employee(session, "工艺技术员")}),
        ("implement", "technical", {}),
    ):
        perform(session, one, verb, login, AT, **more)
    with pytest.raises(RuleBroken, match="before and after"):
        perform(session, one, "verify", "quality_manager", AT + DAY, grade="A")


def test_what_is_about_satisfaction_the_after_sales_manager_judges(session):
    one = suggested(session, "车工一")
    with doing(session, "hr"):
        one.topic = "satisfaction"
    perform(session, one, "screen", "hr", AT)
    perform(session, one, "pass_on", "hr", AT)
    with pytest.raises(NotYours):
        perform(session, one, "adopt", "technical_manager", AT, owner=employee(session, "工艺技术员"))
    perform(session, one, "reject", "after_sales_manager", AT, note="已有同类方案")
    assert (one.status, one.answer) == ("rejected", "已有同类方案")
