"""Who answers for whom: the manager of each kind of department (G2)."""

from collections.abc import Mapping

from rules.base import Person, Role
from rules.organisation import DepartmentKind

K = DepartmentKind

MANAGER_OF: Mapping[DepartmentKind, Role] = {
    K.MANAGEMENT: Role.GENERAL_MANAGER,
    K.TECHNICAL: Role.TECHNICAL_MANAGER,
    K.PRODUCTION: Role.PRODUCTION_MANAGER,
    K.QUALITY: Role.QUALITY_MANAGER,
    K.HR: Role.HR_MANAGER,
    K.SALES: Role.SALES_MANAGER,
    K.AFTER_SALES: Role.AFTER_SALES_MANAGER,
}
"""Managers themselves answer to the general manager."""


def kinds_managed_by(person: Person) -> list[DepartmentKind]:
    """The kinds of departments that this person manages, wherever his role reaches."""
    return [kind for kind, role in MANAGER_OF.items() if person.holds(role)]
