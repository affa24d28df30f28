"""The performance file on screen: a panel on the employee's page, and the whole of it to print (P2.4)."""

from typing import ClassVar

from flask import Blueprint, render_template
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin_views.base import RegulationView
from admin_views.columns import cell_of
from admin_views.registry import MenuPage, menu_page, panel, record_url, views
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import exact_date, exact_instant, number_text, say, t
from models.actions import PerformanceFileEntry, file_of, of_managed_people
from models.base import now, on_date
from models.organisation import Employee
from rules.base import NotVisible, Person, Role, Words, key_of

performance = Blueprint("performance", __name__, url_prefix="/performance")
ON_THE_PAGE = 10

menu_page(
    MenuPage(
        "actions",
        Words("My performance file", "我的绩效档案"),
        "/performance/me/",
        lambda person: person.employee_id is not None,
        "id-badge-2",
    )
)


class PerformanceFileEntryView(RegulationView):
    labels: ClassVar = {
        "at": Words("Noted", "记录时间"),
        "title": Words("What", "内容"),
        "score": Words("Score", "分数"),
        "source_entity": Words("Comes from", "来源"),
        "source_id": Words("Source", "来源记录"),
        "reason": Words("Reason", "原因"),
        "reverses": Words("Reverses", "冲销记录"),
    }
    list_columns = ("title", "employee", "kind", "score", "clause", "at")
    filter_columns = ("kind", "employee", "at")
    page_columns = ("employee", "kind", "title", "score", "clause", "at", "reverses", "reason")
    left_out = frozenset(
        {
            "employee_id",
            "at",
            "kind",
            "title",
            "score",
            "clause",
            "source_entity",
            "source_id",
            "reason",
            "reverses_id",
        }
    )
    icon = "id-badge-2"


def may_read(person: Person, employee_id: int) -> bool:
    """Whether the file of that employee is this person's to read: HR, himself, his own manager."""
    if person.holds(Role.HR, Role.HR_MANAGER, Role.ADMIN) or person.employee_id == employee_id:
        return True
    managed = of_managed_people(Employee.id, person)
    query = select(Employee.id).where(Employee.id == employee_id, *managed)
    return bool(managed) and db.session.scalar(query) is not None


@panel(Employee)
def file_panel(employee: Employee, person: Person) -> Panel | None:
    """The latest entries, for those who may read the file."""
    if not may_read(person, employee.id):
        return None
    found = file_of(db.session, employee.id, most=ON_THE_PAGE)
    return Panel(
        title=t("Performance file", "绩效档案"),
        headings=[
            Heading("title", t("What", "内容")),
            Heading("kind", t("Kind", "类型")),
            Heading("score", t("Score", "分数"), "number"),
            Heading("at", t("Noted", "记录时间")),
        ],
        rows=[Row(one.id, record_url(PerformanceFileEntry, one.id), _cells(one)) for one in found],
        more_url=f"/performance/{employee.id}/",
    )


def _cells(one: PerformanceFileEntry) -> list[Cell]:
    title = t("Reversed: {title}", "冲销：{title}", title=one.title) if one.reverses_id else one.title
    return [Cell(title), cell_of(one.kind), cell_of(one.score), cell_of(one.at)]


@panel(PerformanceFileEntry)
def entry_source(entry: PerformanceFileEntry, person: Person) -> Panel | None:
    """The record that the entry tells of."""
    view = views().get(entry.source_entity)
    record = view.get_one(entry.source_id) if view is not None else None
    if record is None:
        return None
    return Panel(
        title=t("Comes from", "来源"),
        headings=[Heading("record", t("Record", "记录")), Heading("kind", t("Kind", "类型"))],
        rows=[Row(record.id, record_url(type(record), record.id), [Cell(record.label), Cell(say(record.words))])],
    )


@performance.get("/<key>/")
def whole_file(key: str) -> AnyResponse | str:
    """The whole file of one person, made to be printed; ``me`` is one's own."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = person_here()
    own = person.employee_id if key == "me" else key_of(key)
    employee = db.session.get(Employee, own) if own is not None else None
    if employee is None or not may_read(person, employee.id):
        raise NotVisible
    entries = file_of(db.session, employee.id)
    reversed_ids = {one.reverses_id for one in entries if one.reverses_id}
    return render_template(
        "performance_file.html",
        title=t("Performance file", "绩效档案"),
        clause="P2.4",
        employee=_about(employee),
        rows=[_line(one, is_reversed=one.id in reversed_ids) for one in entries],
        printed=exact_instant(now()),
        back_url=record_url(Employee, employee.id),
    )


def _about(employee: Employee) -> list[tuple[str, str]]:
    """Who it is, for the head of the sheet."""
    return [
        (t("Name", "姓名"), employee.name),
        (t("Employee no.", "工号"), employee.no),
        (t("Department", "部门"), employee.department.name),
        (t("Post", "岗位"), employee.post.name),
        (t("Hired", "入职日期"), exact_date(employee.hired_on)),
        (t("Status", "状态"), say(employee.status.words)),
    ]


def _line(one: PerformanceFileEntry, *, is_reversed: bool) -> dict[str, str | bool]:
    return {
        "at": exact_date(on_date(one.at)),
        "kind": say(one.kind.words),
        "title": one.title,
        "score": number_text(one.score) if one.score is not None else "",
        "clause": one.clause,
        "url": record_url(PerformanceFileEntry, one.id),
        "is_reversed": is_reversed,
        "is_reversal": one.reverses_id is not None,
        "reason": one.reason,
    }
