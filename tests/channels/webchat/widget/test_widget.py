"""The widget in Chromium, on another website: its size, its requests, what it shows and allows."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import FilePayload, expect

from tests.architecture.source_files import ROOT
from tests.support.webchat.chat_client import claim
from tests.support.webchat.widget_stage import Stage, arrived, opened, say, staged

pytestmark = pytest.mark.slow
MOST_BYTES = 15 * 1024
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def test_the_whole_widget_weighs_no_more_than_fifteen_kibibytes(widget: Path):
    assert len(gzip.compress(widget.read_bytes(), 9)) <= MOST_BYTES


def test_the_widget_makes_no_markup_from_strings_and_no_style_attributes(widget: Path):
    script = widget.read_text("utf-8")
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        ".style.",
        "cssText",
        "eval(",
        "new Function",
    ):
        assert forbidden not in script, forbidden


async def test_the_script_travels_as_small_as_the_browser_takes_it(stage: Stage):
    address = f"http://127.0.0.1:{stage.port}/channels/webchat/widget.js"
    sizes = {}
    async with aiohttp.ClientSession(auto_decompress=False) as http:
        for encoding in ("br", "gzip", "identity"):
            async with http.get(address, headers={"Accept-Encoding": f"{encoding};q=0.9, x"}) as answer:
                assert answer.headers.get("Content-Encoding", "identity") == encoding
                sizes[encoding] = len(await answer.read())
    assert sizes["br"] < sizes["gzip"] < sizes["identity"]


async def test_nothing_is_asked_before_the_first_opening_but_the_script(stage: Stage):
    context = await stage.browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = await stage.page(context=context)
    sockets: list[str] = []
    page.on("websocket", lambda one: sockets.append(one.url))
    await page.locator(".launch").wait_for()
    assert [url for url in asked if not url.startswith(stage.site)] == [
        f"http://127.0.0.1:{stage.port}/channels/webchat/widget.js"
    ]
    await opened(page)
    assert len(sockets) == 1


async def test_a_visitor_writes_and_an_agent_replies(stage: Stage):
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


async def test_files_are_sent_and_a_program_is_refused_in_words(stage: Stage):
    page = await stage.page()
    await opened(page)
    await page.set_input_files("input[type=file]", FilePayload(name="کاسه.png", mimeType="image/png", buffer=PNG))
    await page.locator(".staged .file").wait_for()
    await page.keyboard.press("Enter")
    await arrived(page, 1)
    await expect(page.locator(".file a")).to_have_text("کاسه.png")
    await page.set_input_files(
        "input[type=file]", FilePayload(name="cat.png", mimeType="image/png", buffer=b"MZ" + b"\0" * 50)
    )
    await page.keyboard.press("Enter")
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


async def test_words_typed_offline_by_one_user_are_never_sent_by_the_next(stage: Stage):
    context = await stage.browser.new_context(reduced_motion="reduce")
    page = await stage.page(context=context)
    await page.evaluate("identity => Pasokh.identify(identity)", claim(stage.desk, name="Sara"))
    await opened(page)
    await say(page, "I am Sara")
    await arrived(page, 1)
    await context.set_offline(True)
    await expect(page.locator("header small")).to_contain_text("No connection")
    await say(page, "My card number is 1234")
    await page.evaluate("identity => Pasokh.identify(identity)", claim(stage.desk, user="u-18", name="Omid"))
    await context.set_offline(False)
    await say(page, "I am Omid")
    await arrived(page, 1)
    await expect(page.locator(".visitor .bubble")).to_contain_text(["I am Omid"])
    await expect(page.locator(".visitor .bubble")).to_have_count(1)
    assert await stage.heard() == ["I am Sara", "I am Omid"]
    await page.evaluate("identity => Pasokh.identify(identity)", claim(stage.desk, name="Sara"))
    await arrived(page, 2)
    await expect(page.locator(".visitor .bubble")).to_contain_text(["I am Sara", "1234"])


async def test_what_was_begun_before_signing_in_goes_along(stage: Stage):
    context = await stage.browser.new_context(reduced_motion="reduce")
    page = await stage.page(context=context)
    await opened(page)
    await say(page, "Do you have blue ones?")
    await arrived(page, 1)
    await context.set_offline(True)
    await expect(page.locator("header small")).to_contain_text("No connection")
    await say(page, "Size 42")
    await page.evaluate("identity => Pasokh.identify(identity)", claim(stage.desk, name="Sara"))
    await context.set_offline(False)
    await arrived(page, 2)
    await expect(page.locator(".visitor .bubble")).to_contain_text(["Do you have blue ones?", "Size 42"])
    assert await stage.heard() == ["Do you have blue ones?", "Size 42"]


async def test_everything_is_done_by_keyboard(stage: Stage):
    page = await stage.page()
    await page.locator(".launch").wait_for()
    await page.locator(".buy").focus()  # the last link of the page
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
        found = await page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})"
        )
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
        await expect(page.locator("header small")).to_contain_text("Saturday")
        await expect(page.locator(".center")).to_contain_text("A person answers")
        await page.locator("input[name=email]").fill("sara@customers.example")
        await page.locator("textarea").fill("Call me on Saturday")
        await page.locator("form .main").click()
        await arrived(page, 1)
        assert stage.chat is not None
        line = (await stage.desk.timeline(await stage.chat.ticket()))[0]
        assert ((line.data or {})["email"], (line.data or {})["offline"]) == ("sara@customers.example", True)
