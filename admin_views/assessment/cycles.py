"""Cycles, sheets and lines on screen (K2.1)."""

from datetime import timedelta
from typing import Any, ClassVar

from admin_views.assessment.rows import options_of
from admin_views.base import RegulationView
from admin_views.faults import SENTENCES
from admin_views.screen import Option
from models.assessment import AssessmentCycle
from models.base import Act, on_date
from rules.base import Words

SENTENCES["uq_assessment_cycle_once"] = Words("There is a cycle of this period already.", "该周期已存在。")


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
        "appeal_corrects": Words("Disputed: correction of", "异议：所更正的周期"),
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
        "appeal_corrects",
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
            "appeal_corrects_id",
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
