"""Rewards and penalties with due process: grades as data, statement, approval, appeal, reversal (K3.1, K4.1)."""

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from rules.base import Access, Choice, Lifecycle, Role, RuleBroken, Words, relation, step
from rules.regulation import Target, tell_apart

R = Role
SUBJECT = relation("subject_of_it", "whom it concerns", "当事人")
PROPOSED_BY = relation("proposer_of_it", "who proposed it", "提出人")
APPROVER = relation("approver_of_it", "the manager whom its rule names", "规则指定的审批人")

MANAGERS = frozenset(
    {R.TECHNICAL_MANAGER, R.PRODUCTION_MANAGER, R.QUALITY_MANAGER, R.SALES_MANAGER, R.AFTER_SALES_MANAGER, R.HR_MANAGER}
)
HR_DESK = frozenset({R.HR, R.HR_MANAGER})
REWARD_PENALTY_RULE = Access(clause="K4.1", create=frozenset({R.HR, R.ADMIN}), edit=frozenset({R.HR, R.ADMIN}))
REWARD_PENALTY = Access(
    clause="K4.1",
    view=HR_DESK | MANAGERS | {R.GENERAL_MANAGER},
    create=MANAGERS | {R.HR},
    edit=MANAGERS | {R.HR},
    edit_while=frozenset({"draft"}),
)


class RewardKind(Choice):
    """What somebody is given, or has to bear."""

    CERTIFICATE = "certificate", "Certificate of honour", "荣誉证书"
    BONUS = "bonus", "Bonus", "绩效奖金"
    PROMOTION_PROPOSAL = "promotion_proposal", "Proposal for promotion", "晋升推荐"
    COMMENDATION = "commendation", "Commendation", "通报表扬"
    WARNING = "warning", "Warning", "警告"
    POINTS = "points", "Points off", "扣分"
    AMOUNT = "amount", "Deduction of money", "扣款"
    POST_TRANSFER = "post_transfer", "Transfer to another post", "调岗"
    RETRAIN = "retrain", "To be trained again", "重新培训"


tell_apart(Target.STATEMENT, kind=RewardKind)
tell_apart(Target.APPEAL, kind=RewardKind)


REWARDS = (RewardKind.CERTIFICATE, RewardKind.BONUS, RewardKind.PROMOTION_PROPOSAL, RewardKind.COMMENDATION)
IN_MONEY = (RewardKind.BONUS, RewardKind.AMOUNT)


class Occasion(Choice):
    """What a rule is for."""

    CASE = "case", "A decided case", "责任认定"
    ASSESSMENT = "assessment", "The grade of an assessment", "考核等级"
    SUGGESTION = "suggestion", "A suggestion that was verified", "合理化建议"
    MANAGER = "manager", "Proposed by a manager", "经理提出"


class Measure(Choice):
    """In what it is counted."""

    POINTS = "points", "Points", "分"
    MONEY = "money", "Yuan", "元"


class RewardStatus(Choice):
    """Where a reward or a penalty stands."""

    DRAFT = "draft", "Draft", "草稿"
    STATEMENT = "statement", "Statement asked for", "听取申述"
    APPROVED = "approved", "Approved", "已批准"
    ANNOUNCED = "announced", "Announced", "已公布"
    EXECUTED = "executed", "Executed", "已执行"
    APPEALED = "appealed", "Appealed", "申诉中"
    UPHELD = "upheld", "Upheld", "维持"
    CHANGED = "changed", "Changed", "变更"
    REVOKED = "revoked", "Revoked", "撤销"
    DROPPED = "dropped", "Dropped", "不予处理"


HONOURED = frozenset({RewardStatus.EXECUTED, RewardStatus.UPHELD, RewardStatus.CHANGED})
"""Carried out, and not called into question any more."""


def has_paper(kind: RewardKind, status: RewardStatus) -> bool:
    """Whether a certificate of honour is handed over: one that was carried out and stands."""
    return kind is RewardKind.CERTIFICATE and status in HONOURED


# fmt: off - a table, one row a step
REWARD_STEPS = Lifecycle(
    "draft",
    (
        step(
            "ask_statement",
            "draft",
            "statement",
            "Ask for a statement",
            "通知申述",
            by=HR_DESK,
            unlike={SUBJECT},
            tells=(SUBJECT,),
            clause="K4.1",
        ),
        step(
            "state",
            "statement",
            "statement",
            "Make a statement",
            "提交申述",
            by={SUBJECT},
            asks=("statement",),
            tells=(APPROVER,),
            clause="K4.1",
        ),
        step(
            "approve",
            ("draft", "statement"),
            "approved",
            "Approve",
            "批准",
            by={APPROVER},
            unlike={SUBJECT, PROPOSED_BY},
            asks=("size",),
            tells=(R.HR,),
            clause="K4.1",
        ),
        step(
            "drop",
            ("draft", "statement"),
            "dropped",
            "Drop it",
            "不予处理",
            by={APPROVER},
            unlike={SUBJECT},
            needs_note=True,
            is_destructive=True,
            tells=(SUBJECT, R.HR),
            clause="K4.1",
        ),
        step("announce", "approved", "announced", "Announce", "公布", by=HR_DESK, tells=(SUBJECT,), clause="K4.1"),
        step("execute", "announced", "executed", "Execute", "执行", by=HR_DESK, tells=(SUBJECT,), clause="K4.1"),
        step(
            "appeal",
            ("announced", "executed"),
            "appealed",
            "Appeal",
            "申诉",
            by={SUBJECT},
            needs_note=True,
            is_aside=True,
            tells=(R.GENERAL_MANAGER, R.HR),
            clause="K4.1",
        ),
        step(
            "uphold",
            "appealed",
            "upheld",
            "Uphold",
            "维持",
            by={R.GENERAL_MANAGER},
            unlike={SUBJECT, PROPOSED_BY},
            needs_note=True,
            tells=(SUBJECT, R.HR),
            clause="K4.1",
        ),
        step(
            "change",
            "appealed",
            "changed",
            "Change",
            "变更",
            by={R.GENERAL_MANAGER},
            unlike={SUBJECT, PROPOSED_BY},
            asks=("size",),
            needs_note=True,
            tells=(SUBJECT, R.HR),
            clause="K4.1",
        ),
        step(
            "revoke",
            "appealed",
            "revoked",
            "Revoke",
            "撤销",
            by={R.GENERAL_MANAGER},
            unlike={SUBJECT, PROPOSED_BY},
            needs_note=True,
            tells=(SUBJECT, R.HR),
            clause="K4.1",
        ),
    ),
)
# fmt: on


def proposed(least: Decimal, most: Decimal, share_percent: Decimal) -> Decimal:
    """What a share of the whole comes to between least and most, to 0.1 half up."""
    return (least + (most - least) * share_percent / 100).quantize(Decimal("0.1"), ROUND_HALF_UP)


def size_typed(given: Decimal | str) -> Decimal:
    """Points or yuan as they were typed. Raises RuleBroken for anything else."""
    try:
        size = Decimal(str(given).strip())
    except ArithmeticError:
        size = Decimal("NaN")
    if not size.is_finite():
        raise RuleBroken(Words("This is not a number.", "这不是有效数字。"), field="size", clause="K4.1")
    return size


def refuse_outside(size: Decimal, least: Decimal, most: Decimal) -> None:
    """Raises RuleBroken beyond what the rule allows."""
    if not least <= size <= most:
        raise RuleBroken(
            Words(
                "The rule allows {least} to {most}.", "规则规定的范围为 {least} 至 {most}。",
                least=least.normalize(), most=most.normalize(),
            ),
            field="size",
            clause="K4.1",
        )  # fmt: skip


def refuse_money(kind: RewardKind, measure: Measure, *, is_allowed: bool) -> None:
    """Raises RuleBroken for money where the company has not turned it on."""
    if (kind in IN_MONEY or measure is Measure.MONEY) and not is_allowed:
        raise RuleBroken(
            Words(
                "Rewards and penalties in money are off (figure of clause K4.1).",
                "公司未启用涉及金额的奖惩（制度参数 K4.1）。",
            ),
            field="kind",
            clause="K4.1",
        )


def refuse_unheard(due_at: datetime | None, stated_at: datetime | None, at: datetime, *, is_reward: bool) -> None:
    """Raises RuleBroken for a penalty before whom it concerns has had his say; rewards need none."""
    if is_reward or stated_at is not None:
        return
    if due_at is None:
        raise RuleBroken(Words("Ask for a statement first.", "须先听取当事人申述。"), clause="K4.1")
    if at <= due_at:
        raise RuleBroken(
            Words("A statement may come in until {due}.", "当事人可在 {due} 前申述，此前不能批准。", due=due_at),
            clause="K4.1",
        )


def refuse_statement_of(statement: str, due_at: datetime | None, at: datetime) -> None:
    """Raises RuleBroken for an empty statement, or one after its deadline."""
    if not statement.strip():
        raise RuleBroken(
            Words("Write down what you have to say.", "请填写申述内容。"), field="statement", clause="K4.1"
        )
    if due_at is None or at > due_at:
        raise RuleBroken(
            Words("The time to state ended on {due}.", "申述期限已于 {due} 截止。", due=due_at or "–"),
            field="statement",
            clause="K4.1",
        )


def refuse_subject_of_two(subjects: Iterable[object | None]) -> None:
    """Raises RuleBroken unless it concerns one person or one department."""
    if sum(one is not None for one in subjects) != 1:
        raise RuleBroken(
            Words("Choose a person or a department, not both.", "请选择一名员工或一个部门，二者取一。"),
            field="employee",
            clause="K4.1",
        )


def refuse_while_computed(*, is_computing: bool, span: str) -> None:
    """Raises RuleBroken for the answer to an appeal while the cycle that counts it is being computed."""
    if is_computing:
        raise RuleBroken(
            Words(
                "The figures of {span} are being computed; decide in a few minutes.",
                "{span} 的考核数据正在计算，请几分钟后再裁定。",
                span=span,
            ),
            clause="K4.1",
        )


def refuse_band(least: Decimal, most: Decimal) -> None:
    """Raises RuleBroken for a rule whose least is more than its most."""
    if not 0 <= least <= most:
        raise RuleBroken(
            Words("The least is not more than the most.", "下限不能大于上限。"), field="least", clause="K4.1"
        )
