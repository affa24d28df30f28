"""The figures [X] of the regulation: each with its clause, its unit and what it may be told apart by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.base import Access, Choice, Lifecycle, Role, RuleBroken, Words, relation, step
from rules.regulation.units import Unit

FIGURE = Access(
    clause="G1", create=frozenset({Role.ADMIN}), edit=frozenset({Role.ADMIN}), edit_while=frozenset({"proposed"})
)
SETTER = relation("setter", "who set it", "设定人")
OWNER_MANAGER = relation("owner_manager", "the manager whose clause it is", "条款归口部门负责人")


class FigureStatus(Choice):
    """Whether a value counts: only once the manager of the clause's owner has approved it."""

    PROPOSED = "proposed", "Waiting for approval", "待批准"
    APPROVED = "in_force", "Approved", "已批准"
    REJECTED = "rejected", "Rejected", "已驳回"


FIGURE_STEPS = Lifecycle(
    "proposed",
    (
        step(
            "approve",
            "proposed",
            "in_force",
            "Approve",
            "批准",
            by={OWNER_MANAGER},
            unlike={SETTER},
            tells=(SETTER,),
            clause="G1",
        ),
        step(
            "reject",
            "proposed",
            "rejected",
            "Reject",
            "驳回",
            by={OWNER_MANAGER},
            unlike={SETTER},
            needs_note=True,
            tells=(SETTER,),
            clause="G1",
        ),
        step("adopt", "proposed", "in_force", "Count at once", "直接生效", clause="G1"),
    ),
)
"""``adopt`` is for a company that is being set up: nobody is there yet who could approve."""


@dataclass(frozen=True)
class FigureSpec:
    """A figure [X] of the regulation: its code, its clause, its unit and its name.

    ``applies_to``: the values it may be set for one by one (document types, change classes, ...); empty = one for all.
    ``least`` and ``most``: the values that make sense, both included; ``most`` None = no end.
    """

    code: str
    clause: str
    unit: Unit
    words: Words
    applies_to: tuple[str, ...] = ()
    least: Decimal = Decimal(0)
    most: Decimal | None = None

    @property
    def is_whole(self) -> bool:
        """Whether halves make no sense."""
        return self.unit in {Unit.MONTH, Unit.CALENDAR_DAY, Unit.WORKING_DAY, Unit.COUNT}


def _figure(
    code: str, clause: str, unit: Unit, en: str, zh: str, *applies_to: str, least: str = "", most: str = ""
) -> FigureSpec:
    low, high = least or ("1" if unit is Unit.MONTH else "0"), most or ("100" if unit is Unit.PERCENT else "")
    return FigureSpec(code, clause, unit, Words(en, zh), applies_to, Decimal(low), Decimal(high) if high else None)


DOC_TYPES = ("process_flow", "operating_spec", "quality_standard")
CHANGE_CLASSES = ("editorial", "minor", "major")
NOTICES = ("first", "second", "last")

REVIEW_INTERVAL_MONTHS = _figure(
    "review_interval_months", "P1.2", Unit.MONTH, "Documents are reviewed every", "工艺文件评审周期", *DOC_TYPES
)
REVIEW_NOTICE_DAYS = _figure(
    "review_notice_days", "P1.2", Unit.CALENDAR_DAY, "A review is announced before", "评审提前提醒天数"
)
GRACE_DAYS = _figure(
    "grace_days", "P2.2", Unit.CALENDAR_DAY, "Days to learn a new revision", "新版次学习宽限天数", *CHANGE_CLASSES
)
MINOR_CHANGE_TRAINING = _figure(
    "minor_change_training",
    "P2.2",
    Unit.CLOCK_HOUR,
    "Training after a minor change (0 = reading)",
    "一般变更须培训学时（0 为阅读确认）",
)
PASS_SCORE = _figure("pass_score", "P2.3", Unit.POINTS, "Pass mark of an exam", "考核合格分数线", most="100")
EXAM_ATTEMPTS = _figure("exam_attempts", "P2.3", Unit.COUNT, "Attempts at an exam", "考核最多次数", least="1")
RETAKE_WAIT_DAYS = _figure(
    "retake_wait_days", "P2.3", Unit.CALENDAR_DAY, "Days between two attempts", "补考最短间隔天数"
)
QUALIFICATION_MONTHS = _figure(
    "qualification_months", "P2.3", Unit.MONTH, "A qualification is valid for", "上岗资格有效期"
)
CERTIFICATE_NOTICE_DAYS = _figure(
    "certificate_notice_days",
    "P2.3",
    Unit.CALENDAR_DAY,
    "An ending qualification is told before",
    "资格到期提前提醒天数",
    *NOTICES,
)
EXCEPTION_DAYS = _figure(
    "exception_days", "P2.3", Unit.CALENDAR_DAY, "An exception to work lasts at most", "例外上岗最长天数"
)
PATROLS_PER_WEEK = _figure(
    "patrols_per_week", "P3.1", Unit.COUNT, "A team leader's patrols a week", "班组长每周巡检次数"
)
REPEAT_WITHIN_DAYS = _figure(
    "repeat_within_days", "P3.2", Unit.CALENDAR_DAY, "A repeated failure counts within", "同类问题重复判定期限"
)
MAX_ROUNDS = _figure("max_rounds", "P3.2", Unit.COUNT, "Rounds before a case is opened", "整改最多轮次", least="1")
EFFECTIVENESS_DAYS = _figure(
    "effectiveness_days", "P3.2", Unit.WORKING_DAY, "The effect is watched for", "措施效果观察期"
)
INSPECTION_MONTHS = _figure(
    "inspection_months", "P3.4", Unit.MONTH, "The technical department inspects every", "工艺执行检查评估周期"
)
REPORT_CUT_OFF = _figure(
    "report_cut_off",
    "S2.1",
    Unit.CLOCK_HOUR,
    "Daily reports are in by",
    "进度日报截止时点",
    most="24",
)
FORECAST_THRESHOLD = _figure(
    "forecast_threshold", "S3.1", Unit.PERCENT, "Behind plan by so much forecasts a delay", "延误预警阈值"
)
PERIODIC_TRAINING_MONTHS = _figure(
    "periodic_training_months", "A1.2", Unit.MONTH, "The after-sales team is trained every", "售后团队培训周期"
)
FAVOURABLE_MEAN = _figure(
    "favourable_mean",
    "A4.1",
    Unit.POINTS,
    "A follow-up is favourable from a mean of",
    "回访好评平均分线",
    least="1",
    most="5",
)
CLUSTER_COUNT = _figure(
    "cluster_count", "A5.2", Unit.COUNT, "Tickets of one kind that call for an improvement", "同类问题触发改进件数"
)
CLUSTER_DAYS = _figure(
    "cluster_days", "A5.2", Unit.CALENDAR_DAY, "Tickets of one kind are counted within", "同类问题统计天数"
)
MEETING_WEEKDAY = _figure(
    "meeting_weekday",
    "C1.1",
    Unit.COUNT,
    "Weekday of the production meeting (1 = Monday)",
    "生产协调会星期（1=周一）",
    least="1",
    most="7",
)
SURVEY_MONTHS = _figure("survey_months", "C2.3", Unit.MONTH, "Customers are surveyed every", "满意度调查周期")
WEAK_SCORE = _figure(
    "weak_score",
    "C2.3",
    Unit.POINTS,
    "A survey dimension is weak below",
    "调查薄弱项分数线",
    least="1",
    most="5",
)
IMPROVEMENT_POINTS = _figure(
    "improvement_points", "K1.1", Unit.POINTS, "Points of an improvement", "改进贡献分", "A", "B", "C", *CHANGE_CLASSES
)
IMPROVEMENT_CAP = _figure("improvement_cap", "K1.1", Unit.POINTS, "Improvement points at most", "改进贡献分上限")
SATISFACTION_WEIGHT = _figure(
    "satisfaction_weight",
    "K1.3",
    Unit.PERCENT,
    "Weight of a source of satisfaction",
    "客户满意度来源权重",
    "ticket",
    "survey",
    "follow_up",
)
GRADE_FROM = _figure(
    "grade_from", "K2.1", Unit.POINTS, "A grade is reached from", "考核等级分数线", "A", "B", "C", most="200"
)
MANUAL_DELTA = _figure("manual_delta", "K2.1", Unit.POINTS, "An assessor may adjust by at most", "人工调整分上限")

MONEY_ALLOWED = _figure(
    "money_allowed",
    "K4.1",
    Unit.COUNT,
    "Rewards and penalties in money (1 = on, 0 = off)",
    "奖惩是否涉及金额（1 是，0 否）",
    most="1",
)

FIGURES = {
    one.code: one
    for one in (
        REVIEW_INTERVAL_MONTHS,
        REVIEW_NOTICE_DAYS,
        GRACE_DAYS,
        MINOR_CHANGE_TRAINING,
        PASS_SCORE,
        EXAM_ATTEMPTS,
        RETAKE_WAIT_DAYS,
        QUALIFICATION_MONTHS,
        CERTIFICATE_NOTICE_DAYS,
        EXCEPTION_DAYS,
        PATROLS_PER_WEEK,
        REPEAT_WITHIN_DAYS,
        MAX_ROUNDS,
        EFFECTIVENESS_DAYS,
        INSPECTION_MONTHS,
        REPORT_CUT_OFF,
        FORECAST_THRESHOLD,
        PERIODIC_TRAINING_MONTHS,
        FAVOURABLE_MEAN,
        CLUSTER_COUNT,
        CLUSTER_DAYS,
        MEETING_WEEKDAY,
        SURVEY_MONTHS,
        WEAK_SCORE,
        IMPROVEMENT_POINTS,
        IMPROVEMENT_CAP,
        SATISFACTION_WEIGHT,
        GRADE_FROM,
        MANUAL_DELTA,
        MONEY_ALLOWED,
    )
}


APPLIES_TO: dict[str, Words] = {
    "process_flow": Words("Process flow", "工艺流程"),
    "operating_spec": Words("Operating specification", "操作规范"),
    "quality_standard": Words("Quality standard", "质量标准"),
    "editorial": Words("Editorial change", "文字修订"),
    "minor": Words("Minor change", "一般变更"),
    "major": Words("Major change", "重大变更"),
    "A": Words("Grade A", "A级"),
    "B": Words("Grade B", "B级"),
    "C": Words("Grade C", "C级"),
    "ticket": Words("Ticket ratings", "工单评价"),
    "survey": Words("Surveys", "满意度调查"),
    "follow_up": Words("Follow-up visits", "回访"),
}
"""What a figure may be told apart by, in words; a value that is not listed is shown as it is."""


def applies_to_words(value: str) -> Words:
    """What a figure counts for."""
    return APPLIES_TO.get(value, Words(value, value)) if value else Words("everything", "全部")


def refuse_unknown(code: str, applies_to: str) -> FigureSpec:
    """The figure with that code; raises RuleBroken where there is none, or none for that value."""
    spec = FIGURES.get(code)
    if spec is None:
        raise RuleBroken(Words("Choose one of the figures of the regulation.", "请选择制度中的参数。"), field="code")
    if applies_to and applies_to not in spec.applies_to:
        known = [applies_to_words(one) for one in spec.applies_to]
        among = Words(", ".join(one.en for one in known) or "everything", "、".join(one.zh for one in known) or "全部")
        raise RuleBroken(
            Words("This figure is set for: {among}.", "该参数的适用范围为：{among}。", among=among), field="applies_to"
        )
    return spec


def refuse_senseless(spec: FigureSpec, value: Decimal) -> None:
    """Raises RuleBroken when the figure cannot have that value."""
    if spec.is_whole and value != int(value):
        raise RuleBroken(Words("Give a whole number.", "请填写整数。"), field="value")
    if value < spec.least:
        raise RuleBroken(Words("At least {least}.", "不能小于 {least}。", least=spec.least), field="value")
    if spec.most is not None and value > spec.most:
        raise RuleBroken(Words("At most {most}.", "不能大于 {most}。", most=spec.most), field="value")


def refuse_overlap(
    name: Words | str, from_on: date, to_on: date | None, others: Sequence[tuple[date, date | None]]
) -> None:
    """Raises RuleBroken when two values of one figure would count on the same day."""
    for first, last in others:
        if (to_on is None or first <= to_on) and (last is None or from_on <= last):
            raise RuleBroken(
                Words(
                    "“{name}” already has a value that counts from {first}. End that one first, or have it replaced.",
                    "“{name}”自 {first} 起已有数值，请先结束原值，或勾选“接替原值”。",
                    name=name,
                    first=first,
                ),
                field="from_on",
            )
