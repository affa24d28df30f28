"""Certificates as PDF, and the yes or no behind their code: over real requests."""

import json
import re
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from admin_views import pdf
from models.base import COMPANY_ZONE, now
from models.event import Event, PublicLink
from models.links import GUESSES_AN_HOUR
from models.training import Qualification
from models.training.certificates import print_certificate
from rules.base import RuleBroken
from tests.admin_views.test_training import Polite, count
from tests.browse import Browser
from tests.models.acts import doing, perform
from tests.models.training_world import held, qualified, released

AGO = timedelta(days=30)


@pytest.fixture
def browser_of(app, session):
    def made(login, **more):
        session.rollback()
        Polite.beside = session
        return Polite(app, login, **more)

    return made


def paper(session, people, place=0):
    """A certificate as HR prints it: the token in its code."""
    one = held(session, people[place])
    with doing(session, "hr", now()) as act:
        token = print_certificate(session, one, act)
    return token, one


def asked(app, session, token, language="en"):
    session.rollback()
    return Browser(app, language=language).get(f"/c/{token}/")


@pytest.mark.parametrize("language, title", [("en", "Certificate"), ("zh-CN", "上岗证")])
def test_a_certificate_is_a_pdf_with_a_code_that_leads_to_its_answer(
    app, session, browser_of, monkeypatch, language, title
):
    _, _, _, people = qualified(session, at=now() - AGO)
    one = held(session, people[0])
    coded = []
    drawn = pdf.qr_svg
    monkeypatch.setattr(pdf, "qr_svg", lambda address: coded.append(address) or drawn(address))
    hr = browser_of("hr", language=language)
    page = hr.get(f"/training/certificates/{one.id}/").text
    assert one.certificate_no in page
    assert people[0].no in page
    got = hr.post(f"/training/certificates/{one.id}/pdf/", {})
    assert (got.status_code, got.mimetype) == (200, "application/pdf")
    assert got.data.startswith(b"%PDF-1.7")
    assert b"NotoSerifSC" in got.data
    assert len(got.data) > 15_000
    assert "attachment" in got.headers["Content-Disposition"]
    assert title in _name_of(got)
    (address,) = coded
    token = re.fullmatch(r"http://localhost/c/([\w-]{43})/", address)[1]
    kept = session.scalar(select(PublicLink.token_hash))
    assert token not in kept
    assert count(session, Event, Event.action == "print_certificate", Event.entity_id == one.id) == 1
    told = asked(app, session, token).text
    assert ">Yes<" in told
    assert "Valid" in told


def _name_of(answer):
    from urllib.parse import unquote

    return unquote(answer.headers["Content-Disposition"])


def test_a_stranger_is_told_part_of_the_name_the_post_and_nothing_else(app, session):
    post, exam, _, people = qualified(session, at=now() - AGO)
    token, one = paper(session, people)
    answer = asked(app, session, token)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "车**" in answer.text
    assert post.name in answer.text
    for secret in (people[0].name, people[0].no, exam.title, one.certificate_no, one.no, token[:20]):
        assert secret not in answer.text.replace(f"/c/{token}/", "")
    assert "有效" in asked(app, session, token, "zh-CN").text


@pytest.mark.parametrize(
    "happens, said",
    [
        (lambda session, one: perform(session, one, "stop", "quality_manager", now(), note="违章"), "Suspended"),
        (lambda session, one: released(session, at=now()), "Valid under supervision only"),
        (lambda session, one: perform(session, one.employee, "leave", "hr", now(), note="个人原因"), "No longer valid"),
    ],
)
def test_the_answer_is_todays_and_gives_no_reason(app, session, happens, said):
    _, _, _, people = qualified(session, at=now() - AGO)
    token, one = paper(session, people)
    happens(session, one)
    answer = asked(app, session, token).text
    assert said in answer
    assert "违章" not in answer
    assert (">Yes<" in answer) is (said == "Valid under supervision only")


def test_an_expired_certificate_says_no_from_the_day_after(app, session, time_machine):
    _, _, _, people = qualified(session, at=now() - AGO, validity_months=3)
    token, one = paper(session, people)
    midnight = datetime.combine(one.valid_until_on + timedelta(days=1), time(), COMPANY_ZONE)
    time_machine.move_to(midnight - timedelta(minutes=5), tick=True)
    assert ">Yes<" in asked(app, session, token).text
    time_machine.move_to(midnight + timedelta(minutes=5), tick=True)
    answer = asked(app, session, token).text
    assert "Expired" in answer
    assert ">No<" in answer
    session.rollback()
    session.expire_all()
    assert one.status == "qualified"  # the nightly run has not been: the facts answer, not the kept status


def test_guesses_are_counted_and_braked_and_no_other_purpose_fits(app, session):
    _, _, _, people = qualified(session, at=now() - AGO)
    token, _ = paper(session, people)
    session.rollback()
    browser = Browser(app)
    for place in range(GUESSES_AN_HOUR):
        answer = browser.get(f"/c/guess{place}/")
        assert answer.status_code == 404
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    braked = browser.get("/c/guess/")
    assert (braked.status_code, braked.headers["Retry-After"]) == (429, "3600")
    assert browser.get(f"/c/{token}/").status_code == 429


def test_who_is_not_qualified_gets_no_certificate(session, browser_of):
    _, _, _, people = qualified(session, at=now() - AGO)
    one = held(session, people[0])
    perform(session, one, "stop", "quality_manager", now(), note="x")
    key = one.id
    with pytest.raises(RuleBroken, match="qualified now"), doing(session, "hr", now()) as act:
        print_certificate(session, one, act)
    session.rollback()
    assert browser_of("hr").post(f"/training/certificates/{key}/pdf/", {}).status_code == 409
    assert browser_of("hr").get(f"/training/certificates/{key}/").status_code == 404
    other = session.scalar(select(Qualification.id).where(Qualification.employee_id == people[1].id))
    assert browser_of("employee").post(f"/training/certificates/{other}/pdf/", {}).status_code == 404


def test_what_is_typed_stays_text(app):
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        facts = dict.fromkeys(
            ("title", "mark", "number", "sentence", "name", "person", "is_qualified", "post", "validity"),
            '#import "x" *粗* $x$ <b> \\\\ [a]',
        )
        rest = dict.fromkeys(("rests_on", "issuer", "signature", "issued", "scan"), "x")
        more = {"headings": ["#x"] * 5, "basis": [["#y"] * 5] * 60, "on": [2026, 11, 27], "code": pdf.qr_svg("x")}
        made = pdf.pdf("certificate", json.loads(json.dumps(facts | rest | more)))
    assert made.startswith(b"%PDF-1.7")
