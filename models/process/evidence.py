"""What shows that documents are complete, reviewed and revised in time (P1.1, P1.2, P1.3)."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import and_, exists
from sqlalchemy.orm import joinedload

from models.base import on_date
from models.organisation import ProductModel
from models.process.documents import ProcessDocument, ProcessDocumentModel
from models.process.notices import ChangeNotice
from models.process.reviews import DocumentReview
from models.process.revisions import DocumentRevision
from models.regulation import Asked, Tally, evidence
from rules.base import Words
from rules.process import DocType, DocumentStatus, NoticeStatus, ReviewStatus, RevisionStatus
from rules.regulation import Side


@evidence("P1.1")
def models_with_all_types(_asked: Asked) -> Iterator[Tally]:
    """A product model is done when all three types are in force for it."""
    has_type = [
        exists().where(
            ProcessDocumentModel.product_model_id == ProductModel.id,
            ProcessDocument.id == ProcessDocumentModel.document_id,
            ProcessDocument.doc_type == kind,
            ProcessDocument.status == DocumentStatus.ACTIVE,
            DocumentRevision.document_id == ProcessDocument.id,
            DocumentRevision.status == RevisionStatus.RELEASED,
        )
        for kind in DocType
    ]
    is_active = ProductModel.is_active & ProductModel.voided_at.is_(None)
    yield Tally(
        Words("Product models with all three document types", "三类工艺文件齐全的产品型号"),
        ProductModel,
        {Side.DONE: is_active & and_(*has_type), Side.DUE: is_active & ~and_(*has_type)},
    )


@evidence("P1.2")
def reviews(asked: Asked) -> Iterator[Tally]:
    """Reviews done, due, and overdue: the whole day on which one is due counts as in time."""
    today = on_date(asked.at)
    is_open = DocumentReview.status != ReviewStatus.DONE
    yield Tally(
        Words("Document reviews", "文件评审"),
        DocumentReview,
        {
            Side.DONE: DocumentReview.done_at >= asked.since,
            Side.DUE: is_open & (DocumentReview.due_on >= today),
            Side.OVERDUE: is_open & (DocumentReview.due_on < today),
        },
        moment=DocumentReview.due_on,
        queries={
            Side.DUE: f"flt_status=scheduled,due&flt_due_on_from={today}",
            Side.OVERDUE: f"flt_status=scheduled,due&flt_due_on_to={today - timedelta(days=1)}",
        },
        loads=(joinedload(DocumentReview.document),),
    )


@evidence("P1.3")
def notices(asked: Asked) -> Iterator[Tally]:
    """Changes that documents have followed, have still to follow, or should have followed by now."""
    is_open = ChangeNotice.status == NoticeStatus.OPEN
    yield Tally(
        Words("Change notices", "变更通知"),
        ChangeNotice,
        {
            Side.DONE: ChangeNotice.answered_at >= asked.since,
            Side.DUE: is_open & (ChangeNotice.due_at >= asked.at),
            Side.OVERDUE: is_open & (ChangeNotice.due_at < asked.at),
            Side.EXCEPTION: (ChangeNotice.status == NoticeStatus.DISMISSED) & (ChangeNotice.updated_at >= asked.since),
        },
        moment=ChangeNotice.due_at,
        queries={Side.DUE: "flt_status=open"},
    )
