"""Nobody fakes the proof of a rectification, by whatever way he comes: form, verb, bulk, list, import, API (P3.2)."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from admin_views.session import db
from models.actions import ActionItem, ActionRound
from models.base import COMPANY_ZONE, now
from models.engine import let_write
from tests.admin_views.test_contract import digest
from tests.admin_views.test_slice import record_id
from tests.browse import Browser

EVERYBODY = ("employee", "team_leader", "quality_inspector", "quality_manager", "production_manager", "admin", "hr")


@pytest.fixture
def waiting(app, world):
    """The rectification of the small factory, handed in by who put it right a moment ago."""
    worker = Browser(app, "employee")
    for verb, fields in (("accept", {}), ("start", {}), ("submit", {"measure": "重新对刀", "root_cause": "刀具磨损"})):
        assert worker.perform("action_item", world.action, verb, **fields).status_code == 200
    return world.action


def status(app, key):
    with app.app_context(), Session(db.engine) as session:
        return str(session.get_one(ActionItem, key).status)


def recheck(app, key, login="quality_inspector2", *, at=None, value="4.95"):
    """The form of a re-check as the product serves it, filled in; returns its key or the refusal."""
    browser = Browser(app, login)
    answer = browser.get(f"/admin/spot_check/new/?rechecks={key}")
    if answer.status_code != 200:
        return browser, answer
    fields = browser.form(f"/admin/spot_check/new/?rechecks={key}")
    moment = (at or now()).astimezone(COMPANY_ZONE)
    fields |= {"checked_at": moment.strftime("%Y-%m-%dT%H:%M:%S"), "items-0-value": value}
    return browser, browser.post(f"/admin/spot_check/new/?rechecks={key}", fields)


@pytest.mark.parametrize("login", EVERYBODY)
@pytest.mark.parametrize("verb", ["verify", "confirm", "return", "close", "watch", "find_effective", "reopen"])
def test_no_hand_moves_what_a_check_raised(app, waiting, login, verb):
    answer = Browser(app, login).perform("action_item", waiting, verb, note="我确认已改好")
    assert answer.status_code in {403, 404, 409}
    assert status(app, waiting) == "submitted"


@pytest.mark.parametrize("login", EVERYBODY)
def test_neither_in_bulk_nor_in_a_list_nor_in_a_form(app, waiting, login):
    browser = Browser(app, login)
    browser.get("/")
    before = {name: n for name, n in digest(app).items() if name not in {"event", "head"}}
    for verb in ("verify", "confirm", "close"):
        assert browser.post("/admin/action_item/action/", {"action": verb, "rowid": waiting}).status_code in {
            403,
            404,
            409,
        }
    for path, fields in (
        ("ajax/update/", {"list_form_pk": waiting, "status": "closed"}),
        (f"edit/?id={waiting}", {"version_no": 1, "status": "closed"}),
        ("new/", {"status": "closed", "source_entity": "spot_check_item", "source_id": 2}),
    ):
        assert browser.post(f"/admin/action_item/{path}", fields).status_code in {403, 404, 409, 422}, path
    assert status(app, waiting) == "submitted"
    assert {name: n for name, n in digest(app).items() if name not in {"event", "head"}} == before


def test_who_put_it_right_gets_no_form_and_his_check_proves_nothing(app, waiting):
    _, answer = recheck(app, waiting, "employee")
    assert answer.status_code == 403
    _, answer = recheck(app, waiting, "quality_inspector3")
    assert answer.status_code == 404  # not his area: it is not there


def test_a_check_dated_before_the_submission_or_ahead_of_time_proves_nothing(app, waiting):
    browser, answer = recheck(app, waiting, at=now() - timedelta(hours=2))
    answer = browser.perform("spot_check", record_id(answer), "submit")
    assert answer.status_code == 409
    assert "dated after" in answer.json["message"]
    _, answer = recheck(app, waiting, at=now() + timedelta(hours=2))
    assert answer.status_code == 409
    assert status(app, waiting) == "submitted"


def test_a_passing_check_of_the_same_thing_that_is_no_recheck_moves_nothing(app, waiting):
    from tests.admin_views.test_check_form import answers, form_of

    inspector = Browser(app, "quality_inspector2")
    assert (
        inspector.post("/q/P-SC1/", {**form_of(inspector), **answers(app), "rechecks": str(waiting)}).status_code == 302
    )
    assert status(app, waiting) == "submitted"


def test_a_field_that_no_form_shows_makes_no_recheck(app, waiting):
    browser = Browser(app, "quality_inspector2")
    with app.app_context(), Session(db.engine) as session:
        round_id = session.get_one(ActionItem, waiting).last_round.id
    fields = browser.form("/admin/spot_check/new/")
    look = "/admin/spot_check/ajax/lookup/?name="
    fields |= {
        "post": browser.get(f"{look}post&query=生产一部岗").json[0][0],
        "kind": "recheck",
        "rechecks_round": round_id,
        "rechecks_round_id": round_id,
        "items-0-question": "外径尺寸",
        "items-0-employee": browser.get(f"{look}items.employee&query=车工一").json[0][0],
        "items-0-verdict": "ok",
    }
    key = record_id(browser.post("/admin/spot_check/new/", fields))
    assert browser.perform("spot_check", key, "submit").status_code == 200
    assert status(app, waiting) == "submitted"


def test_the_way_that_is_meant_closes_it_and_only_once(app, waiting):
    import time

    time.sleep(1.1)  # a form counts in seconds
    browser, answer = recheck(app, waiting)
    key = record_id(answer)
    _, twin = recheck(app, waiting)
    assert browser.perform("spot_check", key, "submit").status_code == 200
    assert status(app, waiting) in {"closed", "watching"}
    assert browser.perform("spot_check", record_id(twin), "submit").status_code == 409
    _, late = recheck(app, waiting)
    assert late.status_code == 404


def test_a_verifier_from_an_earlier_round_proves_nothing_in_a_later_one(app, waiting):
    import time

    time.sleep(1.1)
    browser, answer = recheck(app, waiting, value="5.01")
    first = record_id(answer)
    assert browser.perform("spot_check", first, "submit").status_code == 200
    assert status(app, waiting) == "returned"
    worker = Browser(app, "employee")
    assert worker.perform("action_item", waiting, "start").status_code == 200
    assert worker.perform("action_item", waiting, "submit", measure="换刀", root_cause="磨损").status_code == 200
    for login in ("quality_inspector", "quality_inspector2", "quality_manager"):
        for verb in ("verify", "confirm", "close"):
            answer = Browser(app, login).perform("action_item", waiting, verb, note="上一轮已复检")
            assert answer.status_code in {403, 409}
    assert browser.perform("spot_check", first, "submit").status_code in {403, 409}
    assert status(app, waiting) == "submitted"


def test_programs_are_refused_as_people_are(app, waiting):
    browser = Browser(app, "quality_inspector2")
    token = browser.token()
    for body in (
        json.dumps({"id": waiting, "verb": "verify", "version_no": 1}),
        f"id={waiting}&verb=verify&version_no=1&csrf_token={token}",
    ):
        kind = "application/json" if body.startswith("{") else "application/x-www-form-urlencoded"
        answer = browser.client.post(
            "/admin/action_item/perform/", data=body, content_type=kind, headers={"Accept": "application/json"}
        )
        assert answer.status_code in {400, 403, 409}
    assert status(app, waiting) == "submitted"


def test_the_database_itself_takes_no_check_from_before_the_submission(app, waiting):
    let_write(may=True)
    with app.app_context(), Session(db.engine) as session:
        last = session.get_one(ActionItem, waiting).last_round
        forged = update(ActionRound).where(ActionRound.id == last.id)
        with pytest.raises(IntegrityError, match="checked_after_submission"):
            session.execute(forged.values(checked_at=last.submitted_at, result="passed"))
        session.rollback()
        with pytest.raises(IntegrityError, match="result_has_instant"):
            session.execute(forged.values(result="passed"))
        session.rollback()
        assert session.scalar(select(ActionRound.result).where(ActionRound.id == last.id)) is None
