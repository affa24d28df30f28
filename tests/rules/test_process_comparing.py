"""Two texts side by side: nothing is lost, nothing is made up, Chinese counts by character (P1.2)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.process import compare

texts = st.text(alphabet="ab 车削0.5转\n速", max_size=80)


def sides(rows):
    """Both texts as the comparison shows them, by line number."""
    old = [(one.old_no, "".join(piece.text for piece in one.old)) for one in rows if one.old_no]
    new = [(one.new_no, "".join(piece.text for piece in one.new)) for one in rows if one.new_no]
    return old, new


def changed(pieces):
    return [one.text for one in pieces if one.is_changed]


@settings(deadline=None, max_examples=80)
@given(texts, texts)
def test_each_line_of_both_texts_stands_there_once_and_in_its_sequence(old, new):
    left, right = sides(compare(old, new))
    assert left == list(enumerate(old.splitlines(), start=1))
    assert right == list(enumerate(new.splitlines(), start=1))


@settings(deadline=None, max_examples=40)
@given(texts)
def test_a_text_beside_itself_is_the_same_throughout(text):
    assert {one.change for one in compare(text, text)} <= {"same"}


@settings(deadline=None, max_examples=60)
@given(texts, texts)
def test_what_is_marked_as_the_same_is_the_same(old, new):
    for row in compare(old, new):
        kept_old = "".join(one.text for one in row.old if not one.is_changed)
        kept_new = "".join(one.text for one in row.new if not one.is_changed)
        if row.change in {"same", "changed"}:
            assert kept_old == kept_new
        assert (row.old_no is None) == (row.change == "added")
        assert (row.new_no is None) == (row.change == "removed")


def test_a_changed_number_is_marked_whole_and_chinese_by_character():
    (row,) = compare("主轴转速 800 r/min，进给 0.15", "主轴最高转速 1200 r/min，进给 0.18")
    assert row.change == "changed"
    assert changed(row.old) == ["800", "0.15"]
    assert changed(row.new) == ["最高", "1200", "0.18"]


def test_a_word_is_marked_whole():
    (row,) = compare("turn the spindle slowly", "turn the spindles slowly")
    assert (changed(row.old), changed(row.new)) == (["spindle"], ["spindles"])


def test_lines_put_in_and_taken_out_do_not_shift_the_rest():
    rows = compare("领料\n粗车外圆\n清洗\n送检", "领料\n粗车外圆，留量 0.5\n时效 24 小时\n送检")
    assert [one.change for one in rows] == ["same", "changed", "removed", "added", "same"]
    assert (rows[-1].old_no, rows[-1].new_no) == (4, 4)


def test_an_empty_text_is_all_put_in():
    assert [one.change for one in compare("", "一\n二")] == ["added", "added"]
    assert [one.change for one in compare("一\n二", "")] == ["removed", "removed"]
    assert compare("", "") == []


def test_many_lines_in_a_row_are_paired_in_their_sequence():
    old = "\n".join(f"第 {n} 步 转速 {n}00 转" for n in range(40))
    new = "\n".join(f"第 {n} 步 转速 {n}50 转" for n in range(40))
    rows = compare(old, new)
    assert {one.change for one in rows} == {"changed"}
    assert len(rows) == 40


@pytest.mark.parametrize(
    "old,new",
    [
        ("a\n" * 5000 + "x", "b\n" * 5000 + "y"),
        ("转" * 20000, "速" * 20000),
        ("\n".join(str(n) for n in range(4000)), "\n".join(str(n) for n in range(4000, 8000))),
    ],
)
def test_a_huge_text_is_compared_more_coarsely_and_still_wholly(old, new):
    left, right = sides(compare(old, new))
    assert left == list(enumerate(old.splitlines(), start=1))
    assert right == list(enumerate(new.splitlines(), start=1))


def test_a_long_changed_line_is_marked_whole():
    old, new = "转" * 600 + "一" + "速" * 400, "转" * 600 + "二" + "速" * 400
    (row,) = compare(old, new)
    assert (changed(row.old), changed(row.new)) == ([old], [new])
