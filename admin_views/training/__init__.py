"""Training on screen: who owes what, trainings and exam days, who may work where (P2, A1.2)."""

from admin_views.training import calendar, cards, certificates, correcting, exam_day, owed, panels, people, sheet
from admin_views.training.pages import pages
from admin_views.training.views import VIEWS

PAGES = (pages, certificates.public)

__all__ = [
    "PAGES",
    "VIEWS",
    "calendar",
    "cards",
    "certificates",
    "correcting",
    "exam_day",
    "owed",
    "panels",
    "people",
    "sheet",
]
