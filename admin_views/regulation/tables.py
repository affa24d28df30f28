"""Time limits as decision tables: who decides when, where a gap is, and what would be due (TIME.md 3-8)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import listed
from admin_views.fields import clean
from admin_views.registry import MenuPage, menu_page, panel, record_url
from admin_views.regulation.clocks import story_context
from admin_views.screen import Cell, Heading, Option, Panel, Row
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import exact_date, say, t
from models.base import COMPANY_ZONE, now, on_date
from models.regulation import SlaPolicy, policies_on
from models.regulation.calendar import calendar_for, names_between, working
from rules.base import NotVisible, Person, RuleBroken, Unset, Words
from rules.regulation import CLAUSES, SLA_POLICY, Pause, Target
from rules.regulation.clocks import Recorded
from rules.regulation.conditions import domain
from rules.regulation.limits import (
    OTHERWISE,
    fact_words,
    gaps,
    match_words,
    ties,
    value_words,
    values_of,
    winner,
)
from rules.regulation.stories import story
from rules.regulation.units import counted

table_pages = Blueprint("limits", __name__, url_prefix="/limits")
TITLE = Words("Time limits at a glance", "时限总表")
menu_page(MenuPage("regulation", TITLE, "/limits/", lambda _: True, "table"))
MOST_SHOWN = 12


@table_pages.get("/")
def all_targets() -> AnyResponse | str:
    """Every time limit of the regulation: set, unset, with a gap, or said twice."""
    if not current_user.is_authenticated:
        return unauthorised()
    found: dict[Target, list[SlaPolicy]] = {target: [] for target in Target}
    for one in policies_on(db.session(), on_date(now())):
        found[one.target].append(one)
    names = ("target", "Limit for", "时限事项"), ("clause", "Clause", "制度条款"), ("amounts", "Limits", "时限")
    return render_template(
        "limits.html",
        title=say(TITLE),
        headings=[Heading(name, t(en, zh)) for name, en, zh in (*names, ("state", "State", "状态"))],
        rows=[Row(place, f"/limits/{one}/", _overview(one, rows)) for place, (one, rows) in enumerate(found.items())],
    )


def _overview(target: Target, rows: Sequence[SlaPolicy]) -> list[Cell]:
    amounts = t("; ", "；").join(f"{_conditions(one)}{amount_of(one)}" for one in rows)
    return [Cell(say(target.words)), Cell(CLAUSES[target], "code"), Cell(amounts), _state(target, rows)]


def _conditions(one: SlaPolicy) -> str:
    return t("{match}: ", "{match}：", match=match_words(one.match)) if one.match else ""


def amount_of(one: SlaPolicy) -> str:
    """How much is granted, or that it is unset."""
    if one.amount is None:
        return t("not set", "未设定")
    return say(counted(one.amount, one.unit))


def _state(target: Target, rows: Sequence[SlaPolicy]) -> Cell:
    table = [one.as_row() for one in rows]
    missing, twice = gaps(table, domain(target)), ties(table)
    if not any(one.is_set for one in table):
        return Cell(t("not set: refused", "未设定：不予办理"), "state", tone="breached")
    if missing:
        return Cell(t("{n} cases without a limit", "{n} 种情形无时限", n=len(missing)), "state", tone="soon")
    if twice:
        return Cell(t("{n} cases said twice", "{n} 处规则重叠", n=len(twice)), "state", tone="soon")
    return Cell(t("complete", "完整"), "state", tone="met")


@table_pages.get("/<target>/")
def one_target(target: str) -> AnyResponse | str:
    """The decision table of one time limit, and what would be due at a moment of the reader's choice."""
    if not current_user.is_authenticated:
        return unauthorised()
    if target not in set(Target):
        raise NotVisible
    wanted = Target(target)
    asked = request.args
    start, fault = _moment(asked.get("start", ""))
    rows = policies_on(db.session(), on_date(start or now()), (wanted,))
    facts = _facts(wanted, rows, asked)
    best = winner([one.as_row() for one in rows], facts)
    table, decides = [one.as_row() for one in rows], best.id if best is not None else 0
    trial, refusal = _trial(wanted, rows, decides, facts, start) if asked.get("start") else ({}, fault)
    return render_template(
        "limit.html",
        title=say(wanted.words),
        clause=CLAUSES[wanted],
        headings=_headings(),
        rows=[Row(one.id, record_url(SlaPolicy, one.id), _cells(one, is_winner=one.id == decides)) for one in rows],
        missing=[say(match_words(one)) for one in gaps(table, domain(wanted))][:MOST_SHOWN],
        twice=[(one.name, other.name) for one, other in ties(table)][:MOST_SHOWN],
        asked=_asked(wanted, rows, asked),
        start=asked.get("start") or now().astimezone(COMPANY_ZONE).strftime("%Y-%m-%dT%H:%M"),
        pause_from=asked.get("pause_from", ""),
        pause_to=asked.get("pause_to", ""),
        refusal=refusal or fault,
        decided=best.name if best is not None else "",
        trial=trial,
        new_url=f"/admin/sla_policy/new/?target={wanted}" if SLA_POLICY.may_create(person_here()) else "",
    )


@panel(SlaPolicy)
def beside_it(policy: SlaPolicy, person: Person) -> Panel:
    """The rows that it stands among, and the way to try a moment."""
    rows = policies_on(db.session(), on_date(now()), (policy.target,))
    shown = (1, 2, -1)
    names = [one for one in _headings() if one.name in {"name", "match", "amount", "from_on"}]
    return Panel(
        title=t("Its decision table today", "现行决策表"),
        headings=names,
        rows=[
            Row(one.id, record_url(SlaPolicy, one.id), [cells[0], *(cells[place] for place in shown)])
            for one, cells in ((one, _cells(one, is_winner=False)) for one in rows)
        ],
        more_url=f"/limits/{policy.target}/",
        more_label=t("Table and trial", "决策表与试算"),
    )


def _headings() -> list[Heading]:
    names = (
        ("name", "Time limit", "时限规则"),
        ("match", "Holds for", "适用情形"),
        ("amount", "Limit", "时限"),
        ("pauses", "Waits for", "可暂停"),
        ("warnings", "Warned", "提前提醒"),
        ("ladder", "Ladder", "升级通知"),
        ("from_on", "Counts", "生效期间"),
    )
    return [Heading(name, t(en, zh)) for name, en, zh in names]


def _cells(one: SlaPolicy, *, is_winner: bool) -> list[Cell]:
    first, last = exact_date(one.from_on), exact_date(one.to_on) if one.to_on else ""
    tone = "met" if is_winner and one.amount is not None else "breached" if one.amount is None else ""
    return [
        Cell(one.name),
        Cell(say(match_words(one.match))),
        Cell(amount_of(one), "state" if tone else "text", tone=tone),
        Cell(listed(one.pauses_on)),
        Cell(listed(one.warnings) if one.warnings else ""),
        Cell(listed(one.ladder) if one.ladder else ""),
        Cell(f"{first} – {last}" if last else t("from {first}", "{first} 起", first=first)),
    ]


def _choices(target: Target, rows: Sequence[SlaPolicy]) -> Mapping[str, Sequence[str]]:
    """What can be said of a case: the closed sets, and what the rows name."""
    found: dict[str, list[str]] = {name: list(values) for name, values in domain(target).items()}
    for one in rows:
        for name, value in one.match.items():
            known = found.setdefault(name, [])
            known += sorted(values_of(value) - set(known))
    return {name: [*values, OTHERWISE] for name, values in found.items()}


def _facts(target: Target, rows: Sequence[SlaPolicy], asked: MultiDict[str, str]) -> dict[str, str]:
    return {name: asked[name] for name, values in _choices(target, rows).items() if asked.get(name) in values}


def _asked(target: Target, rows: Sequence[SlaPolicy], asked: MultiDict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "label": say(fact_words(name)),
            "options": [Option(one, say(value_words(one)), one == asked.get(name)) for one in values],
        }
        for name, values in _choices(target, rows).items()
    ]


def _moment(given: str) -> tuple[datetime | None, str]:
    """A local moment as it was typed; what is wrong with it."""
    given = clean(given)
    if not given:
        return None, ""
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        return None, t("This is not a date and time.", "这不是有效的日期时间。")
    if not 1990 <= found.year <= 2100:
        return None, t("The year is out of range.", "年份超出范围。")
    return found if found.tzinfo else found.replace(tzinfo=COMPANY_ZONE), ""


def _trial(
    target: Target, rows: Sequence[SlaPolicy], key: int, facts: Mapping[str, str], start: datetime | None
) -> tuple[dict[str, Any], str]:
    """The story of a deadline that would begin then."""
    policy = next((one for one in rows if one.id == key), None)
    first, fault = _moment(request.args.get("pause_from", ""))
    last, other = _moment(request.args.get("pause_to", ""))
    if start is None or fault or other:
        return {}, fault or other
    try:
        if policy is None:
            raise Unset(target.words, CLAUSES[target])
        calendar = calendar_for(db.session(), calendar_id=policy.calendar_id, department_id=None)
        there = working(db.session(), calendar)
        pauses = (Pause(first, last, next(iter(policy.pauses_on), "on_hold")),) if first and last else ()
        recorded = Recorded(start, pauses)
        told = story(policy.terms(facts), recorded, there.engine, there.facts)
        names = names_between(db.session(), told.started_at.date(), max(told.due_at, told.started_at).date())
        told = story(policy.terms(facts), recorded, there.engine, there.facts, names)
    except RuleBroken as refused:
        return {}, say(refused.words)
    return story_context(told, recorded), ""
