"""A critical finding stops the stage it was made at, until quality lets it go on (P3.2)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.base import Act, Source, after, now
from models.organisation import Post
from models.quality.checks import SpotCheck
from models.schedule import PlanStage, ProductionPlan
from rules.actions import Severity
from rules.base import SYSTEM, Person, Words
from rules.quality import CheckKind, Verdict
from rules.schedule import HoldSource, StageStatus

WORKED = (StageStatus.READY, StageStatus.IN_PROGRESS)
AT_A_POST = (*WORKED, StageStatus.HELD)
MOST = 50


def will_hold(check: SpotCheck, person: Person) -> list[Words]:
    """The stage that submitting will stop, said before the button is pressed."""
    stage = check.stage
    if check.kind is CheckKind.RECHECK or stage is None or stage.status not in WORKED:
        return []
    act = Act(SYSTEM, now(), Source.CONSEQUENCE)
    failing = [one for one in check.items if one.verdict is Verdict.NG]
    if not any(one.severity(act) is Severity.CRITICAL for one in failing):
        return []
    return [
        Words(
            "Stage “{stage}” is held until quality releases it.",
            "阶段“{stage}”将停工，待质量部门放行。",
            stage=stage.label,
        )
    ]


@after(SpotCheck, "submit", preview=will_hold)
def hold_stage(check: SpotCheck, act: Act) -> None:
    """Critical: nobody works on at the stage before quality has released it."""
    stage = check.stage
    if act.recorded_at or stage is None or stage.status not in WORKED:
        return
    critical = [one for one in check.raised() if one.severity is Severity.CRITICAL]
    if critical:
        reason = f"{check.no} {critical[0].description}"
        stage.perform("hold_for_quality", act=act.consequence("P3.2"), note=reason)


@after(SpotCheck, "void")
def release_stage(check: SpotCheck, act: Act) -> None:
    """What a voided check stopped goes on."""
    stage = check.stage
    is_mine = stage is not None and stage.hold_source is HoldSource.QUALITY
    if stage is not None and is_mine and stage.hold_reason.startswith(f"{check.no} "):
        stage.perform("resume", act=act.consequence("P3.2"))


def stages_at(session: Session, post: Post) -> Sequence[PlanStage]:
    """The stages that are worked on at a post, or held there: what is under way first."""
    return session.scalars(
        select(PlanStage)
        .where(PlanStage.post_id == post.id, PlanStage.status.in_(AT_A_POST), PlanStage.voided_at.is_(None))
        .options(joinedload(PlanStage.plan).joinedload(ProductionPlan.order))
        .order_by(PlanStage.status != StageStatus.IN_PROGRESS, PlanStage.planned_end_on, PlanStage.id)
        .limit(MOST)
    ).all()


def held_for_quality(session: Session, person: Person) -> Sequence[PlanStage]:
    """The stages that wait for quality's release, as far as the person may see them; the longest planned first."""
    return session.scalars(
        select(PlanStage)
        .where(
            PlanStage.status == StageStatus.HELD,
            PlanStage.hold_source == HoldSource.QUALITY,
            PlanStage.visible_to(person),
        )
        .options(joinedload(PlanStage.plan).joinedload(ProductionPlan.order))
        .order_by(PlanStage.planned_end_on, PlanStage.id)
        .limit(MOST)
    ).all()


__all__ = ["held_for_quality", "stages_at"]
