"""What hangs together with an order, a plan and a delay, on their pages (S1-S3)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from admin_views.columns import cell_of
from admin_views.registry import panel, record_url
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import number_text, say, t, today
from models.actions import AccountabilityCase, ActionItem
from models.schedule import (
    ContactLog,
    DailyReport,
    DelayRecord,
    PlanChange,
    PlanStage,
    ProductionPlan,
    ProductUnit,
    SalesOrder,
    plan_of,
    progress_of,
)
from models.schedule.reporting import AT_WORK, reports_of_it
from models.schedule.stages import every_stage
from rules.base import Person, Role
from rules.schedule.orders import OPEN

MOST = 30


def _seen(model: Any, person: Person, *where: Any, most: int = MOST, with_it: Iterable[Any] = ()) -> list[Any]:
    query = select(model).where(model.visible_to(person), *where).options(*with_it)
    return list(db.session.scalars(query.order_by(model.id.desc()).limit(most)))


@panel(SalesOrder)
def stages_of_order(order: SalesOrder, person: Person) -> Panel | None:
    """The plan of the order with its stages; the way to make one where there is none."""
    plan = plan_of(order)
    may_plan = ProductionPlan.access.may_create(person) and person.employee_id is not None
    if plan is None:
        if not may_plan or str(order.status) != "confirmed":
            return None
        url = f"/admin/production_plan/new/?order={order.id}"
        return Panel(t("Plan", "生产计划"), [], [], create_url=url, create_label=t("Make the plan", "编制计划"))
    made, due = progress_of(plan, today())
    title = t(
        "Plan {no}: {made} % made, {due} % due by today",
        "生产计划 {no}：已完成 {made}%，今日应完成 {due}%",
        no=plan.no,
        made=number_text(round(made, 1)),
        due=number_text(round(due, 1)),
    )
    return Panel(
        title, _headings(), [_stage(one) for one in every_stage(plan)], more_url=record_url(type(plan), plan.id)
    )


def _headings() -> list[Heading]:
    return [
        Heading("name", t("Stage", "阶段")),
        Heading("status", t("State", "状态")),
        Heading("who", t("Post, responsible", "岗位、责任人")),
        Heading("planned", t("Planned", "计划起止")),
        Heading("actual", t("Finished", "实际完成")),
        Heading("progress", t("Done (%)", "进度（%）"), "number"),
    ]


def _stage(one: PlanStage) -> Row:
    return Row(
        one.id,
        record_url(PlanStage, one.id),
        [
            Cell(f"{one.seq} {one.name}"),
            cell_of(one.status),
            Cell(" · ".join(found.name for found in (one.post, one.owner) if found is not None)),
            Cell(_between(one.planned_start_on, one.planned_end_on, " – ")),
            cell_of(one.actual_end_on),
            cell_of(one.progress),
        ],
    )


def _between(one: date | None, other: date | None, sign: str) -> str:
    """Two days in one cell."""
    return sign.join(found.text for found in (cell_of(one), cell_of(other)) if found.text)


@panel(ProductionPlan)
def stages_of_plan(plan: ProductionPlan, person: Person) -> Panel:
    """The stages; a planner adds one."""
    may_add = PlanStage.access.may_create(person) and str(plan.status) in ProductionPlan.access.edit_while
    return Panel(
        t("Stages", "计划阶段"),
        _headings(),
        [_stage(one) for one in every_stage(plan)],
        create_url=f"/admin/plan_stage/new/?plan={plan.id}" if may_add else "",
        create_label=t("Add a stage", "新增阶段") if may_add else "",
    )


@panel(ProductionPlan)
def versions(plan: ProductionPlan, person: Person) -> Panel | None:
    """Every version that was submitted, and what became of it."""
    if not plan.versions:
        return None
    rows = [
        Row(
            one.id,
            "",
            [
                Cell(str(one.number), "number"),
                cell_of(one.submitted_at),
                Cell(str(len(one.snapshot)), "number"),
                Cell(one.approved_by.name if one.approved_by else ""),
                cell_of(one.approved_at),
                Cell(one.return_reason),
            ],
        )
        for one in reversed(plan.versions)
    ]
    headings = [
        Heading("number", t("Version", "版本"), "number"),
        Heading("submitted", t("Submitted", "提交时间")),
        Heading("stages", t("Stages", "阶段数"), "number"),
        Heading("by", t("Approved by", "审核人")),
        Heading("at", t("Approved", "审核时间")),
        Heading("why", t("Returned because", "退回原因")),
    ]
    return Panel(t("Versions", "计划版本"), headings, rows)


def _delays(person: Person, *where: Any) -> Panel | None:
    found = _seen(DelayRecord, person, *where, with_it=(joinedload(DelayRecord.stage),))
    if not found:
        return None
    rows = [
        Row(
            one.id,
            record_url(DelayRecord, one.id),
            [
                Cell(one.no),
                cell_of(one.status),
                Cell(one.stage.name if one.stage else ""),
                Cell(_between(one.planned_end_on, one.actual_end_on or one.expected_end_on, " → ")),
                cell_of(one.nature),
                Cell(str(one.order_effect_working_days), "number"),
            ],
        )
        for one in found
    ]
    headings = [
        Heading("no", t("Delay", "延误")),
        Heading("status", t("State", "状态")),
        Heading("stage", t("Stage", "阶段")),
        Heading("end", t("Planned → actual or expected", "计划 → 实际/预计完成")),
        Heading("nature", t("Nature", "性质")),
        Heading("effect", t("Order later by (days)", "影响工作日"), "number"),
    ]
    return Panel(t("Delays", "延误"), headings, rows)


@panel(SalesOrder)
def delays_of_order(order: SalesOrder, person: Person) -> Panel | None:
    return _delays(person, DelayRecord.order_id == order.id)


@panel(PlanStage)
def delays_of_stage(stage: PlanStage, person: Person) -> Panel | None:
    return _delays(person, DelayRecord.stage_id == stage.id)


@panel(PlanStage)
def reports_of_stage(stage: PlanStage, person: Person) -> Panel | None:
    """What was reported of the stage day by day, the latest first; whoever files it reports today."""
    found = _reports(person, DailyReport.stage_id == stage.id)
    if stage.status not in AT_WORK or person.employee_id is None or not reports_of_it(stage, person):
        return found
    return replace(
        found or Panel(t("Daily reports", "进度日报"), [], []),
        create_url=f"/schedule/report/{stage.id}/",
        create_label=t("Report the day", "填报日报"),
    )


@panel(DelayRecord)
def reports_before(delay: DelayRecord, person: Person) -> Panel | None:
    """What was reported of the stage before and during the delay."""
    return _reports(person, DailyReport.stage_id == delay.stage_id) if delay.stage_id is not None else None


def _reports(person: Person, *where: Any) -> Panel | None:
    found = _seen(DailyReport, person, *where, with_it=(joinedload(DailyReport.reporter),))
    if not found:
        return None
    rows = [
        Row(
            one.id,
            record_url(DailyReport, one.id),
            [
                cell_of(one.on),
                cell_of(one.percent),
                Cell(str(one.qty_done), "number"),
                Cell(one.problem),
                cell_of(one.expected_finish_on),
                Cell(one.reporter.name if one.reporter else ""),
                cell_of(one.status),
            ],
        )
        for one in found
    ]
    headings = [
        Heading("on", t("Day", "日期")),
        Heading("percent", t("Done so far (%)", "累计完成（%）"), "number"),
        Heading("qty", t("Made", "完成数"), "number"),
        Heading("problem", t("Problem", "问题")),
        Heading("expected", t("Expected finish", "预计完成")),
        Heading("by", t("Reported by", "填报人")),
        Heading("status", t("State", "状态")),
    ]
    return Panel(t("Daily reports", "进度日报"), headings, rows)


@panel(DelayRecord)
def remedies(delay: DelayRecord, person: Person) -> Panel | None:
    """The measures that were taken."""
    mine = (ActionItem.source_entity == "delay_record", ActionItem.source_id == delay.id)
    return _actions(_seen(ActionItem, person, *mine), t("Remedies", "补救措施"))


@panel(DelayRecord)
def cases(delay: DelayRecord, person: Person) -> Panel | None:
    """The accountability case of a subjective cause, for whoever may see it."""
    mine = (AccountabilityCase.source_entity == "delay_record", AccountabilityCase.source_id == delay.id)
    found = _seen(AccountabilityCase, person, *mine)
    if not found:
        return None
    rows = [
        Row(one.id, record_url(AccountabilityCase, one.id), [Cell(one.no), cell_of(one.severity), cell_of(one.status)])
        for one in found
    ]
    headings = [
        Heading("no", t("Case", "责任认定")),
        Heading("severity", t("Severity", "程度")),
        Heading("status", t("State", "状态")),
    ]
    return Panel(t("Accountability", "责任认定"), headings, rows)


def _actions(found: list[Any], title: str) -> Panel | None:
    if not found:
        return None
    rows = [
        Row(
            one.id,
            record_url(ActionItem, one.id),
            [Cell(one.no), Cell(one.description), cell_of(one.due_at), cell_of(one.status)],
        )
        for one in found
    ]
    headings = [
        Heading("no", t("Action", "单号")),
        Heading("what", t("What", "内容")),
        Heading("due", t("Due", "期限")),
        Heading("status", t("State", "状态")),
    ]
    return Panel(title, headings, rows)


@panel(SalesOrder)
def changes_of_order(order: SalesOrder, person: Person) -> Panel | None:
    """Changes of the plan and the promise; whoever may proposes another."""
    may = PlanChange.access.may_create(person) and person.employee_id is not None
    found = _seen(PlanChange, person, PlanChange.order_id == order.id)
    if not found and not may:
        return None
    url = f"/admin/plan_change/new/?order={order.id}" if may and order.status in OPEN else ""
    label = t("Propose a change", "提出变更") if url else ""
    return replace(_changes(found), create_url=url, create_label=label)


@panel(ContactLog)
def change_of_contact(contact: ContactLog, person: Person) -> Panel | None:
    """What the customer's wish became: the draft of a change, where the next step is taken."""
    found = _seen(PlanChange, person, PlanChange.contact_id == contact.id)
    return _changes(found) if found else None


def _changes(found: Iterable[PlanChange]) -> Panel:
    rows = [
        Row(
            one.id,
            record_url(PlanChange, one.id),
            [
                Cell(one.no),
                cell_of(one.cause),
                Cell(one.text),
                cell_of(one.new_promised_on),
                cell_of(one.moved_kpi),
                cell_of(one.status),
            ],
        )
        for one in found
    ]
    headings = [
        Heading("no", t("Change", "变更")),
        Heading("cause", t("Cause", "原因类别")),
        Heading("text", t("What", "内容")),
        Heading("promised", t("New promise", "新承诺交期")),
        Heading("moved", t("Moved the counted date", "调整考核交期")),
        Heading("status", t("State", "状态")),
    ]
    return Panel(t("Plan changes", "计划变更"), headings, rows)


@panel(SalesOrder)
def contacts_of_order(order: SalesOrder, person: Person) -> Panel | None:
    """What was said with the customer, the latest first; sales logs the next contact here."""
    may = person.holds(Role.SALES) and person.employee_id is not None
    found = _seen(ContactLog, person, ContactLog.order_id == order.id)
    if not found and not may:
        return None
    rows = [
        Row(
            one.id,
            record_url(ContactLog, one.id),
            [
                cell_of(one.at),
                Cell(f"{say(one.channel.words)} · {say(one.direction.words)}"),
                Cell(one.summary),
                Cell(one.demand_change),
                cell_of(one.status),
            ],
        )
        for one in found
    ]
    headings = [
        Heading("at", t("When", "时间")),
        Heading("how", t("How", "方式")),
        Heading("summary", t("What was said", "沟通内容")),
        Heading("demand", t("Changed demand", "需求变化")),
        Heading("status", t("State", "状态")),
    ]
    url = f"/admin/contact_log/new/?order={order.id}" if may else ""
    label = t("Log a contact", "登记沟通") if may else ""
    return Panel(t("Contacts with the customer", "客户沟通"), headings, rows, create_url=url, create_label=label)


@panel(SalesOrder)
def units_of_order(order: SalesOrder, person: Person) -> Panel | None:
    """The numbered pieces made for it."""
    found = _seen(ProductUnit, person, ProductUnit.order_id == order.id)
    if not found:
        return None
    rows = [
        Row(
            one.id,
            record_url(ProductUnit, one.id),
            [Cell(one.serial), cell_of(one.shipped_on), cell_of(one.warranty_until_on)],
        )
        for one in found
    ]
    headings = [
        Heading("serial", t("Serial number", "出厂编号")),
        Heading("shipped", t("Shipped", "发货日期")),
        Heading("warranty", t("Warranty until", "质保截止")),
    ]
    return Panel(t("Pieces", "产品台账"), headings, rows)
