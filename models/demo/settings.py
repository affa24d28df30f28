"""The demo company's figures and time limits: all of them but two, so that the set-up page has something to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rules.regulation import Target, Unit

FIGURE_VALUES: Mapping[str, str | Mapping[str, str]] = {
    "review_interval_months": {"process_flow": "12", "operating_spec": "12", "quality_standard": "6"},
    "review_notice_days": "14",
    "grace_days": {"editorial": "0", "minor": "14", "major": "7"},
    "minor_change_training": "0",
    "pass_score": "80",
    "exam_attempts": "3",
    "retake_wait_days": "3",
    "qualification_months": "24",
    "certificate_notice_days": {"first": "90", "second": "30", "last": "7"},
    "exception_days": "5",
    "patrols_per_week": "3",
    "repeat_within_days": "30",
    "max_rounds": "3",
    "effectiveness_days": "10",
    "inspection_months": "3",
    "report_cut_off": "17.5",
    "forecast_threshold": "10",
    "periodic_training_months": "6",
    "favourable_mean": "4",
    "cluster_count": "3",
    "cluster_days": "30",
    "meeting_weekday": "1",
    "survey_months": "6",
    "improvement_points": {"A": "10", "B": "6", "C": "3", "editorial": "0", "minor": "2", "major": "5"},
    "improvement_cap": "20",
    "satisfaction_weight": {"ticket": "40", "survey": "30", "follow_up": "30"},
    "grade_from": {"A": "90", "B": "80", "C": "70"},
    "manual_delta": "5",
    "money_allowed": "0",
}
"""The weak line of surveys is left unset on purpose."""


@dataclass(frozen=True)
class LimitRow:
    """A time limit: its name, what for, how much (none = unset), of what, on which conditions; ``era``: first, then."""

    name: str
    target: Target
    amount: str
    unit: Unit
    match: Mapping[str, str] = field(default_factory=dict)
    era: str = ""
    warnings: Sequence[str] = ("-25%",)
    ladder: Sequence[tuple[str, Sequence[str]]] = ()
    pauses_on: Sequence[str] = ()


T, U = Target, Unit
WAITS = ("pending_customer", "pending_parts")
SERVICE = (("0", ("agent", "after_sales_manager")), ("+480", ("general_manager",)))
"""Late: whoever has the ticket and his manager at once, a working day later the general manager."""
LIMITS = (
    LimitRow("变更后修订工艺文件", T.REVISION_AFTER_CHANGE, "10", U.WORKING_DAY),
    LimitRow("新员工入职培训", T.INDUCTION, "5", U.WORKING_DAY),
    LimitRow(
        "轻微问题整改（原规定）", T.RECTIFICATION, "5", U.WORKING_DAY, {"severity": "minor"}, "first", warnings=()
    ),
    LimitRow("轻微问题整改", T.RECTIFICATION, "3", U.WORKING_DAY, {"severity": "minor"}, "then", warnings=()),
    LimitRow("严重问题整改", T.RECTIFICATION, "2", U.WORKING_DAY, {"severity": "major"}, warnings=()),
    LimitRow("致命问题整改", T.RECTIFICATION, "8", U.WORKING_HOUR, {"severity": "critical"}, warnings=()),
    LimitRow("整改复检", T.RECHECK, "", U.WORKING_DAY, warnings=()),
    LimitRow("责任认定申述", T.STATEMENT, "3", U.WORKING_DAY),
    LimitRow("订单评审", T.ORDER_CLEARING, "2", U.WORKING_DAY),
    LimitRow("生产计划技术审核", T.PLAN_REVIEW, "2", U.WORKING_DAY),
    LimitRow("延误上报", T.DELAY_REPORT, "4", U.WORKING_HOUR),
    LimitRow("向客户通报进度", T.TELLING_CUSTOMER, "10", U.WORKING_DAY),
    LimitRow("客户反馈答复", T.FEEDBACK_ANSWER, "2", U.WORKING_DAY),
    LimitRow("工单受理", T.ACCEPTANCE, "2", U.WORKING_HOUR, ladder=SERVICE),
    LimitRow("首次联系（最高优先级）", T.FIRST_CONTACT, "1", U.WORKING_HOUR, {"priority": "P1"}, ladder=SERVICE),
    LimitRow("首次联系（高优先级）", T.FIRST_CONTACT, "2", U.WORKING_HOUR, {"priority": "P2"}, ladder=SERVICE),
    LimitRow("首次联系", T.FIRST_CONTACT, "4", U.WORKING_HOUR, ladder=SERVICE),
    LimitRow("初步解决方案", T.FIRST_SOLUTION, "8", U.WORKING_HOUR, pauses_on=WAITS, ladder=SERVICE),
    LimitRow("技术解决方案", T.TECHNICAL_SOLUTION, "2", U.WORKING_DAY, pauses_on=WAITS, ladder=SERVICE),
    LimitRow("问题解决", T.RESOLUTION, "5", U.WORKING_DAY, pauses_on=WAITS, ladder=SERVICE),
    LimitRow("处理期间向客户反馈", T.SILENCE, "2", U.WORKING_DAY, ladder=SERVICE),
    LimitRow("客户未回复自动关闭", T.CLOSING, "5", U.WORKING_DAY),
    LimitRow("解决后回访", T.FOLLOW_UP, "4", U.WORKING_DAY, ladder=SERVICE),
    LimitRow("会议纪要", T.MINUTES, "1", U.WORKING_DAY),
    LimitRow("阅知确认", T.CONFIRMATION, "3", U.WORKING_DAY),
    LimitRow("考核与处罚申诉", T.APPEAL, "5", U.WORKING_DAY),
    LimitRow("合理化建议答复", T.SUGGESTION_ANSWER, "10", U.WORKING_DAY),
)
UNSET = frozenset({Target.RECHECK})

RUNGS = (
    # level, working hours after the due instant, name, who is told, who as well
    (0, "-8", "到期前一个工作日", "responsible", ""),
    (1, "0", "到期", "responsible", "team_leader"),
    (2, "8", "逾期一个工作日", "production_manager", "quality_manager"),
    (3, "16", "逾期两个工作日", "department_manager", ""),
    (4, "24", "逾期三个工作日", "general_manager", ""),
)
"""How an overdue action climbs."""

PRIORITIES: Mapping[str, str] = {"S1": "P1 P1 P2", "S2": "P1 P2 P3", "S3": "P2 P3 P4", "S4": "P3 P4 P4"}
"""Severity -> the priorities for high, medium and low urgency."""
