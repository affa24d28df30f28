"""The first slice on screen, as five people: two inspectors, worker, quality manager, production manager."""

import re
import time
from datetime import timedelta

from playwright.sync_api import Page, expect

from models.base import COMPANY_ZONE, now


def pick(page: Page, field: str, words: str) -> None:
    """Chooses in a picker as a person does: types, waits, takes the first."""
    control = page.locator(f"select[name='{field}'] + .ts-wrapper")
    control.locator(".ts-control").click()
    page.keyboard.type(words)
    page.locator(".ts-dropdown:visible .option", has_text=words).first.click()


def save(page: Page) -> None:
    with page.expect_navigation():
        page.locator("button:visible", has_text=re.compile("^\\s*(保存|Save)")).first.click()


def minutes_ago(minutes: int) -> str:
    return (now().astimezone(COMPANY_ZONE) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M")


def press(page: Page, verb: str, **typed: str) -> None:
    """Presses a verb's button; fills in its dialogue where it has one."""
    opener = page.locator(f"[data-open='verb-{verb}']")
    if opener.count() == 0:
        with page.expect_navigation():
            page.locator(f"form:has(input[name=verb][value='{verb}']) button").first.click()
        return
    opener.click()
    dialog = page.locator(f"#verb-{verb}")
    for name, value in typed.items():
        dialog.locator(f"[name={name}]").fill(value)
    with page.expect_navigation():
        dialog.locator(".dialog-foot button").first.click()


def test_five_people_put_a_failure_right(open_as, complaints):
    inspector = open_as("quality_inspector", width=390)
    inspector.goto("/admin/spot_check/new/")
    inspector.locator("input[name=checked_at]").fill(minutes_ago(10))
    pick(inspector, "post", "生产一部岗")
    inspector.locator("[name=items-0-question]").fill("孔径")
    pick(inspector, "items-0-employee", "车工一")
    inspector.locator("[name=items-0-upper]").fill("5.00")
    inspector.locator("[name=items-0-value]").fill("5.01")
    save(inspector)
    expect(inspector.locator("h1")).to_contain_text("CJ-")
    press(inspector, "submit")
    number = inspector.locator("a", has_text=re.compile("ZG-")).first.inner_text()

    worker = open_as("employee", width=390)
    worker.get_by_text("孔径").first.click()
    expect(worker.locator("h1")).to_contain_text(number)
    press(worker, "accept")
    press(worker, "start")
    press(worker, "submit", measure="重磨刀具")
    place = worker.url

    second = open_as("quality_inspector2", width=390)
    second.goto(place)
    time.sleep(1.1)
    second.get_by_role("link", name=re.compile("复检|Re-check")).first.click()
    second.locator(".reading input").click()
    for digit in "4.99":
        second.locator(f"[data-key='{digit}']").click()
    second.locator("[data-key=done]").click()
    with second.expect_navigation():
        second.locator(".check-send").click()

    manager = open_as("quality_manager", language="en-GB")
    manager.goto(place)
    expect(manager.locator("h1").locator("xpath=..")).to_contain_text("Closed")

    production = open_as("production_manager")
    production.goto("/indicators/execution_pass_rate/")
    production.get_by_role("link", name=re.compile("生产一部")).first.click()
    expect(production.locator("body")).to_contain_text("孔径")
    assert complaints == []
