"""Indicators over the rows they stand on, sheets, suggestions (K1-K4)."""

from models.assessment import evidence, process_rows, proof, reversing, reward_rows, schedule_rows, service_rows
from models.assessment.computing import compute, compute_waiting, subjects_of
from models.assessment.cycles import AssessmentCycle
from models.assessment.definitions import KpiDefinition, KpiTarget, definitions, targets_on
from models.assessment.drafting import draft_by_rule, rules_for
from models.assessment.following import lines_using
from models.assessment.measuring import rows_in, sums_of
from models.assessment.rates import Rate, execution_pass_rates, execution_pass_rows, together
from models.assessment.replaying import replay
from models.assessment.rewards import RewardPenalty, RewardPenaltyRule
from models.assessment.sheets import AssessmentLine, AssessmentSheet, KpiEvidence, KpiExclusion, sheets_of
from models.assessment.suggestions import Suggestion, SuggestionProposer

__all__ = [
    "AssessmentCycle",
    "AssessmentLine",
    "AssessmentSheet",
    "KpiDefinition",
    "KpiEvidence",
    "KpiExclusion",
    "KpiTarget",
    "Rate",
    "RewardPenalty",
    "RewardPenaltyRule",
    "Suggestion",
    "SuggestionProposer",
    "compute",
    "compute_waiting",
    "definitions",
    "draft_by_rule",
    "evidence",
    "execution_pass_rates",
    "execution_pass_rows",
    "lines_using",
    "process_rows",
    "proof",
    "replay",
    "reversing",
    "reward_rows",
    "rows_in",
    "rules_for",
    "schedule_rows",
    "service_rows",
    "sheets_of",
    "subjects_of",
    "sums_of",
    "targets_on",
    "together",
]
