"""The statutory calendar as a ledger has it."""

from sqlalchemy import select

from models.intake.kit import (
    Intake,
    Outcome,
    RowRefused,
    change,
    chosen,
    guard,
    parts,
    refuse,
    refuse_voided,
    said,
    too_much,
)
from models.regulation import CalendarDay
from models.regulation.calendar import refuse_unworkable
from rules.ledger import Row, SheetResult
from rules.regulation import DayType

LONGEST_SOURCE: int = CalendarDay.metadata.tables[CalendarDay.__tablename__].c.source.type.length  # type: ignore[attr-defined]  # a text's type has one


def store_days(intake: Intake, sheet: SheetResult) -> None:
    """Each day once, by its date; days that would leave a calendar nobody could work by are refused as a whole."""
    with intake.guarded(sheet.accepted):
        _store_days(intake, sheet)
        refuse_unworkable(intake.session, intake.at)
    if any(row.faults for row in sheet.accepted):
        intake.counts.clear()


def _store_days(intake: Intake, sheet: SheetResult) -> None:
    for rows in parts(sheet.accepted):
        wanted = CalendarDay.on.in_([row.values["on"] for row in rows])
        stored = {one.on: one for one in intake.session.scalars(select(CalendarDay).where(wanted))}
        for row in rows:
            try:
                intake.counts[_store(intake, row, stored.get(row.values["on"]))] += 1
            except RowRefused:
                continue
        intake.session.flush()


def _store(intake: Intake, row: Row, day: CalendarDay | None) -> Outcome:
    guard(row, CalendarDay, "name")
    source = str(row.more.get("source") or "")
    if reason := too_much(source, LONGEST_SOURCE):
        raise refuse(row, reason, "source")
    values = (
        said(row, "name")
        | ({"source": source} if source else {})
        | {"day_type": chosen(DayType, row.values["day_type"])}
    )
    if "name" in values:
        values["name"] = values["name"] or ""
    if day is None:
        intake.session.add(CalendarDay(on=row.values["on"], **values))
        return "created"
    refuse_voided(row, day, "on")
    return "updated" if change(day, values) else "unchanged"
