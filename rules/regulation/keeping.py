"""How far a chapter of the regulation is kept (G1)."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from rules.regulation.clauses import Side


def compliance(those: Iterable[Mapping[Side, int]]) -> Decimal | None:
    """What was done of all that had to be done by now, in per cent to 0.1 half up; None where there was nothing."""
    done = overdue = 0
    for sums in those:
        done += sums.get(Side.DONE, 0)
        overdue += sums.get(Side.OVERDUE, 0)
    if not done + overdue:
        return None
    return (Decimal(100) * done / (done + overdue)).quantize(Decimal("0.1"), ROUND_HALF_UP)
