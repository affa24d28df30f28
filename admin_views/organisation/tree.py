"""The company as a tree: departments in departments, heads, posts and teams, for everybody (G2)."""

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, render_template
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of
from admin_views.organisation.places import filled_cell, leader_cell, leaders_today, people_by
from admin_views.registry import MenuPage, menu_page, record_url
from admin_views.screen import Cell
from admin_views.session import db
from admin_views.signin import unauthorised
from admin_views.words import today
from models.organisation import Account, AccountRole, Department, Employee, Post, Team
from models.organisation.places import below, parts_of
from rules.base import Words
from rules.organisation import HEADS, EmployeeStatus, is_in_force

menu_page(MenuPage("organisation", Words("The company", "组织架构"), "/organisation/", icon="sitemap"))
company = Blueprint("company", __name__)


@dataclass
class Branch:
    """A department in the tree with all that is shown of it."""

    name: str
    url: str
    kind: Cell
    people: int
    heads: list[Cell] = field(default_factory=list)
    posts: list[tuple[Cell, Cell]] = field(default_factory=list)
    teams: list[tuple[Cell, Cell, int]] = field(default_factory=list)
    below: list["Branch"] = field(default_factory=list)

    @property
    def all_people(self) -> int:
        """Its own people and those below it."""
        return self.people + sum(one.all_people for one in self.below)


@company.get("/organisation/")
def tree() -> AnyResponse | str:
    """Every department where it belongs; a constant number of statements however large the company is."""
    if not current_user.is_authenticated:
        return unauthorised()
    return render_template("organisation.html", branches=branches())


def branches() -> list[Branch]:
    """The departments that belong to none, each with what lies below it."""
    rows = db.session.scalars(select(Department).where(Department.voided_at.is_(None)).order_by(Department.code)).all()
    people, found = people_by(Employee.department_id), {}
    for one in rows:
        found[one.id] = Branch(one.name, record_url(Department, one.id), cell_of(one.kind), people.get(one.id, 0))
    _with_posts(found)
    _with_teams(found)
    _with_heads(found, rows)
    top = []
    for one in rows:
        above = found.get(one.parent_id or 0)
        (above.below if above is not None else top).append(found[one.id])
    return top


def _with_posts(found: dict[int, Branch]) -> None:
    counts = people_by(Employee.post_id)
    query = select(Post.id, Post.name, Post.department_id, Post.headcount).where(Post.voided_at.is_(None))
    for key, name, department, headcount in db.session.execute(query.order_by(Post.code)):
        if department in found:
            post = Cell(name, "relation", record_url(Post, key))
            found[department].posts.append((post, filled_cell(counts.get(key, 0), headcount)))


def _with_teams(found: dict[int, Branch]) -> None:
    counts, leaders = people_by(Employee.team_id), leaders_today()
    query = select(Team.id, Team.name, Team.department_id).where(Team.voided_at.is_(None)).order_by(Team.code)
    for key, name, department in db.session.execute(query):
        if department in found:
            team = Cell(name, "relation", record_url(Team, key))
            found[department].teams.append((team, leader_cell(leaders.get(key)), counts.get(key, 0)))


def _with_heads(found: dict[int, Branch], rows: Any) -> None:
    """Who heads each department: whose role does, for the departments that it was given for."""
    on = today()
    held = db.session.execute(
        select(
            Employee.id,
            Employee.name,
            AccountRole.role,
            AccountRole.department_id,
            AccountRole.from_on,
            AccountRole.to_on,
        )
        .join(AccountRole, AccountRole.account_id == Employee.account_id)
        .join(Account, Account.id == AccountRole.account_id)
        .where(
            AccountRole.role.in_(sorted(set(HEADS.values()))), Account.is_active, Employee.status != EmployeeStatus.LEFT
        )
    ).all()
    given = [one for one in held if is_in_force(one.from_on, one.to_on, on)]
    parts = parts_of(db.session)
    scopes = {one.department_id: below(parts, one.department_id) for one in given if one.department_id}
    for department in rows:
        for one in given:
            reaches = one.department_id is None or department.id in scopes[one.department_id]
            if one.role is HEADS[department.kind] and reaches:
                found[department.id].heads.append(Cell(one.name, "relation", record_url(Employee, one.id)))
