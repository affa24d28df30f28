"""Trainings in a month, day by day (P2.1, A1.2)."""

import re
from datetime import date, timedelta
from typing import Any

from flask import render_template, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import TONES
from admin_views.registry import record_url
from admin_views.session import db
from admin_views.signin import person_here
from admin_views.training.opened import stranger
from admin_views.training.pages import pages
from admin_views.words import exact_date, locale, say, t, today, year_month_text
from models.base import COMPANY_ZONE, on_date
from models.training import TrainingSession
from models.training.effects import midnight
from rules.training.dates import add_months
from rules.training.kinds import SessionStatus

WEEK = 7
MOST = 400


@pages.get("/calendar/")
def calendar() -> AnyResponse | str:
    """The month as weeks; on a phone as a list of the days on which there is something."""
    if (door := stranger()) is not None:
        return door
    first = _month()
    start = first - timedelta(days=first.weekday())
    last = add_months(first, 1) - timedelta(days=1)
    weeks = (last - start).days // WEEK + 1
    trainings = _trainings(start, start + timedelta(days=weeks * WEEK))
    days = [start + timedelta(days=n) for n in range(weeks * WEEK)]
    cells = [_day(one, first, trainings.get(one, [])) for one in days]
    return render_template(
        "training/calendar.html",
        title=year_month_text(first),
        weeks=[cells[n : n + WEEK] for n in range(0, len(cells), WEEK)],
        weekdays=_weekdays(),
        previous=f"?month={add_months(first, -1):%Y-%m}",
        following=f"?month={add_months(first, 1):%Y-%m}",
        is_empty=not trainings,
    )


def _month() -> date:
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", request.args.get("month", ""))
    return date(int(found[1]), int(found[2]), 1) if found else today().replace(day=1)


def _weekdays() -> list[str]:
    english, chinese = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), "一二三四五六日"
    return [f"周{one}" for one in chinese] if locale().startswith("zh") else list(english)


def _trainings(start: date, end: date) -> dict[date, list[TrainingSession]]:
    one = TrainingSession
    rows = db.session.scalars(
        select(one)
        .where(
            one.visible_to(person_here()),
            one.planned_from_at >= midnight(start),
            one.planned_from_at < midnight(end),
            one.status != SessionStatus.CANCELLED,
        )
        .options(joinedload(one.trainer))
        .order_by(one.planned_from_at)
        .limit(MOST)
    )
    found: dict[date, list[TrainingSession]] = {}
    for row in rows:
        found.setdefault(on_date(row.planned_from_at), []).append(row)
    return found


def _day(on: date, first: date, trainings: list[TrainingSession]) -> dict[str, Any]:
    return {
        "number": on.day,
        "label": exact_date(on),
        "is_today": on == today(),
        "is_outside": on.month != first.month,
        "is_weekend": on.weekday() >= 5,
        "trainings": [
            {
                "at": one.planned_from_at.astimezone(COMPANY_ZONE).strftime("%H:%M"),
                "topic": one.topic,
                "kind": say(one.kind.words),
                "who": t("Trainer: {name}", "讲师：{name}", name=one.trainer.name),
                "place": one.place,
                "state": say(one.status.words),
                "tone": TONES.get(str(one.status), ""),
                "url": record_url(TrainingSession, one.id),
            }
            for one in trainings
        ],
    }
