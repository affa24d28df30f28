"""Who is checked today: planned, by chance or by risk, so that it can be explained and not steered (P3.2, K2.2)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from rules.base import Access, Choice, Role, Words

R = Role
CHECK_PLAN = Access(
    clause="P3.2",
    view=frozenset(
        {
            R.QUALITY_INSPECTOR,
            R.QUALITY_MANAGER,
            R.PRODUCTION_MANAGER,
            R.TECHNICAL,
            R.TECHNICAL_MANAGER,
            R.GENERAL_MANAGER,
        }
    ),
    create=frozenset({R.QUALITY_MANAGER}),
    edit=frozenset({R.QUALITY_MANAGER}),
)
CHECK_DRAW = Access(
    clause="P3.2",
    view=frozenset({R.QUALITY_MANAGER, R.TECHNICAL_MANAGER, R.GENERAL_MANAGER}),
)
NEW_DAYS = 30
"""Calendar days for which a person at a post, or a revision, counts as new."""
FAILURE_WEIGHT, PERSON_WEIGHT, REVISION_WEIGHT = 3, 2, 2
MOST_FAILURES = 5
"""More failures than these weigh no more: nobody is checked for ever."""


class Method(Choice):
    """How the checked people are found."""

    PLANNED = "planned", "In turn", "轮流"
    RANDOM = "random", "By chance", "随机"
    RISK = "risk", "By risk", "按风险"


@dataclass(frozen=True)
class Candidate:
    """Somebody at a post who could be checked, and what is known of him on that day."""

    employee_id: int
    post_id: int
    last_checked_on: date | None = None
    failures: int = 0
    """Failing items within the days that a repetition counts."""
    is_new_person: bool = False
    is_new_revision: bool = False


def is_new(began_on: date | None, on: date) -> bool:
    """Whether something that began then is still new on that day."""
    return began_on is not None and timedelta(0) <= on - began_on <= timedelta(days=NEW_DAYS)


def weight(one: Candidate) -> int:
    """How much likelier he is drawn by risk than somebody without any: 1 = no more than others."""
    return (
        1
        + FAILURE_WEIGHT * min(one.failures, MOST_FAILURES)
        + PERSON_WEIGHT * one.is_new_person
        + REVISION_WEIGHT * one.is_new_revision
    )


def picked(candidates: Sequence[Candidate], count: int, method: Method, seed: int) -> list[int]:
    """The places of those who are drawn, first drawn first; the same for the same candidates and seed, for ever.

    In turn: who was never checked, then who was checked longest ago; the seed settles ties. By chance and by risk: each
    gets a key u^(1/weight) from the seed's stream, the highest keys win (Efraimidis and Spirakis).
    """
    stream = Random(seed)  # noqa: S311 - drawn so that it can be drawn again, not so that it is secret
    chances = [stream.random() for _ in candidates]
    places = range(len(candidates))
    if method is Method.PLANNED:
        ordered = sorted(places, key=lambda i: (candidates[i].last_checked_on or date.min, chances[i]))
    else:
        weights = [weight(one) if method is Method.RISK else 1 for one in candidates]
        ordered = sorted(places, key=lambda i: -math.log(1 - chances[i]) / weights[i])
    return ordered[: max(0, count)]


def due_on(per_week: int, place: int, days: int) -> int:
    """How many checks of a week fall on its ``place``-th working day (from 0) of ``days``: spread, none left over."""
    if days <= 0 or not 0 <= place < days:
        return 0
    return per_week * (place + 1) // days - per_week * place // days


def why(one: Candidate, method: Method) -> list[Words]:
    """Why this one, in words; the same for whoever asks."""
    if method is Method.RANDOM:
        return [Words("drawn by chance; everybody had the same chance", "随机抽取，机会均等")]
    if method is Method.PLANNED:
        if one.last_checked_on is None:
            return [Words("next in turn: never checked yet", "轮到：尚未检查过")]
        return [Words("next in turn: last checked on {on}", "轮到：上次检查于 {on}", on=one.last_checked_on)]
    found = []
    if one.failures:
        found.append(Words("{n} failing items lately", "近期不合格 {n} 项", n=one.failures))
    if one.is_new_person:
        found.append(Words("new at the post", "新到岗"))
    if one.is_new_revision:
        found.append(Words("new revision of the document", "工艺文件刚换版"))
    return found or [Words("no special risk; drawn all the same", "无特别风险，正常抽中")]
