"""The desk, files, health: pages that belong to no table."""

from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from flask import Blueprint, Response, current_app, flash, json, redirect, render_template, request, send_file
from flask_admin import AdminIndexView, expose
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin_views import faults
from admin_views.attached import may_attach
from admin_views.registry import cards_for, record_url, views
from admin_views.screen import DeskCard, DeskLine, Tally
from admin_views.session import db
from admin_views.signin import act_here, name_here, person_here, unauthorised
from admin_views.words import exact_date, t, today
from models.attachments import SHOWN_INLINE, attach
from models.base import COMPANY_ZONE, now
from models.engine import settings_in_force, settings_missed
from models.event import Attachment, WorkerBeat
from models.journal import acting
from models.signin import hash_kind
from rules.base import NotVisible, NotYours, RuleBroken, Words, key_of
from rules.event import AttachmentKind

desk = Blueprint("desk", __name__)
files = Blueprint("files", __name__)
health = Blueprint("health", __name__)
BEAT_SECONDS = 90
NOON, EVENING = 12, 18
URGENCY = {"overdue": 0, "breached": 1, "soon": 2, "paused": 4}
OTHERWISE = 3
"""What a desk shows first; anything else lies between due soon and paused."""


@desk.get("/")
def my_desk() -> AnyResponse | str:
    """What is due today, what waits for me, one click from the act: the most urgent first."""
    if not current_user.is_authenticated:
        return unauthorised()
    cards = sorted(cards_for(person_here()), key=_urgency)
    full, clear = [one for one in cards if one.lines], [one for one in cards if not one.lines]
    work = [one for one in full if one.place != "news"]
    return render_template(
        "desk.html",
        cards=work,
        news=sorted((one for one in full if one.place == "news"), key=lambda card: bool(card.act_url)),
        clear=clear,
        tallies=_tallies(work),
        greeting=_greeting(),
        day=exact_date(today()),
    )


def _greeting() -> str:
    """As people greet each other at that hour."""
    hour = now().astimezone(COMPANY_ZONE).hour
    name = name_here()
    if hour < NOON:
        return t("Good morning, {name}", "{name}，早上好", name=name)
    if hour < EVENING:
        return t("Good afternoon, {name}", "{name}，下午好", name=name)
    return t("Good evening, {name}", "{name}，晚上好", name=name)


def _urgency(card: DeskCard) -> tuple[int, int]:
    """Overdue before due soon before the rest; what is mine before what I watch over."""
    tones = {_tone(line) for line in card.lines}
    worst = min((URGENCY.get(tone, OTHERWISE) for tone in tones), default=OTHERWISE + 2)
    return worst, ("work", "watch", "news").index(card.place)


def _tone(line: DeskLine) -> str:
    return (line.due.tone if line.due is not None else "") or line.tone


def _tallies(cards: list[DeskCard]) -> list[Tally]:
    """How much of what is mine is overdue, due soon, and waiting in all."""
    mine = [one for one in cards if one.place == "work"]
    tones = [_tone(line) for one in mine for line in one.lines]
    ends = {_tone(one.lines[-1]) for one in mine if one.count > len(one.lines)}  # the most urgent lines come first
    waiting = sum(max(one.count, len(one.lines)) for one in mine)
    return [
        Tally(t("Overdue", "已逾期"), tones.count("overdue"), "overdue", is_more="overdue" in ends),
        Tally(t("Due soon", "一天内到期"), tones.count("soon"), "soon", is_more=bool(ends & {"overdue", "soon"})),
        Tally(t("Waiting for me", "待我处理"), waiting, "running"),
    ]


class TablesIndex(AdminIndexView):
    """Flask-Admin's own index is our desk."""

    @expose("/")
    def index(self) -> AnyResponse:
        return redirect("/")


@files.post("/admin/<table>/attach/")
def add(table: str) -> AnyResponse:
    """Adds a file to a record that the person may write to, or stands in."""
    if not current_user.is_authenticated:
        return unauthorised()
    view = views().get(table)
    if view is None:
        raise NotVisible
    record, sent = view.one(request.form.get("id")), request.files.get("file")
    if not may_attach(record, person_here()):
        raise NotYours(
            Words("Only who stands in this record adds files to it.", "只有与此记录相关的人员可以添加附件。")
        )
    if sent is None or not sent.filename:
        raise RuleBroken(Words("Choose a file first.", "请先选择文件。"), field="file")
    kind = request.form.get("kind", "evidence")
    chosen = AttachmentKind(kind) if kind in {str(one) for one in AttachmentKind} else AttachmentKind.EVIDENCE
    with acting(db.session, act_here()) as act:
        attach(db.session, act, record, Path(current_app.config["ATTACHMENTS"]), sent.filename, sent.stream, chosen)
        db.session.flush()
    flash(t("The file is added.", "附件已添加。"), "success")
    return redirect(record_url(type(record), record.id))


@files.get("/attachments/<key>/")
def give(key: str) -> AnyResponse:
    """A file, byte for byte, to whoever may see its record; never as a page."""
    if not current_user.is_authenticated:
        return unauthorised()
    found = db.session.get(Attachment, key_of(key) or 0)
    view = views().get(found.entity) if found is not None else None
    if found is None or view is None:
        raise NotVisible
    view.one(str(found.entity_id))
    path = Path(current_app.config["ATTACHMENTS"]) / found.stored_as
    if not path.is_file():
        raise NotVisible
    is_picture = found.media_type in SHOWN_INLINE
    response = send_file(path, found.media_type, as_attachment=not is_picture, download_name=found.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return response


@health.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@health.get("/readyz")
def ready() -> Response:
    """200 when database, migrations and worker are well; else 503 with which."""
    found = _state()
    return Response(json.dumps(found, ensure_ascii=False), 200 if found["ok"] else 503, mimetype="application/json")


def _state() -> dict[str, Any]:
    state: dict[str, Any] = {"database": "out of reach", "migrations": "unknown", "worker": "unknown"}
    try:
        connection = db.session.connection()
        missed = settings_missed(connection)
        state["settings"] = settings_in_force(connection) | _own_settings()
        state["database"] = "ok" if not missed else f"settings not as measured: {', '.join(missed)}"
        state["migrations"] = _migrations(connection)
        beat = db.session.scalar(select(WorkerBeat.at).order_by(WorkerBeat.at.desc()).limit(1))
        is_alive = beat is not None and (now() - beat).total_seconds() < BEAT_SECONDS
        state["worker"] = "ok" if is_alive else "no sign of life"
    except Exception as fault:  # noqa: BLE001 - whatever is wrong, this page says so
        current_app.logger.warning("not ready: %s", fault)
        faults.roll_back()
    state["ok"] = all(state[name] == "ok" for name in ("database", "migrations", "worker"))
    return state


def _own_settings() -> dict[str, str]:
    """What the application itself holds every request to."""
    config = current_app.config
    names = ("MAX_CONTENT_LENGTH", "MAX_FORM_PARTS", "MAX_FORM_MEMORY_SIZE", "SESSION_COOKIE_NAME")
    found = {name.lower(): str(config[name]) for name in names}
    hosts = config["TRUSTED_HOSTS"]
    return found | {
        "password_hash": hash_kind(),
        "time_zone": str(COMPANY_ZONE),
        "trusted_hosts": "set" if hosts else "any",
    }


def _migrations(connection: Any) -> str:
    wanted = current_app.extensions["head"]()
    found = MigrationContext.configure(connection).get_current_revision()
    return "ok" if found == wanted else f"at {found}, wanted {wanted}"
