"""Who is qualified, and who works where (P2.3)."""

from typing import Any, ClassVar

from admin_views.base import RegulationView
from admin_views.registry import LINE_LABELS
from models.base import Act
from models.training import PostAssignment
from rules.base import Person, Words

TERM = {
    "qualification": Words("Qualification", "上岗资格"),
    "granted_at": Words("Granted", "取得时间"),
    "valid_from_on": Words("Valid from", "有效期自"),
    "valid_until_on": Words("Valid until", "有效期至"),
    "ended_at": Words("Withdrawn", "撤销时间"),
}
LINE_LABELS |= {
    "exam_span": {"exam": Words("Exam", "考核")},
    "qualification_term": TERM,
    "qualification_basis": {
        "term": Words("Term", "有效期间"),
        "requirement": Words("Requirement", "岗位要求"),
        "attempt": Words("Result", "考核成绩"),
    },
    "qualification_hold": {
        "qualification": TERM["qualification"],
        "from_at": Words("From", "开始时间"),
        "to_at": Words("Lifted", "解除时间"),
        "reason": Words("Reason", "原因"),
        "source": Words("Kind", "类型"),
    },
}


class QualificationView(RegulationView):
    labels: ClassVar = {
        **TERM,
        "certificate_no": Words("Certificate no.", "证书编号"),
        "closed_at": Words("Closed", "终止时间"),
        "case_no": Words("Case", "责任认定编号"),
    }
    list_columns = ("no", "employee", "post", "certificate_no", "valid_from_on", "valid_until_on", "status")
    filter_columns = ("status", "post", "department", "employee", "valid_until_on")
    page_columns = (
        "employee",
        "post",
        "certificate_no",
        "valid_from_on",
        "valid_until_on",
        "closed_at",
        "case_no",
    )
    left_out = frozenset(
        {
            "no",
            "employee_id",
            "department_id",
            "post_id",
            "certificate_no",
            "valid_from_on",
            "valid_until_on",
            "closed_at",
            "case_no",
        }
    )
    icon = "certificate"


class PostAssignmentView(RegulationView):
    labels: ClassVar = {
        "mentor": Words("Mentor", "监护人"),
        "gate": Words("What the gate answered", "上岗判定记录"),
        "started_at": Words("Taken up", "上岗时间"),
        "ended_at": Words("Ended", "结束时间"),
        "exception_reason": Words("Reason for the exception", "例外原因"),
        "exception_until_on": Words("Exception until", "例外截止日期"),
        "exception_asked_by": Words("Exception asked by", "例外申请人"),
        "exception_approved_by": Words("Exception approved by", "例外批准人"),
        "exception_approved_at": Words("Exception approved", "例外批准时间"),
    }
    asked_fields: ClassVar = {"exception_until_on": "exception_until_on"}
    list_columns = ("no", "employee", "post", "kind", "mentor", "from_on", "to_on", "status")
    filter_columns = ("status", "kind", "post", "team", "department", "employee", "from_on")
    form_columns = ("employee", "post", "kind", "mentor", "from_on", "to_on", "note")
    page_columns = (
        "employee",
        "post",
        "team",
        "kind",
        "mentor",
        "from_on",
        "to_on",
        "started_at",
        "ended_at",
        "exception_reason",
        "exception_until_on",
        "exception_asked_by",
        "exception_approved_by",
        "exception_approved_at",
        "note",
    )
    left_out = frozenset(
        {
            "no",
            "department_id",
            "team_id",
            "gate",
            "started_at",
            "ended_at",
            "exception_reason",
            "exception_until_on",
            "exception_asked_by_id",
            "exception_approved_by_id",
            "exception_approved_at",
        }
    )
    icon = "user-check"
    needs_employee = True

    def before_save(self, record: PostAssignment, act: Act) -> None:
        record.prepare(act.by)

    def why_not_edit(self, record: Any, person: Person) -> Words | None:
        """A team leader changes what is his team's; a production manager what is his department's."""
        is_his = record.employee.team_id in person.teams or "production_manager" in person.roles
        return super().why_not_edit(record, person) if is_his else Words("This is another team's.", "属于其他班组。")
