"""Indicators, weights, cycles, sheets and lines on screen; every number opens its rows (K2.1)."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import func, select

from admin_views.assessment.rows import behind, headings, options_of, rows_of
from admin_views.base import RegulationView
from admin_views.columns import cell_of
from admin_views.faults import SENTENCES
from admin_views.registry import panel, record_url
from admin_views.screen import EMPTY, Cell, Heading, Option, Panel, Row
from admin_views.session import db
from admin_views.words import number_text, say, t
from models.assessment import AssessmentCycle, AssessmentLine, AssessmentSheet, KpiTarget
from models.base import Act, on_date
from rules.assessment import CycleStatus, Flag, SheetStatus
from rules.base import Person, Words

SENTENCES["uq_assessment_cycle_once"] = Words("There is a cycle of this period already.", "该周期已存在。")
SENTENCES["ck_kpi_target_kpi_or_group"] = Words("Choose an indicator or a group, not both.", "请选择指标或指标组之一。")
SENTENCES["ck_kpi_target_post_or_department"] = Words(
    "Choose a post or a department, not both.", "请选择岗位或部门之一。"
)
SENTENCES["ck_kpi_target_in_order"] = Words("It ends before it begins.", "截止日期不能早于生效日期。")
SENTENCES["ck_kpi_target_weight_is_a_part"] = Words("A weight lies between 0 and 100 %.", "权重须在 0 到 100% 之间。")


class KpiDefinitionView(RegulationView):
    labels: ClassVar = {
        "name_en": Words("Name in English", "英文名称"),
        "group": Words("Group", "指标组"),
        "scope": Words("Smallest subject", "最小考核对象"),
        "function": Words("Measured by", "计算方法"),
        "direction": Words("Better", "优劣方向"),
        "min_sample": Words("Rows wanted at least", "最少样本数"),
    }
    list_columns = ("name", "group", "scope", "direction", "min_sample", "clause")
    filter_columns = ("group", "scope", "direction")
    form_columns = ("code", "name", "name_en", "group", "scope", "function", "direction", "min_sample", "clause")
    icon = "gauge"


class KpiTargetView(RegulationView):
    labels: ClassVar = {
        "cycle_kind": Words("Cycle", "考核周期类型"),
        "kpi": Words("Indicator", "指标"),
        "group": Words("or a group", "或指标组"),
        "weight": Words("Weight in %", "权重（%）"),
        "target": Words("Target: scores 100", "目标值（得 100 分）"),
        "floor": Words("Floor: scores 0", "底线值（得 0 分）"),
        "method": Words("Scoring", "计分方法"),
        "bands": Words("Bands (from: score)", "分档（下限:得分）"),
        "points_each": Words("Points off for each", "每次扣分"),
        "called": Words("For", "适用"),
    }
    list_columns = (
        "department",
        "post",
        "kpi",
        "group",
        "cycle_kind",
        "weight",
        "target",
        "floor",
        "method",
        "from_on",
    )
    filter_columns = ("cycle_kind", "department", "post", "kpi", "group", "from_on")
    form_columns = (
        "cycle_kind",
        "department",
        "post",
        "kpi",
        "group",
        "weight",
        "method",
        "target",
        "floor",
        "bands",
        "points_each",
        "from_on",
        "to_on",
    )
    icon = "target"

    def before_save(self, record: KpiTarget, act: Act) -> None:
        if record not in db.session:
            db.session.add(record)
        record.prepare()


class AssessmentCycleView(RegulationView):
    labels: ClassVar = {
        "from_on": Words("First day", "起始日"),
        "to_on": Words("Last day", "截止日"),
        "cut_off_at": Words("Figures as of", "数据截止时点"),
        "started_at": Words("Begun", "开始计算"),
        "computed_at": Words("Computed", "计算完成时间"),
        "published_at": Words("Published", "公布时间"),
        "appeal_due_at": Words("Appeals until", "申诉截止"),
        "locked_at": Words("Locked", "锁定时间"),
        "progress_done": Words("Sheets done", "已完成份数"),
        "progress_of": Words("Sheets in all", "总份数"),
        "content_hash": Words("Hash", "内容校验值"),
        "is_imported": Words("From a ledger", "由台账导入"),
    }
    list_columns = ("no", "kind", "from_on", "to_on", "progress_done", "progress_of", "appeal_due_at", "status")
    filter_columns = ("status", "kind", "from_on")
    form_columns = ("kind", "from_on", "cut_off_at")
    given_once = frozenset({"kind"})
    page_columns = (
        "kind",
        "from_on",
        "to_on",
        "cut_off_at",
        "progress_done",
        "progress_of",
        "computed_at",
        "published_at",
        "appeal_due_at",
        "locked_at",
        "is_imported",
        "content_hash",
    )
    left_out = frozenset(
        {
            "no",
            "to_on",
            "started_at",
            "computed_at",
            "published_at",
            "appeal_due_at",
            "locked_at",
            "progress_done",
            "progress_of",
            "content_hash",
            "is_imported",
        }
    )
    icon = "calendar-event"

    def new_record(self, act: Act) -> AssessmentCycle:
        """The month before this one, as of its end."""
        this = on_date(act.at).replace(day=1)
        cycle = AssessmentCycle(from_on=(this - timedelta(days=1)).replace(day=1))
        cycle.prepare()
        return cycle

    def before_save(self, record: AssessmentCycle, act: Act) -> None:
        record.prepare()


class AssessmentSheetView(RegulationView):
    labels: ClassVar = {
        "cycle": Words("Cycle", "考核周期"),
        "subject_department": Words("Assessed department", "被考核部门"),
        "answerable": Words("Answers for it", "部门负责人"),
        "assessor": Words("Assessor", "考核人"),
        "total": Words("Total", "总分"),
        "grade": Words("Grade", "等级"),
        "published_at": Words("Published", "公布时间"),
        "appealed_at": Words("Appealed", "申诉时间"),
        "appeal_reason": Words("Why it is appealed", "申诉理由"),
        "appeal_entity": Words("Disputed: table", "异议记录类型"),
        "appeal_entity_id": Words("Disputed: row", "异议记录序号"),
        "appeal_decision": Words("Decision", "申诉裁定"),
        "decided_by": Words("Decided by", "裁定人"),
        "decided_at": Words("Decided", "裁定时间"),
        "decision_reason": Words("Reasons", "裁定理由"),
        "total_before": Words("Total before the appeal", "申诉前总分"),
        "content_hash": Words("Hash", "内容校验值"),
        "row": Words("Row that is disputed", "有异议的记录"),
    }
    list_columns = (
        "no",
        "cycle",
        "employee",
        "subject_department",
        "department",
        "total",
        "grade",
        "assessor",
        "status",
    )
    filter_columns = ("status", "cycle", "employee", "department", "grade", "assessor", "appeal_decision")
    page_columns = (
        "cycle",
        "employee",
        "subject_department",
        "department",
        "post",
        "total",
        "grade",
        "total_before",
        "assessor",
        "answerable",
        "published_at",
        "appealed_at",
        "appeal_reason",
        "appeal_decision",
        "decided_by",
        "decided_at",
        "decision_reason",
        "note",
    )
    left_out = frozenset(
        {
            "no",
            "cycle_id",
            "employee_id",
            "subject_department_id",
            "answerable_id",
            "department_id",
            "post_id",
            "assessor_id",
            "total",
            "grade",
            "published_at",
            "appealed_at",
            "appeal_reason",
            "appeal_entity",
            "appeal_entity_id",
            "appeal_decision",
            "decided_by_id",
            "decided_at",
            "decision_reason",
            "total_before",
            "content_hash",
            "note",
        }
    )
    asked_kinds: ClassVar = {"row": "text"}
    bulk_verbs = ("confirm", "check")
    icon = "clipboard-list"

    def asked_options(self, record: Any, name: str) -> list[Option] | None:
        return options_of(record) if name == "row" else None


LINE_LABELS = {
    "sheet": Words("Sheet", "考核表"),
    "kpi": Words("Indicator", "指标"),
    "group": Words("Group", "指标组"),
    "numerator": Words("Numerator", "分子"),
    "denominator": Words("Denominator", "分母"),
    "value": Words("Value", "实际值"),
    "target": Words("Target", "目标值"),
    "floor": Words("Floor", "底线值"),
    "method": Words("Scoring", "计分方法"),
    "bands": Words("Bands", "分档"),
    "points_each": Words("Points off for each", "每次扣分"),
    "min_sample": Words("Rows wanted at least", "最少样本数"),
    "weight": Words("Weight in %", "权重（%）"),
    "effective_weight": Words("Effective weight in %", "有效权重（%）"),
    "score": Words("Score", "得分"),
    "score_before": Words("Score before the appeal", "申诉前得分"),
    "value_before": Words("Value before the appeal", "申诉前实际值"),
    "manual_delta": Words("Adjusted by hand", "人工调整"),
    "delta_reason": Words("Why it was adjusted", "调整原因"),
    "flag": Words("Data", "数据情况"),
    "evidence_hash": Words("Hash of its rows", "明细校验值"),
    "called": Words("Line", "考核项"),
}


class AssessmentLineView(RegulationView):
    labels: ClassVar = LINE_LABELS
    list_columns = ("sheet", "kpi", "group", "value", "score", "weight", "effective_weight", "manual_delta", "flag")
    filter_columns = ("kpi", "group", "flag", "status")
    page_columns = (
        "sheet",
        "kpi",
        "group",
        "numerator",
        "denominator",
        "value",
        "flag",
        "min_sample",
        "method",
        "target",
        "floor",
        "bands",
        "points_each",
        "weight",
        "effective_weight",
        "score",
        "manual_delta",
        "delta_reason",
        "value_before",
        "score_before",
    )
    left_out = frozenset({*(name for name in LINE_LABELS if name != "called"), "sheet_id", "kpi_id"})
    asked_kinds: ClassVar = {"manual_delta": "text"}
    asked_required = frozenset({"manual_delta"})
    icon = "list"


# -- panels ----------------------------------------------------------------------------------------------------------


def _number(value: Decimal | None, unit: str = "") -> Cell:
    return EMPTY if value is None else Cell(f"{number_text(round(value, 2))}{unit}", "number")


@panel(AssessmentSheet)
def lines(sheet: AssessmentSheet, person: Person) -> Panel:
    """Each number with its weight; the line's page has the rows behind it."""
    names = ("kpi", "value", "counted", "score", "weight", "effective_weight", "manual_delta", "flag")
    labels = {**LINE_LABELS, "counted": Words("Counted / of", "分子 / 分母")}
    numbers = {"value", "score", "weight", "effective_weight", "manual_delta", "counted"}
    return Panel(
        title=t("Figures: each opens its rows", "考核项（点击查看明细）"),
        headings=[Heading(one, say(labels[one]), "number" if one in numbers else "") for one in names],
        rows=[Row(one.id, record_url(AssessmentLine, one.id), list(_line_cells(one))) for one in sheet.lines],
    )


def _line_cells(one: AssessmentLine) -> Iterator[Cell]:
    yield Cell(say(one.name_words))
    yield _number(one.value) if one.value_before is None else _before(one.value_before, one.value)
    yield _counted(one)
    yield _number(one.score) if one.score_before is None else _before(one.score_before, one.score)
    yield _number(one.weight, " %")
    yield _number(one.effective_weight, " %")
    yield Cell(f"{number_text(one.manual_delta)}", "number", also=one.delta_reason) if one.manual_delta else EMPTY
    yield _flag(one.flag)


def _before(old: Decimal, new: Decimal | None) -> Cell:
    """Before and after an appeal."""
    after = number_text(round(new, 2)) if new is not None else "–"
    return Cell(f"{number_text(round(old, 2))} → {after}", "number")


def _counted(one: AssessmentLine) -> Cell:
    if one.numerator is None:
        return EMPTY
    top = number_text(round(one.numerator, 2))
    return Cell(top if one.denominator is None else f"{top} / {number_text(one.denominator)}", "number")


def _flag(flag: Flag) -> Cell:
    tones = {Flag.OK: "met", Flag.LOW_SAMPLE: "soon", Flag.NO_DATA: "off"}
    return Cell(say(flag.words), "state", tone=tones[flag])


@panel(AssessmentLine)
def counting_rows(line: AssessmentLine, person: Person) -> Panel:
    """The rows that count."""
    found = behind(line.sheet, line.kpi_id, counting=True)
    return Panel(t("The rows that count", "计入的记录"), headings(), rows_of(found, person))


@panel(AssessmentLine)
def left_out_rows(line: AssessmentLine, person: Person) -> Panel | None:
    """The rows of the period that do not count, each with why."""
    found = behind(line.sheet, line.kpi_id, counting=False)
    return Panel(t("Left out, and why", "未计入的记录及原因"), headings(), rows_of(found, person)) if found else None


@panel(AssessmentCycle)
def sheets(cycle: AssessmentCycle, person: Person) -> Panel:
    """How far the sheets are, and the sheets that this person may see."""
    found = db.session.scalars(
        select(AssessmentSheet)
        .where(AssessmentSheet.cycle_id == cycle.id, AssessmentSheet.visible_to(person))
        .order_by(AssessmentSheet.total.desc(), AssessmentSheet.id)
        .limit(100)
    ).all()
    names = ("no", "employee", "total", "grade", "assessor", "status")
    labels = {**AssessmentSheetView.labels, "no": Words("Number", "编号"), "employee": Words("Assessed", "考核对象")}
    labels["status"] = Words("Status", "状态")
    return Panel(
        title=t("Sheets: {how}", "考核表：{how}", how=_how_far(cycle)),
        headings=[Heading(one, say(labels[one]), "number" if one == "total" else "") for one in names],
        rows=[Row(one.id, record_url(AssessmentSheet, one.id), _sheet_cells(one)) for one in found],
        more_url=f"/admin/assessment_sheet/?flt_cycle={cycle.id}",
        more_label=t("All of them", "全部考核表"),
    )


def _sheet_cells(one: AssessmentSheet) -> list[Cell]:
    return [
        Cell(one.no, "code"),
        Cell(one.subject.label),
        _number(one.total) if one.total is not None else Cell(t("no data", "无数据")),
        Cell(one.grade),
        Cell(one.assessor.label if one.assessor else ""),
        cell_of(one.status),
    ]


def _how_far(cycle: AssessmentCycle) -> str:
    """3 of 80 computed, or how many stand where."""
    if cycle.status is CycleStatus.COMPUTING:
        return t("{done} of {of} computed", "已计算 {done} / {of}", done=cycle.progress_done, of=cycle.progress_of)
    rows = db.session.execute(
        select(AssessmentSheet.status, func.count())
        .where(AssessmentSheet.cycle_id == cycle.id)
        .group_by(AssessmentSheet.status)
    ).tuples()
    counts = dict(rows.all())
    said = [f"{say(one.words)} {counts[one]}" for one in SheetStatus if one in counts]
    return t(", ", "、").join(said) or t("none yet", "暂无")
