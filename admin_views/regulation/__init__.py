"""Figures, time limits and the working calendar on screen: what an admin sets instead of a programmer."""

from typing import Any

from admin_views.base import RegulationView
from admin_views.registry import MenuPage, menu_page
from admin_views.regulation.board import board
from admin_views.regulation.calendar import CalendarDayView, CalendarView
from admin_views.regulation.clauses import ClauseView
from admin_views.regulation.clocks import clock_pages
from admin_views.regulation.figures import FigureView
from admin_views.regulation.limits import SlaPolicyView
from admin_views.regulation.priorities import PriorityMatrixView
from admin_views.regulation.report import report
from admin_views.regulation.tables import table_pages
from admin_views.regulation.year import year_pages
from models.regulation import Calendar, CalendarDay, Clause, Figure, PriorityMatrix, SlaPolicy
from rules.base import Role, Words

menu_page(
    MenuPage(
        "regulation",
        Words("Not set yet: [X]", "尚未设定 [X]"),
        "/regulation/unset/",
        lambda person: person.holds(Role.ADMIN),
        "adjustments",
    )
)
VIEWS: list[tuple[type[Any], type[RegulationView]]] = [
    (Clause, ClauseView),
    (Figure, FigureView),
    (SlaPolicy, SlaPolicyView),
    (PriorityMatrix, PriorityMatrixView),
    (Calendar, CalendarView),
    (CalendarDay, CalendarDayView),
]
PAGES = (report, board, clock_pages, year_pages, table_pages)
