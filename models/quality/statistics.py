"""What checks add up to, from their rows: rates, items that fail most, patrols of a week (P3.1, P3.4, K1.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload

from models.base import COMPANY_ZONE
from models.organisation import Department, Employee, Placement, Post, Team
from models.process import ProcessDocument
from models.quality.checks import SpotCheck, SpotCheckItem
from models.quality.templates import CheckTemplateItem
from models.types import Scaled
from rules import quality
from rules.base import Person, reach
from rules.quality import COUNTED, STATISTICS, Bar, Category, CheckKind, CheckStatus, GroupBy, Tally, Verdict

HANDED_IN = (CheckStatus.SUBMITTED, CheckStatus.CLOSED)
JUDGED = (Verdict.OK, Verdict.NG)
MOST_GROUPS = 100


@dataclass(frozen=True)
class Asked:
    """Which checks are looked at: whole days from and to, of which kinds, about what, where."""

    from_on: date
    to_on: date
    kinds: Sequence[CheckKind] = COUNTED
    category: Category | None = Category.PROCESS_EXECUTION
    group: GroupBy | None = None
    key: int | None = None
    """One of the group, opened."""


def _within(from_on: date, to_on: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return SpotCheck.checked_at >= _midnight(from_on), SpotCheck.checked_at < _midnight(to_on + timedelta(days=1))


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), COMPANY_ZONE)


def _sight(person: Person) -> ColumnElement[bool] | None:
    """The rows that the person's figures are made of: departments by role, teams of a leader; None = all."""
    departments = reach(person, STATISTICS.view)
    if departments is None:
        return None
    teams = SpotCheckItem.team_id.in_(sorted(person.teams))
    return or_(SpotCheck.department_id.in_(sorted(departments)), teams)


def _judged(person: Person, asked: Asked) -> Select[tuple[SpotCheckItem]]:
    """Judged items of first checks that stand."""
    query = (
        select(SpotCheckItem)
        .join(SpotCheck, SpotCheck.id == SpotCheckItem.check_id)
        .where(
            *_within(asked.from_on, asked.to_on),
            SpotCheck.kind.in_(asked.kinds),
            SpotCheck.status.in_(HANDED_IN),
            SpotCheckItem.verdict.in_(JUDGED),
        )
    )
    if asked.category is not None:
        query = query.where(SpotCheckItem.category == asked.category)
    if (sight := _sight(person)) is not None:
        query = query.where(sight)
    if asked.group is not None and asked.key is not None:
        query = query.where(_column(asked.group) == asked.key)
    return query


def _column(group: GroupBy) -> Any:
    match group:
        case GroupBy.TEAM:
            return SpotCheckItem.team_id
        case GroupBy.POST:
            return SpotCheck.post_id
        case GroupBy.PERSON:
            return SpotCheckItem.employee_id
        case GroupBy.DOCUMENT:
            return SpotCheck.document_id
    return SpotCheck.department_id


_passed = func.sum(case((SpotCheckItem.verdict == Verdict.OK, 1), else_=0))
_weight = func.coalesce(CheckTemplateItem.weight, literal(Decimal(1), Scaled()), type_=Scaled())
_earned = func.sum(case((SpotCheckItem.verdict == Verdict.OK, _weight), else_=literal(Decimal(0), Scaled())))


def tallies(session: Session, person: Person, asked: Asked, group: GroupBy) -> list[tuple[int, str, Tally]]:
    """(key, name, tally) of each of the group, the lowest rate first."""
    column = _column(group)
    rows = session.execute(
        _judged(person, asked)
        .outerjoin(CheckTemplateItem, CheckTemplateItem.id == SpotCheckItem.template_item_id)
        .with_only_columns(column, _passed, func.count(), _earned, func.sum(_weight))
        .where(column.is_not(None))
        .group_by(column)
    ).all()
    names = _names(session, group, [row[0] for row in rows])
    found = [
        (key, names.get(key, f"#{key}"), Tally(int(ok), int(n), Decimal(got), Decimal(most)))
        for key, ok, n, got, most in rows
    ]
    return sorted(found, key=lambda one: (one[2].rate or 0, -one[2].judged, one[1]))[:MOST_GROUPS]


def _names(session: Session, group: GroupBy, keys: Sequence[int]) -> Mapping[int, str]:
    models: dict[GroupBy, Any] = {
        GroupBy.DEPARTMENT: Department,
        GroupBy.TEAM: Team,
        GroupBy.POST: Post,
        GroupBy.PERSON: Employee,
        GroupBy.DOCUMENT: ProcessDocument,
    }
    model = models[group]
    return {one.id: one.label for one in session.scalars(select(model).where(model.id.in_(keys)))}


def by_month(session: Session, person: Person, asked: Asked) -> list[tuple[date, Tally]]:
    """Each month's tally; months without a check are there and empty. One statement for any number of months."""
    months = quality.months(asked.from_on, asked.to_on)
    if not months:
        return []
    ends = [(SpotCheck.checked_at < _midnight(later), place) for place, later in enumerate(months[1:])]
    place = case(*ends, else_=len(months) - 1) if ends else literal(0)
    rows = session.execute(
        _judged(person, asked).with_only_columns(place.label("place"), _passed, func.count()).group_by("place")
    )
    found = {nth: Tally(int(passed), int(judged)) for nth, passed, judged in rows}
    return [(month, found.get(nth, Tally())) for nth, month in enumerate(months)]


def worst_items(session: Session, person: Person, asked: Asked) -> list[Bar]:
    """The questions that failed most, with what they and those before them make of all failures."""
    rows = session.execute(
        _judged(person, asked)
        .where(SpotCheckItem.verdict == Verdict.NG)
        .with_only_columns(SpotCheckItem.question, func.count())
        .group_by(SpotCheckItem.question)
    )
    return quality.pareto(dict(rows.tuples().all()))


def rows_of(
    session: Session, person: Person, asked: Asked, *, question: str = "", only_ng: bool = False, most: int = 200
) -> Sequence[SpotCheckItem]:
    """The items behind a figure, latest first; at most ``most``."""
    query = _judged(person, asked)
    if question:
        query = query.where(SpotCheckItem.question == question)
    if only_ng:
        query = query.where(SpotCheckItem.verdict == Verdict.NG)
    return session.scalars(
        query.options(
            joinedload(SpotCheckItem.check).joinedload(SpotCheck.post),
            joinedload(SpotCheckItem.employee),
        )
        .order_by(SpotCheck.checked_at.desc(), SpotCheckItem.id)
        .limit(most)
    ).all()


@dataclass(frozen=True)
class Patrols:
    """What a team leader made of his patrols in a week."""

    leader: Employee
    team: Team
    done: int


def patrols_of_week(session: Session, on: date, teams: frozenset[int] | None = None) -> list[Patrols]:
    """Each team's leader with how many patrols he handed in in the week of that day; None = every team."""
    monday, sunday = quality.week_of(on)
    query = (
        select(Employee, Team)
        .join(Placement, Placement.employee_id == Employee.id)
        .join(Team, Team.id == Placement.team_id)
        .where(Placement.leads_team, Placement.to_on.is_(None), Team.voided_at.is_(None))
        .order_by(Team.code)
    )
    if teams is not None:
        query = query.where(Team.id.in_(sorted(teams)))
    leaders = session.execute(query.options(joinedload(Team.department))).tuples().all()
    counts = session.execute(
        select(SpotCheck.inspector_id, func.count())
        .where(
            SpotCheck.kind == CheckKind.LEADER_PATROL,
            SpotCheck.status.in_(HANDED_IN),
            *_within(monday, sunday),
            SpotCheck.inspector_id.in_([leader.id for leader, _ in leaders]),
        )
        .group_by(SpotCheck.inspector_id)
    )
    done = dict(counts.tuples().all())
    return [Patrols(leader, team, done.get(leader.id, 0)) for leader, team in leaders]
