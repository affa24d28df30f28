"""Orders, plans, progress and delays; what customers were told (S1-S3, C2.1)."""

from rules.schedule.access import (
    CONTACT_LOG,
    DAILY_REPORT,
    DELAY_RECORD,
    ORDER_CLEARANCE,
    PLAN_CHANGE,
    PLAN_STAGE,
    PRODUCT_UNIT,
    PRODUCTION_PLAN,
    SALES_ORDER,
)
from rules.schedule.changes import CHANGE_STEPS, ChangeCause, ChangeStatus
from rules.schedule.contacts import CONTACT_STEPS, ContactChannel, ContactStatus, Direction
from rules.schedule.delays import DELAY_STEPS, DelayNature, DelayStatus, DetectedBy, GroupBy
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
from rules.schedule.plans import PLAN_STEPS, PlanStatus
from rules.schedule.reports import REPORT_STEPS, ReportStatus, Shift
from rules.schedule.stages import STAGE_STEPS, HoldSource, StageStatus

__all__ = [
    "ANSWERED_BY",
    "CHANGE_STEPS",
    "CLEARANCE_STEPS",
    "CONTACT_LOG",
    "CONTACT_STEPS",
    "DAILY_REPORT",
    "DELAY_RECORD",
    "DELAY_STEPS",
    "ORDER_CLEARANCE",
    "ORDER_STEPS",
    "PLAN_CHANGE",
    "PLAN_STAGE",
    "PLAN_STEPS",
    "PRODUCTION_PLAN",
    "PRODUCT_UNIT",
    "REPORT_STEPS",
    "SALES_ORDER",
    "STAGE_STEPS",
    "Answered",
    "ChangeCause",
    "ChangeStatus",
    "ClearanceKind",
    "ClearanceStatus",
    "ContactChannel",
    "ContactStatus",
    "DelayNature",
    "DelayStatus",
    "DetectedBy",
    "Difficulty",
    "Direction",
    "GroupBy",
    "HoldSource",
    "Opinion",
    "OrderPriority",
    "OrderStatus",
    "PlanStatus",
    "ReportStatus",
    "Shift",
    "StageStatus",
]
