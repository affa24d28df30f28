"""Departments, teams and posts on screen, with who works there against how many there should be (G2, P2.3)."""

from typing import Any, ClassVar

from sqlalchemy import func, select

from admin_views.base import RegulationView
from admin_views.columns import cell_of
from admin_views.faults import SENTENCES
from admin_views.registry import panel, record_url
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import t, today
from models.base import Act
from models.organisation import Department, Employee, Placement, Post, Team, refuse_circle
from rules.base import Person, Words
from rules.organisation import EmployeeStatus

SENTENCES["uq_placement_one_leader"] = Words("This team has a leader already.", "该班组已有班组长。")
SENTENCES["uq_placement_one_open"] = Words("He has a place already.", "该员工已有任职记录。")
SENTENCES["ck_placement_leader_has_team"] = Words("Choose the team to be led.", "请选择其担任班组长的班组。")

MOST_PEOPLE = 100
"""Of a department, team or post on its page; the list of employees has them all."""
HERE = Employee.status != EmployeeStatus.LEFT


class DepartmentView(RegulationView):
    labels: ClassVar = {"parent": Words("Belongs to", "上级部门")}
    list_columns = ("code", "name", "kind", "parent")
    filter_columns = ("kind", "parent")
    form_columns = ("code", "name", "kind", "parent")
    icon = "building"

    def before_save(self, record: Department, act: Act) -> None:
        refuse_circle(record)


class TeamView(RegulationView):
    list_columns = ("code", "name", "department")
    filter_columns = ("department",)
    form_columns = ("code", "name", "department")
    icon = "users-group"


class PostView(RegulationView):
    labels: ClassVar = {
        "is_key": Words("Key post", "关键岗位"),
        "headcount": Words("Headcount", "编制"),
        "requires_qualification": Words("Qualification required", "须持证上岗"),
        "grace_mode": Words("While an exam is owed", "换版宽限方式"),
    }
    list_columns = ("code", "name", "department", "is_key", "headcount", "requires_qualification")
    filter_columns = ("department", "is_key", "requires_qualification")
    form_columns = ("code", "name", "department", "is_key", "headcount", "requires_qualification", "grace_mode")
    icon = "briefcase"


# -- what hangs on a department --------------------------------------------------------------------------------------


def people_by(column: Any) -> dict[int, int]:
    """How many work at each post, team or department."""
    rows = db.session.execute(select(column, func.count()).where(HERE, column.is_not(None)).group_by(column))
    return dict(rows.tuples().all())


def filled_cell(people: int, headcount: int) -> Cell:
    """How many there are against how many there should be, with its colour."""
    tone = "" if not headcount else "soon" if people < headcount else "overdue" if people > headcount else "met"
    return Cell(f"{people} / {headcount}" if headcount else str(people), "state" if tone else "number", tone=tone)


@panel(Department)
def parts_of_department(department: Department, person: Person) -> Panel | None:
    """The departments below."""
    rows = db.session.scalars(
        select(Department).where(Department.parent_id == department.id, Department.voided_at.is_(None))
    ).all()
    if not rows:
        return None
    counts = people_by(Employee.department_id)
    return Panel(
        t("Departments below", "下级部门"),
        [
            Heading("name", t("Department", "部门")),
            Heading("code", t("Code", "编码")),
            Heading("kind", t("Kind", "类型")),
            Heading("people", t("People", "人数"), "number"),
        ],
        [
            Row(
                one.id,
                record_url(Department, one.id),
                [Cell(one.name), Cell(one.code, "code"), cell_of(one.kind), Cell(str(counts.get(one.id, 0)), "number")],
            )
            for one in rows
        ],
    )


@panel(Department)
def posts_of_department(department: Department, person: Person) -> Panel | None:
    """Posts with headcount against people."""
    posts = db.session.scalars(
        select(Post).where(Post.department_id == department.id, Post.voided_at.is_(None)).order_by(Post.code)
    ).all()
    counts = people_by(Employee.post_id)
    return Panel(
        t("Posts: people against headcount", "岗位：在岗人数 / 编制"),
        [
            Heading("name", t("Post", "岗位")),
            Heading("people", t("People / headcount", "人数 / 编制")),
            Heading("is_key", t("Key post", "关键岗位")),
            Heading("requires_qualification", t("Qualification required", "须持证上岗")),
        ],
        [
            Row(
                one.id,
                record_url(Post, one.id),
                [
                    Cell(one.name),
                    filled_cell(counts.get(one.id, 0), one.headcount),
                    cell_of(one.is_key),
                    cell_of(one.requires_qualification),
                ],
            )
            for one in posts
        ],
        more_url=f"/admin/post/?flt_department={department.id}",
    )


@panel(Department)
def teams_of_department(department: Department, person: Person) -> Panel | None:
    """Teams with their leaders."""
    teams = db.session.scalars(
        select(Team).where(Team.department_id == department.id, Team.voided_at.is_(None)).order_by(Team.code)
    ).all()
    if not teams:
        return None
    counts, leaders = people_by(Employee.team_id), leaders_today()
    return Panel(
        t("Teams", "班组"),
        [
            Heading("name", t("Team", "班组")),
            Heading("leader", t("Leader", "班组长")),
            Heading("people", t("People", "人数"), "number"),
        ],
        [
            Row(
                one.id,
                record_url(Team, one.id),
                [
                    Cell(one.name),
                    leader_cell(leaders.get(one.id)),
                    Cell(str(counts.get(one.id, 0)), "number"),
                ],
            )
            for one in teams
        ],
    )


def leaders_today() -> dict[int, tuple[int, str]]:
    """Team -> its leader, key and name."""
    on = today()
    rows = db.session.execute(
        select(Placement.team_id, Employee.id, Employee.name)
        .join(Placement.employee)
        .where(Placement.leads_team, Placement.from_on <= on, (Placement.to_on.is_(None)) | (Placement.to_on >= on))
    )
    return {team: (key, name) for team, key, name in rows if team is not None}


def leader_cell(leader: tuple[int, str] | None) -> Cell:
    """The leader as a link; that there is none is said."""
    if leader is None:
        return Cell(t("nobody", "暂缺"), "state", tone="soon")
    return Cell(leader[1], "relation", record_url(Employee, leader[0]))


@panel(Department)
def people_of_department(department: Department, person: Person) -> Panel | None:
    return _people(Employee.department_id == department.id, f"flt_department={department.id}")


@panel(Team)
def people_of_team(team: Team, person: Person) -> Panel | None:
    return _people(Employee.team_id == team.id, f"flt_team={team.id}")


@panel(Post)
def people_of_post(post: Post, person: Person) -> Panel | None:
    return _people(Employee.post_id == post.id, f"flt_post={post.id}")


def _people(where: Any, query: str) -> Panel:
    rows = db.session.execute(
        select(Employee.id, Employee.name, Employee.no, Post.name, Team.name, Employee.status, Employee.hired_on)
        .join(Employee.post)
        .outerjoin(Employee.team)
        .where(where, HERE)
        .order_by(Employee.pinyin)
        .limit(MOST_PEOPLE)
    ).all()
    return Panel(
        t("People", "人员"),
        [
            Heading("name", t("Name", "姓名")),
            Heading("no", t("Employee no.", "工号")),
            Heading("post", t("Post", "岗位")),
            Heading("team", t("Team", "班组")),
            Heading("status", t("Status", "状态")),
            Heading("hired_on", t("Hired", "入职日期")),
        ],
        [
            Row(
                key,
                record_url(Employee, key),
                [Cell(name), Cell(no, "code"), Cell(post), Cell(team or ""), cell_of(status), cell_of(hired_on)],
            )
            for key, name, no, post, team, status, hired_on in rows
        ],
        more_url=f"/admin/employee/?{query}",
    )
