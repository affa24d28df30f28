"""The typed base of all tables, and who sees which of their rows."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, MetaData, String, event, false, inspect, or_, select, true
from sqlalchemy.orm import ColumnProperty, DeclarativeBase, Mapped, Mapper, Session, mapped_column, object_session

from models.types import BigId, ChoiceByValue, Json, Scaled, UtcInstant
from rules.base import Access, Person, Words, reach


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
    counts_between: ClassVar[tuple[str, str] | None] = None
    """The columns of the days from and to which a value counts: a company's figure, a time limit."""
    counts_when: ClassVar[str | None] = None
    """The column that is empty as long as nothing counts."""
    uncounted: ClassVar[frozenset[str]] = frozenset()
    """States before the record counts: to leave them is to add a row to its period."""

    def is_input(self) -> bool:
        """Whether a row that is added with a day in a period counts there at all."""
        return True

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
        return inspect(cls).columns["department_id"].in_(sorted(departments))

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
