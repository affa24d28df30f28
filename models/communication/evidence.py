"""What shows that departments meet, people are told, slips are settled, and customers are asked (C1, C2.3)."""

from collections.abc import Iterator

from models.actions.evidence import cases_of
from models.communication.meetings import Meeting
from models.communication.notices import Notice
from models.communication.surveys import Survey
from models.regulation import Asked, Tally, evidence
from rules.actions import CaseKind
from rules.base import Words
from rules.communication import MeetingStatus, NoticeKind, NoticeStatus, SurveyStatus
from rules.regulation import Side

AHEAD = (MeetingStatus.SCHEDULED, MeetingStatus.COLLECTING)


@evidence("C1.1", "S2.2")
def meetings(asked: Asked) -> Iterator[Tally]:
    """Meetings with minutes; those ahead; those whose minutes are late, or that were due and not held."""
    lacks_minutes = Meeting.status == MeetingStatus.HELD
    yield Tally(
        Words("Meetings", "会议"),
        Meeting,
        {
            Side.DONE: Meeting.minuted_at >= asked.since,
            Side.DUE: (Meeting.status.in_(AHEAD) & (Meeting.planned_at >= asked.at))
            | (lacks_minutes & (Meeting.minutes_due_at >= asked.at)),
            Side.OVERDUE: (Meeting.status.in_(AHEAD) & (Meeting.planned_at < asked.at))
            | (lacks_minutes & (Meeting.minutes_due_at < asked.at)),
            Side.EXCEPTION: (Meeting.status == MeetingStatus.CANCELLED) & (Meeting.updated_at >= asked.since),
        },
        moment=Meeting.planned_at,
        queries={Side.EXCEPTION: "flt_status=cancelled"},
    )


def _notices(asked: Asked, *, is_formal: bool) -> Tally:
    kind = Notice.kind == NoticeKind.FORMAL_DOCUMENT
    is_its = kind if is_formal else ~kind
    return Tally(
        Words("Formal documents", "正式文件") if is_formal else Words("Notices", "通知公告"),
        Notice,
        {
            Side.DONE: is_its & (Notice.published_at >= asked.since),
            Side.DUE: is_its & Notice.status.in_((NoticeStatus.DRAFT, NoticeStatus.APPROVED)),
            Side.EXCEPTION: is_its & (Notice.status == NoticeStatus.WITHDRAWN) & (Notice.updated_at >= asked.since),
        },
        moment=Notice.updated_at,
    )


@evidence("C1.2")
def notices(asked: Asked) -> Iterator[Tally]:
    """News on the platform."""
    yield _notices(asked, is_formal=False)


@evidence("C1.3")
def formal_documents(asked: Asked) -> Iterator[Tally]:
    """Important matters go by a formal document."""
    yield _notices(asked, is_formal=True)


@evidence("C1.4")
def slips(asked: Asked) -> Iterator[Tally]:
    """Slips of communication: decided or dismissed, and those that wait."""
    yield cases_of(CaseKind.COMMUNICATION_SLIP, Words("Slips in communication", "沟通失误"), asked)


@evidence("C2.3")
def surveys(asked: Asked) -> Iterator[Tally]:
    """Surveys with their measures; those that run; those that closed without measures."""
    yield Tally(
        Words("Surveys", "满意度调查"),
        Survey,
        {
            Side.DONE: (Survey.status == SurveyStatus.ANALYSED) & (Survey.updated_at >= asked.since),
            Side.DUE: Survey.status.in_((SurveyStatus.DRAFT, SurveyStatus.OPEN)),
            Side.OVERDUE: Survey.status == SurveyStatus.CLOSED,
        },
        moment=Survey.closes_on,
        queries={Side.OVERDUE: "flt_status=closed"},
    )
