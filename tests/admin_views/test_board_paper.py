"""The regulation on paper for the monthly meeting (G1)."""

from urllib.parse import unquote

import pytest
from sqlalchemy import func, select

from admin_views import pdf
from models.base import COMPANY_ZONE, now
from models.quality import SpotCheck
from tests.browse import Browser
from tests.models.acts import checked, item


@pytest.fixture
def said(monkeypatch):
    kept, made = [], pdf.pdf
    monkeypatch.setattr(pdf, "pdf", lambda sheet, facts: kept.append(facts) or made(sheet, facts))
    return kept


def rows(facts):
    return {row["code"]: row for part in facts["parts"] for row in part["rows"]}


@pytest.mark.parametrize("language, title", [("en", "Regulation board"), ("zh-CN", "制度执行月报")])
def test_the_board_of_a_month_is_a_pdf(app, session, said, language, title):
    checked(session, [item(session)], at=now())
    first = now().astimezone(COMPANY_ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    this_month = session.scalar(
        select(func.count()).where(SpotCheck.checked_at >= first, SpotCheck.status.in_(("submitted", "closed")))
    )
    session.rollback()
    browser = Browser(app, "quality_manager", language=language)
    page = browser.get("/regulation/").text
    assert 'action="/regulation/paper/"' in page
    got = browser.get("/regulation/paper/")
    assert (got.status_code, got.mimetype) == (200, "application/pdf")
    assert got.data.startswith(b"%PDF-1.7")
    assert title in unquote(got.headers["Content-Disposition"])
    found = rows(said[0])
    assert len(found) == 53
    assert found["P3.2"]["numbers"][0] == str(this_month)
    assert found["G1"]["is_text"]
    assert {one[0] for one in said[0]["unset"]} == {code for code, one in found.items() if one["unset"]}
    process = said[0]["parts"][1]
    assert process["percent"].endswith(" %")


def test_an_unknown_month_is_this_one(app, session, said):
    browser = Browser(app, "hr")
    for given in ("", "2026-13", "x", "1999-01"):
        assert browser.get(f"/regulation/paper/?month={given}").status_code == 200
    assert {one["period"] for one in said} == {f"{now():%Y-%m}"}


def test_a_stranger_gets_no_paper(app, session):
    assert Browser(app).get("/regulation/paper/").status_code == 302
