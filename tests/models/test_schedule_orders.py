"""Orders from the desk of sales to the release of their plan: cleared, promised, planned, reviewed (S1)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from models.base import previews
from models.organisation import Absence, Customer, Department, Post
from models.process import DocumentRevision, ProcessDocument
from models.regulation import SlaClock, SlaPolicy
from models.schedule import ProductUnit, missing
from rules.base import NotYours, RuleBroken, Unset
from rules.regulation import Target
from tests.models.acts import doing
from tests.schedule_world import (
    AT,
    TODAY,
    answer,
    as_,
    confirmed,
    one,
    order,
    person,
    plan,
    released,
    reviewed,
    under_way,
    who,
)
from tests.world import employee

DAY = timedelta(days=1)


def clock(session, record, target):
    return session.scalars(
        select(SlaClock)
        .where(SlaClock.entity == record.__tablename__, SlaClock.entity_id == record.id, SlaClock.target == target)
        .order_by(SlaClock.id.desc())
    ).first()


def refused(session, login, record, verb, **more):
    with pytest.raises(RuleBroken) as found:
        as_(session, login, record, verb, **more)
    session.expire_all()
    return found.value


# -- cleared ---------------------------------------------------------------------------------------------------------


def test_production_and_technical_are_asked_each_with_a_time_limit(session):
    found = as_(session, "sales", order(session), "submit")
    assert [(c.kind, c.department.code, c.status) for c in found.asked()] == [
        ("production", "SC1", "pending"),
        ("technical", "JS", "pending"),
    ]
    for clearance in found.asked():
        assert clearance.due_at == clock(session, clearance, Target.ORDER_CLEARING).due_at > AT


def test_an_order_is_not_confirmed_before_both_have_answered(session):
    found = as_(session, "sales", order(session), "submit")
    assert "生产部门" in refused(session, "sales", found, "confirm").words.text("zh")
    answer(session, found, "production")
    assert "技术部门" in refused(session, "sales", found, "confirm").words.text("zh")
    answer(session, found, "technical")
    as_(session, "sales", found, "confirm", promised_on=TODAY + 20 * DAY)
    assert found.baseline_on == found.promised_on == found.kpi_due_on == TODAY + 20 * DAY
    assert all(clock(session, c, Target.ORDER_CLEARING).status == "met" for c in found.asked())


def test_without_a_date_the_requested_one_is_promised_and_without_a_lead_nothing(session):
    found = as_(session, "sales", order(session), "submit")
    for kind in ("production", "technical"):
        answer(session, found, kind)
    with doing(session, "admin", AT):
        found.project_lead = None
    assert refused(session, "sales", found, "confirm").field == "project_lead"
    with doing(session, "admin", AT):
        found.project_lead = who(session, "项目负责人")
    as_(session, "sales", found, "confirm")
    assert found.baseline_on == found.requested_on


@pytest.mark.parametrize(
    "lacks, said, field",
    [
        (("workshop",), "请先编辑订单，填写承制车间。", "workshop"),
        (("project_lead",), "请先编辑订单，填写项目负责人。", "project_lead"),
        (("workshop", "project_lead"), "请先编辑订单，填写承制车间、项目负责人。", "workshop"),
    ],
)
def test_who_makes_and_who_leads_an_order_is_named_before_it_is_cleared(session, lacks, said, field):
    found = order(session, **dict.fromkeys(lacks))
    assert found.why_not("submit", person(session, "sales")).words.text("zh") == said
    assert refused(session, "sales", found, "submit").field == field
    with doing(session, "sales", AT):
        found.project_lead, found.workshop = who(session, "项目负责人"), one(session, Department, code="SC1")
    as_(session, "sales", found, "submit")


def test_an_infeasible_order_is_taken_back_and_asked_anew(session):
    found = as_(session, "sales", order(session), "submit")
    answer(session, found, "technical", opinion="infeasible")
    answer(session, found, "production")
    assert "不可行" in refused(session, "sales", found, "confirm").words.text("zh")
    as_(session, "sales", found, "rework", note="改材料")
    assert {c.status for c in found.clearances} == {"withdrawn"}
    as_(session, "sales", found, "submit")
    assert len(found.asked()) == 2
    assert len(found.clearances) == 4


def test_each_department_answers_for_itself_and_completely(session):
    found = as_(session, "sales", order(session), "submit")
    production, technical = found.asked()
    for login, clearance in (("technical", production), ("production_planner", technical), ("sales", technical)):
        with pytest.raises(NotYours):
            as_(session, login, clearance, "answer")
    assert refused(session, "technical", technical, "answer").field == "opinion"


def test_a_condition_is_an_action_and_blocks_the_release_until_it_is_met(session):
    found = as_(session, "sales", order(session), "submit")
    answer(session, found, "technical", opinion="conditional", condition="先做首件")
    answer(session, found, "production")
    as_(session, "sales", found, "confirm")
    (condition,) = found.conditions()
    action = condition.action
    assert (action.responsible_id, action.clause, action.source_entity) == (
        who(session, "车工一").id,
        "S1.1",
        "order_clearance",
    )
    made = reviewed(session, plan(session, found))
    assert "先做首件" in refused(session, "production_planner", made, "release").words.text("zh")
    with doing(session, "quality_manager", AT) as act:
        action.perform("cancel", act=act, note="客户放弃")
    as_(session, "production_planner", made, "release")
    assert made.status == "released"


def test_a_condition_falls_away_with_the_clearance_it_belongs_to(session):
    found = as_(session, "sales", order(session), "submit")
    answer(session, found, "technical", opinion="conditional", condition="先做首件")
    action = found.conditions()[0].action
    as_(session, "sales", found, "rework", note="改材料")
    assert action.status == "cancelled"


def test_an_unset_time_limit_refuses_the_clearing_naming_its_clause(session):
    with doing(session, "admin", AT):
        session.execute(delete(SlaClock))
        for policy in session.scalars(select(SlaPolicy).where(SlaPolicy.target == Target.ORDER_CLEARING)):
            policy.amount = None
    with pytest.raises(Unset) as found:
        as_(session, "sales", order(session), "submit")
    assert found.value.clause == "S1.1"


def test_the_workshop_makes_things(session):
    with pytest.raises(RuleBroken) as found:
        order(session, workshop=one(session, type(employee(session, "车工一").department), code="ZL"))
    assert found.value.field == "workshop"
    session.rollback()
    assert refused(session, "sales", order(session, workshop=None), "submit").field == "workshop"


# -- promised --------------------------------------------------------------------------------------------------------


def test_from_the_confirmation_on_the_customer_is_to_be_told_until_the_delivery(session):
    found = confirmed(session)
    assert found.tell_due_at == clock(session, found, Target.TELLING_CUSTOMER).due_at
    made = released(session, plan(session, found))
    for stage in made.stages:
        as_(session, "team_leader", stage, "start", at=AT)
        as_(session, "team_leader", stage, "finish", at=AT + DAY)
    assert (found.status, made.status) == ("ready", "completed")
    with doing(session, "production_planner", AT):
        session.add(ProductUnit(serial="HY-1", model=found.model, order=found, customer=found.customer))
    as_(session, "sales", found, "deliver", at=AT + 2 * DAY)
    assert found.delivered_on == TODAY + 2 * DAY
    assert clock(session, found, Target.TELLING_CUSTOMER).status == "met"
    unit = one(session, ProductUnit, serial="HY-1")
    assert (unit.shipped_on, unit.warranty_until_on) == (TODAY + 2 * DAY, date(2027, 11, 18))
    as_(session, "production_manager", made, "close")
    as_(session, "sales_manager", found, "close")


def test_an_order_on_hold_goes_back_to_where_it_came_from(session):
    found = confirmed(session)
    made = released(session, plan(session, found))
    as_(session, "sales_manager", found, "hold", note="客户资金")
    assert "订单已暂停" in refused(session, "team_leader", made.stages[0], "start").words.text("zh")
    as_(session, "sales_manager", found, "resume")
    assert (found.status, found.held_from) == ("confirmed", None)
    as_(session, "team_leader", made.stages[0], "start")
    as_(session, "sales_manager", found, "hold", note="客户资金")
    as_(session, "sales_manager", found, "resume")
    assert found.status == "in_production"


def test_with_a_cancelled_order_go_its_plan_its_stages_and_its_clocks(session):
    made = under_way(session)
    as_(session, "sales_manager", made.order, "cancel", note="客户取消")
    assert made.status == "cancelled"
    assert {stage.status for stage in made.stages} == {"cancelled"}
    assert clock(session, made.order, Target.TELLING_CUSTOMER).status == "cancelled"


def test_a_delivery_lies_between_the_order_and_today_and_is_the_sellers_or_the_workshops(session):
    made = under_way(session)
    found = made.order
    for stage in made.stages:
        if stage.status == "ready":
            as_(session, "team_leader", stage, "start")
        as_(session, "team_leader", stage, "finish", at=AT + DAY)
    assert refused(session, "sales", found, "deliver", at=AT + DAY, delivered_on=TODAY + 2 * DAY).field
    with pytest.raises(NotYours):
        as_(session, "production_manager2", found, "deliver", at=AT + DAY)
    as_(session, "production_manager", found, "deliver", at=AT + DAY)
    assert found.status == "delivered"


# -- planned ---------------------------------------------------------------------------------------------------------


def test_a_plan_says_everything_it_lacks_when_it_is_submitted(session):
    made = plan(session, confirmed(session))
    with doing(session, "production_planner", AT):
        made.stages[0].owner = None
        made.stages[1].revision, made.stages[1].weight = None, 10
    found = refused(session, "production_planner", made, "submit").words.text("zh")
    assert "责任人" in found
    assert "工艺文件版次" in found
    assert "权重合计为 50" in found


def test_a_plan_that_ends_after_the_promise_takes_the_sales_managers_consent(session):
    made = plan(session, confirmed(session, promised_on=TODAY + 5 * DAY))
    assert "承诺交期" in refused(session, "production_planner", made, "submit").words.text("zh")
    as_(session, "sales_manager", made, "consent", note="客户接受分批")
    as_(session, "production_planner", made, "submit")
    assert made.status == "submitted"


def test_an_owner_who_may_not_work_is_refused_with_his_name(session):
    made = plan(session, confirmed(session))
    with doing(session, "admin", AT):
        one(session, Post, code="P-SC1").requires_qualification = True
    found = refused(session, "production_planner", made, "submit")
    assert found.clause == "P2.3"
    assert "车工一" in found.words.text("zh")


def test_the_review_is_somebody_elses_and_within_its_time_limit(session):
    made = as_(session, "production_planner", plan(session, confirmed(session)), "submit")
    assert made.review_due_at == clock(session, made, Target.PLAN_REVIEW).due_at
    with pytest.raises(NotYours):
        as_(session, "sales", made, "take_up")
    as_(session, "technical", made, "take_up")
    as_(session, "technical", made, "return", note="夹具未定")
    assert (made.status, made.latest.return_reason) == ("draft", "夹具未定")
    reviewed(session, made)
    assert [version.number for version in made.versions] == [1, 2]
    assert made.approved is made.versions[1]
    assert clock(session, made, Target.PLAN_REVIEW).status == "met"


@pytest.mark.parametrize(
    "field,value,reopens",
    [
        ("planned_end_on", TODAY + 9 * DAY, True),
        ("planned_start_on", TODAY + 5 * DAY, True),
        ("heads_needed", 2, False),
        ("qty", 3, False),
    ],
)
@pytest.mark.parametrize("state", ["approved", "released"])
def test_a_changed_date_reopens_the_review_and_a_changed_quantity_does_not(session, state, field, value, reopens):
    made = reviewed(session, plan(session, confirmed(session)))
    if state == "released":
        as_(session, "production_planner", made, "release")
    with doing(session, "production_planner", AT) as act:
        setattr(made.stages[1], field, value)
        made.note_change(act)
    assert made.status == ("draft" if reopens else state)
    assert made.needs_review is reopens


def test_what_runs_goes_on_but_begins_nothing_before_its_change_is_reviewed(session):
    made = under_way(session)
    with doing(session, "production_planner", AT) as act:
        made.stages[1].planned_end_on = TODAY + 12 * DAY
        made.note_change(act)
    assert (made.status, made.needs_review) == ("in_progress", True)
    as_(session, "team_leader", made.stages[0], "finish", at=AT + DAY)
    assert "审核" in refused(session, "team_leader", made.stages[1], "start", at=AT + DAY).words.text("zh")
    as_(session, "technical", made, "return_change", note="请说明")
    as_(session, "technical", made, "approve_change")
    as_(session, "team_leader", made.stages[1], "start", at=AT + DAY)
    assert refused(session, "technical", made, "approve_change").clause == "S1.4"


def test_what_was_changed_behind_the_review_is_not_approved(session):
    made = as_(session, "production_planner", plan(session, confirmed(session)), "submit")
    as_(session, "technical", made, "take_up")
    with doing(session, "admin", AT):
        made.stages[0].qty = 99
    assert "又有改动" in refused(session, "technical", made, "approve").words.text("zh")


# -- released --------------------------------------------------------------------------------------------------------


def test_more_people_than_may_work_are_refused_with_the_post_and_the_days(session):
    made = reviewed(session, plan(session, confirmed(session), heads=50))
    found = refused(session, "production_planner", made, "release").words.text("zh")
    assert "生产一部岗" in found
    assert "需 51 人" in found
    assert str(TODAY + DAY) in found
    with pytest.raises(NotYours):
        as_(session, "production_planner", made, "release_by_exception", note="外协")
    as_(session, "production_manager", made, "release_by_exception", note="外协支援 40 人")
    assert (made.status, made.exception_reason) == ("released", "外协支援 40 人")
    assert made.exception_by_id == person(session, "production_manager").employee_id


def test_what_other_plans_need_counts_and_who_is_away_does_not(session):
    first = plan(session, confirmed(session), heads=3)  # one more is needed by the order under way, four may work
    released(session, first)
    second = reviewed(session, plan(session, confirmed(session), heads=1))
    found = refused(session, "production_planner", second, "release").words.text("zh")
    assert first.order.no in found


def test_people_who_are_away_are_missing(session):
    made = reviewed(session, plan(session, confirmed(session), heads=3))
    assert missing(made, AT) == []
    with doing(session, "hr", AT):
        for name in ("车工一", "班组长", "生产经理"):
            session.add(
                Absence(employee=employee(session, name), from_on=TODAY + DAY, to_on=TODAY + 3 * DAY, kind="annual")
            )
    (found,) = missing(made, AT)
    assert f"{TODAY + DAY}–{TODAY + 3 * DAY}" in found.text("zh")


def test_the_first_release_is_the_baseline_and_what_waits_for_nothing_is_ready(session):
    made = released(session, plan(session, confirmed(session)))
    assert [stage.status for stage in made.stages] == ["ready", "pending"]
    assert [stage.baseline_end_on for stage in made.stages] == [stage.planned_end_on for stage in made.stages]
    as_(session, "team_leader", made.stages[0], "start")
    assert (made.status, made.order.status) == ("in_progress", "in_production")
    as_(session, "team_leader", made.stages[0], "finish", at=AT + DAY)
    assert made.stages[1].status == "ready"


def test_what_is_missing_is_said_before_the_release_is_pressed(session):
    made = as_(session, "production_planner", plan(session, confirmed(session)), "submit")
    found = [words.text("zh") for words in previews(made, "release", person(session, "production_planner"))]
    assert any("尚未通过技术审核" in line for line in found)


# -- documents -------------------------------------------------------------------------------------------------------


def next_revision(session, released_=True):
    """Another minor revision of the document that the stages are worked by."""
    document = one(session, ProcessDocument)
    with doing(session, "technical", AT) as act:
        found = DocumentRevision(
            document=document,
            rev_no="A/1",
            change_class="editorial",
            trigger="process_optimisation",
            author_id=act.by.employee_id,
            summary="错字",
            body="按图加工。",
        )
        session.add(found)
        found.perform("submit", act=act)
    as_(session, "technical_manager", found, "approve")
    return as_(session, "technical_manager", found, "release") if released_ else found


def test_stages_switch_to_a_released_revision_and_its_approval_is_theirs(session):
    made = under_way(session)
    found = next_revision(session, released_=False)
    lines = [words.text("zh") for words in previews(found, "release", person(session, "technical_manager"))]
    assert any(f"{made.order.no} 下料" in line for line in lines)
    as_(session, "technical_manager", found, "release")
    assert {stage.revision_id for stage in made.stages} == {found.id}
    assert not made.needs_review
    assert made.approved is made.latest
    as_(session, "team_leader", made.stages[0], "finish", at=AT + DAY)
    as_(session, "team_leader", made.stages[1], "start", at=AT + DAY)


def test_a_withdrawn_revision_stops_its_stages_and_the_next_one_lets_them_go_on(session):
    made = under_way(session)
    first = one(session, DocumentRevision, status="released")
    for login in ("technical_manager", "quality_manager"):
        as_(session, login, first, "withdraw", note="尺寸有误")
    session.expire_all()
    assert (made.stages[0].status, made.stages[0].hold_source) == ("held", "document")
    lines = [words.text("zh") for words in missing(made, AT)]
    assert any("不是现行版次" in line for line in lines)
    next_revision(session)
    session.expire_all()
    assert (made.stages[0].status, made.stages[0].hold_source) == ("in_progress", None)


def test_a_stage_held_by_quality_goes_on_when_quality_says_so(session):
    made = under_way(session)
    stage = made.stages[0]
    as_(session, "quality_manager", stage, "hold_for_quality", note="批量超差")
    with pytest.raises(NotYours):
        as_(session, "production_manager", stage, "resume")
    as_(session, "quality_manager", stage, "resume")
    assert stage.status == "in_progress"
    as_(session, "production_manager", stage, "hold", note="设备检修")
    with pytest.raises(NotYours):
        as_(session, "quality_manager", stage, "resume")
    as_(session, "production_manager", stage, "resume")
    assert stage.status == "in_progress"


def test_an_order_is_seen_by_its_workshop_and_not_by_another(session):
    found = confirmed(session)
    made = plan(session, found)
    for login, sees in (
        ("production_manager", True),
        ("production_manager2", False),
        ("project_lead", True),
        ("team_leader", True),
        ("team_leader2", False),
        ("hr", False),
    ):
        by = person(session, login)
        for record in (found, made, made.stages[0]):
            model = type(record)
            seen = session.scalar(select(model.id).where(model.id == record.id, model.visible_to(by)))
            assert (seen is not None) is sees, (login, model)
    assert session.scalar(select(Customer.id)) is not None
