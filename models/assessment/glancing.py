"""Figures of a month so far, of one person or one team: as many statements for one indicator as for many (K1, K2.1).

A team has figures with their rows and no sheet: a sheet is of a person or a department, one of both. Its rows are those
of the people who belonged to it on the day of each row.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Subquery, and_, case, false, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from models.assessment.definitions import KpiDefinition, definitions
from models.assessment.measuring import Measured, Parts, kept_row, known, rows_in, value_maker
from models.assessment.sheets import KpiEvidence
from models.base import COMPANY_ZONE
from models.indicators import Span
from models.organisation import Placement
from rules.assessment import POINTS, Scope
from rules.base import Unset, Words

Whose = Callable[[Subquery], ColumnElement[bool]]
"""Which rows of an indicator are meant."""


NOTHING = Measured(None, None, None)
NOT_MEASURED = Words("Not measured yet.", "暂未计算。")


@dataclass(frozen=True)
class Glance:
    """What one indicator comes to so far; ``missing`` says which figure of the company is not set."""

    kpi: KpiDefinition
    measured: Measured = NOTHING
    rows: int = 0
    left_out: int = 0
    """Rows among them that do not count, such as re-checks."""
    missing: Words | None = None

    @property
    def is_rate(self) -> bool:
        one = known(self.kpi.function)
        return one is not None and one.how == "rate"

    @property
    def is_mean(self) -> bool:
        one = known(self.kpi.function)
        return one is not None and one.how == "mean"


def of_employee(employee_id: int) -> Whose:
    """The rows of one person."""
    return lambda rows: rows.c.employee_id == employee_id


def of_team(session: Session, team_id: int, span: Span) -> Whose:
    """The rows of whoever belonged to the team on their day."""
    places = session.execute(
        select(Placement.employee_id, Placement.from_on, Placement.to_on).where(
            Placement.team_id == team_id,
            Placement.from_on <= span.to_on,
            or_(Placement.to_on.is_(None), Placement.to_on >= span.from_on),
        )
    ).all()
    always = [who for who, first, last in places if first <= span.from_on and (last is None or last >= span.to_on)]
    others = [(who, first, last or span.to_on) for who, first, last in places if who not in set(always)]

    def whose(rows: Subquery) -> ColumnElement[bool]:
        grounds = [rows.c.employee_id.in_(sorted(always))] if always else []
        parts = [and_(rows.c.employee_id == who, _between(rows, first, last)) for who, first, last in others]
        return or_(*grounds, *parts) if grounds or parts else false()

    return whose


def _between(rows: Subquery, first: Any, last: Any) -> ColumnElement[bool]:
    """Days of the company, whether the row says a day or an instant."""
    if isinstance(rows.c.at.type, Date):
        return and_(rows.c.at >= first, rows.c.at <= last)
    start, end = (datetime.combine(one, time(), COMPANY_ZONE) for one in (first, last + timedelta(days=1)))
    return and_(rows.c.at >= start, rows.c.at < end)


def of_people(session: Session) -> list[KpiDefinition]:
    """The indicators that people are counted by, and so are teams; points are a matter between two."""
    return [one for one in definitions(session) if one.scope is not Scope.DEPARTMENT and str(one.function) != POINTS]


def glances(session: Session, kpis: Sequence[KpiDefinition], span: Span, whose: Whose) -> list[Glance]:
    """Every indicator in one statement, beside the company's figures that they need."""
    makers, sums, missing = {}, [], {}
    for code in dict.fromkeys(str(one.function) for one in kpis):
        if (one := known(code)) is None:
            continue
        try:
            makers[code] = value_maker(session, one, span)
            sums.append(_summed(code, rows_in(session, one, span), whose))
        except Unset as refusal:
            missing[code] = refusal.words
    parts, counts, left_out = _asked(session, sums)
    return [
        Glance(kpi, makers[code](parts.get(code, {})), counts[code], left_out[code])
        if (code := str(kpi.function)) in makers and code not in missing
        else Glance(kpi, missing=missing.get(code, NOT_MEASURED))
        for kpi in kpis
    ]


def _summed(code: str, rows: Subquery, whose: Whose) -> Any:
    counts = rows.c.left_out == ""
    return (
        select(
            literal(code).label("code"),
            rows.c.part.label("part"),
            func.sum(case((counts, rows.c.top), else_=0)).label("top"),
            func.sum(case((counts, rows.c.bottom), else_=0)).label("bottom"),
            func.sum(case((counts, 1), else_=0)).label("counted"),
            func.count().label("rows"),
        )
        .where(whose(rows))
        .group_by(rows.c.part)
    )


def _asked(session: Session, sums: Iterable[Any]) -> tuple[dict[str, Parts], Counter[str], Counter[str]]:
    """The sums of what counts, how many rows there are, and how many of them do not count."""
    parts: dict[str, Parts] = {}
    counts, left_out = Counter[str](), Counter[str]()
    asked = list(sums)
    for code, part, top, bottom, counted, rows in session.execute(union_all(*asked)) if asked else ():
        if counted:
            parts.setdefault(code, {})[part] = (int(top), int(bottom))
        counts[code] += rows
        left_out[code] += rows - int(counted)
    return parts, counts, left_out


def rows_behind(
    session: Session, kpi: KpiDefinition, span: Span, whose: Whose, *, first: int, most: int
) -> list[KpiEvidence]:
    """A page of the rows behind one of them, the latest first."""
    one = known(kpi.function)
    if one is None:
        return []
    rows = rows_in(session, one, span)
    query = select(rows).where(whose(rows)).order_by(rows.c.at.desc(), rows.c.entity, rows.c.entity_id)
    found = session.execute(query.offset(first).limit(most)).mappings()
    return [KpiEvidence(id=nth, **kept_row(0, kpi.id, row)) for nth, row in enumerate(found, start=first + 1)]
