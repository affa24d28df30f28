"""Two versions of a plan side by side: what moved, by how many working days (S1.4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin_views.registry import record_url
from admin_views.schedule.editor import HEADINGS
from admin_views.schedule.opened import pages, plan_of, stranger
from admin_views.screen import Option
from admin_views.session import db
from admin_views.words import near_instant, say, t
from models.organisation import Employee, Post
from models.process import DocumentRevision
from models.regulation import company_calendar
from models.schedule import PlanVersion, ProductionPlan
from rules.base import NotVisible, Words, key_of
from rules.schedule.network import Moved, end_in, moves

SHOWN = ("name", "post", "owner", "heads", "revision", "start_on", "end_on", "weight", "qty", "after")
NAMED: tuple[tuple[str, type[Any]], ...] = (("post", Post), ("owner", Employee), ("revision", DocumentRevision))


@pages.get("/plans/<int:key>/versions/")
def versions(key: int) -> AnyResponse | str:
    """The last two versions, or those that the address names; 0 is the plan as it stands."""
    if (door := stranger()) is not None:
        return door
    plan = plan_of(key)
    kept = {one.number: one for one in plan.versions}
    if not kept:
        raise NotVisible
    newest = max(kept)
    new = _asked("new", kept, 0 if kept[newest].snapshot != plan.content() else newest)
    old = _asked("old", kept, newest if new == 0 else max([one for one in kept if one < new], default=newest))
    before, after = _content(plan, kept, old), _content(plan, kept, new)
    calendar = company_calendar(plan.session)
    found, names = moves(before, after, calendar), _names([*before, *after])
    ends = [end_in(one) for one in (before, after)]
    return render_template(
        "schedule/versions.html",
        plan=plan,
        plan_url=record_url(ProductionPlan, plan.id),
        old=_said(plan, kept, old),
        new=_said(plan, kept, new),
        olds=_options(plan, kept, old),
        news=_options(plan, kept, new),
        headings=[say(HEADINGS[name]) for name in SHOWN],
        rows=[_row(one, names) for one in found if one.changed],
        same=sum(not one.changed for one in found),
        end=_end_words(calendar.days_between(ends[0], ends[1])) if ends[0] and ends[1] else "",
        ends=[one.isoformat() if one else "–" for one in ends],
    )


def _asked(name: str, kept: Mapping[int, PlanVersion], otherwise: int) -> int:
    found = key_of(request.args.get(name, ""))
    return found if found is not None and (found in kept or found == 0) else otherwise


def _content(plan: ProductionPlan, kept: Mapping[int, PlanVersion], number: int) -> list[dict[str, Any]]:
    return kept[number].snapshot if number else plan.content()


def _said(plan: ProductionPlan, kept: Mapping[int, PlanVersion], number: int) -> str:
    if not number:
        return t("As it stands now", "当前内容")
    one = kept[number]
    how = t("approved", "已审核") if one.approved_at else t("returned", "已退回") if one.return_reason else ""
    return " · ".join(part for part in (f"V{number}", near_instant(one.submitted_at), how) if part)


def _options(plan: ProductionPlan, kept: Mapping[int, PlanVersion], chosen: int) -> list[Option]:
    return [Option(str(one), _said(plan, kept, one), one == chosen) for one in [0, *sorted(kept, reverse=True)]]


def _names(stages: Sequence[Mapping[str, Any]]) -> dict[str, dict[int, str]]:
    """What the keys in the kept stages are called; three statements."""
    found: dict[str, dict[int, str]] = {}
    for name, model in NAMED:
        keys = sorted({one[name] for one in stages if one[name]})
        rows = db.session.query(model).filter(model.id.in_(keys)) if keys else ()
        found[name] = {one.id: str(one.label if name == "revision" else one.name) for one in rows}
    return found


def _row(one: Moved, names: Mapping[str, Mapping[int, str]]) -> dict[str, Any]:
    kind = "added" if one.old is None else "removed" if one.new is None else "changed"
    cells = []
    for name in SHOWN:
        before, after = (_text(name, side, names) for side in (one.old, one.new))
        days = {"start_on": one.start_days, "end_on": one.end_days}.get(name)
        is_changed = kind == "changed" and name in one.changed
        cells.append(
            {
                "old": before if is_changed or kind == "removed" else "",
                "new": after if kind != "removed" else "",
                "is_changed": is_changed,
                "days": _days_words(days) if is_changed and days else "",
                "tone": "late" if days and days > 0 else "early",
            }
        )
    return {"seq": one.seq, "kind": kind, "cells": cells}


def _text(name: str, side: Mapping[str, Any] | None, names: Mapping[str, Mapping[int, str]]) -> str:
    value = side[name] if side is not None else None
    if value is None or value == []:
        return ""
    if name in names:
        return names[name].get(value, f"#{value}")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _days_words(days: int) -> str:
    return say(
        Words("{n} working days later", "晚 {n} 个工作日", n=days)
        if days > 0
        else Words("{n} working days earlier", "早 {n} 个工作日", n=-days)
    )


def _end_words(days: int) -> str:
    if not days:
        return t("The end stays.", "完成日期不变。")
    return t("The end: {move}.", "完成日期{move}。", move=_days_words(days))
