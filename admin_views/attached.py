"""Files on a record's page: which there are, and who may add one."""

from sqlalchemy import select

from admin_views.columns import cell_of
from admin_views.screen import FileEntry
from admin_views.session import db
from admin_views.words import say
from models.base import Record
from models.event import Attachment
from rules.base import Person


def may_attach(record: Record, person: Person) -> bool:
    """Who stands in the record, or may write its table, adds files to it."""
    writes = type(record).access.edit | type(record).access.create
    return person.employee_id is not None and (bool(record.relations_of(person)) or person.holds(*writes))


def files_of(record: Record) -> list[FileEntry]:
    """The attachments of a record, latest first."""
    rows = db.session.scalars(
        select(Attachment)
        .where(Attachment.entity == record.__tablename__, Attachment.entity_id == record.id)
        .order_by(Attachment.id.desc())
    )
    return [
        FileEntry(
            one.id,
            one.name,
            f"/attachments/{one.id}/",
            _size(one.size),
            say(one.kind.words),
            cell_of(one.taken_at),
            one.media_type.startswith("image/"),
        )
        for one in rows
    ]


def _size(size: int) -> str:
    return f"{size / 1048576:.1f} MB" if size >= 1048576 else f"{max(1, size // 1024)} kB"
