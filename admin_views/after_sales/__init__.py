"""After-sales on screen: hotline, queue, tickets, follow-ups, mails, the customer's page, figures (A1-A5, C2)."""

from typing import Any

from admin_views.after_sales import cards, statistics
from admin_views.after_sales.outside import outside
from admin_views.after_sales.pages import desks
from admin_views.after_sales.records import FollowUpVisitView, MailMessageView, ServiceActionView
from admin_views.after_sales.tickets import TicketView
from admin_views.base import RegulationView
from models.after_sales import FollowUpVisit, MailMessage, ServiceAction, Ticket

VIEWS: list[tuple[type[Any], type[RegulationView]]] = [
    (Ticket, TicketView),
    (ServiceAction, ServiceActionView),
    (FollowUpVisit, FollowUpVisitView),
    (MailMessage, MailMessageView),
]

PAGES = (desks, outside)

__all__ = ["PAGES", "VIEWS", "cards", "statistics"]
