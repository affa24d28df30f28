"""Everybody reads the regulation: a clause that was changed is put before the whole company (C1.2, C1.3)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Act
from models.organisation import Employee
from models.receipts import ask_to_read
from models.regulation.clauses import Clause
from models.regulation.clocks import arm
from rules.organisation import EMPLOYED
from rules.regulation import Target


def ask_everybody(session: Session, clause: Clause, act: Act) -> int:
    """Has everybody who works here confirm that he has read the clause, within the company's time limit.

    Raises Unset where that has not been set. Returns how many are asked.
    """
    clock = arm(session, clause, Target.CONFIRMATION, {"clause": clause.code}, at=act.at, clause="C1.2")
    everybody = session.scalars(select(Employee.id).where(Employee.status.in_(EMPLOYED))).all()
    return ask_to_read(session, clause, everybody, act, due_at=clock.due_at)
