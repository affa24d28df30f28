"""What is asked at a check: templates that a quality manager builds, in versions that never change (P3.2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.base import Access, Choice, Lifecycle, Role, RuleBroken, Words, step
from rules.quality.checks import Verdict, verdict

R = Role

CHECK_TEMPLATE = Access(
    clause="P3.2",
    create=frozenset({R.QUALITY_MANAGER, R.ADMIN}),
    edit=frozenset({R.QUALITY_MANAGER, R.ADMIN}),
    edit_while=frozenset({"draft"}),
)
SEPARATORS = re.compile(r"[;；/|、\n]+")


class TemplateStatus(Choice):
    """Where a version of a template stands."""

    DRAFT = "draft", "Draft", "编制中"
    PUBLISHED = "published", "In use", "使用中"
    SUPERSEDED = "superseded", "Superseded", "已被替代"
    RETIRED = "retired", "Retired", "已停用"


class Answer(Choice):
    """How a question is answered."""

    OK_NG = "ok_ng", "OK or NG", "合格/不合格"
    NUMBER = "number", "Reading against limits", "实测值"
    CHOICE = "choice", "One of several", "选项"


# fmt: off - a table, one row a step
TEMPLATE_STEPS = Lifecycle(
    "draft",
    (
        step("publish", "draft", "published", "Publish", "发布", by={R.QUALITY_MANAGER}, clause="P3.2"),
        step("supersede", "published", "superseded", "Supersede", "替代", clause="P3.2"),
        step(
            "retire",
            "published",
            "retired",
            "Retire",
            "停用",
            by={R.QUALITY_MANAGER},
            needs_note=True,
            is_destructive=True,
            clause="P3.2",
        ),
    ),
)
# fmt: on


@dataclass(frozen=True)
class Asked:
    """A question as its template has it."""

    seq: int
    answer: Answer
    lower: Decimal | None = None
    upper: Decimal | None = None
    passing: Sequence[str] = ()
    failing: Sequence[str] = ()


def options(text: str) -> tuple[str, ...]:
    """The choices that somebody wrote in one line: 良好 / 一般."""
    return tuple(dict.fromkeys(one.strip() for one in SEPARATORS.split(text) if one.strip()))


def judged(asked: Asked, *, said: Verdict | None, value: Decimal | None, choice: str) -> Verdict | None:
    """What an answer comes to; None = not answered yet.

    A reading is judged by its limits alone: nobody says OK to a number, and none passes without one. Not applicable
    is said in words, for every kind of question, but not over a reading. Raises RuleBroken for a choice that is none.
    """
    if said is Verdict.NOT_APPLICABLE and value is None:
        return said
    match asked.answer:
        case Answer.NUMBER:
            return None if value is None else verdict(value, asked.lower, asked.upper, None)
        case Answer.CHOICE:
            return _chosen(asked, choice)
    return said


def _chosen(asked: Asked, choice: str) -> Verdict | None:
    if not choice:
        return None
    if choice in asked.passing:
        return Verdict.OK
    if choice in asked.failing:
        return Verdict.NG
    raise RuleBroken(
        Words("Item {seq}: choose one of its answers.", "第 {seq} 项：请从给出的选项中选择。", seq=asked.seq),
        field="items",
        clause="P3.2",
    )


def refuse_unjudgeable(asked: Sequence[Asked]) -> None:
    """Raises RuleBroken for a template whose answers nobody could judge; said when it is saved, not at the post."""
    for one in asked:
        if one.answer is Answer.NUMBER and one.lower is None and one.upper is None:
            raise _fault(
                "Item {seq} is a reading: give it a lower or an upper limit.",
                "第 {seq} 项为实测值，请填写下限或上限。",
                one.seq,
            )
        if one.answer is Answer.CHOICE and not (one.passing and one.failing):
            raise _fault(
                "Item {seq} is a choice: say which answers pass and which fail.",
                "第 {seq} 项为选项，请分别填写合格选项和不合格选项。",
                one.seq,
            )
        if one.answer is Answer.CHOICE and set(one.passing) & set(one.failing):
            raise _fault(
                "Item {seq}: the same answer cannot both pass and fail.",
                "第 {seq} 项：同一选项不能既合格又不合格。",
                one.seq,
            )


def _fault(en: str, zh: str, seq: int) -> RuleBroken:
    return RuleBroken(Words(en, zh, seq=seq), field="items", clause="P3.2")


def refuse_empty(count: int) -> None:
    """Raises RuleBroken when a template without a question would be published."""
    if count == 0:
        raise RuleBroken(
            Words("A template needs at least one question.", "检查模板至少要有一个检查项目。"),
            field="items",
            clause="P3.2",
        )


def refuse_weightless(weights: Sequence[Decimal]) -> None:
    """Raises RuleBroken for a weight that is not positive: such a question could not be told from none."""
    for seq, weight in enumerate(weights, start=1):
        if weight <= 0:
            raise _fault("Item {seq}: the weight must be above 0.", "第 {seq} 项：权重必须大于 0。", seq)
