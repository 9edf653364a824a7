"""The widget in Chromium: whatever happens to the connection, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.webchat.widget_stage import Stage, arrived, opened, say

pytestmark = pytest.mark.slow


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
    await context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})"
    )
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


async def test_signing_out_in_one_tab_empties_the_other_which_then_begins_anew(stage: Stage):
    context = await stage.browser.new_context(reduced_motion="reduce")
    first, second = await stage.page(context=context), await stage.page(context=context)
    await opened(first)
    await say(first, "Private")
    await arrived(first, 1)
    await opened(second)
    await arrived(second, 1)
    await first.evaluate("Pasokh.reset()")
    await expect(second.locator(".visitor")).to_have_count(0)
    await say(second, "Somebody else")
    await arrived(second, 1)
    await stage.desk.work()
    assert {(await stage.desk.timeline(number))[0].text for number in (1, 2)} == {"Private", "Somebody else"}


async def test_a_storage_that_is_full_loses_nothing(stage: Stage):
    context = await stage.browser.new_context(reduced_motion="reduce")
    page = await stage.page(context=context)
    await opened(page)
    await say(page, "There was room")
    await arrived(page, 1)
    await page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') } }"
    )
    await say(page, "Now it is full")
    await say(page, "Still full")
    await arrived(page, 3)
    assert await stage.heard() == ["There was room", "Now it is full", "Still full"]


async def test_on_a_slow_line_every_message_arrives_once_and_in_order_and_says_so_until_then(stage: Stage):
    assert stage.chat is not None
    page = await stage.page()
    line = await page.context.new_cdp_session(page)
    await line.send("Network.enable")
    slow = {
        "offline": False,
        "latency": 400,
        "downloadThroughput": 50_000,
        "uploadThroughput": 50_000,
    }  # 400 ms, 400 kbit/s
    await line.send("Network.emulateNetworkConditions", slow)
    await opened(page)
    desk = stage.chat.channel.chat().desk
    real, kept = type(desk).accept, asyncio.Event()

    async def slowly(self: Any, *args: Any, **more: Any) -> bool:
        await kept.wait()
        return await real(self, *args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(desk), "accept", slowly)
        for text in ("One", "Two", "Three"):
            await say(page, text)
        await expect(page.locator(".late")).to_have_count(3)
        await expect(page.locator(".late").first).to_have_text("On its way ")
        await expect(page.locator(".late").first).to_be_visible()
        kept.set()
        await arrived(page, 3)
    await expect(page.locator(".late")).to_have_count(0)
    await expect(page.locator(".visitor [dir=auto]")).to_have_text(["One", "Two", "Three"])
    assert await stage.heard() == ["One", "Two", "Three"]
