"""The figures that periodic evaluations of after-sales and of follow-ups are written from (A4.2, A5.1)."""

from decimal import Decimal

from sqlalchemy.orm import Session

from models.actions import Evaluation, evaluates
from models.after_sales.statistics import Asked, together, visits
from rules.actions.evaluations import EvaluationKind
from rules.after_sales.statistics import Figures
from rules.base import Words

STATISTICS, FOLLOW_UP = EvaluationKind.AFTER_SALES_STATISTICS, EvaluationKind.FOLLOW_UP


def _asked(evaluation: Evaluation) -> Asked:
    return Asked(evaluation.from_on, evaluation.to_on)


def _figures(session: Session, evaluation: Evaluation) -> Figures:
    return together(session, _asked(evaluation))


def _number(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


@evaluates(STATISTICS, code="tickets", words=Words("Tickets", "工单数"))
def tickets(session: Session, evaluation: Evaluation) -> Decimal | None:
    return Decimal(_figures(session, evaluation).count)


@evaluates(STATISTICS, code="median_minutes", words=Words("Handling time, median (min)", "处理时长中位数（分钟）"))
def median(session: Session, evaluation: Evaluation) -> Decimal | None:
    return _number(_figures(session, evaluation).median_minutes)


@evaluates(STATISTICS, code="timely", words=Words("Solved in time (%)", "问题解决及时率（%）"))
def timely(session: Session, evaluation: Evaluation) -> Decimal | None:
    return _figures(session, evaluation).timely


@evaluates(STATISTICS, code="satisfaction", words=Words("Satisfaction (%)", "客户满意度（%）"))
def satisfaction(session: Session, evaluation: Evaluation) -> Decimal | None:
    return _figures(session, evaluation).satisfaction


@evaluates(STATISTICS, code="reopened", words=Words("Reopened", "重新打开"))
def reopened(session: Session, evaluation: Evaluation) -> Decimal | None:
    return Decimal(_figures(session, evaluation).reopened)


@evaluates(FOLLOW_UP, code="visits", words=Words("Follow-up visits made", "完成回访数"))
def made(session: Session, evaluation: Evaluation) -> Decimal | None:
    return Decimal(visits(session, _asked(evaluation)).done)


@evaluates(FOLLOW_UP, code="favourable_rate", words=Words("Favourable (%)", "回访好评率（%）"))
def favourable(session: Session, evaluation: Evaluation) -> Decimal | None:
    return visits(session, _asked(evaluation)).rate


@evaluates(FOLLOW_UP, code="coverage", words=Words("Coverage (%)", "回访覆盖率（%）"))
def coverage(session: Session, evaluation: Evaluation) -> Decimal | None:
    return visits(session, _asked(evaluation)).coverage
