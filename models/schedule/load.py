"""A plan against the people: heads needed and heads that may work, by post and working day (S1.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from models.base import on_date
from models.regulation import company_calendar
from models.schedule.capacity import demands_of, named_posts, other_stages, qualified_heads, working_days
from models.schedule.plans import ProductionPlan
from models.schedule.presence import crew_of, held_posts, posts_of
from rules.schedule.feasibility import Demand, Overload, load, overloads
from rules.schedule.heads import counted_heads, possible_helpers
from rules.schedule.plans import Task


@dataclass(frozen=True)
class Load:
    """What is needed and there on each day on which this plan needs somebody; the other released plans count too.

    ``able``: who counts there, each person at one post a day; ``helpers``: who might, and counts at another.
    """

    needed: Mapping[tuple[int, date], int] = field(default_factory=dict)
    able: Mapping[tuple[int, date], int] = field(default_factory=dict)
    helpers: Mapping[tuple[int, date], int] = field(default_factory=dict)
    overs: Sequence[Overload] = ()
    posts: Mapping[int, str] = field(default_factory=dict)


def load_of(plan: ProductionPlan, tasks: Sequence[Task], at: datetime) -> Load:
    """The load of a plan as these stages have it, from today on; few statements however many stages there are."""
    calendar, today = company_calendar(plan.session), on_date(at)
    mine = [
        Demand(
            one.post_id,
            working_days(calendar, max(one.start_on, today), one.end_on),
            one.heads,
            f"{one.seq} {one.name}",
        )
        for one in tasks
        if one.post_id is not None and one.start_on and one.end_on and one.end_on >= today and one.heads
    ]
    return load_with(plan, mine, at)


def load_with(plan: ProductionPlan, mine: Sequence[Demand], at: datetime) -> Load:
    """The load of a plan that needs these; the posts between which its people are shared are reckoned together."""
    session, calendar = plan.session, company_calendar(plan.session)
    keys = {(one.post_id, day) for one in mine for day in one.days}
    if not keys:
        return Load()
    posts, days, today = {post for post, _ in keys}, {day for _, day in keys}, on_date(at)
    shared = posts | posts_of(crew_of(session, posts, days, today), days)
    everything = [*mine, *demands_of(other_stages(session, plan, shared), calendar, today)]
    crew = crew_of(session, shared, days, today)
    needed, able = load(everything), qualified_heads(session, crew, shared, days, at)
    found = counted_heads(able, needed, held_posts(crew, days))
    counted = {key: len(found.get(key, ())) for key in keys}
    helpers = {key: count for key, count in possible_helpers(able, found).items() if key in keys}
    overs = [one for one in overloads(everything, counted, helpers) if (one.post_id, one.on) in keys]
    return Load({key: needed[key] for key in keys}, counted, helpers, overs, named_posts(session, posts))


__all__ = ["Load", "load_of", "load_with"]
