"""A real browser against the running product; without Chromium these tests are skipped by name."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from tests.world import PASSWORD

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and os.environ.get("CI") != "true":
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed (apt-get install chromium)"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {"executable_path": CHROMIUM, "args": FLAGS, "headless": True}


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The product on a port of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complained of: a broken policy, a script that failed."""
    return []


@pytest.fixture
def open_as(browser: Browser, address: str, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """A page of a signed-in person; phone or desk, light or dark, in either language."""
    contexts: list[BrowserContext] = []

    def opened(login: str, *, width: int = 1280, scheme: str = "light", language: str = "zh-CN") -> Page:
        context = browser.new_context(
            base_url=address,
            viewport={"width": width, "height": 844},
            color_scheme=scheme,
            locale=language,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.goto("/login")
        if login:
            form = page.locator("form:has(input[name=username]:visible)")
            form.locator("input[name=username]").fill(login)
            form.locator("input[name=password]").fill(PASSWORD)
            with page.expect_navigation():
                form.locator("input[name=password]").press("Enter")
        return page

    yield opened
    for context in contexts:
        context.close()
