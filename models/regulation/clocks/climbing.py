"""Breaches are seen and levels are told: once each, in working time, in order after an outage (TIME.md 10, 11)."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.base import Act, Record
from models.event import Reminder
from models.journal import seal, told_by
from models.organisation import leader_of
from models.regulation.clocks.rebuilding import look_ahead, rebuild, tell
from models.regulation.clocks.table import SlaClock, model_named
from rules.base import BY_NAME, SYSTEM, Role
from rules.regulation import Target, clocks
from rules.regulation.ladders import OWNERS, Rung
from rules.regulation.limits import WINDOWS

RULE = "ladder"
ROLES = frozenset(str(role) for role in Role if role not in BY_NAME)
"""Told for the record's department; whom a record names (his team leader) is told by name."""
AT_ONCE = 500
IN_HAND: dict[tuple[str, Target], Callable[[Record], Iterable[int]]] = {}
"""(table, target) -> whose turn it is, where the record itself names no responsible person, agent or owner."""
ALSO_CALLED = {"project_lead": "project_lead_of_it"}


def climb_clocks(session: Session, at: datetime) -> int:
    """Sees what became overdue and tells the levels that are due; a second run finds nothing. Returns how many."""
    done = 0
    while found := _due(session, at):
        done += _climb(session, found, at)
        session.flush()
        if len(found) < AT_ONCE:
            break
    return done


def _due(session: Session, at: datetime) -> list[SlaClock]:
    query = select(SlaClock).where(SlaClock.stopped_at.is_(None), SlaClock.next_look_at <= at)
    ordered = query.order_by(SlaClock.next_look_at, SlaClock.id).limit(AT_ONCE)
    return list(session.scalars(ordered.options(joinedload(SlaClock.calendar_version))))


def _climb(session: Session, found: list[SlaClock], at: datetime) -> int:
    """The levels of all these clocks in the sequence of their instants, each with its reminder and its event."""
    _fetch_records(session, found)
    known, waiting, done = _climbed(session, found), [], 0
    for clock in found:
        record = clock.record()
        if record is None or record.voided_at is not None:
            clock.next_look_at = None
            continue
        done += _see(session, record, clock, at)
        climbed = known.get((clock.id, clock.due_at), set())
        due = clocks.rungs_due(clock.granted, clock.recorded, clock.engine, climbed=frozenset(climbed), at=at)
        waiting += [(when, clock.id, rung.level, rung, clock, record) for when, rung in due]
        look_ahead(clock, climbed | {rung.level for _, rung in due}, after=at)
    for _, _, _, rung, clock, record in sorted(waiting, key=lambda one: one[:3]):
        _tell(session, record, clock, rung, at)
    return done + len(waiting)


def _fetch_records(session: Session, found: Iterable[SlaClock]) -> None:
    """The records of these clocks, a table at a time."""
    wanted: dict[str, set[int]] = {}
    for clock in found:
        wanted.setdefault(clock.entity, set()).add(clock.entity_id)
    for entity, keys in wanted.items():
        model = model_named(entity)
        if model is not None:
            session.scalars(select(model).where(model.id.in_(sorted(keys)))).all()


def _climbed(session: Session, found: Iterable[SlaClock]) -> dict[tuple[int, datetime], set[int]]:
    """Which levels of which clock and due instant were told already."""
    keys = [clock.id for clock in found]
    rows = session.execute(
        select(Reminder.entity_id, Reminder.due_at, Reminder.level).where(
            Reminder.entity == SlaClock.__tablename__, Reminder.rule == RULE, Reminder.entity_id.in_(keys)
        )
    )
    climbed: dict[tuple[int, datetime], set[int]] = {}
    for key, due_at, level in rows:
        climbed.setdefault((key, due_at), set()).add(level)
    return climbed


def _see(session: Session, record: Record, clock: SlaClock, at: datetime) -> int:
    """A breach is stored when it is seen (rule 11); a period that merely ends is breached by nobody."""
    is_over = at > clock.due_at and clock.target not in WINDOWS
    if clock.seen_at is not None or not is_over or clock.recorded.open_pause:
        return 0
    clock.seen_at = at
    rebuild(record, clock)
    seal(session, record, "overdue", _act(session, clock, at))
    return 1


def _tell(session: Session, record: Record, clock: SlaClock, rung: Rung, at: datetime) -> None:
    session.add(
        Reminder(entity=SlaClock.__tablename__, entity_id=clock.id, rule=RULE, level=rung.level, due_at=clock.due_at)
    )
    told = _whom(session, record, clock, rung)
    tell(record, clock, "due_at", None, clock.due_at.isoformat())  # so that the event names the clock and its deadline
    action = f"{'warn' if rung.amount < 0 else 'remind'}_{rung.level}"
    seal(session, record, action, _act(session, clock, at), recipients=told)


def _whom(session: Session, record: Record, clock: SlaClock, rung: Rung) -> set[int]:
    """Whoever has it in hand, where the level is for him or his team leader, and everybody else whom it names."""
    who = [Role(one) if one in ROLES else one for one in rung.tells]
    told = told_by(session, record, [*who, *(ALSO_CALLED[one] for one in rung.tells if one in ALSO_CALLED)])
    own = in_hand(record, clock.target)
    if set(rung.tells) & set(OWNERS):
        told |= own
    if "team_leader" in rung.tells:
        told |= {leader for one in own if (leader := leader_of(session, one)) is not None}
    return told


def in_hand(record: Record, target: Target) -> set[int]:
    """Whose turn it is: as the chapter says, else whoever the record names as responsible, agent or owner."""
    named = IN_HAND.get((record.__tablename__, target))
    if named is not None:
        return set(named(record))
    parties = record.parties()
    return {one for name in OWNERS for one in parties.get(name, ())}


def _act(session: Session, clock: SlaClock, at: datetime) -> Act:
    return Act(SYSTEM, at, source=session.info["act"].source, clause=clock.clause)
