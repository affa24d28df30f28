"""One's own figures of the month so far, with the rows behind each (K1, K2.1)."""

import re
import sys
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, select

from admin_views.session import db
from models.assessment import KpiDefinition
from models.assessment.glancing import glances, of_employee, of_people, of_team, rows_behind
from models.base import COMPANY_ZONE, now, on_date
from models.indicators import INDICATORS
from models.organisation import Placement, Team
from rules.assessment import NINE, POINTS
from rules.base import Unset, Words
from tests.browse import Browser
from tests.models.acts import checked, doing, draft, item
from tests.models.test_indicator_rows import with_weights
from tests.world import employee

RATE = "execution_pass_rate"
mine = sys.modules["admin_views.assessment.mine"]


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
    assert "<tr>" not in page.text
    opened = browser.get("/indicators/me/?open=execution_pass_rate").text
    assert opened.count("<tr>") > int(bottom)
    assert "装配一" not in opened


def test_only_who_works_here_has_figures(app, session):
    assert Browser(app, "admin").get("/indicators/me/").status_code in {200, 403}
    assert Browser(app).get("/indicators/me/").status_code == 302


@contextmanager
def counted(app):
    """The statements that are asked meanwhile."""
    asked = []
    with app.app_context():
        engine = db.engine
    note = lambda *given: asked.append(given[2])  # noqa: E731 - the same object is taken away again
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_as_many_statements_for_one_indicator_as_for_many(app, session, monkeypatch):
    """An own indicator costs no statement: the same ones, and the same ones three times over."""
    with_weights(session)
    session.close()
    browser, known, counts = Browser(app, "employee"), mine.definitions, []
    browser.get("/indicators/me/")
    for times in (1, 3):
        monkeypatch.setattr(mine, "definitions", lambda session, times=times: [*known(session)] * times)
        with counted(app) as asked:
            page = browser.get("/indicators/me/").text
        counts.append(len(asked))
        assert page.count("mine-value") == 10 * times
    assert counts[0] == counts[1]


def test_rows_are_asked_for_a_page_at_a_time(app, session, monkeypatch):
    monkeypatch.setattr(mine, "ROWS", 3)
    checked(session, [item(session, ok=True) for _ in range(7)], at=now())
    session.rollback()
    browser, path = Browser(app, "employee"), "/indicators/me/?open=execution_pass_rate"
    first = browser.get(path).text
    assert (first.count("<tr>"), "page=2" in first, ">Back<" in first) == (4, True, False)
    with counted(app) as asked:
        second = browser.get(f"{path}&page=2").text
    assert any(" LIMIT " in one and " OFFSET " in one for one in asked)
    assert ">Back<" in second
    assert browser.get(f"{path}&page=99999").text.count("<tr>") == 1
    assert browser.get(f"{path}&page=0").text.count("<tr>") == 4
    assert browser.get(f"{path}&page=x").text.count("<tr>") == 4


def test_an_unset_figure_is_named_and_the_others_are_shown(app, session):
    page = Browser(app, "employee").get("/indicators/me/").text
    assert "K1.3" in page
    assert "has not been set" in page
    assert "mine-value" in page


def test_what_nobody_measures_says_so(app, session, monkeypatch):
    with_weights(session)
    monkeypatch.delitem(INDICATORS, "delay_count")
    assert "Not measured yet." in Browser(app, "employee").get("/indicators/me/").text


# -- teams -----------------------------------------------------------------------------------------------------------


def span_now():
    return mine.month_of(on_date(now()).replace(day=1))


def rate_of(session, whose):
    (found,) = [one for one in glances(session, of_people(session), span_now(), whose) if one.kpi.code == RATE]
    return found.measured.numerator, found.measured.denominator


def team_of(session, name="车工一"):
    return session.get_one(Team, employee(session, name).team_id)


def test_a_team_counts_the_rows_of_its_people(any_session):
    session, at = any_session, now()
    team = team_of(session)
    checked(session, [item(session, ok=True), item(session), item(session, ok=True, who="装配一")], at=at)
    people = session.scalars(select(Placement.employee_id).where(Placement.team_id == team.id)).all()
    each = [rate_of(session, of_employee(one)) for one in people]
    whole = rate_of(session, of_team(session, team.id, span_now()))
    assert whole == (sum(top or 0 for top, _ in each), sum(bottom or 0 for _, bottom in each))
    assert whole[1] >= 2
    (kpi,) = [one for one in of_people(session) if one.code == RATE]
    rows = rows_behind(session, kpi, span_now(), of_team(session, team.id, span_now()), first=0, most=500)
    assert {one.employee_id for one in rows} <= set(people)


@pytest.mark.parametrize("days, counts", [(0, True), (1, False)])
def test_a_row_counts_for_the_team_of_its_day(any_session, days, counts):
    """Moved the day after, or on the day itself: midnight of the company decides."""
    session, who = any_session, employee(any_session, "车工一")
    team, span = team_of(session), span_now()
    at = datetime.combine(span.from_on + timedelta(days=3), datetime.min.time(), COMPANY_ZONE)
    checked(session, [item(session, ok=True)], at=at + timedelta(hours=1), checked_at=at)
    before = rate_of(session, of_employee(who.id))
    with doing(session, "hr", now()):
        place = next(one for one in who.placements if one.to_on is None)
        place.to_on = on_date(at) - timedelta(days=days)
    others = session.scalars(select(Placement.employee_id).where(Placement.team_id == team.id)).all()
    rest = sum(rate_of(session, of_employee(one))[1] or 0 for one in others if one != who.id)
    after = rate_of(session, of_team(session, team.id, span))[1] or Decimal(0)
    assert before[1] >= 1
    assert (after - rest >= 1) is counts


def test_a_team_without_people_has_no_rows(any_session):
    session = any_session
    with doing(session, "admin", now()):
        team = Team(code="T-X", name="新班组", department_id=team_of(session).department_id)
        session.add(team)
    assert rate_of(session, of_team(session, team.id, span_now())) == (0, 0)


def test_teams_see_what_people_are_counted_by_and_no_points(session):
    assert {one.code for one in of_people(session)} == {code for code, *_ in NINE} - {POINTS}
    with doing(session, "hr", now()):
        session.scalar(select(KpiDefinition).where(KpiDefinition.code == RATE)).scope = "department"
    assert RATE not in {one.code for one in of_people(session)}


@pytest.mark.parametrize("language, title", [("en", "Team figures"), ("zh-CN", "班组指标")])
def test_a_leader_sees_his_team_and_opens_its_rows(app, session, language, title):
    checked(session, [item(session, ok=True), item(session)], at=now())
    other = team_of(session, "装配一").id
    session.rollback()
    browser = Browser(app, "team_leader", language=language)
    page = browser.get("/indicators/team/").text
    assert title in page
    assert f'value="{other}"' not in page
    assert browser.get(f"/indicators/team/?team={other}").status_code == 404
    opened = browser.get(f"/indicators/team/?open={RATE}&month={now():%Y-%m}").text
    assert opened.count("<tr>") >= 3
    assert browser.get("/indicators/team/?month=2020-13&team=x").status_code == 404


@pytest.mark.parametrize("login, status", [("employee", 403), ("hr", 200), ("production_manager", 200), ("", 302)])
def test_others_see_the_teams_of_their_departments(app, login, status):
    answer = Browser(app, login).get("/indicators/team/?month=2026-09")
    assert answer.status_code == status


def test_an_unset_figure_is_a_sentence(session, monkeypatch):
    def unset(*_given):
        raise Unset(Words("X", "X"), "K1.1")

    monkeypatch.setattr("models.assessment.glancing.value_maker", unset)
    found = glances(session, of_people(session), span_now(), of_employee(1))
    assert {one.missing.en for one in found} == {Unset(Words("X", "X"), "K1.1").words.en}


def test_rows_that_do_not_count_are_said_beside_the_number(app, session):
    before = of_mine(session)
    checked(session, [item(session, ok=True), item(session)], at=now())
    draft(session, [item(session)], at=now())
    after = of_mine(session)
    session.rollback()
    assert (after.rows - before.rows, after.left_out - before.left_out) == (3, 1)
    assert after.rows - after.left_out == after.measured.denominator
    said = f"{after.rows} 条明细，其中 {after.left_out} 条不计入"
    assert said in Browser(app, "employee", language="zh-CN").get("/indicators/me/").text


def of_mine(session):
    kpi = session.scalar(select(KpiDefinition).where(KpiDefinition.code == RATE))
    span = mine.month_of(on_date(now()).replace(day=1))
    return glances(session, [kpi], span, of_employee(employee(session, "车工一").id))[0]
