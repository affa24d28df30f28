"""What fills an agenda and a report by itself; a chapter registers what it has to say (C1.1)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.actions import ActionItem
from models.organisation import departments_below
from models.schedule import DelayRecord, PlanStage
from rules.actions import UNFINISHED, ActionKind
from rules.base import Words
from rules.communication import AgendaKind, Series
from rules.schedule import DelayStatus, StageStatus

MOST = 30


@dataclass(frozen=True)
class Point:
    """Something that a meeting has to talk about."""

    kind: AgendaKind
    entity: str
    entity_id: int
    title: str


Points = Callable[[Session, Series, datetime], Iterable[Point]]
Number = Callable[[Session, frozenset[int], datetime, datetime], int]
AGENDA: list[Points] = []
FIGURES: dict[str, tuple[Words, Number]] = {}


def on_the_agenda(function: Points) -> Points:
    """Registers what a meeting has to talk about: a function of session, series and instant."""
    AGENDA.append(function)
    return function


def reported(code: str, en: str, zh: str) -> Callable[[Number], Number]:
    """Registers a number of a department's report: a function of session, departments, since and until."""

    def register(function: Number) -> Number:
        FIGURES[code] = (Words(en, zh), function)
        return function

    return register


@on_the_agenda
def open_resolutions(session: Session, _series: Series, _at: datetime) -> Iterable[Point]:
    """What earlier meetings decided and is not done."""
    return _points(session, AgendaKind.RESOLUTION, ActionItem.kind == ActionKind.MEETING_RESOLUTION)


@on_the_agenda
def overdue_actions(session: Session, _series: Series, at: datetime) -> Iterable[Point]:
    """Whatever else is overdue."""
    is_late = (ActionItem.due_at < at) & (ActionItem.kind != ActionKind.MEETING_RESOLUTION)
    return _points(session, AgendaKind.OVERDUE, is_late)


@on_the_agenda
def forecast_delays(session: Session, _series: Series, _at: datetime) -> Iterable[Point]:
    """Delays that are foreseen and not averted yet (S2.2)."""
    rows = session.scalars(
        select(DelayRecord).where(DelayRecord.status == DelayStatus.FORECAST).order_by(DelayRecord.id).limit(MOST)
    )
    return [Point(AgendaKind.FORECAST, "delay_record", one.id, one.label[:200]) for one in rows]


@on_the_agenda
def held_stages(session: Session, _series: Series, _at: datetime) -> Iterable[Point]:
    """Stages that stand still (S2.2)."""
    rows = session.scalars(
        select(PlanStage).where(PlanStage.status == StageStatus.HELD).order_by(PlanStage.id).limit(MOST)
    )
    return [Point(AgendaKind.HELD_STAGE, "plan_stage", one.id, one.label[:200]) for one in rows]


def _points(session: Session, kind: AgendaKind, where: ColumnElement[bool]) -> list[Point]:
    rows = session.scalars(
        select(ActionItem)
        .where(ActionItem.status.in_(UNFINISHED), where)
        .order_by(ActionItem.due_at, ActionItem.id)
        .limit(MOST)
    )
    return [Point(kind, "action_item", one.id, f"{one.no} {one.description}"[:200]) for one in rows]


@reported("closed", "Actions closed", "关闭事项")
def closed_actions(session: Session, departments: frozenset[int], since: datetime, until: datetime) -> int:
    """Put right since the last meeting."""
    is_closed = (ActionItem.closed_at >= since) & (ActionItem.closed_at < until)
    return _count(session, departments, is_closed)


@reported("open", "Actions open", "未完成事项")
def open_actions(session: Session, departments: frozenset[int], _since: datetime, _until: datetime) -> int:
    """Still to be done."""
    return _count(session, departments, ActionItem.status.in_(UNFINISHED))


@reported("overdue", "of them overdue", "其中逾期")
def late_actions(session: Session, departments: frozenset[int], _since: datetime, until: datetime) -> int:
    """Late by then."""
    return _count(session, departments, ActionItem.status.in_(UNFINISHED) & (ActionItem.due_at < until))


def _count(session: Session, departments: frozenset[int], where: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(ActionItem)
    return session.scalar(query.where(ActionItem.department_id.in_(sorted(departments)), where)) or 0


def numbers_of(session: Session, department_id: int, since: datetime, until: datetime) -> dict[str, int]:
    """What a department's report is prefilled with."""
    below = departments_below(session, department_id)
    return {code: number(session, below, since, until) for code, (_, number) in FIGURES.items()}


def agenda_of(session: Session, series: Series, at: datetime) -> list[Point]:
    """Everything that a meeting has to talk about, each once."""
    found = [point for function in AGENDA for point in function(session, series, at)]
    return list({(one.entity, one.entity_id): one for one in reversed(found)}.values())[::-1]
