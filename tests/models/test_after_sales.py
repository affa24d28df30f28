"""Tickets: their steps, clocks, conversation, follow-ups and what is learnt from them (A2-A5, C2.2)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.actions import ActionItem, Evaluation
from models.actions.evaluations import snapshot
from models.after_sales import FollowUpVisit, ServiceAction, Ticket, latest_visit, open_visit
from models.after_sales.consequences import close_silent, escalate_breached, visits_fall_due
from models.base import Act, Source, previews
from models.event import Delivery
from models.journal import acting
from models.organisation import Customer, Post, ProductModel
from models.regulation import Figure, clock_of, clocks_of
from models.schedule import ProductUnit
from rules.actions.evaluations import EvaluationKind
from rules.after_sales import TicketCategory
from rules.base import SYSTEM, NotYours, RuleBroken
from rules.regulation import FIGURES, Target
from tests.models.acts import DAY, HOUR, doing, events, last_seq, perform
from tests.world import employee, person

MONDAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
"""09:00 in the factory, which works 08:30-12:00 and 13:00-17:30."""
AG, AM, TECH = "after_sales_agent", "after_sales_manager", "technical"
RESOLUTION, SILENCE = Target.RESOLUTION, Target.SILENCE


@pytest.fixture(autouse=True)
def _figures(request):
    """What the company has said of follow-ups and clusters."""
    for name in {"session", "any_session"} & set(request.fixturenames):
        set_figures(request.getfixturevalue(name))


def set_figures(session):
    with doing(session, "admin", MONDAY - DAY):
        for code, value in (("favourable_mean", 4), ("cluster_count", 3), ("cluster_days", 30)):
            spec = FIGURES[code]
            facts = {"code": code, "clause": spec.clause, "unit": spec.unit, "value": Decimal(value)}
            session.add(Figure(from_on=date(2020, 1, 1), **facts))


def report(session, *, at=MONDAY, login=AG, model=True, **more):
    """A report by telephone, written down as it comes in."""
    given = {
        "received_at": at,
        "description": "密封处渗油",
        "contact": "刘芳芳",
        "phone": "14200091001",
        "customer": session.scalar(select(Customer)),
        "model": session.scalar(select(ProductModel)) if model else None,
        "category": TicketCategory.LEAK,
        **more,
    }
    with doing(session, login, at) as act:
        ticket = Ticket(**given)
        session.add(ticket)
        ticket.begin(act)
    return ticket


def worked_on(session, *, at=MONDAY, **more):
    """Accepted and talked about with the customer."""
    ticket = report(session, at=at, **more)
    perform(session, ticket, "accept", AG, at + HOUR / 2)
    return perform(session, ticket, "contact", AG, at + HOUR, text="已了解情况", kind="call_out")


def solved(session, *, at=MONDAY, cause="operation", **more):
    ticket = worked_on(session, at=at, **more)
    return perform(session, ticket, "resolve", AG, at + 2 * HOUR, solution_text="更换机封", cause=cause)


def by_itself(session, what, at):
    with acting(session, Act(SYSTEM, at, Source.SCHEDULER)):
        done = what(session, at)
        session.commit()
    return done


def clock(ticket, target):
    return clock_of(ticket, target)


def local(moment):
    return (moment + timedelta(hours=8)).strftime("%d %H:%M")


# A report and its clocks


def test_a_report_gets_number_priority_department_and_four_clocks(any_session):
    ticket = report(any_session, severity="S2", urgency="high")
    assert ticket.no.startswith("SH-2026-")
    assert (ticket.status, ticket.priority, ticket.department.code, ticket.warranty) == ("new", "P1", "SF", "unknown")
    due = {
        target: local(clock(ticket, target).due_at)
        for target in (Target.ACCEPTANCE, Target.FIRST_CONTACT, Target.FIRST_SOLUTION, RESOLUTION)
    }
    assert list(due.values()) == ["16 11:00", "16 10:00", "17 09:00", "18 09:00"]
    assert ticket.due_at == clock(ticket, RESOLUTION).due_at


def test_acceptance_contact_and_first_solution_stop_their_clocks(session):
    ticket = report(session)
    perform(session, ticket, "accept", AG, MONDAY + HOUR)
    assert (ticket.status, ticket.agent.name, ticket.gate) == ("accepted", "售后专员", "yes")
    assert clock(ticket, Target.ACCEPTANCE).status == "met"
    perform(session, ticket, "contact", AG, MONDAY + 5 * HOUR, text="电话了解情况", kind="call_out")
    assert (ticket.status, clock(ticket, Target.FIRST_CONTACT).status) == ("in_progress", "met")
    assert clock(ticket, SILENCE).status == "running"
    perform(session, ticket, "propose_solution", AG, MONDAY + 6 * HOUR, solution_text="更换机封")
    assert clock(ticket, Target.FIRST_SOLUTION).status == "met"
    assert [one.kind for one in ticket.entries] == ["call_out", "solution"]
    assert ticket.solution_text == "更换机封"


def test_a_contact_a_minute_late_is_a_breach(session):
    ticket = report(session, severity="S1", urgency="high")
    perform(session, ticket, "accept", AG, MONDAY + HOUR)
    perform(session, ticket, "contact", AG, MONDAY + HOUR + timedelta(minutes=1), text="已联系", kind="call_out")
    kept = clock(ticket, Target.FIRST_CONTACT)
    assert (kept.status, kept.breach_minutes) == ("breached", 1)


def test_a_contact_is_a_call_a_visit_or_a_mail_and_says_something(session):
    ticket = report(session)
    perform(session, ticket, "accept", AG, MONDAY)
    with pytest.raises(RuleBroken, match="a call, a visit or a mail"):
        perform(session, ticket, "contact", AG, MONDAY, text="x", kind="note")
    with pytest.raises(RuleBroken, match="what was said"):
        perform(session, ticket, "contact", AG, MONDAY, text="  ", kind="call_out")


def test_waiting_for_the_customer_pauses_solution_and_resolution_but_not_silence(session):
    ticket = worked_on(session)
    before = clock(ticket, RESOLUTION).due_at
    perform(session, ticket, "wait_for_customer", AG, MONDAY + 2 * HOUR, note="等铭牌照片")
    assert clock(ticket, RESOLUTION).status == "paused"
    assert clock(ticket, SILENCE).status == "running"
    with pytest.raises(RuleBroken, match="It waited while"):
        perform(session, ticket, "resume_executing", AG, MONDAY + 3 * HOUR)
    perform(session, ticket, "log", AG, MONDAY + 5 * HOUR, text="客户来电：照片已发", kind="call_in")
    assert (ticket.status, clock(ticket, RESOLUTION).status) == ("in_progress", "running")
    assert clock(ticket, RESOLUTION).due_at > before  # 11:00 to 14:00: two working hours
    assert clock(ticket, RESOLUTION).paused_minutes == 120


def test_another_classification_moves_the_clocks_from_the_same_start(session):
    ticket = worked_on(session)
    assert ticket.priority == "P3"
    since = last_seq(session)
    perform(session, ticket, "classify", AG, MONDAY + 2 * HOUR, severity="S1", urgency="high")
    assert (ticket.priority, local(clock(ticket, RESOLUTION).due_at)) == ("P1", "18 09:00")
    (told,) = events(session, since, ticket)
    assert {"severity", "urgency", "priority", "due_at"} <= set(told.changes)
    with pytest.raises(RuleBroken, match="Say why"):
        perform(session, ticket, "classify", AG, MONDAY + 3 * HOUR, priority_override="P4")
    perform(
        session, ticket, "classify", AG, MONDAY + 3 * HOUR, priority_override="P4", override_reason="客户已停机检修"
    )
    assert (ticket.priority, ticket.override_reason) == ("P4", "客户已停机检修")
    perform(session, ticket, "classify", AG, MONDAY + 4 * HOUR, severity="S3", urgency="low")
    assert (ticket.priority, ticket.override_reason) == ("P4", "")


def test_each_word_to_the_customer_begins_his_silence_anew(session):
    ticket = worked_on(session)
    first = clock(ticket, SILENCE)
    perform(session, ticket, "log", AG, MONDAY + 2 * HOUR, text="内部备注", kind="note")
    assert clock(ticket, SILENCE) is first
    perform(session, ticket, "log", AG, MONDAY + DAY, text="配件已发出", kind="progress_told")
    assert (first.status, clock(ticket, SILENCE).started_at) == ("met", MONDAY + DAY)
    assert [one.is_visible for one in ticket.entries] == [True, False, True]


def test_only_what_is_said_by_hand_is_written_by_hand(session):
    ticket = worked_on(session)
    with pytest.raises(RuleBroken, match="Choose what it was"):
        perform(session, ticket, "log", AG, MONDAY + 2 * HOUR, text="5 分", kind="rating")


# Who


def test_only_after_sales_people_who_may_work_get_tickets(session):
    ticket = report(session)
    with pytest.raises(RuleBroken, match="does not work in after-sales"):
        perform(session, ticket, "assign", AM, MONDAY, agent=employee(session, "车工一"))
    with pytest.raises(RuleBroken, match="Choose who"):
        perform(session, ticket, "assign", AM, MONDAY)
    perform(session, ticket, "assign", AM, MONDAY, agent=employee(session, "售后专员"))
    assert (ticket.agent.name, ticket.status) == ("售后专员", "new")
    with doing(session, "admin", MONDAY):
        session.scalar(select(Post).where(Post.code == "P-SF")).requires_qualification = True
    with pytest.raises(RuleBroken, match="may not work at his post") as refusal:
        perform(session, ticket, "accept", AG, MONDAY)
    assert refusal.value.clause == "A1.1"
    with pytest.raises(RuleBroken, match="may not work"):
        perform(session, report(session), "assign", AM, MONDAY, agent=employee(session, "售后专员"))


def test_sales_see_their_own_customers_technical_what_was_handed_over(session):
    ticket, strange = report(session), report(session, customer=None)

    def seen(login):
        rows = session.scalars(select(Ticket.id).where(Ticket.visible_to(person(session, login))))
        return set(rows) & {ticket.id, strange.id}

    assert seen(AG) == seen(AM) == seen("general_manager") == {ticket.id, strange.id}
    assert seen("sales") == {ticket.id}
    assert seen("sales_manager") == seen(TECH) == seen("quality_inspector") == set()
    perform(session, ticket, "accept", AG, MONDAY)
    perform(session, ticket, "contact", AG, MONDAY, text="已联系", kind="call_out")
    perform(session, ticket, "escalate", AG, MONDAY + HOUR, note="需分析轴承")
    assert seen(TECH) == seen("technical_manager") == {ticket.id}


# Technical


def test_the_technical_department_has_a_clock_of_its_own(session):
    ticket = worked_on(session)
    perform(session, ticket, "escalate", AG, MONDAY + HOUR, note="需分析轴承")
    assert (ticket.status, clock(ticket, Target.TECHNICAL_SOLUTION).status) == ("escalated", "running")
    perform(session, ticket, "take_up", TECH, MONDAY + 2 * HOUR)
    assert ticket.technical_owner.name == "工艺技术员"
    with pytest.raises(NotYours):
        perform(session, ticket, "solve", AG, MONDAY + 3 * HOUR, solution_text="x")
    perform(session, ticket, "solve", TECH, MONDAY + 3 * HOUR, solution_text="更换轴承并重新对中")
    assert ticket.status == "executing"
    assert clock(ticket, Target.TECHNICAL_SOLUTION).status == clock(ticket, Target.FIRST_SOLUTION).status == "met"
    perform(session, ticket, "wait_for_parts", AG, MONDAY + 4 * HOUR, note="等轴承")
    perform(session, ticket, "resume_executing", AG, MONDAY + 5 * HOUR)
    assert ticket.status == "executing"


def test_what_is_handed_back_is_not_owed_by_technical_any_more(session):
    ticket = worked_on(session)
    perform(session, ticket, "escalate", AG, MONDAY + HOUR, note="需分析轴承")
    perform(session, ticket, "hand_back", TECH, MONDAY + 2 * HOUR, note="属使用问题")
    assert (ticket.status, clock(ticket, Target.TECHNICAL_SOLUTION).status) == ("in_progress", "cancelled")


def test_what_is_not_solved_in_time_goes_to_technical_by_itself_once(any_session):
    session = any_session
    ticket = worked_on(session)
    by_itself(session, escalate_breached, MONDAY + DAY)  # 8 working hours from 09:00: due at 09:00
    assert ticket.status == "in_progress"
    assert by_itself(session, escalate_breached, MONDAY + DAY + timedelta(minutes=1)) == 1
    assert ticket.status == "escalated"
    perform(session, ticket, "hand_back", TECH, MONDAY + DAY + HOUR, note="已有方案")
    by_itself(session, escalate_breached, MONDAY + DAY + 2 * HOUR)
    assert ticket.status == "in_progress"


# A solution and what follows


def test_a_solution_needs_the_report_in_full_and_what_was_planned_done(session):
    ticket = worked_on(session, model=False, category=None)
    for field, more in (("model", {}), ("category", {"model": True}), ("cause", {"category": "leak"})):
        with pytest.raises(RuleBroken) as refusal:
            perform(session, ticket, "resolve", AG, MONDAY + 2 * HOUR, solution_text="更换机封")
        assert refusal.value.field == field, more
        with doing(session, AG, MONDAY):
            ticket.model = session.scalar(select(ProductModel))
            ticket.category = TicketCategory.LEAK if field != "model" else None
    with pytest.raises(RuleBroken, match="Write the solution"):
        perform(session, ticket, "resolve", AG, MONDAY + 2 * HOUR, cause="operation")


def test_a_solution_is_followed_up_by_somebody_else(session):
    ticket = solved(session)
    visit = open_visit(session, ticket.id)
    assert (ticket.status, clock(ticket, RESOLUTION).status) == ("resolved", "met")
    assert clock(ticket, SILENCE).status == "met"
    assert (visit.solver_id, visit.status) == (ticket.agent_id, "scheduled")
    assert local(visit.due_at) == "20 17:30"
    assert by_itself(session, visits_fall_due, MONDAY + 2 * DAY) == 0
    assert by_itself(session, visits_fall_due, MONDAY + 3 * DAY) == 1
    scores = {"speed": "5", "skill": "5", "manner": "4", "result": "4"}
    with pytest.raises(NotYours, match="somebody else"):
        perform(session, visit, "record", AG, MONDAY + 3 * DAY, **scores)
    perform(session, visit, "record", AM, MONDAY + 3 * DAY, opinion="很好", **scores)
    assert (visit.status, visit.favourable, visit.favourable_line) == ("done", True, 4)
    assert clock_of(visit, Target.FOLLOW_UP).status == "met"
    assert visit.call_back_due_at is None


def test_who_is_not_reached_was_called_at_least_once(session):
    visit = open_visit(session, solved(session).id)
    with pytest.raises(RuleBroken, match="at least one attempt"):
        perform(session, visit, "give_up", AM, MONDAY + DAY, note="打不通")
    perform(session, visit, "attempt", AM, MONDAY + DAY)
    perform(session, visit, "give_up", AM, MONDAY + DAY + HOUR, note="三次未接")
    assert (visit.status, visit.attempts) == ("unreachable", 1)


def test_a_problem_that_came_back_opens_the_ticket_again(session):
    ticket = solved(session)
    visit = open_visit(session, ticket.id)
    perform(
        session, visit, "record", AM, MONDAY + DAY, speed=4, skill=4, manner=4, result=3, problem_again=True,
        opinion="又漏了",
    )  # fmt: skip
    assert (ticket.status, ticket.reopen_count, visit.favourable) == ("reopened", 1, False)
    going_on = clock(ticket, RESOLUTION)
    assert (going_on.status, going_on.started_at) == ("running", MONDAY)
    assert going_on.paused_minutes > 0
    assert clock(ticket, Target.CLOSING).status == "cancelled"
    perform(session, ticket, "restart", AG, MONDAY + DAY + HOUR)
    perform(session, ticket, "resolve", AG, MONDAY + DAY + 2 * HOUR, solution_text="再次更换", cause="material")
    assert latest_visit(session, ticket.id).id != visit.id


def test_reopening_withdraws_the_visit(session):
    ticket = solved(session)
    visit = open_visit(session, ticket.id)
    perform(session, ticket, "reopen", AM, MONDAY + DAY, note="客户来电，又漏")
    assert (visit.status, clock_of(visit, Target.FOLLOW_UP).status) == ("withdrawn", "cancelled")


def test_a_low_score_calls_the_manager_and_is_learnt_from(session):
    ticket = solved(session)
    visit = open_visit(session, ticket.id)
    since = last_seq(session)
    perform(session, visit, "record", AM, MONDAY + DAY, speed=2, skill=5, manner=5, result=5, opinion="等太久")
    assert visit.favourable is False
    assert local(visit.call_back_due_at) == "18 17:30"
    action = session.scalar(select(ActionItem).where(ActionItem.source_entity == "follow_up_visit"))
    assert (action.kind, action.responsible_id, action.clause) == ("improvement", ticket.agent_id, "A4.2")
    told = session.scalars(select(Delivery.recipient_id).where(Delivery.event_seq > since)).all()
    assert ticket.agent_id in told
    with pytest.raises(NotYours):
        perform(session, visit, "call_back", AG, MONDAY + 2 * DAY, note="x")
    perform(session, visit, "call_back", AM, MONDAY + 2 * DAY, note="已致歉")
    assert visit.called_back_at == MONDAY + 2 * DAY


@pytest.mark.parametrize("cause, is_measured", [("design", True), ("process", True), ("material", False)])
def test_design_and_process_go_back_to_the_technical_department(session, cause, is_measured):
    ticket = worked_on(session)
    assert len(previews(ticket, "resolve", person(session, AG))) == 2
    perform(session, ticket, "resolve", AG, MONDAY + 2 * HOUR, solution_text="更换机封", cause=cause)
    found = session.scalars(select(ActionItem).where(ActionItem.source_entity == "ticket")).all()
    assert bool(found) is is_measured
    if found:
        (action,) = found
        assert (action.kind, action.clause, action.source_id) == ("corrective", "A5.2", ticket.id)
        assert action.responsible.name == "技术经理"
        assert action.verifier.name == "售后经理"


def test_so_many_of_one_kind_are_a_cluster_once(session):
    for nth in range(5):
        ticket = report(session, at=MONDAY + nth * HOUR)
        perform(session, ticket, "accept", AG, MONDAY + nth * HOUR)
        found = session.scalars(select(ActionItem).where(ActionItem.source_entity == "ticket")).all()
        assert len(found) == (1 if nth >= 2 else 0)
    (action,) = found
    assert (action.kind, action.clause) == ("improvement", "A5.2")
    assert "JS-160" in action.description


def test_the_customer_confirms_or_falls_silent(session):
    ticket, silent = solved(session), solved(session)
    perform(session, ticket, "confirm", AG, MONDAY + DAY, note="客户电话确认")
    assert (ticket.status, ticket.confirmed_at, clock(ticket, Target.CLOSING).status) == ("closed", MONDAY + DAY, "met")
    due = clock(silent, Target.CLOSING).due_at
    assert by_itself(session, close_silent, due) == 0
    assert by_itself(session, close_silent, due + timedelta(seconds=1)) == 1
    assert (silent.status, silent.confirmed_at) == ("closed", None)
    assert clock(silent, Target.CLOSING).status == "cancelled"


def test_a_customer_rates_from_one_to_five(session):
    ticket = solved(session)
    with pytest.raises(NotYours, match="follows by itself"):
        perform(session, ticket, "rate", AG, MONDAY + DAY)
    act = Act(SYSTEM, MONDAY + DAY, Source.PUBLIC_LINK)
    with acting(session, act):
        with pytest.raises(RuleBroken):
            ticket._step("rate") and ticket.do_rate(act, rating=6)
        ticket.do_rate(act, rating=4)
        session.commit()
    assert (ticket.rating, ticket.rated_at) == (4, MONDAY + DAY)


# Service


def serve(session, ticket, *, kind="repair", at=MONDAY + HOUR, **more):
    with doing(session, AG, at) as act:
        one = ServiceAction(ticket=ticket, kind=kind, what="更换机封", technician_id=act.by.employee_id, **more)
        session.add(one)
        one.prepare()
    return one


def test_a_ticket_is_not_solved_while_a_service_is_open(session):
    ticket = worked_on(session)
    action = serve(session, ticket)
    with pytest.raises(RuleBroken, match="is not done yet"):
        perform(session, ticket, "resolve", AG, MONDAY + 2 * HOUR, solution_text="更换机封", cause="material")
    perform(session, action, "start", AG, MONDAY + 2 * HOUR)
    perform(session, action, "finish", AG, MONDAY + 3 * HOUR, result="不再渗油", signature="刘芳芳")
    with pytest.raises(NotYours):
        perform(session, action, "accept", AG, MONDAY + 3 * HOUR)
    perform(session, action, "accept", AM, MONDAY + 3 * HOUR)
    perform(session, ticket, "resolve", AG, MONDAY + 4 * HOUR, solution_text="更换机封", cause="material")
    assert ticket.status == "resolved"


def test_a_replacement_carries_history_and_warranty_over(session):
    with doing(session, "admin", MONDAY):
        old = ProductUnit(
            serial="JS160-1",
            model=session.scalar(select(ProductModel)),
            customer=session.scalar(select(Customer)),
            shipped_on=datetime(2026, 5, 1, tzinfo=UTC).date(),
        )
        session.add(old)
        old.prepare()
    ticket = worked_on(session, serial="js160-1 ", customer=None, model=False)
    assert (ticket.product_unit, ticket.customer.code, ticket.warranty) == (old, "C-1", "in_warranty")
    action = serve(session, ticket, kind="replace")
    assert action.is_under_warranty
    perform(session, action, "start", AG, MONDAY + 2 * HOUR)
    with pytest.raises(RuleBroken, match="old and the new"):
        perform(session, action, "finish", AG, MONDAY + 3 * HOUR, result="已更换")
    perform(session, action, "finish", AG, MONDAY + 3 * HOUR, result="已更换", new_serial="JS160-2")
    new = session.scalar(select(ProductUnit).where(ProductUnit.serial == "JS160-2"))
    assert (new.customer_id, new.warranty_until_on) == (old.customer_id, old.warranty_until_on)
    assert action.no in old.note


def test_a_follow_up_is_for_one_solution_at_a_time(session):
    ticket = solved(session)
    assert session.scalars(select(FollowUpVisit).where(FollowUpVisit.ticket_id == ticket.id)).one()


def test_what_was_no_ticket_is_cancelled_by_the_manager_and_owes_nothing(session):
    ticket = report(session)
    with pytest.raises(NotYours):
        perform(session, ticket, "cancel", AG, MONDAY, note="重复")
    perform(session, ticket, "cancel", AM, MONDAY, note="与上一单重复")
    assert ticket.status == "cancelled"
    assert clock(ticket, RESOLUTION).status == "cancelled"


def test_evaluations_are_written_from_the_figures_of_their_period(session):
    ticket = solved(session)
    scores = {"speed": 5, "skill": 5, "manner": 5, "result": 4}
    perform(session, open_visit(session, ticket.id), "record", AM, MONDAY + DAY, **scores)
    period = {"from_on": MONDAY.date(), "to_on": (MONDAY + DAY).date()}
    said = snapshot(session, Evaluation(kind=EvaluationKind.AFTER_SALES_STATISTICS, **period))
    assert (said["tickets"], said["median_minutes"], said["timely"]) == ("2", "120", "100")
    heard = snapshot(session, Evaluation(kind=EvaluationKind.FOLLOW_UP, **period))
    assert (heard["visits"], heard["favourable_rate"]) == ("1", "100")
    earlier = {"from_on": date(2025, 1, 1), "to_on": date(2025, 1, 31)}
    none = snapshot(session, Evaluation(kind=EvaluationKind.FOLLOW_UP, **earlier))
    assert (none["visits"], none["favourable_rate"], none["coverage"]) == ("0", None, None)


# Clocks, whatever happens


STEPS = (
    "wait_for_customer",
    "wait_for_parts",
    "go_on",
    "classify",
    "escalate",
    "hand_back",
    "resolve",
    "reopen",
    "log",
)
HAPPENINGS = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(1, 900)), max_size=14)


def happen(session, ticket, what, at, nth):
    """One thing happens, if it can."""
    if what == "go_on":
        back = {"pending_customer", "pending_parts"} & {str(ticket.status)}
        what = ("resume_executing" if ticket.waited_from == "executing" else "resume") if back else "restart"
    more = {
        "classify": {"severity": ("S1", "S2", "S3", "S4")[nth % 4], "urgency": ("high", "low")[nth % 2]},
        "resolve": {"solution_text": "更换机封", "cause": "operation"},
        "log": {"kind": "progress_told", "text": "告知进展"},
    }.get(what, {"note": "原因"} if what != "resume" else {})
    who = TECH if what == "hand_back" else AG
    if ticket.lifecycle.find(what, str(ticket.status)) is not None:
        perform(session, ticket, what, who, at, **more)


@given(happenings=HAPPENINGS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_clock_is_due_when_its_allowance_is_used_up_outside_its_pauses(session, happenings):
    ticket, at = worked_on(session), MONDAY + 2 * HOUR
    for nth, (what, minutes) in enumerate(happenings):
        at += timedelta(minutes=minutes)
        happen(session, ticket, what, at, nth)
    found = clocks_of(ticket)
    open_ones = [one.target for one in found if one.is_open]
    assert len(open_ones) == len(set(open_ones))
    assert ticket.due_at == clock(ticket, RESOLUTION).due_at
    for one in found:
        granted, pauses = one.granted, one.recorded.spans()
        if granted.unit == "working_hour":
            allowed = timedelta(hours=float(granted.amount))
            assert one.engine.between(one.started_at, one.due_at, pauses) == allowed
        assert one.explain()
        if one.target is RESOLUTION:
            assert one.started_at == ticket.received_at
        if one.target is RESOLUTION and one.is_open:
            said = {"priority": str(ticket.priority)}
            assert granted.amount == (16 if said["priority"] == "P1" else 40)
    chain = [one for one in found if one.target is RESOLUTION]
    assert len(chain) == ticket.reopen_count + 1
    assert [one.continues_id for one in chain] == [None, *(one.id for one in chain[:-1])]
