"""A plan in the sheet by keyboard, the day's report under a thumb, and the chapter's pages in every look (S1, S2)."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.session import db
from models.schedule import DailyReport, PlanStage, ProductionPlan
from tests.browser.test_screens import LOOKS, RULES, TARGETS

DRAFT = "JH-2026-00002"
PASTE = """text => { const data = new DataTransfer(); data.setData("text/plain", text);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }"""
STAGES = 20


def plan_id(app, no: str = DRAFT) -> int:
    with app.app_context(), Session(db.engine) as session:
        return session.scalars(select(ProductionPlan.id).where(ProductionPlan.no == no)).one()


def stages(app) -> list[PlanStage]:
    with app.app_context(), Session(db.engine) as session:
        query = select(PlanStage).where(PlanStage.plan_id == plan_id(app)).order_by(PlanStage.seq)
        return list(session.scalars(query))


def at_work(app) -> int:
    with app.app_context(), Session(db.engine) as session:
        return session.scalars(select(PlanStage.id).where(PlanStage.status == "in_progress")).one()


def test_a_long_chart_is_cut_into_pages_under_their_own_dates(app, open_as, complaints):
    page = open_as("production_planner")
    page.goto(f"/schedule/plans/{plan_id(app)}/stages/")
    page.locator(".stage-input").focus()
    rows = [f"{n}\t工序{n}\t车\tP-SC1\t车工一\t1\t\t2027/3/1\t2027-03-5\t\t5\t" for n in range(3, 63)]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    with page.expect_response("**/judge/"):
        page.evaluate(PASTE, "\n".join(rows))
    expect(page.locator("#gantt-box .bar")).to_have_count(62)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    cut = page.locator(".gantt.page")
    bars = [cut.nth(nth).locator(".bar").count() for nth in range(cut.count())]
    assert (len(bars), sum(bars), max(bars)) == (3, 62, 26)
    assert all(cut.nth(nth).locator(".axis .tick").count() > 2 for nth in range(3))
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#gantt-box .gantt")).to_have_count(1)
    expect(page.locator("#gantt-box .gantt.is-cut")).to_have_count(0)


def test_twenty_rows_out_of_excel_are_pasted_judged_drawn_and_saved_by_keyboard(app, open_as, complaints):
    page = open_as("production_planner")
    page.goto(f"/schedule/plans/{plan_id(app)}/stages/")
    expect(page.locator(".stage-grid tbody tr")).to_have_count(12)
    page.locator(".stage-input").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    rows = [
        f"{n}\t工序{n}\t车\t车工\t车工一\t1\t\t2027/3/{n}\t2027-03-{n + 1}\t\t5\t{n - 1}" for n in range(3, STAGES + 3)
    ]
    with page.expect_response("**/judge/"):
        page.evaluate(PASTE, "\n".join(rows).replace("车工\t车工一", "没有的岗位\t车工一", 1))
    expect(page.locator("td.wrong")).to_have_count(20)  # the post has another name in this factory
    expect(page.locator("#sheet-count")).to_contain_text("20 处需改正")
    expect(page.locator("#gantt-box .bar")).to_have_count(22)
    with page.expect_response("**/judge/"):
        for key in ("ArrowRight", "ArrowRight", "ArrowRight"):
            page.keyboard.press(key)
        page.evaluate(PASTE, "\n".join(["P-SC1"] * STAGES))
    expect(page.locator("td.wrong")).to_have_count(0)
    expect(page.locator("#sheet-count")).to_contain_text("无错误")
    page.reload()  # what was typed is here again
    expect(page.locator("#sheet-state")).to_contain_text("已恢复")
    page.locator(".stage-input").focus()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text(DRAFT)
    found = stages(app)
    assert [one.seq for one in found] == list(range(1, STAGES + 3))
    assert found[-1].planned_end_on.isoformat() == "2027-03-23"
    assert found[-1].operation == "车"
    assert complaints == []


def test_keys_move_write_over_and_take_back(app, open_as, complaints):
    page = open_as("production_planner")
    page.goto(f"/schedule/plans/{plan_id(app)}/stages/")
    field = page.locator(".stage-input")
    field.focus()
    page.keyboard.type("锯料")
    page.keyboard.press("Escape")
    expect(field).to_have_value("下料")
    page.keyboard.type("锯料")
    page.keyboard.press("Enter")
    expect(field).to_have_value("机加")
    page.keyboard.press("Tab")
    expect(field).to_have_attribute("aria-label", "第 2 行 工序")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowUp")
    expect(field).to_have_value("锯料")
    page.locator(".remove").nth(1).click()
    with page.expect_navigation():
        page.locator("#plan-sheet .btn-primary").click()
    assert [one.name for one in stages(app)] == ["锯料"]
    assert complaints == []


def test_the_day_is_reported_in_a_dozen_taps_and_a_reload_loses_nothing(app, open_as, complaints):
    page = open_as("team_leader", width=390)
    page.goto("/schedule/report/")
    page.locator(".day-list a").first.click()
    expect(page.locator("[data-done]")).to_have_text("4")
    page.locator("#good").click()
    page.locator("#pad [data-key='3']").click()
    page.locator("#pad [data-key=done]").click()
    page.locator("#item-percent [data-step='10']").click()
    page.locator("#item-bad [data-step='1']").click()
    page.reload()
    expect(page.locator("#good")).to_have_value("3")
    expect(page.locator("#percent")).to_have_value("10")
    expect(page.locator("[data-done]")).to_have_text("5")
    with page.expect_navigation():
        page.locator(".check-send").click()
    expect(page.locator(".message.success")).to_contain_text("RB-")
    with app.app_context(), Session(db.engine) as session:
        (made,) = session.scalars(select(DailyReport).where(DailyReport.status == "submitted"))
        assert (made.qty_good, made.qty_bad, made.percent, made.hours) == (3, 1, 10, 8)
        assert [line.employee.name for line in made.people] == ["车工一"]
    assert page.evaluate("Object.keys(localStorage).filter((k) => k.includes('report:')).length") == 0
    assert complaints == []


def test_hours_follow_the_people_until_somebody_says_otherwise(app, open_as):
    page = open_as("team_leader", width=390)
    page.goto(f"/schedule/report/{at_work(app)}/")
    others = page.locator(".people .pick:not(:has(input:checked))")
    before = others.count()
    if before:
        others.first.click()
        expect(page.locator("#hours")).to_have_value("16")
    page.locator("#item-hours [data-step='-1']").click()
    said = page.locator("#hours").input_value()
    page.locator(".people .pick").first.click()
    expect(page.locator("#hours")).to_have_value(said)


@pytest.mark.parametrize("width, scheme, language", LOOKS)
def test_the_pages_fit_and_pass_axe(app, open_as, complaints, width, scheme, language):
    key, stage = plan_id(app), at_work(app)
    looked = {
        "production_planner": (
            "/schedule/plans/1/",
            f"/schedule/plans/{key}/",
            f"/schedule/plans/{key}/stages/",
            "/schedule/plans/1/versions/",
            "/schedule/board/",
            "/schedule/calendar/",
            "/schedule/missing/",
        ),
        "team_leader": ("/schedule/report/", f"/schedule/report/{stage}/"),
    }
    for login, paths in looked.items():
        page = open_as(login, width=width, scheme=scheme, language=language)
        for path in paths:
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            found = Axe().run(page, options={"runOnly": RULES})
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
            if width == 390 and language == "zh-CN":
                assert page.evaluate(TARGETS) == [], path
    assert complaints == []
