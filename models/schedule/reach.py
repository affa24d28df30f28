"""Who reaches orders and plans through a workshop, and who holds what there (S1, DOMAIN.md Roles and scope)."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session

from models.organisation import holders
from rules.base import Role


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


__all__ = ["in_either", "of_workshop", "one"]
