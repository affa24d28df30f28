"""The tables of training as declarations: requirements, trainings, exams, results, what is owed, who is qualified."""

from typing import Any, ClassVar

from admin_views.base import Inline, RegulationView
from admin_views.faults import SENTENCES
from admin_views.registry import LINE_LABELS
from models.base import Act
from models.training import (
    Exam,
    ExamAttempt,
    PostAssignment,
    PostRequirement,
    Qualification,
    TrainingObligation,
    TrainingSession,
)
from rules.base import Person, Words

SENTENCES |= {
    "uq_exam_attempt_one_a_day": Words("There is a result of that day already.", "该员工当日已有成绩。"),
    "uq_exam_attempt_one_correction": Words("A correction of this result is under way.", "该成绩已有待确认的更正。"),
    "uq_training_obligation_one_open": Words("This is owed already.", "已有相同的应训任务。"),
    "uq_qualification_one_open": Words("There is a qualification for this post already.", "已有该岗位的资格记录。"),
    "uq_post_requirement_one_active": Words(
        "The post requires this document already: end that requirement first.",
        "该岗位已有此文件的生效要求，请先终止原要求。",
    ),
    "uq_session_attendee_session_id_employee_id": Words("Somebody stands twice in the list.", "参训人员有重复。"),
    "uq_exam_revision_exam_id_revision_id": Words("A revision stands twice.", "考核依据有重复。"),
    "uq_session_revision_session_id_revision_id": Words("A revision stands twice.", "培训内容有重复。"),
    "ck_training_session_in_order": Words("The training ends before it begins.", "培训结束时间须晚于开始时间。"),
    "ck_training_session_hours_not_negative": Words("Hours cannot be negative.", "学时不能为负数。"),
    "ck_exam_full_score_positive": Words("The full score must be above zero.", "满分须大于零。"),
    "ck_exam_pass_score_in_range": Words(
        "The pass mark lies outside 0 to the full score.", "合格线不在 0 到满分之间。"
    ),
    "ck_exam_practical_pass_score_in_range": Words(
        "The practical pass mark lies outside 0 to the full score.", "实操合格线不在 0 到满分之间。"
    ),
    "ck_exam_max_attempts_positive": Words("At least one attempt.", "考核次数至少为 1。"),
    "ck_exam_retake_wait_not_negative": Words("Days cannot be negative.", "天数不能为负数。"),
    "ck_post_requirement_practice_has_exam": Words("Practice needs an exam: choose one.", "要求实操时须选择考核。"),
    "ck_post_requirement_validity_positive": Words("At least one month.", "有效期至少 1 个月。"),
    "ck_post_requirement_in_order": Words("The end lies before the beginning.", "终止日期早于生效日期。"),
    "ck_post_assignment_in_order": Words("The end lies before the beginning.", "结束日期早于开始日期。"),
    "ck_post_assignment_supervised_has_mentor": Words("Supervised work needs a mentor.", "监护上岗须指定监护人。"),
    "ck_post_assignment_mentor_is_another": Words("Nobody is his own mentor.", "监护人不能是本人。"),
}

REVISION = {
    "revision": Words("Revision", "版次"),
    "exam": Words("Exam", "考核"),
    "session": Words("Training", "培训"),
    "training": Words("Training", "培训"),
}
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


class PostRequirementView(RegulationView):
    labels: ClassVar = {
        "exam": Words("Exam", "考核"),
        "practical_required": Words("Practice required", "须考实操"),
        "min_score": Words("Score at least (empty = pass mark)", "最低分（空=合格线）"),
        "validity_months": Words("Valid for months (empty = company's figure)", "有效月数（空=公司参数）"),
        "mandatory": Words("Mandatory", "必备"),
    }
    list_columns = ("no", "post", "document", "exam", "practical_required", "mandatory", "from_on", "status")
    filter_columns = ("status", "post", "document", "exam")
    form_columns = ("post", "document", "exam", "practical_required", "min_score", "validity_months", "mandatory")
    page_columns = (
        "post",
        "document",
        "exam",
        "practical_required",
        "min_score",
        "validity_months",
        "mandatory",
        "from_on",
        "to_on",
    )
    left_out = frozenset({"no", "from_on", "to_on"})
    icon = "shield-check"


class TrainingSessionView(RegulationView):
    labels: ClassVar = {
        "topic": Words("Topic", "培训主题"),
        "organiser": Words("Organiser", "组织人"),
        "trainer": Words("Trainer", "培训讲师"),
        "place": Words("Place", "地点"),
        "planned_from_at": Words("Begins", "开始时间"),
        "planned_to_at": Words("Ends", "结束时间"),
        "hours": Words("Hours", "学时"),
        "started_at": Words("Started", "实际开始"),
        "completed_at": Words("Completed", "实际完成"),
    }
    list_columns = ("no", "topic", "kind", "planned_from_at", "trainer", "place", "status")
    filter_columns = ("status", "kind", "planned_from_at", "trainer", "organiser")
    form_columns = ("kind", "topic", "trainer", "place", "planned_from_at", "planned_to_at", "hours")
    page_columns = (
        "kind",
        "topic",
        "trainer",
        "organiser",
        "place",
        "planned_from_at",
        "planned_to_at",
        "hours",
        "started_at",
        "completed_at",
    )
    left_out = frozenset({"no", "organiser_id", "started_at", "completed_at"})
    inlines = (
        Inline(
            "attendees",
            Words("Attendees", "参训人员"),
            ("employee",),
            {
                "session": Words("Training", "培训"),
                "attendance": Words("Attendance", "签到"),
                "signed_in_at": Words("Signed in", "签到时间"),
                "skill_demo": Words("Skill shown", "技能演示"),
            },
            blank_rows=2,
        ),
        Inline("revisions", Words("Taught revisions", "培训内容"), ("revision",), REVISION),
    )
    icon = "school"
    needs_employee = True

    def new_record(self, act: Act) -> TrainingSession:
        return TrainingSession(organiser_id=act.by.employee_id)

    def before_save(self, record: TrainingSession, act: Act) -> None:
        record.prepare()


class ExamView(RegulationView):
    labels: ClassVar = {
        "title": Words("Title", "考核名称"),
        "full_score": Words("Full score", "满分"),
        "pass_score": Words("Theory pass mark (empty = company's figure)", "理论合格线（空=公司参数）"),
        "practical_pass_score": Words("Practical pass mark (empty = no practice)", "实操合格线（空=不考实操）"),
        "max_attempts": Words("Attempts (empty = company's figure)", "考核次数（空=公司参数）"),
        "retake_wait_days": Words("Days before a retake (empty = company's figure)", "补考间隔天数（空=公司参数）"),
        "author": Words("Written by", "编制人"),
        "approved_by": Words("Approved by", "批准人"),
    }
    list_columns = ("code", "title", "kind", "pass_score", "practical_pass_score", "author", "status")
    filter_columns = ("status", "kind", "author")
    form_columns = (
        "code",
        "title",
        "kind",
        "full_score",
        "pass_score",
        "practical_pass_score",
        "max_attempts",
        "retake_wait_days",
    )
    page_columns = (*form_columns, "author", "approved_by")
    left_out = frozenset({"author_id", "approved_by_id"})
    inlines = (Inline("revisions", Words("Examined revisions", "考核依据"), ("revision",), REVISION),)
    icon = "checklist"
    needs_employee = True

    def new_record(self, act: Act) -> Exam:
        return Exam(author_id=act.by.employee_id)


class ExamAttemptView(RegulationView):
    labels: ClassVar = {
        "exam": Words("Exam", "考核"),
        "training": Words("Training", "培训"),
        "session": Words("Training", "培训"),
        "attempt_no": Words("Attempt", "考次"),
        "taken_on": Words("Taken on", "考核日期"),
        "score": Words("Theory", "理论"),
        "practical_score": Words("Practice", "实操"),
        "pass_score_used": Words("Theory pass mark used", "所用理论合格线"),
        "practical_pass_score_used": Words("Practical pass mark used", "所用实操合格线"),
        "result": Words("Result", "结果"),
        "invigilator": Words("Invigilator", "监考人"),
        "entered_by": Words("Entered by", "录入人"),
        "confirmed_by": Words("Confirmed by", "确认人"),
        "confirmed_at": Words("Confirmed", "确认时间"),
        "source": Words("Taken from", "来源"),
        "corrects": Words("Corrects", "更正对象"),
        "correction_reason": Words("Reason for the correction", "更正原因"),
    }
    list_columns = (
        "no",
        "employee",
        "exam",
        "taken_on",
        "attempt_no",
        "score",
        "practical_score",
        "result",
        "status",
    )
    filter_columns = ("status", "result", "exam", "employee", "department", "training", "taken_on")
    page_columns = (
        "employee",
        "exam",
        "training",
        "taken_on",
        "attempt_no",
        "score",
        "practical_score",
        "pass_score_used",
        "practical_pass_score_used",
        "result",
        "invigilator",
        "entered_by",
        "confirmed_by",
        "confirmed_at",
        "corrects",
        "correction_reason",
        "source",
        "note",
    )
    left_out = frozenset(
        {
            "no",
            "exam_id",
            "employee_id",
            "department_id",
            "session_id",
            "attempt_no",
            "taken_on",
            "score",
            "practical_score",
            "pass_score_used",
            "practical_pass_score_used",
            "result",
            "invigilator_id",
            "entered_by_id",
            "confirmed_by_id",
            "confirmed_at",
            "source",
            "corrects_id",
            "correction_reason",
            "note",
        }
    )
    bulk_verbs = ("confirm",)
    icon = "list-check"


class TrainingObligationView(RegulationView):
    labels: ClassVar = {
        "topic": Words("What", "内容"),
        "requirement": Words("Requirement", "岗位要求"),
        "revision": Words("Revision", "版次"),
        "subject": Words("Subject", "培训类别"),
        "about": Words("About", "对象"),
        "reason": Words("Why", "原因"),
        "mode": Words("How", "方式"),
        "suspends": Words("Suspends when late", "逾期停岗"),
        "opened_at": Words("Since", "产生时间"),
        "due_on": Words("By", "截止日期"),
        "training": Words("Training", "培训"),
        "session": Words("Training", "培训"),
        "trained_at": Words("Trained", "培训完成"),
        "settled_at": Words("Settled", "办结时间"),
        "satisfied_by": Words("By the result", "对应成绩"),
    }
    list_columns = ("no", "employee", "post", "topic", "reason", "mode", "due_on", "training", "status")
    filter_columns = ("status", "reason", "mode", "due_on", "department", "post", "employee", "subject")
    page_columns = (
        "employee",
        "post",
        "topic",
        "reason",
        "mode",
        "opened_at",
        "due_on",
        "suspends",
        "training",
        "trained_at",
        "settled_at",
        "satisfied_by",
        "requirement",
        "revision",
    )
    left_out = frozenset(
        {
            "no",
            "employee_id",
            "department_id",
            "post_id",
            "requirement_id",
            "revision_id",
            "subject",
            "topic",
            "about",
            "reason",
            "mode",
            "suspends",
            "opened_at",
            "due_on",
            "session_id",
            "trained_at",
            "settled_at",
            "satisfied_by_id",
        }
    )
    icon = "hourglass"


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


VIEWS: list[tuple[type[Any], type[RegulationView]]] = [
    (TrainingObligation, TrainingObligationView),
    (TrainingSession, TrainingSessionView),
    (ExamAttempt, ExamAttemptView),
    (Qualification, QualificationView),
    (PostAssignment, PostAssignmentView),
    (Exam, ExamView),
    (PostRequirement, PostRequirementView),
]
