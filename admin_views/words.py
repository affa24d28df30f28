"""Everything that is said, in the reader's language: sentences, choices, dates, numbers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from unicodedata import east_asian_width

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from flask import g, has_request_context, request

from models.base import COMPANY_ZONE, now
from rules.base import Choice, Words

ENGLISH, CHINESE = "en", "zh_Hans_CN"
_locales = {name: Locale.parse(name) for name in (ENGLISH, CHINESE)}
_months = {ENGLISH: "d MMM", CHINESE: "M月d日"}
_years = {ENGLISH: "d MMM y", CHINESE: "y年M月d日"}


NEAR = {0: Words("today", "今天"), 1: Words("tomorrow", "明天"), -1: Words("yesterday", "昨天")}

CHOICES: list[Callable[[], str]] = []
"""Filled by the door, which lies above: the language that the signed-in person chose."""


_here = g._get_current_object  # noqa: SLF001 - asked some hundreds of times a page, which its proxy makes slow
_written: ContextVar[str] = ContextVar("written", default="")


@contextmanager
def writing_in(language: str) -> Iterator[None]:
    """What is said in here is for a reader who is not the one that asks: a mail."""
    token = _written.set(language if language in _locales else CHINESE)
    try:
        yield
    finally:
        _written.reset(token)


def locale() -> str:
    """The reader's language: the person's choice, else the browser's."""
    if written := _written.get():
        return written
    try:
        here = _here()
    except RuntimeError:
        return ENGLISH
    found: str = getattr(here, "locale", "")
    if not found and has_request_context():
        found = here.locale = _chosen() or _browsers()
    return found or ENGLISH


def _chosen() -> str:
    given = [request.args.get("lang", ""), *(chosen() for chosen in CHOICES), request.cookies.get("lang", "")]
    return next((one for one in given if one in _locales), "")


def _browsers() -> str:
    best = request.accept_languages.best_match(["zh-CN", "zh", "zh-Hans", "zh-Hans-CN", "en"], "en") or "en"
    return CHINESE if best.startswith("zh") else ENGLISH


def t(en: str, zh: str, **values: object) -> str:
    """A sentence in the reader's language."""
    return say(Words(en, zh, **values))


def say(words: Words) -> str:
    """A sentence of the rules, its values written in the reader's form."""
    return words.text(locale(), value_text)


def value_text(value: object, language: str | None = None) -> str:
    """Any value in words: choices by label, dates and numbers in the reader's form."""
    language = language or locale()
    match value:
        case None:
            return ""
        case Words():
            return value.text(language, value_text)
        case Choice():
            return value.words.text(language)
        case bool():
            return Words("yes", "是").text(language) if value else Words("no", "否").text(language)
        case datetime():
            return exact_instant(value, language)
        case date():
            return exact_date(value, language)
        case Decimal():
            return number_text(value, language)
    return str(value)


def number_text(value: Decimal, language: str | None = None) -> str:
    """An exact number without trailing zeros."""
    return str(format_decimal(value.normalize(), locale=_locales[language or locale()], format="#,##0.######"))


@lru_cache(maxsize=8192)
def _date_text(value: date, form: str, language: str) -> str:
    """The same days come again and again."""
    return str(format_date(value, form, locale=_locales[language]))


def exact_date(value: date, language: str | None = None) -> str:
    return _date_text(value, "yyyy-MM-dd EEE", language or locale())


def month_text(first: date) -> str:
    """A month by its name."""
    return _date_text(first, "LLLL", locale())


def year_month_text(first: date) -> str:
    """A month of a year."""
    language = locale()
    return _date_text(first, "yyyy年M月" if language == CHINESE else "LLL yyyy", language)


def long_date(value: date) -> str:
    """A day as it stands on a paper."""
    return _date_text(value, "long", locale())


def fitting(text: str, halves: int) -> str:
    """The text, cut to the width of so many half-width characters; a Chinese one is two wide."""
    width = 0
    for place, sign in enumerate(text):
        width += 2 if east_asian_width(sign) in "WF" else 1
        if width > halves:
            return text[:place].rstrip() + "…"
    return text


def exact_instant(value: datetime, language: str | None = None) -> str:
    local = _local(value)
    return f"{exact_date(local.date(), language)} {_clock(local)}"


def _clock(local: datetime) -> str:
    return f"{local.hour:02}:{local.minute:02}"


def _local(value: datetime) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(COMPANY_ZONE)


def today() -> date:
    return now().astimezone(COMPANY_ZONE).date()


def near_date(value: date, language: str | None = None) -> str:
    """A date as people say it: today, tomorrow, 5 Mar."""
    return _near(value, today(), language or locale())


@lru_cache(maxsize=8192)
def _near(value: date, on: date, language: str) -> str:
    said = NEAR.get((value - on).days)
    if said is not None:
        return said.text(language)
    return _date_text(value, (_months if value.year == on.year else _years)[language], language)


def near_instant(value: datetime, language: str | None = None) -> str:
    """An instant as people say it: today 14:30."""
    local = _local(value)
    return f"{near_date(local.date(), language)} {_clock(local)}"


def instant_texts(value: datetime) -> tuple[str, str]:
    """An instant as people say it, and exactly."""
    local, language = _local(value), locale()
    day, clock = local.date(), _clock(local)
    return f"{near_date(day, language)} {clock}", f"{exact_date(day, language)} {clock}"


def many(words: Words) -> str:
    """What many of a kind are called: a list's title, an entry of the menu. Chinese makes no difference."""
    if locale() == CHINESE:
        return say(words)
    one = say(words)
    if one.endswith("y") and one[-2] not in "aeiou":
        return one[:-1] + "ies"
    return one if one.endswith("s") else one + ("es" if one.endswith(("x", "ch", "sh")) else "s")


def wait_text(wait: timedelta) -> str:
    """How long to wait, rounded up."""
    seconds = int(wait.total_seconds()) + 1
    if seconds < 90:
        return t("{n} seconds", "{n} 秒", n=seconds)
    return t("{n} minutes", "{n} 分钟", n=-(-seconds // 60))
