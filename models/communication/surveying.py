"""The next survey is prepared by itself when the company's period since the last one is over (C2.3)."""

from datetime import date, datetime, time

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.after_sales import Ticket
from models.base import COMPANY_ZONE, Act, on_date
from models.communication.surveys import Survey, SurveyInvitation, SurveyQuestion
from models.journal import seal
from models.organisation import Customer, holders
from models.regulation import figure
from models.reminding import falls_due
from models.schedule import SalesOrder
from rules import communication
from rules.base import SYSTEM, Unset
from rules.communication import ASKERS, SurveyStatus
from rules.regulation.figures import SURVEY_MONTHS


@falls_due
def prepare_surveys(session: Session, at: datetime) -> int:
    """A draft with the last survey's questions, for its customers and those who ordered or called since.

    Whoever asks customers completes and opens it. While one is a draft or open there is none beside it; the first one
    is made by hand, since its questions are the company's own.
    """
    last = session.scalar(select(Survey).where(Survey.voided_at.is_(None)).order_by(Survey.id.desc()).limit(1))
    if last is None or last.opened_at is None or last.status is SurveyStatus.OPEN:
        return 0
    began = on_date(last.opened_at)
    try:
        months = int(figure(session, SURVEY_MONTHS, on_date(at)))
    except Unset:  # the set-up page says so
        return 0
    if on_date(at) < communication.next_survey_on(began, months):
        return 0
    _draft(session, last, began, at)
    return 1


def _draft(session: Session, last: Survey, began: date, at: datetime) -> None:
    today = on_date(at)
    survey = Survey(
        title=f"客户满意度调查 {today:%Y-%m}",
        title_en=f"Customer satisfaction survey {today:%Y-%m}",
        closes_on=today + (last.closes_on - began),
        questions=[SurveyQuestion(seq=one.seq, text=one.text, text_en=one.text_en) for one in last.questions],
        invitations=[SurveyInvitation(customer=one) for one in _customers(session, last, began)],
    )
    session.add(survey)
    act: Act = session.info["act"]
    told = {who for role in ASKERS for who in holders(session, role, None)}
    seal(session, survey, "create", Act(SYSTEM, at, act.source), recipients=told)


def _customers(session: Session, last: Survey, began: date) -> list[Customer]:
    asked = select(SurveyInvitation.customer_id).where(SurveyInvitation.survey_id == last.id)
    ordered = select(SalesOrder.customer_id).where(SalesOrder.ordered_on >= began)
    since = datetime.combine(began, time(), COMPANY_ZONE)
    called = select(Ticket.customer_id).where(Ticket.received_at >= since, Ticket.customer_id.is_not(None))
    meant = or_(Customer.id.in_(asked), Customer.id.in_(ordered), Customer.id.in_(called))
    return list(session.scalars(select(Customer).where(meant, Customer.voided_at.is_(None)).order_by(Customer.id)))


__all__ = ["prepare_surveys"]
