"""Log-ins on screen: roles with scope and days, one-time passwords, who is signed in, what an account reaches (G2)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar

from flask import flash, request
from sqlalchemy import inspect, select
from werkzeug.datastructures import MultiDict

from admin_views.base import Inline, RegulationView
from admin_views.columns import cell_of
from admin_views.registry import every_view, panel, record_url
from admin_views.screen import Asked, Cell, Heading, Option, Panel, Row, Verb
from admin_views.session import db
from admin_views.words import near_instant, say, t, today
from models import signin
from models.base import Act, now
from models.journal import acting
from models.organisation import Account, AccountRole, Department, Employee, Team, person_of
from rules import organisation
from rules.base import BY_NAME, NotVisible, NotYours, Person, Role, RuleBroken, Words, key_of, reach, relation_words
from rules.organisation import ACCOUNT_ACTS, is_in_force

ROLE_LABELS = {
    "role": Words("Role", "角色"),
    "department": Words("Department (empty = company)", "部门（空=全公司）"),
    "from_on": Words("From (empty = now)", "起始日期（空=立即）"),
    "to_on": Words("Until (empty = open)", "截止日期（空=长期）"),
}


class AccountView(RegulationView):
    labels: ClassVar = {
        "login": Words("Login", "登录名"),
        "person_name": Words("Employee", "员工"),
        "is_active": Words("Active", "启用"),
        "must_change_password": Words("Must change password", "须修改密码"),
        "locale": Words("Language", "语言"),
        "theme": Words("Appearance", "外观"),
        "gets_mail": Words("News by mail", "邮件提醒"),
        "roles": Words("Roles", "角色"),
        "password_hash": Words("Password", "密码"),
        "session_stamp": Words("Session stamp", "会话标记"),
        "totp": Words("Second factor", "二次验证"),
        "login_session": Words("Log-in", "登录"),
    }
    list_columns = ("login", "person_name", "is_active", "must_change_password", "created_at")
    filter_columns = ("is_active",)
    form_columns = ("login",)
    page_columns = ("login", "person_name", "is_active", "must_change_password", "gets_mail", "created_at")
    left_out = frozenset(
        {
            "person_name",
            "is_active",
            "password_hash",
            "must_change_password",
            "locale",
            "theme",
            "gets_mail",
            "session_stamp",
            "totp",
        }
    )
    inlines = (Inline("roles", Words("Roles", "角色"), ("role", "department", "from_on", "to_on"), ROLE_LABELS),)
    icon = "key"

    def _is_typed(self, inline: Inline, name: str) -> bool:
        return name == "role"

    def new_record(self, act: Act) -> Account:
        """For an employee who has none yet, where the page of one led here: his number is the login."""
        account = Account(password_hash="", must_change_password=True)
        if (employee := _asked_employee()) is not None:
            account.login = employee.no
        return account

    def before_save(self, record: Account, act: Act) -> None:
        """A role that changed counts at once; a new account gets a password for one time, shown once."""
        for one in record.roles:
            organisation.refuse_idle_scope(one.role, has_department=one.department is not None)
            _refuse_backwards(one)
        if inspect(record).persistent:
            record.end_sessions()
            return
        password = signin.one_time_password()
        record.password_hash = signin.hash_of(password)
        if (employee := _asked_employee()) is not None:
            db.session.flush()
            employee.account = record
        show_once(record.login, password)

    # -- acts --------------------------------------------------------------------------------------------------------

    def own_verbs(self, record: Account, person: Person) -> list[Verb]:
        """What an administrator can do with a log-in now."""
        open_now = signin.open_sessions(db.session, record, now()) if self.access.may_edit(person) else []
        offered = ["reset_password", "disable" if record.is_active else "enable"]
        offered += ["end_session", "end_sessions"] if open_now else []
        return [self._own_verb(record, person, verb, open_now) for verb in offered]

    def _own_verb(self, record: Account, person: Person, verb: str, open_now: Sequence[Any]) -> Verb:
        reason = ""
        try:
            organisation.refuse_own_account(verb, is_own=record.id == person.account_id)
        except RuleBroken as refused:
            reason = say(refused.words)
        sessions = [Option(str(one.id), f"{near_instant(one.began_at)} · {one.source}") for one in open_now]
        asks = [Asked("login_session", say(self.labels["login_session"]), "choice", is_required=True, options=sessions)]
        return Verb(
            verb,
            say(ACCOUNT_ACTS[verb]),
            is_open=not reason,
            reason=reason,
            is_destructive=verb in {"disable", "end_sessions"},
            is_primary=verb in {"reset_password", "enable"},
            asks=asks if verb == "end_session" else [],
            previews=[say(one) for one in what_follows(verb, len(open_now))],
        )

    def _perform(self, record: Any, verb: str, act: Act, sent: MultiDict[str, str]) -> None:
        if verb not in ACCOUNT_ACTS:
            super()._perform(record, verb, act, sent)
            return
        if not self.access.may_edit(act.by):
            raise NotYours(Words("This is the administrators'.", "此操作由系统管理员办理。"))
        with acting(db.session, act):
            self._act(record, verb, act, sent)

    @staticmethod
    def _act(record: Account, verb: str, act: Act, sent: MultiDict[str, str]) -> None:
        match verb:
            case "reset_password":
                show_once(record.login, signin.reset_password(db.session, record, act))
            case "end_sessions":
                signin.end_all_sessions(db.session, record, act)
            case "end_session":
                signin.end_session(db.session, record, key_of(sent.get("login_session")) or 0, act)
            case _:
                signin.set_active(db.session, record, active=verb == "enable", act=act)


def what_follows(verb: str, open_now: int) -> list[Words]:
    """What an act on a log-in does, said before the button is pressed."""
    match verb:
        case "reset_password":
            return [
                Words("The present password is worth nothing any more.", "原密码立即失效。"),
                Words("{n} log-ins end.", "{n} 个登录将被结束。", n=open_now),
                Words(
                    "A password for one log-in is shown once; whoever uses it must choose a new one.",
                    "系统显示一次性密码（仅显示一次），使用者登录后须自设新密码。",
                ),
            ]
        case "disable":
            return [
                Words("Nobody can log in with this account.", "该账号将不能登录。"),
                Words("{n} log-ins end.", "{n} 个登录将被结束。", n=open_now),
            ]
        case "end_sessions":
            return [Words("{n} log-ins end; the password stays.", "{n} 个登录将被结束，密码不变。", n=open_now)]
    return []


def show_once(login: str, password: str) -> None:
    """Told on the next page and nowhere kept."""
    text = t(
        "One-time password of {login}: {password} – shown only now; hand it over in person.",
        "{login} 的一次性密码：{password}（仅显示这一次，请当面转交）",
        login=login,
        password=password,
    )
    flash(text, "info")


def _refuse_backwards(one: AccountRole) -> None:
    if one.from_on is not None and one.to_on is not None and one.to_on < one.from_on:
        raise RuleBroken(
            Words("A role cannot end before it begins.", "角色的截止日期不能早于起始日期。"), field="roles"
        )


def _asked_employee() -> Employee | None:
    """The employee, still without a log-in, for whom an account is made."""
    key = request.values.get("employee", "")
    if not key:
        return None
    with db.session.no_autoflush:
        found = db.session.get(Employee, key_of(key) or 0)
    if found is None:
        raise NotVisible
    return found if found.account_id is None else None


# -- what an account reaches -----------------------------------------------------------------------------------------


def role_rows(given: Iterable[AccountRole], account: Account | None) -> list[Row]:
    """The roles of an account as rows: how far, how long, and whether now."""
    on = today()
    return [
        Row(
            one.id,
            "",
            [Cell(say(one.role.words)), Cell(_scope_text(one)), Cell(_days_text(one)), _state_cell(one, account, on)],
        )
        for one in given
    ]


def _scope_text(one: AccountRole) -> str:
    if one.role is Role.TEAM_LEADER:
        return t("the teams this person leads", "本人所带班组")
    if one.role in BY_NAME:
        return t("what names this person", "与本人有关的记录")
    if one.department is None:
        return t("the company", "全公司")
    return t("{department} and what lies below it", "{department}及下级部门", department=one.department.name)


def _days_text(one: AccountRole) -> str:
    if one.from_on is None and one.to_on is None:
        return t("always", "长期")
    first = cell_of(one.from_on).text if one.from_on else t("ever since", "一直")
    return f"{first} – {cell_of(one.to_on).text if one.to_on else t('open', '长期')}"


def _state_cell(one: AccountRole, account: Account | None, on: date) -> Cell:
    if account is None or not account.is_active:
        return Cell(t("disabled", "已停用"), "state", tone="off")
    if is_in_force(one.from_on, one.to_on, on):
        return Cell(t("in force", "有效"), "state", tone="met")
    is_ahead = one.from_on is not None and one.from_on > on
    return Cell(t("ahead", "待生效") if is_ahead else t("over", "已到期"), "state", tone="soon" if is_ahead else "off")


@panel(Account)
def roles(account: Account, person: Person) -> Panel:
    """The roles, how far and how long."""
    return Panel(
        t("Roles", "角色"),
        [
            Heading("role", t("Role", "角色")),
            Heading("reach", t("Reaches", "数据范围")),
            Heading("days", t("From – until", "起止日期")),
            Heading("state", t("State", "状态")),
        ],
        role_rows(account.roles, account),
        more_url=f"/admin/account/edit/?id={account.id}",
        more_label=t("Change roles", "调整角色"),
    )


@panel(Account)
def employee(account: Account, person: Person) -> Panel:
    """Who logs in with it; without anybody it performs no step."""
    found = db.session.scalars(select(Employee).where(Employee.account_id == account.id)).all()
    return Panel(
        t("Employee", "员工"),
        [
            Heading("name", t("Name", "姓名")),
            Heading("post", t("Post", "岗位")),
            Heading("department", t("Department", "部门")),
            Heading("status", t("Status", "状态")),
        ],
        [
            Row(
                one.id,
                record_url(Employee, one.id),
                [Cell(one.label), Cell(one.post.name), Cell(one.department.name), cell_of(one.status)],
            )
            for one in found
        ],
    )


@panel(Account)
def sessions(account: Account, person: Person) -> Panel:
    """Who is and was signed in, from where."""
    open_now = {one.id for one in signin.open_sessions(db.session, account, now())}
    return Panel(
        t("Log-ins", "登录记录"),
        [
            Heading("began_at", t("Began", "登录时间")),
            Heading("source", t("From", "来源地址")),
            Heading("ended_at", t("Ended", "结束时间")),
            Heading("state", t("State", "状态")),
        ],
        [
            Row(
                one.id,
                "",
                [
                    cell_of(one.began_at),
                    Cell(one.source, "code"),
                    cell_of(one.ended_at),
                    Cell(t("signed in", "在线"), "state", tone="met")
                    if one.id in open_now
                    else Cell(t("over", "已结束"), "state", tone="off"),
                ],
            )
            for one in signin.sessions_of(db.session, account)
        ],
    )


@panel(Account)
def what_it_reaches(account: Account, _person: Person) -> Panel:
    """Who may do what, for this account, in words: each table, how much of it is seen, and what may be done there."""
    person = person_of(db.session, account)
    names = _Names(person)
    rows = [_reach_row(view, person, names) for view in every_view() if view.may_open(person)]
    return Panel(
        t("What this account may see and do", "该账号可见与可办事项"),
        [
            Heading("table", t("Table", "数据")),
            Heading("sees", t("Sees", "可见范围")),
            Heading("adds", t("Adds", "新建")),
            Heading("edits", t("Edits", "修改")),
            Heading("steps", t("Steps", "可办理事项")),
        ],
        rows if account.is_active else [],
    )


class _Names:
    """Departments and teams that the person reaches, by name, asked once."""

    def __init__(self, person: Person) -> None:
        keys = {key for scope in person.roles.values() if scope for key in scope}
        query = select(Department.id, Department.name).where(Department.id.in_(sorted(keys)))
        self.departments = dict(db.session.execute(query).tuples().all())
        teams = select(Team.name).where(Team.id.in_(sorted(person.teams)))
        self.teams = list(db.session.scalars(teams)) if person.teams else []


def _reach_row(view: RegulationView, person: Person, names: _Names) -> Row:
    yes, no = t("yes", "是"), "—"
    return Row(
        0,
        f"/admin/{view.endpoint}/",
        [
            Cell(say(view.model.words)),
            Cell(_sees(view, person, names)),
            Cell(yes if view.access.may_create(person) and view.form_columns else no),
            Cell(yes if view.access.may_edit(person) and view.form_columns else no),
            Cell(_steps(view, person) or no),
        ],
    )


def _steps(view: RegulationView, person: Person) -> str:
    """What he may do by his roles, and what as the one who stands in a record; without an employee nothing."""
    cycle = view.model.lifecycle
    if cycle is None or person.employee_id is None:
        return ""
    found: dict[str, list[str]] = {}
    for one in cycle.steps:
        held = [who for who in one.by if isinstance(who, Role) and who not in BY_NAME and person.holds(who)]
        relations = [say(relation_words(who)) for who in one.by if not isinstance(who, Role)]
        for under in [""] if held else sorted(relations):
            if say(one.words) not in found.setdefault(under, []):
                found[under].append(say(one.words))
    comma = t(", ", "、")
    return t("; ", "；").join(
        comma.join(verbs)
        if not under
        else t("as {who}: {verbs}", "作为{who}：{verbs}", who=under, verbs=comma.join(verbs))
        for under, verbs in sorted(found.items())
    )


def _sees(view: RegulationView, person: Person, names: _Names) -> str:
    departments = reach(person, view.access.view)
    if departments is None:
        hidden = {name for name in view.access.hidden_from(person) if name in view.labels}
        if not hidden:
            return t("everything", "全部")
        labels = t(", ", "、").join(sorted(say(view.labels[name]) for name in hidden))
        return t("everything but {columns} of others", "全部（他人的{columns}除外）", columns=labels)
    own = t("what names this person", "与本人有关的")
    parts = [*(names.departments[key] for key in sorted(departments) if key in names.departments), *names.teams]
    return t("{parts}; {own}", "{parts}；{own}", parts=t(", ", "、").join(parts), own=own) if parts else own
