"""Ledgers handed in on screen: looked at first, each fault by its cell, then taken in whole or by the good rows."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import xlsxwriter
from flask import Blueprint, current_app, render_template, request, send_file
from flask_login import current_user
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse

from admin_views.registry import MenuPage, menu_page
from admin_views.screen import Cell, Heading, Option, Row
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import say, t, value_text
from models.base import now, on_date
from models.engine import reading_only
from models.intake import STORES, Report, known_from, take_in
from models.ledger import forget, judge_file, keep, kept
from rules.base import NotVisible, NotYours, Person, RuleBroken, Words, names_of
from rules.ledger import Column, FileResult, Ledger, SheetResult, heading, said_meaning
from rules.ledger import Row as LedgerRow
from rules.ledgers import LEDGERS

intake = Blueprint("intake", __name__, url_prefix="/import")
KEPT_SECONDS = 12 * 3600
MOST_ROWS = 20_000
"""More than a person waits for: the command line takes them in."""
MOST_FAULTS = 200
FIRST_ROWS = 5
LEAVE = "-"
"""What a heading means that is to be left alone."""
MODES = ("all", "good")


@dataclass(frozen=True)
class Handed:
    """A ledger that was handed in, and what its reader said about it; travels signed through the page."""

    token: str
    name: str
    by: int
    entity: str = ""
    meant: Mapping[str, str] = field(default_factory=dict)

    def sealed(self) -> str:
        return _seal().dumps([self.token, self.name, self.by, self.entity, dict(self.meant)])

    @property
    def path(self) -> Path:
        found = kept(_folder(), self.token)
        if found is None:
            raise RuleBroken(
                Words(
                    "This ledger has been taken in already, or was kept too long. Choose the file again.",
                    "该台账已导入，或保留时间已过，请重新选择文件。",
                )
            )
        return found


@dataclass(frozen=True)
class Meaning:
    """A heading of a sheet, and what it is taken for; ``options`` begin with leaving it alone."""

    letter: str
    written: str
    chosen: str
    options: list[Option]


@dataclass(frozen=True)
class SheetPage:
    """What is shown of one sheet."""

    name: str
    what: str = ""
    why: str = ""
    accepted: int = 0
    refused: int = 0
    warned: int = 0
    outcome: str = ""
    list_url: str = ""
    faults: list[Row] = field(default_factory=list)
    warnings: list[Row] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    meanings: list[Meaning] = field(default_factory=list)


def ledgers_of(person: Person) -> list[Ledger]:
    """The ledgers that this person may hand in: whose records the person may create."""
    return [one for one in LEDGERS if person.holds(*STORES[one.entity].model.access.create)]


menu_page(
    MenuPage(
        "organisation",
        Words("Import from Excel", "导入台账"),
        "/import/",
        lambda person: bool(ledgers_of(person)),
        "upload",
    )
)


# -- pages -----------------------------------------------------------------------------------------------------------


@intake.get("/")
def start() -> AnyResponse | str:
    """Which ledgers there are, and where to hand one in."""
    if not current_user.is_authenticated:
        return unauthorised()
    return _start(entity=request.args.get("entity", ""))


@intake.post("/")
def look() -> AnyResponse | str | tuple[str, int]:
    """Looks at a ledger without storing anything: a new file, or the kept one with other answers."""
    if not current_user.is_authenticated:
        return unauthorised()
    _mine()
    if "ledger" in request.form:
        handed = _answered(_handed())
    else:
        sent, entity = request.files.get("file"), request.form.get("entity", "")
        if sent is None or not sent.filename:
            return _start(t("Choose a file first.", "请先选择文件。")), 422
        handed = Handed(keep(_folder(), sent.stream), sent.filename[-200:], person_here().account_id or 0, entity)
    result = _judged(handed)
    if result.refused is not None:
        return _start(f"{handed.name}: {say(result.refused.words)}", handed.entity), 422
    return _report(handed, take_in(db.session, result, importer=person_here(), at=now(), dry_run=True))


@intake.post("/take/")
def take() -> AnyResponse | str | tuple[str, int]:
    """Takes the ledger in: all of it or nothing, or the good rows."""
    if not current_user.is_authenticated:
        return unauthorised()
    _mine()
    handed, mode = _handed(), request.form.get("mode")
    if mode not in MODES:
        raise RuleBroken(
            Words("Choose whether all rows or the good ones are taken in.", "请选择导入全部还是仅合格行。")
        )
    result = _judged(handed)
    report = take_in(db.session, result, importer=person_here(), at=now(), all_or_nothing=mode == "all")
    if not report.is_stored:
        return _report(handed, report), 409
    forget(_folder(), handed.token)
    return _report(handed, report)


@intake.get("/template/<entity>.xlsx")
def template(entity: str) -> AnyResponse:
    """An empty ledger with its headings, in the reader's language."""
    if not current_user.is_authenticated:
        return unauthorised()
    found = next((one for one in ledgers_of(person_here()) if one.entity == entity), None)
    if found is None:
        raise NotVisible
    return send_file(_empty(found), as_attachment=True, download_name=f"{say(found.words)}.xlsx", max_age=0)


def _start(fault: str = "", entity: str = "") -> str:
    mine = _mine()
    return render_template(
        "intake.html",
        fault=fault,
        ledgers=[_about(one) for one in mine],
        choices=[Option(one.entity, say(one.words), one.entity == entity) for one in mine],
    )


def _about(ledger: Ledger) -> dict[str, Any]:
    needed = [say(ledger.column(name).words) for group in ledger.needs for name in sorted(group)[:1]]
    return {
        "what": say(ledger.words),
        "needs": t(", ", "、").join(needed),
        "template": f"/import/template/{ledger.entity}.xlsx",
    }


def _mine() -> list[Ledger]:
    mine = ledgers_of(person_here())
    if not mine:
        raise NotYours(Words("Your roles take in no ledgers.", "您的角色无需导入台账。"))
    return mine


def _empty(ledger: Ledger) -> io.BytesIO:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet(say(ledger.words)[:31]), book.add_format({"bold": True})
        for place, column in enumerate(one for one in ledger.columns if one.kind is not None):
            sheet.write_string(0, place, say(column.words), bold)
            sheet.set_column(place, place, 16)
        sheet.freeze_panes(1, 0)
    out.seek(0)
    return out


# -- what was handed in ----------------------------------------------------------------------------------------------


def _folder() -> Path:
    return Path(current_app.config["ATTACHMENTS"])


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="ledger")


def _handed() -> Handed:
    """The ledger that the page speaks of; it must be this person's own."""
    try:
        handed = Handed(*_seal().loads(request.form.get("ledger", ""), max_age=KEPT_SECONDS))
    except BadData:
        raise RuleBroken(Words("Choose the file again.", "请重新选择文件。")) from None
    if handed.by != person_here().account_id:
        raise NotVisible
    return handed


def _answered(handed: Handed) -> Handed:
    """With what the reader says that headings mean, where it is not what they were taken for."""
    meant = dict(handed.meant)
    for name, chosen in request.form.items():
        place = name.removeprefix("means-")
        if place != name and chosen != request.form.get(f"taken-{place}"):
            written = request.form.get(f"heading-{place}", "")
            meant[heading(written)] = "" if chosen == LEAVE else chosen
    return replace(handed, entity=request.form.get("entity", handed.entity), meant=meant)


def _judged(handed: Handed) -> FileResult:
    """The file against what is stored; nobody waits while it is read."""
    path = handed.path
    with reading_only():
        known = known_from(db.session)
        db.session.rollback()
    as_of, entity = on_date(now()), handed.entity or None
    result = judge_file(path, known, as_of=as_of, entity=entity, name=handed.name, meant=handed.meant)
    rows = sum(len(sheet.accepted) + len(sheet.refused) for sheet in result.sheets)
    if rows > MOST_ROWS:
        said = Words(
            "This file has {n} rows; up to {most} are taken in here. An administrator takes it in on the command line.",
            "该文件有 {n} 行，此处最多导入 {most} 行，请系统管理员用命令行导入。",
            n=rows,
            most=MOST_ROWS,
        )
        raise RuleBroken(said)
    result.sheets = [_mine_alone(sheet) for sheet in result.sheets]
    return result


def _mine_alone(sheet: SheetResult) -> SheetResult:
    """A sheet that is another role's to hand in is left alone, and says so."""
    ledger = next((one for one in LEDGERS if one.entity == sheet.entity), None)
    if ledger is None or ledger in ledgers_of(person_here()):
        return sheet
    said = Words(
        "Your roles do not take in this kind of ledger: {ledger}. It is taken in by: {who}.",
        "您的角色不能导入此类台账：{ledger}。请由以下人员导入：{who}。",
        ledger=ledger.words,
        who=names_of(STORES[ledger.entity].model.access.create),
    )
    return SheetResult(sheet.name, why=said)


# -- what came of it -------------------------------------------------------------------------------------------------


def _report(handed: Handed, report: Report) -> str:
    result = report.result
    pages = [_sheet(nth, sheet, report, handed) for nth, sheet in enumerate(result.sheets)]
    return render_template(
        "intake_report.html",
        name=handed.name,
        ledger=handed.sealed(),
        entity=handed.entity,
        sheets=pages,
        good=sum(one.accepted for one in pages),
        bad=sum(one.refused for one in pages),
        is_stored=report.is_stored,
        fault_headings=[
            Heading("cell", t("Cell", "单元格")),
            Heading("said", t("What stands there", "内容")),
            Heading("reason", t("What is wrong", "问题")),
        ],
    )


def _sheet(nth: int, sheet: SheetResult, report: Report, handed: Handed) -> SheetPage:
    ledger = next((one for one in LEDGERS if one.entity == sheet.entity), None)
    if ledger is None:
        return SheetPage(sheet.name, why=say(sheet.why) if sheet.why else "")
    model = STORES[ledger.entity].model
    return SheetPage(
        sheet.name,
        say(ledger.words),
        accepted=len(sheet.accepted),
        refused=len(sheet.refused),
        warned=sum(bool(row.warnings) for row in sheet.accepted),
        outcome=_outcome(report, sheet.name),
        list_url=f"/admin/{model.__tablename__}/" if model.__tablename__ in current_app.extensions["views"] else "",
        faults=list(_findings(sheet, "faults")),
        warnings=list(_findings(sheet, "warnings")),
        headings=[Heading(one.name, say(one.words)) for one in _shown(ledger, sheet)],
        rows=[_first(row.number, row.values, _shown(ledger, sheet)) for row in sheet.accepted[:FIRST_ROWS]],
        meanings=list(_meanings(nth, ledger, sheet, handed)),
    )


def _outcome(report: Report, name: str) -> str:
    """How many records come of the sheet, in words."""
    counts = report.counts.get(name, {})
    said = {
        "created": t("{n} new", "新增 {n} 条", n=counts.get("created", 0)),
        "updated": t("{n} changed", "更新 {n} 条", n=counts.get("updated", 0)),
        "unchanged": t("{n} already there", "已有 {n} 条", n=counts.get("unchanged", 0)),
    }
    return t(", ", "，").join(words for key, words in said.items() if counts.get(key))


def _findings(sheet: SheetResult, kind: str) -> Iterator[Row]:
    """Faults or warnings, each by its cell."""
    rows = sheet.refused if kind == "faults" else sheet.accepted
    found = ((row, one) for row in rows for one in getattr(row, kind))
    for row, one in islice(found, MOST_FAULTS):
        yield Row(row.number, "", [Cell(one.cell, "code"), Cell(_said(row, one.cell)), Cell(say(one.reason.words))])


def _said(row: LedgerRow, cell: str) -> str:
    """What was read in a cell; empty where it could not be read."""
    name = next((name for name in row.places if row.cell(name) == cell and name in row.values), "")
    return "" if not name or row.is_bad(name) else value_text(row.values[name])


def _shown(ledger: Ledger, sheet: SheetResult) -> list[Column]:
    """The columns of the first rows that have something in them."""
    first = sheet.accepted[:FIRST_ROWS]
    return [
        one
        for one in ledger.columns
        if one.name in ledger.values and any(row.values.get(one.name) is not None for row in first)
    ]


def _first(number: int, values: Mapping[str, Any], columns: list[Column]) -> Row:
    return Row(number, "", [Cell(value_text(values.get(one.name))) for one in columns])


def _meanings(nth: int, ledger: Ledger, sheet: SheetResult, handed: Handed) -> Iterator[Meaning]:
    """What each heading is taken for."""
    columns = [one for one in ledger.columns if one.kind is not None]
    names = {one.name for one in columns}
    for letter, written in sheet.columns.items():
        found = said_meaning(ledger, written, handed.meant)
        chosen = found[0] if found and found[0] in names else LEAVE
        options = [
            Option(LEAVE, t("(leave it alone)", "（不导入）"), chosen == LEAVE),
            *(Option(one.name, say(one.words), one.name == chosen) for one in columns),
        ]
        yield Meaning(f"{nth}-{letter}", written, chosen, options)


__all__ = ["intake"]
