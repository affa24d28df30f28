"""What every page bears beside its own: the person's menu, and the parts that are the same for everybody.

Both are drawn once for each language and kept; of the menu only the line where the reader is differs from page to page.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app, request
from markupsafe import Markup

from admin_views.registry import MenuPage, every_view, menu_pages
from admin_views.screen import MenuGroup, MenuItem
from admin_views.signin import person_here
from admin_views.words import locale, many, say, t
from rules.base import Person, Role, Words

if TYPE_CHECKING:
    from admin_views.base import RegulationView

CHAPTERS: dict[str, tuple[Words, str]] = {
    "quality": (Words("Quality", "质量"), "clipboard-check"),
    "actions": (Words("Corrective actions", "整改"), "tool"),
    "process": (Words("Process", "工艺"), "file-text"),
    "training": (Words("Training", "培训"), "school"),
    "schedule": (Words("Schedule", "工期"), "calendar"),
    "after_sales": (Words("After-sales", "售后"), "phone"),
    "communication": (Words("Communication", "沟通"), "message"),
    "assessment": (Words("Assessment", "考核"), "award"),
    "organisation": (Words("Organisation", "组织"), "building"),
    "regulation": (Words("Regulation", "制度"), "book"),
    "event": (Words("Approvals, log", "审批与记录"), "history"),
}
MOST_KEPT = 500
"""Menus differ by what people may open: some dozens; more are forgotten together."""


def menu() -> Markup:
    """The pages and tables that this person has anything to do with, by chapter."""
    person, path = person_here(), request.path
    pages = menu_pages(person)
    tables = _tables(person)
    nearest = max((page.url for page in pages if path.startswith(page.url)), key=len, default="")
    here = nearest or f"/admin/{request.blueprint}/"
    key = (locale(), *(page.url for page in pages), *(view.endpoint for view in tables))
    drawn = _kept(key, lambda: _drawn(pages, tables))
    return Markup("").join(_lit(group, here) if f'href="{here}"' in group else group for group in drawn)


def _tables(person: Person) -> "Sequence[RegulationView]":
    """The tables that mean anything to somebody with these roles."""
    known: dict[frozenset[Role], Sequence[RegulationView]] = current_app.extensions.setdefault("tables_open_to", {})
    roles = frozenset(person.roles)
    if roles not in known:
        known[roles] = [view for view in every_view() if view.may_open(person)]
    return known[roles]


def _drawn(pages: Sequence[MenuPage], tables: "Sequence[RegulationView]") -> list[Markup]:
    """Each chapter as HTML."""
    groups: dict[str, list[MenuItem]] = {}
    for page in pages:
        groups.setdefault(page.chapter, []).append(MenuItem(say(page.words), page.url))
    for view in tables:
        item = MenuItem(many(view.model.words), f"/admin/{view.endpoint}/")
        groups.setdefault(view.model.chapter, []).append(item)
    draw = current_app.jinja_env.get_template("admin/menu.html").module.group  # type: ignore[attr-defined]
    known = [(say(words), icon, groups[name]) for name, (words, icon) in CHAPTERS.items() if name in groups]
    icons = static("vendor/icons.svg")
    return [draw(MenuGroup(label, items, icon), nth, icons) for nth, (label, icon, items) in enumerate(known, 1)]


def _lit(group: Markup, here: str) -> Markup:
    """The chapter open, with the line of this page marked."""
    link = Markup('<a href="{}"').format(here)
    lit = link + Markup(' class="active" aria-current="page"')
    return group.replace("<details ", Markup("<details open "), 1).replace(link, lit, 1)


def constant(template: str) -> Markup:
    """A part that says the same to everybody who reads its language."""
    form = current_app.jinja_env.get_template(template)
    return _kept((locale(), template), lambda: [Markup(form.render(t=t, static=static))])[0]  # noqa: S704 - a template of ours


def _kept(key: tuple[str, ...], draw: Callable[[], list[Markup]]) -> list[Markup]:
    kept: dict[tuple[str, ...], list[Markup]] = current_app.extensions.setdefault("drawn_parts", {})
    found = kept.get(key)
    if found is None or current_app.debug:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        found = kept[key] = draw()
    return found


_stamps: dict[str, str] = {}


def static(path: str) -> str:
    """The address of a file of ours, with a stamp of its content, so that it may be kept for ever."""
    stamp = _stamps.get(path)
    if stamp is None or current_app.debug:
        file = Path(current_app.root_path) / "admin_views" / "static" / path
        stamp = hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else "0"
        _stamps[path] = stamp
    return f"/static/{path}?v={stamp}"
