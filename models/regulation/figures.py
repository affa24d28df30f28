"""The company's figures [X], each with the dates it counts for, set by an admin, approved by whose clause it is."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    and_,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.approvals import answer, ask_approval
from models.base import Act, Record, on_date
from models.journal import seal
from models.organisation import Account, Employee, holders
from models.regulation.clauses import clause_of
from models.types import Labelled
from rules import regulation
from rules.base import Role, Unset, Words
from rules.event import Decision
from rules.regulation import FIGURES, FigureSpec, FigureStatus, Unit, applies_to_words

LIVE = "status != 'rejected' AND voided_at IS NULL"
CODES = {code: one.words for code, one in FIGURES.items()}
VALUES = {one: applies_to_words(one) for one in ("", *(v for spec in FIGURES.values() for v in spec.applies_to))}


class Figure(Record):
    """A figure [X] with the day from which it counts.

    What is set on screen waits for approval; what the product, the demo or a ledger brings counts as it comes.
    """

    __tablename__ = "figure"
    __table_args__ = (
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
        CheckConstraint("status != 'proposed' OR approved_by_id IS NULL", name="proposed_is_not_approved"),
        Index(
            "uq_figure_code_applies_to_from_on",
            "code",
            "applies_to",
            "from_on",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
    )
    words = Words("Figure", "制度参数")
    chapter = "regulation"
    access = regulation.FIGURE
    lifecycle = regulation.FIGURE_STEPS
    search_columns = ("code",)
    label_columns = ("code", "from_on")
    counts_between = ("from_on", "to_on")
    period_columns = frozenset({"code", "value", "unit", "applies_to"})
    uncounted = frozenset({str(FigureStatus.PROPOSED), str(FigureStatus.REJECTED)})

    code: Mapped[str] = mapped_column(Labelled("FigureCode", CODES, 63))
    clause: Mapped[str] = mapped_column(String(10))
    value: Mapped[Decimal]
    unit: Mapped[Unit]
    applies_to: Mapped[str] = mapped_column(Labelled("AppliesTo", VALUES, 100), default="")
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    replaces: Mapped[bool] = mapped_column(default=False)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    status: Mapped[FigureStatus] = mapped_column(default=FigureStatus.APPROVED)
    set_by: Mapped[Account | None] = relationship(foreign_keys=[set_by_id])
    approved_by: Mapped[Employee | None] = relationship(foreign_keys=[approved_by_id])

    @property
    def label(self) -> str:
        return self.label_words.zh

    @property
    def label_words(self) -> Words:
        """The figure by its name, for what, and from when."""
        name = CODES.get(str(self.code), Words(str(self.code), str(self.code)))
        part = VALUES.get(str(self.applies_to)) if self.applies_to else None
        en, zh = (f"{name.en}: {part.en}", f"{name.zh}：{part.zh}") if part else (name.en, name.zh)
        en, zh = f"{en}, {self.from_on}", f"{zh} {self.from_on}"
        return Words(en, zh)

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {"setter": self._setter(), "owner_manager": self.approvers()[1]}

    def _setter(self) -> frozenset[int]:
        found = self.session.scalar(select(Employee.id).where(Employee.account_id == (self.set_by_id or 0)))
        return frozenset({found} if found is not None else ())

    def approvers(self) -> tuple[Role, frozenset[int]]:
        """Who approves: the manager of the clause's owner; where there is none but who set it, the general manager."""
        clause = clause_of(self.session, self.clause)
        setter = self._setter()
        own = clause.manager if clause is not None else Role.GENERAL_MANAGER
        for role in (own, Role.GENERAL_MANAGER):
            if found := frozenset(holders(self.session, role, clause.owner_id if clause else None)) - setter:
                return role, found
        return own, frozenset()

    def propose(self, act: Act) -> None:
        """Puts a new value before whoever approves it; in a company that is being set up it counts at once."""
        role, who = self.approvers()
        self.session.flush()
        seal(self.session, self, "create", act, recipients=who)
        if who:
            ask_approval(self.session, self, "approve", role)
        else:
            self.perform("adopt", act=act.consequence("G1"))

    def do_approve(self, act: Act) -> None:
        answer(self.session, self, Decision.APPROVED, act)
        self._succeed(act)
        self.approved_by_id = act.by.employee_id  # last: what is still proposed has no approver

    def do_adopt(self, act: Act) -> None:
        self._succeed(act)

    def do_reject(self, act: Act) -> None:
        answer(self.session, self, Decision.REJECTED, act)

    def _succeed(self, act: Act) -> None:
        """The value that it replaces ends the day before; two never count on one day."""
        self.refuse_overlap(statuses=(FigureStatus.APPROVED,))
        before = self.replaced()
        if self.replaces and before is not None:
            before.to_on = self.from_on - timedelta(days=1)
            seal(self.session, before, "edit", act.consequence("G1"))

    def _others(self, *statuses: FigureStatus) -> list["Figure"]:
        """Other values of the same figure for the same."""
        found = self.session.scalars(
            select(Figure).where(
                Figure.code == self.code,
                Figure.applies_to == (self.applies_to or ""),
                Figure.id != (self.id or 0),
                Figure.status.in_(statuses),
                Figure.voided_at.is_(None),
            )
        )
        return list(found)

    def siblings(self) -> list["Figure"]:
        """Every value of this figure for the same, the latest first."""
        found = [self, *self._others(*FigureStatus)]
        return sorted(found, key=lambda one: (one.from_on, one.id), reverse=True)

    def replaced(self) -> "Figure | None":
        """The value in force that this one follows on: it began earlier and has no end."""
        earlier = [one for one in self._others(FigureStatus.APPROVED) if one.to_on is None]
        return next((one for one in earlier if one.from_on < self.from_on), None)

    def refuse_overlap(
        self, statuses: tuple[FigureStatus, ...] = (FigureStatus.APPROVED, FigureStatus.PROPOSED)
    ) -> None:
        """Raises RuleBroken when another value would count on the same day, but for the one that this replaces."""
        ended = self.replaced() if self.replaces else None
        spans = [(one.from_on, one.to_on) for one in self._others(*statuses) if one is not ended]
        regulation.refuse_overlap(FIGURES[self.code].words, self.from_on, self.to_on, spans)


# -- questions -------------------------------------------------------------------------------------------------------


def in_force(on: date) -> ColumnElement[bool]:
    """The figures that count on a day."""
    return and_(
        Figure.from_on <= on,
        or_(Figure.to_on.is_(None), on <= Figure.to_on),
        Figure.status == FigureStatus.APPROVED,
        Figure.voided_at.is_(None),
    )


def figure(session: Session, spec: FigureSpec, on: date, applies_to: str = "") -> Decimal:
    """The value of a figure on a day; raises Unset, naming the clause, where the company has set none."""
    value = session.scalar(
        select(Figure.value)
        .where(Figure.code == spec.code, Figure.applies_to.in_({applies_to, ""}), in_force(on))
        .order_by(func.length(Figure.applies_to).desc())
        .limit(1)
    )
    if value is None:
        raise Unset(spec.words, spec.clause)
    return value


def unset_parts(session: Session, at: datetime) -> list[tuple[FigureSpec, str]]:
    """What nobody has set for today: a figure, or a figure for one of the values that it is told apart by."""
    rows = session.execute(select(Figure.code, Figure.applies_to).where(in_force(on_date(at))))
    is_set = {(str(code), str(applies_to)) for code, applies_to in rows}
    return [
        (spec, one)
        for spec in FIGURES.values()
        if (spec.code, "") not in is_set
        for one in spec.applies_to or ("",)
        if (spec.code, one) not in is_set
    ]


def unset_figures(session: Session, at: datetime) -> list[FigureSpec]:
    """Figures of the regulation without a value today, or without one for something they are told apart by."""
    return list(dict.fromkeys(spec for spec, _ in unset_parts(session, at)))
