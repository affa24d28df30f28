"""A survey by link: the manager makes the links, the customer answers once, the manager sees what it comes to (C2.3)."""

import re

import pytest

from models.communication import Survey
from tests.browse import Browser, Form
from tests.models.test_communication import survey


@pytest.fixture
def asked(session, time_machine):
    """An open survey and the instant at which it is open."""
    one = survey(session)
    key, at = one.id, one.opened_at
    session.rollback()
    time_machine.move_to(at, tick=True)
    return key


@pytest.mark.parametrize("language, thanks", [("en", "Thank you"), ("zh-CN", "感谢")])
def test_a_link_is_made_handed_out_and_answered_once(app, session, asked, language, thanks):
    manager = Browser(app, "sales_manager", language=language)
    path = f"/surveys/{asked}/links/"
    assert path in manager.get(f"/admin/survey/details/?id={asked}").text
    made = manager.post(path, {}, token_from=path)
    assert made.status_code == 200, made.text[:500]
    addresses = re.findall(r"/s/[A-Za-z0-9_-]{20,}/", made.text)
    waiting = [one for one in session.get(Survey, asked).invitations if one.response is None]
    assert len(set(addresses)) == len(waiting) >= 1
    session.rollback()
    customer = Browser(app, language=language)
    page = customer.get(addresses[0])
    assert page.status_code == 200
    fields = Form(page.text).forms[-1]["fields"]
    for name, value in re.findall(r'type="radio"[^>]*?name="([^"]+)"[^>]*?value="(\d+)"', page.text):
        fields[name] = value
    answered = customer.post(addresses[0], fields)
    assert thanks in answered.text, re.sub(r"<[^>]+>", " ", answered.text)[-600:]
    session.expire_all()
    assert sum(one.response is not None for one in session.get(Survey, asked).invitations) >= 1
    session.rollback()
    again = customer.get(addresses[0])
    assert "radio" not in again.text


def test_over_https_a_link_is_answered_by_a_browser_that_names_no_page_it_comes_from(app, asked):
    """The page behind a link tells its browser never to say its address, so no answer bears one."""
    app.config["PREFERRED_URL_SCHEME"] = "https"
    manager = Browser(app, "sales_manager")
    made = manager.post(f"/surveys/{asked}/links/", {}, token_from=f"/surveys/{asked}/links/")
    assert made.status_code == 200, made.text
    address, customer = re.findall(r"/s/[A-Za-z0-9_-]{20,}/", made.text)[0], Browser(app)
    page = customer.get(address)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    fields = Form(page.text).forms[-1]["fields"] | dict.fromkeys(re.findall(r'name="(score-\d+)"', page.text), "5")
    elsewhere = customer.post(address, fields, **{"Sec-Fetch-Site": "cross-site", "Origin": "null"})
    assert elsewhere.status_code == 400
    answered = customer.post(address, fields, **{"Sec-Fetch-Site": "same-origin", "Origin": "null"})
    assert answered.status_code == 200, answered.text
    assert "Thank you" in answered.text


def test_an_answer_that_is_refused_says_so_with_its_status_and_keeps_what_was_typed(app, asked):
    manager = Browser(app, "sales_manager")
    made = manager.post(f"/surveys/{asked}/links/", {}, token_from=f"/surveys/{asked}/links/")
    address = re.findall(r"/s/[A-Za-z0-9_-]{20,}/", made.text)[0]
    customer = Browser(app)
    fields = Form(customer.get(address).text).forms[-1]["fields"]
    refused = customer.post(address, fields | {"likely": "11", "comment": "as typed"})
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert "as typed" in refused.text
    fields |= dict.fromkeys(re.findall(r'name="(score-\d+)"', refused.text), "5")
    assert customer.post(address, fields).status_code == 200
    again = customer.post(address, fields)
    assert again.status_code == 409
    assert "Thank you" in again.text


def test_a_second_answer_by_telephone_is_not_said_to_be_saved(app, session, asked):
    manager = Browser(app, "sales_manager")
    key = next(one.id for one in session.get(Survey, asked).invitations if one.response is None)
    session.rollback()
    path = f"/surveys/answer/{key}/"
    page = manager.get(path).text
    fields = dict.fromkeys(re.findall(r'name="(score-\d+)"', page), "4")
    assert manager.post(path, fields).status_code == 302
    again = manager.post(path, fields | {"comment": "another"})
    assert again.status_code == 409


def test_others_make_no_links(app, asked):
    path = f"/surveys/{asked}/links/"
    assert Browser(app, "employee").get(path).status_code in {403, 404}
    assert Browser(app).get(path).status_code == 302
