"""The company's own figures, limits and calendar: nothing that an [X] stands for is written in code."""

from rules.regulation.calendar import CALENDAR, CalendarFacts, DayType, announced_years
from rules.regulation.clocks import CLOCK, ClockStatus, Pause, Terms
from rules.regulation.figures import FIGURE, FIGURES, MAX_ROUNDS, REPEAT_WITHIN_DAYS, FigureSpec, refuse_overlap
from rules.regulation.limits import CLAUSES, SLA_POLICY, Limit, Target, matches
from rules.regulation.units import Unit

__all__ = [
    "CALENDAR",
    "CLAUSES",
    "CLOCK",
    "FIGURE",
    "FIGURES",
    "MAX_ROUNDS",
    "REPEAT_WITHIN_DAYS",
    "SLA_POLICY",
    "CalendarFacts",
    "ClockStatus",
    "DayType",
    "FigureSpec",
    "Limit",
    "Pause",
    "Target",
    "Terms",
    "Unit",
    "announced_years",
    "matches",
    "refuse_overlap",
]
