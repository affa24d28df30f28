"""What every table shares: the typed base, the clock, the act, records with verbs, who sees which rows."""

import enum
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import ColumnElement, ForeignKey, MetaData, String, event, false, or_, select, true
from sqlalchemy.orm import (
    ColumnProperty,
    DeclarativeBase,
    Mapped,
    Mapper,
    Session,
    declared_attr,
    mapped_column,
    object_session,
)

from models.types import BigId, ChoiceByValue, Json, Scaled, UtcInstant
from rules.base import NO_SUCH_STEP as NO_SUCH_STEP_WORDS
from rules.base import (
    NOBODY,
    SYSTEM,
    Access,
    Choice,
    Lifecycle,
    NotYours,
    Person,
    Role,
    RuleBroken,
    Step,
    Words,
    filled,
    reach,
    why_not,
)


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that IANA name; ValueError with what to do for anything else."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"TIME_ZONE: “{name}” is not a time zone such as Asia/Shanghai.") from None


COMPANY_ZONE = zone_of(os.environ.get("TIME_ZONE") or "Asia/Shanghai")
"""The zone of the company's dates and deadlines; every process of one company is given the same TIME_ZONE."""


def now() -> datetime:
    """The clock; everything else is told the time."""
    return datetime.now(UTC)


def on_date(at: datetime) -> date:
    """The company's date at that instant."""
    return at.astimezone(COMPANY_ZONE).date()


class Base(DeclarativeBase):
    """Typed base of all tables, free of Flask."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own name and form
        datetime: UtcInstant(),
        Decimal: Scaled(),
        enum.Enum: ChoiceByValue,
        str: String(200),
        dict[str, Any]: Json,
        list[Any]: Json,
    }


class Source(Choice):
    """By which way a change came in."""

    FORM = "form", "form", "表单"
    INLINE = "inline", "list cell", "列表内修改"
    BULK = "bulk", "bulk action", "批量操作"
    IMPORT = "import", "import", "导入"
    API = "api", "API", "接口"
    MAIL = "mail", "mail", "邮件"
    PUBLIC_LINK = "public_link", "public link", "外部链接"
    COMMAND = "command", "command line", "命令行"
    SCHEDULER = "scheduler", "scheduler", "定时任务"
    CONSEQUENCE = "consequence", "consequence", "规则联动"


@dataclass(frozen=True)
class Act:
    """Who acts, when, by which way, and why; ``on_behalf_of`` is the account a consequence goes back to.

    ``recorded_at`` is given where history is taken in: ``at`` is then when it happened, and nobody is told any more.
    """

    by: Person
    at: datetime
    source: Source = Source.FORM
    note: str = ""
    clause: str = ""
    on_behalf_of: int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    recorded_at: datetime | None = None
    tell_at: datetime | None = None
    """When whoever is to be told hears of it; empty = at once. What happens at night is told in the morning."""

    @property
    def written_at(self) -> datetime:
        """When the act is written down: now, even where it happened long ago."""
        return self.recorded_at or self.at

    def consequence(self, clause: str = "") -> "Act":
        """What follows by itself: the system acts, for the person who set it off."""
        actor = self.by.account_id or self.on_behalf_of
        return replace(
            self, by=SYSTEM, source=Source.CONSEQUENCE, on_behalf_of=actor, clause=clause, note="", fields={}
        )


@dataclass(frozen=True)
class Sight:
    """On what grounds a person sees rows of a table: whole departments, and few rows that name him."""

    departments: frozenset[int]
    by_name: Sequence[ColumnElement[bool]]


class Audited(Base):
    """A table whose every change leaves an event. A line's changes are told in the event of its record."""

    __abstract__ = True
    id: Mapped[int] = mapped_column(BigId, primary_key=True)

    words: ClassVar[Words]
    chapter: ClassVar[str] = ""
    access: ClassVar[Access]
    named_by: ClassVar[tuple[str, ...]] = ()
    """Person columns that let the named person see the record."""
    period_on: ClassVar[str | None] = None
    """The column that says in which assessment period the record counts."""
    period_columns: ClassVar[frozenset[str]] = frozenset()
    """Columns that indicators read; closed with their period."""
    uncounted: ClassVar[frozenset[str]] = frozenset()
    """States before the record counts: to leave them is to add a row to its period."""

    @property
    def session(self) -> Session:
        """The session that the row lives in; a row acts nowhere else."""
        session = object_session(self)
        if session is None:
            raise RuntimeError("the record belongs to no session")
        return session

    def told_in(self) -> "Audited":
        """The record in whose event a change of this row is told."""
        return self

    @classmethod
    def visible_to(cls, person: Person) -> ColumnElement[bool]:
        """The rows that this person may know of, by scope or because they name him."""
        sight = cls.sight_of(person)
        if sight is None:
            return true()
        by_department = [cls.in_departments(sight.departments)] if sight.departments else []
        return or_(*by_department, *sight.by_name) if by_department or sight.by_name else false()

    @classmethod
    def sight_of(cls, person: Person) -> Sight | None:
        """The same, each ground by itself; None = every row."""
        departments = reach(person, cls.access.view)
        if departments is None:
            return None
        by_name: list[ColumnElement[bool]] = []
        if person.employee_id is not None:
            by_name += [getattr(cls, column) == person.employee_id for column in cls.named_by]
            by_name += cls.also_visible_to(person)
        if person.teams:
            employee = Base.metadata.tables["employee"].c
            members = select(employee.id).where(employee.team_id.in_(sorted(person.teams)))
            by_name += [getattr(cls, column).in_(members) for column in cls.named_by]
        return Sight(departments if hasattr(cls, "department_id") else frozenset(), by_name)

    @classmethod
    def in_departments(cls, departments: Iterable[int]) -> ColumnElement[bool]:
        """The rows of these departments."""
        column: ColumnElement[int] = cls.department_id  # type: ignore[attr-defined]
        return column.in_(sorted(departments))

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """Further ways in which a record names a person, such as through its lines."""
        return []


@event.listens_for(Audited, "after_mapper_constructed", propagate=True)
def _keep_old_values(mapper: Mapper[Any], _model: type[Audited]) -> None:
    """A column that is set before it was read is read first: its event tells the old value, its period is asked."""
    for column in mapper.local_table.columns:
        kept = mapper.get_property_by_column(column)
        if isinstance(kept, ColumnProperty):
            kept.active_history = True


class Line(Audited):
    """A row that belongs to a record and follows it."""

    __abstract__ = True


class Record(Audited):
    """A row with a page of its own: numbered or coded, locked optimistically, voided instead of deleted."""

    __abstract__ = True
    lifecycle: ClassVar[Lifecycle | None] = None
    number_prefix: ClassVar[str] = ""
    search_columns: ClassVar[tuple[str, ...]] = ()
    """Text columns found by the search field, the number or code first."""
    label_columns: ClassVar[tuple[str, ...]] = ("no",)
    """What the record is called in a list or picker."""
    sorted_by: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Column -> the stored key that a list sorts it by: names by their pinyin."""
    hint_columns: ClassVar[tuple[str, ...]] = ()
    """Columns or relations that tell it apart where there is room beside its label: a person's post and department."""

    if TYPE_CHECKING:
        status: Any  # of those that have a lifecycle

    version_no: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @declared_attr
    def created_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("account.id"))

    @declared_attr
    def updated_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("account.id"))

    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None]

    @declared_attr
    def voided_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("account.id"))

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version_no}

    @property
    def label(self) -> str:
        """How the record is called in a sentence or a picker."""
        return " ".join(str(getattr(self, name) or "") for name in self.label_columns)

    @property
    def label_words(self) -> Words:
        """The same in both languages, for records whose name is in both."""
        return Words(self.label, self.label)

    def parties(self) -> Mapping[str, frozenset[int]]:
        """Relation -> the employees who stand in it ("responsible", "inspector", ...)."""
        return {}

    def relations_of(self, person: Person) -> frozenset[str]:
        """What the person is to this record."""
        if person.employee_id is None:
            return frozenset()
        return frozenset(name for name, ids in self.parties().items() if person.employee_id in ids)

    def why_not(self, verb: str, person: Person) -> RuleBroken | None:
        """Why this verb is not open to this person now; None = it is (its own facts may still refuse)."""
        one = self.lifecycle.find(verb, self.status) if self.lifecycle else None
        if one is None:
            return RuleBroken(filled(NO_SUCH_STEP_WORDS, verb=self.verb_words(verb), status=self.status_words()))
        return why_not(one, person, getattr(self, "department_id", None), self.relations_of(person))

    def verb_words(self, verb: str) -> Words:
        steps = self.lifecycle.steps if self.lifecycle else ()
        return next((one.words for one in steps if one.verb == verb), Words(verb, verb))

    def status_words(self) -> Words:
        status = getattr(self, "status", "")
        return status.words if isinstance(status, Choice) else Words(str(status), str(status))

    def perform(
        self,
        verb: str,
        *,
        by: Person | None = None,
        at: datetime | None = None,
        note: str = "",
        act: Act | None = None,
        **fields: Any,
    ) -> Self:
        """Takes one step of the lifecycle: the only writer of a status, on every way in.

        Give ``by`` and ``at``, or the ``act`` that this one is part of. Raises RuleBroken (409) where the state, the
        facts or the figures refuse, NotYours (403) where the person may not.
        """
        session = self.session
        session.flush()
        act = act or Act(by or session.info["act"].by, at or now(), session.info["act"].source)
        act = replace(act, note=note.strip(), fields=fields)
        if refusal := self.why_not(verb, act.by):
            raise refusal
        one = self._step(verb)
        act = replace(act, clause=one.clause)
        self._refuse_unasked(one, act)
        if one.signatures and not _sign(session, self, one, act):
            return self
        if effect := getattr(self, f"do_{verb}", None):
            effect(act, **fields)
        self.status = type(self.status)(one.target)
        follow(session, self, one, act)
        return self

    def _step(self, verb: str) -> Step:
        one = self.lifecycle.find(verb, self.status) if self.lifecycle else None
        if one is None:
            raise LookupError(verb)
        return one

    def _refuse_unasked(self, one: Step, act: Act) -> None:
        if unknown := set(act.fields) - set(one.asks):
            raise TypeError(f"{one.verb} does not take {', '.join(sorted(unknown))}")
        if one.needs_note and not act.note and not act.by.is_system:
            raise RuleBroken(Words("Please give a reason.", "请填写原因。"), field="note", clause=one.clause)


Consequence = Callable[[Any, Act], None]
Preview = Callable[[Any, Person], Iterable[Words]]


@dataclass(frozen=True)
class Subscription:
    """What a later chapter does after an earlier one's verb, in the same transaction."""

    model: type[Record]
    verb: str
    consequence: Consequence
    preview: Preview | None


SUBSCRIPTIONS: list[Subscription] = []


def after(model: type[Record], verb: str, *, preview: Preview | None = None) -> Callable[[Consequence], Consequence]:
    """Subscribes a function (record, act) to a verb; ``preview`` says beforehand what it will do."""

    def subscribe(consequence: Consequence) -> Consequence:
        SUBSCRIPTIONS.append(Subscription(model, verb, consequence, preview))
        return consequence

    return subscribe


def previews(record: Record, verb: str, person: Person) -> list[Words]:
    """Lines that say what else will happen, shown before the verb is pressed."""
    asked = [one.preview for one in SUBSCRIPTIONS if isinstance(record, one.model) and one.verb == verb and one.preview]
    return [words for preview in asked for words in preview(record, person)]


Signing = Callable[[Session, Record, Step, Act], bool]
Following = Callable[[Session, Record, Step, Act], None]
_signing: list[Signing] = []
_following: list[Following] = []


def hears_signatures(function: Signing) -> Signing:
    """The event chapter keeps approvals; this kit lies below it."""
    _signing.append(function)
    return function


def hears_steps(function: Following) -> Following:
    """The event chapter writes the event and the deliveries of each step."""
    _following.append(function)
    return function


def _sign(session: Session, record: Record, one: Step, act: Act) -> bool:
    return all(function(session, record, one, act) for function in _signing)


def follow(session: Session, record: Record, one: Step, act: Act) -> None:
    """After a step: its event and deliveries, then what other chapters subscribed."""
    for function in _following:
        function(session, record, one, act)
    for subscription in SUBSCRIPTIONS:
        if isinstance(record, subscription.model) and subscription.verb == one.verb:
            subscription.consequence(record, act.consequence(one.clause))


def records() -> list[type[Record]]:
    """Every table that has pages, in the order of their mapping."""
    return [m.class_ for m in Base.registry.mappers if issubclass(m.class_, Record)]


def require(person: Person, roles: Iterable[Role], words: Words) -> None:
    """Refuses who holds none of the roles."""
    if not person.is_system and not person.holds(*(roles or NOBODY)):
        raise NotYours(words)
