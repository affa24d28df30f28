"""Builds the company before its records begin: calendar, figures, departments, posts, teams, people, accounts."""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import ActionRung
from models.base import Source
from models.demo.diary import as_of
from models.demo.people import DEPARTMENTS, PEOPLE, POSTS, ROLES, TEAMS, PersonRow
from models.demo.settings import FIGURE_VALUES, LIMITS, PRIORITIES, RUNGS
from models.first_data import fill
from models.organisation import Account, AccountRole, Department, Employee, Post, Team, person_of
from models.regulation import Figure, PriorityMatrix, SlaPolicy
from models.regulation.shipped import ship
from models.signin import hash_of
from rules.actions import Told
from rules.base import SYSTEM, Person, Role
from rules.organisation import EmployeeStatus
from rules.regulation import CLAUSES, FIGURES, Priority, ReportSeverity, Urgency

PASSWORD = "demo"  # noqa: S105 - the demo company's, known to everybody
FIRST_NO = 1001
PHONES = 14200002000


@dataclass
class Member:
    """Somebody who acts in the demo: who he is to the verbs, and where he works."""

    id: int
    person: Person
    name: str
    login: str
    post: str
    team: str


@dataclass
class Company:
    """The keys of what was built, by code and by name."""

    departments: dict[str, int] = field(default_factory=dict)
    posts: dict[str, int] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)
    kept: list[object] = field(default_factory=list)
    """Rows that every check looks at: held, so that they are read once."""

    def named(self, name: str) -> Member:
        """The member with this name or login."""
        return next(one for one in self.members if name in {one.name, one.login})

    def at_post(self, post: str) -> list[Member]:
        return [one for one in self.members if one.post == post]

    def leader(self, member: Member) -> Member:
        """Who leads his team; himself where he has none."""
        return next((one for one in self.members if one.team and one.team == member.team), member)


def founded(session: Session, rng: Random, began: datetime, changed_on: date) -> Company:
    """Writes the master data as of ``began``; ``changed_on`` is when a time limit was tightened."""
    company = Company()
    fill(session, began)
    ship(session, began)
    with as_of(session, SYSTEM, began, Source.COMMAND):
        _regulation(session, began.date(), changed_on)
        _places(session, company)
        _people(session, rng, company, began.date())
        session.commit()
        _cast(session, company)
    return company


# -- figures, limits, calendar ---------------------------------------------------------------------------------------


def _regulation(session: Session, began: date, changed_on: date) -> None:
    from_on = date(began.year - 1, 1, 1)
    for code, given in FIGURE_VALUES.items():
        spec = FIGURES[code]
        values = {"": given} if isinstance(given, str) else given
        for applies_to, value in values.items():
            facts = {"code": code, "clause": spec.clause, "unit": spec.unit, "from_on": from_on}
            session.add(Figure(applies_to=applies_to, value=Decimal(value), **facts))
    for row in LIMITS:
        session.add(
            SlaPolicy(
                name=row.name,
                clause=CLAUSES[row.target],
                target=row.target,
                match=dict(row.match),
                amount=Decimal(row.amount) if row.amount else None,
                unit=row.unit,
                pauses_on=list(row.pauses_on),
                warnings=list(row.warnings),
                ladder=[[offset, list(who)] for offset, who in row.ladder],
                from_on=changed_on if row.era == "then" else from_on,
                to_on=changed_on - timedelta(days=1) if row.era == "first" else None,
            )
        )
    for severity, ranks in PRIORITIES.items():
        for urgency, priority in zip(Urgency, ranks.split(), strict=True):
            rule = {"severity": ReportSeverity(severity), "urgency": urgency, "priority": Priority(priority)}
            session.add(PriorityMatrix(**rule))
    for level, hours, name, told, also in RUNGS:
        session.add(
            ActionRung(level=level, after_hours=Decimal(hours), name=name, tells=_told(told), also_tells=_told(also))
        )


def _told(given: str) -> Told | None:
    return Told(given) if given else None


# -- places and people -----------------------------------------------------------------------------------------------


def _places(session: Session, company: Company) -> None:
    for code, name, kind, parent in DEPARTMENTS:
        above = company.departments.get(parent)
        company.departments[code] = _key(session, Department(code=code, name=name, kind=kind, parent_id=above))
    for row in POSTS:
        post = Post(
            code=row.code,
            name=row.name,
            department_id=company.departments[row.department],
            headcount=row.headcount,
            is_key=row.is_key,
            requires_qualification=row.requires_qualification,
            grace_mode=row.grace_mode,
        )
        company.posts[row.code] = _key(session, post)
    for code, name, department in TEAMS:
        team = Team(code=code, name=name, department_id=company.departments[department])
        company.teams[code] = _key(session, team)


def _key(session: Session, record: Department | Post | Team) -> int:
    session.add(record)
    session.flush()
    return record.id


def _people(session: Session, rng: Random, company: Company, began: date) -> None:
    known, others = hash_of(PASSWORD), hash_of(secrets.token_urlsafe(24))
    session.add(_account(company, "admin", known, Role.ADMIN, ""))
    led: set[str] = set()
    for place, row in enumerate(PEOPLE):
        no = str(FIRST_NO + place)
        role, scope = ROLES.get(row.login or row.name, (None, ""))
        account = _account(company, row.login or no, known if row.login else others, role, scope)
        account.must_change_password = not row.login
        hired_on = began - timedelta(days=rng.randint(200, 5400))
        employee = employed(session, company, row, no, hired_on, EmployeeStatus.ACTIVE)
        employee.account = account
        employee.hire(leads_team=bool(row.team) and row.team not in led)
        led.add(row.team)


def _account(company: Company, login: str, password_hash: str, role: Role | None, scope: str) -> Account:
    account = Account(login=login, password_hash=password_hash, must_change_password=False)
    if role is not None:
        account.roles = [AccountRole(role=role, department_id=company.departments.get(scope))]
    return account


def employed(
    session: Session,
    company: Company,
    row: PersonRow,
    no: str,
    hired_on: date,
    begins: EmployeeStatus = EmployeeStatus.PROBATION,
) -> Employee:
    """A new employee of that row, at his place; ``hire`` is still to be called. Old hands begin as confirmed."""
    department = next(one.department for one in POSTS if one.code == row.post)
    employee = Employee(
        no=no,
        status=begins,
        name=row.name,
        pinyin=row.pinyin,
        department=session.get_one(Department, company.departments[department]),
        post=session.get_one(Post, company.posts[row.post]),
        team=session.get_one(Team, company.teams[row.team]) if row.team else None,
        hired_on=hired_on,
        phone=str(PHONES + int(no)),
        mail=f"y{no}@hengyue.example",
    )
    session.add(employee)
    return employee


def _cast(session: Session, company: Company) -> None:
    """Who acts from now on, with how far his roles reach."""
    accounts = {one.login: one for one in session.scalars(select(Account))}
    company.kept += [row for table in (Department, Post, Team, Employee) for row in session.scalars(select(table))]
    for place, row in enumerate(PEOPLE):
        person = person_of(session, accounts[row.login or str(FIRST_NO + place)])
        if person.employee_id is None:
            raise LookupError(row.name)
        company.members.append(Member(person.employee_id, person, row.name, row.login, row.post, row.team))
