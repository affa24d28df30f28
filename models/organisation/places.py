"""Departments, the teams and posts in them, and what lies below what (G2, P2.3)."""

from collections.abc import Mapping

from sqlalchemy import CheckConstraint, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Record
from rules import organisation
from rules.base import RuleBroken, Words
from rules.organisation import DepartmentKind, GraceMode


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


def departments_below(session: Session, department_id: int) -> frozenset[int]:
    """The department and all below it."""
    return below(parts_of(session), department_id)


def parts_of(session: Session) -> dict[int | None, list[int]]:
    """Each department's direct parts."""
    children: dict[int | None, list[int]] = {}
    for child, parent in session.execute(select(Department.id, Department.parent_id)):
        children.setdefault(parent, []).append(child)
    return children


def company_name(session: Session) -> str:
    """How the company calls itself: its topmost department; empty while there is none."""
    query = select(Department.name).where(Department.parent_id.is_(None), Department.voided_at.is_(None))
    return session.scalar(query.order_by(Department.code).limit(1)) or ""


def below(children: Mapping[int | None, list[int]], department_id: int) -> frozenset[int]:
    """The same, where the parts of each are known."""
    found, waiting = set[int](), [department_id]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += children.get(one, [])
    return frozenset(found)


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
