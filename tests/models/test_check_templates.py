"""Templates that never change once published, and checks that keep the version they were made with (P3.2)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.base import Act
from models.journal import acting
from models.organisation import Post
from models.quality import CheckTemplate, CheckTemplateItem, SpotCheck, templates_at
from models.quality.asking import failures_at, papers_at, people_at, posts_for, rectifications_at
from models.quality.recording import Answered, Entered, record, refuse_unfit
from rules.base import Faulty, NotYours, RuleBroken
from rules.quality import Answer, CheckKind, Verdict
from tests.models.acts import DAY, LATER, doing, perform
from tests.world import AT, employee, person

OK, NG, NA = Verdict.OK, Verdict.NG, Verdict.NOT_APPLICABLE


def post_of(session, code="P-SC1"):
    return session.scalar(select(Post).where(Post.code == code))


def published(session, *items, code="MB-1", at=AT, **more):
    """A template in use; without items one question."""
    with doing(session, "quality_manager", at) as act:
        more.setdefault("post", post_of(session))
        one = CheckTemplate(code=code, name="模板", **more)
        one.items = list(items) or [CheckTemplateItem(question="毛刺")]
        for seq, item in enumerate(one.items, start=1):
            item.seq = seq
        session.add(one)
        with session.no_autoflush:
            one.prepare()
        one.perform("publish", by=act.by, at=at)
    return one


def filled_in(session, template, answers, *, login="quality_inspector", at=LATER, who="车工一", attach=None, **more):
    """A form from the phone, sent."""
    by_key = {item.id: answer for item, answer in zip(template.items, answers, strict=True)}
    entered = Entered(
        template, more.pop("post", None) or post_of(session), employee(session, who), at, answers=by_key, **more
    )
    try:
        with doing(session, login, at) as act:
            return record(session, act, entered, attach or (lambda _check, _line: None))
    except Exception:
        session.rollback()
        raise


def said(verdict, **more):
    return Answered(said=verdict, **more)


def test_a_code_that_is_there_gets_its_next_version_and_the_one_before_ends(any_session):
    first = any_session.scalar(select(CheckTemplate).where(CheckTemplate.code == "MB-1"))
    second = published(any_session)
    assert (first.version, first.status, second.version, second.status) == (1, "superseded", 2, "published")
    assert second.label == "MB-1 模板 v2"


def test_two_versions_of_one_code_are_never_in_use_together(any_session):
    published(any_session)
    with acting(any_session, Act(person(any_session, "quality_manager"), AT)), any_session.no_autoflush:
        any_session.add(CheckTemplate(code="MB-1", name="另一份", version=9, status="published"))
        with pytest.raises(IntegrityError):
            any_session.flush()
        any_session.rollback()


def test_a_check_keeps_the_version_and_the_questions_it_was_made_with(session):
    first = published(session)
    check = filled_in(session, first, [said(OK)])
    published(session, CheckTemplateItem(question="倒角"))
    assert check.template is first
    assert [one.question for one in check.items] == ["毛刺"]


def test_a_template_is_published_by_the_quality_manager_alone_and_asks_something(session):
    with doing(session, "quality_manager"):
        empty = CheckTemplate(code="MB-9", name="空")
        session.add(empty)
    with pytest.raises(NotYours):
        perform(session, empty, "publish", "quality_inspector")
    with pytest.raises(RuleBroken, match="at least one question"):
        perform(session, empty, "publish", "quality_manager")


@pytest.mark.parametrize(
    "item,words",
    [
        ({"answer": Answer.NUMBER}, "lower or an upper"),
        ({"answer": Answer.CHOICE, "passing": "好"}, "which fail"),
        ({"weight": Decimal(0)}, "weight must be above 0"),
    ],
)
def test_what_nobody_could_judge_is_refused_when_it_is_written(session, item, words):
    with pytest.raises(RuleBroken, match=words):
        published(session, CheckTemplateItem(question="问", **item))
    session.rollback()


def test_a_recheck_has_no_template(session):
    with pytest.raises(RuleBroken, match="needs no template"):
        published(session, scope=CheckKind.RECHECK)
    session.rollback()


def test_the_template_made_for_a_post_comes_before_the_general_one(session):
    general = published(session, code="MB-0", post=None)
    foreign = published(session, code="MB-2", post=post_of(session, "P-SC2"))
    by_document = published(session, code="MB-3", post=None, document=papers_at(session, post_of(session))[0].document)
    found = templates_at(session, post_of(session), (CheckKind.SPOT_CHECK,))
    assert [one.code for one in found] == ["MB-1", "MB-3", "MB-0"]
    assert foreign not in found
    assert by_document not in templates_at(session, post_of(session, "P-SC2"), (CheckKind.SPOT_CHECK,))
    assert templates_at(session, post_of(session), (CheckKind.LEADER_PATROL,)) == []
    assert refuse_unfit(general, post_of(session), found) is None
    with pytest.raises(RuleBroken, match="have changed since"):
        refuse_unfit(foreign, post_of(session), found)


# A form from the phone


def test_answers_become_lines_with_what_was_asked(any_session):
    template = any_session.scalar(select(CheckTemplate).where(CheckTemplate.code == "MB-1"))
    answers = [
        Answered(value=Decimal("4.99")),
        said(NG, problem="无签字", responsible=employee(any_session, "班组长")),
        Answered(choice="光洁"),
        said(NA, problem="看不到"),
    ]
    check = filled_in(any_session, template, answers, note="夜班", sample_qty=3)
    assert [str(one.verdict) for one in check.items] == ["ok", "ng", "ok", "na"]
    assert [one.problem for one in check.items] == ["", "无签字", "", ""]
    assert (check.items[2].reading, check.items[0].unit, check.sample_qty) == ("光洁", "mm", 3)
    (action,) = check.raised()
    assert action.responsible_id == employee(any_session, "班组长").id
    assert {one.team_id for one in check.items} == {employee(any_session, "车工一").team_id}


def test_what_is_not_answered_is_named_and_nothing_is_stored(session):
    template = session.scalar(select(CheckTemplate).where(CheckTemplate.code == "MB-1"))
    keys = [f"item-{one.id}" for one in template.items]
    before = session.scalar(select(SpotCheck.id).order_by(SpotCheck.id.desc()))
    with pytest.raises(Faulty) as refusal:
        filled_in(session, template, [said(OK), Answered(), Answered(choice="锈蚀"), said(OK)])
    assert list(refusal.value.faults) == keys[:2]  # a reading is not said, it is read
    assert session.scalar(select(SpotCheck.id).order_by(SpotCheck.id.desc())) == before


def test_5_01_with_an_upper_limit_of_5_00_does_not_pass_whatever_is_said(session):
    template = session.scalar(select(CheckTemplate).where(CheckTemplate.code == "MB-1"))
    answers = [Answered(said=OK, value=Decimal("5.01")), said(OK), Answered(choice="光洁"), said(OK)]
    check = filled_in(session, template, answers)
    assert (check.items[0].verdict, check.ng_qty) == (NG, 1)


def test_a_failure_that_needs_a_photo_is_refused_without_one(session):
    template = session.scalar(select(CheckTemplate).where(CheckTemplate.code == "MB-1"))
    answers = [Answered(value=Decimal(5)), said(OK), Answered(choice="光洁"), said(NG)]
    with pytest.raises(RuleBroken, match="Item 4 failed: take a photo"):
        filled_in(session, template, answers)


# Who hands in which kind


@pytest.mark.parametrize(
    "scope,login,clause",
    [
        ("spot_check", "quality_inspector", "P3.2"),
        ("leader_patrol", "team_leader", "P3.1"),
        ("technical_inspection", "technical", "P3.4"),
        ("ad_hoc_assessment", "quality_inspector", "K2.2"),
        ("contact_sample", "after_sales_manager", "C2.2"),
    ],
)
def test_each_kind_is_its_roles_and_what_it_raises_stands_on_its_clause(any_session, scope, login, clause):
    template = published(any_session, CheckTemplateItem(question="新问题"), code="MB-K", scope=scope)
    check = filled_in(any_session, template, [said(NG)], login=login)
    assert [(one.clause, one.status) for one in check.raised()] == [(clause, "open")]
    assert (check.kind, check.status) == (scope, "submitted")
    others = {"quality_inspector", "team_leader", "technical", "after_sales_manager", "production_manager"} - {login}
    for other in others - ({"quality_inspector"} if scope == "contact_sample" else set()):
        with pytest.raises(NotYours):
            filled_in(any_session, template, [said(OK)], login=other)


def test_an_inspector_checks_in_his_area_and_a_leader_his_own_people(session):
    everywhere = published(session, code="MB-K", post=None)
    with pytest.raises(NotYours, match="outside your area"):
        filled_in(session, everywhere, [said(OK)], login="quality_inspector3")
    patrol = published(session, code="MB-X", post=None, scope="leader_patrol")
    with pytest.raises(NotYours, match="outside your area"):
        filled_in(session, patrol, [said(OK)], login="team_leader2")


def test_a_leader_sees_the_checks_of_his_people(session):
    check = filled_in(session, published(session), [said(OK)])
    seen = select(SpotCheck.id).where(SpotCheck.visible_to(person(session, "team_leader")))
    assert check.id in session.scalars(seen).all()
    foreign = select(SpotCheck.id).where(SpotCheck.visible_to(person(session, "team_leader2")))
    assert check.id not in session.scalars(foreign).all()


# What is filled in beforehand


def test_a_post_knows_its_people_papers_failures_and_what_is_still_to_be_put_right(session, world):
    post = post_of(session)
    assert "车工一" in {one.name for one in people_at(session, post, AT.date())}
    (paper,) = papers_at(session, post)
    assert (paper.document.doc_no, paper.revision.rev_no) == ("GY-CC-001", "A/0")
    assert [(one.question, one.count) for one in failures_at(session, post, LATER)] == [("外径尺寸", 1)]
    assert failures_at(session, post, LATER + 200 * DAY) == []
    assert [one.id for one in rectifications_at(session, post, person(session, "quality_inspector"))] == [world.action]
    assert rectifications_at(session, post, person(session, "quality_inspector3")) == []


@pytest.mark.parametrize(
    "login,kind,found",
    [
        ("quality_inspector", "spot_check", {"P-SC1"}),
        ("quality_inspector3", "spot_check", {"P-SC2"}),
        ("team_leader", "leader_patrol", {"P-SC1"}),
        ("technical", "technical_inspection", None),
        ("after_sales_manager", "contact_sample", None),
    ],
)
def test_the_posts_that_are_offered_are_those_that_may_be_checked(session, login, kind, found):
    posts = {one.code for one in posts_for(session, person(session, login), CheckKind(kind))}
    everything = set(session.scalars(select(Post.code)))
    assert posts == (everything if found is None else found)
    assert {
        one.code for one in posts_for(session, person(session, "technical"), CheckKind.TECHNICAL_INSPECTION, "部岗")
    } < everything


def test_a_draft_of_a_template_question_with_limits_is_not_done_by_a_word(session):
    template = session.scalar(select(CheckTemplate).where(CheckTemplate.code == "MB-1"))
    check = filled_in(
        session,
        template,
        [Answered(value=Decimal(5)), said(OK), Answered(choice="光洁"), said(OK)],
        at=LATER - timedelta(hours=1),
    )
    line = check.items[0]
    assert line.template_item.answer is Answer.NUMBER
    line.value, line.verdict = None, OK
    line.judge()
    assert line.verdict is None
    line.verdict = NA
    line.judge()
    assert line.verdict is NA
    session.rollback()
