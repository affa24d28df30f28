"""Nonsense over every form, address and header: seeded, bounded; never a fault of ours, never SQL, never a trace.

FUZZ_REQUESTS asks for more of them (10000 for LIMITS.md), FUZZ_SEED for others.
"""

import io
import json
import os
import random
import re
import string
from urllib.parse import quote_from_bytes

import pytest
from flask import Flask

from tests.admin_views.test_contract import SQL, TABLES, creator
from tests.browse import Browser

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "400"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
PARTS = 8
"""Each part signs in anew, as another person."""
TEXTS = [
    b"", b" ", b"\0", b"a\0b", b"1,2", b"1;2", b"-1", b"0", b"1", b"1.5", b"1e999999999", b"1e-999999999", b"0e99999999", b"NaN", b"sNaN", b"Infinity",
    b"-0", b"9" * 20, b"9" * 400, b"9" * 5000, b"2147483648", b"9223372036854775808", b"0x10", b"1_000", b"\xc2\xb2", b"\xef\xbc\x91\xef\xbc\x92",
    b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"%", b"_", b"%s%n%x", b"{{7*7}}", b"${7*7}", b"' OR 1=1 --", b'"; DROP TABLE event; --',
    b"<script>alert(1)</script>", b"javascript:alert(1)", b"//evil.example", b"//[", b"../../etc/passwd", b"\r\nX-Evil: 1", b"\\", b"a" * 300, b"a" * 30_000,
    b"2026-02-30", b"0001-01-01", b"9999-12-31", b"2026-01-01T25:00", b"1900-01-01T00:00", b"9999-12-31T23:59:59+14:00", b"2026-W01-1", b"20260101",
    "\u202e\u200b\ufeff".encode(), "车工".encode(), "😀".encode(), "漏".encode() * 3000, b"Asia", b"x=y", b"=1+1", b"[]", b"{}", b"null", b"true",
    b"__class__", b"spot_check", b"items.employee", b"id", b"page", b"csv", b"24:00", b"99:99", b"100000000000000000",
]  # fmt: skip
NAMES = [
    "id", "page", "page_size", "sort", "desc", "search", "name", "query", "rowid", "action", "verb", "version_no", "note", "next", "endpoint", "url",
    "lang", "locale", "theme", "month", "department", "rechecks", "form_token", "list_form_pk", "kind", "file", "limit", "offset", "_method", "username",
    "password", "old", "new", "repeat", "flt_status", "flt_checked_at_from", "flt_due_at_to", "flt_department", "flt_post", "flt0_0", "measure",
]  # fmt: skip
TYPES = [
    "application/json", "text/plain", "application/xml", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=b",
    "application/x-www-form-urlencoded; charset=utf-16", "application/x-www-form-urlencoded; charset=nonsense", "", "x" * 500, "application/octet-stream",
]  # fmt: skip
NOT_OURS = {501, 505}
TRACE = re.compile(SQL.pattern + r"|File \"|werkzeug|psycopg|site-packages|NoneType|KeyError|ValueError|TypeError")


class Fuzz:
    """One person with a random mind."""

    def __init__(self, app: Flask, part: int) -> None:
        self.app, self.dice = app, random.Random(SEED * 1000 + part)  # noqa: S311 - the same nonsense for the same seed
        logins = [
            "admin",
            "quality_inspector",
            "hr",
            "technical",
            "employee",
            "quality_manager",
            "production_manager",
            "",
        ]
        self.browser = Browser(app, logins[part % len(logins)])
        self.rules = sorted((one for one in app.url_map.iter_rules() if one.endpoint != "door.logout"), key=str)
        self.token = self.browser.token("/login" if not self.browser.login else "/")
        self.forms = self._forms()

    def _forms(self) -> dict[str, list[str]]:
        """The fields of each form, as the pages that may be opened show them."""
        found = {}
        for table in TABLES:
            for path in (f"/admin/{table}/new/", f"/admin/{table}/edit/?id=1"):
                if creator(self.app, table) and self.browser.get(path).status_code == 200:
                    found[path] = list(self.browser.form(path))
        return found

    def word(self) -> bytes:
        if self.dice.random() < 0.1:
            return bytes(self.dice.randrange(256) for _ in range(self.dice.randrange(40)))
        return self.dice.choice(TEXTS)

    def name(self) -> str:
        return (
            self.dice.choice(NAMES) if self.dice.random() < 0.9 else "".join(self.dice.choices(string.printable, k=8))
        )

    def pairs(self, names: list[str]) -> list[tuple[str, bytes]]:
        """Some fields left out, some sent twice, some made up."""
        found = [(one, self.word()) for one in names if self.dice.random() < 0.8]
        found += [(self.name(), self.word()) for _ in range(self.dice.randrange(4))]
        return found

    def path(self) -> str:
        rule = self.dice.choice(self.rules)

        def fill(_match: re.Match[str]) -> str:
            return quote_from_bytes(self.dice.choice([*TEXTS, b"csv", b"xlsx"])[:200], safe="")

        return re.sub(r"<[^>]+>", fill, rule.rule)

    @staticmethod
    def encoded(pairs: list[tuple[str, bytes]]) -> str:
        return "&".join(f"{quote_from_bytes(name.encode())}={quote_from_bytes(value[:3000])}" for name, value in pairs)

    def headers(self) -> dict[str, str]:
        made = {"Accept": self.dice.choice(["text/html", "application/json", "*/*", "x", ";q=,", ""])}
        if self.dice.random() < 0.2:
            odd = self.word().translate(None, b"\r\n\0").decode("latin1")[:2000]
            made[
                self.dice.choice(
                    ["Referer", "Accept-Language", "User-Agent", "Range", "If-None-Match", "X-Forwarded-Host", "Origin"]
                )
            ] = odd
        return made

    def look(self):
        query = self.encoded([(self.name(), self.word()) for _ in range(self.dice.randrange(5))])
        method = self.dice.choices(["GET", "HEAD", "OPTIONS"], [8, 1, 1])[0]
        path = self.path()
        return f"{method} {path}?{query}"[:300], self.browser.client.open(
            f"{path}?{query}", method=method, headers=self.headers(), buffered=True
        )

    def send(self):
        path = self.dice.choice([*self.forms, self.path(), self.path()]) if self.forms else self.path()
        names = self.forms.get(path, []) or ["id", "verb", "version_no", "note", "action", "rowid", "file"]
        pairs = [(name, value) for name, value in self.pairs(names) if name != "csrf_token"]
        pairs = [
            (name, b"1" if name in {"id", "version_no"} and self.dice.random() < 0.7 else value)
            for name, value in pairs
        ]
        if self.dice.random() < 0.9:
            pairs.append(("csrf_token", self.token.encode()))
        if re.search("/(language|theme|password)$", path):  # a person who locks himself out fuzzes nothing any more
            pairs = [one for one in pairs if one[0] not in {"new", "repeat"}]
        return f"POST {path} {pairs}"[:600], self.post(path, pairs)

    def post(self, path: str, pairs: list[tuple[str, bytes]]):
        headers = self.headers()
        match self.dice.randrange(6):
            case 0:
                headers["Content-Type"] = self.dice.choice(TYPES)
                return self.browser.client.post(
                    path, data=self.word() * 3, headers={**headers, "X-CSRFToken": self.token}, buffered=True
                )
            case 1:
                body = json.dumps({name: [value.decode("latin1")] for name, value in pairs})
                more = {**headers, "X-CSRFToken": self.token}
                return self.browser.client.post(
                    path, data=body, content_type="application/json", headers=more, buffered=True
                )
            case 2:
                data = {
                    name: (io.BytesIO(value), value[:40].decode("utf8", "replace").replace("\0", "") or "x")
                    for name, value in pairs
                }
                data = {**data, "csrf_token": self.token, "id": "1"}
                return self.browser.client.post(path, data=data, headers=headers, buffered=True)
        body = "&".join(f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}" for name, value in pairs)
        content_type = "application/x-www-form-urlencoded"
        return self.browser.client.post(path, data=body, content_type=content_type, headers=headers, buffered=True)


@pytest.mark.parametrize("part", range(PARTS))
def test_nonsense_is_never_a_fault_of_ours(any_app, part):
    fuzz = Fuzz(any_app, part)
    for number in range(REQUESTS // PARTS):
        said, answer = fuzz.look() if fuzz.dice.random() < 0.4 else fuzz.send()
        is_readiness = said.split()[1].startswith("/readyz")
        assert answer.status_code < 500 or is_readiness or answer.status_code in NOT_OURS, (
            number,
            said,
            answer.status_code,
        )
        if answer.mimetype in {"text/html", "application/json"} and not is_readiness:
            assert not TRACE.search(re.sub(r"(value|href)=\"[^\"]*\"|<textarea.*?</textarea>", "", answer.text)), (
                number,
                said,
            )
        assert "X-Evil" not in answer.headers
        assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize(
    "number",
    ["99999999999999999999", "-99999999999999999999", "9" * 400, "9" * 5000, "1,2", "1.5", "%00", "%FF", "1%00", "²"],
)
def test_odd_keys_and_pages_are_not_there_or_the_nearest(any_browser_of, number):
    browser = any_browser_of("admin")
    for table in ("spot_check", "account"):
        assert browser.get(f"/admin/{table}/?page={number}&page_size={number}&sort={number}").status_code == 200
        for path in ("details", "edit"):
            assert browser.get(f"/admin/{table}/{path}/?id={number}").status_code == 404
        for path, field in (("perform", "id"), ("delete", "id"), ("ajax/update", "list_form_pk")):
            assert (
                browser.post(
                    f"/admin/{table}/{path}/", {field: number, "version_no": number, "verb": number}
                ).status_code
                == 404
            )


@pytest.mark.parametrize("login", ["quality_manager", "project_lead"])
def test_odd_keys_in_addresses_are_nowhere(any_browser_of, any_app, login):
    browser = any_browser_of(login)
    rules = [one.rule for one in any_app.url_map.iter_rules() if "<" in one.rule and "GET" in (one.methods or ())]
    for rule in rules:
        if "<filename>" in rule or "<path:" in rule:
            continue
        for key in ("9" * 19, "-1", "%C2%B2", "1%00", "%ED%A0%80"):
            answer = browser.get(re.sub(r"<[^>]+>", key, rule))
            assert answer.status_code in {200, 302, 403, 404, 429}, (rule, key)


@pytest.mark.parametrize("key", ["9" * 5000, "²", "-1", "x", "１", "0" * 400, ""])
def test_odd_places_and_keys_of_lines_are_no_fault(any_browser_of, key):
    browser = any_browser_of("quality_inspector")
    fields = browser.form("/admin/spot_check/new/")
    more = {
        f"items-{key}-question": "a",
        "items-0-id": key,
        "items-0-question": "a",
        f"items-{key}-id": key,
        "items-0-0-0": key,
        "items-": key,
    }
    assert browser.post("/admin/spot_check/new/", fields | more).status_code == 422


def test_more_lines_than_anybody_types_are_refused_and_none_is_lost_silently(browser_of):
    browser = browser_of("quality_inspector")
    fields = browser.form("/admin/spot_check/new/")
    answer = browser.post("/admin/spot_check/new/", fields | {f"items-{n}-question": "a" for n in range(201)})
    assert answer.status_code == 422
    assert "200" in answer.text


@pytest.mark.parametrize(
    "path", ["/login", "/admin/team/new/", "/admin/spot_check/perform/", "/admin/spot_check/attach/", "/nowhere"]
)
def test_too_much_is_refused_in_words(browser_of, path):
    browser = browser_of("admin")
    many = b"".join(b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(6000)) + b"--b--\r\n"
    for body, content_type in (
        (many, "multipart/form-data; boundary=b"),
        (b"a=" + b"x" * 5_000_000, "application/x-www-form-urlencoded"),
        (
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"x" * 5_000_000,
            "multipart/form-data; boundary=b",
        ),
    ):
        answer = browser.client.post(path, data=body, content_type=content_type, headers=browser.headers)
        assert answer.status_code in ({404} if path == "/nowhere" else {400, 413})
        assert "Traceback" not in answer.text
    said = {"CONTENT_LENGTH": "99999999999"}
    answer = browser.client.post(
        path, data=b"a=1", content_type="application/x-www-form-urlencoded", environ_overrides=said
    )
    assert answer.status_code in {404, 413}


@pytest.mark.parametrize("verb", ["\0", "submit\0", "x" * 5000, "<script>", "é", "submit,void"])
def test_odd_verbs_are_refused_and_noted(any_browser_of, world, verb):
    browser = any_browser_of("quality_inspector")
    answer = browser.perform("spot_check", world.check, verb, note="\0" * 10)
    assert answer.status_code == 409
    assert answer.json["ok"] is False


@pytest.mark.parametrize(
    "search", ["%00", "%FF%FE", "a%00b", "%25", "_", "%E8%BD%A6%00", "%27", "%22", "*", "AND", "NEAR(", "^", "漏" * 200]
)
def test_odd_words_are_searched_without_a_fault(any_browser_of, search):
    browser = any_browser_of("admin")
    for table in TABLES:
        assert browser.get(f"/admin/{table}/?search={search}").status_code == 200
    for name in ("flt_status", "flt_checked_at_from", "flt_department", "flt_no"):
        assert browser.get(f"/admin/spot_check/?{name}={search}").status_code == 200
    assert browser.get(f"/admin/spot_check/ajax/lookup/?name=post&query={search}").status_code == 200
    assert browser.get(f"/admin/figure/?flt_code={search}").status_code == 200


def test_a_choice_that_there_is_not_in_a_form_that_is_stale_is_a_conflict(browser_of):
    browser = browser_of("admin")
    path = "/admin/calendar_day/edit/?id=1"
    sent = browser.form(path) | {"version_no": "999", "day_type": "no such kind"}
    assert browser.post(path, sent).status_code == 409
