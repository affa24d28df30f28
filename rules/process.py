"""Process documents and which revision of them is in force (P1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rules.base import Access, Choice, Lifecycle, Role, relation, step

R = Role
AUTHOR = relation("author", "the author", "编制人")

PROCESS_DOCUMENT = Access(clause="P1.1", create=frozenset({R.TECHNICAL}), edit=frozenset({R.TECHNICAL}))
DOCUMENT_REVISION = Access(
    clause="P1.3", create=frozenset({R.TECHNICAL}), edit=frozenset({R.TECHNICAL}), edit_while=frozenset({"draft"})
)


class DocType(Choice):
    """The three kinds of process document (P1.1)."""

    PROCESS_FLOW = "process_flow", "Process flow", "工艺流程"
    OPERATING_SPEC = "operating_spec", "Operating specification", "操作规范"
    QUALITY_STANDARD = "quality_standard", "Quality standard", "质量标准"


class DocumentStatus(Choice):
    """Whether the document may be worked by."""

    ACTIVE = "active", "Active", "有效"
    SUSPENDED = "suspended", "Suspended", "停用"
    OBSOLETE = "obsolete", "Obsolete", "作废"


class RevisionStatus(Choice):
    """Where a revision stands."""

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


# fmt: off - a table, one row a step
REVISION_STEPS = Lifecycle(
    "draft",
    (
        step(
            "submit",
            "draft",
            "in_review",
            "Submit for review",
            "提交审核",
            by={AUTHOR},
            tells=(R.TECHNICAL_MANAGER,),
            clause="P1.2",
        ),
        step(
            "return",
            "in_review",
            "draft",
            "Return",
            "退回",
            by={R.TECHNICAL_MANAGER},
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
            tells=(AUTHOR, R.QUALITY_MANAGER, R.PRODUCTION_MANAGER),
            clause="P1.3",
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
        step("drop", "draft", "dropped", "Drop", "放弃", by={AUTHOR}, is_destructive=True, clause="P1.3"),
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
