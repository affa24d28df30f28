"""Who reaches orders and plans through a workshop, and who holds what there (S1, DOMAIN.md Roles and scope)."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from models.base import Base
from models.organisation import holders
from rules.base import Person, Role


def of_workshop(session: Session, role: Role, workshop_id: int | None) -> frozenset[int]:
    """Employees who hold the role for that workshop; nobody where there is none."""
    return frozenset(holders(session, role, workshop_id)) if workshop_id is not None else frozenset()


def one(employee_id: int | None) -> frozenset[int]:
    """Whoever stands in a column, as a party."""
    return frozenset() if employee_id is None else frozenset({employee_id})


def in_either(departments: Iterable[int], column: Any, workshop: Any) -> ColumnElement[bool]:
    """The rows of these departments or of these workshops; never unknown where a row has no workshop."""
    keys = sorted(departments)
    return or_(column.in_(keys), and_(workshop.is_not(None), workshop.in_(keys)))


def scope_of(person: Person, *roles: Role) -> frozenset[int]:
    """The departments that these roles were given to somebody for; empty where they reach all, or are not his."""
    return frozenset(key for role in roles for key in person.roles.get(role) or ())


def orders_naming(person: Person) -> Select[tuple[int]]:
    """The orders that this person looks after or leads: what hangs on one of them he sees, too."""
    order = Base.metadata.tables["sales_order"].c
    return select(order.id).where(
        or_(order.sales_id == person.employee_id, order.project_lead_id == person.employee_id)
    )


def orders_with_stages_of(person: Person) -> Select[tuple[int]]:
    """The orders whose plan has a stage that this person answers for, or somebody in a team that he leads."""
    stage, plan = (Base.metadata.tables[name].c for name in ("plan_stage", "production_plan"))
    return select(plan.order_id).join(stage.id.table, stage.plan_id == plan.id).where(stages_of(person))


def stages_of(person: Person) -> ColumnElement[bool]:
    """The stages that this person answers for, or somebody in a team that he leads, as a condition on their owner."""
    owner, employee = Base.metadata.tables["plan_stage"].c.owner_id, Base.metadata.tables["employee"].c
    if not person.teams:
        return owner == person.employee_id
    return or_(
        owner == person.employee_id, owner.in_(select(employee.id).where(employee.team_id.in_(sorted(person.teams))))
    )


__all__ = ["in_either", "of_workshop", "one", "orders_naming", "orders_with_stages_of", "scope_of", "stages_of"]
