"""Training, exams, qualifications, and the gate that every door asks (P2, A1.2)."""

from models.training import evidence, falling, people, posts, releases, required, results, trainings
from models.training.assignments import PostAssignment
from models.training.exams import Exam, ExamAttempt, ExamRevision, ExamSpan
from models.training.gate import alone_on, gates, gates_of, may_work
from models.training.obligations import PostRequirement, TrainingObligation
from models.training.qualifications import Qualification, QualificationBasis, QualificationHold, QualificationTerm
from models.training.sessions import SessionAttendee, SessionRevision, TrainingSession

__all__ = [
    "Exam",
    "ExamAttempt",
    "ExamRevision",
    "ExamSpan",
    "PostAssignment",
    "PostRequirement",
    "Qualification",
    "QualificationBasis",
    "QualificationHold",
    "QualificationTerm",
    "SessionAttendee",
    "SessionRevision",
    "TrainingObligation",
    "TrainingSession",
    "alone_on",
    "evidence",
    "falling",
    "gates",
    "gates_of",
    "may_work",
    "people",
    "posts",
    "releases",
    "required",
    "results",
    "trainings",
]
