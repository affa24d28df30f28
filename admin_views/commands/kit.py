"""What all commands share: they refuse in one sentence, with exit code 1 and nothing half done."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from admin_views.session import db
from models.base import Act, Source, now
from models.engine import let_write
from rules.base import SYSTEM, RuleBroken


class Refused(click.ClickException):
    """Something that the person at the keyboard can put right; the message says how."""


def act_of_command(source: Source = Source.COMMAND) -> Act:
    """The act that a command is: the system's, now."""
    return Act(SYSTEM, now(), source)


def refusing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Runs a command inside the application; what is refused is undone and said on stderr."""

    @wraps(function)
    def command(*args: Any, **kwargs: Any) -> Any:
        let_write(may=True)
        try:
            return function(*args, **kwargs)
        except RuleBroken as refusal:
            raise Refused(str(refusal)) from None
        except DBAPIError as fault:
            raise Refused(sentence_of(fault)) from None
        except BrokenPipeError:
            raise
        except OSError as fault:
            raise Refused(f"{fault.filename or 'The file'}: {fault.strerror or fault}") from None
        finally:
            db.session.rollback()

    return with_appcontext(command)


def sentence_of(fault: DBAPIError) -> str:
    """What a fault of the database means to whoever runs the product."""
    first = str(fault.orig).strip().splitlines()[:1]
    reason = first[0] if first else type(fault.orig).__name__
    if "no such table" in reason or "UndefinedTable" in type(fault.orig).__name__:
        return f"The database has not been built yet ({reason}). Run: flask --app app upgrade"
    return f"The database refused: {reason}"
