"""Suggestions: from submission to measured effect and reward, answered in time (K3.2)."""

from collections.abc import Iterable, Mapping

from rules.base import Access, Choice, Lifecycle, Role, RuleBroken, Words, relation, step

R = Role
PROPOSER_OF = relation("suggester", "who made the suggestion", "建议人")
REVIEWER = relation("reviewer_of_it", "the manager who judges it", "评审经理")
IMPLEMENTER = relation("implementer", "who carries it out", "实施人")

SUGGESTION = Access(
    clause="K3.2",
    view=frozenset(
        {R.HR, R.HR_MANAGER, R.TECHNICAL_MANAGER, R.AFTER_SALES_MANAGER, R.QUALITY_MANAGER, R.GENERAL_MANAGER}
    ),
    create=frozenset({R.EMPLOYEE}),
    edit=frozenset({R.EMPLOYEE}),
    edit_while=frozenset({"submitted"}),
)


class Topic(Choice):
    """What a suggestion is to better."""

    QUALITY = "quality", "Quality", "质量"
    LEAD_TIME = "lead_time", "Lead time", "工期"
    SATISFACTION = "satisfaction", "Customer satisfaction", "客户满意度"
    COST = "cost", "Cost", "成本"
    SAFETY = "safety", "Safety", "安全"


REVIEWERS: Mapping[Topic, Role] = {
    topic: R.AFTER_SALES_MANAGER if topic is Topic.SATISFACTION else R.TECHNICAL_MANAGER for topic in Topic
}
"""Who judges it: the technical manager; what is about satisfaction, the after-sales manager."""


class Grade(Choice):
    """How much a suggestion brought."""

    A = "A", "Grade A", "A级"
    B = "B", "Grade B", "B级"
    C = "C", "Grade C", "C级"


class SuggestionStatus(Choice):
    """Where a suggestion stands."""

    SUBMITTED = "submitted", "Submitted", "已提交"
    SCREENING = "screening", "Screening", "初审中"
    REVIEW = "review", "Under review", "评审中"
    ADOPTED = "adopted", "Adopted", "已采纳"
    REJECTED = "rejected", "Rejected", "未采纳"
    IMPLEMENTING = "implementing", "Being carried out", "实施中"
    VERIFIED = "verified", "Effect verified", "效果已验证"
    REWARDED = "rewarded", "Rewarded", "已奖励"


UNANSWERED = (SuggestionStatus.SUBMITTED, SuggestionStatus.SCREENING, SuggestionStatus.REVIEW)
"""States in which who made it still waits for an answer."""

# fmt: off - a table, one row a step
SUGGESTION_STEPS = Lifecycle(
    "submitted",
    (
        step("screen", "submitted", "screening", "Take it up", "受理初审", by={R.HR}, clause="K3.2"),
        step("pass_on", "screening", "review", "Pass it on", "交评审", by={R.HR}, tells=(REVIEWER,), clause="K3.2"),
        step(
            "reject",
            "screening",
            "rejected",
            "Reject",
            "不采纳",
            by={R.HR},
            unlike={PROPOSER_OF},
            needs_note=True,
            tells=(PROPOSER_OF,),
            clause="K3.2",
        ),
        step(
            "adopt",
            "review",
            "adopted",
            "Adopt",
            "采纳",
            by={REVIEWER},
            unlike={PROPOSER_OF},
            asks=("owner",),
            tells=(PROPOSER_OF, IMPLEMENTER),
            clause="K3.2",
        ),
        step(
            "reject",
            "review",
            "rejected",
            "Reject",
            "不采纳",
            by={REVIEWER},
            unlike={PROPOSER_OF},
            needs_note=True,
            tells=(PROPOSER_OF,),
            clause="K3.2",
        ),
        step("implement", "adopted", "implementing", "Begin", "开始实施", by={IMPLEMENTER}, clause="K3.2"),
        step(
            "report",
            "implementing",
            "implementing",
            "Report the effect",
            "填报实施效果",
            by={IMPLEMENTER},
            asks=("before_figures", "after_figures"),
            tells=(R.QUALITY_MANAGER,),
            clause="K3.2",
        ),
        step(
            "verify",
            "implementing",
            "verified",
            "Verify the effect",
            "验证效果",
            by={R.QUALITY_MANAGER},
            unlike={PROPOSER_OF, IMPLEMENTER},
            asks=("grade",),
            tells=(PROPOSER_OF, R.HR),
            clause="K3.2",
        ),
        step("reward", "verified", "rewarded", "Rewarded", "已奖励", tells=(PROPOSER_OF,), clause="K3.2"),
    ),
)
# fmt: on


def refuse_without_people(proposers: Iterable[int | None]) -> None:
    """Raises RuleBroken where nobody made the suggestion, or somebody stands there twice."""
    people = [one for one in proposers if one is not None]
    if not people:
        raise RuleBroken(Words("Name who makes the suggestion.", "请填写建议人。"), field="proposers", clause="K3.2")
    if len(set(people)) < len(people):
        raise RuleBroken(Words("A person stands here twice.", "建议人重复。"), field="proposers", clause="K3.2")


def refuse_unmeasured(before: str, after: str) -> None:
    """Raises RuleBroken where the effect was not measured: what it was before, and what it is now."""
    if not before.strip() or not after.strip():
        raise RuleBroken(
            Words("The figures before and after are wanted first.", "须先填报实施前后的数据。"),
            field="after_figures" if before.strip() else "before_figures",
            clause="K3.2",
        )
