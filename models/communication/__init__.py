"""Meetings, notices, surveys (C1, C2)."""

from models.communication import evidence
from models.communication.agenda import FIGURES, Point, agenda_of, on_the_agenda, reported
from models.communication.meetings import (
    Meeting,
    MeetingAttendee,
    MeetingDecision,
    MeetingPoint,
    MeetingReport,
    call_meetings,
    collect_reports,
)
from models.communication.notices import Notice, NoticeAudience, expire_notices
from models.communication.slips import propose_slips
from models.communication.surveying import prepare_surveys
from models.communication.surveys import (
    Survey,
    SurveyInvitation,
    SurveyQuestion,
    SurveyResponse,
    invitation_behind,
)

__all__ = [
    "FIGURES",
    "Meeting",
    "MeetingAttendee",
    "MeetingDecision",
    "MeetingPoint",
    "MeetingReport",
    "Notice",
    "NoticeAudience",
    "Point",
    "Survey",
    "SurveyInvitation",
    "SurveyQuestion",
    "SurveyResponse",
    "agenda_of",
    "call_meetings",
    "collect_reports",
    "evidence",
    "expire_notices",
    "invitation_behind",
    "on_the_agenda",
    "prepare_surveys",
    "propose_slips",
    "reported",
]
