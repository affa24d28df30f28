"""The year, the decision tables and the clocks on screen: what an admin sets, what everybody sees (A4.1, A3.1)."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, select

from admin_views.regulation import year
from admin_views.session import db
from models import regulation as m
from models.actions import ActionItem
from models.base import Act
from models.engine import let_write
from models.journal import acting
from models.regulation import Calendar, CalendarDay, SlaClock, SlaPolicy
from models.regulation.shipped import ship
from rules.base import SYSTEM, RuleBroken
from rules.regulation import Target
from tests.browse import Browser, Form
from tests.conftest import make_app
from tests.models.acts import without_service

MONDAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
"""09:00 in the factory, which works 08:30-12:00 and 13:00-17:30."""
RESOLUTION = Target.RESOLUTION


@pytest.fixture(autouse=True)
def _bare(app):
    """Time limits of tickets are set here where they are looked at."""
    with app.app_context():
        let_write(may=True)
        without_service(db.session())
        db.session.remove()


@pytest.fixture
def clock(app, world):
    """A clock on the rectification of the small factory, paused for an hour on its first day."""
    with app.app_context():
        let_write(may=True)
        session = db.session()
        with acting(session, Act(SYSTEM, MONDAY)):
            session.add(
                SlaPolicy(name="问题解决", clause="A3.4", target=RESOLUTION, match={"priority": "P1|P2"}, amount=Decimal(2),
                          unit="working_day", warnings=["-50%"], ladder=[["+60", ["general_manager"]]],
                          pauses_on=["pending_customer"], from_on=date(2020, 1, 1))
            )  # fmt: skip
            session.execute(delete(SlaClock))
            record = session.get_one(ActionItem, world.action)
            made = m.arm(session, record, RESOLUTION, {"priority": "P1"}, at=MONDAY)
            m.pause(session, record, RESOLUTION, at=MONDAY + timedelta(hours=1), reason="pending_customer")
            m.resume(session, record, RESOLUTION, at=MONDAY + timedelta(hours=2))
            session.commit()
            return made.id


def stored(app, question):
    with app.app_context():
        found = db.session.scalars(question).all()
        db.session.expunge_all()
        return found


# The year


def test_everybody_sees_the_year_and_only_the_administrator_may_click(app):
    for login, clicks in (("admin", True), ("employee", False)):
        page = Browser(app, login).get("/calendar/?year=2026")
        assert page.status_code == 200
        assert "260 working days" in page.text  # 261 weekdays less the holiday of the small factory
        assert page.text.count('class="month"') == 12
        assert ("&amp;on=2026-05-09" in page.text) is clicks
    assert Browser(app).get("/calendar/").status_code == 302


@pytest.mark.parametrize("given", ["?year=x", "?year=１２３４", "?on=2026-13-40", "?year=1899", "?on=9999-01-01"])
def test_a_year_that_is_none_is_this_one(app, given):
    assert Browser(app, "admin").get(f"/calendar/{given}").status_code == 200


def test_a_calendar_that_is_none_is_not_there(app):
    browser = Browser(app, "admin")
    for key in ("0", "999", "x", "9" * 30):
        assert browser.get(f"/calendar/?calendar={key}").status_code == 404


def turn(browser, on, **more):
    fields = {"on": on, "day_type": "holiday", "name": "停产", "source": "厂发", "version": "0", **more}
    return browser.post("/calendar/turn/", fields, token_from="/calendar/")


def test_a_click_turns_a_day_and_the_open_deadline_with_it(app, clock):
    browser = Browser(app, "admin")
    question = browser.get("/calendar/?on=2026-11-17")
    assert "Now a workday." in question.text
    answer = turn(browser, "2026-11-17")
    assert answer.headers["Location"].endswith("&year=2026")
    assert "deadlines reckoned anew: 1" in browser.get(answer.headers["Location"]).text
    (day,) = stored(app, select(CalendarDay).where(CalendarDay.on == date(2026, 11, 17)))
    assert (day.day_type, day.name, day.source, day.provisional) == ("holiday", "停产", "厂发", False)
    (found,) = stored(app, select(SlaClock).where(SlaClock.id == clock))
    assert found.due_at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    assert turn(browser, "2026-11-17", day_type="usual", version="1").status_code == 302
    assert stored(app, select(CalendarDay).where(CalendarDay.on == date(2026, 11, 17))) == []
    (found,) = stored(app, select(SlaClock).where(SlaClock.id == clock))
    assert found.due_at == datetime(2026, 11, 19, 1, 30, tzinfo=UTC)


def test_a_turned_day_shows_its_kind_by_more_than_its_colour(app):
    browser = Browser(app, "admin", language="zh-CN")
    turn(browser, "2026-11-21", day_type="makeup_workday")
    page = browser.get("/calendar/?on=2026-11-21").text
    assert "调休上班日, 停产" in page
    assert "<sup" in page
    assert "当前为：调休上班日" in page


def test_turning_is_the_administrators(app):
    for login, expected in (("hr", 403), ("", 302)):
        browser = Browser(app, login)
        answer = browser.post(
            "/calendar/turn/",
            {"on": "2026-11-17", "day_type": "holiday"},
            token_from="/calendar/" if login else "/login",
        )
        assert answer.status_code == expected
    assert len(stored(app, select(CalendarDay))) == 1


@pytest.mark.parametrize(
    "on,more,status",
    [
        ("no day", {}, 422),
        ("2026-11-17", {"day_type": "feast"}, 422),
        ("2026-11-17", {"version": "7"}, 409),
        ("2026-10-01", {}, 409),  # it was turned meanwhile
    ],
)
def test_what_cannot_be_turned_is_said_and_changes_nothing(app, on, more, status):
    assert turn(Browser(app, "admin"), on, **more).status_code == status
    assert len(stored(app, select(CalendarDay))) == 1


def test_the_administrator_is_asked_for_the_next_notice_from_mid_november(app, monkeypatch):
    for on, asked in ((date(2026, 11, 14), False), (date(2026, 11, 15), True)):
        monkeypatch.setattr(year, "today", lambda on=on: on)
        assert ("State Council" in Browser(app, "admin").get("/").text) is asked
        assert "State Council" not in Browser(app, "hr").get("/").text


def test_a_company_of_its_own_begins_with_the_days_published_so_far(app):
    with app.app_context():
        let_write(may=True)
        session = db.session()
        assert ship(session, MONDAY) == 0, "what a company has entered is left alone"
        with acting(session, Act(SYSTEM, MONDAY)):
            session.execute(delete(m.SlaClock))
            session.execute(delete(m.CalendarVersion))
            for row in (*session.scalars(select(CalendarDay)), *session.scalars(select(Calendar))):
                session.delete(row)
            session.commit()
        assert ship(session, MONDAY) > 80
        assert ship(session, MONDAY) == 0
        calendar = m.company_calendar(session)
        assert [calendar.add_days(date(2026, 4, 30), days).day for days in (1, 2, 3, 4)] == [6, 7, 8, 9]
        assert all("国务院" in one.source for one in session.scalars(select(CalendarDay)))


def test_the_command_that_builds_a_database_ships_them(tmp_path):
    made = make_app(f"sqlite:///{tmp_path}/new.sqlite3", tmp_path)
    assert made.test_cli_runner().invoke(args=["upgrade"]).exit_code == 0
    assert {one.on.year for one in stored(made, select(CalendarDay))} == {2024, 2025, 2026}
    with made.app_context():
        db.engine.dispose()


# Calendars and policies in their forms


def test_a_calendar_that_nobody_could_work_by_is_refused_with_the_reason(app):
    browser = Browser(app, "admin")
    edit = "/admin/calendar/edit/?id=1"
    fields = browser.form(edit)
    answer = browser.post(edit, fields | {"intervals-0-ends": "14:00"})
    assert answer.status_code == 409
    assert "Working hours overlap: Monday 08:30-14:00 and Monday 13:00-17:30" in answer.text
    answer = browser.post(edit, fields | {"own_intervals-0-on": "2026-11-17", "own_intervals-0-starts": "08:00"})
    assert answer.status_code == 409
    assert "give both times, or none" in answer.text
    assert browser.post(edit, fields | {"own_intervals-0-on": "2026-11-17"}).status_code == 302
    page = browser.get("/admin/calendar/details/?id=1").text
    assert "08:30–12:00, 13:00–17:30" in page
    assert "/calendar/?calendar=1" in page


NOTHING = {f"intervals-{nth}-remove": "y" for nth in range(10)}
ENDED = {f"intervals-{nth}-to_on": "2026-06-30" for nth in range(10)}


@pytest.mark.parametrize(
    "more,sentence",
    [
        (NOTHING, "The calendar has no working time at all."),
        (ENDED, "The calendar does not open for a year from"),
        ({"intervals-0-ends": "08:30", "intervals-1-starts": "08:30"}, "Working hours overlap"),
        ({"intervals-0-starts": "25:00"}, "25:00"),
        ({"time_zone": "Mars/Olympus"}, "is not a known time zone"),
    ],
)
def test_a_hostile_calendar_is_refused_in_its_form_with_the_reason_and_as_typed(app, more, sentence):
    browser = Browser(app, "admin")
    edit = "/admin/calendar/edit/?id=1"
    fields = browser.form(edit)
    assert (fields["intervals-0-weekday"], fields["intervals-9-weekday"]) == ("0", "4")
    answer = browser.post(edit, fields | more)
    assert answer.status_code == 409
    assert sentence in html.unescape(answer.text)
    again = dict(max((one["fields"] for one in Form(answer.text).forms), key=len))
    assert {name: again[name] for name in more if "remove" not in name} == {
        name: value for name, value in more.items() if "remove" not in name
    }
    assert m_engine_is_as_before(app)
    chinese = Browser(app, "admin", language="zh-CN")
    assert "日历无法使用" in chinese.post(edit, chinese.form(edit) | more).text


def m_engine_is_as_before(app):
    with app.app_context():
        return m.company_calendar(db.session()).add_days(date(2026, 11, 16), 1).day == 17


def test_a_new_calendar_without_an_opening_is_refused(app):
    browser = Browser(app, "admin")
    fields = browser.form("/admin/calendar/new/") | {"code": "X", "name": "空"}
    answer = browser.post("/admin/calendar/new/", fields)
    assert answer.status_code == 409
    assert "no working time at all" in answer.text
    assert len(stored(app, select(Calendar))) == 1


def holidays_for_a_year(but=()):
    days = (date(2027, 1, 1) + timedelta(days=nth) for nth in range(400))
    return [one for one in days if one not in but]


@pytest.mark.parametrize("way", ["year view", "form"])
def test_the_last_day_that_is_open_within_a_year_is_not_turned_off(app, way):
    """Neither a click in the year view nor the form of a single day may leave a year without an opening."""
    left = date(2027, 6, 16)
    with app.app_context():
        let_write(may=True)
        with acting(db.session(), Act(SYSTEM, MONDAY)):
            days = holidays_for_a_year(but={left})
            db.session.add_all(CalendarDay(on=on, day_type="holiday", name="停产") for on in days)
            db.session.commit()
    browser = Browser(app, "admin")
    if way == "year view":
        answer = turn(browser, left.isoformat())
    else:
        fields = browser.form("/admin/calendar_day/new/")
        answer = browser.post("/admin/calendar_day/new/", fields | {"on": left.isoformat(), "day_type": "holiday"})
    assert answer.status_code == 409
    assert "does not open for a year" in answer.text
    assert stored(app, select(CalendarDay).where(CalendarDay.on == left)) == []


def test_a_program_cannot_keep_a_hostile_calendar_either(app):
    with app.app_context():
        let_write(may=True)
        with acting(db.session(), Act(SYSTEM, MONDAY)):
            calendar = db.session.scalar(select(Calendar))
            calendar.intervals.clear()
            with pytest.raises(RuleBroken, match="no working time"):
                db.session.commit()
            db.session.rollback()
        db.session.rollback()
    assert m_engine_is_as_before(app)


def policy(browser, **more):
    fields = browser.form("/admin/sla_policy/new/?target=first_contact")
    given = {"name": "首次联系", "amount": "2", "unit": "working_hour", "match": "", "from_on": "2026-01-01"}
    return browser.post("/admin/sla_policy/new/", fields | given | more)


@pytest.mark.parametrize(
    "more,status,sentence",
    [
        ({"warnings": "soon"}, 422, "not a time before or after the deadline"),
        ({"ladder": "+60: the cat"}, 422, "Nobody is called"),
        ({"pauses_on": "lunch"}, 422, "does not wait for"),
        ({"pauses_on": "pending_customer"}, 409, "waits for nobody"),
        ({"to_on": "2025-01-01"}, 409, "It ends before it begins."),
        ({"amount": "1.5", "unit": "working_day"}, 409, "is no time limit"),
        ({"amount": "999999", "unit": "working_day"}, 409, "No calendar reaches that far"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_at_its_field(app, more, status, sentence):
    answer = policy(Browser(app, "admin"), **more)
    assert (answer.status_code, sentence in answer.text) == (status, True)


def test_a_policy_keeps_what_was_written_in_the_readers_words(app):
    browser = Browser(app, "admin")
    made = policy(browser, warnings="-2h，-50%", ladder="0：经办人、所在班组长；+8小时：总经理")
    page = browser.get(made.headers["Location"]).text
    assert "2 working hours before due, with 50 % of the time left" in page
    assert "at the deadline: the agent, his team leader; 8 working hours after due: General manager" in page
    (one,) = stored(app, select(SlaPolicy).where(SlaPolicy.target == Target.FIRST_CONTACT))
    assert one.ladder == [["0", ["agent", "team_leader"]], ["+480", ["general_manager"]]]
    again = policy(browser, name="又一条")
    assert again.status_code == 409
    assert "holds for the same cases" in again.text


PICKED = {
    "match-0-name": "priority", "match-0-value": "priority=P1",
    "match-1-name": "", "match-1-value": "priority=P2",
    "match-2-name": "severity", "match-2-value": "S1 致命",
    "warnings-0-amount": "25", "warnings-0-span": "percent",
    "ladder-0-when": "at", "ladder-0-who": "agent",
    "ladder-1-when": "after", "ladder-1-amount": "1", "ladder-1-span": "hours", "ladder-1-who": "team_leader",
    "ladder-2-when": "after", "ladder-2-amount": "60", "ladder-2-span": "minutes", "ladder-2-who": "after_sales_manager",
    "ladder-3-when": "after", "ladder-3-amount": "", "ladder-3-who": "",
}  # fmt: skip


def test_conditions_warnings_and_levels_are_picked_in_rows(app):
    browser = Browser(app, "admin", language="zh-CN")
    made = policy(browser, **PICKED)
    assert made.status_code == 302
    (one,) = stored(app, select(SlaPolicy).where(SlaPolicy.target == Target.FIRST_CONTACT))
    assert one.match == {"priority": "P1|P2", "severity": "S1"}
    assert one.warnings == ["-25%"]
    assert one.ladder == [["0", ["agent"]], ["+60", ["team_leader", "after_sales_manager"]]]
    edit = f"/admin/sla_policy/edit/?id={one.id}"
    fields = browser.form(edit)
    assert fields["match-1-value"] == "priority=P2"
    assert (fields["ladder-2-amount"], fields["ladder-2-span"]) == ("1", "hours")
    assert browser.post(edit, fields | {"match-2-remove": "y", "ladder-0-remove": "y"}).status_code == 302
    (one,) = stored(app, select(SlaPolicy).where(SlaPolicy.id == one.id))
    assert one.match == {"priority": "P1|P2"}
    assert one.ladder == [["+60", ["team_leader", "after_sales_manager"]]]


@pytest.mark.parametrize(
    "more,cell,sentence",
    [
        ({"match-0-name": "priority"}, "match-0-value", "Choose a value."),
        ({"match-0-name": "severity", "match-0-value": "priority=P1"}, "match-0-value", "value of “Priority”"),
        ({"match-0-value": "priority=P9"}, "match-0-value", "not one of the choices"),
        ({"match-0-value": "kind=design"}, "match", "is not told apart by Kind"),
        ({"warnings-0-amount": "0"}, "warnings-0-amount", "How long before or after?"),
        ({"warnings-0-amount": "x"}, "warnings-0-amount", "not a number"),
        ({"ladder-0-amount": "2"}, "ladder-0-who", "Who is to be told?"),
        ({"ladder-0-who": "agent"}, "ladder-0-amount", "How long before or after?"),
        ({"ladder-0-who": "cat", "ladder-0-when": "at"}, "ladder-0-who", "not one of the choices"),
    ],
)  # fmt: skip
def test_what_is_missing_in_a_row_is_said_at_its_cell_and_nothing_is_lost(app, more, cell, sentence):
    answer = policy(
        Browser(app, "admin"), **{"name": "首次联系", "ladder-1-who": "admin", "ladder-1-when": "at"} | more
    )
    assert answer.status_code in {409, 422}
    at = answer.text.index(f'id="{cell}-error"')
    assert sentence in answer.text[at : at + 400]
    assert f'href="#{cell}"' in answer.text
    again = dict(max((one["fields"] for one in Form(answer.text).forms), key=len))
    assert again["ladder-1-who"] == "admin"
    for name, value in more.items():
        assert again[name] == value or value in {"priority=P9", "cat"}
    assert stored(app, select(SlaPolicy).where(SlaPolicy.target == Target.FIRST_CONTACT)) == []


def test_what_nobody_could_pick_any_more_may_stay(app):
    """A category of the company's own, somebody of another name."""
    browser = Browser(app, "admin")
    made = policy(browser, match="category=泵", ladder="0: agent")
    edit = "/admin/sla_policy/edit/?id=" + made.headers["Location"].rpartition("=")[2]
    with app.app_context():
        let_write(may=True)
        with acting(db.session(), Act(SYSTEM, MONDAY)):
            one = db.session.scalar(select(SlaPolicy).where(SlaPolicy.target == Target.FIRST_CONTACT))
            one.ladder = [["0", ["shift_lead"]]]
            db.session.commit()
    fields = browser.form(edit)
    assert (fields["match-0-value"], fields["ladder-0-who"]) == ("category=泵", "shift_lead")
    assert browser.post(edit, fields | {"name": "首次联系客户"}).status_code == 302
    (one,) = stored(app, select(SlaPolicy).where(SlaPolicy.target == Target.FIRST_CONTACT))
    assert (one.match, one.ladder) == ({"category": "泵"}, [["0", ["shift_lead"]]])


def test_who_is_told_of_a_rectification_is_set_in_one_place(app):
    answer = policy(Browser(app, "admin"), target="rectification", name="整改", match="", ladder="0: admin")
    assert answer.status_code == 409
    assert "is set once, under “Escalation levels”" in answer.text


def test_two_savers_of_a_time_limit_see_both_versions_of_its_rows(app):
    browser = Browser(app, "admin", language="zh-CN")
    made = policy(browser, **PICKED)
    edit = "/admin/sla_policy/edit/?id=" + made.headers["Location"].rpartition("=")[2]
    mine = browser.form(edit)
    assert browser.post(edit, mine | {"ladder-0-who": "owner"}).status_code == 302
    answer = browser.post(edit, mine | {"match-0-remove": "y", "ladder-1-remove": "y"})
    assert answer.status_code == 409
    assert "到期时：文件负责人" in answer.text
    again = dict(max((one["fields"] for one in Form(answer.text).forms), key=len))
    again |= {"resolve-ladder": "theirs", "resolve-match": "mine"}
    assert browser.post(edit, again).status_code == 302
    (one,) = stored(app, select(SlaPolicy).where(SlaPolicy.target == Target.FIRST_CONTACT))
    assert one.match == {"priority": "P2", "severity": "S1"}
    assert one.ladder == [["0", ["owner"]], ["+60", ["team_leader", "after_sales_manager"]]]


# Decision tables


def test_every_target_stands_in_the_overview_with_its_state(app, clock):
    page = Browser(app, "employee").get("/limits/").text
    assert all(f"/limits/{target}/" in page for target in Target)
    assert "not set: refused" in page
    assert "2 cases without a limit" in page  # P3 and P4
    assert "complete" in page


def test_a_decision_table_shows_its_gaps_and_ties(app, clock):
    browser = Browser(app, "admin")
    page = browser.get("/limits/resolution/").text
    assert "Priority P3" in page
    assert "Priority P1 / P2" in page
    with app.app_context():
        let_write(may=True)
        with acting(db.session(), Act(SYSTEM, MONDAY)):
            for name, match in (("按严重程度", {"severity": "S1"}), ("其余", {})):
                db.session.add(SlaPolicy(name=name, clause="A3.4", target=RESOLUTION, match=match, amount=Decimal(1), unit="working_day", from_on=date(2020, 1, 1)))  # fmt: skip
            db.session.commit()
    page = browser.get("/limits/resolution/").text
    assert "“问题解决” and “按严重程度” hold for the same cases" in page
    assert "1 cases said twice" in browser.get("/limits/").text
    assert browser.get("/limits/minutes/").text.count("is refused") == 1
    assert browser.get("/limits/lunch/").status_code == 404


def test_any_moment_can_be_tried(app, clock):
    page = Browser(app, "hr").get("/limits/resolution/?priority=P2&start=2026-11-19T16:00").text
    assert "Decided by “问题解决”." in page
    assert "Due 2026-11-23 Mon 17:30." in page
    assert "day 2" in page
    paused = "&pause_from=2026-11-20T09:00&pause_to=2026-11-20T10:00"
    page = Browser(app, "hr").get(f"/limits/resolution/?priority=P2&start=2026-11-19T16:00{paused}").text
    assert "Due 2026-11-24 Tue 09:30." in page
    assert "−60 min" in page


@pytest.mark.parametrize(
    "asked,sentence",
    [
        ("priority=P3&start=2026-11-19T16:00", "has not been set yet"),
        ("priority=P1&start=soon", "not a date and time"),
        ("priority=P1&start=0001-01-01T00:00", "out of range"),
        ("priority=P1&start=2026-11-19T16:00&pause_from=soon", "not a date and time"),
    ],
)
def test_a_moment_that_cannot_be_tried_is_said(app, clock, asked, sentence):
    page = Browser(app, "admin").get(f"/limits/resolution/?{asked}")
    assert (page.status_code, sentence in page.text) == (200, True)


# Clocks


def test_a_records_page_says_how_much_working_time_is_left_and_why(app, world, clock):
    browser = Browser(app, "quality_inspector")
    page = browser.get(f"/admin/action_item/details/?id={world.action}").text
    assert "Clocks" in page
    assert f"/clocks/{clock}/" in page
    assert "问题解决 · 2 working days" in page
    assert "Clock “Resolution” · Due" in page, "the history names the clock"


def test_a_clocks_page_tells_its_story_to_whoever_may_see_its_record(app, clock):
    page = Browser(app, "quality_inspector").get(f"/clocks/{clock}/").text
    for part in (
        "Why it is due then",
        "waiting for the customer",
        "−60 min",
        "Priority P1",
        "General manager",
        "version 1",
    ):
        assert part in page, part
    chinese = Browser(app, "quality_inspector", language="zh-CN").get(f"/clocks/{clock}/").text
    assert "期限由来" in chinese
    assert Browser(app, "quality_inspector3").get(f"/clocks/{clock}/").status_code == 404
    for key in (clock + 1, 10**30):
        assert Browser(app, "admin").get(f"/clocks/{key}/").status_code == 404
    assert Browser(app).get(f"/clocks/{clock}/").status_code == 302


@pytest.mark.parametrize(
    "verb,at,said",
    [
        ("stop", MONDAY + timedelta(hours=4, minutes=30), "to spare"),
        ("stop", MONDAY + timedelta(days=9), "late"),
        ("cancel", MONDAY + timedelta(hours=3), "no longer owed"),
        ("pause", MONDAY + timedelta(hours=3), "left when it goes on"),
        ("continue", MONDAY + timedelta(hours=3), "1 times"),
    ],
)
def test_a_clock_says_how_it_stands(app, world, clock, verb, at, said):
    with app.app_context():
        let_write(may=True)
        session, record = db.session(), db.session.get_one(ActionItem, world.action)
        with acting(session, Act(SYSTEM, at)):
            if verb == "pause":
                m.pause(session, record, RESOLUTION, at=at, reason="pending_customer")
            elif verb == "cancel":
                m.cancel(session, record, RESOLUTION, at=at)
            else:
                m.stop(session, record, RESOLUTION, at=at)
            if verb == "continue":
                clock = m.continue_after_reopening(session, record, RESOLUTION, at=at + timedelta(hours=1)).id
            session.commit()
    assert said in Browser(app, "admin").get(f"/clocks/{clock}/").text
    assert Browser(app, "admin").get(f"/admin/action_item/details/?id={world.action}").status_code == 200


def test_a_deadline_leads_to_its_story_wherever_a_record_shows_it(app, world):
    """The rectification of the small factory: from its due instant to the days that it was reckoned from."""
    browser = Browser(app, "quality_manager", language="zh-CN")
    page = browser.get(f"/admin/action_item/details/?id={world.action}").text
    (key,) = set(re.findall(r'class="why-due" href="/clocks/(\d+)/"', page))
    told = browser.get(f"/clocks/{key}/").text
    assert "期限由来" in told
    assert "到期" in told
