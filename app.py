"""Gongzheng 工正: configuration, extensions, screens, commands; the only file that knows everything."""

import gc
import os
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask
from flask_admin import Admin
from flask_admin.theme import Theme
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect

import models
from admin_views import (
    actions,
    after_sales,
    assessment,
    commands,
    communication,
    desk,
    event,
    faults,
    finding,
    intake,
    organisation,
    process,
    quality,
    regulation,
    schedule,
    signin,
    startup,
    training,
    web,
    words,
)
from admin_views.session import db
from models.base import COMPANY_ZONE, Base
from models.engine import database_url, engine_options

HERE = Path(__file__).resolve().parent
CHAPTERS = (
    event,
    organisation,
    regulation,
    actions,
    process,
    training,
    schedule,
    after_sales,
    quality,
    communication,
    assessment,
)
MOST_BYTES = 32 * 1024 * 1024


def create_app(**settings: Any) -> Flask:
    """The application; ``settings`` come before the environment (CONTRACT.md, Settings)."""
    app = web.Gongzheng("app", root_path=str(HERE), static_folder="admin_views/static", static_url_path="/static")
    app.template_folder = "admin_views/templates"
    app.config.update(_settings(settings))
    _extensions(app)
    _screens(app)
    commands.register(app)
    startup.check(app)
    if not settings:  # as a server or a command makes it: once in a process
        gc.freeze()  # the application itself is no garbage; looking through it costs 0.2 s in the middle of a request
    return app


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    folder = Path(given.get("INSTANCE") or HERE / "instance")
    url = database_url(
        given.get("DATABASE_URL") or os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/gongzheng.sqlite3"
    )
    if url.startswith("sqlite"):
        folder.mkdir(parents=True, exist_ok=True)
    public = os.environ.get("PUBLIC_URL", "")
    hosts = [one.strip() for one in os.environ.get("TRUSTED_HOSTS", "").split(",") if one.strip()]
    found = {
        "INSTANCE": str(folder),
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(url),
        "SECRET_KEY": os.environ.get("SECRET_KEY") or web.secret_key(folder),
        "DEMO": os.environ.get("DEMO", "") == "1",
        "PUBLIC_URL": public,
        "TRUSTED_HOSTS": hosts or None,
        "ATTACHMENTS": os.environ.get("ATTACHMENTS") or str(folder / "attachments"),
        "MAIL_IN": os.environ.get("MAIL_IN", ""),
        "MAIL_OUT": os.environ.get("MAIL_OUT", ""),
        "MAIL_FROM": os.environ.get("MAIL_FROM", ""),
        "EVENT_ANCHOR": os.environ.get("EVENT_ANCHOR")
        or str(folder / f"event_anchor-{sha256(url.encode()).hexdigest()[:8]}"),
        "MAX_CONTENT_LENGTH": MOST_BYTES,
        "MAX_FORM_PARTS": 5000,
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": public.startswith("https://"),
        "SESSION_COOKIE_NAME": "__Host-session" if public.startswith("https://") else "session",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,  # asks for a Referer, which pages behind a link do not let out
        "PROXIES": _proxies(public),
        "BABEL_DEFAULT_TIMEZONE": str(COMPANY_ZONE),
    }
    return found | {name: value for name, value in given.items() if name != "DATABASE_URL"}


def _proxies(public: str) -> frozenset[str]:
    """Who is believed about where a request comes from: as gunicorn is told, else this machine's own TLS proxy."""
    given = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1" if public.startswith("https://") else "")
    return frozenset(one.strip() for one in given.split(",") if one.strip())


def _extensions(app: Flask) -> None:
    db.init_app(app)
    Migrate(app, db, directory=str(HERE / "migrations"), render_as_batch=True)
    Babel(app, locale_selector=words.locale)
    CSRFProtect(app)
    signin.login_manager.init_app(app)
    app.extensions["head"] = _head


@lru_cache
def _head() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head()


def _screens(app: Flask) -> None:
    index = desk.TablesIndex(name="工正", endpoint="tables", url="/admin")
    admin = Admin(app, name="工正", index_view=index, theme=Theme(folder="", base_template="admin/base.html"))
    found = {}
    for chapter in CHAPTERS:
        for model, view_class in chapter.VIEWS:
            view = view_class(model)
            admin.add_view(view)
            found[model.__tablename__] = view
    app.extensions["views"] = found
    own = [page for chapter in CHAPTERS for page in getattr(chapter, "PAGES", ())]
    for blueprint in (signin.door, desk.desk, desk.files, desk.health, finding.finding, intake.intake, *own):
        app.register_blueprint(blueprint)
    faults.register(app)
    web.set_up(app)


__all__ = ["Base", "create_app", "models"]
