"""Cycles and sheets of an assessment: computed, confirmed, checked, published, appealed, locked (K2.1)."""

from datetime import date, datetime, timedelta

from rules.assessment.definitions import CycleKind
from rules.assessment.periods import Period
from rules.base import Access, Choice, Lifecycle, Role, RuleBroken, Words, relation, step

R = Role
ASSESSOR = relation("assessor", "the assessor", "考核人")
ASSESSED = relation("assessed", "the assessed person", "被考核人")
HR_DESK = frozenset({R.HR, R.HR_MANAGER})
CHECKERS = HR_DESK | {R.GENERAL_MANAGER}
"""HR checks; where the sheet is of HR itself, the general manager."""
APPEAL_JUDGES = frozenset({R.HR_MANAGER, R.GENERAL_MANAGER})
"""Who decides an appeal: the HR manager, or where he assessed himself, the general manager."""

ASSESSMENT_CYCLE = Access(
    clause="K2.1",
    create=frozenset({R.HR}),
    edit=HR_DESK,
    edit_while=frozenset({"planned"}),
)
ASSESSMENT_SHEET = Access(clause="K2.1", view=HR_DESK | {R.GENERAL_MANAGER})
ASSESSMENT_LINE = Access(clause="K2.1", view=HR_DESK | {R.GENERAL_MANAGER})


class CycleStatus(Choice):
    """Where a cycle stands."""

    PLANNED = "planned", "Planned", "待计算"
    COMPUTING = "computing", "Being computed", "计算中"
    COMPUTED = "computed", "Computed", "已计算"
    IN_REVIEW = "in_review", "In review", "评审中"
    PUBLISHED = "published", "Published", "已公布"
    APPEAL = "appeal", "Appeals", "申诉处理中"
    LOCKED = "locked", "Locked", "已锁定"


class SheetStatus(Choice):
    """Where a sheet stands."""

    COMPUTED = "computed", "Computed", "待确认"
    CONFIRMED = "confirmed", "Confirmed by the assessor", "考核人已确认"
    CHECKED = "checked", "Checked by HR", "人事已复核"
    PUBLISHED = "published", "Published", "已公布"
    ACKNOWLEDGED = "acknowledged", "Acknowledged", "本人已确认"
    APPEALED = "appealed", "Appealed", "申诉中"
    FINAL = "final", "Final", "已定稿"


class LineStatus(Choice):
    """What became of a line since it was computed."""

    COMPUTED = "computed", "As computed", "系统计算"
    ADJUSTED = "adjusted", "Adjusted by hand", "人工调整"
    CORRECTED = "corrected", "Corrected after an appeal", "申诉更正"


class AppealDecision(Choice):
    """What an appeal came to."""

    UPHELD = "upheld", "Upheld", "申诉成立"
    REJECTED = "rejected", "Rejected", "申诉不成立"


class RowSide(Choice):
    """What a row is to an indicator."""

    NUMERATOR = "numerator", "Counted", "计入分子"
    DENOMINATOR = "denominator", "In the denominator alone", "仅计入分母"
    EXCLUDED = "excluded", "Left out", "不计入"


class LeftOut(Choice):
    """Why a row of the period does not count."""

    VOIDED = "voided", "Voided", "已作废"
    DRAFT = "draft", "Not handed in", "未提交"
    OTHER_KIND = "other_kind", "A kind that does not count (re-check, patrol, sample)", "复检、巡检、抽听等不计类型"
    NOT_JUDGED = "not_judged", "Not applicable", "不适用"
    CANCELLED = "cancelled", "Cancelled", "已取消"
    COUNTED_ELSEWHERE = "counted_elsewhere", "Counts with its suggestion", "已在建议中计分"
    NOT_CHARGED = "not_charged", "Not charged to anybody here", "不归责"
    APPEAL = "appeal", "Left out after an appeal", "申诉成立剔除"
    REVOKED = "revoked", "Revoked after an appeal", "经申诉撤销"
    COUNTED_ALREADY = "counted_already", "Follows from what other lines count", "来源已由其他考核项计分"


# fmt: off - a table, one row a step
CYCLE_STEPS = Lifecycle(
    "planned",
    (
        step("start", "planned", "computing", "Compute", "开始计算", by={R.HR}, clause="K2.1"),
        step("start", "computed", "computing", "Compute again", "重新计算", by={R.HR}, clause="K2.1"),
        step("compute", "computing", "computed", "Computed", "计算完成", tells=(R.HR,), clause="K2.1"),
        step("review", "computed", "in_review", "Give to the assessors", "交考核人评审", by={R.HR}, clause="K2.1"),
        step("publish", "in_review", "published", "Publish", "公布结果", by={R.HR}, clause="K2.1"),
        step("hear", "published", "appeal", "An appeal came in", "受理申诉", tells=(R.HR_MANAGER,), clause="K2.1"),
        step(
            "lock",
            ("published", "appeal"),
            "locked",
            "Lock",
            "锁定考核期",
            by={R.HR_MANAGER},
            tells=(R.GENERAL_MANAGER,),
            clause="K2.1",
        ),
    ),
)
SHEET_STEPS = Lifecycle(
    "computed",
    (
        step(
            "confirm",
            "computed",
            "confirmed",
            "Confirm",
            "确认",
            by={ASSESSOR},
            unlike={ASSESSED},
            tells=(R.HR,),
            clause="K2.1",
        ),
        step(
            "check",
            "confirmed",
            "checked",
            "Check",
            "复核通过",
            by=CHECKERS,
            unlike={ASSESSOR, ASSESSED},
            clause="K2.1",
        ),
        step(
            "return",
            "confirmed",
            "computed",
            "Return",
            "退回考核人",
            by=HR_DESK,
            unlike={ASSESSED},
            needs_note=True,
            tells=(ASSESSOR,),
            clause="K2.1",
        ),
        step("publish", "checked", "published", "Publish", "公布", tells=(ASSESSED,), clause="K2.1"),
        step("acknowledge", "published", "acknowledged", "Acknowledge", "确认知悉", by={ASSESSED}, clause="K2.1"),
        step(
            "appeal",
            "published",
            "appealed",
            "Appeal",
            "提出申诉",
            by={ASSESSED},
            asks=("row",),
            needs_note=True,
            tells=(R.HR_MANAGER, ASSESSOR),
            clause="K2.1",
        ),
        step(
            "uphold",
            "appealed",
            "final",
            "Uphold the appeal",
            "申诉成立",
            by=APPEAL_JUDGES,
            unlike={ASSESSOR, ASSESSED},
            needs_note=True,
            tells=(ASSESSED, ASSESSOR),
            clause="K2.1",
        ),
        step(
            "reject",
            "appealed",
            "final",
            "Reject the appeal",
            "申诉不成立",
            by=APPEAL_JUDGES,
            unlike={ASSESSOR, ASSESSED},
            needs_note=True,
            tells=(ASSESSED, ASSESSOR),
            clause="K2.1",
        ),
        step("finish", ("published", "acknowledged"), "final", "Final", "定稿", clause="K2.1"),
    ),
)
LINE_STEPS = Lifecycle(
    "computed",
    (
        step(
            "adjust",
            ("computed", "adjusted"),
            "adjusted",
            "Adjust by hand",
            "人工调整",
            by={ASSESSOR},
            unlike={ASSESSED},
            asks=("manual_delta",),
            needs_note=True,
            clause="K2.1",
        ),
        step("correct", ("computed", "adjusted", "corrected"), "corrected", "Correct", "申诉更正", clause="K2.1"),
    ),
)
# fmt: on


def period_of(kind: CycleKind, from_on: date) -> Period:
    """The whole month or quarter that begins that day. Raises RuleBroken for any other day."""
    is_first = from_on.day == 1 and (kind is CycleKind.MONTH or from_on.month % 3 == 1)
    if not is_first:
        raise RuleBroken(
            Words("A cycle begins with the first day of its month or quarter.", "考核周期须从当月或当季第一天开始。"),
            field="from_on",
            clause="K2.1",
        )
    months = 1 if kind is CycleKind.MONTH else 3
    last = from_on
    for _ in range(months):
        last = (last.replace(day=1) + timedelta(days=32)).replace(day=1)
    return Period(from_on, last - timedelta(days=1))


def refuse_early(cut_off_at: datetime, at: datetime) -> None:
    """Raises RuleBroken where figures are asked for before their cut-off."""
    if at < cut_off_at:
        raise RuleBroken(
            Words(
                "Figures are computed once the cut-off has passed: {cut}.",
                "须待截止时点 {cut} 之后再计算。",
                cut=cut_off_at,
            ),
            clause="K2.1",
        )


def refuse_unfinished(waiting: int, words: Words) -> None:
    """Raises RuleBroken while sheets still wait for somebody; ``words`` name what is missing with {n}."""
    if waiting:
        raise RuleBroken(Words(words.en, words.zh, n=waiting), clause="K2.1")


def refuse_late_appeal(due_at: datetime | None, at: datetime) -> None:
    """Raises RuleBroken for an appeal after its deadline."""
    if due_at is not None and at > due_at:
        raise RuleBroken(
            Words("The time to appeal ended on {due_at}.", "申诉期限已于 {due_at} 截止。", due_at=due_at), clause="K2.1"
        )


def refuse_cut_off_inside(cut_off_at: datetime, end: datetime) -> None:
    """Raises RuleBroken for a cut-off before the period has ended."""
    if cut_off_at < end:
        raise RuleBroken(
            Words("The cut-off lies after the end of the period.", "截止时点不能早于考核期结束。"),
            field="cut_off_at",
            clause="K2.1",
        )


def refuse_lock_before(appeal_due_at: datetime | None, at: datetime) -> None:
    """Raises RuleBroken while somebody still may appeal."""
    if appeal_due_at is not None and at <= appeal_due_at:
        raise RuleBroken(
            Words("Appeals may come in until {due}.", "申诉期至 {due} 届满后方可锁定。", due=appeal_due_at),
            clause="K2.1",
        )


def refuse_row_of_another(*, is_used: bool) -> None:
    """Raises RuleBroken for an appeal against a row that stands behind no line of the sheet."""
    if not is_used:
        raise RuleBroken(
            Words("This row stands behind no figure of the sheet.", "该记录未用于本考核表的任何指标。"),
            field="row",
            clause="K2.1",
        )


def refuse_empty(sheets: int) -> None:
    """Raises RuleBroken for a cycle in which nobody has a sheet."""
    if not sheets:
        raise RuleBroken(
            Words(
                "Nobody has a sheet: set weights for posts or departments first.",
                "没有考核表，请先为岗位或部门设置指标权重。",
            ),
            clause="K2.1",
        )
