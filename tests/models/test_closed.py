"""What counted in a closed period goes on to count there: figures and time limits from a date (K2.1, G1)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.event import PeriodLock
from models.regulation import Figure, SlaPolicy
from rules.base import RuleBroken
from rules.regulation import FigureStatus, Target, Unit
from tests.models.acts import doing, perform

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
FIRST, LAST, AFTER = date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 1)
CODE = "grade_from"


@pytest.fixture
def closed(any_session):
    """A figure and a time limit that count since June; October is closed."""
    session = any_session
    with doing(session, "admin", AT):
        old = session.scalars(select(Figure).where(Figure.code == CODE)).all()
        for one in old:
            session.delete(one)
        session.add(Figure(**facts(from_on=date(2026, 6, 1))))
        session.add(policy(date(2026, 6, 1)))
    with doing(session, "admin", AT):
        session.add(PeriodLock(from_on=FIRST, to_on=LAST, locked_at=AT, reason="2026-10"))
    return session


def facts(**more):
    return {"code": CODE, "applies_to": "A", "value": Decimal(90), "unit": Unit.POINTS, "clause": "K2.1", **more}


def policy(from_on, **more):
    return SlaPolicy(
        name="X", clause="K2.1", target=Target.APPEAL, unit=Unit.WORKING_DAY, from_on=from_on,
        **{"amount": Decimal(3), "match": {"kind": "warning"}, **more},
    )  # fmt: skip


def figure_of(session):
    return session.scalar(select(Figure).where(Figure.code == CODE).order_by(Figure.id))


def policy_of(session):
    return session.scalar(select(SlaPolicy).where(SlaPolicy.name == "X").order_by(SlaPolicy.id))


def change(name, value):
    return lambda session: setattr(figure_of(session), name, value)


def change_policy(name, value):
    return lambda session: setattr(policy_of(session), name, value)


REFUSED = {
    "a value from within": lambda session: session.add(Figure(**facts(applies_to="B", from_on=LAST))),
    "a value from before": lambda session: session.add(Figure(**facts(applies_to="B", from_on=date(2026, 1, 1)))),
    "a proposal from within": lambda session: session.add(
        Figure(**facts(applies_to="B", from_on=FIRST, status=FigureStatus.PROPOSED))
    ),
    "another value": change("value", Decimal(80)),
    "an end within": change("to_on", date(2026, 10, 15)),
    "a later beginning": change("from_on", LAST),
    "void": change("voided_at", AT),
    "a limit from within": lambda session: session.add(policy(LAST)),
    "another limit": change_policy("amount", Decimal(5)),
    "a limit taken away": change_policy("amount", None),
    "a limit that ends before": change_policy("to_on", date(2026, 9, 30)),
    "a deleted figure": lambda session: session.delete(figure_of(session)),
}
ALLOWED = {
    "a value from after": lambda session: session.add(Figure(**facts(applies_to="B", from_on=AFTER))),
    "an end after": change("to_on", LAST),
    "a value for before": lambda session: session.add(
        Figure(**facts(applies_to="B", from_on=date(2026, 1, 1), to_on=FIRST - timedelta(days=1)))
    ),
    "another name": change_policy("name", "X 改名"),
    "a limit that nobody has set": lambda session: session.add(policy(date(2026, 1, 1), amount=None)),
}


def written(session, what):
    with doing(session, "admin", AT):
        what(session)
        session.flush()


@pytest.mark.parametrize("what", REFUSED)
def test_what_counted_in_a_closed_period_stays(closed, what):
    with pytest.raises(RuleBroken, match="closed assessment period"):
        written(closed, REFUSED[what])
    closed.rollback()
    assert (figure_of(closed).value, figure_of(closed).to_on, policy_of(closed).amount) == (90, None, 3)


@pytest.mark.parametrize("what", ALLOWED)
def test_what_counts_outside_is_free(closed, what):
    with doing(closed, "admin", AT):
        ALLOWED[what](closed)


def test_what_was_not_set_may_be_set_where_it_stands(closed):
    with doing(closed, "admin", AT):
        closed.add(policy(date(2026, 1, 1), amount=None, match={"kind": "points"}))
    one = closed.scalar(select(SlaPolicy).where(SlaPolicy.name == "X", SlaPolicy.amount.is_(None)))
    with doing(closed, "admin", AT):
        one.amount = Decimal(2)
    assert one.amount == 2


def test_a_proposal_is_not_approved_into_a_period_that_was_closed_meanwhile(any_session):
    session = any_session
    with doing(session, "admin", AT) as act:
        for one in session.scalars(select(Figure).where(Figure.code == CODE)).all():
            session.delete(one)
        session.flush()
        one = Figure(**facts(from_on=FIRST, status=FigureStatus.PROPOSED, set_by_id=act.by.account_id))
        session.add(one)
        session.flush()
        one.propose(act)
    with doing(session, "admin", AT):
        session.add(PeriodLock(from_on=FIRST, to_on=LAST, locked_at=AT, reason="2026-10"))
    with pytest.raises(RuleBroken, match="closed assessment period"):
        perform(session, one, "approve", "hr_manager", AT)
    session.rollback()
    perform(session, one, "reject", "hr_manager", AT, note="过期")
    assert one.status == "rejected"
