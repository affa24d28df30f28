"""Periodic evaluations: due on a day, written by their author, published by his manager (P3.4, A4.2, A5.1, C1.1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    case,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.actions.items import ActionItem, ActionRound
from models.actions.opening import midnight
from models.actions.reach import manager_ids
from models.base import Act, Record, after, on_date
from models.event import Reminder
from models.journal import seal
from models.organisation import Department, Employee
from rules import actions
from rules.actions import ActionKind, EvaluationKind, EvaluationStatus
from rules.base import SYSTEM, Person, Words


class Evaluation(Record):
    """An evaluation of a period: its figures, what they show, and its measures, which are action items (定期分析)."""

    __tablename__ = "evaluation"
    __table_args__ = (
        UniqueConstraint("kind", "period", "department_id"),
        CheckConstraint("from_on <= to_on", name="in_order"),
        CheckConstraint("status != 'published' OR published_by_id IS NOT NULL", name="published_has_person"),
        Index("ix_evaluation_status", "status", "due_on"),
        Index("ix_evaluation_due_on", "due_on", "id"),
        Index("ix_evaluation_department_id_id", "department_id", "id"),
    )
    words = Words("Evaluation", "定期分析")
    chapter = "actions"
    access = actions.EVALUATION
    lifecycle = actions.EVALUATION_STEPS
    number_prefix = "FX"
    search_columns = ("no", "findings")
    named_by = ("author_id",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[EvaluationKind]
    period: Mapped[str] = mapped_column(String(7))
    from_on: Mapped[date]
    to_on: Mapped[date]
    due_on: Mapped[date]
    clause: Mapped[str] = mapped_column(String(10))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    findings: Mapped[str] = mapped_column(Text, default="")
    drafted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    status: Mapped[EvaluationStatus] = mapped_column(default=EvaluationStatus.DUE)
    department: Mapped[Department] = relationship()
    author: Mapped[Employee] = relationship(foreign_keys=[author_id])
    published_by: Mapped[Employee | None] = relationship(foreign_keys=[published_by_id])

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {
            "evaluation_author": frozenset({self.author_id}),
            "evaluation_manager": manager_ids(self.session, self.author),
        }

    def prepare(self) -> None:
        """What follows from the facts: first and last day, clause, the author's department."""
        self.from_on, self.to_on = actions.period_of(self.period)
        self.clause = actions.EVALUATION_CLAUSES[self.kind]
        self.department_id = self.author.department_id
        actions.refuse_early_due(self.to_on, self.due_on)

    def do_draft(self, act: Act, findings: str = "") -> None:
        """Findings, and the figures as they stand at this moment."""
        findings = findings or self.findings
        actions.refuse_unready_evaluation(findings, self.to_on, on_date(act.at))
        self.findings, self.drafted_at = findings.strip(), act.at
        self.figures = snapshot(self.session, self)

    def do_return(self, act: Act) -> None:
        self.drafted_at = None

    def do_publish(self, act: Act) -> None:
        self.published_at, self.published_by_id = act.at, act.by.employee_id


def next_one(evaluation: Evaluation, _person: Person) -> list[Words]:
    """Said before an evaluation is published."""
    return [
        Words(
            "The next one, for {period}, goes on the list.",
            "将自动列入下一期（{period}）。",
            period=actions.following(evaluation.period),
        )
    ]


@after(Evaluation, "publish", preview=next_one)
def put_next_on_the_list(evaluation: Evaluation, act: Act) -> None:
    """The next period of the same length, by the same author, due as long after its end (P3.4: periodically)."""
    period = actions.following(evaluation.period)
    session = evaluation.session
    known = select(Evaluation.id).where(
        Evaluation.kind == evaluation.kind,
        Evaluation.period == period,
        Evaluation.department_id == evaluation.department_id,
    )
    if session.scalar(known) is None:
        first, last = actions.period_of(period)
        following = Evaluation(
            kind=evaluation.kind,
            period=period,
            from_on=first,
            to_on=last,
            due_on=last + (evaluation.due_on - evaluation.to_on),
            clause=evaluation.clause,
            department_id=evaluation.department_id,
            author_id=evaluation.author_id,
        )
        session.add(following)
        seal(session, following, "create", act, recipients=[evaluation.author_id])


# -- figures ---------------------------------------------------------------------------------------------------------

Reckoning = Callable[[Session, Evaluation], Decimal | int | None]


@dataclass(frozen=True)
class EvaluationFigure:
    """A figure of a kind of evaluation, as its snapshot keeps it."""

    kind: EvaluationKind
    code: str
    words: Words
    reckon: Reckoning


EVALUATION_FIGURES: list[EvaluationFigure] = []


def evaluates(*kinds: EvaluationKind, code: str, words: Words) -> Callable[[Reckoning], Reckoning]:
    """Registers a figure that these kinds of evaluation keep; later chapters add theirs."""

    def register(reckon: Reckoning) -> Reckoning:
        EVALUATION_FIGURES.extend(EvaluationFigure(kind, code, words, reckon) for kind in kinds)
        return reckon

    return register


def snapshot(session: Session, evaluation: Evaluation) -> dict[str, Any]:
    """Every figure of this kind as it stands now; none where there is nothing to reckon with."""
    found = {one.code: one.reckon(session, evaluation) for one in EVALUATION_FIGURES if one.kind is evaluation.kind}
    return {code: None if value is None else _written(Decimal(value)) for code, value in found.items()}


def _written(value: Decimal) -> str:
    """To one decimal place, rounded half up."""
    return format(value.quantize(Decimal("0.1"), ROUND_HALF_UP).normalize(), "f")


def _opened_in(evaluation: Evaluation, *where: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """Actions that were opened in the period."""
    return [
        ActionItem.opened_at >= midnight(evaluation.from_on),
        ActionItem.opened_at < midnight(evaluation.to_on + timedelta(days=1)),
        ActionItem.status != "cancelled",
        *where,
    ]


RECTIFICATIONS = ActionItem.kind == ActionKind.RECTIFICATION


@evaluates(EvaluationKind.PROCESS_EXECUTION, code="rectifications", words=Words("Rectifications opened", "开出整改单"))
def rectifications_opened(session: Session, evaluation: Evaluation) -> int:
    """How many rectifications were opened."""
    return (
        session.scalar(select(func.count()).select_from(ActionItem).where(*_opened_in(evaluation, RECTIFICATIONS))) or 0
    )


@evaluates(EvaluationKind.PROCESS_EXECUTION, code="repeated", words=Words("of them repeated", "其中重复发生"))
def rectifications_repeated(session: Session, evaluation: Evaluation) -> int:
    """How many of them had come again."""
    where = _opened_in(evaluation, RECTIFICATIONS, ActionItem.is_repeat.is_(True))
    return session.scalar(select(func.count()).select_from(ActionItem).where(*where)) or 0


@evaluates(
    EvaluationKind.PROCESS_EXECUTION,
    code="first_round_percent",
    words=Words("Put right in the first round, %", "一次整改通过率（%）"),
)
def put_right_at_once(session: Session, evaluation: Evaluation) -> Decimal | None:
    """Of the first rounds that were judged, how many passed, in per cent."""
    row = session.execute(
        select(func.sum(case((ActionRound.result == "passed", 1), else_=0)), func.count())
        .join(ActionItem, ActionItem.id == ActionRound.action_id)
        .where(*_opened_in(evaluation, RECTIFICATIONS), ActionRound.round_no == 1, ActionRound.result.is_not(None))
    ).one()
    return Decimal(100) * int(row[0]) / int(row[1]) if row[1] else None


@evaluates(
    EvaluationKind.PROCESS_EXECUTION,
    code="in_time_percent",
    words=Words("Handed in by the first due time, %", "按原定期限提交率（%）"),
)
def handed_in_in_time(session: Session, evaluation: Evaluation) -> Decimal | None:
    """Of the actions that were handed in, how many were by the instant first agreed on, in per cent."""
    first = ActionRound.round_no == 1
    in_time = case((ActionRound.submitted_at <= ActionItem.original_due_at, 1), else_=0)
    row = session.execute(
        select(func.sum(in_time), func.count())
        .join(ActionItem, ActionItem.id == ActionRound.action_id)
        .where(*_opened_in(evaluation, RECTIFICATIONS), first)
    ).one()
    return Decimal(100) * int(row[0]) / int(row[1]) if row[1] else None


def _measures(session: Session, evaluation: Evaluation, *where: ColumnElement[bool]) -> int:
    earlier = select(Evaluation.id).where(Evaluation.kind == evaluation.kind, Evaluation.to_on < evaluation.from_on)
    of_earlier = (ActionItem.source_entity == Evaluation.__tablename__, ActionItem.source_id.in_(earlier))
    return session.scalar(select(func.count()).select_from(ActionItem).where(*of_earlier, *where)) or 0


@evaluates(*EvaluationKind, code="measures", words=Words("Measures of earlier evaluations", "以往分析提出的措施"))
def measures_taken(session: Session, evaluation: Evaluation) -> int:
    """How many measures earlier evaluations of this kind have led to."""
    return _measures(session, evaluation, ActionItem.status != "cancelled")


@evaluates(*EvaluationKind, code="measures_closed", words=Words("of them carried out", "其中已落实"))
def measures_done(session: Session, evaluation: Evaluation) -> int:
    """How many of them are closed."""
    return _measures(session, evaluation, ActionItem.status == "closed")


def measures_of(evaluation: Evaluation) -> list[ActionItem]:
    """The action items that came of an evaluation."""
    return [
        *evaluation.session.scalars(
            select(ActionItem)
            .where(ActionItem.source_entity == Evaluation.__tablename__, ActionItem.source_id == evaluation.id)
            .order_by(ActionItem.id)
        )
    ]


# -- what falls due --------------------------------------------------------------------------------------------------


def remind_of_evaluations(session: Session, at: datetime) -> int:
    """Tells the author on the day his evaluation is due, and his manager, too, once it is late; each once."""
    today = on_date(at)
    waiting = session.scalars(
        select(Evaluation).where(Evaluation.status == EvaluationStatus.DUE, Evaluation.due_on <= today)
    ).all()
    return sum(_remind(session, one, at) for one in waiting)


def _remind(session: Session, evaluation: Evaluation, at: datetime) -> int:
    known = set(
        session.scalars(
            select(Reminder.level).where(
                Reminder.entity == "evaluation",
                Reminder.entity_id == evaluation.id,
                Reminder.rule == "due",
                Reminder.due_at == midnight(evaluation.due_on),
            )
        )
    )
    levels = [0, *([1] if evaluation.due_on < on_date(at) else [])]
    for level in (one for one in levels if one not in known):
        told = {evaluation.author_id} | (evaluation.parties()["evaluation_manager"] if level else frozenset())
        session.add(
            Reminder(
                entity="evaluation",
                entity_id=evaluation.id,
                rule="due",
                level=level,
                due_at=midnight(evaluation.due_on),
            )
        )
        act = Act(SYSTEM, at, session.info["act"].source, clause=evaluation.clause)
        seal(session, evaluation, f"remind_{level}", act, recipients=told)
    return len(set(levels) - known)
