"""What is kept although it follows from other facts: computed again from its evidence, compared, put right (P3.2)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.quality import SpotCheck, SpotCheckItem
from models.regulation import clock_differences
from rules.quality import Verdict, verdict


@dataclass(frozen=True)
class Difference:
    """A kept value that is not what its evidence says, and how to put it right."""

    what: str
    kept: object
    computed: object
    correct: Callable[[], None]

    def __str__(self) -> str:
        return f"{self.what}: kept {self.kept}, computed {self.computed}"


AT_ONCE = 5000
Recomputing = Callable[[Session], Iterator[Difference]]
RECOMPUTED: list[Recomputing] = []


def recomputed(function: Recomputing) -> Recomputing:
    """Registers a comparison; later chapters add their clocks and indicators."""
    RECOMPUTED.append(function)
    return function


def differences(session: Session) -> Iterator[Difference]:
    """Everything that is not what its evidence says; put each right before asking for the next."""
    for function in RECOMPUTED:
        yield from function(session)


@recomputed
def deadlines(session: Session) -> Iterator[Difference]:
    """Every clock follows from what was recorded of it, and a record's due date is its clock's (A3.1)."""
    for one in clock_differences(session):
        record = one.clock.record()
        name = record.label if record is not None else f"{one.clock.entity} {one.clock.entity_id}"
        what = f"{name}, clock “{one.clock.target.words}”, {one.column}"
        yield Difference(what, one.kept, one.computed, one.correct)


@recomputed
def verdicts(session: Session) -> Iterator[Difference]:
    """A reading against its limits decides an item."""
    judged = select(
        SpotCheckItem.id, SpotCheckItem.value, SpotCheckItem.lower, SpotCheckItem.upper, SpotCheckItem.verdict
    )
    rows = session.execute(
        judged.where(
            SpotCheckItem.value.is_not(None),
            or_(SpotCheckItem.lower.is_not(None), SpotCheckItem.upper.is_not(None)),
        )
        .order_by(SpotCheckItem.id)
        .execution_options(yield_per=AT_ONCE)
    )
    wrong = [row for row in rows if verdict(row.value, row.lower, row.upper, row.verdict) is not row.verdict]
    for row in wrong:
        item = session.get_one(SpotCheckItem, row.id)
        yield Difference(
            f"{item.check.no}, item {item.seq}, verdict",
            row.verdict,
            verdict(row.value, row.lower, row.upper, row.verdict),
            item.judge,
        )


@recomputed
def counts(session: Session) -> Iterator[Difference]:
    """A check counts its failing items."""
    failing = func.count().filter(SpotCheckItem.verdict == Verdict.NG)
    found = session.execute(
        select(SpotCheck.id, failing)
        .outerjoin(SpotCheckItem)
        .group_by(SpotCheck.id, SpotCheck.ng_qty)
        .having(failing != SpotCheck.ng_qty)
        .order_by(SpotCheck.id)
    ).all()
    for key, count in found:
        check = session.get_one(SpotCheck, key)
        yield Difference(f"{check.no}, failing items", check.ng_qty, count, _setter(check, count))


def _setter(check: SpotCheck, count: int) -> Callable[[], None]:
    def correct() -> None:
        check.ng_qty = count

    return correct
