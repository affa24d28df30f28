"""The door: sessions end at once, guessing is slow, nothing leads off this host."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from admin_views import signin as door
from admin_views.session import db
from models import signin
from models.base import now
from models.event import Event, LoginAttempt, LoginSession
from models.organisation import Account
from rules.event import ABSOLUTE, IDLE, TRIES_AN_HOUR
from tests.browse import Browser
from tests.conftest import make_app
from tests.world import PASSWORD

OFF_THIS_HOST = (
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
    "http:evil.example", "javascript:alert(1)", " //evil.example", "//[", "http://[", "/\r\nSet-Cookie: a=b", "\0//evil.example",
    "//evil.example@localhost", "https:///evil.example", "evil.example", "x" * 5000, "//℀.example",
)  # fmt: skip


@pytest.fixture
def clock(monkeypatch):
    """Moves the clock of the door."""
    at = {"later": timedelta(0)}
    monkeypatch.setattr(door, "now", lambda: now() + at["later"])
    return lambda later: at.update(later=later)


def cookie(browser: Browser) -> str:
    found = browser.client.get_cookie("session")
    assert found is not None
    return found.value


def replayed(app: Flask, value: str) -> int:
    """What somebody gets who has kept a copy of a cookie."""
    client = app.test_client()
    client.set_cookie("session", value)
    return client.get("/").status_code


def rows(app: Flask, query):
    with app.app_context(), Session(db.engine) as session:
        return session.scalars(query).all()


def set_account(app: Flask, login: str, **values) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(Account).where(Account.login == login).values(**values))


def lines_of(page: str) -> str:
    return re.sub(r'value="[^"]*"', "", page)


# -- sessions --------------------------------------------------------------------------------------------------------


def test_a_log_in_makes_a_new_session_and_forgets_what_the_stranger_had(app):
    browser = Browser(app)
    browser.get("/login")
    before = cookie(browser)
    assert browser.sign_in("hr").status_code == 302
    first = cookie(browser)
    assert first != before
    assert replayed(app, before) == 302
    assert browser.post("/login", {"username": "hr", "password": PASSWORD}).status_code == 302
    assert cookie(browser) != first
    assert replayed(app, first) == 302, "whoever sat here before has left"
    hashes = rows(app, select(LoginSession.token_hash))
    assert len(set(hashes)) == len(hashes) == 2


def test_a_session_that_was_put_under_somebody_is_worth_nothing(app):
    attacker, victim = Browser(app), Browser(app)
    attacker.get("/login")
    planted = cookie(attacker)
    victim.client.set_cookie("session", planted)
    victim.sign_in("hr")
    assert victim.get("/").status_code == 200
    assert attacker.get("/").status_code == 302
    assert replayed(app, planted) == 302


def test_a_cookie_kept_from_before_the_log_out_is_worth_nothing(app):
    browser = Browser(app, "hr")
    kept = cookie(browser)
    assert replayed(app, kept) == 200
    assert browser.post("/logout", {}).headers["Location"] == "/login"
    assert replayed(app, kept) == 302
    assert browser.get("/").status_code == 302


def test_a_new_password_ends_every_other_log_in_and_keeps_this_one(app):
    here, elsewhere = Browser(app, "hr"), Browser(app, "hr")
    before = cookie(here)
    sent = {"old": PASSWORD, "new": "another one", "repeat": "another one"}
    assert here.post("/password", sent).headers["Location"] == "/"
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert replayed(app, before) == 302
    assert Browser(app).sign_in("hr").status_code == 422
    assert Browser(app).sign_in("hr", "another one").status_code == 302


@pytest.mark.parametrize("change", ["roles", "disable"])
def test_changing_somebodys_roles_or_shutting_the_account_ends_the_log_in_at_once(app, change):
    person, admin = Browser(app, "quality_manager"), Browser(app, "admin")
    (key,) = rows(app, select(Account.id).where(Account.login == "quality_manager"))
    if change == "roles":
        path = f"/admin/account/edit/?id={key}"
        assert admin.post(path, admin.form(path) | {"roles-0-role": "general_manager"}).status_code == 302
    else:
        assert admin.perform("account", key, "disable", note="x").status_code == 200
    assert person.get("/").status_code == 302
    assert Browser(app).sign_in("quality_manager").status_code == (302 if change == "roles" else 422)


def test_half_an_hour_of_nothing_ends_a_log_in_and_looking_keeps_it(app, clock):
    browser = Browser(app, "hr")
    clock(IDLE - timedelta(minutes=1))
    assert browser.get("/").status_code == 200
    clock(IDLE + timedelta(minutes=20))
    assert browser.get("/").status_code == 200
    clock(IDLE * 2 + timedelta(minutes=21))
    assert browser.get("/").status_code == 302


def test_idle_time_is_written_to_no_table_by_looking(app, clock):
    browser = Browser(app, "hr")
    (before,) = rows(app, select(LoginSession))
    clock(timedelta(minutes=10))
    browser.get("/")
    (after,) = rows(app, select(LoginSession))
    assert (before.began_at, before.ended_at) == (after.began_at, after.ended_at)


def test_twelve_hours_end_a_log_in_however_busy_it_was(app, clock):
    browser = Browser(app, "hr")
    for minutes in range(20, int(ABSOLUTE.total_seconds() / 60), 20):
        clock(timedelta(minutes=minutes))
        assert browser.get("/").status_code == 200, minutes
    clock(ABSOLUTE)
    assert browser.get("/").status_code == 302


def test_a_forged_or_broken_cookie_is_a_stranger(app):
    good = cookie(Browser(app, "hr"))
    for value in ("", "x", "a.b.c", good[:-2], good + "x", good.replace(".", ""), "." * 50, "é", "x" * 4000):
        assert replayed(app, value) == 302, value


def test_tokens_lie_hashed_in_the_database(app):
    browser = Browser(app, "hr")
    with browser.client.session_transaction() as kept:
        token = kept["_user_id"]
    assert rows(app, select(LoginSession.token_hash)) == [signin.token_hash(token)]
    assert not token.isdecimal()


# -- guessing --------------------------------------------------------------------------------------------------------


def test_guessing_is_slow_by_the_tenth_try_and_shut_after_twenty(any_app, clock):
    browser = Browser(any_app)
    taken, braked, seconds = 0, [], 0
    for guess in range(1, 200):
        answer = browser.sign_in("hr", f"guess {guess}")
        assert answer.status_code in {422, 429}
        if answer.status_code == 429:
            wait = int(answer.headers["Retry-After"])
            assert wait > 0
            braked.append(taken)
            seconds += wait
            if seconds >= 3500:
                break
            clock(timedelta(seconds=seconds))
        else:
            taken += 1
    assert braked[0] < 10, "slowed by try 10"
    assert taken <= TRIES_AN_HOUR
    assert browser.sign_in("hr").status_code == 429, "the right password waits as well"
    assert Browser(any_app).sign_in("quality_manager").status_code == 302, "others go in and out"
    clock(timedelta(hours=3))
    assert browser.sign_in("hr").status_code == 302


def test_an_unknown_name_gets_the_same_answer_the_same_work_and_the_same_brake(app, monkeypatch):
    verified = []
    verify = signin._hasher.verify
    monkeypatch.setattr(
        type(signin._hasher), "verify", lambda self, stored, given: verified.append(stored) or verify(stored, given)
    )
    pages = {}
    set_account(app, "general_manager", is_active=False)
    for name, password in (("hr", "wrong"), ("nobody", "wrong"), ("general_manager", PASSWORD)):
        browser = Browser(app)
        pages[name] = [
            (one.status_code, lines_of(one.text)) for one in (browser.sign_in(name, password) for _ in range(7))
        ]
    assert pages["hr"] == pages["nobody"] == pages["general_manager"]
    assert [status for status, _ in pages["hr"]] == [422] * 5 + [429] * 2
    assert len(verified) == 15, "a hash is verified for a name that nobody has"


def test_one_source_that_tries_many_names_is_braked(app):
    with app.app_context(), Session(db.engine) as session:
        at = now()
        session.add_all([LoginAttempt(name=f"name {n}", source="127.0.0.1", at=at) for n in range(TRIES_AN_HOUR * 5)])
        session.commit()
    answer = Browser(app).sign_in("hr")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_the_source_is_not_what_the_other_side_says_it_is(app):
    browser = Browser(app)
    sent = {"username": "hr", "password": "wrong"}
    for n in range(8):
        said = {"X-Forwarded-For": f"10.0.0.{n}", "X-Real-IP": f"10.0.0.{n}", "Forwarded": f"for=10.0.0.{n}"}
        browser.post("/login", sent, token_from="/login", **said)
    assert set(rows(app, select(LoginAttempt.source))) == {"127.0.0.1"}


@pytest.mark.parametrize("said, source", [
    ("203.0.113.7", "203.0.113.7"), ("10.9.9.9, 203.0.113.7", "203.0.113.7"), ("2001:db8::7", "2001:db8::7"),
    ("", "127.0.0.1"), ("nonsense", "127.0.0.1"), ("203.0.113.7, ", "127.0.0.1"), ("9" * 500, "127.0.0.1"),
])  # fmt: skip
def test_behind_a_proxy_of_ours_the_source_is_who_spoke_to_it(sqlite_url, tmp_path, monkeypatch, said, source):
    """Else a stranger's guesses would shut the door for the whole company."""
    monkeypatch.setenv("PUBLIC_URL", "https://gongzheng.example")
    app = make_app(sqlite_url, tmp_path, PREFERRED_URL_SCHEME="https")
    browser = Browser(app)
    answer = browser.post(
        "/login", {"username": "hr", "password": "wrong"}, token_from="/login", **{"X-Forwarded-For": said}
    )
    assert answer.status_code == 422
    assert rows(app, select(LoginAttempt.source)) == [source]


@pytest.mark.parametrize("trusted, source", [("198.51.100.4", "127.0.0.1"), ("127.0.0.1, ::1", "203.0.113.7"), ("*", "203.0.113.7")])  # fmt: skip
def test_other_proxies_are_named_as_gunicorn_names_them(sqlite_url, tmp_path, monkeypatch, trusted, source):
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
    app = make_app(sqlite_url, tmp_path)
    sent = {"username": "hr", "password": "wrong"}
    Browser(app).post("/login", sent, token_from="/login", **{"X-Forwarded-For": "203.0.113.7"})
    assert rows(app, select(LoginAttempt.source)) == [source]


@pytest.mark.parametrize("site, status", [("cross-site", 400), ("same-site", 400), ("same-origin", 302), ("none", 302)])
def test_a_form_that_another_site_sends_does_nothing_whatever_token_it_bears(app, site, status):
    answer = Browser(app).post(
        "/login", {"username": "hr", "password": PASSWORD}, token_from="/login", **{"Sec-Fetch-Site": site}
    )
    assert answer.status_code == status


def test_failed_log_ins_and_refused_password_changes_are_events(app):
    browser = Browser(app)
    browser.sign_in("hr", "wrong")
    browser.sign_in("hr")
    assert browser.post("/password", {"old": "wrong", "new": "another one", "repeat": "another one"}).status_code == 422
    actions = rows(app, select(Event.action).order_by(Event.seq.desc()).limit(3))
    assert actions == ["login_failed", "login", "login_failed"]


def test_the_present_password_cannot_be_guessed_through_an_open_session(app):
    browser = Browser(app, "hr")
    answers = [
        browser.post("/password", {"old": f"guess {n}", "new": "another one", "repeat": "another one"})
        for n in range(8)
    ]
    assert [one.status_code for one in answers] == [422] * 5 + [429] * 3
    assert int(answers[-1].headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "name", ["", "\0", "hr\0", "x" * 5000, "' OR 1=1 --", "<script>alert(1)</script>", "\ufffe", "用户"]
)
def test_odd_names_and_passwords_are_wrong_ones(any_app, name):
    browser = Browser(any_app)
    answer = browser.sign_in(name, "x" * 100_000)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text


# -- one-time passwords ----------------------------------------------------------------------------------------------


def test_a_one_time_password_opens_the_password_page_and_nothing_else(app):
    set_account(app, "hr", must_change_password=True)
    browser = Browser(app)
    assert browser.sign_in("hr").headers["Location"] == "/password"
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "1", rule.rule)
        if rule.endpoint.startswith(("static", "health.", "door.")) or "GET" not in (rule.methods or ()):
            continue
        assert browser.get(path).headers.get("Location") == "/password", path
    token = browser.token("/password")
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and not rule.endpoint.startswith("door."):
            path = re.sub(r"<[^>]+>", "employee", re.sub(r"<int:[^>]+>", "1", rule.rule))
            answer = browser.post(path, {"id": 1, "csrf_token": token})
            assert answer.headers.get("Location") == "/password", rule
    for new in ("short", PASSWORD, "hr"):
        assert (
            browser.post("/password", {"old": PASSWORD, "new": new, "repeat": new}, token_from="/password").status_code
            == 422
        )
    sent = {"old": PASSWORD, "new": "one of my own", "repeat": "one of my own"}
    assert browser.post("/password", sent, token_from="/password").headers["Location"] == "/"
    assert browser.get("/").status_code == 200


# -- where a log-in leads --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", OFF_THIS_HOST)
def test_nothing_leads_off_this_host(app, target):
    browser = Browser(app)
    page = browser.client.get("/login", query_string={"next": target})
    assert page.status_code == 200
    assert "evil.example" not in page.text
    token = browser.token("/login")
    sent = {"username": "hr", "password": PASSWORD, "next": target, "csrf_token": token}
    assert browser.post("/login", sent).headers["Location"] == "/"
    for path, field in (("/language", "locale"), ("/theme", "theme")):
        assert browser.post(path, {field: "en", "next": target}).headers["Location"] == "/"
    stranger = Browser(app)
    referrer = target.replace("\r\n", "").replace("\0", "").encode().decode("latin1")
    answer = stranger.post("/admin/team/new/", {}, token_from="/login", Referer=referrer)
    assert answer.status_code == 302
    assert re.fullmatch(r"/login\?next=%2F([^/\\].*)?", answer.headers["Location"])
    assert "evil.example%2F%2F" not in answer.headers["Location"]


@pytest.mark.parametrize("target", ["/admin/team/", "/admin/team/?search=%E4%B8%80&page=2", "/"])
def test_a_log_in_leads_back_to_where_it_was_asked_for(app, target):
    browser = Browser(app)
    sent_to = browser.get(target).headers["Location"]
    page = browser.get(sent_to)
    assert page.status_code == 200
    asked = re.search(r'name="next" value="([^"]*)"', page.text)
    assert asked is not None
    sent = {"username": "hr", "password": PASSWORD, "next": asked[1].replace("&amp;", "&")}
    assert browser.post("/login", sent, token_from="/login").headers["Location"] == target


def test_a_path_without_its_slash_leads_to_it_on_this_host_whatever_the_host_is_called(app):
    answer = Browser(app, "hr").get("/admin/team?search=a", Host="evil.example")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/admin/team/?search=a")
    for path in ("//evil.example/admin/team", "//evil.example/"):
        answer = app.test_client().get(path, base_url="http://localhost")
        assert not re.match(r"(https?:)?//", answer.headers.get("Location", "")), path


# -- cookies and tokens ----------------------------------------------------------------------------------------------


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(app):
    answer = Browser(app).get("/login")
    (set_cookie,) = answer.headers.getlist("Set-Cookie")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(set_cookie.split("; "))
    assert "Domain" not in set_cookie


def test_over_https_cookies_are_secure_and_tied_to_the_host(sqlite_url, tmp_path, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", "https://gongzheng.example")
    client = make_app(sqlite_url, tmp_path).test_client()
    answer = client.get("/login", base_url="https://gongzheng.example")
    (set_cookie,) = answer.headers.getlist("Set-Cookie")
    assert set_cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(set_cookie.split("; "))
    assert "max-age" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("path", ["/login", "/logout", "/password", "/language", "/theme"])
def test_the_door_takes_nothing_without_its_token_nor_with_another_sessions(app, path):
    person, other = Browser(app, "hr"), Browser(app, "admin")
    for token in ("", "x", other.token()):
        answer = person.post(path, {"username": "admin", "password": PASSWORD, "csrf_token": token})
        assert answer.status_code == 400, token
    assert person.get("/").status_code == 200
    assert person.get("/logout").status_code == 405


def test_only_hosts_that_are_trusted_are_answered(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, TRUSTED_HOSTS=["gongzheng.example", "127.0.0.1"])
    assert app.test_client().get("/login", base_url="http://gongzheng.example").status_code == 200
    for host in ("evil.example", "gongzheng.example.evil.example", "evil.example:80", "a b", "[", "é", ""):
        answer = app.test_client().get("/login", headers={"Host": host.encode().decode("latin1")})
        assert answer.status_code == 400, host
        assert "Content-Security-Policy" in answer.headers
    answer = app.test_client().get(
        "/login", base_url="http://gongzheng.example", headers={"X-Forwarded-Host": "evil.example"}
    )
    assert answer.status_code == 200
    assert "evil.example" not in answer.text
