"""Orders, plans, progress and delays on screen (S1-S3, C2.1)."""

from typing import Any

from admin_views.base import RegulationView
from admin_views.schedule import cards, clearing, daily, editor, overview, panels, plan_page, versions
from admin_views.schedule.changes import PlanChangeView
from admin_views.schedule.contacts import ContactLogView
from admin_views.schedule.delays import DelayRecordView
from admin_views.schedule.opened import pages
from admin_views.schedule.orders import OrderClearanceView, ProductUnitView, SalesOrderView
from admin_views.schedule.plans import PlanStageView, ProductionPlanView
from admin_views.schedule.reports import DailyReportView
from admin_views.schedule.statistics import figures
from admin_views.schedule.status import status
from models.schedule import (
    ContactLog,
    DailyReport,
    DelayRecord,
    OrderClearance,
    PlanChange,
    PlanStage,
    ProductionPlan,
    ProductUnit,
    SalesOrder,
)

VIEWS: list[tuple[type[Any], type[RegulationView]]] = [
    (SalesOrder, SalesOrderView),
    (OrderClearance, OrderClearanceView),
    (ProductionPlan, ProductionPlanView),
    (PlanStage, PlanStageView),
    (DailyReport, DailyReportView),
    (DelayRecord, DelayRecordView),
    (PlanChange, PlanChangeView),
    (ContactLog, ContactLogView),
    (ProductUnit, ProductUnitView),
]

PAGES = (pages, status, figures)

__all__ = ["PAGES", "VIEWS", "cards", "clearing", "daily", "editor", "overview", "panels", "plan_page", "versions"]
