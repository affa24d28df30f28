"""The company's own figures, limits and calendar: nothing that an [X] stands for is written in code."""

from rules.regulation.calendar import CALENDAR, CalendarFacts, DayType, announced_years
from rules.regulation.clauses import (
    CLAUSE,
    MANAGERS,
    REGULATION,
    ClauseText,
    Duty,
    Part,
    Side,
    reading_order,
    refuse_no_clause_number,
)
from rules.regulation.clocks import CLOCK, ClockStatus, Pause, Terms
from rules.regulation.conditions import tell_apart
from rules.regulation.figures import (
    APPLIES_TO,
    FIGURE,
    FIGURE_STEPS,
    FIGURES,
    MAX_ROUNDS,
    REPEAT_WITHIN_DAYS,
    FigureSpec,
    FigureStatus,
    applies_to_words,
    refuse_overlap,
    refuse_senseless,
    refuse_unknown,
)
from rules.regulation.keeping import compliance
from rules.regulation.limits import CLAUSES, SLA_POLICY, Limit, Target, matches
from rules.regulation.priorities import PRIORITY_MATRIX, Priority, ReportSeverity, Urgency
from rules.regulation.units import Unit

__all__ = [
    "APPLIES_TO",
    "CALENDAR",
    "CLAUSE",
    "CLAUSES",
    "CLOCK",
    "FIGURE",
    "FIGURES",
    "FIGURE_STEPS",
    "MANAGERS",
    "MAX_ROUNDS",
    "PRIORITY_MATRIX",
    "REGULATION",
    "REPEAT_WITHIN_DAYS",
    "SLA_POLICY",
    "CalendarFacts",
    "ClauseText",
    "ClockStatus",
    "DayType",
    "Duty",
    "FigureSpec",
    "FigureStatus",
    "Limit",
    "Part",
    "Pause",
    "Priority",
    "ReportSeverity",
    "Side",
    "Target",
    "Terms",
    "Unit",
    "Urgency",
    "announced_years",
    "applies_to_words",
    "compliance",
    "matches",
    "reading_order",
    "refuse_no_clause_number",
    "refuse_overlap",
    "refuse_senseless",
    "refuse_unknown",
    "tell_apart",
]
