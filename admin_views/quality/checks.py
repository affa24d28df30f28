"""Spot checks on screen: recorded on the shop floor, judged by the rule, re-checked by somebody else (P3.2)."""

from typing import Any, ClassVar

from flask import request
from sqlalchemy import or_, select

from admin_views.base import Inline, RegulationView
from admin_views.columns import cell_of, due_cell
from admin_views.faults import SENTENCES
from admin_views.registry import panel, record_url
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.signin import person_here
from admin_views.words import t
from models.actions import ActionItem
from models.base import Act, now
from models.quality import SpotCheck, SpotCheckItem, awaiting_recheck
from rules.actions import ActionStatus
from rules.base import NotVisible, Person, Role, Words, key_of
from rules.quality import CheckKind

SENTENCES["uq_spot_check_one_per_round"] = Words("This round has been re-checked already.", "该轮整改已经复检。")
SENTENCES["ck_spot_check_item_limits_in_order"] = Words(
    "The lower limit lies above the upper one.", "下限不能大于上限。"
)

ITEM_LABELS = {
    "category": Words("Category", "类别"),
    "question": Words("What is checked", "检查项目"),
    "standard": Words("Standard", "标准"),
    "employee": Words("Checked person", "被检人"),
    "lower": Words("Lower limit", "下限"),
    "upper": Words("Upper limit", "上限"),
    "unit": Words("Unit", "单位"),
    "value": Words("Reading", "实测值"),
    "reading": Words("Reading as written", "实测记录"),
    "verdict": Words("Verdict", "判定"),
    "severity_if_ng": Words("Severity if NG", "不合格时严重程度"),
    "responsible": Words("Who puts it right", "整改责任人"),
    "problem": Words("Problem", "问题描述"),
    "check": Words("Check", "抽检"),
    "template_item": Words("Question of the template", "模板项目"),
    "team": Words("Team", "班组"),
    "photo": Words("Photo", "照片"),
}


class SpotCheckView(RegulationView):
    labels: ClassVar = {
        "checked_at": Words("Checked at", "检查时间"),
        "document": Words("Process document", "工艺文件"),
        "stage": Words("Stage", "计划阶段"),
        "ticket": Words("Ticket", "售后工单"),
        "revision": Words("Revision in force", "现行版次"),
        "inspector": Words("Inspector", "检验员"),
        "rechecks_round": Words("Re-checks", "复检整改单"),
        "sample_qty": Words("Sample size", "抽样数"),
        "ng_qty": Words("NG items", "不合格项"),
        "department": Words("Checked area", "被检区域"),
        "template": Words("Template", "检查模板"),
        "draw": Words("Drawn by", "抽检名单"),
        "bench_rev": Words("Revision at the bench", "现场版次"),
        "gate": Words("Permission to work", "上岗资格"),
        "gate_reasons": Words("Why not", "资格说明"),
    }
    list_columns = ("no", "checked_at", "kind", "post", "document", "ng_qty", "inspector", "status")
    filter_columns = (
        "status",
        "kind",
        "checked_at",
        "department",
        "post",
        "stage",
        "ticket",
        "document",
        "inspector",
        "gate",
    )
    form_columns = ("checked_at", "post", "stage", "ticket", "document", "sample_qty", "note")
    page_columns = (
        "kind",
        "checked_at",
        "department",
        "post",
        "stage",
        "ticket",
        "document",
        "revision",
        "bench_rev",
        "gate",
        "inspector",
        "template",
        "draw",
        "sample_qty",
        "ng_qty",
        "note",
    )
    left_out = frozenset(
        {
            "no",
            "kind",
            "department_id",
            "revision_id",
            "inspector_id",
            "rechecks_round_id",
            "ng_qty",
            "template_id",
            "draw_id",
            "bench_rev",
            "gate",
            "gate_reasons",
        }
    )
    inlines = (
        Inline(
            "items",
            Words("Items", "检查项目"),
            ("category", "question", "employee", "verdict", "lower", "upper", "value", "severity_if_ng", "problem"),
            ITEM_LABELS,
            blank_rows=3,
        ),
    )
    icon = "clipboard-check"
    needs_employee = True

    def _is_typed(self, inline: Inline, name: str) -> bool:
        return name in {"question", "value", "problem", "employee"}

    def new_record(self, act: Act) -> SpotCheck:
        """Now, by whoever is signed in; a re-check starts with the facts of what it re-checks."""
        check = SpotCheck(inspector_id=act.by.employee_id, checked_at=act.at.replace(microsecond=0))
        source = request.values.get("rechecks", "")
        if source:
            _start_recheck(check, source)
        return check

    def before_save(self, record: SpotCheck, act: Act) -> None:
        record.prepare(act.at)

    def why_not_edit(self, record: Any, person: Person) -> Words | None:
        """A draft is its inspector's; an administrator corrects facts."""
        is_his = person.employee_id == record.inspector_id or person.holds(Role.ADMIN)
        return (
            super().why_not_edit(record, person)
            if is_his
            else Words("This draft is its inspector's.", "草稿只能由其检验员修改。")
        )


def _start_recheck(check: SpotCheck, source: str) -> None:
    """A re-check asks the same question of the same person again."""
    query = select(ActionItem).where(ActionItem.id == key_of(source))
    action = db.session.scalar(query.where(ActionItem.visible_to(person_here())))
    item = db.session.get(SpotCheckItem, action.source_id) if action is not None and awaiting_recheck(action) else None
    if action is None or item is None:
        raise NotVisible
    check.kind, check.rechecks_round_id = CheckKind.RECHECK, action.last_round.id if action.last_round else None
    check.post_id, check.document_id = item.check.post_id, item.check.document_id
    if request.method == "GET":
        check.post, check.document = item.check.post, item.check.document
        check.items = [
            SpotCheckItem(
                category=item.category,
                question=item.question,
                standard=item.standard,
                employee=item.employee,
                lower=item.lower,
                upper=item.upper,
                severity_if_ng=item.severity_if_ng,
                problem="",
            )
        ]


@panel(SpotCheck)
def items(check: SpotCheck, person: Person) -> Panel:
    """What was asked, and what each item came to."""
    names = ("question", "employee", "limits", "value", "verdict", "problem")
    labels = {**{name: ITEM_LABELS[name] for name in names if name in ITEM_LABELS}, "limits": Words("Limits", "限值")}
    return Panel(
        title=t("Items", "检查项目"),
        headings=[Heading(name, t(labels[name].en, labels[name].zh)) for name in names],
        rows=[Row(one.id, "", _item_cells(one)) for one in check.items],
        more_url=f"/quality/checks/{check.id}/print/",
        more_label=t("On one page, with photos", "打印单页（含照片）"),
    )


def _item_cells(one: SpotCheckItem) -> list[Cell]:
    limits = (
        " – ".join(cell_of(value).text for value in (one.lower, one.upper)) if one.lower or one.upper else one.standard
    )
    return [
        Cell(one.question),
        Cell(one.employee.label if one.employee else ""),
        Cell(limits),
        cell_of(one.value) if one.value is not None else Cell(one.reading),
        cell_of(one.verdict),
        Cell(one.problem),
    ]


@panel(SpotCheck)
def permission(check: SpotCheck, person: Person) -> Panel | None:
    """Why who was checked may not work at the post alone, as it was at that moment."""
    if not check.gate_reasons:
        return None
    names = {one.employee_id: one.employee.label for one in check.items if one.employee is not None}
    return Panel(
        title=t("Permission to work at that moment", "检查时的上岗资格"),
        headings=[Heading("employee", t("Employee", "员工")), Heading("why", t("Why not", "资格说明"))],
        rows=[
            Row(one["employee"], "", [Cell(names.get(one["employee"], "")), Cell(t(one["en"], one["zh"]))])
            for one in check.gate_reasons
        ],
    )


@panel(SpotCheck)
def raised(check: SpotCheck, person: Person) -> Panel | None:
    """The rectifications that followed."""
    found = check.raised(seen_by=person)
    if not found:
        return None
    return Panel(
        title=t("Rectifications", "整改单"),
        headings=[
            Heading("no", t("Number", "编号")),
            Heading("description", t("What is wrong", "问题描述")),
            Heading("responsible", t("Responsible", "责任人")),
            Heading("due_at", t("Due", "期限")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(ActionItem, one.id),
                [
                    Cell(one.no, "code"),
                    Cell(one.description),
                    Cell(one.responsible.label),
                    due_cell(one.due_at, now(), is_done=one.status is ActionStatus.CLOSED),
                    cell_of(one.status),
                ],
            )
            for one in found
        ],
    )


@panel(ActionItem)
def source_of(action: ActionItem, person: Person) -> Panel | None:
    """The checks that an action comes from and was re-checked by; the way to the next re-check."""
    if action.source_entity != "spot_check_item":
        return None
    item = db.session.get(SpotCheckItem, action.source_id)
    rounds = [one.id for one in action.rounds]
    of_action = or_(
        SpotCheck.id == (item.check_id if item is not None else None), SpotCheck.rechecks_round_id.in_(rounds)
    )
    checks = db.session.scalars(
        select(SpotCheck).where(of_action, SpotCheck.visible_to(person)).order_by(SpotCheck.id)
    ).all()
    may_recheck = awaiting_recheck(action) and person.holds_in(Role.QUALITY_INSPECTOR, action.department_id)
    is_own = person.employee_id == action.responsible_id
    return Panel(
        title=t("Checks", "抽检与复检"),
        headings=[
            Heading("no", t("Number", "编号")),
            Heading("kind", t("Kind", "类型")),
            Heading("checked_at", t("Checked at", "检查时间")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(SpotCheck, one.id),
                [Cell(one.no, "code"), cell_of(one.kind), cell_of(one.checked_at), cell_of(one.status)],
            )
            for one in checks
        ],
        create_url=f"/quality/recheck/{action.id}/" if may_recheck and not is_own else "",
        create_label=t("Re-check", "复检"),
    )
