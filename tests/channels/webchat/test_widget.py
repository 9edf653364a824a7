"""The widget in Chromium, on the pages of another website: whatever happens to the line, nothing is lost or doubled."""

from __future__ import annotations

import gzip
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from channels.webchat.script import BUILT
from helpdesk.database.engine import open_database
from tests.house.source import ROOT
from tests.support.browsing import CHROMIUM, chromium, required
from tests.support.house import Story, story
from tests.support.shop import shop
from tests.support.webchat import OpenChat, open_chat, settings

pytestmark = pytest.mark.slow
MOST_BYTES = 15 * 1024
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture(scope="session")
def widget() -> Path:
    """The built script; built here when the sources are newer."""
    sources = (ROOT / "channels/webchat/widget").iterdir()
    if not BUILT.exists() or BUILT.stat().st_mtime < max(one.stat().st_mtime for one in sources):
        node = shutil.which("node")
        if node is None and not required():
            pytest.skip("Node is not installed: the widget is not tested")
        subprocess.run([str(node), "channels/webchat/widget/build.mjs"], cwd=ROOT, check=True, capture_output=True)
    return BUILT


def test_the_whole_widget_weighs_no_more_than_fifteen_kibibytes(widget: Path):
    assert len(gzip.compress(widget.read_bytes(), 9)) <= MOST_BYTES


def test_the_widget_makes_no_markup_from_strings_and_no_style_attributes(widget: Path):
    script = widget.read_text("utf-8")
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", ".style.", "cssText", "eval(", "new Function"):
        assert forbidden not in script, forbidden


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
        page.set_default_timeout(10_000)
        await page.goto(f"{self.site}/{path}")
        return page

    async def heard(self) -> list[str]:
        """What the desk has on its timelines, in order."""
        await self.desk.work()
        found = []
        for number in range(1, 20):
            try:
                found += [one.text for one in await self.desk.timeline(number) if one.author == "customer" and one.kind == "message"]
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


@pytest.fixture
async def stage(widget: Path, empty_desk: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(empty_desk, tmp_path) as made:
        yield made


async def say(page: Page, text: str) -> None:
    await page.locator("textarea").fill(text)
    await page.keyboard.press("Enter")


async def opened(page: Page) -> None:
    await page.locator(".launch").click()
    await page.locator("textarea").wait_for()


async def arrived(page: Page, count: int) -> None:
    """So many own messages have been acknowledged."""
    await expect(page.locator(".visitor .meta:has-text('Arrived'), .visitor .meta:has-text('Read')")).to_have_count(count)


async def test_nothing_is_asked_before_the_first_opening_but_the_script(stage: Stage):
    context = await stage.browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = await stage.page(context=context)
    sockets: list[str] = []
    page.on("websocket", lambda one: sockets.append(one.url))
    await page.locator(".launch").wait_for()
    assert [url for url in asked if not url.startswith(stage.site)] == [f"http://127.0.0.1:{stage.port}/channels/webchat/widget.js"]
    await opened(page)
    assert len(sockets) == 1


async def test_a_visitor_writes_and_an_agent_answers(stage: Stage):
    assert stage.chat is not None
    page = await stage.page()
    await opened(page)
    await say(page, "Will the glaze be back?")
    await arrived(page, 1)
    await stage.chat.answers(await stage.chat.ticket(), "Next week. https://shop.example/bowl")
    await expect(page.locator(".person .bubble")).to_contain_text("Next week.")
    assert await page.locator(".person a").get_attribute("rel") == "noopener noreferrer nofollow"
    await expect(page.locator("header b")).to_have_text("Mina")


async def test_it_works_under_a_policy_that_allows_only_what_the_readme_asks_for(stage: Stage):
    context = await stage.browser.new_context()
    broken: list[str] = []
    page = await context.new_page()
    page.on("console", lambda message: broken.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: broken.append(str(error)))
    await page.goto(f"{stage.site}/strict/fa")
    await opened(page)
    await say(page, "سلام")
    await expect(page.locator(".visitor .meta")).to_have_count(1)
    assert stage.chat is not None
    await stage.chat.answers(await stage.chat.ticket(), "سلام از ما", then="resolved")
    stage.desk.time.passes(minutes=20)
    await stage.desk.sends()
    await page.locator(".three label").nth(2).click()
    await page.locator(".ticks label").first.click()
    await page.locator("form .main").click()
    await page.locator("textarea").wait_for()
    position = await page.locator(".panel").evaluate("one => getComputedStyle(one).position")
    assert position == "fixed"
    assert broken == []


async def test_a_killed_connection_comes_back_and_brings_what_was_missed(stage: Stage):
    assert stage.chat is not None
    page = await stage.page()
    await opened(page)
    await say(page, "One")
    await arrived(page, 1)
    number = await stage.chat.ticket()
    for one in list(stage.chat.channel.chat().connections.values()):
        one.abort()  # type: ignore[attr-defined]
    await stage.chat.answers(number, "While you were away")
    await expect(page.locator(".person .bubble")).to_contain_text("While you were away")
    await say(page, "Two")
    await arrived(page, 2)
    assert await stage.heard() == ["One", "Two"]


async def test_what_is_written_while_the_desk_is_down_arrives_once_when_it_is_back(stage: Stage):
    page = await stage.page()
    await opened(page)
    await say(page, "Before")
    await arrived(page, 1)
    await stage.stop()
    await expect(page.locator("header small")).to_contain_text("No connection")
    await say(page, "In between")
    await say(page, "And again")
    await stage.start()
    await arrived(page, 3)
    assert await stage.heard() == ["Before", "In between", "And again"]


async def test_what_was_not_acknowledged_survives_a_reload_and_is_not_doubled(stage: Stage):
    assert stage.chat is not None
    page = await stage.page()
    await opened(page)
    await say(page, "First")
    await arrived(page, 1)

    desk = stage.chat.channel.chat().desk
    real = type(desk).accept

    async def kept_but_cut(self: Any, *args: Any, **more: Any) -> bool:
        await real(self, *args, **more)
        raise ConnectionError("cut before the acknowledgement")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(desk), "accept", kept_but_cut)
        await say(page, "Lost acknowledgement")
        await expect(page.locator(".visitor .meta:has-text('On its way')")).to_have_count(1)
        await expect(page.locator("header small")).to_contain_text("No connection")
    await page.reload()
    await opened(page)
    await arrived(page, 2)
    assert await stage.heard() == ["First", "Lost acknowledgement"]


async def test_two_tabs_show_one_conversation_and_one_is_unread_until_it_is_seen(stage: Stage):
    assert stage.chat is not None
    context = await stage.browser.new_context(reduced_motion="reduce")
    first = await stage.page(context=context)
    await opened(first)
    await say(first, "From the first tab")
    await arrived(first, 1)
    second = await stage.page(context=context)
    await opened(second)
    await expect(second.locator(".visitor .bubble")).to_contain_text("From the first tab")
    await say(second, "From the second tab")
    await arrived(first, 2)
    await second.locator("header button").last.click()
    await first.locator("header button").last.click()
    await stage.chat.answers(await stage.chat.ticket(), "Both of you")
    await expect(first.locator(".badge")).to_have_text("1")
    await expect(second.locator(".badge")).to_have_text("1")
    await second.locator(".launch").click()
    await expect(first.locator(".badge")).to_be_hidden()
    assert await stage.heard() == ["From the first tab", "From the second tab"]


async def test_offline_and_back(stage: Stage):
    context = await stage.browser.new_context(reduced_motion="reduce")
    page = await stage.page(context=context)
    await opened(page)
    await say(page, "Online")
    await arrived(page, 1)
    await context.set_offline(True)
    await expect(page.locator("header small")).to_contain_text("No connection")
    await say(page, "In the tunnel")
    await expect(page.locator(".visitor .meta:has-text('On its way')")).to_have_count(1)
    await context.set_offline(False)
    await arrived(page, 2)
    assert await stage.heard() == ["Online", "In the tunnel"]


async def test_a_browser_that_keeps_nothing_can_chat_all_the_same(stage: Stage):
    context = await stage.browser.new_context(reduced_motion="reduce")
    await context.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})")
    page = await stage.page(context=context)
    await opened(page)
    await say(page, "No storage here")
    await say(page, "Still works")
    await arrived(page, 2)
    assert await stage.heard() == ["No storage here", "Still works"]


async def test_where_no_socket_comes_through_it_polls(stage: Stage):
    assert stage.chat is not None
    context = await stage.browser.new_context(reduced_motion="reduce")
    await context.add_init_script("window.WebSocket = function () { throw new Error('blocked') }")
    page = await stage.page(context=context)
    await opened(page)
    await say(page, "By polling")
    await arrived(page, 1)
    await stage.chat.answers(await stage.chat.ticket(), "It reaches you")
    await expect(page.locator(".person .bubble")).to_contain_text("It reaches you")
    await say(page, "Good")
    await arrived(page, 2)


async def test_files_are_sent_and_a_program_is_refused_in_words(stage: Stage):
    page = await stage.page()
    await opened(page)
    await page.set_input_files("input[type=file]", FilePayload(name="کاسه.png", mimeType="image/png", buffer=PNG))
    await arrived(page, 1)
    await expect(page.locator(".file a")).to_have_text("کاسه.png")
    await page.set_input_files("input[type=file]", FilePayload(name="cat.png", mimeType="image/png", buffer=b"MZ" + b"\0" * 50))
    await expect(page.locator(".bad")).to_contain_text("not taken")


async def test_the_form_before_the_chat_is_filled_in_once(widget: Path, empty_desk: Path, tmp_path: Path):
    before = [{"name": "name", "required": True}, {"name": "email"}]
    async with staged(empty_desk, tmp_path, before=before) as stage:
        page = await stage.page()
        await opened(page)
        await page.locator("textarea").fill("Hello")
        await page.locator("form .main").click()
        await expect(page.locator("[aria-invalid]")).to_be_focused()
        await page.locator("input[name=name]").fill("Sara")
        await page.locator("form .main").click()
        await arrived(page, 1)
        await say(page, "Now without a form")
        await arrived(page, 2)
        assert stage.chat is not None
        assert (await stage.desk.ticket(await stage.chat.ticket())).contact_name == "Sara"


async def test_a_page_identifies_its_user_and_signs_out(stage: Stage):
    from tests.channels.webchat.test_doors import claim

    page = await stage.page()
    identity = claim(stage.desk, name="Sara")
    await page.evaluate("identity => Pasokh.identify(identity)", identity)
    await opened(page)
    await say(page, "I am signed in")
    await arrived(page, 1)
    await page.evaluate("Pasokh.reset()")
    await opened(page)
    await expect(page.locator(".visitor")).to_have_count(0)
    await page.evaluate("identity => Pasokh.identify(identity)", identity)
    await expect(page.locator(".visitor .bubble")).to_contain_text("I am signed in")


async def test_everything_is_done_by_keyboard(stage: Stage):
    page = await stage.page()
    await page.locator(".launch").wait_for()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("textarea")).to_be_focused()
    await page.keyboard.type("By keyboard")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two lines")
    await page.keyboard.press("Enter")
    await arrived(page, 1)
    await page.keyboard.press("Escape")
    await expect(page.locator(".panel")).to_be_hidden()
    await expect(page.locator(".launch")).to_be_focused()
    assert await stage.heard() == ["By keyboard\ntwo lines"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["fa", "en"])
async def test_nothing_keeps_anybody_out(stage: Stage, lang: str, scheme: Any):
    assert stage.chat is not None
    page = await stage.page(lang, color_scheme=scheme, viewport={"width": 360, "height": 640})
    axe = (ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    await page.evaluate(axe)

    async def faults() -> list[str]:
        found = await page.evaluate("axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})")
        return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found["violations"]]

    await page.locator(".launch").wait_for()
    assert await faults() == []
    await opened(page)
    await say(page, "سلام" if lang == "fa" else "Hello")
    await expect(page.locator(".visitor .meta")).to_have_count(1)
    await stage.chat.answers(await stage.chat.ticket(), "Hello سلام")
    await page.locator(".person").wait_for()
    assert await faults() == []
    await stage.chat.answers(1, "Done", then="resolved")
    stage.desk.time.passes(minutes=20)
    await stage.desk.sends()
    await page.locator(".three").wait_for()
    assert await faults() == []
    await page.locator(".three label").nth(1).click()
    await page.locator(".ticks").wait_for()
    assert await faults() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= 360")
    await page.evaluate("document.body.lastElementChild.shadowRoot.querySelector('.log').append(new Image())")
    assert [one.partition(":")[0] for one in await faults()] == ["image-alt"]  # it does look inside


async def test_outside_hours_a_message_is_left_with_an_address(widget: Path, empty_desk: Path, tmp_path: Path):
    week = {"tz": "Asia/Tehran", "week": {"sat": [["08:00", "17:00"]]}}
    async with staged(empty_desk, tmp_path, hours=week) as stage:
        page = await stage.page()
        await opened(page)
        await expect(page.locator("header b")).to_have_text("We are away")
        await expect(page.locator(".center")).to_contain_text("Saturday")
        await page.locator("input[name=email]").fill("sara@customers.example")
        await page.locator("textarea").fill("Call me on Saturday")
        await page.locator("form .main").click()
        await arrived(page, 1)
        assert stage.chat is not None
        line = (await stage.desk.timeline(await stage.chat.ticket()))[0]
        assert (line.data["email"], line.data["offline"]) == ("sara@customers.example", True)


