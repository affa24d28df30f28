"""Trainings, what they are about, and who came (P2.1, P2.2, A1.2)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Act, Line, Record
from models.organisation import Employee
from models.process import DocumentRevision
from rules.base import Person, RuleBroken, Words
from rules.training import kinds, sessions, steps
from rules.training.kinds import Attendance, SessionKind, SessionStatus, SkillDemo


class TrainingSession(Record):
    """A training: organised by HR, taught by the technical department where it is about process (培训)."""

    __tablename__ = "training_session"
    __table_args__ = (
        CheckConstraint("planned_from_at < planned_to_at", name="in_order"),
        CheckConstraint("hours IS NULL OR hours >= 0", name="hours_not_negative"),
        Index("ix_training_session_planned_from_at", "planned_from_at", "id"),
        Index("ix_training_session_status_id", "status", "id"),
        Index("ix_training_session_kind_id", "kind", "id"),
    )
    words = Words("Training", "培训")
    chapter = "training"
    access = kinds.TRAINING_SESSION
    lifecycle = steps.SESSION_STEPS
    number_prefix = "PX"
    search_columns = ("no", "topic", "place")
    label_columns = ("no", "topic")
    named_by = ("trainer_id", "organiser_id")

    no: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[SessionKind]
    topic: Mapped[str] = mapped_column(String(200))
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    trainer_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    place: Mapped[str] = mapped_column(String(100), default="")
    planned_from_at: Mapped[datetime]
    planned_to_at: Mapped[datetime]
    hours: Mapped[Decimal | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    status: Mapped[SessionStatus] = mapped_column(default=SessionStatus.PLANNED)
    organiser: Mapped[Employee | None] = relationship(foreign_keys=[organiser_id])
    trainer: Mapped[Employee] = relationship(foreign_keys=[trainer_id])
    revisions: Mapped[list["SessionRevision"]] = relationship(
        back_populates="training", order_by="SessionRevision.id", cascade="all, delete-orphan"
    )
    attendees: Mapped[list["SessionAttendee"]] = relationship(
        back_populates="training", order_by="SessionAttendee.id", cascade="all, delete-orphan"
    )

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {
            "trainer": frozenset({self.trainer_id}),
            "organiser": frozenset({self.organiser_id} if self.organiser_id else ()),
            "trainee": frozenset(one.employee_id for one in self.attendees),
        }

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """Who is to come sees the training; a team leader that of his people."""
        of_mine = SessionAttendee.employee_id == person.employee_id
        if person.teams:
            of_mine |= SessionAttendee.employee_id.in_(
                select(Employee.id).where(Employee.team_id.in_(sorted(person.teams)))
            )
        return [cls.id.in_(select(SessionAttendee.session_id).where(of_mine))]

    def prepare(self) -> None:
        """Refuses a trainer or times that cannot be."""
        sessions.refuse_times(self.planned_from_at, self.planned_to_at)
        sessions.refuse_trainer(self.kind, self.trainer.department.kind)
        if len({one.employee.id for one in self.attendees if one.employee}) < len(self.attendees):
            raise RuleBroken(
                Words("Somebody stands twice in the list.", "参训人员有重复。"), field="attendees", clause="P2.1"
            )

    def do_notify(self, act: Act) -> None:
        self._refuse_empty()

    def do_start(self, act: Act) -> None:
        self._refuse_empty()
        self.started_at = act.at

    def do_complete(self, act: Act) -> None:
        """Who has not signed in until now was absent."""
        for one in self.attendees:
            if one.attendance is Attendance.PENDING:
                one.attendance = Attendance.ABSENT
        self.completed_at = act.at

    def _refuse_empty(self) -> None:
        if not self.attendees:
            raise RuleBroken(
                Words("Nobody is on the list yet: add attendees first.", "还没有参训人员，请先添加。"),
                field="attendees",
                clause="P2.1",
            )

    def sign_in(self, employee_id: int, at: datetime, attendance: Attendance | None = None) -> "SessionAttendee":
        """Somebody is here: by his own hand, or as the trainer says."""
        found = next((one for one in self.attendees if one.employee_id == employee_id), None)
        if found is None:
            raise RuleBroken(
                Words("This person is not on the list of this training.", "此人不在本次培训名单中。"), clause="P2.1"
            )
        if self.status not in {SessionStatus.NOTIFIED, SessionStatus.IN_PROGRESS}:
            raise RuleBroken(
                Words(
                    "Signing in is open from the notice until the training ends.",
                    "只有已通知或进行中的培训可以签到。",
                ),
                clause="P2.1",
            )
        found.attendance = attendance or sessions.signed_in(self.planned_from_at, at)
        found.signed_in_at = at if found.attendance in kinds.CAME else None
        return found


class SessionRevision(Line):
    """A revision that a training teaches."""

    __tablename__ = "session_revision"
    __table_args__ = (UniqueConstraint("session_id", "revision_id"),)
    words = Words("Taught revision", "培训内容")

    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("document_revision.id"), index=True)
    training: Mapped[TrainingSession] = relationship(back_populates="revisions")
    revision: Mapped[DocumentRevision] = relationship()

    def told_in(self) -> TrainingSession:
        return self.training


class SessionAttendee(Line):
    """Somebody who is to come, and whether he came."""

    __tablename__ = "session_attendee"
    __table_args__ = (
        UniqueConstraint("session_id", "employee_id"),
        Index("ix_session_attendee_employee_id", "employee_id", "session_id"),
        CheckConstraint(
            "attendance NOT IN ('present', 'late') OR signed_in_at IS NOT NULL", name="present_has_instant"
        ),
    )
    words = Words("Attendee", "参训人员")

    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    attendance: Mapped[Attendance] = mapped_column(default=Attendance.PENDING)
    signed_in_at: Mapped[datetime | None]
    skill_demo: Mapped[SkillDemo] = mapped_column(default=SkillDemo.NONE)
    training: Mapped[TrainingSession] = relationship(back_populates="attendees")
    employee: Mapped[Employee] = relationship()

    def told_in(self) -> TrainingSession:
        return self.training
