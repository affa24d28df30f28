"""Stages follow the revisions that they are worked by: a new one is switched to, a withdrawn one stops them (P1.3)."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from models.base import Act, after
from models.process import DocumentRevision
from models.schedule.plans import ProductionPlan
from models.schedule.stages import PlanStage
from rules.base import Person, Words
from rules.schedule import HoldSource, PlanStatus, StageStatus, stages

LIVE = tuple(one for one in PlanStatus if one not in {PlanStatus.COMPLETED, PlanStatus.CLOSED, PlanStatus.CANCELLED})


def pinned(revision: DocumentRevision) -> Sequence[PlanStage]:
    """Unfinished stages that another revision of the same document is pinned to."""
    return _stages_by(revision, PlanStage.revision_id != revision.id)


def worked_by(revision: DocumentRevision) -> Sequence[PlanStage]:
    """Unfinished stages that are worked by this revision."""
    return _stages_by(revision, PlanStage.revision_id == revision.id)


def _stages_by(revision: DocumentRevision, which: ColumnElement[bool]) -> Sequence[PlanStage]:
    return revision.session.scalars(
        select(PlanStage)
        .join(DocumentRevision, DocumentRevision.id == PlanStage.revision_id)
        .join(ProductionPlan, ProductionPlan.id == PlanStage.plan_id)
        .where(
            DocumentRevision.document_id == revision.document_id,
            which,
            PlanStage.status.in_(stages.UNFINISHED),
            ProductionPlan.status.in_(LIVE),
        )
        .order_by(PlanStage.id)
    ).all()


def what_a_release_switches(revision: DocumentRevision, _person: Person) -> list[Words]:
    """Said before a revision is released: which stages switch to it, and which go on again."""
    found = pinned(revision)
    stopped = [stage for stage in found if stage.hold_source is HoldSource.DOCUMENT]
    lines = []
    if found:
        lines.append(
            Words(
                "{n} stages switch to it: {names}.",
                "{n} 个生产阶段切换到新版：{names}。",
                n=len(found),
                names=_names(found),
            )
        )
    if stopped:
        lines.append(
            Words(
                "{n} stages that wait for it go on: {names}.",
                "{n} 个因文件撤回停工的阶段恢复施工：{names}。",
                n=len(stopped),
                names=_names(stopped),
            )
        )
    return lines


def what_a_withdrawal_stops(revision: DocumentRevision, _person: Person) -> list[Words]:
    """Said before a revision is withdrawn: which stages stop."""
    found = [stage for stage in worked_by(revision) if stage.status in {StageStatus.READY, StageStatus.IN_PROGRESS}]
    if not found:
        return []
    return [Words("{n} stages stop: {names}.", "{n} 个生产阶段停工：{names}。", n=len(found), names=_names(found))]


def _names(found: Sequence[PlanStage]) -> str:
    named = [f"{stage.plan.order.no} {stage.name}" for stage in found]
    return "、".join(named[:5]) + ("…" if len(named) > 5 else "")


@after(DocumentRevision, "release", preview=what_a_release_switches)
def switch_stages(revision: DocumentRevision, act: Act) -> None:
    """Nobody goes on by what is no longer in force; the approval of the revision is the approval of the switch."""
    switched: dict[ProductionPlan, None] = {}
    for stage in pinned(revision):
        stage.revision = revision
        stage.perform("switch", act=act, note=revision.label)
        switched[stage.plan] = None
        if stage.hold_source is HoldSource.DOCUMENT:
            stage.perform("resume", act=act, note=revision.label)
    for plan in switched:
        plan.adopt_switch(revision.approved_by_id, act)


@after(DocumentRevision, "withdraw", preview=what_a_withdrawal_stops)
def stop_stages(revision: DocumentRevision, act: Act) -> None:
    """Who works by a withdrawn revision stops; the stage goes on with the next one that is released."""
    for stage in worked_by(revision):
        if stage.status in {StageStatus.READY, StageStatus.IN_PROGRESS}:
            stage.perform("hold_for_document", act=act, note=revision.label)


__all__ = ["pinned", "worked_by"]
