"""The board: action items by state, the most urgent first, by department, person and severity (P3.2)."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_login import current_user
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from admin_views.actions.ladder import WHO as ANSWER_FOR_OTHERS
from admin_views.columns import TONES, due_cell
from admin_views.registry import MenuPage, menu_page, record_url
from admin_views.screen import Cell, Option
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import exact_date, near_date, say, t
from models.actions import ActionItem
from models.base import now
from models.organisation import Department, Employee
from rules.actions import ActionStatus, Severity
from rules.base import Person, Words, key_of

menu_page(MenuPage("actions", Words("Board", "整改看板"), "/actions/board/", icon="table"))
board = Blueprint("actions_board", __name__, url_prefix="/actions/board")
COLUMNS = (
    ActionStatus.OPEN,
    ActionStatus.DISPUTED,
    ActionStatus.ACCEPTED,
    ActionStatus.IN_PROGRESS,
    ActionStatus.SUBMITTED,
    ActionStatus.RETURNED,
    ActionStatus.WATCHING,
)
CARDS = 30
"""Cards in a column; the rest is a list."""


@board.get("/")
def actions_board() -> AnyResponse | str:
    """Everything unfinished that the person may see, a column for each state; two statements however much there is."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = person_here()
    asked = {name: request.args.get(name, "") for name in ("department", "responsible", "severity")}
    where = [ActionItem.visible_to(person), ActionItem.status.in_(COLUMNS), *_wanted(asked)]
    counted = select(ActionItem.status, func.count()).where(*where).group_by(ActionItem.status)
    counts = dict(db.session.execute(counted).tuples().all())
    cards = _cards(where)
    return render_template(
        "actions_board.html",
        title=t("Board", "整改看板"),
        clause="P3.2",
        columns=[_column(one, cards.get(one, []), counts.get(one, 0), asked) for one in COLUMNS],
        total=sum(counts.values()),
        departments=_departments(person, asked["department"]),
        severities=[Option(str(one), say(one.words), str(one) == asked["severity"]) for one in Severity],
        responsible=_responsible(asked["responsible"]),
        lookup_url="/admin/action_item/ajax/lookup/?name=responsible",
        is_narrowed=any(asked.values()),
        list_url="/admin/action_item/",
        overdue_url="/actions/overdue/" if person.holds(*ANSWER_FOR_OTHERS) else "",
        create_url="/admin/action_item/new/" if ActionItem.access.may_create(person) and person.employee_id else "",
    )


def _wanted(asked: dict[str, str]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name, column in (("department", ActionItem.department_id), ("responsible", ActionItem.responsible_id)):
        if (key := key_of(asked[name])) is not None:
            found.append(column == key)
    if asked["severity"] in {str(one) for one in Severity}:
        found.append(ActionItem.severity == Severity(asked["severity"]))
    return found


def _cards(where: list[ColumnElement[bool]]) -> dict[ActionStatus, list[ActionItem]]:
    """The most urgent of each state, in one statement."""
    place = func.row_number().over(partition_by=ActionItem.status, order_by=(ActionItem.due_at, ActionItem.id))
    first = select(ActionItem.id, place.label("place")).where(*where).subquery()
    rows = db.session.scalars(
        select(ActionItem)
        .join(first, first.c.id == ActionItem.id)
        .where(first.c.place <= CARDS)
        .options(joinedload(ActionItem.responsible), joinedload(ActionItem.department))
        .order_by(ActionItem.due_at, ActionItem.id)
    )
    found: dict[ActionStatus, list[ActionItem]] = {}
    for one in rows:
        found.setdefault(one.status, []).append(one)
    return found


def _column(status: ActionStatus, cards: list[ActionItem], count: int, asked: dict[str, str]) -> dict[str, Any]:
    narrowed = "".join(f"&flt_{name}={value}" for name, value in asked.items() if value)
    return {
        "name": str(status),
        "label": say(status.words),
        "tone": TONES.get(str(status), ""),
        "count": count,
        "cards": [_card(one) for one in cards],
        "more": count - len(cards),
        "more_url": f"/admin/action_item/?flt_status={status}&sort=due_at{narrowed}",
    }


def _card(one: ActionItem) -> dict[str, Any]:
    is_watched = one.status is ActionStatus.WATCHING and one.effectiveness_due_on is not None
    return {
        "url": record_url(ActionItem, one.id),
        "no": one.no,
        "title": one.description,
        "severity": say(one.severity.words),
        "severity_tone": TONES.get(str(one.severity), ""),
        "is_repeat": one.is_repeat,
        "who": one.responsible.name,
        "department": one.department.name,
        "due": _watched(one) if is_watched else due_cell(one.due_at, now()),
    }


def _watched(one: ActionItem) -> Cell:
    until = one.effectiveness_due_on
    if until is None:
        return Cell("")
    return Cell(
        t("watched until {on}", "观察至 {on}", on=near_date(until)), "date", exact=exact_date(until), tone="running"
    )


def _departments(person: Person, chosen: str) -> list[Option]:
    rows = db.session.execute(
        select(Department.id, Department.name)
        .where(
            Department.id.in_(
                select(ActionItem.department_id).where(ActionItem.visible_to(person), ActionItem.status.in_(COLUMNS))
            )
        )
        .order_by(Department.code)
    )
    return [Option(str(key), name, str(key) == chosen) for key, name in rows]


def _responsible(chosen: str) -> Option | None:
    found = db.session.get(Employee, key_of(chosen) or 0)
    return Option(str(found.id), found.label, is_chosen=True) if found is not None else None
