"""The command line: database, accounts, what falls due, the chain, files in and out, the worker."""

from flask import Flask

from admin_views.commands import database, evidence, files, intake, people, words, worker

THEMES = (database, people, worker, evidence, files, words, intake)


def register(app: Flask) -> None:
    """Adds every command to ``flask``."""
    for theme in THEMES:
        for command in theme.COMMANDS:
            app.cli.add_command(command)
