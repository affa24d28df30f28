"""Orders, plans, progress and delays; what customers were told (S1-S3, C2.1)."""

from models.schedule.changes import PlanChange
from models.schedule.contacts import ContactLog
from models.schedule.delays import DelayRecord
from models.schedule.flow import plan_of
from models.schedule.orders import OrderClearance, OrderCondition, SalesOrder
from models.schedule.plans import PlanVersion, ProductionPlan
from models.schedule.reports import DailyReport, DailyReportPerson
from models.schedule.stages import PlanStage, StagePredecessor
from models.schedule.units import ProductUnit

__all__ = [
    "ContactLog",
    "DailyReport",
    "DailyReportPerson",
    "DelayRecord",
    "OrderClearance",
    "OrderCondition",
    "PlanChange",
    "PlanStage",
    "PlanVersion",
    "ProductUnit",
    "ProductionPlan",
    "SalesOrder",
    "StagePredecessor",
    "plan_of",
]
