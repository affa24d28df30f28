"""Who looks after an order, and who gets it: by the verb, or because somebody leaves (C2.1, P2.4)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Act
from models.journal import seal
from models.organisation import Employee, holders
from rules.base import Faulty, Words
from rules.organisation import EmployeeStatus
from rules.schedule import orders


def sellers(session: Session) -> Sequence[Employee]:
    """Whoever has a role in sales and works here, by name."""
    holding = {who for role in orders.SELLERS for who in holders(session, role, None)}
    works_here = Employee.id.in_(sorted(holding)) & (Employee.status != EmployeeStatus.LEFT)
    return session.scalars(select(Employee).where(works_here).order_by(Employee.pinyin, Employee.id)).all()


def pass_to(order: Any, seller: Employee | None, act: Act) -> None:
    """By the verb: the order is the new seller's, and his department's. Raises RuleBroken for who cannot have it."""
    if seller is None:
        raise Faulty({"sales": Words("Choose who looks after it from now on.", "请选择新的负责销售。")})
    orders.refuse_seller(
        seller.name,
        is_same=seller.id == order.sales_id,
        has_left=seller.status is EmployeeStatus.LEFT,
        sells=seller in sellers(order.session),
    )
    give_to(order, seller, act)
    order.department = seller.department


def give_to(order: Any, seller: Employee, act: Act) -> None:
    """What hangs on the order goes with it; what only the former seller's name stands in follows by hand."""
    former, order.sales = order.sales, seller
    order.had_by_id = former.id
    for condition in order.open_conditions():
        action = condition.action
        if action is not None and action.verifier_id == former.id and action.responsible_id != seller.id:
            action.verifier = seller
            seal(order.session, action, "hand_over", act.consequence("S1.1"), recipients=[seller.id])


__all__ = ["give_to", "pass_to", "sellers"]
