"""HR's exam day in a real browser, without the mouse: sixty rows out of Excel, seven of them wrong (P2.3)."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from models.base import now
from models.training import ExamAttempt
from tests.browser.test_keyboard import paste, tab_to
from tests.models.training_world import approved_exam, hired, needs_qualification, required, sat

PEOPLE = 60
FAULTS = {
    "第 4 行, 理论": "108",
    "第 8 行, 人员": "99999",
    "第 12 行, 备注": "不合格",
    "第 20 行, 理论": "优",
    "第 24 行, 实操": "",
    "第 32 行, 人员": "",
    "第 42 行, 人员": "",
}
"""The planted ones, by the name of their cell."""


@pytest.fixture
def sixty(session):
    """Sixty people who are to be examined, one of whom sat the exam yesterday; how many results there are before."""
    people = hired(session, *[f"学员{n:02d}" for n in range(PEOPLE)], code="P-SC2")
    needs_qualification(session, code="P-SC2")
    exam = approved_exam(session)
    required(session, exam, code="P-SC2", practical_required=True)
    sat(session, exam, people[41], score=50, at=now() - timedelta(days=1))
    numbers = [one.no for one in people]
    session.rollback()
    return numbers


def sheet(numbers):
    """What is copied in Excel: number, theory, practice, remark."""
    rows = [[one, "90", "92", ""] for one in numbers]
    rows[3][1], rows[7][0], rows[11][3], rows[19][1], rows[23][2] = "108", "99999", "不合格", "优", ""
    rows[31][0] = numbers[30]
    rows[52][1], rows[52][2] = "缺考", ""
    return "\n".join("\t".join(row) for row in rows)


def kept(session):
    found = session.scalar(select(func.count()).select_from(ExamAttempt))
    session.rollback()  # the server writes while we look
    return found


def invalid(page):
    return page.eval_on_selector_all(
        "[aria-invalid=true]", "all => all.map((one) => one.getAttribute('aria-label').trim())"
    )


def test_sixty_rows_are_recorded_without_the_mouse(open_as, complaints, session, sixty):
    before = kept(session)
    page = open_as("hr")
    page.keyboard.press("/")
    page.keyboard.type("考核录入")
    expect(page.locator(".found-hit").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "select[name=exam]")
    with page.expect_navigation():
        page.keyboard.type("KH-CC")
    assert page.evaluate("document.activeElement.name") == "employee"
    paste(page, sheet(sixty))
    expect(page.locator("[data-count=faults]")).to_have_text("7")
    assert invalid(page) == list(FAULTS)
    expect(page.locator("[data-count=pass]")).to_have_text("52")
    expect(page.locator("[data-count=absent]")).to_have_text("1")
    expect(page.locator("tbody tr").first).to_contain_text("学员00 合格 第 1 次取得“生产二部岗”上岗资格。")

    with page.expect_navigation():
        page.keyboard.press("Control+Enter")  # all or nothing: nothing
    assert kept(session) == before
    assert invalid(page) == list(FAULTS)
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "第 4 行, 理论"
    told = page.locator("[role=alert] li")
    assert [re.split("[：:]", one)[0] for one in told.all_inner_texts()] == [one.replace(", ", " ") for one in FAULTS]

    tab_to(page, "button[value=good]", most=400)
    with page.expect_navigation():
        page.keyboard.press("Enter")  # the good ones, on request
    assert kept(session) == before + 53
    assert len(invalid(page)) == 7
    assert page.locator("tbody tr.bad").count() == 7
    assert [one for one in complaints if "409" not in one] == []  # the refusal is told by the browser too


def test_enter_and_arrows_move_as_in_a_spreadsheet(open_as, complaints, session, sixty):
    page = open_as("hr")
    page.goto("/training/exam-day/")
    page.locator("select[name=exam]").select_option(index=1)
    page.wait_for_url("**exam=*")
    page.keyboard.type(sixty[0])
    page.keyboard.press("ArrowRight")
    page.keyboard.type("88")
    page.keyboard.press("Tab")
    page.keyboard.type("91")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "第 2 行, 实操"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.value") == "88"
    expect(page.locator("tbody tr").first).to_contain_text("合格")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert complaints == []
