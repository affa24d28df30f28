"""Breaches that a check comes upon: a case is drafted, nothing is decided, and voiding takes the draft back (P3.3)."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from models.actions import AccountabilityCase
from models.base import previews
from models.process import ProcessDocument
from models.quality import SpotCheck
from models.training import PostRequirement
from tests.models.acts import DAY, LATER, checked, doing, draft, item, perform, put_right, rechecked
from tests.world import AT, employee, person


def cases(session):
    return session.scalars(select(AccountabilityCase).order_by(AccountabilityCase.id)).all()


def document(session):
    return session.scalar(select(ProcessDocument))


def ask_for_a_qualification(session, *, is_ruled):
    """The post asks for one from now on; ``is_ruled``: and it is settled by what it is earned."""
    post = session.get_one(SpotCheck, 1).post
    with doing(session, "quality_manager", AT):
        post.requires_qualification = True
        if is_ruled:
            session.add(PostRequirement(post=post, document=document(session), status="active", from_on=AT.date()))


def test_an_old_revision_at_the_bench_drafts_a_case_against_the_checked_person(any_session):
    check = checked(any_session, [item(any_session, ok=True)], document=document(any_session), bench_rev="0/9")
    (case,) = cases(any_session)
    assert (case.kind, case.status, case.clause, case.severity) == ("process_breach", "draft", "P3.3", "general")
    assert (case.source_entity, case.source_id, case.opened_by_id) == ("spot_check", check.id, check.inspector_id)
    assert [(one.employee_id, one.share_percent) for one in case.persons] == [
        (employee(any_session, "车工一").id, Decimal(100))
    ]
    assert "现场版次 0/9，现行版次 A/0" in case.facts


@pytest.mark.parametrize("found", ["A/0", " a/0 ", ""])
def test_the_revision_in_force_or_none_looked_for_is_no_breach(session, found):
    checked(session, [item(session, ok=True)], document=document(session), bench_rev=found)
    assert cases(session) == []


def test_a_document_that_was_withdrawn_and_is_worked_by_all_the_same(session):
    from models.process import DocumentRevision

    revision = session.scalar(select(DocumentRevision))
    with doing(session, "technical_manager", AT):
        revision.withdrawn_at, revision.status = AT - DAY, "withdrawn"
    checked(session, [item(session, ok=True)], document=document(session), bench_rev="A/0")
    assert "现行版次 –" in cases(session)[0].facts


def test_who_may_not_work_at_the_post_is_kept_with_the_check_and_drafts_a_case(any_session):
    ask_for_a_qualification(any_session, is_ruled=True)
    check = checked(any_session, [item(any_session, ok=True), item(any_session, ok=True, question="点检")])
    assert check.gate == "no"
    assert {one["employee"] for one in check.gate_reasons} == {employee(any_session, "车工一").id}
    assert "never_qualified" in {one["code"] for one in check.gate_reasons}
    (case,) = cases(any_session)
    assert "车工一不得上岗" in case.facts


def test_nobody_answers_for_what_was_never_settled(session):
    ask_for_a_qualification(session, is_ruled=False)
    check = checked(session, [item(session, ok=True)])
    assert (check.gate, cases(session)) == ("no", [])


def test_who_needs_no_qualification_may_work(session):
    check = checked(session, [item(session, ok=True)])
    assert (check.gate, check.gate_reasons) == ("yes", [])


def test_several_people_share_it_as_a_first_proposal(session):
    lines = [item(session, ok=True, who=who, question=who) for who in ("车工一", "装配一", "班组长")]
    checked(session, lines, document=document(session), bench_rev="0/9")
    assert [one.share_percent for one in cases(session)[0].persons] == [34, 33, 33]


def test_what_is_drafted_is_said_before_the_check_is_handed_in(session):
    ask_for_a_qualification(session, is_ruled=True)
    check = draft(session, [item(session, ok=True)], document=document(session), bench_rev="0/9")
    found = [one.text("zh") for one in previews(check, "submit", person(session, "quality_inspector"))]
    assert [one[:6] for one in found] == ["将拟立责任认", "将拟立责任认"]
    nobody = draft(session, [item(session, ok=True, who=None)], document=document(session), bench_rev="0/9")
    assert list(previews(nobody, "submit", person(session, "quality_inspector"))) == []
    perform(session, nobody, "submit", "quality_inspector")
    assert (nobody.gate, cases(session)) == (None, [])


def test_a_recheck_accuses_nobody(session, world):
    from tests.models.acts import action_of

    ask_for_a_qualification(session, is_ruled=True)
    action = action_of(session, world)
    put_right(session, action, LATER)
    check = rechecked(session, action, LATER + DAY)
    assert (check.gate, cases(session)) == (None, [])
    found = [str(one) for one in previews(check, "submit", person(session, "quality_inspector2"))]
    assert found == ["The rectification is verified."]


def test_a_voided_check_takes_its_draft_back_but_not_what_is_looked_into_already(session):
    check = checked(session, [item(session, ok=True)], document=document(session), bench_rev="0/9")
    other = checked(session, [item(session, ok=True)], document=document(session), bench_rev="0/9")
    first, second = cases(session)
    perform(session, second, "investigate", "hr")
    for one in (check, other):
        perform(session, one, "void", "quality_manager", note="量具失准")
    assert (first.status, second.status) == ("dismissed", "investigating")
