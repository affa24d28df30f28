"""From the daily report to the delay and whose it is; changes and contacts with customers (S2, S3, C2.1)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.actions import AccountabilityCase, ActionItem
from models.base import Act, Source
from models.event import ApprovalRecord, Delivery, Event
from models.journal import acting
from models.organisation import Department, Post
from models.regulation import Figure, SlaClock
from models.reminding import remind
from models.schedule import (
    ContactLog,
    DailyReport,
    DailyReportPerson,
    PlanChange,
    draft_of,
    open_delay,
    progress_of,
)
from models.schedule.progress import see_delays
from rules.base import SYSTEM, NotYours, RuleBroken
from rules.regulation import Target
from rules.schedule.changes import Shift
from tests.models.acts import doing
from tests.schedule_world import AT, TODAY, as_, confirmed, one, person, plan, released, under_way, who

DAY = timedelta(days=1)
EVENING = timedelta(hours=7)


def report(session, stage, *, at=AT, percent=50, login="team_leader", people=("车工一",), **facts):
    """A draft of the day that the team leader has filled in."""
    by = person(session, login)
    with acting(session, Act(by, at)):
        made = DailyReport(stage=stage, on=at.date(), percent=Decimal(percent), reporter_id=by.employee_id, **facts)
        made.people = [DailyReportPerson(employee=who(session, name), hours=Decimal(8)) for name in people]
        made.prepare(at)
        session.add(made)
        session.commit()
    return made


def reported(session, stage, **facts):
    at = facts.get("at", AT)
    return as_(session, "team_leader", report(session, stage, **facts), "submit", at=at)


def first(session):
    return under_way(session).stages[0]


def refused(session, login, record, verb, **more):
    with pytest.raises(RuleBroken) as found:
        as_(session, login, record, verb, **more)
    session.expire_all()
    return found.value


def swept(session, at):
    done = remind(session, at)
    session.expire_all()
    return done


# -- daily reports ---------------------------------------------------------------------------------------------------


def test_a_report_is_the_progress_of_its_stage(session):
    stage = first(session)
    found = reported(session, stage, percent=30)
    assert (found.status, found.late, stage.progress) == ("submitted", False, 30)
    assert found.people[0].gate == "yes"
    as_(session, "production_planner", found, "acknowledge")


def test_what_is_full_is_finished_and_the_next_stage_is_ready(session):
    made = under_way(session)
    reported(session, made.stages[0], percent=100)
    assert [stage.status for stage in made.stages] == ["done", "ready"]
    assert made.stages[0].actual_end_on == TODAY
    assert progress_of(made, TODAY)[0] == 40


def test_who_reports_of_a_stage_that_is_ready_begins_it(session):
    made = released(session, plan(session, confirmed(session)))
    reported(session, made.stages[0], percent=10)
    assert (made.stages[0].status, made.status) == ("in_progress", "in_progress")
    assert refused(session, "team_leader", report(session, made.stages[1]), "submit").field == "stage"


def test_figures_go_forward_and_a_late_report_says_so(session):
    stage = first(session)
    reported(session, stage, percent=50)
    back = report(session, stage, percent=40, at=AT + DAY)
    assert refused(session, "team_leader", back, "submit", at=AT + DAY).field == "percent"
    late = report(session, stage, percent=60, at=AT + 2 * DAY)
    as_(session, "team_leader", late, "submit", at=AT + 2 * DAY + timedelta(hours=9))
    assert late.late
    with pytest.raises(NotYours):
        as_(session, "team_leader2", report(session, stage, at=AT + 3 * DAY), "submit", at=AT + 3 * DAY)


def test_an_older_day_reported_afterwards_does_not_set_the_stage_back(session):
    stage = first(session)
    reported(session, stage, percent=60, at=AT + DAY)
    reported(session, stage, percent=40, at=AT)
    assert stage.progress == 60


def test_who_may_not_work_is_refused_by_name_at_the_list(session):
    stage = first(session)
    with doing(session, "admin", AT):
        one(session, Post, code="P-SC1").requires_qualification = True
    found = refused(session, "team_leader", report(session, stage), "submit")
    assert found.field == "people"
    assert "车工一" in found.words.text("zh")


def test_a_problem_is_answered_the_same_day_by_whom_help_is_asked_of(session):
    stage = first(session)
    found = reported(session, stage, problem="夹具松动", help_from=one(session, Department, code="JS"))
    action = found.action
    assert action.responsible_id == person(session, "technical_manager").employee_id
    assert action.due_at.astimezone(AT.tzinfo) == AT.replace(hour=17, minute=30)
    assert (action.clause, action.source_entity, action.verifier_id) == ("S2.1", "daily_report", found.reporter_id)
    after_work = reported(session, stage, problem="停电", at=AT + DAY + timedelta(hours=9))
    assert after_work.action.responsible_id == person(session, "production_manager").employee_id
    assert after_work.action.due_at.astimezone(AT.tzinfo) == (AT + 2 * DAY).replace(hour=0, minute=0)


def test_a_returned_report_is_handed_in_again_and_its_problem_stays_one_action(session):
    stage = first(session)
    found = reported(session, stage, problem="夹具松动")
    as_(session, "production_planner", found, "return", note="数量不符")
    as_(session, "team_leader", found, "submit")
    actions = session.scalars(select(ActionItem).where(ActionItem.source_entity == "daily_report")).all()
    assert len(actions) == 1


# -- missing reports -------------------------------------------------------------------------------------------------


def missing_days(session, stage):
    query = select(DailyReport.on).where(DailyReport.stage_id == stage.id, DailyReport.status == "missing")
    return sorted(session.scalars(query))


def test_at_the_cut_off_what_is_missing_is_noted_once_and_a_night_is_caught_up(session):
    stage = first(session)
    swept(session, AT + timedelta(hours=7, minutes=59))
    assert missing_days(session, stage) == []
    swept(session, AT + timedelta(hours=8))
    assert missing_days(session, stage) == [TODAY]
    assert swept(session, AT + timedelta(hours=9))["note_missing_reports"] == 0
    swept(session, AT + 7 * DAY)
    assert missing_days(session, stage) == [TODAY + n * DAY for n in (0, 1, 2, 3, 4)]


def test_a_draft_that_nobody_handed_in_is_missing_and_can_still_come_late(session):
    stage = first(session)
    draft = report(session, stage)
    swept(session, AT + timedelta(hours=9))
    assert draft.status == "missing"
    as_(session, "team_leader", draft, "submit", at=AT + timedelta(hours=9))
    assert (draft.status, draft.late) == ("submitted", True)


def test_nobody_misses_a_report_of_a_stage_that_does_not_run(session):
    made = under_way(session)
    as_(session, "production_manager", made.stages[0], "hold", note="设备检修")
    swept(session, AT + timedelta(hours=9))
    assert missing_days(session, made.stages[0]) == []
    assert missing_days(session, made.stages[1]) == []


# -- forecasts -------------------------------------------------------------------------------------------------------


def test_behind_plan_by_the_threshold_a_delay_is_forecast_the_same_evening(session):
    stage = first(session)  # three working days from tomorrow on
    reported(session, stage, percent=40, at=AT + DAY + EVENING)
    assert open_delay(session, stage) is None  # 33 % are due
    reported(session, stage, percent=50, at=AT + 2 * DAY + EVENING)
    found = open_delay(session, stage)
    assert (found.status, found.detected_by, found.planned_end_on) == ("forecast", "progress", TODAY + 3 * DAY)
    assert found.expected_end_on == TODAY + 4 * DAY
    assert found.due_at is not None
    told = session.scalars(
        select(Delivery.recipient_id)
        .join(Event, Event.seq == Delivery.event_seq)
        .where(Event.entity == "delay_record", Event.entity_id == found.id)
    )
    assert person(session, "production_manager").employee_id in set(told)


def test_what_the_team_leader_expects_forecasts_too_and_is_averted_when_the_stage_is_in_time(session):
    stage = first(session)
    reported(session, stage, percent=90, at=AT + DAY, expected_finish_on=TODAY + 6 * DAY)
    found = open_delay(session, stage)
    assert (found.detected_by, found.expected_end_on) == ("expected_finish", TODAY + 6 * DAY)
    assert found.order_effect_working_days == 1  # a weekend lies between
    reported(session, stage, percent=90, at=AT + DAY, expected_finish_on=TODAY + 8 * DAY, shift="night")
    assert (found.expected_end_on, found.order_effect_working_days) == (TODAY + 8 * DAY, 3)
    reported(session, stage, percent=95, at=AT + 2 * DAY, expected_finish_on=TODAY + 3 * DAY)
    assert (found.status, open_delay(session, stage)) == ("averted", None)
    clock = session.scalars(select(SlaClock).where(SlaClock.entity == "delay_record")).one()
    assert clock.status == "cancelled"


def test_a_stage_that_ends_in_time_averts_its_forecast(session):
    stage = first(session)
    reported(session, stage, percent=40, at=AT + 2 * DAY + EVENING)
    found = open_delay(session, stage)
    reported(session, stage, percent=100, at=AT + 3 * DAY)
    assert found.status == "averted"


def test_without_a_threshold_only_what_is_expected_counts(session):
    stage = first(session)
    with doing(session, "admin", AT):
        session.delete(session.scalars(select(Figure).where(Figure.code == "forecast_threshold")).one())
    reported(session, stage, percent=1, at=AT + 2 * DAY)
    assert open_delay(session, stage) is None


def test_what_was_never_begun_is_forecast_after_the_cut_off(session):
    made = released(session, plan(session, confirmed(session)))
    swept(session, AT + 2 * DAY)
    assert open_delay(session, made.stages[0]) is None
    swept(session, AT + 2 * DAY + timedelta(hours=8))
    assert open_delay(session, made.stages[0]).status == "forecast"


def test_the_day_after_its_planned_end_a_delay_counts_once_until_it_is_reported(session):
    stage = first(session)
    swept(session, AT + 3 * DAY + EVENING)
    assert open_delay(session, stage).status == "forecast"
    swept(session, AT + 4 * DAY)
    found = open_delay(session, stage)
    assert (found.status, found.counts()) == ("unreported", True)
    with acting(session, Act(SYSTEM, AT + 4 * DAY, Source.SCHEDULER)):
        assert see_delays(session, AT + 4 * DAY) == 0
    as_(session, "production_manager", found, "report", at=AT + 4 * DAY, proposal="加班")
    assert (found.status, found.late) == ("reported", True)


def test_a_stage_that_nobody_looked_at_is_late_by_itself_when_it_ends(session):
    stage = first(session)
    as_(session, "team_leader", stage, "finish", at=AT + 7 * DAY)
    found = open_delay(session, stage)
    assert (found.status, found.actual_end_on, found.order_effect_working_days) == (
        "unreported",
        TODAY + 7 * DAY,
        2,
    )


# -- delays ----------------------------------------------------------------------------------------------------------


def forecast(session):
    stage = first(session)
    reported(session, stage, percent=10, at=AT + 2 * DAY)
    return open_delay(session, stage)


def remedied(session, delay=None):
    delay = delay or forecast(session)
    at = AT + 2 * DAY
    as_(session, "production_manager", delay, "report", at=at, proposal="周末加班", cause_category="machine")
    as_(session, "project_lead", delay, "analyse", at=at)
    return as_(session, "project_lead", delay, "remedy", at=at, analysis="主轴故障", measure="外借设备")


def test_a_report_in_time_proposes_a_solution_to_the_project_lead(session):
    delay = forecast(session)
    assert refused(session, "production_manager", delay, "report", at=AT + 2 * DAY).field == "proposal"
    with pytest.raises(NotYours):
        as_(session, "production_manager2", delay, "report", at=AT + 2 * DAY, proposal="加班")
    as_(session, "production_manager", delay, "report", at=AT + 2 * DAY, proposal="加班", cause_category="machine")
    assert (delay.late, delay.cause_category, delay.reported_by_id) == (
        False,
        "machine",
        person(session, "production_manager").employee_id,
    )
    with pytest.raises(NotYours):
        as_(session, "production_manager", delay, "analyse")


def test_remedies_are_actions_that_the_project_lead_verifies(session):
    delay = remedied(session)
    action = session.scalars(select(ActionItem).where(ActionItem.source_entity == "delay_record")).one()
    assert (action.responsible_id, action.verifier_id) == (delay.owner_id, delay.project_lead_id)
    assert action.clause == "S3.2"
    assert (action.severity, delay.order_effect_working_days > 0) == ("major", True)


def test_a_remedy_is_as_severe_as_the_analyst_says(session):
    delay = forecast(session)
    at = AT + 2 * DAY
    as_(session, "production_manager", delay, "report", at=at, proposal="周末加班", cause_category="machine")
    as_(session, "project_lead", delay, "analyse", at=at)
    as_(session, "project_lead", delay, "remedy", at=at, analysis="故障", measure="外借设备", severity="minor")
    action = session.scalars(select(ActionItem).where(ActionItem.source_entity == "delay_record")).one()
    assert action.severity == "minor"


def test_force_majeure_takes_evidence_and_the_general_manager(session):
    delay = remedied(session)
    assert refused(session, "project_lead", delay, "attribute", nature="force_majeure").field == "nature"
    assert refused(session, "project_lead", delay, "claim", nature="force_majeure").field == "evidence"
    as_(session, "project_lead", delay, "claim", nature="force_majeure", evidence="停电公告", absorbed_working_days="1")
    assert (delay.status, delay.nature, delay.counts()) == ("awaiting_approval", "undetermined", True)
    assert session.scalars(select(ApprovalRecord).where(ApprovalRecord.entity == "delay_record")).one().role
    as_(session, "general_manager", delay, "refuse", note="公告不含本厂")
    assert (delay.status, delay.counts()) == ("remedy", True)
    as_(session, "project_lead", delay, "claim", nature="force_majeure", evidence="停电公告（附厂区）")
    as_(session, "general_manager", delay, "approve")
    assert (delay.status, delay.nature, delay.counts()) == ("attributed", "force_majeure", False)


@pytest.mark.parametrize("nature,counts", [("customer", False), ("supplier", True), ("special", True)])
def test_other_natures_count_as_the_regulation_has_it(session, nature, counts):
    delay = as_(session, "project_lead", remedied(session), "attribute", nature=nature)
    assert delay.counts() is counts
    assert session.scalars(select(AccountabilityCase)).all() == []


def test_a_subjective_cause_opens_a_case_about_whoever_had_the_stage(session):
    delay = as_(session, "project_lead", remedied(session), "attribute", nature="subjective")
    case = session.scalars(select(AccountabilityCase)).one()
    assert (case.kind, case.clause, case.source_id) == ("schedule_subjective", "S3.3", delay.id)
    assert [line.employee_id for line in case.persons] == [delay.owner_id]


def test_a_delay_is_closed_once_its_length_is_known_less_what_was_absorbed(session):
    delay = remedied(session)
    as_(session, "project_lead", delay, "attribute", nature="supplier", absorbed_working_days="1")
    assert "阶段尚未完成" in refused(session, "project_lead", delay, "close").words.text("zh")
    as_(session, "team_leader", delay.stage, "finish", at=AT + 7 * DAY)
    assert (delay.actual_end_on, delay.order_effect_working_days) == (TODAY + 7 * DAY, 1)
    as_(session, "project_lead", delay, "close")


# -- changes ---------------------------------------------------------------------------------------------------------


def change(session, made, *, login="sales", diff=(), **facts):
    by = person(session, login)
    with acting(session, Act(by, AT)):
        found = PlanChange(order=made.order, proposer_id=by.employee_id, text="客户要求推迟", diff=list(diff), **facts)
        found.prepare()
        session.add(found)
        session.commit()
    return found


def approved(session, found):
    as_(session, "sales", found, "propose")
    for login in ("technical", "production_manager"):
        as_(session, login, found, "assess")
    return as_(session, "project_lead", found, "approve")


def test_a_change_is_assessed_by_both_and_decided_by_the_project_lead(session):
    found = change(session, under_way(session), new_promised_on=TODAY + 40 * DAY)
    as_(session, "sales", found, "propose")
    as_(session, "technical", found, "assess")
    assert found.status == "proposed"
    as_(session, "production_manager", found, "assess")
    with pytest.raises(NotYours):
        as_(session, "production_planner", found, "approve")
    as_(session, "project_lead", found, "approve")
    as_(session, "production_planner", found, "apply")
    order = found.order
    assert (order.promised_on, order.kpi_due_on, order.baseline_on) == (
        TODAY + 40 * DAY,
        TODAY + 30 * DAY,
        TODAY + 30 * DAY,
    )
    assert not found.moved_kpi


def test_the_counted_date_moves_only_with_the_customers_consent_on_record(session):
    later = TODAY + 40 * DAY
    found = approved(session, change(session, under_way(session), new_promised_on=later, new_kpi_due_on=later))
    assert found.why_not("apply", person(session, "production_planner")).field == "new_kpi_due_on"
    assert refused(session, "production_planner", found, "apply").field == "new_kpi_due_on"
    assert refused(session, "sales", found, "note_consent").field == "consent_evidence"
    as_(session, "sales", found, "note_consent", consent_evidence="11 月 16 日邮件")
    as_(session, "production_planner", found, "apply")
    order = found.order
    assert (order.kpi_due_on, order.baseline_on, found.moved_kpi) == (later, TODAY + 30 * DAY, True)
    event = session.scalars(
        select(Event).where(Event.entity == "sales_order", Event.action == "reschedule", Event.entity_id == order.id)
    ).one()
    assert event.changes["kpi_due_on"][1] == later.isoformat()


def test_force_majeure_moves_it_once_the_general_manager_has_approved(session):
    later = TODAY + 40 * DAY
    found = change(session, under_way(session), new_promised_on=later, new_kpi_due_on=later, cause="force_majeure")
    approved(session, found)
    assert "总经理" in refused(session, "production_planner", found, "apply").words.text("zh")
    as_(session, "general_manager", found, "endorse")
    as_(session, "production_planner", found, "apply")
    assert found.order.kpi_due_on == later


def test_shifted_stages_are_reviewed_again_and_the_baseline_moves_with_the_counted_date_only(session):
    made = under_way(session)
    stage = made.stages[1]
    before = stage.baseline_end_on
    shift = Shift(stage.id, TODAY + 10 * DAY, TODAY + 15 * DAY).kept()
    as_(session, "production_planner", approved(session, change(session, made, diff=[shift])), "apply")
    assert (stage.planned_end_on, stage.baseline_end_on) == (TODAY + 15 * DAY, before)
    assert (made.status, made.needs_review) == ("in_progress", True)
    later = TODAY + 45 * DAY
    agreed = change(
        session,
        made,
        diff=[Shift(stage.id, TODAY + 11 * DAY, TODAY + 16 * DAY).kept()],
        new_promised_on=later,
        new_kpi_due_on=later,
        customer_agreed=True,
        consent_evidence="函",
    )
    as_(session, "production_planner", approved(session, agreed), "apply")
    assert stage.baseline_end_on == TODAY + 16 * DAY


# -- contacts --------------------------------------------------------------------------------------------------------


def contact(session, order, *, at=AT, **facts):
    by = person(session, "sales")
    with acting(session, Act(by, at)) as act:
        found = ContactLog(customer=order.customer, order=order, by=who(session, "销售员"), at=at, **facts)
        found.prepare()
        session.add(found)
        session.flush()
        found.follow(act or Act(by, at))
        draft_of(found, Act(by, at))
        session.commit()
    return found


def test_telling_the_customer_begins_the_next_time_limit_and_being_called_does_not(session):
    order = confirmed(session)
    before = order.tell_due_at
    contact(session, order, at=AT + DAY, direction="incoming", summary="问进度")
    assert order.tell_due_at == before
    contact(session, order, at=AT + DAY, direction="outgoing", summary="已排产")
    assert order.tell_due_at > before


def test_a_changed_demand_becomes_one_draft_of_a_change(session):
    order = confirmed(session)
    found = contact(session, order, direction="incoming", summary="推迟", demand_change="推迟两周交付")
    draft = session.scalars(select(PlanChange)).one()
    assert (draft.status, draft.order_id, draft.contact_id, draft.text) == (
        "draft",
        order.id,
        found.id,
        "推迟两周交付",
    )
    with doing(session, "sales", AT) as act:
        assert draft_of(found, act) is draft


def test_what_is_passed_on_is_answered_by_that_department_in_time(session):
    found = contact(session, confirmed(session), direction="incoming", summary="外观有划痕")
    assert refused(session, "sales", found, "forward").field == "forwarded_to"
    as_(session, "sales", found, "forward", forwarded_to=one(session, Department, code="JS"))
    clock = session.scalars(select(SlaClock).where(SlaClock.target == Target.FEEDBACK_ANSWER)).one()
    assert found.answer_due_at == clock.due_at
    with pytest.raises(NotYours):
        as_(session, "production_manager", found, "answer", answer="好")
    assert refused(session, "technical", found, "answer", answer=" ").field == "answer"
    as_(session, "technical", found, "answer", answer="改用软爪")
    assert (found.status, found.answered_by_id) == ("answered", person(session, "technical").employee_id)
    seen = select(ContactLog.id).where(ContactLog.visible_to(person(session, "technical")))
    assert session.scalar(seen) == found.id


def test_an_order_of_another_customer_is_refused(session):
    order = confirmed(session)
    other = type(order.customer)(code="C-9", name="别的客户")
    with acting(session, Act(person(session, "sales"), AT)):
        session.add(other)
        session.commit()
        found = ContactLog(customer=other, order=order, by=who(session, "销售员"), at=AT, summary="x")
        with pytest.raises(RuleBroken) as fault:
            found.prepare()
    assert fault.value.field == "order"
