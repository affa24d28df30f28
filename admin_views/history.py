"""A record's history in words: who, when, which field from what to what, by which way in."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select

from admin_views.columns import Shown, cell_of, label_of, listed
from admin_views.registry import LINE_LABELS, LINE_NAMES, views
from admin_views.screen import Change, HistoryEntry
from admin_views.session import db
from admin_views.words import CHINESE, locale, near_instant, say, t, value_text
from models.base import Base, Record
from models.event import Event
from models.organisation import Account, Employee
from rules.base import RELATIONS, Person, Role, Words
from rules.training import Answer

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
    "ask_to_read": Words("asked to be read", "要求阅知"),
    "confirm_reading": Words("confirmed having read it", "阅知确认"),
    "chain_whole": Words("checked the chain: whole", "校验操作记录：完好"),
    "chain_broken": Words("checked the chain: broken", "校验操作记录：异常"),
    "ends_soon": Words("ends soon", "即将到期"),
    "owe": Words("owed", "产生应训任务"),
    "trained": Words("trained", "完成培训"),
    "term_ended": Words("ended a term", "终止有效期间"),
    "sign_in": Words("signed in", "签到"),
    "attendance": Words("recorded who came", "登记到场情况"),
    "print_certificate": Words("printed a certificate", "打印证书"),
    "link": Words("made a link for the customer", "生成客户查询链接"),
    "progress": Words("updated by a report", "按日报更新进度"),
    "reschedule": Words("moved the dates", "调整日期"),
    "hand_over": Words("handed over", "移交"),
    "reset_password": Words("gave a one-time password", "发放一次性密码"),
    "end_sessions": Words("ended all log-ins", "结束全部登录"),
    "end_session": Words("ended a log-in", "结束一次登录"),
    "disable": Words("disabled", "停用"),
    "enable": Words("enabled", "启用"),
    "mail_again": Words("had news mails sent again", "重新发送消息邮件"),
    "mail_let_be": Words("let news mails that could not leave be", "不再发送未送达的消息邮件"),
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
        reason=_refused(record, event.reason) if event.action == "refused" else event.reason,
        clause=event.clause,
        changes=[one for one in changes if one.old != one.new],
    )


def _refused(record: Record, reason: str) -> str:
    """What was refused, in the words of its button where it was a verb, and why."""
    verb, _, why = reason.partition(": ")
    is_verb = record.lifecycle is not None and verb in record.lifecycle.verbs
    return f"{say(record.verb_words(verb))}{t(': ', '：')}{why}" if is_verb else reason


def _is_hidden(field: str, hidden: frozenset[str]) -> bool:
    return field.split(".", maxsplit=1)[0] in hidden or field.rsplit(".", maxsplit=1)[-1] in hidden


def action_words(record: Record, action: str) -> str:
    if action in ACTIONS:
        return say(ACTIONS[action])
    if action.startswith("sign_"):
        return t("signed for “{verb}”", "会签“{verb}”", verb=record.verb_words(action.removeprefix("sign_")))
    if action.startswith("remind_"):
        level = action.removeprefix("remind_")
        if level == "0":
            return t("falls due soon", "即将到期")
        return t("overdue, reminder of level {n}", "逾期提醒（第 {n} 级）", n=level)
    return say(record.verb_words(action))


def did_words(record: Record, action: str, name: str) -> str:
    """Who did what, as a sentence begins: "Wang Li: submitted"; what followed by itself names nobody."""
    words = action_words(record, action)
    if action == "remind_0" or action.startswith("warn_"):
        return t("Reminder: {verb}", "提醒：{verb}", verb=words)
    if action.startswith("remind_"):
        return words[:1].upper() + words[1:]
    if action == "create":
        return t("New {what}", "新的{what}", what=record.words)
    if not name:
        return t("By itself: {verb}", "系统已自动{verb}", verb=words)
    return t("{name} {did}", "{name} 已{did}", name=name, did=past(words))


def about(record: Record) -> str:
    """What the record is about, beside its number: its own first words."""
    own = [name for name in record.search_columns if name not in record.label_columns]
    said = next((str(value) for name in own if (value := getattr(record, name))), "")
    return said.split("\n")[0] or f"{say(record.words)} {record.label}"


def why_told(record: Record, action: str, person: Person) -> str:
    """What the person has to do with it: what he is to the record, or the role that the step tells."""
    steps = record.lifecycle.steps if record.lifecycle else ()
    told = next((one.tells for one in steps if one.verb == action), ())
    held = record.relations_of(person)
    is_his = [RELATIONS[str(one)] for one in told if one in held and one in RELATIONS]
    as_role = [one.words for one in told if isinstance(one, Role) and person.holds(one)]
    named = [RELATIONS[one] for one in sorted(held) if one in RELATIONS]
    said = next(iter([*is_his, *as_role, *named]), None)
    return t("as {what}", "您是{what}", what=said) if said is not None else ""


PAST = {
    "drop": "dropped",
    "leave": "left",
    "make": "made",
    "put": "put",
    "set": "set",
    "submit": "submitted",
    "take": "took",
    "cancel": "cancelled",
    "uphold": "upheld",
    "withdraw": "withdrew",
}
"""English verbs of the steps that do not simply take -ed."""
NO_VERBS = frozenset({"await", "done", "effective", "fall", "i", "no", "not", "time"})
"""How steps begin that are named by what is so, not by what is done."""


def past(words: str) -> str:
    """An English step as something that somebody did: "submitted for review"; Chinese verbs stand as they are."""
    first, space, rest = words.partition(" ")
    low = first.lower()
    if locale() == CHINESE or low in NO_VERBS or not low.isalpha():
        return words
    regular = low + "d" if low.endswith("e") else low[:-1] + "ied" if low[-1:] == "y" else low + "ed"
    return PAST.get(low, regular) + space + rest


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


MOST_TOLD = 4


def _several(value: dict[str, Any] | list[Any]) -> str:
    """What a column of several things holds; of many only how many, since the record shows them."""
    if not value:
        return "–"
    if isinstance(value, dict) and {"answer", "reasons"} <= set(value):
        return _gate(value)
    return listed(value) if len(value) <= MOST_TOLD else t("{n} entries", "{n} 项", n=len(value))


def _gate(value: dict[str, Any]) -> str:
    """What the gate answered, and why, in the reader's language."""
    answer = next((say(one.words) for one in Answer if str(one) == value["answer"]), value["answer"])
    place, name = (1, "zh") if locale() == CHINESE else (0, "en")
    why = [one.get(name, "") if isinstance(one, dict) else one[place] for one in value["reasons"]]
    return t(": ", "：").join([answer, *([" ".join(why)] if why else [])])


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
            case "json" if isinstance(value, dict | list):
                return _several(value)
    except (ValueError, InvalidOperation, TypeError):
        return str(value)
    return shown.cell(value).text if shown.names_table else value_text(value)


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
