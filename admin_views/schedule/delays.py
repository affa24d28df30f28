"""Delays on screen: from the forecast to who answers for them (S3)."""

from typing import ClassVar

from admin_views.base import RegulationView
from admin_views.faults import SENTENCES
from models.base import Act
from models.schedule import DelayRecord
from rules.actions import Severity
from rules.base import Words
from rules.schedule import DelayNature

SENTENCES |= {
    "uq_delay_record_one_open": Words("This stage has an open delay already.", "该阶段已有未关闭的延误记录。"),
    "ck_delay_record_absorbed_not_negative": Words("Days cannot be negative.", "天数不能为负数。"),
    "ck_delay_record_effect_not_negative": Words("Days cannot be negative.", "天数不能为负数。"),
}


class DelayRecordView(RegulationView):
    labels: ClassVar = {
        "order": Words("Order", "订单"),
        "stage": Words("Stage", "阶段"),
        "owner": Words("Responsible for the stage", "阶段责任人"),
        "project_lead": Words("Project lead", "项目负责人"),
        "detected_by": Words("Seen by", "发现方式"),
        "detected_at": Words("Seen", "发现时间"),
        "planned_end_on": Words("Planned end", "计划完成"),
        "expected_end_on": Words("Expected end", "预计完成"),
        "actual_end_on": Words("Actual end", "实际完成"),
        "nature": Words("Nature", "延误性质"),
        "claimed_nature": Words("Nature claimed", "申请认定性质"),
        "cause_category": Words("Cause", "原因类别"),
        "analysis": Words("Analysis", "原因分析"),
        "proposal": Words("Proposed solution", "解决方案"),
        "absorbed_working_days": Words("Absorbed (working days)", "已消化工作日"),
        "order_effect_working_days": Words("Order later by (days)", "影响工作日"),
        "evidence": Words("Evidence", "证明依据"),
        "reported_at": Words("Reported", "上报时间"),
        "reported_by": Words("Reported by", "上报人"),
        "late": Words("Reported late", "迟报"),
        "gm_approved_by": Words("Approved by", "批准人"),
        "gm_approved_at": Words("Approved", "批准时间"),
        "attributed_at": Words("Attributed", "定性时间"),
        "measure": Words("Remedy", "补救措施"),
        "responsible": Words("Who sees to it", "措施责任人"),
        "severity": Words(
            "Severity of the remedy (empty: by the effect on the order)", "措施等级（不选则按对订单的影响）"
        ),
    }
    list_columns = (
        "no",
        "order",
        "stage",
        "planned_end_on",
        "expected_end_on",
        "actual_end_on",
        "nature",
        "order_effect_working_days",
        "status",
    )
    filter_columns = (
        "status",
        "nature",
        "order",
        "stage",
        "owner",
        "project_lead",
        "department",
        "planned_end_on",
        "detected_by",
        "cause_category",
    )
    form_columns = ("order", "stage", "planned_end_on", "expected_end_on", "cause_category", "proposal")
    given_once = frozenset({"order", "stage"})
    page_columns = (
        "order",
        "stage",
        "owner",
        "project_lead",
        "detected_by",
        "detected_at",
        "planned_end_on",
        "expected_end_on",
        "actual_end_on",
        "cause_category",
        "proposal",
        "due_at",
        "reported_at",
        "reported_by",
        "late",
        "analysis",
        "nature",
        "claimed_nature",
        "evidence",
        "gm_approved_by",
        "gm_approved_at",
        "attributed_at",
        "absorbed_working_days",
        "order_effect_working_days",
    )
    left_out = frozenset(
        {
            "no",
            "department_id",
            "owner_id",
            "project_lead_id",
            "detected_by",
            "detected_at",
            "actual_end_on",
            "nature",
            "claimed_nature",
            "analysis",
            "absorbed_working_days",
            "order_effect_working_days",
            "evidence",
            "due_at",
            "reported_at",
            "reported_by_id",
            "late",
            "gm_approved_by_id",
            "gm_approved_at",
            "attributed_at",
        }
    )
    asked_fields: ClassVar = {
        "cause_category": "cause_category",
        "expected_end_on": "expected_end_on",
        "absorbed_working_days": "absorbed_working_days",
        "responsible": "owner",
    }
    asked_kinds: ClassVar = {
        "nature": DelayNature,
        "proposal": "long_text",
        "analysis": "long_text",
        "measure": "long_text",
        "severity": Severity,
        "evidence": "long_text",
    }
    asked_required = frozenset({"proposal", "analysis", "nature"})
    needs_employee = True
    icon = "hourglass"

    def new_record(self, act: Act) -> DelayRecord:
        return DelayRecord(detected_at=act.at)

    def before_save(self, record: DelayRecord, act: Act) -> None:
        record.prepare()
