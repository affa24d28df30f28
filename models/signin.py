"""Log-in: passwords, brakes on guessing, sessions that end at once, one-time passwords."""

import hashlib
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from models.base import Act, Source
from models.event import LoginAttempt, LoginSession
from models.journal import acting, note_event, seal
from models.organisation import Account, AccountRole, Department, Employee
from rules import organisation
from rules.base import SYSTEM, Person, Role, RuleBroken, Words
from rules.event import ABSOLUTE, TRIES_AN_HOUR, session_ended, wait_before_next_try
from rules.organisation import EmployeeStatus

_hasher = PasswordHasher()
_two_at_a_time = threading.BoundedSemaphore(2)
"""argon2 takes 64 MiB a hash; a crowd at the door must not take the memory of those inside."""
_dummy = _hasher.hash(secrets.token_hex(8))
SHORTEST_PASSWORD = 8
MOST_SESSIONS = 20
SOURCE_FACTOR = 5
"""A source may be a whole workshop behind one address."""


@dataclass(frozen=True)
class SignedIn:
    """A log-in that succeeded: the account, and the token that the browser keeps."""

    account: Account
    token: str


@dataclass(frozen=True)
class Refused:
    """A log-in that did not: how long to wait before the next try."""

    wait: timedelta


def hash_kind() -> str:
    """How passwords are hashed: argon2id with its memory, rounds and lanes."""
    return f"argon2{_hasher.type.name.lower()} m={_hasher.memory_cost} t={_hasher.time_cost} p={_hasher.parallelism}"


def hash_of(password: str) -> str:
    """The password as it is stored (argon2id)."""
    with _two_at_a_time:
        return _hasher.hash(password)


def one_time_password() -> str:
    """Good for one log-in, after which it must be changed."""
    return secrets.token_urlsafe(9)


def token_hash(token: str) -> str:
    """How tokens lie in the database."""
    return hashlib.sha256(token.encode()).hexdigest()


def _fits(stored: str, password: str) -> bool:
    with _two_at_a_time:
        try:
            return _hasher.verify(stored, password)
        except (VerifyMismatchError, InvalidHashError):
            return False


def brake(session: Session, login: str, source: str, at: datetime) -> timedelta:
    """How long this name, or this source, has to wait before its next try."""
    _one_try_at_a_time(session, login)
    since = at - timedelta(hours=1)
    by_name = session.scalars(select(LoginAttempt.at).where(LoginAttempt.name == login, LoginAttempt.at > since)).all()
    by_source = session.scalars(
        select(LoginAttempt.at).where(LoginAttempt.source == source, LoginAttempt.at > since)
    ).all()
    loud = by_source if len(by_source) >= TRIES_AN_HOUR * SOURCE_FACTOR else []
    return max(
        wait_before_next_try(by_name, at),
        wait_before_next_try(loud, at, tries=TRIES_AN_HOUR * SOURCE_FACTOR),
    )


def sign_in(session: Session, login: str, password: str, *, source: str, at: datetime) -> SignedIn | Refused:
    """Tries a log-in; unknown names cost and answer the same as wrong passwords.

    A log-in that succeeds forgives no wrong one: the owner who comes in between gives a guesser no new tries.
    """
    login = login.replace("\0", "").strip()[:64]
    wait = brake(session, login, source, at)
    if wait > timedelta(0):
        return Refused(wait)
    account = session.scalar(select(Account).where(Account.login == login))
    fits = _fits(account.password_hash if account else _dummy, password)
    if account is None or not fits or not account.is_active:
        note_failure(session, login, source, at)
        return Refused(timedelta(0))
    return SignedIn(account, open_session(session, account, password, source, at))


def open_session(session: Session, account: Account, password: str, source: str, at: datetime) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=token_hash(token), account_id=account.id, stamp=account.session_stamp, began_at=at, source=source
        )
    )
    act = Act(Person(account_id=account.id), at)
    with acting(session, act):
        if _hasher.check_needs_rehash(account.password_hash):
            account.password_hash = hash_of(password)
        note_event(session, act, "login", entity="account", entity_id=account.id)
        session.flush()
    return token


def _one_try_at_a_time(session: Session, login: str) -> None:
    """Tries at one name wait for each other, lest a crowd of them be let through before the first is counted.

    On SQLite they do already, since whatever may write begins IMMEDIATE.
    """
    if session.connection().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(login))))


def note_failure(session: Session, login: str, source: str, at: datetime) -> None:
    """Counts a wrong password, for the brake and in the chain of events."""
    session.add(LoginAttempt(name=login, source=source, at=at))
    known = session.scalar(select(Account.id).where(Account.login == login))
    act = Act(Person(), at, note=f"{login} ← {source}")
    note_event(session, act, "login_failed", entity="account", entity_id=known)


_BY_TOKEN = (
    select(Account, LoginSession.began_at, LoginSession.ended_at, LoginSession.stamp)
    .join(LoginSession, Account.id == LoginSession.account_id)
    .where(LoginSession.token_hash == bindparam("token"))
)
"""Every request asks it: written once, its key in SQLAlchemy's cache is worked out once."""


def account_of(session: Session, token: str, *, seen_at: datetime, at: datetime) -> Account | None:
    """The account that a browser's token still stands for."""
    row = session.execute(_BY_TOKEN, {"token": token_hash(token)}).one_or_none()
    if row is None or session_ended(at=at, began_at=row.began_at, seen_at=seen_at, ended_at=row.ended_at):
        return None
    account: Account = row.Account
    return account if account.is_active and account.session_stamp == row.stamp else None


def sign_out(session: Session, token: str, at: datetime) -> None:
    """Ends this log-in; the token is worth nothing from now on."""
    login = session.scalar(select(LoginSession).where(LoginSession.token_hash == token_hash(token)))
    if login is not None:
        login.ended_at = at


def change_password(session: Session, account: Account, old: str, new: str, act: Act) -> None:
    """Sets a password of one's own; every other log-in with this account ends.

    Raises RuleBroken naming the field: a wrong old password, or a new one that is too short or the same.
    """
    if not _fits(account.password_hash, old):
        raise RuleBroken(Words("This is not your present password.", "原密码不正确。"), field="old")
    if len(new) < SHORTEST_PASSWORD:
        raise RuleBroken(Words("At least {n} characters.", "密码至少 {n} 位。", n=SHORTEST_PASSWORD), field="new")
    if new in {old, account.login}:
        raise RuleBroken(Words("Choose a password that is new.", "新密码不能与原密码或登录名相同。"), field="new")
    account.password_hash, account.must_change_password = hash_of(new), False
    account.end_sessions()
    seal(session, account, "change_password", act)


def open_sessions(session: Session, account: Account, at: datetime) -> list[LoginSession]:
    """Log-ins with this account that may still count, the latest first (idle ones end by themselves)."""
    rows = session.scalars(
        select(LoginSession)
        .where(
            LoginSession.account_id == account.id,
            LoginSession.ended_at.is_(None),
            LoginSession.stamp == account.session_stamp,
            LoginSession.began_at > at - ABSOLUTE,
        )
        .order_by(LoginSession.began_at.desc())
        .limit(MOST_SESSIONS)
    )
    return list(rows) if account.is_active else []


def sessions_of(session: Session, account: Account) -> list[LoginSession]:
    """The latest log-ins with this account, whether they still count or not."""
    rows = session.scalars(
        select(LoginSession)
        .where(LoginSession.account_id == account.id)
        .order_by(LoginSession.began_at.desc())
        .limit(MOST_SESSIONS)
    )
    return list(rows)


def reset_password(session: Session, account: Account, act: Act) -> str:
    """Gives a password for one log-in, and ends every other; shown once, kept as its hash (G2)."""
    organisation.refuse_own_account("reset_password", is_own=account.id == act.by.account_id)
    password = one_time_password()
    account.password_hash, account.must_change_password = hash_of(password), True
    account.end_sessions()
    seal(session, account, "reset_password", act)
    return password


def end_all_sessions(session: Session, account: Account, act: Act) -> None:
    """Whoever is signed in with this account is out at his next click."""
    for one in open_sessions(session, account, act.at):
        one.ended_at = act.at
    account.end_sessions()
    seal(session, account, "end_sessions", act)


def end_session(session: Session, account: Account, key: int, act: Act) -> None:
    """Ends one log-in of this account. Raises RuleBroken where it has ended already."""
    found = next((one for one in open_sessions(session, account, act.at) if one.id == key), None)
    if found is None:
        raise RuleBroken(Words("This log-in has ended already.", "该登录已结束。"), field="login_session")
    found.ended_at = act.at
    account.updated_at = act.at
    seal(session, account, "end_session", act)


def set_active(session: Session, account: Account, *, active: bool, act: Act) -> None:
    """Disables a log-in, which ends at once, or enables it again. Raises RuleBroken (own, last, has left)."""
    verb = "enable" if active else "disable"
    organisation.refuse_own_account(verb, is_own=account.id == act.by.account_id)
    if active:
        status = session.scalar(select(Employee.status).where(Employee.account_id == account.id))
        organisation.refuse_enabling_who_left(has_left=status is EmployeeStatus.LEFT)
    account.is_active = active
    account.end_sessions()
    seal(session, account, verb, act)


def add_account(
    session: Session, login: str, roles: list[Role], at: datetime, *, department: str = "", employee: str = ""
) -> str:
    """Makes an account and returns its one-time password. Raises RuleBroken for an unknown department or employee."""
    if session.scalar(select(Account.id).where(Account.login == login)) is not None:
        raise RuleBroken(Words("There is an account “{login}” already.", "账号“{login}”已存在。", login=login))
    scope, person = _department(session, department), _employee(session, employee)
    password = one_time_password()
    account = Account(login=login, password_hash=hash_of(password))
    account.roles = [AccountRole(role=role, department=scope) for role in roles]
    with acting(session, Act(SYSTEM, at, Source.COMMAND)):
        session.add(account)
        session.flush()
        if person is not None:
            person.account = account
        session.commit()
    return password


def _department(session: Session, key: str) -> Department | None:
    """By code, else by name; an empty key is none."""
    if not key:
        return None
    either = (Department.code == key) | (Department.name == key)
    found = session.scalar(select(Department).where(either).order_by(Department.code != key).limit(1))
    if found is None:
        raise RuleBroken(Words("“{key}” is not known.", "找不到“{key}”。", key=key))
    return found


def _employee(session: Session, no: str) -> Employee | None:
    found = session.scalar(select(Employee).where(Employee.no == no)) if no else None
    if no and found is None:
        raise RuleBroken(Words("“{key}” is not known.", "找不到“{key}”。", key=no))
    return found
