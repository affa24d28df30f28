"""The statutory calendar as a ledger has it."""

from sqlalchemy import select

from models.intake.kit import Intake, Outcome, RowRefused, change, chosen, guard, parts, refuse_voided, said
from models.regulation import CalendarDay
from rules.ledger import Row, SheetResult
from rules.regulation import DayType


def store_days(intake: Intake, sheet: SheetResult) -> None:
    """Each day once, by its date."""
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
    values = said(row, "name") | {"day_type": chosen(DayType, row.values["day_type"])}
    if "name" in values:
        values["name"] = values["name"] or ""
    if day is None:
        intake.session.add(CalendarDay(on=row.values["on"], **values))
        return "created"
    refuse_voided(row, day, "on")
    return "updated" if change(day, values) else "unchanged"
