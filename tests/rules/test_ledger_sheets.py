"""What sheets become: recognised, merged, passed over, doubled, referred to."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ledger import Judge, Known, Sheet, recognise
from rules.ledger.cells import column_of, letter
from rules.ledger.reasons import FORMULA_ERROR, FORMULA_WITHOUT_VALUE
from rules.ledgers import LEDGERS

AS_OF = dt.date(2026, 6, 30)
ROSTER = ["序号", "工号", "姓名", "部门", "岗位", "班组", "班组长", "入职日期", "联系电话", "邮箱", "状态", "备注"]
ANNA = ["1", "10001", "安娜", "一部", "焊工", "甲班", "", "2020-01-02", "14200000001", "", "在职", ""]
CHECKS = [
    "编号",
    "日期",
    "时间",
    "岗位",
    "文件编号",
    "版次",
    "工号",
    "姓名",
    "检验员",
    "检查项目",
    "标准",
    "单位",
    "实测",
    "判定",
    "整改期限",
    "复检日期",
]
CHECK = [
    "1",
    "2026-06-02",
    "9:05",
    "焊工",
    "GY-1",
    "A/1",
    "10001",
    "安娜",
    "魏华",
    "外径",
    "50±0.02",
    "mm",
    "50.02",
    "",
    "",
    "",
]


def known():
    return Known(
        {
            "department": [{"name": "二部", "code": "S2"}],
            "post": [{"department": "一部", "department_code": "S1", "post": "焊工", "post_code": "P01"}],
            "employee": [
                {"no": "10001", "name": "安娜", "department": "一部", "post": "焊工", "team": "甲班"},
                {"no": "10002", "name": "魏华", "department": "一部", "team": "甲班"},
                {"no": "10003", "name": "李娜", "department": "一部", "team": "甲班"},
                {"no": "10004", "name": "李娜", "department": "二部", "team": "乙班"},
            ],
            "document_revision": [
                {"doc_no": "GY-1", "rev_no": "A/0", "effective_on": dt.date(2026, 1, 1)},
                {"doc_no": "GY-1", "rev_no": "A/1", "effective_on": dt.date(2026, 5, 1)},
            ],
        }
    )


def judged(rows, about=None, **more):
    table = recognise(rows, "x", LEDGERS, hidden=more.get("hidden_columns", frozenset()))
    assert table
    return Judge(about or known(), AS_OF).sheet(Sheet("x", rows, **more), table)


def roster(*rows):
    return judged([ROSTER, *rows])


def changed(row, **cells):
    copy = list(row)
    for name, value in cells.items():
        copy[column_of(name)] = value
    return copy


def faults(result):
    return {row.number: [(one.cell, one.reason.code) for one in row.faults] for row in result.refused}


def warnings(result):
    return {
        row.number: [(one.cell, one.reason.code) for one in row.warnings] for row in result.accepted if row.warnings
    }


def check(**cells):
    return judged([CHECKS, changed(CHECK, **cells)])


@given(st.integers(0, 16_383))
def test_letters_and_numbers_of_columns(place):
    assert column_of(letter(place)) == place


@pytest.mark.parametrize(
    "cells,expected",
    [
        ({"D": "三车间", "G": "无人"}, [("D2", "department_unknown")]),
        ({"E": "铣工"}, [("E2", "post_unknown")]),
        ({"B": ""}, [("B2", "no_missing")]),
        ({"K": "借调"}, [("K2", "status_unknown")]),
        ({"G": "无人"}, [("G2", "leader_unknown")]),
        ({"H": "2027-01-01"}, [("H2", "date_in_future")]),
        ({"H": "3月5日"}, [("H2", "date_without_year")]),
        ({"I": FORMULA_ERROR}, [("I2", "formula_error")]),
        ({"B": FORMULA_WITHOUT_VALUE}, [("B2", "formula_without_value")]),
        ({"C": ""}, [("C2", "value_missing")]),
        ({"F": "", "G": "魏华"}, [("G2", "leader_unknown")]),
    ],
)
def test_a_row_of_the_roster_is_refused_at_its_cell(cells, expected):
    assert faults(roster(changed(ANNA, **cells))) == {2: expected}


def test_a_serial_number_with_an_error_does_not_matter():
    assert roster(changed(ANNA, A=FORMULA_ERROR)).counts == {"accepted": 1, "refused": 0}


def test_a_leader_is_found_in_the_team_wherever_he_stands():
    result = roster(changed(ANNA, B="2", C="毕一", F="丙班", G="丁二"), changed(ANNA, B="3", C="丁二", F="丙班"))
    assert [row.values["team_leader"] for row in result.accepted] == ["3", None]


def test_who_is_led_by_a_refused_person_is_refused_as_well():
    rows = [changed(ANNA, B=str(n), C=f"人{n}", F="丙班", G=f"人{n + 1}") for n in range(1, 50)]
    result = roster(*rows, changed(ANNA, B="50", C="人50", F="丙班", G="无人"))
    assert result.counts == {"accepted": 0, "refused": 50}


def test_department_and_post_are_found_by_code_and_by_full_width_names():
    result = roster(changed(ANNA, D="ｓ１", E="P01"))
    assert (result.accepted[0].values["department"], result.accepted[0].values["post"]) == ("一部", "焊工")


def test_equal_rows_keep_the_first_and_different_rows_lose_all():
    result = roster(
        ANNA,
        changed(ANNA, A="2", B="１０００１"),
        changed(ANNA, B="7", C="毕一"),
        changed(ANNA, B="7", C="丁二"),
        changed(ANNA, B="8"),
    )
    assert faults(result) == {3: [("B3", "duplicate_row")], 4: [("B4", "duplicate_key")], 5: [("B5", "duplicate_key")]}


def test_the_same_number_on_two_sheets_of_a_file():
    judge = Judge(known(), AS_OF)
    pages = [[ROSTER, ANNA, changed(ANNA, B="5")], [ROSTER, ANNA, changed(ANNA, B="5", C="毕一")]]
    results = [judge.sheet(Sheet(str(n), page), recognise(page, "x", LEDGERS)) for n, page in enumerate(pages)]
    judge.settle(results)
    assert faults(results[0]) == {3: [("B3", "duplicate_key")]}
    assert faults(results[1]) == {2: [("B2", "duplicate_row")], 3: [("B3", "duplicate_key")]}


def test_check_numbers_may_begin_anew_on_the_next_sheet_but_copies_are_refused():
    judge = Judge(known(), AS_OF)
    pages = [[CHECKS, CHECK], [CHECKS, changed(CHECK, M="50.01")], [CHECKS, changed(CHECK, M="50.01")]]
    results = [judge.sheet(Sheet(str(n), page), recognise(page, "x", LEDGERS)) for n, page in enumerate(pages)]
    assert [one.counts["accepted"] for one in results] == [1, 1, 0]


def test_what_is_passed_over():
    rows = [
        ["某公司花名册"],
        [],
        ROSTER,
        ANNA,
        [""],
        ["  "],
        changed([""] * 12, A="合计：1人"),
        ROSTER,
        ["小计"],
        ["注：无"],
        ["制表：某"],
        [],
    ]
    result = judged(rows)
    assert [(one.row, one.why) for one in result.ignored] == [
        (1, "text above the table"),
        (2, "blank row"),
        (5, "blank row"),
        (6, "blank row"),
        (7, "total row"),
        (8, "header row again"),
        (9, "total row"),
        (10, "note under the table"),
        (11, "note under the table"),
    ]
    assert result.header_rows == (3,)


def test_words_of_notes_inside_data_are_data():
    rows = [CHECKS[9:] + CHECKS[:9], CHECK[9:] + CHECK[:9]]
    rows[1][0] = "注油量"
    assert judged(rows).counts["accepted"] == 1


def test_prefilled_serial_numbers_are_blank_rows():
    assert roster(ANNA, ["2", *[""] * 11], [3.0, *[""] * 11]).counts == {"accepted": 1, "refused": 0}


def test_hidden_columns_are_neither_taken_nor_shown():
    result = judged([ROSTER, ANNA], hidden_columns=frozenset({8}))
    assert result.hidden_columns == {"I": "联系电话"}
    assert result.accepted[0].values["phone"] is None


def test_merged_cells_count_for_all_they_cover_and_are_named_by_their_first():
    second = ["", "", "", "", "", "", "", "", "", "长度", "≤5", "mm", "4.9", "OK", "", ""]
    merges = tuple((2, place, 3, place) for place in range(9))
    assert judged([CHECKS, CHECK, second], merges=merges).counts == {"accepted": 2, "refused": 0}
    result = judged([CHECKS, changed(CHECK, C="25:70"), second], merges=merges)
    assert faults(result) == {2: [("C2", "time_impossible")], 3: [("C2", "time_impossible")]}


def test_a_merge_without_end_is_harmless():
    result = judged([ROSTER, ANNA, [""] * 12, changed(ANNA, B="")], merges=((2, 1, 1_048_576, 16_383),))
    assert result.counts["refused"] + result.counts["accepted"] >= 1


@pytest.mark.parametrize(
    "cells,expected",
    [
        ({"E": "GY-9"}, ("E2", "document_unknown")),
        ({"F": "D/7"}, ("F2", "revision_unknown")),
        ({"G": "9"}, ("G2", "employee_unknown")),
        ({"H": "魏华"}, ("H2", "name_mismatch")),
        ({"G": "", "H": ""}, ("G2", "employee_unknown")),
        ({"I": "李娜"}, ("I2", "person_ambiguous")),
        ({"I": "外人"}, ("I2", "employee_unknown")),
        ({"I": "安娜（10001）"}, ("I2", "inspector_is_checked")),
        ({"I": "—"}, ("I2", "employee_unknown")),
        ({"I": "魏华(10003)"}, ("I2", "name_mismatch")),
        ({"M": "约1"}, ("M2", "not_a_number")),
        ({"M": "1.2/1.9"}, ("M2", "two_values_in_cell")),
        ({"M": ""}, ("N2", "verdict_missing")),
        ({"N": "待定"}, ("N2", "verdict_unknown")),
        ({"O": "2026-06-01"}, ("O2", "due_before_check")),
        ({"P": "2026-06-01"}, ("P2", "recheck_before_check")),
        ({"B": "2062-06-01"}, ("B2", "date_in_future")),
        ({"B": ""}, ("B2", "date_unreadable")),
        ({"D": "铣工"}, ("D2", "post_unknown")),
        ({"A": ""}, ("A2", "no_missing")),
        ({"P": "2026-07-01"}, ("P2", "date_in_future")),
    ],
)
def test_a_line_of_a_check_is_refused_at_its_cell(cells, expected):
    assert faults(check(**cells)) == {2: [expected]}


@pytest.mark.parametrize(
    "cells,expected",
    [
        ({}, None),
        ({"N": "NG"}, [("N2", "verdict_contradicts_reading")]),
        ({"F": "A/0版"}, [("F2", "superseded_revision")]),
        ({"G": ""}, [("H2", "matched_by_name")]),
        ({"G": "", "H": "李娜"}, [("H2", "matched_by_name")]),
        ({"C": ""}, [("C2", "time_missing")]),
        ({"N": "NG", "F": "A/0"}, [("N2", "verdict_contradicts_reading"), ("F2", "superseded_revision")]),
    ],
)
def test_what_is_only_told(cells, expected):
    assert warnings(check(**cells)) == ({2: expected} if expected else {})


def test_the_reading_decides_and_both_limits_are_within():
    for reading, verdict in (("50.02", "ok"), ("49.98", "ok"), ("50.021", "ng"), (50.02, "ok"), ("４９．９８mm", "ok")):
        assert check(M=reading).accepted[0].values["verdict"] == verdict


def test_a_plan_may_lie_ahead():
    assert check(O="2026-07-05").counts["accepted"] == 1


@pytest.mark.parametrize(
    "headings", [["a", "b", "c", "d"], ["工号", "姓名", "部门", "岗位", "理论", "备注"], ["日期", "类型", "节日"], []]
)
def test_what_is_no_ledger(headings):
    assert recognise([headings, ["x"] * 6], "x", LEDGERS) is None


@given(
    st.lists(
        st.lists(st.one_of(st.text(), st.floats(), st.none(), st.dates(), st.just(FORMULA_ERROR)), max_size=16),
        max_size=8,
    )
)
def test_no_rows_make_judging_raise(rows):
    judged([ROSTER, *rows]).as_json()
    judged([CHECKS, *rows]).as_json("zh")
