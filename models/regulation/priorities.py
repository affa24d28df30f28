"""The priority matrix: severity x urgency -> priority, row by row the company's own (A2.3)."""

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Record
from rules import regulation
from rules.base import Unset, Words
from rules.regulation import Priority, ReportSeverity, Urgency


class PriorityMatrix(Record):
    """What priority a report has with that severity and that urgency."""

    __tablename__ = "priority_matrix"
    __table_args__ = (UniqueConstraint("severity", "urgency"),)
    words = Words("Priority rule", "优先级规则")
    chapter = "regulation"
    access = regulation.PRIORITY_MATRIX
    label_columns = ("severity", "urgency")
    search_columns = ("note",)

    severity: Mapped[ReportSeverity]
    urgency: Mapped[Urgency]
    priority: Mapped[Priority]
    note: Mapped[str] = mapped_column(String(200), default="")


def priority_of(session: Session, severity: ReportSeverity, urgency: Urgency) -> Priority:
    """The priority of a report. Raises Unset, naming the clause, where the company has said none."""
    found = session.scalar(
        select(PriorityMatrix.priority).where(
            PriorityMatrix.severity == severity,
            PriorityMatrix.urgency == urgency,
            PriorityMatrix.voided_at.is_(None),
        )
    )
    if found is None:
        raise Unset(PriorityMatrix.words, "A2.3")
    return found
