"""Records: rows with a page and verbs of their own, the one writer of a status, and what follows a verb."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column

from models.base.acts import Act
from models.base.clock import now
from models.base.tables import Audited, Base
from rules.base import NO_SUCH_STEP as NO_SUCH_STEP_WORDS
from rules.base import NOBODY, Choice, Lifecycle, NotYours, Person, Role, RuleBroken, Step, Words, filled, why_not


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
            self._take_effect(effect, act)
        self.status = type(self.status)(one.target)
        follow(session, self, one, act)
        return self

    def _take_effect(self, effect: Callable[..., None], act: Act) -> None:
        """Whatever is written on the way is written by this step, even where a question asked in it writes early."""
        stepping = self.session.info.setdefault("stepping", [])
        stepping.append(self)
        try:
            effect(act, **act.fields)
        finally:
            stepping.pop()

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
