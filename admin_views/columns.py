"""How each column of a table is named, shown, sorted, filtered and exported; asked once at start-up."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Boolean, Column, Date, Enum, Integer, Text, inspect
from sqlalchemy.orm import RelationshipProperty
from sqlalchemy.types import JSON

from admin_views.registry import LINE_WORDS
from admin_views.screen import EMPTY, Cell
from admin_views.words import (
    CHINESE,
    exact_date,
    instant_texts,
    locale,
    near_date,
    number_text,
    say,
    t,
    value_text,
)
from models.base import Record, records
from models.types import Label, Labelled, Scaled, UtcInstant
from rules.base import Choice, Words
from rules.regulation.ladders import OFFSET, REASONS, offset_words, written
from rules.regulation.limits import fact_words, value_words

COMMON: dict[str, Words] = {
    "id": Words("ID", "序号"),
    "no": Words("Number", "编号"),
    "code": Words("Code", "编码"),
    "name": Words("Name", "名称"),
    "kind": Words("Kind", "类型"),
    "status": Words("Status", "状态"),
    "department": Words("Department", "部门"),
    "post": Words("Post", "岗位"),
    "team": Words("Team", "班组"),
    "employee": Words("Employee", "员工"),
    "account": Words("Account", "账号"),
    "calendar": Words("Calendar", "日历"),
    "document": Words("Document", "文件"),
    "note": Words("Note", "备注"),
    "clause": Words("Clause", "制度条款"),
    "unit": Words("Unit", "单位"),
    "from_on": Words("From", "生效日期"),
    "to_on": Words("Until", "截止日期"),
    "due_at": Words("Due", "期限"),
    "created_at": Words("Created", "创建时间"),
    "created_by": Words("Created by", "创建人"),
    "updated_at": Words("Changed", "修改时间"),
    "updated_by": Words("Changed by", "修改人"),
    "voided_at": Words("Voided", "作废时间"),
    "voided_by": Words("Voided by", "作废人"),
    "void_reason": Words("Reason for voiding", "作废原因"),
    "seq": Words("No.", "序"),
}

# fmt: off - a table by colour
TONES: dict[str, str] = {
    "draft": "off",
    "proposed": "soon",
    "scheduled": "running",
    "due": "running",
    "obsolete": "off",
    "answered": "met",
    "dismissed": "off",
    "still_valid": "met",
    "revise": "soon",
    "probation": "off",
    "open": "running",
    "accepted": "running",
    "in_progress": "running",
    "submitted": "soon",
    "in_force": "met",
    "rejected": "breached",
    "in_review": "soon",
    "approved": "soon",
    "disputed": "soon",
    "returned": "breached",
    "watching": "running",
    "verified": "met",
    "closed": "done",
    "cancelled": "off",
    "voided": "off",
    "dropped": "off",
    "released": "met",
    "active": "met",
    "superseded": "off",
    "withdrawn": "breached",
    "suspended": "breached",
    "leave": "paused",
    "left": "off",
    "ok": "met",
    "ng": "breached",
    "na": "off",
    "planned": "off",
    "notified": "soon",
    "completed": "met",
    "registered": "off",
    "entered": "soon",
    "confirmed": "met",
    "satisfied": "met",
    "waived": "done",
    "merged": "off",
    "candidate": "off",
    "qualified": "met",
    "limited": "soon",
    "revoked": "breached",
    "blocked": "breached",
    "ended": "off",
    "stale": "soon",
    "retired": "off",
    "pass": "met",
    "fail": "breached",
    "absent": "paused",
    "void": "off",
    "yes": "met",
    "supervised": "soon",
    "no": "breached",
    "present": "met",
    "late": "soon",
    "pending": "off",
    "excused": "paused",
    "requested": "soon",
    "lapsed": "off",
    "investigating": "running",
    "statement_pending": "soon",
    "decided": "met",
    "named": "off",
    "asked": "soon",
    "stated": "met",
    "silent": "breached",
    "drafted": "soon",
    "published": "met",
    "grave": "overdue",
    "serious": "soon",
    "critical": "overdue",
    "major": "soon",
    "minor": "off",
    "running": "running",
    "paused": "paused",
    "met": "met",
    "breached": "breached",
    "new": "running",
    "pending_customer": "paused",
    "pending_parts": "paused",
    "escalated": "running",
    "executing": "running",
    "resolved": "met",
    "reopened": "soon",
    "unreachable": "off",
    "refused": "off",
    "failed": "breached",
    "taken": "met",
    "quarantined": "soon",
    "ignored": "off",
    "queued": "running",
    "sending": "running",
    "uncertain": "soon",
    "sent": "met",
    "computing": "running",
    "computed": "soon",
    "checked": "met",
    "acknowledged": "met",
    "appealed": "overdue",
    "appeal": "overdue",
    "final": "done",
    "locked": "done",
    "adjusted": "soon",
    "corrected": "soon",
    "screening": "running",
    "collecting": "running",
    "held": "soon",
    "minuted": "met",
    "analysed": "done",
    "expired": "off",
    "important": "soon",
    "statement": "soon",
    "announced": "met",
    "executed": "done",
    "upheld": "done",
    "changed": "soon",
    "review": "soon",
    "adopted": "met",
    "implementing": "running",
    "rewarded": "done",
    "numerator": "met",
    "denominator": "breached",
    "excluded": "off",
    "holiday": "soon",
    "makeup_workday": "running",
}
# fmt: on
"""The one colour language of states."""


@cache
def tables() -> dict[str, type[Record]]:
    """The records by the names of their tables."""
    return {one.__tablename__: one for one in records()}


def table_words(name: str) -> Words | None:
    """What the records, or the lines, of a table are called; None for no table of ours."""
    return tables()[name].words if name in tables() else LINE_WORDS.get(name)


@dataclass(frozen=True)
class Shown:
    """One attribute of a model as lists, pages, filters and exports need it."""

    model: type[Record]
    name: str
    words: Words

    @cached_property
    def relation(self) -> RelationshipProperty[Any] | None:
        return inspect(self.model).relationships.get(self.name)

    @cached_property
    def column(self) -> Column[Any]:
        """The column itself, or the key of a relation."""
        if self.relation is not None:
            (own,) = self.relation.local_columns
            return own
        return inspect(self.model).column_attrs[self.name].columns[0]

    @property
    def target(self) -> type[Record]:
        if self.relation is None:
            raise TypeError(self.name)
        return self.relation.mapper.class_

    @cached_property
    def kind(self) -> str:
        """relation, choice, bool, date, instant, decimal, number, long_text, json or text."""
        if self.relation is not None:
            return "relation"
        for kind, types in KINDS:
            if isinstance(self.column.type, types):
                return kind
        return "text"

    @property
    def choices(self) -> type[Choice]:
        found = self.column.type
        if isinstance(found, Labelled):
            return found.choices
        if not isinstance(found, Enum) or found.enum_class is None:
            raise TypeError(self.name)
        return found.enum_class

    @property
    def names_table(self) -> bool:
        """Whether it says which table another record stands in."""
        return self.name.rpartition("_")[2] == "entity"

    def cell(self, value: Any, url: str = "") -> Cell:
        """A stored value as a list or page shows it."""
        if self.names_table and (words := table_words(value)) is not None:
            return Cell(say(words))
        return cell_of(value, self.kind, url)


KINDS: list[tuple[str, tuple[type[Any], ...]]] = [
    ("choice", (Enum, Labelled)),
    ("bool", (Boolean,)),
    ("instant", (UtcInstant,)),
    ("date", (Date,)),
    ("decimal", (Scaled,)),
    ("number", (Integer,)),
    ("json", (JSON,)),
    ("long_text", (Text,)),
]
# BigInteger is an Integer, Text is a String: the order above settles it.


OWN_TONES = {
    ("ExamStatus", "approved"): "met",
    ("MeetingReportStatus", "submitted"): "met",
    ("MailState", "written"): "running",
}
"""What a state means where it is the last that is wished for, while elsewhere more must follow."""


def cell_of(value: Any, kind: str = "text", url: str = "") -> Cell:
    """A value as it is shown, with its exact form where the shown one is short."""
    match value:
        case None | "":
            return EMPTY
        case Choice():
            own = OWN_TONES.get((type(value).__name__, str(value)))
            tone = "" if isinstance(value, Label) else own or TONES.get(str(value), "")
            return Cell(say(value.words), "state" if tone else "text", tone=tone)
        case enum.Enum():
            return Cell(str(value.value))
        case bool():
            return Cell(t("yes", "是") if value else t("no", "否"), "bool", tone="met" if value else "off")
        case datetime():
            near, exact = instant_texts(value)
            return Cell(near, "instant", exact=exact)
        case date():
            return Cell(near_date(value), "date", exact=exact_date(value))
        case Decimal():
            return Cell(number_text(value), "number")
        case int():
            return Cell(str(value), "number")
        case dict() | list():
            return Cell(listed(value))
    return Cell(str(value), kind if kind in {"code", "relation"} else "text", url=url)


def listed(value: dict[str, Any] | list[Any]) -> str:
    """Values as people write them one after the other; a ladder's levels with whom they tell."""
    if isinstance(value, dict):
        told = (
            t("{name}: {value}", "{name}：{value}", name=fact_words(k), value=_value(one)) for k, one in value.items()
        )
        return t("; ", "；").join(told)
    if value and all(isinstance(one, list) for one in value):
        return written(value, zh=locale() == CHINESE)
    return t(", ", "、").join(_listed_value(one) for one in value)


def _listed_value(one: Any) -> str:
    """A warning, a reason, or whatever it is."""
    is_offset = isinstance(one, str) and one.startswith("-") and OFFSET.fullmatch(one)
    return say(offset_words(one)) if is_offset else value_text(REASONS.get(one, one))


def _value(one: Any) -> Any:
    return value_words(one) if isinstance(one, str) else one


FINISHED = frozenset({
    "stated", "silent", "verified", "watching", "closed", "cancelled", "voided", "dropped", "answered", "dismissed",
})  # fmt: skip
"""States in which a deadline no longer runs."""
SOON = timedelta(days=1)


def due_cell(
    due_at: datetime,
    at: datetime,
    *,
    is_done: bool = False,
    done_at: datetime | None = None,
    is_paused: bool = False,
    left: str = "",
) -> Cell:
    """A deadline in its colour: running, due within a day, overdue, paused; met or breached once it was ``done_at``.

    ``left`` says how much working time is left; ``is_done`` is for where nobody knows when.
    """
    tone = _tone_of(due_at - at, is_done=is_done, is_paused=is_paused)
    if done_at is not None:
        tone = "met" if done_at <= due_at else "breached"
    still = "" if done_at is not None or is_done else left
    near, exact = instant_texts(due_at)
    return Cell(near, "instant", exact=exact, tone=tone, also=still)


def _tone_of(left: timedelta, *, is_done: bool, is_paused: bool) -> str:
    if is_done or is_paused:
        return "done" if is_done else "paused"
    return "overdue" if left < timedelta(0) else "soon" if left < SOON else "running"


def label_of(model: type[Any], name: str, labels: Mapping[str, Words]) -> Words:
    """The label of an attribute; a key ``x_id`` is called as its relation ``x``. KeyError where none is declared."""
    short = name.removesuffix("_id")
    for found in (labels.get(name), labels.get(short), COMMON.get(name), COMMON.get(short)):
        if found is not None:
            return found
    raise KeyError(f"{model.__name__}.{name} has no label")
