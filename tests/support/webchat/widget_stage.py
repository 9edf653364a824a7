"""A desk, a shop website with the chat widget, and a browser in front of it."""

from __future__ import annotations

import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from helpdesk.database.engine import open_database
from tests.support.desk.desk_story import Story, story
from tests.support.pages.browser import CHROMIUM, PATIENCE, chromium, required
from tests.support.webchat.chat_client import OpenChat, open_chat, settings
from tests.support.webchat.sample_shop import shop

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0f01f00050001ff"
)
ARTICLES = [
    {
        "id": "f-1",
        "title": "When will my order arrive?",
        "text": "Within three days. See https://shop.example/delivery",
    },
    {"id": "f-2", "title": "What does delivery cost?", "text": "Nothing above €50."},
]


@dataclass
class Stage:
    """A desk, a shop and a browser. The desk can be stopped and started at the same port."""

    desk: Story
    folder: Path
    port: int
    site: str
    browser: Browser
    options: dict[str, Any] = field(default_factory=dict)
    chat: OpenChat | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> OpenChat:
        own = settings(self.folder, site={"origins": [self.site], **self.options})
        self.chat = await self._stack.enter_async_context(open_chat(self.desk, own, port=self.port))
        return self.chat

    async def stop(self) -> None:
        await self._stack.aclose()
        self._stack = AsyncExitStack()

    async def page(self, path: str = "en", context: Any = None, **options: Any) -> Page:
        context = context or await self.browser.new_context(reduced_motion="reduce", **options)
        page: Page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        await page.goto(f"{self.site}/{path}")
        return page

    async def heard(self) -> list[str]:
        """The texts on the desk's timelines, in order."""
        await self.desk.work()
        found = []
        for number in range(1, 20):
            try:
                found += [
                    one.text
                    for one in await self.desk.timeline(number)
                    if one.author == "customer" and one.kind == "message"
                ]
            except LookupError:
                break
        return found


@asynccontextmanager
async def staged(empty_desk: Path, tmp_path: Path, **options: Any) -> AsyncIterator[Stage]:
    if CHROMIUM is None and not required():
        pytest.skip("Chromium is not installed: the tests in a browser are left out")
    shutil.copy(empty_desk, tmp_path / "desk.db")
    database = await open_database(f"sqlite:///{tmp_path / 'desk.db'}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with chromium() as browser, shop(f"http://127.0.0.1:{port}") as site:
        stage = Stage(story(database, tmp_path), tmp_path, port, site, browser, options)
        await stage.start()
        yield stage
        await stage.stop()
    await database.close()


async def say(page: Page, text: str) -> None:
    await page.locator("textarea").fill(text)
    await page.keyboard.press("Enter")


async def opened(page: Page) -> None:
    await page.locator(".launch").click()
    await page.locator("textarea").wait_for()


async def arrived(page: Page, count: int) -> None:
    """Wait until that many own messages are acknowledged."""
    await expect(page.locator(".visitor .meta:has-text('Arrived'), .visitor .meta:has-text('Read')")).to_have_count(
        count
    )


def sent(page: Page) -> list[str]:
    """Records the frames this page sends from now on."""
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(str(frame))))
    return frames


async def chooses(page: Page, item: str) -> None:
    """Choose an entry of the widget's menu."""
    await page.locator(".menu summary").click()
    await page.locator(".menu button", has_text=item).click()


async def begun(stage: Stage, **options: Any) -> Page:
    """A page with a started conversation."""
    page = await stage.page(**options)
    await opened(page)
    await say(page, "Hello")
    await arrived(page, 1)
    return page
