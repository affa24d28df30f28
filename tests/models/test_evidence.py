"""How clauses are kept, counted within what a person may see, in one statement (G1, P1.1, P3.2)."""

from datetime import timedelta

from sqlalchemy import event, select

from models.process import DocumentRevision, ProcessDocument
from models.regulation import Asked, clauses, counted, kept_in, rows_of, tallies
from models.regulation.evidence import COUNTED, EVIDENCE
from rules.base import SYSTEM
from rules.process import RevisionStatus
from rules.regulation import Duty, Side
from tests.models.acts import DAY, LATER, action_of, checked, doing, item, perform
from tests.world import AT, person

NOW = Asked.now(AT + timedelta(hours=1))


def numbers(session, name, asked=NOW):
    """Each kind of evidence with its numbers."""
    found = counted(session, [name], asked)[name]
    return {one.tally.words.en: {str(side): number for side, number in one.numbers.items()} for one in found}


def test_what_was_found_is_due_then_overdue_then_done(any_session, world):
    assert numbers(any_session, "P3.2") == {
        "Spot checks": {"done": 2, "due": 0},
        "Rectifications": {"done": 0, "due": 2, "overdue": 0, "exception": 0},
    }
    late = Asked.now(AT + 30 * DAY)
    assert numbers(any_session, "P3.2", asked=late)["Rectifications"]["overdue"] == 2
    perform(any_session, action_of(any_session, world), "dispute", "employee", note="上道工序的问题")
    assert numbers(any_session, "P3.2")["Rectifications"]["exception"] == 1


def test_what_was_done_is_forgotten_after_a_quarter(session):
    later = Asked.now(AT + 91 * DAY)
    assert numbers(session, "P3.2", asked=later)["Spot checks"]["done"] == 0
    assert numbers(session, "K1.1")["Checks that count"] == {"done": 2}


def test_numbers_are_the_companys_and_rows_keep_to_what_a_person_may_see(any_session):
    assert numbers(any_session, "P3.2")["Rectifications"]["due"] == 2
    for login, seen in (("quality_inspector", 1), ("quality_manager", 2), ("employee", 1), ("hr", 0)):
        who = person(any_session, login)
        tally = next(one for one in tallies("P3.2", NOW) if one.words.en == "Rectifications")
        assert len(rows_of(any_session, tally, Side.DUE, who, 12)) == seen, login


def test_rows_come_in_the_order_of_their_urgency(session):
    for days in (2, 1):
        checked(session, [item(session)], at=LATER + days * DAY)
    open_ones = next(one for one in tallies("P3.2", Asked.now(LATER)) if one.words.en == "Rectifications")
    due = [one.due_at for one in rows_of(session, open_ones, Side.DUE, SYSTEM, 12)]
    assert due == sorted(due)
    assert len(due) == 4
    done = next(one for one in tallies("P3.2", Asked.now(LATER + 3 * DAY)) if one.words.en == "Spot checks")
    latest = [one.checked_at for one in rows_of(session, done, Side.DONE, SYSTEM, 2)]
    assert latest == [LATER + 2 * DAY - timedelta(minutes=30), LATER + DAY - timedelta(minutes=30)]


def test_documents_without_a_revision_in_force_are_still_to_be_written(session):
    assert numbers(session, "P1.1")["Process documents in force"] == {"done": 1, "due": 0, "exception": 0}
    with doing(session, "technical"):
        session.add(ProcessDocument(doc_no="GY-2", title="铣工", doc_type="operating_spec"))
    assert numbers(session, "P1.1")["Process documents in force"]["due"] == 1
    revision = session.scalars(select(DocumentRevision).where(DocumentRevision.status == RevisionStatus.RELEASED)).one()
    assert numbers(session, "P1.3")["Revisions"] == {"done": 1, "due": 0, "exception": 0}
    revisions = next(one for one in tallies("P1.3", NOW) if one.words.en == "Revisions")
    assert revision in rows_of(session, revisions, Side.DONE, SYSTEM, 5)


def test_a_name_that_nobody_registered_has_no_numbers(session):
    assert counted(session, ["K9.9"], NOW) == {"K9.9": []}
    assert counted(session, [], NOW) == {}


def test_the_whole_board_is_one_statement_however_many_rows(session):
    names = [one.evidence for one in clauses(session)]
    seen = []
    engine = session.get_bind()

    def note(*given):
        seen.append(given[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        counted(session, names, NOW)
        before = len(seen)
        event.remove(engine, "before_cursor_execute", note)
        for days in range(1, 4):
            checked(session, [item(session)], at=LATER + days * DAY)
        event.listen(engine, "before_cursor_execute", note)
        del seen[:]
        counted(session, names, NOW)
        assert [one for one in seen if one.startswith("SELECT")] == seen[-1:]
        assert before == 1
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_every_registered_name_is_a_clause_of_the_regulation(session):
    assert set(EVIDENCE) <= {one.code for one in clauses(session)}


def test_every_clause_with_a_duty_has_a_query(session):
    assert {one.code for one in clauses(session) if one.duty is not Duty.TEXT} == set(EVIDENCE)
    assert COUNTED > 1000


def test_a_month_has_its_own_rows_and_what_always_counts(any_session):
    checked(any_session, [item(any_session, ok=True)], at=AT + 40 * DAY)
    at = AT + 80 * DAY
    early = kept_in(any_session, ["P3.2", "P1.1"], AT - DAY, AT + 30 * DAY, at)
    late = kept_in(any_session, ["P3.2", "P1.1"], AT + 30 * DAY, AT + 60 * DAY, at)
    assert (early["P3.2"][Side.DONE], late["P3.2"][Side.DONE]) == (2, 1)
    assert early["P3.2"][Side.OVERDUE] == late["P3.2"][Side.OVERDUE] == 2
    assert early["P1.1"][Side.DONE] == late["P1.1"][Side.DONE] > 0
