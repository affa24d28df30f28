"""What a list's page is made of: headings, rows, filters, conditions in force, the way to other pages."""

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import request

from admin_views.columns import Shown
from admin_views.listing import SIZES, Listing, Page, Question, filter_names, sortable_columns
from admin_views.rows import rows_html
from admin_views.screen import Chip, Filter, Heading, ListPage, Option, Pager
from admin_views.session import db
from admin_views.words import locale, many, say, t, value_text
from models.intake import STORES
from rules.base import Person, names_of

if TYPE_CHECKING:
    from admin_views.base import RegulationView


def list_page(view: "RegulationView", listing: Listing) -> ListPage:
    """A list as its address asks for it."""
    asked = view.asked(listing)
    found = listing.page(db.session, asked)
    labels = listing.labels(db.session, asked)
    table = view.model.__tablename__
    return ListPage(
        title=many(view.model.words),
        headings=_headings(view, listing, asked),
        labels_url=_labels_url(table, listing),
        rows=rows_html(table, listing.columns, found.rows),
        pager=_pager(asked, found),
        filters=[_filter(view, one, asked, labels) for one in listing.filters],
        chips=_chips(listing, asked, labels),
        search=asked.search,
        search_placeholder=t("Search", "搜索"),
        is_searchable=bool(view.model.search_columns),
        clear_url=f"/admin/{table}/",
        create_url=f"/admin/{table}/new/" if view.access.may_create(listing.person) and view.form_columns else "",
        export_urls={kind: f"/admin/{table}/export/{kind}/?{_query({'page': None})}" for kind in ("csv", "xlsx")},
        import_url=_import_url(view, listing.person),
        empty=_empty(view, asked),
        empty_how=_how(view, listing.person),
        bulk=_bulk(view, listing.person),
        bulk_url=f"/admin/{table}/action/",
        hidden=[(name, value) for name, value in request.args.items() if name in {"sort", "desc", "page_size"}],
        clause=view.access.clause,
    )


def labels_css(listing: Listing) -> str:
    """The headings as labels of the cells below them, where a row is a card: rules of a style sheet."""
    labels = [json.dumps(say(one.words), ensure_ascii=False) for one in listing.columns]
    rules = [f"[data-rows] td:nth-child({nth})::before{{content:{one}}}" for nth, one in enumerate(labels, 1)]
    return "\n".join(rules[1:])


def _labels_url(table: str, listing: Listing) -> str:
    """The address of that style sheet, with a stamp of what it says, so that it may be kept for ever."""
    stamp = hashlib.sha256(labels_css(listing).encode()).hexdigest()[:12]
    return f"/admin/{table}/labels.css?lang={locale()}&v={stamp}"


def _import_url(view: "RegulationView", person: Person) -> str:
    """Where a ledger of these records is handed in; empty where there is none, or it is not this person's to do."""
    entity = next((name for name, one in STORES.items() if one.model is view.model), "")
    return f"/import/?entity={entity}" if entity and view.access.may_create(person) else ""


def _query(changed: dict[str, Any]) -> str:
    """The address's own conditions with some of them changed."""
    kept = {name: value for name, value in request.args.items() if value}
    kept.update(changed)
    return urlencode({name: value for name, value in kept.items() if value is not None})


def _headings(view: "RegulationView", listing: Listing, asked: Question) -> list[Heading]:
    sortable = sortable_columns(view.model)
    found = []
    for one in listing.columns:
        name = one.name
        is_sorted = asked.sort == name
        turned = "1" if is_sorted and not asked.is_descending else None
        url = (
            f"?{_query({'sort': name, 'desc': turned, 'page': None})}"
            if name in sortable and one.relation is None
            else ""
        )
        kind = "number" if one.kind in {"decimal", "number"} else one.kind
        found.append(Heading(name, say(one.words), kind, url, is_sorted, is_sorted and asked.is_descending))
    return found


def _counted(found: Page) -> str:
    number = f"{found.count:,}"
    return t("more than {n}", "超过 {n} 条", n=number) if found.is_capped else t("{n} in all", "共 {n} 条", n=number)


def _pager(asked: Question, found: Page) -> Pager:
    shown = len(found.rows)
    first_row = asked.page * asked.size + 1 if asked.page >= 0 and shown else 0
    return Pager(
        first_url=f"?{_query({'page': None})}" if asked.page != 0 else "",
        previous_url=_page_url(found.previous),
        next_url=_page_url(found.following),
        last_url=_page_url(-1) if found.following is not None and asked.page >= 0 else "",
        from_row=first_row,
        to_row=first_row + shown - 1 if first_row else 0,
        count_text=_counted(found),
        sizes=[
            Option(f"?{_query({'page_size': size, 'page': None})}", str(size), size == asked.size) for size in SIZES
        ],
    )


def _page_url(page: int | None) -> str:
    return "" if page is None else f"?{_query({'page': page or None})}"


def _filter(view: "RegulationView", shown: Shown, asked: Question, labels: Mapping[str, str]) -> Filter:
    names = filter_names(shown)
    values = [asked.filters.get(name, "") for name in names]
    kind = {"instant": "date", "decimal": "number", "json": "text", "long_text": "text"}.get(shown.kind, shown.kind)
    if len(names) == 2:
        return Filter(
            say(shown.words),
            kind,
            shown.name,
            name_from=names[0],
            value_from=values[0],
            name_to=names[1],
            value_to=values[1],
        )
    options = (
        [Option(str(one), say(one.words), str(one) == values[0]) for one in shown.choices] if kind == "choice" else []
    )
    lookup = view.lookup_url(shown.name) if kind == "relation" else ""
    label = _value_label(shown, values[0], labels)
    return Filter(say(shown.words), kind, names[0], values[0], label, options=options, lookup_url=lookup)


def _value_label(shown: Shown, value: str, picked: Mapping[str, str]) -> str:
    if shown.kind == "relation":
        return picked.get(shown.name, value)
    if shown.kind == "choice":
        labels = {str(one): say(one.words) for one in shown.choices}
        return t(", ", "、").join(labels.get(one, one) for one in value.split(","))
    if shown.kind == "bool":
        return value_text(value == "1")
    return value


def _chips(listing: Listing, asked: Question, labels: Mapping[str, str]) -> list[Chip]:
    found = []
    if asked.search:
        found.append(
            Chip(
                t("Search: {words}", "搜索：{words}", words=asked.search), f"?{_query({'search': None, 'page': None})}"
            )
        )
    for one in listing.filters:
        names = filter_names(one)
        values = [asked.filters.get(name, "") for name in names]
        if any(values):
            said = " – ".join(_value_label(one, value, labels) for value in values)
            gone = dict.fromkeys([*names, "page"])
            found.append(Chip(f"{say(one.words)}: {said}", f"?{_query(gone)}"))
    return found


def _empty(view: "RegulationView", asked: Question) -> str:
    if asked.search or asked.filters:
        return t("Nothing fits these conditions.", "没有符合条件的记录。")
    return t("No {what} yet.", "还没有{what}。", what=many(view.model.words).lower())


def _how(view: "RegulationView", person: Person) -> str:
    """Where the first row of an empty list comes from."""
    if not view.form_columns or not view.access.create:
        return t("They come by themselves, from what happens elsewhere.", "由其他业务自动产生，无需手工新建。")
    if view.access.may_create(person):
        return ""
    return t("Made by: {who}.", "由{who}新建。", who=names_of(view.access.create))


def _bulk(view: "RegulationView", person: Person) -> list[Option]:
    """What can be done to several rows at once, by those who might."""
    cycle = view.model.lifecycle
    if cycle is None or person.employee_id is None:
        return []
    steps = {one.verb: one for one in cycle.steps}
    return [Option(verb, say(steps[verb].words)) for verb in view.bulk_verbs if verb in steps]
