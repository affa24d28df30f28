"""Where a revision comes from: the record that set it off, and the document that a rectification is about (P1.3)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import ActionItem
from models.base import Base, Record
from models.process.documents import ProcessDocument
from models.process.revisions import DocumentRevision


def document_of_action(session: Session, action: ActionItem) -> ProcessDocument | None:
    """The document that the check behind a rectification was made against.

    Checks belong to a later chapter, so their tables are asked by name.
    """
    if action.source_entity != "spot_check_item":
        return None
    item, check = (Base.metadata.tables[name].c for name in ("spot_check_item", "spot_check"))
    query = select(ProcessDocument).join(check.id.table, check.document_id == ProcessDocument.id)
    return session.scalar(query.join(item.id.table, item.check_id == check.id).where(item.id == action.source_id))


def revisions_from(session: Session, record: Record, most: int = 20) -> list[DocumentRevision]:
    """The revisions that this record set off, the latest first."""
    rows = session.scalars(
        select(DocumentRevision)
        .where(
            DocumentRevision.trigger_entity == record.__tablename__,
            DocumentRevision.trigger_id == record.id,
        )
        .order_by(DocumentRevision.id.desc())
        .limit(most)
    )
    return list(rows)
