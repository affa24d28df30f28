"""Ledgers in: judged, told, and stored through the same rules as everything else."""

import json
from datetime import date
from pathlib import Path

import click

from admin_views.commands.kit import Refused, refusing
from admin_views.session import db
from models.base import now, on_date
from models.engine import reading_only
from models.intake import Report, known_from, take_in
from models.ledger import judge_file
from rules.base import SYSTEM
from rules.ledger import FileResult


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sheet", default=None, help="This sheet alone.")
@click.option("--entity", default=None, help="The table that the file fills, where its headings do not tell.")
@click.option("--all-or-nothing/--good-rows", default=True, help="Whether one refused row stops the whole file.")
@click.option("--dry-run", is_flag=True, help="Store nothing, only tell.")
@click.option("--json", "as_json", is_flag=True, help="Print every row as JSON.")
@click.option("--as-of", metavar="DAY", default="", help="The day the ledger was handed in; later facts are faults.")
@refusing
def import_file(
    *,
    file: Path,
    sheet: str | None,
    entity: str | None,
    all_or_nothing: bool,
    dry_run: bool,
    as_json: bool,
    as_of: str,
) -> None:
    """Take a ledger (.xlsx or .csv) in; sheets and columns are recognised by their headings."""
    at = now()
    result = judged(file, sheet, entity, day(as_of, on_date(at)))
    report = take_in(db.session, result, importer=SYSTEM, at=at, all_or_nothing=all_or_nothing, dry_run=dry_run)
    if as_json:
        click.echo(json.dumps(result.as_json(), ensure_ascii=False, indent=1))
    for line in report.refusals():
        click.echo(line, err=True)
    if result.refused or not (dry_run or report.is_stored):
        raise Refused("Nothing was stored.")
    if not as_json:
        click.echo(told(report))


def judged(file: Path, sheet: str | None, entity: str | None, as_of: date) -> FileResult:
    """The file against what is stored; nobody waits while it is read."""
    with reading_only():
        known = known_from(db.session)
        db.session.rollback()
    return judge_file(file, known, as_of=as_of, sheet=sheet, entity=entity)


def day(given: str, today: date) -> date:
    """The day of handing in: today, or an earlier one."""
    try:
        found = date.fromisoformat(given) if given else today
    except ValueError:
        raise Refused(f"“{given}” is not a day such as 2026-06-30.") from None
    if found > today:
        raise Refused(f"--as-of {found}: a ledger cannot have been handed in after today.")
    return found


def told(report: Report) -> str:
    """What was stored, in one line."""
    words = ", ".join(f"{report.totals[one]} {one}" for one in ("created", "updated", "unchanged"))
    refused = sum(len(sheet.refused) for sheet in report.result.sheets)
    return f"{report.result.name}: {words}, {refused} refused." + ("" if report.is_stored else " Nothing was stored.")


COMMANDS = (import_file,)
