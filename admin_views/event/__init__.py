"""Events, approvals, receipts, and how the product itself runs (C1.2, C1.3)."""

from typing import Any

from admin_views.base import RegulationView
from admin_views.event.approvals import approvals
from admin_views.event.browser import events
from admin_views.event.operations import operations
from admin_views.event.receipts import receipts

VIEWS: list[tuple[type[Any], type[RegulationView]]] = []
"""Events are a log and no records: they have a browser of their own."""
PAGES = (events, approvals, receipts, operations)
