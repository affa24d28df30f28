"""Notices of a change that process documents have to follow (变更通知, P1.3)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import COMPANY_ZONE, Act, Record, on_date
from models.organisation import Employee
from models.regulation import arm, cancel, clock_of, copies_due, due_at, limit, stop
from rules import process
from rules.base import Words
from rules.process import NoticeKind, NoticeStatus
from rules.regulation import Target

TARGET = Target.REVISION_AFTER_CHANGE


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
        """By when the documents must have followed: a clock from the day of the notice. Raises Unset without a limit.

        Another day or another kind arms another clock; the one before is no longer owed.
        """
        process.refuse_future_change(self.noticed_on, on_date(act.at))
        session, facts = self.session, {"kind": str(self.kind)}
        start = datetime.combine(self.noticed_on, time(), COMPANY_ZONE).astimezone(UTC)
        running = clock_of(self, TARGET) if self.id is not None else None
        if running is not None and (running.started_at, running.granted.facts) == (start, facts):
            return
        allowed = limit(session, TARGET, facts, self.noticed_on, clause="P1.3")
        if running is None:
            self.due_at = due_at(session, allowed, start)
        cancel(session, self, TARGET, at=act.at)
        arm(session, self, TARGET, facts, at=start, clause="P1.3")

    def do_answer(self, act: Act) -> None:
        self.answered_at = act.at
        stop(self.session, self, TARGET, at=act.at)

    def do_dismiss(self, act: Act) -> None:
        cancel(self.session, self, TARGET, at=act.at)


copies_due(ChangeNotice, TARGET)
