"""The search in the bar above every page: records by number and words, people, documents, and the lists themselves."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, json, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import Select, String, cast, literal, null, select, type_coerce, union_all
from werkzeug.wrappers import Response as AnyResponse

from admin_views import faults
from admin_views.columns import cell_of
from admin_views.listing import BETWEEN, Listing, hints_sql, label_sql
from admin_views.registry import every_view, menu_pages, record_url
from admin_views.screen import Found, FoundKind
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import many, say, t
from models.base import Record
from rules.base import Choice, Person

if TYPE_CHECKING:
    from admin_views.base import RegulationView

finding = Blueprint("finding", __name__)
SHORTEST = 2
AT_ONCE = 6
"""Of each kind below the field; a page shows more of them."""
ON_PAGE = 20
LONGEST = 90


@finding.get("/search/")
def search() -> AnyResponse | str:
    """What words find, by kind; a whole number of a record leads straight to it."""
    if not current_user.is_authenticated:
        return unauthorised()
    words = request.args.get("q", "").replace("\0", "").strip()[:100]
    person, wants_json = person_here(), faults.wants_json()
    kinds = found(person, words, AT_ONCE if wants_json else ON_PAGE)
    if wants_json:
        return Response(json.dumps([asdict(one) for one in kinds], ensure_ascii=False), mimetype="application/json")
    exact = [hit for kind in kinds for hit in kind.hits if hit.is_exact]
    if len(exact) == 1:
        return redirect(exact[0].url)
    return render_template("found.html", words=words, kinds=kinds, is_short=len(words) < SHORTEST)


def found(person: Person, words: str, most: int) -> list[FoundKind]:
    """Everything that fits, in one statement over all tables that the person may open."""
    if len(words) < SHORTEST:
        return []
    views = [one for one in every_view() if one.model.search_columns and one.may_open(person)]
    parts = [_part(view.model, person, words, most, place) for place, view in enumerate(views)]
    rows: dict[int, list[Any]] = {}
    for row in db.session.connection().execute(union_all(*parts)) if parts else ():
        rows.setdefault(row.place, []).append(row)
    kinds = [_kind(views[place], hits, words, most) for place, hits in sorted(rows.items())]
    kinds.sort(key=lambda kind: not any(hit.is_exact for hit in kind.hits))
    return [*_lists(person, words), *kinds]


def _part(model: type[Record], person: Person, words: str, most: int, place: int) -> Select[Any]:
    """The rows of one table that fit: what each is called, what tells it apart, and its state."""
    ids = Listing(model, (), person).first_found(db.session, words, most + 1)
    hints = [cast(one, String) for one in hints_sql(model, person) or _other_words(model)][:2]
    status = type_coerce(model.status, String) if model.lifecycle is not None else null()
    return select(
        literal(place).label("place"),
        model.id.label("id"),
        cast(label_sql(model, model), String).label("label"),
        *(one.label(f"hint_{nth}") for nth, one in enumerate([*hints, null(), null()][:2])),
        cast(status, String).label("status"),
    ).where(model.id.in_(ids))


def _other_words(model: type[Record]) -> list[Any]:
    """The texts that it is found by and not called by."""
    return [getattr(model, name) for name in model.search_columns if name not in model.label_columns]


def _kind(view: "RegulationView", rows: Iterable[Any], words: str, most: int) -> FoundKind:
    hits = sorted((_hit(view.model, row, words) for row in rows), key=lambda one: (not one.is_exact, -one.id))
    more = f"/admin/{view.endpoint}/?search=" if len(hits) > most else ""
    return FoundKind(many(view.model.words), hits[:most], view.icon, more)


def _hit(model: type[Record], row: Any, words: str) -> Found:
    state = cell_of(_state(model, row.status)) if row.status else None
    hint = BETWEEN.join(one for one in (row.hint_0, row.hint_1) if one)
    is_exact = words.lower() in {row.label.lower(), *row.label.lower().split()} and any(map(str.isdigit, words))
    return Found(
        row.id,
        row.label,
        record_url(model, row.id),
        hint if len(hint) <= LONGEST else hint[: LONGEST - 1] + "…",
        state.text if state else "",
        state.tone if state else "",
        is_exact,
    )


def _state(model: type[Record], status: str) -> Choice | str:
    kinds: Any = model.__table__.c.status.type
    return next((one for one in kinds.enum_class if str(one) == status), status)


def _lists(person: Person, words: str) -> list[FoundKind]:
    """Lists and pages that are called so: the way to them without the menu."""
    wanted = words.lower()
    named = [(many(one.model.words), f"/admin/{one.endpoint}/") for one in every_view() if one.may_open(person)]
    named += [(say(one.words), one.url) for one in menu_pages(person)]
    hits = [Found(0, label, url) for label, url in named if wanted in label.lower()]
    return [FoundKind(t("Go to", "前往"), hits[:AT_ONCE], "arrow-right")] if hits else []
