"""Departments with their posts."""

from typing import Any

from sqlalchemy import select

from models.base import Record
from models.intake.kit import Intake, Outcome, RowRefused, change, chosen, guard, refuse, refuse_voided, said
from models.intake.known import own_code
from models.intake.reasons import CODE_TAKEN
from models.organisation import Department, Post
from rules.ledger import Row, SheetResult
from rules.ledger.reasons import KIND_UNKNOWN
from rules.ledger.text import folded
from rules.organisation import DepartmentKind


def store_posts(intake: Intake, sheet: SheetResult) -> None:
    """Departments and posts, by code or else by name; a company has few, so that all are held at once."""
    stored = Chart(intake)
    for row in sheet.accepted:
        try:
            intake.counts[stored.take(row)] += 1
        except RowRefused:
            continue


class Chart:
    """The company's departments and posts while a ledger of them is taken in."""

    def __init__(self, intake: Intake) -> None:
        self._session = intake.session
        departments = list(self._session.scalars(select(Department).order_by(Department.id)))
        posts = list(self._session.scalars(select(Post).order_by(Post.id)))
        self._departments = {one.code: one for one in departments}
        self._named = {folded(one.name): one for one in departments}
        self._posts = {one.code: one for one in posts}
        self._posts_named = {(one.department, folded(one.name)): one for one in posts}
        self._names: dict[object, str] = {}

    def take(self, row: Row) -> Outcome:
        """One line: its department, then its post."""
        guard(row, Department, code="department_code", name="department")
        guard(row, Post, "headcount", code="post_code", name="post")
        code, name = row.values["department_code"], row.values["department"]
        self._refuse_two_names(row, ("department", code), name, "department_code", "department")
        department = self._departments.get(code) or self._named.get(folded(name))
        before = department is not None and self._change_department(row, department)
        department = department or self._new_department(row)
        outcome = self._take_post(row, department)
        return "updated" if before and outcome == "unchanged" else outcome

    def _refuse_two_names(self, row: Row, key: tuple[object, ...], name: str, *columns: str) -> None:
        """A code that two names of the file share would rename one to the other."""
        if key[-1] is not None and self._names.setdefault(key, folded(name)) != folded(name):
            raise refuse(row, CODE_TAKEN, *columns)

    def _new_department(self, row: Row) -> Department:
        kind = row.values["department_kind"]
        if kind is None:
            raise refuse(row, KIND_UNKNOWN, "department_kind", "department")
        name, code = row.values["department"], row.values["department_code"]
        code = code or free_code("D", self._departments)
        department = Department(code=code, name=name, kind=chosen(DepartmentKind, kind.lower()))
        self._session.add(department)
        self._departments[code] = self._named[folded(name)] = department
        return department

    def _change_department(self, row: Row, department: Department) -> bool:
        refuse_voided(row, department, "department")
        values = said(row, name="department")
        if (kind := row.values["department_kind"]) is not None:
            values["kind"] = chosen(DepartmentKind, kind.lower())
        code = row.values["department_code"]
        is_recoded = bool(code) and code not in self._departments and self._recode(department, code, self._departments)
        self._named[folded(row.values["department"])] = department
        return change(department, values) or is_recoded

    def _recode(self, record: Any, code: str, taken: dict[str, Any]) -> bool:
        """A code is unique, so that it is written before another takes the old one."""
        del taken[record.code]
        taken[code] = record
        record.code = code
        self._session.flush()
        return True

    def _take_post(self, row: Row, department: Department) -> Outcome:
        name, code = row.values["post"], row.values["post_code"]
        self._refuse_two_names(row, (department, code), name, "post_code", "post")
        post = self._posts_named.get((department, folded(name))) or self._post_of_code(department, code)
        values = said(row, "is_key", "requires_qualification", "headcount", name="post")
        if "headcount" in values:
            values["headcount"] = values["headcount"] or 0
        if post is None:
            code = self._free_post_code(code, department)
            post = Post(code=code, department=department, **values)
            self._session.add(post)
            self._posts[code] = self._posts_named[department, folded(name)] = post
            return "created"
        refuse_voided(row, post, "post")
        is_other = bool(code) and own_code(post.code, department.code) != code
        is_recoded = is_other and self._recode(post, self._free_post_code(code, department), self._posts)
        return "updated" if change(post, values) or is_recoded else "unchanged"

    def _post_of_code(self, department: Department, code: str | None) -> Post | None:
        """The post of that code in this department; departments may use one code for posts of their own."""
        if code is None:
            return None
        found = (self._posts.get(one) for one in (code, f"{code}-{department.code}"))
        return next((one for one in found if one is not None and one.department is department), None)

    def _free_post_code(self, code: str | None, department: Department) -> str:
        """The ledger's code, with the department's behind it where another department has it already."""
        if not code:
            return free_code(f"{department.code}-P", self._posts)
        own = f"{code}-{department.code}"
        return next((one for one in (code, own) if one not in self._posts), None) or free_code(f"{own}-", self._posts)


def free_code(begin: str, taken: dict[str, Any] | dict[str, Record]) -> str:
    """The first number behind ``begin`` that is not taken."""
    number = 1
    while f"{begin}{number:02d}" in taken:
        number += 1
    return f"{begin}{number:02d}"
