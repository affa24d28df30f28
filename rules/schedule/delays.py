"""Delays: seen before they happen, reported with a proposal, analysed, attributed fairly (S3.1-S3.3)."""

from collections.abc import Mapping
from datetime import date

from rules.actions import Severity
from rules.base import Choice, Lifecycle, Role, RuleBroken, Words, step
from rules.schedule.access import LEAD, OWNER, OWNERS_LEADER, SELLER

R = Role


class DelayStatus(Choice):
    """Where a delay stands."""

    FORECAST = "forecast", "Forecast", "预警"
    AVERTED = "averted", "Averted", "已化解"
    UNREPORTED = "unreported", "Not reported", "逾期未报"
    REPORTED = "reported", "Reported", "已上报"
    ANALYSING = "analysing", "Being analysed", "分析中"
    REMEDY = "remedy", "Remedies under way", "补救中"
    AWAITING_APPROVAL = "awaiting_approval", "Awaiting the general manager", "待总经理批准"
    ATTRIBUTED = "attributed", "Attributed", "已定性"
    CLOSED = "closed", "Closed", "已关闭"


class DelayNature(Choice):
    """Whose delay it is."""

    UNDETERMINED = "undetermined", "Not determined yet", "未定性"
    FORCE_MAJEURE = "force_majeure", "Force majeure", "不可抗力"
    SPECIAL = "special", "Another special cause", "其他特殊原因"
    CUSTOMER = "customer", "The customer", "客户原因"
    SUPPLIER = "supplier", "A supplier", "供应商原因"
    SUBJECTIVE = "subjective", "A subjective cause", "主观原因"


class DetectedBy(Choice):
    """How a delay came to be known."""

    PROGRESS = "progress", "Progress behind plan", "进度落后"
    EXPECTED_FINISH = "expected_finish", "Expected finish after plan", "预计完成晚于计划"
    OVERDUE = "overdue", "Planned end gone by", "已过计划完成日"
    REPORTED = "reported", "Reported by hand", "人工上报"


class GroupBy(Choice):
    """By what delays are told apart."""

    NATURE = "nature", "Nature", "延误性质"
    CAUSE = "cause", "Cause", "原因类别"
    MONTH = "month", "Month", "月份"
    ORDER = "order", "Order", "订单"
    STAGE = "stage", "Stage", "阶段"
    POST = "post", "Post", "岗位"
    PERSON = "person", "Responsible for the stage", "阶段责任人"


UNSETTLED = ("forecast", "unreported", "reported", "analysing", "remedy", "awaiting_approval")
"""States in which the nature is still open; undetermined counts until it is decided."""
NEVER_COUNTED = ("forecast", "averted")
NEEDS_APPROVAL = frozenset({DelayNature.FORCE_MAJEURE})
"""Natures that nobody but the general manager makes valid."""

DELAY_STEPS = Lifecycle(
    "forecast",
    (
        step(
            "report",
            ("forecast", "unreported"),
            "reported",
            "Report",
            "上报",
            by={R.PRODUCTION_MANAGER},
            asks=("cause_category", "proposal", "expected_end_on"),
            tells=(LEAD, SELLER),
            clause="S3.1",
        ),
        step("avert", "forecast", "averted", "Averted", "已化解", tells=(R.PRODUCTION_MANAGER, LEAD), clause="S3.1"),
        step(
            "fall_overdue",
            "forecast",
            "unreported",
            "Overdue and not reported",
            "逾期未报",
            tells=(R.PRODUCTION_MANAGER, LEAD, SELLER, R.GENERAL_MANAGER),
            clause="S3.1",
        ),
        step(
            "analyse",
            "reported",
            "analysing",
            "Begin the analysis",
            "开始分析",
            by={LEAD},
            tells=(R.PRODUCTION_MANAGER, OWNER),
            clause="S3.2",
        ),
        step(
            "remedy",
            "analysing",
            "remedy",
            "Take remedies",
            "采取补救措施",
            by={LEAD},
            asks=("analysis", "measure", "responsible", "severity"),
            tells=(R.PRODUCTION_MANAGER, OWNER),
            clause="S3.2",
        ),
        step(
            "attribute",
            "remedy",
            "attributed",
            "Attribute",
            "定性",
            by={LEAD},
            asks=("nature", "absorbed_working_days", "evidence"),
            tells=(R.PRODUCTION_MANAGER, OWNER, OWNERS_LEADER),
            clause="S3.3",
        ),
        step(
            "claim",
            "remedy",
            "awaiting_approval",
            "Claim force majeure or a special cause",
            "申请认定不可抗力/特殊原因",
            by={LEAD},
            asks=("nature", "absorbed_working_days", "evidence"),
            tells=(R.GENERAL_MANAGER,),
            clause="S3.1",
        ),
        step(
            "approve",
            "awaiting_approval",
            "attributed",
            "Approve",
            "批准",
            by={R.GENERAL_MANAGER},
            unlike={LEAD},
            tells=(LEAD, R.PRODUCTION_MANAGER, OWNER),
            clause="S3.1",
        ),
        step(
            "refuse",
            "awaiting_approval",
            "remedy",
            "Refuse",
            "不予认定",
            by={R.GENERAL_MANAGER},
            unlike={LEAD},
            needs_note=True,
            tells=(LEAD, R.PRODUCTION_MANAGER),
            clause="S3.1",
        ),
        step("close", "attributed", "closed", "Close", "关闭", by={LEAD}, clause="S3.2"),
    ),
)


def refuse_empty_report(proposal: str) -> None:
    """Raises RuleBroken for a report without a proposed solution (S3.1)."""
    if not proposal.strip():
        raise RuleBroken(Words("Propose a solution.", "请填写解决方案。"), field="proposal", clause="S3.1")


def refuse_unproved(nature: DelayNature, evidence: str, *, has_file: bool) -> None:
    """Raises RuleBroken where force majeure or a special cause is claimed without evidence (S3.1)."""
    if nature not in {DelayNature.FORCE_MAJEURE, DelayNature.SPECIAL}:
        raise RuleBroken(
            Words("Only force majeure or a special cause is claimed.", "只能申请认定不可抗力或其他特殊原因。"),
            field="nature",
            clause="S3.1",
        )
    if not evidence.strip() and not has_file:
        raise RuleBroken(
            Words("Attach the evidence, or write what shows it.", "请上传证明材料，或写明证明依据。"),
            field="evidence",
            clause="S3.1",
        )


def refuse_attribution(nature: DelayNature) -> None:
    """Raises RuleBroken for a nature that the project lead cannot give by himself."""
    if nature is DelayNature.UNDETERMINED:
        raise RuleBroken(Words("Choose the nature.", "请选择延误性质。"), field="nature", clause="S3.3")
    if nature in NEEDS_APPROVAL:
        raise RuleBroken(
            Words(
                "Force majeure is claimed with evidence, and approved by the general manager.",
                "不可抗力须附证明材料申请认定，由总经理批准。",
            ),
            field="nature",
            clause="S3.1",
        )


def refuse_empty_analysis(analysis: str) -> None:
    """Raises RuleBroken for remedies without a cause (S3.2)."""
    if not analysis.strip():
        raise RuleBroken(Words("Write what it came from.", "请填写原因分析。"), field="analysis", clause="S3.2")


def severity_of(given: str, effect_working_days: int) -> Severity:
    """How severe a remedy is taken (S3.2, P3.2): as the analyst says.

    Where he says nothing, by what the delay costs: major once the order itself is later by a working day, else minor.
    """
    chosen = next((one for one in Severity if str(one) == str(given)), None)
    if chosen is not None:
        return chosen
    return Severity.MAJOR if effect_working_days > 0 else Severity.MINOR


def nature_of(given: str) -> DelayNature:
    """The nature that was chosen; raises RuleBroken for none."""
    found = next((one for one in DelayNature if str(one) == str(given)), DelayNature.UNDETERMINED)
    if found is DelayNature.UNDETERMINED:
        raise RuleBroken(Words("Choose the nature.", "请选择延误性质。"), field="nature", clause="S3.3")
    return found


def whole_days(given: int | str) -> int:
    """Working days as they were typed; nothing = none. Raises RuleBroken for anything but a whole number from 0 on."""
    typed = str(given).strip() or "0"
    if not (typed.isdecimal() and typed.isascii() and len(typed) <= 4):
        raise RuleBroken(
            Words("Give whole days, 0 or more.", "请填写不小于 0 的整天数。"),
            field="absorbed_working_days",
            clause="S3.2",
        )
    return int(typed)


def effect(stage_days: int, absorbed_days: int) -> int:
    """Working days by which the order is later: those of the stage less what was absorbed, not below 0."""
    return max(0, stage_days - absorbed_days)


def counts(status: str, nature: DelayNature, *, gm_approved: bool) -> bool:
    """Whether a delay counts in the indicators.

    Not forecast or averted; undetermined, subjective, supplier, or special without the general manager's approval.
    """
    if status in NEVER_COUNTED:
        return False
    counted: Mapping[DelayNature, bool] = {
        DelayNature.UNDETERMINED: True,
        DelayNature.SUBJECTIVE: True,
        DelayNature.SUPPLIER: True,
        DelayNature.SPECIAL: not gm_approved,
        DelayNature.CUSTOMER: False,
        DelayNature.FORCE_MAJEURE: False,
    }
    return counted[nature]


def fell_overdue(planned_end_on: date, on: date) -> bool:
    """Whether the planned end has gone by on that day: the day itself still belongs to the plan."""
    return on > planned_end_on
