"""Process documents: one revision in force, two signatures to stop it (P1)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from models.approvals import waiting_for
from models.base import on_date, previews
from models.event import ApprovalRecord, Attachment
from models.organisation import Account, AccountRole, Department, Post, ProductModel
from models.process import (
    ChangeNotice,
    DocumentReview,
    DocumentRevision,
    ProcessDocument,
    ProcessDocumentModel,
    ProcessDocumentPost,
    completeness,
    countersignatures,
    open_review,
    posts_departments,
    readers_of,
    revision_in_force,
    revision_number_after,
    revisions_in_force_on,
    sides,
)
from models.process.origins import document_of_action, revisions_from
from models.receipts import confirm, who_is_missing
from models.regulation import Asked, Figure, SlaPolicy, clocks_of, counted
from models.reminding import remind
from rules.base import SYSTEM, NotYours, Role, RuleBroken, Unset
from rules.process import ChangeClass
from rules.regulation import Side
from tests.models.acts import DAY, HOUR, LATER, action_of, doing, events, last_seq, perform
from tests.world import employee, person

TICK = timedelta.resolution
WITHDRAWALS = (
    select(ApprovalRecord)
    .where(ApprovalRecord.step == "withdraw", ApprovalRecord.decision == "approved")
    .order_by(ApprovalRecord.id)
)


def first(session):
    return session.scalar(select(DocumentRevision).where(DocumentRevision.rev_no == "A/0"))


def written(session, rev_no="A/1", at=LATER, **more):
    """A revision that waits for its approval."""
    with doing(session, "technical", at) as act:
        revision = DocumentRevision(
            document_id=first(session).document_id,
            rev_no=rev_no,
            author_id=act.by.employee_id,
            summary="改刀具参数",
            trigger="process_optimisation",
            body="按图加工，进给量不大于 0.2 mm/r。",
            **more,
        )
        session.add(revision)
    return perform(session, revision, "submit", "technical", at)


def countersigned(session, revision, at=LATER):
    for login in ("production_manager", "quality_manager"):
        perform(session, revision, "countersign", login, at)
    return revision


def approved(session, rev_no="A/1", at=LATER, **more):
    revision = countersigned(session, written(session, rev_no, at, **more), at)
    return perform(session, revision, "approve", "technical_manager", at)


def released(session, rev_no="A/1", at=LATER, **more):
    return perform(session, approved(session, rev_no, at, **more), "release", "technical_manager", at)


def withdrawn(session, at, *logins):
    for login in logins:
        perform(session, first(session), "withdraw", login, at, note="安全隐患")
    return first(session)


def test_a_release_ends_the_revision_before_it_at_the_same_instant(any_session):
    old, since = first(any_session), last_seq(any_session)
    new = released(any_session)
    assert (old.status, new.status) == ("superseded", "released")
    assert old.superseded_at == new.released_at == LATER
    own = {"document_revision", "process_document", "document_review"}  # what other chapters do after it is theirs
    found = [(one.entity, one.entity_id, one.action, one.source) for one in events(any_session, since)]
    found = [one for one in found if one[0] in own and one[2] not in {"ask_to_read", "clock_begins", "clock_ends"}][-4:]
    assert found == [
        ("document_revision", old.id, "supersede", "consequence"),
        ("document_revision", new.id, "release", "form"),
        ("process_document", old.document_id, "edit", "consequence"),
        ("document_review", 1, "move", "consequence"),
    ]


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
    perform(session, countersigned(session, revision), "approve", "technical_manager")
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
    assert revision.parties() == {"author": {revision.author_id}, "proposer": frozenset()}


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
    records = any_session.scalars(WITHDRAWALS).all()
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
    assert len(any_session.scalars(WITHDRAWALS).all()) == 1
    withdrawn(any_session, LATER, "quality_manager")
    assert revision.status == "withdrawn"


def test_nobody_else_signs_and_the_system_does_not_either(session):
    for login in ("technical", "general_manager", "admin", "production_manager"):
        with pytest.raises(NotYours):
            withdrawn(session, LATER, login)
    with doing(session, SYSTEM):
        first(session).perform("withdraw", by=SYSTEM, at=LATER)
    assert first(session).status == "released"
    assert session.scalars(WITHDRAWALS).all() == []


def test_a_second_round_needs_new_signatures(any_session):
    revision = withdrawn(any_session, LATER, "quality_manager", "technical_manager")
    assert revision.status == "withdrawn"
    with doing(any_session, "admin"):
        revision.status, revision.withdrawn_at = "released", None
    withdrawn(any_session, LATER + DAY, "quality_manager")
    assert revision.status == "released"
    withdrawn(any_session, LATER + DAY, "technical_manager")
    assert revision.status == "withdrawn"
    assert len(any_session.scalars(WITHDRAWALS).all()) == 4


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


# Written, countersigned, approved


def test_a_revision_is_handed_in_whole(session):
    with doing(session, "technical") as act:
        revision = DocumentRevision(document_id=first(session).document_id, rev_no="A/1", author_id=act.by.employee_id)
        session.add(revision)
    for field, value in (("trigger", "suggestion"), ("summary", "改刀具"), ("body", "按图加工")):
        with pytest.raises(RuleBroken) as refused:
            perform(session, revision, "submit", "technical")
        assert refused.value.field == field
        with doing(session, "technical"):
            setattr(revision, field, value)
    perform(session, revision, "submit", "technical")
    assert revision.status == "in_review"


def test_a_file_stands_for_the_text(session):
    with doing(session, "technical") as act:
        revision = DocumentRevision(
            document_id=first(session).document_id,
            rev_no="A/1",
            author_id=act.by.employee_id,
            trigger="suggestion",
            summary="改",
        )
        session.add(revision)
        session.flush()
        facts = {"stored_as": "f", "name": "规程.pdf", "media_type": "application/pdf", "size": 1, "sha256": "0"}
        session.add(
            Attachment(entity="document_revision", entity_id=revision.id, kind="document", taken_at=LATER, **facts)
        )
    perform(session, revision, "submit", "technical")
    assert revision.status == "in_review"


def test_the_first_revision_gives_its_own_reason(session):
    assert first(session).trigger == "initial"


def test_approval_waits_for_both_countersignatures_of_two_people(any_session):
    revision = written(any_session)
    with pytest.raises(RuleBroken, match="Production manager, Quality manager"):
        perform(any_session, revision, "approve", "technical_manager")
    perform(any_session, revision, "countersign", "quality_manager", note="同意")
    with pytest.raises(RuleBroken, match="Production manager"):
        perform(any_session, revision, "approve", "technical_manager")
    with pytest.raises(NotYours, match="signed already"):
        perform(any_session, revision, "countersign", "quality_manager")
    perform(any_session, revision, "countersign", "production_manager")
    given = [(one.role, one.comment, one.used_at) for one in countersignatures(any_session, revision.id)]
    assert given == [("production_manager", "", None), ("quality_manager", "同意", None)]
    perform(any_session, revision, "approve", "technical_manager")
    assert (revision.status, revision.approved_at) == ("approved", LATER)
    assert countersignatures(any_session, revision.id) == []


def test_one_person_in_both_offices_signs_for_one_of_them(session):
    with doing(session, "admin"):
        account = session.scalar(select(Account).where(Account.login == "quality_manager"))
        account.roles.append(AccountRole(role=Role.PRODUCTION_MANAGER))
        account = session.scalar(select(Account).where(Account.login == "general_manager"))
        account.roles.append(AccountRole(role=Role.QUALITY_MANAGER))
    revision = perform(session, written(session), "countersign", "quality_manager")
    with pytest.raises(NotYours, match="signed already"):
        perform(session, revision, "countersign", "quality_manager")
    perform(session, revision, "countersign", "general_manager")
    given = countersignatures(session, revision.id)
    assert [one.role for one in given] == ["production_manager", "quality_manager"]
    assert len({one.by_id for one in given}) == 2


def test_a_side_that_has_signed_signs_no_more(session):
    with doing(session, "admin"):
        account = session.scalar(select(Account).where(Account.login == "general_manager"))
        account.roles.append(AccountRole(role=Role.QUALITY_MANAGER))
    revision = perform(session, written(session), "countersign", "quality_manager")
    with pytest.raises(RuleBroken, match="Your side"):
        perform(session, revision, "countersign", "general_manager")


def test_the_production_manager_of_other_posts_countersigns_nothing_here(session):
    revision = written(session)
    with pytest.raises(NotYours):
        perform(session, revision, "countersign", "production_manager2")
    with doing(session, "technical"):
        other = session.scalar(select(Post).where(Post.code == "P-SC2"))
        revision.document.posts.append(ProcessDocumentPost(post=other))
    perform(session, revision, "countersign", "production_manager2")
    assert revision.parties()["countersigner"] >= {
        person(session, one).employee_id for one in ("production_manager", "production_manager2", "quality_manager")
    }


def test_of_a_document_for_no_post_every_production_manager_may_sign(session):
    revision = written(session)
    with doing(session, "technical"):
        revision.document.posts.clear()
    perform(session, revision, "countersign", "production_manager2")
    assert posts_departments(session, revision.document_id) == {}


def for_post_of(session, kind):
    """The document is for a post of a department of that kind alone."""
    with doing(session, "admin"):
        department = session.scalar(select(Department).where(Department.kind == kind))
        if department is None:
            department = Department(code="XX", name="另一部门", kind=kind)
            session.add(department)
        post = Post(code="P-XX", name="另一岗位", department=department, headcount=1)
        document = first(session).document
        document.posts.clear()
        session.flush()
        document.posts.append(ProcessDocumentPost(post=post))


@pytest.mark.parametrize(
    "kind, asked",
    [
        ("after_sales", ("after_sales_manager", "quality_manager")),
        ("sales", ("sales_manager", "quality_manager")),
        ("management", ("general_manager", "quality_manager")),
        ("quality", ("quality_manager",)),
        ("technical", ("quality_manager",)),
    ],
)
def test_of_a_document_for_posts_elsewhere_their_own_manager_signs_in_place_of_production(session, kind, asked):
    for_post_of(session, kind)
    revision = written(session)
    assert sides(session, revision.document_id) == asked
    with pytest.raises(NotYours):
        perform(session, revision, "countersign", "production_manager")
    for login in asked:
        assert inbox(session, login) == [("countersign", revision.id)]
        perform(session, revision, "countersign", login)
    perform(session, revision, "approve", "technical_manager")
    assert revision.status == "approved"


def test_where_nobody_manages_the_department_quality_alone_is_asked(session):
    with doing(session, "admin"):
        for one in session.scalars(select(AccountRole).where(AccountRole.role == Role.AFTER_SALES_MANAGER)).all():
            session.delete(one)
    for_post_of(session, "after_sales")
    revision = written(session)
    assert sides(session, revision.document_id) == ("quality_manager",)


def inbox(session, login):
    return [(one.approval.step, one.record.id) for one in waiting_for(session, person(session, login))]


def test_a_revision_waits_in_the_inbox_of_each_side_until_it_has_signed_and_then_of_who_approves(any_session):
    session = any_session
    revision = written(session)
    asked = ("countersign", revision.id)
    assert asked in inbox(session, "production_manager")
    assert asked in inbox(session, "quality_manager")
    assert inbox(session, "production_manager2") == []
    assert inbox(session, "technical_manager") == []  # nothing to approve before both have signed
    perform(session, revision, "countersign", "production_manager")
    assert inbox(session, "production_manager") == []
    perform(session, revision, "return", "quality_manager", note="限值无依据")
    assert inbox(session, "quality_manager") == []
    perform(session, revision, "submit", "technical")
    perform(session, revision, "countersign", "production_manager")
    perform(session, revision, "countersign", "quality_manager")
    assert inbox(session, "technical_manager") == [("approve", revision.id)]
    perform(session, revision, "approve", "technical_manager")
    assert inbox(session, "technical_manager") == []
    left = session.scalars(select(ApprovalRecord).where(ApprovalRecord.decision == "pending")).all()
    assert left == []


def test_who_countersigns_may_send_it_back_and_the_round_begins_anew(session):
    revision = perform(session, written(session), "countersign", "production_manager")
    perform(session, revision, "return", "quality_manager", note="限值无依据")
    perform(session, revision, "submit", "technical")
    assert countersignatures(session, revision.id) == []
    with pytest.raises(RuleBroken, match="Production manager, Quality manager"):
        perform(session, revision, "approve", "technical_manager")


def test_an_editorial_revision_needs_only_the_technical_manager(session):
    revision = written(session, change_class="editorial")
    with pytest.raises(RuleBroken, match="editorial"):
        perform(session, revision, "countersign", "quality_manager")
    assert "countersigner" not in revision.parties()
    perform(session, revision, "approve", "technical_manager")
    assert revision.status == "approved"


def test_the_system_countersigns_nothing(session):
    revision = written(session)
    with doing(session, SYSTEM):
        revision.perform("countersign", by=SYSTEM, at=LATER)
    assert countersignatures(session, revision.id) == []


def test_the_author_does_not_countersign_whatever_his_roles(session):
    with doing(session, "admin"):
        account = session.scalar(select(Account).where(Account.login == "technical"))
        account.roles.append(AccountRole(role=Role.QUALITY_MANAGER))
    with pytest.raises(NotYours, match="the author"):
        perform(session, written(session), "countersign", "technical")


def test_what_was_approved_can_be_taken_back_and_needs_signatures_again(session):
    revision = perform(session, approved(session), "take_back", "technical_manager", note="附图缺页")
    assert (revision.status, revision.approved_by_id, revision.approved_at) == ("draft", None, None)
    perform(session, revision, "submit", "technical")
    with pytest.raises(RuleBroken):
        perform(session, revision, "approve", "technical_manager")


def test_somebody_asks_a_technician_takes_it_up_or_declines(session):
    asker = person(session, "quality_manager").employee_id
    for verb in ("take_up", "drop"):
        with doing(session, "quality_manager"):
            revision = DocumentRevision(
                document_id=first(session).document_id,
                rev_no=revision_number_after(session, first(session).document_id, ChangeClass.MINOR),
                status="proposed",
                proposed_by_id=asker,
                summary="规程与现场不符",
            )
            session.add(revision)
        with pytest.raises(NotYours):
            perform(session, revision, verb, "quality_manager", note="x")
        perform(session, revision, verb, "technical", note="已在编制")
        assert revision.relations_of(person(session, "quality_manager")) == {"proposer"}
    drafts = session.scalars(select(DocumentRevision).where(DocumentRevision.status == "draft")).all()
    assert [(one.rev_no, one.author_id) for one in drafts] == [("A/1", person(session, "technical").employee_id)]


# Released: now, or planned


def test_a_release_keeps_its_day_its_grace_and_moves_the_review(session):
    new = released(session)
    assert (new.effective_on, new.grace_days) == (on_date(LATER), 14)
    assert new.document.next_review_on == date(2027, 11, 17)
    assert open_review(session, new.document_id).due_on == date(2027, 11, 17)


@pytest.mark.parametrize("code,clause", [("grace_days", "P2.2"), ("review_interval_months", "P1.2")])
def test_an_unset_figure_refuses_the_release_with_its_clause(session, code, clause):
    with doing(session, "admin"):
        for one in session.scalars(select(Figure).where(Figure.code == code)):
            one.to_on = on_date(LATER)
    revision = approved(session)
    said = [str(one) for one in previews(revision, "release", person(session, "technical_manager"))]
    assert any("refused" in one and clause in one for one in said), said
    with pytest.raises(Unset) as refused:
        perform(session, revision, "release", "technical_manager", LATER + DAY)
    assert refused.value.clause == clause
    assert revision.status == "approved"


def test_the_preview_says_what_the_release_then_does(session):
    revision = approved(session)
    manager = person(session, "technical_manager")
    said = " ".join(str(one) for one in previews(revision, "release", manager))
    assert "A/0 ends" in said
    assert "within 14 days" in said
    assert "planned" not in said
    perform(session, revision, "plan", "technical_manager", effective_on="2199-01-04")
    assert "planned for 2199-01-04" in " ".join(str(one) for one in previews(revision, "release", manager))


def test_an_editorial_release_moves_no_review(session):
    revision = written(session, change_class="editorial")
    perform(session, revision, "approve", "technical_manager")
    said = [str(one) for one in previews(revision, "release", person(session, "technical_manager"))]
    assert not any("review" in one for one in said)
    due_on = revision.document.next_review_on
    perform(session, revision, "release", "technical_manager")
    assert revision.document.next_review_on == due_on


def test_a_planned_revision_comes_into_force_by_itself_once(any_session):
    revision = approved(any_session)
    for day in ("2026-11-17", "2026-11-01", ""):
        with pytest.raises(RuleBroken):
            perform(any_session, revision, "plan", "technical_manager", effective_on=day)
    perform(any_session, revision, "plan", "technical_manager", effective_on="2026-12-01")
    midnight = datetime(2026, 11, 30, 16, tzinfo=UTC)
    remind(any_session, midnight - TICK)
    assert revision.status == "approved"
    remind(any_session, midnight)
    any_session.refresh(revision)
    assert (revision.status, revision.released_at) == ("released", midnight)
    old, since = first(any_session), last_seq(any_session)
    assert old.superseded_at == midnight
    assert remind(any_session, midnight + HOUR)["release_planned"] == 0
    assert [one for one in events(any_session, since) if one.entity == "document_revision"] == []


def test_after_an_outage_it_counts_from_then_and_not_from_before(session):
    revision = perform(session, approved(session), "plan", "technical_manager", effective_on="2026-12-01")
    late = datetime(2026, 12, 3, 1, tzinfo=UTC)
    remind(session, late)
    session.refresh(revision)
    assert (revision.released_at, revision.effective_on) == (late, date(2026, 12, 3))
    assert revision_in_force(session, revision.document_id, late - TICK) == first(session).id


def test_what_was_not_planned_waits_for_the_technical_manager(session):
    revision = approved(session, effective_on=on_date(LATER))
    assert remind(session, LATER + 3 * DAY)["release_planned"] == 0
    perform(session, revision, "release", "technical_manager", LATER + 3 * DAY)
    assert revision.effective_on == on_date(LATER + 3 * DAY)


def test_two_planned_for_one_day_come_into_force_each_at_its_own_instant(session):
    revisions = []
    for number in ("GY-2", "GY-3"):
        with doing(session, "technical") as act:
            document = ProcessDocument(doc_no=number, title="新文件", doc_type="process_flow")
            revision = DocumentRevision(
                document=document, rev_no="A/0", author_id=act.by.employee_id, summary="新", body="一"
            )
            session.add_all([document, revision])
        perform(session, revision, "submit", "technical")
        perform(session, countersigned(session, revision), "approve", "technical_manager")
        perform(session, revision, "plan", "technical_manager", effective_on="2026-12-01")
        revisions.append(revision)
    assert remind(session, LATER + 30 * DAY)["release_planned"] == 2
    session.expire_all()
    assert len({one.released_at for one in revisions}) == 2


def test_of_a_day_with_a_release_both_revisions_are_told(session):
    old, new = first(session), released(session)
    found = revisions_in_force_on(session, old.document_id, on_date(LATER))
    assert [one.revision_id for one in found] == [old.id, new.id]
    assert [one.revision_id for one in revisions_in_force_on(session, old.document_id, on_date(LATER + DAY))] == [
        new.id
    ]
    assert revisions_in_force_on(session, old.document_id, date(2020, 1, 1)) == []


def test_an_obsolete_document_ends_its_revision_and_its_review(session):
    document = first(session).document
    with pytest.raises(RuleBroken, match="reason"):
        perform(session, document, "make_obsolete", "technical_manager")
    perform(session, document, "make_obsolete", "technical_manager", note="产品停产")
    assert (first(session).status, first(session).superseded_at) == ("superseded", LATER)
    assert (document.status, document.next_review_on, open_review(session, document.id)) == ("obsolete", None, None)
    assert session.scalar(select(DocumentReview.result)) == "obsolete"
    new = released(session, at=LATER + DAY)
    assert (new.document.status, new.status) == ("active", "released")


def test_a_document_that_was_never_released_can_be_obsolete(session):
    with doing(session, "technical"):
        document = ProcessDocument(doc_no="GY-9", title="未发布", doc_type="process_flow")
        session.add(document)
    perform(session, document, "make_obsolete", "technical_manager", note="重复")
    assert document.status == "obsolete"


def test_a_withdrawn_document_can_be_made_obsolete(session):
    revision = withdrawn(session, LATER, "quality_manager", "technical_manager")
    perform(session, revision.document, "make_obsolete", "technical_manager", note="产品停产")
    assert (revision.status, revision.document.status) == ("withdrawn", "obsolete")


# Notices of a change


def noticed(session, at=LATER, **more):
    with doing(session, "production_manager", at) as act:
        notice = ChangeNotice(
            kind="equipment", title="新焊机", noticed_on=on_date(at), noticed_by_id=act.by.employee_id, **more
        )
        with session.no_autoflush:
            session.add(notice)
            notice.prepare(act)
    return notice


def test_a_notice_says_by_when_documents_must_have_followed(session):
    notice = noticed(session)
    assert notice.no == "BG-2026-00001"
    assert notice.due_at == datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    with doing(session, "technical") as act:
        notice.noticed_on = on_date(LATER) + DAY
        with pytest.raises(RuleBroken, match="future"):
            notice.prepare(act)
        session.expire(notice)


def test_without_a_time_limit_no_notice_is_taken(session):
    with doing(session, "admin"):
        session.scalars(select(SlaPolicy).where(SlaPolicy.target == "revision_after_change")).one().amount = None
    with pytest.raises(Unset, match=r"P1\.3"):
        noticed(session)
    session.rollback()


def test_a_notice_is_answered_by_the_last_release_that_follows_it(any_session):
    notice = noticed(any_session)
    draft = written(any_session, "A/2", change_notice_id=notice.id)
    released(any_session, "A/1", change_notice_id=notice.id)
    assert notice.status == "open"
    perform(any_session, draft, "return", "technical_manager", note="x")
    perform(any_session, draft, "drop", "technical")
    released(any_session, "A/3", LATER + DAY, change_notice_id=notice.id)
    assert (notice.status, notice.answered_at) == ("answered", LATER + DAY)
    released(any_session, "A/4", LATER + 2 * DAY, change_notice_id=notice.id)
    assert notice.answered_at == LATER + DAY


def test_a_notice_is_dismissed_with_a_reason_by_the_technical_manager(session):
    notice = noticed(session)
    for login, more in (("technical", {"note": "x"}), ("technical_manager", {})):
        with pytest.raises(RuleBroken):
            perform(session, notice, "dismiss", login, **more)
    perform(session, notice, "dismiss", "technical_manager", note="同型号更换")
    assert notice.status == "dismissed"
    assert notice.parties() == {"noticer": {person(session, "production_manager").employee_id}}


def test_the_notice_runs_by_a_clock_that_another_day_arms_anew(any_session):
    notice = noticed(any_session)
    first_due = notice.due_at
    with doing(any_session, "technical") as act:
        notice.prepare(act)
    assert len(clocks_of(notice)) == 1
    with doing(any_session, "technical") as act:
        notice.noticed_on -= DAY
        notice.prepare(act)
    assert [one.status for one in clocks_of(notice)] == ["cancelled", "running"]
    assert notice.due_at == clocks_of(notice)[1].due_at == first_due - DAY


def test_the_clock_ends_with_the_answer_or_the_dismissal(session):
    answered, dismissed = noticed(session), noticed(session)
    released(session, change_notice_id=answered.id)
    perform(session, dismissed, "dismiss", "technical_manager", note="同型号更换")
    assert [one.status for one in (*clocks_of(answered), *clocks_of(dismissed))] == ["met", "cancelled"]
    late = noticed(session)
    released(session, "A/2", at=late.due_at + HOUR, change_notice_id=late.id)
    assert [one.status for one in clocks_of(late)] == ["breached"]


def test_an_unanswered_notice_is_told_by_the_ladder_of_its_limit_once(session):
    with doing(session, "admin"):
        policy = session.scalars(select(SlaPolicy).where(SlaPolicy.target == "revision_after_change")).one()
        policy.ladder = [["0", ["technical_manager"]]]
    notice = noticed(session)
    since = last_seq(session)
    for hours in (-8, 1, 16, 17, 40):  # at 18:30 nobody is told, at 9:30 on the next morning he is
        remind(session, notice.due_at + hours * HOUR)
    told = [one.action for one in events(session, since, notice)]
    assert [one.partition("_")[0] for one in told] == ["overdue", "remind"]


# Who has read it


def test_who_holds_a_post_that_works_by_it_is_asked_to_read(any_session):
    revision = approved(any_session)
    asked = readers_of(any_session, revision.document_id)
    assert employee(any_session, "车工一").id in asked
    assert employee(any_session, "装配一").id not in asked
    manager = person(any_session, "technical_manager")
    said = [str(one) for one in previews(revision, "release", manager)]
    assert any(f"{len(asked)} people are asked to read" in one for one in said)
    perform(any_session, revision, "release", "technical_manager")
    missing = who_is_missing(any_session, revision)
    assert {one.employee_id for one in missing} == set(asked)
    assert {one.due_at for one in missing} == {datetime(2026, 11, 20, 9, 30, tzinfo=UTC)}
    receipt = next(one for one in missing if one.employee_id == employee(any_session, "车工一").id)
    with doing(any_session, "employee") as act:
        confirm(any_session, receipt.id, act)
    assert len(who_is_missing(any_session, revision)) == len(asked) - 1


def test_of_what_is_worked_by_no_more_nothing_is_asked(session):
    revision = released(session)
    assert who_is_missing(session, revision)
    newer = released(session, "A/2", LATER + DAY)
    session.expire_all()
    assert who_is_missing(session, revision) == []
    for login in ("technical_manager", "quality_manager"):
        perform(session, newer, "withdraw", login, LATER + 2 * DAY, note="安全隐患")
    session.expire_all()
    assert who_is_missing(session, newer) == []


def test_without_a_limit_for_confirming_nothing_is_released_where_somebody_has_to_read(session):
    with doing(session, "admin"):
        session.scalars(select(SlaPolicy).where(SlaPolicy.target == "confirmation")).one().amount = None
    revision = approved(session)
    manager = person(session, "technical_manager")
    assert any("C1.2" in str(one) for one in previews(revision, "release", manager))
    with pytest.raises(Unset, match=r"C1\.2"):
        perform(session, revision, "release", "technical_manager")
    with doing(session, "technical"):
        revision.document.posts.clear()
    assert any("nobody is asked" in str(one) for one in previews(revision, "release", manager))
    perform(session, revision, "release", "technical_manager")
    assert who_is_missing(session, revision) == []


# Which products have their documents


def made_by(session, document, code="M-1", **more):
    with doing(session, "admin"):
        model = session.scalar(select(ProductModel).where(ProductModel.code == code))
        if model is None:
            model = ProductModel(code=code, name="减速机", **more)
            session.add(model)
        document.models.append(ProcessDocumentModel(product_model=model))
    return model


def test_a_product_lacks_each_type_of_which_nothing_is_in_force(session):
    document = first(session).document
    made_by(session, document)
    (found,) = [one for one in completeness(session) if one.model.code == "M-1"]
    assert found.missing == ("process_flow", "quality_standard")
    assert [(one.doc_no, one.rev_no) for one in found.papers[document.doc_type]] == [("GY-CC-001", "A/0")]
    withdrawn(session, LATER, "quality_manager", "technical_manager")
    (found,) = [one for one in completeness(session) if one.model.code == "M-1"]
    assert found.missing == ("process_flow", "operating_spec", "quality_standard")


def test_a_product_that_is_made_no_more_lacks_nothing(session):
    made_by(session, first(session).document, is_active=False)
    assert [one for one in completeness(session) if one.model.code == "M-1"] == []


def test_a_product_is_named_in_a_document_once(any_session):
    document = first(any_session).document
    made_by(any_session, document)
    with pytest.raises(IntegrityError):
        made_by(any_session, document)
    any_session.rollback()


def test_the_clauses_are_shown_to_be_kept_by_their_rows(session):
    made_by(session, first(session).document)
    notice = noticed(session)
    late = Asked.now(notice.due_at + DAY)
    review = session.scalar(select(DocumentReview))
    found = counted(session, ("P1.1", "P1.2", "P1.3"), late)

    def numbers(clause, model):
        return next(one.numbers for one in found[clause] if one.tally.model is model)

    assert numbers("P1.1", ProductModel)[Side.DUE] >= 1
    assert numbers("P1.2", DocumentReview) == {Side.DONE: 0, Side.DUE: 1, Side.OVERDUE: 0}
    assert numbers("P1.3", ChangeNotice)[Side.OVERDUE] == 1
    on = datetime(review.due_on.year, review.due_on.month, review.due_on.day, 4, tzinfo=UTC)
    for days, side in ((0, Side.DUE), (1, Side.OVERDUE)):
        found = counted(session, ("P1.2",), Asked.now(on + days * DAY))
        assert numbers("P1.2", DocumentReview)[side] == 1


# Where a revision comes from


def test_a_rectification_is_about_the_document_its_check_was_made_against(session, world):
    action = action_of(session, world)
    assert document_of_action(session, action).doc_no == "GY-CC-001"
    with doing(session, "admin"):
        action.source_entity = "evaluation"
    assert document_of_action(session, action) is None


def test_a_record_names_the_revisions_that_it_set_off_the_latest_first(session, world):
    action = action_of(session, world)
    assert revisions_from(session, action) == []
    found = [written(session, no, trigger_entity="action_item", trigger_id=action.id) for no in ("A/1", "A/2")]
    assert revisions_from(session, action) == found[::-1]
    assert revisions_from(session, action, most=1) == found[1:]


def test_an_origin_is_named_whole_or_not_at_all(any_session):
    revision = written(any_session)
    statement = update(DocumentRevision).where(DocumentRevision.id == revision.id)
    with pytest.raises(IntegrityError, match="trigger_is_whole"):
        any_session.execute(statement.values(trigger_entity="action_item"))
    any_session.rollback()
