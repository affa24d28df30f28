"""Meetings that fill themselves, notices that are read, surveys that end with measures (C1, C2.3)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.actions import ActionItem
from models.after_sales import Ticket
from models.base import Act, Source, on_date
from models.communication import (
    Meeting,
    MeetingAttendee,
    MeetingDecision,
    Notice,
    NoticeAudience,
    Survey,
    SurveyInvitation,
    SurveyQuestion,
    call_meetings,
    collect_reports,
    expire_notices,
    invitation_behind,
    prepare_surveys,
)
from models.event import PublicLink, ReadReceipt
from models.organisation import Customer
from models.regulation import Figure
from rules.base import NotVisible, NotYours, Person, RuleBroken
from rules.communication import AnsweredBy
from rules.regulation import Unit
from tests.models.acts import DAY, HOUR, doing, perform
from tests.world import department, employee, person

AT = datetime(2026, 11, 16, 2, tzinfo=UTC)
"""A Monday, 10:00."""
WEDNESDAY = AT + 2 * DAY


def meeting(session, *names, at=WEDNESDAY, chair="project_lead"):
    with doing(session, chair, AT) as act:
        one = Meeting(topic="生产协调", planned_at=at, chair_id=act.by.employee_id)
        one.attendees = [MeetingAttendee(employee=employee(session, name)) for name in names]
        session.add(one)
        with session.no_autoflush:
            one.prepare()
    return one


def set_figure(session, code, value, unit, clause):
    with doing(session, "admin", AT):
        session.add(Figure(code=code, clause=clause, value=Decimal(value), unit=unit, from_on=date(2020, 1, 1)))


# -- meetings --------------------------------------------------------------------------------------------------------


def test_an_agenda_fills_itself_and_every_department_is_asked(any_session, world):
    one = meeting(any_session, "车工一", "质量经理", "技术经理", at=AT + 10 * DAY)
    perform(any_session, one, "collect", "project_lead", AT + 9 * DAY)
    assert {(point.entity, point.entity_id) for point in one.agenda} >= {("action_item", world.action)}
    assert {report.department.name for report in one.reports} == {"生产一部", "质量部", "技术部"}
    report = next(found for found in one.reports if found.department.name == "生产一部")
    assert report.snapshot == {"closed": 0, "open": 1, "overdue": 1}


def test_a_report_says_how_it_goes_and_is_the_departments(session):
    one = meeting(session, "车工一", "质量经理")
    perform(session, one, "collect", "project_lead", AT + DAY)
    report = next(found for found in one.reports if found.department.name == "生产一部")
    with pytest.raises(NotYours):
        perform(session, report, "submit", "quality_manager", AT + DAY, progress="正常")
    with pytest.raises(RuleBroken, match="how it goes"):
        perform(session, report, "submit", "employee", AT + DAY, progress=" ")
    perform(session, report, "submit", "employee", AT + DAY, progress="正常", problems="缺刀片")
    assert (report.status, report.problems) == ("submitted", "缺刀片")


def test_decisions_are_actions_and_minutes_have_their_time(any_session):
    session = any_session
    one = meeting(session, "车工一", "质量经理")
    perform(session, one, "collect", "project_lead", AT + DAY)
    with pytest.raises(RuleBroken, match="planned for"):
        perform(session, one, "hold", "project_lead", AT + DAY)
    perform(session, one, "hold", "project_lead", WEDNESDAY + HOUR)
    assert one.minutes_due_at == datetime(2026, 11, 19, 9, 30, tzinfo=UTC)
    with doing(session, "project_lead", WEDNESDAY + HOUR):
        one.decisions = [
            MeetingDecision(text="刀片备足一周", responsible=employee(session, "车工一"), due_on=date(2026, 11, 25))
        ]
    with pytest.raises(RuleBroken, match="minutes first"):
        perform(session, one, "minute", "project_lead", WEDNESDAY + 2 * HOUR)
    perform(session, one, "minute", "project_lead", WEDNESDAY + 2 * HOUR, minutes="议定备刀片")
    action = one.decisions[0].action
    assert (action.kind, action.clause, action.responsible_id) == (
        "meeting_resolution", "C1.1", employee(session, "车工一").id,
    )  # fmt: skip
    assert action.due_at == datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    following = meeting(session, "车工一", at=WEDNESDAY + 7 * DAY)
    perform(session, following, "collect", "project_lead", WEDNESDAY + 6 * DAY)
    assert ("resolution", action.id) in {(str(point.kind), point.entity_id) for point in following.agenda}


@pytest.mark.parametrize("at", [AT + 5 * DAY, WEDNESDAY + 10 * HOUR])
def test_nobody_is_called_to_a_meeting_outside_working_time(session, at):
    with pytest.raises(RuleBroken, match="Nobody works"):
        meeting(session, "车工一", at=at)


def test_the_series_are_called_once_and_on_working_days(any_session):
    session = any_session
    set_figure(session, "meeting_weekday", 4, Unit.COUNT, "C1.1")
    for _ in range(2):
        with doing(session, Person(is_system=True), AT, Source.SCHEDULER):
            call_meetings(session, AT)
    (one,) = session.scalars(select(Meeting).where(Meeting.series == "weekly_production")).all()
    assert one.planned_at == datetime(2026, 11, 19, 1, 0, tzinfo=UTC)
    assert employee(session, "质量经理").id in {each.employee_id for each in one.attendees}
    late = datetime(2026, 11, 27, 2, tzinfo=UTC)
    with doing(session, Person(is_system=True), late, Source.SCHEDULER):
        call_meetings(session, late)
        assert collect_reports(session, late) == 1
    monthly = session.scalar(select(Meeting).where(Meeting.series == "monthly_project"))
    assert monthly.planned_at == datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
    assert (one.status, monthly.status) == ("collecting", "scheduled")


def test_the_reports_for_a_monday_are_asked_for_on_friday(session):
    monday = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    one = meeting(session, "车工一", at=monday)
    with doing(session, "project_lead", AT):
        one.series = "weekly_production"
    friday = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
    for at, asked in ((friday - DAY, 0), (friday - HOUR, 0), (friday + 2 * HOUR, 1), (friday + 2 * DAY, 0)):
        with doing(session, Person(is_system=True), at, Source.SCHEDULER):
            assert collect_reports(session, at) == asked, at
    assert one.status == "collecting"


def test_without_the_weekday_no_weekly_meeting_is_called(session):
    with doing(session, Person(is_system=True), AT, Source.SCHEDULER):
        assert call_meetings(session, AT) == 0


def test_a_meeting_is_seen_by_who_attends(session):
    meeting(session, "车工一", "质量经理")
    for login, seen in (
        ("employee", 1),
        ("quality_manager", 1),
        ("project_lead", 1),
        ("general_manager", 1),
        ("sales", 0),
    ):
        who = person(session, login)
        assert len(session.scalars(select(Meeting).where(Meeting.visible_to(who))).all()) == seen, login


# -- notices ---------------------------------------------------------------------------------------------------------


def notice(session, *areas, login="technical", **more):
    with doing(session, login, AT) as act:
        one = Notice(topic="夏季作息调整", body="自下周一起执行", author_id=act.by.employee_id, **more)
        one.audience = [NoticeAudience(department=department(session, area)) for area in areas]
        with session.no_autoflush:
            session.add(one)
            one.prepare()
    return one


def published(session, one, approver="technical_manager", author="technical"):
    perform(session, one, "approve", approver, AT + HOUR)
    return perform(session, one, "publish", author, AT + 2 * HOUR)


def readers(session, one):
    found = session.scalars(select(ReadReceipt).where(ReadReceipt.entity == "notice", ReadReceipt.entity_id == one.id))
    return {receipt.employee_id: receipt for receipt in found}


def test_a_notice_reaches_its_audience_and_is_to_be_confirmed_in_time(any_session):
    one = published(any_session, notice(any_session, "SC", must_confirm=True))
    found = readers(any_session, one)
    assert employee(any_session, "车工一").id in found
    assert employee(any_session, "装配一").id in found
    assert employee(any_session, "质量经理").id not in found
    assert {receipt.due_at for receipt in found.values()} == {one.due_at}
    assert one.due_at > AT + 2 * DAY


def test_only_its_readers_see_it(session):
    one = published(session, notice(session, "SC1"))
    for login, seen in (("employee", True), ("team_leader2", False), ("technical", True), ("quality_manager", True)):
        found = session.scalar(select(Notice.id).where(Notice.id == one.id, Notice.visible_to(person(session, login))))
        assert (found is not None) is seen, login


def test_a_draft_is_not_read_by_everybody(session):
    one = notice(session)
    found = session.scalar(select(Notice.id).where(Notice.id == one.id, Notice.visible_to(person(session, "employee"))))
    assert found is None


def test_who_wrote_it_does_not_approve_it_and_a_formal_one_is_the_general_managers(session):
    own = notice(session, login="technical_manager")
    with pytest.raises(NotYours):
        perform(session, own, "approve", "technical_manager", AT)
    formal = notice(session, kind="formal_document")
    with pytest.raises(NotYours, match="general manager"):
        perform(session, formal, "approve", "technical_manager", AT)
    assert published(session, formal, approver="general_manager").formal_no == "〔2026〕1号"
    assert (
        published(session, notice(session, kind="formal_document"), approver="general_manager").formal_no
        == "〔2026〕2号"
    )


def test_what_is_over_expires_by_itself_and_once(session):
    one = published(session, notice(session, expires_at=AT + DAY))
    for count in (1, 0):
        with doing(session, Person(is_system=True), AT + 2 * DAY, Source.SCHEDULER):
            assert expire_notices(session, AT + 2 * DAY) == count
    assert one.status == "expired"


def test_what_would_be_over_before_it_is_out_is_not_published(session):
    one = notice(session, expires_at=AT + HOUR)
    with pytest.raises(RuleBroken, match="over before"):
        published(session, one)


# -- surveys ---------------------------------------------------------------------------------------------------------


def survey(session):
    with doing(session, "sales_manager", AT):
        one = Survey(title="下半年满意度调查", closes_on=date(2026, 11, 30))
        one.questions = [SurveyQuestion(seq=1, text="产品质量"), SurveyQuestion(seq=2, text="交货及时")]
        other = Customer(code="C-2", name="滨海重工", owner_id=employee(session, "销售员").id)
        session.add(other)
        customers = [session.scalar(select(Customer).where(Customer.code == "C-1")), other]
        one.invitations = [SurveyInvitation(customer=each) for each in customers]
        session.add(one)
    return perform(session, one, "open", "sales_manager", AT)


def answered(session, one, scores, likely=None, at=AT + HOUR):
    with doing(session, Person(), at, Source.PUBLIC_LINK) as act:
        given = dict(zip((each.id for each in one.survey.questions), scores, strict=True))
        one.answer(act, given, likely, "不错", AnsweredBy.LINK)


def test_a_survey_comes_to_means_and_promoters(any_session):
    one = survey(any_session)
    answered(any_session, one.invitations[0], (5, 2), 10)
    answered(any_session, one.invitations[1], (4, 3), 6)
    found = one.standing()
    assert [found.means[each.id] for each in one.questions] == [Decimal("4.50"), Decimal("2.50")]
    assert (found.nps, found.response_rate) == (0, 100)


def test_each_customer_answers_once_and_everything(session):
    one = survey(session)
    with pytest.raises(RuleBroken, match="every question"):
        answered(session, one.invitations[0], (5, 0))
    session.rollback()
    answered(session, one.invitations[0], (5, 5))
    with pytest.raises(RuleBroken, match="already"):
        answered(session, one.invitations[0], (1, 1))


def test_a_link_leads_to_its_invitation_until_the_survey_closes(session):
    one = survey(session)
    with doing(session, "sales_manager", AT):
        token = one.invitations[0].link(AT)
    assert invitation_behind(session, token, source="x", at=AT + DAY) is one.invitations[0]
    assert token not in {each.token_hash for each in session.scalars(select(PublicLink))}
    for wrong, at in ((token[:-1], AT), (token, datetime(2026, 12, 1, tzinfo=UTC))):
        with pytest.raises(NotVisible):
            invitation_behind(session, wrong, source="x", at=at)


def test_what_is_weak_gets_its_measure(any_session):
    session = any_session
    set_figure(session, "weak_score", "3.5", Unit.POINTS, "C2.3")
    one = survey(session)
    answered(session, one.invitations[0], (5, 2), 3)
    perform(session, one, "close", "sales_manager", AT + DAY)
    with pytest.raises(RuleBroken, match="交货及时"):
        perform(session, one, "analyse", "sales_manager", AT + DAY, note="交期偏弱")
    perform(
        session, one, "analyse", "sales_manager", AT + DAY, note="交期偏弱",
        responsible=employee(session, "生产计划员"), due_on=date(2026, 12, 15),
    )  # fmt: skip
    (action,) = session.scalars(select(ActionItem).where(ActionItem.source_entity == "survey")).all()
    assert ("交货及时" in action.description, action.clause, one.status) == (True, "C2.3", "analysed")


def test_without_the_line_nobody_says_what_is_weak(session):
    one = survey(session)
    perform(session, one, "close", "after_sales_manager", AT + DAY)
    with pytest.raises(RuleBroken, match=r"C2\.3"):
        perform(session, one, "analyse", "sales_manager", AT + DAY, note="x")


def test_an_act_of_nobody_is_still_in_the_chain(session):
    one = survey(session)
    answered(session, one.invitations[0], (5, 5))
    assert one.invitations[0].response.created_by_id is None
    assert Act(Person(), AT, Source.PUBLIC_LINK).by.employee_id is None
    assert one.invitations[0].response.submitted_at - AT == timedelta(hours=1)


def prepared(session, at):
    with doing(session, Person(is_system=True), at, Source.SCHEDULER):
        return prepare_surveys(session, at)


def test_the_next_survey_is_a_draft_when_its_time_has_come_and_once(any_session):
    session = any_session
    assert prepared(session, AT) == 0  # the first one is made by hand
    first = survey(session)
    set_figure(session, "survey_months", 6, Unit.MONTH, "C2.3")
    due = datetime(2027, 5, 16, 1, tzinfo=UTC)
    assert prepared(session, due) == 0  # the last one still runs
    perform(session, first, "close", "sales_manager", AT + 14 * DAY)
    new = Customer(code="C-3", name="新到客户", owner_id=employee(session, "销售员").id)
    with doing(session, "sales_manager", AT + 15 * DAY):
        session.add(new)
    with doing(session, "after_sales_agent", AT + 15 * DAY) as act:
        ticket = Ticket(
            received_at=act.at, description="停机", customer=new, contact="周工", phone="14200091003", urgency="high"
        )
        session.add(ticket)
        ticket.begin(act)
    assert [prepared(session, at) for at in (due - DAY, due, due + DAY)] == [0, 1, 0]
    second = session.scalars(select(Survey).where(Survey.id > first.id)).one()
    assert second.status == "draft"
    assert second.closes_on == date(2027, 5, 16) + (first.closes_on - on_date(AT))
    assert [one.text for one in second.questions] == [one.text for one in first.questions]
    assert [one.customer.code for one in second.invitations] == ["C-1", "C-2", "C-3"]
    perform(session, second, "open", "after_sales_manager", due + DAY)


def test_without_the_period_no_survey_is_prepared(session):
    perform(session, survey(session), "close", "sales_manager", AT + 14 * DAY)
    assert prepared(session, datetime(2030, 1, 1, tzinfo=UTC)) == 0
