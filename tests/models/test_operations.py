"""What an administrator has to know of the product itself (C1.2)."""

from sqlalchemy import select, text, update

from models.approvals import waiting_for
from models.base import Act
from models.chain import head_of
from models.event import Delivery, Event
from models.journal import record_refusal
from models.operations import chain_state, check_chain, job_runs, note_run, refusals, untold
from models.process import DocumentRevision
from tests.models.acts import DAY, HOUR, LATER, doing, perform
from tests.world import AT, person


def test_a_job_that_fails_is_counted_until_it_goes_well_again(any_session):
    note_run(any_session, "tell", AT)
    note_run(any_session, "tell", AT + HOUR, "OSError: disk full")
    note_run(any_session, "tell", AT + 2 * HOUR, "OSError: disk full")
    (run,) = job_runs(any_session)
    assert (run.failures, run.error, run.succeeded_at, run.ran_at) == (2, "OSError: disk full", AT, AT + 2 * HOUR)
    note_run(any_session, "tell", LATER)
    assert (run.failures, run.error, run.succeeded_at) == (0, "", LATER)


def test_what_is_still_to_be_told_is_late_after_a_quarter_of_an_hour(any_session):
    earliest = any_session.scalars(select(Delivery.due_at).order_by(Delivery.due_at)).first()
    waiting = untold(any_session, earliest)
    assert waiting.waiting > 0
    assert (waiting.late, waiting.failed, waiting.error) == (0, 0, "")
    first = any_session.scalars(select(Delivery.id).where(Delivery.sent_at.is_(None)).limit(1)).one()
    any_session.execute(update(Delivery).where(Delivery.id == first).values(error="550 no such mailbox"))
    later = untold(any_session, LATER)
    assert (later.late, later.failed, later.error) == (waiting.waiting, 1, "550 no such mailbox")
    any_session.execute(update(Delivery).values(sent_at=LATER))
    assert untold(any_session, LATER).waiting == 0


def test_refusals_of_a_week(any_session):
    rows, count = refusals(any_session, LATER, 5)
    assert (rows, count) == ([], 0)
    act = Act(person(any_session, "employee"), LATER)
    for key in range(3):
        record_refusal(any_session, act, entity="spot_check", entity_id=key, action="submit", reason="no")
    at = any_session.scalars(select(Event.at).order_by(Event.seq.desc())).first()
    rows, count = refusals(any_session, at, 2)
    assert ([one.entity_id for one in rows], count) == ([2, 1], 3)
    assert refusals(any_session, at + 8 * DAY, 2)[1] == 0


def test_the_chain_is_looked_through_and_what_was_found_is_written_down(any_session):
    engine = any_session.get_bind()
    state = chain_state(any_session)
    assert (state.checked_at, state.is_whole, state.length) == (None, True, head_of(any_session.connection())[0])
    any_session.rollback()
    with doing(any_session, "admin") as act:
        assert check_chain(any_session, engine, {}, act) is None
    state = chain_state(any_session)
    assert (state.is_whole, state.said, state.checked_at) == (True, f"1-{state.length - 1}", LATER)


def test_the_first_bad_event_is_named(session):
    engine = session.get_bind()
    with engine.begin() as connection:
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE event SET reason = 'x' WHERE seq = 7"))
    with doing(session, "admin") as act:
        fault = check_chain(session, engine, {}, act)
    assert fault.seq == 7
    state = chain_state(session)
    assert (state.is_whole, state.bad, state.said) == (False, 7, "第 7 号事件被改动过")


def test_who_has_still_to_sign_finds_it_in_his_inbox(any_session):
    revision = any_session.scalars(select(DocumentRevision)).one()
    quality = person(any_session, "quality_manager")
    assert waiting_for(any_session, quality) == []
    perform(any_session, revision, "withdraw", "technical_manager", note="安全隐患")
    assert [(one.record, one.approval.step) for one in waiting_for(any_session, quality)] == [(revision, "withdraw")]
    assert waiting_for(any_session, person(any_session, "technical_manager")) == []
    perform(any_session, revision, "withdraw", "quality_manager", note="同意")
    assert revision.status == "withdrawn"
    assert waiting_for(any_session, quality) == []


def test_what_can_no_longer_be_signed_waits_for_nobody(session):
    revision = session.scalars(select(DocumentRevision)).one()
    perform(session, revision, "withdraw", "technical_manager", note="安全隐患")
    with doing(session, "admin"):
        revision.status = "superseded"
        revision.superseded_at = LATER
    assert waiting_for(session, person(session, "quality_manager")) == []
