"""Who is checked today: drawn once, kept with everybody who could have been, drawn again the same (P3.2)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from models.base import Act, Source
from models.event import Delivery
from models.journal import acting
from models.organisation import Absence, Department
from models.quality import CheckDraw, CheckPlan, CheckTemplate, done_of, draws_of, working_days
from models.quality.drawing import candidates, draw_todays_checks, inspectors_of
from models.regulation import Figure
from models.reminding import remind
from rules.base import SYSTEM
from tests.models.acts import LATER, doing
from tests.models.test_check_templates import filled_in, published, said
from tests.world import AT, employee, person

NEXT_MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def plan_of(session):
    return session.scalar(select(CheckPlan))


def count(session):
    return session.scalar(select(func.count()).select_from(CheckDraw))


def run(session, at):
    with acting(session, Act(SYSTEM, at, Source.SCHEDULER)):
        made = draw_todays_checks(session, at)
        session.commit()
    return made


def test_a_draw_is_made_once_a_day_and_told_to_its_inspector(any_session):
    before, told = count(any_session), any_session.scalar(select(func.count()).select_from(Delivery))
    assert run(any_session, NEXT_MONDAY) == 1
    assert run(any_session, NEXT_MONDAY + timedelta(hours=3)) == 0
    assert count(any_session) == before + 1
    assert any_session.scalar(select(func.count()).select_from(Delivery)) == told + 1


def test_it_belongs_to_what_falls_due(session):
    assert remind(session, NEXT_MONDAY)["draw_todays_checks"] == 1


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 22, 3, 0, tzinfo=UTC),  # a Sunday
        datetime(2026, 11, 22, 21, 0, tzinfo=UTC),  # a Monday, before six
    ],
)
def test_nothing_is_drawn_on_a_day_off_or_at_night(session, at):
    assert run(session, at) == 0


def test_a_plan_that_ended_or_was_taken_back_draws_nothing(session):
    with doing(session, "quality_manager", LATER):
        plan_of(session).to_on = date(2026, 11, 20)
    assert run(session, NEXT_MONDAY) == 0


def test_the_stored_seed_draws_the_same_people_again(any_session):
    run(any_session, NEXT_MONDAY)
    for one in any_session.scalars(select(CheckDraw)):
        assert one.is_as_seeded()
        assert {who.employee_id for who in one.drawn()} <= {who.employee_id for who in one.known()}
        assert one.inspector_id not in {who.employee_id for who in one.known()}


def test_a_changed_pick_no_longer_fits_its_seed(session):
    one = session.scalar(select(CheckDraw))
    others = [place for place in range(len(one.candidates)) if place not in one.picked]
    with doing(session, "quality_manager"):
        one.picked = others[:1]
    assert not one.is_as_seeded()


def test_two_inspectors_share_a_day_and_nobody_is_drawn_twice(session):
    with doing(session, "quality_manager", LATER):
        plan_of(session).per_week = 20
    run(session, NEXT_MONDAY)
    made = session.scalars(select(CheckDraw).where(CheckDraw.on == NEXT_MONDAY.date())).all()
    assert {one.inspector_id for one in made} == {
        person(session, login).employee_id for login in ("quality_inspector", "quality_inspector2")
    }
    drawn = [who.employee_id for one in made for who in one.drawn()]
    assert len(drawn) == len(set(drawn)) == 4


def test_who_is_away_neither_checks_nor_is_checked(session):
    with doing(session, "hr"):
        for name in ("质检员", "车工一"):
            session.add(
                Absence(
                    employee=employee(session, name), from_on=date(2026, 11, 23), to_on=date(2026, 11, 23), kind="sick"
                )
            )
    assert inspectors_of(session, plan_of(session), NEXT_MONDAY.date()) == [
        person(session, "quality_inspector2").employee_id
    ]
    known = candidates(session, plan_of(session), NEXT_MONDAY.date(), NEXT_MONDAY)
    assert employee(session, "车工一").id not in {one.employee_id for one in known}


def test_what_is_known_of_a_candidate_comes_from_dated_rows(session, world):
    known = {one.employee_id: one for one in candidates(session, plan_of(session), AT.date(), LATER)}
    worker = known[world.worker]
    assert (worker.failures, worker.last_checked_on, worker.is_new_revision) == (1, AT.date(), True)
    assert all(one.failures == 0 for key, one in known.items() if key != world.worker)
    with doing(session, "admin"):
        for one in session.scalars(select(Figure).where(Figure.code == "repeat_within_days")):
            session.delete(one)
    again = {one.employee_id: one for one in candidates(session, plan_of(session), AT.date(), LATER)}
    assert again[world.worker].failures == 1  # the month that new things count, where the company set no days
    later = NEXT_MONDAY + timedelta(days=60)
    worker = {one.employee_id: one for one in candidates(session, plan_of(session), later.date(), later)}[world.worker]
    assert (worker.failures, worker.is_new_revision) == (0, False)


def test_without_questions_nobody_is_a_candidate_and_a_general_template_asks_everybody(session):
    with doing(session, "quality_manager", LATER) as act:
        session.scalar(select(CheckTemplate)).perform("retire", by=act.by, at=LATER, note="停用")
    assert candidates(session, plan_of(session), AT.date(), LATER) == []
    assert run(session, NEXT_MONDAY) == 0
    published(session, code="MB-0", post=None)
    assert candidates(session, plan_of(session), AT.date(), LATER) != []


def test_what_is_drawn_is_done_with_its_check(session):
    run(session, NEXT_MONDAY)
    one = session.scalar(select(CheckDraw).where(CheckDraw.on == NEXT_MONDAY.date()))
    login = (
        "quality_inspector"
        if one.inspector_id == person(session, "quality_inspector").employee_id
        else "quality_inspector2"
    )
    assert draws_of(session, one.inspector_id, NEXT_MONDAY.date()) == [one]
    assert done_of(session, [one]) == {}
    who = one.drawn()[0].employee_id
    name = next(name for name in _names(session) if employee(session, name).id == who)
    check = filled_in(session, published(session), [said("ok")], login=login, at=NEXT_MONDAY, who=name, draw=one)
    assert done_of(session, [one]) == {(one.id, who): check.id}


def _names(session):
    from models.organisation import Employee

    return session.scalars(select(Employee.name))


def test_a_holiday_shortens_the_week_and_its_checks_are_spread_over_the_rest(session):
    days = working_days(session, date(2026, 9, 30))
    assert date(2026, 10, 1) not in days
    assert len(days) == 4


def test_technical_inspections_are_drawn_for_technical_people(session):
    with doing(session, "quality_manager"):
        plan = CheckPlan(
            code="JH-2", name="工艺检查", scope="technical_inspection", per_week=5, from_on=date(2026, 1, 1),
            department=session.scalar(select(Department).where(Department.code == "SC")),
        )  # fmt: skip
        session.add(plan)
    session.refresh(plan)
    assert inspectors_of(session, plan, NEXT_MONDAY.date()) == [person(session, "technical").employee_id]
