"""Production plans and their stages on screen (S1.2-S1.4)."""

from typing import ClassVar

from admin_views.base import RegulationView
from admin_views.faults import SENTENCES
from admin_views.process.origins import seen
from admin_views.registry import LINE_LABELS
from admin_views.session import db
from admin_views.words import today
from models.base import Act
from models.organisation import Employee
from models.schedule import PlanStage, ProductionPlan, SalesOrder
from rules.base import Words

SENTENCES |= {
    "uq_production_plan_one_live": Words("There is a plan for this order already.", "该订单已有生产计划。"),
    "uq_plan_stage_plan_id_seq": Words("There is a stage with this number already.", "该计划已有相同序号的阶段。"),
    "uq_stage_predecessor_stage_id_predecessor_id": Words("A predecessor stands twice.", "前置阶段有重复。"),
    "ck_stage_predecessor_not_for_itself": Words("A stage cannot wait for itself.", "阶段不能以自身为前置。"),
    "ck_plan_stage_seq_positive": Words("Numbers begin with 1.", "序号从 1 开始。"),
    "ck_plan_stage_heads_not_negative": Words("People cannot be negative.", "人数不能为负数。"),
    "ck_plan_stage_weight_not_negative": Words("The weight cannot be negative.", "权重不能为负数。"),
    "ck_plan_stage_progress_in_range": Words("Between 0 and 100 per cent.", "进度须在 0 到 100 之间。"),
    "ck_plan_stage_planned_in_order": Words("The stage ends before it begins.", "计划完成早于计划开始。"),
    "ck_plan_stage_actual_in_order": Words("The stage ended before it began.", "实际完成早于实际开始。"),
}
PLAN = Words("Plan", "生产计划")
LINE_LABELS |= {
    "plan_version": {
        "plan": PLAN,
        "number": Words("Version", "版本"),
        "snapshot": Words("As submitted", "提交内容"),
        "submitted_at": Words("Submitted", "提交时间"),
        "approved_by": Words("Approved by", "审核人"),
        "approved_at": Words("Approved", "审核时间"),
        "return_reason": Words("Returned because", "退回原因"),
    },
    "stage_predecessor": {"stage": Words("Stage", "阶段"), "predecessor": Words("Waits for", "前置阶段")},
}


class ProductionPlanView(RegulationView):
    labels: ClassVar = {
        "order": Words("Order", "订单"),
        "planner": Words("Planner", "计划员"),
        "project_lead": Words("Project lead", "项目负责人"),
        "demand_basis": Words("Demand it rests on", "需求依据"),
        "capacity_basis": Words("Capacity it rests on (equipment, material)", "产能依据（设备、物料）"),
        "consented_by": Words("Later end consented to by", "同意超期人"),
        "consented_at": Words("Consented", "同意时间"),
        "consented_end_on": Words("May end until", "同意最晚完成"),
        "review_due_at": Words("Review due", "审核期限"),
        "needs_review": Words("Awaits a review", "待审核"),
        "exception_reason": Words("Released although", "例外下达原因"),
        "exception_by": Words("Exception by", "例外批准人"),
        "exception_at": Words("Exception given", "例外下达时间"),
        "released_at": Words("Released", "下达时间"),
        "completed_at": Words("Completed", "完成时间"),
    }
    list_columns = ("no", "order", "department", "planner", "project_lead", "review_due_at", "released_at", "status")
    filter_columns = ("status", "department", "planner", "project_lead", "order")
    form_columns = ("order", "demand_basis", "capacity_basis")
    given_once = frozenset({"order"})
    page_columns = (
        "order",
        "department",
        "planner",
        "project_lead",
        "demand_basis",
        "capacity_basis",
        "needs_review",
        "review_due_at",
        "consented_by",
        "consented_end_on",
        "exception_reason",
        "exception_by",
        "released_at",
        "completed_at",
    )
    left_out = frozenset(
        {
            "no",
            "department_id",
            "planner_id",
            "project_lead_id",
            "consented_by_id",
            "consented_at",
            "consented_end_on",
            "review_due_at",
            "needs_review",
            "exception_reason",
            "exception_by_id",
            "exception_at",
            "released_at",
            "completed_at",
        }
    )
    needs_employee = True
    icon = "layout-list"

    def new_record(self, act: Act) -> ProductionPlan:
        """Whoever makes the plan is its planner."""
        planner = db.session.get(Employee, act.by.employee_id) if act.by.employee_id else None
        return ProductionPlan(planner=planner, order=seen(SalesOrder, "order"))

    def before_save(self, record: ProductionPlan, act: Act) -> None:
        if record.id is None:
            record.prepare()


class PlanStageView(RegulationView):
    labels: ClassVar = {
        "plan": PLAN,
        "seq": Words("No. in the plan", "序号"),
        "name": Words("Stage", "阶段"),
        "operation": Words("Operation", "工序"),
        "owner": Words("Responsible", "责任人"),
        "heads_needed": Words("People needed", "所需人数"),
        "revision": Words("Document revision", "工艺文件版次"),
        "baseline_start_on": Words("Baseline start", "基准开始"),
        "baseline_end_on": Words("Baseline end", "基准完成"),
        "planned_start_on": Words("Planned start", "计划开始"),
        "planned_end_on": Words("Planned end", "计划完成"),
        "actual_start_on": Words("Started", "实际开始"),
        "actual_end_on": Words("Finished", "实际完成"),
        "weight": Words("Weight (%)", "权重（%）"),
        "qty": Words("Quantity", "数量"),
        "progress": Words("Done (%)", "进度（%）"),
        "held_from": Words("Held from", "停工前状态"),
        "hold_source": Words("Held because", "停工类别"),
        "hold_reason": Words("Reason of the hold", "停工原因"),
        "gate": Words("Who may work, asked at the start", "开工资格核查"),
    }
    list_columns = (
        "no",
        "plan",
        "seq",
        "name",
        "post",
        "owner",
        "planned_start_on",
        "planned_end_on",
        "progress",
        "status",
    )
    filter_columns = ("status", "plan", "post", "owner", "department", "planned_start_on", "planned_end_on")
    form_columns = (
        "plan",
        "seq",
        "name",
        "operation",
        "post",
        "owner",
        "heads_needed",
        "revision",
        "planned_start_on",
        "planned_end_on",
        "weight",
        "qty",
    )
    given_once = frozenset({"plan"})
    page_columns = (
        "plan",
        "seq",
        "name",
        "operation",
        "department",
        "post",
        "owner",
        "heads_needed",
        "revision",
        "baseline_start_on",
        "baseline_end_on",
        "planned_start_on",
        "planned_end_on",
        "actual_start_on",
        "actual_end_on",
        "weight",
        "qty",
        "progress",
        "hold_source",
        "hold_reason",
    )
    left_out = frozenset(
        {
            "no",
            "department_id",
            "baseline_start_on",
            "baseline_end_on",
            "actual_start_on",
            "actual_end_on",
            "progress",
            "held_from",
            "hold_source",
            "hold_reason",
            "gate",
        }
    )
    asked_kinds: ClassVar = {"actual_end_on": "date"}
    icon = "list-check"

    def asked_first(self, record: PlanStage, name: str) -> str:
        """Finished is today, unless somebody says otherwise."""
        return today().isoformat() if name == "actual_end_on" else ""

    def new_record(self, act: Act) -> PlanStage:
        """The next number of the plan that the address names."""
        plan = seen(ProductionPlan, "plan")
        seq = max((one.seq for one in plan.stages), default=0) + 1 if plan is not None else 1
        return PlanStage(plan=plan, seq=seq, heads_needed=1)

    def before_save(self, record: PlanStage, act: Act) -> None:
        record.plan.refuse_frozen()
        record.prepare()
        db.session.add(record)
        record.plan.note_change(act)
