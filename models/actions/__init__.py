"""What is put right, who answers for it, what is kept of it: the engine of every chapter (P3, C1.4, P2.4)."""

from models.actions import evidence
from models.actions.cases import AccountabilityCase, AccountabilityPerson, end_statements, open_case, open_case_of
from models.actions.evaluations import EVALUATION_FIGURES, Evaluation, evaluates, measures_of, remind_of_evaluations
from models.actions.extensions import ActionExtension, extensions_of, lapse_extensions
from models.actions.file import PerformanceFileEntry, file_of, post_to_file, reverse_entry
from models.actions.items import ActionItem, ActionRound, close_or_watch, sides_of
from models.actions.ladder import ActionRung, climb_ladders, ladder, levels_climbed, refuse_disorder
from models.actions.leaving import hand_over_actions, unfinished_of
from models.actions.opening import closing_of, midnight, open_action, open_rectification
from models.actions.reach import in_managed_departments, manager_ids, of_managed_people

__all__ = [
    "EVALUATION_FIGURES",
    "AccountabilityCase",
    "AccountabilityPerson",
    "ActionExtension",
    "ActionItem",
    "ActionRound",
    "ActionRung",
    "Evaluation",
    "PerformanceFileEntry",
    "climb_ladders",
    "close_or_watch",
    "closing_of",
    "end_statements",
    "evaluates",
    "evidence",
    "extensions_of",
    "file_of",
    "hand_over_actions",
    "in_managed_departments",
    "ladder",
    "lapse_extensions",
    "levels_climbed",
    "manager_ids",
    "measures_of",
    "midnight",
    "of_managed_people",
    "open_action",
    "open_case",
    "open_case_of",
    "open_rectification",
    "post_to_file",
    "refuse_disorder",
    "remind_of_evaluations",
    "reverse_entry",
    "sides_of",
    "unfinished_of",
]
