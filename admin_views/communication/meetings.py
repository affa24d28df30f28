"""Meetings on screen: agenda and reports fill themselves, decisions become actions (C1.1)."""

from typing import Any, ClassVar

from admin_views.base import Inline, RegulationView
from admin_views.columns import cell_of
from admin_views.faults import SENTENCES
from admin_views.registry import panel, record_url, views
from admin_views.screen import EMPTY, Cell, Heading, Panel, Row
from admin_views.words import say, t
from models.actions import ActionItem
from models.base import Act
from models.communication import FIGURES, Meeting, MeetingPoint, MeetingReport
from rules.base import Person, Words
from rules.communication import MeetingReportStatus, MeetingStatus, Series

SENTENCES["uq_meeting_attendee_meeting_id"] = Words("A person stands here twice.", "参会人重复。")
MEETING = {"meeting": Words("Meeting", "会议")}
ATTENDEE_LABELS = {**MEETING, "employee": Words("Attendee", "参会人"), "was_there": Words("Was there", "到会")}
POINT_LABELS = {
    **MEETING,
    "kind": Words("Kind", "类型"),
    "title": Words("Point", "议题"),
    "outcome": Words("Outcome", "讨论结果"),
    "entity": Words("Table", "记录类型"),
    "entity_id": Words("Record", "记录"),
}
DECISION_LABELS = {
    **MEETING,
    "text": Words("What is to be done", "决议事项"),
    "responsible": Words("By whom", "责任人"),
    "due_on": Words("By when", "完成日期"),
    "action": Words("Action", "改进单"),
}


class MeetingView(RegulationView):
    labels: ClassVar = {
        "series": Words("Series", "会议类型"),
        "topic": Words("Topic", "会议主题"),
        "planned_at": Words("Planned for", "召开时间"),
        "chair": Words("Chair", "主持人"),
        "place": Words("Place", "地点"),
        "held_at": Words("Held", "实际召开"),
        "minutes_due_at": Words("Minutes due", "纪要期限"),
        "minuted_at": Words("Minutes sent", "纪要发布时间"),
        "minutes": Words("Minutes", "会议纪要"),
    }
    list_columns = ("no", "topic", "series", "planned_at", "chair", "minutes_due_at", "status")
    filter_columns = ("status", "series", "planned_at", "chair")
    form_columns = ("series", "topic", "planned_at", "place", "minutes")
    page_columns = (
        "series",
        "planned_at",
        "chair",
        "place",
        "held_at",
        "minutes_due_at",
        "minuted_at",
        "minutes",
    )
    left_out = frozenset({"no", "chair_id", "held_at", "minutes_due_at", "minuted_at"})
    inlines = (
        Inline("attendees", Words("Attendees", "参会人"), ("employee", "was_there"), ATTENDEE_LABELS, blank_rows=3),
        Inline("agenda", Words("Agenda", "议程"), ("title", "outcome"), POINT_LABELS, blank_rows=1),
        Inline("decisions", Words("Decisions", "会议决议"), ("text", "responsible", "due_on"), DECISION_LABELS),
    )
    icon = "users"
    needs_employee = True

    def new_record(self, act: Act) -> Meeting:
        return Meeting(chair_id=act.by.employee_id)

    def before_save(self, record: Meeting, act: Act) -> None:
        record.prepare()

    def why_not_edit(self, record: Any, person: Person) -> Words | None:
        """The chair keeps the record of his meeting."""
        if record.chair_id != person.employee_id:
            return Words("The chair keeps it.", "由主持人维护。")
        return super().why_not_edit(record, person)


class MeetingReportView(RegulationView):
    labels: ClassVar = {
        **MEETING,
        "since": Words("Since", "统计起点"),
        "snapshot": Words("Numbers", "统计数据"),
        "progress": Words("Progress", "进展情况"),
        "problems": Words("Problems", "存在问题"),
        "solutions": Words("Solutions", "解决措施"),
        "submitted_at": Words("Submitted", "提交时间"),
        "called": Words("Report", "汇报"),
    }
    list_columns = ("meeting", "department", "submitted_at", "status")
    filter_columns = ("status", "meeting", "department")
    page_columns = ("meeting", "department", "since", "submitted_at", "progress", "problems", "solutions")
    left_out = frozenset(
        {
            "meeting_id",
            "department_id",
            "since",
            "snapshot",
            "progress",
            "problems",
            "solutions",
            "submitted_at",
        }
    )
    asked_required = frozenset({"progress"})
    icon = "report"


@panel(Meeting)
def agenda(meeting: Meeting, person: Person) -> Panel:
    """What there is to talk about, each with its record."""
    return Panel(
        title=t("Agenda", "议程"),
        headings=[
            Heading("title", t("Point", "议题")),
            Heading("kind", t("Kind", "类型")),
            Heading("outcome", t("Outcome", "讨论结果")),
        ],
        rows=[
            Row(one.id, _point_url(one), [Cell(one.title), cell_of(one.kind), Cell(one.outcome)])
            for one in meeting.agenda
        ],
        empty=_when_filled(meeting),
    )


def _when_filled(meeting: Meeting) -> str:
    if meeting.status is not MeetingStatus.SCHEDULED:
        return ""
    if meeting.series is Series.AD_HOC:
        return t(
            "Open resolutions, overdue measures, forecasts and held stages come in when reports are collected.",
            "开始收集汇报后，自动列入未完成决议、逾期整改、延误预警和暂停阶段。",
        )
    return t(
        "Fills itself a working day before the meeting; the departments are asked for their reports then.",
        "会前一个工作日自动生成，并同时通知各部门提交汇报。",
    )


def _point_url(one: MeetingPoint) -> str:
    view = views().get(one.entity or "")
    record = view.get_one(one.entity_id) if view is not None else None
    return record_url(type(record), record.id) if record is not None else ""


@panel(Meeting)
def reports(meeting: Meeting, person: Person) -> Panel | None:
    """Each department's report; what is missing stands first."""
    if not meeting.reports:
        return None
    found = sorted(meeting.reports, key=lambda one: (one.status is MeetingReportStatus.SUBMITTED, one.department_id))
    missing = sum(one.status is MeetingReportStatus.ASKED for one in found)
    return Panel(
        title=t("Reports: {n} missing", "部门汇报：缺 {n} 份", n=missing) if missing else t("Reports", "部门汇报"),
        headings=[
            Heading("department", t("Department", "部门")),
            Heading("numbers", t("Numbers", "统计数据")),
            Heading("progress", t("Progress", "进展情况")),
            Heading("problems", t("Problems", "存在问题")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(MeetingReport, one.id),
                [
                    Cell(one.department.name),
                    Cell(_numbers(one)),
                    Cell(one.progress),
                    Cell(one.problems),
                    cell_of(one.status),
                ],
            )
            for one in found
        ],
    )


def _numbers(report: MeetingReport) -> str:
    """Actions closed 3, actions open 5, ..."""
    said = [f"{say(words)} {report.snapshot[code]}" for code, (words, _) in FIGURES.items() if code in report.snapshot]
    return t(", ", "、").join(said)


@panel(MeetingReport)
def numbers(report: MeetingReport, person: Person) -> Panel:
    """What was filled in by itself."""
    rows = [
        Row(place, "", [Cell(say(words)), Cell(str(report.snapshot[code]), "number")])
        for place, (code, (words, _)) in enumerate(FIGURES.items())
        if code in report.snapshot
    ]
    return Panel(
        t("Numbers, filled in by themselves", "系统统计数据"),
        [Heading("what", t("What", "项目")), Heading("number", t("Number", "数量"), "number")],
        rows,
    )


@panel(Meeting)
def decisions(meeting: Meeting, person: Person) -> Panel | None:
    """What was decided, and what became of it."""
    if not meeting.decisions:
        return None
    return Panel(
        title=t("Decisions", "会议决议"),
        headings=[
            Heading("text", t("What is to be done", "决议事项")),
            Heading("responsible", t("By whom", "责任人")),
            Heading("due_on", t("By when", "完成日期")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(ActionItem, one.action_id) if one.action_id else "",
                [
                    Cell(one.text),
                    Cell(one.responsible.label),
                    cell_of(one.due_on),
                    cell_of(one.action.status) if one.action else EMPTY,
                ],
            )
            for one in meeting.decisions
        ],
    )
