"""Meetings, notices and surveys on screen (C1, C2)."""

from typing import Any

from admin_views.base import RegulationView
from admin_views.communication import desk
from admin_views.communication.meetings import MeetingReportView, MeetingView
from admin_views.communication.notices import NoticeView
from admin_views.communication.surveys import SurveyResponseView, SurveyView, public, surveys
from models.communication import Meeting, MeetingReport, Notice, Survey, SurveyResponse

VIEWS: list[tuple[type[Any], type[RegulationView]]] = [
    (Meeting, MeetingView),
    (MeetingReport, MeetingReportView),
    (Notice, NoticeView),
    (Survey, SurveyView),
    (SurveyResponse, SurveyResponseView),
]
PAGES = (surveys, public)

__all__ = ["PAGES", "VIEWS", "desk"]
