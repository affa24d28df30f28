"""The roster: people, their teams, who leads them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from models.base import on_date
from models.intake.kit import (
    Intake,
    Outcome,
    RowRefused,
    change,
    chosen,
    guard,
    parts,
    refuse,
    refuse_voided,
    said,
    there,
)
from models.intake.posts import free_code
from models.intake.reasons import STATUS_NOT_REACHED, TWO_LEADERS
from models.organisation import Department, Employee, Placement, Post, Team
from rules.base import Lifecycle
from rules.ledger import Row, SheetResult
from rules.ledger.text import folded
from rules.organisation import EMPLOYEE_STEPS, EmployeeStatus

TeamKey: TypeAlias = tuple[str, str]


def store_people(intake: Intake, sheet: SheetResult) -> None:
    """Everybody of the roster, in parts; teams and their leaders first, since they are named before they appear."""
    roster = Roster(intake)
    rows = roster.settle_leaders(sheet.accepted)
    roster.end_other_leaders(rows)
    for part in parts(rows):
        stored = intake.found(Employee.no, (row.values["no"] for row in part), selectinload(Employee.placements))
        for row in part:
            try:
                intake.counts[roster.take(row, stored.get(row.values["no"]))] += 1
            except RowRefused:
                continue
        intake.session.flush()
    roster.lead_from_outside(rows)


def team_of(row: Row) -> TeamKey | None:
    """Which team the row is in; names of teams are looked up within their department."""
    team = row.values["team"]
    return (folded(row.values["department"]), folded(team)) if team else None


class Roster:
    """Departments, posts and teams by name while people are taken in, and which number leads which team."""

    def __init__(self, intake: Intake) -> None:
        self._intake, session = intake, intake.session
        self._today = on_date(intake.at)
        self._departments = {
            folded(one.name): one for one in session.scalars(select(Department).where(Department.voided_at.is_(None)))
        }
        posts = session.scalars(select(Post).where(Post.voided_at.is_(None)))
        self._posts = {(one.department_id, folded(one.name)): one for one in posts}
        teams = list(session.scalars(select(Team).order_by(Team.id)))
        self._team_codes = {one.code: one for one in teams}
        self._teams = {(folded(one.department.name), folded(one.name)): one for one in teams}
        self._leaders: dict[TeamKey, str] = {}

    # -- leaders -----------------------------------------------------------------------------------------------------

    def settle_leaders(self, rows: Sequence[Row]) -> list[Row]:
        """Notes who leads each team; the rows that do not contradict."""
        for row in rows:
            team, leader = team_of(row), row.values["team_leader"]
            if team and leader and self._leaders.setdefault(team, leader) != leader:
                row.fault(TWO_LEADERS, "team_leader")
        return [row for row in rows if not row.faults]

    def end_other_leaders(self, rows: Iterable[Row]) -> None:
        """A team has one leader: whoever led it until now makes room before the next begins."""
        teams = {self._teams[key].id: leader for key, leader in self._leaders.items() if key in self._teams}
        for part in parts(teams):
            leading = self._intake.session.scalars(
                select(Placement).where(Placement.team_id.in_(part), Placement.leads_team, Placement.to_on.is_(None))
            )
            for one in leading.all():
                if one.employee.no != teams.get(one.team_id or 0):
                    self._place(one.employee, leads_team=False)
        self._intake.session.flush()

    def lead_from_outside(self, rows: Iterable[Row]) -> None:
        """Leaders who were stored before and do not stand in this ledger."""
        here = {row.values["no"] for row in rows}
        wanted = {leader: key for key, leader in self._leaders.items() if leader not in here}
        people = self._intake.found(Employee.no, wanted, selectinload(Employee.placements))
        for no, employee in people.items():
            team, present = self._teams.get(wanted[no]), employee.placement
            if team is not None and present is not None and present.team is team and not present.leads_team:
                self._place(employee, leads_team=True)

    def _place(self, employee: Employee, *, leads_team: bool) -> None:
        employee.move(
            self._today, department=employee.department, post=employee.post, team=employee.team, leads_team=leads_team
        )

    # -- people ------------------------------------------------------------------------------------------------------

    def take(self, row: Row, employee: Employee | None) -> Outcome:
        """One line of the roster."""
        guard(row, Employee, "no", "name", "phone", "mail", "note")
        department = there(row, self._departments.get(folded(row.values["department"])), "department")
        post = there(row, self._posts.get((department.id, folded(row.values["post"]))), "post")
        status = chosen(EmployeeStatus, row.values["status"])
        if employee is not None:
            return self._change(row, employee, status, (department, post))
        team = self._team(row, department)
        begins = status if status is EmployeeStatus.PROBATION else EmployeeStatus.ACTIVE  # the rest came after
        values = said(row, "name", "hired_on", "phone", "mail", "note") | {"status": begins}
        employee = Employee(no=row.values["no"], department=department, post=post, team=team, **values)
        employee.hire(leads_team=self._leads(row, team))
        self._intake.session.add(employee)
        for verb in path(EMPLOYEE_STEPS, begins, status) or ():
            employee.perform(verb, act=self._intake.act())
        return "created"

    def _change(self, row: Row, employee: Employee, status: EmployeeStatus, place: tuple[Department, Post]) -> Outcome:
        refuse_voided(row, employee, "no")
        verbs = path(EMPLOYEE_STEPS, employee.status, status)
        if verbs is None:
            raise refuse(row, STATUS_NOT_REACHED, "status")
        before = employee.hired_on
        is_changed = change(employee, said(row, "name", "hired_on", "phone", "mail", "note"))
        is_changed |= begin_on(employee, before)
        is_changed |= self._move(row, employee, *place)
        for verb in verbs:
            employee.perform(verb, act=self._intake.act())
        return "updated" if is_changed or verbs else "unchanged"

    def _move(self, row: Row, employee: Employee, department: Department, post: Post) -> bool:
        """From the day of the import where the ledger does not say since when."""
        team = self._team(row, department) if "team" in row.places else employee.team
        if team is not None and team.department is not department:
            team = None
        present = employee.placement
        leads = present is not None and self._leads(row, team, present)
        same = (employee.department, employee.post, employee.team) == (department, post, team)
        if same and (present is None or present.leads_team == leads):
            return False
        employee.move(self._today, department=department, post=post, team=team, leads_team=leads)
        return True

    def _leads(self, row: Row, team: Team | None, present: Placement | None = None) -> bool:
        """Whether this is the leader; a team whose ledger names none keeps its own."""
        key = team_of(row) if "team" in row.places else None
        if team is not None and key in self._leaders:
            return bool(self._leaders[key] == row.values["no"])
        return bool(present and present.leads_team and present.team is team)

    def _team(self, row: Row, department: Department) -> Team | None:
        """The team of the row; one that nobody knew yet begins with its first member."""
        key, name = team_of(row), row.values["team"]
        if key is None:
            return None
        guard(row, Team, name="team")
        if key not in self._teams:
            code = free_code(f"{department.code}-", self._team_codes)
            team = Team(code=code, name=name, department=department)
            self._intake.session.add(team)
            self._teams[key] = self._team_codes[code] = team
        return self._teams[key]


def begin_on(employee: Employee, before: date) -> bool:
    """The first placement follows a corrected day of entry."""
    first = employee.placements[0] if employee.placements else None
    is_moved = first is not None and first.from_on == before != employee.hired_on
    if first is not None and is_moved and (first.to_on is None or employee.hired_on <= first.to_on):
        first.from_on = employee.hired_on
    return is_moved


def path(lifecycle: Lifecycle, start: str, goal: str) -> list[Any] | None:
    """The fewest verbs from one state to another; None = there is no way."""
    ways: dict[str, list[str]] = {start: []}
    waiting = [start]
    for state in waiting:
        for one in lifecycle.open_from(state):
            if one.target not in ways:
                ways[one.target] = [*ways[state], one.verb]
                waiting.append(one.target)
    return ways.get(goal)
