"""Which process documents each product model has, and which it still lacks (P1.1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.organisation import ProductModel
from models.process.documents import ProcessDocument, ProcessDocumentModel
from models.process.revisions import DocumentRevision
from rules import process
from rules.process import DocType, DocumentStatus, RevisionStatus


@dataclass(frozen=True)
class Paper:
    """A document of a product, and the number of its revision in force; none = nothing to work by yet."""

    id: int
    doc_no: str
    rev_no: str | None
    status: DocumentStatus

    @property
    def is_in_force(self) -> bool:
        return self.rev_no is not None and self.status is DocumentStatus.ACTIVE


@dataclass(frozen=True)
class ModelPapers:
    """A product model with its documents by type."""

    model: ProductModel
    papers: Mapping[DocType, Sequence[Paper]]

    @property
    def missing(self) -> tuple[DocType, ...]:
        """The types of which nothing is in force."""
        return process.missing_types(
            kind for kind, papers in self.papers.items() if any(one.is_in_force for one in papers)
        )


def completeness(session: Session, most: int = 500) -> list[ModelPapers]:
    """Every active product model with its documents; two statements, however many there are."""
    models = session.scalars(
        select(ProductModel)
        .where(ProductModel.is_active, ProductModel.voided_at.is_(None))
        .order_by(ProductModel.code)
        .limit(most)
    ).all()
    papers = _papers(session, [one.id for one in models])
    return [ModelPapers(one, papers.get(one.id, {})) for one in models]


def _papers(session: Session, models: Iterable[int]) -> dict[int, dict[DocType, list[Paper]]]:
    rows = session.execute(
        select(
            ProcessDocumentModel.product_model_id,
            ProcessDocument.doc_type,
            ProcessDocument.id,
            ProcessDocument.doc_no,
            DocumentRevision.rev_no,
            ProcessDocument.status,
        )
        .join(ProcessDocument, ProcessDocument.id == ProcessDocumentModel.document_id)
        .outerjoin(
            DocumentRevision,
            (DocumentRevision.document_id == ProcessDocument.id) & (DocumentRevision.status == RevisionStatus.RELEASED),
        )
        .where(
            ProcessDocumentModel.product_model_id.in_(models),
            ProcessDocument.status != DocumentStatus.OBSOLETE,
            ProcessDocument.voided_at.is_(None),
        )
        .order_by(ProcessDocument.doc_no)
    )
    found: dict[int, dict[DocType, list[Paper]]] = {}
    for model_id, kind, *paper in rows:
        found.setdefault(model_id, {}).setdefault(kind, []).append(Paper(*paper))
    return found
