"""Browser helpers: a desk served on this machine, people signed in, Debian's Chromium, axe-core."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from helpdesk.agents import sign_in
from helpdesk.agents.sign_in import Limits
from helpdesk.app import web_application
from tests.support.desk.desk_story import Story

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 40_000  # milliseconds until waiting for a page times out; a busy machine needs many
AXE = Path(__file__).resolve().parents[3] / "node_modules" / "axe-core" / "axe.min.js"
RULES = (
    "{resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
)
LIMITS = Limits(timedelta(minutes=15), 5, 30, timedelta(days=1))


def required() -> bool:
    """Whether a missing browser fails the tests (in CI) instead of skipping them."""
    return bool(os.environ.get("CI"))


@asynccontextmanager
async def chromium(*, pretend_person: bool = False) -> AsyncIterator[Browser]:
    """Chromium. `pretend_person`: without the automation flag."""
    more = ["--disable-blink-features=AutomationControlled"] if pretend_person else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS + more)
        yield browser
        await browser.close()


@asynccontextmanager
async def served(application: web.Application) -> AsyncIterator[str]:
    """The address of an application that is open on this machine."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@dataclass
class OpenDesk:
    """A story's desk, served at `address`."""

    story: Story
    address: str
    browser: Browser

    async def sits_down(self, person_id: int, *, language: str = "en", **options: Any) -> Page:
        """Sign somebody in; returns a page in their own browser context."""
        token = await self.story.database.write(
            sign_in.enter, person_id=person_id, account="x", address="127.0.0.1", device="test", limits=LIMITS,
            now=self.story.time(),
        )  # fmt: skip
        context = await self.visitor(language=language, **options)
        await context.add_cookies([{"name": "session", "value": token, "url": self.address}])
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        return page

    async def visitor(
        self, *, language: str = "en", width: int = 1440, height: int = 900, **options: Any
    ) -> BrowserContext:
        """A browser context without a session."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", base_url=self.address, **options
        )
        await context.add_cookies([{"name": "language", "value": language, "url": self.address}])
        return context


@asynccontextmanager
async def open_desk(story: Story, browser: Browser) -> AsyncIterator[OpenDesk]:
    """The pages of a story's desk."""
    async with served(web_application(story.app)) as address:
        yield OpenDesk(story, address, browser)


def folder_of(tmp_path: Path) -> Path:
    """Where the desk of a test keeps its files."""
    made = tmp_path / "desk"
    made.mkdir(exist_ok=True)
    return made


async def violations(page: Page) -> list[str]:
    """Accessibility violations found by axe-core, each with its element."""
    found: list[dict[str, Any]] = await page.evaluate(f"axe.run(document, {RULES}).then((r) => r.violations)")
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


async def asks(desk: OpenDesk, text: str, **more: Any) -> int:
    """A customer writes; the number of the ticket."""
    number = await desk.story.writes(text, **more)
    assert number is not None
    return number


async def opens(page: Page, number: int) -> None:
    """Open a ticket from the list and move the pointer away."""
    await page.click(f"#t{number} .row")
    await page.wait_for_selector(f".ticket[data-number='{number}']")
    await page.mouse.move(1200, 20)
