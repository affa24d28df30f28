"""Indicators as data: what is measured, for whom, and how much it weighs (K1.1-K1.3, K2.1)."""

from collections.abc import Mapping
from decimal import Decimal

from rules.assessment.scoring import Method
from rules.base import Access, Choice, Role, RuleBroken, Words
from rules.regulation import Target, tell_apart

R = Role
KEEPERS = frozenset({R.HR, R.ADMIN})
KPI_DEFINITION = Access(clause="K1.1", create=KEEPERS, edit=KEEPERS)
KPI_TARGET = Access(clause="K2.1", create=KEEPERS, edit=KEEPERS)


class Group(Choice):
    """The three groups of indicators of the regulation."""

    PROCESS = "process", "Process", "工艺"
    SCHEDULE = "schedule", "Schedule", "工期"
    AFTER_SALES = "after_sales", "After-sales", "售后"
    REWARDS = "rewards", "Rewards and penalties", "奖惩"


WEIGHED = (Group.PROCESS, Group.SCHEDULE, Group.AFTER_SALES)
"""The groups that share out the hundred per cent of a sheet; points come on top of it."""
GROUP_CLAUSES: Mapping[Group, str] = {
    Group.PROCESS: "K1.1",
    Group.SCHEDULE: "K1.2",
    Group.AFTER_SALES: "K1.3",
    Group.REWARDS: "K4.1",
}


class Scope(Choice):
    """The smallest subject that an indicator is counted for; larger ones are counted, too."""

    EMPLOYEE = "employee", "Employee", "员工"
    TEAM = "team", "Team", "班组"
    DEPARTMENT = "department", "Department", "部门"


class Direction(Choice):
    """Which way is better."""

    HIGHER = "higher", "Higher is better", "越高越好"
    LOWER = "lower", "Lower is better", "越低越好"


class CycleKind(Choice):
    """How long a cycle is."""

    MONTH = "month", "Month", "月度"
    QUARTER = "quarter", "Quarter", "季度"


tell_apart(Target.APPEAL, kind=CycleKind)


class Combining(Choice):
    """How the rows of an indicator make its value."""

    RATE = "rate", "Per cent of", "百分比"
    SUM = "sum", "Sum", "合计"
    MEAN = "mean", "Weighted mean of its sources", "来源加权平均"


NINE: tuple[tuple[str, Group, str, str, Scope, Direction], ...] = (
    ("execution_pass_rate", Group.PROCESS, "Execution pass rate", "工艺执行合格率", Scope.EMPLOYEE, Direction.HIGHER),
    ("document_compliance", Group.PROCESS, "Document compliance", "工艺文件遵守情况", Scope.EMPLOYEE, Direction.HIGHER),
    (
        "improvement_contribution",
        Group.PROCESS,
        "Contribution to process improvement",
        "工艺改进贡献",
        Scope.EMPLOYEE,
        Direction.HIGHER,
    ),
    ("on_time_delivery_rate", Group.SCHEDULE, "On-time delivery rate", "按时交付率", Scope.EMPLOYEE, Direction.HIGHER),
    ("delay_count", Group.SCHEDULE, "Number of delays", "延误次数", Scope.EMPLOYEE, Direction.LOWER),
    ("delay_working_days", Group.SCHEDULE, "Length of delays", "延误时长", Scope.EMPLOYEE, Direction.LOWER),
    (
        "customer_satisfaction",
        Group.AFTER_SALES,
        "Customer satisfaction",
        "客户满意度",
        Scope.EMPLOYEE,
        Direction.HIGHER,
    ),
    (
        "timely_resolution_rate",
        Group.AFTER_SALES,
        "Timely resolution rate",
        "问题解决及时率",
        Scope.EMPLOYEE,
        Direction.HIGHER,
    ),
    (
        "favourable_follow_up_rate",
        Group.AFTER_SALES,
        "Favourable follow-up rate",
        "回访好评率",
        Scope.EMPLOYEE,
        Direction.HIGHER,
    ),
)
"""The indicators that the regulation names (K1.1-K1.3): code, group, names, scope, direction."""
POINTS = "reward_penalty_points"
"""What rewards and penalties that were carried out add to a sheet or take from it."""
MEASURED = (
    *NINE,
    (
        POINTS,
        Group.REWARDS,
        "Points of rewards and penalties",
        "奖惩加减分",
        Scope.EMPLOYEE,
        Direction.HIGHER,
    ),
)
"""Everything that a sheet can count: the nine of the regulation, and points (K4.1)."""
INDICATOR_WORDS = {code: Words(en, zh) for code, _, en, zh, _, _ in MEASURED}


def refuse_target_of_two(kpi_id: int | None, group: object | None) -> None:
    """Raises RuleBroken unless a weight is given for an indicator or for a group, and not for both."""
    if (kpi_id is None) == (group is None):
        raise RuleBroken(
            Words("Choose an indicator or a group, not both.", "请选择一个指标或一个指标组，二者取一。"),
            field="kpi",
            clause="K2.1",
        )


def refuse_no_place(*, has_one: bool) -> None:
    """Raises RuleBroken unless a weight counts for a post or for a department, and not for both."""
    if not has_one:
        raise RuleBroken(
            Words("Choose a post or a department, not both.", "请选择一个岗位或一个部门，二者取一。"),
            field="department",
            clause="K2.1",
        )


def refuse_heavy(weight: Decimal, others: Decimal) -> None:
    """Raises RuleBroken where the weights of one place would make more than 100."""
    if weight < 0 or weight + others > 100:
        raise RuleBroken(
            Words(
                "The weights make {sum} % together; at most 100 %.",
                "权重合计为 {sum}%，不能超过 100%。",
                sum=(weight + others).normalize(),
            ),
            field="weight",
            clause="K2.1",
        )


def refuse_points(function: str | None, group: Group | None, method: Method, weight: Decimal) -> None:
    """Raises RuleBroken unless points of rewards and penalties, and they alone, are added to the total."""
    if group is Group.REWARDS:
        raise RuleBroken(
            Words(
                "Rewards and penalties have no weight: choose the indicator “{name}”.",
                "奖惩不设权重，请改选指标“{name}”。",
                name=INDICATOR_WORDS[POINTS],
            ),
            field="group",
            clause="K4.1",
        )
    if (function == POINTS) != (method is Method.POINTS):
        raise RuleBroken(
            Words(
                "“{name}”, and nothing else, is scored by “{method}”.",
                "“{name}”须且只有它可采用“{method}”计分。",
                name=INDICATOR_WORDS[POINTS],
                method=Method.POINTS.words,
            ),
            field="method",
            clause="K4.1",
        )
    if method is Method.POINTS and weight:
        raise RuleBroken(
            Words("Points are added to the total; their weight is 0.", "加减分直接计入总分，权重请填 0。"),
            field="weight",
            clause="K4.1",
        )
