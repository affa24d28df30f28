"""Departments, teams, posts, people and accounts on screen (G2)."""

from typing import Any, ClassVar

from flask import flash

from admin_views.base import Inline, RegulationView
from admin_views.faults import SENTENCES
from admin_views.registry import LINE_LABELS
from admin_views.words import t
from models.base import Act
from models.organisation import Account, Department, Employee, Post, Team, refuse_circle
from models.signin import hash_of, one_time_password
from rules.base import Words

SENTENCES["uq_placement_one_leader"] = Words("This team has a leader already.", "该班组已有班组长。")


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


class EmployeeView(RegulationView):
    labels: ClassVar = {
        "no": Words("Employee no.", "工号"),
        "name": Words("Name", "姓名"),
        "pinyin": Words("Pinyin", "拼音"),
        "account": Words("Account", "登录账号"),
        "hired_on": Words("Hired", "入职日期"),
        "left_on": Words("Left", "离职日期"),
        "phone": Words("Phone", "电话"),
        "mail": Words("Mail", "邮箱"),
    }
    list_columns = ("no", "name", "department", "post", "team", "hired_on", "status")
    filter_columns = ("status", "department", "post", "team", "hired_on")
    form_columns = (
        "no",
        "name",
        "pinyin",
        "department",
        "post",
        "team",
        "hired_on",
        "phone",
        "mail",
        "account",
        "note",
    )
    left_out = frozenset({"left_on"})
    icon = "users"

    def before_save(self, record: Employee, act: Act) -> None:
        if not record.placements:
            record.hire()


class AccountView(RegulationView):
    labels: ClassVar = {
        "login": Words("Login", "登录名"),
        "is_active": Words("Active", "启用"),
        "must_change_password": Words("Must change password", "须修改密码"),
        "locale": Words("Language", "语言"),
        "theme": Words("Appearance", "外观"),
        "roles": Words("Roles", "角色"),
        "password_hash": Words("Password", "密码"),
        "session_stamp": Words("Session stamp", "会话标记"),
        "totp": Words("Second factor", "二次验证"),
    }
    list_columns = ("login", "is_active", "must_change_password", "created_at")
    filter_columns = ("is_active",)
    form_columns = ("login", "is_active")
    left_out = frozenset({"password_hash", "must_change_password", "locale", "theme", "session_stamp", "totp"})
    inlines = (
        Inline(
            "roles",
            Words("Roles", "角色"),
            ("role", "department"),
            {"role": Words("Role", "角色"), "department": Words("Department (empty = company)", "部门（空=全公司）")},
        ),
    )
    icon = "key"

    def _is_typed(self, inline: Inline, name: str) -> bool:
        return name == "role"

    def new_record(self, act: Act) -> Account:
        return Account(password_hash="", must_change_password=True)

    def before_save(self, record: Account, act: Act) -> None:
        """A role that changed counts at once; a new account gets a password for one time, shown once."""
        if record.id is not None:
            record.end_sessions()
            return
        password = one_time_password()
        record.password_hash = hash_of(password)
        text = t(
            "One-time password of {login}: {password}",
            "{login} 的一次性密码：{password}",
            login=record.login,
            password=password,
        )
        flash(text, "info")


_PLACE = {
    "leads_team": Words("Leads the team", "担任班组长"),
    "from_on": Words("From", "起始日期"),
    "to_on": Words("Until", "截止日期"),
}
LINE_LABELS["placement"] = dict(_PLACE)
LINE_LABELS["absence"] = dict(_PLACE)

VIEWS: list[tuple[type[Any], type[RegulationView]]] = [
    (Employee, EmployeeView),
    (Department, DepartmentView),
    (Team, TeamView),
    (Post, PostView),
    (Account, AccountView),
]
