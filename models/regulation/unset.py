"""Everything [X] that the company has not set: figures, and time limits without a policy in force (G1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from models.base import on_date
from models.regulation.figures import Figure, in_force, unset_parts
from models.regulation.limits import SlaPolicy
from rules.base import Words
from rules.regulation import CLAUSES, FigureStatus, Target, applies_to_words


@dataclass(frozen=True)
class UnsetPart:
    """One [X]: its clause, its name, what it is told apart by, and which row is to be filled in or approved.

    ``code`` is the figure's, ``target`` the time limit's; ``row_id`` a policy without an amount, or a value that waits
    for approval.
    """

    clause: str
    words: Words
    applies_to: Words | None = None
    code: str = ""
    part: str = ""
    target: str = ""
    row_id: int | None = None

    @property
    def waits(self) -> bool:
        """Whether a value is there and nobody has approved it yet."""
        return bool(self.code) and self.row_id is not None


def unset(session: Session, at: datetime) -> list[UnsetPart]:
    """Every [X] without a value today; three statements."""
    return [*_figures(session, at), *_limits(session, at)]


def _figures(session: Session, at: datetime) -> list[UnsetPart]:
    proposed = {
        (str(code), str(part)): key
        for code, part, key in session.execute(
            select(Figure.code, Figure.applies_to, Figure.id)
            .where(Figure.status == FigureStatus.PROPOSED, Figure.voided_at.is_(None))
            .order_by(Figure.from_on.desc())
        )
    }
    return [
        UnsetPart(
            spec.clause,
            spec.words,
            applies_to_words(part) if part else None,
            code=spec.code,
            part=part,
            row_id=proposed.get((spec.code, part)),
        )
        for spec, part in unset_parts(session, at)
    ]


def _limits(session: Session, at: datetime) -> list[UnsetPart]:
    """A target without any policy in force, and each policy in force that says no amount."""
    on = on_date(at)
    rows = session.execute(
        select(SlaPolicy.target, SlaPolicy.id, SlaPolicy.name, SlaPolicy.clause, SlaPolicy.amount, SlaPolicy.match)
        .where(_limit_in_force(on))
        .order_by(SlaPolicy.id)
    ).all()
    known = {target for target, *_ in rows}
    empty = [
        UnsetPart(clause, target.words, Words(name, name) if match else None, target=str(target), row_id=key)
        for target, key, name, clause, amount, match in rows
        if amount is None
    ]
    missing = [UnsetPart(CLAUSES[one], one.words, target=str(one)) for one in Target if one not in known]
    return empty + missing


def in_force_by_clause(session: Session, code: str, at: datetime) -> tuple[Sequence[Figure], Sequence[SlaPolicy]]:
    """The figures and time limits that count today under a clause."""
    on = on_date(at)
    figures = session.scalars(
        select(Figure).where(Figure.clause == code, in_force(on)).order_by(Figure.code, Figure.applies_to)
    )
    limits = session.scalars(
        select(SlaPolicy).where(SlaPolicy.clause == code, _limit_in_force(on)).order_by(SlaPolicy.target, SlaPolicy.id)
    )
    return figures.all(), limits.all()


def _limit_in_force(on: date) -> ColumnElement[bool]:
    return and_(
        SlaPolicy.from_on <= on,
        or_(SlaPolicy.to_on.is_(None), on <= SlaPolicy.to_on),
        SlaPolicy.voided_at.is_(None),
    )
