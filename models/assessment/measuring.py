"""From rows to numbers: sums by person and department, values, and the rows with their hashes (K1, K2.1)."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, Subquery, case, exists, func, select
from sqlalchemy.orm import Session

from models.assessment.cycles import AssessmentCycle
from models.assessment.sheets import KpiEvidence, KpiExclusion
from models.base import COMPANY_ZONE
from models.indicators import COLUMNS, INDICATORS, ONE, Indicator, Span
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
            old = found.get(part, (0, 0))
            found[part] = (old[0] + top, old[1] + bottom)
    return found


def rows_in(session: Session, one: Indicator, span: Span, cycle_id: int | None = None) -> Subquery:
    """The rows of an indicator in a period; what an upheld appeal took out of a cycle does not count in it."""
    rows = one.rows(session, span).subquery()
    if cycle_id is None:
        return select(*(rows.c[name] for name in COLUMNS)).subquery()
    appealed = exists().where(
        KpiExclusion.cycle_id == cycle_id,
        KpiExclusion.entity == rows.c.entity,
        KpiExclusion.entity_id == rows.c.entity_id,
    )
    left_out = case((rows.c.left_out != "", rows.c.left_out), (appealed, LeftOut.APPEAL.value), else_="")
    others = [rows.c[name] for name in COLUMNS if name != "left_out"]
    return select(*others, left_out.label("left_out")).subquery()


def sums_of(session: Session, one: Indicator, span: Span, cycle_id: int | None = None) -> Sums:
    """Two statements, however many people and rows there are."""
    rows = rows_in(session, one, span, cycle_id)
    return Sums(
        _grouped(session, rows, rows.c.employee_id),
        _grouped(session, rows, rows.c.department_id),
        value_maker(session, one, span),
    )


def _grouped(session: Session, rows: Subquery, by: Any) -> dict[Key, Parts]:
    query: Select[Any] = (
        select(by, rows.c.part, func.sum(rows.c.top), func.sum(rows.c.bottom))
        .where(rows.c.left_out == "")
        .group_by(by, rows.c.part)
    )
    found: dict[Key, Parts] = {}
    for key, part, top, bottom in session.execute(query):
        found.setdefault(key, {})[part] = (int(top), int(bottom))
    return found


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


def evidence_of(session: Session, cycle: AssessmentCycle, kpi_id: int, one: Indicator) -> Iterator[dict[str, Any]]:
    """The rows of an indicator in a cycle, as they are kept, in one order on every engine."""
    rows = rows_in(session, one, cycle.span, cycle.id)
    query = select(rows).order_by(rows.c.entity, rows.c.entity_id, rows.c.employee_id)
    for row in session.execute(query.execution_options(yield_per=AT_ONCE)).mappings():
        yield kept_row(cycle.id, kpi_id, row)


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
        "reason": LeftOut(left_out) if left_out else None,  # type: ignore[call-arg]
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
