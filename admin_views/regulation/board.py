"""The regulation as a live board: its text clause by clause, and beside each clause how it is kept (G1-K4.1)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import FINISHED, cell_of, due_cell
from admin_views.event.receipts import missing_headings, missing_row
from admin_views.registry import MenuPage, desk_card, menu_page, record_url
from admin_views.regulation.report import kept_text, months
from admin_views.regulation.told import Mark, Told, anchor, mark_of, number, owns, told_all, told_of
from admin_views.screen import Cell, DeskCard, DeskLine, Heading, Option, Row
from admin_views.session import db
from admin_views.signin import act_here, person_here, unauthorised
from admin_views.words import say, t, value_text
from models.base import now
from models.journal import acting
from models.receipts import reading_of, receipt_of, who_is_missing
from models.regulation import (
    Asked,
    Clause,
    Counted,
    Figure,
    SlaPolicy,
    Tally,
    UnsetPart,
    ask_everybody,
    clause_of,
    clauses,
    counted,
    in_force_by_clause,
    rows_of,
    unset,
)
from rules.base import NotVisible, NotYours, Person, Role, Words
from rules.regulation import Part, Side, applies_to_words
from rules.regulation.units import counted as counted_words

menu_page(MenuPage("regulation", Words("The regulation", "制度看板"), "/regulation/", icon="book"))
board = Blueprint("board", __name__, url_prefix="/regulation")
SHOWN = 12
"""Rows of a side on a clause's page; the list has all of them."""
SHOWS: dict[str, Words] = {
    "": Words("All clauses", "全部条款"),
    "overdue": Words("Something overdue", "有逾期"),
    "due": Words("Something due", "有待办"),
    "unset": Words("[X] not set", "有未设定 [X]"),
    "mine": Words("My clauses", "我负责的条款"),
}


def signed_in(function: Callable[..., Any]) -> Callable[..., Any]:
    """Pages for everybody who works here."""

    @wraps(function)
    def page(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs) if current_user.is_authenticated else unauthorised()

    return page


# -- the board -------------------------------------------------------------------------------------------------------


@board.get("/")
@signed_in
def live() -> str:
    """Every clause with its numbers, within what the reader may see."""
    person, asked = person_here(), Asked.now(now())
    told = told_all(person, asked)
    show = request.args.get("show", "")
    chosen = [one for one in told if _is_shown(one, show, person)]
    parts = [
        (say(part.words), str(part), [one for one in chosen if one.clause.part is part], kept_text(told, part))
        for part in Part
    ]
    sums = {side: sum(one.sums.get(side, 0) for one in told) for side in Side}
    return render_template(
        "regulation/board.html",
        parts=[one for one in parts if one[2]],
        shows=[
            Option(name, say(words), name == show) for name, words in SHOWS.items() if name != "mine" or owns(person)
        ],
        sums=[number(side, sums[side], f"?show={side}" if side in {Side.OVERDUE, Side.DUE} else "") for side in Side],
        unset_count=sum(len(one.marks) for one in told),
        months=months(),
    )


def _is_shown(one: Told, show: str, person: Person) -> bool:
    match show:
        case "overdue" | "due":
            return one.sums[Side(show)] > 0
        case "unset":
            return bool(one.marks)
        case "mine":
            return person.holds(one.clause.manager)
    return True


# -- one clause ------------------------------------------------------------------------------------------------------


@board.get("/<clause>/")
@signed_in
def one_clause(clause: str) -> str:
    """One clause: its text, its figures and time limits, and the rows behind its numbers."""
    person, asked = person_here(), Asked.now(now())
    found = clause_of(db.session, clause)
    if found is None:
        raise NotVisible
    numbers = counted(db.session, [found.evidence], asked).get(found.evidence, [])
    missing = [one for one in unset(db.session, asked.at) if one.clause == found.code]
    return render_template(
        "regulation/clause.html",
        told=told_of(found, numbers, missing, person),
        part=say(found.part.words),
        manager=say(found.manager.words),
        groups=[_group(nth, one, person, asked) for nth, one in enumerate(numbers)],
        value_headings=[
            Heading("name", t("Figure or time limit", "参数或时限")),
            Heading("value", t("Value", "数值"), "number"),
            Heading("from_on", t("From", "生效日期")),
        ],
        value_rows=_values(found.code, asked),
        neighbours=_neighbours(found),
        record=record_url(Clause, found.id),
        reading=_reading(found, person, asked),
        asks_url=f"/regulation/{found.code}/ask/" if person.holds(Role.ADMIN) else "",
    )


def _group(nth: int, found: Counted, person: Person, asked: Asked) -> dict[str, Any]:
    """The rows of one kind of evidence, side by side."""
    counts = ((side, found.numbers.get(side, 0)) for side in Side)
    sides = [_side(nth, found.tally, side, count, person, asked) for side, count in counts if count]
    return {"label": say(found.tally.words), "sides": sides, "headings": _headings(found.tally)}


def _side(nth: int, tally: Tally, side: Side, count: int, person: Person, asked: Asked) -> dict[str, Any]:
    """A number of the whole company, with those of its rows that this person may see."""
    rows = _rows(tally, side, person, asked)
    return {
        "id": anchor(nth, side),
        "is_done": side is Side.DONE,
        "number": number(side, count, ""),
        "rows": rows,
        "more_url": _list_url(tally, side) if count > SHOWN and rows else "",
        "hidden": max(min(count, SHOWN) - len(rows), 0),
    }


def _headings(tally: Tally) -> list[Heading]:
    return [
        Heading("record", say(tally.model.words)),
        Heading("state", t("Status", "状态")),
        Heading("when", _when(tally)),
    ]


def _when(tally: Tally) -> str:
    is_deadline = tally.moment is not None and tally.moment.key == "due_at"
    return t("Due", "期限") if is_deadline else t("Date", "时间")


def _rows(tally: Tally, side: Side, person: Person, asked: Asked) -> list[Row]:
    found: list[Row] = []
    for one in rows_of(db.session, tally, side, person, SHOWN):
        moment = getattr(one, tally.moment.key) if tally.moment is not None else None
        when = Cell("")
        if moment is not None and tally.moment is not None and tally.moment.key == "due_at":
            is_done = side is Side.DONE or str(getattr(one, "status", "")) in FINISHED
            when = due_cell(moment, asked.at, is_done=is_done)
        elif moment is not None:
            when = cell_of(moment)
        said = " · ".join(
            part for part in (say(one.label_words), str(getattr(one, "description", "") or "")[:80]) if part
        )
        found.append(
            Row(one.id, record_url(type(one), one.id), [Cell(said), cell_of(getattr(one, "status", None)), when])
        )
    return found


def _list_url(tally: Tally, side: Side) -> str:
    query = tally.queries.get(side, "")
    return f"/admin/{tally.model.__tablename__}/" + (f"?{query}" if query else "")


def _values(code: str, asked: Asked) -> list[Row]:
    """What the company has set under the clause and counts today."""
    figures, limits = in_force_by_clause(db.session, code, asked.at)
    rows = [
        Row(
            one.id,
            record_url(Figure, one.id),
            [
                Cell(_figure_name(one)),
                Cell(say(counted_words(one.value, one.unit)), "number"),
                cell_of(one.from_on),
            ],
        )
        for one in figures
    ]
    for policy in limits:
        if policy.amount is not None:
            said = say(counted_words(policy.amount, policy.unit))
            rows.append(
                Row(
                    policy.id,
                    record_url(SlaPolicy, policy.id),
                    [Cell(_policy_name(policy)), Cell(said, "number"), cell_of(policy.from_on)],
                )
            )
    return rows


def _figure_name(one: Figure) -> str:
    name = value_text(one.code)
    part = applies_to_words(str(one.applies_to))
    return t("{name}: {part}", "{name}：{part}", name=name, part=part) if one.applies_to else name


def _policy_name(one: SlaPolicy) -> str:
    """What the limit is for, and what the company calls it."""
    target = say(one.target.words)
    return target if one.name in {target, one.target.words.zh} else f"{target} · {one.name}"


def _neighbours(clause: Clause) -> list[tuple[str, str, str]]:
    """The clauses before and after, to read on."""
    codes = [one.code for one in clauses(db.session)]
    at = codes.index(clause.code)
    before, after = codes[at - 1] if at else "", codes[at + 1] if at + 1 < len(codes) else ""
    ways = (("arrow-left", before, "prev"), ("arrow-right", after, "next"))
    return [(icon, code, rel) for icon, code, rel in ways if code]


def _reading(clause: Clause, person: Person, asked: Asked) -> dict[str, Any] | None:
    """How far the clause has been read, where that was asked for, and who is missing."""
    found = reading_of(db.session, clause, asked.at)
    if not found.asked:
        return None
    mine = receipt_of(db.session, clause, person.employee_id) if person.employee_id is not None else None
    return {
        "title": t("Read and confirmed", "阅知确认"),
        "confirmed": found.confirmed,
        "missing": found.missing,
        "overdue": found.overdue,
        "headings": missing_headings(),
        "rows": [missing_row(one) for one in who_is_missing(db.session, clause)],
        "confirm_url": f"/receipts/{mine.id}/confirm/" if mine is not None else "",
    }


@board.post("/<clause>/ask/")
@signed_in
def ask(clause: str) -> AnyResponse:
    """Puts the clause before everybody."""
    found = clause_of(db.session, clause)
    if found is None:
        raise NotVisible
    if not person_here().holds(Role.ADMIN):
        raise NotYours(Words("Only an administrator asks everybody.", "仅系统管理员可要求全员阅知。"))
    with acting(db.session, act_here()) as act:
        count = ask_everybody(db.session, found, act)
    flash(t("{n} people are asked to confirm.", "已要求 {n} 人阅知确认。", n=count), "success")
    return redirect(f"/regulation/{found.code}/")


# -- what is not set -------------------------------------------------------------------------------------------------


@board.get("/unset/")
@signed_in
def not_set() -> str:
    """Every [X] that the company has not set, by chapter; an administrator sets each in one click."""
    person = person_here()
    found = unset(db.session, now())
    texts = {one.code: one for one in clauses(db.session)}
    groups: dict[str, list[tuple[str, str, Mark]]] = {}
    for code in [code for code in texts if any(one.clause == code for one in found)]:
        for one in [one for one in found if one.clause == code]:
            part = say(texts[code].part.words)
            groups.setdefault(part, []).append((code, say(texts[code].title_words), mark_of(one, person)))
    return render_template("regulation/unset.html", groups=groups, count=len(found), may_set=person.holds(Role.ADMIN))


# -- desks -----------------------------------------------------------------------------------------------------------

MOST_LINES = 8


@desk_card
def unset_card(person: Person) -> DeskCard | None:
    """Figures and time limits [X] that nobody has set: each refuses the act that needs it."""
    if not person.holds(Role.ADMIN):
        return None
    found = unset(db.session, now())
    lines = [_unset_line(one, person) for one in found[:MOST_LINES]]
    return DeskCard(
        t("Not set yet: [X]", "尚未设定的参数 [X]"),
        lines,
        t("Every figure and time limit is set.", "所有参数和时限均已设定。"),
        len(found),
        "adjustments",
        t("All that is not set", "全部未设定项") if found else t("Figures", "制度参数"),
        "/regulation/unset/" if found else "/admin/figure/",
    )


def _unset_line(one: UnsetPart, person: Person) -> DeskLine:
    mark = mark_of(one, person)
    return DeskLine(mark.label, mark.url, " · ".join(filter(None, (one.clause, mark.detail))))


@desk_card
def board_card(person: Person) -> DeskCard | None:
    """Clauses with something overdue, for those who answer for a clause, and for an administrator."""
    if not (person.holds(Role.ADMIN) or owns(person)):
        return None
    told = told_all(person, Asked.now(now()), (Side.OVERDUE,))
    is_all = person.holds(Role.ADMIN, Role.GENERAL_MANAGER)
    late = [one for one in told if one.sums[Side.OVERDUE] and (is_all or person.holds(one.clause.manager))]
    return DeskCard(
        t("Clauses with something overdue", "有逾期事项的条款"),
        [_late_line(one) for one in sorted(late, key=lambda one: -one.sums[Side.OVERDUE])[:MOST_LINES]],
        t("Nothing is overdue under any clause.", "各条款均无逾期事项。"),
        len(late),
        "book",
        t("The regulation", "制度看板"),
        "/regulation/",
    )


def _late_line(one: Told) -> DeskLine:
    count = t("{n} overdue", "逾期 {n} 项", n=one.sums[Side.OVERDUE])
    return DeskLine(f"{one.clause.code} {one.title}", one.url, one.owner, Cell(count, tone="overdue"))
