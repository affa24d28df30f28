"""The after-sales ledger taken in: as expected, with its whole story, again without doubling (A2-A4)."""

from collections import Counter
from datetime import datetime

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from models.actions import ActionItem
from models.after_sales import FollowUpVisit, Ticket
from models.engine import engine_options
from models.event import Delivery
from models.organisation import Employee
from models.regulation import SlaClock
from tests.factory_of_ledgers import EXPECTED, FILES, url_on
from tests.factory_of_ledgers import take as take_file

LEDGER = "售后台账.xlsx"
SHEETS = EXPECTED["files"][LEDGER]["sheets"]
ROWS = [row["values"] for sheet in SHEETS.values() for row in sheet["accepted"]]
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=ENGINES)
def company(request):
    """A company with its people, customers and models, on each engine."""
    for url in url_on(request, request.param):
        made = create_engine(url, **engine_options(url))
        with Session(made) as session:
            take_file(session, FILES[1])
            take_file(session, "订单台账.xlsx")
            yield session
        made.dispose()


def count(session, model, *where):
    return session.scalar(select(func.count()).select_from(model).where(*where))


def test_the_ledger_is_judged_as_expected_and_stored_with_its_story(company):
    report = take_file(company, LEDGER)
    assert report.is_stored
    for name, wanted in SHEETS.items():
        found = next(one for one in report.result.sheets if one.name == name).as_json()
        assert found["entity"] == "ticket"
        assert found["header_rows"] == wanted["header_rows"]
        assert found["columns"] == wanted["columns"]
        assert found["hidden_columns"] == wanted["hidden_columns"]
        assert found["ignored"] == wanted["ignored"]
        assert found["accepted"] == wanted["accepted"]
        refused = {row["row"]: {(one["cell"], one["code"]) for one in row["faults"]} for row in found["refused"]}
        assert refused == {
            row["row"]: {(one["cell"], one["code"]) for one in row["faults"]} for row in wanted["refused"]
        }
        assert report.counts[name] == {"created": wanted["counts"]["accepted"]}
    _stored(company)
    deliveries = count(company, Delivery)
    again = take_file(company, LEDGER)
    assert again.totals == Counter({"unchanged": len(ROWS)})
    assert count(company, Delivery) == deliveries == 0


def _stored(session):
    numbers = {one.id: one.no for one in session.scalars(select(Employee))}
    tickets = {one.no: one for one in session.scalars(select(Ticket))}
    visits = {one.ticket.no: one for one in session.scalars(select(FollowUpVisit))}
    assert len(tickets) == len(ROWS)
    for row in ROWS:
        ticket = tickets[row["no"]]
        assert ticket.received_at == datetime.fromisoformat(row["received_at"])
        assert (ticket.channel, ticket.customer.code, ticket.contact) == (
            row["channel"],
            row["customer"],
            row["contact"],
        )
        assert (ticket.phone, ticket.serial) == (row["phone"], row["serial"] or "")
        assert (ticket.model.code if ticket.model else None) == row["model"]
        assert (ticket.description, ticket.severity, ticket.urgency) == (
            row["description"],
            row["severity"],
            row["urgency"],
        )
        assert numbers[ticket.agent_id] == row["agent"]
        assert (ticket.rating, ticket.solution_text) == (row["rating"], row["solution_text"] or "")
        assert ticket.status == ("closed" if row["resolved_at"] else "in_progress")
        if row["resolved_at"]:
            assert ticket.resolved_at == datetime.fromisoformat(row["resolved_at"])
        if row["follow_up_on"]:
            visit = visits[row["no"]]
            assert numbers[visit.caller_id] == row["follow_up_caller"]
            assert visit.status == ("unreachable" if row["follow_up_result"] == "no_answer" else "done")
            assert visit.speed is None
            if visit.status == "done":
                assert visit.favourable is (row["follow_up_result"] == "satisfied")
                assert visit.done_at.date().isoformat() == row["follow_up_on"]
    assert count(session, ActionItem) == 0  # history calls for no new measures
    assert count(session, SlaClock, SlaClock.entity == "ticket", SlaClock.target == "resolution") == len(ROWS)
