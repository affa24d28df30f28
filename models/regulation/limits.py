"""Time limits [X] as data: matched by their conditions, reckoned on the working calendar."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Record
from models.regulation.calendar import company_calendar
from rules import regulation
from rules.base import RuleBroken, Unset, Words
from rules.regulation import Limit, Target, Unit


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

    name: Mapped[str] = mapped_column(String(100))
    clause: Mapped[str] = mapped_column(String(10))
    target: Mapped[Target]
    match: Mapped[dict[str, Any]] = mapped_column(default=dict)
    amount: Mapped[Decimal | None]
    unit: Mapped[Unit]
    from_on: Mapped[date]
    to_on: Mapped[date | None]


# -- questions -------------------------------------------------------------------------------------------------------


def limit(session: Session, target: Target, facts: Mapping[str, str], on: date, *, clause: str) -> Limit:
    """The time limit that applies; the policy with the most conditions wins. Raises Unset where there is none."""
    rows = session.scalars(
        select(SlaPolicy).where(
            SlaPolicy.target == target,
            SlaPolicy.from_on <= on,
            (SlaPolicy.to_on.is_(None)) | (on <= SlaPolicy.to_on),
            SlaPolicy.voided_at.is_(None),
        )
    )
    fitting = [one for one in rows if regulation.matches(one.match, facts)]
    best = max(fitting, key=lambda one: (len(one.match), one.from_on, one.id), default=None)
    if best is None or best.amount is None:
        raise Unset(target.words, clause)
    return Limit(best.amount, best.unit, best.id)


def due_at(session: Session, allowed: Limit, start: datetime) -> datetime:
    """When a time limit that starts then is used up, on the company's working calendar (TIME.md 4, 5)."""
    match allowed.unit:
        case Unit.WORKING_DAY if allowed.amount == int(allowed.amount):
            return company_calendar(session).add_days(start, int(allowed.amount))
        case Unit.WORKING_HOUR:
            return company_calendar(session).add(start, timedelta(hours=float(allowed.amount)))
        case Unit.CLOCK_HOUR:
            return start + timedelta(hours=float(allowed.amount))
        case Unit.CALENDAR_DAY:
            return start + timedelta(days=float(allowed.amount))
    raise RuleBroken(
        Words(
            "{amount} {unit} is no time limit: give whole working days, hours or calendar days.",
            "{amount}{unit}不能作为时限，请用整数工作日、小时或天。",
            amount=format(allowed.amount.normalize(), "f"),
            unit=allowed.unit,
        ),
        field="amount",
    )
