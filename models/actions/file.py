"""The performance file: entries that the system posts and nobody changes; a wrong one is reversed by another (P2.4)."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.actions.reach import of_managed_people
from models.base import Act, Record
from models.journal import seal
from models.organisation import Employee
from models.types import BigId
from rules import actions
from rules.actions import EntryKind
from rules.base import Person, Words


class PerformanceFileEntry(Record):
    """Something that is kept of a person (绩效档案)."""

    __tablename__ = "performance_file_entry"
    __table_args__ = (
        Index("ix_performance_file_entry_employee", "employee_id", "at"),
        Index("ix_performance_file_entry_at", "at", "id"),
        Index("ix_performance_file_entry_kind", "kind", "id"),
        Index("ix_performance_file_entry_source", "source_entity", "source_id"),
    )
    words = Words("Performance file", "绩效档案")
    chapter = "actions"
    access = actions.PERFORMANCE_FILE_ENTRY
    search_columns = ("title",)
    label_columns = ("title",)

    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    at: Mapped[datetime]
    kind: Mapped[EntryKind]
    title: Mapped[str] = mapped_column(String(200))
    score: Mapped[Decimal | None]
    clause: Mapped[str] = mapped_column(String(10), default="P2.4")
    source_entity: Mapped[str] = mapped_column(String(63))
    source_id: Mapped[int] = mapped_column(BigId)
    reason: Mapped[str] = mapped_column(Text, default="")
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("performance_file_entry.id"), unique=True)
    employee: Mapped[Employee] = relationship(foreign_keys=[employee_id])
    reverses: Mapped["PerformanceFileEntry | None"] = relationship(remote_side="PerformanceFileEntry.id")

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """Oneself, and one's own manager."""
        return [cls.employee_id == person.employee_id, *of_managed_people(cls.employee_id, person)]


def post_to_file(  # noqa: PLR0913 - each is a fact of the entry, named at the call
    session: Session,
    act: Act,
    *,
    employee_id: int,
    kind: EntryKind,
    title: str,
    source: tuple[str, int],
    clause: str,
    score: Decimal | None = None,
) -> PerformanceFileEntry:
    """Adds an entry; the system posts it, as what follows from ``act``, and tells the person (P2.4)."""
    entry = PerformanceFileEntry(
        employee_id=employee_id,
        at=act.at,
        kind=kind,
        title=title[:200],
        score=score,
        clause=clause,
        source_entity=source[0],
        source_id=source[1],
    )
    return _posted(session, act.consequence(clause), entry)


def reverse_entry(session: Session, act: Act, entry: PerformanceFileEntry, *, reason: str) -> PerformanceFileEntry:
    """Takes an entry back by another that says why; both stay (K4.1: an appeal that succeeds reverses the file)."""
    reversed_ids = session.scalars(
        select(PerformanceFileEntry.reverses_id).where(PerformanceFileEntry.reverses_id == entry.id)
    ).all()
    actions.refuse_second_reversal(entry.id, entry.reverses_id, {one for one in reversed_ids if one is not None})
    found = PerformanceFileEntry(
        employee_id=entry.employee_id,
        at=act.at,
        kind=entry.kind,
        title=entry.title,
        score=-entry.score if entry.score is not None else None,
        clause=entry.clause,
        source_entity=entry.source_entity,
        source_id=entry.source_id,
        reason=reason,
        reverses_id=entry.id,
    )
    return _posted(session, act.consequence(entry.clause), found)


def _posted(session: Session, act: Act, entry: PerformanceFileEntry) -> PerformanceFileEntry:
    session.add(entry)
    seal(session, entry, "create", act, recipients=[entry.employee_id])
    return entry


def file_of(session: Session, employee_id: int, *, most: int = 500) -> list[PerformanceFileEntry]:
    """What is kept of a person, the latest first."""
    return [
        *session.scalars(
            select(PerformanceFileEntry)
            .where(PerformanceFileEntry.employee_id == employee_id)
            .order_by(PerformanceFileEntry.at.desc(), PerformanceFileEntry.id.desc())
            .limit(most)
        )
    ]
