"""Revisions of process documents: how they move, and which one is in force (P1.2, P1.3)."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.base import Access, Choice, Lifecycle, Role, RuleBroken, Words, relation, step
from rules.process.documents import DocType
from rules.regulation import Target, tell_apart

R = Role
AUTHOR = relation("author", "the author", "编制人")
PROPOSER = relation("proposer", "who asked for it", "提出人")
COUNTERSIGNER = relation(
    "countersigner", "the manager of a department concerned or the quality manager", "相关部门经理或质量经理"
)

TECHNICIANS = frozenset({R.TECHNICAL, R.TECHNICAL_MANAGER})
ASKERS = frozenset({R.PRODUCTION_MANAGER, R.QUALITY_MANAGER, R.QUALITY_INSPECTOR})
"""Who may ask for a revision without writing it."""
COUNTERSIGNERS = (R.PRODUCTION_MANAGER, R.QUALITY_MANAGER)
"""Whose signatures, of two different people, a revision needs unless it is editorial or for posts elsewhere."""
ELSEWHERE = (R.SALES_MANAGER, R.AFTER_SALES_MANAGER, R.HR_MANAGER, R.GENERAL_MANAGER)
"""Who signs in place of production where only posts of other departments work by the document."""
SIGNERS = (*COUNTERSIGNERS, *ELSEWHERE)

DOCUMENT_REVISION = Access(
    clause="P1.3",
    create=TECHNICIANS | ASKERS,
    edit=TECHNICIANS | ASKERS,
    edit_while=frozenset({"proposed", "draft"}),
)
UNFINISHED = ("proposed", "draft", "in_review", "approved")
"""States in which a revision is still on its way."""


class RevisionStatus(Choice):
    """Where a revision stands."""

    PROPOSED = "proposed", "Proposed", "待编制"
    DRAFT = "draft", "Draft", "编制中"
    IN_REVIEW = "in_review", "In review", "审核中"
    APPROVED = "approved", "Approved", "已批准"
    RELEASED = "released", "Released", "现行"
    SUPERSEDED = "superseded", "Superseded", "已被替代"
    WITHDRAWN = "withdrawn", "Withdrawn", "已撤回"
    DROPPED = "dropped", "Dropped", "已放弃"


class ChangeClass(Choice):
    """How much a revision changes."""

    EDITORIAL = "editorial", "Editorial", "文字修订"
    MINOR = "minor", "Minor", "一般变更"
    MAJOR = "major", "Major", "重大变更"


tell_apart(Target.CONFIRMATION, change_class=ChangeClass, doc_type=DocType)


class Trigger(Choice):
    """Why a revision is made (P1.2, P1.3)."""

    INITIAL = "initial", "First issue", "首次发布"
    PRODUCT_DESIGN_CHANGE = "product_design_change", "Product design change", "设计变更"
    EQUIPMENT_RENEWAL = "equipment_renewal", "New equipment", "设备更新"
    PROCESS_OPTIMISATION = "process_optimisation", "Process improvement", "工艺优化"
    PERIODIC_REVIEW = "periodic_review", "Periodic review", "定期评审"
    RECTIFICATION = "rectification", "Rectification", "整改"
    AFTER_SALES_FEEDBACK = "after_sales_feedback", "After-sales feedback", "售后反馈"
    SUGGESTION = "suggestion", "Suggestion", "合理化建议"


IMPROVEMENTS = (Trigger.PROCESS_OPTIMISATION, Trigger.SUGGESTION)
"""What counts as a contribution to improvement (K1.1)."""


# fmt: off - a table, one row a step
REVISION_STEPS = Lifecycle(
    "proposed",
    (
        step(
            "take_up", "proposed", "draft", "Take it up", "接手编制", by={R.TECHNICAL}, tells=(PROPOSER,), clause="P1.3"
        ),
        step(
            "submit",
            "draft",
            "in_review",
            "Submit for review",
            "提交审核",
            by={AUTHOR},
            tells=(R.TECHNICAL_MANAGER, COUNTERSIGNER),
            clause="P1.2",
        ),
        step(
            "countersign",
            "in_review",
            "in_review",
            "Countersign",
            "会签",
            by={COUNTERSIGNER},
            unlike={AUTHOR},
            clause="P1.2",
        ),
        step(
            "return",
            "in_review",
            "draft",
            "Return",
            "退回",
            by={R.TECHNICAL_MANAGER, COUNTERSIGNER},
            unlike={AUTHOR},
            needs_note=True,
            tells=(AUTHOR,),
            clause="P1.2",
        ),
        step(
            "approve",
            "in_review",
            "approved",
            "Approve",
            "批准",
            by={R.TECHNICAL_MANAGER},
            unlike={AUTHOR},
            tells=(AUTHOR,),
            clause="P1.2",
        ),
        step(
            "release",
            "approved",
            "released",
            "Release",
            "发布",
            by={R.TECHNICAL_MANAGER},
            unlike={AUTHOR},
            tells=(AUTHOR, PROPOSER, R.QUALITY_MANAGER, R.PRODUCTION_MANAGER),
            clause="P1.3",
        ),
        step(
            "plan",
            "approved",
            "approved",
            "Plan the release",
            "定日发布",
            by={R.TECHNICAL_MANAGER},
            unlike={AUTHOR},
            asks=("effective_on",),
            tells=(AUTHOR, R.QUALITY_MANAGER, R.PRODUCTION_MANAGER),
            clause="P1.3",
        ),
        step(
            "take_back",
            "approved",
            "draft",
            "Take back",
            "撤回批准",
            by={R.TECHNICAL_MANAGER},
            unlike={AUTHOR},
            needs_note=True,
            tells=(AUTHOR,),
            clause="P1.2",
        ),
        step("supersede", "released", "superseded", "Supersede", "替代", clause="P1.3"),
        step(
            "withdraw",
            "released",
            "withdrawn",
            "Withdraw",
            "撤回",
            by={R.TECHNICAL_MANAGER, R.QUALITY_MANAGER},
            signatures=(R.TECHNICAL_MANAGER, R.QUALITY_MANAGER),
            needs_note=True,
            is_destructive=True,
            tells=(AUTHOR, R.PRODUCTION_MANAGER),
            clause="P1.3",
        ),
        step(
            "drop",
            "draft",
            "dropped",
            "Drop",
            "放弃",
            by={AUTHOR, R.TECHNICAL_MANAGER},
            is_destructive=True,
            tells=(AUTHOR, PROPOSER),
            clause="P1.3",
        ),
        step(
            "drop",
            "proposed",
            "dropped",
            "Decline",
            "不予采纳",
            by={R.TECHNICAL, R.TECHNICAL_MANAGER},
            needs_note=True,
            is_destructive=True,
            tells=(PROPOSER,),
            clause="P1.3",
        ),
    ),
)
# fmt: on


@dataclass(frozen=True)
class InForce:
    """When one revision was to be worked by."""

    revision_id: int
    released_at: datetime | None
    ended_at: datetime | None


def in_force_at(revisions: Iterable[InForce], at: datetime) -> int | None:
    """Which revision was in force at that instant: released, and neither superseded nor withdrawn; None = none."""
    for one in revisions:
        if one.released_at is not None and one.released_at <= at and (one.ended_at is None or at < one.ended_at):
            return one.revision_id
    return None


def in_force_between(revisions: Iterable[InForce], start: datetime, end: datetime) -> list[InForce]:
    """The revisions that were in force at some instant of ``[start, end)``, in their sequence."""
    found = [
        one
        for one in revisions
        if one.released_at is not None
        and one.released_at < end
        and (one.ended_at is None or (one.ended_at > start and one.ended_at > one.released_at))
    ]
    return sorted(found, key=lambda one: one.released_at or start)


def next_rev_no(known: Iterable[str], change_class: ChangeClass) -> str:
    """The revision number after those: A/1 after A/0, and B/0 where the change is major; 'A/0' for the first."""
    newest = max((_parts(one) for one in known), default=None)
    if newest is None:
        return "A/0"
    letter, number = newest
    if change_class is ChangeClass.MAJOR and letter < "Z":
        return f"{chr(ord(letter) + 1)}/0"
    return f"{letter}/{number + 1}"


def _parts(rev_no: str) -> tuple[str, int]:
    found = re.search(r"([A-Y])\D*(\d{1,4})", rev_no.upper())
    return (found[1], int(found[2])) if found else ("A", 0)


def refuse_incomplete(*, trigger: Trigger | None, summary: str, has_text: bool) -> None:
    """Raises RuleBroken where a revision is handed in without its reason, its summary, or a text or file to judge."""
    if trigger is None:
        raise RuleBroken(Words("Say why it is revised.", "请选择修订原因。"), field="trigger", clause="P1.3")
    if not summary.strip():
        raise RuleBroken(Words("Say what changed.", "请填写修订摘要。"), field="summary", clause="P1.3")
    if not has_text:
        raise RuleBroken(
            Words("Write the text, or attach the document.", "请填写正文，或上传文件。"), field="body", clause="P1.1"
        )


def countersigning_sides(heads: Collection[Role], *, is_for_posts: bool) -> tuple[Role, ...]:
    """Which roles countersign a document's revisions: production's and quality's manager (P1.2).

    ``heads``: who heads the departments whose posts work by the document, where somebody holds that role;
    ``is_for_posts``: whether it names posts at all. Where none of them is production's, the heads of their own
    departments sign in its place; quality signs in any case, and who approves signs nothing before.
    """
    if not is_for_posts or Role.PRODUCTION_MANAGER in heads:
        return COUNTERSIGNERS
    return (*(one for one in ELSEWHERE if one in heads), Role.QUALITY_MANAGER)


def countersignatures_missing(
    change_class: ChangeClass, given: Iterable[str], sides: Sequence[Role] = COUNTERSIGNERS
) -> tuple[Role, ...]:
    """Which of these roles still have to countersign before the approval; an editorial revision needs none (P1.2)."""
    if change_class is ChangeClass.EDITORIAL:
        return ()
    signed = set(given)
    return tuple(one for one in sides if str(one) not in signed)
