"""Every kind of screen in a real browser: no sideways scroll, no breach of the policy, nothing that axe finds."""

import pytest
from axe_playwright_python.sync_playwright import Axe

PATHS = (
    "/",
    "/admin/spot_check/",
    "/admin/spot_check/new/",
    "/admin/spot_check/details/?id=1",
    "/admin/action_item/",
    "/admin/action_item/details/?id=1",
    "/admin/employee/?search=车工",
    "/admin/spot_check/?search=无此内容",
    "/search/?q=车工",
    "/indicators/execution_pass_rate/?month=2026-11",
    "/password",
    "/nowhere",
)
OPENED = (
    ("/admin/action_item/", "[data-filters] > summary"),
    ("/admin/action_item/", ".menu > summary.person"),
    ("/admin/action_item/details/?id=1", "[data-open^=verb-]"),
)
"""What opens over a page: filters, the person's menu, a dialogue."""
TARGETS = """() => [...document.querySelectorAll("a, button, input, select, summary, textarea")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
        && !one.closest("[aria-hidden=true], .visually-hidden, .skip, .ts-control, .plain-note")
        && getComputedStyle(one).pointerEvents !== "none")
    .map((one) => [one.matches("[type=checkbox], [type=radio]") ? one.closest("label, th") ?? one : one, one])
    .filter(([box]) => { const it = box.getBoundingClientRect(); return it.width && it.height && it.height < 43.5; })
    .map(([, one]) => `${one.outerHTML.slice(0, 120)} ${one.getBoundingClientRect().height}`)"""
"""What a finger would miss: every control lower than 44 px."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS = ((1280, "light", "zh-CN"), (390, "dark", "en-GB"), (390, "light", "zh-CN"), (1280, "dark", "en-GB"))


OF_THE_REGULATION = {
    "admin": (
        "/regulation/",
        "/regulation/P3.2/",
        "/regulation/unset/",
        "/admin/figure/",
        "/admin/figure/new/?code=max_rounds",
        "/admin/figure/details/?id=1",
        "/admin/sla_policy/",
        "/admin/sla_policy/details/?id=1",
        "/admin/sla_policy/edit/?id=1",
        "/limits/",
        "/limits/rectification/?severity=minor&start=2026-11-16T16:00",
        "/calendar/?on=2026-11-17",
        "/admin/calendar/details/?id=1",
        "/admin/calendar/edit/?id=1",
        "/admin/calendar_day/",
        "/admin/priority_matrix/",
        "/admin/event/",
        "/admin/event/details/?id=1",
        "/operations/",
        "/admin/action_rung/new/",
    ),
    "quality_manager": (
        "/clocks/1/",
        "/actions/board/",
        "/actions/overdue/",
        "/admin/accountability_case/",
        "/admin/accountability_case/new/",
        "/admin/evaluation/",
        "/admin/action_extension/",
        "/approvals/",
        "/performance/me/",
    ),
}
"""Regulation, actions and events, as those see them who work with them."""


@pytest.mark.parametrize("login", OF_THE_REGULATION)
@pytest.mark.parametrize("width, scheme, language", LOOKS[2:])
def test_screens_of_the_regulation_fit_and_pass_axe(open_as, complaints, login, width, scheme, language):
    page = open_as(login, width=width, scheme=scheme, language=language)
    for path in OF_THE_REGULATION[login]:
        assert page.goto(path).status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page, options={"runOnly": RULES})
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        if width == 390:
            assert page.evaluate(TARGETS) == [], path
    assert complaints == []


@pytest.mark.parametrize("width, scheme, language", LOOKS)
def test_screens_fit_and_pass_axe(open_as, complaints, width, scheme, language):
    page = open_as("quality_inspector", width=width, scheme=scheme, language=language)
    for path in PATHS:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("html").get_attribute("lang") == ("zh-CN" if language == "zh-CN" else "en")
        found = Axe().run(page, options={"runOnly": RULES})
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        if width == 390 and language == "zh-CN":
            assert page.evaluate(TARGETS) == [], path
    assert [one for one in complaints if "404" not in one] == []


@pytest.mark.parametrize("width", [1280, 390])
def test_what_opens_over_a_page_passes_axe(open_as, complaints, width):
    page = open_as("quality_manager", width=width)
    for path, opener in OPENED:
        page.goto(path)
        page.locator(opener).first.click()
        assert Axe().run(page, options={"runOnly": RULES}).violations_count == 0, (path, opener)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, opener)
    page.goto("/")
    page.locator("[data-global-search]").fill("车工")
    page.locator(".found-hit").first.wait_for()
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()
    assert complaints == []


def test_the_door_passes_axe(open_as, complaints):
    page = open_as("")
    assert Axe().run(page).violations_count == 0
    assert complaints == []
