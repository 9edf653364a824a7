"""The widget in Chromium: the menu, phones, strict pages, and what goes when a visitor signs out."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import FilePayload, expect

from channels.webchat.chat import requests
from tests.architecture.source_files import ROOT
from tests.support.webchat.widget_stage import PNG, Stage, arrived, begun, chooses, opened, say, sent

pytestmark = pytest.mark.slow


async def test_the_menu_opens_closes_and_gives_the_focus_back_by_keyboard(stage: Stage):
    page = await begun(stage)
    toggle = page.locator(".menu summary")
    await toggle.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".menu button")).to_have_count(4)
    await page.keyboard.press("Tab")
    await expect(page.locator(".menu button").first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator(".menu button").first).to_be_hidden()
    await expect(toggle).to_be_focused()
    await expect(page.locator(".panel")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.locator("textarea").click()
    await expect(page.locator(".menu button").first).to_be_hidden()


async def test_a_person_can_be_asked_for_at_any_time(stage: Stage):
    page = await begun(stage)
    frames = sent(page)
    await page.reload()
    await opened(page)
    await chooses(page, "I want a person")
    await expect(page.locator(".log .note")).to_contain_text("let a person know")
    assert sum('"wish":"person"' in one for one in frames) == 1


async def test_a_request_for_a_person_before_any_message_is_a_message(stage: Stage):
    page = await stage.page()
    await opened(page)
    await chooses(page, "I want a person")
    await arrived(page, 1)
    assert await stage.heard() == ["I want a person"]


async def test_the_conversation_is_asked_for_by_mail_with_an_address_that_is_one(stage: Stage):
    page = await begun(stage)
    await chooses(page, "E-mail me")
    await expect(page.locator("footer h2")).to_be_focused()
    address = page.locator("footer input")
    await address.fill("sara")
    await page.keyboard.press("Enter")
    await expect(page.locator(".error")).not_to_be_empty()
    await expect(address).to_be_focused()
    await address.fill("sara@customers.example")
    await page.keyboard.press("Enter")
    await expect(page.locator(".log .note")).to_contain_text("sara@customers.example")
    await expect(page.locator("textarea")).to_be_focused()
    await chooses(page, "E-mail me")
    await expect(page.locator("footer input")).to_have_value("sara@customers.example")  # asked once
    await page.keyboard.press("Escape")
    await expect(page.locator("textarea")).to_be_focused()


async def test_a_request_survives_a_cut_connection(stage: Stage):
    page = await begun(stage)
    await chooses(page, "End the chat")
    await stage.stop()
    await expect(page.locator("header small")).to_contain_text("No connection")
    await page.locator("footer .main").click()
    await stage.start()
    await expect(page.locator(".log .note").last).to_contain_text("The chat has ended")


async def test_the_chat_goes_on_in_telegram_by_a_link(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    page = await begun(stage)
    await page.locator(".menu summary").click()
    await expect(page.locator(".menu button", has_text="Telegram")).to_have_count(0)  # no bot, no promise

    async def link(_chat: Any, one: Any, _room: Any, frame: Any) -> None:
        url = "https://t.me/shop_bot?start=abc" if "good" in links else "javascript:alert(1)"
        one.put({"t": "link", "cid": frame.cid, "channel": "telegram", "url": url, "until": None})

    links = ["good"]
    monkeypatch.setattr(requests.Requests, "_link", link)
    await page.add_init_script("""
        const real = WebSocket.prototype.__lookupSetter__('onmessage');
        Object.defineProperty(WebSocket.prototype, 'onmessage', { set(listener) { real.call(this, (event) => {
          const frame = JSON.parse(event.data); if (frame.site) frame.site.telegram = true;
          listener.call(this, { data: JSON.stringify(frame) });
        }) } })
    """)
    await page.reload()
    await opened(page)
    await chooses(page, "Telegram")
    way = page.locator("footer a")
    await expect(way).to_have_attribute("href", "https://t.me/shop_bot?start=abc")
    await expect(way).to_have_attribute("target", "_blank")
    await page.locator("footer .ghost").click()
    links.clear()
    await chooses(page, "Telegram")
    await expect(page.locator("footer")).to_contain_text("did not work")  # an address that is none is not shown
    await expect(page.locator("footer a")).to_have_count(0)


async def test_what_an_agent_changes_or_takes_back_says_so(stage: Stage):
    assert stage.chat is not None
    page = await begun(stage)
    number = await stage.chat.ticket()
    await stage.chat.answers(number, "It costs 20")
    await stage.chat.answers(number, "A secret")
    await expect(page.locator(".person")).to_have_count(2)
    room = next(iter(stage.chat.channel.chat().connections.values())).room
    assert room is not None
    first, second = [line["id"] for line in await room.log.after(1)]
    await stage.chat.channel.edit("shop", first, "It costs 29")
    await stage.chat.channel.withdraw("shop", second)

    async def shown() -> None:
        await expect(page.locator(".person .bubble").nth(0)).to_contain_text("It costs 29")
        await expect(page.locator(".person .bubble").nth(0)).to_contain_text("edited")
        await expect(page.locator(".person .bubble").nth(1)).to_contain_text("This message was removed")
        await expect(page.locator(".log")).not_to_contain_text("secret")

    await shown()
    await page.reload()
    await opened(page)
    await shown()


async def test_the_title_counts_while_nobody_looks(stage: Stage):
    assert stage.chat is not None
    page = await begun(stage)
    number = await stage.chat.ticket()
    title = await page.title()
    look = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true}); document.dispatchEvent(new Event('visibilitychange')) }"
    await page.evaluate(look, True)
    await stage.chat.answers(number, "Are you there?")
    await expect(page).to_have_title(f"(1) {title}")
    await page.evaluate(look, False)
    await expect(page).to_have_title(title)


async def test_nothing_of_it_breaks_a_strict_policy(stage: Stage, articles: list[str]):
    page = await stage.page("strict/en")
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: broken.append(str(error)))
    await opened(page)
    await page.locator("textarea").press_sequentially("where is my order")
    await page.locator(".help summary").first.click()
    await page.locator(".emoji summary").click()
    await page.locator(".emoji button").first.click()
    await page.set_input_files("input[type=file]", FilePayload(name="bowl.png", mimeType="image/png", buffer=PNG))
    await page.locator(".staged canvas, .staged svg").wait_for()
    await page.locator(".staged button").click()
    await page.locator("textarea").press("Enter")
    await arrived(page, 1)
    await chooses(page, "E-mail me")
    await page.locator("footer h2").wait_for()
    assert broken == []


async def test_a_phone_s_window_ends_above_the_keyboard(stage: Stage):
    page = await stage.page(viewport={"width": 360, "height": 640}, has_touch=True)
    await opened(page)
    await page.evaluate("""() => {
        Object.defineProperty(visualViewport, 'height', { value: 320, configurable: true });
        Object.defineProperty(visualViewport, 'offsetTop', { value: 40, configurable: true });
        visualViewport.dispatchEvent(new Event('resize'));
    }""")
    box = await page.locator(".panel").bounding_box()
    assert box is not None
    assert (box["y"], box["height"], box["width"]) == (40, 320, 360)
    await page.locator("header > button").click()
    await expect(page.locator(".launch")).to_be_visible()


async def test_the_keyboard_of_a_phone_stays_down_until_the_visitor_writes(stage: Stage):
    page = await stage.page(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    await opened(page)
    await expect(page.locator(".log")).to_be_focused()


async def test_signing_out_takes_what_was_begun_with_it(stage: Stage):
    page = await begun(stage)
    await page.locator("textarea").fill("My card number is")
    await page.evaluate("Pasokh.reset()")
    await opened(page)
    await expect(page.locator("textarea")).to_have_value("")


async def test_the_desk_hears_of_the_next_page_of_a_site_that_never_reloads(stage: Stage):
    page = await stage.page()
    await page.clock.install()
    frames = sent(page)
    await opened(page)
    await say(page, "Hello")
    await arrived(page, 1)
    await page.evaluate("history.pushState(null, '', '/en?basket')")
    await page.clock.run_for(26_000)  # the next beat of the line
    async with asyncio.timeout(10):
        while not any('"ping"' in one and "basket" in one for one in frames):
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("lang", ["fa", "en"])
async def test_the_new_parts_keep_nobody_out_either(stage: Stage, articles: list[str], lang: str):
    page = await stage.page(
        lang, viewport={"width": 360, "height": 640}, color_scheme="dark" if lang == "fa" else "light"
    )
    await page.evaluate((ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8"))

    async def fine() -> None:
        found = await page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})"
        )
        assert [f"{one['id']}: {one['nodes'][0]['html']}" for one in found["violations"]] == []
        assert await page.evaluate("document.documentElement.scrollWidth <= 360")

    await opened(page)
    await page.locator("textarea").press_sequentially("where is my order" * 2)
    await page.locator(".help summary").first.click()
    await fine()
    await page.locator(".emoji summary").click()
    await fine()
    await page.keyboard.press("Escape")
    await page.set_input_files(
        "input[type=file]", FilePayload(name="bowl" * 20 + ".png", mimeType="image/png", buffer=PNG)
    )
    await page.locator(".staged .file").wait_for()
    await fine()
    await page.locator("textarea").fill("x" * 300)
    await page.keyboard.press("Enter")
    await expect(page.locator(".visitor .meta")).to_have_count(2)
    await page.locator(".menu summary").click()
    await fine()
    for item in (1, 2):
        await page.locator(".menu button").nth(item).click()
        await page.locator("footer h2").wait_for()
        await fine()
        await page.keyboard.press("Escape")
        await page.locator(".menu summary").click()
