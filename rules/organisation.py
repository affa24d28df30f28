"""Who works here, where, and what each log-in reaches; customers and what they buy (G2, P2.1, P2.4, S1.1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rules.base import EVERYBODY, SCOPED, Access, Choice, Lifecycle, Person, Role, RuleBroken, Words, relation, step

R = Role

MASTER_DATA = frozenset({R.ADMIN})
PEOPLE_DESK = frozenset({R.HR, R.HR_MANAGER})
SALES_DESK = frozenset({R.SALES, R.SALES_MANAGER})
AFTER_SALES_DESK = frozenset({R.AFTER_SALES_AGENT, R.AFTER_SALES_MANAGER})

SELF = relation("self", "the person concerned", "本人")
MANAGER = relation("manager", "his manager", "直接上级")

SECOND_LOGINS: dict[str, Role] = {
    "quality_inspector2": R.QUALITY_INSPECTOR,
    "quality_inspector3": R.QUALITY_INSPECTOR,
    **{f"team_leader{nth}": R.TEAM_LEADER for nth in range(2, 9)},
    "production_manager2": R.PRODUCTION_MANAGER,
}
DEMO_LOGINS: dict[str, Role] = {str(role): role for role in Role} | SECOND_LOGINS
"""What one can log in to the demo company with (CONTRACT.md): a log-in of each role, and second ones of some."""
DEMO_PLACES: dict[str, Words] = {
    "production_manager": Words("workshop 1", "生产一部"),
    "production_manager2": Words("workshop 2", "生产二部"),
    "quality_inspector": Words("workshop 1", "生产一部"),
    "quality_inspector2": Words("workshop 1", "生产一部"),
    "quality_inspector3": Words("workshop 2", "生产二部"),
    "team_leader": Words("turning 1", "车工一班"),
    "team_leader2": Words("welding", "焊接班"),
    "team_leader3": Words("milling", "铣工班"),
    "team_leader4": Words("grinding", "磨工班"),
    "team_leader5": Words("assembly 1", "装配一班"),
    "team_leader6": Words("assembly 2", "装配二班"),
    "team_leader7": Words("painting", "涂装班"),
    "team_leader8": Words("turning 2", "车工二班"),
}
"""What a log-in reaches where there are several of its role: its workshop or its team."""


class DepartmentKind(Choice):
    """What a department is there for."""

    MANAGEMENT = "management", "Management", "管理"
    TECHNICAL = "technical", "Technical", "技术"
    PRODUCTION = "production", "Production", "生产"
    QUALITY = "quality", "Quality", "质量"
    HR = "hr", "HR", "人事"
    SALES = "sales", "Sales", "销售"
    AFTER_SALES = "after_sales", "After-sales", "售后"


HEADS: dict[DepartmentKind, Role] = {
    DepartmentKind.MANAGEMENT: R.GENERAL_MANAGER,
    DepartmentKind.TECHNICAL: R.TECHNICAL_MANAGER,
    DepartmentKind.PRODUCTION: R.PRODUCTION_MANAGER,
    DepartmentKind.QUALITY: R.QUALITY_MANAGER,
    DepartmentKind.HR: R.HR_MANAGER,
    DepartmentKind.SALES: R.SALES_MANAGER,
    DepartmentKind.AFTER_SALES: R.AFTER_SALES_MANAGER,
}
"""Who heads a department, by what it is there for; the general manager stands over the heads."""


class GraceMode(Choice):
    """What a person may do while he owes an exam after a major revision."""

    SUPERVISED = "supervised", "Supervised work only", "限在监护下作业"
    FULL = "full", "Stays qualified, marked", "保留资格并标记"
    NONE = "none", "Suspended on release", "发布即停岗"


class EmployeeStatus(Choice):
    """Where an employee stands with the company."""

    PROBATION = "probation", "Probation", "试用"
    ACTIVE = "active", "Active", "在职"
    LEAVE = "leave", "On leave", "休假"
    LEFT = "left", "Left", "离职"


class AbsenceKind(Choice):
    """Why somebody is away."""

    ANNUAL = "annual", "Annual leave", "年休假"
    SICK = "sick", "Sick leave", "病假"
    PERSONAL = "personal", "Personal leave", "事假"
    INJURY = "injury", "Work injury", "工伤假"
    MARRIAGE = "marriage", "Marriage leave", "婚假"
    PARENTAL = "parental", "Parental leave", "产假/陪产假"
    BEREAVEMENT = "bereavement", "Bereavement leave", "丧假"
    BUSINESS = "business", "Business trip or training away", "出差/外出培训"
    OTHER = "other", "Other", "其他"


class CustomerLevel(Choice):
    """How much a customer weighs; time limits may ask for it."""

    A = "A", "A – key customer", "A 重点客户"
    B = "B", "B – regular customer", "B 普通客户"
    C = "C", "C – occasional customer", "C 一般客户"


ACCOUNT = Access(clause="G2", view=frozenset({R.ADMIN}), create=MASTER_DATA, edit=MASTER_DATA)
DEPARTMENT = Access(clause="G2", create=MASTER_DATA, edit=MASTER_DATA)
TEAM = Access(clause="G2", create=MASTER_DATA, edit=MASTER_DATA)
POST = Access(clause="P2.3", create=MASTER_DATA, edit=MASTER_DATA)
EMPLOYEE = Access(
    clause="P2.4",
    view=EVERYBODY,
    create=PEOPLE_DESK | MASTER_DATA,
    edit=PEOPLE_DESK | MASTER_DATA,
    only=dict.fromkeys(("phone", "mail", "absence", "note", "account", "account_id"), PEOPLE_DESK),
)
"""Besides the people desk, himself and his managers see these of a person (``absence``: the lines of that table)."""
CUSTOMER = Access(
    clause="S1.1",
    view=SALES_DESK | AFTER_SALES_DESK | {R.GENERAL_MANAGER},
    create=SALES_DESK | MASTER_DATA,
    edit=SALES_DESK | MASTER_DATA,
)
PRODUCT_MODEL = Access(
    clause="P1.1", create=MASTER_DATA | {R.TECHNICAL_MANAGER}, edit=MASTER_DATA | {R.TECHNICAL_MANAGER}
)

EMPLOYED = ("probation", "active", "leave")
PLACE = ("effective_on", "post", "team", "leads_team")

# fmt: off - a table, one row a step
EMPLOYEE_STEPS = Lifecycle(
    "probation",
    (
        step("confirm", "probation", "active", "Confirm", "转正", by=PEOPLE_DESK, clause="P2.1", tells=(SELF,)),
        *(
            step("move", status, status, "Move", "调岗", by=PEOPLE_DESK, asks=PLACE, clause="P2.2", tells=(SELF,))
            for status in EMPLOYED
        ),
        *(
            step("take_up", status, status, "Take up the place", "到岗", clause="P2.2", tells=(SELF,))
            for status in EMPLOYED
        ),
        step(
            "take_leave",
            "active",
            "leave",
            "Take leave",
            "休假",
            by=PEOPLE_DESK,
            clause="P2.4",
            asks=("absence_kind", "until_on"),
        ),
        step("resume", "leave", "active", "Return to work", "复工", by=PEOPLE_DESK, clause="P2.4"),
        *(
            step(
                "give_notice",
                status,
                status,
                "Set the last day",
                "登记最后工作日",
                by=PEOPLE_DESK,
                clause="P2.4",
                asks=("last_on",),
            )
            for status in EMPLOYED
        ),
        step(
            "leave",
            EMPLOYED,
            "left",
            "Leave the company",
            "离职",
            by=PEOPLE_DESK,
            clause="P2.4",
            asks=("last_on",),
            needs_note=True,
            is_destructive=True,
        ),
    ),
)
# fmt: on
"""DOMAIN.md's verb ``return`` is called ``resume`` here; ``hire`` makes the record.

``move`` may be dated ahead or back; ``take_up`` is the day on which a place becomes today's: what others subscribe to.
"""

# -- places in time --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """A stretch of days, both included; without an end it goes on."""

    from_on: date
    to_on: date | None = None

    def holds(self, on: date) -> bool:
        return self.from_on <= on and (self.to_on is None or on <= self.to_on)

    def meets(self, other: "Span") -> bool:
        """Whether the two have a day in common."""
        starts_in_time = other.to_on is None or self.from_on <= other.to_on
        return starts_in_time and (self.to_on is None or other.from_on <= self.to_on)


def is_in_force(from_on: date | None, to_on: date | None, on: date) -> bool:
    """Whether something that is given for a time holds on that day; an open side has no limit."""
    return (from_on is None or from_on <= on) and (to_on is None or on <= to_on)


def place_to_change(spans: Sequence[Span], on: date) -> int:
    """Which of the placements, in the order of time, a move of that day begins in or puts right (P2.2).

    What follows later in history stays. Raises RuleBroken before the first day and after the last one.
    """
    if on < spans[0].from_on:
        raise RuleBroken(
            Words("He has been here only since {on}.", "该员工 {on} 才入职，调岗日期不能更早。", on=spans[0].from_on),
            field="effective_on",
            clause="P2.2",
        )
    found = next((place for place, span in enumerate(spans) if span.holds(on)), None)
    if found is None:
        raise RuleBroken(
            Words("On {on} this person was no longer here.", "该员工在 {on} 已不在职。", on=on),
            field="effective_on",
            clause="P2.2",
        )
    return found


def refuse_foreign_team(team_department: int | None, post_department: int) -> None:
    """Raises RuleBroken where somebody would join a team of another department."""
    if team_department is not None and team_department != post_department:
        raise RuleBroken(
            Words("This team belongs to another department than the post.", "该班组与岗位不属于同一部门，请重新选择。"),
            field="team",
            clause="P2.2",
        )


def refuse_leader_without_team(*, leads_team: bool, has_team: bool) -> None:
    """Raises RuleBroken where somebody would lead a team that is not named."""
    if leads_team and not has_team:
        raise RuleBroken(Words("Choose the team to be led.", "请选择其担任班组长的班组。"), field="team", clause="P3.1")


def refuse_second_leader(name: str | None) -> None:
    """Raises RuleBroken where a team would have two leaders at once; ``name``: who leads it then."""
    if name is not None:
        raise RuleBroken(
            Words(
                "{name} leads this team then. Move him first.",
                "该班组届时由{name}担任班组长，请先为其调岗。",
                name=name,
            ),
            field="leads_team",
            clause="P3.1",
        )


def last_day(given: date | None, today: date, *, hired_on: date) -> date:
    """The last day of work of somebody who leaves now. Raises RuleBroken for a day ahead, or before he came (P2.4)."""
    last = given or today
    if last > today:
        raise RuleBroken(
            Words(
                "That day lies ahead. “Set the last day” notes it; the rest follows when it is over.",
                "该日期尚未到来，请使用“登记最后工作日”，届时系统自动办理离职。",
            ),
            field="last_on",
            clause="P2.4",
        )
    if last < hired_on:
        raise RuleBroken(
            Words("He came on {on} only.", "最后工作日不能早于入职日期（{on}）。", on=hired_on), field="last_on"
        )
    return last


def refuse_past_notice(last_on: date | None, today: date) -> None:
    """Raises RuleBroken where a last day to come lies behind."""
    if last_on is not None and last_on < today:
        raise RuleBroken(
            Words("That day is over: use “Leave the company”.", "该日期已过，请直接办理“离职”。"),
            field="last_on",
            clause="P2.4",
        )


def refuse_absence_backwards(from_on: date, until_on: date | None) -> None:
    """Raises RuleBroken where an absence would end before it begins."""
    if until_on is not None and until_on < from_on:
        raise RuleBroken(
            Words("The leave begins on {on}: it cannot end earlier.", "休假自 {on} 起，结束日期不能更早。", on=from_on),
            field="until_on",
        )


def day_before(on: date) -> date:
    return on - timedelta(days=1)


# -- log-ins ---------------------------------------------------------------------------------------------------------


def refuse_last_administrator(remaining: int) -> None:
    """Raises RuleBroken where nobody would be left who may administer; ``remaining``: who still may, without an end."""
    if remaining == 0:
        raise RuleBroken(
            Words(
                "This is the last administrator. Make another one first.",
                "这是最后一个系统管理员账号，请先另设一名管理员。",
            ),
            clause="G2",
        )


ACCOUNT_ACTS: dict[str, Words] = {
    "reset_password": Words("Give a one-time password", "发放一次性密码"),
    "end_sessions": Words("End all log-ins", "结束全部登录"),
    "end_session": Words("End one log-in", "结束一次登录"),
    "disable": Words("Disable", "停用"),
    "enable": Words("Enable", "启用"),
}
"""What an administrator does with a log-in; these are no steps of a lifecycle, since he may be no employee."""


def refuse_own_account(verb: str, *, is_own: bool) -> None:
    """Raises RuleBroken where an administrator would shut himself out."""
    if is_own and verb in {"reset_password", "disable"}:
        raise RuleBroken(
            Words(
                "This is your own account. Change your password under your name; another administrator does the rest.",
                "这是您自己的账号：修改密码请用右上角菜单，停用须由另一名管理员办理。",
            ),
            clause="G2",
        )


def refuse_enabling_who_left(*, has_left: bool) -> None:
    """Raises RuleBroken where a log-in would be opened again for somebody who has left (P2.4)."""
    if has_left:
        raise RuleBroken(
            Words("This person has left the company: the log-in stays shut.", "该员工已离职，账号不能重新启用。"),
            clause="P2.4",
        )


def refuse_idle_scope(role: Role, *, has_department: bool) -> None:
    """Raises RuleBroken where a department is given to a role that reaches the company, or goes by name, anyway."""
    if has_department and role not in SCOPED:
        raise RuleBroken(
            Words(
                "“{role}” takes no department: it reaches the whole company, or the teams and records that name him.",
                "“{role}”不按部门授权（面向全公司，或仅限本人班组与相关记录），请将部门留空。",
                role=role,
            ),
            field="roles",
        )


def may_see_private(person: Person, employee_id: int, *, is_manager: bool) -> bool:
    """Whether phone, mail, absences and remarks of this employee are shown: HR, himself, his managers, the admin."""
    return person.holds(R.ADMIN, *PEOPLE_DESK) or person.employee_id == employee_id or is_manager


def first_names(names: Iterable[str], most: int = 5) -> str:
    """A few names in one line, and how many more there are."""
    listed = list(names)
    more = f" +{len(listed) - most}" if len(listed) > most else ""
    return "、".join(listed[:most]) + more
