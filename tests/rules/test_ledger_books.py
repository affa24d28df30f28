"""Orders, tickets and monthly assessments as ledgers write them: what no sample happens to hold."""

import datetime as dt
from decimal import Decimal

import pytest

from rules.ledger import Judge, Known, Sheet, recognise
from rules.ledger.reasons import FORMULA_ERROR, FORMULA_WITHOUT_VALUE
from rules.ledgers import LEDGERS
from rules.ledgers.assessment import derived

AS_OF = dt.date(2026, 6, 30)
FACTS = {
    "department": [{"name": "一部", "code": "S1"}, {"name": "二部", "code": "S2"}],
    "customer": [{"name": "一号机械", "code": "KH-1"}],
    "product_model": [{"code": "HY-1"}],
    "employee": [
        {"no": "10001", "name": "安娜", "department": "一部"},
        {"no": "10002", "name": "魏华", "department": "二部"},
    ],
}
WEIGHED = {"kpi_target": [{"department": "一部", "process": 60, "schedule": 20, "after_sales": 20}]}


def judged(head, *rows, above=(), facts=FACTS, **more):
    page = [*above, *([head] if isinstance(head[0], str) else head), *rows]
    table = recognise(page, "表", LEDGERS)
    assert table
    return Judge(Known(facts), AS_OF).sheet(Sheet("表", page, **more), table)


def codes(row):
    return [(one.cell, one.reason.code) for one in row.faults]


# -- weights and sheets ----------------------------------------------------------------------------------------------

WEIGHTS = ["部门", "工艺权重", "工期权重", "售后权重", "合计"]
SHEET = ["工号", "姓名", "部门", "工艺得分", "工期得分", "售后得分", "总分", "考核人"]
MONTH = [["2026年5月月度考核表"]]


@pytest.mark.parametrize("given", [[60, 20, 20, 100], [0.6, 0.2, 0.2, 1]])
def test_weights_are_per_cent_however_excel_keeps_them(given):
    (row,) = judged(WEIGHTS, ["一部", *given]).accepted
    assert [row.values[one] for one in ("process", "schedule", "after_sales")] == [60, 20, 20]


@pytest.mark.parametrize(
    "given, code",
    [
        (["三部", 60, 20, 20, 100], "department_unknown"),
        (["", 60, 20, 20, 100], "value_missing"),
        (["一部", 60, 20, 10, 90], "weights_not_100"),
        (["一部", "很多", 20, 20, 100], "not_a_number"),
    ],
)
def test_weights_that_are_none_are_refused_at_their_cell(given, code):
    (row,) = judged(WEIGHTS, given).refused
    assert code in [one for _, one in codes(row)]


def sheet(*cells, above=MONTH, facts=FACTS):
    return judged(SHEET, list(cells), above=above, facts=facts)


def test_a_sheet_follows_from_its_scores_and_weights():
    (row,) = sheet("10001", "安娜", "一部", 90, 80, 70, 84, "魏华", facts=FACTS | WEIGHED).accepted
    assert (row.values["month"], row.values["employee"], row.values["assessor"]) == ("2026-05", "10001", "10002")
    assert (row.values["total"], row.warnings) == (Decimal("84.0"), ())


def test_a_total_that_differs_is_told_and_the_rules_own_counts():
    (row,) = sheet("10001", "安娜", "一部", 90, 80, 70, 99, "魏华", facts=FACTS | WEIGHED).accepted
    assert row.values["total"] == Decimal("84.0")
    assert [one.reason.code for one in row.warnings] == ["total_differs"]


def test_without_weights_the_total_stands_as_written():
    (row,) = sheet("10001", "安娜", "一部", 90, 80, 70, 83, "魏华").accepted
    assert row.values["total"] == 83


@pytest.mark.parametrize(
    "cells, above, code",
    [
        (("10001", "安娜", "一部", 90, 80, 70, 84, "魏华"), (), "value_missing"),
        (("10001", "安娜", "三部", 90, 80, 70, 84, "魏华"), MONTH, "department_unknown"),
        (("10001", "安娜", "一部", 101, 80, 70, 84, "魏华"), MONTH, "score_out_of_range"),
        (("10001", "安娜", "一部", 90, 80, 70, 84, "安娜"), MONTH, "assessor_is_assessed"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(cells, above, code):
    (row,) = sheet(*cells, above=above).refused
    assert code in [one for _, one in codes(row)]


def test_who_was_lent_out_is_told():
    (row,) = sheet("10001", "安娜", "二部", 90, 80, 70, 84, "魏华").accepted
    assert [one.reason.code for one in row.warnings] == ["department_differs"]


def test_a_month_is_looked_for_in_every_line_above():
    (row,) = sheet(
        "10001", "安娜", "一部", 90, 80, 70, 84, "魏华", above=[["绩效考核"], ["考核月份：2026-05"]]
    ).accepted
    assert row.values["month"] == "2026-05"


def test_what_the_ledger_worked_out_may_be_wrong_but_not_hidden():
    assert derived(FORMULA_WITHOUT_VALUE) == "no value"
    assert derived(FORMULA_ERROR) is None
    assert (derived(84.0), derived("合格")) == (Decimal(84), None)


def test_a_total_that_is_left_open_or_lost_follows_from_its_scores():
    cells = ["10001", "安娜", "一部", 90, 80, 70, "", "魏华"]
    (row,) = sheet(*cells, facts=FACTS | WEIGHED).accepted
    assert (row.values["total"], row.warnings) == (Decimal("84.0"), ())
    lost = {3: {SHEET.index("总分"): FORMULA_WITHOUT_VALUE}}
    (row,) = judged(SHEET, cells, above=MONTH, facts=FACTS | WEIGHED, troubles=lost).accepted
    assert row.values["total"] == Decimal("84.0")
    assert [one.reason for one in row.warnings] == [FORMULA_WITHOUT_VALUE]


# -- tickets ---------------------------------------------------------------------------------------------------------

TICKET = ["工单号", "客户", "产品型号", "受理时间", "问题描述", "受理人", "严重程度", "紧急程度", "客户评分"]


def ticket(**changed):
    cells = {
        "工单号": "SH-1", "客户": "一号机械", "产品型号": "HY-1", "受理时间": "2026-05-06 09:00", "问题描述": "漏油",
        "受理人": "安娜", "严重程度": "一般", "紧急程度": "中", "客户评分": "5",
    }  # fmt: skip
    return judged(TICKET, [(cells | changed)[one] for one in TICKET])


def test_a_customer_is_called_by_its_code():
    (row,) = ticket().accepted
    assert row.values["customer"] == "KH-1"


@pytest.mark.parametrize(
    "changed, code",
    [
        ({"客户": "没有的公司"}, "customer_unknown"),
        ({"产品型号": "HY-9"}, "model_unknown"),
        ({"客户评分": "6"}, "rating_invalid"),
        ({"客户评分": "很好"}, "rating_invalid"),
    ],
)
def test_a_ticket_about_nothing_known_is_refused_once(changed, code):
    (row,) = ticket(**changed).refused
    assert [one for _, one in codes(row)] == [code]


def test_a_day_without_its_time_begins_at_midnight_and_that_is_told():
    (row,) = ticket(受理时间="2026-05-06").accepted
    assert row.values["received_at"].isoformat() == "2026-05-06T00:00:00+08:00"
    assert [one.reason.code for one in row.warnings] == ["time_missing"]


def test_a_ticket_of_nobody_is_faulty_there():
    (row,) = ticket(客户="").refused
    assert [cell for cell, _ in codes(row)] == ["B2"]


# -- orders ----------------------------------------------------------------------------------------------------------

ORDER = (
    [
        "订单号",
        "客户",
        "产品型号",
        "数量",
        "下单日期",
        "要求交期",
        "承诺交期",
        "实际交货日期",
        "销售",
        "项目经理",
        "下料",
        "",
    ],
    ["", "", "", "", "", "", "", "", "", "", "计划", "实际"],
)


def order(**changed):
    names = ORDER[0][:10]
    cells = dict(
        zip(
            names,
            ["DD-1", "一号机械", "HY-1", "2", "2026-04-01", "2026-05-08", "2026-05-08", "", "安娜", "魏华"],
            strict=True,
        )
    )
    return judged(ORDER, [*[(cells | changed)[one] for one in names], "2026-04-10", ""])


def test_stages_stand_under_a_header_of_two_rows():
    (row,) = order().accepted
    assert row.values["stages"] == [{"name": "下料", "planned_end_on": dt.date(2026, 4, 10), "actual_end_on": None}]
    assert row.values["delay_working_days"] is None


def test_without_a_second_header_row_there_are_no_stages():
    (row,) = judged(
        ORDER[0][:10], ["DD-1", "一号机械", "HY-1", 2, "2026-04-01", "", "2026-05-08", "", "安娜", "魏华"]
    ).accepted
    assert row.values["stages"] == []


def test_lateness_is_in_working_days():
    (row,) = order(实际交货日期="2026-05-12").accepted
    assert row.values["delay_working_days"] == 2  # Friday the 8th to Tuesday the 12th


@pytest.mark.parametrize(
    "changed, code",
    [
        ({"客户": "没有的公司"}, "customer_unknown"),
        ({"产品型号": "HY-9"}, "model_unknown"),
        ({"数量": "0"}, "qty_invalid"),
        ({"要求交期": "2026-03-31"}, "requested_before_ordered"),
        ({"实际交货日期": "2026-03-31"}, "delivered_before_ordered"),
        ({"承诺交期": "2026.5.8/2026.5.15"}, "two_values_in_cell"),
    ],
)
def test_an_order_that_cannot_be_is_refused_at_its_cell(changed, code):
    (row,) = order(**changed).refused
    assert code in [one for _, one in codes(row)]


def test_an_order_without_a_customer_is_faulty_there_and_nowhere_else():
    (row,) = order(客户="").refused
    assert codes(row) == [("B3", "customer_unknown")]
