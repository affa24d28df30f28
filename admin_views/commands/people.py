"""Who is here: the demo company, and the first accounts."""

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select

from admin_views.commands.kit import Refused, act_of_command, refusing
from admin_views.session import db
from models.base import now
from models.journal import acting
from models.organisation import Account
from models.signin import add_account
from rules.base import Role


def has_accounts() -> bool:
    return db.session.scalar(select(Account.id).limit(1)) is not None


@click.command("demo")
@click.option(
    "--scale", type=click.IntRange(1, 10_000), default=1, show_default=True, help="How many times the company."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same company.")
@click.option("--if-new", is_flag=True, help="Do nothing when there is an account already.")
@refusing
def demo(*, scale: int, seed: int, if_new: bool) -> None:
    """Load the demo company into a new database."""
    if has_accounts():
        if if_new:
            return
        raise Refused("This database has accounts already; the demo company goes into a new one only.")
    from models.demo import load  # a large module that only this command needs

    with acting(db.session, act_of_command()) as act:
        load(db.session, scale=scale, seed=seed, at=act.at)
        db.session.commit()
    click.echo(f"The demo company is there (scale {scale}, seed {seed}).")


account = AppGroup("account", help="Accounts.")


@account.command("add", with_appcontext=False)
@click.argument("login")
@click.option("--role", "roles", multiple=True, required=True, help="May be given several times.")
@click.option("--department", default="", help="Code or name; how far the role reaches.")
@click.option("--employee", default="", help="Number of the employee behind the account.")
@refusing
def add(login: str, roles: tuple[str, ...], **where: Any) -> None:
    """Make an account and print its one-time password."""
    login = login.strip()
    if not login or len(login) > Account.login.type.length or any(not letter.isprintable() for letter in login):
        raise Refused(f"A login has 1 to {Account.login.type.length} visible characters.")
    click.echo(add_account(db.session, login, [role_of(one) for one in dict.fromkeys(roles)], now(), **where))


def role_of(name: str) -> Role:
    if name not in {role.value for role in Role}:
        raise Refused(f"There is no role “{name}”. Roles: {', '.join(role.value for role in Role)}")
    return Role(name)


COMMANDS = (demo, account)
