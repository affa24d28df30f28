"""The door: log-in, log-out, password, language and theme, and who is acting in a request."""

import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, current_app, flash, g, make_response, redirect, render_template, request, session
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response as AnyResponse

from admin_views.session import db
from admin_views.words import CHOICES, say, t, wait_text
from models import signin
from models.base import Act, Source, now
from models.journal import acting
from models.organisation import Account, named_person_of
from rules.base import Person, Role, RuleBroken
from rules.organisation import DEMO_LOGINS, DEMO_PLACES

door = Blueprint("door", __name__)
login_manager = LoginManager()
login_manager.session_protection = None  # our own sessions: hashed, stamped, ended at once
SEEN_EVERY = timedelta(minutes=1)


class Guest(UserMixin):
    """What Flask-Login keeps: the token of our own log-in, never the account's number."""

    def __init__(self, account: Account, token: str) -> None:
        self.account, self.token = account, token

    def get_id(self) -> str:
        return self.token


@login_manager.user_loader
def load(token: str) -> Guest | None:
    seen = session.get("seen")
    at = now()
    seen_at = datetime.fromtimestamp(seen, UTC) if isinstance(seen, int | float) else datetime.min.replace(tzinfo=UTC)
    account = signin.account_of(db.session, token, seen_at=seen_at, at=at)
    if account is None:
        return None
    if at - seen_at >= SEEN_EVERY:
        session["seen"] = int(at.timestamp())
    return Guest(account, token)


def nobody_here() -> None:
    """From here on this request asks no database who it is: the database is what failed."""
    g.account, g.person, g.name, g._login_user = None, Person(), "", AnonymousUserMixin()  # noqa: SLF001 - Flask-Login keeps it there


def account_here() -> Account | None:
    """The account that is signed in."""
    if "account" not in g:
        g.account = current_user.account if current_user.is_authenticated else None
    return g.account


def _chosen_language() -> str:
    account = account_here()
    return account.locale if account is not None else ""


CHOICES.append(_chosen_language)


def person_here() -> Person:
    """Who acts in this request; nobody's roles reach anything."""
    if "person" not in g:
        account = account_here()
        g.person, g.name = named_person_of(db.session, account) if account else (Person(), "")
    return g.person


def act_here(source: Source = Source.FORM) -> Act:
    """The act that this request is."""
    return Act(person_here(), now(), source)


def source_address() -> str:
    """Where a request comes from; behind a proxy of ours whoever spoke to it, which it adds at the end of the line."""
    peer = request.remote_addr or ""
    said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    if said and not {peer, "*"}.isdisjoint(current_app.config["PROXIES"]):
        with suppress(ValueError):
            peer = str(ip_address(said))
    return peer[:64]


def safe_next(target: str | None) -> str:
    """A path of ours, else the desk: nothing ever leads off this host."""
    if not target or len(target) > 2000 or any(c in target for c in "\\\r\n\t\0"):
        return "/"
    return target if target.startswith("/") and not target.startswith("//") else "/"


@door.route("/login", methods=["GET", "POST"])
def login() -> AnyResponse:
    if request.method != "POST":
        return redirect("/") if current_user.is_authenticated else _login_page("", 200)
    outcome = signin.sign_in(
        db.session,
        request.form.get("username", ""),
        request.form.get("password", ""),
        source=source_address(),
        at=now(),
    )
    if isinstance(outcome, signin.Refused):
        db.session.commit()
        if outcome.wait > timedelta(0):
            return _braked(_login_page(_too_many(outcome.wait), 429), outcome.wait)
        return _login_page(t("Name or password is wrong.", "账号或密码不正确。"), 422)
    if current_user.is_authenticated:  # whoever sat here before has left
        signin.sign_out(db.session, current_user.token, now())
    _enter(outcome.account, outcome.token)
    if outcome.account.must_change_password:
        return redirect("/password")
    return redirect(safe_next(request.form.get("next") or request.args.get("next")))


def _too_many(wait: timedelta) -> str:
    return t("Too many tries. Wait {wait}.", "尝试次数过多，请等待 {wait} 后再试。", wait=wait_text(wait))


def _braked(page: AnyResponse, wait: timedelta) -> AnyResponse:
    page.headers["Retry-After"] = str(int(wait.total_seconds()) + 1)
    return page


def _enter(account: Account, token: str) -> None:
    session.clear()
    session["seen"] = int(now().timestamp())
    login_user(Guest(account, token))
    for name in ("account", "person", "name", "locale"):
        g.pop(name, None)


def demo_logins() -> list[dict[str, str]]:
    """The log-ins of the demo company, each role called by its name, the second ones by number and place besides."""
    named = [(login, say(role.words), login.removeprefix(str(role))) for login, role in DEMO_LOGINS.items()]
    places = {login: say(words) for login, words in DEMO_PLACES.items()}
    return [
        {"login": login, "label": f"{label} {nth}".strip(), "place": places.get(login, "")}
        for login, label, nth in sorted_by_role(named)
    ]


def sorted_by_role(named: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The second ones stand behind the first of their role."""
    places = {label: place for place, (_, label, _) in reversed(list(enumerate(named)))}
    return sorted(named, key=lambda one: (places[one[1]], one[2]))


def _login_page(error: str, status: int) -> AnyResponse:
    logins = demo_logins() if current_app.config["DEMO"] else []
    body = render_template(
        "login.html",
        error=error,
        demo_logins=logins,
        next=safe_next(request.values.get("next")),
        username=request.form.get("username", ""),
    )
    return make_response(body, status)


@door.post("/logout")
def logout() -> AnyResponse:
    if current_user.is_authenticated:
        signin.sign_out(db.session, current_user.token, now())
    logout_user()
    session.clear()
    return redirect("/login")


@door.route("/password", methods=["GET", "POST"])
def password() -> AnyResponse:
    account = account_here()
    if account is None:
        return redirect("/login?next=/password")
    if request.method != "POST":
        return _password_page(account, {}, 200)
    wait = signin.brake(db.session, account.login, source_address(), now())
    if wait > timedelta(0):
        return _braked(_password_page(account, {"old": _too_many(wait)}, 429), wait)
    if errors := _changed(account):
        return _password_page(account, errors, 422)
    flash(t("Your password is changed.", "密码已修改。"), "success")
    return redirect("/")


def _password_page(account: Account, errors: dict[str, str], status: int) -> AnyResponse:
    page = render_template("password.html", errors=errors, is_first=account.must_change_password)
    return make_response(page, status)


def _changed(account: Account) -> dict[str, str]:
    new = request.form.get("new", "")
    if new != request.form.get("repeat", ""):
        return {"repeat": t("The two do not agree.", "两次输入不一致。")}
    try:
        with acting(db.session, act_here()) as act:
            signin.change_password(db.session, account, request.form.get("old", ""), new, act)
            token = signin.open_session(db.session, account, new, source_address(), act.at)
    except RuleBroken as refused:
        db.session.rollback()
        if refused.field == "old":  # guessed through a session that was left open
            signin.note_failure(db.session, account.login, source_address(), now())
            db.session.commit()
        return {refused.field or "new": say(refused.words)}
    _enter(account, token)
    return {}


@door.post("/language")
def language() -> AnyResponse:
    return _remember("locale", "lang", {"en", "zh_Hans_CN"}, request.form.get("locale", ""))


@door.post("/theme")
def theme() -> AnyResponse:
    return _remember("theme", "theme", {"light", "dark", "auto"}, request.form.get("theme", ""))


@door.post("/mails")
def mails() -> AnyResponse:
    """Whether news comes by mail as well."""
    account, wants = account_here(), request.form.get("gets_mail", "")
    if account is not None and wants in {"yes", "no"} and account.gets_mail != (wants == "yes"):
        with acting(db.session, act_here()):
            account.gets_mail = wants == "yes"
            db.session.flush()
    return redirect(safe_next(request.form.get("next")))


def gets_mail_here() -> bool | None:
    """Whether he is sent mails; None where the company has no mail server."""
    account = account_here()
    if account is None or not current_app.config["MAIL_OUT"]:
        return None
    return account.gets_mail


def _remember(column: str, cookie: str, allowed: set[str], value: str) -> AnyResponse:
    response: AnyResponse = redirect(safe_next(request.form.get("next")))
    if value not in allowed:
        return response
    account = account_here()
    if account is not None and getattr(account, column) != value:
        with acting(db.session, act_here()):
            setattr(account, column, value)
            db.session.flush()
    is_secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(cookie, value, max_age=31536000, samesite="Lax", httponly=True, secure=is_secure)
    return response


@login_manager.unauthorized_handler
def unauthorised() -> AnyResponse:
    """302 to the door, 401 for programs."""
    if request.accept_mimetypes.best == "application/json":
        return Response('{"ok": false, "status": 401}', 401, mimetype="application/json")
    target = request.full_path.rstrip("?") if request.method != "POST" else path_of(request.referrer or "/")
    return redirect(f"/login?next={quote(safe_next(target), safe='')}")


def path_of(address: str) -> str:
    """The path and query of an address, without its host; the desk for one that is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")


def name_here() -> str:
    """How the signed-in person is called."""
    person_here()
    return str(g.name)


def roles_here() -> str:
    """The roles of the signed-in person, in words."""
    roles = [role for role in person_here().roles if role is not Role.EMPLOYEE]
    return t(", ", "、").join(say(role.words) for role in roles)


def fresh_token() -> str:
    return secrets.token_urlsafe(18)


def theme_here() -> str:
    """light, dark, or nothing: as the system has it."""
    account = account_here()
    chosen: Any = (account.theme if account else "") or request.cookies.get("theme", "")
    return chosen if chosen in {"light", "dark"} else ""
