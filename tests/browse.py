"""A person at a browser, without one: signs in, reads forms as they are, sends them back."""

import html
import re
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from admin_views.session import db
from tests.world import PASSWORD


class Form(HTMLParser):
    """The fields of the forms in a page, as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._select: str | None = None
        self._textarea: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(
                {"action": given.get("action", ""), "method": given.get("method", "get").lower(), "fields": {}}
            )
        if not self.forms:
            return
        fields = self.forms[-1]["fields"]
        if tag == "input" and given.get("name"):
            if given.get("type") in {"checkbox", "radio"} and "checked" not in given:
                return
            if given.get("type") not in {"submit", "file"}:
                fields[given["name"]] = given.get("value", "")
        if tag == "select" and given.get("name"):
            self._select = given["name"]
            fields.setdefault(self._select, "")
        if tag == "option" and self._select and "selected" in given:
            fields[self._select] = given.get("value", "")
        if tag == "textarea" and given.get("name"):
            self._textarea = given["name"]
            fields[self._textarea] = ""

    def handle_data(self, data: str) -> None:
        if self._textarea and self.forms:
            self.forms[-1]["fields"][self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        if tag == "textarea":
            self._textarea = None


class Browser:
    """One person's browser; ``language`` as the browser asks for it."""

    def __init__(self, app: Flask, login: str = "", *, language: str = "en") -> None:
        self.app, self.client = app, app.test_client()
        self._token = ""
        self.headers = {"Accept-Language": language}
        self.login = login
        if login:
            answer = self.sign_in(login)
            assert answer.status_code == 302, (login, answer.status_code)

    def sign_in(self, login: str, password: str = PASSWORD) -> TestResponse:
        return self.post("/login", {"username": login, "password": password}, token_from="/login")

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=self.headers | headers, buffered=True)

    def token(self, path: str = "/") -> str:
        """A CSRF token of this browser's session."""
        found = re.search(r'name="csrf_token"[^>]*?value="([^"]+)"', self.get(path).text)
        assert found, f"no token on {path}"
        return html.unescape(found.group(1))

    def post(self, path: str, fields: dict[str, Any], *, token_from: str = "/", **headers: str) -> TestResponse:
        if not self._token or token_from != "/":
            self._token = "" if "csrf_token" in fields else self.token(token_from)
        sent = fields if "csrf_token" in fields else {**fields, "csrf_token": self._token}
        if path.startswith(("/login", "/logout", "/password")):
            self._token = ""  # the session begins anew, and its token with it
        return self.client.post(path, data=sent, headers=self.headers | headers, buffered=True)

    def form(self, path: str) -> dict[str, Any]:
        """The fields of the record form on a page, as they stand."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        forms = [
            one for one in Form(answer.text).forms if "version_no" in one["fields"] or "form_token" in one["fields"]
        ]
        assert forms, f"no record form on {path}"
        return dict(max((one["fields"] for one in forms), key=len))

    def perform(
        self, table: str, key: int, verb: str, *, version: int | None = None, json: bool = True, **fields: Any
    ) -> TestResponse:
        """Presses a verb's button."""
        if version is None:
            version = self.version(table, key)
        headers = {"Accept": "application/json"} if json else {}
        return self.post(
            f"/admin/{table}/perform/", {"id": key, "verb": verb, "version_no": version, **fields}, **headers
        )

    def version(self, table: str, key: int) -> int:
        """The version that stands in the database, whoever may see it."""
        from sqlalchemy import text

        with self.app.app_context(), db.engine.connect() as connection:
            found = connection.execute(text(f"SELECT version_no FROM {table} WHERE id = :id"), {"id": key}).scalar()
        return int(found or 1)
