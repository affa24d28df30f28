"""Process documents, their revisions, the changes they follow, and their periodic review (P1)."""

from models.process.documents import ProcessDocument, ProcessDocumentPost
from models.process.due import release_planned, remind_notices, remind_reviews, schedule_missing_reviews
from models.process.notices import ChangeNotice
from models.process.reviews import DocumentReview, DocumentReviewer, next_review, open_review
from models.process.revisions import (
    DocumentRevision,
    countersignatures,
    in_force_now,
    posts_departments,
    revision_in_force,
    revision_number_after,
    revisions_in_force_on,
    roles_to_sign,
)

__all__ = [
    "ChangeNotice",
    "DocumentReview",
    "DocumentReviewer",
    "DocumentRevision",
    "ProcessDocument",
    "ProcessDocumentPost",
    "countersignatures",
    "in_force_now",
    "next_review",
    "open_review",
    "posts_departments",
    "release_planned",
    "remind_notices",
    "remind_reviews",
    "revision_in_force",
    "revision_number_after",
    "revisions_in_force_on",
    "roles_to_sign",
    "schedule_missing_reviews",
]
