"""Links without log-in: 256 bits, hashed at rest, for one purpose, until a day, with a brake on guessing."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.event import LoginAttempt, PublicLink
from models.signin import token_hash
from rules.base import NotVisible, RuleBroken, Words
from rules.event import LinkPurpose

GUESSES_AN_HOUR = 20
GUESSER = "link"


class TooManyGuesses(RuleBroken):
    """Too many addresses that do not exist were tried from this source."""

    status = 429

    def __init__(self) -> None:
        super().__init__(Words("Too many tries. Please come back in an hour.", "尝试次数过多，请一小时后再试。"))


def make_link(session: Session, purpose: LinkPurpose, entity: str, entity_id: int, *, until: datetime) -> str:
    """A fresh token for a record; only its hash is kept."""
    token = secrets.token_urlsafe(32)
    session.add(
        PublicLink(token_hash=token_hash(token), purpose=purpose, entity=entity, entity_id=entity_id, expires_at=until)
    )
    return token


def follow_link(session: Session, token: str, purpose: LinkPurpose, *, source: str, at: datetime) -> PublicLink:
    """What a token stands for. Raises NotVisible for a wrong, expired or other-purposed one, 429 after 20 guesses."""
    since = at - timedelta(hours=1)
    guesses = session.scalar(
        select(func.count())
        .select_from(LoginAttempt)
        .where(LoginAttempt.name == GUESSER, LoginAttempt.source == source, LoginAttempt.at > since)
    )
    if (guesses or 0) >= GUESSES_AN_HOUR:
        raise TooManyGuesses
    found = session.scalar(
        select(PublicLink).where(
            PublicLink.token_hash == token_hash(token[:200]),
            PublicLink.purpose == purpose,
            PublicLink.expires_at > at,
        )
    )
    if found is None:
        raise NotVisible
    return found


def note_guess(session: Session, *, source: str, at: datetime) -> None:
    """A wrong token counts against its source; written in a transaction of its own after the refusal."""
    session.add(LoginAttempt(name=GUESSER, source=source, at=at))
