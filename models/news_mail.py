"""News by mail to people inside: what they were told in the app, gathered into one mail (C2.3).

A line of news is told in the app first, in working time; the mail follows it. It is claimed before it leaves, so that
two workers send it once; one that was interrupted goes again, under the same message id. What could not leave at the
last try waits for an administrator, who has it sent again or lets it be.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, literal, select, update
from sqlalchemy.orm import Session, aliased

from models.base import Act
from models.event import Delivery
from models.journal import note_event
from models.organisation import Account, Employee
from rules import addresses
from rules.base import RuleBroken
from rules.event import Channel

APART = timedelta(minutes=10)
"""From one mail to the next to the same person: what happens meanwhile is gathered."""
IN_FLIGHT = timedelta(minutes=10)
TRIES = 6
MOST = 50
"""Lines of a mail; the rest waits for the next one."""
PEOPLE_AT_ONCE = 50

Compose = Callable[[Session, Employee, Sequence[int]], EmailMessage | None]
"""The letter that tells somebody of events; None where he may see none of them any more."""


@dataclass(frozen=True)
class Post:
    """How news leaves: from whom, and by what."""

    address: str
    send: Callable[[EmailMessage], None]


def follow_by_mail(session: Session, told: Sequence[int]) -> None:
    """What was told in the app goes by mail as well to who has an address and wants it; in the same transaction."""
    session.execute(
        insert(Delivery).from_select(
            ["event_seq", "recipient_id", "channel", "due_at", "attempts", "error"],
            select(
                Delivery.event_seq,
                Delivery.recipient_id,
                literal(Channel.MAIL.value),
                func.coalesce(Delivery.sent_at, Delivery.due_at),
                literal(0),
                literal(""),
            )
            .join(Employee, Employee.id == Delivery.recipient_id)
            .join(Account, Account.id == Employee.account_id)
            .where(
                Delivery.id.in_(told),
                func.coalesce(Employee.mail, "") != "",
                Employee.left_on.is_(None),
                Account.is_active,
                Account.gets_mail,
            ),
        )
    )


def send_news(session: Session, post: Post, compose: Compose, at: datetime) -> int:
    """Sends each person one mail with what waits for him; returns how many mails left."""
    return sum(_send(session, who, post, compose, at) for who in _waiting(session, at))


def _waiting(session: Session, at: datetime) -> Sequence[int]:
    """People for whom something is due and whose last mail is a while ago, who waited longest first."""
    sent = aliased(Delivery)
    is_recent = exists().where(
        sent.recipient_id == Delivery.recipient_id, sent.channel == Channel.MAIL, sent.sent_at > at - APART
    )
    found = session.scalars(
        select(Delivery.recipient_id)
        .where(Delivery.channel == Channel.MAIL, *_is_due(at), ~is_recent)
        .group_by(Delivery.recipient_id)
        .order_by(func.min(Delivery.due_at))
        .limit(PEOPLE_AT_ONCE)
    ).all()
    session.commit()
    return found


def _is_due(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return Delivery.is_open(), Delivery.due_at <= at, Delivery.attempts < TRIES


def _send(session: Session, recipient_id: int, post: Post, compose: Compose, at: datetime) -> int:
    claimed = _claimed(session, recipient_id, at)
    if not claimed:
        return 0
    letter = compose(session, session.get_one(Employee, recipient_id), [seq for _, seq in claimed])
    session.commit()
    fault = ""
    if letter is not None:
        letter["From"] = post.address
        letter["Message-ID"] = _message_id(claimed, recipient_id, post.address)
        try:
            post.send(letter)
        except (OSError, ValueError) as broken:  # smtplib's own faults are OSErrors; what no wire takes is a ValueError
            fault = f"{type(broken).__name__}: {broken}"[:300]
    _settle(session, [key for key, _ in claimed], fault, at)
    return int(letter is not None and not fault)


def _claimed(session: Session, recipient_id: int, at: datetime) -> list[tuple[int, int]]:
    """Key and event of what goes now; nobody else takes it for a while."""
    waiting = (
        select(Delivery.id)
        .where(Delivery.channel == Channel.MAIL, Delivery.recipient_id == recipient_id, *_is_due(at))
        .order_by(Delivery.event_seq)
        .limit(MOST)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(
        update(Delivery)
        .where(Delivery.id.in_(session.scalars(waiting).all()))
        .values(due_at=at + IN_FLIGHT, attempts=Delivery.attempts + 1)
        .returning(Delivery.id, Delivery.event_seq)
        .execution_options(synchronize_session=False)
    ).all()
    session.commit()
    return sorted((key, seq) for key, seq in rows)


def _message_id(claimed: Sequence[tuple[int, int]], recipient_id: int, address: str) -> str:
    """The same for the same lines, so that a receiver can drop the second of two."""
    keys = sha256(repr((recipient_id, claimed)).encode()).hexdigest()[:24]
    return f"<n.{keys}@{address.rpartition('@')[2] or 'localhost'}>"


def _settle(session: Session, keys: Sequence[int], fault: str, at: datetime) -> None:
    """It has left, or is tried again: each time twice as long after; at the last try it is given up at once."""
    one = update(Delivery).where(Delivery.id.in_(keys)).execution_options(synchronize_session=False)
    if not fault:
        session.execute(one.values(sent_at=at, error=""))
    else:
        tries = session.scalar(select(func.max(Delivery.attempts)).where(Delivery.id.in_(keys))) or 1
        session.execute(one.values(due_at=at + timedelta(minutes=2**tries), error=fault))
        session.execute(one.where(Delivery.attempts >= TRIES).values(due_at=at))
    session.commit()


# -- what was given up -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GivenUp:
    """Mails to one person that could not leave: how many, up to which, since when, and what was said last."""

    employee: Employee
    lines: int
    last: int
    since: datetime
    error: str


def is_given_up(at: datetime) -> ColumnElement[bool]:
    """The last try is over and nobody has decided yet; what is being sent just now is claimed and not given up."""
    return and_(Delivery.channel == Channel.MAIL, Delivery.is_open(), Delivery.due_at <= at, Delivery.attempts >= TRIES)


def given_up(session: Session, at: datetime, most: int = PEOPLE_AT_ONCE) -> tuple[list[GivenUp], int]:
    """The people whose mails were given up, who waits longest first, and how many people there are."""
    of_each = (
        select(
            Delivery.recipient_id,
            func.count().label("lines"),
            func.max(Delivery.id).label("last"),
            func.min(Delivery.due_at).label("since"),
            func.max(Delivery.error).label("error"),
        )
        .where(is_given_up(at))
        .group_by(Delivery.recipient_id)
        .subquery()
    )
    facts = (of_each.c.lines, of_each.c.last, of_each.c.since, of_each.c.error, func.count().over())
    rows = session.execute(
        select(Employee, *facts)
        .join(of_each, of_each.c.recipient_id == Employee.id)
        .order_by(of_each.c.since, Employee.id)
        .limit(most)
    ).all()
    return [GivenUp(who, *said) for who, *said, _ in rows], rows[0][-1] if rows else 0


def last_given_up(session: Session, at: datetime) -> int:
    return session.scalar(select(func.max(Delivery.id)).where(is_given_up(at))) or 0


def send_again(session: Session, recipient_id: int, last: int, act: Act) -> int:
    """What was given up, up to that one, is due again with all its tries. Returns how many lines.

    Raises RuleBroken where no mail can reach the person: the address comes first.
    """
    who = session.get(Employee, recipient_id)
    if who is None:
        return 0
    account = session.get(Account, who.account_id) if who.account_id else None
    if (
        why := addresses.no_mail_reaches(who.mail, has_left=who.left_on is not None, wants=_wants(account))
    ) is not None:
        raise RuleBroken(why)
    return _decide(session, recipient_id, last, act, "mail_again", due_at=act.at, attempts=0, error="")


def send_all_again(session: Session, _nobody: int, last: int, act: Act) -> int:
    """As the server is well again: everybody's, but of those whom no mail can reach."""
    return sum(_tried(session, who, last, act) for who in session.scalars(_everybody(last, act.at)).all())


def _everybody(last: int, at: datetime) -> Select[tuple[int]]:
    return (
        select(Delivery.recipient_id)
        .where(is_given_up(at), Delivery.id <= last)
        .distinct()
        .order_by(Delivery.recipient_id)
    )


def _tried(session: Session, who: int, last: int, act: Act) -> int:
    try:
        return send_again(session, who, last, act)
    except RuleBroken:
        return 0


def let_be(session: Session, recipient_id: int, last: int, act: Act) -> int:
    """What was given up, up to that one, is not sent any more: it was told in the app. Returns how many lines."""
    return _decide(session, recipient_id, last, act, "mail_let_be", let_be_at=act.at)


def _wants(account: Account | None) -> bool:
    return account is not None and account.is_active and account.gets_mail


def _decide(session: Session, recipient_id: int, last: int, act: Act, action: str, **values: object) -> int:
    """Once for each line, whoever comes second; the chain tells who decided it, and what the fault had been."""
    errors = set(session.scalars(_of(select(Delivery.error), recipient_id, last, act.at).distinct()))
    keys = session.scalars(
        _of(update(Delivery), recipient_id, last, act.at)
        .values(**values)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    if keys:
        said = " · ".join([f"{len(keys)} ×", *sorted(one for one in errors if one)])
        noted = Act(act.by, act.at, act.source, note=said[:500], clause="C2.3")
        note_event(session, noted, action, entity="employee", entity_id=recipient_id)
    return len(keys)


def _of(statement: Any, recipient_id: int, last: int, at: datetime) -> Any:
    return statement.where(is_given_up(at), Delivery.recipient_id == recipient_id, Delivery.id <= last)
