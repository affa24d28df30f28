"""Daily progress reports on screen (S2.1)."""

from typing import ClassVar

from admin_views.base import Inline, RegulationView
from admin_views.faults import SENTENCES
from admin_views.process.origins import seen
from models.base import Act, on_date
from models.schedule import DailyReport, DailyReportPerson, PlanStage
from rules.base import Words

SENTENCES |= {
    "uq_daily_report_stage_id_on_shift": Words(
        "There is a report of this stage, day and shift already.", "该阶段当日该班次已有日报。"
    ),
    "uq_daily_report_person_report_id_employee_id": Words("Somebody stands twice in the list.", "作业人员有重复。"),
    "ck_daily_report_percent_in_range": Words("Between 0 and 100 per cent.", "累计完成须在 0 到 100 之间。"),
    "ck_daily_report_quantities_not_negative": Words("Quantities cannot be negative.", "数量不能为负数。"),
    "ck_daily_report_pieces_within_done": Words(
        "Good and bad pieces are more than were made.", "合格数与不合格数之和超过完成数。"
    ),
    "ck_daily_report_hours_not_negative": Words("Hours cannot be negative.", "工时不能为负数。"),
    "ck_daily_report_person_hours_not_negative": Words("Hours cannot be negative.", "工时不能为负数。"),
}
PEOPLE = {
    "report": Words("Daily report", "进度日报"),
    "employee": Words("Who worked", "作业人员"),
    "hours": Words("Hours", "工时"),
    "gate": Words("May work", "上岗资格"),
    "gate_reasons": Words("Reasons", "资格说明"),
}


class DailyReportView(RegulationView):
    labels: ClassVar = {
        "stage": Words("Stage", "阶段"),
        "on": Words("Day", "日期"),
        "shift": Words("Shift", "班次"),
        "reporter": Words("Reported by", "填报人"),
        "qty_done": Words("Made today", "当日完成数"),
        "qty_good": Words("Good", "合格数"),
        "qty_bad": Words("Bad", "不合格数"),
        "percent": Words("Done so far (%)", "累计完成（%）"),
        "hours": Words("Hours worked", "工时"),
        "problem": Words("Problem", "问题"),
        "help_from": Words("Help needed from", "需要支持的部门"),
        "expected_finish_on": Words("Expected finish", "预计完成日期"),
        "submitted_at": Words("Handed in", "提交时间"),
        "late": Words("Late", "迟报"),
        "action": Words("What the problem became", "问题处理单"),
    }
    list_columns = ("no", "on", "stage", "shift", "percent", "qty_done", "qty_bad", "problem", "reporter", "status")
    filter_columns = ("status", "on", "stage", "reporter", "department", "shift", "late")
    form_columns = (
        "stage",
        "on",
        "shift",
        "percent",
        "qty_done",
        "qty_good",
        "qty_bad",
        "hours",
        "problem",
        "help_from",
        "expected_finish_on",
    )
    given_once = frozenset({"stage", "on", "shift"})
    page_columns = (
        "stage",
        "on",
        "shift",
        "department",
        "reporter",
        "percent",
        "qty_done",
        "qty_good",
        "qty_bad",
        "hours",
        "problem",
        "help_from",
        "action",
        "expected_finish_on",
        "due_at",
        "submitted_at",
        "late",
    )
    left_out = frozenset({"no", "department_id", "reporter_id", "due_at", "submitted_at", "late", "action_id"})
    inlines = (Inline("people", Words("Who worked", "作业人员"), ("employee", "hours"), PEOPLE),)
    needs_employee = True
    icon = "notes"

    def new_record(self, act: Act) -> DailyReport:
        """Of the stage that the address names: as far as it is, with whoever answers for it."""
        stage = seen(PlanStage, "stage")
        found = DailyReport(on=on_date(act.at), reporter_id=act.by.employee_id, stage=stage)
        if stage is not None:
            found.percent = stage.progress
            found.people = [DailyReportPerson(employee=stage.owner)] if stage.owner is not None else []
        return found

    def before_save(self, record: DailyReport, act: Act) -> None:
        record.prepare(act.at)
