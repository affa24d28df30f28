"""Action items: what is put right, in rounds, by proof that cannot be stale (P3.2, P3.4, A4.2, C1.1)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from rules.base import Access, Choice, Lifecycle, NotYours, Role, RuleBroken, Words, relation, step
from rules.regulation import Target, tell_apart

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


tell_apart(Target.RECTIFICATION, severity=Severity, kind=ActionKind)
tell_apart(Target.RECHECK, severity=Severity, kind=ActionKind)


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
    CANCELLED = "cancelled", "Cancelled", "已撤销"


class Proof(Choice):
    """What an action is verified by: what a check raised, only by another check; else the verifier's word."""

    RECHECK = "recheck", "A re-check", "复检"
    VERIFIER = "verifier", "The verifier", "验证人确认"


class RoundResult(Choice):
    """What the check of a round found."""

    PASSED = "passed", "Passed", "通过"
    FAILED = "failed", "Failed", "不通过"


WORKED_ON = ("open", "accepted", "in_progress")
"""States in which the responsible person may ask for more time."""
UNFINISHED = ("open", "disputed", "accepted", "in_progress", "submitted", "returned", "watching")
"""States in which something is still to be done."""
OWED = tuple(one for one in UNFINISHED if one != "watching")
"""In which its due instant still counts; while its effect is watched, the day on which that is judged does."""

BY_HAND = (ActionKind.IMPROVEMENT, ActionKind.CORRECTIVE, ActionKind.PREVENTIVE)
"""What a manager opens by hand; a rectification is raised by what was found, a resolution by its meeting."""

CLAUSE_OF: Mapping[ActionKind, str] = {
    ActionKind.RECTIFICATION: "P3.2",
    ActionKind.CORRECTIVE: "P3.4",
    ActionKind.PREVENTIVE: "P3.4",
    ActionKind.IMPROVEMENT: "A5.2",
    ActionKind.MEETING_RESOLUTION: "C1.1",
}
"""The clause that an action of a kind proves, where its source names none."""

OPENERS = frozenset(
    {
        R.QUALITY_MANAGER,
        R.PRODUCTION_MANAGER,
        R.TECHNICAL_MANAGER,
        R.SALES_MANAGER,
        R.AFTER_SALES_MANAGER,
        R.HR_MANAGER,
        R.PROJECT_LEAD,
        R.GENERAL_MANAGER,
    }
)
ACTION = Access(
    clause="P3.2",
    view=frozenset({R.QUALITY_INSPECTOR, R.QUALITY_MANAGER, R.PRODUCTION_MANAGER, R.GENERAL_MANAGER}),
    create=OPENERS,
    edit=OPENERS,
    edit_while=frozenset({"open"}),
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
        step(
            "start",
            ("accepted", "returned"),
            "in_progress",
            "Start",
            "开始整改",
            by={RESPONSIBLE},
            asks=("containment",),
            clause="P3.2",
        ),
        step(
            "submit",
            "in_progress",
            "submitted",
            "Submit for re-check",
            "提交复检",
            by={RESPONSIBLE},
            asks=("measure", "root_cause", "cause_category", "evidence"),
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
        *(
            step("extend", status, status, "Extend", "延长期限", asks=("new_due_at",), clause="P3.2")
            for status in WORKED_ON
        ),
        *(
            step(
                "ask_extension",
                status,
                status,
                "Ask for more time",
                "申请延期",
                by={RESPONSIBLE},
                asks=("new_due_on",),
                needs_note=True,
                clause="P3.2",
            )
            for status in WORKED_ON
        ),
        step(
            "cancel",
            UNFINISHED,
            "cancelled",
            "Cancel",
            "撤销",
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


def why_not_by_hand(proof: Proof, verb: str) -> NotYours | None:
    """Why nobody confirms or returns this by hand: what a check raised is judged by a re-check alone (P3.2)."""
    if proof is Proof.RECHECK and verb in {"confirm", "return"}:
        return NotYours(
            Words(
                "A check raised this: only a re-check verifies or returns it.",
                "此项由检查提出，只能由复检验证或退回。",
            ),
            clause="P3.2",
        )
    return None


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
    return Cause(given)


def refuse_incomplete_round(measure: str, root_cause: str, severity: Severity, *, has_evidence: bool) -> None:
    """Raises RuleBroken when a submission lacks its measure, or from major up its root cause or its evidence."""
    if not measure.strip():
        raise RuleBroken(Words("Say what was done.", "请写明已采取的措施。"), field="measure", clause="P3.2")
    if severity is not Severity.MINOR and not root_cause.strip():
        raise RuleBroken(
            Words("From “major” up the root cause is needed.", "严重及以上问题必须写明根本原因。"),
            field="root_cause",
            clause="P3.2",
        )
    if severity is not Severity.MINOR and not has_evidence:
        raise RuleBroken(
            Words(
                "From “major” up a round needs evidence: attach a file or photo, or say what proves it.",
                "严重及以上问题须有整改证据：请上传文件或照片，或写明证据所在。",
            ),
            field="evidence",
            clause="P3.2",
        )


def refuse_unproved(submitted_at: datetime | None, checked_at: datetime | None, result: RoundResult | None) -> None:
    """Raises RuleBroken unless the last round was passed by a check later than its submission: the guard of closing."""
    if result is not RoundResult.PASSED or checked_at is None:
        raise RuleBroken(
            Words("Nothing is closed before its last round has passed.", "最近一轮整改通过之前不能关闭。"),
            clause="P3.2",
        )
    refuse_stale_proof(submitted_at, checked_at)


def refuse_by_hand(kind: ActionKind, responsible_id: int, verifier_id: int | None) -> None:
    """Raises RuleBroken for what a manager cannot open by hand: another kind, or one that nobody else verifies."""
    if kind not in BY_HAND:
        raise RuleBroken(
            Words(
                "By hand: improvement, corrective or preventive. A rectification is raised by a check, a resolution by "
                "its meeting.",
                "手工只能开改进、纠正或预防措施；整改由检查开出，会议决议由会议开出。",
            ),
            field="kind",
            clause="P3.4",
        )
    if verifier_id is None or verifier_id == responsible_id:
        raise RuleBroken(
            Words(
                "Choose a verifier who is not the responsible person.",
                "请指定责任人以外的验证人。",
            ),
            field="verifier",
            clause="P3.4",
        )


def refuse_past_due(due_at: datetime, at: datetime) -> None:
    """Raises RuleBroken for a due instant that has passed already."""
    if due_at <= at:
        raise RuleBroken(Words("The due time lies in the past.", "期限不能早于当前时间。"), field="due_at")


def opens_case(round_no: int, max_rounds: Decimal) -> bool:
    """Whether this round is one too many: with it a case is opened (figure MAX_ROUNDS)."""
    return round_no >= int(max_rounds)
