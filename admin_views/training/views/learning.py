"""What is required and owed, the trainings, the exams and their results (P2.1, P2.2)."""

from typing import ClassVar

from admin_views.base import Inline, RegulationView
from models.base import Act
from models.training import Exam, TrainingSession
from rules.base import Words

REVISION = {
    "revision": Words("Revision", "版次"),
    "exam": Words("Exam", "考核"),
    "session": Words("Training", "培训"),
    "training": Words("Training", "培训"),
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
