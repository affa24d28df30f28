"""An employee on screen: where he works and worked, when he is away, what he may see, who manages him (P2.1, P2.4)."""

from datetime import date
from typing import ClassVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload

from admin_views.base import Inline, RegulationView, Section
from admin_views.columns import cell_of
from admin_views.organisation.accounts import role_rows
from admin_views.registry import LINE_LABELS, panel, record_url
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import exact_date, say, t, today
from models.base import Act
from models.journal import seal
from models.organisation import Absence, AccountRole, Customer, Employee, Placement, managers_of, manages
from rules import organisation
from rules.base import Person, Role, Words
from rules.organisation import AbsenceKind

PLACE = {
    "leads_team": Words("Leads the team", "担任班组长"),
    "from_on": Words("From", "起始日期"),
    "to_on": Words("Until (empty = open)", "截止日期（空=未定）"),
    "kind": Words("Kind", "类别"),
}
LINE_LABELS["placement"] = PLACE | {"to_on": Words("Until", "截止日期")}


class EmployeeView(RegulationView):
    labels: ClassVar = {
        "no": Words("Employee no.", "工号"),
        "name": Words("Name", "姓名"),
        "pinyin": Words("Pinyin (fills itself)", "拼音（自动生成）"),
        "account": Words("Account", "登录账号"),
        "hired_on": Words("Hired", "入职日期"),
        "last_on": Words("Last day", "最后工作日"),
        "left_on": Words("Left", "离职日期"),
        "phone": Words("Phone", "电话"),
        "mail": Words("Mail", "邮箱"),
        "effective_on": Words("From this day on (empty = today)", "生效日期（空=今天）"),
        "leads_team": Words("Leads the team", "担任班组长"),
        "absence_kind": Words("Kind of leave", "休假类别"),
        "until_on": Words("Back on the day after (empty = open)", "休假至（空=未定）"),
    }
    list_columns = ("no", "name", "department", "post", "team", "hired_on", "status")
    filter_columns = ("status", "department", "post", "team", "hired_on")
    form_columns = ("no", "name", "pinyin", "post", "team", "hired_on", "phone", "mail", "account", "note")
    page_columns = (
        "no", "department", "post", "team", "hired_on", "last_on", "left_on", "phone", "mail", "account", "note",
    )  # fmt: skip
    sections = (
        Section(Words("Person", "人员"), ("no", "name", "pinyin", "hired_on")),
        Section(Words("First place", "入职岗位"), ("post", "team")),
        Section(Words("How to reach", "联系方式"), ("phone", "mail")),
        Section(Words("Log-in and remarks", "账号与备注"), ("account", "note")),
    )
    given_once = frozenset({"post", "team"})
    left_out = frozenset({"department_id", "last_on", "left_on"})
    inlines = (Inline("absences", Words("Absences", "缺勤"), ("kind", "from_on", "to_on"), PLACE),)
    asked_fields: ClassVar = {"post": "post", "team": "team"}
    asked_kinds: ClassVar = {
        "effective_on": "date",
        "leads_team": "bool",
        "absence_kind": AbsenceKind,
        "until_on": "date",
        "last_on": "date",
    }
    asked_required = frozenset({"post", "absence_kind"})
    icon = "users"

    def hidden_in(self, record: Employee, person: Person) -> frozenset[str]:
        """Himself and his managers see how to reach him, too."""
        return frozenset() if _is_near(record, person) else self.access.hidden_from(person)

    def before_save(self, record: Employee, act: Act) -> None:
        record.put_in_order()
        if inspect(record).persistent:
            record.begin_when_hired()
            return
        record.department = record.post.department
        organisation.refuse_foreign_team(record.team.department_id if record.team else None, record.department.id)
        record.hire()
        seal(db.session, record, "hire", act)


def _is_near(record: Employee, person: Person) -> bool:
    is_manager = manages(db.session, person, record.id)
    return organisation.may_see_private(person, record.id, is_manager=is_manager)


@panel(Employee)
def placements(employee: Employee, person: Person) -> Panel | None:
    """Where he worked, the latest first; what lies ahead is said."""
    on = today()
    found = db.session.scalars(
        select(Placement)
        .options(joinedload(Placement.department), joinedload(Placement.post), joinedload(Placement.team))
        .where(Placement.employee_id == employee.id)
        .order_by(Placement.from_on.desc())
    ).all()
    return Panel(
        t("Placements", "任职经历"),
        [
            Heading("post", t("Post", "岗位")),
            Heading("department", t("Department", "部门")),
            Heading("team", t("Team", "班组")),
            Heading("days", t("From – until", "起止日期")),
            Heading("state", t("State", "状态")),
        ],
        [Row(one.id, "", _place_cells(one, on)) for one in found],
        shape="timeline",
    )


def _place_cells(one: Placement, on: date) -> list[Cell]:
    if one.from_on > on:
        state = Cell(t("ahead", "待生效"), "state", tone="soon")
    elif one.span.holds(on):
        state = Cell(t("now", "当前"), "state", tone="met")
    else:
        state = Cell(t("past", "已结束"), "state", tone="off")
    team = one.team.name if one.team else ""
    if one.leads_team:
        team = t("{team} (leader)", "{team}（班组长）", team=team)
    return [
        Cell(one.post.name),
        Cell(one.department.name),
        Cell(team),
        Cell(_days(one, on)),
        state,
    ]


def _days(one: Placement, on: date) -> str:
    if one.to_on is not None:
        return f"{exact_date(one.from_on)} – {exact_date(one.to_on)}"
    if one.from_on > on:
        return t("from {day} on", "自 {day} 起", day=one.from_on)
    return t("since {day}", "{day} 至今", day=one.from_on)


@panel(Employee)
def managers(employee: Employee, person: Person) -> Panel | None:
    """Who manages him, the nearest first."""
    keys = managers_of(db.session, employee)
    if not keys:
        return None
    query = select(Employee).options(joinedload(Employee.post), joinedload(Employee.department))
    found = {one.id: one for one in db.session.scalars(query.where(Employee.id.in_(keys)))}
    return Panel(
        t("His managers, the nearest first", "上级（由近及远）"),
        [
            Heading("name", t("Name", "姓名")),
            Heading("post", t("Post", "岗位")),
            Heading("department", t("Department", "部门")),
        ],
        [
            Row(
                key,
                record_url(Employee, key),
                [Cell(found[key].name), Cell(found[key].post.name), Cell(found[key].department.name)],
            )
            for key in keys
        ],
    )


@panel(Employee)
def absences(employee: Employee, person: Person) -> Panel | None:
    """When he is and was away; not everybody's business."""
    if not _is_near(employee, person):
        return None
    found = db.session.scalars(
        select(Absence).where(Absence.employee_id == employee.id).order_by(Absence.from_on.desc()).limit(20)
    ).all()
    may_edit = employee.access.may_edit(person) and bool(found)
    return Panel(
        t("Absences", "缺勤"),
        [
            Heading("kind", t("Kind", "类别")),
            Heading("from_on", t("From", "起始日期")),
            Heading("to_on", t("Until", "截止日期")),
            Heading("days", t("Days", "天数"), "number"),
        ],
        [
            Row(
                one.id,
                "",
                [
                    Cell(say(one.kind.words)),
                    cell_of(one.from_on),
                    cell_of(one.to_on) if one.to_on else Cell(t("open", "未定"), "state", tone="running"),
                    Cell(str((one.to_on - one.from_on).days + 1) if one.to_on else "", "number"),
                ],
            )
            for one in found
        ],
        more_url=f"/admin/employee/edit/?id={employee.id}" if may_edit else "",
        more_label=t("Edit absences", "修改缺勤"),
    )


@panel(Employee)
def roles(employee: Employee, person: Person) -> Panel | None:
    """What he may see and do, by role; the administrator gives a log-in to who has none."""
    if not _is_near(employee, person):
        return None
    given = db.session.scalars(
        select(AccountRole)
        .options(joinedload(AccountRole.department))
        .where(AccountRole.account_id == employee.account_id)
        .order_by(AccountRole.id)
    ).all()
    is_admin = person.holds(Role.ADMIN)
    url = f"/admin/account/new/?employee={employee.id}" if is_admin and employee.account_id is None else ""
    return Panel(
        t("Roles", "角色"),
        [
            Heading("role", t("Role", "角色")),
            Heading("reach", t("Reaches", "数据范围")),
            Heading("days", t("From – until", "起止日期")),
            Heading("state", t("State", "状态")),
        ],
        role_rows(given, employee.account),
        create_url=url,
        create_label=t("Give a log-in", "开通账号"),
        more_url=f"/admin/account/details/?id={employee.account_id}" if is_admin and employee.account_id else "",
        more_label=t("What this account may do", "该账号的权限"),
    )


@panel(Employee)
def customers(employee: Employee, person: Person) -> Panel | None:
    """The customers that he looks after, for those who may see customers."""
    found = db.session.scalars(
        select(Customer)
        .where(Customer.owner_id == employee.id, Customer.visible_to(person), Customer.voided_at.is_(None))
        .order_by(Customer.code)
        .limit(20)
    ).all()
    if not found:
        return None
    return Panel(
        t("His customers", "负责的客户"),
        [
            Heading("name", t("Customer", "客户")),
            Heading("level", t("Level", "等级")),
            Heading("contact", t("Contact", "联系人")),
            Heading("phone", t("Phone", "电话")),
        ],
        [
            Row(
                one.id,
                record_url(Customer, one.id),
                [Cell(one.name), cell_of(one.level), Cell(one.contact or ""), Cell(one.phone or "")],
            )
            for one in found
        ],
        more_url=f"/admin/customer/?flt_owner={employee.id}",
    )
