"""The screens of schedule: orders, desks, the customer's page, figures (S1-S3)."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from admin_views.session import db
from models.base import Act, now, on_date
from models.engine import let_write
from models.journal import acting
from models.organisation import Employee
from models.reminding import remind
from models.schedule import ContactLog, DailyReport, DelayRecord, PlanChange, PlanStage, SalesOrder
from tests.browse import Browser
from tests.schedule_world import AT, answer, as_, order, person


def first(app, model, **facts):
    with app.app_context(), Session(db.engine) as session:
        return session.scalars(select(model).filter_by(**facts).order_by(model.id)).first().id


def test_an_order_shows_what_hangs_together_with_it_and_the_next_act(app):
    key = first(app, SalesOrder)
    page = Browser(app, "sales", language="zh-CN").get(f"/admin/sales_order/details/?id={key}").text
    for words in ("订单评审", "生产计划 JH-2026-00001", "登记沟通", "提出变更", "生成查询链接"):
        assert words in page
    planner = Browser(app, "production_planner").get(f"/admin/sales_order/details/?id={key}").text
    assert "Make a link" not in planner


def test_what_stands_in_the_way_of_a_promise_is_said_before_and_the_wanted_date_is_there(app):
    with app.app_context(), Session(db.engine) as session:
        found = as_(session, "sales", order(session), "submit")
        key, wanted = found.id, found.requested_on
    browser = Browser(app, "sales", language="zh-CN")
    page, path = browser.get(f"/admin/sales_order/details/?id={key}").text, f"/admin/sales_order/details/?id={key}"
    assert "生产部门尚未答复，不能确认订单。" in page
    assert "verb-confirm" not in page
    desk = browser.get("/").text
    assert "评审中 · 生产部门尚未答复" in desk
    assert f"/admin/sales_order/details/?id={key}#verb-" not in desk  # taking it back is no next step
    let_write(may=True)
    with app.app_context(), Session(db.engine) as session:
        for kind in ("technical", "production"):
            answer(session, session.get(SalesOrder, key), kind)
    page = browser.get(path).text
    assert "verb-confirm" in page
    assert f"/admin/sales_order/details/?id={key}#verb-confirm" in browser.get("/").text
    assert re.search(rf'name="promised_on"[^>]*value="{wanted.isoformat()}"', page)
    assert browser.perform("sales_order", key, "confirm", promised_on=wanted.isoformat()).status_code == 200


def test_whoever_answers_sees_what_is_ordered_and_writes_before_he_hands_in(app):
    with app.app_context(), Session(db.engine) as session:
        found = as_(session, "sales", order(session, requirements="轴颈圆跳动≤0.005"), "submit")
        key = next(one.id for one in found.asked() if one.kind == "technical")
        model, wanted = found.model.label, found.requested_on
    browser, path = Browser(app, "technical", language="zh-CN"), f"/admin/order_clearance/details/?id={key}"
    page = browser.get(path).text
    for words in (
        "订货内容：",
        model,
        "轴颈圆跳动≤0.005",
        f"{wanted.month}月{wanted.day}日",
        "请先编辑，选择评审意见。",
    ):
        assert words in page, words
    assert 'value="answer"' not in page
    assert re.search(r'<a class="btn btn-primary" href="[^"]*edit[^"]*" data-edit>', page)
    fields = browser.form(f"/admin/order_clearance/edit/?id={key}")
    written = fields | {"opinion": "feasible", "difficulty": "low", "proposed_days": "12"}
    assert browser.post(f"/admin/order_clearance/edit/?id={key}", written).status_code == 302
    page = browser.get(path).text
    assert 'value="answer"' in page
    assert "btn-primary" not in page[page.index("data-edit") - 80 : page.index("data-edit")]


def test_the_project_lead_sees_the_change_that_he_decides_on(app):
    with app.app_context(), Session(db.engine) as session:
        seller = person(session, "sales")
        with acting(session, Act(seller, AT)):
            found = session.scalars(select(SalesOrder).order_by(SalesOrder.id)).first()
            change = PlanChange(order=found, proposer_id=seller.employee_id, text="客户要求推迟")
            change.new_promised_on = found.promised_on + timedelta(days=7)
            change.prepare()
            session.add(change)
            session.commit()
        key = change.id
        as_(session, "sales", change, "propose")
        as_(session, "technical", change, "assess")
        as_(session, "production_manager", change, "assess")
    lead = Browser(app, "project_lead", language="zh-CN")
    assert "客户要求推迟" in lead.get("/").text
    assert "批准" in lead.get(f"/admin/plan_change/details/?id={key}").text
    assert lead.perform("plan_change", key, "approve").status_code == 200
    assert Browser(app, "team_leader").get(f"/admin/plan_change/details/?id={key}").status_code == 404


def test_what_the_gate_answered_stands_in_the_history_in_words(app):
    key = first(app, PlanStage, status="in_progress")
    path = f"/admin/plan_stage/details/?id={key}"
    for language, words in (("zh-CN", "可上岗"), ("en", "May work")):
        page = Browser(app, "team_leader", language=language).get(path).text
        assert "answer:" not in page
        assert words in page


def test_an_order_is_passed_to_somebody_who_sells_and_to_nobody_else(app):
    key = first(app, SalesOrder)
    page = Browser(app, "sales_manager", language="zh-CN").get(f"/admin/sales_order/details/?id={key}").text
    assert "移交他人负责" in page
    chief = first(app, Employee, name="销售经理")
    assert re.search(rf'<option value="{chief}"[^>]*>销售经理', page)
    worker = first(app, Employee, name="车工一")
    assert f'<option value="{worker}"' not in page
    boss = Browser(app, "sales_manager")
    assert boss.perform("sales_order", key, "hand_over", sales=worker).status_code == 409
    assert boss.perform("sales_order", key, "hand_over", sales="x").status_code == 422
    assert boss.perform("sales_order", key, "hand_over", sales=chief).status_code == 200
    planner = Browser(app, "production_planner")
    assert planner.perform("sales_order", key, "hand_over", sales=chief).status_code == 403
    assert (
        "Pass to another seller: 车工一 has no role in sales"
        in planner.get(f"/admin/sales_order/details/?id={key}").text
    )
    assert "销售经理" in planner.get(f"/admin/sales_order/details/?id={key}").text


@pytest.mark.parametrize(
    "login,words",
    [
        ("sales", "我的订单：最迟通报客户"),
        ("technical", "待审核计划"),
        ("production_planner", "待编制与下达的计划"),
        ("team_leader", "我的阶段：今日日报"),
        ("project_lead", "我负责的订单"),
    ],
)
def test_everybody_finds_his_part_on_his_desk(app, login, words):
    assert words in Browser(app, login, language="zh-CN").get("/").text


def test_what_is_overdue_lies_on_the_production_managers_desk(app):
    with app.app_context(), Session(db.engine) as session:
        remind(session, AT + timedelta(days=10))
    page = Browser(app, "production_manager", language="zh-CN").get("/").text
    assert "待上报延误与预警" in page
    assert "DD-2026-00001 · 下料" in page
    assert "未上报的日报" in page


def test_only_a_missing_report_that_can_be_made_up_for_lies_on_the_desk(app, monkeypatch):
    with app.app_context(), Session(db.engine) as session:
        remind(session, AT + timedelta(days=10))
    browser = Browser(app, "production_planner", language="zh-CN")
    monkeypatch.setattr("admin_views.schedule.cards.today", lambda: AT.date() + timedelta(days=10))
    page = browser.get("/").text
    assert "未上报的日报" in page
    assert "日报均已上报。" not in page
    monkeypatch.setattr("admin_views.schedule.cards.today", lambda: AT.date() + timedelta(days=60))
    page = browser.get("/").text
    assert "日报均已上报。" in page
    assert 'href="/schedule/missing/"' in page


def test_a_team_leader_reads_by_when_a_report_is_due(app):
    page = Browser(app, "team_leader", language="zh-CN").get("/").text
    card = page[page.index("我的阶段：今日日报") :]
    assert re.search(r"DD-2026-00001 · 下料.{0,600}?17:30", card, re.DOTALL)


def test_a_stage_at_work_leads_its_team_leader_to_the_report(app):
    key = first(app, PlanStage)
    link = f'href="/schedule/report/{key}/"'
    path = f"/admin/plan_stage/details/?id={key}"
    assert link in Browser(app, "team_leader").get(path).text
    for login in ("production_planner", "technical"):
        assert link not in Browser(app, login).get(path).text


def test_a_stage_is_finished_today_and_what_was_reported_is_said_before(app):
    key = first(app, PlanStage)
    page = Browser(app, "team_leader", language="zh-CN").get(f"/admin/plan_stage/details/?id={key}").text
    assert "日报累计完成 0%，完工后按 100% 计。" in page
    assert f'value="{on_date(now()).isoformat()}"' in page


def test_a_plan_without_stages_leads_to_their_table(app):
    key = first(app, SalesOrder, customer_ref="PO-2")
    browser = Browser(app, "production_planner", language="zh-CN")
    fields = browser.form(f"/admin/production_plan/new/?order={key}")
    answer = browser.post("/admin/production_plan/new/", fields)
    assert answer.status_code == 302
    page = browser.get(answer.headers["Location"]).text
    assert "计划还没有阶段，请先编辑阶段。" in page
    assert 'value="submit"' not in page
    assert re.search(r'<a class="btn btn-primary" href="/schedule/plans/\d+/stages/">表格编辑阶段', page)


def test_what_the_departments_need_is_said_before_the_promise(app):
    with app.app_context(), Session(db.engine) as session:
        found = as_(session, "sales", order(session), "submit")
        answer(session, found, "technical", opinion="conditional", condition="恒温间到位")
        answer(session, found, "production")
        key = found.id
    page = Browser(app, "sales", language="zh-CN").get(f"/admin/sales_order/details/?id={key}").text
    assert re.search(r"部门需 10 个工作日：即日投产，最早 \d{4}-\d\d-\d\d", page)
    assert "计划下达前须落实：恒温间到位（车工一）。" in page


def test_a_forecast_shows_the_way_ahead(app):
    with app.app_context(), Session(db.engine) as session:
        remind(session, AT + timedelta(days=2, hours=8))
    key = first(app, DelayRecord, status="forecast")
    manager, path = Browser(app, "production_manager", language="zh-CN"), f"/admin/delay_record/details/?id={key}"
    page = manager.get(path).text
    ways = page[page.index("预警") :]
    assert ways.index("已上报") < ways.index("分析中") < ways.index("已定性")


def test_a_customer_follows_his_order_by_a_link_that_is_shown_once(app):
    key = first(app, SalesOrder)
    browser = Browser(app, "sales")
    page = browser.post(f"/schedule/orders/{key}/link/", {}, token_from=f"/schedule/orders/{key}/link/").text
    token = re.search(r"/o/([\w-]+)/", page)[1]
    order_page = browser.get(f"/admin/sales_order/details/?id={key}").text
    assert order_page.count("known to the customer only") == 1
    assert token not in order_page
    answer = Browser(app, language="zh-CN").get(f"/o/{token}/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "下料" in answer.text
    for secret in ("车工一", "项目负责人", "刘芳芳"):
        assert secret not in answer.text
    assert Browser(app).get(f"/o/{token}x/").status_code == 404
    assert Browser(app, "production_planner").get(f"/schedule/orders/{key}/link/").status_code == 403
    assert Browser(app).get(f"/schedule/orders/{key}/link/").status_code == 302


def test_figures_open_for_who_sees_orders_and_for_nobody_else(app):
    for by in ("nature", "cause", "month", "order", "stage", "post", "person", "x"):
        assert Browser(app, "production_manager").get(f"/schedule/statistics/?by={by}&from=x&open=1").status_code == 200
    assert Browser(app, "hr").get("/schedule/statistics/").status_code == 403
    assert Browser(app).get("/schedule/statistics/").status_code == 302


def test_a_month_of_deliveries_opens_the_orders_that_count_and_no_others(app):
    with app.app_context(), Session(db.engine) as session:
        kept, late, gone = session.scalars(select(SalesOrder).order_by(SalesOrder.id)).all()
        for one, status, due, delivered in (
            (kept, "delivered", date(2026, 11, 20), date(2026, 11, 20)),
            (late, "in_production", date(2026, 11, 23), None),
            (gone, "cancelled", date(2026, 11, 24), None),
        ):
            facts = {"status": status, "kpi_due_on": due, "delivered_on": delivered}
            session.execute(update(SalesOrder).where(SalesOrder.id == one.id).values(**facts))
        session.commit()
        numbers = [kept.no, late.no, gone.no]
    page = Browser(app, "sales_manager", language="zh-CN").get(
        "/schedule/statistics/?from=2026-11-01&to=2026-11-26&month=2026-11"
    )
    assert "1 / 2" in page.text
    opened = page.text[page.text.index("2026-11 应交订单") :]
    assert [no in opened for no in numbers] == [True, True, False]


def test_a_form_begins_with_what_the_address_names(app):
    order, stage = first(app, SalesOrder), first(app, PlanStage)
    assert "DD-2026-00001" in Browser(app, "sales").get(f"/admin/contact_log/new/?order={order}").text
    assert "DD-2026-00001" in Browser(app, "sales").get(f"/admin/plan_change/new/?order={order}").text
    assert "GX-2026-00001" in Browser(app, "team_leader").get(f"/admin/daily_report/new/?stage={stage}").text


def test_a_contact_with_another_wish_becomes_a_draft_of_a_change(app):
    order, browser = first(app, SalesOrder), Browser(app, "sales")
    fields = browser.form(f"/admin/contact_log/new/?order={order}")
    fields |= {"summary": "来电", "demand_change": "推迟两周", "direction": "incoming"}
    assert browser.post("/admin/contact_log/new/", fields).status_code == 302
    with app.app_context(), Session(db.engine) as session:
        contact = session.scalars(select(ContactLog)).one()
        change = session.scalars(select(PlanChange)).one()
        assert change.contact_id == contact.id
        paths = [f"/admin/{one.__tablename__}/details/?id={one.id}" for one in (contact, change)]
    assert f'href="{paths[1]}"' in browser.get(paths[0]).text


def test_a_report_is_handed_in_from_its_form(app):
    stage, browser = first(app, PlanStage), Browser(app, "team_leader")
    fields = browser.form(f"/admin/daily_report/new/?stage={stage}")
    fields |= {"percent": "30", "on": "2026-11-16", "people-0-hours": "8"}
    answer = browser.post("/admin/daily_report/new/", fields)
    assert answer.status_code == 302, answer.text[:2000]
    key = first(app, DailyReport)
    sent = {"id": key, "verb": "submit", "version_no": 1}
    answer = browser.post("/admin/daily_report/perform/", sent, token_from="/admin/daily_report/")
    assert answer.status_code == 302, answer.text[:2000]
    with app.app_context(), Session(db.engine) as session:
        assert session.get(PlanStage, stage).progress == 30


@pytest.mark.parametrize("status, is_offered", [("in_production", True), ("delivered", False)])
def test_a_change_is_proposed_for_what_is_still_to_be_delivered(app, status, is_offered):
    with app.app_context(), Session(db.engine) as session:
        key = session.scalar(select(SalesOrder.id).order_by(SalesOrder.id))
        day = AT.date() if status == "delivered" else None
        session.execute(update(SalesOrder).where(SalesOrder.id == key).values(status=status, delivered_on=day))
        session.commit()
    page = Browser(app, "sales").get(f"/admin/sales_order/details/?id={key}").text
    assert (f"/admin/plan_change/new/?order={key}" in page) is is_offered
    head = page[page.index('class="verbs"') : page.index("data-print")]
    assert head.count("btn-primary") <= 1
    if is_offered:  # who has it goes on with it first, and may pass it on last
        assert head.index("/admin/plan_change/new/") < head.index("verb-hand_over")
