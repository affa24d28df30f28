"""The company's own figures, limits and calendar: nothing that an [X] stands for is written in code."""

from rules.regulation.calendar import CALENDAR, DayType
from rules.regulation.clauses import (
    CLAUSE,
    MANAGERS,
    REGULATION,
    ClauseText,
    Duty,
    Part,
    reading_order,
    refuse_no_clause_number,
)
from rules.regulation.figures import FIGURE, FIGURES, MAX_ROUNDS, REPEAT_WITHIN_DAYS, FigureSpec, refuse_overlap
from rules.regulation.limits import CLAUSES, SLA_POLICY, Limit, Target, matches
from rules.regulation.units import Unit

__all__ = [
    "CALENDAR",
    "CLAUSE",
    "CLAUSES",
    "FIGURE",
    "FIGURES",
    "MANAGERS",
    "MAX_ROUNDS",
    "REGULATION",
    "REPEAT_WITHIN_DAYS",
    "SLA_POLICY",
    "ClauseText",
    "DayType",
    "Duty",
    "FigureSpec",
    "Limit",
    "Part",
    "Target",
    "Unit",
    "matches",
    "reading_order",
    "refuse_no_clause_number",
    "refuse_overlap",
]
