"""What stands around a ticket: its department, what is done for it, who calls afterwards, what was written (A3, A4)."""

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Base
from models.organisation import Department
from rules import after_sales
from rules.after_sales import FollowUpStatus, ServiceStatus
from rules.base import RuleBroken, Words
from rules.organisation import DepartmentKind

if TYPE_CHECKING:
    from models.after_sales.tickets import Ticket


def text_given(given: str, clause: str) -> str:
    return after_sales.needed(given, "Write what was said.", "请填写沟通内容。", field="text", clause=clause)


def solution_given(given: str, clause: str) -> str:
    return after_sales.needed(given, "Write the solution.", "请填写解决方案。", field="solution_text", clause=clause)


def service_department(session: Session) -> Department:
    """The after-sales department; raises RuleBroken where the company has none."""
    found = session.scalar(
        select(Department)
        .where(Department.kind == DepartmentKind.AFTER_SALES, Department.voided_at.is_(None))
        .order_by(Department.id)
        .limit(1)
    )
    if found is None:
        raise RuleBroken(
            Words("There is no after-sales department yet.", "尚未设立售后部门。"), field="department", clause="A1.1"
        )
    return found


def services_of(ticket: "Ticket") -> list[tuple[str, ServiceStatus]]:
    """Number and state of what is done for it."""
    service = Base.metadata.tables["service_action"].c  # it lies above: it refers to tickets
    query = select(service.no, service.status).where(service.ticket_id == ticket.id, service.voided_at.is_(None))
    return [(no, status) for no, status in ticket.session.execute(query.order_by(service.id))]


def has_follow_up(ticket: "Ticket") -> bool:
    """Whether somebody will call, or has called, after the present solution."""
    visit = Base.metadata.tables["follow_up_visit"].c  # it lies above: it refers to tickets
    query = select(visit.id).where(visit.ticket_id == ticket.id, visit.status != FollowUpStatus.WITHDRAWN)
    return ticket.session.scalar(query.limit(1)) is not None
