"""Putting right on screen: items, board, ladder, cases, files, evaluations, and their desks (P3, C1.4, P2.4)."""

from typing import Any

from admin_views.actions import desk
from admin_views.actions.board import board
from admin_views.actions.cases import AccountabilityCaseView, AccountabilityPersonView
from admin_views.actions.evaluations import EvaluationView
from admin_views.actions.extensions import ActionExtensionView
from admin_views.actions.file import PerformanceFileEntryView, performance
from admin_views.actions.items import MEASURES_OF, ActionItemView
from admin_views.actions.ladder import ActionRungView, overdue
from admin_views.actions.leaving import open_actions
from admin_views.base import RegulationView
from models.actions import (
    AccountabilityCase,
    AccountabilityPerson,
    ActionExtension,
    ActionItem,
    ActionRung,
    Evaluation,
    PerformanceFileEntry,
)

VIEWS: list[tuple[type[Any], type[RegulationView]]] = [
    (ActionItem, ActionItemView),
    (ActionExtension, ActionExtensionView),
    (AccountabilityCase, AccountabilityCaseView),
    (AccountabilityPerson, AccountabilityPersonView),
    (Evaluation, EvaluationView),
    (PerformanceFileEntry, PerformanceFileEntryView),
    (ActionRung, ActionRungView),
]
PAGES = (board, overdue, performance)

__all__ = ["MEASURES_OF", "PAGES", "VIEWS", "desk", "open_actions"]
