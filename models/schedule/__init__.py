"""Orders, plans, progress and delays; what customers were told (S1-S3, C2.1)."""

from models.schedule import documents, evidence, leaving, progress, promising
from models.schedule.changes import PlanChange, draft_of
from models.schedule.contacts import ContactLog
from models.schedule.delays import DelayRecord
from models.schedule.flow import plan_of
from models.schedule.forecasting import open_delay, planned_percent, progress_of
from models.schedule.handing import sellers
from models.schedule.orders import OrderClearance, OrderCondition, SalesOrder
from models.schedule.plans import PlanVersion, ProductionPlan
from models.schedule.releasing import missing, overloads_of
from models.schedule.reports import DailyReport, DailyReportPerson, cut_off
from models.schedule.stages import PlanStage, StagePredecessor
from models.schedule.units import ProductUnit, units_of

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
    "cut_off",
    "documents",
    "draft_of",
    "evidence",
    "leaving",
    "missing",
    "open_delay",
    "overloads_of",
    "plan_of",
    "planned_percent",
    "progress",
    "progress_of",
    "promising",
    "sellers",
    "units_of",
]
