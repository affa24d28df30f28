"""The company's figures, time limits and working calendar, each with the dates it counts for."""

from models.regulation.calendar import Calendar, CalendarDay, WorkInterval, company_calendar
from models.regulation.clauses import Clause, clause_of, clauses
from models.regulation.figures import Figure, figure, unset_figures
from models.regulation.limits import SlaPolicy, due_at, limit

__all__ = [
    "Calendar",
    "CalendarDay",
    "Clause",
    "Figure",
    "SlaPolicy",
    "WorkInterval",
    "clause_of",
    "clauses",
    "company_calendar",
    "due_at",
    "figure",
    "limit",
    "unset_figures",
]
