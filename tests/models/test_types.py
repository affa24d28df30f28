"""Column types: aware instants, exact decimals, choices by value."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import StatementError

from models.engine import engine_options
from models.event import LoginAttempt
from models.quality import SpotCheckItem
from models.regulation import Figure, SlaPolicy
from models.types import Scaled, UtcInstant
from rules.quality import Verdict
from tests.models.acts import LATER, doing
from tests.world import AT

DIALECTS = [sqlite.dialect(), postgresql.dialect()]
ZONES = [UTC, ZoneInfo("Asia/Shanghai"), ZoneInfo("America/St_Johns"), timezone(timedelta(hours=-7, minutes=-30))]
instants = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.sampled_from(ZONES))
decimals = st.decimals(-(10**9), 10**9, places=4)
quickly = settings(deadline=None, max_examples=40)
on_a_database = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
@quickly
@given(instants)
def test_an_instant_comes_back_aware_and_the_same(dialect, instant):
    kept = UtcInstant().process_bind_param(instant, dialect)
    assert (kept.tzinfo is None) == (dialect.name == "sqlite")
    found = UtcInstant().process_result_value(kept, dialect)
    assert found == instant.astimezone(UTC)
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
def test_a_moment_without_its_zone_is_no_instant_and_nothing_stays_nothing(dialect):
    with pytest.raises(ValueError, match="time zone"):
        UtcInstant().process_bind_param(datetime(2026, 11, 16), dialect)
    for kind in (UtcInstant(), Scaled()):
        assert kind.process_bind_param(None, dialect) is None
        assert kind.process_result_value(None, dialect) is None


def test_an_instant_is_kept_and_compared_in_utc_on_both_engines(any_session):
    in_shanghai = AT.astimezone(ZoneInfo("Asia/Shanghai")) + timedelta(microseconds=1)
    any_session.add(LoginAttempt(name="x", source="y", at=in_shanghai))
    any_session.commit()
    (found,) = any_session.scalars(select(LoginAttempt.at))
    assert found == in_shanghai
    assert found.tzinfo is UTC
    before = any_session.scalars(
        select(LoginAttempt.at).where(LoginAttempt.at < in_shanghai.astimezone(ZONES[2]))
    ).all()
    assert before == []
    with pytest.raises(StatementError, match="time zone"):
        any_session.execute(select(LoginAttempt.at).where(LoginAttempt.at < datetime(2026, 1, 1)))


# Decimals


@quickly
@given(st.decimals(-(10**9), 10**9, allow_nan=False), st.integers(0, 6))
def test_a_number_is_kept_exactly_to_its_places_and_rounded_half_up(number, places):
    kind = Scaled(places)
    kept = kind.process_bind_param(number, DIALECTS[0])
    assert type(kept) is int
    exact = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    assert kind.process_result_value(kept, DIALECTS[0]) == exact


@quickly
@given(decimals)
def test_what_is_kept_is_what_comes_back(number):
    assert Scaled().process_result_value(Scaled().process_bind_param(number, DIALECTS[0]), DIALECTS[0]) == number


@pytest.mark.parametrize(
    "given_value,kept",
    [(Decimal("5.01"), 50100), ("5.01", 50100), (5, 50000), ("0.00005", 1), ("-0.00005", -1), ("0.00004", 0), (0, 0)],
)
def test_half_is_rounded_up_and_text_and_whole_numbers_are_exact(given_value, kept):
    assert Scaled().process_bind_param(given_value, DIALECTS[0]) == kept


@pytest.mark.parametrize("number", [0.1, 1.0, float("nan")])
def test_a_float_is_refused(session, number):
    with pytest.raises(TypeError, match="not exact"):
        Scaled().process_bind_param(number, DIALECTS[0])
    with pytest.raises(StatementError, match="not exact"):
        session.execute(select(Figure.id).where(Figure.value == number))


@pytest.fixture(scope="module")
def table():
    return Table("kept", MetaData(), Column("id", Integer, primary_key=True), Column("number", Scaled()))


@on_a_database
@given(numbers=st.lists(decimals, min_size=1, max_size=5), limit=decimals)
def test_the_database_compares_sorts_and_adds_without_loss(table, numbers, limit):
    engine = create_engine("sqlite://", **engine_options("sqlite://"))
    table.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(table), [{"number": one} for one in numbers])
        kept = table.c.number
        assert list(connection.scalars(select(kept).order_by(kept))) == sorted(numbers)
        assert sorted(connection.scalars(select(kept).where(kept > limit))) == sorted(
            one for one in numbers if one > limit
        )
        total = connection.execute(text("SELECT sum(number) FROM kept")).scalar()
        assert Decimal(total).scaleb(-4) == sum(numbers)
    engine.dispose()


def test_a_reading_at_its_limit_is_at_its_limit_on_both_engines(any_session):
    with doing(any_session, "admin"):
        any_session.add(
            Figure(code="max_rounds", clause="P3.2", unit="count", value=Decimal("5.0100"), from_on=LATER.date())
        )
    query = select(Figure.value).where(Figure.code == "max_rounds")
    assert any_session.scalars(query.where(Figure.value >= Decimal("5.01"))).all() == [Decimal("5.01")]
    assert any_session.scalars(query.where(Figure.value > Decimal("5.01"))).all() == []


# Choices


def test_a_choice_is_kept_as_its_value_and_comes_back_as_itself(any_session):
    found = any_session.scalar(select(SpotCheckItem.verdict).where(SpotCheckItem.verdict == "ng"))
    assert found is Verdict.NG
    raw = any_session.execute(text("SELECT DISTINCT verdict FROM spot_check_item ORDER BY verdict")).scalars().all()
    assert raw == ["ng", "ok"]


def test_another_value_is_refused_on_the_way_in_and_on_the_way_out(session):
    line = session.scalars(select(SpotCheckItem)).first()
    with pytest.raises(StatementError, match="perhaps"), doing(session, "admin"):
        line.verdict = "perhaps"
    session.rollback()
    session.execute(text("UPDATE spot_check_item SET verdict = 'perhaps' WHERE id = 1"))
    with pytest.raises(LookupError, match="perhaps"):
        session.scalars(select(SpotCheckItem.verdict)).all()


def test_a_table_of_conditions_comes_back_as_it_was(any_session):
    match = {"severity": "minor", "岗位": ["甲", 1, None, True]}
    with doing(any_session, "admin"):
        any_session.add(
            SlaPolicy(name="x", clause="P3.2", target="recheck", match=match, unit="working_day", from_on=LATER.date())
        )
    assert any_session.scalar(select(SlaPolicy.match).where(SlaPolicy.name == "x")) == match
