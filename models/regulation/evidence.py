"""What shows that a clause is kept: rows done, due, overdue or excepted, counted within what a person may see (G1).

A chapter registers what it has by ``@evidence("P3.2")``; the board counts everything in one statement.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.base import Record
from rules.base import Person, Words
from rules.regulation import Side

LOOKED_BACK = timedelta(days=90)
"""What was done is counted for the last quarter."""
COUNTED = 9_999
"""Rows are counted up to here; beyond it the board says "more than"."""


@dataclass(frozen=True)
class Asked:
    """When the board is looked at, and since when it counts what was done."""

    at: datetime
    since: datetime

    @classmethod
    def now(cls, at: datetime) -> "Asked":
        return cls(at, at - LOOKED_BACK)


@dataclass(frozen=True)
class Tally:
    """Rows of one table by which a clause is judged; ``sides`` says which are done, due, overdue or excepted.

    ``moment`` is the column that says when; ``queries`` the list's address for a side; ``loads`` what a label needs.
    """

    words: Words
    model: type[Record]
    sides: Mapping[Side, ColumnElement[bool]]
    moment: InstrumentedAttribute[Any] | None = None
    queries: Mapping[Side, str] = field(default_factory=dict)
    loads: Sequence[Any] = ()


@dataclass(frozen=True)
class Counted:
    """A tally with its numbers, as far as somebody may see the rows."""

    tally: Tally
    numbers: Mapping[Side, int]


ALL_SIDES = tuple(Side)
Maker = Callable[[Asked], Iterable[Tally]]
EVIDENCE: dict[str, list[Maker]] = {}


def evidence(*names: str) -> Callable[[Maker], Maker]:
    """Registers what shows how clauses are kept, by the names that the clauses carry."""

    def register(maker: Maker) -> Maker:
        for name in names:
            EVIDENCE.setdefault(name, []).append(maker)
        return maker

    return register


def tallies(name: str, asked: Asked) -> list[Tally]:
    """Everything that is registered under a name."""
    return [one for maker in EVIDENCE.get(name, ()) for one in maker(asked)]


def counted(
    session: Session, names: Iterable[str], asked: Asked, sides: Collection[Side] = ALL_SIDES
) -> dict[str, list[Counted]]:
    """The numbers of all these names, of the whole company: one statement, however many there are.

    ``sides``: what is counted, all of it where nobody asks for less. Whether the regulation is kept is nobody's secret;
    the rows behind a number are for those who may see them.
    """
    found = {name: tallies(name, asked) for name in names}
    places = [
        (name, nth, side)
        for name, those in found.items()
        for nth, one in enumerate(those)
        for side in one.sides
        if side in sides
    ]
    counts = [_count(found[name][nth], side) for name, nth, side in places]
    row = session.execute(select(*counts)).one() if counts else ()
    numbers: dict[tuple[str, int], dict[Side, int]] = {}
    for (name, nth, side), number in zip(places, row, strict=True):
        numbers.setdefault((name, nth), {})[side] = int(number or 0)
    return {
        name: [Counted(one, numbers.get((name, nth), {})) for nth, one in enumerate(those)]
        for name, those in found.items()
    }


def kept_in(
    session: Session, names: Iterable[str], start: datetime, end: datetime, at: datetime
) -> dict[str, dict[Side, int]]:
    """The sums of each name: done and excepted within ``[start, end)``, due and overdue as of ``at``.

    Makers count what was done since an instant. What counts without one, such as documents in force, is there for
    every period; of the rest a period has what was done since its start, less what was done since its end.
    """
    wanted = list(names)
    since = [sums_of(counted(session, wanted, Asked(at, one))) for one in (start, end, at + LOOKED_BACK)]
    return {name: _within(*(one[name] for one in since)) for name in wanted}


def sums_of(found: Mapping[str, Sequence[Counted]]) -> dict[str, dict[Side, int]]:
    """All kinds of evidence of a name together."""
    return {
        name: {side: sum(one.numbers.get(side, 0) for one in those) for side in Side} for name, those in found.items()
    }


def _within(start: Mapping[Side, int], end: Mapping[Side, int], always: Mapping[Side, int]) -> dict[Side, int]:
    dated = {side: max(start[side] - end[side], 0) + always[side] for side in (Side.DONE, Side.EXCEPTION)}
    return {**start, **dated}


def _count(tally: Tally, side: Side) -> ColumnElement[int]:
    fitting = select(literal(1)).select_from(tally.model).where(tally.sides[side])
    return select(func.count()).select_from(fitting.limit(COUNTED + 1).subquery()).scalar_subquery()


def rows_of(session: Session, tally: Tally, side: Side, person: Person, most: int) -> list[Record]:
    """The first of a side: what is overdue longest or falls due next, and of what is done the latest."""
    model: Any = tally.model
    moment = tally.moment if tally.moment is not None else model.id
    is_latest = side in {Side.DONE, Side.EXCEPTION}
    order = (moment.desc(), model.id.desc()) if is_latest else (moment, model.id)
    query = select(model).where(tally.sides[side], model.visible_to(person)).options(*tally.loads)
    return list(session.scalars(query.order_by(*order).limit(most)))
