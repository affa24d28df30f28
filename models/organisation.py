"""Departments, posts, teams, people, accounts, and how far each role reaches (G2, P2.1)."""

import secrets
from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, event, inspect, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Act, Line, Record, on_date
from models.journal import HOLDERS
from rules import organisation
from rules.base import BY_NAME, SCOPED, Person, Role, RuleBroken, Words
from rules.organisation import AbsenceKind, DepartmentKind, EmployeeStatus, GraceMode


class Account(Record):
    """A log-in; what it may do comes from its roles, who it is from the employee that names it."""

    __tablename__ = "account"
    words = Words("Account", "账号")
    chapter = "organisation"
    access = organisation.ACCOUNT
    search_columns = ("login",)
    label_columns = ("login",)

    login: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200), info={"secret": True})
    is_active: Mapped[bool] = mapped_column("active", default=True)
    must_change_password: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(String(16), default="")
    theme: Mapped[str] = mapped_column(String(8), default="")
    session_stamp: Mapped[str] = mapped_column(String(32), default=lambda: secrets.token_hex(8), info={"secret": True})
    totp: Mapped[str | None] = mapped_column(String(64), info={"secret": True})
    roles: Mapped[list["AccountRole"]] = relationship(back_populates="account", cascade="all, delete-orphan")

    def end_sessions(self) -> None:
        """Whoever is signed in with this account must sign in again."""
        self.session_stamp = secrets.token_hex(8)


class AccountRole(Line):
    """A role of an account, and the department it reaches; none = the company."""

    __tablename__ = "account_role"
    __table_args__ = (UniqueConstraint("account_id", "role", "department_id"),)
    words = Words("Role", "角色")

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[Role]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    account: Mapped[Account] = relationship(back_populates="roles")
    department: Mapped["Department | None"] = relationship()

    def told_in(self) -> Account:
        return self.account


class Department(Record):
    """A part of the company; roles reach it and those below it."""

    __tablename__ = "department"
    words = Words("Department", "部门")
    chapter = "organisation"
    access = organisation.DEPARTMENT
    search_columns = ("code", "name")
    label_columns = ("name",)

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[DepartmentKind]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    parent: Mapped["Department | None"] = relationship(remote_side="Department.id")


class Team(Record):
    """A team on the shop floor."""

    __tablename__ = "team"
    words = Words("Team", "班组")
    chapter = "organisation"
    access = organisation.TEAM
    search_columns = ("code", "name")
    label_columns = ("name",)

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    department: Mapped[Department] = relationship()


class Post(Record):
    """A post that people hold; some may be taken up only with a qualification (P2.3)."""

    __tablename__ = "post"
    __table_args__ = (CheckConstraint("headcount >= 0", name="headcount_not_negative"),)
    words = Words("Post", "岗位")
    chapter = "organisation"
    access = organisation.POST
    search_columns = ("code", "name")
    label_columns = ("name",)

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    is_key: Mapped[bool] = mapped_column(default=False)
    headcount: Mapped[int] = mapped_column(default=0)
    requires_qualification: Mapped[bool] = mapped_column(default=False)
    grace_mode: Mapped[GraceMode] = mapped_column(default=GraceMode.SUPERVISED)
    department: Mapped[Department] = relationship()


class Employee(Record):
    """A person who works here; department, post and team are today's copy of the open placement."""

    __tablename__ = "employee"
    __table_args__ = (Index("ix_employee_department_id_id", "department_id", "id"),)
    words = Words("Employee", "员工")
    chapter = "organisation"
    access = organisation.EMPLOYEE
    lifecycle = organisation.EMPLOYEE_STEPS
    search_columns = ("no", "name", "pinyin")
    label_columns = ("name", "no")
    hint_columns = ("post", "department")
    named_by = ("id",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100), index=True)
    pinyin: Mapped[str] = mapped_column(String(200), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), unique=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    hired_on: Mapped[date]
    left_on: Mapped[date | None]
    status: Mapped[EmployeeStatus] = mapped_column(default=EmployeeStatus.PROBATION)
    phone: Mapped[str | None] = mapped_column(String(32))
    mail: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(String(500))
    account: Mapped[Account | None] = relationship(foreign_keys=[account_id])
    department: Mapped[Department] = relationship()
    post: Mapped[Post] = relationship()
    team: Mapped[Team | None] = relationship()
    placements: Mapped[list["Placement"]] = relationship(
        back_populates="employee", order_by="Placement.from_on", cascade="all, delete-orphan"
    )

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {"self": frozenset({self.id})}

    def hire(self, *, leads_team: bool = False) -> None:
        """Writes the first placement, from the day of entry."""
        self._place(self.hired_on, leads_team=leads_team)

    @property
    def placement(self) -> "Placement | None":
        """The open one; who has left has none."""
        return next((one for one in self.placements if one.to_on is None), None)

    def move(
        self, from_on: date, *, department: Department, post: Post, team: Team | None, leads_team: bool = False
    ) -> None:
        """Ends the placement the day before and begins another; one that begins no earlier is put right instead."""
        present = self.placement or (self.placements[-1] if self.placements else None)
        self.department, self.post, self.team = department, post, team
        if present is None or (present.to_on is None and present.from_on < from_on):
            if present is not None:
                present.to_on = from_on - timedelta(days=1)
                self.session.flush()  # one open placement at a time
            self._place(from_on, leads_team=leads_team)
            return
        present.department, present.post, present.team = department, post, team
        present.leads_team = leads_team if present.to_on is None else present.leads_team and team is not None

    def _place(self, from_on: date, *, leads_team: bool) -> None:
        self.placements.append(
            Placement(
                department=self.department, post=self.post, team=self.team, leads_team=leads_team, from_on=from_on
            )
        )

    def do_leave(self, act: Act) -> None:
        """The last day closes the placement, and the log-in with it."""
        self.left_on = on_date(act.at)
        for placement in self.placements:
            if placement.to_on is None:
                placement.to_on = self.left_on
        if self.account is not None:
            self.account.is_active = False
            self.account.end_sessions()


class Placement(Line):
    """Where somebody worked, from when to when: what past questions ask (任职)."""

    __tablename__ = "placement"
    __table_args__ = (
        Index(
            "uq_placement_one_open",
            "employee_id",
            unique=True,
            sqlite_where=text("to_on IS NULL"),
            postgresql_where=text("to_on IS NULL"),
        ),
        Index(
            "uq_placement_one_leader",
            "team_id",
            unique=True,
            sqlite_where=text("to_on IS NULL AND leads_team"),
            postgresql_where=text("to_on IS NULL AND leads_team"),
        ),
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
        CheckConstraint("NOT leads_team OR team_id IS NOT NULL", name="leader_has_team"),
    )
    words = Words("Placement", "任职")

    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    leads_team: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    employee: Mapped[Employee] = relationship(back_populates="placements")
    department: Mapped[Department] = relationship()
    post: Mapped[Post] = relationship()
    team: Mapped[Team | None] = relationship()

    def told_in(self) -> Employee:
        return self.employee


class Absence(Line):
    """When somebody is away."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("from_on <= to_on", name="in_order"),)
    words = Words("Absence", "缺勤")

    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    kind: Mapped[AbsenceKind]
    employee: Mapped[Employee] = relationship()

    def told_in(self) -> Employee:
        return self.employee


# -- questions -------------------------------------------------------------------------------------------------------


def departments_below(session: Session, department_id: int) -> frozenset[int]:
    """The department and all below it."""
    return _below(_parts(session), department_id)


def _parts(session: Session) -> dict[int | None, list[int]]:
    """Each department's direct parts."""
    children: dict[int | None, list[int]] = {}
    for child, parent in session.execute(select(Department.id, Department.parent_id)):
        children.setdefault(parent, []).append(child)
    return children


def _below(children: Mapping[int | None, list[int]], department_id: int) -> frozenset[int]:
    found, waiting = set[int](), [department_id]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += children.get(one, [])
    return frozenset(found)


def person_of(session: Session, account: Account) -> Person:
    """Who this account is and how far its roles reach; everybody with an employee behind him is an employee."""
    return named_person_of(session, account)[0]


def named_person_of(session: Session, account: Account) -> tuple[Person, str]:
    """The same, and how he is called; every page asks: one statement, and one more for each kind of reach."""
    rows = session.execute(
        select(Employee.id, Employee.name, AccountRole.role, AccountRole.department_id)
        .select_from(Account)
        .outerjoin(Employee, Employee.account_id == Account.id)
        .outerjoin(AccountRole, AccountRole.account_id == Account.id)
        .where(Account.id == account.id)
    ).all()
    employee_id, name = (rows[0][0], rows[0][1]) if rows else (None, None)
    roles = _reaches_of(session, [(role, department) for _, _, role, department in rows if role is not None])
    teams = _teams_led(session, employee_id) if Role.TEAM_LEADER in roles else frozenset[int]()
    return Person(account.id, employee_id, roles, teams), name or account.login


def _reaches_of(session: Session, given: list[tuple[Role, int | None]]) -> dict[Role, frozenset[int] | None]:
    """Each role with the departments that it reaches; None = the company."""
    roles: dict[Role, frozenset[int] | None] = {Role.EMPLOYEE: None}
    parts = _parts(session) if any(role in SCOPED and department is not None for role, department in given) else {}
    for role, department_id in given:
        if role not in SCOPED or department_id is None:
            roles[role] = None
        elif roles.get(role, frozenset()) is not None:
            roles[role] = (roles.get(role) or frozenset()) | _below(parts, department_id)
    return roles


def _teams_led(session: Session, employee_id: int | None) -> frozenset[int]:
    rows = session.scalars(
        select(Placement.team_id).where(
            Placement.employee_id == employee_id, Placement.leads_team, Placement.to_on.is_(None)
        )
    )
    return frozenset(one for one in rows if one is not None)


def leader_of(session: Session, employee_id: int) -> int | None:
    """The employee who leads the team of this one now."""
    return session.scalar(
        select(Placement.employee_id)
        .join(Employee, Employee.team_id == Placement.team_id)
        .where(Employee.id == employee_id, Placement.leads_team, Placement.to_on.is_(None))
    )


def holders(session: Session, role: Role, department_id: int | None) -> list[int]:
    """Employees who hold the role for that department."""
    rows = session.execute(
        select(Employee.id, AccountRole.department_id)
        .join(AccountRole, AccountRole.account_id == Employee.account_id)
        .join(Account, Account.id == AccountRole.account_id)
        .where(AccountRole.role == role, Account.is_active)
    )
    return [who for who, scope in rows if _reaches(session, role, scope, department_id)]


def _reaches(session: Session, role: Role, scope: int | None, department_id: int | None) -> bool:
    if scope is None or role not in SCOPED | BY_NAME or department_id is None:
        return True
    return department_id in departments_below(session, scope)


HOLDERS.append(holders)


@event.listens_for(Session, "before_flush")
def _end_sessions(session: Session, _context: object, _instances: object) -> None:
    """A role that is given, changed or taken counts at once, by every way in: who is signed in does so anew."""
    edited = [one for one in session.dirty if isinstance(one, AccountRole) and session.is_modified(one)]
    changed = [one for one in (*session.new, *session.deleted, *edited) if isinstance(one, AccountRole)]
    for account in {one.account for one in changed if one.account is not None and inspect(one.account).persistent}:
        account.end_sessions()


def refuse_circle(department: Department) -> None:
    """Raises RuleBroken when a department would lie below itself."""
    seen, one = {department.id}, department.parent
    while one is not None:
        if one.id in seen:
            raise RuleBroken(
                Words("A department cannot lie below itself.", "部门不能隶属于自身或其下级。"), field="parent"
            )
        seen.add(one.id)
        one = one.parent
