"""Warnings and escalation as data: how long before or after a deadline somebody is told, and who (TIME.md 10)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rules.base import BY_NAME, RELATIONS, Choice, Role, RuleBroken, Words

OFFSET = re.compile(r"([+-]?)\s*([0-9]{1,6}(?:\.[0-9]{1,2})?)\s*(%|h|hours?|小时|min|minutes?|分钟|分)?", re.IGNORECASE)
HOURS = frozenset({"h", "hour", "hours", "小时"})
OWNERS = ("responsible", "agent", "owner")
"""Whom a warning is for: whoever the record is in the hands of, by whichever name it calls him."""
NAMED: Mapping[str, Words] = {
    "responsible": Words("the responsible person", "责任人"),
    "agent": Words("the agent", "经办人"),
    "owner": Words("the owner", "负责人"),
    "team_leader": Words("the team leader", "所在班组长"),
    "project_lead": Words("the project lead", "项目负责人"),
}
"""Whom a record can name; a chapter that calls one of them otherwise is asked first."""
MOST_RUNGS = 12
MOST_AMOUNT = 1_000_000
"""Of minutes, hours or per cent; nobody waits longer."""
REASONS: Mapping[str, Words] = {
    "pending_customer": Words("waiting for the customer", "待客户"),
    "pending_parts": Words("waiting for parts", "待配件"),
    "on_hold": Words("on hold", "暂缓"),
}
"""What a clock can wait for: the states in which records wait (rule 8)."""

NOT_AN_OFFSET = Words(
    "“{text}” is not a time before or after the deadline: write minutes (-60, +480), hours (-2h) or per cent (-25%).",
    "“{text}”不是有效的提醒时点：请写分钟（-60、+480）、小时（-2小时）或百分比（-25%）。",
)
NOT_SOMEBODY = Words("Nobody is called “{text}” here: {known}.", "没有“{text}”这个角色，可选：{known}。")
NOT_A_REASON = Words("A clock does not wait for “{text}”: {known}.", "计时不能因“{text}”暂停，可选：{known}。")
TOO_MANY_RUNGS = Words("At most {most} levels.", "最多 {most} 级。")
NOT_A_RUNG = Words(
    "Write a level as “time: who”, such as “+60: team_leader”, several parted by “;”.",
    "每级请写成“时点：通知对象”，例如“+60：班组长”，多级用分号隔开。",
)


@dataclass(frozen=True)
class Rung:
    """One level: its place, its offset (negative = before due), in working minutes or per cent of the allowance."""

    level: int
    amount: Decimal
    is_percent: bool
    tells: tuple[str, ...]

    @property
    def offset(self) -> str:
        """The offset as it is kept and shown: -25%, +480."""
        return f"{'+' if self.amount > 0 else ''}{format(self.amount.normalize(), 'f')}{'%' if self.is_percent else ''}"


def offset_of(text: str, *, field: str) -> str:
    """An offset as people write it, in its kept form (minutes or per cent). Raises RuleBroken at the field."""
    found = OFFSET.fullmatch(text.strip())
    if found is None:
        raise RuleBroken(Words(NOT_AN_OFFSET.en, NOT_AN_OFFSET.zh, text=text.strip()), field=field)
    sign, number, unit = found.groups()
    amount = Decimal(number) * (-1 if sign == "-" else 1) * (60 if (unit or "").lower() in HOURS else 1)
    return Rung(0, amount, unit == "%", ()).offset


class When(Choice):
    """On which side of the deadline a level lies."""

    BEFORE = "before", "before due", "到期前"
    AT = "at", "at the deadline", "到期时"
    AFTER = "after", "after due", "到期后"


class Span(Choice):
    """What the distance of a level from the deadline is counted in."""

    HOURS = "hours", "working hours", "工作小时"
    MINUTES = "minutes", "working minutes", "工作分钟"
    PERCENT = "percent", "% of the time allowed", "%（占时限）"


def offset_parts(offset: str) -> tuple[When, Decimal, Span]:
    """A kept offset as it is picked: on which side, how far, counted in what; whole hours as hours."""
    amount = Decimal(offset.rstrip("%"))
    when = When.AT if not amount else When.BEFORE if amount < 0 else When.AFTER
    if offset.endswith("%"):
        return when, abs(amount), Span.PERCENT
    if amount % 60 == 0:
        return when, abs(amount) / 60, Span.HOURS
    return when, abs(amount), Span.MINUTES


def offset_from(when: When, amount: Decimal | None, span: Span) -> str:
    """The kept form of what was picked. Raises RuleBroken where the distance is missing or is none."""
    if when is When.AT:
        return "0"
    if amount is None or not 0 < amount < MOST_AMOUNT:
        raise RuleBroken(Words("How long before or after?", "请填写提前或延后多久。"), field="amount")
    minutes = amount * (60 if span is Span.HOURS else 1) * (-1 if when is When.BEFORE else 1)
    return Rung(0, minutes, span is Span.PERCENT, ()).offset


def offset_words(offset: str) -> Words:
    """When a level is told, in words."""
    when, amount, span = offset_parts(offset)
    if when is When.AT:
        return When.AT.words
    number = format(amount.normalize(), "f")
    match span:
        case Span.PERCENT if when is When.BEFORE:
            return Words("with {n} % of the time left", "剩余时限 {n}% 时", n=number)
        case Span.PERCENT:
            return Words("{n} % of the time over", "超出时限 {n}% 时", n=number)
        case Span.HOURS:
            hours = Words("working hour", "个工作小时") if amount == 1 else Words("working hours", "个工作小时")
            return Words("{n} {hours} {when}", "{when} {n} {hours}", n=number, when=when, hours=hours)
    return Words("{n} working minutes {when}", "{when} {n} 工作分钟", n=number, when=when)


def warnings_of(text: str) -> list[str]:
    """Warnings as people write them, parted by commas or semicolons: ``-50%, -60``."""
    return few([offset_of(one, field="warnings") for one in re.split(r"[,，;；、\n]", text) if one.strip()], "warnings")


def ladder_of(text: str) -> list[list[Any]]:
    """A ladder as people write it: ``0: responsible; +60: team_leader, production_manager``."""
    found = []
    for part in filter(None, (one.strip() for one in re.split(r"[;；\n]", text))):
        offset, sign, who = part.replace("：", ":").partition(":")
        if not sign or not who.strip():
            raise RuleBroken(NOT_A_RUNG, field="ladder")
        names = [somebody(one) for one in re.split(r"[,，、]", who) if one.strip()]
        found.append([offset_of(offset, field="ladder"), names])
    return few(found, "ladder")


def few(found: list[Any], field: str) -> list[Any]:
    """The levels, if there are not too many. Raises RuleBroken at the field."""
    if len(found) > MOST_RUNGS:
        raise RuleBroken(Words(TOO_MANY_RUNGS.en, TOO_MANY_RUNGS.zh, most=MOST_RUNGS), field=field)
    return found


def somebody(text: str) -> str:
    """A role or relation by its code or by its name in either language."""
    known = callable_names()
    text = text.strip()
    for code, words in known.items():
        if text.casefold() in {code, words.en.casefold(), words.zh}:
            return code
    names = Words("; ".join(w.en for w in known.values()), "、".join(w.zh for w in known.values()))
    raise RuleBroken(Words(NOT_SOMEBODY.en, NOT_SOMEBODY.zh, text=text, known=names), field="ladder")


def callable_names() -> Mapping[str, Words]:
    """Everybody who can be told: relations that a record declares, then roles."""
    relations = {name: RELATIONS.get(name, words) for name, words in NAMED.items()}
    return relations | {str(role): role.words for role in Role if role not in BY_NAME}


def who_words(code: str) -> Words:
    """Whom a level tells."""
    return callable_names().get(code, Words(code, code))


def written(ladder: Iterable[Sequence[Any]], *, zh: bool) -> str:
    """A ladder in words: when, and who."""
    language, colon, comma = ("zh", "：", "、") if zh else ("en", ": ", ", ")
    return ("；" if zh else "; ").join(
        f"{offset_words(offset).text(language)}{colon}{comma.join(who_words(one).text(language) for one in who)}"
        for offset, who in ladder
    )


def rungs_of(warnings: Iterable[str], ladder: Iterable[Sequence[Any]]) -> tuple[Rung, ...]:
    """Warnings and ladder as one flight, in the sequence in which they were written: a level keeps its number."""
    given = [*((offset, OWNERS) for offset in warnings), *((offset, tuple(who)) for offset, who in ladder)]
    return tuple(
        Rung(level, Decimal(offset.rstrip("%")), offset.endswith("%"), tells)
        for level, (offset, tells) in enumerate(given)
    )


def reasons_of(text: str) -> list[str]:
    """Reasons by their code or by their name in either language, parted by commas."""
    found = []
    for one in filter(None, (part.strip() for part in re.split(r"[,，;；、]", text))):
        fitting = (code for code, words in REASONS.items() if one.casefold() in {code, words.en, words.zh})
        code = next(fitting, None)
        if code is None:
            known = Words("; ".join(w.en for w in REASONS.values()), "、".join(w.zh for w in REASONS.values()))
            words = Words(NOT_A_REASON.en, NOT_A_REASON.zh, text=one, known=known)
            raise RuleBroken(words, field="pauses_on")
        found.append(code)
    return found
