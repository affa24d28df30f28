"""The lines of a check: readings inside or just outside the limits, verdicts where nothing is measured."""

from decimal import Decimal
from random import Random

from models.demo.company import Member
from models.demo.questions import Question
from models.organisation import Employee
from models.quality import SpotCheckItem
from rules.quality import Verdict

WIDEST = 40
"""Steps that an open side of a limit is taken to reach."""


def line_of(
    rng: Random, seq: int, question: Question, employee: Employee, *, is_wrong: bool, responsible: Member | None = None
) -> SpotCheckItem:
    """One question answered."""
    value = reading(rng, question, is_wrong=is_wrong) if question.is_measured else None
    said = Verdict.NG if is_wrong else Verdict.OK
    found = f"，实测 {value} {question.unit}" if value is not None else ""
    return SpotCheckItem(
        seq=seq,
        category=question.category,
        question=question.text,
        standard=question.standard,
        employee=employee,
        lower=question.lower,
        upper=question.upper,
        unit=question.unit,
        value=value,
        verdict=None if question.is_measured else said,
        severity_if_ng=question.severity,
        responsible_id=responsible.id if responsible else None,
        problem=f"{question.problem}{found}" if is_wrong else "",
    )


def reading(rng: Random, question: Question, *, is_wrong: bool) -> Decimal:
    """A reading as fine as the limits are written; the limits themselves still pass."""
    limits = [one for one in (question.lower, question.upper) if one is not None]
    step = min(Decimal(1).scaleb(int(one.as_tuple().exponent)) for one in limits)
    reach = int((limits[-1] - limits[0]) / step) if len(limits) == 2 else min(WIDEST, int(limits[0] / step) // 2)
    if is_wrong:
        beyond = step * rng.randint(1, max(2, reach // 6))
        is_high = question.lower is None or (question.upper is not None and rng.random() < 0.5)
        return limits[-1] + beyond if is_high else limits[0] - beyond
    inside = step * rng.randint(0, reach)
    return limits[0] - inside if question.lower is None else limits[0] + inside
