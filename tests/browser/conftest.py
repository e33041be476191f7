"""Pages in Debian's Chromium, without a window. No page may ask for anything, break, or be refused
by its own policy: what a test does not look at fails it all the same."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from programs import SHOTS, program, sandbox

PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 900}

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one module: while it is open, no other loop of asyncio can run in this process."""
    chromium = program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=sandbox())
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """`open_page(html, viewport=PHONE, color_scheme="dark")` is a page that has loaded."""
    said: list[str] = []
    contexts = []

    def open_page(html: str, **options: Any) -> Page:
        file = tmp_path / f"page-{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        context = browser.new_context(**{"viewport": WIDE, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("console", lambda message: said.append(f"console: {message.text}"))
        page.on(
            "dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss())
        )
        address = file.as_uri()
        page.on(
            "request",
            lambda asked: said.append(f"request: {asked.url}") if asked.url != address else None,
        )
        # A refusal by the policy is no error of the page; it is asked for before anything runs.
        page.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.log('policy', e.blockedURI))"
        )
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """`shot(page, "map-wide")` keeps what the page looks like, for people to look at."""

    def shot(page: Page, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        # What is out of sight is not painted (content-visibility): all of it has to be in sight.
        height = page.evaluate("document.documentElement.scrollHeight")
        width = page.viewport_size["width"] if page.viewport_size else WIDE["width"]
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=SHOTS / f"{name}.png")

    return shot
