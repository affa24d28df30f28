"""Meetings with agenda, reports, minutes in time; decisions are actions (C1.1, S2.2)."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.actions import ActionItem, closing_of, open_action
from models.base import COMPANY_ZONE, Act, Line, Record, Sight, on_date
from models.communication.agenda import agenda_of, numbers_of
from models.journal import seal
from models.organisation import Department, Employee, holders
from models.regulation import company_calendar, due_at, figure, limit
from models.reminding import falls_due
from models.types import BigId
from rules import communication
from rules.actions import ActionKind, Severity
from rules.base import SYSTEM, Person, Role, RuleBroken, Unset, Words
from rules.communication import AgendaKind, MeetingReportStatus, MeetingStatus, Series
from rules.organisation import HEADS
from rules.regulation import Target
from rules.regulation.figures import MEETING_WEEKDAY

BEGINS = time(9, 0)
COLLECTED_BEFORE = timedelta(hours=8)
"""A day of work: the reports for a Monday are asked for on Friday, not on Sunday."""
A_WEEK = timedelta(days=7)


class Meeting(Record):
    """A meeting of several departments (会议)."""

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("status NOT IN ('held', 'minuted', 'closed') OR held_at IS NOT NULL", name="held_has_instant"),
        CheckConstraint("status NOT IN ('minuted', 'closed') OR minutes != ''", name="minuted_has_minutes"),
        Index("ix_meeting_planned_at", "planned_at", "id"),
        Index("ix_meeting_status", "status", "planned_at"),
        Index("ix_meeting_series", "series", "planned_at"),
    )
    words = Words("Meeting", "会议")
    chapter = "communication"
    access = communication.MEETING
    lifecycle = communication.MEETING_STEPS
    number_prefix = "HY"
    search_columns = ("no", "topic", "minutes")
    named_by = ("chair_id",)
    label_columns = ("no", "topic")

    no: Mapped[str] = mapped_column(String(32), unique=True)
    series: Mapped[Series] = mapped_column(default=Series.AD_HOC)
    topic: Mapped[str] = mapped_column(String(200))
    planned_at: Mapped[datetime]
    chair_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    place: Mapped[str] = mapped_column(String(100), default="")
    held_at: Mapped[datetime | None]
    minutes_due_at: Mapped[datetime | None]
    minuted_at: Mapped[datetime | None]
    minutes: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[MeetingStatus] = mapped_column(default=MeetingStatus.SCHEDULED)
    chair: Mapped[Employee] = relationship()
    attendees: Mapped[list["MeetingAttendee"]] = relationship(
        back_populates="meeting", order_by="MeetingAttendee.id", cascade="all, delete-orphan"
    )
    agenda: Mapped[list["MeetingPoint"]] = relationship(
        back_populates="meeting", order_by="MeetingPoint.seq", cascade="all, delete-orphan"
    )
    decisions: Mapped[list["MeetingDecision"]] = relationship(
        back_populates="meeting", order_by="MeetingDecision.id", cascade="all, delete-orphan"
    )
    reports: Mapped[list["MeetingReport"]] = relationship(back_populates="meeting", order_by="MeetingReport.id")

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {
            "chair": frozenset({self.chair_id}),
            "attendee": frozenset(one.employee_id for one in self.attendees if one.employee_id is not None),
        }

    @classmethod
    def sight_of(cls, person: Person) -> Sight | None:
        """Who attends, who chairs, who called it; the general manager sees every one."""
        if person.is_system or person.holds(Role.ADMIN, Role.GENERAL_MANAGER):
            return None
        if person.employee_id is None:
            return Sight(frozenset(), [])
        attending = select(MeetingAttendee.meeting_id).where(MeetingAttendee.employee_id == person.employee_id)
        own: list[ColumnElement[bool]] = [
            cls.chair_id == person.employee_id,
            cls.id.in_(attending),
            cls.created_by_id == person.account_id,
        ]
        return Sight(frozenset(), own)

    def prepare(self) -> None:
        """On a working day, with somebody there."""
        people = [one.employee_id or (one.employee.id if one.employee else None) for one in self.attendees]
        communication.refuse_alone(people)
        is_new = self.status in {None, MeetingStatus.SCHEDULED, MeetingStatus.COLLECTING}
        if is_new:
            communication.refuse_day_off(is_open=company_calendar(self.session).is_open(self.planned_at))

    # -- verbs -------------------------------------------------------------------------------------------------------

    def do_collect(self, act: Act) -> None:
        """The agenda fills itself; each department that attends is asked for its report, with its numbers filled in."""
        self.fill_agenda(act.at)
        since = self._before()
        departments = dict.fromkeys(one.employee.department_id for one in self.attendees)
        for department in departments:
            report = MeetingReport(
                meeting_id=self.id,
                department_id=department,
                snapshot=numbers_of(self.session, department, since, act.at),
                since=since,
            )
            self.session.add(report)
            self.session.flush()
            seal(self.session, report, "create", act.consequence("C1.1"), recipients=report.parties()["reporter"])

    def fill_agenda(self, at: datetime) -> None:
        """What is there already stays in its place."""
        known = {(one.entity, one.entity_id) for one in self.agenda}
        for point in agenda_of(self.session, self.series, at):
            if (point.entity, point.entity_id) not in known:
                self.agenda.append(
                    MeetingPoint(
                        seq=len(self.agenda) + 1,
                        kind=point.kind,
                        entity=point.entity,
                        entity_id=point.entity_id,
                        title=point.title,
                    )
                )

    def _before(self) -> datetime:
        """When the last meeting of the series was; without one a week ago."""
        last = self.session.scalar(
            select(func.max(Meeting.planned_at)).where(
                Meeting.series == self.series,
                Meeting.planned_at < self.planned_at,
                Meeting.status != MeetingStatus.CANCELLED,
            )
        )
        return last or self.planned_at - A_WEEK

    def do_hold(self, act: Act) -> None:
        """From now on the minutes are due."""
        communication.refuse_early_holding(self.planned_at, act.at)
        allowed = limit(self.session, Target.MINUTES, {"kind": str(self.series)}, on_date(act.at), clause="C1.1")
        self.held_at, self.minutes_due_at = act.at, due_at(self.session, allowed, act.at)

    def do_minute(self, act: Act, minutes: str = "") -> None:
        """What was decided becomes an action of whoever is to do it."""
        text = minutes or self.minutes
        communication.refuse_no_minutes(text)
        self.minutes, self.minuted_at = text.strip(), act.at
        for one in self.decisions:
            if one.action_id is None:
                one.open(act)

    def do_close(self, act: Act) -> None:
        """Nothing else to do: the actions go their own way."""


class MeetingAttendee(Line):
    """Somebody who attends."""

    __tablename__ = "meeting_attendee"
    __table_args__ = (UniqueConstraint("meeting_id", "employee_id"),)
    words = Words("Attendee", "参会人")

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    was_there: Mapped[bool] = mapped_column(default=True)
    meeting: Mapped[Meeting] = relationship(back_populates="attendees")
    employee: Mapped[Employee] = relationship()

    def told_in(self) -> Meeting:
        return self.meeting


class MeetingPoint(Line):
    """Something on the agenda."""

    __tablename__ = "meeting_point"
    __table_args__ = (UniqueConstraint("meeting_id", "seq"), Index("ix_meeting_point_entity", "entity", "entity_id"))
    words = Words("Point of the agenda", "议题")

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    seq: Mapped[int]
    kind: Mapped[AgendaKind] = mapped_column(default=AgendaKind.OTHER)
    entity: Mapped[str | None] = mapped_column(String(63))
    entity_id: Mapped[int | None] = mapped_column(BigId)
    title: Mapped[str] = mapped_column(String(200))
    outcome: Mapped[str] = mapped_column(Text, default="")
    meeting: Mapped[Meeting] = relationship(back_populates="agenda")

    def told_in(self) -> Meeting:
        return self.meeting


class MeetingDecision(Line):
    """What was decided: who does what by when."""

    __tablename__ = "meeting_decision"
    words = Words("Decision", "会议决议")

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    text: Mapped[str] = mapped_column(String(300))
    responsible_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    due_on: Mapped[date]
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action_item.id"), index=True)
    meeting: Mapped[Meeting] = relationship(back_populates="decisions")
    responsible: Mapped[Employee] = relationship()
    action: Mapped[ActionItem | None] = relationship()

    def told_in(self) -> Meeting:
        return self.meeting

    def open(self, act: Act) -> None:
        """The chair looks at what became of it, or where he is to do it himself, the general manager."""
        session, chair = self.meeting.session, self.meeting.chair_id
        verifier = (
            chair if chair != self.responsible_id else next(iter(holders(session, Role.GENERAL_MANAGER, None)), None)
        )
        if verifier is None or verifier == self.responsible_id:
            raise RuleBroken(
                Words("Nobody else is there to look at what became of it.", "没有其他人可以验证该决议。"),
                field="decisions",
                clause="C1.1",
            )
        self.action = open_action(
            session,
            act.consequence("C1.1"),
            kind=ActionKind.MEETING_RESOLUTION,
            severity=Severity.MINOR,
            description=self.text,
            department_id=self.responsible.department_id,
            responsible_id=self.responsible_id,
            raiser_id=chair,
            verifier_id=verifier,
            source=("meeting", self.meeting_id),
            clause="C1.1",
            due=closing_of(session, self.due_on),
        )


class MeetingReport(Record):
    """What a department reports to a meeting: numbers filled in, progress, problems, solutions (部门汇报)."""

    __tablename__ = "meeting_report"
    __table_args__ = (
        UniqueConstraint("meeting_id", "department_id"),
        CheckConstraint("(status = 'submitted') = (submitted_at IS NOT NULL)", name="submitted_has_instant"),
        Index("ix_meeting_report_status", "status", "id"),
    )
    words = Words("Meeting report", "部门汇报")
    chapter = "communication"
    access = communication.MEETING_REPORT
    lifecycle = communication.REPORT_STEPS
    label_columns = ("called",)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    since: Mapped[datetime]
    snapshot: Mapped[dict[str, Any]] = mapped_column(default=dict)
    progress: Mapped[str] = mapped_column(Text, default="")
    problems: Mapped[str] = mapped_column(Text, default="")
    solutions: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[datetime | None]
    status: Mapped[MeetingReportStatus] = mapped_column(default=MeetingReportStatus.ASKED)
    meeting: Mapped[Meeting] = relationship(back_populates="reports")
    department: Mapped[Department] = relationship()

    @property
    def called(self) -> str:
        return f"{self.meeting.no} · {self.department.name}"

    def parties(self) -> Mapping[str, frozenset[int]]:
        """Its head reports, or whoever of the department attends."""
        heads = set(holders(self.session, HEADS[self.department.kind], self.department_id))
        there = {one.employee_id for one in self.meeting.attendees if one.employee.department_id == self.department_id}
        return {"reporter": frozenset(heads | there), "chair": frozenset({self.meeting.chair_id})}

    @classmethod
    def sight_of(cls, person: Person) -> Sight | None:
        """Reports go with their meeting."""
        sight = Meeting.sight_of(person)
        if sight is None:
            return None
        return Sight(frozenset(), [cls.meeting_id.in_(select(Meeting.id).where(one)) for one in sight.by_name])

    def do_submit(self, act: Act, progress: str = "", problems: str = "", solutions: str = "") -> None:
        communication.refuse_no_report(progress)
        self.progress, self.problems, self.solutions = progress.strip(), problems.strip(), solutions.strip()
        self.submitted_at = act.at


# -- what falls due --------------------------------------------------------------------------------------------------


@falls_due
def call_meetings(session: Session, at: datetime) -> int:
    """The next weekly and monthly meeting are put on the calendar, each once; without a project lead there is none."""
    today, made = on_date(at), 0
    chair = next(iter(holders(session, Role.PROJECT_LEAD, None)), None)
    if chair is None:
        return 0
    try:
        weekly = communication.next_weekly(today, int(figure(session, MEETING_WEEKDAY, today)))
    except Unset:  # the set-up page says so
        weekly = None
    days = (
        (Series.WEEKLY_PRODUCTION, weekly, A_WEEK),
        (Series.MONTHLY_PROJECT, communication.next_monthly(today), A_WEEK),
    )
    for series, on, ahead in days:
        if on is not None and on - today <= ahead and not _is_called(session, series, on):
            _call(session, series, on, chair, at)
            made += 1
    return made


def _is_called(session: Session, series: Series, on: date) -> bool:
    """Whether one of that series lies in the six days from then on: a day off moves it a little."""
    start = datetime.combine(on, time(), COMPANY_ZONE)
    query = select(Meeting.id).where(
        Meeting.series == series, Meeting.planned_at >= start, Meeting.planned_at < start + timedelta(days=6)
    )
    return session.scalar(query.limit(1)) is not None


def _call(session: Session, series: Series, on: date, chair: int, at: datetime) -> None:
    planned = company_calendar(session).next_opening(datetime.combine(on, BEGINS, COMPANY_ZONE))
    meeting = Meeting(series=series, topic=f"{series.words.zh} {on_date(planned)}", planned_at=planned, chair_id=chair)
    roles = (
        Role.PRODUCTION_MANAGER,
        Role.TECHNICAL_MANAGER,
        Role.QUALITY_MANAGER,
        Role.SALES_MANAGER,
        Role.AFTER_SALES_MANAGER,
    )
    people = dict.fromkeys([chair, *(who for role in roles for who in holders(session, role, None))])
    meeting.attendees = [MeetingAttendee(employee_id=who) for who in people]
    session.add(meeting)
    act: Act = session.info["act"]
    seal(session, meeting, "create", Act(SYSTEM, at, act.source), recipients=people)


@falls_due
def collect_reports(session: Session, at: datetime) -> int:
    """A working day before a meeting its agenda is filled and the reports are asked for."""
    waiting = session.scalars(
        select(Meeting).where(
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.planned_at <= company_calendar(session).add(at, COLLECTED_BEFORE),
            Meeting.series != Series.AD_HOC,
        )
    ).all()
    for meeting in waiting:
        meeting.perform("collect", act=Act(SYSTEM, at, session.info["act"].source))
    return len(waiting)
