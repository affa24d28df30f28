"""The desk: the most urgent first, the act beside the line, news as sentences, and nothing where nothing is."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from admin_views import desk
from admin_views.columns import due_cell
from admin_views.deadlines import left_of, span_words
from admin_views.history import past
from admin_views.screen import Cell, DeskCard, DeskLine
from admin_views.session import db
from tests.browse import Form

AT = datetime(2026, 11, 13, 2, 0, tzinfo=UTC)


def card(tone: str, place: str = "work", count: int = 1) -> DeskCard:
    lines = [DeskLine("x", "/", due=Cell("", tone=tone))] if tone else []
    return DeskCard(tone or "none", lines, "", count, place=place)


def test_the_most_urgent_card_comes_first_and_mine_before_what_i_watch():
    cards = [card(""), card("running"), card("overdue", "watch"), card("soon"), card("overdue")]
    found = [(one.title, one.place) for one in sorted(cards, key=desk._urgency)]
    assert found == [("overdue", "work"), ("overdue", "watch"), ("soon", "work"), ("running", "work"), ("none", "work")]


def test_the_tallies_count_what_is_mine_and_say_when_there_is_more(app):
    with app.test_request_context():
        found = desk._tallies([card("overdue", count=12), card("soon"), card("overdue", "watch", 5)])
    assert [(one.number, one.is_more) for one in found] == [(1, True), (1, True), (13, False)]


@pytest.mark.parametrize(
    "hour, said", [(1, "Good morning"), (4, "Good afternoon"), (9, "Good afternoon"), (12, "Good evening")]
)
def test_the_greeting_knows_the_hour_of_the_company(app, monkeypatch, hour, said):
    monkeypatch.setattr(desk, "now", lambda: datetime(2026, 11, 13, hour, 0, tzinfo=UTC))
    monkeypatch.setattr(desk, "name_here", lambda: "Li")
    with app.test_request_context():
        assert desk._greeting() == f"{said}, Li"


def test_the_next_act_is_one_click_away(app, browser_of, world):
    worker = browser_of("employee")
    page = worker.get("/").text
    form = next(one for one in Form(page).forms if one["fields"].get("verb") == "accept")
    assert form["action"] == "/admin/action_item/perform/"
    assert worker.post(form["action"], form["fields"]).status_code == 302
    for verb in ("start", "submit"):
        assert f'href="/admin/action_item/details/?id={world.action}#verb-{verb}"' in worker.get("/").text
        worker.perform("action_item", world.action, verb, **({"measure": "x"} if verb == "submit" else {}))
    assert f"id={world.action}#verb-" not in worker.get("/").text


def test_news_say_who_did_what_to_what_and_why_it_is_told(browser_of):
    worker, inspector = browser_of("employee", language="zh-CN"), browser_of("quality_inspector", language="zh-CN")
    assert "新的整改单：外径尺寸" in worker.get("/").text
    form = next(one for one in Form(worker.get("/").text).forms if one["fields"].get("verb") == "accept")
    worker.post(form["action"], form["fields"])
    page = inspector.get("/").text
    assert "车工一 已接受：外径尺寸" in page
    assert re.search(r"ZG-\d{4}-\d+ · 您是提出人", page)
    assert "车工一 accepted: 外径尺寸" in browser_of("quality_inspector").get("/", **{"Accept-Language": "en"}).text


def test_news_of_records_out_of_sight_are_not_told(app, browser_of, world):
    with app.app_context():
        db.session.execute(
            text("UPDATE action_item SET responsible_id = :other WHERE id = :id"),
            {"other": world.other_worker, "id": world.action},
        )
        db.session.commit()
    assert "外径尺寸" not in browser_of("employee").get("/").text


def test_who_has_nothing_to_do_is_told_so(browser_of):
    page = browser_of("sales_manager").get("/").text
    assert "All clear." in page
    assert "No news." in page
    assert 'class="tallies"' not in page


def test_a_deadline_speaks_one_language_of_colours(app):
    with app.test_request_context():
        tones = [
            due_cell(AT, AT - timedelta(days=3)).tone,
            due_cell(AT, AT - timedelta(hours=3)).tone,
            due_cell(AT, AT + timedelta(hours=3)).tone,
            due_cell(AT, AT, is_paused=True).tone,
            due_cell(AT, AT, is_done=True).tone,
            due_cell(AT, AT, done_at=AT).tone,
            due_cell(AT, AT, done_at=AT + timedelta(minutes=1)).tone,
        ]
    assert tones == ["running", "soon", "overdue", "paused", "done", "met", "breached"]


@pytest.mark.parametrize(
    "minutes, said",
    [(0, ""), (5, "5 分钟"), (60, "1 小时"), (130, "2 小时 10 分钟"), (16 * 60, "2 天"), (17 * 60, "2 天 1 小时")],
)
def test_working_time_is_said_as_people_count_it(app, minutes, said):
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        assert span_words(timedelta(minutes=minutes)) == said


def test_working_time_left_and_gone(app):
    with app.test_request_context():
        # Friday 10:00 in the company: 08:30-12:00, 13:00-17:30
        assert left_of(AT + timedelta(hours=1), AT) == "1 h of working time left"
        assert left_of(AT + timedelta(days=2), AT) == "6 h 30 min of working time left"
        assert left_of(AT - timedelta(minutes=30), AT) == "30 min of working time late"
        assert left_of(AT, AT) == ""


def test_without_a_calendar_no_working_time_is_said(app):
    with app.app_context():
        db.session.execute(text("UPDATE calendar SET department_id = (SELECT min(id) FROM department)"))
        db.session.commit()
    with app.test_request_context():
        assert left_of(AT + timedelta(hours=1), AT) == ""


@pytest.mark.parametrize(
    "step, said",
    [
        ("Accept", "accepted"),
        ("Submit for review", "submitted for review"),
        ("Release", "released"),
        ("Verify", "verified"),
        ("Take leave", "took leave"),
        ("Not effective", "Not effective"),
        ("“Odd”", "“Odd”"),
    ],
)
def test_a_step_is_told_as_something_done(app, step, said):
    with app.test_request_context():
        assert past(step) == said
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        assert past("提交") == "提交"
