"""Periodic evaluations: figures of a period, published by the author's manager, the next one by itself (P3.4, A5.1)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.actions import (
    EVALUATION_FIGURES,
    Evaluation,
    evaluates,
    manager_ids,
    measures_of,
    open_action,
    remind_of_evaluations,
)
from models.base import Act, Source, previews
from models.event import Delivery, Event, Reminder
from models.journal import acting
from rules.actions import ActionKind, EvaluationKind, Severity
from rules.base import SYSTEM, NotYours, RuleBroken, Words
from tests.models.acts import DAY, HOUR, LATER, action_of, doing, last_seq, perform, put_right, rechecked
from tests.world import employee, person

DECEMBER = datetime(2026, 12, 2, 2, tzinfo=UTC)


def evaluation_of(session, *, kind="process_execution", period="2026-11", due_on=date(2026, 12, 5), author="technical"):
    with doing(session, "technical_manager") as act:
        found = Evaluation(kind=EvaluationKind(kind), period=period, due_on=due_on)
        with session.no_autoflush:
            found.author = employee(session, person_name(session, author))
            session.add(found)
            found.prepare()
        assert act.by.employee_id
    return found


def person_name(session, login):
    from models.organisation import Employee

    return session.get_one(Employee, person(session, login).employee_id).name


def drafted(session, **more):
    return perform(
        session, evaluation_of(session, **more), "draft", "technical", DECEMBER, findings="尺寸超差集中在车削"
    )


def test_figures_are_kept_as_they_stood_when_it_was_handed_in(any_session, world):
    action = action_of(any_session, world)
    put_right(any_session, action, LATER + HOUR)
    rechecked(any_session, action, LATER + 2 * HOUR)
    evaluation = drafted(any_session)
    assert (evaluation.from_on, evaluation.to_on, evaluation.clause) == (date(2026, 11, 1), date(2026, 11, 30), "P3.4")
    assert evaluation.figures == {
        "rectifications": "2", "repeated": "0", "first_round_percent": "100", "in_time_percent": "100", "measures": "0",
        "measures_closed": "0",
    }  # fmt: skip
    put_right(any_session, other := action_of_other(any_session, world), LATER + 3 * HOUR, login=SYSTEM)
    assert other.status == "submitted"
    assert evaluation.figures["rectifications"] == "2"


def action_of_other(session, world):
    from models.actions import ActionItem

    return session.get_one(ActionItem, world.foreign_action)


def test_a_period_without_anything_has_no_rates(session):
    evaluation = evaluation_of(session, period="2026-Q3", due_on=date(2026, 10, 20))
    perform(session, evaluation, "draft", "technical", DECEMBER, findings="无")
    assert evaluation.figures["first_round_percent"] is None
    assert evaluation.figures["rectifications"] == "0"


def test_a_later_chapter_adds_its_figures(session, monkeypatch):
    monkeypatch.setattr("models.actions.evaluations.EVALUATION_FIGURES", list(EVALUATION_FIGURES))

    @evaluates(EvaluationKind.FOLLOW_UP, code="favourable", words=Words("Favourable", "好评"))
    def favourable(session, evaluation):
        return Decimal("87.65")

    evaluation = evaluation_of(session, kind="follow_up")
    perform(session, evaluation, "draft", "technical", DECEMBER, findings="好评率上升")
    assert evaluation.figures.items() >= {"measures": "0", "measures_closed": "0", "favourable": "87.7"}.items()


def test_it_is_published_by_the_authors_manager_and_the_next_one_is_on_the_list(any_session):
    evaluation = drafted(any_session)
    for login in ("technical", "quality_manager", "general_manager"):
        with pytest.raises(NotYours):
            perform(any_session, evaluation, "publish", login, DECEMBER)
    assert "2026-12" in str(previews(evaluation, "publish", SYSTEM)[0])
    perform(any_session, evaluation, "publish", "technical_manager", DECEMBER)
    following = any_session.scalars(select(Evaluation).where(Evaluation.period == "2026-12")).one()
    assert (following.status, following.due_on, following.author_id) == ("due", date(2027, 1, 5), evaluation.author_id)
    assert evaluation.published_by_id == person(any_session, "technical_manager").employee_id


def test_the_next_one_is_not_doubled(session):
    evaluation_of(session, period="2026-12", due_on=date(2027, 1, 9))
    perform(session, drafted(session), "publish", "technical_manager", DECEMBER)
    assert len(session.scalars(select(Evaluation)).all()) == 2


def test_what_is_returned_is_written_again(session):
    evaluation = drafted(session)
    perform(session, evaluation, "return", "technical_manager", DECEMBER, note="请补充原因")
    assert (evaluation.status, evaluation.drafted_at) == ("due", None)
    perform(session, evaluation, "draft", "technical", DECEMBER)
    assert evaluation.findings == "尺寸超差集中在车削"


def test_a_period_that_has_not_ended_is_not_evaluated(session):
    with pytest.raises(RuleBroken, match="not whole"):
        perform(session, evaluation_of(session), "draft", "technical", LATER, findings="x")


def test_a_managers_own_evaluation_is_published_by_the_general_manager(session):
    evaluation = evaluation_of(session, author="technical_manager")
    assert manager_ids(session, evaluation.author) == {person(session, "general_manager").employee_id}
    perform(session, evaluation, "draft", "technical_manager", DECEMBER, findings="x")
    perform(session, evaluation, "publish", "general_manager", DECEMBER)


def test_one_period_is_evaluated_once(session):
    evaluation_of(session)
    with pytest.raises(IntegrityError):
        evaluation_of(session)
    session.rollback()


def test_its_measures_are_action_items(session):
    evaluation = drafted(session)
    with doing(session, "technical_manager") as act:
        who = employee(session, "车工一")
        open_action(
            session, act, kind=ActionKind.IMPROVEMENT, severity=Severity.MINOR, description="加装防护罩", due=LATER + DAY,
            department_id=who.department_id, responsible_id=who.id, verifier_id=act.by.employee_id,
            source=("evaluation", evaluation.id),
        )  # fmt: skip
    assert [one.description for one in measures_of(evaluation)] == ["加装防护罩"]
    later = evaluation_of(session, period="2026-12", due_on=date(2027, 1, 5))
    perform(session, later, "draft", "technical", datetime(2027, 1, 2, 2, tzinfo=UTC), findings="x")
    assert (later.figures["measures"], later.figures["measures_closed"]) == ("1", "0")


def remind(session, at):
    with acting(session, Act(SYSTEM, at, Source.SCHEDULER)):
        count = remind_of_evaluations(session, at)
        session.commit()
    return count


def test_the_author_is_told_on_the_day_and_his_manager_once_it_is_late(any_session):
    evaluation, since = evaluation_of(any_session), last_seq(any_session)
    on = datetime(2026, 12, 4, 16, 30, tzinfo=UTC)  # half past midnight in the factory
    assert remind(any_session, on - HOUR) == 0
    assert [remind(any_session, on), remind(any_session, on)] == [1, 0]
    assert [remind(any_session, on + DAY), remind(any_session, on + 9 * DAY)] == [1, 0]
    told = any_session.execute(
        select(Event.action, Delivery.recipient_id)
        .join(Delivery)
        .where(Event.seq > since, Event.entity == "evaluation")
    ).all()
    author, manager = evaluation.author_id, person(any_session, "technical_manager").employee_id
    assert {tuple(one) for one in told} == {("remind_0", author), ("remind_1", author), ("remind_1", manager)}
    assert len(any_session.scalars(select(Reminder).where(Reminder.entity == "evaluation")).all()) == 2
