"""The check that every sentence stands in both languages."""

from pathlib import Path

import click
from flask import current_app

from admin_views import wordcheck
from admin_views.commands.kit import Refused, refusing


@click.command("check-words")
@refusing
def check_words() -> None:
    """Refuse, naming each place, when a sentence is missing one of its two languages."""
    found = wordcheck.faults(Path(current_app.root_path))
    if found:
        raise Refused(f"{len(found)} sentences are not in both languages:\n" + "\n".join(map(str, found)))
    click.echo("Every sentence is in both languages.")


COMMANDS = (check_words,)
