"""A locked period over every table that indicators read: whatever declares its date and its values is covered (K2.1).

The guard sits where everything is written, below every way in; here each way is named as it acts: form, inline edit,
bulk, API, ledger, command, mail, the customer's link, the worker. That the screens, ``flask import`` and commands lead
there is shown in tests/admin_views/test_closed_period.py.
"""

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
from sqlalchemy import Column, Date, UniqueConstraint, insert, inspect, select, text, update
from sqlalchemy.sql import visitors

from models.base import Act, Base, Record, Source
from models.event import PeriodLock
from models.indicators import INDICATORS
from models.journal import acting
from models.types import Labelled, Scaled, UtcInstant
from rules.base import RuleBroken
from rules.process import Trigger
from tests.models.acts import doing
from tests.models.test_indicator_rows import ALWAYS, with_weights
from tests.world import person

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
WITHIN, AFTER = datetime(2026, 10, 12, 2, tzinfo=UTC), datetime(2026, 11, 3, 2, tzinfo=UTC)
MODELS = {m.class_.__tablename__: m.class_ for m in Base.registry.mappers}
INPUTS = {name: model for name, model in sorted(MODELS.items()) if getattr(model, "period_on", None)}
WAYS = (
    Source.FORM, Source.INLINE, Source.BULK, Source.API, Source.IMPORT, Source.COMMAND, Source.MAIL,
    Source.PUBLIC_LINK, Source.SCHEDULER,
)  # fmt: skip
GUARDED_ELSEWHERE = {
    "accountability_case": "a decision counts as the cut-off knows it; later ones are corrections",
    "accountability_person": "frozen when its case is decided",
    "assessment_cycle": "the period itself",
    "department": "master data: which one is after-sales",
    "employee": "today's copy of the placement",
    "placement": "history, written by hire and move alone",
    "production_plan": "counts on the day of its order; a hand-over is a step, and a correction",
    "reward_penalty_rule": "what a reward was measured by stands on the reward",
    "sla_clock": "written by steps alone",
}
"""Tables that an indicator reads beside its inputs, and why they have no day of their own."""
FACTS = {
    "delay_record": {"reported_at": WITHIN},
    "follow_up_visit": {"caller_id": 1, "speed": 5, "skill": 5, "manner": 5, "result": 5},
    "reward_penalty": {"employee_id": 1, "decided_by_id": 1, "size": Decimal(4)},
    "sales_order": {"baseline_on": WITHIN.date(), "promised_on": WITHIN.date()},
    "ticket": {"rating": 4, "rated_at": WITHIN},
    "document_revision": {"trigger": Trigger.PROCESS_OPTIMISATION},
}
"""What a CHECK ties to a state or an indicator to a value; most tables need none."""


def tables_read(session):
    with_weights(session)
    return {
        part.table.name
        for one in INDICATORS.values()
        for part in visitors.iterate(one.rows(session, ALWAYS))
        if isinstance(part, Column) and part.table is not None and getattr(part.table, "name", None) in MODELS
    }


def test_every_table_that_an_indicator_reads_is_an_input_or_says_why_not(session):
    assert tables_read(session) - set(INPUTS) == set(GUARDED_ELSEWHERE)


# -- rows, whatever the table asks for -------------------------------------------------------------------------------


NTH = count(1)


def holder_of(name):
    """The table whose column says the day: the line's record, or the table itself."""
    model = INPUTS[name]
    if model.period_on in inspect(model).columns:
        return None
    (key,) = [
        next(iter(one.foreign_keys)).column.table.name
        for one in model.__table__.columns
        if one.foreign_keys and INPUTS.get(next(iter(one.foreign_keys)).column.table.name) is not None
        and INPUTS[next(iter(one.foreign_keys)).column.table.name].period_on == model.period_on
    ]  # fmt: skip
    return key


def made(session, name, **facts):
    """A row with a value in every column that must have one; what it refers to is looked for, or made."""
    table, values = Base.metadata.tables[name], {}
    for column in table.columns:
        if column.name in facts:
            values[column.name] = facts[column.name]
        elif column.name == "id" or (column.nullable and not column.foreign_keys):
            continue
        elif column.foreign_keys:
            target = next(iter(column.foreign_keys)).column.table.name
            if not column.nullable:
                found = select(Base.metadata.tables[target].c.id).order_by("id").limit(1)
                kept = None if is_once(table, column.name) else session.scalar(found)
                values[column.name] = kept or made(session, target, **FACTS.get(target, {}))
        elif column.default is None:
            values[column.name] = typed(column)
    return session.execute(insert(table).values(**values)).inserted_primary_key[0]


def is_once(table, name):
    """Whether what the column refers to stands in no second row, alone or with the others beside it."""
    return any(one[0] == name and all(table.c[each].foreign_keys for each in one) for one in uniques(table))


def kind_of(column):
    """What the column holds, in Python."""
    for kind, python in ((UtcInstant, datetime), (Scaled, Decimal), (Labelled, str)):
        if isinstance(column.type, kind):
            return python
    return column.type.python_type


def typed(column):
    """Something that fits the column."""
    choices, kind = getattr(column.type, "enum_class", None), kind_of(column)
    if choices:
        return next(iter(choices))
    return {
        str: f"X{next(NTH)}", int: 1, Decimal: Decimal(1), bool: False, datetime: WITHIN, date: WITHIN.date(), dict: {},
    }[kind]  # fmt: skip


def in_october(session, name, at=WITHIN, **facts):
    """A row of the table that counts in October, and the record that says the day."""
    holder, model = holder_of(name), INPUTS[name]
    dated = name if holder is None else holder
    column = Base.metadata.tables[dated].c[model.period_on]
    given = FACTS.get(dated, {}) | {column.name: at.date() if isinstance(column.type, Date) else at}
    if "status" in Base.metadata.tables[dated].c:
        given["status"] = next(one for one in statuses(MODELS[dated]) if one not in MODELS[dated].uncounted)
    key = made(session, dated, **(given | ({} if holder else facts)))
    if holder:
        link = next(
            one.name for one in model.__table__.columns
            if one.foreign_keys and next(iter(one.foreign_keys)).column.table.name == holder
        )  # fmt: skip
        key = made(session, name, **{link: key, **FACTS.get(name, {}), **facts})
    session.commit()
    return session.get_one(model, key)


def statuses(model):
    """The states of a table, the first one first."""
    first = model.lifecycle.initial
    return [*dict.fromkeys([first, *(one.target for one in model.lifecycle.steps)])]


@pytest.fixture
def october(session):
    """October is locked after the rows were written."""

    def lock():
        with doing(session, "admin", AT):
            session.add(PeriodLock(from_on=FIRST, to_on=LAST, locked_at=AT, reason="2026-10"))

    return lock


def another(one, column):
    """Another value of the same kind, still in October."""
    value, kind = getattr(one, column), kind_of(one.__table__.c[column])
    if isinstance(value, datetime) or kind is datetime:
        return (value or WITHIN) + timedelta(hours=1)
    if isinstance(value, date) or kind is date:
        return (value or WITHIN.date()) + timedelta(days=1)
    choices = getattr(one.__table__.c[column].type, "enum_class", None)
    if choices:
        return next(each for each in choices if each != value)
    changed = {bool: not value, dict: {"speed": 1}, str: f"{value}改"}
    return changed[kind] if kind in changed else (value or 0) + 1


def facts_of(one):
    """The same again as a new row, with a number of its own."""
    model = type(one)
    facts = {
        column.key: getattr(one, column.key)
        for column in inspect(model).column_attrs
        if column.key not in {"id", "version_no", "created_at", "updated_at", "created_by_id", "updated_by_id"}
    }
    for unique in uniques(model.__table__):
        facts[unique[-1]] = another(one, unique[-1])
    for link in inspect(model).relationships:
        if link.mapper.class_.__tablename__ == holder_of(model.__tablename__):
            facts[link.key] = getattr(one, link.key)
    return facts


def uniques(table):
    """The columns that must differ from row to row."""
    rules = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    rules += [one for one in table.indexes if one.unique]
    return [[column.name for column in one.columns] for one in rules]


@contextmanager
def unchecked(session):
    """What the table itself would say of a made-up value is not what is asked here; nothing of it is kept."""
    session.execute(text("PRAGMA ignore_check_constraints = ON"))
    session.execute(text("PRAGMA defer_foreign_keys = ON"))
    yield
    session.rollback()
    session.execute(text("PRAGMA ignore_check_constraints = OFF"))


def refused(session, what, way=Source.FORM):
    with unchecked(session), acting(session, Act(person(session, "admin"), AT, way)):
        what()
        with pytest.raises(RuleBroken, match="closed assessment period"):
            session.flush()


# -- every way in, every table ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", INPUTS)
def test_no_value_of_a_closed_period_is_changed_whichever_way(session, october, name, way):
    one = in_october(session, name)
    october()
    for column in sorted(INPUTS[name].period_columns):
        refused(session, lambda column=column: setattr(one, column, another(one, column)), way)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", INPUTS)
def test_no_row_is_added_to_a_closed_period_whichever_way(session, october, name, way):
    facts = facts_of(in_october(session, name))
    october()
    refused(session, lambda: session.add(INPUTS[name](**facts)), way)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", INPUTS)
def test_no_row_of_a_closed_period_is_taken_away_whichever_way(session, october, name, way):
    one = in_october(session, name)
    october()
    refused(session, lambda: session.delete(one), way)
    if hasattr(one, "voided_at"):
        refused(session, lambda: setattr(one, "voided_at", AT), way)


@pytest.mark.parametrize("name", [name for name in INPUTS if holder_of(name) is None])
def test_no_row_is_moved_into_a_closed_period_or_out_of_it(session, october, name):
    inside, outside = in_october(session, name), in_october(session, name, AFTER)
    october()
    column = INPUTS[name].period_on
    for one, other in ((inside, outside), (outside, inside)):
        refused(session, lambda one=one, other=other: setattr(one, column, getattr(other, column)))


@pytest.mark.parametrize("name", [name for name, model in INPUTS.items() if model.uncounted])
def test_a_draft_of_a_closed_period_is_not_made_to_count(session, october, name):
    one = in_october(session, name)
    counted, waiting = one.status, min(INPUTS[name].uncounted)
    session.execute(update(INPUTS[name].__table__).where(INPUTS[name].id == one.id).values(status=waiting))
    session.commit()
    october()
    refused(session, lambda: setattr(one, "status", counted))


@pytest.mark.parametrize("name", [name for name in INPUTS if issubclass(INPUTS[name], Record)])
def test_what_no_indicator_reads_stays_open(session, october, name):
    one = in_october(session, name)
    october()
    free = next(
        column.name for column in INPUTS[name].__table__.columns
        if kind_of(column) is str and column.name not in {*INPUTS[name].period_columns, "no", "status"}
        and not column.foreign_keys and not getattr(column.type, "enum_class", None)
    )  # fmt: skip
    with unchecked(session), acting(session, Act(person(session, "admin"), AT)):
        setattr(one, free, "补记")
        session.flush()
        assert session.scalar(select(getattr(INPUTS[name], free)).where(INPUTS[name].id == one.id)) == "补记"


@pytest.mark.parametrize("name", INPUTS)
def test_after_the_period_everything_is_free(session, october, name):
    facts = facts_of(in_october(session, name, AFTER))
    october()
    with unchecked(session), acting(session, Act(person(session, "admin"), AT)):
        one = INPUTS[name](**facts)
        session.add(one)
        session.flush()
        for column in sorted(INPUTS[name].period_columns):
            setattr(one, column, another(one, column))
            session.flush()
