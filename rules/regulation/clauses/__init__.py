"""The regulation itself, clause by clause, as the product ships it; a company may word it as its own."""

from rules.regulation.clauses.after_sales import AFTER_SALES
from rules.regulation.clauses.common import ASSESSMENT, COMMUNICATION, GENERAL
from rules.regulation.clauses.kinds import (
    CLAUSE,
    MANAGERS,
    ClauseText,
    Duty,
    Part,
    Side,
    reading_order,
    refuse_no_clause_number,
)
from rules.regulation.clauses.process import PROCESS
from rules.regulation.clauses.schedule import SCHEDULE

REGULATION: tuple[ClauseText, ...] = (*GENERAL, *PROCESS, *SCHEDULE, *AFTER_SALES, *COMMUNICATION, *ASSESSMENT)

__all__ = [
    "CLAUSE",
    "MANAGERS",
    "REGULATION",
    "ClauseText",
    "Duty",
    "Part",
    "Side",
    "reading_order",
    "refuse_no_clause_number",
]
