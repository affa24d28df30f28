"""Orders, plans, progress and delays; what customers were told (S1-S3, C2.1)."""

from rules.schedule.access import ORDER_CLEARANCE, PRODUCT_UNIT, SALES_ORDER
from rules.schedule.orders import (
    ANSWERED_BY,
    CLEARANCE_STEPS,
    ORDER_STEPS,
    Answered,
    ClearanceKind,
    ClearanceStatus,
    Difficulty,
    Opinion,
    OrderPriority,
    OrderStatus,
)

__all__ = [
    "ANSWERED_BY",
    "CLEARANCE_STEPS",
    "ORDER_CLEARANCE",
    "ORDER_STEPS",
    "PRODUCT_UNIT",
    "SALES_ORDER",
    "Answered",
    "ClearanceKind",
    "ClearanceStatus",
    "Difficulty",
    "Opinion",
    "OrderPriority",
    "OrderStatus",
]
