"""Orders, plans, progress and delays on screen (S1-S3, C2.1)."""

from typing import Any

from admin_views.base import RegulationView
from admin_views.schedule.orders import OrderClearanceView, ProductUnitView, SalesOrderView
from models.schedule import OrderClearance, ProductUnit, SalesOrder

VIEWS: list[tuple[type[Any], type[RegulationView]]] = [
    (SalesOrder, SalesOrderView),
    (OrderClearance, OrderClearanceView),
    (ProductUnit, ProductUnitView),
]

__all__ = ["VIEWS"]
