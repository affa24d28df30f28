"""Files in and out: lists as CSV or xlsx, the whole of it as a backup and back."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import click
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app

from admin_views import exports
from admin_views.commands.database import migrations, upgrade_connection
from admin_views.commands.kit import Refused, refusing
from admin_views.listing import Question
from admin_views.registry import views
from admin_views.session import db
from admin_views.words import say
from models import keeping
from models.base import now
from models.engine import reading_only
from rules.base import SYSTEM

MAKERS = {".csv": exports.as_csv, ".xlsx": exports.as_xlsx}


@click.command("export")
@click.argument("entity")
@click.argument("file", type=click.Path(path_type=Path))
@refusing
def export(entity: str, file: Path) -> None:
    """Write all rows of a table into a file that ends in .csv or .xlsx."""
    view, maker = views().get(entity), MAKERS.get(file.suffix.lower())
    if view is None:
        raise Refused(f"There is no table “{entity}”. Tables: {', '.join(sorted(views()))}")
    if maker is None:
        raise Refused(f"{file}: the name must end in .csv or .xlsx")
    with reading_only(), current_app.test_request_context():  # the lists of the screens stream inside a request
        made = maker(view.listing(SYSTEM), Question(), say(view.model.words))
        try:
            write_whole(file, made.iter_encoded())
        finally:
            made.close()


def write_whole(file: Path, blocks: Iterable[bytes]) -> None:
    """A temporary name, fsync, rename: the file is there whole, or not at all."""
    temporary = file.with_name(f".{file.name}-{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as out:
            out.writelines(blocks)
            out.flush()
            os.fsync(out.fileno())
        temporary.rename(file)
    finally:
        temporary.unlink(missing_ok=True)


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@refusing
def backup(file: Path) -> None:
    """Write everything, database and attachments, into one file; people may go on working."""
    said = keeping.backup(db.engine, attachments(), file.absolute(), now())
    click.echo(f"{file}: {said.event_seq} events, {len(said.sha256) - 1} attachments.")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Replace everything in a database that has accounts.")
@refusing
def restore(*, file: Path, replace: bool) -> None:
    """Give a backup back, whole or not at all, and bring it up to date."""
    schema = keeping.Schema(knows_migration, upgrade_connection)
    said = keeping.restore(db.engine, attachments(), file.absolute(), schema, replace=replace)
    click.echo(f"Restored as of {said.made_at}: {said.event_seq} events, {len(said.sha256) - 1} attachments.")


def knows_migration(revision: str) -> bool:
    try:
        return ScriptDirectory.from_config(migrations()).get_revision(revision) is not None
    except CommandError:
        return False


def attachments() -> Path:
    return Path(current_app.config["ATTACHMENTS"]).absolute()


COMMANDS = (export, backup, restore)
