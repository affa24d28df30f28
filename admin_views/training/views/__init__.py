"""The tables of training as declarations: requirements, trainings, exams, results, what is owed, who is qualified."""

from typing import Any

from admin_views.base import RegulationView
from admin_views.training.views import sentences
from admin_views.training.views.learning import (
    ExamAttemptView,
    ExamView,
    PostRequirementView,
    TrainingObligationView,
    TrainingSessionView,
)
from admin_views.training.views.working import PostAssignmentView, QualificationView
from models.training import (
    Exam,
    ExamAttempt,
    PostAssignment,
    PostRequirement,
    Qualification,
    TrainingObligation,
    TrainingSession,
)

VIEWS: list[tuple[type[Any], type[RegulationView]]] = [
    (TrainingObligation, TrainingObligationView),
    (TrainingSession, TrainingSessionView),
    (ExamAttempt, ExamAttemptView),
    (Qualification, QualificationView),
    (PostAssignment, PostAssignmentView),
    (Exam, ExamView),
    (PostRequirement, PostRequirementView),
]

__all__ = ["VIEWS", "sentences"]
