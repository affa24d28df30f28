"""A closed period in every path: form, API, ledger and command leave it as it was (K2.1)."""

import io
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from models.assessment import AssessmentCycle, replay
from models.base import Base, Record, now
from models.quality import SpotCheck
from models.regulation.figures import unset_parts
from tests.admin_views.test_slice import option
from tests.admin_views.test_uploads import PNG
from tests.browse import Browser
from tests.models.test_cycles import AFTER, a_month, locked
from tests.models.test_locked_inputs import INPUTS
from tests.world import employee


@pytest.fixture
def closed(session, time_machine):
    """October is locked, and it is the end of November."""
    key = locked(session, a_month(session)).id
    check = session.scalar(
        select(SpotCheck.id).where(SpotCheck.checked_at < AFTER, SpotCheck.status != "draft").limit(1)
    )
    session.rollback()
    time_machine.move_to(datetime(2026, 11, 27, 2, tzinfo=UTC), tick=True)
    yield key, check
    session.rollback()
    session.expire_all()
    found = replay(session, session.get(AssessmentCycle, key))
    assert found
    assert all(one.is_same for one in found)


def test_by_form_a_backdated_figure_is_refused(app, session, closed):
    browser = Browser(app, "admin")
    spec, part = unset_parts(session, now())[0]
    session.rollback()
    given = {"code": spec.code, "applies_to": part, "value": "5", "from_on": "2026-10-01"}
    answer = browser.post("/admin/figure/new/", given, token_from="/admin/figure/new/")
    assert answer.status_code in {409, 422}
    assert "closed assessment period" in answer.text


def test_by_api_a_check_is_not_taken_back(app, session, closed):
    _, check = closed
    browser = Browser(app, "quality_manager")
    given = {"id": check, "verb": "void", "version_no": browser.version("spot_check", check), "note": "想改成绩"}
    answer = browser.client.post(
        "/admin/spot_check/perform/",
        data=given | {"csrf_token": browser.token()},
        headers=browser.headers | {"Accept": "application/json"},
    )
    assert answer.status_code == 409
    assert "closed assessment period" in answer.json["message"]


def test_by_command_nothing_is_put_right_in_silence(app, session, closed):
    done = app.test_cli_runner().invoke(args=["recompute", "--check"])
    assert "KB-" not in done.output  # no sheet differs; a draft of the fixture has no verdict yet
    assert "closed assessment period" not in done.output


# -- every way in leads to the same guard ----------------------------------------------------------------------------

CHECKS = """抽检编号,检查日期,时间,岗位,被检人工号,被检人,检验员,检查项目,标准,实测值
CJ-9001,2026-10-12,09:00,生产一部岗,{no},{name},{inspector},外径尺寸,4.90~5.00,4.95
CJ-9002,2026-11-12,09:00,生产一部岗,{no},{name},{inspector},外径尺寸,4.90~5.00,4.95
"""
TICKETS = """工单号,受理时间,渠道,客户,联系人,联系电话,产品型号,问题描述,严重程度,紧急程度,受理人,首次联系时间,解决方案,解决时间,满意度
SH-9001,2026-10-12 09:00,电话,江州水务,刘芳芳,14200091001,JS-160,异响,一般,一般,{agent},2026-10-12 09:30,更换轴承,2026-10-13 15:00,5
SH-9002,2026-11-12 09:00,电话,江州水务,刘芳芳,14200091001,JS-160,异响,一般,一般,{agent},2026-11-12 09:30,更换轴承,2026-11-13 15:00,5
"""
ORDERS = """订单号,客户,产品型号,数量,下单日期,要求交期,承诺交期,实际交货日期,销售员,项目负责人
DD-9001,江州水务,JS-160,2,2026-09-01,2026-10-20,2026-10-20,2026-10-19,{sales},{lead}
DD-9002,江州水务,JS-160,2,2026-09-01,2026-11-20,2026-11-20,2026-11-19,{sales},{lead}
"""
UNRATED = TICKETS.replace(",5\n", ",\n")
LEDGERS = {"spot_check_item": CHECKS, "ticket": TICKETS, "sales_order": ORDERS, "ticket that nobody rated": UNRATED}


def rows(session, table):
    found = session.scalar(select(func.count()).select_from(Base.metadata.tables[table]))
    session.rollback()
    return found


@pytest.mark.parametrize("entity", LEDGERS)
@pytest.mark.parametrize("how", ["--good-rows", "--all-or-nothing"])
def test_by_ledger_a_row_of_the_closed_month_is_refused_at_its_cell(app, session, closed, tmp_path, entity, how):
    """``flask import``: the row of October is refused, the one of November is good."""
    people = {
        "no": employee(session, "车工一").no, "name": "车工一", "inspector": employee(session, "质检员").name,
        "agent": employee(session, "售后专员").name, "sales": employee(session, "销售员").name,
        "lead": employee(session, "项目负责人").name,
    }  # fmt: skip
    text, entity = LEDGERS[entity].format(**people), entity.split(" ")[0]
    table = "spot_check" if entity == "spot_check_item" else entity
    before = rows(session, table)
    ledger = tmp_path / "台账.csv"
    ledger.write_text(text, encoding="utf-8")
    done = app.test_cli_runner().invoke(args=["import", str(ledger), "--entity", entity, how])
    assert "closed assessment period" in done.stderr, done.output
    assert done.stderr.count("2:") == 1, done.stderr
    assert rows(session, table) == before + (how == "--good-rows")


def test_by_form_no_check_is_dated_into_the_closed_month(app, session, closed):
    before, browser = rows(session, "spot_check"), Browser(app, "quality_inspector")
    fields = browser.form("/admin/spot_check/new/")
    look = "/admin/spot_check/ajax/lookup/?name="
    fields |= {
        "checked_at": "2026-10-12T09:00",
        "post": option(browser, f"{look}post", "生产一部岗"),
        "document": option(browser, f"{look}document", "GY-CC"),
        "items-0-question": "外径尺寸",
        "items-0-category": "process_execution",
        "items-0-employee": option(browser, f"{look}items.employee", "车工一"),
        "items-0-lower": "4.90",
        "items-0-upper": "5.00",
        "items-0-value": "4.95",
        "items-0-severity_if_ng": "minor",
    }
    answer = browser.post("/admin/spot_check/new/", fields)
    assert answer.status_code in {409, 422}
    assert "lies in a closed assessment period" in answer.text
    assert rows(session, "spot_check") == before


@pytest.mark.parametrize("path", ["form", "API"])
def test_by_form_and_by_api_a_draft_of_the_closed_month_is_not_handed_in(app, session, closed, path):
    key = session.scalar(select(SpotCheck.id).where(SpotCheck.checked_at < AFTER, SpotCheck.status == "draft").limit(1))
    session.rollback()
    answer = Browser(app, "quality_inspector").perform("spot_check", key, "submit", json=path == "API")
    assert answer.status_code == 409
    assert "closed assessment period" in answer.text
    session.expire_all()
    assert session.get(SpotCheck, key).status == "draft"
    session.rollback()


@pytest.mark.parametrize("table", [name for name in INPUTS if issubclass(INPUTS[name], Record)])
def test_by_inline_edit_and_by_bulk_no_input_is_changed(app, session, closed, table):
    """Cells are edited in no list, and no list of an input has a bulk act that is not a step of today."""
    browser = Browser(app, "admin")
    inline = {"list_form_pk": 1, **dict.fromkeys(INPUTS[table].period_columns, "1")}
    assert browser.post(f"/admin/{table}/ajax/update/", inline, token_from="/").status_code in {403, 404}
    for verb in ("void", "edit", "delete", *(INPUTS[table].lifecycle.verbs if INPUTS[table].lifecycle else ())):
        sent = {"action": verb, "rowid": 1, "note": "改"}
        assert browser.post(f"/admin/{table}/action/", sent).status_code in {403, 404}, verb


def test_an_attachment_is_no_value_and_stays_open(app, session, closed):
    _, check = closed
    browser = Browser(app, "quality_inspector")
    sent = {"id": check, "file": (io.BytesIO(PNG), "量具.png")}
    assert browser.post("/admin/spot_check/attach/", sent, token_from="/").status_code == 302
    with app.app_context():
        assert browser.get(f"/admin/spot_check/details/?id={check}").text.count("量具.png")
