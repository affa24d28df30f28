"""What falls due, and who is still to be told: both idempotent, both good at catching up (C1.1, A4.2)."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from models.actions import climb_ladders, end_statements, lapse_extensions, remind_of_evaluations
from models.base import Act, Source
from models.event import Delivery
from models.journal import acting
from models.news_mail import follow_by_mail
from models.organisation import follow_the_calendar
from models.regulation import climb_clocks
from rules.base import SYSTEM
from rules.event import Channel

FallingDue = Callable[[Session, datetime], int]
FALLS_DUE: dict[str, FallingDue] = {
    one.__name__: one
    for one in (
        follow_the_calendar,
        climb_ladders,
        climb_clocks,
        lapse_extensions,
        end_statements,
        remind_of_evaluations,
    )
}
"""What is asked at every run; a later chapter adds its own by ``@falls_due``."""
ONE_AT_A_TIME = 20260102
"""The key of PostgreSQL's lock: two runs at once do their work one after the other."""
AT_ONCE = 1000
IN_THE_APP = (Channel.APP,)
"""Channels that need no sending: the line on the desk is the message."""


def falls_due(function: FallingDue) -> FallingDue:
    """Registers something that falls due: a function of session and instant that answers how many things it did.

    It runs every minute and after any outage, in a transaction of its own; a second run must find nothing to do.
    """
    FALLS_DUE[function.__name__] = function
    return function


def remind(session: Session, at: datetime) -> dict[str, int]:
    """Does whatever is due by then; each part commits by itself; the first fault is raised after the last part."""
    done: dict[str, int] = {}
    faults: list[Exception] = []
    for name, function in FALLS_DUE.items():
        try:
            done[name] = _one_part(session, function, at)
        except Exception as fault:  # noqa: BLE001 - one chapter's fault must not silence the others
            session.rollback()
            faults.append(fault)
    if faults:
        raise faults[0]
    return done


def _one_part(session: Session, function: FallingDue, at: datetime) -> int:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL lock_timeout = '60s'"))
        session.execute(text("SET LOCAL statement_timeout = '60s'"))
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
    with acting(session, Act(SYSTEM, at, Source.SCHEDULER)):
        done = function(session, at)
        session.commit()
    return done


def tell(session: Session, at: datetime, *, by_mail: bool = False) -> int:
    """Tells what is still to be told; two at once tell each thing once. Returns how many were told.

    ``by_mail``: the company has a mail server, and the mail follows.
    """
    told = 0
    while True:
        waiting = select(Delivery.id).where(Delivery.is_open(), Delivery.channel.in_(IN_THE_APP), Delivery.due_at <= at)
        part = session.execute(
            update(Delivery)
            .where(Delivery.is_open(), Delivery.id.in_(waiting.order_by(Delivery.due_at).limit(AT_ONCE)))
            .values(sent_at=at)
            .returning(Delivery.id)
            .execution_options(synchronize_session=False)
        ).all()
        if by_mail and part:
            follow_by_mail(session, [key for (key,) in part])
        session.commit()
        told += len(part)
        if not part:
            return told
