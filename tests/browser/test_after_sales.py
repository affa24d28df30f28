"""After-sales in a real browser: pages that fit and pass axe, a report by keyboard alone, a customer's phone (A2-A5)."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.after_sales import Ticket, open_visit
from models.after_sales.outside import link_for
from models.base import now
from models.regulation import Figure
from rules.regulation import FIGURES
from tests.browser.test_screens import LOOKS, looked_at, looked_over
from tests.models.acts import doing

PAGES = (
    "/",
    "/after-sales/hotline/",
    "/after-sales/hotline/?q=14200091001",
    "/after-sales/queue/?whose=team",
    "/after-sales/queue/?whose=team&as=board",
    "/after-sales/calls/",
    "/after-sales/statistics/?from=2026-01-01&to=2027-12-31",
    "/admin/ticket/",
    "/admin/ticket/details/?id=1",
    "/admin/service_action/new/?ticket=1",
    "/admin/follow_up_visit/details/?id={visit}",
    "/admin/mail_message/",
    "/t/{token}/",
    "/t/nothing/",
)


@pytest.fixture
def solved(session):
    """A ticket that was solved, its visit, and the customer's link."""
    with doing(session, "admin", now()):
        for code, value in (("favourable_mean", 4), ("cluster_count", 3), ("cluster_days", 30)):
            spec = FIGURES[code]
            facts = {"clause": spec.clause, "unit": spec.unit, "value": Decimal(value), "from_on": date(2020, 1, 1)}
            session.add(Figure(code=code, **facts))
    with doing(session, "after_sales_agent", now()) as act:
        ticket = session.get_one(Ticket, 1)
        ticket.perform("classify", act=act, category="noise")
        ticket.perform("resolve", act=act, solution_text="更换轴承", cause="material")
        token = link_for(ticket, act.at)
    found = {"visit": open_visit(session, 1).id, "token": token}
    session.rollback()
    return found


@pytest.mark.parametrize("width, scheme, language", LOOKS[1:])
def test_after_sales_fits_and_passes_axe(open_as, complaints, solved, width, scheme, language):
    page = open_as("after_sales_manager", width=width, scheme=scheme, language=language)
    looked_over(page, [one.format(**solved) for one in PAGES], width, language)
    assert [one for one in complaints if "404" not in one] == []


def test_a_report_is_taken_by_keyboard_alone(open_as, complaints, solved, session):
    page = open_as("after_sales_agent", width=1280)
    page.goto("/after-sales/hotline/")
    page.keyboard.type("14200091001")
    page.keyboard.press("Enter")
    page.locator(".caller.chosen").wait_for()
    page.keyboard.type("主轴不转")  # the cursor stands where the report goes
    page.locator("#told").focus()
    page.keyboard.type("已告知客户断电")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".talk").wait_for()
    assert "主轴不转" in page.locator("main").inner_text()
    ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
    assert (ticket.status, ticket.customer.code, ticket.phone) == ("in_progress", "C-1", "14200091001")
    assert complaints == []


@pytest.mark.parametrize("width, scheme, language", LOOKS[:3])
def test_a_refused_call_opens_again_as_it_was_typed(open_as, complaints, solved, width, scheme, language):
    page = open_as("after_sales_manager", width=width, scheme=scheme, language=language)
    place = f"/admin/follow_up_visit/details/?id={solved['visit']}"
    page.goto(f"{place}#verb-record")
    for name, value in (("skill", "4"), ("manner", "5"), ("result", "4")):
        page.locator(f"#verb-record-{name}").select_option(value)
    page.eval_on_selector("#verb-record-speed", "one => { one.add(new Option('9', '9')); one.value = '9'; }")
    page.locator("#verb-record-opinion").fill("等太久")
    with page.expect_navigation():
        page.locator("#verb-record button.btn-primary").click()
    assert page.url.endswith(place)
    shown = page.locator("#verb-record")
    assert shown.locator("#verb-record-speed-error").is_visible()
    assert page.evaluate("document.activeElement.id") == "verb-record-speed"
    assert shown.locator("#verb-record-opinion").input_value() == "等太久"
    looked_at(page, place, width, language)
    assert [one for one in complaints if "422" not in one] == []


def test_a_customer_confirms_and_rates_on_his_phone(open_as, complaints, solved, session):
    page = open_as("", width=390, language="zh-CN")
    page.goto(f"/t/{solved['token']}/")
    page.locator("label", has_text="5").locator("input[name=rating]").first.check(force=True)
    page.get_by_role("button", name="提交评价").click()
    page.get_by_role("button", name="是，已解决").click()
    page.locator("text=您的评分").wait_for()
    ticket = session.get_one(Ticket, 1)
    assert (ticket.rating, ticket.status) == (5, "closed")
    assert complaints == []
