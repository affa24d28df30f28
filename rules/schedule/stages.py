"""Stages of a plan: begun only by who may work, held, done, and what they earn (S1.2, S2.1, S3.1)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Literal

from rules.base import Choice, Lifecycle, NotYours, Person, Role, RuleBroken, Words, step
from rules.schedule.access import LEAD, OWNER, OWNERS_LEADER, PLANNER
from rules.training import Answer, Gate

R = Role
WHOLE = Decimal(100)


class StageStatus(Choice):
    """Where a stage stands."""

    PENDING = "pending", "Waiting", "待前序"
    READY = "ready", "Ready", "待开工"
    IN_PROGRESS = "in_progress", "In progress", "进行中"
    HELD = "held", "Held", "已停工"
    DONE = "done", "Done", "已完成"
    CANCELLED = "cancelled", "Cancelled", "已取消"


class HoldSource(Choice):
    """What a stage waits for."""

    PRODUCTION = "production", "Held by production", "生产停工"
    QUALITY = "quality", "Held by quality", "质量停工"
    DOCUMENT = "document", "Its document was withdrawn", "工艺文件撤回"


LIFTED_BY = {
    HoldSource.PRODUCTION: frozenset({R.PRODUCTION_MANAGER}),
    HoldSource.QUALITY: frozenset({R.QUALITY_MANAGER}),
    HoldSource.DOCUMENT: frozenset({R.PRODUCTION_MANAGER}),
}
"""Who lets a held stage go on: whoever stopped it; after a withdrawal once a revision is in force again."""

UNFINISHED = ("pending", "ready", "in_progress", "held")
WORKERS = frozenset({OWNER, OWNERS_LEADER, R.PRODUCTION_MANAGER})

STAGE_STEPS = Lifecycle(
    "pending",
    (
        step("get_ready", "pending", "ready", "Ready", "可开工", tells=(OWNER, OWNERS_LEADER), clause="S1.2"),
        step("start", "ready", "in_progress", "Start", "开工", by=WORKERS, clause="S2.1"),
        step(
            "finish",
            "in_progress",
            "done",
            "Finish",
            "完工",
            by=WORKERS,
            asks=("actual_end_on",),
            tells=(PLANNER,),
            clause="S2.1",
        ),
        step(
            "hold",
            ("ready", "in_progress"),
            "held",
            "Hold",
            "停工",
            by={R.PRODUCTION_MANAGER},
            needs_note=True,
            tells=(OWNER, OWNERS_LEADER, PLANNER, LEAD),
            clause="S2.1",
        ),
        step(
            "hold_for_quality",
            ("ready", "in_progress"),
            "held",
            "Hold for quality",
            "质量停工",
            by={R.QUALITY_MANAGER},
            needs_note=True,
            tells=(OWNER, OWNERS_LEADER, PLANNER, LEAD, R.PRODUCTION_MANAGER),
            clause="P3.2",
        ),
        step(
            "hold_for_document",
            ("ready", "in_progress"),
            "held",
            "Hold: its document was withdrawn",
            "因文件撤回停工",
            tells=(OWNER, OWNERS_LEADER, PLANNER, LEAD, R.PRODUCTION_MANAGER),
            clause="P1.3",
        ),
        step(
            "resume",
            "held",
            "ready",
            "Let it go on",
            "恢复施工",
            by={R.PRODUCTION_MANAGER, R.QUALITY_MANAGER},
            tells=(OWNER, OWNERS_LEADER, PLANNER, LEAD),
            clause="S2.1",
        ),
        *(
            step(
                "switch",
                one,
                one,
                "Switch to the new revision",
                "切换新版工艺文件",
                tells=(OWNER, OWNERS_LEADER),
                clause="P1.3",
            )
            for one in UNFINISHED
        ),
        step("cancel", UNFINISHED, "cancelled", "Cancel", "取消", clause="S1.2"),
    ),
)
"""``resume`` leads back to where the stage came from; the table names the first such place."""


def is_ready(befores: Iterable[StageStatus]) -> bool:
    """Whether everything that a stage waits for is done; what was cancelled is waited for no more."""
    return all(one in {StageStatus.DONE, StageStatus.CANCELLED} for one in befores)


def refuse_gate(gate: Gate, who: str, post: str, field: str = "owner") -> None:
    """Raises RuleBroken, in the gate's own words, where somebody may not even work under a mentor (P2.3)."""
    if gate.answer is not Answer.NO:
        return
    why = Words(
        " ".join(one.words.text("en") for one in gate.reasons), "".join(one.words.text("zh") for one in gate.reasons)
    )
    raise RuleBroken(
        Words("{who} may not work at {post}. {why}", "{who}不得在“{post}”岗位作业：{why}", who=who, post=post, why=why),
        field=field,
        clause="P2.3",
    )


def why_not_lift(source: HoldSource | None, person: Person) -> NotYours | None:
    """Why this person does not let the stage go on; None = he does."""
    if source is None or person.holds(*LIFTED_BY[source]):
        return None
    return NotYours(
        Words("{why}: it goes on when that is settled.", "{why}：解除后方可恢复施工。", why=source), clause="S2.1"
    )


# -- progress --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """How far a stage is, per cent, and how much of the order it makes."""

    weight: Decimal
    done: Decimal
    start_on: date | None
    end_on: date | None


def earned(stages: Collection[Progress]) -> Decimal:
    """Per cent of the order that is made: Σ weight x progress."""
    return sum((one.weight * one.done / 100 for one in stages), Decimal(0))


def planned_share(elapsed: int, total: int) -> Decimal:
    """Per cent of a stage that should be done: working days elapsed of all its working days; 0 before, 100 after."""
    if total <= 0:
        return Decimal(100) if elapsed > 0 else Decimal(0)
    return min(Decimal(100), max(Decimal(0), Decimal(elapsed) * 100 / total))


def days_left(done: Decimal, total: int) -> int:
    """Working days that the rest of a stage takes at its planned pace; at least one while it is not done."""
    if done >= WHOLE:
        return 0
    return max(1, ceil(Decimal(max(1, total)) * (WHOLE - done) / WHOLE))


@dataclass(frozen=True)
class Standing:
    """A stage as it stands on a day: per cent done and due by now, its end as planned and as expected."""

    done: Decimal
    planned: Decimal
    planned_end_on: date
    expected_end_on: date | None = None
    """What the team leader expects; nothing = he said nothing."""


def forecasts(one: Standing, threshold: Decimal | None) -> Literal["progress", "expected_finish"] | None:
    """Why a delay is to be expected; nothing = it is not. Without a threshold only an expected finish tells."""
    if one.expected_end_on is not None and one.expected_end_on > one.planned_end_on:
        return "expected_finish"
    if threshold is not None and one.done < WHOLE and is_behind(one.done, one.planned, threshold):
        return "progress"
    return None


def is_behind(done: Decimal, planned: Decimal, threshold: Decimal) -> bool:
    """Whether a stage is so far behind that a delay is forecast: by the threshold's points, or more (S3.1)."""
    return planned - done >= threshold
