"""Numbers of records: a prefix, the year, and a count that never doubles."""

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from models.event import NumberSeries


def next_number(session: Session, prefix: str, year: int) -> str:
    """The next number of a series, such as SC-2026-00001; gaps are possible, doubles are not."""
    return next_numbers(session, prefix, year, 1)[0]


def next_numbers(session: Session, prefix: str, year: int, count: int) -> list[str]:
    """The next numbers of a series in their order, by as many statements as one takes."""
    connection = session.connection()
    where = (NumberSeries.prefix == prefix) & (NumberSeries.year == year)
    raise_by_one = update(NumberSeries).where(where).values(last=NumberSeries.last + count).returning(NumberSeries.last)
    last = connection.execute(raise_by_one).scalar()
    if last is None:
        dialect_insert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
        connection.execute(
            dialect_insert(NumberSeries).values(prefix=prefix, year=year, last=0).on_conflict_do_nothing()
        )
        last = connection.execute(raise_by_one).scalar_one()
    return [f"{prefix}-{year}-{nth:05d}" for nth in range(last - count + 1, last + 1)]
