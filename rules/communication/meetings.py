"""Meetings: on working days, with an agenda and reports that fill themselves; decisions are actions (C1.1, S2.2)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from rules.base import Access, Choice, Lifecycle, Role, RuleBroken, Words, relation, step
from rules.regulation import Target, tell_apart

R = Role
CHAIR = relation("chair", "the chair", "会议主持人")
ATTENDEE = relation("attendee", "an attendee", "参会人")
REPORTER = relation("reporter", "who reports for the department", "部门汇报人")

CALLERS = frozenset(
    {
        R.PROJECT_LEAD,
        R.PRODUCTION_MANAGER,
        R.TECHNICAL_MANAGER,
        R.QUALITY_MANAGER,
        R.SALES_MANAGER,
        R.AFTER_SALES_MANAGER,
        R.HR_MANAGER,
        R.GENERAL_MANAGER,
    }
)
MEETING = Access(
    clause="C1.1",
    view=frozenset({R.GENERAL_MANAGER}),
    create=CALLERS,
    edit=CALLERS,
    edit_while=frozenset({"scheduled", "collecting", "held"}),
)
MEETING_REPORT = Access(clause="C1.1", view=frozenset({R.GENERAL_MANAGER}))


class Series(Choice):
    """Which row of meetings it belongs to."""

    WEEKLY_PRODUCTION = "weekly_production", "Weekly production coordination", "生产协调周会"
    MONTHLY_PROJECT = "monthly_project", "Monthly project summary", "项目月度总结会"
    AD_HOC = "ad_hoc", "Ad hoc", "临时会议"


tell_apart(Target.MINUTES, kind=Series)


class MeetingStatus(Choice):
    """Where a meeting stands."""

    SCHEDULED = "scheduled", "Scheduled", "已排定"
    COLLECTING = "collecting", "Reports are being collected", "收集汇报"
    HELD = "held", "Held", "已召开"
    MINUTED = "minuted", "Minuted", "纪要已发"
    CLOSED = "closed", "Closed", "已关闭"
    CANCELLED = "cancelled", "Cancelled", "已取消"


class MeetingReportStatus(Choice):
    """Whether a department has reported."""

    ASKED = "asked", "Asked for", "待汇报"
    SUBMITTED = "submitted", "Submitted", "已汇报"


class AgendaKind(Choice):
    """Why something stands on the agenda."""

    RESOLUTION = "resolution", "Open resolution", "未完成决议"
    OVERDUE = "overdue", "Overdue action", "逾期事项"
    FORECAST = "forecast", "Forecast delay", "延误预警"
    HELD_STAGE = "held_stage", "Held stage", "暂停工序"
    OTHER = "other", "Other", "其他"


# fmt: off - a table, one row a step
MEETING_STEPS = Lifecycle(
    "scheduled",
    (
        step(
            "collect",
            "scheduled",
            "collecting",
            "Ask for reports",
            "通知汇报",
            by={CHAIR},
            tells=(ATTENDEE,),
            clause="C1.1",
        ),
        step("hold", "collecting", "held", "It was held", "会议已召开", by={CHAIR}, clause="C1.1"),
        step(
            "minute",
            "held",
            "minuted",
            "Send the minutes",
            "发布纪要",
            by={CHAIR},
            asks=("minutes",),
            tells=(ATTENDEE,),
            clause="C1.1",
        ),
        step("close", "minuted", "closed", "Close", "关闭", by={CHAIR}, clause="C1.1"),
        step(
            "cancel",
            ("scheduled", "collecting"),
            "cancelled",
            "Cancel",
            "取消会议",
            by={CHAIR},
            needs_note=True,
            is_destructive=True,
            tells=(ATTENDEE,),
            clause="C1.1",
        ),
    ),
)
REPORT_STEPS = Lifecycle(
    "asked",
    (
        step(
            "submit",
            "asked",
            "submitted",
            "Report",
            "提交汇报",
            by={REPORTER},
            asks=("progress", "problems", "solutions"),
            tells=(CHAIR,),
            clause="C1.1",
        ),
    ),
)
# fmt: on


def next_weekly(today: date, weekday: int) -> date:
    """The first day from tomorrow on that is that weekday (1 = Monday)."""
    ahead = (weekday - 1 - today.weekday()) % 7
    return today + timedelta(days=ahead or 7)


def next_monthly(today: date) -> date:
    """The first day of the next month."""
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def refuse_day_off(*, is_open: bool) -> None:
    """Raises RuleBroken for a meeting outside working time."""
    if not is_open:
        raise RuleBroken(
            Words(
                "Nobody works then: choose a time on a working day.", "该时间不在工作时间内，请选择工作日的工作时间。"
            ),
            field="planned_at",
            clause="C1.1",
        )


def refuse_early_holding(planned_at: datetime, at: datetime) -> None:
    """Raises RuleBroken for a meeting that is said to be held before its time."""
    if at < planned_at:
        raise RuleBroken(Words("It is planned for {at}.", "会议定于 {at} 召开。", at=planned_at), clause="C1.1")


def refuse_no_minutes(minutes: str) -> None:
    """Raises RuleBroken where nothing was written down."""
    if not minutes.strip():
        raise RuleBroken(Words("Write the minutes first.", "请填写会议纪要。"), field="minutes", clause="C1.1")


def refuse_no_report(progress: str) -> None:
    """Raises RuleBroken for a report that says nothing of the progress."""
    if not progress.strip():
        raise RuleBroken(Words("Say how it goes.", "请填写进展情况。"), field="progress", clause="C1.1")


def refuse_alone(attendees: Iterable[int | None]) -> None:
    """Raises RuleBroken for a meeting of nobody, or somebody named twice."""
    people = [one for one in attendees if one is not None]
    if not people:
        raise RuleBroken(Words("Name who attends.", "请填写参会人。"), field="attendees", clause="C1.1")
    if len(set(people)) < len(people):
        raise RuleBroken(Words("A person stands here twice.", "参会人重复。"), field="attendees", clause="C1.1")
