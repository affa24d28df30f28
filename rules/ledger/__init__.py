"""Ledgers as users have them: how they are declared, recognised, cleaned and judged. Rules: samples/README.md."""

from rules.ledger.cells import Cell, Sheet
from rules.ledger.declare import Column, Ledger, heading, needs
from rules.ledger.judge import IS_HIDDEN, NO_LEDGER, Judge
from rules.ledger.known import Known
from rules.ledger.reasons import Reason
from rules.ledger.row import FileResult, Finding, Ignored, Row, SheetResult
from rules.ledger.table import HEADER_WITHIN, NOTHING_MEANT, Table, recognise, said_meaning

__all__ = [
    "HEADER_WITHIN",
    "IS_HIDDEN",
    "NOTHING_MEANT",
    "NO_LEDGER",
    "Cell",
    "Column",
    "FileResult",
    "Finding",
    "Ignored",
    "Judge",
    "Known",
    "Ledger",
    "Reason",
    "Row",
    "Sheet",
    "SheetResult",
    "Table",
    "heading",
    "needs",
    "recognise",
    "said_meaning",
]
