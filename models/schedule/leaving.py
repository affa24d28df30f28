"""Who leaves takes no order, plan, stage or delay along: his manager gets what he had open (P2.4, S1.1, S2.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from models.base import Act, Record, after
from models.journal import seal
from models.organisation import Employee, heir_of, holders
from models.schedule.delays import DelayRecord
from models.schedule.handing import give_to
from models.schedule.orders import SalesOrder
from models.schedule.plans import ProductionPlan
from models.schedule.stages import PlanStage
from rules.base import Person, Role, Words
from rules.organisation import first_names
from rules.schedule import delays, orders, plans, stages


@dataclass(frozen=True)
class Held:
    """A kind of record, the columns in which somebody answers for it, and while it is open."""

    model: type[Record]
    columns: tuple[str, ...]
    while_in: Sequence[str]
    otherwise: Role
    """Who gets it where he has no manager."""
    words: Words


HELD = (
    Held(
        SalesOrder,
        ("sales_id", "project_lead_id"),
        orders.UNDELIVERED,
        Role.SALES_MANAGER,
        Words("{n} orders that are not delivered go to {who}: {numbers}.", "{n} 份未交付订单移交给{who}：{numbers}。"),
    ),
    Held(
        ProductionPlan,
        ("planner_id", "project_lead_id"),
        plans.UNFINISHED,
        Role.PRODUCTION_MANAGER,
        Words("{n} unfinished plans go to {who}: {numbers}.", "{n} 份未完成生产计划移交给{who}：{numbers}。"),
    ),
    Held(
        PlanStage,
        ("owner_id",),
        stages.UNFINISHED,
        Role.PRODUCTION_MANAGER,
        Words("{n} unfinished stages go to {who}: {numbers}.", "{n} 个未完成阶段移交给{who}：{numbers}。"),
    ),
    Held(
        DelayRecord,
        ("project_lead_id",),
        delays.UNSETTLED,
        Role.PRODUCTION_MANAGER,
        Words("{n} unsettled delays go to {who}: {numbers}.", "{n} 条未定性延误移交给{who}：{numbers}。"),
    ),
)
"""Whose a delay was stays as it was: it is attributed by that."""


def open_with(employee: Employee, held: Held) -> Sequence[Any]:
    """What of this kind is open and names him."""
    table: Any = held.model
    is_his = or_(*(getattr(table, column) == employee.id for column in held.columns))
    query = select(table).where(is_his, table.status.in_(held.while_in), table.voided_at.is_(None))
    return employee.session.scalars(query.order_by(table.id)).all()


def heir_for(employee: Employee, record: Any, held: Held) -> Employee | None:
    """His nearest manager, else the first who holds the role for the record's department; None = there is nobody."""
    found = heir_of(employee)
    if found is not None:
        return found
    others = sorted(set(holders(employee.session, held.otherwise, record.department_id)) - {employee.id})
    return employee.session.get(Employee, others[0]) if others else None


def _waiting(employee: Employee) -> Iterator[tuple[Held, Sequence[Any]]]:
    for held in HELD:
        if found := open_with(employee, held):
            yield held, found


def what_he_answers_for(employee: Employee, _person: Person) -> list[Words]:
    """Said before he leaves: which orders, plans, stages and delays he has open, and who gets them."""
    nobody = Words("nobody: name somebody first", "（无接收人，请先指定）")
    return [
        Words(
            held.words.en,
            held.words.zh,
            n=len(found),
            who=heir.label if (heir := heir_for(employee, found[0], held)) is not None else nobody,
            numbers=first_names(one.no for one in found),
        )
        for held, found in _waiting(employee)
    ]


@after(Employee, "leave", preview=what_he_answers_for)
def hand_over_orders(employee: Employee, act: Act) -> None:
    """Each to his manager, who is told; nothing that is open stays with somebody who has left."""
    for held, found in _waiting(employee):
        for record in found:
            heir = heir_for(employee, record, held)
            if heir is None:
                continue
            for column in held.columns:
                if getattr(record, column) == employee.id:
                    _give(record, column, heir, act)
            seal(employee.session, record, "hand_over", act, recipients=[heir.id])


def _give(record: Any, column: str, heir: Employee, act: Act) -> None:
    """An order goes the way it goes by hand."""
    if column == "sales_id":
        give_to(record, heir, act)
    else:
        setattr(record, column.removesuffix("_id"), heir)


__all__ = ["open_with"]
