"""Plans, daily reports and orders as pages: drawn, edited as a sheet, reported once, compared, seen at a glance (S1, S2)."""

import io
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin_views.session import db
from models.base import Act, now, on_date
from models.engine import let_write
from models.event import Attachment, Event
from models.journal import acting
from models.schedule import DailyReport, PlanStage, ProductionPlan, SalesOrder, StagePredecessor
from models.schedule.progress import note_missing_reports
from rules.base import SYSTEM
from rules.schedule.sheet import COLUMNS
from tests.admin_views.test_check_form import PNG
from tests.browse import Browser, Form

RUNNING, DRAFT = "JH-2026-00001", "JH-2026-00002"


def ask(app, query):
    with app.app_context(), Session(db.engine) as session:
        return session.execute(query).all()


def plan_id(app, no: str) -> int:
    return ask(app, select(ProductionPlan.id).where(ProductionPlan.no == no))[0][0]


def stages(app, no: str):
    columns = (PlanStage.seq, PlanStage.name, PlanStage.status, PlanStage.planned_end_on, PlanStage.heads_needed)
    query = select(*columns).join(ProductionPlan).where(ProductionPlan.no == no).order_by(PlanStage.seq)
    return [tuple(one) for one in ask(app, query)]


def sheet(browser: Browser, key: int) -> dict[str, str]:
    """The fields of the sheet as the page has them."""
    return browser.form(f"/schedule/plans/{key}/stages/")


def rows_of(fields: dict[str, str]) -> list[list[str]]:
    return [line.split("\t") for line in fields["rows"].strip("\n").split("\n")]


def text_of(rows: list[list[str]]) -> str:
    return "\n".join("\t".join(row) for row in rows)


def put(row: list[str], **cells: str) -> list[str]:
    """The row with other cells; the first column is the stage that it was."""
    row = [*row]
    for name, text in cells.items():
        row[COLUMNS.index(name) + 1] = text
    return row


# -- the plan's page ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_plan_is_drawn_with_everything_that_a_reader_looks_for(app, language):
    page = Browser(app, "production_planner", language=language).get(f"/schedule/plans/{plan_id(app, RUNNING)}/")
    assert page.status_code == 200
    for mark in ('class="gantt"', 'class="plan"', 'class="base"', 'class="off"', "bar in_progress", "下料", "机加"):
        assert mark in page.text, mark
    assert 'role="img" aria-label="' in page.text
    assert "style=" not in page.text
    assert page.text.count('<g class="bar ') == 2


@pytest.mark.parametrize(
    "days, says",
    [(0, "working days to spare before"), (-1, "working days to spare before"), (1, "was to end"), (30, "was to end")],
)
def test_a_plan_that_ran_out_before_its_work_was_done_spares_nothing(app, monkeypatch, days, says):
    end_on = stages(app, RUNNING)[-1][3]
    monkeypatch.setattr("admin_views.schedule.plan_page.today", lambda: end_on + timedelta(days=days))
    page = Browser(app, "production_planner").get(f"/schedule/plans/{plan_id(app, RUNNING)}/").text
    assert says in page
    assert ("and not done" in page) == (days > 0)


@pytest.mark.parametrize("days, tone", [(0, "met"), (1, "soon")])
def test_a_stage_over_its_end_is_marked_and_the_plan_spares_no_green(app, monkeypatch, days, tone):
    first_ends = stages(app, RUNNING)[0][3]
    monday = first_ends + timedelta(days=(7 - first_ends.weekday()) if days else 0)  # after a working day has gone by
    monkeypatch.setattr("admin_views.schedule.plan_page.today", lambda: monday)
    page = Browser(app, "production_planner").get(f"/schedule/plans/{plan_id(app, RUNNING)}/").text
    assert ("working days over" in page) == ("Stages overdue" in page) == bool(days)
    assert re.search(rf'<span class="st {tone}">ends ', page)


def test_a_draft_says_what_it_lacks_and_whoever_may_edits_it(app):
    key = plan_id(app, DRAFT)
    browser = Browser(app, "production_planner", language="zh-CN")
    fields = sheet(browser, key)
    fields["rows"] = text_of([put(row, weight="30", heads="9") for row in rows_of(fields)])
    browser.post(f"/schedule/plans/{key}/stages/", fields)
    page = browser.get(f"/schedule/plans/{key}/").text
    assert "提交前还缺" in page
    assert "权重合计为 60，应为 100。" in page
    assert f"/schedule/plans/{key}/stages/" in page
    assert f"/schedule/plans/{key}/stages/" not in Browser(app, "technical").get(f"/schedule/plans/{key}/").text


def test_a_complete_plan_is_submitted_from_its_page(app):
    key = plan_id(app, DRAFT)
    browser = Browser(app, "production_planner", language="zh-CN")
    page = browser.get(f"/schedule/plans/{key}/")
    form = next(one for one in Form(page.text).forms if one["fields"].get("verb") == "submit")
    assert browser.post(form["action"], form["fields"]).status_code == 302
    assert 'value="take_up"' in Browser(app, "technical").get(f"/schedule/plans/{key}/").text
    assert 'name="verb"' not in browser.get(f"/schedule/plans/{key}/").text


def test_a_plan_that_lacks_something_is_not_submitted_from_its_page(app):
    key = plan_id(app, DRAFT)
    browser = Browser(app, "production_planner", language="zh-CN")
    fields = sheet(browser, key)
    fields["rows"] = text_of([put(row, weight="30") for row in rows_of(fields)])
    browser.post(f"/schedule/plans/{key}/stages/", fields)
    page = browser.get(f"/schedule/plans/{key}/").text
    assert "提交前还缺" in page
    assert 'name="verb"' not in page


def test_a_lack_of_people_is_named_with_post_and_days(app):
    key = plan_id(app, DRAFT)
    browser = Browser(app, "production_planner", language="zh-CN")
    fields = sheet(browser, key)
    ahead = on_date(now()) + timedelta(days=7)
    day = (ahead + timedelta(days=(7 - ahead.weekday()) % 7)).isoformat()
    fields["rows"] = text_of([put(row, heads="9", start_on=day, end_on=day, after="") for row in rows_of(fields)])
    answer = browser.post(f"/schedule/plans/{key}/stages/judge/", {"rows": fields["rows"]})
    assert answer.status_code == 200
    (words,) = answer.json["overloads"]
    assert day in words
    assert "需 18 人" in words
    assert 'class="heads over"' in answer.json["chart"]


@pytest.mark.parametrize("login", ["hr", "after_sales_agent", "team_leader2"])
def test_a_plan_is_not_seen_by_others(app, login):
    key = plan_id(app, DRAFT)
    browser = Browser(app, login)
    for path in ("", "stages/", "versions/"):
        assert browser.get(f"/schedule/plans/{key}/{path}").status_code == 404, path


def test_nobody_but_the_planner_opens_the_sheet(app):
    key = plan_id(app, DRAFT)
    for login in ("technical", "production_manager", "sales"):
        assert Browser(app, login).get(f"/schedule/plans/{key}/stages/").status_code == 403, login
    assert Browser(app).get(f"/schedule/plans/{key}/stages/").status_code == 302


# -- the sheet ---------------------------------------------------------------------------------------------------------


def test_what_is_typed_in_the_sheet_is_what_the_plan_says(app):
    key, browser = plan_id(app, DRAFT), Browser(app, "production_planner")
    fields = sheet(browser, key)
    first, second = rows_of(fields)
    new = ["", "3", "检验", "终检", *first[4:6], "2", "", first[8], second[9], "0", "5", "1, 2"]
    fields["rows"] = text_of([put(first, name="锯床下料"), second, new])
    assert browser.post(f"/schedule/plans/{key}/stages/", fields).status_code == 302
    found = stages(app, DRAFT)
    assert [(seq, name) for seq, name, *_ in found] == [(1, "锯床下料"), (2, "机加"), (3, "检验")]
    assert found[2][4] == 2
    waits = ask(
        app,
        select(func.count())
        .select_from(StagePredecessor)
        .join(PlanStage, PlanStage.id == StagePredecessor.stage_id)
        .where(PlanStage.name == "检验"),
    )
    assert waits == [(2,)]
    events = ask(
        app, select(Event.action, Event.changes).where(Event.entity == "plan_stage").order_by(Event.seq.desc()).limit(2)
    )
    assert {action for action, _ in events} == {"create", "edit"}
    assert {"name": ["下料", "锯床下料"]} in [changes for _, changes in events]


def test_the_same_sheet_sent_twice_changes_it_once(app):
    key, browser = plan_id(app, DRAFT), Browser(app, "production_planner")
    fields = sheet(browser, key)
    fields["rows"] += "\n" + "\t".join(["", "", "包装", *[""] * 9])
    for _ in range(3):
        assert browser.post(f"/schedule/plans/{key}/stages/", fields).status_code == 302
    assert [name for _, name, *_ in stages(app, DRAFT)] == ["下料", "机加", "包装"]


def test_two_stages_change_places(app):
    key, browser = plan_id(app, DRAFT), Browser(app, "production_planner")
    fields = sheet(browser, key)
    first, second = rows_of(fields)
    fields["rows"] = text_of([put(second, seq="1", after=""), put(first, seq="2", after="")])
    assert browser.post(f"/schedule/plans/{key}/stages/", fields).status_code == 302
    assert [(seq, name) for seq, name, *_ in stages(app, DRAFT)] == [(1, "机加"), (2, "下料")]


def test_a_sheet_pasted_over_the_old_one_takes_its_numbers(app):
    key, browser = plan_id(app, DRAFT), Browser(app, "production_planner")
    fields = sheet(browser, key)
    first, second = (["", *row[1:]] for row in rows_of(fields))
    fields["rows"] = text_of([put(first, name="锯切"), put(second, name="铣削")])
    assert browser.post(f"/schedule/plans/{key}/stages/", fields).status_code == 302
    assert [(seq, name) for seq, name, *_ in stages(app, DRAFT)] == [(1, "锯切"), (2, "铣削")]


def test_a_cancelled_stage_keeps_its_number(app):
    key, browser = plan_id(app, RUNNING), Browser(app, "production_planner", language="zh-CN")
    fields = sheet(browser, key)
    first, second = rows_of(fields)
    fields["rows"] = text_of([first, put(["", *second[1:]], name="铣削")])
    answer = browser.post(f"/schedule/plans/{key}/stages/", fields)
    assert answer.status_code == 409
    assert "请改用其他序号" in answer.text
    fields["rows"] = text_of([first, put(["", *second[1:]], name="铣削", seq="3")])
    assert browser.post(f"/schedule/plans/{key}/stages/", fields).status_code == 302
    assert [(seq, name, str(status)) for seq, name, status, *_ in stages(app, RUNNING)][1:] == [
        (2, "机加", "cancelled"),
        (3, "铣削", "pending"),
    ]


def test_a_row_that_is_taken_out_leaves_the_plan_and_one_that_somebody_else_added_stays(app):
    key, browser = plan_id(app, DRAFT), Browser(app, "production_planner")
    mine = sheet(browser, key)
    other = sheet(browser, key)
    other["rows"] += "\n" + "\t".join(["", "9", "涂装", *[""] * 9])
    assert browser.post(f"/schedule/plans/{key}/stages/", other).status_code == 302
    mine["rows"] = text_of([row for row in rows_of(mine) if row[1] == "1"])
    assert browser.post(f"/schedule/plans/{key}/stages/", mine).status_code == 302
    assert [name for _, name, *_ in stages(app, DRAFT)] == ["下料", "涂装"]


def test_a_stage_that_somebody_changed_meanwhile_is_not_overwritten(app):
    key, browser = plan_id(app, DRAFT), Browser(app, "production_planner", language="zh-CN")
    mine, other = sheet(browser, key), sheet(browser, key)
    first, second = rows_of(other)
    other["rows"] = text_of([put(first, name="先到"), second])
    assert browser.post(f"/schedule/plans/{key}/stages/", other).status_code == 302
    mine["rows"] = text_of([put(first, name="后到"), second])
    answer = browser.post(f"/schedule/plans/{key}/stages/", mine)
    assert answer.status_code == 422
    assert "已被他人修改" in answer.text
    assert "后到" in answer.text  # what was typed is there
    assert stages(app, DRAFT)[0][1] == "先到"


@pytest.mark.parametrize(
    "cells, words",
    [
        ({"post": "没有的岗位"}, "没有此岗位"),
        ({"owner": "没有的人"}, "花名册中没有此人"),
        ({"revision": "GY-000 Z/9"}, "没有此文件的已发布版次"),
        ({"end_on": "2020-01-01"}, "计划完成早于计划开始"),
        ({"after": "7"}, "表中没有第 7 阶段"),
        ({"name": ""}, "请填写阶段名称"),
    ],
)
def test_a_cell_that_is_wrong_is_said_and_nothing_is_kept(app, cells, words):
    key, browser = plan_id(app, DRAFT), Browser(app, "production_planner", language="zh-CN")
    before, fields = stages(app, DRAFT), sheet(browser, key)
    first, second = rows_of(fields)
    fields["rows"] = text_of([put(first, heads="7"), put(second, **cells)])
    answer = browser.post(f"/schedule/plans/{key}/stages/", fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert "有 1 处需要改正" in answer.text
    assert stages(app, DRAFT) == before


def test_too_many_rows_and_nonsense_are_refused_in_words(app):
    key, browser = plan_id(app, DRAFT), Browser(app, "production_planner")
    fields = sheet(browser, key)
    many = text_of([["", str(n), f"S{n}", *[""] * 10] for n in range(1, 700)])
    assert browser.post(f"/schedule/plans/{key}/stages/", {**fields, "rows": many}).status_code == 409
    assert browser.post(f"/schedule/plans/{key}/stages/judge/", {"rows": many}).status_code == 409
    odd = ("a\rb\r\rc", "\t" + "甲" * 200_000, "\x0b\t\u2028\t\x85")
    for rows in ("\0\t\t", '"\t"x\n"', "1.1\t9\t甲", "9" * 40 + ".1\t9\t甲", "\t" * 40, *odd):
        answer = browser.post(f"/schedule/plans/{key}/stages/judge/", {"rows": rows})
        assert answer.status_code == 200, rows
    assert browser.post(f"/schedule/plans/{key}/stages/", {"rows": "x\t1\t甲", "known": "a 1e9"}).status_code == 422


def test_a_running_plan_changed_in_the_sheet_goes_to_review_and_keeps_what_was_begun(app):
    key, browser = plan_id(app, RUNNING), Browser(app, "production_planner", language="zh-CN")
    fields = sheet(browser, key)
    first, second = rows_of(fields)
    gone = browser.post(f"/schedule/plans/{key}/stages/", {**fields, "rows": text_of([put(second, after="")])})
    assert gone.status_code == 409
    assert "已开工" in gone.text
    later = (date.fromisoformat(second[9]) + timedelta(days=3)).isoformat()
    answer = browser.post(
        f"/schedule/plans/{key}/stages/", {**fields, "rows": text_of([first, put(second, end_on=later)])}
    )
    assert answer.status_code == 302
    assert ask(app, select(ProductionPlan.needs_review).where(ProductionPlan.id == key)) == [(True,)]
    page = browser.get(f"/schedule/plans/{key}/versions/")
    assert page.status_code == 200
    assert f"<ins>{later}</ins>" in page.text
    assert re.search(r"晚 \d 个工作日", page.text)


def test_a_plan_that_was_never_submitted_has_nothing_to_compare(app):
    assert Browser(app, "production_planner").get(f"/schedule/plans/{plan_id(app, DRAFT)}/versions/").status_code == 404


# -- the daily report --------------------------------------------------------------------------------------------------


def at_work(app) -> int:
    return ask(app, select(PlanStage.id).where(PlanStage.status == "in_progress"))[0][0]


def report_form(browser: Browser, key: int) -> dict[str, str]:
    fields = browser.form(f"/schedule/report/{key}/")
    people = re.findall(r'name="people" value="(\d+)" checked', browser.get(f"/schedule/report/{key}/").text)
    return {**fields, "people": people, "good": "3", "bad": "1", "percent": "40", "hours": "8", "has_problem": "ok"}


def reports(app):
    columns = (DailyReport.status, DailyReport.qty_done, DailyReport.qty_good, DailyReport.qty_bad, DailyReport.problem)
    return [tuple(one) for one in ask(app, select(*columns).order_by(DailyReport.id))]


def test_a_team_leader_finds_the_stages_of_the_team_and_reports_one_once(app):
    browser, key = Browser(app, "team_leader", language="zh-CN"), at_work(app)
    assert f"/schedule/report/{key}/" in browser.get("/schedule/report/").text
    fields = report_form(browser, key)
    assert fields["people"]
    for _ in range(3):
        assert browser.post(f"/schedule/report/{key}/", fields).status_code == 302
    assert reports(app) == [("submitted", 4, 3, 1, "")]
    page = browser.get("/schedule/report/").text
    assert "已报" in page
    assert ask(app, select(PlanStage.progress).where(PlanStage.id == key)) == [(40,)]


def test_a_second_report_of_the_same_shift_is_refused_with_its_number(app):
    browser, key = Browser(app, "team_leader", language="zh-CN"), at_work(app)
    assert browser.post(f"/schedule/report/{key}/", report_form(browser, key)).status_code == 302
    answer = browser.post(f"/schedule/report/{key}/", {**report_form(browser, key), "form_token": "another"})
    assert answer.status_code == 409
    assert "RB-" in answer.text
    assert len(reports(app)) == 1


def test_a_problem_with_its_photo_becomes_an_action(app):
    browser, key = Browser(app, "team_leader"), at_work(app)
    fields = report_form(browser, key) | {"has_problem": "ng", "problem": "刀具不足"}
    fields["photo-problem"] = (io.BytesIO(PNG), "现场.png")
    assert browser.post(f"/schedule/report/{key}/", fields).status_code == 302
    assert reports(app)[0][4] == "刀具不足"
    assert ask(app, select(DailyReport.action_id.is_not(None))) == [(True,)]
    assert ask(app, select(Attachment.entity, Attachment.kind)) == [("daily_report", "photo")]


@pytest.mark.parametrize(
    "cells, place",
    [
        ({"good": "2.5"}, "item-good"),
        ({"on": "2026-01-05"}, "item-shift"),
        ({"bad": "-1"}, "item-bad"),
        ({"percent": "101"}, "item-percent"),
        ({"hours": "abc"}, "item-hours"),
        ({"people": []}, "item-people"),
        ({"has_problem": "ng", "problem": ""}, "item-problem"),
        ({"expected_finish_on": "2026-13-01"}, "item-expected"),
        ({"expected_finish_on": "2150-01-01"}, "item-expected"),
    ],
)
def test_a_fault_is_said_at_its_place_and_nothing_is_kept(app, cells, place):
    browser, key = Browser(app, "team_leader"), at_work(app)
    answer = browser.post(f"/schedule/report/{key}/", report_form(browser, key) | cells, Accept="application/json")
    assert answer.status_code == 422
    assert place in answer.json["faults"]
    assert reports(app) == []
    page = browser.post(f"/schedule/report/{key}/", report_form(browser, key) | cells)
    assert page.status_code == 422
    assert answer.json["faults"][place].split(".")[0] in page.text


def test_per_cent_never_goes_back(app):
    browser, key = Browser(app, "team_leader", language="zh-CN"), at_work(app)
    yesterday = (on_date(now()) - timedelta(days=1)).isoformat()
    assert browser.post(f"/schedule/report/{key}/", report_form(browser, key) | {"on": yesterday}).status_code == 302
    answer = browser.post(
        f"/schedule/report/{key}/", report_form(browser, key) | {"percent": "30"}, Accept="application/json"
    )
    assert (answer.status_code, list(answer.json["faults"])) == (409, ["item-percent"])


@pytest.mark.parametrize("login, status", [("team_leader2", 404), ("production_manager", 403), ("technical", 403)])
def test_only_the_leader_of_the_team_reports(app, login, status):
    key = at_work(app)
    browser = Browser(app, login)
    assert browser.get(f"/schedule/report/{key}/").status_code in {403, status}
    assert browser.post(f"/schedule/report/{key}/", {"good": "1"}).status_code in {403, status}
    assert reports(app) == []


def test_what_was_noted_as_missing_is_listed_for_planner_and_manager_and_filled_in_by_the_leader(app):
    let_write(may=True)
    with app.app_context(), Session(db.engine) as session, acting(session, Act(SYSTEM, now())):
        assert note_missing_reports(session, now()) > 0
        session.commit()
    missed = [one for one in reports(app) if one[0] == "missing"]
    page = Browser(app, "production_manager", language="zh-CN").get("/schedule/missing/")
    assert page.status_code == 200
    assert page.text.count("未上报</span>") == len(missed)
    assert Browser(app, "team_leader").get("/schedule/missing/").status_code == 403
    leader = Browser(app, "team_leader", language="zh-CN")
    link = re.search(r'href="(/schedule/report/\d+/\?on=[^"]+)"', leader.get("/schedule/report/").text)
    assert link
    path = link[1].replace("&amp;", "&")
    fields = {**leader.form(path), "good": "1", "percent": "10", "hours": "8", "has_problem": "ok"}
    fields["people"] = re.findall(r'name="people" value="(\d+)" checked', leader.get(path).text)
    assert leader.post(path.partition("?")[0], fields).status_code == 302
    after = reports(app)
    assert len([one for one in after if one[0] == "missing"]) == len(missed) - 1


# -- orders at a glance ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/schedule/board/", "/schedule/calendar/"])
def test_orders_stand_on_the_board_and_in_the_month_of_their_promise(app, path):
    promised = ask(app, select(SalesOrder.promised_on).where(SalesOrder.promised_on.is_not(None)))[0][0]
    month = f"?month={promised:%Y-%m}" if "calendar" in path else "?mine=1&priority="
    seller = Browser(app, "sales", language="zh-CN")
    page = seller.get(path + month)
    assert page.status_code == 200
    assert page.text.count("/admin/sales_order/details/?id=") >= 3
    assert "style=" not in page.text
    for odd in ("?month=2026-99&priority=x", "?month=0000-01", "?mine=%00"):
        assert seller.get(path + odd).status_code == 200, odd


def test_an_order_planned_too_late_says_so_on_the_board(app):
    key, planner = plan_id(app, DRAFT), Browser(app, "production_planner", language="zh-CN")
    fields = sheet(planner, key)
    first, second = rows_of(fields)
    fields["rows"] = text_of([first, put(second, end_on="2027-06-30")])
    planner.post(f"/schedule/plans/{key}/stages/", fields)
    assert re.search(r"计划晚 \d+ 个工作日", planner.get("/schedule/board/").text)
    assert "计划完成" in planner.get("/schedule/calendar/?month=2027-06").text
