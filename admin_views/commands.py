"""The command line: accounts, what falls due, the chain, files in and out, the worker."""

from flask import Flask


def register(app: Flask) -> None:
    """Adds every command to ``flask``."""
    del app
