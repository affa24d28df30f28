"""Everybody reads the regulation: a clause that was changed is put before the whole company (C1.2, C1.3)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Act, on_date
from models.organisation import Employee
from models.receipts import ask_to_read
from models.regulation.clauses import Clause
from models.regulation.limits import due_at, limit
from rules.organisation import EMPLOYED
from rules.regulation import Target


def ask_everybody(session: Session, clause: Clause, act: Act) -> int:
    """Has everybody who works here confirm that he has read the clause, within the company's time limit.

    Raises Unset where that has not been set. Returns how many are asked.
    """
    allowed = limit(session, Target.CONFIRMATION, {"clause": clause.code}, on_date(act.at), clause="C1.2")
    everybody = session.scalars(select(Employee.id).where(Employee.status.in_(EMPLOYED))).all()
    return ask_to_read(session, clause, everybody, act, due_at=due_at(session, allowed, act.at))
