"""The rows behind a number, whatever table they come from, each with its way in where the reader may see it (K2.1)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from sqlalchemy import func, select

from admin_views.columns import cell_of
from admin_views.registry import record_url
from admin_views.screen import EMPTY, Cell, Heading, Option, Row
from admin_views.session import db
from admin_views.words import number_text, say, t
from models.assessment import AssessmentCycle, AssessmentSheet, KpiEvidence
from models.base import Audited, Base, Record
from models.indicators import ONE
from models.quality import SpotCheckItem
from rules.assessment import RowSide
from rules.base import Person

MOST_ROWS = 200
SAYING = ("title", "summary", "description", "reason")
"""Columns that say what a record is about, the best one first."""


def headings() -> list[Heading]:
    return [
        Heading("record", t("Record", "记录")),
        Heading("what", t("What", "内容")),
        Heading("at", t("Date", "日期")),
        Heading("side", t("Counts", "计入情况")),
        Heading("amount", t("Adds", "计入值"), "number"),
    ]


def rows_of(found: Sequence[KpiEvidence], person: Person) -> list[Row]:
    """Kept rows as they are shown."""
    records = _records(found)
    seen = _seen(records.values(), person)
    return [_row(one, records.get((one.entity, one.entity_id)), seen) for one in found]


def _row(kept: KpiEvidence, one: Audited | None, seen: set[Audited]) -> Row:
    holder = one.told_in() if one is not None else None
    is_open = isinstance(holder, Record) and holder in seen
    url = record_url(type(holder), holder.id) if is_open and isinstance(holder, Record) else ""
    called = _called(holder) if holder is not None else f"{kept.entity} {kept.entity_id}"
    amount = number_text(Decimal(kept.top) / ONE) if kept.side is not RowSide.EXCLUDED else ""
    return Row(kept.id, url, [Cell(called, "code"), _what(one), cell_of(kept.at), _side(kept), Cell(amount, "number")])


def _side(kept: KpiEvidence) -> Cell:
    """What the row is to the number; a correction leads to the closed cycle in which it would count."""
    if kept.corrects_id is not None:
        closed = db.session.get_one(AssessmentCycle, kept.corrects_id)
        return Cell(
            t("Puts {span} right", "更正 {span}", span=closed.span_text), url=record_url(AssessmentCycle, closed.id)
        )
    return cell_of(kept.side) if kept.reason is None else Cell(say(kept.reason.words))


def _called(holder: Audited) -> str:
    return str(getattr(holder, "no", None) or getattr(holder, "label", ""))


def _what(one: Audited | None) -> Cell:
    """What the row says in a few words."""
    if isinstance(one, SpotCheckItem):
        verdict = say(one.verdict.words) if one.verdict is not None else ""
        return Cell(f"{one.question} · {verdict}" if verdict else one.question, also=one.problem)
    text = next((found for name in SAYING if (found := getattr(one, name, None))), None)
    return Cell(str(text)) if text else EMPTY


def _records(found: Iterable[KpiEvidence]) -> dict[tuple[str, int], Audited]:
    """One statement for each table."""
    keys: dict[str, set[int]] = {}
    for one in found:
        keys.setdefault(one.entity, set()).add(one.entity_id)
    models = {m.class_.__tablename__: m.class_ for m in Base.registry.mappers if issubclass(m.class_, Audited)}
    return {
        (table, one.id): one
        for table, those in keys.items()
        if table in models
        for one in db.session.scalars(select(models[table]).where(models[table].id.in_(sorted(those))))
    }


def _seen(those: Iterable[Audited], person: Person) -> set[Audited]:
    holders: dict[type[Record], dict[int, Record]] = {}
    for one in those:
        holder = one.told_in()
        if isinstance(holder, Record):
            holders.setdefault(type(holder), {})[holder.id] = holder
    return {
        known[key]
        for model, known in holders.items()
        for key in db.session.scalars(select(model.id).where(model.id.in_(sorted(known)), model.visible_to(person)))
    }


def behind(sheet: AssessmentSheet, kpi_id: int | None, *, counting: bool) -> Sequence[KpiEvidence]:
    """The rows that a number of the sheet stands on, or those of the period that it leaves out."""
    is_out = KpiEvidence.side == RowSide.EXCLUDED
    return db.session.scalars(
        select(KpiEvidence)
        .where(
            KpiEvidence.cycle_id == sheet.cycle_id,
            KpiEvidence.kpi_id == kpi_id,
            sheet.evidence_here(),
            ~is_out if counting else is_out,
        )
        .order_by(KpiEvidence.at.desc(), KpiEvidence.id)
        .limit(MOST_ROWS)
    ).all()


def summed(sheet: AssessmentSheet, kpi_id: int | None) -> tuple[int, Decimal]:
    """How many rows count, and what they add up to, however many are shown."""
    count, top = db.session.execute(
        select(func.count(), func.coalesce(func.sum(KpiEvidence.top), 0)).where(
            KpiEvidence.cycle_id == sheet.cycle_id,
            KpiEvidence.kpi_id == kpi_id,
            sheet.evidence_here(),
            KpiEvidence.side != RowSide.EXCLUDED,
        )
    ).one()
    return count, Decimal(top) / ONE


def options_of(sheet: AssessmentSheet) -> list[Option]:
    """The rows that an appeal can be about."""
    found = db.session.scalars(
        select(KpiEvidence)
        .where(
            KpiEvidence.cycle_id == sheet.cycle_id,
            KpiEvidence.side != RowSide.EXCLUDED,
            sheet.evidence_here(),
        )
        .order_by(KpiEvidence.top, KpiEvidence.at.desc(), KpiEvidence.id)
        .limit(MOST_ROWS)
    ).all()
    records = _records(found)
    everything = Option("", t("The whole sheet", "整份考核表"))
    made = {}
    for one in found:
        row = records.get((one.entity, one.entity_id))
        called = _called(row.told_in()) if row is not None else ""
        text = f"{called} · {_what(row).text}"
        if one.corrects_id is None:
            made[f"{one.entity} {one.entity_id}"] = text
        else:
            made[f"{one.entity} {one.entity_id}~{one.corrects_id}"] = f"{text} · {_side(one).text}"
    return [everything, *(Option(value, label) for value, label in made.items())]
