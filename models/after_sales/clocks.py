"""Which clock each step of a ticket arms, pauses and stops (TIME.md 7-9; A2.2, A3, A4.1)."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from models import regulation as m
from models.base import Act, Record
from rules.base import Unset
from rules.regulation import Target

if TYPE_CHECKING:
    from models.after_sales.tickets import Ticket

FROM_RECEIPT = (Target.ACCEPTANCE, Target.FIRST_CONTACT, Target.FIRST_SOLUTION, Target.RESOLUTION)
"""What the customer may count on from the moment of his report."""
BY_PRIORITY = (*FROM_RECEIPT, Target.TECHNICAL_SOLUTION, Target.SILENCE)
WORKED_ON = BY_PRIORITY
"""Clocks of the queue: what the agent is to do next; closing and follow-up are not his."""


def arm(record: Record, target: Target, facts: Mapping[str, str], act: Act, *, at: datetime | None = None) -> None:
    """Starts a clock; history from before the company set this time limit has none."""
    try:
        m.arm(record.session, record, target, facts, at=at or act.at)
    except Unset:
        if act.recorded_at is None:
            raise


def begin(ticket: "Ticket", act: Act) -> None:
    """All four run from the receipt, whenever it was written down."""
    for target in FROM_RECEIPT:
        arm(ticket, target, ticket.facts, act, at=ticket.received_at)


def accepted(ticket: "Ticket", act: Act) -> None:
    m.stop(ticket.session, ticket, Target.ACCEPTANCE, at=act.at)


def contacted(ticket: "Ticket", act: Act) -> None:
    """From now on the customer is told how it goes: silence begins."""
    m.stop(ticket.session, ticket, Target.FIRST_CONTACT, at=act.at)
    arm(ticket, Target.SILENCE, ticket.facts, act)


def told(ticket: "Ticket", act: Act) -> None:
    """Each word to the customer begins the silence anew, while one runs."""
    running = m.clock_of(ticket, Target.SILENCE)
    if running is not None and running.is_open:
        arm(ticket, Target.SILENCE, ticket.facts, act)


def reclassified(ticket: "Ticket", act: Act) -> None:
    """New allowances from the same starts, all pauses kept (rule 7)."""
    for target in BY_PRIORITY:
        m.rearm(ticket.session, ticket, target, ticket.facts, at=act.at)


def proposed(ticket: "Ticket", act: Act) -> None:
    m.stop(ticket.session, ticket, Target.FIRST_SOLUTION, at=act.at)


def escalated(ticket: "Ticket", act: Act) -> None:
    arm(ticket, Target.TECHNICAL_SOLUTION, ticket.facts, act)


def solved(ticket: "Ticket", act: Act) -> None:
    """A detailed solution is a first one as well, where there was none."""
    m.stop(ticket.session, ticket, Target.TECHNICAL_SOLUTION, at=act.at)
    m.stop(ticket.session, ticket, Target.FIRST_SOLUTION, at=act.at)


def handed_back(ticket: "Ticket", act: Act) -> None:
    m.cancel(ticket.session, ticket, Target.TECHNICAL_SOLUTION, at=act.at)


def wait(ticket: "Ticket", act: Act, reason: str) -> None:
    m.pause_all(ticket.session, ticket, at=act.at, reason=reason)


def go_on(ticket: "Ticket", act: Act) -> None:
    m.resume_all(ticket.session, ticket, at=act.at)


def resolved(ticket: "Ticket", act: Act) -> None:
    """What was owed until the solution is done; whether the customer agrees has a clock of its own."""
    for target in (Target.FIRST_SOLUTION, Target.RESOLUTION, Target.SILENCE):
        m.stop(ticket.session, ticket, target, at=act.at)
    arm(ticket, Target.CLOSING, ticket.facts, act)


def closed(ticket: "Ticket", act: Act) -> None:
    m.stop(ticket.session, ticket, Target.CLOSING, at=act.at)


def fell_silent(ticket: "Ticket", act: Act) -> None:
    """Nobody was late: the time for an answer is over."""
    m.cancel(ticket.session, ticket, Target.CLOSING, at=act.at)


def reopened(ticket: "Ticket", act: Act) -> None:
    """The time it was solved is a pause of the solution (rule 9); the customer is told again."""
    m.cancel(ticket.session, ticket, Target.CLOSING, at=act.at)
    m.continue_after_reopening(ticket.session, ticket, Target.RESOLUTION, at=act.at)
    arm(ticket, Target.SILENCE, ticket.facts, act)


def nothing_owed(ticket: "Ticket", act: Act) -> None:
    m.cancel_all(ticket.session, ticket, at=act.at)
