"""What a desk says of orders, plans, progress and delays, for each who has to do with them (S1-S3, C2.1)."""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, selectinload

from admin_views.columns import cell_of, due_cell
from admin_views.deadlines import left_of
from admin_views.registry import desk_card, next_act, record_url
from admin_views.schedule.missing import cut_off_cell
from admin_views.screen import Cell, DeskCard, DeskLine
from admin_views.session import db
from admin_views.words import say, t, today
from models.base import now
from models.schedule import (
    ContactLog,
    DailyReport,
    DelayRecord,
    OrderClearance,
    PlanChange,
    PlanStage,
    ProductionPlan,
    SalesOrder,
)
from models.schedule.progress import unreported_stages
from models.schedule.reporting import AT_WORK, OLDEST
from rules.base import Person, Role
from rules.schedule import (
    ANSWERED_BY,
    ClearanceStatus,
    ContactStatus,
    DelayStatus,
    OrderStatus,
    PlanStatus,
    ReportStatus,
    StageStatus,
)
from rules.schedule.changes import PENDING
from rules.schedule.orders import OPEN

R = Role
MOST = 8


def _found(
    model: Any, person: Person, *where: ColumnElement[bool], by: Any, with_it: Any = ()
) -> tuple[list[Any], int]:
    """The first few of these that the person may see, and how many there are."""
    grounds = (model.visible_to(person), model.voided_at.is_(None), *where)
    rows = db.session.scalars(select(model).where(*grounds).options(*with_it).order_by(*_several(by)).limit(MOST)).all()
    if len(rows) < MOST:
        return list(rows), len(rows)
    return list(rows), db.session.scalar(select(func.count()).select_from(model).where(*grounds)) or 0


WITH_ANSWERS = (joinedload(SalesOrder.customer), selectinload(SalesOrder.clearances))


def _several(by: Any) -> tuple[Any, ...]:
    return by if isinstance(by, tuple) else (by,)


def _card(title: str, lines: list[DeskLine], empty: str, count: int, icon: str, **more: str) -> DeskCard:
    return DeskCard(title, lines, empty, count, icon, **more)


# -- sales -----------------------------------------------------------------------------------------------------------


@desk_card
def my_orders(person: Person) -> DeskCard | None:
    """A seller's orders: what is to be told to whom, and how each stands against its promise."""
    if not person.holds(R.SALES) or person.employee_id is None:
        return None
    mine = (SalesOrder.sales_id == person.employee_id, SalesOrder.status.in_(OPEN))
    rows, count = _found(
        SalesOrder, person, *mine, by=SalesOrder.tell_due_at.asc(), with_it=(joinedload(SalesOrder.customer),)
    )
    lines = [
        DeskLine(
            f"{one.no} · {one.customer.name}",
            record_url(SalesOrder, one.id),
            t(
                "promised {on} · {state}",
                "承诺 {on} · {state}",
                on=cell_of(one.promised_on).text,
                state=say(one.status.words),
            ),
            due_cell(one.tell_due_at, now(), left=left_of(one.tell_due_at, now())) if one.tell_due_at else None,
        )
        for one in rows
    ]
    return _card(
        t("My orders: tell the customer by", "我的订单：最迟通报客户"),
        lines,
        t("No open orders.", "没有在手订单。"),
        count,
        "clipboard-list",
        act_label=t("Log a contact", "登记沟通"),
        act_url="/admin/contact_log/new/",
    )


@desk_card
def to_confirm(person: Person) -> DeskCard | None:
    """Orders that are being cleared, and drafts that nobody sent off."""
    if not person.holds(R.SALES):
        return None
    early = SalesOrder.status.in_((OrderStatus.DRAFT, OrderStatus.CLEARING))
    rows, count = _found(SalesOrder, person, early, by=SalesOrder.id, with_it=WITH_ANSWERS)
    if not rows:
        return None
    lines = [
        DeskLine(
            f"{one.no} · {one.customer.name}",
            record_url(SalesOrder, one.id),
            _what_it_waits_for(one, person),
            act=next_act(one, person),
        )
        for one in rows
    ]
    return _card(t("Orders to be promised", "待确认订单"), lines, "", count, "checklist")


def _what_it_waits_for(order: SalesOrder, person: Person) -> str:
    reason = order.why_not("confirm" if order.status is OrderStatus.CLEARING else "submit", person)
    return " · ".join(say(one) for one in (order.status.words, reason.words if reason else None) if one is not None)


@desk_card
def wishes(person: Person) -> DeskCard | None:
    """Changes of demand that wait: drafts of sales, decisions of the others."""
    if not person.holds(R.SALES, R.PRODUCTION_PLANNER, R.PRODUCTION_MANAGER, R.PROJECT_LEAD, R.TECHNICAL):
        return None
    rows, count = _found(
        PlanChange, person, PlanChange.status.in_(PENDING), by=PlanChange.id, with_it=(joinedload(PlanChange.order),)
    )
    if not rows:
        return None
    lines = [
        DeskLine(
            one.text,
            record_url(PlanChange, one.id),
            f"{one.order.no} · {say(one.status.words)}",
            act=next_act(one, person),
        )
        for one in rows
    ]
    return _card(t("Plan changes waiting", "待办计划变更"), lines, "", count, "adjustments")


@desk_card
def feedback(person: Person) -> DeskCard | None:
    """What customers said and was passed on: to answer, or to wait for."""
    waits = ContactLog.status == ContactStatus.FORWARDED
    rows, count = _found(
        ContactLog, person, waits, by=ContactLog.answer_due_at, with_it=(joinedload(ContactLog.customer),)
    )
    if not rows:
        return None
    lines = [
        DeskLine(
            one.summary,
            record_url(ContactLog, one.id),
            f"{one.no} · {one.customer.name}",
            due_cell(one.answer_due_at, now(), left=left_of(one.answer_due_at, now())) if one.answer_due_at else None,
            act=next_act(one, person),
        )
        for one in rows
    ]
    return _card(t("Customer feedback awaiting its answer", "客户反馈待答复"), lines, "", count, "message-2")


# -- technical, production -------------------------------------------------------------------------------------------


@desk_card
def to_clear(person: Person) -> DeskCard | None:
    """Orders on which a department has to answer."""
    if not person.holds(R.TECHNICAL, R.TECHNICAL_MANAGER, R.PRODUCTION_PLANNER, R.PRODUCTION_MANAGER):
        return None
    kinds = [kind for kind, roles in ANSWERED_BY.items() if person.holds(*roles)]
    mine = (OrderClearance.status == ClearanceStatus.PENDING, OrderClearance.kind.in_(kinds))
    rows, count = _found(
        OrderClearance, person, *mine, by=OrderClearance.due_at, with_it=(joinedload(OrderClearance.order),)
    )
    if not rows:
        return None
    lines = [
        DeskLine(
            f"{one.order.no} · {one.order.customer.name} · {one.order.model.code} × {one.order.qty}",
            record_url(OrderClearance, one.id),
            say(one.kind.words),
            due_cell(one.due_at, now(), left=left_of(one.due_at, now())) if one.due_at else None,
        )
        for one in rows
    ]
    return _card(t("Orders to clear", "待评审订单"), lines, "", count, "checklist")


@desk_card
def plans_to_review(person: Person) -> DeskCard | None:
    """Plans that wait for the technical department, and changes of those that run."""
    if not person.holds(R.TECHNICAL, R.TECHNICAL_MANAGER):
        return None
    waiting = ProductionPlan.status.in_((PlanStatus.SUBMITTED, PlanStatus.TECHNICAL_REVIEW)) | (
        (ProductionPlan.status == PlanStatus.IN_PROGRESS) & ProductionPlan.needs_review
    )
    rows, count = _found(
        ProductionPlan, person, waiting, by=ProductionPlan.review_due_at, with_it=(joinedload(ProductionPlan.order),)
    )
    return _card(
        t("Plans to review", "待审核计划"),
        [_plan(one, person) for one in rows],
        t("Nothing to review.", "没有待审核计划。"),
        count,
        "layout-list",
    )


def _plan(one: ProductionPlan, person: Person) -> DeskLine:
    return DeskLine(
        f"{one.no} · {one.order.no}",
        record_url(ProductionPlan, one.id),
        say(one.status.words),
        due_cell(one.review_due_at, now(), left=left_of(one.review_due_at, now())) if one.review_due_at else None,
        act=next_act(one, person),
    )


@desk_card
def plans_on_the_way(person: Person) -> DeskCard | None:
    """A planner's orders without a plan, and plans that are not released."""
    if not person.holds(R.PRODUCTION_PLANNER):
        return None
    has_plan = select(ProductionPlan.order_id).where(ProductionPlan.status != PlanStatus.CANCELLED)
    rows, count = _found(
        SalesOrder,
        person,
        SalesOrder.status == OrderStatus.CONFIRMED,
        SalesOrder.id.not_in(has_plan),
        by=SalesOrder.promised_on,
        with_it=(joinedload(SalesOrder.customer),),
    )
    early = ProductionPlan.status.in_((PlanStatus.DRAFT, PlanStatus.APPROVED))
    plans, more = _found(
        ProductionPlan, person, early, by=ProductionPlan.id, with_it=(joinedload(ProductionPlan.order),)
    )
    lines = [
        DeskLine(
            f"{one.no} · {one.customer.name}",
            f"/admin/production_plan/new/?order={one.id}",
            t("no plan yet · promised {on}", "尚无计划 · 承诺 {on}", on=cell_of(one.promised_on).text),
        )
        for one in rows
    ] + [_plan(one, person) for one in plans]
    return _card(
        t("Plans to make and release", "待编制与下达的计划"),
        lines,
        t("Every order has its plan.", "所有订单均已排产。"),
        count + more,
        "layout-list",
    )


@desk_card
def late_or_soon(person: Person) -> DeskCard | None:
    """Delays: forecasts and what is not reported for production, what is to be analysed for the project lead."""
    if person.holds(R.PRODUCTION_MANAGER, R.PRODUCTION_PLANNER):
        states = (DelayStatus.FORECAST, DelayStatus.UNREPORTED)
        title, empty = t("Delays to report", "待上报延误与预警"), t("No delay is in sight.", "没有延误预警。")
    elif person.holds(R.PROJECT_LEAD):
        states = (DelayStatus.REPORTED, DelayStatus.ANALYSING, DelayStatus.REMEDY, DelayStatus.ATTRIBUTED)
        title, empty = (
            t("Delays to analyse and attribute", "待分析与定性的延误"),
            t("No delay waits.", "没有待处理延误。"),
        )
    elif person.holds(R.GENERAL_MANAGER):
        states = (DelayStatus.AWAITING_APPROVAL,)
        title = t("Force majeure to approve", "待批准的不可抗力认定")
        empty = t("Nothing waits.", "没有待批准事项。")
    else:
        return None
    rows, count = _found(
        DelayRecord,
        person,
        DelayRecord.status.in_(states),
        by=(DelayRecord.status == DelayStatus.ATTRIBUTED, DelayRecord.planned_end_on),
        with_it=(joinedload(DelayRecord.order), joinedload(DelayRecord.stage)),
    )
    lines = [
        DeskLine(
            f"{one.order.no} · {one.stage.name if one.stage else ''}",
            record_url(DelayRecord, one.id),
            f"{say(one.status.words)} · {say(one.nature.words)}",
            due_cell(one.due_at, now(), left=left_of(one.due_at, now()))
            if one.due_at and one.reported_at is None
            else cell_of(one.planned_end_on),
            act=next_act(one, person),
        )
        for one in rows
    ]
    return _card(title, lines, empty, count, "hourglass")


@desk_card
def missing_reports(person: Person) -> DeskCard | None:
    """Daily reports that are missing and can still be made up for, for planners and production managers."""
    if not person.holds(R.PRODUCTION_MANAGER, R.PRODUCTION_PLANNER):
        return None
    rows, count = _found(
        DailyReport,
        person,
        DailyReport.status == ReportStatus.MISSING,
        DailyReport.on >= today() - OLDEST,
        DailyReport.stage_id.in_(select(PlanStage.id).where(PlanStage.status.in_(AT_WORK))),
        by=DailyReport.on.desc(),
        with_it=(joinedload(DailyReport.stage), joinedload(DailyReport.reporter)),
    )
    lines = [
        DeskLine(
            f"{cell_of(one.on).text} · {one.stage.name}",
            record_url(DailyReport, one.id),
            one.reporter.label if one.reporter else "",
        )
        for one in rows
    ]
    empty = t("Every report came.", "日报均已上报。")
    return _card(
        t("Missing daily reports", "未上报的日报"),
        lines,
        empty,
        count,
        "notes",
        place="watch",
        act_label=t("All of them", "全部"),
        act_url="/schedule/missing/",
    )


# -- team leader, project lead ---------------------------------------------------------------------------------------


@desk_card
def stages_to_report(person: Person) -> DeskCard | None:
    """A team leader's stages at work that were not reported of today."""
    if not person.holds(R.TEAM_LEADER) or person.employee_id is None:
        return None
    seen = set(db.session.scalars(select(PlanStage.id).where(PlanStage.visible_to(person))))
    unreported = [one for one in unreported_stages(db.session, today()) if one.id in seen]
    due = cut_off_cell() or Cell(t("to report", "待填报"), "state", tone="soon")
    ready, _ = _found(PlanStage, person, PlanStage.status == StageStatus.READY, by=PlanStage.planned_start_on)
    lines = [
        DeskLine(
            f"{one.plan.order.no} · {one.name}",
            f"/schedule/report/{one.id}/",
            t("{done} % done · planned until {end}", "已完成 {done}% · 计划至 {end}", done=cell_of(one.progress).text,
              end=cell_of(one.planned_end_on).text),
            due,
        )
        for one in unreported[:MOST]
    ]  # fmt: skip
    lines += [
        DeskLine(f"{one.plan.order.no} · {one.name}", record_url(PlanStage, one.id), t("ready to begin", "可开工"),
                 act=next_act(one, person))
        for one in ready
    ]  # fmt: skip
    return _card(
        t("My stages: daily report", "我的阶段：今日日报"),
        lines,
        t("Everything is reported.", "今日日报已全部提交。"),
        len(unreported) + len(ready),
        "notes",
        act_label=t("Report", "填报日报"),
        act_url="/schedule/report/",
    )


@desk_card
def led_orders(person: Person) -> DeskCard | None:
    """A project lead's orders: how each stands against its promise."""
    if not person.holds(R.PROJECT_LEAD) or person.employee_id is None:
        return None
    mine = (SalesOrder.project_lead_id == person.employee_id, SalesOrder.status.in_(OPEN))
    rows, count = _found(
        SalesOrder, person, *mine, by=SalesOrder.promised_on, with_it=(joinedload(SalesOrder.customer),)
    )
    lines = [
        DeskLine(
            f"{one.no} · {one.customer.name}",
            record_url(SalesOrder, one.id),
            say(one.status.words),
            cell_of(one.promised_on),
        )
        for one in rows
    ]
    return _card(t("Orders I lead", "我负责的订单"), lines, t("No open orders.", "没有在手订单。"), count, "briefcase")
