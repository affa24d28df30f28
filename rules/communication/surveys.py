"""Surveys of customers by link or telephone: scores by dimension, who would recommend us, measures (C2.3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from rules.base import Access, Choice, Lifecycle, Role, RuleBroken, Words, step
from rules.training.dates import add_months

R = Role
ASKERS = frozenset({R.SALES_MANAGER, R.AFTER_SALES_MANAGER})
SEE = ASKERS | {R.SALES, R.AFTER_SALES_AGENT, R.GENERAL_MANAGER}
SURVEY = Access(clause="C2.3", view=SEE, create=ASKERS, edit=ASKERS, edit_while=frozenset({"draft"}))
SURVEY_RESPONSE = Access(clause="C2.3", view=SEE)
PROMOTER, PASSIVE = 9, 7
LOWEST, HIGHEST, MOST_LIKELY = 1, 5, 10


class SurveyStatus(Choice):
    """Where a survey stands."""

    DRAFT = "draft", "Draft", "草稿"
    OPEN = "open", "Open", "进行中"
    CLOSED = "closed", "Closed", "已截止"
    ANALYSED = "analysed", "Analysed", "已分析"


class AnsweredBy(Choice):
    """By which way an answer came."""

    LINK = "link", "Link", "链接"
    PHONE = "phone", "Telephone", "电话"


# fmt: off - a table, one row a step
SURVEY_STEPS = Lifecycle(
    "draft",
    (
        step("open", "draft", "open", "Open", "开始调查", by=ASKERS, clause="C2.3"),
        step("close", "open", "closed", "Close", "截止", by=ASKERS, clause="C2.3"),
        step(
            "analyse",
            "closed",
            "analysed",
            "Analyse",
            "分析并定措施",
            by=ASKERS,
            asks=("responsible", "due_on"),
            needs_note=True,
            clause="C2.3",
        ),
    ),
)
# fmt: on


@dataclass(frozen=True)
class Standing:
    """What the answers came to: mean per dimension, net promoter score, answers of those asked."""

    means: Mapping[int, Decimal]
    nps: Decimal | None
    answered: int
    asked: int

    @property
    def response_rate(self) -> Decimal | None:
        return Decimal(self.answered) * 100 / self.asked if self.asked else None


def standing(
    answers: Iterable[Mapping[int, int]], likely: Sequence[int | None], *, answered: int, asked: int
) -> Standing:
    """Means of the scores 1-5 by dimension, and promoters (9-10) less detractors (0-6) in per cent."""
    scores: dict[int, list[int]] = {}
    for one in answers:
        for dimension, score in one.items():
            scores.setdefault(dimension, []).append(score)
    means = {
        dimension: (Decimal(sum(those)) / len(those)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        for dimension, those in scores.items()
    }
    return Standing(means, net_promoters(likely), answered, asked)


def net_promoters(likely: Sequence[int | None]) -> Decimal | None:
    """From -100 to 100; None where nobody said."""
    said = [one for one in likely if one is not None]
    if not said:
        return None
    promoters = sum(one >= PROMOTER for one in said)
    detractors = sum(one < PASSIVE for one in said)
    return (Decimal(promoters - detractors) * 100 / len(said)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def weak(means: Mapping[int, Decimal], line: Decimal) -> list[int]:
    """The dimensions below the company's line, the weakest first."""
    return [dimension for dimension, mean in sorted(means.items(), key=lambda one: (one[1], one[0])) if mean < line]


def refuse_scores(scores: Mapping[int, int], wanted: Iterable[int], likely: int | None) -> None:
    """Raises RuleBroken for an answer that leaves a question open, or a score off its scale."""
    for dimension in wanted:
        if not LOWEST <= scores.get(dimension, 0) <= HIGHEST:
            raise RuleBroken(
                Words("Please rate every question from 1 to 5.", "请为每一项打 1 到 5 分。"),
                field=f"score-{dimension}",
                clause="C2.3",
            )
    if likely is not None and not 0 <= likely <= MOST_LIKELY:
        raise RuleBroken(Words("Choose 0 to 10.", "请选择 0 到 10。"), field="likely", clause="C2.3")


def refuse_second_answer(*, is_answered: bool) -> None:
    """Raises RuleBroken where this customer has answered already."""
    if is_answered:
        raise RuleBroken(
            Words("This survey was answered already. Thank you.", "该问卷已提交过，感谢您的参与。"), clause="C2.3"
        )


def refuse_closed(status: SurveyStatus) -> None:
    """Raises RuleBroken for an answer outside the time of the survey."""
    if status is not SurveyStatus.OPEN:
        raise RuleBroken(Words("This survey is not open.", "该调查当前未开放。"), clause="C2.3")


def next_survey_on(began: date, months: int) -> date:
    """The day from which the next survey is owed, so many months after the last one began (C2.3)."""
    return add_months(began, months)


def refuse_bare(questions: int, invited: int) -> None:
    """Raises RuleBroken for a survey without questions, or that asks nobody."""
    if not questions or not invited:
        raise RuleBroken(
            Words("A survey needs questions and customers to ask.", "调查须有问题，并选定受访客户。"),
            field="questions",
            clause="C2.3",
        )
