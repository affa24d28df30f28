"""The application object: what each request begins with, where it commits, which headers it leaves with."""

import contextlib
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, get_flashed_messages, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, RequestRedirect, Rule, UnicodeConverter

from admin_views import faults
from admin_views.registry import clause_url
from admin_views.screen import Message
from admin_views.session import db
from admin_views.side import constant, menu, static
from admin_views.signin import (
    account_here,
    gets_mail_here,
    name_here,
    path_of,
    roles_here,
    safe_next,
    theme_here,
)
from admin_views.words import CHINESE, fitting, locale, say, t
from models.engine import let_write
from rules.base import MOST_DIGITS

SAFE = {"GET", "HEAD", "OPTIONS"}
OPEN_BEFORE = (
    "static",
    "health.",
    "ours.",
    "door.password",
    "door.login",
    "door.logout",
    "door.language",
    "door.theme",
    "door.mails",
)
"""What somebody with a one-time password may open."""
TRIES = 5
RETRIED = {"40001", "40P01"}
"""PostgreSQL: serialisation failure, deadlock: the whole request is repeated."""

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}


class Key(IntegerConverter):
    """The key of a record in an address, which 64 bits hold: a longer one is no address of ours."""

    regex = rf"[0-9]{{1,{MOST_DIGITS}}}"


class Word(UnicodeConverter):
    """A part of an address: PostgreSQL keeps no NUL, so nothing of ours is called so."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.regex = self.regex.replace("[^/]", r"[^/\x00]")


class Address(Rule):
    """An address whose writing is compiled when it is first written: most never are, and each costs a millisecond."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Any]:  # noqa: FBT001, FBT002 - Werkzeug's
        compiled: list[Callable[..., Any]] = []

        def build(rule: Rule, **values: Any) -> Any:
            if not compiled:
                compiled.append(super(Address, self)._compile_builder(append_unknown))
            return compiled[0](rule, **values)

        return build


class Gongzheng(Flask):
    """Flask with one place where transactions begin, are repeated, and end."""

    url_rule_class = Address

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.url_map.converters |= {"int": Key, "default": Word, "string": Word}

    def preprocess_request(self) -> ResponseReturnValue | None:
        let_write(may=request.method not in SAFE)
        return super().preprocess_request()

    def dispatch_request(self) -> ResponseReturnValue:
        """Commits what a request changed, once, unless its answer is a fault; repeats it after a deadlock."""
        told = session.get("_flashes")
        for attempt in range(TRIES):
            try:
                answer = super().dispatch_request()
                self._end(answer)
            except DBAPIError as fault:
                db.session.rollback()
                if getattr(fault.orig, "sqlstate", None) not in RETRIED or attempt == TRIES - 1:
                    raise
                _begin_again(told)
                continue
            return answer
        raise AssertionError("unreachable")

    def handle_exception(self, e: Exception) -> Response:
        """The database may go away while a fault is being told; then that is told, and nothing more is asked of it."""
        if isinstance(e, faults.AWAY):
            return self.finalize_request(faults.out_of_reach(e), from_error_handler=True)
        return super().handle_exception(e)

    def _end(self, answer: ResponseReturnValue) -> None:
        if request.method in SAFE:
            return
        status = answer.status_code if isinstance(answer, Response) else getattr(answer, "status_code", 200)
        if status < 400 and not isinstance(answer, HTTPException):
            db.session.commit()
        else:
            db.session.rollback()


def _begin_again(told: list[tuple[str, str]] | None) -> None:
    """Nothing of the first attempt is left: not who was seen, not what was told."""
    if told is not None:
        session["_flashes"] = told
    else:
        session.pop("_flashes", None)
    for name in ("account", "person", "name", "_login_user"):
        g.pop(name, None)


def set_up(app: Flask) -> None:
    """Hooks, template globals and headers."""
    app.before_request(_add_slash)
    app.before_request(_refuse_other_sites)
    app.before_request(_must_change_password)
    app.after_request(_headers)
    app.context_processor(_globals)
    app.jinja_env.filters["fitting"] = fitting
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _add_slash() -> ResponseReturnValue | None:
    """To the same path with its slash, without naming the host, which the other side may have made up."""
    fault = request.routing_exception
    return redirect(safe_next(path_of(fault.new_url)), fault.code) if isinstance(fault, RequestRedirect) else None


def _refuse_other_sites() -> None:
    """Whatever token it bears: a form of ours is sent from a page of ours.

    Not by the Referer: our pages behind a link tell browsers to keep that to themselves.
    """
    came_from = request.headers.get("Sec-Fetch-Site", "same-origin")
    if request.method not in SAFE and came_from not in {"same-origin", "none"}:
        raise CSRFError


def _must_change_password() -> ResponseReturnValue | None:
    """A one-time password opens one page only."""
    if (request.endpoint or "static").startswith(OPEN_BEFORE):
        return None
    account = account_here()
    return redirect("/password") if account is not None and account.must_change_password else None


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure or current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint == "static" and response.status_code in {200, 206, 304}:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif response.mimetype == "text/css" and response.status_code == 200:
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-store"
    response.vary.update(["Cookie", "Accept-Language"])
    return response


def _globals() -> dict[str, Any]:
    """What every template can say."""
    account = account_here()
    return {
        "t": t,
        "say": say,
        "locale": locale(),
        "html_lang": "zh-CN" if locale() == CHINESE else "en",
        "theme": theme_here(),
        "static": static,
        "clause_url": clause_url,
        "letterhead": g.get("letterhead", ""),
        "menu": menu() if account is not None else "",
        "constant": constant,
        "signed_in": account is not None,
        "person_name": name_here() if account is not None else "",
        "person_roles": roles_here() if account is not None else "",
        "account_login": account.login if account is not None else "",
        "messages": [Message(text, tone) for tone, text in get_flashed_messages(with_categories=True)],
        "csrf_token": generate_csrf,
        "desk_url": "/",
        "language_url": "/language",
        "theme_url": "/theme",
        "gets_mail": gets_mail_here(),
        "password_url": "/password",
        "logout_url": "/logout",
        "search_url": "/search/" if account is not None else "",
        "here": request.full_path.rstrip("?") if request.method != "POST" else request.path,
        "demo": current_app.config["DEMO"],
    }


def secret_key(folder: Path) -> str:
    """Made once and kept beside the database where none is set."""
    file = folder / "secret_key"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f".secret_key.{secrets.token_hex(4)}"
        fresh.touch(0o600)
        fresh.write_text(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(fresh)
        fresh.unlink()
    return file.read_text().strip()
