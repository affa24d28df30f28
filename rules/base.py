"""The kit every chapter's rules are written with: words in two languages, refusals, who may see, who may act."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Self

MOST_DIGITS = 18
"""Of a key, so that it fits into 64 bits."""


class Words:
    """One sentence or label in English and Chinese, with named values that are put in when it is shown."""

    __slots__ = ("en", "values", "zh")

    def __init__(self, en: str, zh: str, **values: object) -> None:
        self.en, self.zh, self.values = en, zh, values

    def text(self, locale: str, show: Callable[[object, str], str] | None = None) -> str:
        """The sentence in ``locale`` ("en" or anything that begins with "zh"); ``show`` writes each value."""
        template = self.zh if locale.startswith("zh") else self.en
        if not self.values:
            return template
        say = show or plain
        return template.format_map({name: say(value, locale) for name, value in self.values.items()})

    def __str__(self) -> str:
        return self.text("en")

    def __repr__(self) -> str:
        return f"Words({self.en!r}, {self.zh!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and (self.en, self.zh, self.values) == (other.en, other.zh, other.values)

    def __hash__(self) -> int:
        return hash((self.en, self.zh))


def plain(value: object, locale: str) -> str:
    """A value inside a sentence, where no better way of writing it is given."""
    if isinstance(value, Choice):
        return value.words.text(locale)
    return value.text(locale) if isinstance(value, Words) else str(value)


class Choice(str, Enum):
    """A closed set of values, each with its label: ``OPEN = "open", "Open", "待接受"``."""

    words: Words

    def __new__(cls, value: str, en: str = "", zh: str = "") -> Self:
        """Makes a member; whoever asks for one by its value alone, ``Role("hr")``, gives no labels."""
        if not (en and zh):
            raise TypeError(f"{value}: a label is missing.")
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = Words(en, zh)
        return member

    def __str__(self) -> str:
        return str(self.value)


class Role(Choice):
    """The roles of DOMAIN.md; everybody who works here is an ``employee`` besides."""

    ADMIN = "admin", "Administrator", "系统管理员"
    HR = "hr", "HR", "人事专员"
    HR_MANAGER = "hr_manager", "HR manager", "人事经理"
    TECHNICAL = "technical", "Process engineer", "工艺技术员"
    TECHNICAL_MANAGER = "technical_manager", "Technical manager", "技术经理"
    PRODUCTION_PLANNER = "production_planner", "Production planner", "生产计划员"
    PRODUCTION_MANAGER = "production_manager", "Production manager", "生产经理"
    TEAM_LEADER = "team_leader", "Team leader", "班组长"
    PROJECT_LEAD = "project_lead", "Project lead", "项目负责人"
    QUALITY_INSPECTOR = "quality_inspector", "Quality inspector", "质检员"
    QUALITY_MANAGER = "quality_manager", "Quality manager", "质量经理"
    SALES = "sales", "Sales", "销售员"
    SALES_MANAGER = "sales_manager", "Sales manager", "销售经理"
    AFTER_SALES_AGENT = "after_sales_agent", "After-sales agent", "售后专员"
    AFTER_SALES_MANAGER = "after_sales_manager", "After-sales manager", "售后经理"
    GENERAL_MANAGER = "general_manager", "General manager", "总经理"
    EMPLOYEE = "employee", "Employee", "员工"


SCOPED = frozenset({Role.QUALITY_INSPECTOR, Role.PRODUCTION_MANAGER, Role.PRODUCTION_PLANNER})
"""Roles that reach the departments they were given for, and those below; TL and PL reach what names them."""

BY_NAME = frozenset({Role.TEAM_LEADER, Role.PROJECT_LEAD, Role.EMPLOYEE})
"""Roles that reach no department: their teams, or the records that name them."""


class RuleBroken(Exception):
    """An act that the regulation refuses; ``words`` say what to do, ``field`` is where it happened."""

    status = 409

    def __init__(self, words: Words, *, field: str | None = None, clause: str | None = None) -> None:
        super().__init__(words.en)
        self.words, self.field, self.clause = words, field, clause

    def __str__(self) -> str:
        return self.words.text("en")


class NotYours(RuleBroken):
    """Visible, but another role's or another person's to do."""

    status = 403


class NotVisible(RuleBroken):
    """Out of the person's scope, or not there at all: the answer is the same."""

    status = 404

    def __init__(self) -> None:
        super().__init__(Words("There is no such record.", "没有这条记录。"))


class Faulty(RuleBroken):
    """What was sent has faults; each is said at its field."""

    status = 422

    def __init__(self, faults: Mapping[str, Words]) -> None:
        super().__init__(next(iter(faults.values())), field=next(iter(faults)))
        self.faults = faults


class Unset(RuleBroken):
    """A figure or time limit [X] that the company has not set yet."""

    def __init__(self, name: Words, clause: str) -> None:
        super().__init__(
            Words(
                "“{name}” (clause {clause}) has not been set yet. Ask an administrator to set it.",
                "制度第 {clause} 条的“{name}”尚未设定，请管理员先设定。",
                name=name,
                clause=clause,
            ),
            clause=clause,
        )


class Stale(RuleBroken):
    """Somebody saved the record since it was opened."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "Somebody else has changed this record since you opened it. Compare both versions and save again.",
                "您打开之后，这条记录已被他人修改。请对照两个版本后再保存。",
            )
        )


@dataclass(frozen=True)
class Person:
    """Who acts: an account, the employee behind it, and how far each role reaches (None = the whole company)."""

    account_id: int | None = None
    employee_id: int | None = None
    roles: Mapping[Role, frozenset[int] | None] = field(default_factory=dict)
    teams: frozenset[int] = frozenset()
    is_system: bool = False

    def holds(self, *roles: Role) -> bool:
        """Whether the person has one of the roles, wherever it reaches."""
        return any(role in self.roles for role in roles)

    def holds_in(self, role: Role, department_id: int | None) -> bool:
        """Whether the role reaches a record of that department (roles by name are judged by relation instead)."""
        if role not in self.roles:
            return False
        if role not in SCOPED:
            return True
        reach = self.roles[role]
        return reach is None or department_id in reach


SYSTEM = Person(is_system=True)
"""The scheduler and the consequences."""


def reach(person: Person, roles: Iterable[Role]) -> frozenset[int] | None:
    """Departments whose records the person sees by these roles; None = all of them, empty = only what names him."""
    departments: set[int] = set()
    if person.is_system or Role.ADMIN in person.roles:
        return None
    for role in roles:
        if role is Role.EMPLOYEE:
            return None
        if role not in person.roles or role in BY_NAME:
            continue
        scope = person.roles[role] if role in SCOPED else None
        if scope is None:
            return None
        departments |= scope
    return frozenset(departments)


EVERYBODY = frozenset({Role.EMPLOYEE})
NOBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class Access:
    """Who sees, creates and edits the records of one table; columns can be narrower than the table.

    ``view``: roles that see by their scope; who is named in a record always sees it. ``edit_while``: states in which
    facts may be edited; empty = always. ``only``: column -> the roles that may see it (and those named by it).
    """

    clause: str
    view: frozenset[Role] = EVERYBODY
    create: frozenset[Role] = NOBODY
    edit: frozenset[Role] = NOBODY
    edit_while: frozenset[str] = frozenset()
    only: Mapping[str, frozenset[Role]] = field(default_factory=dict)

    def may_create(self, person: Person) -> bool:
        return person.holds(*self.create)

    def may_edit(self, person: Person) -> bool:
        return person.holds(*self.edit)

    def hidden_from(self, person: Person) -> frozenset[str]:
        """Columns that must not reach this person: shown, exported, filtered, sorted or posted."""
        if person.is_system:
            return frozenset()
        return frozenset(column for column, roles in self.only.items() if not person.holds(Role.ADMIN, *roles))


@dataclass(frozen=True)
class Step:
    """One transition of a lifecycle. ``by`` names roles and relations; empty = the system alone.

    ``unlike``: relations that exclude a person (separation of duties). ``tells``: relations and roles to be told.
    ``asks``: fields the verb takes. ``signatures``: roles that must all sign, different people; the last one runs it.
    ``is_aside``: open, but never what comes next, such as passing a record to somebody else.
    """

    verb: str
    source: tuple[str, ...]
    target: str
    words: Words
    by: frozenset[Role | str] = frozenset()
    unlike: frozenset[str] = frozenset()
    tells: tuple[Role | str, ...] = ()
    asks: tuple[str, ...] = ()
    signatures: tuple[Role, ...] = ()
    needs_note: bool = False
    is_destructive: bool = False
    is_aside: bool = False
    clause: str = ""


def step(
    verb: str, source: str | Iterable[str], target: str, en: str, zh: str, *, by: Iterable[Role | str] = (), **more: Any
) -> Step:
    """A row of a lifecycle table, written short."""
    sources = (source,) if isinstance(source, str) else tuple(source)
    unlike = frozenset(more.pop("unlike", ()))
    return Step(verb, sources, target, Words(en, zh), by=frozenset(by), unlike=unlike, **more)


@dataclass(frozen=True)
class Lifecycle:
    """The allowed steps of one kind of record: buttons, permission, notification and clause come from here."""

    initial: str
    steps: tuple[Step, ...]

    @property
    def verbs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.verb for one in self.steps))

    @property
    def statuses(self) -> tuple[str, ...]:
        named = [self.initial]
        for one in self.steps:
            named += [*one.source, one.target]
        return tuple(dict.fromkeys(named))

    def find(self, verb: str, status: str) -> Step | None:
        """The step that this verb is in this state; None where there is none."""
        return next((one for one in self.steps if one.verb == verb and status in one.source), None)

    def open_from(self, status: str) -> tuple[Step, ...]:
        return tuple(one for one in self.steps if status in one.source)


NO_SUCH_STEP = Words("“{verb}” is not possible while the record is “{status}”.", "“{status}”状态下不能“{verb}”。")
SYSTEM_ONLY = Words("This step follows by itself; nobody performs it by hand.", "此步骤由系统自动完成，不能手动操作。")
OTHERS_STEP = Words("This is for: {who}.", "此操作应由以下人员完成：{who}。")
SAME_PERSON = Words("It takes somebody else: you are {who} here.", "须由他人办理：您是本记录的{who}。")
NO_EMPLOYEE = Words("This account belongs to no employee and performs no step.", "此账号未关联员工，不能办理业务。")


def why_not(one: Step, person: Person, department_id: int | None, relations: Iterable[str]) -> NotYours | None:
    """Why this person may not take this step on a record of that department; None = he may.

    ``relations``: what the person is to the record ("responsible", "inspector", ...).
    """
    if person.is_system:
        return None
    held = frozenset(relations)
    if not one.by:
        return NotYours(SYSTEM_ONLY, clause=one.clause)
    if person.employee_id is None:
        return NotYours(NO_EMPLOYEE, clause=one.clause)
    if barred := one.unlike & held:
        return NotYours(filled(SAME_PERSON, who=relation_words(min(barred))), clause=one.clause)
    for entry in one.by:
        if isinstance(entry, Role):
            if person.holds_in(entry, department_id) and entry not in BY_NAME:
                return None
        elif entry in held:
            return None
    return NotYours(filled(OTHERS_STEP, who=names_of(one.by)), clause=one.clause)


def key_of(given: object) -> int | None:
    """The key of a record in what somebody sent, which 64 bits hold; None where it is none."""
    digits = str(given)
    return int(digits) if digits.isdecimal() and digits.isascii() and len(digits) <= MOST_DIGITS else None


def filled(words: Words, **values: object) -> Words:
    """The same sentence with its values."""
    return Words(words.en, words.zh, **values)


RELATIONS: dict[str, Words] = {}


def relation(name: str, en: str, zh: str) -> str:
    """Declares what a person can be to a record, so that refusals can say it."""
    RELATIONS[name] = Words(en, zh)
    return name


def relation_words(name: str) -> Words:
    return RELATIONS[name]


def names_of(entries: Iterable[Role | str]) -> Words:
    """Roles and relations as a list in words."""
    words = sorted((e.words if isinstance(e, Role) else relation_words(e) for e in entries), key=lambda one: one.en)
    return Words(", ".join(one.en for one in words), "、".join(one.zh for one in words))
