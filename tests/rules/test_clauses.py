"""The text of the regulation as it is shipped (G1-K4.1)."""

import pytest

from rules.base import RuleBroken
from rules.organisation import DepartmentKind
from rules.regulation import CLAUSES, FIGURES, MANAGERS, REGULATION, Part, reading_order, refuse_no_clause_number

NUMBERS = [one.code for one in REGULATION]


def test_every_clause_stands_once_in_the_order_of_reading():
    assert len(NUMBERS) == len(set(NUMBERS)) == 53
    parts = [one.part for one in REGULATION]
    assert list(dict.fromkeys(parts)) == list(Part)
    for part in Part:
        codes = [one.code for one in REGULATION if one.part is part]
        assert codes == sorted(codes, key=reading_order)


def test_ten_comes_after_nine():
    assert sorted(["P1.10", "P1.9", "P1", "P2.1"], key=reading_order) == ["P1", "P1.9", "P1.10", "P2.1"]


def test_every_figure_and_time_limit_belongs_to_a_clause_of_the_text():
    assert {one.clause for one in FIGURES.values()} | set(CLAUSES.values()) <= set(NUMBERS)


def test_somebody_answers_for_every_kind_of_department():
    assert set(MANAGERS) == set(DepartmentKind)


@pytest.mark.parametrize("code", ["G1", "P3.2", "K10.12"])
def test_a_clause_number_is_a_letter_and_numbers(code):
    refuse_no_clause_number(code)


@pytest.mark.parametrize("code", ["", "P", "3.2", "P3.2.1", "p3.2", "P3.", "P3.2 "])
def test_what_is_no_clause_number_is_refused(code):
    with pytest.raises(RuleBroken, match=r"P3\.2"):
        refuse_no_clause_number(code)
