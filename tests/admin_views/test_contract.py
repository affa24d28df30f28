"""What every table's screens promise, over the registry of views: a new view is covered without a new test."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from admin_views.columns import Shown
from admin_views.listing import filter_names, sortable_columns
from admin_views.session import db
from app import CHAPTERS
from models.base import Base
from models.event import Event
from models.search import searched_tables
from rules.base import Role
from tests.browse import Browser

VIEWS = [(model, view) for chapter in CHAPTERS for model, view in chapter.VIEWS]
TABLES = [model.__tablename__ for model, _ in VIEWS]
LOGINS = [str(role) for role in Role]
SQL = re.compile(r"SELECT .* FROM|INSERT INTO|UPDATE .* SET |sqlalchemy|Traceback|sqlite3|psycopg|constraint failed")


def view_of(app: Any, table: str) -> Any:
    return app.extensions["views"][table]


def creator(app: Any, table: str) -> str:
    """A login that may add a record, the narrowest role first."""
    roles = view_of(app, table).access.create
    return next((str(role) for role in reversed(list(Role)) if role in roles), "")


KNOWN = {
    ("action_item", "kind"): "improvement",  # the only kinds that are opened by hand
    ("figure", "code"): "satisfaction_weight",
    ("figure", "applies_to"): "ticket",
    ("priority_matrix", "severity"): "S4",
    ("priority_matrix", "urgency"): "medium",
    ("sla_policy", "match"): "kind=design",
    ("sla_policy", "warnings"): "-60",
    ("sla_policy", "ladder"): "+60: general_manager",
    ("sla_policy", "pauses_on"): "pending_customer",
    ("evaluation", "period"): "2030-12",
    ("assessment_cycle", "from_on"): "2026-10-01",
    ("training_session", "planned_to_at"): "2026-11-13T12:00",
    ("plan_stage", "seq"): "9",
    ("daily_report", "qty_good"): "0",
    ("daily_report", "qty_bad"): "0",
}
"""What only a few words fit into, by table and column; a chapter adds its own."""
CHOSEN = {("kpi_target", "department"), ("kpi_target", "group"), ("reward_penalty", "employee")}
"""Fields that may be empty, but not all of them at once."""
MADE_BY_VERBS = {"order_clearance"}
"""Tables whose rows a verb makes and people fill in: nobody adds one by hand."""
LOOKED_FOR = {
    ("training_session", "trainer"): "工艺技术员",  # process subjects are taught by the technical department
    ("post_assignment", "employee"): "车工一",  # of the team of who assigns
    ("production_plan", "order"): "00002",  # the one without a plan
    ("plan_stage", "plan"): "00002",  # a draft: a stage more in a plan that runs has a review of its own
}
"""Whom a person looks for in a picker, by table and column."""
TYPED = {
    "clause": "P3.2",
    "time_zone": "Asia/Shanghai",
    "starts": "08:00",
    "ends": "09:00",
    "due_at": "2031-01-15T10:00",
    "noticed_on": "2026-01-05",
}
BY_KIND = {"bool": "", "instant": "2026-11-13T10:00", "decimal": "1", "number": "1", "json": "severity=major"}


def sample(shown: Shown, browser: Browser, path: str, nth: int) -> str:
    """A value that a person could type into that field."""
    table = shown.model.__tablename__
    if (table, shown.name) == ("clause", "code"):
        return f"K9.{nth + 1}"
    if shown.kind == "relation":
        wanted = LOOKED_FOR.get((table, shown.name), "")
        rows = browser.get(f"{path}{shown.name}&query={wanted}").json
        return str(rows[0][0]) if rows else ""
    if shown.kind == "date" and shown.name not in TYPED and (table, shown.name) not in KNOWN:
        return f"2031-01-{nth + 1:02d}"
    first = str(next(iter(shown.choices))) if shown.kind == "choice" else f"文字{nth}"
    found = (KNOWN.get((table, shown.name)), TYPED.get(shown.name), BY_KIND.get(shown.kind), first)
    return next(one for one in found if one is not None)


def filled(app: Any, browser: Browser, table: str, nth: int = 0) -> dict[str, str]:
    """The new form of a table, filled in as a person would."""
    view = view_of(app, table)
    fields = browser.form(f"/admin/{table}/new/")
    look = f"/admin/{table}/ajax/lookup/?name="
    with app.test_request_context():
        for name in view.form_columns:
            shown = view.shown(name)
            if not shown.column.nullable or shown.column.unique or (table, name) in CHOSEN:
                fields[name] = sample(shown, browser, look, nth)
        for inline in view.inlines:
            line = view.line_model(inline)
            for name in inline.fields:
                shown = Shown(line, name, view.model.words)
                if not shown.column.nullable:
                    fields[f"{inline.name}-0-{name}"] = sample(shown, browser, f"{look}{inline.name}.", nth)
    return fields


def another(fields: dict[str, str]) -> tuple[str, str]:
    """A field that can be typed into, and something else to type."""
    for name, value in fields.items():
        if "文字" in value:
            return name, value + "改"
        if value.startswith("2031-01-01"):
            return name, "2031-01-02"
        if value.startswith("2026-11-13"):
            return name, "2026-11-12T10:00"
    return ("validity_months", "12") if "validity_months" in fields else ("value", "2")


def count(app: Any, table: str) -> int:
    with app.app_context(), db.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() or 0)


def digest(app: Any) -> dict[str, int]:
    """How many rows each table has, and the head of the chain: anything that a change would move."""
    with app.app_context(), Session(db.engine) as session:
        counts = {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }
        counts["head"] = session.scalar(select(func.max(Event.seq))) or 0
    return counts


@pytest.mark.parametrize("login", LOGINS)
def test_lists_exports_and_pages_open_exactly_as_the_access_says(app, login):
    browser = Browser(app, login)
    for table in TABLES:
        view = view_of(app, table)
        may = (
            Role(login) in view.access.view
            or Role.EMPLOYEE in view.access.view
            or login == "admin"
            or bool(view.model.named_by)
        )
        expected = 200 if may else 403
        for path in ("", "export/csv/", "export/xlsx/"):
            assert browser.get(f"/admin/{table}/{path}").status_code == expected, (table, path)
        held = {Role(login)} | ({Role.EMPLOYEE} if login != "admin" else set())
        may_create = bool(held & view.access.create) and bool(view.form_columns)
        assert browser.get(f"/admin/{table}/new/").status_code == (200 if may_create else 403), table
        assert browser.get(f"/admin/{table}/details/?id=999999").status_code == 404
        assert browser.get(f"/admin/{table}/edit/?id=999999").status_code == 404


@pytest.mark.parametrize("table", TABLES)
def test_a_stranger_is_sent_to_the_door_everywhere(app, table):
    browser = Browser(app)
    for path in ("", "new/", "edit/?id=1", "details/?id=1", "export/csv/", "ajax/lookup/?name=department"):
        assert browser.get(f"/admin/{table}/{path}").status_code == 302, path
        answer = browser.get(f"/admin/{table}/{path}", Accept="application/json")
        assert answer.status_code == 401, path
    for path in ("new/", "perform/", "delete/", "action/", "ajax/update/", "attach/"):
        answer = browser.post(f"/admin/{table}/{path}", {"id": 1}, token_from="/login")
        assert answer.status_code == 302, path


@pytest.mark.parametrize("table", TABLES)
def test_every_heading_sorts_every_filter_filters_every_page_pages(app, table):
    browser = Browser(app, "admin")
    view = view_of(app, table)
    for name in sortable_columns(view.model):
        for more in ("", "&desc=1", "&page=-1", "&page=1", "&page=99999999999999999999"):
            assert browser.get(f"/admin/{table}/?sort={name}{more}").status_code == 200
    with app.test_request_context():
        filters = [view.shown(name) for name in view.filter_columns]
    for shown in filters:
        for name in filter_names(shown):
            for value in ("1", "2026-01-01", "open", "%", "文", "'", "1,2", "9" * 30, "NaN"):
                assert browser.get(f"/admin/{table}/?{name}={value}").status_code == 200, (name, value)
    for words in ("车工", "1", "%", "_", "a", "'\"", "GY-CC", "0000", "ZG-2026"):
        assert browser.get(f"/admin/{table}/?search={words}").status_code == 200


@pytest.mark.parametrize("table", TABLES)
def test_looking_changes_nothing(app, table):
    browser = Browser(app, "admin")
    browser.get("/")
    before = digest(app)
    for path in (
        "",
        "?search=车工",
        "new/",
        "export/csv/",
        "export/xlsx/",
        "details/?id=1",
        "edit/?id=1",
        "delete/?id=1",
        "perform/?id=1&verb=submit",
        "action/?action=accept&rowid=1",
    ):
        browser.get(f"/admin/{table}/{path}")
    assert digest(app) == before


@pytest.mark.parametrize("table", TABLES)
def test_every_field_that_is_picked_in_a_form_a_filter_or_a_verb_has_its_list(app, table):
    """And whatever is no such field has none."""
    browser, view = Browser(app, "admin"), view_of(app, table)
    with app.test_request_context():
        columns = {name: view.shown(name) for name in (*view.form_columns, *view.filter_columns)}
        columns |= {name: view.shown(column) for name, column in view.asked_fields.items()}
        for inline in view.inlines:
            line = view.line_model(inline)
            columns |= {f"{inline.name}.{name}": Shown(line, name, view.model.words) for name in inline.fields}
        picked = {name: shown.kind == "relation" for name, shown in columns.items()}
    for name, is_picked in {**picked, "id": False, "password_hash": False, "items.check": False}.items():
        for words in ("", "%", "\0", "漏" * 200):
            answer = browser.get(f"/admin/{table}/ajax/lookup/?{urlencode({'name': name, 'query': words})}")
            assert answer.status_code == (200 if is_picked else 404), (name, words)


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_sent_without_the_token(app, table):
    browser = Browser(app, "admin")
    browser.get("/")
    before = digest(app)
    for path in ("new/", "edit/?id=1", "perform/", "delete/", "action/", "ajax/update/", "attach/"):
        for token in ("", "wrong"):
            assert browser.post(f"/admin/{table}/{path}", {"id": 1, "csrf_token": token}).status_code == 400, path
    assert digest(app) == before


@pytest.mark.parametrize("table", TABLES)
def test_a_form_makes_one_record_and_one_event_however_often_it_is_sent(any_app, table):
    login = creator(any_app, table)
    if not login:
        assert not view_of(any_app, table).form_columns or table in MADE_BY_VERBS
        return
    browser = Browser(any_app, login)
    fields = filled(any_app, browser, table)
    before, events = count(any_app, table), count(any_app, "event")
    places = set()
    for _ in range(10):
        answer = browser.post(f"/admin/{table}/new/", fields)
        assert answer.status_code == 302, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))[:1500]
        places.add(answer.headers["Location"])
    assert len(places) == 1
    assert count(any_app, table) == before + 1
    assert count(any_app, "event") == events + 1
    page = browser.get(places.pop())
    assert page.status_code == 200


@pytest.mark.parametrize("table", TABLES)
def test_the_second_saver_is_told_and_the_version_must_be_sent(any_app, table):
    login = creator(any_app, table)
    if not login:
        assert not view_of(any_app, table).form_columns or table in MADE_BY_VERBS
        return
    browser = Browser(any_app, login)
    made = browser.post(f"/admin/{table}/new/", filled(any_app, browser, table)).headers["Location"]
    edit = made.replace("details", "edit")
    fields = browser.form(edit)
    name, other = another(fields)
    answer = browser.post(edit, {key: value for key, value in fields.items() if key != "version_no"})
    assert answer.status_code == 422
    changed = fields | {name: other}
    first = browser.post(edit, changed)
    assert first.status_code == 302, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", first.text))[:1500]
    events = count(any_app, "event")
    second = browser.post(edit, fields | {name: changed[name]})
    assert second.status_code == 409
    assert count(any_app, "event") == events + 1  # the refusal
    assert not SQL.search(second.text)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("table", TABLES)
def test_faults_come_back_beside_their_fields_with_what_was_typed(app, table, language):
    login = creator(app, table)
    if not login:
        assert not view_of(app, table).form_columns or table in MADE_BY_VERBS
        return
    browser = Browser(app, login, language=language)
    fields = browser.form(f"/admin/{table}/new/")
    for hostile in ("\0", "x" * 300, "<script>alert(1)</script>", "' OR 1=1 --", "9" * 40, "１２"):
        sent = {
            name: hostile if name not in {"form_token", "version_no", "csrf_token"} else value
            for name, value in fields.items()
        }
        answer = browser.post(f"/admin/{table}/new/", sent)
        assert answer.status_code in {302, 409, 422}, (hostile, answer.status_code)
        assert "<script>alert" not in answer.text
        assert not SQL.search(answer.text)
    if answer.status_code == 422:
        assert ("请" in answer.text) == (language == "zh-CN")


def test_another_departments_record_is_not_there_by_any_way(app, world):
    browser = Browser(app, "quality_inspector")
    assert browser.get(f"/admin/spot_check/details/?id={world.check}").status_code == 200
    browser.get("/")
    before = {name: n for name, n in digest(app).items() if name not in {"event", "head"}}
    for table, key in (("spot_check", world.foreign_check), ("action_item", world.foreign_action)):
        for path in (f"details/?id={key}", f"edit/?id={key}"):
            assert browser.get(f"/admin/{table}/{path}").status_code == 404
        for path, fields in (
            (f"edit/?id={key}", {"version_no": 1, "note": "x"}),
            ("perform/", {"id": key, "verb": "void", "version_no": 1, "note": "x"}),
            ("delete/", {"id": key}),
            ("ajax/update/", {"list_form_pk": key, "note": "x"}),
            ("attach/", {"id": key}),
        ):
            assert browser.post(f"/admin/{table}/{path}", fields).status_code == 404, path
        answer = browser.post(f"/admin/{table}/action/", {"action": "accept", "rowid": key})
        assert answer.status_code in {403, 404}
    listed = browser.get("/admin/spot_check/").text + browser.get("/admin/spot_check/export/csv/").text
    assert f'id={world.foreign_check}"' not in listed
    assert {name: n for name, n in digest(app).items() if name not in {"event", "head"}} == before


def test_hidden_columns_reach_nobody_they_are_hidden_from(app, world):
    for login, sees in (("hr", True), ("sales", False), ("quality_manager", False)):
        browser = Browser(app, login)
        pages = [
            browser.get("/admin/employee/?sort=phone").text,
            browser.get("/admin/employee/export/csv/").text,
            browser.get(f"/admin/employee/details/?id={world.worker}").text,
        ]
        assert any("142000020001" in page for page in pages) is sees, login
        found = browser.get("/admin/employee/?flt_phone=999999").text
        assert "20001" in found, "a filter on a hidden column is no filter"


def test_secrets_stand_in_no_list_form_export_or_event(app):
    browser = Browser(app, "admin")
    pages = "".join(
        browser.get(path).text
        for path in (
            "/admin/account/",
            "/admin/account/details/?id=1",
            "/admin/account/edit/?id=1",
            "/admin/account/export/csv/",
        )
    )
    with app.app_context(), Session(db.engine) as session:
        events = "".join(str(one) for one in session.scalars(select(Event.changes)))
    assert "argon2" not in pages + events


def test_every_searched_table_has_a_view():
    assert set(searched_tables()) <= set(TABLES)
