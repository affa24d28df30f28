"""Certificates of honour: a paper for a person and a department, for those whom it concerns (K3.1)."""

from urllib.parse import unquote

import pytest
from sqlalchemy import select

from admin_views import pdf
from models.assessment import RewardPenalty
from models.base import now
from tests.browse import Browser
from tests.models.acts import doing, perform
from tests.models.test_rewards import rule
from tests.models.test_suggestions import carried_out, suggested
from tests.world import department, employee


def awarded(session, *, to="车工一", area=None, kind="certificate", until="execute"):
    """A reward that a manager proposed, as far as it came."""
    found = rule(session, occasion="manager", severity=None, kind=kind, needs_role="general_manager", clause="K3.1")
    with doing(session, "production_manager", now()) as act:
        one = RewardPenalty(
            rule=found,
            employee=None if area else employee(session, to),
            subject_department=department(session, area) if area else None,
            reason="带队抢修主轴，提前两天交货。",
            proposer_id=act.by.employee_id,
        )
        session.add(one)
        with session.no_autoflush:
            one.prepare(act)
    for verb, login in (("approve", "general_manager"), ("announce", "hr"), ("execute", "hr")):
        perform(session, one, verb, login, now())
        if verb == until:
            break
    return one


@pytest.mark.parametrize(
    "language, title, name", [("en", "Certificate of Honour", "车工一"), ("zh-CN", "荣誉证书", "车工一")]
)
def test_a_person_gets_a_paper(app, session, monkeypatch, language, title, name):
    key = awarded(session).id
    said = []
    made = pdf.pdf
    monkeypatch.setattr(pdf, "pdf", lambda sheet, facts: said.append(facts) or made(sheet, facts))
    session.rollback()
    browser = Browser(app, "employee", language=language)
    assert f"/honours/{key}/" in browser.get(f"/admin/reward_penalty/details/?id={key}").text
    page = browser.get(f"/honours/{key}/").text
    assert title in page
    assert "带队抢修主轴，提前两天交货" in page
    got = browser.get(f"/honours/{key}/pdf/")
    assert (got.status_code, got.mimetype) == (200, "application/pdf")
    assert got.data.startswith(b"%PDF-1.7")
    assert b"NotoSerifSC" in got.data
    assert title in unquote(got.headers["Content-Disposition"])
    assert said[0]["name"] == name
    assert employee(session, "车工一").no in said[0]["subject"]


def test_a_department_gets_a_paper_and_its_head_sees_it(app, session):
    one = awarded(session, area="SC1")
    key, name = one.id, one.subject.name
    session.rollback()
    head = Browser(app, "production_manager", language="zh-CN")
    assert name in head.get(f"/honours/{key}/").text
    assert head.get(f"/honours/{key}/pdf/").data.startswith(b"%PDF-1.7")
    assert Browser(app, "employee").get(f"/honours/{key}/").status_code == 404


@pytest.mark.parametrize("more", [{"kind": "commendation"}, {"until": "announce"}])
def test_only_a_certificate_that_was_carried_out_has_a_paper(app, session, more):
    key = awarded(session, **more).id
    session.rollback()
    hr = Browser(app, "hr")
    assert hr.get(f"/honours/{key}/").status_code == 404
    assert hr.get(f"/honours/{key}/pdf/").status_code == 404
    assert "/honours/" not in hr.get(f"/admin/reward_penalty/details/?id={key}").text


def test_a_revoked_one_has_none(app, session):
    one = awarded(session)
    perform(session, one, "appeal", "employee", now(), note="不是我的功劳")
    perform(session, one, "revoke", "general_manager", now(), note="属实")
    key = one.id
    session.rollback()
    assert Browser(app, "hr").get(f"/honours/{key}/").status_code == 404


def test_who_is_not_signed_in_is_sent_to_the_door(app, session):
    key = awarded(session).id
    session.rollback()
    for path in (f"/honours/{key}/", f"/honours/{key}/pdf/"):
        assert Browser(app).get(path).status_code == 302


def test_a_suggestion_is_named_on_its_paper(app, session):
    rule(
        session, occasion="suggestion", severity=None, grade="A", kind="certificate", needs_role="hr_manager",
        clause="K3.2",
    )  # fmt: skip
    title = carried_out(session, suggested(session, "车工一")).title
    one = session.scalar(select(RewardPenalty))
    for verb, login in (("approve", "hr_manager"), ("announce", "hr"), ("execute", "hr")):
        perform(session, one, verb, login, now())
    key = one.id
    session.rollback()
    assert f"“{title}”经实施验证" in Browser(app, "hr", language="zh-CN").get(f"/honours/{key}/").text
