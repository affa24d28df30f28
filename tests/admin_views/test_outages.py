"""The database down, cut off, full, read-only or held by somebody: 503 in plain words, nothing half done, well again by itself."""

import errno
import json
import re

import pytest
from sqlalchemy import create_engine, event, text

from admin_views import desk, signin
from admin_views.session import db
from models import engine
from tests.admin_views.test_contract import SQL, digest
from tests.admin_views.test_headers import looked_at
from tests.browse import Browser
from tests.conftest import _let_go, make_app

DOWN = "postgresql://nobody@127.0.0.1:1/nothing"
FORM = {"code": "NEW", "name": "一组", "department": "5"}


@pytest.fixture
def cookie(app):
    """The cookie of somebody who signed in while all was well."""
    return Browser(app, "admin").client.get_cookie("session").value


@pytest.fixture
def without_database(tmp_path):
    made = make_app(DOWN, tmp_path)
    yield made
    _let_go(made)


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_a_database_that_is_down_is_told_on_every_page_without_asking_it(without_database, cookie, is_signed_in):
    client = without_database.test_client()
    if is_signed_in:
        client.set_cookie("session", cookie)
    for path in (
        "/",
        "/admin/team/",
        "/admin/team/new/",
        "/admin/team/export/csv/",
        "/indicators/execution_pass_rate/",
        "/nowhere",
        "/login",
    ):
        for accept in ("text/html", "application/json"):
            answer = client.get(path, headers={"Accept": accept, "Accept-Language": "zh-CN"}, buffered=True)
            expected = {503} if is_signed_in else {200, 302, 401, 404}
            assert answer.status_code in expected, (path, accept, answer.status_code)
            assert not SQL.search(answer.text), path
            looked_at(answer, path)
            if answer.status_code == 503:
                assert answer.headers["Retry-After"]
                said = json.loads(answer.text)["message"] if accept == "application/json" else answer.text
                assert "请稍后重试" in said
    assert client.get("/healthz").status_code == 200
    assert client.get("/static/gongzheng.css", buffered=True).status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json["database"] == "out of reach"
    assert "nobody" not in ready.text


def test_a_log_in_while_the_database_is_down_is_told_in_words(without_database):
    browser = Browser(without_database)
    answer = browser.sign_in("admin")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_a_database_that_goes_away_between_two_statements_is_told(any_app, monkeypatch):
    browser = Browser(any_app, "admin")
    browser.get("/")

    def cut(_person):
        raw = db.session.connection().connection.dbapi_connection
        raw.close()
        return db.session.execute(text("SELECT 1")) and []

    with monkeypatch.context() as patched:
        patched.setattr(desk, "cards_for", cut)
        answer = browser.get("/")
    assert answer.status_code == 503
    looked_at(answer, "/")
    assert browser.get("/").status_code == 200


def test_a_refusal_that_cannot_be_noted_is_a_503_and_not_a_fault(any_app, monkeypatch):
    browser = Browser(any_app, "employee")
    sent = {"id": 1, "verb": "void", "version_no": 1, "csrf_token": browser.token()}

    def away(*_arguments, **_more):
        db.session.execute(text("SELECT * FROM nothing_of_that_name"))

    monkeypatch.setattr("admin_views.faults.record_refusal", away)
    answer = browser.post("/admin/spot_check/perform/", sent)
    assert answer.status_code == 503
    looked_at(answer, "/admin/spot_check/perform/")
    assert "nothing_of_that_name" not in answer.text


def test_a_full_disk_refuses_in_words_and_takes_writes_again_when_there_is_room(app):
    browser = Browser(app, "admin")
    path = "/admin/team/new/"
    fields = browser.form(path) | FORM | {"name": "字" * 90}
    before = digest(app)
    limits = {"pages": 0}

    def limited(connection):
        connection.exec_driver_sql(f"PRAGMA max_page_count={limits['pages']}")

    with app.app_context(), db.engine.connect() as connection:
        limits["pages"] = int(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0) + 8
        event.listen(db.engine, "begin", limited)
    filled = [browser.post(path, fields | {"code": f"F{n}", "form_token": f"t{n}"}).status_code for n in range(60)]
    assert set(filled) == {302, 503}
    refused = browser.post(path, fields | {"code": "LAST", "form_token": "last"})
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    assert not SQL.search(refused.text)
    assert browser.get("/admin/team/").status_code == 200, "who only looks is served"
    limits["pages"] = 10**6
    assert browser.post(path, fields | {"code": "LAST", "form_token": "last"}).status_code == 302
    after = digest(app)
    assert after["team"] == before["team"] + filled.count(302) + 1
    assert after["head"] == after["event"], "the chain has no gap"


def test_a_database_that_may_only_be_read_refuses_changes_in_words(any_app, any_url):
    browser = Browser(any_app, "admin")
    fields = browser.form("/admin/team/new/") | FORM
    said = "PRAGMA query_only=1" if any_url.startswith("sqlite") else "SET TRANSACTION READ ONLY"
    is_so = [True]
    with any_app.app_context():
        event.listen(db.engine, "begin", lambda connection: is_so[0] and connection.exec_driver_sql(said))
    refused = browser.post("/admin/team/new/", fields)
    assert browser.get("/admin/team/").status_code == 200
    is_so[0] = False
    assert refused.status_code == 503
    assert not SQL.search(refused.text)
    assert browser.post("/admin/team/new/", fields).status_code == 302


def test_a_writer_that_never_ends_makes_others_wait_and_then_tells_them(any_app, any_url, monkeypatch):
    monkeypatch.setitem(engine.SQLITE_SETTINGS, "busy_timeout", 100)
    browser = Browser(any_app, "admin")
    fields = browser.form("/admin/team/new/") | FORM
    soon = "SET LOCAL lock_timeout = '100ms'"
    with any_app.app_context():
        db.engine.dispose()
        if not any_url.startswith("sqlite"):
            event.listen(db.engine, "begin", lambda connection: connection.exec_driver_sql(soon))
    engine.let_write(may=True)
    other = create_engine(any_url)
    with other.connect() as held:
        held.execute(text("UPDATE event_head SET hash = hash"))
        answer = browser.post("/admin/team/new/", fields)
        assert answer.status_code == 503
        assert not SQL.search(answer.text)
        held.rollback()
    other.dispose()
    assert browser.post("/admin/team/new/", fields).status_code == 302


@pytest.mark.parametrize("number, status", [(errno.ENOSPC, 503), (errno.EROFS, 503), (errno.ENOENT, 500)])
def test_only_what_comes_back_by_itself_is_a_503(app, monkeypatch, number, status):
    def full(_person):
        raise OSError(number, "a secret")

    browser = Browser(app, "hr")
    monkeypatch.setattr(desk, "cards_for", full)
    answer = browser.get("/")
    assert answer.status_code == status
    assert "secret" not in answer.text


def test_a_serialisation_failure_repeats_the_whole_request_and_tells_once(any_app, monkeypatch):
    from sqlalchemy.exc import OperationalError

    browser = Browser(any_app, "admin")
    fields = browser.form("/admin/team/new/") | FORM
    left = [3]
    save = type(any_app.extensions["views"]["team"]).before_save

    class Clash(Exception):
        sqlstate = "40001"

    def clashes(self, record, act):
        if left[0]:
            left[0] -= 1
            db.session.flush()
            raise OperationalError("UPDATE", {}, Clash())
        return save(self, record, act)

    monkeypatch.setattr(type(any_app.extensions["views"]["team"]), "before_save", clashes)
    before = digest(any_app)
    answer = browser.post("/admin/team/new/", fields)
    assert answer.status_code == 302
    after = digest(any_app)
    assert after["team"] == before["team"] + 1
    assert after["event"] == before["event"] + 1
    assert len(re.findall("Saved", browser.get(answer.headers["Location"]).text)) == 1
    left[0] = 99
    refused = browser.post("/admin/team/new/", fields | {"code": "TWO", "form_token": "two"})
    assert refused.status_code == 503
    assert digest(any_app)["team"] == after["team"]


def test_nobody_is_asked_for_again_once_the_database_is_away(app):
    with app.test_request_context("/"):
        signin.nobody_here()
        assert signin.account_here() is None
        assert signin.name_here() == ""
        assert signin.roles_here() == ""
