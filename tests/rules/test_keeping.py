"""How far a chapter is kept: what was done, of what had to be (G1)."""

from decimal import Decimal

import pytest

from rules.regulation import Side, compliance


@pytest.mark.parametrize(
    "sums, percent",
    [
        ([], None),
        ([{Side.DUE: 5, Side.EXCEPTION: 2}], None),
        ([{Side.DONE: 1}, {Side.OVERDUE: 1}], Decimal("50.0")),
        ([{Side.DONE: 2, Side.OVERDUE: 1, Side.DUE: 9}], Decimal("66.7")),
        ([{Side.OVERDUE: 3}], Decimal("0.0")),
        ([{Side.DONE: 3}], Decimal("100.0")),
    ],
)
def test_what_is_due_later_neither_helps_nor_harms(sums, percent):
    assert compliance(sums) == percent
