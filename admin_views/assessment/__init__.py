"""Assessment on screen: indicators, cycles, sheets, suggestions (K1-K4)."""

from typing import Any

from admin_views.assessment import desk, panels
from admin_views.assessment.cycles import (
    AssessmentCycleView,
    AssessmentLineView,
    AssessmentSheetView,
)
from admin_views.assessment.definitions import KpiDefinitionView, KpiTargetView
from admin_views.assessment.honours import honours
from admin_views.assessment.rates import indicators
from admin_views.assessment.rewards import RewardPenaltyRuleView, RewardPenaltyView
from admin_views.assessment.suggestions import SuggestionView
from admin_views.base import RegulationView
from models.assessment import (
    AssessmentCycle,
    AssessmentLine,
    AssessmentSheet,
    KpiDefinition,
    KpiTarget,
    RewardPenalty,
    RewardPenaltyRule,
    Suggestion,
)

VIEWS: list[tuple[type[Any], type[RegulationView]]] = [
    (AssessmentCycle, AssessmentCycleView),
    (AssessmentSheet, AssessmentSheetView),
    (AssessmentLine, AssessmentLineView),
    (Suggestion, SuggestionView),
    (RewardPenalty, RewardPenaltyView),
    (RewardPenaltyRule, RewardPenaltyRuleView),
    (KpiDefinition, KpiDefinitionView),
    (KpiTarget, KpiTargetView),
]
PAGES = (indicators, honours)

__all__ = ["PAGES", "VIEWS", "desk", "panels"]
