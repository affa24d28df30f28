"""The stages of a plan as they are typed or pasted: cell by cell, and the table as a whole (S1.2)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.schedule.sheet import COLUMNS, Typed, read


def typed(key: str = "", **cells: str) -> Typed:
    return Typed(key, {"name": "下料", **cells})


@pytest.mark.parametrize(
    "column, said, value",
    [
        ("seq", "７", 7),
        ("heads", "", 1),
        ("heads", "0", 0),
        ("heads", "3 人", 3),
        ("start_on", "2026/12/1", date(2026, 12, 1)),
        ("start_on", "2026年12月1日", date(2026, 12, 1)),
        ("end_on", "2026.12.01", date(2026, 12, 1)),
        ("end_on", "-", None),
        ("weight", "12.5%", Decimal("12.5")),
        ("weight", "", Decimal(0)),
        ("qty", "1,200", 1200),
        ("qty", "", None),
        ("after", "1", (1,)),
        ("after", "1、1，1", (1,)),
        ("after", "/", ()),
    ],
)
def test_a_cell_means_what_a_planner_writes(column, said, value):
    first, *_ = read([typed(**{"seq": "5", column: said}), typed(seq="1")])
    assert getattr(first, column) == value
    assert first.faults == {}


@pytest.mark.parametrize(
    "column, said",
    [
        ("name", ""),
        ("name", "长" * 101),
        ("operation", "长" * 101),
        ("seq", "0"),
        ("seq", "一"),
        ("seq", "10000"),
        ("heads", "-1"),
        ("heads", "1000"),
        ("start_on", "12/1"),
        ("start_on", "2026-02-30"),
        ("end_on", "1999-01-01"),
        ("weight", "101"),
        ("weight", "一半"),
        ("weight", "0.00001"),
        ("qty", "2.5"),
        ("after", "下料"),
        ("after", "4"),
        ("after", "9"),
    ],
)
def test_a_fault_is_said_at_its_cell(column, said):
    first, *_ = read([typed(**{"seq": "4", "operation": "车", column: said}), typed(seq="1")])
    assert set(first.faults) == {column}
    assert first.faults[column].text("en") != first.faults[column].text("zh")


def test_the_end_before_the_start_is_said_at_the_end():
    (one,) = read([typed(start_on="2026-12-02", end_on="2026-12-01")])
    assert set(one.faults) == {"end_on"}


def test_rows_without_a_number_take_the_next_one_and_blank_rows_are_none():
    found = read([typed(), typed(seq="10"), typed(), Typed("", {"seq": "3"}), Typed("", {})])
    assert [one.seq for one in found] == [1, 10, 11]


def test_a_number_that_stands_twice_is_said_at_both():
    found = read([typed(seq="2"), typed(seq="2"), typed(seq="3")])
    assert [set(one.faults) for one in found] == [{"seq"}, {"seq"}, set()]


def test_a_circle_is_named_at_each_of_its_stages():
    found = read(
        [typed(seq="1", after="3"), typed(seq="2", after="1"), typed(seq="3", after="2"), typed(seq="4", after="1")]
    )
    assert [set(one.faults) for one in found] == [{"after"}, {"after"}, {"after"}, set()]
    assert "1" in found[0].faults["after"].text("zh")


@settings(deadline=None, max_examples=150)
@given(st.lists(st.fixed_dictionaries({name: st.text(max_size=12) for name in COLUMNS}), max_size=6))
def test_anything_may_be_typed(rows):
    for one in read([Typed("", row) for row in rows]):
        assert set(one.faults) <= set(COLUMNS)
        assert one.faults or (one.seq >= 1 and one.name)
