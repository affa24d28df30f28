"""The load of a plan: a person who may work at two posts is one head a day (S1.3)."""

from datetime import timedelta

from models.base import Act
from models.journal import acting
from models.schedule import missing
from models.schedule.capacity import qualified_heads
from models.schedule.load import load_of
from rules.base import SYSTEM
from tests.models.acts import perform
from tests.models.training_world import hired, planned, post_of
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
    return qualified_heads(session, [post], [MONDAY], AT)[post, MONDAY]


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
