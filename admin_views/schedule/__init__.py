"""Orders, plans, progress and delays on screen (S1-S3, C2.1)."""

from typing import Any

from admin_views.base import RegulationView
from admin_views.schedule import daily as _daily
from admin_views.schedule import editor as _editor
from admin_views.schedule import overview as _overview
from admin_views.schedule import plan_page as _plan_page
from admin_views.schedule import versions as _versions
from admin_views.schedule.changes import PlanChangeView
from admin_views.schedule.contacts import ContactLogView
from admin_views.schedule.delays import DelayRecordView
from admin_views.schedule.opened import pages
from admin_views.schedule.orders import OrderClearanceView, ProductUnitView, SalesOrderView
from admin_views.schedule.plans import PlanStageView, ProductionPlanView
from admin_views.schedule.reports import DailyReportView
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

PAGES = (pages,)
DRAWN = (_plan_page, _editor, _daily, _overview, _versions)

__all__ = ["PAGES", "VIEWS"]
