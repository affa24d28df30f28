"""Kept figures against the records they stand on (K2.1): what ``recompute --check`` asks."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assessment.cycles import AssessmentCycle
from models.assessment.replaying import replay
from models.recomputing import Difference, recomputed
from rules.assessment import CycleStatus
from rules.base import RuleBroken, Words

AS_KEPT = (CycleStatus.COMPUTED, CycleStatus.IN_REVIEW, CycleStatus.PUBLISHED, CycleStatus.APPEAL, CycleStatus.LOCKED)


@recomputed
def sheets(session: Session) -> Iterator[Difference]:
    """Every sheet computed again has the hash that it keeps; a locked one is never put right in silence."""
    found = session.scalars(
        select(AssessmentCycle)
        .where(AssessmentCycle.status.in_(AS_KEPT), AssessmentCycle.is_imported.is_(False))
        .order_by(AssessmentCycle.from_on, AssessmentCycle.id)
    ).all()
    for cycle in found:
        for one in replay(session, cycle):
            if not one.is_same:
                yield Difference(one.sheet.label, one.sheet.content_hash[:12], one.content_hash[:12], _by_hand)


def _by_hand() -> None:
    """Figures that people were told change by a new computation or an appeal, not by a command."""
    raise RuleBroken(
        Words(
            "A sheet is computed anew from its cycle, or changed by an appeal.",
            "考核表须由考核周期重新计算，或经申诉更正。",
        ),
        clause="K2.1",
    )
