"""Results of exams as ledgers write them: what stands above the table, scores, attempts, verdicts."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ledger import Judge, Known, Sheet, recognise
from rules.ledger.reasons import FORMULA_ERROR, NOT_A_NUMBER, TWO_VALUES
from rules.ledgers import LEDGERS
from rules.ledgers.training import attempt_of, labelled, pass_marks, score, session_of, topic_of

AS_OF = dt.date(2026, 6, 30)
HEAD = ["序号", "工号", "姓名", "部门", "理论", "实操", "是否合格", "考试日期", "备注"]
ABOVE = [
    ["2026年3月数控车工上岗培训考核成绩表"],
    ["组织部门：人力资源部    培训类别：岗位培训    培训讲师：窦浩然（10017）    考核日期：2026.3.5    地点：现场"],
    ["考核内容：GY-CC-001 A/1    满分：100分    合格线：理论80分、实操85分"],
]
ROW = ["1", "10021", "郑洁", "一部", "90", "90", "合格", "", ""]
PEOPLE = {
    "employee": [
        {"no": "10017", "name": "窦浩然", "department": "技术部"},
        {"no": "10021", "name": "郑洁", "department": "一部"},
        {"no": "10022", "name": "王伟", "department": "一部"},
        {"no": "10049", "name": "王伟", "department": "二部"},
    ]
}


def judged(*rows, above=ABOVE, head=HEAD):
    page = [*above, head, *rows]
    table = recognise(page, "考核", LEDGERS)
    assert table
    return Judge(Known(PEOPLE), AS_OF).sheet(Sheet("考核", page), table)


def changed(**cells):
    row = list(ROW)
    for name, value in cells.items():
        row[
            HEAD.index(
                {
                    "no": "工号",
                    "who": "姓名",
                    "theory": "理论",
                    "practice": "实操",
                    "said": "是否合格",
                    "on": "考试日期",
                    "note": "备注",
                }[name]
            )
        ] = value
    return row


def only(**cells):
    result = judged(changed(**cells))
    if result.refused:
        return [(one.cell, one.reason.code) for one in result.refused[0].faults]
    (row,) = result.accepted
    return row.values, [(one.cell, one.reason.code) for one in row.warnings]


def test_what_stands_above_the_table():
    found = session_of([line[0] for line in ABOVE], Known(PEOPLE))
    assert found == {
        "topic": "数控车工上岗培训",
        "kind": "post",
        "organiser": "人力资源部",
        "trainer": "10017",
        "held_on": dt.date(2026, 3, 5),
        "place": "现场",
        "document": "GY-CC-001",
        "revision": "A/1",
        "full_score": Decimal(100),
        "pass_score": Decimal(80),
        "pass_practical_score": Decimal(85),
    }


def test_a_sheet_that_says_little_is_taken_as_it_is():
    found = session_of(["培训讲师：外人   考核日期：待定   考核内容：现场操作"], Known(PEOPLE))
    assert (found["topic"], found["kind"], found["trainer"], found["held_on"]) == (None, None, None, None)
    assert (found["document"], found["revision"], found["full_score"]) == (None, None, Decimal(100))
    assert session_of(["考核内容：GY-1"], Known())["revision"] is None


def test_labels_and_titles():
    assert labelled(["地点：一号室；满分：150"]) == {"place": "一号室", "full_score": "150"}
    assert labelled(["Trainer: Li   Date: 2026-03-05"]) == {"trainer": "Li", "held_on": "2026-03-05"}
    assert topic_of(["2026年6月8日螺杆泵产品知识培训成绩单"]) == "螺杆泵产品知识培训"
    assert topic_of(["地点：现场"]) is None
    assert pass_marks("理论 80，实操 85.5") == (Decimal(80), Decimal("85.5"))
    assert pass_marks("70分") == (Decimal(70), None)
    assert pass_marks("按规定") == (None, None)


@pytest.mark.parametrize(
    "cell,expected",
    [
        ("９９", Decimal(99)),
        ("69分", Decimal(69)),
        (66.5, Decimal("66.5")),
        (" 缺考 ", "absent"),
        ("旷考", "absent"),
        ("", None),
        ("—", None),
        ("58（补82）", TWO_VALUES),
        ("优", NOT_A_NUMBER),
        (FORMULA_ERROR, FORMULA_ERROR),
    ],
)
def test_a_score_as_it_is_written(cell, expected):
    assert score(cell) == expected


@pytest.mark.parametrize(
    "attempt,note,expected",
    [
        (None, None, 1),
        ("首考", None, 1),
        ("1", None, 1),
        ("2", "补考", 2),
        ("3", None, 3),
        ("补考", None, 2),
        ("第2次", None, 2),
        ("第 三 次", None, 3),
        (None, "补考（原成绩不合格）", 2),
        (None, "第2次", 2),
        (None, "原为补考", 1),
        ("0", None, 1),
        ("11", None, 1),
    ],
)
def test_which_attempt_it_was(attempt, note, expected):
    assert attempt_of(attempt, note) == expected


@pytest.mark.parametrize(
    "cells,expected",
    [
        ({"theory": "108"}, [("E5", "score_out_of_range")]),
        ({"practice": "-5"}, [("F5", "score_out_of_range")]),
        ({"theory": ""}, [("E5", "score_missing")]),
        ({"practice": ""}, [("F5", "score_missing")]),
        ({"theory": "优"}, [("E5", "not_a_number")]),
        ({"practice": FORMULA_ERROR}, [("F5", "formula_error")]),
        ({"on": "2062-03-05"}, [("H5", "date_in_future")]),
        ({"no": "10900"}, [("B5", "employee_unknown")]),
        ({"no": "10022"}, [("C5", "name_mismatch")]),
        ({"no": "", "who": "外人"}, [("C5", "employee_unknown")]),
    ],
)
def test_a_row_is_refused_at_its_cell(cells, expected):
    assert only(**cells) == expected


@pytest.mark.parametrize(
    "cells,result,warned",
    [
        ({}, "pass", []),
        ({"theory": "80", "practice": "85"}, "pass", []),
        ({"theory": "79", "said": "不合格"}, "fail", []),
        ({"theory": "79"}, "fail", [("G5", "verdict_contradicts_score")]),
        ({"theory": "缺考", "practice": "", "said": ""}, "absent", []),
        ({"theory": "缺考", "practice": "缺考", "said": "合格"}, "absent", [("G5", "verdict_contradicts_score")]),
        ({"said": FORMULA_ERROR}, "pass", []),
        ({"said": "优秀"}, "pass", []),
        ({"no": "", "who": "王 伟"}, "pass", [("C5", "matched_by_name")]),
    ],
)
def test_the_scores_decide_and_what_is_only_told(cells, result, warned):
    values, told = only(**cells)
    assert (values["result"], told) == (result, warned)
    assert values["taken_on"] == dt.date(2026, 3, 5)


def test_without_pass_marks_the_ledgers_word_counts():
    bare = [["2026年3月考核成绩表"], ["考核日期：2026.3.5"]]
    rows = [
        changed(theory="50"),
        changed(no="10017", who="窦浩然", said="?"),
        changed(no="10022", who="王伟", theory="缺考", practice="", said=""),
    ]
    result = judged(*rows, above=bare)
    assert [row.values["result"] for row in result.accepted] == ["pass", "absent"]
    assert [one.reason.code for one in result.refused[0].faults] == ["verdict_missing"]


def test_without_any_day_a_row_is_refused():
    head = [one for one in HEAD if one != "考试日期"]
    row = [cell for cell, name in zip(ROW, HEAD, strict=True) if name != "考试日期"]
    result = judged(row, above=[["考核成绩表"]], head=head)
    assert [(one.cell, one.reason.code) for one in result.refused[0].faults] == [("B2", "date_unreadable")] or [
        one.cell for one in result.refused[0].faults
    ] == ["B3"]


def test_a_second_attempt_is_another_row_and_a_copy_is_none():
    result = judged(ROW, changed(note="补考", on="2026-03-18"), ROW)
    assert [row.values["attempt_no"] for row in result.accepted] == [1, 2]
    assert [one.reason.code for one in result.refused[0].faults] == ["duplicate_row"]


@given(st.lists(st.lists(st.one_of(st.text(), st.floats(), st.none(), st.dates()), max_size=10), max_size=6))
def test_no_rows_and_no_lines_above_make_judging_raise(rows):
    judged(*rows).as_json()
    session_of([str(cell) for row in rows for cell in row], Known())
