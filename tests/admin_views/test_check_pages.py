"""Figures, draws, patrols and desks on screen: whose they are, and that each opens what it stands on (P3.1, P3.4)."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.session import db
from models.engine import let_write
from models.quality import CheckDraw, CheckTemplateItem
from models.regulation import Figure
from tests.browse import Browser
from tests.models.acts import doing
from tests.models.test_check_templates import filled_in, published, said

SPAN = "from=2026-11-01&to=2026-11-30"


@pytest.mark.parametrize(
    "login,status",
    [("quality_manager", 200), ("quality_inspector", 200), ("technical", 200), ("team_leader", 200), ("admin", 200),
     ("employee", 403), ("hr", 403), ("sales", 403)],
)  # fmt: skip
def test_figures_are_for_whom_they_are(app, login, status):
    browser = Browser(app, login)
    for path in ("statistics", "patrols"):
        assert browser.get(f"/quality/{path}/").status_code == status, path
    menu = browser.get("/").text
    assert ("/quality/statistics/" in menu) is (status == 200)


@pytest.mark.parametrize("group", ["department", "team", "post", "person", "document", "nonsense"])
def test_each_figure_opens_its_rows(app, group):
    browser = Browser(app, "quality_manager")
    page = browser.get(f"/quality/statistics/?group={group}&{SPAN}").text
    assert "50 %" in page
    assert "style=" not in page
    links = [one.replace("&amp;", "&") for one in re.findall(r'<th scope="row"><a href="([^"]+key=\d+[^"]*)"', page)]
    assert links
    opened = browser.get(f"/quality/statistics/{links[0].partition('#')[0]}").text
    assert "外径尺寸" in opened
    assert "/admin/spot_check/details/?id=" in opened


def test_points_and_bars_are_links_to_their_rows(app):
    browser = Browser(app, "quality_manager", language="zh-CN")
    page = browser.get(f"/quality/statistics/?{SPAN}").text
    bars = [one.replace("&amp;", "&") for one in re.findall(r'<a href="(\?[^"]+question=[^"]+)"', page)]
    points = [one.replace("&amp;", "&") for one in re.findall(r'<a href="(\?[^"]+rows=1[^"]*)"', page)]
    assert len(bars) == len(points) == 1
    for link in (*bars, *points):
        assert "CJ-" in browser.get(f"/quality/statistics/{link.partition('#')[0]}").text
    assert "没有已判定的检查项目" in browser.get("/quality/statistics/?from=2020-01-01&to=2020-03-31").text


def test_addresses_that_nobody_would_write_are_no_fault(app):
    browser = Browser(app, "quality_manager")
    for asked in ("from=2026-13-45", "to=x", "kind=recheck", "category=%00", "from=2099-01-01&to=2000-01-01",
                  "key=" + "9" * 30, "question=%27%20OR%201=1", "ng=1&category=all", "kind=contact_sample"):  # fmt: skip
        assert browser.get(f"/quality/statistics/?{asked}").status_code == 200, asked
    assert browser.get("/quality/statistics/?key=999999").status_code == 404
    assert browser.get("/quality/patrols/?week=2026-99-99").status_code == 200


def test_the_patrols_that_are_missing_are_told(app):
    let_write(may=True)
    with app.app_context(), Session(db.engine) as session:
        patrol = published(session, CheckTemplateItem(question="巡检"), code="MB-X", post=None, scope="leader_patrol")
        filled_in(session, patrol, [said("ok")], login="team_leader")
    page = Browser(app, "quality_manager").get("/quality/patrols/?week=2026-11-16").text
    assert "has not been set yet" in page
    assert "has not been set yet" in Browser(app, "team_leader").get("/").text
    let_write(may=True)
    with app.app_context(), Session(db.engine) as session, doing(session, "admin"):
        session.add(_three_a_week())
    page = Browser(app, "quality_manager").get("/quality/patrols/?week=2026-11-16").text
    assert re.search(r"班组长 .*?<span class=\"st soon\">2</span>", page, re.DOTALL)
    leader = Browser(app, "team_leader2")
    assert "班组长2" in leader.get("/quality/patrols/?week=2026-11-16").text
    assert "0 of 3 made this week" in leader.get("/").text


def _three_a_week():
    from datetime import date
    from decimal import Decimal

    return Figure(code="patrols_per_week", clause="P3.1", unit="count", value=Decimal(3), from_on=date(2026, 1, 1))


def test_a_draw_says_whom_why_and_that_its_seed_draws_the_same(app):
    with app.app_context(), Session(db.engine) as session:
        draw = session.scalar(select(CheckDraw))
        key, seed, inspector = draw.id, draw.seed, draw.inspector.account.login
    page = Browser(app, inspector, language="zh-CN").get(f"/admin/check_draw/details/?id={key}").text
    assert "按种子重抽，结果一致" in page
    assert str(seed) in page
    assert "/q/P-SC1/?employee=" in page
    assert Browser(app, "quality_inspector3").get(f"/admin/check_draw/details/?id={key}").status_code == 404
    assert Browser(app, "admin").get("/admin/check_draw/new/").status_code == 403


def test_todays_draw_lies_on_the_desk_and_the_start_page_and_opens_the_form_of_who_was_drawn(app):
    from datetime import date

    from models.base import now, on_date

    let_write(may=True)
    with app.app_context(), Session(db.engine) as session, doing(session, "quality_manager"):
        draw = session.scalar(select(CheckDraw))
        draw.on = on_date(now())
        inspector, who = draw.inspector.account.login, draw.drawn()[0].employee_id
        assert isinstance(draw.on, date)
    browser = Browser(app, inspector)
    for path in ("/", "/q/"):
        page = browser.get(path).text
        assert f"/q/P-SC1/?employee={who}" in page.replace("&amp;", "&"), path
    form = browser.get("/q/P-SC1/").text
    assert "Drawn today:" in form
    assert re.search(rf'name="employee" value="{who}"[^>]*checked', form)
