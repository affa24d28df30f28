"""Takes the README's pictures from a running demo: ``python -m tests.browser.pictures http://127.0.0.1:8000``."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parent.parent.parent / ".pictures"
PICTURES = (
    ("desk", "/", "", 1280, "light"),
    ("list", "/admin/spot_check/", "", 1280, "light"),
    ("record", "/admin/action_item/", "tbody th a", 1280, "light"),
    ("figure", "/indicators/execution_pass_rate/", "", 1280, "dark"),
    ("phone", "/q/", "main a[href^='/q/GW-22'], main a[href^='/q/']", 390, "dark"),
)
"""Name, page, what is pressed there, width, light or dark."""


def main(address: str) -> None:
    """One PNG for each picture and language."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for language, short in (("en-GB", "en"), ("zh-CN", "zh")):
            for name, path, pressed, width, scheme in PICTURES:
                context = browser.new_context(
                    base_url=address, viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language
                )
                page = context.new_page()
                page.goto("/login")
                page.locator("input[name=username]:visible").first.fill("quality_inspector")
                page.locator("input[name=password]:visible").first.fill("demo")
                with page.expect_navigation():
                    page.keyboard.press("Enter")
                page.goto(path)
                if pressed:
                    page.locator(pressed).first.click()
                page.wait_for_load_state("networkidle")
                page.screenshot(path=FOLDER / f"{name}-{short}.png")
                context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
