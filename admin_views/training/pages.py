"""The pages of training that are no table's."""

from flask import Blueprint

from admin_views.registry import MenuPage, menu_page
from rules.base import Person, Role, Words
from rules.training.kinds import TRAINERS

pages = Blueprint("training", __name__, url_prefix="/training")


def _teaches(person: Person) -> bool:
    return person.holds(*TRAINERS, Role.TEAM_LEADER)


def _looks_after(person: Person) -> bool:
    return person.holds(*TRAINERS, Role.TEAM_LEADER, Role.QUALITY_MANAGER, Role.PRODUCTION_MANAGER)


def _is_somebody(person: Person) -> bool:
    return person.employee_id is not None


for _page in (
    MenuPage("training", Words("Who owes what", "应训清单"), "/training/owed/", _teaches, "hourglass"),
    MenuPage("training", Words("Calendar of trainings", "培训日历"), "/training/calendar/", _is_somebody, "calendar"),
    MenuPage(
        "training", Words("Exam day", "考核录入"), "/training/exam-day/", lambda person: person.holds(Role.HR), "table"
    ),
    MenuPage(
        "training", Words("Qualification matrix", "上岗资格矩阵"), "/training/matrix/", _looks_after, "layout-list"
    ),
    MenuPage("training", Words("My training", "我的培训"), "/training/me/", _is_somebody, "user"),
):
    menu_page(_page)
