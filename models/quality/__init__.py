"""Checks: templates, plans, draws, what was found, and what follows from it (P3, K2.2, C2.2)."""

from models.quality import breaches, evidence
from models.quality.checks import SpotCheck, SpotCheckItem
from models.quality.consequences import awaiting_recheck, what_follows
from models.quality.drawing import done_of, draw, draws_of, working_days
from models.quality.holding import held_for_quality, stages_at
from models.quality.plans import CheckDraw, CheckPlan
from models.quality.templates import CheckTemplate, CheckTemplateItem, templates_at

__all__ = [
    "CheckDraw",
    "CheckPlan",
    "CheckTemplate",
    "CheckTemplateItem",
    "SpotCheck",
    "SpotCheckItem",
    "awaiting_recheck",
    "breaches",
    "done_of",
    "draw",
    "draws_of",
    "evidence",
    "held_for_quality",
    "stages_at",
    "templates_at",
    "what_follows",
    "working_days",
]
