"""Checks beside stages, orders and reports: what was found there, what waits for quality's release (P3.2)."""

from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from admin_views.columns import cell_of
from admin_views.registry import desk_card, panel, record_url
from admin_views.screen import Cell, DeskAct, DeskCard, DeskLine, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import t
from models.after_sales import Ticket
from models.base import now, on_date
from models.quality import SpotCheck, held_for_quality
from models.schedule import PlanStage, ProductionPlan, SalesOrder
from rules import quality
from rules.base import Person, Role
from rules.quality import CheckKind, CheckStatus
from rules.schedule import StageStatus

LAST = 20


@panel(PlanStage)
def checks_of_stage(stage: PlanStage, person: Person) -> Panel | None:
    """The checks that were made at a stage; the way to the next one while it is worked on."""
    is_worked = stage.status in {StageStatus.READY, StageStatus.IN_PROGRESS, StageStatus.HELD}
    may_check = is_worked and stage.post is not None and person.holds_in(Role.QUALITY_INSPECTOR, stage.department_id)
    rows = _rows(person, SpotCheck.stage_id == stage.id)
    if not rows and not may_check:
        return None
    code = quote(stage.post.code, safe="") if stage.post is not None else ""
    return Panel(
        title=t("Checks", "检查"),
        headings=_headings(),
        rows=rows,
        create_url=f"/q/{code}/?stage={stage.id}" if may_check else "",
        create_label=t("Make a check", "开始检查"),
    )


@panel(SalesOrder)
def checks_of_order(order: SalesOrder, person: Person) -> Panel | None:
    """The checks that were made while an order was in production."""
    of_order = (
        select(PlanStage.id)
        .join(ProductionPlan, ProductionPlan.id == PlanStage.plan_id)
        .where(ProductionPlan.order_id == order.id)
    )
    rows = _rows(person, SpotCheck.stage_id.in_(of_order))
    return Panel(title=t("Checks", "检查"), headings=_headings(), rows=rows) if rows else None


@panel(Ticket)
def checks_of_ticket(ticket: Ticket, person: Person) -> Panel | None:
    """Samples of how the customer was spoken to (C2.2); the way to the next one of whoever handles the report."""
    agent = ticket.agent
    department = agent.department_id if agent is not None else None
    may_check = agent is not None and quality.may_check(CheckKind.CONTACT_SAMPLE, person, department, set())
    rows = _rows(person, SpotCheck.ticket_id == ticket.id)
    if not rows and not may_check:
        return None
    code = quote(agent.post.code, safe="") if agent is not None and agent.post is not None else ""
    return Panel(
        title=t("Checks", "检查"),
        headings=_headings(),
        rows=rows,
        create_url=f"/q/{code}/?ticket={ticket.id}&employee={agent.id}" if may_check and agent and code else "",
        create_label=t("Sample the contacts", "抽查沟通"),
    )


def _headings() -> list[Heading]:
    return [
        Heading("no", t("Number", "编号")),
        Heading("checked_at", t("Checked at", "检查时间")),
        Heading("kind", t("Kind", "类型")),
        Heading("stage", t("Stage", "计划阶段")),
        Heading("inspector", t("Inspector", "检验员")),
        Heading("ng_qty", t("NG items", "不合格项"), "number"),
        Heading("status", t("Status", "状态")),
    ]


def _rows(person: Person, which: object) -> list[Row]:
    found = db.session.scalars(
        select(SpotCheck)
        .where(which, SpotCheck.status != CheckStatus.DRAFT, SpotCheck.visible_to(person))
        .options(joinedload(SpotCheck.inspector), joinedload(SpotCheck.stage))
        .order_by(SpotCheck.checked_at.desc(), SpotCheck.id.desc())
        .limit(LAST)
    )
    return [
        Row(
            one.id,
            record_url(SpotCheck, one.id),
            [
                Cell(one.no, "code"),
                cell_of(one.checked_at),
                cell_of(one.kind),
                Cell(one.stage.label if one.stage is not None else ""),
                Cell(one.inspector.name),
                cell_of(one.ng_qty),
                cell_of(one.status),
            ],
        )
        for one in found
    ]


@desk_card
def held_stages(person: Person) -> DeskCard | None:
    """Stages that quality stopped: its manager lets them go on, an inspector knows what waits."""
    if person.employee_id is None or not person.holds(Role.QUALITY_MANAGER, Role.QUALITY_INSPECTOR):
        return None
    may_release = person.holds(Role.QUALITY_MANAGER)
    found = held_for_quality(db.session, person)
    release = t("Release", "放行")
    lines = [
        DeskLine(
            f"{one.plan.order.no} · {one.name}",
            record_url(PlanStage, one.id),
            one.hold_reason,
            tone="overdue" if one.planned_end_on is not None and one.planned_end_on < on_date(now()) else "paused",
            act=DeskAct(release, f"{record_url(PlanStage, one.id)}#verb-resume") if may_release else None,
        )
        for one in found
    ]
    return DeskCard(
        t("Stages held for quality", "质量停工的阶段"),
        lines,
        t("No stage is held for quality.", "没有因质量停工的阶段。"),
        len(lines),
        "player-pause",
        place="work" if may_release else "watch",
    )
