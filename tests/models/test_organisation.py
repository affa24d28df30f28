"""People, their placements, and how far their roles reach (G2, P2.1)."""

import threading
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import create_engine, func, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.base import COMPANY_ZONE, Source, on_date, previews
from models.engine import engine_options
from models.event import Delivery
from models.organisation import (
    Absence,
    Account,
    AccountRole,
    Customer,
    Department,
    Employee,
    Placement,
    Post,
    ProductModel,
    Team,
    acting_day,
    administrators,
    department_held,
    departments_below,
    departments_on,
    holders,
    leader_of,
    managed_by,
    managers_of,
    manages,
    person_of,
    placement_on,
    refuse_circle,
)
from models.quality import SpotCheck
from models.reminding import remind
from rules.actions import Proof
from rules.base import Role, RuleBroken
from tests.models.acts import LATER, action_of, close_period, doing, events, last_seq, perform
from tests.world import department, employee, person

DAY = timedelta(days=1)
TODAY = on_date(LATER)
ON = TODAY + timedelta(days=14)


def account(session, login):
    return session.scalar(select(Account).where(Account.login == login))


def give(session, login, role, code=None):
    one = account(session, login)
    with doing(session, "admin"):
        one.roles.append(AccountRole(role=role, department=department(session, code) if code else None))


def ids(session, *codes):
    return {department(session, code).id for code in codes}


# Reach


def test_a_department_has_those_below_it_and_nothing_beside(any_session):
    whole, part = department(any_session, "SC"), department(any_session, "SC1")
    assert departments_below(any_session, whole.id) == ids(any_session, "SC", "SC1", "SC2")
    assert departments_below(any_session, part.id) == {part.id}


def test_a_circle_of_departments_ends_the_search_and_is_refused(session):
    whole, part, other = (department(session, code) for code in ("SC", "SC1", "SC2"))
    refuse_circle(other)
    with doing(session, "admin"):
        whole.parent = part
    with pytest.raises(RuleBroken, match="below itself") as refusal:
        refuse_circle(whole)
    assert refusal.value.field == "parent"
    assert departments_below(session, part.id) == {whole.id, part.id, other.id}


def test_a_role_by_scope_reaches_its_department_and_those_below(any_session):
    for code in ("SC1", "JS"):
        give(any_session, "sales", Role.QUALITY_INSPECTOR, code)
    give(any_session, "hr", Role.PRODUCTION_MANAGER, "SC")
    assert person(any_session, "sales").roles[Role.QUALITY_INSPECTOR] == ids(any_session, "SC1", "JS")
    assert person(any_session, "sales").roles[Role.SALES] is None
    assert person(any_session, "hr").roles[Role.PRODUCTION_MANAGER] == ids(any_session, "SC", "SC1", "SC2")


@pytest.mark.parametrize("order", [(None, "SC1"), ("SC1", None)])
def test_a_role_for_the_company_is_for_the_company_whatever_else_is_said(session, order):
    for code in order:
        give(session, "sales", Role.QUALITY_INSPECTOR, code)
    assert person(session, "sales").roles[Role.QUALITY_INSPECTOR] is None


def test_a_role_by_nature_of_the_company_takes_no_department(session):
    give(session, "sales", Role.QUALITY_MANAGER, "SC1")
    assert person(session, "sales").roles[Role.QUALITY_MANAGER] is None


def test_an_account_knows_its_employee_and_the_teams_he_leads(session):
    leader = person(session, "team_leader")
    assert leader.employee_id == employee(session, "班组长").id
    assert leader.teams == {employee(session, "车工一").team_id}
    assert person(session, "employee").teams == frozenset()
    assert person(session, "admin").employee_id is None
    assert person(session, "quality_manager").holds(Role.EMPLOYEE)
    assert person_of(session, account(session, "admin")).account_id == account(session, "admin").id


def test_a_team_led_once_is_led_no_more(session):
    with doing(session, "hr"):
        one = employee(session, "班组长")
        one.move(ON, department=one.department, post=one.post, team=None)
    leader = account(session, "team_leader")
    assert person_of(session, leader, on=ON - DAY).teams == {employee(session, "车工一").team_id}
    assert person_of(session, leader, on=ON).teams == frozenset()


def test_who_leads_a_team_is_known_by_its_people(session):
    assert leader_of(session, employee(session, "车工一").id) == employee(session, "班组长").id
    assert leader_of(session, employee(session, "装配一").id) == employee(session, "班组长2").id
    assert leader_of(session, employee(session, "总经理").id) is None


def test_who_holds_a_role_for_a_department_is_told_of_it(any_session):
    here, there = department(any_session, "SC1").id, department(any_session, "SC2").id
    one, two = (person(any_session, login).employee_id for login in ("production_manager", "production_manager2"))
    assert holders(any_session, Role.PRODUCTION_MANAGER, here) == [one]
    assert holders(any_session, Role.PRODUCTION_MANAGER, there) == [two]
    assert set(holders(any_session, Role.PRODUCTION_MANAGER, None)) == {one, two}
    assert holders(any_session, Role.QUALITY_MANAGER, here) == [person(any_session, "quality_manager").employee_id]
    assert holders(any_session, Role.SALES, here) == [person(any_session, "sales").employee_id]
    with doing(any_session, "admin"):
        account(any_session, "production_manager").is_active = False
    assert holders(any_session, Role.PRODUCTION_MANAGER, here) == []


# Placements


def spans(one):
    return [(place.department.code, place.from_on, place.to_on, place.leads_team) for place in one.placements]


def test_a_move_ahead_waits_for_its_day_and_today_stays_what_it_is(any_session):
    one, home = employee(any_session, "车工一"), department(any_session, "SC1")
    post = any_session.scalar(select(Post).where(Post.code == "P-SC2"))
    with doing(any_session, "hr"):
        one.move(ON, department=department(any_session, "SC2"), post=post, team=None)
    assert spans(one) == [("SC1", one.hired_on, ON - DAY, False), ("SC2", ON, None, False)]
    assert one.department is home
    assert one.placement is one.placements[-1]
    assert placement_on(any_session, one.id, ON - DAY).department is home
    assert placement_on(any_session, one.id, ON).post is post
    assert placement_on(any_session, one.id, one.hired_on - DAY) is None
    assert departments_on(any_session, [one.id, one.id], ON) == {one.id: department(any_session, "SC2").id}


def test_a_move_of_the_same_day_puts_the_placement_right(session):
    one = employee(session, "车工一")
    for code in ("SC2", "JS"):
        with doing(session, "hr"):
            one.move(ON, department=department(session, code), post=one.post, team=None)
    assert spans(one) == [("SC1", one.hired_on, ON - DAY, False), ("JS", ON, None, False)]


def test_a_move_back_in_time_leaves_what_came_after_as_it_was(any_session):
    one, begun = employee(any_session, "车工一"), date(2024, 5, 6)
    for on, code in ((TODAY, "SC2"), (begun, "JS")):
        with doing(any_session, "hr"):
            one.move(on, department=department(any_session, code), post=one.post, team=None)
    assert [place[:3] for place in spans(one)] == [
        ("SC1", one.hired_on, begun - DAY),
        ("JS", begun, TODAY - DAY),
        ("SC2", TODAY, None),
    ]
    assert one.department.code == "SC2"
    with pytest.raises(RuleBroken, match="since"):
        one.move(one.hired_on - DAY, department=one.department, post=one.post, team=None)


def test_a_move_changes_nothing_that_a_closed_period_was_computed_from(session):
    one = employee(session, "车工一")
    close_period(session, date(2026, 10, 1), date(2026, 10, 31))
    for on in (date(2026, 10, 15), date(2026, 9, 1)):
        with pytest.raises(RuleBroken, match="closed assessment period"), doing(session, "hr"):
            one.move(on, department=department(session, "SC2"), post=one.post, team=None)
        session.rollback()
    with doing(session, "hr"):
        one.move(date(2026, 11, 1), department=department(session, "SC2"), post=one.post, team=None)
    with doing(session, "hr"):
        one.move(date(2026, 11, 10), department=department(session, "JS"), post=one.post, team=None)
    assert len(one.placements) == 3


def test_who_has_left_is_put_right_where_he_was_and_leads_no_team_that_he_has_not(session):
    one = employee(session, "班组长")
    perform(session, one, "leave", "hr", note="辞职")
    with doing(session, "hr"):
        one.move(ON, department=department(session, "SC2"), post=one.post, team=None)
    assert [(place.department.code, place.to_on, place.leads_team) for place in one.placements] == [
        ("SC2", date(2026, 11, 17), False)
    ]
    assert one.placement is None


def test_a_team_has_one_leader_at_a_time_and_another_after_him(any_session):
    one, leader = employee(any_session, "车工一"), employee(any_session, "班组长")
    with pytest.raises(RuleBroken, match=leader.name) as refused, doing(any_session, "hr"):
        one.move(ON, department=one.department, post=one.post, team=one.team, leads_team=True)
    assert refused.value.field == "leads_team"
    any_session.rollback()
    with doing(any_session, "hr"):
        leader.move(ON, department=leader.department, post=leader.post, team=leader.team)
        one.move(ON, department=one.department, post=one.post, team=one.team, leads_team=True)
    with pytest.raises(RuleBroken, match=leader.name), doing(any_session, "hr"):
        one.move(ON - DAY, department=one.department, post=one.post, team=one.team, leads_team=True)
    any_session.rollback()
    with pytest.raises(RuleBroken, match="Choose the team"), doing(any_session, "hr"):
        one.move(ON, department=one.department, post=one.post, team=None, leads_team=True)
    any_session.rollback()


def test_a_person_without_any_placement_gets_his_first(session):
    with doing(session, "hr"):
        one = Employee(no="30001", name="新人", department=department(session, "SC1"), hired_on=ON,
                       post=session.scalar(select(Post).where(Post.code == "P-SC1")))  # fmt: skip
        session.add(one)
        one.move(ON, department=one.department, post=one.post, team=None)
    assert spans(one) == [("SC1", ON, None, False)]


def test_a_person_has_one_place_and_a_team_one_leader(any_session):
    one = employee(any_session, "车工一")
    with pytest.raises(IntegrityError), doing(any_session, "hr"):
        one.placements.append(Placement(department=one.department, post=one.post, from_on=ON))
    any_session.rollback()
    with pytest.raises(IntegrityError), doing(any_session, "hr"):
        one.placement.leads_team = True
    any_session.rollback()
    with pytest.raises(IntegrityError, match="leader_has_team"), doing(any_session, "hr"):
        one.placement.team, one.placement.leads_team = None, True
    any_session.rollback()


def test_a_move_is_one_event_of_the_person_and_to_take_it_up_another(any_session):
    one, since = employee(any_session, "车工一"), last_seq(any_session)
    post = any_session.scalar(select(Post).where(Post.code == "P-SC2"))
    perform(any_session, one, "move", "hr", post=post)
    move, taken_up = events(any_session, since, one)
    assert (move.entity, move.entity_id, move.action) == ("employee", one.id, "move")
    assert move.changes["department_id"] == [department(any_session, "SC1").id, department(any_session, "SC2").id]
    assert any(name.startswith("placement.") and name.endswith(".to_on") for name in move.changes)
    assert (taken_up.action, taken_up.source) == ("take_up", Source.CONSEQUENCE)


# Verbs


def test_a_move_goes_to_the_department_of_its_post(session):
    one, team = employee(session, "车工一"), session.scalar(select(Team).where(Team.code == "T-SC2"))
    post = session.scalar(select(Post).where(Post.code == "P-SC2"))
    with pytest.raises(RuleBroken, match="new post"):
        perform(session, one, "move", "hr")
    with pytest.raises(RuleBroken, match="another department"):
        perform(session, one, "move", "hr", post=one.post, team=team)
    perform(session, one, "move", "hr", post=post, team=team, effective_on=date(2026, 11, 2))
    assert (one.department.code, one.team, one.placement.from_on) == ("SC2", team, date(2026, 11, 2))


def test_a_move_ahead_is_taken_up_on_its_day_by_itself_and_once(any_session):
    one, since = employee(any_session, "车工一"), last_seq(any_session)
    post = any_session.scalar(select(Post).where(Post.code == "P-SC2"))
    perform(any_session, one, "move", "hr", post=post, effective_on=ON)
    assert [event.action for event in events(any_session, since, one)] == ["move"]
    early, late = (datetime.combine(day, time(1), COMPANY_ZONE) for day in (ON - DAY, ON + 3 * DAY))
    assert remind(any_session, early)["follow_the_calendar"] == 0
    assert one.department.code == "SC1"
    assert remind(any_session, late)["follow_the_calendar"] == 1
    assert (one.department.code, one.post) == ("SC2", post)
    assert remind(any_session, late)["follow_the_calendar"] == 0
    assert [event.action for event in events(any_session, since, one)] == ["move", "take_up"]


def test_a_move_that_is_followed_by_another_ahead_is_taken_up_now(session):
    one, since = employee(session, "车工一"), last_seq(session)
    posts = {code: session.scalar(select(Post).where(Post.code == f"P-{code}")) for code in ("SC2", "JS")}
    perform(session, one, "move", "hr", post=posts["JS"], effective_on=ON)
    perform(session, one, "move", "hr", post=posts["SC2"])
    assert [event.action for event in events(session, since, one)] == ["move", "move", "take_up"]
    assert [place[0] for place in spans(one)] == ["SC1", "SC2", "JS"]
    assert one.department.code == "SC2"


def test_a_leave_is_an_absence_until_he_is_back(any_session):
    one = employee(any_session, "车工一")
    perform(any_session, one, "take_leave", "hr", absence_kind="sick")
    assert [(away.kind, away.from_on, away.to_on) for away in one.absences] == [("sick", TODAY, None)]
    perform(any_session, one, "resume", "hr", LATER + 5 * DAY)
    assert one.absences[0].to_on == TODAY + 4 * DAY
    perform(any_session, one, "take_leave", "hr", LATER + 9 * DAY, absence_kind="annual", until_on=TODAY + 20 * DAY)
    perform(any_session, one, "resume", "hr", LATER + 9 * DAY)
    assert len(one.absences) == 1
    with pytest.raises(RuleBroken, match="cannot end earlier"):
        perform(any_session, one, "take_leave", "hr", absence_kind="sick", until_on=TODAY - DAY)


def test_a_leave_that_was_noted_before_is_noted_once(session):
    one = employee(session, "车工一")
    with doing(session, "hr"):
        one.absences.append(Absence(from_on=TODAY - DAY, to_on=TODAY + DAY, kind="sick"))
    perform(session, one, "take_leave", "hr", absence_kind="sick")
    assert len(one.absences) == 1


def test_who_has_given_notice_leaves_by_himself_when_his_last_day_is_over(any_session):
    one, last = employee(any_session, "车工一"), TODAY + 3 * DAY
    with pytest.raises(RuleBroken, match="Leave the company"):
        perform(any_session, one, "give_notice", "hr", last_on=TODAY - DAY)
    for day in (last, None, last):
        perform(any_session, one, "give_notice", "hr", last_on=day)
    assert remind(any_session, datetime.combine(last, time(23), COMPANY_ZONE))["follow_the_calendar"] == 0
    assert one.account.is_active
    assert remind(any_session, datetime.combine(last + DAY, time(1), COMPANY_ZONE))["follow_the_calendar"] == 1
    assert (one.status, one.left_on, one.placements[-1].to_on) == ("left", last, last)
    assert not one.account.is_active


def test_what_lay_ahead_of_who_leaves_falls_away(session):
    one = employee(session, "班组长")
    with doing(session, "hr"):
        one.absences += [Absence(from_on=TODAY - 5 * DAY, kind="sick")]
        one.move(ON, department=department(session, "SC2"), post=one.post, team=None)
    said = [str(words) for words in previews(one, "leave", person(session, "hr"))]
    assert any("falls away" in words for words in said)
    perform(session, one, "leave", "hr", note="辞职", last_on=TODAY - DAY)
    assert [place[1:3] for place in spans(one)] == [(one.hired_on, TODAY - DAY)]
    assert one.absences[0].to_on == TODAY - DAY
    assert (one.left_on, one.department.code) == (TODAY - DAY, "SC1")


def test_what_somebody_leaves_behind_is_said_before_and_goes_to_his_manager(any_session):
    one, heir = employee(any_session, "销售员"), employee(any_session, "总经理")
    with doing(any_session, "sales"):
        customer = Customer(code="C1", name="江州水务有限公司", owner=one)
        any_session.add(customer)
    said = " ".join(str(words) for words in previews(one, "leave", person(any_session, "hr")))
    assert all(words in said for words in ("“sales” is shut", "江州水务有限公司", heir.label))
    since = last_seq(any_session)
    perform(any_session, one, "leave", "hr", note="辞职")
    assert customer.owner is heir
    assert [(event.entity, event.action) for event in events(any_session, since)] == [
        ("employee", "leave"),
        ("customer", "hand_over"),
        ("customer", "hand_over"),
        *([("sales_order", "hand_over")] * 3),
        ("account", "edit"),
    ]


def test_where_there_is_nobody_to_take_over_it_is_said(session):
    one = employee(session, "总经理")
    with doing(session, "sales"):
        customer = Customer(code="C1", name="江州水务有限公司", owner=one)
        session.add(customer)
    assert "nobody to look after" in str(previews(one, "leave", person(session, "hr"))[-1])
    perform(session, one, "leave", "hr", note="退休")
    assert customer.owner is None


def test_of_a_leader_it_is_said_that_his_team_has_none_then(session):
    one = employee(session, "班组长")
    for verb in ("move", "leave"):
        assert "without a leader" in str(previews(one, verb, person(session, "hr"))[0])
    said = previews(employee(session, "装配一"), "leave", person(session, "hr"))
    assert not any("without a leader" in str(words) for words in said)


@pytest.mark.parametrize("before", [(), ("take_leave",)])
def test_who_leaves_has_no_place_and_no_log_in_from_the_day_on(any_session, before):
    one = employee(any_session, "车工一")
    stamp = one.account.session_stamp
    for verb in before:
        perform(any_session, one, verb, "hr")
    perform(any_session, one, "leave", "hr", note="辞职")
    assert (one.status, one.left_on, one.placement) == ("left", date(2026, 11, 17), None)
    assert one.placements[-1].to_on == date(2026, 11, 17)
    assert not one.account.is_active
    assert one.account.session_stamp != stamp


def test_who_has_no_log_in_leaves_as_well(session):
    one = employee(session, "装配一")
    perform(session, one, "take_leave", "hr_manager")
    perform(session, one, "resume", "hr_manager")
    perform(session, one, "leave", "hr_manager", note="退休")
    assert (one.status, one.placement) == ("left", None)


def test_a_role_given_changed_or_taken_ends_the_sessions_of_the_account(any_session):
    one, stamps = account(any_session, "sales"), []
    for change in (
        lambda: one.roles.append(AccountRole(role=Role.PROJECT_LEAD)),
        lambda: setattr(one.roles[0], "department", department(any_session, "SC1")),
        lambda: any_session.delete(one.roles[0]),
    ):
        stamps.append(one.session_stamp)
        with doing(any_session, "admin"):
            change()
    stamps.append(one.session_stamp)
    assert len(set(stamps)) == 4


def test_what_is_no_role_ends_no_session(session):
    one = account(session, "sales")
    stamp = one.session_stamp
    with doing(session, "admin"):
        one.theme = "dark"
    assert one.session_stamp == stamp


def test_an_absence_is_told_in_the_record_of_the_person(session):
    one, since = employee(session, "车工一"), last_seq(session)
    with doing(session, "hr"):
        session.add(Absence(employee=one, from_on=ON, to_on=ON + DAY, kind="sick"))
    assert [(event.entity, event.entity_id) for event in events(session, since)] == [("employee", one.id)]
    with pytest.raises(IntegrityError), doing(session, "hr"):
        session.add(Absence(employee=one, from_on=ON, to_on=ON - DAY, kind="sick"))
    session.rollback()


@pytest.mark.parametrize(
    "make",
    [
        lambda session: Department(code="SC1", name="双", kind="production"),
        lambda session: Team(code="T-SC1", name="双", department=department(session, "SC1")),
        lambda session: Post(code="P-X", name="负", department=department(session, "SC1"), headcount=-1),
        lambda session: Account(login="sales", password_hash="x"),
    ],
)
def test_codes_and_log_ins_are_unique_and_head_counts_not_negative(any_session, make):
    with pytest.raises(IntegrityError), doing(any_session, "admin", LATER):
        any_session.add(make(any_session))
    any_session.rollback()


def test_one_log_in_is_one_persons(session):
    with pytest.raises(IntegrityError), doing(session, "admin"):
        employee(session, "装配一").account = account(session, "sales")
    session.rollback()


# Roles in time, and the last administrator


def test_a_role_counts_from_its_first_to_its_last_day(any_session):
    one = account(any_session, "sales")
    with doing(any_session, "admin"):
        one.roles.append(AccountRole(role=Role.PROJECT_LEAD, from_on=ON, to_on=ON + DAY))
    held = [
        Role.PROJECT_LEAD in person_of(any_session, one, on=day).roles for day in (ON - DAY, ON, ON + DAY, ON + 2 * DAY)
    ]
    assert held == [False, True, True, False]
    here = person_of(any_session, one).employee_id
    lead = person(any_session, "project_lead").employee_id
    for at, expected in ((LATER, [lead]), (LATER + 14 * DAY, [lead, here])):
        with doing(any_session, "admin", at):
            assert acting_day(any_session) == on_date(at)
            assert sorted(holders(any_session, Role.PROJECT_LEAD, None)) == sorted(expected)
    with pytest.raises(IntegrityError), doing(any_session, "admin"):
        one.roles.append(AccountRole(role=Role.SALES, from_on=ON, to_on=ON - DAY))
    any_session.rollback()


def take_role_away(session):
    session.delete(account(session, "admin").roles[0])


def another_role(session):
    account(session, "admin").roles[0].role = Role.HR


def end_role(session):
    account(session, "admin").roles[0].to_on = ON


def begin_role_later(session):
    account(session, "admin").roles[0].from_on = ON


def disable(session):
    account(session, "admin").is_active = False


WAYS = [take_role_away, another_role, end_role, begin_role_later, disable]


@pytest.mark.parametrize("way", WAYS)
def test_the_last_administrator_stays(any_session, way):
    with pytest.raises(RuleBroken, match="last administrator"), doing(any_session, "hr"):
        way(any_session)
    any_session.rollback()
    assert administrators(any_session, TODAY) == 1


@pytest.mark.parametrize("way", WAYS)
def test_one_of_two_administrators_may_go(session, way):
    give(session, "hr", Role.ADMIN)
    with doing(session, "hr"):
        way(session)
    assert administrators(session, TODAY) == 1


def test_an_administrator_who_is_an_employee_does_not_leave_the_company_without_one(session):
    give(session, "sales", Role.ADMIN)
    with doing(session, "hr"):
        disable(session)
    with pytest.raises(RuleBroken, match="last administrator"):
        perform(session, employee(session, "销售员"), "leave", "hr", note="辞职")


@pytest.mark.parametrize("nth", range(3))
def test_of_two_administrators_who_take_each_other_away_at_once_one_stays(any_url, nth):
    engine = create_engine(any_url, **engine_options(any_url))
    with Session(engine) as session:
        give(session, "hr", Role.ADMIN)
    barrier, outcomes = threading.Barrier(2), []

    def take_away(login):
        with Session(engine) as session:
            barrier.wait(10)
            try:
                with doing(session, "sales"):
                    account(session, login).is_active = False
                outcomes.append("done")
            except RuleBroken:
                session.rollback()
                outcomes.append("refused")

    both = [threading.Thread(target=take_away, args=(login,)) for login in ("admin", "hr")]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    with Session(engine) as session:
        assert (sorted(outcomes), administrators(session, TODAY)) == (["done", "refused"], 1)
    engine.dispose()


@pytest.mark.parametrize("nth", range(2))
def test_of_two_who_are_to_lead_one_team_at_once_for_a_while_one_does(any_url, nth):
    """Both placements end some day, where no unique index watches."""
    engine = create_engine(any_url, **engine_options(any_url))
    barrier, outcomes = threading.Barrier(2), []
    with Session(engine) as session, doing(session, "hr"):
        team = employee(session, "车工一").team_id
        for name in ("车工一", "装配一"):
            one = employee(session, name)
            one.move(TODAY + 60 * DAY, department=one.department, post=one.post, team=None)
        for leader in session.scalars(select(Placement).where(Placement.team_id == team, Placement.leads_team)):
            leader.leads_team = False

    def lead(name):
        with Session(engine) as session:
            barrier.wait(10)
            try:
                with doing(session, "hr"):
                    one = employee(session, name)
                    there = session.get_one(Team, team)
                    one.move(TODAY + 9 * DAY, department=one.department, post=one.post, team=there, leads_team=True)
                outcomes.append("done")
            except RuleBroken:
                session.rollback()
                outcomes.append("refused")

    both = [threading.Thread(target=lead, args=(name,)) for name in ("车工一", "装配一")]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    with Session(engine) as session:
        count = select(func.count()).select_from(Placement).where(Placement.team_id == team, Placement.leads_team)
        assert (sorted(outcomes), session.scalar(count)) == (["done", "refused"], 1)
    engine.dispose()


def test_before_the_last_day_is_set_one_reads_what_will_follow(session):
    one = employee(session, "车工一")
    said = [words.text("zh") for words in previews(one, "give_notice", person(session, "hr"))]
    assert said[0] == "最后工作日结束后自动办理离职，届时："
    assert said[1:] == [words.text("zh") for words in previews(one, "leave", person(session, "hr"))]


# Managers


def names(session, keys):
    return [session.get_one(Employee, key).name for key in keys]


@pytest.mark.parametrize(
    "who,managers",
    [
        ("车工一", ["班组长", "生产经理"]),
        ("班组长", ["生产经理"]),
        ("装配一", ["班组长2", "生产经理2"]),
        ("生产经理", ["班组长", "总经理"]),
        ("质检员", ["质量经理"]),
        ("质量经理", ["总经理"]),
        ("工艺技术员", ["技术经理"]),
        ("总经理", []),
    ],
)
def test_who_manages_whom_is_one_answer_both_ways(any_session, who, managers):
    one = employee(any_session, who)
    assert names(any_session, managers_of(any_session, one)) == managers
    logins = ("team_leader", "team_leader2", "production_manager", "production_manager2", "quality_manager")
    for login in (*logins, "technical_manager", "general_manager", "hr", "admin"):
        manager = person(any_session, login)
        name = any_session.get_one(Employee, manager.employee_id).name if manager.employee_id else ""
        assert manages(any_session, manager, one.id) is (name in managers), login
        listed = one.id in any_session.scalars(select(Employee.id).where(managed_by(manager))).all()
        assert listed is (name in managers), login


def test_a_row_asks_for_the_department_held_on_its_date(any_session):
    one = employee(any_session, "质检员")
    checks = select(SpotCheck.id, department_held(SpotCheck.inspector_id, literal(ON))).where(
        SpotCheck.inspector_id == one.id
    )
    with doing(any_session, "hr"):
        one.move(ON, department=department(any_session, "JS"), post=one.post, team=None)
    assert {row[1] for row in any_session.execute(checks)} == {department(any_session, "JS").id}


# Coming


def test_the_pinyin_of_a_name_is_filled_in_and_follows_it_unless_it_was_typed(session):
    one = employee(session, "车工一")
    assert one.pinyin == "che gongyi"
    for change, read in (
        ({"name": "单雄信"}, "shan xiongxin"),
        ({"name": "乐嘉", "pinyin": "le jia"}, "le jia"),
        ({"phone": "142-0009-1006"}, "le jia"),
        ({"pinyin": ""}, "yue jia"),
    ):
        with doing(session, "hr"):
            for name, value in change.items():
                setattr(one, name, value)
            one.put_in_order()
        assert one.pinyin == read
    assert one.phone == "14200091006"


def test_the_first_place_follows_a_corrected_day_of_entry(session):
    one = employee(session, "车工一")
    with doing(session, "hr"):
        one.begin_when_hired()
        one.hired_on -= DAY
        one.begin_when_hired()
        one.move(TODAY, department=department(session, "SC2"), post=one.post, team=None)
    assert one.placements[0].from_on == one.hired_on
    one.hired_on = TODAY
    with pytest.raises(RuleBroken, match="was moved on") as refused:
        one.begin_when_hired()
    assert refused.value.field == "hired_on"
    session.rollback()


# Customers and products


def test_a_customer_is_kept_with_a_telephone_number_that_can_be_found(any_session):
    with doing(any_session, "sales"):
        one = Customer(code="C1", name="江州水务有限公司", phone="142-0009 1006", mail=" a@b.example ")
        one.put_in_order()
        any_session.add(one)
    assert (one.phone, one.mail, one.level, one.label) == ("14200091006", "a@b.example", "B", "江州水务有限公司")
    with pytest.raises(IntegrityError), doing(any_session, "sales"):
        any_session.add(Customer(code="C2", name="江州水务有限公司"))
    any_session.rollback()
    for login, count in (("sales", 2), ("after_sales_agent", 2), ("general_manager", 2), ("admin", 2), ("hr", 0)):
        seen = select(Customer.id).where(Customer.visible_to(person(any_session, login)))
        assert len(any_session.scalars(seen).all()) == count, login


def test_a_warranty_is_not_negative(session):
    with pytest.raises(IntegrityError), doing(session, "admin"):
        session.add(ProductModel(code="JS-1", name="减速机", warranty_months=-1))
    session.rollback()


# What is left to be put right


def test_what_somebody_had_to_put_right_goes_to_his_manager(any_session, world):
    one, action = employee(any_session, "车工一"), action_of(any_session, world)
    leader = employee(any_session, "班组长")
    said = [str(words) for words in previews(one, "leave", person(any_session, "hr"))]
    assert any(action.no in words and leader.label in words for words in said)
    perform(any_session, one, "leave", "hr", note="辞职")
    assert action.responsible_id == leader.id
    handed = events(any_session, 0, action)[-1]
    assert (handed.action, handed.changes["responsible_id"]) == ("hand_over", [one.id, leader.id])
    told = any_session.scalars(select(Delivery.recipient_id).where(Delivery.event_seq == handed.seq)).all()
    assert told == [leader.id]


def test_nobody_gets_to_verify_what_he_puts_right_himself(session, world):
    one, action = employee(session, "车工一"), action_of(session, world)
    leader, manager = employee(session, "班组长"), employee(session, "生产经理")
    with doing(session, "quality_manager"):
        action.proof, action.verifier_id = Proof.VERIFIER, leader.id
    perform(session, one, "leave", "hr", note="辞职")
    assert action.responsible_id == manager.id
    perform(session, leader, "leave", "hr", note="退休")
    assert action.verifier_id == leader.id, "his only manager puts it right himself"


def test_where_nobody_can_take_it_the_quality_manager_is_told(session, world):
    chief, action = employee(session, "总经理"), action_of(session, world)
    with doing(session, "quality_manager"):
        action.responsible_id = chief.id
    assert "quality manager" in str(previews(chief, "leave", person(session, "hr"))[-1])
    perform(session, chief, "leave", "hr", note="退休")
    assert action.responsible_id == chief.id
    handed = events(session, 0, action)[-1]
    told = session.scalars(select(Delivery.recipient_id).where(Delivery.event_seq == handed.seq)).all()
    assert (handed.action, told) == ("hand_over", [person(session, "quality_manager").employee_id])
