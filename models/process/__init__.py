"""Process documents, their revisions, the changes they follow, and their periodic review (P1)."""

from models.process import evidence
from models.process.completeness import ModelPapers, Paper, completeness
from models.process.documents import ProcessDocument, ProcessDocumentModel, ProcessDocumentPost
from models.process.due import release_planned, remind_reviews, schedule_missing_reviews
from models.process.notices import ChangeNotice
from models.process.reading import readers_of
from models.process.reviews import DocumentReview, DocumentReviewer, next_review, open_review
from models.process.revisions import (
    DocumentRevision,
    in_force_now,
    revision_in_force,
    revision_number_after,
    revisions_in_force_on,
)
from models.process.signing import countersignatures, posts_departments, sides

__all__ = [
    "ChangeNotice",
    "DocumentReview",
    "DocumentReviewer",
    "DocumentRevision",
    "ModelPapers",
    "Paper",
    "ProcessDocument",
    "ProcessDocumentModel",
    "ProcessDocumentPost",
    "completeness",
    "countersignatures",
    "evidence",
    "in_force_now",
    "next_review",
    "open_review",
    "posts_departments",
    "readers_of",
    "release_planned",
    "remind_reviews",
    "revision_in_force",
    "revision_number_after",
    "revisions_in_force_on",
    "schedule_missing_reviews",
    "sides",
]
