"""The load of a plan: a person who may work at two posts is one head a day (S1.3)."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from models.base import Act
from models.journal import acting
from models.schedule import missing
from models.schedule.capacity import qualified_heads
from models.schedule.load import load_of
from models.schedule.presence import crew_of
from rules.base import SYSTEM
from tests.models.acts import perform
from tests.models.training_world import hired, planned, post_of, qualified
from tests.schedule_world import AT, TODAY, confirmed, plan, released

MONDAY = TODAY + timedelta(days=7 - TODAY.weekday())
DAYS = (MONDAY - TODAY).days


def stage(name):
    return ((name, DAYS, DAYS, 100),)


def at_post(session, made, code):
    with acting(session, Act(SYSTEM, AT)):
        made.stages[0].post = post_of(session, code)
        made.stages[0].prepare()
        session.commit()
    return made


def everybody_at(session, post):
    """Who may work alone there, whatever else he does."""
    return counted_at(session, post, [MONDAY])[MONDAY]


def counted_at(session, post, days):
    """Day -> who may work alone at that post, whatever else he does."""
    found = qualified_heads(session, crew_of(session, {post}, days, TODAY), {post}, days, AT)
    return {day: found[post, day] for day in days}


def test_somebody_assigned_to_a_second_post_counts_at_his_own_while_it_needs_him(session):
    here, there = post_of(session, "P-SC1").id, post_of(session, "P-SC2").id
    (helper,) = hired(session, "两岗工", code="P-SC2")
    both = planned(session, helper, at=AT)
    perform(session, both, "activate", "production_manager", AT)
    made = plan(session, confirmed(session), stages=stage("装配"))
    alone = load_of(made, made.tasks(), AT)
    mine = alone.able[here, MONDAY] + alone.helpers.get((here, MONDAY), 0)
    assert alone.able[here, MONDAY] == mine - 1  # his own post has people to spare, yet here nobody is lacking
    assert alone.helpers[here, MONDAY] == 1

    made = plan(session, confirmed(session), stages=stage("装配"), heads=mine - 1)  # the order under way needs one
    lent = load_of(made, made.tasks(), AT)
    assert lent.able[here, MONDAY] == mine  # now he is lacking here, and not needed at home
    assert not lent.overs
    assert (here, MONDAY) not in lent.helpers

    crew = load_of(made, made.tasks(), AT).able
    assert (there, MONDAY) not in crew  # only what this plan needs is shown


def test_a_head_that_another_plan_needs_at_his_own_post_is_named_as_a_helper_only(session):
    here, there = post_of(session, "P-SC1").id, post_of(session, "P-SC2").id
    (helper,) = hired(session, "两岗工", code="P-SC2")
    perform(session, planned(session, helper, at=AT), "activate", "production_manager", AT)
    probe = plan(session, confirmed(session), stages=stage("装配"), heads=99)
    able = load_of(probe, probe.tasks(), AT).able[here, MONDAY]

    other = at_post(session, plan(session, confirmed(session), stages=stage("涂装"), heads=0), "P-SC2")
    with acting(session, Act(SYSTEM, AT)):
        other.stages[0].owner = helper
        other.stages[0].heads_needed = len(everybody_at(session, there))
        session.commit()
    released(session, other)

    made = plan(session, confirmed(session), stages=stage("装配"), heads=able - 1)  # the order under way needs one
    found = load_of(made, made.tasks(), AT)
    assert found.able[here, MONDAY] == able - 1
    assert found.helpers[here, MONDAY] == 1
    (over,) = found.overs
    assert (over.needed, over.qualified, over.helpers) == (able, able - 1, 1)
    assert any("另有 1 人可顶岗" in words.text("zh") for words in missing(made, AT))


# -- where somebody is on the day --------------------------------------------------------------------------------------

WEEK = [MONDAY + timedelta(days=nth) for nth in range(5)]
MIDDLE = WEEK[2]
HERE, THERE = "P-SC1", "P-SC2"


def moves(session):
    """At a post, and at another from the middle of the plan on."""
    (who,) = hired(session, "调岗工", code=HERE)
    perform(session, who, "move", "hr", AT, post=post_of(session, THERE), effective_on=MIDDLE)
    return who


def moves_although_assigned(session):
    (who,) = hired(session, "调岗工", code=HERE)
    perform(session, planned(session, who, at=AT), "activate", "production_manager", AT)
    perform(session, who, "move", "hr", AT, post=post_of(session, THERE), effective_on=MIDDLE)
    return who


def comes(session):
    (who,) = hired(session, "新员工", code=HERE, on=MIDDLE)
    return who


def goes(session):
    (who,) = hired(session, "离职工", code=HERE)
    perform(session, who, "give_notice", "hr", AT, last_on=MIDDLE - timedelta(days=1))
    return who


def goes_although_assigned_elsewhere(session):
    (who,) = hired(session, "离职工", code=THERE)
    perform(session, planned(session, who, at=AT), "activate", "production_manager", AT)
    perform(session, who, "give_notice", "hr", AT, last_on=MIDDLE - timedelta(days=1))
    return who


def is_back(session):
    (who,) = hired(session, "休假工", code=HERE)
    perform(session, who, "take_leave", "hr", AT, absence_kind="annual", until_on=MIDDLE - timedelta(days=1))
    return who


def is_gone(session):
    (who,) = hired(session, "离职工", code=HERE)
    perform(session, who, "leave", "hr", AT, note="辞职")
    return who


@pytest.mark.parametrize(
    "somebody, here, there",
    [
        # Monday to Friday: 1 = he counts at this post
        (moves, "11000", "00111"),
        (moves_although_assigned, "11000", "00111"),
        (comes, "00111", "00000"),
        (goes, "11000", "00000"),
        (goes_although_assigned_elsewhere, "11000", "11000"),
        (is_back, "00111", "00000"),
        (is_gone, "00000", "00000"),
    ],
)
def test_somebody_counts_where_he_is_placed_on_the_day(session, somebody, here, there):
    who = somebody(session).id
    for code, said in ((HERE, here), (THERE, there)):
        found = counted_at(session, post_of(session, code).id, WEEK)
        assert "".join(str(int(who in found[day])) for day in WEEK) == said, code


def test_the_load_of_a_plan_changes_on_the_day_of_a_move(session):
    made = plan(session, confirmed(session), stages=(("装配", DAYS, DAYS + 4, 100),))
    post = post_of(session, HERE).id
    before = load_of(made, made.tasks(), AT)
    moves(session)
    after = load_of(made, made.tasks(), AT)
    assert [after.able[post, day] - before.able[post, day] for day in WEEK] == [1, 1, 0, 0, 0]


def test_who_moves_to_a_post_counts_there_only_if_he_may_work_on_the_day(session):
    (trained, *_) = qualified(session)[3]
    (untrained,) = hired(session, "无证工", code=THERE)
    perform(session, untrained, "move", "hr", AT, post=post_of(session, HERE), effective_on=MIDDLE)
    found = counted_at(session, post_of(session, HERE).id, WEEK)
    assert all(trained.id in found[day] for day in WEEK)
    assert not any(untrained.id in found[day] for day in WEEK)


def asked(session, act):
    said = []

    def note(_connection, _cursor, statement, *_rest):
        said.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(said)


def test_more_people_and_more_days_ask_no_more_often(session):
    short = plan(session, confirmed(session), stages=(("装配", DAYS, DAYS, 100),))
    load_of(short, short.tasks(), AT)  # calendars and settings are looked up once
    few = asked(session, lambda: load_of(short, short.tasks(), AT))
    people = hired(session, *(f"工{nth}" for nth in range(20)), code=THERE)
    for who in people:
        perform(session, planned(session, who, at=AT), "activate", "production_manager", AT)
        perform(session, who, "move", "hr", AT, post=post_of(session, HERE), effective_on=MIDDLE)
    long = plan(session, confirmed(session), stages=(("装配", DAYS, DAYS + 60, 100),))
    load_of(long, long.tasks(), AT)
    assert asked(session, lambda: load_of(long, long.tasks(), AT)) == few
