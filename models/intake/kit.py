"""What every kind of ledger needs to be stored: acts, savepoints, look-ups in one go, guards, counts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Literal, TypeAlias, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.base import ExecutableOption

from models.base import Act, Audited, Record, Source
from models.intake.reasons import GONE, NUMBER_TOO_EXACT, NUMBER_TOO_LARGE, VOIDED, columns_of, reason_of
from models.journal import attempt
from rules.base import Choice, Person, Role, RuleBroken
from rules.ledger import Row
from rules.ledger.reasons import TEXT_TOO_LONG

Outcome: TypeAlias = Literal["created", "updated", "unchanged"]

AT_ONCE = 500
"""Rows that are looked up and flushed together."""
LARGEST_WHOLE = 2**31 - 1
LARGEST_EXACT = Decimal(10) ** 14
PLACES = 4
"""What the database keeps of a number: see models/types.py."""

DERIVED_FROM = {
    "value": "reading",
    "lower": "standard",
    "upper": "standard",
    "checked_at": "checked_on",
    "serial": "unit_serial",
}
"""Values that no column holds as such, and the column they were read from."""

T = TypeVar("T")
C = TypeVar("C", bound=Choice)


@dataclass
class Intake:
    """One taking-in: by whom, when, and what came of the rows so far."""

    session: Session
    importer: Person
    at: datetime
    counts: Counter[Outcome] = field(default_factory=Counter)

    def act(self, at: datetime | None = None) -> Act:
        """The importer's act where the ledger names nobody: as history, so that nobody is told."""
        by = Person(account_id=self.importer.account_id, is_system=True)
        return Act(by, at or self.at, Source.IMPORT, recorded_at=self.at)

    def act_of(self, employee_id: int, at: datetime) -> Act:
        """What the ledger says that this employee did then; written down by the importer."""
        by = Person(self.importer.account_id, employee_id, {Role.EMPLOYEE: None})
        return Act(by, at, Source.IMPORT, recorded_at=self.at)

    @contextmanager
    def guarded(self, rows: Sequence[Row]) -> Iterator[None]:
        """What a rule refuses in here is undone, and the rows are refused in its words."""
        try:
            with attempt(self.session):
                yield
        except RuleBroken as refusal:
            reason = reason_of(refusal)
            for row in rows:
                row.fault(reason, *columns_of(refusal))

    def found(
        self, column: InstrumentedAttribute[str], keys: Iterable[str], *options: ExecutableOption
    ) -> dict[str, Any]:
        """The records with these values of a unique column, by few statements."""
        found: dict[str, Any] = {}
        for part in parts(dict.fromkeys(keys)):
            rows = self.session.scalars(select(column.class_).where(column.in_(part)).options(*options))
            found |= {getattr(one, column.key): one for one in rows}
        return found


class RowRefused(Exception):
    """A row that cannot be stored; its fault has been noted."""


def refuse(row: Row, reason: Any, *columns: str) -> RowRefused:
    """Notes the fault; raise what it answers."""
    row.fault(reason, *columns)
    return RowRefused()


def parts(many: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """The same in parts of at most ``size``."""
    rest = iter(many)
    while part := list(islice(rest, size)):
        yield part


def chosen(kind: type[C], value: str) -> C:
    """The choice with this value."""
    return next(one for one in kind if one.value == value)


def there(row: Row, found: T | None, *columns: str) -> T:
    """What the row refers to, which was judged to be there."""
    if found is None:
        raise refuse(row, GONE, *columns)
    return found


def refuse_voided(row: Row, record: Record, *columns: str) -> None:
    """Refuses where the stored record no longer counts."""
    if record.voided_at is not None:
        raise refuse(row, VOIDED, *columns)


def change(record: Record, values: Mapping[str, Any]) -> bool:
    """Sets what differs; whether anything did."""
    different = {name: value for name, value in values.items() if getattr(record, name) != value}
    for name, value in different.items():
        setattr(record, name, value)
    return bool(different)


def said(row: Row, *names: str, **renamed: str) -> dict[str, Any]:
    """Values by their table's column, of those columns alone that the sheet has. ``renamed``: table's = ledger's."""
    columns = {name: name for name in names} | renamed
    return {mine: row.values[theirs] for mine, theirs in columns.items() if theirs in row.places}


def guard(row: Row, model: type[Audited], *names: str, **renamed: str) -> None:
    """Refuses what the table's columns cannot hold as it is, on every engine. ``renamed``: table's = ledger's."""
    for mine, theirs in ({name: name for name in names} | renamed).items():
        reason = too_much(row.values[theirs], getattr(model.__table__.c[mine].type, "length", None))
        if reason is not None:
            raise refuse(row, reason, DERIVED_FROM.get(theirs, theirs))


def too_much(value: object, length: int | None) -> Any:
    """Why a column cannot hold this value; None = it can."""
    if isinstance(value, str) and length is not None and len(value) > length:
        return TEXT_TOO_LONG
    if isinstance(value, Decimal):
        if abs(value) >= LARGEST_EXACT:
            return NUMBER_TOO_LARGE
        return NUMBER_TOO_EXACT if value != round(value, PLACES) else None
    return NUMBER_TOO_LARGE if isinstance(value, int) and value > LARGEST_WHOLE else None
