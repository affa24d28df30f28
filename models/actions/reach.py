"""Who answers for whom, as rows: the departments and people that a manager manages (G2)."""

from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from models.organisation import AccountRole, Department, Employee, holders
from rules.actions.cases import MANAGERS
from rules.actions.reach import MANAGER_OF, kinds_managed_by
from rules.base import Person, Role


def in_managed_departments(department_id: Any, person: Person) -> list[ColumnElement[bool]]:
    """Rows of the departments that this person manages by their kind; production goes by scope instead."""
    kinds = [one for one in kinds_managed_by(person) if MANAGER_OF[one] is not Role.PRODUCTION_MANAGER]
    return [department_id.in_(select(Department.id).where(Department.kind.in_(kinds)))] if kinds else []


def of_managed_people(employee_id: Any, person: Person) -> list[ColumnElement[bool]]:
    """Rows of the people whose own manager this person is; the general manager is the managers'."""
    found = in_managed_departments(Employee.department_id, person)
    if Role.PRODUCTION_MANAGER in person.roles:
        scope = person.roles[Role.PRODUCTION_MANAGER]
        production = select(Department.id).where(Department.kind == "production")
        of_scope = Employee.department_id.in_(production if scope is None else sorted(scope))
        found.append(of_scope)
    if Role.GENERAL_MANAGER in person.roles:
        found.append(Employee.account_id.in_(select(AccountRole.account_id).where(AccountRole.role.in_(MANAGERS))))
    return [employee_id.in_(select(Employee.id).where(or_(*found)))] if found else []


def manager_ids(session: Session, employee: Employee) -> frozenset[int]:
    """Who manages him: the manager of his department, or where that is himself, the general manager."""
    found = {*holders(session, MANAGER_OF[employee.department.kind], employee.department_id)} - {employee.id}
    if not found:
        found = {*holders(session, Role.GENERAL_MANAGER, employee.department_id)} - {employee.id}
    return frozenset(found)
