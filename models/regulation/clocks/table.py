"""The clock as it is kept: terms, calendar and everything recorded of it, and what follows (TIME.md 3, 7, 11)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, literal_column, select, text
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models.base import Base, Record
from models.regulation.calendar import CalendarVersion, engine_of_version, names_between
from models.types import BigId
from rules.base import Words
from rules.regulation import ClockStatus, Target, Terms
from rules.regulation.calendar import CalendarFacts
from rules.regulation.clocks import Recorded, pauses_of, terms_of
from rules.regulation.stories import Story, explain, story
from rules.working_time import WorkCalendar

OPEN = "stopped_at IS NULL"
LATE = "status = 'breached'"


class SlaClock(Base):
    """A time limit that runs for a record, with the terms, the calendar and everything recorded of it (计时)."""

    __tablename__ = "sla_clock"
    __table_args__ = (
        CheckConstraint("status NOT IN ('met', 'cancelled') OR stopped_at IS NOT NULL", name="ended_has_instant"),
        CheckConstraint("status NOT IN ('running', 'paused') OR stopped_at IS NULL", name="open_has_no_end"),
        CheckConstraint("status != 'breached' OR breach_minutes IS NOT NULL", name="breach_is_measured"),
        Index("ix_sla_clock_entity_entity_id", "entity", "entity_id"),
        Index(
            "uq_sla_clock_one_open",
            "entity",
            "entity_id",
            "target",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        Index("ix_sla_clock_next_look", "next_look_at", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index("ix_sla_clock_due", "due_at", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index("ix_sla_clock_late", "due_at", sqlite_where=text(LATE), postgresql_where=text(LATE)),
    )
    words = Words("Clock", "计时")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity: Mapped[str] = mapped_column(String(63))
    entity_id: Mapped[int] = mapped_column(BigId)
    target: Mapped[Target]
    clause: Mapped[str] = mapped_column(String(10))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("sla_policy.id"), index=True)
    terms: Mapped[dict[str, Any]]
    """The policy as it was when the clock was armed."""
    calendar_version_id: Mapped[int] = mapped_column(ForeignKey("calendar_version.id"), index=True)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    provisional: Mapped[bool] = mapped_column(default=False)
    pauses: Mapped[list[Any]] = mapped_column(default=list)
    """[from, to, reason, by]; without an end it lasts."""
    stopped_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    """When it was first seen to be overdue."""
    elapsed_minutes: Mapped[int | None]
    breach_minutes: Mapped[int | None]
    spare_minutes: Mapped[int | None]
    paused_minutes: Mapped[int] = mapped_column(default=0)
    continues_id: Mapped[int | None] = mapped_column(ForeignKey("sla_clock.id"), unique=True)
    status: Mapped[ClockStatus] = mapped_column(default=ClockStatus.RUNNING)
    told_from_at: Mapped[datetime]
    """What was due before is told to nobody: it is history, or was told before a reopening."""
    next_look_at: Mapped[datetime | None]
    """When the scheduler has something to do for it."""
    calendar_version: Mapped[CalendarVersion] = relationship()

    @property
    def granted(self) -> Terms:
        return terms_of(self.terms)

    @property
    def recorded(self) -> Recorded:
        return Recorded(
            self.started_at,
            pauses_of(self.pauses),
            self.stopped_at,
            is_cancelled=self.status is ClockStatus.CANCELLED,
            seen_at=self.seen_at,
            told_from=self.told_from_at,
        )

    @property
    def engine(self) -> WorkCalendar:
        """The calendar that it was reckoned on, as it was."""
        return engine_of_version(self.calendar_version)

    @property
    def calendar_facts(self) -> CalendarFacts:
        return self.calendar_version.calendar_facts

    def story(self) -> Story:
        """Why it is due when it is, day by day."""
        session = Session.object_session(self)
        first, last = (one.astimezone(self.engine.zone).date() for one in (self.started_at, self.due_at))
        names = names_between(session, first, last) if session is not None else {}
        return story(self.granted, self.recorded, self.engine, self.calendar_facts, names)

    def explain(self) -> list[Words]:
        """The same as sentences in both languages."""
        return explain(self.story())

    @property
    def is_open(self) -> bool:
        return self.stopped_at is None

    def record(self) -> Record | None:
        """What the clock runs for; None where it is there no more."""
        session = Session.object_session(self)
        model = model_named(self.entity)
        return session.get(model, self.entity_id) if session is not None and model is not None else None


MODELS: dict[str, type[Record]] = {}
COPIES: dict[tuple[str, Target], str] = {}
"""Which column of a table is the copy of which clock's due instant."""
FOLLOWED_BY: dict[Target, Callable[[Record, "SlaClock"], None]] = {}
"""Where more than one column of the record repeats a due instant: how they follow it."""


def model_named(entity: str) -> type[Record] | None:
    """The table of records with that name."""
    if entity not in MODELS:
        MODELS.update({m.class_.__tablename__: m.class_ for m in Base.registry.mappers if issubclass(m.class_, Record)})
    return MODELS.get(entity)


def copies_due(model: type[Record], target: Target, column: str = "due_at") -> None:
    """Declares that this column repeats the clock's due instant: written with it, compared by ``recompute --check``."""
    COPIES[model.__tablename__, target] = column


# -- questions -------------------------------------------------------------------------------------------------------


def is_late() -> ColumnElement[bool]:
    """Stopped late; said with its own letters, so that SQLite sees that the narrow index holds them all."""
    return literal_column("sla_clock.status") == literal_column(f"'{ClockStatus.BREACHED}'")


def clock_of(record: Record, target: Target) -> SlaClock | None:
    """The latest clock of that target, running or not."""
    return record.session.scalar(
        select(SlaClock)
        .where(SlaClock.entity == record.__tablename__, SlaClock.entity_id == record.id, SlaClock.target == target)
        .order_by(SlaClock.id.desc())
        .limit(1)
    )


def clocks_of(record: Record) -> Sequence[SlaClock]:
    """Every clock of a record, the first one first."""
    mine = (SlaClock.entity == record.__tablename__) & (SlaClock.entity_id == record.id)
    query = select(SlaClock).where(mine).order_by(SlaClock.id).options(joinedload(SlaClock.calendar_version))
    return record.session.scalars(query).all()


def reopenings(clock: SlaClock) -> int:
    """How often a clock was gone on with after a reopening."""
    session, count, before = Session.object_session(clock), 0, clock.continues_id
    while session is not None and before is not None:
        count += 1
        before = session.scalar(select(SlaClock.continues_id).where(SlaClock.id == before))
    return count
