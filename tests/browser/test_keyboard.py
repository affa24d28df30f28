"""Whole jobs by keyboard alone; lines out of a spreadsheet; nothing typed is lost with the session."""

import re

from playwright.sync_api import Page, expect

from tests.world import PASSWORD


def tab_to(page: Page, wanted: str, *, most: int = 80) -> None:
    """Goes on with Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"Tab never comes to {wanted}")


def choose(page: Page, words: str) -> None:
    """Types into the picker that has the focus and takes what it finds."""
    page.keyboard.type(words)
    expect(page.locator(".ts-dropdown:visible .option", has_text=words).first).to_be_visible()
    page.keyboard.press("Enter")


def paste(page: Page, text: str) -> None:
    """What the browser does with Ctrl+V after cells were copied elsewhere."""
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def test_a_check_is_recorded_and_put_right_by_keyboard(open_as, complaints):
    inspector = open_as("quality_inspector")
    inspector.keyboard.press("/")
    inspector.keyboard.type("抽检")
    expect(inspector.locator(".found-hit").first).to_be_visible()
    inspector.keyboard.press("ArrowDown")
    with inspector.expect_navigation():
        inspector.keyboard.press("Enter")
    with inspector.expect_navigation():
        inspector.keyboard.press("n")
    tab_to(inspector, "#post-ts-control")
    choose(inspector, "生产一部岗")
    tab_to(inspector, "[name=items-0-question]")
    inspector.keyboard.type("孔径")
    inspector.keyboard.press("Enter")
    assert inspector.evaluate("document.activeElement.name") == "items-1-question"
    inspector.keyboard.press("ArrowUp")
    inspector.keyboard.press("Tab")
    choose(inspector, "车工一")
    tab_to(inspector, "[name=items-0-upper]")
    inspector.keyboard.type("5.00")
    inspector.keyboard.press("ArrowRight")
    inspector.keyboard.type("5.01")
    assert inspector.locator("[name=items-0-value]").input_value() == "5.01"
    with inspector.expect_navigation():
        inspector.keyboard.press("Control+Enter")
    expect(inspector.locator(".record-main")).to_contain_text("5.01")
    tab_to(inspector, "[data-open=verb-submit]")
    inspector.keyboard.press("Enter")
    expect(inspector.locator("#verb-submit .will")).to_contain_text("开出整改单")
    with inspector.expect_navigation():
        inspector.keyboard.press("Control+Enter")

    worker = open_as("employee")
    tab_to(worker, ".line-act form:has([name=verb][value=accept]) button")
    with worker.expect_navigation():
        worker.keyboard.press("Enter")
    for verb in ("start", "submit"):
        worker.goto("/")
        tab_to(worker, f".line-act a[href$='verb-{verb}']")
        with worker.expect_navigation():
            worker.keyboard.press("Enter")
        assert worker.evaluate("document.activeElement.closest('dialog')?.id") == f"verb-{verb}"
        worker.keyboard.type("重磨刀具")
        with worker.expect_navigation():
            worker.keyboard.press("Control+Enter")
    expect(worker.locator(".title-line")).to_contain_text("待验证")
    assert complaints == []


def test_rows_come_out_of_a_spreadsheet_and_what_is_unknown_is_named(open_as, complaints):
    page = open_as("quality_inspector")
    page.goto("/admin/spot_check/new/")
    page.locator("[name=items-0-question]").focus()
    paste(page, '外径\t车工一\t\t4.90\t5.00\t1,004.95\n内径\t无此人\t合格\n"端面\n跳动"\t装配一\tOK？\n点检\t20001\n')
    expect(page.locator("[data-inline=items] tbody tr")).to_have_count(4)
    expect(page.locator("select[name=items-3-employee] + .ts-wrapper .item")).to_contain_text("车工一 20001")
    expect(page.locator("select[name=items-0-employee] + .ts-wrapper .item")).to_contain_text("车工一")
    assert page.locator("[name=items-0-value]").input_value() == "1004.95"
    assert page.locator("[name=items-1-verdict]").input_value() == "ok"
    assert page.locator("[name=items-2-question]").input_value() == "端面 跳动".replace(" ", "")
    expect(page.locator("tr:nth-child(2) .unknown")).to_have_text("没有找到：无此人")
    expect(page.locator("tr:nth-child(3) .unknown")).to_have_text("没有找到：OK？")
    assert complaints == []


def test_what_was_typed_outlives_the_session_and_the_tab(open_as, complaints):
    page = open_as("quality_inspector")
    page.goto("/admin/spot_check/new/")
    page.locator("[name=note]").fill("夜班交接时发现")
    page.locator("[name=items-0-question]").fill("孔径")
    page.context.clear_cookies()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    assert "/login" in page.url
    form = page.locator("form:has(input[name=username]:visible)")
    form.locator("input[name=username]").fill("quality_inspector")
    form.locator("input[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        form.locator("input[name=password]").press("Enter")
    assert page.url.endswith("/admin/spot_check/new/")
    expect(page.locator(".draft-line")).to_contain_text("已恢复")
    assert page.locator("[name=note]").input_value() == "夜班交接时发现"
    page.close()
    again = page.context.new_page()
    again.goto("/admin/spot_check/new/")
    assert again.locator("[name=items-0-question]").input_value() == "孔径"
    with again.expect_navigation():
        again.get_by_role("button", name="放弃").click()
    assert again.locator("[name=note]").input_value() == ""
    assert complaints == []


def test_the_keys_are_listed_and_dates_are_written_alike(open_as, complaints):
    for language, label in (("zh-CN", "快捷键"), ("en-GB", "Keys")):
        page = open_as("quality_inspector", language=language)
        page.keyboard.press("?")
        expect(page.locator("dialog#keys h2")).to_have_text(label)
        page.keyboard.press("Escape")
        page.goto("/admin/spot_check/new/")
        assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d", page.locator("[name=checked_at]").input_value())
    assert complaints == []


def test_several_rows_are_chosen_by_key_and_done_at_once(open_as, complaints):
    page = open_as("employee")
    page.goto("/admin/action_item/")
    expect(page.locator("#bulk")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#bulk .chosen")).to_have_text("已选 1 条")
    tab_to(page, "#bulk button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".message.success")).to_have_text("已办理 1 条。")
    assert complaints == []
