"""Who somebody is and how far his roles reach; who leads, who manages, where somebody was on a day (G2, P2.2)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, bindparam, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import SQLColumnExpression

from models.base import Act, after, on_date, previews
from models.journal import HOLDERS, seal
from models.organisation.accounts import Account, AccountRole, acting_day
from models.organisation.customers import Customer
from models.organisation.people import Employee, Placement
from models.organisation.places import Department, below, departments_below, parts_of
from rules.base import BY_NAME, SCOPED, SYSTEM, Person, Role, Words
from rules.organisation import HEADS, DepartmentKind, EmployeeStatus, first_names, is_in_force

# -- roles -----------------------------------------------------------------------------------------------------------


_BEHIND = (
    select(
        Employee.id,
        Employee.name,
        AccountRole.role,
        AccountRole.department_id,
        AccountRole.from_on,
        AccountRole.to_on,
    )
    .select_from(Account)
    .outerjoin(Employee, Employee.account_id == Account.id)
    .outerjoin(AccountRole, AccountRole.account_id == Account.id)
    .where(Account.id == bindparam("account"))
)
"""Every request asks it, so it is written once."""


def person_of(session: Session, account: Account, *, on: date | None = None) -> Person:
    """Who this account is and how far its roles reach that day; everybody with an employee behind him is one."""
    return named_person_of(session, account, on=on)[0]


def named_person_of(session: Session, account: Account, *, on: date | None = None) -> tuple[Person, str]:
    """The same, and how he is called; every page asks: one statement, and one more for each kind of reach."""
    on = on or acting_day(session)
    rows = session.execute(_BEHIND, {"account": account.id}).all()
    employee_id, name = (rows[0][0], rows[0][1]) if rows else (None, None)
    given = [
        (role, scope)
        for _, _, role, scope, from_on, to_on in rows
        if role is not None and is_in_force(from_on, to_on, on)
    ]
    roles = _reaches_of(session, given)
    teams = _teams_led(session, employee_id, on) if Role.TEAM_LEADER in roles else frozenset[int]()
    return Person(account.id, employee_id, roles, teams), name or account.login


def _reaches_of(session: Session, given: list[tuple[Role, int | None]]) -> dict[Role, frozenset[int] | None]:
    """Each role with the departments that it reaches; None = the company."""
    roles: dict[Role, frozenset[int] | None] = {Role.EMPLOYEE: None}
    parts = parts_of(session) if any(role in SCOPED and department is not None for role, department in given) else {}
    for role, department_id in given:
        if role not in SCOPED or department_id is None:
            roles[role] = None
        elif roles.get(role, frozenset()) is not None:
            roles[role] = (roles.get(role) or frozenset()) | below(parts, department_id)
    return roles


def _holds(on: date) -> ColumnElement[bool]:
    """Placements that hold that day."""
    return and_(Placement.from_on <= on, or_(Placement.to_on.is_(None), Placement.to_on >= on))


def _teams_led(session: Session, employee_id: int | None, on: date) -> frozenset[int]:
    rows = session.scalars(
        select(Placement.team_id).where(Placement.employee_id == employee_id, Placement.leads_team, _holds(on))
    )
    return frozenset(one for one in rows if one is not None)


def holders(session: Session, role: Role, department_id: int | None) -> list[int]:
    """Employees who hold the role for that department on the day of the act."""
    on = acting_day(session)
    rows = session.execute(
        select(Employee.id, AccountRole.department_id, AccountRole.from_on, AccountRole.to_on)
        .join(AccountRole, AccountRole.account_id == Employee.account_id)
        .join(Account, Account.id == AccountRole.account_id)
        .where(AccountRole.role == role, Account.is_active)
    )
    found = [
        who
        for who, scope, from_on, to_on in rows
        if is_in_force(from_on, to_on, on) and _reaches(session, role, scope, department_id)
    ]
    return list(dict.fromkeys(found))


def _reaches(session: Session, role: Role, scope: int | None, department_id: int | None) -> bool:
    if scope is None or role not in SCOPED | BY_NAME or department_id is None:
        return True
    return department_id in departments_below(session, scope)


HOLDERS.append(holders)

# -- leaders and managers --------------------------------------------------------------------------------------------


def leader_of(session: Session, employee_id: int) -> int | None:
    """The employee who leads the team of this one on the day of the act."""
    return session.scalar(
        select(Placement.employee_id)
        .join(Employee, Employee.team_id == Placement.team_id)
        .where(Employee.id == employee_id, Placement.leads_team, _holds(acting_day(session)))
    )


def leaders_of(session: Session, employee_ids: Iterable[int]) -> frozenset[int]:
    """Who leads the teams of these on the day of the act, by one statement."""
    return frozenset(leader_by_employee(session, employee_ids).values())


def leader_by_employee(session: Session, employee_ids: Iterable[int]) -> dict[int, int]:
    """The same for each of them; who is in no team, or in one without a leader, is not in it."""
    keys = sorted(set(employee_ids))
    if not keys:
        return {}
    query = (
        select(Employee.id, Placement.employee_id)
        .join(Employee, Employee.team_id == Placement.team_id)
        .where(Employee.id.in_(keys), Placement.leads_team, _holds(acting_day(session)))
    )
    return dict(session.execute(query).tuples().all())


def managers_of(session: Session, employee: Employee) -> list[int]:
    """Who manages him, the nearest first: his team leader, the head of his department; over a head the manager above.

    Nobody manages himself; the general manager has no manager.
    """
    return managers_of_all(session, [employee])[employee.id]


def managers_of_all(session: Session, employees: Iterable[Employee]) -> dict[int, list[int]]:
    """The same for each of many: a statement for the leaders, and a few for each department."""
    many = list(employees)
    leaders = leader_by_employee(session, (one.id for one in many))
    heads = {one: holders(session, HEADS[one.kind], one.id) for one in {each.department for each in many}}
    general: list[int] | None = None
    found = {}
    for employee in many:
        above = [leaders.get(employee.id), *heads[employee.department]]
        own = [one for one in above if one is not None and one != employee.id]
        if employee.id in heads[employee.department] or not own:
            general = holders(session, Role.GENERAL_MANAGER, None) if general is None else general
            own = [*own, *general]
        found[employee.id] = [one for one in dict.fromkeys(own) if one != employee.id]
    return found


def managed_by(person: Person) -> ColumnElement[bool]:
    """The employees whom this person manages, as a condition: his teams', his departments', the heads' for the GM."""
    if person.employee_id is None:
        return false()
    grounds: list[ColumnElement[bool]] = [Employee.team_id.in_(sorted(person.teams))] if person.teams else []
    if set(HEADS.values()) & set(person.roles):
        grounds.append(Employee.department_id.in_(select(Department.id).where(headed_by(person))))
    if Role.GENERAL_MANAGER in person.roles:
        heading = select(AccountRole.account_id).where(AccountRole.role.in_(sorted(set(HEADS.values()))))
        grounds.append(Employee.account_id.in_(heading))
    return and_(Employee.id != person.employee_id, or_(*grounds)) if grounds else false()


def headed_by(person: Person) -> ColumnElement[bool]:
    """The departments that this person heads, as a condition."""
    kinds = [
        (kind, person.roles[role] if role in SCOPED else None) for kind, role in HEADS.items() if role in person.roles
    ]
    return or_(false(), *(_headed(kind, scope) for kind, scope in kinds))


def _headed(kind: DepartmentKind, scope: frozenset[int] | None) -> ColumnElement[bool]:
    is_kind = Department.kind == kind
    return is_kind if scope is None else is_kind & Department.id.in_(sorted(scope))


def manages(session: Session, person: Person, employee_id: int) -> bool:
    """Whether this person manages that employee: one definition for one and for many."""
    if person.employee_id is None or not (person.teams or set(HEADS.values()) & set(person.roles)):
        return False
    return session.scalar(select(Employee.id).where(Employee.id == employee_id, managed_by(person))) is not None


# -- where somebody was ----------------------------------------------------------------------------------------------


def placement_on(session: Session, employee_id: int, on: date) -> Placement | None:
    """Where he was on that day; None before he came and after he left."""
    return session.scalar(select(Placement).where(Placement.employee_id == employee_id, _holds(on)))


def departments_on(session: Session, employee_ids: Iterable[int], on: date) -> dict[int, int]:
    """The department of each of them on that day, in one statement; who was not here is left out."""
    rows = session.execute(
        select(Placement.employee_id, Placement.department_id).where(
            Placement.employee_id.in_(sorted(set(employee_ids))), _holds(on)
        )
    )
    return {one.employee_id: one.department_id for one in rows}


def department_held(
    employee_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], on: SQLColumnExpression[date]
) -> ColumnElement[int]:
    """Inside a query: the department that the employee of a row held on the date of that row."""
    return (
        select(Placement.department_id)
        .where(
            Placement.employee_id == employee_id,
            Placement.from_on <= on,
            or_(Placement.to_on.is_(None), Placement.to_on >= on),
        )
        .scalar_subquery()
    )


# -- what follows ----------------------------------------------------------------------------------------------------


def what_a_move_leaves(employee: Employee, _person: Person) -> list[Words]:
    """Said before he is moved: the team that he leads would be without a leader."""
    teams = [one.team.name for one in employee.placements if one.to_on is None and one.leads_team and one.team]
    return [
        Words(
            "{team} will be without a leader, unless he goes on leading it.",
            "如不再担任班组长，{team}将没有班组长。",
            team=team,
        )
        for team in teams
    ]


@after(Employee, "move", preview=what_a_move_leaves)
def take_up_at_once(employee: Employee, act: Act) -> None:
    """A move of today, or of a day behind, is taken up now; one of a day ahead when its day has come."""
    if employee.is_elsewhere:
        employee.is_elsewhere = False
        employee.perform("take_up", act=act)


def what_he_leaves(employee: Employee, person: Person) -> list[Words]:
    """Said before he leaves: what ends with him, and who gets what."""
    found = what_a_move_leaves(employee, person)
    if employee.account is not None and employee.account.is_active:
        found.append(
            Words("His log-in “{login}” is shut at once.", "账号“{login}”立即停用。", login=employee.account.login)
        )
    if (ahead := employee.placement) is not None and ahead.from_on > acting_day(employee.session):
        found.append(Words("His move of {on} falls away.", "原定 {on} 的调岗取消。", on=ahead.from_on))
    if customers := _customers_of(employee):
        names = first_names(one.name for one in customers)
        heir = heir_of(employee)
        found.append(
            Words(
                "{who} looks after his customers: {names}.", "客户改由{who}负责：{names}。", who=heir.label, names=names
            )
            if heir
            else Words(
                "His customers have nobody to look after them: {names}.", "客户将无人负责：{names}。", names=names
            )
        )
    return found


def heir_of(employee: Employee) -> Employee | None:
    """His nearest manager, who gets what he leaves behind."""
    managers = managers_of(employee.session, employee)
    return employee.session.get(Employee, managers[0]) if managers else None


def _customers_of(employee: Employee) -> Sequence[Customer]:
    return employee.session.scalars(
        select(Customer).where(Customer.owner_id == employee.id).order_by(Customer.code)
    ).all()


@after(Employee, "leave", preview=what_he_leaves)
def hand_over_customers(employee: Employee, act: Act) -> None:
    """His manager looks after his customers until he gives them to somebody."""
    customers = _customers_of(employee)
    heir = heir_of(employee) if customers else None
    for customer in customers:
        customer.owner = heir
        seal(employee.session, customer, "hand_over", act, recipients=[heir.id] if heir else [])


def what_will_leave(employee: Employee, person: Person) -> list[Words]:
    """Said before the last day is set: what the day after it brings by itself."""
    coming = previews(employee, "leave", person)
    words = Words("When his last day is over he leaves by himself. Then:", "最后工作日结束后自动办理离职，届时：")
    return [words, *coming] if coming else []


@after(Employee, "give_notice", preview=what_will_leave)
def _noted(employee: Employee, act: Act) -> None:
    """Only what is said before."""


# -- what falls due --------------------------------------------------------------------------------------------------


def follow_the_calendar(session: Session, at: datetime) -> int:
    """Moves whose day has come are taken up, and who has had his last day leaves; a second run finds nothing.

    A night that was missed is caught up: what holds today counts, not what was written yesterday.
    """
    on = on_date(at)
    return _take_up(session, on) + _let_go(session, on)


def _take_up(session: Session, on: date) -> int:
    is_other = or_(
        Employee.department_id != Placement.department_id,
        Employee.post_id != Placement.post_id,
        Employee.team_id.is_distinct_from(Placement.team_id),
    )
    moved = session.scalars(
        select(Employee).join(Employee.placements).where(_holds(on), is_other, Employee.status != EmployeeStatus.LEFT)
    ).all()
    for employee in moved:
        employee.follow_placement(on)
        employee.perform("take_up", act=_act(session))
    return len(moved)


def _let_go(session: Session, on: date) -> int:
    gone = session.scalars(select(Employee).where(Employee.last_on < on, Employee.status != EmployeeStatus.LEFT)).all()
    for employee in gone:
        employee.perform("leave", act=_act(session), last_on=employee.last_on)
    return len(gone)


def _act(session: Session) -> Act:
    act: Act = session.info["act"]
    return act if act.by.is_system else Act(SYSTEM, act.at, act.source)
