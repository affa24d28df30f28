"""People, their placements, and how far their roles reach (G2, P2.1)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.organisation import (
    Absence,
    Account,
    AccountRole,
    Department,
    Employee,
    Placement,
    Post,
    Team,
    departments_below,
    holders,
    leader_of,
    person_of,
    refuse_circle,
)
from rules.base import Role, RuleBroken
from tests.models.acts import LATER, doing, events, last_seq, perform
from tests.world import department, employee, person

DAY = timedelta(days=1)
ON = date(2026, 12, 1)


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
    assert person(session, "team_leader").teams == frozenset()


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


def test_a_move_ends_one_placement_the_day_before_and_begins_the_next(any_session):
    one = employee(any_session, "车工一")
    post = any_session.scalar(select(Post).where(Post.code == "P-SC2"))
    with doing(any_session, "hr"):
        one.move(ON, department=department(any_session, "SC2"), post=post, team=None)
    assert spans(one) == [("SC1", one.hired_on, ON - DAY, False), ("SC2", ON, None, False)]
    assert (one.department.code, one.post, one.team) == ("SC2", post, None)
    assert one.placement is one.placements[-1]


def test_a_move_of_the_same_day_puts_the_placement_right(session):
    one = employee(session, "车工一")
    for code in ("SC2", "JS"):
        with doing(session, "hr"):
            one.move(ON, department=department(session, code), post=one.post, team=None)
    assert spans(one) == [("SC1", one.hired_on, ON - DAY, False), ("JS", ON, None, False)]


def test_who_has_left_is_put_right_where_he_was_and_leads_no_team_that_he_has_not(session):
    one = employee(session, "班组长")
    perform(session, one, "leave", "hr", note="辞职")
    with doing(session, "hr"):
        one.move(ON, department=department(session, "SC2"), post=one.post, team=None)
    assert [(place.department.code, place.to_on, place.leads_team) for place in one.placements] == [
        ("SC2", date(2026, 11, 17), False)
    ]
    assert one.placement is None


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


def test_a_move_is_one_event_of_the_person(any_session):
    one, since = employee(any_session, "车工一"), last_seq(any_session)
    with doing(any_session, "hr"):
        one.move(ON, department=department(any_session, "SC2"), post=one.post, team=None)
    (event,) = events(any_session, since)
    assert (event.entity, event.entity_id, event.action) == ("employee", one.id, "edit")
    assert event.changes["department_id"] == [department(any_session, "SC1").id, department(any_session, "SC2").id]
    assert any(name.startswith("placement.") and name.endswith(".to_on") for name in event.changes)


# Verbs


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
