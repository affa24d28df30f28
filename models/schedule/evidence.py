"""What shows that orders are cleared, plans reviewed, progress told, delays reported and settled (S1-S3, C2.1)."""

from collections.abc import Iterator

from models.actions.evidence import cases_of
from models.regulation import Asked, Tally, evidence
from models.schedule.contacts import ContactLog
from models.schedule.delays import DelayRecord
from models.schedule.orders import OrderClearance, SalesOrder
from models.schedule.plans import ProductionPlan
from models.schedule.reports import DailyReport
from rules.actions import CaseKind
from rules.base import Words
from rules.regulation import Side
from rules.schedule import (
    ClearanceStatus,
    ContactStatus,
    DelayStatus,
    OrderStatus,
    PlanStatus,
    ReportStatus,
)
from rules.schedule.delays import UNSETTLED
from rules.schedule.orders import OPEN

REVIEWED = (PlanStatus.SUBMITTED, PlanStatus.TECHNICAL_REVIEW)
RELEASED = (PlanStatus.RELEASED, PlanStatus.IN_PROGRESS, PlanStatus.SUSPENDED, PlanStatus.COMPLETED, PlanStatus.CLOSED)


@evidence("S1.1")
def clearing(asked: Asked) -> Iterator[Tally]:
    """Answers of production and technical."""
    pending = OrderClearance.status == ClearanceStatus.PENDING
    yield Tally(
        Words("Order clearances", "订单评审"),
        OrderClearance,
        {
            Side.DONE: (OrderClearance.status == ClearanceStatus.ANSWERED)
            & (OrderClearance.answered_at >= asked.since),
            Side.DUE: pending & (OrderClearance.due_at >= asked.at),
            Side.OVERDUE: pending & (OrderClearance.due_at < asked.at),
        },
        moment=OrderClearance.asked_at,
        queries={Side.DONE: "flt_status=answered", Side.DUE: "flt_status=pending", Side.OVERDUE: "flt_status=pending"},
    )


@evidence("S1.2")
def planning(asked: Asked) -> Iterator[Tally]:
    """Plans released, and those that are being made."""
    yield Tally(
        Words("Production plans", "生产计划"),
        ProductionPlan,
        {
            Side.DONE: ProductionPlan.status.in_(RELEASED) & (ProductionPlan.released_at >= asked.since),
            Side.DUE: ProductionPlan.status.in_((PlanStatus.DRAFT, PlanStatus.APPROVED)),
        },
        moment=ProductionPlan.released_at,
        queries={Side.DUE: "flt_status=draft,approved"},
    )


@evidence("S1.3")
def feasible(asked: Asked) -> Iterator[Tally]:
    """Releases with the people they need, and those by exception."""
    released = ProductionPlan.released_at >= asked.since
    yield Tally(
        Words("Released plans", "已下达计划"),
        ProductionPlan,
        {
            Side.DONE: released & ProductionPlan.exception_at.is_(None),
            Side.EXCEPTION: released & ProductionPlan.exception_at.is_not(None),
        },
        moment=ProductionPlan.released_at,
    )


@evidence("S1.4")
def reviewing(asked: Asked) -> Iterator[Tally]:
    """Plans that wait for their review."""
    waiting = ProductionPlan.status.in_(REVIEWED)
    yield Tally(
        Words("Technical reviews", "技术审核"),
        ProductionPlan,
        {
            Side.DONE: ProductionPlan.status.in_(RELEASED) & (ProductionPlan.released_at >= asked.since),
            Side.DUE: waiting & (ProductionPlan.review_due_at >= asked.at),
            Side.OVERDUE: waiting & (ProductionPlan.review_due_at < asked.at),
        },
        moment=ProductionPlan.review_due_at,
        queries={
            Side.DUE: "flt_status=submitted,technical_review",
            Side.OVERDUE: "flt_status=submitted,technical_review",
        },
    )


@evidence("S2.1")
def reporting(asked: Asked) -> Iterator[Tally]:
    """Daily reports in time; late and missing ones."""
    handed_in = DailyReport.status.in_((ReportStatus.SUBMITTED, ReportStatus.ACKNOWLEDGED))
    yield Tally(
        Words("Daily reports", "进度日报"),
        DailyReport,
        {
            Side.DONE: handed_in & (DailyReport.submitted_at >= asked.since),
            Side.OVERDUE: (DailyReport.status == ReportStatus.MISSING) & (DailyReport.due_at >= asked.since),
        },
        moment=DailyReport.due_at,
        queries={Side.OVERDUE: "flt_status=missing"},
    )


@evidence("S2.3")
def telling(asked: Asked) -> Iterator[Tally]:
    """Orders whose customer is to be told, and those whose customer waits too long."""
    is_open = SalesOrder.status.in_(OPEN)
    yield Tally(
        Words("Customers kept informed", "向客户通报进度"),
        SalesOrder,
        {
            Side.DONE: (SalesOrder.status.in_((OrderStatus.DELIVERED, OrderStatus.CLOSED)))
            & (SalesOrder.updated_at >= asked.since),
            Side.DUE: is_open & (SalesOrder.tell_due_at >= asked.at),
            Side.OVERDUE: is_open & (SalesOrder.tell_due_at < asked.at),
        },
        moment=SalesOrder.tell_due_at,
        queries={Side.DUE: f"flt_status={','.join(OPEN)}", Side.OVERDUE: f"flt_status={','.join(OPEN)}"},
    )


@evidence("S3.1")
def reported(asked: Asked) -> Iterator[Tally]:
    """Delays that were reported, are ahead, or that nobody reported."""
    yield Tally(
        Words("Delay reports", "延误上报"),
        DelayRecord,
        {
            Side.DONE: DelayRecord.reported_at >= asked.since,
            Side.DUE: DelayRecord.status == DelayStatus.FORECAST,
            Side.OVERDUE: DelayRecord.status == DelayStatus.UNREPORTED,
        },
        moment=DelayRecord.detected_at,
        queries={Side.DUE: "flt_status=forecast", Side.OVERDUE: "flt_status=unreported"},
    )


@evidence("S3.2")
def analysed(asked: Asked) -> Iterator[Tally]:
    """Delays that were settled, and those that are being analysed."""
    settled = DelayRecord.status.in_((DelayStatus.ATTRIBUTED, DelayStatus.CLOSED))
    yield Tally(
        Words("Delays settled", "延误分析与补救"),
        DelayRecord,
        {
            Side.DONE: settled & (DelayRecord.detected_at >= asked.since),
            Side.DUE: DelayRecord.status.in_(UNSETTLED[2:]),
        },
        moment=DelayRecord.detected_at,
        queries={Side.DONE: "flt_status=attributed,closed", Side.DUE: f"flt_status={','.join(UNSETTLED[2:])}"},
    )


@evidence("S3.3")
def charged(asked: Asked) -> Iterator[Tally]:
    """Cases of subjective causes."""
    yield cases_of(CaseKind.SCHEDULE_SUBJECTIVE, Words("Cases of delays", "延误责任认定"), asked)


@evidence("C2.1")
def passed_on(asked: Asked) -> Iterator[Tally]:
    """What customers said and was passed on: answered, waiting, too late."""
    waits = ContactLog.status == ContactStatus.FORWARDED
    yield Tally(
        Words("Customer feedback passed on", "客户反馈转达"),
        ContactLog,
        {
            Side.DONE: (ContactLog.status == ContactStatus.ANSWERED) & (ContactLog.answered_at >= asked.since),
            Side.DUE: waits & (ContactLog.answer_due_at >= asked.at),
            Side.OVERDUE: waits & (ContactLog.answer_due_at < asked.at),
        },
        moment=ContactLog.at,
        queries={
            Side.DONE: "flt_status=answered",
            Side.DUE: "flt_status=forwarded",
            Side.OVERDUE: "flt_status=forwarded",
        },
    )
