"""What an exam's scores come to, and when somebody may sit it (P2.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from rules.base import RuleBroken, Words
from rules.training.kinds import Result


@dataclass(frozen=True)
class Marks:
    """What an exam is marked by: full score, and each pass mark; a mark that is None is not asked for."""

    full_score: Decimal
    pass_score: Decimal | None
    practical_pass_score: Decimal | None


@dataclass(frozen=True)
class Past:
    """An earlier attempt of the same person at the same exam that counts."""

    taken_on: date
    result: Result


@dataclass(frozen=True)
class Limits:
    """How often and how soon an exam may be sat. ``since``: the day from which attempts count (a new round)."""

    attempts: int
    wait_days: int
    since: date | None = None


@dataclass(frozen=True)
class Fault:
    """Why a result cannot be taken: the column it stands in, a code, and the sentence."""

    column: str
    code: str
    words: Words


SCORE_MISSING = Words("Neither a score nor “absent”.", "既没有分数，也没有注明缺考。")
NOT_ASKED = Words("This exam has no practical part.", "该考核没有实操部分。")
NO_THEORY = Words("This exam has no theory part.", "该考核没有理论部分。")


def result_of(score: Decimal | None, practical: Decimal | None, marks: Marks, *, is_absent: bool = False) -> Result:
    """Pass needs every pass mark of the exam; a mark reached exactly is reached."""
    if is_absent:
        return Result.ABSENT
    parts = ((score, marks.pass_score), (practical, marks.practical_pass_score))
    return Result.PASS if all(mark is None or (got is not None and got >= mark) for got, mark in parts) else Result.FAIL


def score_faults(score: Decimal | None, practical: Decimal | None, marks: Marks, *, is_absent: bool) -> list[Fault]:
    """What is wrong with the scores as such: outside 0 to the full score, missing, or for a part that is not there."""
    found = []
    parts = (
        ("score", score, marks.pass_score, NO_THEORY),
        ("practical_score", practical, marks.practical_pass_score, NOT_ASKED),
    )
    for column, got, mark, no_such_part in parts:
        if got is None:
            if mark is not None and not is_absent:
                found.append(Fault(column, "score_missing", SCORE_MISSING))
        elif is_absent:
            words = Words("Absent, and yet a score: leave one of them.", "已注明缺考却有分数，请只保留一个。")
            found.append(Fault(column, "absent_with_score", words))
        elif not 0 <= got <= marks.full_score:
            words = Words("Outside 0 to {full}.", "不在 0 到 {full} 分之内。", full=_plain(marks.full_score))
            found.append(Fault(column, "score_out_of_range", words))
        elif mark is None:
            found.append(Fault(column, "no_such_part", no_such_part))
    return found


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def counted(history: Iterable[Past], limits: Limits) -> list[Past]:
    """The attempts of this round: after the last pass, and from the day on which a new round began."""
    rounds = sorted((one for one in history if one.result is not Result.VOID), key=lambda one: one.taken_on)
    passed = max((one.taken_on for one in rounds if one.result is Result.PASS), default=date.min)
    return [one for one in rounds if passed < one.taken_on and (limits.since or date.min) <= one.taken_on]


def are_used_up(history: Iterable[Past], limits: Limits) -> bool:
    """Whether no attempt of this round is left."""
    return len(counted(history, limits)) >= limits.attempts


def attempt_faults(history: Sequence[Past], limits: Limits, taken_on: date) -> list[Fault]:
    """Why somebody may not sit the exam that day: attempts used up, the wait after a fail, or a result that day."""
    if any(one.taken_on == taken_on and one.result is not Result.VOID for one in history):
        words = Words("There is a result of that day already.", "当日已有成绩。")
        return [Fault("employee", "taken_already", words)]
    before = counted([one for one in history if one.taken_on < taken_on], limits)
    found = []
    if len(before) >= limits.attempts:
        words = Words(
            "All {n} attempts are used up; a new training comes first.",
            "{n} 次考核机会已用尽，须先重新培训。",
            n=limits.attempts,
        )
        found.append(Fault("employee", "attempts_used_up", words))
    elif (free_on := earliest_retake(before, limits)) is not None and taken_on < free_on:
        words = Words(
            "Failed on {last}; may sit it again from {free}.",
            "{last} 不合格，{free} 起方可补考。",
            last=before[-1].taken_on,
            free=free_on,
        )
        found.append(Fault("employee", "must_wait", words))
    return found


def earliest_retake(before: Sequence[Past], limits: Limits) -> date | None:
    """The first day on which the exam may be sat again after a fail; None = at any time. An absence need not wait."""
    if not before or before[-1].result is not Result.FAIL:
        return None
    return before[-1].taken_on + timedelta(days=limits.wait_days)


def next_attempt_no(history: Iterable[Past], limits: Limits, taken_on: date) -> int:
    """Which attempt of the round this is, counted from 1."""
    return 1 + len(counted([one for one in history if one.taken_on < taken_on], limits))


def refuse_future(taken_on: date, on: date) -> None:
    """Raises RuleBroken for an exam that has not been held yet."""
    if taken_on > on:
        raise RuleBroken(
            Words("The day of the exam lies in the future.", "考核日期不能晚于今天。"), field="taken_on", clause="P2.3"
        )


def was_valid(spans: Iterable[tuple[date, date | None]], taken_on: date) -> bool:
    """Whether the exam was approved and not stale that day; ``spans``: first day, and the day it became stale."""
    return any(first <= taken_on and (last is None or taken_on <= last) for first, last in spans)


ABSENT_WORDS = ("缺考", "缺席", "absent")
PASS_WORDS = ("合格", "通过", "pass", "passed")
FAIL_WORDS = ("不合格", "未通过", "不通过", "fail", "failed")


def contradicts(said: str, result: Result) -> bool:
    """Whether a remark or verdict in words says another thing than the scores."""
    word = "".join(said.split()).casefold()
    meant = {
        **dict.fromkeys(ABSENT_WORDS, Result.ABSENT),
        **dict.fromkeys(PASS_WORDS, Result.PASS),
        **dict.fromkeys(FAIL_WORDS, Result.FAIL),
    }.get(word)
    return meant is not None and meant is not result
