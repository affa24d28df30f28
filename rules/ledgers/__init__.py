"""The ledgers that can be taken in, in the order in which sheets of one file are: each knows those before it."""

from rules.ledger import Ledger
from rules.ledgers.after_sales import TICKETS
from rules.ledgers.assessment import ASSESSMENTS, WEIGHTS
from rules.ledgers.market import CUSTOMERS, PRODUCTS
from rules.ledgers.organisation import EMPLOYEES, POSTS
from rules.ledgers.process import DOCUMENTS
from rules.ledgers.quality import SPOT_CHECKS
from rules.ledgers.regulation import CALENDAR
from rules.ledgers.schedule import ORDERS
from rules.ledgers.training import EXAM_RESULTS

LEDGERS: tuple[Ledger, ...] = (
    CALENDAR,
    POSTS,
    EMPLOYEES,
    CUSTOMERS,
    PRODUCTS,
    DOCUMENTS,
    EXAM_RESULTS,
    SPOT_CHECKS,
    ORDERS,
    WEIGHTS,
    ASSESSMENTS,
    TICKETS,
)

__all__ = ["LEDGERS"]
