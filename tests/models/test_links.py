"""Links without log-in."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.event import PublicLink
from models.links import GUESSES_AN_HOUR, TooManyGuesses, follow_link, make_link, note_guess
from rules.base import NotVisible
from rules.event import LinkPurpose
from tests.world import AT

LATER = AT + timedelta(days=30)


def test_a_link_opens_what_it_was_made_for_until_its_day(any_session):
    token = make_link(any_session, LinkPurpose.TICKET, "ticket", 7, until=LATER)
    found = follow_link(any_session, token, LinkPurpose.TICKET, source="1.2.3.4", at=AT)
    assert (found.entity, found.entity_id) == ("ticket", 7)
    with pytest.raises(NotVisible):
        follow_link(any_session, token, LinkPurpose.SURVEY, source="1.2.3.4", at=AT)
    with pytest.raises(NotVisible):
        follow_link(any_session, token, LinkPurpose.TICKET, source="1.2.3.4", at=LATER)


def test_only_the_hash_of_a_token_is_kept(session):
    token = make_link(session, LinkPurpose.SURVEY, "survey", 1, until=LATER)
    session.flush()
    kept = session.scalars(select(PublicLink.token_hash)).one()
    assert len(token) >= 43
    assert token not in kept


def test_guessing_is_stopped_at_the_twentieth_try(session):
    for _ in range(GUESSES_AN_HOUR):
        with pytest.raises(NotVisible):
            follow_link(session, "guess", LinkPurpose.TICKET, source="9.9.9.9", at=AT)
        note_guess(session, source="9.9.9.9", at=AT)
        session.flush()
    with pytest.raises(TooManyGuesses):
        follow_link(session, "guess", LinkPurpose.TICKET, source="9.9.9.9", at=AT)
    with pytest.raises(NotVisible):
        follow_link(session, "guess", LinkPurpose.TICKET, source="8.8.8.8", at=AT)
    with pytest.raises(NotVisible):
        follow_link(session, "guess", LinkPurpose.TICKET, source="9.9.9.9", at=AT + timedelta(hours=1, seconds=1))
