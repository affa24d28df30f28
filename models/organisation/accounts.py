"""Log-ins and their roles: for how long, how far, and never without an administrator (G2)."""

import secrets
from datetime import date

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    String,
    UniqueConstraint,
    distinct,
    event,
    func,
    inspect,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Line, Record, now, on_date
from models.organisation.places import Department
from rules import organisation
from rules.base import Role, Words

ADMINISTRATORS = 20260101
"""The key of PostgreSQL's lock: two who take away administrators wait for each other."""


class Account(Record):
    """A log-in; what it may do comes from its roles, who it is from the employee that names it."""

    __tablename__ = "account"
    words = Words("Account", "账号")
    chapter = "organisation"
    access = organisation.ACCOUNT
    search_columns = ("login",)
    label_columns = ("login",)

    login: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200), info={"secret": True})
    is_active: Mapped[bool] = mapped_column("active", default=True)
    must_change_password: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(String(16), default="")
    theme: Mapped[str] = mapped_column(String(8), default="")
    gets_mail: Mapped[bool] = mapped_column(default=True)
    """Whether news goes to him by mail as well."""
    session_stamp: Mapped[str] = mapped_column(String(32), default=lambda: secrets.token_hex(8), info={"secret": True})
    totp: Mapped[str | None] = mapped_column(String(64), info={"secret": True})
    roles: Mapped[list["AccountRole"]] = relationship(back_populates="account", cascade="all, delete-orphan")

    def verb_words(self, verb: str) -> Words:
        return organisation.ACCOUNT_ACTS.get(verb) or super().verb_words(verb)

    def end_sessions(self) -> None:
        """Whoever is signed in with this account must sign in again."""
        self.session_stamp = secrets.token_hex(8)


class AccountRole(Line):
    """A role of an account, the department it reaches (none = the company), and the days it counts (none = always)."""

    __tablename__ = "account_role"
    __table_args__ = (
        UniqueConstraint("account_id", "role", "department_id", "from_on"),
        CheckConstraint("from_on <= to_on", name="in_order"),
    )
    words = Words("Role", "角色")

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[Role]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    account: Mapped[Account] = relationship(back_populates="roles")
    department: Mapped[Department | None] = relationship()

    def told_in(self) -> Account:
        return self.account


def acting_day(session: Session) -> date:
    """The company's date of the act in progress; today's where nobody acts."""
    act = session.info.get("act")
    return on_date(act.at if act is not None else now())


def administrators(session: Session, on: date) -> int:
    """How many log-ins administer on that day with no end in sight."""
    counted = select(func.count(distinct(Account.id))).join(Account.roles)
    is_begun = or_(AccountRole.from_on.is_(None), AccountRole.from_on <= on)
    unending = (AccountRole.role == Role.ADMIN, AccountRole.to_on.is_(None), is_begun, Account.is_active)
    return session.scalar(counted.where(*unending)) or 0


@event.listens_for(Session, "before_flush")
def _end_sessions(session: Session, _context: object, _instances: object) -> None:
    """A role that is given, changed or taken counts at once, by every way in: who is signed in does so anew."""
    edited = [one for one in session.dirty if isinstance(one, AccountRole) and session.is_modified(one)]
    changed = [one for one in (*session.new, *session.deleted, *edited) if isinstance(one, AccountRole)]
    for account in {one.account for one in changed if one.account is not None and inspect(one.account).persistent}:
        account.end_sessions()


@event.listens_for(Session, "after_flush")
def _keep_an_administrator(session: Session, _context: object) -> None:
    """Asked by every way in; of two who would each leave the other, the second is refused.

    On SQLite whatever may write waits for the other already, since it begins IMMEDIATE.
    """
    if not any(_may_end_an_administrator(session, one) for one in (*session.dirty, *session.deleted)):
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADMINISTRATORS})
    with session.no_autoflush:
        organisation.refuse_last_administrator(administrators(session, acting_day(session)))


def _may_end_an_administrator(session: Session, one: object) -> bool:
    """Whether a change takes something away that an administrator needs."""
    if isinstance(one, AccountRole):
        roles = inspect(one).attrs.role.history
        was = roles.deleted[0] if roles.deleted else one.role
        return was is Role.ADMIN and (one in session.deleted or session.is_modified(one))
    if not isinstance(one, Account):
        return False
    return one in session.deleted or True in (inspect(one).attrs.is_active.history.deleted or ())
