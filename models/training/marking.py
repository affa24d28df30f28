"""Exam day: rows as they are typed or pasted, judged by the rules, told what follows, kept all or in part (P2.3)."""

from datetime import date

from models.training.exams import Exam
from rules.base import RuleBroken, Words
from rules.training.kinds import ExamStatus


def invalid(exam: Exam, taken_on: date) -> Words | None:
    """Why no result of that day counts for this exam; None = it does."""
    if exam.was_valid(taken_on):
        return None
    if exam.status is ExamStatus.STALE:
        return Words(
            "The exam is stale: the document changed. It must be approved anew first.",
            "文件已换版，考核待更新，须重新批准后才能考试。",
        )
    return Words("The exam was not approved on that day.", "考核当日该考核未批准或已停用。")


def refuse_invalid(exam: Exam, taken_on: date) -> None:
    """Raises RuleBroken for a day on which the exam was stale or not approved."""
    if (words := invalid(exam, taken_on)) is not None:
        raise RuleBroken(words, field="exam", clause="P2.3")
