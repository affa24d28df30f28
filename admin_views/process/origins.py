"""Records from which a revision is asked for with one click, and the links both ways (P1.3).

A later chapter adds its own: ``origin("ticket", Ticket, Trigger.AFTER_SALES_FEEDBACK)``, and a panel that shows
``set_off_by("ticket", ticket, person)``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.process.notices import revisions_panel
from admin_views.screen import Panel
from admin_views.session import db
from admin_views.signin import person_here
from admin_views.words import t
from models.actions import ActionItem
from models.base import Record
from models.process import DocumentRevision, ProcessDocument
from models.process.origins import document_of_action, revisions_from
from rules.base import Person, Role, key_of
from rules.process import Trigger

WRITERS = (Role.TECHNICAL, Role.TECHNICAL_MANAGER)
"""Who writes drafts; others ask for them."""


@dataclass(frozen=True)
class Origin:
    """A kind of record that sets revisions off: why, in which words, and about which document."""

    model: type[Record]
    trigger: Trigger
    summary: Callable[[Any], str]
    document: Callable[[Session, Any], ProcessDocument | None]


ORIGINS: dict[str, Origin] = {}


def origin(
    name: str,
    model: type[Record],
    trigger: Trigger,
    *,
    summary: Callable[[Any], str] = lambda record: record.label,
    document: Callable[[Session, Any], ProcessDocument | None] = lambda _session, _record: None,
) -> None:
    """Lets a revision begin from such a record: its form is opened with ``?name=key``."""
    ORIGINS[name] = Origin(model, trigger, summary, document)


def begun_from(revision: DocumentRevision) -> ProcessDocument | None:
    """Fills in what follows from the record that the address names; answers the document that it is about."""
    for name, one in ORIGINS.items():
        record = seen(one.model, name)
        if record is not None:
            revision.trigger, revision.summary = one.trigger, one.summary(record)[:500]
            revision.trigger_entity, revision.trigger_id = record.__tablename__, record.id
            return one.document(db.session, record)
    return None


def seen(model: type[Any], name: str) -> Any:
    """The record that the address names, if the person may see it."""
    key = key_of(request.args.get(name))
    return key and db.session.scalar(select(model).where(model.id == key, model.visible_to(person_here())))


def set_off_by(name: str, record: Record, person: Person) -> Panel | None:
    """The revisions that a record set off, and the way to the next one."""
    rows = revisions_from(db.session, record)
    may_create = DocumentRevision.access.may_create(person) and person.employee_id is not None
    if not rows and not may_create:
        return None
    return revisions_panel(
        rows,
        t("Document revisions", "文件修订"),
        f"/admin/document_revision/new/?{name}={record.id}" if may_create else "",
        t("Draft a revision", "编制修订") if person.holds(*WRITERS) else t("Ask for a revision", "提出修订"),
    )


origin(
    "action",
    ActionItem,
    Trigger.RECTIFICATION,
    summary=lambda action: f"{action.no} {action.description}",
    document=document_of_action,
)
