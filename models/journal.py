"""The one writer of events: collects what changes, seals it per step, chains it last before the commit (C1.2)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, event, insert, inspect, select, update
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.orm.attributes import History, set_committed_value

from models.base import Act, Audited, Record, hears_steps, now, on_date
from models.closed import locks_of, refuse_backdated, refuse_moved
from models.event import Delivery, Event, EventHead
from models.numbers import next_numbers
from rules.base import Role, Step
from rules.event import GENESIS, Channel, link

QUIET = frozenset({"version_no", "created_at", "updated_at", "created_by_id", "updated_by_id"})
"""Columns that say who and when, which the event itself says."""


@dataclass
class Sealed:
    """One event to be written."""

    entity: str
    entity_id: int | None
    action: str
    act: Act
    changes: dict[str, list[Any]]
    recipients: tuple[int, ...] = ()


@dataclass
class Journal:
    """What a transaction changed so far."""

    changes: dict[Audited, dict[tuple[Audited, str], list[Any]]] = field(default_factory=dict)
    actions: dict[Audited, str] = field(default_factory=dict)
    sealed: list[Sealed] = field(default_factory=list)
    locked: list[tuple[date, date]] | None = None
    is_in_step: bool = False


def journal_of(session: Session) -> Journal:
    journal: Journal = session.info.setdefault("journal", Journal())
    return journal


@contextmanager
def acting(session: Session, act: Act) -> Iterator[Act]:
    """Everything changed in here is this act's; what no verb has sealed is sealed at the end."""
    before = session.info.get("act")
    session.info["act"] = act
    try:
        yield act
        _seal_rest(session, act)
    finally:
        if before is None:
            session.info.pop("act", None)
        else:
            session.info["act"] = before


@contextmanager
def attempt(session: Session) -> Iterator[None]:
    """A savepoint: what is refused in here is undone with its events, the rest of the transaction stays."""
    journal = journal_of(session)
    session.flush()
    changes = {record: dict(bucket) for record, bucket in journal.changes.items()}
    kept = (changes, dict(journal.actions), list(journal.sealed))
    try:
        with session.begin_nested():
            yield
    except Exception:
        journal.changes, journal.actions, journal.sealed = kept
        raise


def _act_of(session: Session) -> Act:
    act: Act | None = session.info.get("act")
    if act is None:
        raise RuntimeError("something changed and nobody did it: wrap the change in acting()")
    return act


# -- collecting ------------------------------------------------------------------------------------------------------


def _touched(session: Session) -> tuple[list[Audited], list[Audited], list[Audited]]:
    created = [one for one in session.new if isinstance(one, Audited)]
    edited = [one for one in session.dirty if isinstance(one, Audited) and session.is_modified(one)]
    edited.sort(key=lambda one: (one.__tablename__, one.id))  # the session knows no order, the chain tells one
    deleted = [one for one in session.deleted if isinstance(one, Audited)]
    return created, edited, deleted


@event.listens_for(Session, "before_flush")
def _stamp(session: Session, _context: object, _instances: object) -> None:
    _take_away_orphans(session)
    created, edited, deleted = _touched(session)
    if not (created or deleted or edited):
        return
    act = _act_of(session)
    records = [one for one in created if isinstance(one, Record)]
    for one in records:
        one.created_at = one.updated_at = act.written_at
        one.created_by_id = one.updated_by_id = act.by.account_id
    _number(session, records, on_date(act.at).year)
    _stamp_edited(session, [*created, *edited, *deleted], act)


def _take_away_orphans(session: Session) -> None:
    """A line taken out of its record goes with this flush; said now, it is told like every other."""
    for record in [one for one in session.dirty if isinstance(one, Record)]:
        state = inspect(record)
        for relation in state.mapper.relationships:
            if relation.cascade.delete_orphan and relation.back_populates:
                taken = state.attrs[relation.key].history.deleted
                for line in [one for one in taken or () if getattr(one, relation.back_populates) is None]:
                    set_committed_value(line, relation.back_populates, record)  # it is told in what it was taken from
                    if inspect(line).persistent:
                        session.delete(line)


@event.listens_for(Session, "after_flush")
def _collect(session: Session, _context: object) -> None:
    """Keys are known by now, and the history of each attribute still is."""
    created, edited, deleted = _touched(session)
    journal = journal_of(session)
    for one in created:
        _note(session, journal, one, "create", _new_values(one))
    for one in edited:
        _note(session, journal, one, "edit", _changed_values(one))
    for one in deleted:
        _note(session, journal, one, "delete", _old_values(one))


def _number(session: Session, created: Iterable[Record], year: int) -> None:
    """Each new record its number; many of one series cost no more statements than one."""
    unnumbered: dict[str, list[Any]] = defaultdict(list)
    for one in created:
        if one.number_prefix and not getattr(one, "no", None):
            unnumbered[one.number_prefix].append(one)
    for prefix, records in unnumbered.items():
        for one, no in zip(records, next_numbers(session, prefix, year, len(records)), strict=True):
            one.no = no


def _stamp_edited(session: Session, changed: Iterable[Audited], act: Act) -> None:
    """A change of a line is a change of its record: the lock counts both."""
    told = {one.told_in() for one in changed}
    new, deleted = session.new, session.deleted  # each is made anew when it is asked for
    for record in told:
        if isinstance(record, Record) and record not in new and record not in deleted:
            record.updated_at, record.updated_by_id = act.written_at, act.by.account_id


def _note(session: Session, journal: Journal, one: Audited, action: str, values: dict[str, list[Any]]) -> None:
    _ask_period(session, journal, one, action, values)
    record = one.told_in()
    bucket = journal.changes.setdefault(record, {})
    if record is one and journal.actions.get(one) != "create":
        journal.actions[one] = action
    for name, (old, new) in values.items():
        first = bucket.get((one, name), [old])[0]
        bucket[(one, name)] = [first, new]


def _columns(one: Audited) -> Iterator[tuple[str, bool]]:
    for attribute in inspect(type(one)).column_attrs:
        is_kept = isinstance(attribute.columns[0], Column)  # what is only looked up is no fact of the row
        if is_kept and attribute.key not in QUIET and attribute.key != "id":
            yield attribute.key, bool(attribute.columns[0].info.get("secret"))


def _new_values(one: Audited) -> dict[str, list[Any]]:
    values = {name: _shown(getattr(one, name), is_secret=secret) for name, secret in _columns(one)}
    return {name: [None, value] for name, value in values.items() if value is not None}


def _old_values(one: Audited) -> dict[str, list[Any]]:
    values = {name: _shown(getattr(one, name), is_secret=secret) for name, secret in _columns(one)}
    return {name: [value, None] for name, value in values.items() if value is not None}


def _changed_values(one: Audited) -> dict[str, list[Any]]:
    state, found = inspect(one), {}
    for name, secret in _columns(one):
        history: History = state.attrs[name].history
        if history.has_changes():
            old = history.deleted[0] if history.deleted else None
            found[name] = [_shown(old, is_secret=secret), _shown(getattr(one, name), is_secret=secret)]
    return {name: pair for name, pair in found.items() if pair[0] != pair[1] or pair[0] == "•••"}


def _shown(value: Any, *, is_secret: bool) -> Any:
    """A value as the chain keeps it: JSON, exact, and never a secret."""
    if value is None or isinstance(value, bool | int):
        return value
    if is_secret:
        return "•••"
    match value:
        case datetime():
            return value.isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return format(value.normalize(), "f")
        case dict() | list():
            return value
    return str(value)


def _ask_period(session: Session, journal: Journal, one: Audited, action: str, values: dict[str, list[Any]]) -> None:
    """Refuses what would change the figures of a closed period (K2.1); later steps of a lifecycle pass."""
    if type(one).period_on is None and type(one).counts_between is None:
        return
    if journal.locked is None:
        journal.locked = locks_of(session)
    if journal.locked:
        is_in_step = journal.is_in_step or one.told_in() in session.info.get("stepping", ())
        refuse_moved(journal.locked, one, action, values, is_in_step=is_in_step)
        refuse_backdated(journal.locked, one, action, values)


# -- sealing ---------------------------------------------------------------------------------------------------------

HOLDERS: list[Callable[[Session, Role, int | None], Iterable[int]]] = []
"""Filled by the organisation chapter: employees who hold a role for a department."""


def seal(session: Session, record: Audited, action: str, act: Act, recipients: Iterable[int] = ()) -> None:
    """Closes what changed in this record so far as one event."""
    session.flush()
    journal = journal_of(session)
    changes = journal.changes.pop(record, {})
    journal.actions.pop(record, None)
    told = () if act.recorded_at else tuple(sorted(set(recipients) - {act.by.employee_id or 0}))
    journal.sealed.append(Sealed(record.__tablename__, record.id, action, act, _named(record, changes), told))


def _seal_rest(session: Session, act: Act) -> None:
    """What was created, edited or deleted without a verb: one event for each record."""
    session.flush()
    journal = journal_of(session)
    for record in list(journal.changes):
        seal(session, record, journal.actions.get(record, "edit"), act)


def _named(record: Audited, changes: dict[tuple[Audited, str], list[Any]]) -> dict[str, list[Any]]:
    return {
        name if one is record else f"{one.__tablename__}.{one.id}.{name}": pair
        for (one, name), pair in changes.items()
        if pair[0] != pair[1] or pair[0] == "•••"
    }


@hears_steps
def _seal_step(session: Session, record: Record, one: Step, act: Act) -> None:
    journal = journal_of(session)
    journal.is_in_step = True
    try:
        seal(session, record, one.verb, act, () if act.recorded_at else told_by(session, record, one.tells))
    finally:
        journal.is_in_step = False


def told_by(session: Session, record: Record, tells: Iterable[Role | str]) -> set[int]:
    """Employees to be told: those in a relation to the record, and those who hold a role for it."""
    parties, found = record.parties(), set[int]()
    for entry in tells:
        if isinstance(entry, Role):
            for holders in HOLDERS:
                found.update(holders(session, entry, getattr(record, "department_id", None)))
        else:
            found.update(parties.get(entry, ()))
    return found


def note_event(session: Session, act: Act, action: str, *, entity: str, entity_id: int | None = None) -> None:
    """An event that changes no record: a refusal, a failed log-in."""
    journal_of(session).sealed.append(Sealed(entity, entity_id, action, act, {}))


# -- chaining --------------------------------------------------------------------------------------------------------


@event.listens_for(Session, "before_commit")
def _chain(session: Session) -> None:
    if session.get_transaction() is not None and session.in_nested_transaction():
        return
    session.flush()
    journal: Journal | None = session.info.get("journal")
    if journal is None:
        return
    if journal.changes:
        _seal_rest(session, _act_of(session))
    if journal.sealed:
        _append(session, journal.sealed)
    session.info.pop("journal", None)


def _append(session: Session, sealed: list[Sealed]) -> None:
    connection = session.connection()
    head = connection.execute(select(EventHead.seq, EventHead.hash).with_for_update()).one_or_none()
    seq, last = head or (0, GENESIS)
    rows: list[dict[str, Any]] = []
    deliveries: list[dict[str, Any]] = []
    for one in sealed:
        seq += 1
        row = _row(seq, one)
        row["prev_hash"], row["hash"] = last, link(last, facts_of(row))
        last = row["hash"]
        rows.append(row)
        deliveries += [
            {"event_seq": seq, "recipient_id": who, "channel": Channel.APP, "due_at": one.act.tell_at or one.act.at}
            for who in one.recipients
        ]
    connection.execute(insert(Event), rows)
    if head is None:
        connection.execute(insert(EventHead).values(id=1, seq=seq, hash=last))
    else:
        connection.execute(update(EventHead).values(seq=seq, hash=last))
    if deliveries:
        connection.execute(insert(Delivery), deliveries)


def _role_of(act: Act) -> str | None:
    """The role that the person acted in; everybody is an employee besides."""
    if act.by.is_system:
        return "system"
    roles = sorted(str(role) for role in act.by.roles if role is not Role.EMPLOYEE)
    return roles[0] if roles else ("employee" if act.by.roles else None)


def _row(seq: int, one: Sealed) -> dict[str, Any]:
    return {
        "seq": seq,
        "at": one.act.written_at.astimezone(UTC),
        "actor_id": one.act.by.account_id,
        "on_behalf_of_id": one.act.on_behalf_of,
        "role": _role_of(one.act),
        "source": one.act.source,
        "entity": one.entity,
        "entity_id": one.entity_id,
        "action": one.action,
        "changes": one.changes,
        "reason": one.act.note,
        "clause": one.act.clause,
    }


def facts_of(row: dict[str, Any]) -> dict[str, Any]:
    """The facts of an event as they go into its hash; the same from memory and from the database."""
    facts = {name: row[name] for name in row if name not in {"prev_hash", "hash"}}
    facts["at"], facts["source"] = row["at"].isoformat(), str(row["source"])
    return facts


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: SessionTransaction) -> None:
    if not previous.nested:
        session.info.pop("journal", None)


def record_refusal(session: Session, act: Act, *, entity: str, entity_id: int | None, action: str, reason: str) -> None:
    """Writes a refusal in a transaction of its own, after what it refused was rolled back."""
    session.rollback()
    refused = Act(act.by, now(), act.source, note=f"{action}: {reason}"[:2000], clause=act.clause)
    note_event(session, refused, "refused", entity=entity, entity_id=entity_id)
    session.commit()
