"""One's own figures of the month so far, with the rows behind each (K1, K2.1)."""

import re

import pytest

from models.base import now
from tests.browse import Browser
from tests.models.acts import checked, item


@pytest.mark.parametrize("language, name", [("en", "My figures"), ("zh-CN", "我的指标")])
def test_my_figures_are_mine_and_open_their_rows(app, session, language, name):
    checked(session, [item(session, ok=True), item(session), item(session, ok=True, who="装配一")], at=now())
    session.rollback()
    browser = Browser(app, "employee", language=language)
    assert "/indicators/me/" in browser.get("/").text
    page = browser.get("/indicators/me/")
    assert page.status_code == 200
    assert name in page.text
    rates = re.findall(r"mine-value\">([^<]+?) <span class=\"count\">(\d+) / (\d+)</span>", page.text)
    value, top, bottom = rates[0]
    assert 0 < int(top) < int(bottom)
    assert value == f"{round(100 * int(top) / int(bottom), 2):g} %"
    assert page.text.count("<tr>") > int(bottom)
    assert "装配一" not in page.text


def test_only_who_works_here_has_figures(app, session):
    assert Browser(app, "admin").get("/indicators/me/").status_code in {200, 403}
    assert Browser(app).get("/indicators/me/").status_code == 302
