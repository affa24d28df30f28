"""Checks on screen: on the phone, in tables, as figures, on paper (P3, K2.2, C2.2)."""

from typing import Any

from admin_views.base import RegulationView
from admin_views.quality import cards, stages
from admin_views.quality.checks import SpotCheckView
from admin_views.quality.papers import papers
from admin_views.quality.phone import phone
from admin_views.quality.plans import CheckDrawView, CheckPlanView
from admin_views.quality.recheck import rechecks
from admin_views.quality.statistics import figures
from admin_views.quality.templates import CheckTemplateView
from models.quality import CheckDraw, CheckPlan, CheckTemplate, SpotCheck

VIEWS: list[tuple[type[Any], type[RegulationView]]] = [
    (SpotCheck, SpotCheckView),
    (CheckTemplate, CheckTemplateView),
    (CheckPlan, CheckPlanView),
    (CheckDraw, CheckDrawView),
]
PAGES = (phone, rechecks, papers, figures)

__all__ = ["PAGES", "VIEWS", "cards", "stages"]
