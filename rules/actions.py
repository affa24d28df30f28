"""The engine of putting right, for every chapter: rounds, proof, escalation (P3.2, P3.4, A4.2, C1.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.base import Access, Choice, Lifecycle, Role, RuleBroken, Words, relation, step

R = Role

RESPONSIBLE = relation("responsible", "the responsible person", "责任人")
VERIFIER = relation("verifier", "the verifier", "验证人")


class ActionKind(Choice):
    """Correction mends this piece; corrective action removes the cause (ISO 9000)."""

    RECTIFICATION = "rectification", "Rectification", "整改"
    CORRECTIVE = "corrective", "Corrective action", "纠正措施"
    PREVENTIVE = "preventive", "Preventive action", "预防措施"
    IMPROVEMENT = "improvement", "Improvement", "改进"
    MEETING_RESOLUTION = "meeting_resolution", "Meeting resolution", "会议决议"


class Severity(Choice):
    """How bad a failure is."""

    MINOR = "minor", "Minor", "轻微"
    MAJOR = "major", "Major", "严重"
    CRITICAL = "critical", "Critical", "致命"


class Cause(Choice):
    """人机料法环测."""

    MAN = "man", "Person", "人"
    MACHINE = "machine", "Machine", "机"
    MATERIAL = "material", "Material", "料"
    METHOD = "method", "Method", "法"
    ENVIRONMENT = "environment", "Environment", "环"
    MEASUREMENT = "measurement", "Measurement", "测"


class ActionStatus(Choice):
    """Where an action stands."""

    OPEN = "open", "Open", "待接受"
    DISPUTED = "disputed", "Disputed", "有异议"
    ACCEPTED = "accepted", "Accepted", "已接受"
    IN_PROGRESS = "in_progress", "In progress", "整改中"
    SUBMITTED = "submitted", "Awaiting check", "待验证"
    RETURNED = "returned", "Returned", "已退回"
    VERIFIED = "verified", "Verified", "已验证"
    WATCHING = "watching", "Watching effect", "效果观察"
    CLOSED = "closed", "Closed", "已关闭"
    CANCELLED = "cancelled", "Cancelled", "已取消"


class RoundResult(Choice):
    """What the check of a round found."""

    PASSED = "passed", "Passed", "通过"
    FAILED = "failed", "Failed", "不通过"


UNFINISHED = ("open", "disputed", "accepted", "in_progress", "submitted", "returned", "watching")
"""States in which something is still to be done."""

ACTION = Access(
    clause="P3.2",
    view=frozenset({R.QUALITY_INSPECTOR, R.QUALITY_MANAGER, R.PRODUCTION_MANAGER, R.GENERAL_MANAGER}),
)

# fmt: off - a table, one row a step
ACTION_STEPS = Lifecycle(
    "open",
    (
        step("accept", "open", "accepted", "Accept", "接受", by={RESPONSIBLE}, tells=("raiser",), clause="P3.2"),
        step(
            "dispute",
            "open",
            "disputed",
            "Dispute",
            "提出异议",
            by={RESPONSIBLE},
            needs_note=True,
            tells=(R.QUALITY_MANAGER,),
            clause="P3.2",
        ),
        step(
            "uphold",
            "disputed",
            "open",
            "Uphold",
            "维持",
            by={R.QUALITY_MANAGER},
            unlike={RESPONSIBLE},
            needs_note=True,
            tells=(RESPONSIBLE,),
            clause="P3.2",
        ),
        step("start", ("accepted", "returned"), "in_progress", "Start", "开始整改", by={RESPONSIBLE}, clause="P3.2"),
        step(
            "submit",
            "in_progress",
            "submitted",
            "Submit for re-check",
            "提交复检",
            by={RESPONSIBLE},
            asks=("measure", "root_cause", "cause_category"),
            tells=("raiser", VERIFIER),
            clause="P3.2",
        ),
        step("verify", "submitted", "verified", "Verify", "验证通过", tells=(RESPONSIBLE,), clause="P3.2"),
        step(
            "confirm",
            "submitted",
            "verified",
            "Confirm",
            "确认完成",
            by={VERIFIER},
            unlike={RESPONSIBLE},
            tells=(RESPONSIBLE,),
            clause="A4.2",
        ),
        step(
            "return",
            "submitted",
            "returned",
            "Return",
            "退回",
            by={VERIFIER},
            unlike={RESPONSIBLE},
            needs_note=True,
            tells=(RESPONSIBLE,),
            clause="P3.2",
        ),
        step("close", "verified", "closed", "Close", "关闭", clause="P3.2"),
        step("watch", "verified", "watching", "Watch the effect", "转入效果观察", clause="P3.2"),
        step(
            "find_effective",
            "watching",
            "closed",
            "Effective",
            "措施有效",
            by={R.QUALITY_INSPECTOR},
            unlike={RESPONSIBLE},
            tells=(RESPONSIBLE,),
            clause="P3.2",
        ),
        step(
            "find_ineffective",
            "watching",
            "returned",
            "Not effective",
            "措施无效",
            by={R.QUALITY_INSPECTOR},
            unlike={RESPONSIBLE},
            needs_note=True,
            tells=(RESPONSIBLE,),
            clause="P3.2",
        ),
        step(
            "reopen",
            ("returned", "watching", "closed"),
            "submitted",
            "Await a re-check again",
            "重新等待复检",
            tells=(RESPONSIBLE, "raiser"),
            clause="P3.2",
        ),
        step(
            "cancel",
            UNFINISHED,
            "cancelled",
            "Cancel",
            "取消",
            by={R.QUALITY_MANAGER},
            unlike={RESPONSIBLE},
            needs_note=True,
            is_destructive=True,
            tells=(RESPONSIBLE,),
            clause="P3.2",
        ),
    ),
)
# fmt: on

relation("raiser", "who raised it", "提出人")


def watches(severity: Severity, *, is_repeat: bool) -> bool:
    """Whether the effect is watched before an action is closed: from major up, and whatever came again."""
    return is_repeat or severity is not Severity.MINOR


def raised(severity: Severity) -> Severity:
    """One step up, for what came again."""
    return Severity.MAJOR if severity is Severity.MINOR else Severity.CRITICAL


def refuse_stale_proof(submitted_at: datetime | None, checked_at: datetime) -> None:
    """Raises RuleBroken unless the check is later than the last submission: proof that cannot be stale."""
    if submitted_at is None or checked_at <= submitted_at:
        raise RuleBroken(
            Words(
                "The re-check must be dated after the last submission ({submitted_at}).",
                "复检时间必须晚于最近一次提交整改的时间（{submitted_at}）。",
                submitted_at=submitted_at or "–",
            ),
            field="checked_at",
            clause="P3.2",
        )


def cause_of(given: str | None) -> Cause | None:
    """The cause by its name; none where none is given. Raises RuleBroken for a name that there is not."""
    if not given:
        return None
    if given not in set(Cause):
        raise RuleBroken(Words("Choose one of the causes.", "请选择原因类别。"), field="cause_category", clause="P3.2")
    return Cause(given)  # type: ignore[call-arg]


def refuse_incomplete_round(measure: str, root_cause: str, severity: Severity) -> None:
    """Raises RuleBroken when a submission lacks its measure, or from major up its root cause."""
    if not measure.strip():
        raise RuleBroken(Words("Say what was done.", "请写明已采取的措施。"), field="measure", clause="P3.2")
    if severity is not Severity.MINOR and not root_cause.strip():
        raise RuleBroken(
            Words("From “major” up the root cause is needed.", "严重及以上问题必须写明根本原因。"),
            field="root_cause",
            clause="P3.2",
        )


@dataclass(frozen=True)
class Rung:
    """One level of escalation: how long after the due instant (negative = before), and who is told."""

    level: int
    after: timedelta
    tells: tuple[Role | str, ...]


LADDER = (
    Rung(0, timedelta(hours=-24), (RESPONSIBLE,)),
    Rung(1, timedelta(0), (RESPONSIBLE, "team_leader")),
    Rung(2, timedelta(days=1), (R.PRODUCTION_MANAGER, R.QUALITY_MANAGER)),
    Rung(3, timedelta(days=3), (R.GENERAL_MANAGER,)),
)
relation("team_leader", "his team leader", "所在班组长")


def rungs_due(due_at: datetime, at: datetime, ladder: Sequence[Rung] = LADDER) -> list[Rung]:
    """The levels that are due by now, lowest first; each is climbed once."""
    return [rung for rung in ladder if due_at + rung.after <= at]
