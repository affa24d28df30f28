"""Log-in: the brakes hold, names are not betrayed, and sessions end at once (LIMITS)."""

import threading
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from models import signin
from models.engine import engine_options
from models.event import Event, LoginAttempt, LoginSession
from models.organisation import Account, AccountRole, Employee
from models.signin import (
    SHORTEST_PASSWORD,
    SOURCE_FACTOR,
    Refused,
    SignedIn,
    account_of,
    add_account,
    brake,
    change_password,
    hash_of,
    one_time_password,
    sign_in,
    sign_out,
    token_hash,
)
from rules.base import Role, RuleBroken
from rules.event import TRIES_AN_HOUR
from tests.models.acts import LATER, doing, events, last_seq, perform
from tests.world import AT, PASSWORD, employee, person

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
AWAY = "10.0.0.9"


def account(session, login="sales"):
    return session.scalar(select(Account).where(Account.login == login))


def try_in(session, login="sales", password=PASSWORD, at=AT, source=AWAY):
    outcome = sign_in(session, login, password, source=source, at=at)
    session.commit()
    return outcome


def entered(session, login="sales", at=AT):
    outcome = try_in(session, login, at=at)
    assert isinstance(outcome, SignedIn)
    return outcome.token


def here(session, token, at=AT, seen=None):
    found = account_of(session, token, seen_at=seen or at, at=at)
    session.rollback()
    return found


# In


def test_the_right_password_lets_in_and_is_on_record(any_session):
    since = last_seq(any_session)
    token = entered(any_session)
    assert here(any_session, token).login == "sales"
    (event,) = events(any_session, since)
    assert (event.action, event.entity, event.actor_id) == ("login", "account", account(any_session).id)


def test_tokens_lie_hashed_and_are_each_new(session):
    first, second = entered(session), entered(session)
    assert first != second
    kept = session.scalars(select(LoginSession.token_hash).order_by(LoginSession.id)).all()
    assert kept == [token_hash(first), token_hash(second)]
    assert first not in str(session.execute(text("SELECT * FROM login_session")).all())
    assert here(session, "forged") is None
    assert here(session, kept[0]) is None


@pytest.mark.parametrize(
    "login,password", [("sales", "wrong"), ("nobody", PASSWORD), ("nobody", "wrong"), ("SALES", PASSWORD), ("", "")]
)
def test_a_wrong_password_and_an_unknown_name_are_answered_alike_and_on_record(any_session, login, password):
    since = last_seq(any_session)
    assert try_in(any_session, login, password) == Refused(timedelta(0))
    (event,) = events(any_session, since)
    assert (event.action, event.actor_id, event.reason) == ("login_failed", None, f"{login} ← {AWAY}")
    assert password not in event.reason or not password


def test_an_unknown_name_costs_a_hash_as_well(session, monkeypatch):
    asked = []
    monkeypatch.setattr(signin, "_fits", lambda stored, password: asked.append(stored) or False)
    for login in ("sales", "nobody"):
        try_in(session, login, "wrong")
    assert asked == [account(session).password_hash, signin._dummy]


def test_a_name_is_read_without_its_margins(session):
    assert isinstance(try_in(session, "  sales\0 "), SignedIn)


def test_an_account_that_is_shut_is_answered_like_a_wrong_password(session):
    with doing(session, "admin"):
        account(session).is_active = False
    assert try_in(session) == Refused(timedelta(0))


def test_an_account_whose_hash_is_none_lets_nobody_in(session):
    with doing(session, "admin"):
        account(session).password_hash = "!"
    assert try_in(session, password="!") == Refused(timedelta(0))


def test_a_hash_of_older_strength_is_made_anew_at_the_door(session):
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    one = account(session)
    with doing(session, "admin"):
        one.password_hash = old
    entered(session)
    assert one.password_hash != old
    renewed = one.password_hash
    entered(session)
    assert one.password_hash == renewed


# Brakes


@pytest.mark.parametrize("login", ["sales", "nobody"])
def test_guessing_is_slowed_by_the_tenth_try_and_ends_at_twenty_an_hour(session, login):
    """A guesser tries every twenty seconds for an hour; known and unknown names are braked alike."""
    judged, waits = 0, []
    for step in range(180):
        outcome = sign_in(session, login, "wrong", source=f"10.0.{step}.1", at=AT + step * 20 * SECOND)
        session.commit()
        judged += outcome.wait == timedelta(0)
        waits.append(outcome.wait)
    assert any(waits[:10])
    assert judged <= TRIES_AN_HOUR == 20
    assert judged >= 10


def test_while_the_brake_is_on_not_even_the_right_password_is_looked_at(session):
    for _ in range(5):
        try_in(session, password="wrong")
    assert try_in(session, at=AT + SECOND) == Refused(SECOND)
    assert isinstance(try_in(session, at=AT + 2 * SECOND), SignedIn)


def test_the_owner_who_comes_in_between_gives_no_new_guesses(any_session):
    """Twenty guesses for each name and hour, whoever logs in meanwhile."""
    judged = 0
    for step in range(50):
        at = AT + step * MINUTE
        if step % 5 == 4:
            try_in(any_session, at=at)
        else:
            judged += try_in(any_session, password="wrong", at=at).wait == timedelta(0)
    assert judged <= TRIES_AN_HOUR


def test_one_name_under_fire_leaves_the_others_alone(session):
    for step in range(30):
        try_in(session, password="wrong", at=AT + step * SECOND, source=f"10.0.0.{step}")
    assert brake(session, "sales", "10.1.1.1", AT + 30 * SECOND) > timedelta(0)
    assert isinstance(try_in(session, "quality_manager", at=AT + MINUTE), SignedIn)


def test_a_source_that_tries_many_names_is_braked_as_a_whole(any_session):
    for n in range(TRIES_AN_HOUR * SOURCE_FACTOR):
        any_session.add(LoginAttempt(name=f"name{n}", source=AWAY, at=AT))
    any_session.commit()
    assert try_in(any_session, at=AT + MINUTE) == Refused(59 * MINUTE)
    assert isinstance(try_in(any_session, at=AT + MINUTE, source="10.0.0.10"), SignedIn)
    assert isinstance(try_in(any_session, at=AT + HOUR), SignedIn)


def test_a_crowd_of_guesses_at_once_is_judged_one_by_one(any_url):
    """Nineteen were wrong within the hour: of four at once one more is judged."""
    engine = create_engine(any_url, **engine_options(any_url))
    with Session(engine) as session:
        session.add_all(LoginAttempt(name="sales", source=AWAY, at=AT - timedelta(minutes=30)) for _ in range(19))
        session.commit()
    together, outcomes = threading.Barrier(4), []

    def guess(place):
        together.wait()
        with Session(engine) as session:
            outcomes.append(try_in(session, password="wrong", source=f"10.0.0.{place}"))

    threads = [threading.Thread(target=guess, args=(place,)) for place in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(outcomes) == 4
    assert sum(one.wait == timedelta(0) for one in outcomes) == 1
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(LoginAttempt)) == 20
    engine.dispose()


# Out


def test_a_session_ends_by_log_out_and_only_that_one(any_session):
    first, second = entered(any_session), entered(any_session)
    sign_out(any_session, first, AT + MINUTE)
    sign_out(any_session, "forged", AT + MINUTE)
    any_session.commit()
    assert here(any_session, first, AT + MINUTE) is None
    assert here(any_session, second, AT + MINUTE).login == "sales"


def test_a_session_ends_after_thirty_idle_minutes_and_after_twelve_hours(any_session):
    token = entered(any_session)
    assert here(any_session, token, AT + 30 * MINUTE - SECOND, seen=AT)
    assert here(any_session, token, AT + 30 * MINUTE, seen=AT) is None
    assert here(any_session, token, AT + 12 * HOUR - SECOND)
    assert here(any_session, token, AT + 12 * HOUR) is None


def by_password(session, one):
    change_password(session, one, PASSWORD, "ein neues Wort", session.info["act"])


def by_role(session, one):
    one.roles.append(AccountRole(role=Role.PROJECT_LEAD))


def by_losing_a_role(session, one):
    session.delete(one.roles[0])


def by_being_shut(session, one):
    one.is_active = False


def by_command(session, one):
    one.end_sessions()


@pytest.mark.parametrize("how", [by_password, by_role, by_losing_a_role, by_being_shut, by_command])
def test_every_session_of_an_account_ends_at_once(any_session, how):
    one, others = account(any_session), entered(any_session, "quality_manager")
    tokens = [entered(any_session) for _ in range(2)]
    with doing(any_session, "admin", AT):
        how(any_session, one)
    assert [here(any_session, token) for token in tokens] == [None, None]
    assert here(any_session, others).login == "quality_manager"


def test_who_leaves_the_company_is_out_at_once(session):
    token = entered(session, "employee")
    perform(session, employee(session, "车工一"), "leave", "hr", note="x")
    assert here(session, token) is None
    assert try_in(session, "employee") == Refused(timedelta(0))


# Passwords


@pytest.mark.parametrize(
    "old,new,field",
    [
        ("wrong", "ein neues Wort", "old"), (PASSWORD, "kurz", "new"), (PASSWORD, "x" * (SHORTEST_PASSWORD - 1), "new"),
        (PASSWORD, "quality_manager", "new"),
    ],
)  # fmt: skip
def test_a_new_password_is_long_and_new_and_the_old_one_known(session, old, new, field):
    one = account(session, "quality_manager")
    before = one.password_hash
    with pytest.raises(RuleBroken) as refusal, doing(session, "quality_manager") as act:
        change_password(session, one, old, new, act)
    assert refusal.value.field == field
    session.rollback()
    assert one.password_hash == before


def test_the_same_password_again_is_not_new(session):
    one = account(session)
    with doing(session, "admin"):
        one.password_hash = hash_of("langes Wort")
    with pytest.raises(RuleBroken, match="new") as refusal, doing(session, "sales") as act:
        change_password(session, one, "langes Wort", "langes Wort", act)
    assert refusal.value.field == "new"
    session.rollback()


def test_a_password_is_changed_once_for_all_and_never_told(any_session):
    one, since = account(any_session), last_seq(any_session)
    with doing(any_session, "admin"):
        one.must_change_password = True
    with doing(any_session, "sales") as act:
        change_password(any_session, one, PASSWORD, "ein neues Wort", act)
    assert not one.must_change_password
    assert try_in(any_session) == Refused(timedelta(0))
    assert isinstance(try_in(any_session, password="ein neues Wort"), SignedIn)
    changed = next(event for event in events(any_session, since) if event.action == "change_password")
    assert changed.changes["password_hash"] == ["•••", "•••"]
    assert "$argon2" not in str([event.changes for event in any_session.scalars(select(Event))])


# Accounts from the command line


def test_an_account_is_made_with_its_roles_its_reach_and_its_person(any_session):
    since = last_seq(any_session)
    password = add_account(any_session, "neu", [Role.QUALITY_INSPECTOR], LATER, department="生产一部", employee="20002")
    one = account(any_session, "neu")
    assert one.must_change_password
    assert isinstance(try_in(any_session, "neu", password), SignedIn)
    who = person(any_session, "neu")
    assert who.employee_id == employee(any_session, "装配一").id
    assert len(who.roles[Role.QUALITY_INSPECTOR]) == 1
    made = [event for event in events(any_session, since) if event.action == "create"]
    assert [(event.entity, event.source, event.role) for event in made] == [("account", "command", "system")]
    assert password not in str(made[0].changes)


@pytest.mark.parametrize("more", [{"department": "nirgends"}, {"employee": "99999"}, {"employee": "装配一"}])
def test_whom_and_where_nobody_knows_is_said(session, more):
    with pytest.raises(RuleBroken, match="is not known"):
        add_account(session, "neu", [], LATER, **more)
    session.rollback()
    assert account(session, "neu") is None


def test_a_log_in_is_given_once(session):
    with pytest.raises(RuleBroken, match="already"):
        add_account(session, "sales", [], LATER)


def test_an_account_can_be_without_a_person_and_by_the_code_of_its_department(session):
    password = add_account(session, "neu", [Role.QUALITY_INSPECTOR], LATER, department="SC1")
    assert len(password) >= 12
    assert one_time_password() != one_time_password()
    assert session.scalar(select(Employee.id).where(Employee.account_id == account(session, "neu").id)) is None
