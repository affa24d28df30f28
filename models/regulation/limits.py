"""Time limits [X] as data: matched by their conditions, reckoned on the calendar that counts (TIME.md 3, 8)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Record
from models.regulation.calendar import Calendar, company, working
from rules import regulation
from rules.base import Unset, Words
from rules.regulation import Limit, Target, Terms, Unit, clocks
from rules.regulation.limits import TOLD_ELSEWHERE, Row, winner


class SlaPolicy(Record):
    """A time limit: for what, on which conditions, how much; an empty amount is an unset [X] (时限规则)."""

    __tablename__ = "sla_policy"
    __table_args__ = (
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
        CheckConstraint("amount IS NULL OR amount >= 0", name="amount_not_negative"),
        Index("ix_sla_policy_target", "target"),
    )
    words = Words("Time limit", "时限规则")
    chapter = "regulation"
    access = regulation.SLA_POLICY
    search_columns = ("name",)
    label_columns = ("name",)
    counts_between = ("from_on", "to_on")
    counts_when = "amount"
    period_columns = frozenset({"target", "match", "amount", "unit", "calendar_id", "pauses_on"})

    name: Mapped[str] = mapped_column(String(100))
    clause: Mapped[str] = mapped_column(String(10))
    target: Mapped[Target]
    match: Mapped[dict[str, Any]] = mapped_column(default=dict)
    amount: Mapped[Decimal | None]
    unit: Mapped[Unit]
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("calendar.id"))
    pauses_on: Mapped[list[Any]] = mapped_column(default=list)
    """Reasons for which the clock waits: ``pending_customer``, ``pending_parts``."""
    warnings: Mapped[list[Any]] = mapped_column(default=list)
    """When whoever has it in hand is warned: ``-25%``, ``-60`` (working minutes)."""
    ladder: Mapped[list[Any]] = mapped_column(default=list)
    """Who else is told when: ``[["+60", ["team_leader"]], ...]``."""
    is_fresh_after_reopening: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    calendar: Mapped[Calendar | None] = relationship()

    def as_row(self) -> Row:
        """The policy as a row of the decision table."""
        return Row(self.id or 0, self.match, self.from_on, self.to_on, self.name, is_set=self.amount is not None)

    def terms(self, facts: Mapping[str, str]) -> Terms:
        """What it grants, as a clock keeps it."""
        if self.amount is None:
            raise Unset(self.target.words, self.clause)
        return Terms(
            self.amount,
            self.unit,
            self.name,
            self.id,
            self.version_no,
            tuple(self.pauses_on),
            () if self.target in TOLD_ELSEWHERE else tuple(self.warnings),
            () if self.target in TOLD_ELSEWHERE else tuple((offset, tuple(who)) for offset, who in self.ladder),
            self.is_fresh_after_reopening,
            dict(facts),
        )


# -- questions -------------------------------------------------------------------------------------------------------


def policies_on(session: Session, on: date, targets: Iterable[Target] = ()) -> list[SlaPolicy]:
    """The policies that count on a day, of these targets or of all, in the sequence of their names."""
    query = select(SlaPolicy).where(
        SlaPolicy.from_on <= on,
        (SlaPolicy.to_on.is_(None)) | (on <= SlaPolicy.to_on),
        SlaPolicy.voided_at.is_(None),
    )
    wanted = tuple(targets)
    if wanted:
        query = query.where(SlaPolicy.target.in_(wanted))
    return list(session.scalars(query.order_by(SlaPolicy.target, SlaPolicy.id)))


def policy_for(session: Session, target: Target, facts: Mapping[str, str], on: date, *, clause: str) -> SlaPolicy:
    """The policy that decides; the one with the most conditions wins. Raises Unset, naming the clause, without one."""
    rows = {one.id: one for one in policies_on(session, on, (target,))}
    best = winner([one.as_row() for one in rows.values()], facts)
    if best is None or not best.is_set:
        raise Unset(target.words, clause)
    return rows[best.id]


def limit(session: Session, target: Target, facts: Mapping[str, str], on: date, *, clause: str) -> Limit:
    """The time limit that applies. Raises Unset where there is none."""
    best = policy_for(session, target, facts, on, clause=clause)
    return Limit(best.amount or Decimal(0), best.unit, best.id)


def due_at(session: Session, allowed: Limit, start: datetime) -> datetime:
    """When a time limit that starts then is used up, on the calendar of its policy, else the company's."""
    policy = session.get(SlaPolicy, allowed.policy_id) if allowed.policy_id is not None else None
    named = policy.calendar if policy is not None else None
    calendar = working(session, named or company(session))
    return clocks.due_at(Terms(allowed.amount, allowed.unit), start, calendar.engine)
