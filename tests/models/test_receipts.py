"""Who is to read a clause, who has said that he did, and who is missing (C1.2, C1.3)."""

import pytest
from sqlalchemy import func, select

from models.event import Delivery, Event, ReadReceipt
from models.organisation import Employee
from models.receipts import confirm, reading_of, receipt_of, to_confirm, who_is_missing
from models.regulation import SlaPolicy, ask_everybody, clause_of
from rules.base import NotVisible, Unset
from rules.regulation import Target
from tests.models.acts import DAY, LATER, doing, events, last_seq
from tests.world import person


def asked(session, code="P3.1"):
    """Everybody is asked to read a clause, within the small factory's time limit."""
    with doing(session, "admin") as act:
        clause = clause_of(session, code)
        count = ask_everybody(session, clause, act)
    return clause, count


def of_clauses(session):
    return session.scalars(select(ReadReceipt).where(ReadReceipt.entity == "clause")).all()


def test_everybody_who_works_here_is_asked_told_and_given_a_term(any_session):
    since = last_seq(any_session)
    clause, count = asked(any_session)
    assert count == any_session.scalar(select(func.count()).select_from(Employee))
    (due_at,) = {one.due_at for one in of_clauses(any_session)}
    assert due_at > LATER + DAY
    sent = [one for one in events(any_session, since, clause) if one.action == "ask_to_read"]
    told = any_session.scalar(select(func.count()).where(Delivery.event_seq == sent[0].seq))
    assert (len(sent), told) == (1, count)
    assert reading_of(any_session, clause, LATER) == reading_of(any_session, clause, LATER + DAY)
    reading = reading_of(any_session, clause, due_at + DAY)
    assert (reading.asked, reading.missing, reading.overdue, reading.confirmed) == (count, count, count, 0)


def test_without_a_time_limit_nobody_is_asked(session):
    with doing(session, "admin"):
        for one in session.scalars(select(SlaPolicy).where(SlaPolicy.target == Target.CONFIRMATION)):
            one.voided_at = LATER
    with pytest.raises(Unset, match=r"C1\.2"), doing(session, "admin") as act:
        ask_everybody(session, clause_of(session, "P3.2"), act)


def test_each_confirms_for_himself_and_once(any_session):
    clause, count = asked(any_session)
    employee = person(any_session, "employee")
    mine = receipt_of(any_session, clause, employee.employee_id)
    before = to_confirm(any_session, employee.employee_id, 8)
    assert mine in before[0]
    with pytest.raises(NotVisible), doing(any_session, "hr") as act:
        confirm(any_session, mine.id, act)
    any_session.rollback()
    since = last_seq(any_session)
    for hours in (0, 1):
        with doing(any_session, "employee", LATER + hours * DAY) as act:
            confirm(any_session, mine.id, act)
    assert (mine.read_at, mine.confirmed_at) == (LATER, LATER)
    assert [one.action for one in events(any_session, since)] == ["confirm_reading"]
    assert reading_of(any_session, clause, LATER).confirmed == 1
    assert len(who_is_missing(any_session, clause)) == count - 1
    assert receipt_of(any_session, clause, employee.employee_id) is None
    assert to_confirm(any_session, employee.employee_id, 8)[1] == before[1] - 1
    with pytest.raises(NotVisible), doing(any_session, "employee") as act:
        confirm(any_session, 10**9, act)


def test_a_clause_that_changes_again_is_read_again(session):
    clause, count = asked(session)
    mine = receipt_of(session, clause, person(session, "employee").employee_id)
    with doing(session, "employee") as act:
        confirm(session, mine.id, act)
    with doing(session, "admin") as act:
        ask_everybody(session, clause, act)
    assert mine.confirmed_at is None
    assert reading_of(session, clause, LATER).missing == count
    assert len(of_clauses(session)) == count


def test_what_is_more_than_is_shown_is_counted(session):
    employee = person(session, "hr").employee_id
    already = to_confirm(session, employee, 9)[1]
    for code in ("P3.2", "P3.1", "K4.1"):
        clause = clause_of(session, code)
        session.add(ReadReceipt(entity="clause", entity_id=clause.id, employee_id=employee, due_at=LATER))
    session.commit()
    rows, count = to_confirm(session, employee, 2)
    assert (len(rows), count) == (2, already + 3)
    assert session.scalar(select(func.count()).select_from(Event).where(Event.action == "confirm_reading")) == 0
