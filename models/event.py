"""What happened, who is to be told, who signed: events, deliveries, approvals, files, links, sessions (C1.2)."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from models.base import Base, Sight, Source
from models.types import BigId
from rules.base import Access, Person, Words, reach
from rules.event import EVENT, AttachmentKind, Channel, Decision, LinkPurpose


class Event(Base):
    """One row per change of one record; append-only, hash-chained."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_entity_entity_id_seq", "entity", "entity_id", "seq"),
        Index("ix_event_actor_id_seq", "actor_id", "seq"),
        Index("ix_event_action_seq", "action", "seq"),
        Index("ix_event_source_seq", "source", "seq"),
    )
    words: ClassVar[Words] = Words("Event", "操作记录")
    chapter: ClassVar[str] = "event"
    access: ClassVar[Access] = EVENT
    search_columns: ClassVar[tuple[str, ...]] = ()
    number_prefix: ClassVar[str] = ""
    sorted_by: ClassVar[Mapping[str, str]] = MappingProxyType({})
    lifecycle: ClassVar[None] = None

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    on_behalf_of_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str | None] = mapped_column(String(40))
    source: Mapped[Source]
    entity: Mapped[str] = mapped_column(String(63))
    entity_id: Mapped[int | None] = mapped_column(BigId)
    action: Mapped[str] = mapped_column(String(40))
    changes: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text, default="")
    clause: Mapped[str] = mapped_column(String(10), default="")
    prev_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64))
    id = synonym("seq")
    actor: Mapped[Any] = relationship("Account", foreign_keys=[actor_id], viewonly=True)

    @classmethod
    def sight_of(cls, person: Person) -> Sight | None:
        """On what grounds a person sees events; None = every one. A record's readers see its history on its page."""
        return None if reach(person, EVENT.view) is None else Sight(frozenset(), [])

    @classmethod
    def visible_to(cls, person: Person) -> ColumnElement[bool]:
        """The events that this person may look through."""
        return true() if cls.sight_of(person) is None else false()


class EventHead(Base):
    """The chain's last link: one row, locked last before a commit."""

    __tablename__ = "event_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(String(64))


class NumberSeries(Base):
    """The last number given for a prefix in a year."""

    __tablename__ = "number_series"
    prefix: Mapped[str] = mapped_column(String(8), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Delivery(Base):
    """Somebody to be told of an event; ``sent_at IS NULL`` = still to tell, unless somebody let it be."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("event_seq", "recipient_id", "channel", name="uq_delivery_once"),
        Index(
            "ix_delivery_still_to_tell",
            "due_at",
            sqlite_where=text("sent_at IS NULL AND let_be_at IS NULL"),
            postgresql_where=text("sent_at IS NULL AND let_be_at IS NULL"),
        ),
        Index(
            "ix_delivery_mailed",
            "recipient_id",
            "sent_at",
            sqlite_where=text("channel = 'mail'"),
            postgresql_where=text("channel = 'mail'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_seq: Mapped[int] = mapped_column(ForeignKey("event.seq"))
    recipient_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    channel: Mapped[Channel]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    let_be_at: Mapped[datetime | None]
    """When an administrator decided that it is not to be sent any more."""
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")

    @classmethod
    def is_open(cls) -> ColumnElement[bool]:
        """Still to tell."""
        return and_(cls.sent_at.is_(None), cls.let_be_at.is_(None))


class Reminder(Base):
    """Once for each (record, rule, level): a missed night is caught up, a second run does nothing."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("entity", "entity_id", "rule", "level", "due_at", name="uq_reminder_once"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity: Mapped[str] = mapped_column(String(63))
    entity_id: Mapped[int] = mapped_column(BigId)
    rule: Mapped[str] = mapped_column(String(63))
    level: Mapped[int]
    due_at: Mapped[datetime]
    event_seq: Mapped[int | None] = mapped_column(ForeignKey("event.seq"))


class Attachment(Base):
    """A file that hangs on a record; its bytes lie under a random name outside the database."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_entity_entity_id", "entity", "entity_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity: Mapped[str] = mapped_column(String(63))
    entity_id: Mapped[int] = mapped_column(BigId)
    stored_as: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigId)
    sha256: Mapped[str] = mapped_column(String(64))
    kind: Mapped[AttachmentKind]
    taken_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class ApprovalRecord(Base):
    """One signature under one step of one record, in its present state."""

    __tablename__ = "approval_record"
    __table_args__ = (
        Index("ix_approval_record_entity_entity_id", "entity", "entity_id"),
        Index(
            "ix_approval_record_waiting",
            "role",
            "id",
            sqlite_where=text("decision = 'pending'"),
            postgresql_where=text("decision = 'pending'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity: Mapped[str] = mapped_column(String(63))
    entity_id: Mapped[int] = mapped_column(BigId)
    step: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime | None]
    decision: Mapped[Decision]
    comment: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    decided_at: Mapped[datetime | None]
    is_imported: Mapped[bool] = mapped_column(default=False)
    used_at: Mapped[datetime | None]
    """When the step that it was asked for ran; a later round needs new signatures."""


class ReadReceipt(Base):
    """Who is to read a record, by when, and whether he has said that he did; ``read_at`` is when he first opened it."""

    __tablename__ = "read_receipt"
    __table_args__ = (
        UniqueConstraint("entity", "entity_id", "employee_id", name="uq_read_receipt_once"),
        CheckConstraint("confirmed_at IS NULL OR read_at IS NOT NULL", name="confirmed_was_read"),
        Index(
            "ix_read_receipt_missing",
            "employee_id",
            "due_at",
            sqlite_where=text("confirmed_at IS NULL"),
            postgresql_where=text("confirmed_at IS NULL"),
        ),
        Index(
            "ix_read_receipt_due",
            "due_at",
            sqlite_where=text("confirmed_at IS NULL"),
            postgresql_where=text("confirmed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity: Mapped[str] = mapped_column(String(63))
    entity_id: Mapped[int] = mapped_column(BigId)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    required: Mapped[bool] = mapped_column(default=True)
    due_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    employee: Mapped[Any] = relationship("Employee", viewonly=True)


class PublicLink(Base):
    """An address without log-in: hashed at rest, for one purpose, until a day."""

    __tablename__ = "public_link"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[LinkPurpose]
    entity: Mapped[str] = mapped_column(String(63))
    entity_id: Mapped[int] = mapped_column(BigId)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LoginSession(Base):
    """One log-in on one device."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    stamp: Mapped[str] = mapped_column(String(32))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(String(64))


class LoginAttempt(Base):
    """A failed try at a log-in or a public link, by name and by source."""

    __tablename__ = "login_attempt"
    __table_args__ = (
        Index("ix_login_attempt_name_at", "name", "at"),
        Index("ix_login_attempt_source_at", "source", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    source: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class FormToken(Base):
    """One form, one record: the token that a form was sent with, and what came of it."""

    __tablename__ = "form_token"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    entity: Mapped[str] = mapped_column(String(63))
    entity_id: Mapped[int | None] = mapped_column(BigId)
    at: Mapped[datetime] = mapped_column(index=True)


class PeriodLock(Base):
    """A closed assessment period; what it was computed from stays as it was (K2.1)."""

    __tablename__ = "period_lock"
    __table_args__ = (CheckConstraint("from_on <= to_on", name="in_order"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    locked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class WorkerBeat(Base):
    """When each background worker was last alive."""

    __tablename__ = "worker_beat"

    name: Mapped[str] = mapped_column(String(63), primary_key=True)
    at: Mapped[datetime]


class JobRun(Base):
    """How each background job went last: what fails is seen on the administrator's desk."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(63), primary_key=True)
    ran_at: Mapped[datetime]
    succeeded_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    """In a row, since it last went well."""
    error: Mapped[str] = mapped_column(Text, default="")
