"""What a desk says of communication: my meetings, reports to give, notices to approve, surveys to run (C1, C2.3)."""

from datetime import timedelta

from sqlalchemy import select

from admin_views.columns import due_cell
from admin_views.registry import desk_card, next_act, record_url
from admin_views.screen import DeskAct, DeskCard, DeskLine
from admin_views.session import db
from admin_views.words import say, t
from models.base import now, on_date
from models.communication import Meeting, MeetingReport, Notice, Survey
from rules.base import Person
from rules.communication import ASKERS, CALLERS, MeetingReportStatus, MeetingStatus, NoticeStatus, SurveyStatus

LINES = 6
AHEAD = timedelta(days=7)


@desk_card
def meetings(person: Person) -> DeskCard | None:
    """Meetings of the next days; of those that I chair what is still to be done."""
    if person.employee_id is None:
        return None
    at = now()
    rows = db.session.scalars(
        select(Meeting)
        .where(
            Meeting.status.in_((MeetingStatus.SCHEDULED, MeetingStatus.COLLECTING, MeetingStatus.HELD)),
            Meeting.planned_at <= at + AHEAD,
            Meeting.visible_to(person),
        )
        .order_by(Meeting.planned_at)
        .limit(LINES)
    ).all()
    if not rows:
        return None
    lines = [
        DeskLine(
            one.topic,
            record_url(Meeting, one.id),
            say(one.status.words),
            due_cell(one.minutes_due_at or one.planned_at, at),
            act=next_act(one, person),
        )
        for one in rows
    ]
    return DeskCard(t("Meetings", "会议"), lines, t("None.", "没有。"), len(rows), "users")


@desk_card
def reports(person: Person) -> DeskCard | None:
    """Reports that I owe to a meeting."""
    if person.employee_id is None:
        return None
    asked = db.session.scalars(
        select(MeetingReport)
        .join(Meeting)
        .where(
            MeetingReport.status == MeetingReportStatus.ASKED,
            Meeting.status.in_((MeetingStatus.COLLECTING, MeetingStatus.HELD)),
            MeetingReport.visible_to(person),
        )
        .order_by(Meeting.planned_at)
        .limit(LINES * 4)
    ).all()
    mine: list[tuple[MeetingReport, DeskAct]] = [
        (one, act) for one in asked if (act := next_act(one, person)) is not None
    ]
    if not mine:
        return None
    lines = [
        DeskLine(
            f"{one.department.name} · {one.meeting.topic}",
            record_url(MeetingReport, one.id),
            due=due_cell(one.meeting.planned_at, now()),
            act=act,
        )
        for one, act in mine[:LINES]
    ]
    return DeskCard(t("Reports to give", "待提交的部门汇报"), lines, t("None.", "没有。"), len(mine), "report")


@desk_card
def notices(person: Person) -> DeskCard | None:
    """Notices that wait for my approval, or for me to publish them."""
    if person.employee_id is None or not person.holds(*CALLERS):
        return None
    waiting = db.session.scalars(
        select(Notice)
        .where(Notice.status.in_((NoticeStatus.DRAFT, NoticeStatus.APPROVED)), Notice.visible_to(person))
        .order_by(Notice.id)
        .limit(LINES * 4)
    ).all()
    mine = [(one, act) for one in waiting if (act := next_act(one, person)) is not None]
    if not mine:
        return None
    lines = [
        DeskLine(one.topic, record_url(Notice, one.id), say(one.status.words), act=act) for one, act in mine[:LINES]
    ]
    return DeskCard(t("Notices", "待处理的通知"), lines, t("None.", "没有。"), len(mine), "bell")


@desk_card
def surveys(person: Person) -> DeskCard | None:
    """Surveys to open, to close after their last day, and to analyse."""
    if person.employee_id is None or not person.holds(*ASKERS):
        return None
    over = (Survey.status == SurveyStatus.OPEN) & (Survey.closes_on < on_date(now()))
    found = db.session.scalars(
        select(Survey)
        .where(Survey.status.in_((SurveyStatus.DRAFT, SurveyStatus.CLOSED)) | over, Survey.visible_to(person))
        .order_by(Survey.id)
        .limit(LINES)
    ).all()
    if not found:
        return None
    lines = [
        DeskLine(one.title, record_url(Survey, one.id), say(one.status.words), act=next_act(one, person))
        for one in found
    ]
    return DeskCard(t("Surveys", "满意度调查"), lines, t("None.", "没有。"), len(lines), "message")
