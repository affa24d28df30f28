"""Notices of a change that process documents have to follow (变更通知, P1.3)."""

from collections.abc import Mapping
from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import COMPANY_ZONE, Act, Record, on_date
from models.organisation import Employee
from models.regulation import due_at, limit
from rules import process
from rules.base import Words
from rules.process import NoticeKind, NoticeStatus
from rules.regulation import Target


class ChangeNotice(Record):
    """A change of design, equipment or process that documents have to follow in time (变更通知)."""

    __tablename__ = "change_notice"
    __table_args__ = (
        CheckConstraint("status != 'answered' OR answered_at IS NOT NULL", name="answered_has_instant"),
        Index(
            "ix_change_notice_due_at",
            "due_at",
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_change_notice_status_id", "status", "id"),
    )
    words = Words("Change notice", "变更通知")
    chapter = "process"
    access = process.CHANGE_NOTICE
    lifecycle = process.NOTICE_STEPS
    number_prefix = "BG"
    search_columns = ("no", "title")
    label_columns = ("no", "title")
    named_by = ("noticed_by_id",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[NoticeKind]
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    operation: Mapped[str] = mapped_column(String(100), default="")
    noticed_on: Mapped[date]
    noticed_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    status: Mapped[NoticeStatus] = mapped_column(default=NoticeStatus.OPEN)
    noticed_by: Mapped[Employee | None] = relationship()

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {"noticer": frozenset({self.noticed_by_id} if self.noticed_by_id else ())}

    def prepare(self, act: Act) -> None:
        """By when the documents must have followed, on the company's working calendar. Raises Unset without a limit."""
        process.refuse_future_change(self.noticed_on, on_date(act.at))
        facts = {"kind": str(self.kind)}
        allowed = limit(self.session, Target.REVISION_AFTER_CHANGE, facts, self.noticed_on, clause="P1.3")
        self.due_at = due_at(self.session, allowed, datetime.combine(self.noticed_on, time(), COMPANY_ZONE))

    def do_answer(self, act: Act) -> None:
        self.answered_at = act.at
