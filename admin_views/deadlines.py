"""How much time a deadline leaves, as people who work by a calendar count it."""

from datetime import datetime, timedelta

from flask import g

from admin_views.session import db
from admin_views.words import say, t
from models.regulation import company_calendar
from rules.base import RuleBroken, Words, filled
from rules.working_time import WorkCalendar

DAY = 8 * 60
"""Working minutes that a person calls a day, once there are several."""


def left_of(due_at: datetime, at: datetime) -> str:
    """The working time left until then, or gone since; empty where the company has no calendar."""
    calendar = _calendar()
    if calendar is None:
        return ""
    try:
        between = calendar.between(min(due_at, at), max(due_at, at))
    except RuleBroken:
        return ""
    span = span_words(between)
    if not span:
        return ""
    if due_at < at:
        return t("{span} of working time late", "已超 {span}（工作时间）", span=span)
    return t("{span} of working time left", "还剩 {span}（工作时间）", span=span)


def _calendar() -> WorkCalendar | None:
    """The company's calendar, asked once in a request."""
    if "calendar" not in g:
        try:
            g.calendar = company_calendar(db.session)
        except RuleBroken:
            g.calendar = None
    return g.calendar


def span_words(span: timedelta) -> str:
    """2 h 10 min; days and hours once there are several days; nothing for less than a minute."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 2 * DAY:
        parts = [(minutes // 60, Words("{n} h", "{n} 小时")), (minutes % 60, Words("{n} min", "{n} 分钟"))]
    else:
        parts = [(minutes // DAY, Words("{n} d", "{n} 天")), (minutes % DAY // 60, Words("{n} h", "{n} 小时"))]
    return " ".join(say(filled(words, n=number)) for number, words in parts if number)
