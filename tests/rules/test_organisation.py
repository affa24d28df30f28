"""Who sees and edits people, and how employment moves (G2, P2.4)."""

import pytest

from rules.base import Person, Role
from rules.organisation import ACCOUNT, DEPARTMENT, EMPLOYEE, EMPLOYEE_STEPS, PEOPLE_DESK, POST, TEAM, EmployeeStatus


@pytest.mark.parametrize("role", Role)
def test_people_are_the_people_desks_and_the_rest_is_the_administrators(role):
    person = Person(account_id=1, employee_id=1, roles={role: None})
    assert EMPLOYEE.may_create(person) is EMPLOYEE.may_edit(person) is (role in PEOPLE_DESK | {Role.ADMIN})
    for access in (ACCOUNT, DEPARTMENT, TEAM, POST):
        assert access.may_create(person) is access.may_edit(person) is (role is Role.ADMIN)
    assert (EMPLOYEE.hidden_from(person) == {"phone", "mail"}) is (role not in PEOPLE_DESK | {Role.ADMIN})


def test_accounts_are_seen_by_the_administrator_alone():
    assert ACCOUNT.view == {Role.ADMIN}


def test_who_left_does_not_come_back_by_a_verb_and_everybody_else_can_leave():
    assert EMPLOYEE_STEPS.open_from(EmployeeStatus.LEFT) == ()
    for status in set(EmployeeStatus) - {EmployeeStatus.LEFT}:
        assert EMPLOYEE_STEPS.find("leave", status).target == "left"
    assert EMPLOYEE_STEPS.find("leave", "active").needs_note
