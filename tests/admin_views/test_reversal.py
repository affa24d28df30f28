"""A reversal and an upheld appeal in every path: form, API, ledger, command (K2.1, K4.1)."""

import re

import pytest
from sqlalchemy import select

from models.assessment import AssessmentSheet, KpiEvidence, RewardPenalty, lines_using, sheets_of
from tests.browse import Browser
from tests.models.acts import DAY, HOUR, perform
from tests.models.test_cycles import AFTER, computed, published, sheet_of
from tests.models.test_reversal import penalised, points_of

DECIDED = AFTER + DAY
MONTH = """2026 年 10 月绩效考核表,,,,,
工号,姓名,工艺得分,工期得分,总分,考核人
{no},车工一,100,100,100,{assessor}
"""


@pytest.fixture
def appealed(session, time_machine):
    """October is published with four points off, which are under appeal; a day later."""
    one = penalised(session)
    cycle = published(session, computed(session))
    keys = one.id, cycle.id, sheet_of(session, cycle).id
    session.rollback()
    time_machine.move_to(DECIDED, tick=True)
    return keys


def points(session, cycle_id):
    session.expire_all()
    found = points_of(session, session.get(AssessmentSheet, cycle_id).cycle)
    session.rollback()
    return found


def recomputed(app):
    """What the command says of sheets."""
    return re.findall(r"KB-\S+", app.test_cli_runner().invoke(args=["recompute", "--check"]).output)


@pytest.mark.parametrize("path", ["form", "API"])
@pytest.mark.parametrize("verb, size, after", [("revoke", "", 0), ("change", "2", -2)])
def test_by_form_and_by_api_a_reversal_reaches_the_sheet(app, session, appealed, path, verb, size, after):
    key, _, sheet = appealed
    browser = Browser(app, "general_manager")
    page = browser.get(f"/admin/reward_penalty/details/?id={key}").text
    assert "Will be computed anew: 2026-10 车工一" in page
    answer = browser.perform("reward_penalty", key, verb, json=path == "API", note="排班表证明属实", size=size)
    assert answer.status_code == (200 if path == "API" else 302), answer.text[:500]
    assert points(session, sheet) == (after, -4, "corrected")
    assert recomputed(app) == []
    shown = Browser(app, "employee").get(f"/admin/assessment_sheet/details/?id={sheet}").text
    assert f"-4 → {after}" in re.sub(r"\s+", " ", shown).replace("−", "-")


def test_by_bulk_no_appeal_is_decided(app, session, appealed):
    key, _, sheet = appealed
    browser = Browser(app, "general_manager")
    answer = browser.post(
        "/admin/reward_penalty/action/", {"action": "revoke", "rowid": key, "note": "排班表证明属实"}, token_from="/"
    )
    assert answer.status_code == 403
    assert points(session, sheet) == (-4, None, "computed")


def test_by_ledger_a_month_that_is_computed_here_is_not_written_over(app, session, appealed, tmp_path):
    key, _, sheet = appealed
    Browser(app, "general_manager").perform("reward_penalty", key, "revoke", note="排班表证明属实")
    found = session.get(AssessmentSheet, sheet)
    before = found.content_hash, found.total
    ledger = tmp_path / "考核.csv"
    text = MONTH.format(no=found.employee.no, assessor=found.assessor.name)
    session.rollback()
    ledger.write_text(text, encoding="utf-8")
    done = app.test_cli_runner().invoke(args=["import", str(ledger), "--entity", "assessment_sheet", "--good-rows"])
    session.expire_all()
    found = session.get(AssessmentSheet, sheet)
    assert "1 refused" in done.stdout, done.output
    assert (found.content_hash, found.total) == before
    assert recomputed(app) == []


@pytest.mark.parametrize("path", ["form", "API"])
def test_by_form_and_by_api_an_upheld_appeal_changes_exactly_the_lines_on_the_row(app, session, appealed, path):
    _, _, key = appealed
    sheet = session.get(AssessmentSheet, key)
    row = session.scalar(
        select(KpiEvidence)
        .where(KpiEvidence.employee_id == sheet.employee_id, KpiEvidence.side == "denominator")
        .order_by(KpiEvidence.id)
        .limit(1)
    )
    used = {one.id for one in lines_using(session, sheet.cycle, row.entity, row.entity_id)}
    sheets = {one.sheet_id for own in sheets_of(sheet.cycle) for one in own.lines if one.id in used}
    before = {one.id: one.content_hash for one in sheets_of(sheet.cycle)}
    named = f"{row.entity} {row.entity_id}"
    session.rollback()
    is_json = path == "API"
    wanted = 200 if is_json else 302
    answer = Browser(app, "employee").perform(
        "assessment_sheet", key, "appeal", json=is_json, note="量具未校准", row=named
    )
    assert answer.status_code == wanted, answer.text[:500]
    answer = Browser(app, "hr_manager").perform("assessment_sheet", key, "uphold", json=is_json, note="剔除")
    assert answer.status_code == wanted, answer.text[:500]
    session.expire_all()
    after = sheets_of(session.get(AssessmentSheet, key).cycle)
    assert {one.id for own in after for one in own.lines if str(one.status) == "corrected"} == used
    assert {one.id for one in after if one.content_hash != before[one.id]} == sheets
    session.rollback()
    assert recomputed(app) == []


def test_by_form_a_closed_month_is_said_to_be_put_right_later(app, session, appealed, time_machine):
    key, _, sheet = appealed
    perform(session, session.get(AssessmentSheet, sheet).cycle, "lock", "hr_manager", AFTER + 15 * DAY)
    session.rollback()
    time_machine.move_to(AFTER + 15 * DAY + HOUR, tick=True)
    browser = Browser(app, "general_manager", language="zh-CN")
    assert "2026-10 已锁定，差额计入下一考核周期" in browser.get(f"/admin/reward_penalty/details/?id={key}").text
    assert browser.perform("reward_penalty", key, "revoke", note="排班表证明属实").status_code == 200
    assert points(session, sheet) == (-4, None, "computed")
    assert session.get(RewardPenalty, key).status == "revoked"
    session.rollback()
    assert recomputed(app) == []
