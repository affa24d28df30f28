"""A record's history in words: who, when, which field from what to what, by which way in."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select

from admin_views.columns import Shown, cell_of, label_of
from admin_views.registry import LINE_LABELS, LINE_NAMES, views
from admin_views.screen import Change, HistoryEntry
from admin_views.session import db
from admin_views.words import near_instant, say, t, value_text
from models.base import Base, Record
from models.event import Event
from models.organisation import Account, Employee
from rules.base import Role, Words

ACTIONS = {
    "create": Words("created", "新建"),
    "edit": Words("edited", "修改"),
    "delete": Words("deleted", "删除"),
    "refused": Words("refused", "被拒绝"),
    "login": Words("signed in", "登录"),
    "login_failed": Words("failed log-in", "登录失败"),
    "change_password": Words("changed the password", "修改密码"),
    "attach": Words("added a file", "添加附件"),
    "hire": Words("hired", "入职"),
}


def history_of(record: Record, hidden: frozenset[str], most: int = 50) -> list[HistoryEntry]:
    """The latest events of a record, the newest first."""
    rows = db.session.execute(
        select(Event, Account.login, Employee.name)
        .outerjoin(Account, Account.id == Event.actor_id)
        .outerjoin(Employee, Employee.account_id == Event.actor_id)
        .where(Event.entity == record.__tablename__, Event.entity_id == record.id)
        .order_by(Event.seq.desc())
        .limit(most)
    ).all()
    names = _Names([event for event, _, _ in rows])
    return [entry(record, event, name or login or "", names, hidden) for event, login, name in rows]


def entry(record: Record, event: Event, who: str, names: "_Names", hidden: frozenset[str]) -> HistoryEntry:
    role = next((say(one.words) for one in Role if str(one) == event.role), "")
    changes = [
        names.change(field, old, new) for field, (old, new) in event.changes.items() if not _is_hidden(field, hidden)
    ]
    return HistoryEntry(
        seq=event.seq,
        at=cell_of(event.at),
        who=who or t("system", "系统"),
        role=role,
        action=action_words(record, event.action),
        source=say(event.source.words),
        reason=event.reason,
        clause=event.clause,
        changes=[one for one in changes if one.old != one.new],
    )


def _is_hidden(field: str, hidden: frozenset[str]) -> bool:
    return field.rsplit(".", maxsplit=1)[-1] in hidden or field in hidden


def action_words(record: Record, action: str) -> str:
    if action in ACTIONS:
        return say(ACTIONS[action])
    if action.startswith("sign_"):
        return t("signed for “{verb}”", "会签“{verb}”", verb=record.verb_words(action.removeprefix("sign_")))
    if action.startswith("remind_"):
        return t("reminder, level {n}", "第 {n} 级提醒", n=action.removeprefix("remind_"))
    return say(record.verb_words(action))


class _Names:
    """Labels of the records that keys in the events point to, asked once for each table."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.labels: dict[tuple[str, int], str] = {}
        wanted: dict[type[Record], set[int]] = {}
        for event in events:
            for field, pair in event.changes.items():
                target = _target(event.entity, field)
                if target is not None:
                    wanted.setdefault(target, set()).update(one for one in pair if isinstance(one, int))
        for model, keys in wanted.items():
            for record in db.session.scalars(select(model).where(model.id.in_(sorted(keys)[:500]))):
                self.labels[(model.__tablename__, record.id)] = record.label
        self.tables = {event.entity for event in events}

    def change(self, field: str, old: Any, new: Any) -> Change:
        table = next(iter(self.tables), "")
        return Change(_field_words(table, field), self._shown(table, field, old), self._shown(table, field, new))

    def _shown(self, table: str, field: str, value: Any) -> str:
        if value is None or value == "":
            return "–"
        target = _target(table, field)
        if target is not None and isinstance(value, int):
            return self.labels.get((target.__tablename__, value), str(value))
        shown = _shown_of(table, field)
        return _read(shown, value) if shown is not None else value_text(value)


def _read(shown: Shown, value: Any) -> str:
    """A value of the chain back in words."""
    try:
        match shown.kind:
            case "choice":
                return say(shown.choices(value).words)
            case "instant":
                return near_instant(datetime.fromisoformat(value))
            case "date":
                return value_text(date.fromisoformat(value))
            case "decimal":
                return value_text(Decimal(value))
    except (ValueError, InvalidOperation, TypeError):
        return str(value)
    return value_text(value)


def _model_of(table: str) -> Any:
    return next((m.class_ for m in Base.registry.mappers if m.class_.__tablename__ == table), None)


def _split(table: str, field: str) -> tuple[str, str]:
    parts = field.split(".")
    return (parts[0], parts[-1]) if len(parts) > 1 else (table, field)


def _shown_of(table: str, field: str) -> Shown | None:
    table, name = _split(table, field)
    model = _model_of(table)
    if model is None or not hasattr(model, name):
        return None
    return Shown(model, name, Words(name, name))


def _target(table: str, field: str) -> Any:
    table, name = _split(table, field)
    model = _model_of(table)
    if model is None or not name.endswith("_id"):
        return None
    relation = model.__mapper__.relationships.get(name.removesuffix("_id"))
    target = relation.mapper.class_ if relation is not None else None
    return target if target is not None and issubclass(target, Record) else None


def _field_words(table: str, field: str) -> str:
    own, name = _split(table, field)
    view = views().get(own)
    labels = view.labels if view is not None else LINE_LABELS.get(own, {})
    model = _model_of(own)
    try:
        label = say(label_of(model, name, labels))
    except KeyError:
        label = name
    if own == table:
        return label
    named, key = LINE_NAMES.get(own), field.split(".")[1]
    return f"{named(int(key)) if named is not None and key.isdecimal() else say(model.words)} · {label}"
