"""Mails in and out: each once, by its message id; what went wrong with it is said (A2.1, A3.4)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.after_sales.tickets import Ticket
from models.base import Act, Record
from models.organisation import Department
from rules import after_sales
from rules.after_sales import Direction, MailState
from rules.base import Words


class MailMessage(Record):
    """A mail that came, or one that goes (邮件)."""

    __tablename__ = "mail_message"
    __table_args__ = (
        CheckConstraint("status != 'sent' OR sent_at IS NOT NULL", name="sent_has_instant"),
        CheckConstraint("status NOT IN ('queued', 'sent', 'failed') OR direction = 'out'", name="outgoing_states"),
        Index("ix_mail_message_at_id", "at", "id"),
        Index("ix_mail_message_status_id", "status", "id"),
        Index("ix_mail_message_ticket_id", "ticket_id"),
        Index("ix_mail_message_key", "key"),
        Index(
            "ix_mail_message_to_send",
            "next_try_at",
            sqlite_where=text("status = 'queued'"),
            postgresql_where=text("status = 'queued'"),
        ),
    )
    words = Words("Mail", "邮件")
    chapter = "after_sales"
    access = after_sales.MAIL
    lifecycle = after_sales.MAIL_STEPS
    search_columns = ("subject", "sender", "recipient")
    label_columns = ("subject",)

    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    key: Mapped[str] = mapped_column(String(64), default="")
    """In our own message ids: cannot be guessed, so that an answer to it is one."""
    direction: Mapped[Direction]
    at: Mapped[datetime]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    sender: Mapped[str] = mapped_column(String(254), default="")
    sender_name: Mapped[str] = mapped_column(String(100), default="")
    recipient: Mapped[str] = mapped_column(String(500), default="")
    subject: Mapped[str] = mapped_column(String(300), default="")
    in_reply_to: Mapped[str] = mapped_column(String(255), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    """As plain text; nothing in it runs or loads."""
    raw_file: Mapped[str] = mapped_column(String(64), default="")
    """The mail as it came, by the random name of its file."""
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(String(40), default="")
    """Why it opened no ticket, or was kept aside."""
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(300), default="")
    status: Mapped[MailState] = mapped_column(default=MailState.WRITTEN)
    ticket: Mapped[Ticket | None] = relationship()
    department: Mapped[Department] = relationship()

    def do_queue(self, act: Act) -> None:
        self.next_try_at = act.at

    def do_retry(self, act: Act) -> None:
        self.next_try_at, self.attempts, self.error = act.at, 0, ""

    def do_begin(self, act: Act) -> None:
        """From this instant on it may have left, whatever becomes of us."""
        self.next_try_at = act.at

    def do_settle(self, act: Act) -> None:
        self.sent_at, self.error = act.at, ""

    def do_send(self, act: Act) -> None:
        self.sent_at, self.error = act.at, ""

    def do_fail(self, act: Act) -> None:
        self.error = act.note[:300]


__all__ = ["MailMessage"]
