"""Orders, plans, progress and delays; what customers were told (S1-S3, C2.1)."""

from models.schedule.orders import OrderClearance, OrderCondition, ProductUnit, SalesOrder

__all__ = ["OrderClearance", "OrderCondition", "ProductUnit", "SalesOrder"]
