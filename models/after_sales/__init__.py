"""After-sales: tickets with their conversation and clocks, service, follow-ups, mails (A1-A5, C2)."""

from models.after_sales import consequences, evidence
from models.after_sales.follow_ups import FollowUpVisit, latest_visit, open_visit, schedule_visit
from models.after_sales.mails import MailMessage
from models.after_sales.service import ServiceAction
from models.after_sales.tickets import Ticket, TicketEvent, service_department

__all__ = [
    "FollowUpVisit",
    "MailMessage",
    "ServiceAction",
    "Ticket",
    "TicketEvent",
    "consequences",
    "evidence",
    "latest_visit",
    "open_visit",
    "schedule_visit",
    "service_department",
]
