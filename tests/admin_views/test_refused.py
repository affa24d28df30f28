"""A refused act is told in its own dialog, which keeps what was typed (SCREENS.md, CONTRACT.md)."""

import re

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from admin_views.session import db
from models.after_sales import FollowUpVisit, Ticket, open_visit
from models.event import Event
from tests.admin_views.test_after_sales import figures_of, solve
from tests.browse import Browser, Form

SCORES = {"speed": "2", "skill": "4", "manner": "5", "result": "4"}


def dialog(page, verb):
    """The dialog of a verb on a record's page, opened by a refusal."""
    found = re.search(
        rf'<dialog class="dialog" id="verb-{verb}"[^>]* open data-refused-dialog>.*?</dialog>', page, re.DOTALL
    )
    assert found, page
    return found.group(0)


def fields(part):
    return next(iter(Form(part).forms))["fields"]


@pytest.fixture
def visit(app, session):
    """A call that waits to be made by somebody else than who solved the ticket."""
    figures_of(session)
    solve(session)
    key = open_visit(session, 1).id
    session.commit()
    return key


def test_a_fault_stands_at_its_field_and_the_rest_as_it_was_sent(app, visit):
    browser = Browser(app, "after_sales_manager")
    sent = SCORES | {"speed": "9", "opinion": "等太久 <b>", "note": "客户在开会"}
    answer = browser.perform("follow_up_visit", visit, "record", json=False, **sent)
    assert answer.status_code == 422
    part = dialog(answer.text, "record")
    assert 'id="verb-record-speed-error"' in part
    assert re.search(r'name="speed"[^>]* aria-invalid="true" aria-describedby="verb-record-speed-error"', part)
    again = fields(part)
    assert {name: again[name] for name in ("skill", "manner", "result")} == {"skill": "4", "manner": "5", "result": "4"}
    assert (again["opinion"], again["note"]) == ("等太久 <b>", "客户在开会")
    assert "<b>" not in part
    right = browser.post("/admin/follow_up_visit/perform/", again | {"speed": "2"})
    assert right.status_code == 302  # the dialog is good to be sent again as it stands
    with app.app_context():
        assert db.session.get_one(FollowUpVisit, visit).opinion == "等太久 <b>"


def test_a_version_that_is_gone_is_told_and_the_dialog_bears_the_new_one(session, browser_of):
    figures_of(session)
    session.commit()
    browser = browser_of("after_sales_manager")
    stale = browser.version("ticket", 1) + 7
    sent = {"category": "noise", "severity": "S1", "urgency": "high"}
    answer = browser.perform("ticket", 1, "classify", json=False, version=stale, **sent)
    assert answer.status_code == 409
    part = dialog(answer.text, "classify")
    assert 'role="alert"' in part
    again = fields(part)
    assert again["version_no"] == str(browser.version("ticket", 1))
    assert {name: again[name] for name in sent} == sent
    assert browser.post("/admin/ticket/perform/", again).status_code == 302


def test_a_person_chosen_stays_chosen_and_one_out_of_sight_does_not(app, browser_of):
    browser = browser_of("after_sales_manager")
    with app.app_context():
        agent = db.session.get_one(Ticket, 1).agent
        key, name = agent.id, agent.name
    stale = browser.version("ticket", 1) + 7
    part = dialog(browser.perform("ticket", 1, "assign", json=False, version=stale, agent=str(key)).text, "assign")
    assert re.search(rf'<option value="{key}" selected>[^<]*{name}', part)
    answer = browser.perform("ticket", 1, "assign", json=False, agent="999999")
    assert answer.status_code == 422
    part = dialog(answer.text, "assign")
    assert 'id="verb-assign-agent-error"' in part
    assert "999999" not in part


def test_what_has_no_dialog_any_more_is_told_above_the_record(app, browser_of):
    browser = browser_of("after_sales_manager")
    with app.app_context():
        db.session.execute(text("UPDATE ticket SET status = 'cancelled' WHERE id = 1"))
        db.session.commit()
    answer = browser.perform("ticket", 1, "assign", json=False, agent="1")
    assert answer.status_code == 409
    assert "data-refused-dialog" not in answer.text
    assert re.search(r'<header class="record-head"[^>]*><div class="summary" role="alert"', answer.text)


def test_a_refusal_is_an_event_and_changes_nothing(app, browser_of):
    browser = browser_of("after_sales_manager")
    before = browser.version("ticket", 1)
    with app.app_context():
        told = db.session.scalar(select(func.count()).select_from(Event))
    browser.perform("ticket", 1, "assign", json=False, agent="999999")
    assert browser.version("ticket", 1) == before
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Event)) == told + 1


def test_a_program_is_answered_as_before(browser_of):
    answer = browser_of("after_sales_manager").perform("ticket", 1, "assign", agent="999999")
    assert (answer.status_code, answer.json["ok"], answer.json["status"]) == (422, False, 422)


def test_a_broken_constraint_is_told_in_the_dialog_too(app, browser_of, monkeypatch):
    fault = IntegrityError("", {}, Exception("CHECK constraint failed: ck_ticket_some_rule"))

    def stumble(*_given, **_more):
        raise fault

    monkeypatch.setattr(Ticket, "perform", stumble)
    answer = browser_of("after_sales_manager").perform("ticket", 1, "assign", json=False, agent="1", note="请尽快")
    assert answer.status_code == 409
    part = dialog(answer.text, "assign")
    assert "These entries do not fit together." in part
    assert fields(part)["note"] == "请尽快"
