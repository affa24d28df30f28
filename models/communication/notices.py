"""Notices and formal documents: numbered, for an audience, confirmed by who has to, and over some day (C1.2, C1.3)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Act, Line, Record, Sight, on_date
from models.event import ReadReceipt
from models.organisation import Department, Employee, departments_below
from models.receipts import ask_to_read
from models.regulation import due_at, limit
from models.reminding import falls_due
from rules import communication
from rules.base import SYSTEM, NotYours, Person, Role, RuleBroken, Words
from rules.communication import Importance, NoticeKind, NoticeStatus
from rules.organisation import EMPLOYED
from rules.regulation import Target

OUT = (NoticeStatus.PUBLISHED, NoticeStatus.EXPIRED, NoticeStatus.WITHDRAWN)


class Notice(Record):
    """Something that people are told by the company (通知)."""

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint(
            "status NOT IN ('published', 'expired') OR published_at IS NOT NULL", name="published_has_instant"
        ),
        Index("ix_notice_status_id", "status", "id"),
        Index("ix_notice_published_at", "published_at", "id"),
    )
    words = Words("Notice", "通知公告")
    chapter = "communication"
    access = communication.NOTICE
    lifecycle = communication.NOTICE_STEPS
    number_prefix = "TZ"
    search_columns = ("no", "topic", "body", "formal_no")
    named_by = ("author_id",)
    label_columns = ("no", "topic")

    no: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[NoticeKind] = mapped_column(default=NoticeKind.ANNOUNCEMENT)
    formal_no: Mapped[str | None] = mapped_column(String(40), unique=True)
    topic: Mapped[str] = mapped_column(String(200))
    importance: Mapped[Importance] = mapped_column(default=Importance.NORMAL)
    body: Mapped[str] = mapped_column(Text)
    must_confirm: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    """Of who wrote it: a manager by scope approves what his own people write."""
    author_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    published_at: Mapped[datetime | None]
    status: Mapped[NoticeStatus] = mapped_column(default=NoticeStatus.DRAFT)
    department: Mapped[Department] = relationship()
    author: Mapped[Employee] = relationship(foreign_keys=[author_id])
    approved_by: Mapped[Employee | None] = relationship(foreign_keys=[approved_by_id])
    audience: Mapped[list["NoticeAudience"]] = relationship(
        back_populates="notice", order_by="NoticeAudience.id", cascade="all, delete-orphan"
    )

    def prepare(self) -> None:
        """What follows from who wrote it."""
        author = self.author or self.session.get_one(Employee, self.author_id)
        self.department_id = author.department_id

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {"notice_author": frozenset({self.author_id})}

    @classmethod
    def sight_of(cls, person: Person) -> Sight | None:
        """What is out, whom it is for; drafts only who writes and who approves."""
        if person.is_system or person.holds(Role.ADMIN, Role.GENERAL_MANAGER, Role.HR_MANAGER):
            return None
        if person.employee_id is None:
            return Sight(frozenset(), [])
        asked = select(ReadReceipt.entity_id).where(
            ReadReceipt.entity == cls.__tablename__, ReadReceipt.employee_id == person.employee_id
        )
        own: list[ColumnElement[bool]] = [
            cls.author_id == person.employee_id,
            cls.status.in_(OUT) & or_(~cls.audience.any(), cls.id.in_(asked)),
        ]
        if person.holds(*communication.CALLERS):
            own.append(cls.status != NoticeStatus.DRAFT)
            own.append(cls.kind != NoticeKind.FORMAL_DOCUMENT)
        return Sight(frozenset(), own)

    def why_not(self, verb: str, person: Person) -> RuleBroken | None:
        """A formal document is the general manager's to approve."""
        refusal = super().why_not(verb, person)
        is_formal = verb == "approve" and self.kind is NoticeKind.FORMAL_DOCUMENT
        if refusal is None and is_formal and not person.is_system and not person.holds(Role.GENERAL_MANAGER):
            return NotYours(communication.FORMAL_IS_GM, clause="C1.3")
        return refusal

    def do_approve(self, act: Act) -> None:
        self.approved_by_id = act.by.employee_id

    def do_publish(self, act: Act) -> None:
        """Numbered, told to whom it is for, to be confirmed by a date where that is wanted."""
        communication.refuse_expired(self.expires_at, act.at)
        self.published_at = act.at
        if self.kind is NoticeKind.FORMAL_DOCUMENT:
            self.formal_no = self._next_formal_no(on_date(act.at).year)
        if self.must_confirm:
            allowed = limit(self.session, Target.CONFIRMATION, {"kind": str(self.kind)}, on_date(act.at), clause="C1.2")
            self.due_at = self.due_at or due_at(self.session, allowed, act.at)
        self._ask(act)

    def _ask(self, act: Act) -> None:
        ask_to_read(self.session, self, self.readers(), act.consequence("C1.2"), due_at=self.due_at)
        if not self.must_confirm:
            self.session.flush()
            for one in self.session.scalars(
                select(ReadReceipt).where(ReadReceipt.entity == self.__tablename__, ReadReceipt.entity_id == self.id)
            ):
                one.required = False

    def _next_formal_no(self, year: int) -> str:
        beside = select(func.count()).where(Notice.formal_no.like(f"〔{year}〕%"))
        return communication.formal_number(year, (self.session.scalar(beside) or 0) + 1)

    def readers(self) -> list[int]:
        """Everybody who works in the departments of the audience and below; without an audience everybody."""
        query = select(Employee.id).where(Employee.status.in_(EMPLOYED))
        if self.audience:
            places = {key for one in self.audience for key in departments_below(self.session, one.department_id)}
            query = query.where(Employee.department_id.in_(sorted(places)))
        return [*self.session.scalars(query.order_by(Employee.id))]


class NoticeAudience(Line):
    """A department that a notice is for, with those below it."""

    __tablename__ = "notice_audience"
    __table_args__ = (UniqueConstraint("notice_id", "department_id"),)
    words = Words("Audience", "发布范围")

    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    notice: Mapped[Notice] = relationship(back_populates="audience")
    department: Mapped[Department] = relationship()

    def told_in(self) -> Notice:
        return self.notice


@falls_due
def expire_notices(session: Session, at: datetime) -> int:
    """What is over is over."""
    over = session.scalars(select(Notice).where(Notice.status == NoticeStatus.PUBLISHED, Notice.expires_at <= at)).all()
    for notice in over:
        notice.perform("expire", act=Act(SYSTEM, at, session.info["act"].source))
    return len(over)
