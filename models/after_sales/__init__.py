"""After-sales: tickets with their conversation and clocks, service, follow-ups, mails (A1-A5, C2)."""

from models.after_sales import consequences, evaluations, evidence
from models.after_sales.around import service_department
from models.after_sales.follow_ups import FollowUpVisit, latest_visit, open_visit, schedule_visit
from models.after_sales.mails import MailMessage
from models.after_sales.service import ServiceAction
from models.after_sales.tickets import Ticket, TicketEvent

__all__ = [
    "FollowUpVisit",
    "MailMessage",
    "ServiceAction",
    "Ticket",
    "TicketEvent",
    "consequences",
    "evaluations",
    "evidence",
    "latest_visit",
    "open_visit",
    "schedule_visit",
    "service_department",
]
