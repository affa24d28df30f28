"""Process documents, revisions, notices and reviews on screen (P1)."""

from typing import Any

from admin_views.base import RegulationView
from admin_views.process import desk as _desk
from admin_views.process.documents import ProcessDocumentView
from admin_views.process.notices import ChangeNoticeView
from admin_views.process.pages import pages
from admin_views.process.reviews import DocumentReviewView
from admin_views.process.revisions import DocumentRevisionView
from models.process import ChangeNotice, DocumentReview, DocumentRevision, ProcessDocument

CARDS = _desk.CARDS
VIEWS: list[tuple[type[Any], type[RegulationView]]] = [
    (ProcessDocument, ProcessDocumentView),
    (DocumentRevision, DocumentRevisionView),
    (DocumentReview, DocumentReviewView),
    (ChangeNotice, ChangeNoticeView),
]
PAGES = (pages,)
