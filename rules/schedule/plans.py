"""Production plans: complete, reviewed by somebody else, feasible with the people who may work (S1.2-S1.4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rules.base import Choice, Lifecycle, Role, step
from rules.schedule.access import LEAD, OWNER, OWNERS_LEADER, PLANNER, TECHNICAL_DESK

R = Role


class PlanStatus(Choice):
    """Where a plan stands."""

    DRAFT = "draft", "Draft", "编制中"
    SUBMITTED = "submitted", "Submitted", "已提交"
    TECHNICAL_REVIEW = "technical_review", "Technical review", "技术审核中"
    APPROVED = "approved", "Approved", "已审核"
    RELEASED = "released", "Released", "已下达"
    IN_PROGRESS = "in_progress", "In progress", "执行中"
    SUSPENDED = "suspended", "Suspended", "已暂停"
    COMPLETED = "completed", "Completed", "已完成"
    CLOSED = "closed", "Closed", "已关闭"
    CANCELLED = "cancelled", "Cancelled", "已取消"


BEFORE_RELEASE = ("draft", "submitted", "technical_review", "approved")
UNFINISHED = (*BEFORE_RELEASE, "released", "in_progress", "suspended")
WORKED_BY = ("released", "in_progress")
"""States in which stages are worked on."""

PLAN_STEPS = Lifecycle(
    "draft",
    (
        step(
            "consent",
            "draft",
            "draft",
            "Consent to the later end",
            "同意超期排产",
            by={R.SALES_MANAGER},
            needs_note=True,
            tells=(PLANNER,),
            clause="S1.3",
        ),
        step(
            "submit",
            "draft",
            "submitted",
            "Submit",
            "提交审核",
            by={R.PRODUCTION_PLANNER},
            tells=(R.TECHNICAL, R.TECHNICAL_MANAGER),
            clause="S1.2",
        ),
        step(
            "take_up",
            "submitted",
            "technical_review",
            "Take up the review",
            "开始审核",
            by=TECHNICAL_DESK,
            unlike={PLANNER},
            clause="S1.4",
        ),
        step(
            "approve",
            "technical_review",
            "approved",
            "Approve",
            "审核通过",
            by=TECHNICAL_DESK,
            unlike={PLANNER},
            tells=(PLANNER, R.PRODUCTION_MANAGER),
            clause="S1.4",
        ),
        step(
            "return",
            ("submitted", "technical_review"),
            "draft",
            "Return",
            "退回",
            by=TECHNICAL_DESK,
            unlike={PLANNER},
            needs_note=True,
            tells=(PLANNER,),
            clause="S1.4",
        ),
        step(
            "reopen",
            ("submitted", "technical_review", "approved", "released"),
            "draft",
            "Re-open the review",
            "重新审核",
            tells=(PLANNER,),
            clause="S1.4",
        ),
        step(
            "release",
            "approved",
            "released",
            "Release",
            "下达",
            by={R.PRODUCTION_PLANNER, R.PRODUCTION_MANAGER},
            tells=(OWNER, OWNERS_LEADER, LEAD),
            clause="S1.3",
        ),
        step(
            "release_by_exception",
            "approved",
            "released",
            "Release by exception",
            "例外下达",
            by={R.PRODUCTION_MANAGER},
            needs_note=True,
            tells=(OWNER, OWNERS_LEADER, LEAD, R.GENERAL_MANAGER),
            clause="S1.3",
        ),
        step("begin", "released", "in_progress", "Begin", "开始执行", tells=(LEAD,), clause="S1.2"),
        step(
            "review_again",
            "in_progress",
            "in_progress",
            "Have the change reviewed",
            "变更送审",
            tells=(R.TECHNICAL, R.TECHNICAL_MANAGER),
            clause="S1.4",
        ),
        step(
            "approve_change",
            "in_progress",
            "in_progress",
            "Approve the change",
            "变更审核通过",
            by=TECHNICAL_DESK,
            unlike={PLANNER},
            tells=(PLANNER, R.PRODUCTION_MANAGER),
            clause="S1.4",
        ),
        step(
            "return_change",
            "in_progress",
            "in_progress",
            "Return the change",
            "变更退回",
            by=TECHNICAL_DESK,
            unlike={PLANNER},
            needs_note=True,
            tells=(PLANNER,),
            clause="S1.4",
        ),
        step(
            "suspend",
            "in_progress",
            "suspended",
            "Suspend",
            "暂停",
            by={R.PRODUCTION_MANAGER},
            needs_note=True,
            tells=(PLANNER, LEAD, OWNERS_LEADER),
            clause="S1.3",
        ),
        step(
            "resume",
            "suspended",
            "in_progress",
            "Resume",
            "恢复",
            by={R.PRODUCTION_MANAGER},
            tells=(PLANNER, LEAD, OWNERS_LEADER),
            clause="S1.3",
        ),
        step("complete", "in_progress", "completed", "Complete", "完成", tells=(PLANNER, LEAD), clause="S2.1"),
        step("close", "completed", "closed", "Close", "关闭", by={R.PRODUCTION_MANAGER}, clause="S2.1"),
        step("cancel", UNFINISHED, "cancelled", "Cancel", "取消", tells=(PLANNER, OWNERS_LEADER), clause="S1.2"),
    ),
)


# -- a plan as values ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """A stage as the plan has it; ``after``: the sequence numbers of the stages it waits for."""

    seq: int
    name: str
    post_id: int | None = None
    owner_id: int | None = None
    heads: int = 1
    start_on: date | None = None
    end_on: date | None = None
    revision_id: int | None = None
    weight: Decimal = Decimal(0)
    qty: int | None = None
    after: tuple[int, ...] = ()

    def kept(self) -> dict[str, Any]:
        """The stage as a version keeps it: plain values."""
        return {
            "seq": self.seq,
            "name": self.name,
            "post": self.post_id,
            "owner": self.owner_id,
            "heads": self.heads,
            "start_on": self.start_on.isoformat() if self.start_on else None,
            "end_on": self.end_on.isoformat() if self.end_on else None,
            "revision": self.revision_id,
            "weight": str(self.weight.normalize() + 0),
            "qty": self.qty,
            "after": sorted(self.after),
        }


REVIEWED = ("post", "start_on", "end_on", "revision")
"""What re-opens the review when it is changed (S1.4); a stage that is added or taken away does, too."""


@dataclass(frozen=True)
class Difference:
    """What is otherwise between two versions of a plan: a stage by its number, a field of it, before and after."""

    seq: int
    name: str
    field: str
    old: Any
    new: Any


def differences(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[Difference]:
    """What changed from one version to another, stage by stage; an added or removed stage is one line."""
    olds, news = ({one["seq"]: one for one in stages} for stages in (before, after))
    found: list[Difference] = []
    for seq in sorted({*olds, *news}):
        old, new = olds.get(seq), news.get(seq)
        if old is None or new is None:
            one: Mapping[str, Any] = new or old or {}
            found.append(Difference(seq, str(one["name"]), "stage", old and old["name"], new and new["name"]))
            continue
        found += [
            Difference(seq, str(new["name"]), name, old.get(name), new[name])
            for name in new
            if old.get(name) != new[name]
        ]
    return found


def reopens_review(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> bool:
    """Whether what changed has to be reviewed again: dates, revision or post, or a stage more or less (S1.4)."""
    return any(one.field in {"stage", *REVIEWED} for one in differences(before, after))


def end_of(tasks: Iterable[Task]) -> date | None:
    """When the last stage ends."""
    return max((one.end_on for one in tasks if one.end_on is not None), default=None)
