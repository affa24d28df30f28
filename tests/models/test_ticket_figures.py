"""What the database reckons of tickets agrees with counting them one by one (A5.1)."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import ceil
from random import Random

import pytest
from sqlalchemy import event, insert, select

from models.after_sales import Ticket, statistics
from models.after_sales.statistics import Asked
from models.base import COMPANY_ZONE
from models.organisation import Employee, ProductModel
from models.regulation import SlaClock
from rules.after_sales import TicketCategory, TicketCause
from rules.after_sales.statistics import Figures, GroupBy

OCTOBER = Asked(date(2026, 9, 20), date(2026, 11, 5))
START = datetime(2026, 7, 20, tzinfo=UTC)


@pytest.fixture
def many(any_session):
    """Four hundred random tickets with their clocks, some with two, some without one, about two periods."""
    session, rng = any_session, Random(7)  # noqa: S311 - the same tickets at every run
    pattern = session.scalar(select(SlaClock).where(SlaClock.entity == "ticket"))
    columns = {one.key: getattr(pattern, one.key) for one in SlaClock.__table__.columns if one.key != "id"}
    first = session.get_one(Ticket, 1)
    tickets = {one.key: getattr(first, one.key) for one in Ticket.__mapper__.column_attrs if one.key != "id"}
    agents, models = (
        [None, *session.scalars(select(Employee.id).limit(3))],
        [None, *session.scalars(select(ProductModel.id))],
    )
    for nth in range(400):
        given = tickets | {
            "no": f"X{nth}", "received_at": START + timedelta(minutes=rng.randint(0, 160_000)),
            "status": "cancelled" if rng.random() < 0.05 else "new",
            "category": rng.choice([None, *TicketCategory]), "cause": rng.choice([None, *list(TicketCause)[:3]]),
            "agent_id": rng.choice(agents), "model_id": rng.choice(models),
            "severity": rng.choice(["S1", "S2", "S3"]), "channel": rng.choice(["hotline", "mailbox"]),
            "rating": rng.choice([None, 1, 2, 3, 4, 5]), "reopen_count": rng.choice([0, 0, 0, 1, 2]),
        }  # fmt: skip
        given["rated_at"] = START if given["rating"] else None
        key = session.execute(insert(Ticket).values(given)).inserted_primary_key[0]
        for _ in range(rng.choice([0, 1, 1, 1, 2])):
            status = rng.choice(["met", "breached", "cancelled"])
            session.execute(insert(SlaClock).values(columns | {
                "entity_id": key, "target": "resolution", "status": status, "stopped_at": START,
                "elapsed_minutes": rng.choice([0, 5, 5, 60, rng.randint(0, 5000)]), "continues_id": None,
                "breach_minutes": 1 if status == "breached" else None,
            }))  # fmt: skip
    session.commit()
    return session


def one_by_one(session, asked, group=None):
    """The same figures, each ticket looked at."""
    groups = {}
    for ticket in session.scalars(select(Ticket).where(Ticket.status != "cancelled")):
        if asked.first <= ticket.received_at.astimezone(COMPANY_ZONE).date() <= asked.last:
            groups.setdefault(key_of(ticket, group), []).append(ticket)
    return {key: figures_of(session, rows) for key, rows in groups.items()}


def key_of(ticket, group):
    match group:
        case None:
            return ""
        case GroupBy.MODEL:
            return ticket.model.code if ticket.model else ""
        case GroupBy.AGENT:
            return ticket.agent.name if ticket.agent else ""
    return str(getattr(ticket, str(group)) or "")


def figures_of(session, rows):
    minutes, kept, ratings = [], [], [one.rating for one in rows if one.rating is not None]
    for ticket in rows:
        mine = (SlaClock.entity == "ticket", SlaClock.entity_id == ticket.id, SlaClock.target == "resolution")
        last = session.scalars(select(SlaClock).where(*mine).order_by(SlaClock.id)).all()[-1:]
        minutes += [one.elapsed_minutes for one in last if one.stopped_at and one.status != "cancelled"]
        kept += [one.status == "met" for one in last if one.status in {"met", "breached"}]
    minutes.sort()

    def at_most(percent):
        return minutes[max(1, ceil(percent * len(minutes) / 100)) - 1] if minutes else None

    return Figures(
        len(rows), at_most(50), at_most(90), Decimal(sum(kept)) * 100 / len(kept) if kept else None,
        Decimal(sum(one - 1 for one in ratings) * 25) / len(ratings) if ratings else None,
        sum(one.reopen_count > 0 for one in rows),
    )  # fmt: skip


def test_figures_agree_with_counting_one_by_one(many):
    for asked in (OCTOBER, OCTOBER.before):
        assert statistics.together(many, asked) == one_by_one(many, asked)[""]
        for group in GroupBy:
            found = statistics.figures(many, asked, group)
            assert found == one_by_one(many, asked, group)
            assert [*found] == sorted(found, key=lambda key: (-found[key].count, key))


def test_months_counts_and_clusters_agree(many):
    rows = [
        one
        for one in many.scalars(select(Ticket).where(Ticket.status != "cancelled"))
        if OCTOBER.first <= one.received_at.astimezone(COMPANY_ZONE).date() <= OCTOBER.last
    ]
    months = Counter(one.received_at.astimezone(COMPANY_ZONE).date().replace(day=1) for one in rows)
    assert statistics.by_month(many, OCTOBER) == [
        (date(2026, month, 1), months[date(2026, month, 1)]) for month in (9, 10, 11)
    ]
    pairs = Counter((key_of(one, GroupBy.MODEL), key_of(one, GroupBy.CATEGORY)) for one in rows)
    found = statistics.clusters(many, OCTOBER, 2)
    assert {(one.model, str(one.category)): one.count for one in found} == {
        pair: count for pair, count in pairs.items() if all(pair) and count >= 2
    }
    assert found == sorted(found, key=lambda one: -one.count)


def test_of_nothing_there_are_no_figures_and_no_statement_for_each_ticket(many):
    empty = Asked(date(2020, 1, 1), date(2020, 1, 31))
    assert statistics.together(many, empty) == Figures(0, None, None, None, None, 0)
    assert statistics.by_month(many, empty) == [(date(2020, 1, 1), 0)]
    said = []
    event.listen(many.get_bind(), "before_cursor_execute", lambda *given: said.append(given[2]))
    statistics.figures(many, OCTOBER, GroupBy.MODEL)
    assert len([one for one in said if "ticket" in one]) == 1
