"""Periodic reviews: dates that set themselves, results that are followed, reminders once each (P1.2)."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from models.base import on_date
from models.event import Delivery, Event
from models.process import (
    DocumentReview,
    DocumentRevision,
    ProcessDocument,
    next_review,
    open_review,
    schedule_missing_reviews,
)
from models.regulation import Figure
from models.reminding import remind
from rules.base import NotYours, RuleBroken
from tests.models.acts import DAY, LATER, doing, last_seq, perform
from tests.world import person


def document_of(session):
    return session.scalar(select(ProcessDocument))


def review_of(session):
    return open_review(session, document_of(session).id)


def midday(day):
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "start,months,found",
    [
        ("2026-01-31", 1, "2026-03-02"),  # the month's end is a Saturday
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-09-01", 1, "2026-10-01+holiday"),
        ("2026-11-17", 12, "2027-11-17"),
        ("2028-02-29", 12, "2029-02-28"),
    ],
)
def test_the_next_review_falls_on_a_working_day(session, start, months, found):
    with doing(session, "technical"):
        document = document_of(session)
        document.review_interval_months = months
    due_on = next_review(session, document, date.fromisoformat(start), date.fromisoformat(start))
    assert due_on == (date(2026, 10, 2) if "holiday" in found else date.fromisoformat(found))


def test_the_documents_own_interval_comes_before_the_companys(session):
    document = document_of(session)
    assert next_review(session, document, on_date(LATER), on_date(LATER)) == date(2027, 11, 17)
    with doing(session, "technical"):
        document.review_interval_months = 3
    assert next_review(session, document, on_date(LATER), on_date(LATER)) == date(2027, 2, 17)


def test_the_figure_of_the_type_comes_before_the_one_for_all(session):
    with doing(session, "admin"):
        session.add(
            Figure(
                code="review_interval_months",
                clause="P1.2",
                value=6,
                unit="month",
                applies_to="operating_spec",
                from_on=date(2020, 1, 1),
            )
        )
    assert next_review(session, document_of(session), on_date(LATER), on_date(LATER)) == date(2027, 5, 17)


def test_a_release_has_set_the_first_review(session):
    review = review_of(session)
    assert (review.due_on, review.status) == (date(2027, 10, 18), "scheduled")  # the 17th is a Sunday
    assert review.no.startswith("PS-")
    assert review.label == f"{review.no} 数控车工操作规程"
    assert document_of(session).next_review_on == review.due_on


def test_still_sound_moves_the_date_on(any_session):
    review = review_of(any_session)
    perform(any_session, review, "finish", "technical", result="still_valid")
    assert (review.status, review.done_at, review.result) == ("done", LATER, "still_valid")
    assert [one.employee_id for one in review.reviewers] == [person(any_session, "technical").employee_id]
    assert review.revision.rev_no == "A/0"
    following = review_of(any_session)
    assert (following.due_on, following.id != review.id) == (date(2027, 11, 17), True)
    assert document_of(any_session).next_review_on == following.due_on


def test_to_be_revised_becomes_a_proposed_revision_that_names_its_review(session):
    review = review_of(session)
    with pytest.raises(RuleBroken) as refused:
        perform(session, review, "finish", "technical", result="revise")
    assert refused.value.field == "findings"
    perform(session, review, "finish", "technical_manager", result="revise", findings="转速规定过时")
    revision = session.scalars(select(DocumentRevision).where(DocumentRevision.status == "proposed")).one()
    assert (revision.rev_no, revision.trigger, revision.summary) == ("A/1", "periodic_review", "转速规定过时")
    assert (revision.trigger_entity, revision.trigger_id) == ("document_review", review.id)


def test_only_technicians_record_a_result_and_once(session):
    review = review_of(session)
    for login in ("quality_manager", "employee", "hr", "admin"):
        with pytest.raises(NotYours):
            perform(session, review, "finish", login, result="still_valid")
    perform(session, review, "finish", "technical", result="still_valid")
    with pytest.raises(RuleBroken):
        perform(session, review, "finish", "technical", result="still_valid")


def test_one_review_of_a_document_is_open_at_a_time(any_session):
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), doing(any_session, "technical"):
        any_session.add(DocumentReview(document=document_of(any_session), due_on=date(2030, 1, 1)))
    any_session.rollback()


def test_the_technical_manager_moves_a_review_with_his_reason_to_a_working_day(session):
    review = review_of(session)
    for more in ({"due_on": "2026-12-05"}, {"note": "x", "due_on": "2026-11-17"}, {"note": "x"}):
        with pytest.raises(RuleBroken):
            perform(session, review, "move", "technical_manager", **more)
    with pytest.raises(NotYours):
        perform(session, review, "move", "technical", note="x", due_on="2026-12-05")
    perform(session, review, "move", "technical_manager", note="等设备验收", due_on="2026-12-05")
    assert review.due_on == document_of(session).next_review_on == date(2026, 12, 7)


def test_a_review_is_announced_falls_due_and_is_told_late_each_once(any_session):
    review = review_of(any_session)
    with doing(any_session, "technical_manager"):
        document_of(any_session).owner_id = person(any_session, "technical").employee_id
    since, due_on = last_seq(any_session), review.due_on
    days = (-15, -14, -13, 0, 0, 1, 6, 7, 8)
    told = [remind(any_session, midday(due_on + one * DAY))["remind_reviews"] for one in days]
    assert told == [0, 1, 0, 1, 0, 0, 0, 1, 0]
    any_session.refresh(review)
    assert review.status == "due"
    rows = any_session.execute(
        select(Event.action, Delivery.recipient_id)
        .join(Delivery, Delivery.event_seq == Event.seq)
        .where(Event.seq > since, Event.entity == "document_review")
        .order_by(Event.seq)
    ).all()
    owner, manager = (person(any_session, one).employee_id for one in ("technical", "technical_manager"))
    assert set(map(tuple, rows)) == {
        ("remind_0", owner), ("fall_due", owner), ("fall_due", manager), ("remind_2", owner), ("remind_2", manager),
    }  # fmt: skip


def test_after_an_outage_nothing_is_told_twice_and_nothing_is_lost(session):
    late = midday(review_of(session).due_on + 20 * DAY)
    assert remind(session, late)["remind_reviews"] == 1
    assert remind(session, late)["remind_reviews"] == 1
    assert remind(session, late)["remind_reviews"] == 0


def test_without_a_number_of_days_nothing_is_announced_before(session):
    with doing(session, "admin"):
        session.scalars(select(Figure).where(Figure.code == "review_notice_days")).one().to_on = on_date(LATER)
    review = review_of(session)
    assert remind(session, midday(review.due_on - DAY))["remind_reviews"] == 0
    assert remind(session, midday(review.due_on))["remind_reviews"] == 1


def test_what_came_into_force_before_the_figure_was_set_is_scheduled_when_it_is(session):
    with doing(session, "admin"):
        document, review = document_of(session), review_of(session)
        document.next_review_on = None
        session.delete(review)
        figures = session.scalars(select(Figure).where(Figure.code == "review_interval_months")).all()
        for one in figures:
            one.to_on = on_date(LATER)
    at = LATER + 2 * DAY
    with doing(session, "admin", at):
        assert schedule_missing_reviews(session, at) == 0
        document.review_interval_months = 6
        assert schedule_missing_reviews(session, at) == 1
        assert schedule_missing_reviews(session, at) == 0
    assert review_of(session).due_on == date(2027, 4, 19)
    with doing(session, "admin", at):
        document.review_interval_months = document.next_review_on = None
        session.delete(review_of(session))
        figures[0].to_on = None
    with doing(session, "admin", at):
        assert schedule_missing_reviews(session, at) == 1
    assert review_of(session).due_on == date(2027, 10, 18)


def test_a_release_moves_a_review_that_is_due(session):
    from tests.models.test_process import released

    review = review_of(session)
    at = midday(review.due_on)
    remind(session, at)
    released(session, at=at)
    session.refresh(review)
    assert (review.status, review.due_on) == ("scheduled", date(2028, 10, 18))
