"""The re-check on the phone: who opens it, what stands in it, one form one proof, faults at their place (P3.2)."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.session import db
from models.actions import ActionItem
from models.quality import SpotCheck, SpotCheckItem
from models.schedule import PlanStage
from tests.browse import Browser
from tests.models.acts import put_right
from tests.world import AT


@pytest.fixture
def handed_in(app, world):
    """The rectification of the small factory, handed in by whom it names: its key and that of what failed."""
    with app.app_context(), Session(db.engine) as session:
        action = put_right(session, session.get_one(ActionItem, world.action), AT)
        return action.id, action.source_id


@pytest.fixture
def inspector(app):
    return Browser(app, "quality_inspector2", language="zh-CN")


def form_of(browser, key):
    page = browser.get(f"/quality/recheck/{key}/").text
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return {"form_token": found["form_token"]}


def stored(app, key):
    with app.app_context(), Session(db.engine) as session:
        action = session.get_one(ActionItem, key)
        checks = session.scalars(select(SpotCheck).where(SpotCheck.kind == "recheck")).all()
        return str(action.status), [(str(one.status), one.ng_qty) for one in checks]


def test_what_was_found_and_done_stands_above_the_one_question(inspector, handed_in):
    page = inspector.get(f"/quality/recheck/{handed_in[0]}/").text
    for words in ("外径尺寸", "重新对刀", "首件检验记录", "4.9 – 5 mm", "5.01 mm", "车工一", "第 1 轮"):
        assert words in page, words
    assert "不适用" not in page
    assert "style=" not in page


def test_a_reading_within_its_limits_verifies(app, inspector, handed_in):
    key, item = handed_in
    answer = inspector.post(f"/quality/recheck/{key}/", {**form_of(inspector, key), f"value-{item}": "4.95"})
    assert answer.status_code == 302
    status, checks = stored(app, key)
    assert status in {"closed", "watching"}
    assert checks == [("closed", 0)]


def test_a_reading_outside_its_limits_sends_it_back_whatever_is_said(app, inspector, handed_in):
    key, item = handed_in
    sent = {**form_of(inspector, key), f"value-{item}": "5.01", f"said-{item}": "ok", f"problem-{item}": "仍超差"}
    assert inspector.post(f"/quality/recheck/{key}/", sent).status_code == 302
    assert stored(app, key)[0] == "returned"


def test_the_same_form_twice_is_one_recheck(app, inspector, handed_in):
    key, item = handed_in
    sent = {**form_of(inspector, key), f"value-{item}": "4.95"}
    first = inspector.post(f"/quality/recheck/{key}/", sent)
    again = inspector.post(f"/quality/recheck/{key}/", sent)
    assert first.headers["Location"] == again.headers["Location"]
    assert len(stored(app, key)[1]) == 1


@pytest.mark.parametrize("given", [{}, {"said": "na"}, {"value": "many"}])
def test_what_is_not_answered_comes_back_with_what_was_typed(app, inspector, handed_in, given):
    key, item = handed_in
    sent = form_of(inspector, key) | {f"{name}-{item}": value for name, value in given.items()} | {"note": "夜班"}
    answer = inspector.post(f"/quality/recheck/{key}/", sent)
    assert answer.status_code in {409, 422}
    assert "夜班" in answer.text
    assert stored(app, key)[1] == []


def test_the_script_is_told_in_its_own_way(app, inspector, handed_in):
    key, _ = handed_in
    answer = inspector.post(f"/quality/recheck/{key}/", form_of(inspector, key), Accept="application/json")
    assert answer.json["ok"] is False
    assert list(answer.json["faults"]) == [f"item-{handed_in[1]}"]


def test_who_makes_no_checks_or_none_there_does_not_open_it(app, handed_in):
    assert Browser(app, "employee").get(f"/quality/recheck/{handed_in[0]}/").status_code == 403
    assert Browser(app, "quality_inspector3").get(f"/quality/recheck/{handed_in[0]}/").status_code == 404
    assert Browser(app, "quality_inspector2").get("/quality/recheck/999999/").status_code == 404
    assert Browser(app, "quality_inspector2").get("/quality/recheck/x/").status_code == 404


def test_what_waits_for_no_recheck_says_so(app, world):
    answer = Browser(app, "quality_inspector2").get(f"/quality/recheck/{world.action}/")
    assert answer.status_code == 409
    assert "does not wait for a re-check" in answer.text


def test_desk_and_record_lead_to_it(inspector, handed_in):
    assert f"/quality/recheck/{handed_in[0]}/" in inspector.get("/").text
    assert f"/quality/recheck/{handed_in[0]}/" in inspector.get(f"/admin/action_item/details/?id={handed_in[0]}").text


# Stages


def test_a_check_begins_at_a_stage_and_stands_on_its_page(app):
    browser = Browser(app, "quality_inspector", language="zh-CN")
    with app.app_context(), Session(db.engine) as session:
        stage = session.scalar(select(PlanStage).where(PlanStage.status == "in_progress"))
        key, name = stage.id, stage.name
    page = browser.get(f"/admin/plan_stage/details/?id={key}").text
    assert f"/q/P-SC1/?stage={key}" in page
    form = browser.get(f"/q/P-SC1/?stage={key}").text
    assert re.search(rf'<option value="{key}" selected>[^<]*{name}', form)


def test_held_stages_stand_on_the_desk_of_quality(app):
    with app.app_context(), Session(db.engine) as session:
        stage = session.scalar(select(PlanStage).where(PlanStage.status == "in_progress"))
        key, version = stage.id, stage.version_no
    manager = Browser(app, "quality_manager", language="zh-CN")
    assert manager.perform("plan_stage", key, "hold_for_quality", version=version, note="承重焊缝").status_code == 200
    assert f"/admin/plan_stage/details/?id={key}#verb-resume" in manager.get("/").text
    assert "承重焊缝" in Browser(app, "quality_inspector", language="zh-CN").get("/").text


def test_items_of_a_recheck_keep_what_failed(app, inspector, handed_in):
    key, item = handed_in
    inspector.post(f"/quality/recheck/{key}/", {**form_of(inspector, key), f"value-{item}": "4.95"})
    with app.app_context(), Session(db.engine) as session:
        then = session.get_one(SpotCheckItem, item)
        again = session.scalar(select(SpotCheckItem).join(SpotCheck).where(SpotCheck.kind == "recheck"))
        names = ("question", "lower", "upper", "unit", "employee_id", "category")
        assert [getattr(again, one) for one in names] == [getattr(then, one) for one in names]
