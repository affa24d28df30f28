"""From rows to numbers: sums by person and department, values, and the rows with their hashes (K1, K2.1)."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Subquery, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from models.assessment.cycles import AssessmentCycle
from models.assessment.sheets import KpiEvidence, KpiExclusion
from models.base import COMPANY_ZONE
from models.canonical import Sha256, canonical, instant, number, quoted
from models.indicators import COLUMNS, INDICATORS, ONE, Indicator, Span
from models.types import UtcInstant
from rules.assessment import LeftOut, RowSide, rate

Key = int | None
Parts = dict[str, tuple[int, int]]
AT_ONCE = 5000


@dataclass(frozen=True)
class Measured:
    """What an indicator came to for one subject; without a denominator it is a sum."""

    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None


@dataclass(frozen=True)
class Sums:
    """The sums of one indicator, by employee and by department, and how they become values."""

    by_employee: Mapping[Key, Parts]
    by_department: Mapping[Key, Parts]
    value_of: Callable[[Parts], Measured]

    def with_rows(self, rows: Iterable[Mapping[str, Any]]) -> "Sums":
        """The same with rows that come on top; one that an appeal took out counts no more."""
        people, places = dict(self.by_employee), dict(self.by_department)
        for row in (one for one in rows if one["side"] is not RowSide.EXCLUDED):
            one: Parts = {row["part"]: (row["top"], row["bottom"])}
            for found, key in ((people, row["employee_id"]), (places, row["department_id"])):
                found[key] = added([found.get(key, {}), one])
        return Sums(people, places, self.value_of)

    def of_employee(self, employee_id: int) -> Measured:
        return self.value_of(self.by_employee.get(employee_id, {}))

    def of_departments(self, departments: Iterable[int]) -> Measured:
        """Counts are added, rates are not averaged."""
        return self.value_of(added(self.by_department.get(one, {}) for one in departments))


def added(those: Iterable[Parts]) -> Parts:
    """The sums of several, part by part."""
    found: Parts = {}
    for parts in those:
        for part, (top, bottom) in parts.items():
            _add(found, part, top, bottom)
    return found


def _add(found: Parts, part: str, top: int, bottom: int) -> None:
    old_top, old_bottom = found.get(part, (0, 0))
    found[part] = (old_top + top, old_bottom + bottom)


def rows_in(session: Session, one: Indicator, span: Span, cycle_id: int | None = None) -> Subquery:
    """The rows of an indicator in a period; what an upheld appeal took out of a cycle does not count in it."""
    rows = one.rows(session, span).subquery()
    if cycle_id is None or not _has_appealed(session, cycle_id):
        return select(*(rows.c[name] for name in COLUMNS)).subquery()
    appealed = exists().where(
        KpiExclusion.cycle_id == cycle_id,
        KpiExclusion.entity == rows.c.entity,
        KpiExclusion.entity_id == rows.c.entity_id,
    )
    left_out = case((rows.c.left_out != "", rows.c.left_out), (appealed, LeftOut.APPEAL.value), else_="")
    others = [rows.c[name] for name in COLUMNS if name != "left_out"]
    return select(*others, left_out.label("left_out")).subquery()


def _has_appealed(session: Session, cycle_id: int) -> bool:
    """Rows are held against what was taken out only where something was: it costs as much as reading them."""
    return bool(session.scalar(select(exists().where(KpiExclusion.cycle_id == cycle_id))))


def sums_of(session: Session, one: Indicator, span: Span, cycle_id: int | None = None) -> Sums:
    """One pass over the rows, however many people there are; what is added up further is not the rows any more."""
    return sums_over(session, one, span, rows_in(session, one, span, cycle_id))


def sums_over(session: Session, one: Indicator, span: Span, rows: Subquery) -> Sums:
    """The same over rows that are at hand."""
    query: Select[Any] = (
        select(rows.c.employee_id, rows.c.department_id, rows.c.part, func.sum(rows.c.top), func.sum(rows.c.bottom))
        .where(rows.c.left_out == "")
        .group_by(rows.c.employee_id, rows.c.department_id, rows.c.part)
    )
    people: dict[Key, Parts] = {}
    places: dict[Key, Parts] = {}
    for employee_id, department_id, part, top, bottom in session.execute(query):
        for found, key in ((people, employee_id), (places, department_id)):
            _add(found.setdefault(key, {}), part, int(top), int(bottom))
    return Sums(people, places, value_maker(session, one, span))


def value_maker(session: Session, one: Indicator, span: Span) -> Callable[[Parts], Measured]:
    """How sums become a value, with the company's figures of the period."""
    if one.how == "mean":
        return _mean(one.weights(session, span) if one.weights else {})
    if one.how == "sum":
        return _sum(one.cap(session, span) if one.cap else None)
    return _rate


def _rate(parts: Parts) -> Measured:
    top, bottom = parts.get("", (0, 0))
    return Measured(Decimal(top) / ONE, Decimal(bottom), rate_of(top, bottom))


def rate_of(top: int, bottom: int) -> Decimal | None:
    """A rate in per cent from sums of rows."""
    found = rate(top, bottom)
    return None if found is None else found / ONE


def _sum(cap: Decimal | None) -> Callable[[Parts], Measured]:
    def value(parts: Parts) -> Measured:
        total = Decimal(sum(top for top, _ in parts.values())) / ONE
        return Measured(total, None, total if cap is None else min(total, cap))

    return value


def _mean(weights: Mapping[str, Decimal]) -> Callable[[Parts], Measured]:
    """Σ weight x mean / Σ weight over the sources that are there."""

    def value(parts: Parts) -> Measured:
        means = {
            part: Decimal(top) / ONE / bottom for part, (top, bottom) in parts.items() if bottom and weights.get(part)
        }
        whole = sum((weights[part] for part in means), Decimal(0))
        rows = Decimal(sum(bottom for _, bottom in parts.values()))
        if not whole:
            return Measured(None, rows, None)
        mean = sum((weights[part] * mean for part, mean in means.items()), Decimal(0)) / whole
        return Measured(mean, rows, mean)

    return value


# -- rows and their hashes -------------------------------------------------------------------------------------------


def evidence_of(session: Session, cycle: AssessmentCycle, kpi_id: int, one: Indicator) -> Select[Any]:
    """The rows of an indicator in a cycle, as ``kept_row`` makes them, by the database and in one order."""
    return kept_over(cycle, kpi_id, rows_in(session, one, cycle.span, cycle.id))


def kept_over(cycle: AssessmentCycle, kpi_id: int, rows: Subquery) -> Select[Any]:
    """The same over rows that are at hand."""
    at, top, bottom = instant_of(rows.c.at, cycle.span), func.coalesce(rows.c.top, 0), func.coalesce(rows.c.bottom, 0)
    numerator = or_(top != 0, bottom == 0)
    said = {
        "at": instant(at),
        **{name: number(rows.c[name]) for name in ("department_id", "employee_id", "entity_id")},
        **{name: quoted(rows.c[name]) for name in ("entity", "left_out", "part")},
        "top": number(top),
        "bottom": number(bottom),
    }
    side = case(
        (rows.c.left_out != "", RowSide.EXCLUDED.value),
        (numerator, RowSide.NUMERATOR.value),
        else_=RowSide.DENOMINATOR.value,
    )
    kept = {
        "cycle_id": literal(cycle.id),
        "kpi_id": literal(kpi_id),
        **{name: rows.c[name] for name in ("employee_id", "department_id", "entity", "entity_id", "part")},
        "at": at,
        "side": side,
        "reason": func.nullif(rows.c.left_out, ""),
        "top": top,
        "bottom": bottom,
        "row_hash": Sha256(canonical(said)),
    }
    order = (rows.c.entity, rows.c.entity_id, rows.c.employee_id, rows.c.department_id, rows.c.part)
    return select(*(value.label(name) for name, value in kept.items())).order_by(*order)


def instant_of(at: ColumnElement[Any], span: Span) -> ColumnElement[Any]:
    """A day of the company counts from its midnight; the rows of a period lie on its days."""
    if not isinstance(at.type, Date):
        return at
    days = [span.from_on + timedelta(days=nth) for nth in range((span.to_on - span.from_on).days + 1)]
    return case(*((at == day, literal(_instant(day), UtcInstant())) for day in days))


def kept_row(cycle_id: int, kpi_id: int, row: Mapping[Any, Any], corrects_id: int | None = None) -> dict[str, Any]:
    """A row as it is kept, with the hash of what it says."""
    row = {**row, "at": _instant(row["at"])}
    left_out, top, bottom = row["left_out"], int(row["top"] or 0), int(row["bottom"] or 0)
    side = RowSide.EXCLUDED if left_out else RowSide.NUMERATOR if top or not bottom else RowSide.DENOMINATOR
    facts = {**row, "top": top, "bottom": bottom}
    return {
        "cycle_id": cycle_id,
        "kpi_id": kpi_id,
        "employee_id": row["employee_id"],
        "department_id": row["department_id"],
        "entity": row["entity"],
        "entity_id": row["entity_id"],
        "at": row["at"],
        "side": side,
        "reason": LeftOut(left_out) if left_out else None,
        "top": top,
        "bottom": bottom,
        "part": row["part"],
        "corrects_id": corrects_id,
        "row_hash": digest(_hashed(facts, corrects_id)),
    }


def _instant(at: date | datetime | None) -> datetime | None:
    """A day of the company counts from its midnight."""
    return at if at is None or isinstance(at, datetime) else datetime.combine(at, time(), COMPANY_ZONE)


def _hashed(row: Mapping[Any, Any], corrects_id: int | None = None) -> dict[str, Any]:
    facts = {name: row[name] for name in COLUMNS} | {"at": row["at"].astimezone(UTC).isoformat() if row["at"] else None}
    return facts if corrects_id is None else facts | {"corrects": corrects_id}


def evidence_facts(kept: KpiEvidence) -> dict[str, Any]:
    """What the hash of a kept row is over; the same as when it was read from its record."""
    facts = {name: getattr(kept, name) for name in COLUMNS if name != "left_out"}
    return _hashed(facts | {"left_out": str(kept.reason or "")}, kept.corrects_id)


def digest(facts: Any) -> str:
    """SHA-256 of canonical JSON."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return sha256(text.encode()).hexdigest()


def known(function: str) -> Indicator | None:
    """The indicator by its function; None where no chapter measures it yet."""
    return INDICATORS.get(str(function))
