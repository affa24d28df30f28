"""Every answer leaves with strict headers, and no page holds anything that they would have to stop."""

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy.exc import OperationalError

from admin_views import desk
from tests.admin_views.test_contract import LOGINS, TABLES, creator
from tests.browse import Browser

UNSAFE = re.compile(r"unsafe|\*|https?:|strict-dynamic")
NOT_FOR_EVERYBODY = ("no-store", "public, max-age=31536000, immutable")
PAGES = (
    "/",
    "/password",
    "/indicators/execution_pass_rate/",
    "/calendar/?on=2026-05-09",
    "/limits/",
    "/limits/rectification/?severity=major&start=2026-04-30T16:20",
    "/process/reviews/",
    "/process/completeness/",
    "/process/compare/?old=1&new=1",
    "/nowhere",
    "/attachments/1/",
)


class Hazards(HTMLParser):
    """What a strict policy stops: handlers, styles and scripts in the page, addresses elsewhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name.lower(): value or "" for name, value in attrs}
        self.found += [f"<{tag} {name}>" for name in given if name.startswith("on") or name in {"style", "srcdoc"}]
        for name in {"href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href", "manifest"} & set(
            given
        ):
            if re.match(r"\s*(?!data:image/)([a-z][a-z0-9+.-]*:|//|\\)", given[name], re.IGNORECASE):
                self.found.append(f"<{tag} {name}={given[name]}>")
        if tag in {"base", "object", "embed", "iframe", "frame", "applet"}:
            self.found.append(f"<{tag}>")
        self._inside = tag if tag in {"script", "style"} else ""
        if tag == "script" and "src" not in given:
            self.found.append("<script> without src")

    def handle_data(self, data: str) -> None:
        if self._inside and data.strip():
            self.found.append(f"<{self._inside}>{data[:40]}")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


def looked_at(answer, path: str) -> None:
    """Raises what is wrong with an answer's headers or page."""
    policy = answer.headers.get("Content-Security-Policy", "")
    assert policy.startswith("default-src 'none'"), (path, policy)
    assert "frame-ancestors 'none'" in policy, path
    assert not UNSAFE.search(policy), (path, policy)
    assert answer.headers["X-Content-Type-Options"] == "nosniff", path
    assert answer.headers["X-Frame-Options"] == "DENY", path
    assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}, path
    assert answer.headers["Cache-Control"] in NOT_FOR_EVERYBODY[: 1 + path.startswith("/static/")], path
    assert "Access-Control-Allow-Origin" not in answer.headers, path
    assert not re.search(r"Python|Werkzeug|gunicorn", answer.headers.get("Server", "")), path
    if answer.mimetype == "text/html":
        assert "charset=utf-8" in answer.headers["Content-Type"], path
        assert not Hazards(answer.text).found, (path, Hazards(answer.text).found[:5])


def test_the_looker_finds_what_it_looks_for():
    page = (
        "<a onclick=x style=y href='//e'></a><script>a</script><style>b</style><iframe></iframe>"
        "<a href='javascript:x'></a><img src='data:image/png;x'><a href='/ok?a=http://x'></a>"
    )
    assert len(Hazards(page).found) == 8


@pytest.mark.parametrize("login", ["", *LOGINS])
def test_every_page_of_every_role_is_strict(app, world, login):
    browser = Browser(app, login)
    paths = [
        *PAGES,
        "/login",
        "/healthz",
        "/readyz",
        "/static/gongzheng.js",
        "/static/nowhere.js",
        "/admin/",
        "/admin/team",
    ]
    for table in TABLES:
        shown = {"spot_check": world.check, "action_item": world.action, "employee": world.worker}.get(table, 1)
        paths += [
            f"/admin/{table}/{more}"
            for more in (
                "",
                "new/",
                "export/csv/",
                "export/xlsx/",
                "export/exe/",
                "edit/?id=x",
                "ajax/lookup/?name=department",
                f"details/?id={shown}",
                f"edit/?id={shown}",
                "perform/",
                "?search=%3Cscript%3E&page=-1",
            )
        ]
    for path in paths:
        looked_at(browser.get(path), path)
        looked_at(browser.get(path, Accept="application/json"), path)


@pytest.mark.parametrize("table", TABLES)
def test_refused_forms_and_verbs_are_strict(app, world, table):
    browser = Browser(app, creator(app, table) or "admin")
    if creator(app, table):
        fields = dict.fromkeys(browser.form(f"/admin/{table}/new/"), '<script>alert(1)</script>" onload=x')
        answer = browser.post(f"/admin/{table}/new/", fields | {"csrf_token": browser.token()})
        assert answer.status_code == 422
        looked_at(answer, table)
    for path in ("perform/", "action/", "delete/", "ajax/update/", "attach/", "nowhere/"):
        looked_at(browser.post(f"/admin/{table}/{path}", {"id": 1, "verb": "<script>", "version_no": 1}), path)
        looked_at(browser.post(f"/admin/{table}/{path}", {"csrf_token": "x"}), path)


@pytest.mark.parametrize(
    "path", ["/", "/login", "/admin/team/", "/healthz", "/logout", "/nowhere", "/static/gongzheng.js"]
)
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "BREW", "POST"])
def test_every_method_is_answered_strictly(app, path, method):
    browser = Browser(app, "hr")
    answer = browser.client.open(path, method=method, headers=browser.headers, buffered=True)
    assert answer.status_code in {200, 302, 400, 404, 405}
    looked_at(answer, path)
    if method in {"HEAD", "OPTIONS", "TRACE"}:
        assert not answer.data or answer.status_code in {404, 405}
    if answer.status_code == 405:
        assert answer.headers["Allow"]


def test_what_failed_on_our_side_is_told_as_strictly(app, monkeypatch):
    browser = Browser(app, "hr")
    for fault, status in (
        (RuntimeError("a secret"), 500),
        (OperationalError("SELECT secret", {}, Exception("x")), 503),
    ):

        def broken(_person, fault=fault):
            raise fault

        monkeypatch.setattr(desk, "cards_for", broken)
        for accept in ("text/html", "application/json"):
            answer = browser.get("/", Accept=accept)
            assert answer.status_code == status
            assert "secret" not in answer.text
            looked_at(answer, "/")
    assert answer.headers["Retry-After"] == "5"


def test_files_of_ours_may_be_kept_for_ever_and_nothing_else(app):
    browser = Browser(app)
    assert "immutable" in browser.get("/static/gongzheng.css").headers["Cache-Control"]
    for path in ("/static/nowhere.css", "/static/", "/admin/static/nowhere.js", "/static/../app.py"):
        assert browser.get(path).headers["Cache-Control"] == "no-store", path


@pytest.mark.parametrize("path", [
    "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/..%5capp.py", "/static//etc/passwd",
    "/static/%2fetc%2fpasswd", "/static/....//app.py", "/static/vendor/..%2f..%2f..%2fapp.py", "/static/%00", "/static/.",
    "/static/%c0%ae%c0%ae/app.py", "/admin/static/..%2f..%2fbase.py", "/attachments/..%2fsecret_key/", "/attachments/secret_key/",
])  # fmt: skip
def test_no_path_leads_out_of_the_folder_of_static_files(app, path):
    answer = Browser(app, "hr").get(path)
    assert answer.status_code in {302, 308, 404}, path
    assert "from pathlib import" not in answer.text
    assert "from flask import" not in answer.text
    assert "root:" not in answer.text
