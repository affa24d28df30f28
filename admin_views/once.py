"""One form makes one record, however often it is sent; the picture that may come with it."""

from pathlib import Path
from typing import Any

from flask import current_app, request

from admin_views.fields import clean
from admin_views.session import db
from admin_views.signin import fresh_token, person_here
from models.attachments import attach
from models.base import Act, Record
from models.event import Attachment, FormToken
from rules.base import Faulty, Words
from rules.event import AttachmentKind

LONGEST_TOKEN = 64


def token_sent() -> str:
    """The token of the form that was sent; empty where it bears none."""
    return str(clean(request.form.get("form_token", "")))[:LONGEST_TOKEN]


def token_again() -> str:
    """The token that the form goes on with: its own, else a fresh one."""
    return token_sent() or fresh_token()


def made_by_this_form(model: type[Record]) -> int | None:
    """The record that this very form of this very account has made already."""
    token = token_sent()
    found = db.session.get(FormToken, token) if token else None
    if found is None or found.account_id != person_here().account_id or found.entity != model.__tablename__:
        return None
    return found.entity_id


def remember_form(act: Act, record: Any) -> None:
    """The form that this record came by makes no other; to be called in its transaction, flushed by the caller."""
    if token := token_sent():
        entity = record.__tablename__
        db.session.add(
            FormToken(token=token, account_id=act.by.account_id, entity=entity, entity_id=record.id, at=act.at)
        )


def picture(act: Act, record: Record, field: str, *, fault_at: str) -> Attachment | None:
    """Stores the picture sent in a field, if one was taken. Raises Faulty at ``fault_at`` for what is none."""
    sent = request.files.get(field)
    if sent is None or not sent.filename:
        return None
    folder = Path(current_app.config["ATTACHMENTS"])
    found = attach(db.session, act, record, folder, sent.filename, sent.stream, AttachmentKind.PHOTO)
    if not found.media_type.startswith("image/"):
        raise Faulty({fault_at: Words("This is no picture.", "这不是图片。")})
    db.session.flush()
    return found
