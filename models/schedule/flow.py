"""What follows from stage to stage, from stage to plan, from plan to order (S1.2, S2.1)."""

from sqlalchemy import select

from models.base import Act, after
from models.schedule.orders import SalesOrder
from models.schedule.plans import ProductionPlan
from models.schedule.stages import PlanStage
from rules.base import Person, Words
from rules.schedule import OrderStatus, PlanStatus, StageStatus, plans, stages


@after(ProductionPlan, "release")
@after(ProductionPlan, "release_by_exception")
def set_baseline(plan: ProductionPlan, act: Act) -> None:
    """The first release is the baseline of every stage; whatever waits for nothing is ready."""
    for stage in plan.live_stages():
        if stage.baseline_end_on is None:
            stage.baseline_start_on, stage.baseline_end_on = stage.planned_start_on, stage.planned_end_on
    make_ready(plan, act)


def make_ready(plan: ProductionPlan, act: Act) -> None:
    """Stages that have waited long enough."""
    if plan.status not in plans.WORKED_BY:
        return
    for stage in plan.live_stages():
        if stage.status is StageStatus.PENDING and stages.is_ready(one.status for one in stage.predecessors):
            stage.perform("get_ready", act=act)


@after(PlanStage, "start")
def begin(stage: PlanStage, act: Act) -> None:
    """With the first stage the plan and its order are under way."""
    plan = stage.plan
    if plan.status is PlanStatus.RELEASED:
        plan.perform("begin", act=act)
    if plan.order.status is OrderStatus.CONFIRMED:
        plan.order.perform("begin", act=act)


def what_was_reported(stage: PlanStage, _person: Person) -> list[Words]:
    """Said before a stage is finished that was not reported whole."""
    if stage.progress >= stages.WHOLE:
        return []
    return [
        Words(
            "It was reported {done} % done; finished, it counts as 100 %.",
            "日报累计完成 {done}%，完工后按 100% 计。",
            done=stage.progress.normalize() + 0,
        )
    ]


@after(PlanStage, "finish", preview=what_was_reported)
def go_on(stage: PlanStage, act: Act) -> None:
    """What waited is ready; with the last stage the plan is done and the order ready to ship."""
    plan = stage.plan
    make_ready(plan, act)
    left = [one for one in plan.live_stages() if one.status is not StageStatus.DONE]
    if left or plan.status is not PlanStatus.IN_PROGRESS:
        return
    plan.perform("complete", act=act)
    if plan.order.status is OrderStatus.IN_PRODUCTION:
        plan.order.perform("finish", act=act)


@after(SalesOrder, "cancel")
def cancel_plan(order: SalesOrder, act: Act) -> None:
    """The plan goes with its order."""
    plan = plan_of(order)
    if plan is not None and plan.status in plans.UNFINISHED:
        plan.perform("cancel", act=act)


def plan_of(order: SalesOrder) -> ProductionPlan | None:
    """The plan by which an order is made; None = there is none yet."""
    return order.session.scalar(
        select(ProductionPlan).where(ProductionPlan.order_id == order.id, ProductionPlan.status != PlanStatus.CANCELLED)
    )


__all__ = ["make_ready", "plan_of"]
