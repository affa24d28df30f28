"""Column types: instants that come back aware, one exact decimal, choices by value, JSON that compares."""

import enum
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from rules.base import Choice, Words

BigId = BigInteger().with_variant(Integer, "sqlite")
"""64-bit keys; SQLite only counts up by itself on INTEGER."""

Json = JSON().with_variant(JSONB(), "postgresql")

ChoiceByValue = Enum(
    enum.Enum,
    native_enum=False,
    create_constraint=False,
    length=40,
    values_callable=lambda e: [m.value for m in e],
    validate_strings=True,
)
"""Choices are stored as their value; unknown values are refused on the way in and out."""


class UtcInstant(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC on every engine."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Scaled(TypeDecorator[Decimal]):
    """An exact decimal kept as an integer of 1/10**places, rounded half up; never a float."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int = 4) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if isinstance(value, float):
            raise TypeError("a float is not exact; use Decimal")
        return int(Decimal(value).scaleb(self.places).quantize(Decimal(1), rounding=ROUND_HALF_UP))

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.places)


class Label(Choice):
    """A value of a list that is no state of anything: it has no colour."""


class Labelled(TypeDecorator[str]):
    """Text out of a list that is known by heart, each with its label; another text is kept and shown as it is.

    What comes out of the database is a Choice where it is on the list, so that it is shown by its label.
    """

    impl = String
    cache_ok = True

    def __init__(self, name: str, labels: Mapping[str, Words], length: int) -> None:
        super().__init__(length)
        members = [(value or "everything", (value, words.en, words.zh)) for value, words in labels.items()]
        listed: Any = Label
        self.choices: type[Choice] = listed(name, members)
        self.known: dict[str, str] = {str(one): one for one in self.choices}

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.known.get(value, value)
