"""A plan against the people: heads needed and heads that may work, by post and working day (S1.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from models.base import on_date
from models.regulation import company_calendar
from models.schedule.capacity import demands_of, named_posts, other_stages, qualified_heads, working_days
from models.schedule.plans import ProductionPlan
from rules.schedule.feasibility import Demand, Overload, load, overloads
from rules.schedule.plans import Task


@dataclass(frozen=True)
class Load:
    """What is needed and there on each day on which this plan needs somebody; the other released plans count too."""

    needed: Mapping[tuple[int, date], int] = field(default_factory=dict)
    able: Mapping[tuple[int, date], int] = field(default_factory=dict)
    overs: Sequence[Overload] = ()
    posts: Mapping[int, str] = field(default_factory=dict)


def load_of(plan: ProductionPlan, tasks: Sequence[Task], at: datetime) -> Load:
    """The load of a plan as these stages have it, from today on; few statements however many stages there are."""
    session, calendar, today = plan.session, company_calendar(plan.session), on_date(at)
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
    keys = {(one.post_id, day) for one in mine for day in one.days}
    if not keys:
        return Load()
    posts, days = {post for post, _ in keys}, {day for _, day in keys}
    others = demands_of(other_stages(session, plan, posts), calendar, today)
    able = {key: len(who) for key, who in qualified_heads(session, posts, days, at).items()}
    everything = [*mine, *others]
    needed = {key: heads for key, heads in load(everything).items() if key in keys}
    overs = [one for one in overloads(everything, able) if (one.post_id, one.on) in keys]
    return Load(needed, able, overs, named_posts(session, posts))


__all__ = ["Load", "load_of"]
