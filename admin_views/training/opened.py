"""What the pages of this chapter share: who may open them, what was asked for, words for the gate."""

from datetime import date, datetime
from typing import Any

from flask import request
from flask_login import current_user
from sqlalchemy import select

from admin_views.registry import views
from admin_views.screen import Cell
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import say, t
from models.base import COMPANY_ZONE, Record
from models.organisation import Employee
from rules.base import NotVisible, NotYours, Person, Role, Words, names_of
from rules.training import Answer, Gate

TONES = {Answer.YES: "met", Answer.SUPERVISED: "soon", Answer.NO: "breached"}
SIGNS = {Answer.YES: "circle-check", Answer.SUPERVISED: "eye", Answer.NO: "circle-x"}


def require_role(*roles: Role) -> Person:
    """Who is here, if he holds one of the roles; refuses everybody else (403)."""
    person = person_here()
    if not person.holds(*roles):
        raise NotYours(Words("This page is for: {who}.", "此页面仅限：{who}。", who=names_of(roles)))
    return person


def stranger() -> Any:
    """The way to the door for who is not signed in; None for everybody else."""
    return None if current_user.is_authenticated else unauthorised()


def record(model: type[Record], key: str | int | None) -> Any:
    """The record with that key, if the person may see it. Raises NotVisible."""
    return views()[model.__tablename__].one(str(key) if key is not None else None)


def chosen(model: type[Record], name: str) -> Any:
    """The record named in the address, if any; None where none is named."""
    given = request.args.get(name, "")
    return record(model, given) if given else None


def day_of(given: str, otherwise: date) -> date:
    """A date from an address or form, else another."""
    try:
        found = date.fromisoformat(given)
    except ValueError:
        return otherwise
    return found if 2000 <= found.year <= 2200 else otherwise


def instant_of(given: str) -> datetime | None:
    """A day and time typed in a form, in the company's zone."""
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=COMPANY_ZONE)) if 2000 <= found.year <= 2200 else None


def gate_cell(found: Gate) -> Cell:
    """The answer as a state with its reasons behind it."""
    why = " ".join(say(one.words) for one in found.reasons)
    return Cell(say(found.answer.words), "state", tone=TONES[found.answer], exact=why)


def visible_employee(key: int) -> Employee:
    """An employee's row; everybody sees that he exists, his training is another matter."""
    found = db.session.scalar(select(Employee).where(Employee.id == key))
    if found is None:
        raise NotVisible
    return found


def title_of(who: Employee) -> str:
    return t("{name} · {post}", "{name} · {post}", name=who.name, post=who.post.name)
