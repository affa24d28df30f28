"""Checks of how work is done, and what they make others put right (P3, K2.2, C2.2)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal

from rules.base import (
    BY_NAME,
    Access,
    Choice,
    Lifecycle,
    NotYours,
    Person,
    Role,
    RuleBroken,
    Words,
    names_of,
    relation,
    step,
)

R = Role
INSPECTOR = relation("inspector", "the inspector", "检验员")
CHECKED = relation("checked", "the checked person", "被检人")

SPOT_CHECK = Access(
    clause="P3.2",
    view=frozenset(
        {
            R.QUALITY_INSPECTOR,
            R.QUALITY_MANAGER,
            R.PRODUCTION_MANAGER,
            R.PRODUCTION_PLANNER,
            R.TECHNICAL,
            R.TECHNICAL_MANAGER,
            R.GENERAL_MANAGER,
        }
    ),
    create=frozenset({R.QUALITY_INSPECTOR}),
    edit=frozenset({R.QUALITY_INSPECTOR, R.ADMIN}),
    edit_while=frozenset({"draft"}),
)


class CheckKind(Choice):
    """What kind of check it is."""

    SPOT_CHECK = "spot_check", "Spot check", "工序抽检"
    LEADER_PATROL = "leader_patrol", "Team leader's patrol", "班组长巡检"
    TECHNICAL_INSPECTION = "technical_inspection", "Technical inspection", "工艺执行检查"
    AD_HOC_ASSESSMENT = "ad_hoc_assessment", "Unannounced assessment", "不定期抽查"
    CONTACT_SAMPLE = "contact_sample", "Sample of a customer contact", "客户沟通抽查"
    RECHECK = "recheck", "Re-check", "整改复检"


FIRST_CHECKS = tuple(kind for kind in CheckKind if kind is not CheckKind.RECHECK)
"""Kinds that stand by themselves; a re-check belongs to what it re-checks."""
CHECKERS: Mapping[CheckKind, frozenset[Role]] = {
    CheckKind.SPOT_CHECK: frozenset({R.QUALITY_INSPECTOR}),
    CheckKind.LEADER_PATROL: frozenset({R.TEAM_LEADER}),
    CheckKind.TECHNICAL_INSPECTION: frozenset({R.TECHNICAL}),
    CheckKind.AD_HOC_ASSESSMENT: frozenset({R.QUALITY_INSPECTOR}),
    CheckKind.CONTACT_SAMPLE: frozenset({R.QUALITY_INSPECTOR, R.AFTER_SALES_MANAGER}),
    CheckKind.RECHECK: frozenset({R.QUALITY_INSPECTOR}),
}
"""Who hands in which kind."""
CLAUSES: Mapping[CheckKind, str] = {
    CheckKind.SPOT_CHECK: "P3.2",
    CheckKind.LEADER_PATROL: "P3.1",
    CheckKind.TECHNICAL_INSPECTION: "P3.4",
    CheckKind.AD_HOC_ASSESSMENT: "K2.2",
    CheckKind.CONTACT_SAMPLE: "C2.2",
    CheckKind.RECHECK: "P3.2",
}
"""The clause that a kind of check proves, and that what it raises stands on."""
COUNTED = (CheckKind.SPOT_CHECK, CheckKind.TECHNICAL_INSPECTION, CheckKind.AD_HOC_ASSESSMENT)
"""Kinds that indicators count (K1.1): no re-check, which looks at what was put right; no patrol of one's own team."""


class CheckStatus(Choice):
    """Where a check stands."""

    DRAFT = "draft", "Draft", "填写中"
    SUBMITTED = "submitted", "Submitted", "已提交"
    CLOSED = "closed", "Closed", "已关闭"
    VOIDED = "voided", "Voided", "已作废"


class Category(Choice):
    """What a question of a check is about; the first two feed indicators K1.1."""

    PROCESS_EXECUTION = "process_execution", "Process execution", "工艺执行"
    DOCUMENT_COMPLIANCE = "document_compliance", "Document compliance", "文件遵守"
    EQUIPMENT = "equipment", "Equipment", "设备"
    MATERIAL = "material", "Material", "物料"
    ENVIRONMENT = "environment", "Environment", "环境"
    RECORD = "record", "Records", "记录"
    SERVICE_MANNER = "service_manner", "Service manner", "服务态度"


class Verdict(Choice):
    """What an item came to."""

    OK = "ok", "OK", "合格"
    NG = "ng", "NG", "不合格"
    NOT_APPLICABLE = "na", "Not applicable", "不适用"


CheckResult = Literal["pass", "fail"]

# fmt: off - a table, one row a step
SPOT_CHECK_STEPS = Lifecycle(
    "draft",
    (
        step("submit", "draft", "submitted", "Submit", "提交", by={INSPECTOR}, tells=(CHECKED,), clause="P3.2"),
        step("close", "submitted", "closed", "Close", "关闭", clause="P3.2"),
        step("reopen", "closed", "submitted", "Reopen", "重新打开", clause="P3.2"),
        step(
            "void",
            ("submitted", "closed"),
            "voided",
            "Void",
            "作废",
            by={R.QUALITY_MANAGER},
            unlike={INSPECTOR},
            needs_note=True,
            is_destructive=True,
            tells=(INSPECTOR, CHECKED),
            clause="P3.2",
        ),
    ),
)
# fmt: on


def verdict(value: Decimal | None, lower: Decimal | None, upper: Decimal | None, said: Verdict | None) -> Verdict:
    """What an item comes to: a reading against its limits decides, else the inspector's word.

    Raises RuleBroken where neither is there. Limits are inclusive: 5.00 passes an upper limit of 5.00, 5.01 does not.
    """
    if value is not None and (lower is not None or upper is not None):
        is_inside = (lower is None or lower <= value) and (upper is None or value <= upper)
        return Verdict.OK if is_inside else Verdict.NG
    if said is None:
        raise RuleBroken(
            Words("Say OK or NG, or enter the reading.", "请判定合格或不合格，或填写实测值。"),
            field="items",
            clause="P3.2",
        )
    return said


def result_of(verdicts: Iterable[Verdict]) -> CheckResult:
    """A check fails with its first failing item; a check without a judged item cannot be submitted."""
    judged = [one for one in verdicts if one is not Verdict.NOT_APPLICABLE]
    if not judged:
        raise RuleBroken(
            Words("A check needs at least one judged item.", "抽检至少要有一个已判定的检查项目。"),
            field="items",
            clause="P3.2",
        )
    return "fail" if Verdict.NG in judged else "pass"


def consequence(result: CheckResult, *, is_recheck: bool) -> Literal["raise", "verify", "return"] | None:
    """What a check does: raise a rectification, move the one it re-checks, or nothing (P3.2)."""
    match result, is_recheck:
        case "fail", False:
            return "raise"
        case "fail", True:
            return "return"
        case "pass", True:
            return "verify"
    return None


def is_repeat(earlier: Iterable[datetime], at: datetime, within_days: Decimal) -> bool:
    """Whether the same item failed at the same post within so many calendar days before (P3.2)."""
    return any(0 <= (at - one).total_seconds() <= int(within_days) * 86400 for one in earlier)


def refuse_foreign_stage(post_id: int, stage_post_id: int | None) -> None:
    """Raises RuleBroken when the stage is worked at another post than the one that is checked (P3.2)."""
    if stage_post_id is not None and stage_post_id != post_id:
        raise RuleBroken(
            Words("This stage is worked at another post.", "该阶段不在此岗位加工。"), field="stage", clause="P3.2"
        )


def refuse_own_work(inspector_id: int, checked_ids: Iterable[int | None]) -> None:
    """Raises RuleBroken when somebody checks himself."""
    if inspector_id in set(checked_ids):
        raise RuleBroken(
            Words(
                "Nobody checks their own work: choose somebody else to be checked.",
                "不能检查本人的作业，请换检验员或被检人。",
            ),
            field="items",
            clause="P3.2",
        )


def refuse_future(checked_at: datetime, at: datetime) -> None:
    """Raises RuleBroken for a check that has not taken place yet."""
    if checked_at > at:
        raise RuleBroken(
            Words("The time of the check lies in the future.", "检查时间不能晚于当前时间。"),
            field="checked_at",
            clause="P3.2",
        )


def kinds_of(person: Person) -> tuple[CheckKind, ...]:
    """The kinds of first checks that this person's roles hand in."""
    return tuple(kind for kind in FIRST_CHECKS if person.holds(*CHECKERS[kind]))


def may_check(kind: CheckKind, person: Person, department_id: int | None, team_ids: Iterable[int]) -> bool:
    """Whether the person may hand in a check of that kind in that area.

    A team leader looks after the teams that he leads: ``team_ids``, the teams of the checked people, lie among them.
    """
    if person.is_system:
        return True
    if any(person.holds_in(role, department_id) for role in CHECKERS[kind] - BY_NAME):
        return True
    teams = frozenset(team_ids)
    return bool(CHECKERS[kind] & BY_NAME) and person.holds(*CHECKERS[kind]) and bool(teams) and teams <= person.teams


def refuse_foreign(kind: CheckKind, person: Person, department_id: int | None, team_ids: Iterable[int]) -> None:
    """Raises NotYours (403) for a kind that another role hands in, or an area that the role does not reach."""
    if may_check(kind, person, department_id, team_ids):
        return
    if not person.holds(*CHECKERS[kind]):
        raise NotYours(
            Words(
                "“{kind}” is handed in by: {who}.",
                "“{kind}”由以下人员提交：{who}。",
                kind=kind,
                who=names_of(CHECKERS[kind]),
            ),
            field="post",
            clause=CLAUSES[kind],
        )
    raise NotYours(
        Words("This post or person lies outside your area.", "该岗位或人员不在您的负责范围内。"),
        field="post",
        clause=CLAUSES[kind],
    )


def refuse_without_photo(missing: Iterable[int]) -> None:
    """Raises RuleBroken naming the first failing item that needs a picture and has none."""
    for seq in missing:
        raise RuleBroken(
            Words("Item {seq} failed: take a photo of it.", "第 {seq} 项不合格，请拍照留证。", seq=seq),
            field="items",
            clause="P3.2",
        )


def is_old_revision(found: str, in_force: str) -> bool:
    """Whether what lay at the bench is not what is in force; nobody looked = no (P3.1, P3.3)."""
    return bool(found) and found.strip().casefold() != in_force.strip().casefold()
