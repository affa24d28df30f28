"""The company's figures, time limits and working calendar, each with the dates it counts for."""

from models.regulation.calendar import Calendar, CalendarDay, WorkInterval, company_calendar
from models.regulation.clauses import Clause, clause_of, clauses
from models.regulation.evidence import Asked, Counted, Tally, counted, evidence, rows_of, tallies
from models.regulation.figures import Figure, figure, in_force, unset_figures, unset_parts
from models.regulation.foretelling import Change, foretells, foretold
from models.regulation.limits import SlaPolicy, due_at, limit
from models.regulation.reading import ask_everybody
from models.regulation.unset import UnsetPart, in_force_by_clause, unset

__all__ = [
    "Asked",
    "Calendar",
    "CalendarDay",
    "Change",
    "Clause",
    "Counted",
    "Figure",
    "SlaPolicy",
    "Tally",
    "UnsetPart",
    "WorkInterval",
    "ask_everybody",
    "clause_of",
    "clauses",
    "company_calendar",
    "counted",
    "due_at",
    "evidence",
    "figure",
    "foretells",
    "foretold",
    "in_force",
    "in_force_by_clause",
    "limit",
    "rows_of",
    "tallies",
    "unset",
    "unset_figures",
    "unset_parts",
]
