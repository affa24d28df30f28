"""Every role at every route, generated from the route table: no fault of ours, and no foreign name."""

import re
from typing import Any

import pytest
from sqlalchemy import inspect, or_, select, update
from sqlalchemy.orm import Session

from admin_views.session import db
from models.actions import ActionItem
from models.base import Record
from models.organisation import Account, Customer, Employee, managed_by, person_of
from models.quality import SpotCheck, SpotCheckItem
from rules.base import Role
from tests.admin_views.test_contract import SQL, TABLES, digest
from tests.browse import Browser
from tests.world import TWO

LOGINS = [*map(str, Role), *TWO]
KEYS = range(1, 5)
NOWHERE = 999_999
TRAIL = {"event", "head"}
"""What a refusal leaves behind."""


def mark(session: Session) -> dict[tuple[str, int], str]:
    """Gives every record a text of its own that can be found on any page: the key of each is in its text."""
    marks = {}
    for model, column in (
        (SpotCheck, SpotCheck.note),
        (ActionItem, ActionItem.description),
        (Employee, Employee.phone),
        (Customer, Customer.contact),
    ):
        for key in session.scalars(select(model.id)).all():
            text = marks[(model.__tablename__, key)] = f"Z{model.__tablename__[0]}{key:04d}Z"
            session.execute(update(model).where(model.id == key).values({column.key: text}))
    session.execute(update(SpotCheckItem).values(problem="Zi" + "0000Z"))
    session.commit()
    return marks


def addresses(app: Any, method: str) -> list[tuple[str, str]]:
    """Each route with each table and a few keys in it."""
    found = []
    for rule in app.url_map.iter_rules():
        if (
            method not in (rule.methods or ())
            or rule.endpoint.endswith("static")
            or rule.endpoint in {"door.logout", "door.login"}
        ):
            continue
        tables = TABLES if "<table>" in rule.rule else [""]
        for table in tables:
            path = rule.rule.replace("<table>", table).replace("<export_type>", "csv")
            found.append((rule.endpoint, re.sub(r"<[^>]+>", "1", path)))
    return found


def keys_of(app: Any, model: type[Record]) -> list[int]:
    """The first records of a table, and one that is not there: it must be answered as a hidden one is."""
    with app.app_context(), Session(db.engine) as session:
        found = sorted(session.scalars(select(model.id).where(model.id.in_(KEYS))))
    return [*found, NOWHERE]


def visible_keys(app: Any, login: str, model: type[Record]) -> set[int]:
    with app.app_context(), Session(db.engine) as session:
        account = session.scalar(select(Account).where(Account.login == login))
        assert account is not None
        return set(session.scalars(select(model.id).where(model.visible_to(person_of(session, account)))))


def said_of(app: Any, login: str, marks: dict[tuple[str, int], str]) -> dict[str, str]:
    """The marks that this person may never meet, and whose they are."""
    models = {m.class_.__tablename__: m.class_ for m in Record.registry.mappers}
    seen = {table: visible_keys(app, login, models[table]) for table, _ in marks}
    seen["employee"] &= near_keys(app, login)
    return {text: f"{table} {key}" for (table, key), text in marks.items() if key not in seen[table]}


def near_keys(app: Any, login: str) -> set[int]:
    """The employees whose telephone number this person may see: HR all, others their own and their people's."""
    person = who(app, login)
    is_near = or_(Employee.id == person.employee_id, managed_by(person))
    sees_all = person.holds(Role.ADMIN, Role.HR, Role.HR_MANAGER)
    with app.app_context(), Session(db.engine) as session:
        return set(session.scalars(select(Employee.id) if sees_all else select(Employee.id).where(is_near)))


def who(app: Any, login: str) -> Any:
    with app.app_context(), Session(db.engine) as session:
        account = session.scalar(select(Account).where(Account.login == login))
        assert account is not None
        return person_of(session, account)


@pytest.mark.parametrize("login", LOGINS)
def test_no_role_meets_a_fault_or_a_foreign_record_by_looking(app, world, login):
    with app.app_context(), Session(db.engine) as session:
        marks = mark(session)
    foreign = said_of(app, login, marks)
    browser = Browser(app, login)
    browser.get("/")
    before = uncounted(app)
    keys = {table: keys_of(app, app.extensions["views"][table].model) for table in TABLES}
    for endpoint, path in addresses(app, "GET"):
        if endpoint == "health.ready":
            continue
        table = path.split("/")[2] if path.startswith("/admin/") and path.count("/") > 2 else ""
        asked = [path]
        if endpoint.endswith(("index_view", ".export")):
            asked.append(f"{path}?search=Z&page_size=200&desc=1")
        if endpoint.endswith(("details_view", "edit_view")):
            asked += [f"{path}?id={key}" for key in keys.get(table, KEYS)]
        if endpoint.endswith("ajax_lookup"):
            asked += [f"{path}?name={name}&query=" for name in names_of(app, table)]
        for address in asked:
            answer = browser.get(address)
            assert answer.status_code in {200, 302, 400, 403, 404, 409}, (address, answer.status_code)
            said = answer.get_data().decode(errors="replace")  # papers are no text
            met = {whose for text, whose in foreign.items() if text in said}
            assert not met, (address, met)
            assert not SQL.search(said), address
    assert uncounted(app) == before


def uncounted(app: Any) -> dict[str, int]:
    """What stands in the database, but for the guesses at links without log-in, which are counted."""
    return {name: n for name, n in digest(app).items() if name != "login_attempt"}


def names_of(app: Any, table: str) -> list[str]:
    view = app.extensions["views"][table]
    lines = [f"{one.name}.{name}" for one in view.inlines for name in one.fields]
    return [
        *(one.key for one in inspect(view.model).relationships),
        *lines,
        "created_by",
        "password_hash",
        "../account",
    ]


@pytest.mark.parametrize("login", LOGINS)
def test_no_role_changes_a_record_that_it_may_not_see(app, world, login):
    with app.app_context(), Session(db.engine) as session:
        marks = mark(session)
    foreign = said_of(app, login, marks)
    browser = Browser(app, login)
    token = browser.token()
    models = {table: app.extensions["views"][table].model for table in TABLES}
    hidden = {table: set(keys_of(app, models[table])) - visible_keys(app, login, models[table]) for table in TABLES}
    before = {name: n for name, n in digest(app).items() if name not in TRAIL}
    for _, path in addresses(app, "POST"):
        table = path.split("/")[2] if path.startswith("/admin/") else ""
        if table not in TABLES:
            continue
        verbs = models[table].lifecycle.verbs if models[table].lifecycle else ("void",)
        for key in sorted(hidden[table])[:2]:
            for verb in verbs if path.endswith("perform/") else ("accept",):
                sent = {
                    "id": key, "verb": verb, "action": verb, "rowid": key, "list_form_pk": key, "version_no": 1, "note": "x",
                    "csrf_token": token,
                }  # fmt: skip
                where = f"{path}?id={key}" if path.endswith("edit/") else path
                if path.endswith("new/"):
                    continue
                answer = browser.post(where, sent)
                assert answer.status_code in {403, 404}, (where, verb, answer.status_code)
                assert not any(text in answer.text for text in foreign), where
    assert {name: n for name, n in digest(app).items() if name not in TRAIL} == before


@pytest.mark.parametrize("login", LOGINS)
def test_every_verb_of_every_record_is_answered_without_a_fault(app, world, login):
    browser = Browser(app, login)
    token = browser.token()
    for table in TABLES:
        model = app.extensions["views"][table].model
        verbs = sorted(model.lifecycle.verbs) if model.lifecycle else []
        for verb in [*verbs, "", "create", "status", "__init__", "perform"]:
            for key in (world.worker, world.other_worker) if table == "employee" else (1, 2):
                version = browser.version(table, key)
                sent = {"id": key, "verb": verb, "version_no": version, "note": "x", "csrf_token": token}
                answer = browser.post(f"/admin/{table}/perform/", sent, Accept="application/json")
                assert answer.status_code in {200, 403, 404, 409, 422}, (table, verb, answer.status_code)
                assert answer.json["ok"] is (answer.status_code == 200)
                assert not SQL.search(answer.text)


@pytest.mark.parametrize("login", LOGINS)
def test_nobody_creates_what_the_access_does_not_give(app, login):
    browser = Browser(app, login)
    token, person = browser.token(), who(app, login)
    before = {name: n for name, n in digest(app).items() if name not in TRAIL}
    for table in TABLES:
        view = app.extensions["views"][table]
        if view.access.may_create(person) and view.form_columns:
            continue
        answer = browser.post(f"/admin/{table}/new/", {"csrf_token": token, "name": "x", "code": "x", "login": "x"})
        assert answer.status_code == 403, table
    assert {name: n for name, n in digest(app).items() if name not in TRAIL} == before


def test_what_a_record_refers_to_may_stay_though_its_editor_may_not_see_it(browser_of, world):
    hr = browser_of("hr")
    assert hr.get("/admin/account/").status_code == 403
    path = f"/admin/employee/edit/?id={world.worker}"
    fields = hr.form(path)
    assert fields["account"]
    assert hr.post(path, fields | {"note": "x"}).status_code == 302
    assert hr.form(path)["account"] == fields["account"]
    assert hr.post(path, hr.form(path) | {"account": "1"}).status_code == 422, "another one may not be picked"
