"""What runs by itself: what falls due, who is to be told, the mailbox, and the worker that does it every minute."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app

from admin_views.commands.kit import Refused, refusing
from admin_views.news import Letters
from admin_views.session import db
from models.after_sales import post
from models.after_sales.mailbox import Box
from models.after_sales.outbox import Sender, send_due
from models.assessment import compute_waiting
from models.attachments import sweep
from models.base import COMPANY_ZONE, Act, Source, now, on_date
from models.chain import anchored, note_head
from models.keeping import prune
from models.ledger import sweep_incoming
from models.news_mail import Post, send_news
from models.operations import check_chain
from models.reminding import remind as remind_all
from models.reminding import tell as tell_all
from rules.base import SYSTEM

HERE_ALONE = "http://127.0.0.1:8000"
"""What customers' links begin with where no PUBLIC_URL is set: good for trying it out, and for nothing else."""
ORPHANS = timedelta(days=1)
"""A file is written before its row; after a day without one it is nobody's."""


def instant(given: str) -> datetime:
    """An ISO 8601 instant; without a zone it is the company's time."""
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise Refused(f"“{given}” is not an instant such as 2026-03-31T08:00 or 2026-03-31T08:00+08:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=COMPANY_ZONE)


@click.command("remind")
@click.option("--at", "at_text", default="", metavar="ISO", help="As if it were that instant; now by default.")
@refusing
def remind(at_text: str) -> None:
    """Do what falls due; a second time there is nothing to do."""
    click.echo(f"{remind_and_note(instant(at_text) if at_text else now())} reminders.")


def remind_and_note(at: datetime) -> int:
    """Notes the head of the chain outside the database as well; its day is the real one, whatever ``--at`` says."""
    try:
        return sum(remind_all(db.session, at).values())
    finally:
        note_head(db.session.connection(), Path(current_app.config["EVENT_ANCHOR"]), on_date(now()))
        db.session.rollback()


def clean_up() -> None:
    """Forgets what is not kept for ever, and files that no record names."""
    prune(db.session, now())
    db.session.commit()
    before = (now() - ORPHANS).timestamp()
    sweep(db.session, Path(current_app.config["ATTACHMENTS"]), before)
    sweep_incoming(Path(current_app.config["ATTACHMENTS"]), before)


def check_the_chain() -> None:
    """Looks through the chain once a night; what it finds stands on the administrator's desk."""
    notes, _ = anchored(Path(current_app.config["EVENT_ANCHOR"]))
    check_chain(db.session, db.engine, notes, Act(SYSTEM, now(), Source.SCHEDULER))
    db.session.commit()


@click.command("tell")
@refusing
def tell() -> None:
    """Deliver what is to be told."""
    click.echo(f"{tell_each()} told.")


def tell_each() -> int:
    """Told in the app; where the company has a mail server, a mail follows."""
    return tell_all(db.session(), now(), by_mail=bool(current_app.config["MAIL_OUT"]))


@click.command("assess")
@refusing
def assess() -> None:
    """Compute the assessment cycles that were started; the worker does it every minute."""
    click.echo(f"{compute_waiting(db.session(), now())} computed.")


@click.command("mail")
@refusing
def mail() -> None:
    """Take in the mailbox and send what waits."""
    if not (current_app.config["MAIL_IN"] or current_app.config["MAIL_OUT"]):
        raise Refused("MAIL_IN is not set.")
    try:
        taken, sent = carry_mail()
    except OSError as fault:
        raise Refused(f"The mail server does not answer: {fault}") from None
    click.echo(f"{taken} taken, {sent} sent.")


def carry_mail() -> tuple[int, int]:
    """How many mails were taken in and how many were sent; a server that is not set is left alone."""
    config, taken, sent = current_app.config, 0, 0
    address = config["MAIL_FROM"] or post.own_address(config["MAIL_IN"] or config["MAIL_OUT"])
    if config["MAIL_IN"]:
        box = Box((address,), Path(config["ATTACHMENTS"]))
        taken = post.take_in(db.session(), config["MAIL_IN"], box, now=now)
    if config["MAIL_OUT"]:
        public_url = config["PUBLIC_URL"] or HERE_ALONE
        with post.sending(config["MAIL_OUT"]) as send:
            sent = send_due(db.session(), Sender(address, public_url, send), at=now())
            sent += send_news(db.session(), Post(address, send), Letters(public_url).compose, now())
    return taken, sent


def mail_when_set() -> None:
    """The mailbox, where the company has set one."""
    if current_app.config["MAIL_IN"] or current_app.config["MAIL_OUT"]:
        carry_mail()


@click.command("worker")
@click.option("--name", default="", help="The first free one of worker-1, worker-2, ... by default.")
@refusing
def worker(name: str) -> None:
    """Do every minute what falls due; end with Ctrl-C."""
    from models.jobs import seat, work  # dbos takes a second to import, and only this command needs it

    url = current_app.config["SQLALCHEMY_DATABASE_URI"]
    with seat(url, Path(current_app.config["INSTANCE"]), name) as taken:
        work(taken, db.engine, jobs_of(current_app._get_current_object()))  # noqa: SLF001 - for other threads


def jobs_of(app: Flask) -> dict[str, Any]:
    from models.jobs import Job

    return {
        "remind": Job("* * * * *", _inside(app, lambda: remind_and_note(now()))),
        "tell": Job("* * * * *", _inside(app, tell_each)),
        "assess": Job("* * * * *", _inside(app, lambda: compute_waiting(db.session(), now()))),
        "mail": Job("* * * * *", _inside(app, mail_when_set)),
        "clean_up": Job("30 3 * * *", _inside(app, clean_up)),
        "check_the_chain": Job("50 3 * * *", _inside(app, check_the_chain)),
    }


def _inside(app: Flask, work: Callable[[], object]) -> Callable[[], None]:
    """A job runs in a thread of its own, inside the application."""

    def job() -> None:
        with app.app_context():
            work()

    return job


COMMANDS = (remind, tell, assess, mail, worker)
