"""Who is there and may work alone, post by post and day by day, against what the plans need (S1.3)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from models.base import COMPANY_ZONE, on_date
from models.organisation import Post
from models.schedule.plans import ProductionPlan
from models.schedule.presence import Crew
from models.schedule.stages import PlanStage
from models.training import alone_on
from rules.schedule import StageStatus, plans
from rules.schedule.feasibility import Demand
from rules.working_time import WorkCalendar

NOON = time(12)


def working_days(calendar: WorkCalendar, first: date, last: date) -> tuple[date, ...]:
    """The working days from one date to another, both counted."""
    span = (first + timedelta(days=nth) for nth in range((last - first).days + 1))
    return tuple(day for day in span if calendar.days_between(day - timedelta(days=1), day))


def demands_of(stages: Iterable[PlanStage], calendar: WorkCalendar, since: date) -> list[Demand]:
    """What these stages still need: heads at their post, on their working days from that day on."""
    found = []
    for stage in stages:
        first, last = stage.planned_start_on, stage.planned_end_on
        if stage.post_id is None or first is None or last is None or not stage.heads_needed:
            continue
        days = working_days(calendar, max(first, since), last) if last >= since else ()
        found.append(Demand(stage.post_id, days, stage.heads_needed, f"{stage.plan.order.no} {stage.name}"))
    return found


def other_stages(session: Session, plan: ProductionPlan | None, post_ids: Collection[int]) -> Sequence[PlanStage]:
    """Unfinished stages at these posts in the plans that are released, but for this one."""
    query = (
        select(PlanStage)
        .join(PlanStage.plan)
        .options(contains_eager(PlanStage.plan).joinedload(ProductionPlan.order))
        .where(
            PlanStage.post_id.in_(sorted(post_ids)),
            PlanStage.status.not_in((StageStatus.DONE, StageStatus.CANCELLED)),
            ProductionPlan.status.in_(plans.WORKED_BY),
        )
    )
    return session.scalars(query.where(PlanStage.plan_id != plan.id) if plan is not None else query).all()


def qualified_heads(
    session: Session, crew: Crew, post_ids: Collection[int], days: Collection[date], at: datetime
) -> dict[tuple[int, date], frozenset[int]]:
    """Who of these may work alone at each post on each day: placed or assigned there on the day, not away, let through.

    The gate is asked for the day as things are known now; supervised work counts 0.
    """
    crews: dict[tuple[int, date], list[int]] = {(post, day): [] for post in post_ids for day in days}
    for who, where in crew.items():
        for day in days:
            for post in where.posts_on(day).intersection(post_ids):
                crews[post, day].append(who)
    return alone_on(session, crews, {day: _moment(day, at) for day in days})


def _moment(day: date, at: datetime) -> datetime:
    """When on that day the gate is asked: at noon, but never before now."""
    noon = datetime.combine(day, NOON, COMPANY_ZONE)
    return max(at, noon) if day == on_date(at) else noon


def named_posts(session: Session, post_ids: Collection[int]) -> dict[int, str]:
    """What these posts are called."""
    rows = session.execute(select(Post.id, Post.name).where(Post.id.in_(sorted(post_ids))))
    return dict(rows.tuples().all())


__all__ = [
    "demands_of",
    "named_posts",
    "other_stages",
    "qualified_heads",
    "working_days",
]
