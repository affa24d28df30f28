"""What shows that people are looked after, inspected and sampled as the regulation has it (P3.1, P3.4, C2.2, K2.2)."""

from collections.abc import Iterator

from models.actions import ActionItem, sides_of
from models.quality.checks import SpotCheck
from models.regulation import Asked, Tally, evidence
from rules.actions import OWED, UNFINISHED, ActionStatus
from rules.base import Words
from rules.quality import CLAUSES, CheckKind, CheckStatus
from rules.regulation import Side

HANDED_IN = (CheckStatus.SUBMITTED, CheckStatus.CLOSED)


def _of_kind(kind: CheckKind, asked: Asked) -> Iterator[Tally]:
    """Checks of a kind that were handed in, and what they found that is still to be put right."""
    clause = CLAUSES[kind]
    yield Tally(
        kind.words,
        SpotCheck,
        {Side.DONE: (SpotCheck.kind == kind) & SpotCheck.status.in_(HANDED_IN) & (SpotCheck.checked_at >= asked.since)},
        moment=SpotCheck.checked_at,
        queries={Side.DONE: f"flt_kind={kind}"},
    )
    due, overdue = sides_of(asked.at)
    is_here = ActionItem.clause == clause
    yield Tally(
        Words("Rectifications", "整改单"),
        ActionItem,
        {
            Side.DONE: (ActionItem.status == ActionStatus.CLOSED)
            & (ActionItem.clause == clause)
            & (ActionItem.closed_at >= asked.since),
            Side.DUE: is_here & due,
            Side.OVERDUE: is_here & overdue,
        },
        moment=ActionItem.due_at,
        queries={
            Side.DONE: "flt_status=closed",
            Side.DUE: f"flt_status={','.join(UNFINISHED)}",
            Side.OVERDUE: f"flt_status={','.join(OWED)}&sort=due_at",
        },
    )


@evidence("P3.1")
def patrols(asked: Asked) -> Iterator[Tally]:
    """Team leaders' patrols."""
    yield from _of_kind(CheckKind.LEADER_PATROL, asked)


@evidence("P3.4")
def inspections(asked: Asked) -> Iterator[Tally]:
    """The technical department's inspections."""
    yield from _of_kind(CheckKind.TECHNICAL_INSPECTION, asked)


@evidence("C2.2")
def samples(asked: Asked) -> Iterator[Tally]:
    """Samples of customer contacts."""
    yield from _of_kind(CheckKind.CONTACT_SAMPLE, asked)


@evidence("K2.2")
def assessments(asked: Asked) -> Iterator[Tally]:
    """Unannounced assessments of employees."""
    yield from _of_kind(CheckKind.AD_HOC_ASSESSMENT, asked)
