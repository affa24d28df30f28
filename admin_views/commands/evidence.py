"""What can be looked up and proved: the regulation as the program holds it, the chain of events, computed values."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from admin_views.commands.kit import Refused, act_of_command, refusing
from admin_views.session import db
from models.base import SUBSCRIPTIONS, Record, now, on_date, records
from models.chain import anchored
from models.chain import verify as verify_chain
from models.journal import acting
from models.recomputing import Difference, differences
from models.regulation import Asked, Figure, SlaPolicy, clauses, tallies
from rules.base import RELATIONS, Role
from rules.regulation import FIGURES

# -- the regulation --------------------------------------------------------------------------------------------------


@click.command("regulation")
@refusing
def regulation() -> None:
    """Print the clauses, who may do what, the lifecycles, what follows from what, figures and time limits."""
    today = on_date(now())
    for title, headings, rows in (
        ("CLAUSES", ("clause", "title", "标题", "duty", "answered for by", "rows of"), _clauses()),
        ("ACCESS", ("clause", "table", "sees", "creates", "edits", "while"), _access()),
        ("LIFECYCLES", ("clause", "table", "step", "from", "to", "by", "not", "signed by", "tells"), _steps()),
        ("WHAT FOLLOWS", ("clause", "table", "step", "then"), _subscriptions()),
        ("FIGURES", ("clause", "figure", "name", "value", "unit", "for", "since"), _figures(today)),
        ("TIME LIMITS", ("clause", "limit for", "conditions", "amount", "unit", "since"), _limits(today)),
    ):
        click.echo(f"{title}\n")
        for line in aligned([headings, *rows]):
            click.echo(f"  {line}")
        click.echo()


def aligned(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Columns under their headings; a Chinese character is two wide."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _width(cell: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in cell)


def _names(entries: Iterable[Any]) -> str:
    """Roles and relations; a relation is said in words."""
    found = sorted(str(one) if isinstance(one, Role) else RELATIONS[one].en for one in entries)
    return ", ".join(found) or "-"


def _tables() -> list[type[Record]]:
    return sorted(records(), key=lambda model: model.__tablename__)


def _clauses() -> list[Sequence[object]]:
    """The regulation as the company has it, and the tables that show how each clause is kept."""
    asked = Asked.now(now())
    return [
        (
            one.code,
            one.title_en,
            one.title,
            one.duty,
            one.manager,
            ", ".join(dict.fromkeys(tally.model.__tablename__ for tally in tallies(one.evidence, asked))) or "-",
        )
        for one in clauses(db.session)
    ]


def _access() -> list[Sequence[object]]:
    return [
        (
            model.access.clause,
            model.__tablename__,
            _names(model.access.view),
            _names(model.access.create),
            _names(model.access.edit),
            ", ".join(sorted(model.access.edit_while)) or "-",
        )
        for model in _tables()
    ]


def _steps() -> list[Sequence[object]]:
    return [
        (
            one.clause,
            model.__tablename__,
            one.verb,
            ", ".join(one.source),
            one.target,
            _names(one.by) if one.by else "the system",
            _names(one.unlike),
            _names(one.signatures),
            _names(one.tells),
        )
        for model in _tables()
        if model.lifecycle
        for one in model.lifecycle.steps
    ]


def _subscriptions() -> list[Sequence[object]]:
    """Each consequence by the first line of its docstring; its clause is that of the step it follows."""
    return [
        (
            _clause(one.model, one.verb),
            one.model.__tablename__,
            one.verb,
            (one.consequence.__doc__ or one.consequence.__name__).strip().splitlines()[0],
        )
        for one in SUBSCRIPTIONS
    ]


def _clause(model: Any, verb: str) -> str:
    steps = model.lifecycle.steps if model.lifecycle else ()
    return next((one.clause for one in steps if one.verb == verb), model.access.clause)


def _is_in_force(model: type[Figure] | type[SlaPolicy], today: date) -> Any:
    is_begun = (model.from_on <= today) & (model.to_on.is_(None) | (today <= model.to_on))
    return is_begun & model.voided_at.is_(None)


def _figures(today: date) -> list[Sequence[object]]:
    """Every figure of the regulation, those that the company has not set as well."""
    query = select(Figure).where(_is_in_force(Figure, today)).order_by(Figure.applies_to, Figure.from_on)
    found = db.session.scalars(query).all()
    rows: list[Sequence[object]] = []
    for spec in FIGURES.values():
        values = [one for one in found if one.code == spec.code]
        said = (spec.clause, spec.code, spec.words.en)
        rows += [(*said, plain(one.value), one.unit, one.applies_to or "all", one.from_on) for one in values]
        if not values:
            rows.append((*said, "not set", spec.unit, "all", "-"))
    return rows


def _limits(today: date) -> list[Sequence[object]]:
    query = select(SlaPolicy).where(_is_in_force(SlaPolicy, today)).order_by(SlaPolicy.target, SlaPolicy.id)
    return [
        (
            one.clause,
            one.target,
            ", ".join(f"{name}={value}" for name, value in sorted(one.match.items())) or "any",
            "not set" if one.amount is None else plain(one.amount),
            one.unit,
            one.from_on,
        )
        for one in db.session.scalars(query)
    ]


def plain(value: Any) -> str:
    return format(value.normalize(), "f")


# -- the chain of events ---------------------------------------------------------------------------------------------

events = AppGroup("events", help="The chain of events.")


@events.command("verify", with_appcontext=False)
@refusing
def verify() -> None:
    """Refuse, naming the first bad event, unless the chain is as it was written and as it was noted outside."""
    notes, unread = anchored(Path(current_app.config["EVENT_ANCHOR"]))
    for number in unread:
        click.echo(f"EVENT_ANCHOR: line {number} cannot be read and was left out.", err=True)
    count, fault = verify_chain(db.engine, notes)
    if fault is not None:
        raise Refused(f"Event {fault.seq}: {fault.words.text('en')}")
    click.echo(f"{count} events are as they were written; {len(notes)} notes outside agree.")


# -- computed values -------------------------------------------------------------------------------------------------


@click.command("recompute")
@click.option("--check", "is_check", is_flag=True, help="Change nothing; exit 1 when anything differs.")
@refusing
def recompute(*, is_check: bool) -> None:
    """Compute kept values from their evidence again, print what differs, put it right."""
    with acting(db.session, act_of_command()):
        count = sum(_treated(one, is_check=is_check) for one in differences(db.session))
        if count and is_check:
            raise Refused(f"{count} differ from their evidence.")
        db.session.commit()
    click.echo(f"{count} put right." if count else "Everything agrees with its evidence.")


def _treated(one: Difference, *, is_check: bool) -> int:
    click.echo(str(one))
    if not is_check:
        one.correct()
        db.session.flush()
    return 1


COMMANDS = (regulation, events, recompute)
