"""Changes of plans and promises on screen (S2.3)."""

from typing import ClassVar

from admin_views.base import RegulationView
from admin_views.faults import SENTENCES
from admin_views.process.origins import seen
from models.base import Act
from models.schedule import PlanChange, SalesOrder
from rules.base import Words

SENTENCES |= {
    "ck_plan_change_consent_is_shown": Words(
        "Write what shows the customer's consent.", "请写明客户同意的依据：邮件、函件或会议纪要。"
    ),
    "uq_plan_change_one_of_a_contact": Words("This contact has a change already.", "该沟通记录已有计划变更。"),
}


class PlanChangeView(RegulationView):
    labels: ClassVar = {
        "order": Words("Order", "订单"),
        "plan": Words("Plan", "生产计划"),
        "contact": Words("Asked for in", "来自沟通记录"),
        "proposer": Words("Proposed by", "提出人"),
        "cause": Words("Cause", "变更原因类别"),
        "text": Words("What is changed and why", "变更内容与原因"),
        "diff": Words("New dates of stages", "阶段新日期"),
        "old_promised_on": Words("Promised until now", "原承诺交期"),
        "new_promised_on": Words("New promise", "新承诺交期"),
        "old_kpi_due_on": Words("Counted until now", "原考核交期"),
        "new_kpi_due_on": Words("New date that counts", "新考核交期"),
        "customer_agreed": Words("The customer agreed", "客户已同意"),
        "consent_evidence": Words("What shows the consent", "客户同意依据"),
        "gm_approved_by": Words("Force majeure approved by", "不可抗力批准人"),
        "gm_approved_at": Words("Force majeure approved", "不可抗力批准时间"),
        "moved_kpi": Words("Moved the counted date", "已调整考核交期"),
        "applied_at": Words("Applied", "执行时间"),
    }
    list_columns = ("no", "order", "cause", "old_promised_on", "new_promised_on", "moved_kpi", "proposer", "status")
    filter_columns = ("status", "order", "cause", "department", "proposer")
    form_columns = (
        "order",
        "cause",
        "text",
        "new_promised_on",
        "new_kpi_due_on",
        "customer_agreed",
        "consent_evidence",
    )
    given_once = frozenset({"order"})
    page_columns = (
        "order",
        "plan",
        "contact",
        "cause",
        "text",
        "old_promised_on",
        "new_promised_on",
        "old_kpi_due_on",
        "new_kpi_due_on",
        "moved_kpi",
        "customer_agreed",
        "consent_evidence",
        "gm_approved_by",
        "gm_approved_at",
        "proposer",
        "applied_at",
    )
    left_out = frozenset(
        {
            "no",
            "plan_id",
            "contact_id",
            "department_id",
            "proposer_id",
            "diff",
            "old_promised_on",
            "old_kpi_due_on",
            "gm_approved_by_id",
            "gm_approved_at",
            "moved_kpi",
            "applied_at",
        }
    )
    asked_kinds: ClassVar = {"consent_evidence": "long_text"}
    asked_required = frozenset({"consent_evidence"})
    needs_employee = True
    icon = "adjustments"

    def new_record(self, act: Act) -> PlanChange:
        return PlanChange(proposer_id=act.by.employee_id, order=seen(SalesOrder, "order"))

    def before_save(self, record: PlanChange, act: Act) -> None:
        record.prepare()
