"""Who is to read what, by when, and who has said that he did (C1.2, C1.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.base import Act, Record
from models.event import ReadReceipt
from models.journal import note_event, seal
from rules.base import NotVisible

MOST_MISSING = 50


@dataclass(frozen=True)
class Reading:
    """How far a record has been read."""

    confirmed: int
    missing: int
    overdue: int

    @property
    def asked(self) -> int:
        return self.confirmed + self.missing


def ask_to_read(
    session: Session, record: Record, employees: Iterable[int], act: Act, *, due_at: datetime | None = None
) -> int:
    """Asks these people to confirm that they have read the record; who was asked before is asked anew. Tells them.

    Returns how many are asked.
    """
    wanted = sorted(set(employees))
    known = {one.employee_id: one for one in _of(session, record)}
    for who in wanted:
        one = known.get(who)
        if one is None:
            one = ReadReceipt(entity=record.__tablename__, entity_id=record.id, employee_id=who)
            session.add(one)
        one.required, one.due_at, one.read_at, one.confirmed_at = True, due_at, None, None
    seal(session, record, "ask_to_read", act, recipients=wanted)
    return len(wanted)


def confirm(session: Session, receipt_id: int, act: Act) -> ReadReceipt:
    """The person himself says that he has read it; a second time changes nothing. Raises NotVisible."""
    one = session.get(ReadReceipt, receipt_id)
    if one is None or one.employee_id != act.by.employee_id:
        raise NotVisible
    if one.confirmed_at is None:
        one.read_at, one.confirmed_at = one.read_at or act.at, act.at
        note_event(session, act, "confirm_reading", entity=one.entity, entity_id=one.entity_id)
    return one


def _of(session: Session, record: Record) -> Sequence[ReadReceipt]:
    return session.scalars(
        select(ReadReceipt).where(ReadReceipt.entity == record.__tablename__, ReadReceipt.entity_id == record.id)
    ).all()


def reading_of(session: Session, record: Record, at: datetime) -> Reading:
    """How many have confirmed, how many are missing, and how many of those are late."""
    is_missing = ReadReceipt.confirmed_at.is_(None)
    confirmed, missing, overdue = session.execute(
        select(
            func.count(ReadReceipt.confirmed_at),
            func.count().filter(is_missing),
            func.count().filter(is_missing & (ReadReceipt.due_at < at)),
        ).where(ReadReceipt.entity == record.__tablename__, ReadReceipt.entity_id == record.id, ReadReceipt.required)
    ).one()
    return Reading(confirmed, missing, overdue)


def who_is_missing(session: Session, record: Record) -> Sequence[ReadReceipt]:
    """Those who have not confirmed yet, whose term ends first; the first fifty."""
    return session.scalars(
        select(ReadReceipt)
        .where(
            ReadReceipt.entity == record.__tablename__,
            ReadReceipt.entity_id == record.id,
            ReadReceipt.required,
            ReadReceipt.confirmed_at.is_(None),
        )
        .options(joinedload(ReadReceipt.employee))
        .order_by(ReadReceipt.due_at, ReadReceipt.id)
        .limit(MOST_MISSING)
    ).all()


def receipt_of(session: Session, record: Record, employee_id: int | None) -> ReadReceipt | None:
    """What this person was asked to read here and has not confirmed."""
    return session.scalar(
        select(ReadReceipt).where(
            ReadReceipt.entity == record.__tablename__,
            ReadReceipt.entity_id == record.id,
            ReadReceipt.employee_id == employee_id,
            ReadReceipt.confirmed_at.is_(None),
        )
    )


def to_confirm(session: Session, employee_id: int | None, most: int) -> tuple[Sequence[ReadReceipt], int]:
    """What a person has still to read, the earliest term first, and how many there are."""
    asked = select(ReadReceipt).where(
        ReadReceipt.employee_id == employee_id, ReadReceipt.confirmed_at.is_(None), ReadReceipt.required
    )
    rows = session.scalars(asked.order_by(ReadReceipt.due_at, ReadReceipt.id).limit(most)).all()
    count = session.scalar(select(func.count()).select_from(asked.subquery())) if len(rows) == most else len(rows)
    return rows, count or 0
