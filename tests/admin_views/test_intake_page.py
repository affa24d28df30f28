"""Ledgers handed in on screen: looked at before anything is stored, faults by cell, all of it or the good rows."""

import io

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from admin_views.session import db
from models.base import now
from models.ledger import keep, kept, sweep_incoming
from models.organisation import Customer
from tests.browse import Browser, Form
from tests.factory_of_ledgers import SAMPLES

GOOD = (
    "客户编号,客户名称,客户等级,联系人,电话\nKH-901,一号机械,A,王一,13800000001\nKH-902,二号机械,B,李二,13800000002\n"
)
BAD = GOOD + "KH-903,三号机械,A,赵三,电话不详\n"
STRANGE = "客户编号,客户名称,客户等级,联络窗口,电话\nKH-901,一号机械,A,王一,13800000001\n"


@pytest.fixture
def seller(app):
    return Browser(app, "sales_manager", language="zh-CN")


def hand_in(browser, content, name="客户.csv", **fields):
    content = content.encode() if isinstance(content, str) else content
    return browser.post("/import/", {"file": (io.BytesIO(content), name), **fields})


def forms(answer, action):
    return [one["fields"] for one in Form(answer.text).forms if one["action"] == action]


def customers(app):
    with app.app_context(), Session(db.engine) as session:
        return session.scalar(select(func.count()).select_from(Customer).where(Customer.code.like("KH-90%")))


def test_nothing_is_stored_before_it_is_confirmed(app, seller):
    seen = hand_in(seller, GOOD)
    assert seen.status_code == 200
    assert customers(app) == 0
    (fields,) = forms(seen, "/import/take/")
    assert seller.post("/import/take/", fields).status_code == 200
    assert customers(app) == 2


def test_the_same_ledger_is_taken_in_once(app, seller):
    (fields,) = forms(hand_in(seller, GOOD), "/import/take/")
    assert seller.post("/import/take/", fields).status_code == 200
    again = seller.post("/import/take/", fields)
    assert again.status_code == 409
    assert "请重新选择文件" in again.text
    assert customers(app) == 2


def test_a_fault_is_told_at_its_cell_and_the_good_rows_are_taken_in_on_request(app, seller):
    seen = hand_in(seller, BAD)
    assert "E4" in seen.text
    (fields,) = forms(seen, "/import/take/")
    assert fields["mode"] == "good"
    assert seller.post("/import/take/", fields | {"mode": "all"}).status_code == 409
    assert customers(app) == 0
    assert seller.post("/import/take/", fields).status_code == 200
    assert customers(app) == 2


def test_a_heading_nobody_knows_is_taken_for_what_the_reader_says(app, seller):
    seen = hand_in(seller, STRANGE)
    (fields,) = forms(seen, "/import/")[-1:]
    place = next(name.removeprefix("heading-") for name, value in fields.items() if value == "联络窗口")
    assert fields[f"means-{place}"] == "-"
    seen = seller.post("/import/", fields | {f"means-{place}": "contact"})
    (fields,) = forms(seen, "/import/take/")
    seller.post("/import/take/", fields)
    with app.app_context(), Session(db.engine) as session:
        assert session.scalar(select(Customer.contact).where(Customer.code == "KH-901")) == "王一"


@pytest.mark.parametrize(
    "content, name",
    [("", "空.csv"), (b"PK\x03\x04 no workbook", "坏.xlsx"), ("a,b\n1,2\n", "别的.csv"), (b"x", "a.exe")],
)
def test_what_is_no_ledger_is_refused_beside_the_field(seller, content, name):
    refused = hand_in(seller, content, name)
    assert refused.status_code == 422
    assert name in refused.text
    assert 'aria-describedby="ledger-fault"' in refused.text


def test_without_a_file_the_page_asks_for_one(seller):
    assert "请先选择文件" in seller.post("/import/", {}).text


def test_a_sheet_of_another_role_is_left_alone(app):
    hr = Browser(app, "hr", language="zh-CN")
    seen = hand_in(hr, (SAMPLES / "员工花名册.xlsx").read_bytes(), "员工花名册.xlsx")
    assert seen.status_code == 200
    assert "您的角色不能导入此类台账：部门与岗位。请由以下人员导入：系统管理员。" in seen.text


def test_who_creates_none_of_the_records_does_not_open_the_page(app):
    worker = Browser(app, "employee")
    assert worker.get("/import/").status_code == 403
    assert hand_in(worker, GOOD).status_code == 403
    assert "/import/" not in worker.get("/").text


def test_another_persons_ledger_and_a_made_up_one_are_refused(app, seller):
    (fields,) = forms(hand_in(seller, GOOD), "/import/take/")
    admin = Browser(app, "admin")
    assert admin.post("/import/take/", {"ledger": fields["ledger"], "mode": "all"}).status_code == 404
    assert seller.post("/import/take/", MultiDict({"ledger": "made-up", "mode": "all"})).status_code == 409
    assert customers(app) == 0


def test_lists_lead_to_their_ledger_and_templates_have_its_headings(seller):
    assert "/import/?entity=customer" in seller.get("/admin/customer/").text
    sheet = seller.get("/import/template/customer.xlsx")
    assert sheet.data.startswith(b"PK")
    again = hand_in(seller, sheet.data, "模板.xlsx")
    assert again.status_code == 200
    assert seller.get("/import/template/spot_check_item.xlsx").status_code == 404


def test_what_nobody_took_in_is_swept(tmp_path):
    token = keep(tmp_path, io.BytesIO(b"x"))
    assert kept(tmp_path, token) is not None
    assert kept(tmp_path, "../" + token) is None
    assert sweep_incoming(tmp_path, now().timestamp() - 60) == 0
    assert sweep_incoming(tmp_path, now().timestamp() + 60) == 1
    assert kept(tmp_path, token) is None


def test_where_no_row_is_good_it_is_said_what_has_to_be_there_first(app, seller):
    rows = "客户编号,客户名称,客户等级,联系人,电话\nKH-903,三号机械,A,赵三,电话不详\n"
    seen = hand_in(seller, rows)
    assert forms(seen, "/import/take/") == []
    assert "须已存在" in seen.text
    assert "仅导入合格行" not in seen.text
    assert "仅导入合格行" in hand_in(seller, BAD).text
