"""What the database knows already, for judging ledgers against it."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assessment import KpiTarget
from models.base import on_date
from models.organisation import Customer, Department, Employee, Post, ProductModel, Team
from models.process import DocumentRevision, ProcessDocument
from models.regulation import CalendarDay
from rules.assessment import WEIGHED, CycleKind
from rules.ledger import Known
from rules.process import RevisionStatus


def known_from(session: Session) -> Known:
    """Departments, posts, people, documents, customers, models and days, by one query each."""
    return Known(
        {
            "department": _departments(session),
            "post": _posts(session),
            "employee": _employees(session),
            "process_document": _documents(session),
            "document_revision": _revisions(session),
            "kpi_target": _weights(session),
            "customer": _customers(session),
            "product_model": _models(session),
            "calendar_day": _days(session),
        }
    )


def _weights(session: Session) -> Iterator[dict[str, object]]:
    """The weights of groups that count now, by department."""
    rows = session.execute(
        select(Department.name, KpiTarget.group, KpiTarget.weight)
        .join(KpiTarget.department)
        .where(
            KpiTarget.group.is_not(None),
            KpiTarget.to_on.is_(None),
            KpiTarget.voided_at.is_(None),
            KpiTarget.cycle_kind == CycleKind.MONTH,
        )
    )
    found: dict[str, dict[str, object]] = {}
    for department, group, weight in rows:
        found.setdefault(department, {})[str(group)] = weight
    for department, weights in found.items():
        if len(weights) == len(WEIGHED):
            yield {"department": department, **weights}


def own_code(code: str, department_code: str) -> str:
    """A post's code as ledgers write it: the department's behind it only keeps two posts of one code apart."""
    return code.removesuffix(f"-{department_code}")


def _departments(session: Session) -> Iterator[dict[str, object]]:
    for name, code in session.execute(select(Department.name, Department.code).where(Department.voided_at.is_(None))):
        yield {"department": name, "department_code": code}


def _posts(session: Session) -> Iterator[dict[str, object]]:
    rows = session.execute(
        select(Department.name, Department.code, Post.name, Post.code)
        .join(Post.department)
        .where(Post.voided_at.is_(None), Department.voided_at.is_(None))
    )
    for department, department_code, post, code in rows:
        yield {
            "department": department,
            "department_code": department_code,
            "post": post,
            "post_code": own_code(code, department_code),
        }


def _employees(session: Session) -> Iterator[dict[str, object]]:
    rows = session.execute(
        select(Employee.no, Employee.name, Department.name, Team.name)
        .join(Employee.department)
        .outerjoin(Employee.team)
        .where(Employee.voided_at.is_(None))
    )
    for no, name, department, team in rows:
        yield {"no": no, "name": name, "department": department, "team": team}


def _customers(session: Session) -> Iterator[dict[str, object]]:
    for code, name in session.execute(select(Customer.code, Customer.name).where(Customer.voided_at.is_(None))):
        yield {"code": code, "name": name}


def _models(session: Session) -> Iterator[dict[str, object]]:
    for code in session.scalars(select(ProductModel.code).where(ProductModel.voided_at.is_(None))):
        yield {"code": code}


def _documents(session: Session) -> Iterator[dict[str, object]]:
    for doc_no in session.scalars(select(ProcessDocument.doc_no).where(ProcessDocument.voided_at.is_(None))):
        yield {"doc_no": doc_no}


def _days(session: Session) -> Iterator[dict[str, object]]:
    for on, day_type in session.execute(select(CalendarDay.on, CalendarDay.day_type)):
        yield {"on": on, "day_type": str(day_type)}


def _revisions(session: Session) -> Iterator[dict[str, object]]:
    rows = session.execute(
        select(ProcessDocument.doc_no, DocumentRevision.rev_no, DocumentRevision.released_at)
        .join(DocumentRevision.document)
        .where(ProcessDocument.voided_at.is_(None), DocumentRevision.status != RevisionStatus.DROPPED)
    )
    for doc_no, rev_no, released_at in rows:
        yield {"doc_no": doc_no, "rev_no": rev_no, "effective_on": on_date(released_at) if released_at else None}
