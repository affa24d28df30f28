"""Process documents: one revision in force, two signatures to stop it (P1)."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from models.event import ApprovalRecord
from models.organisation import Account, AccountRole, Post
from models.process import DocumentRevision, ProcessDocument, ProcessDocumentPost, revision_in_force
from rules.base import SYSTEM, NotYours, Role, RuleBroken
from tests.models.acts import DAY, HOUR, LATER, doing, events, last_seq, perform
from tests.world import person

TICK = timedelta.resolution


def first(session):
    return session.scalar(select(DocumentRevision).where(DocumentRevision.rev_no == "A/0"))


def written(session, rev_no="A/1", at=LATER):
    """A revision that waits for its approval."""
    with doing(session, "technical", at) as act:
        revision = DocumentRevision(
            document_id=first(session).document_id, rev_no=rev_no, author_id=act.by.employee_id, summary="改刀具参数"
        )
        session.add(revision)
    return perform(session, revision, "submit", "technical", at)


def released(session, rev_no="A/1", at=LATER):
    revision = written(session, rev_no, at)
    for verb in ("approve", "release"):
        perform(session, revision, verb, "technical_manager", at)
    return revision


def withdrawn(session, at, *logins):
    for login in logins:
        perform(session, first(session), "withdraw", login, at, note="安全隐患")
    return first(session)


def test_a_release_ends_the_revision_before_it_at_the_same_instant(any_session):
    old, since = first(any_session), last_seq(any_session)
    new = released(any_session)
    assert (old.status, new.status) == ("superseded", "released")
    assert old.superseded_at == new.released_at == LATER
    found = [(one.entity_id, one.action, one.source) for one in events(any_session, since)]
    found = [one for one in found if one[1] in {"supersede", "release"}]  # what others do after it is theirs
    assert found == [(old.id, "supersede", "consequence"), (new.id, "release", "form")]


def test_which_revision_was_in_force_is_known_of_every_instant(any_session):
    old = first(any_session)
    document = old.document_id
    new = released(any_session)
    assert revision_in_force(any_session, document, old.released_at - TICK) is None
    assert revision_in_force(any_session, document, old.released_at) == old.id
    assert revision_in_force(any_session, document, LATER - TICK) == old.id
    assert revision_in_force(any_session, document, LATER) == new.id
    for login in ("technical_manager", "quality_manager"):
        perform(any_session, new, "withdraw", login, LATER + DAY, note="安全隐患")
    assert revision_in_force(any_session, document, LATER + DAY - TICK) == new.id
    assert revision_in_force(any_session, document, LATER + DAY) is None


def test_exactly_one_revision_is_in_force(any_session):
    revision = written(any_session)
    statement = update(DocumentRevision).where(DocumentRevision.id == revision.id)
    with pytest.raises(IntegrityError):
        any_session.execute(statement.values(status="released", released_at=LATER))
    any_session.rollback()
    with pytest.raises(IntegrityError, match="released_has_instant"):
        any_session.execute(statement.values(status="withdrawn"))
    any_session.rollback()


def test_the_author_does_not_approve_and_others_do_not_submit(session):
    revision = written(session)
    with doing(session, "admin"):
        account = session.scalar(select(Account).where(Account.login == "technical"))
        account.roles.append(AccountRole(role=Role.TECHNICAL_MANAGER))
    for verb in ("approve", "return"):
        with pytest.raises(NotYours, match="the author"):
            perform(session, revision, verb, "technical", note="x")
    perform(session, revision, "approve", "technical_manager")
    assert revision.approved_by_id == person(session, "technical_manager").employee_id
    with pytest.raises(NotYours):
        perform(session, revision, "release", "technical")


def test_a_returned_revision_says_why_and_goes_round_again(session):
    revision = written(session)
    with pytest.raises(RuleBroken, match="reason"):
        perform(session, revision, "return", "technical_manager")
    perform(session, revision, "return", "technical_manager", note="缺公差")
    assert revision.status == "draft"
    perform(session, revision, "submit", "technical")
    perform(session, revision, "return", "technical_manager", note="缺公差")
    perform(session, revision, "drop", "technical")
    assert revision.status == "dropped"
    assert revision.label == "GY-CC-001 A/1"
    assert revision.parties() == {"author": {revision.author_id}}


# Two signatures


def test_a_withdrawal_takes_two_signatures_of_two_roles(any_session):
    since = last_seq(any_session)
    revision = withdrawn(any_session, LATER, "technical_manager")
    assert (revision.status, revision.withdrawn_at, revision.document.status) == ("released", None, "active")
    signed = events(any_session, since)
    assert [(one.action, one.reason, one.changes) for one in signed] == [("sign_withdraw", "安全隐患", {})]
    withdrawn(any_session, LATER + HOUR, "quality_manager")
    assert (revision.status, revision.withdrawn_at) == ("withdrawn", LATER + HOUR)
    assert revision.document.status == "suspended"
    records = any_session.scalars(select(ApprovalRecord).order_by(ApprovalRecord.id)).all()
    assert [(one.role, one.decision, one.used_at) for one in records] == [
        ("technical_manager", "approved", LATER + HOUR), ("quality_manager", "approved", LATER + HOUR),
    ]  # fmt: skip
    assert len({one.by_id for one in records}) == 2


def test_the_same_person_twice_is_one_signature_whatever_his_roles(any_session):
    with doing(any_session, "admin"):
        account = any_session.scalar(select(Account).where(Account.login == "technical_manager"))
        account.roles.append(AccountRole(role=Role.QUALITY_MANAGER))
    revision = withdrawn(any_session, LATER, "technical_manager", "technical_manager", "technical_manager")
    assert revision.status == "released"
    assert len(any_session.scalars(select(ApprovalRecord)).all()) == 1
    withdrawn(any_session, LATER, "quality_manager")
    assert revision.status == "withdrawn"


def test_nobody_else_signs_and_the_system_does_not_either(session):
    for login in ("technical", "general_manager", "admin", "production_manager"):
        with pytest.raises(NotYours):
            withdrawn(session, LATER, login)
    with doing(session, SYSTEM):
        first(session).perform("withdraw", by=SYSTEM, at=LATER)
    assert first(session).status == "released"
    assert session.scalars(select(ApprovalRecord)).all() == []


def test_a_second_round_needs_new_signatures(any_session):
    revision = withdrawn(any_session, LATER, "quality_manager", "technical_manager")
    assert revision.status == "withdrawn"
    with doing(any_session, "admin"):
        revision.status, revision.withdrawn_at = "released", None
    withdrawn(any_session, LATER + DAY, "quality_manager")
    assert revision.status == "released"
    withdrawn(any_session, LATER + DAY, "technical_manager")
    assert revision.status == "withdrawn"
    assert len(any_session.scalars(select(ApprovalRecord)).all()) == 4


def test_a_document_stopped_is_worked_by_again_from_its_next_release(session):
    revision = withdrawn(session, LATER, "quality_manager", "technical_manager")
    new = released(session, at=LATER + DAY)
    assert (revision.status, revision.superseded_at) == ("withdrawn", None)
    assert (new.status, new.document.status) == ("released", "active")


def test_a_post_works_by_a_document_once_and_is_told_in_it(any_session):
    document, since = any_session.scalar(select(ProcessDocument)), last_seq(any_session)
    with doing(any_session, "technical"):
        document.posts.append(ProcessDocumentPost(post=any_session.scalar(select(Post).where(Post.code == "P-SC2"))))
    assert [(one.entity, one.action) for one in events(any_session, since)] == [("process_document", "edit")]
    with pytest.raises(IntegrityError), doing(any_session, "technical"):
        document.posts.append(ProcessDocumentPost(post=any_session.scalar(select(Post).where(Post.code == "P-SC2"))))
    any_session.rollback()
