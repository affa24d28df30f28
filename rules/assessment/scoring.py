"""Scores: from a measured value to points, from points to a total and a grade (K2.1).

Decimal throughout; rounded half up to 0.1 in the total only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rules.base import Choice, RuleBroken, Words

FULL = Decimal(100)
TENTH = Decimal("0.1")
CENT = Decimal("0.01")
HUNDRED_TH = Decimal("0.0001")


class Method(Choice):
    """How a value becomes a score."""

    LINEAR = "linear", "Linear between floor and target", "线性（底线至目标）"
    BAND = "band", "By bands", "分档"
    DEDUCT = "deduct", "Points off for each", "逐次扣分"
    POINTS = "points", "Added to the total as points", "直接加减总分"


class Flag(Choice):
    """Whether a line has enough behind it to count."""

    OK = "ok", "Counts", "计分"
    LOW_SAMPLE = "low_sample", "Too few rows", "样本不足"
    NO_DATA = "no_data", "No data", "无数据"


Bands = Sequence[tuple[Decimal, Decimal]]
"""(lower bound, score), the lowest first."""


@dataclass(frozen=True)
class Aim:
    """How one indicator is scored: what counts full, what counts nothing, or its bands, or the points for each."""

    method: Method
    target: Decimal | None = None
    floor: Decimal | None = None
    bands: Bands = ()
    points_each: Decimal | None = None


def linear(value: Decimal, floor: Decimal, target: Decimal) -> Decimal:
    """100 at the target or beyond, 0 at the floor or below, in a straight line between; the target may be the lower."""
    share = (value - floor) / (target - floor)
    return FULL * min(max(Decimal(0), share), Decimal(1))  # zero first: at a floor above the target the share is -0


def banded(value: Decimal, bands: Bands) -> Decimal:
    """The score of the band that contains the value; a lower bound belongs to its band. Below the lowest: 0."""
    reached = [score for lower, score in bands if lower <= value]
    return reached[-1] if reached else Decimal(0)


def deducted(count: Decimal, points_each: Decimal) -> Decimal:
    """100 less the points for each, from 0 to 100: a correction may take away more than there was."""
    return min(FULL, max(Decimal(0), FULL - points_each * count))


def score_of(value: Decimal, aim: Aim) -> Decimal:
    """The score from 0 to 100. Raises RuleBroken where the aim says too little."""
    refuse_vague(aim)
    if aim.method is Method.BAND:
        return banded(value, aim.bands)
    if aim.method is Method.DEDUCT:
        return deducted(value, aim.points_each or Decimal(0))
    return linear(value, aim.floor or Decimal(0), aim.target or Decimal(0))


def flag_of(value: Decimal | None, denominator: Decimal | None, min_sample: int) -> Flag:
    """No value, too few rows behind it, or enough; what only counts (denominator None) needs no sample."""
    if value is None:
        return Flag.NO_DATA
    return Flag.LOW_SAMPLE if denominator is not None and denominator < min_sample else Flag.OK


@dataclass(frozen=True)
class Weighted:
    """A line of a sheet: its weight in per cent, its score (None = it does not count), what was adjusted by hand."""

    weight: Decimal
    score: Decimal | None
    delta: Decimal = Decimal(0)


def kept(value: Decimal | None) -> Decimal | None:
    """A value as it is kept: 0.0001, half up, so that a sum over kept scores is the same at every time."""
    return None if value is None else value.quantize(HUNDRED_TH, ROUND_HALF_UP)


def effective_weights(lines: Sequence[Weighted]) -> list[Decimal]:
    """Weights spread over the lines that have a score: weight x 100 / their sum; 0 for the others."""
    counted = sum((one.weight for one in lines if one.score is not None), Decimal(0))
    if not counted:
        return [Decimal(0) for _ in lines]
    return [
        (one.weight * FULL / counted).quantize(HUNDRED_TH, ROUND_HALF_UP) if one.score is not None else Decimal(0)
        for one in lines
    ]


def total_of(lines: Sequence[Weighted]) -> Decimal | None:
    """Σ score x weight / Σ weights of the lines that have a score + Σ delta, to 0.1 half up; none has data: None."""
    counted = [(one.weight, one.score) for one in lines if one.score is not None]
    weights = sum((weight for weight, _ in counted), Decimal(0))
    if not weights:
        return None
    scores = sum((weight * score for weight, score in counted), Decimal(0)) / weights
    return (scores + sum((one.delta for one in lines), Decimal(0))).quantize(TENTH, ROUND_HALF_UP)


def adding(lines: Sequence[Weighted]) -> list[Decimal | None]:
    """What each line adds to the total, to 0.01 half up; None for one that adds nothing, as for all without a total."""
    weights = sum((one.weight for one in lines if one.score is not None), Decimal(0))
    if not weights:
        return [None for _ in lines]
    scored = [Decimal(0) if one.score is None else one.weight * one.score / weights for one in lines]
    return [
        None if one.score is None and not one.delta else (score + one.delta).quantize(CENT, ROUND_HALF_UP)
        for one, score in zip(lines, scored, strict=True)
    ]


def shares(
    weights: Mapping[str, Decimal], groups: Mapping[str, Decimal], group_of: Mapping[str, str]
) -> dict[str, Decimal]:
    """The weight of each indicator within the whole: where its group has a weight, a part of that.

    ``weights``: indicator -> weight; ``groups``: group -> weight; ``group_of``: indicator -> group.
    """
    found = {}
    for kpi, weight in weights.items():
        group = group_of[kpi]
        if group not in groups:
            found[kpi] = weight
            continue
        whole = sum((one for other, one in weights.items() if group_of[other] == group), Decimal(0))
        found[kpi] = groups[group] * weight / whole if whole else Decimal(0)
    return {kpi: one.quantize(HUNDRED_TH, ROUND_HALF_UP) for kpi, one in found.items()}


def grade_of(total: Decimal | None, lines: Iterable[tuple[str, Decimal]]) -> str:
    """The best grade whose line is reached (``lines``: grade, from); below all of them "D"; without a total none."""
    if total is None:
        return ""
    reached = [(least, grade) for grade, least in lines if least <= total]
    return max(reached)[1] if reached else LAST_GRADE


GRADES = ("A", "B", "C")
LAST_GRADE = "D"


def refuse_vague(aim: Aim) -> None:
    """Raises RuleBroken for an aim that scores nothing: no target, floor and target the same, no bands, no points."""
    if aim.method is Method.LINEAR and (aim.target is None or aim.floor is None or aim.target == aim.floor):
        raise RuleBroken(
            Words("Linear scoring needs a target and a different floor.", "线性计分须填写目标值和不同的底线值。"),
            field="target",
            clause="K2.1",
        )
    if aim.method is Method.BAND and not aim.bands:
        raise RuleBroken(
            Words("Scoring by bands needs its bands.", "分档计分须填写分档。"), field="bands", clause="K2.1"
        )
    if aim.method is Method.DEDUCT and not (aim.points_each and aim.points_each > 0):
        raise RuleBroken(
            Words("Say how many points each one costs.", "请填写每次扣分值。"), field="points_each", clause="K2.1"
        )


def bands_of(written: str) -> list[tuple[Decimal, Decimal]]:
    """Bands as they are typed, ``0: 0, 80: 60, 95: 100``. Raises RuleBroken for anything else."""
    text = written.replace("，", ",").replace("：", ":").replace("；", ",").replace(";", ",")
    parts = [one.strip() for one in text.split(",") if one.strip()]
    try:
        bands = [(Decimal(low.strip()), Decimal(score.strip())) for low, score in (one.split(":") for one in parts)]
        is_fine = all(low.is_finite() and 0 <= score <= FULL for low, score in bands)
    except (ArithmeticError, ValueError):
        bands, is_fine = [], not parts
    lows = [low for low, _ in bands]
    if not is_fine or lows != sorted(set(lows)):
        raise RuleBroken(
            Words(
                "Write each band as “from: score” with rising bounds and scores of 0 to 100, as in 0: 0, 80: 60.",
                "分档请按“下限:得分”从小到大填写，得分为 0 至 100，例如 0:0, 80:60。",
            ),
            field="bands",
            clause="K2.1",
        )
    return bands


def refuse_delta(delta: Decimal, deltas: Iterable[Decimal], most: Decimal, reason: str) -> None:
    """Raises RuleBroken for an adjustment by hand without a reason, or beyond the company's figure (K2.1)."""
    if not reason.strip():
        raise RuleBroken(Words("Please give a reason.", "请填写原因。"), field="note", clause="K2.1")
    if abs(delta) > most or abs(delta + sum(deltas, Decimal(0))) > most:
        raise RuleBroken(
            Words(
                "At most {most} points may be adjusted on one sheet.",
                "同一考核表人工调整合计不得超过 {most} 分。",
                most=most.normalize(),
            ),
            field="manual_delta",
            clause="K2.1",
        )


def points_typed(given: Decimal | str) -> Decimal:
    """Points as they were typed, with or without a sign. Raises RuleBroken for anything else."""
    text = str(given).strip().replace("＋", "+").replace("－", "-").replace("−", "-")
    try:
        points = Decimal(text)
    except ArithmeticError:
        points = Decimal("NaN")
    if not points.is_finite() or abs(points) > FULL:
        raise RuleBroken(
            Words("Type the points as a number, as in -2.5.", "请以数字填写分值，例如 -2.5。"),
            field="manual_delta",
            clause="K2.1",
        )
    return points
