"""How the product itself runs: jobs that fail, what is still to be told, acts that were refused, the chain (C1.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models.base import Act
from models.chain import verify
from models.event import Delivery, Event, EventHead, JobRun
from models.journal import note_event
from models.news_mail import is_given_up
from rules.event import ChainFault

LATE_AFTER = timedelta(minutes=15)
"""What has not been told a quarter of an hour after it was due is told of itself."""
LOOKED_BACK = timedelta(days=7)
WHOLE, BROKEN = "chain_whole", "chain_broken"


@dataclass(frozen=True)
class Untold:
    """What is still to be told."""

    waiting: int
    late: int
    failed: int
    error: str


@dataclass(frozen=True)
class ChainState:
    """When the chain was looked through last, how far, and the first event that is not as it was written."""

    length: int
    checked_at: datetime | None = None
    is_whole: bool = True
    said: str = ""
    bad: int | None = None


def note_run(session: Session, name: str, at: datetime, error: str = "") -> None:
    """How a job went, in a transaction of its own."""
    run = session.get(JobRun, name) or JobRun(name=name, failures=0)
    run.ran_at, run.error = at, error[:2000]
    run.failures = run.failures + 1 if error else 0
    run.succeeded_at = run.succeeded_at if error else at
    session.add(run)
    session.commit()


def job_runs(session: Session) -> Sequence[JobRun]:
    return session.scalars(select(JobRun).order_by(JobRun.name)).all()


def untold(session: Session, at: datetime) -> Untold:
    """Deliveries that wait, that are late, and that failed; mails that were given up are told of by themselves."""
    has_failed = Delivery.error != ""
    waiting, late, failed, error = session.execute(
        select(
            func.count(),
            func.count().filter(Delivery.due_at < at - LATE_AFTER),
            func.count().filter(has_failed),
            func.max(Delivery.error),
        ).where(Delivery.is_open(), ~is_given_up(at))
    ).one()
    return Untold(waiting, late, failed, error or "")


def refusals(session: Session, at: datetime, most: int) -> tuple[Sequence[Event], int]:
    """What was refused in the last week, the latest first, and how often (counted up to a thousand)."""
    refused = select(Event).where(Event.action == "refused", Event.at >= at - LOOKED_BACK)
    rows = session.scalars(refused.order_by(Event.seq.desc()).limit(most)).all()
    counted = select(Event.seq).where(Event.action == "refused", Event.at >= at - LOOKED_BACK).limit(1000)
    return rows, session.scalar(select(func.count()).select_from(counted.subquery())) or 0


def chain_state(session: Session) -> ChainState:
    """What the last check of the chain found."""
    latest = select(func.max(Event.seq)).where(Event.action.in_((WHOLE, BROKEN))).scalar_subquery()
    found = session.execute(
        select(EventHead.seq, Event.at, Event.action, Event.reason, Event.entity_id)
        .select_from(EventHead)
        .outerjoin(Event, Event.seq == latest)
    ).one_or_none()
    if found is None:
        return ChainState(0)
    length, at, action, said, bad = found
    return ChainState(length) if at is None else ChainState(length, at, action == WHOLE, said, bad)


def check_chain(session: Session, engine: Engine, anchors: Mapping[int, str], act: Act) -> ChainFault | None:
    """Looks through the whole chain and writes down what it found; the first bad event is named."""
    count, fault = verify(engine, anchors)
    said = f"1-{count}" if fault is None else fault.words.text("zh")
    noted = Act(act.by, act.at, act.source, note=said, clause="C1.2")
    action = WHOLE if fault is None else BROKEN
    note_event(session, noted, action, entity="event", entity_id=None if fault is None else fault.seq)
    return fault
