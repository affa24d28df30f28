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
    "/indicators/execution_pass_rate/?month=2026-11",
    "/password",
    "/nowhere",
)
LOOKS = ((1280, "light", "zh-CN"), (390, "dark", "en-GB"), (390, "light", "zh-CN"), (1280, "dark", "en-GB"))


@pytest.mark.parametrize("width, scheme, language", LOOKS)
def test_screens_fit_and_pass_axe(open_as, complaints, width, scheme, language):
    page = open_as("quality_inspector", width=width, scheme=scheme, language=language)
    for path in PATHS:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("html").get_attribute("lang") == ("zh-CN" if language == "zh-CN" else "en")
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
    assert [one for one in complaints if "404" not in one] == []


def test_the_door_passes_axe(open_as, complaints):
    page = open_as("")
    assert Axe().run(page).violations_count == 0
    assert complaints == []
