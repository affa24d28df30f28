"""What shows that breaches are accounted for and periods evaluated (P3.3, P3.4, A4.2, A5.1)."""

from collections.abc import Iterator

from models.actions.cases import AccountabilityCase
from models.actions.evaluations import Evaluation
from models.base import on_date
from models.regulation import Asked, Tally, evidence
from rules.actions import CaseKind, CaseStatus
from rules.actions.evaluations import EvaluationKind, EvaluationStatus
from rules.base import Words
from rules.regulation import Side

OVER = (CaseStatus.DECIDED, CaseStatus.CLOSED, CaseStatus.DISMISSED)


def cases_of(kind: CaseKind, words: Words, asked: Asked) -> Tally:
    """Cases of a kind: decided or dismissed, and those that wait."""
    is_its = AccountabilityCase.kind == kind
    of_kind = f"flt_kind={kind}"
    return Tally(
        words,
        AccountabilityCase,
        {
            Side.DONE: is_its & AccountabilityCase.status.in_(OVER) & (AccountabilityCase.opened_at >= asked.since),
            Side.DUE: is_its & AccountabilityCase.status.not_in(OVER),
        },
        moment=AccountabilityCase.opened_at,
        queries={Side.DUE: of_kind, Side.DONE: of_kind},
    )


def _evaluations(kind: EvaluationKind, asked: Asked) -> Tally:
    """Evaluations of a kind: published, to be written, and those whose day has passed."""
    is_its, today = Evaluation.kind == kind, on_date(asked.at)
    is_open = is_its & (Evaluation.status != EvaluationStatus.PUBLISHED)
    return Tally(
        kind.words,
        Evaluation,
        {
            Side.DONE: is_its
            & (Evaluation.status == EvaluationStatus.PUBLISHED)
            & (Evaluation.published_at >= asked.since),
            Side.DUE: is_open & (Evaluation.due_on >= today),
            Side.OVERDUE: is_open & (Evaluation.due_on < today),
        },
        moment=Evaluation.due_on,
        queries={
            Side.DONE: f"flt_kind={kind}&flt_status=published",
            Side.DUE: f"flt_kind={kind}&flt_status=due,drafted",
            Side.OVERDUE: f"flt_kind={kind}&flt_status=due,drafted&sort=due_on",
        },
    )


@evidence("P3.3")
def breaches(asked: Asked) -> Iterator[Tally]:
    """Breaches of process discipline."""
    yield cases_of(CaseKind.PROCESS_BREACH, Words("Breaches of process discipline", "违反工艺纪律责任认定"), asked)


@evidence("P3.4")
def of_execution(asked: Asked) -> Iterator[Tally]:
    """How processes are carried out, evaluated."""
    yield _evaluations(EvaluationKind.PROCESS_EXECUTION, asked)


@evidence("A4.2")
def of_visits(asked: Asked) -> Iterator[Tally]:
    """What customers said afterwards, collated."""
    yield _evaluations(EvaluationKind.FOLLOW_UP, asked)


@evidence("A5.1")
def of_tickets(asked: Asked) -> Iterator[Tally]:
    """The statistics of a period, with what they show."""
    yield _evaluations(EvaluationKind.AFTER_SALES_STATISTICS, asked)
