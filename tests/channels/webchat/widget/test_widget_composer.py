"""The widget in Chromium: suggestions, files, emoji, edits, a changed survey answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import FilePayload, Locator, expect

from channels.webchat.chat import requests
from helpdesk.surveys import queries as surveys
from tests.support.webchat.widget_stage import ARTICLES, PNG, Stage, arrived, begun, opened, sent

pytestmark = pytest.mark.slow


async def test_answers_are_offered_while_the_first_message_is_typed_and_may_be_enough(
    stage: Stage, articles: list[str]
):
    page = await stage.page()
    frames = sent(page)
    await opened(page)
    box = page.locator("textarea")
    await box.press_sequentially("hi")
    await box.press_sequentially(" where is my order")
    await expect(page.locator(".help details")).to_have_count(2)
    assert articles == ["hi where is my order"]  # one question, when the fingers rest
    assert await page.locator(".help").get_attribute("role") == "status"
    await box.press("Shift+Tab")  # the suggestions stand before the box
    await page.locator(".help summary").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".help details[open] p").first).to_contain_text("Within three days")
    await expect(page.locator(".help details[open] a")).to_have_attribute("rel", "noopener noreferrer nofollow")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(page.locator(".help details[open] .pill")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".help")).to_contain_text("Good!")
    await expect(box).to_have_value("")
    await expect(box).to_be_focused()
    assert any('"helped"' in one and "f-1" in one for one in frames)
    assert not any('"msg"' in one for one in frames)
    assert await stage.heard() == []


async def test_whoever_still_wants_to_ask_asks_and_is_left_alone(stage: Stage, articles: list[str]):
    page = await stage.page()
    await opened(page)
    await page.locator("textarea").press_sequentially("where is my order")
    await page.locator(".help summary").nth(1).click()
    await page.locator(".help details[open] .ghost").click()
    await expect(page.locator("textarea")).to_be_focused()
    await expect(page.locator("textarea")).to_have_value("where is my order")
    await page.keyboard.type(" please")
    await page.keyboard.press("Enter")
    await arrived(page, 1)
    await expect(page.locator(".help details")).to_have_count(0)
    assert await stage.heard() == ["where is my order please"]
    assert articles == ["where is my order"]


async def test_suggestions_never_stand_in_the_way_of_sending(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    async def never(*_: Any) -> list[dict[str, str]]:
        return ARTICLES

    monkeypatch.setattr(requests.Requests, "_articles", never)
    page = await stage.page()
    await opened(page)
    await page.locator("textarea").press_sequentially("where is my order")
    await page.keyboard.press("Enter")
    await arrived(page, 1)
    await expect(page.locator(".help details")).to_have_count(0)
    await page.locator("textarea").press_sequentially("and where is the other one")
    await page.keyboard.press("Enter")
    await arrived(page, 2)
    assert await stage.heard() == ["where is my order", "and where is the other one"]


async def test_files_wait_above_the_composer_and_can_be_taken_back(stage: Stage):
    page = await stage.page()
    await opened(page)
    await page.set_input_files(
        "input[type=file]",
        [
            FilePayload(name="bowl.png", mimeType="image/png", buffer=PNG),
            FilePayload(name="note.txt", mimeType="text/plain", buffer=b"Hi"),
        ],
    )
    staged: Locator = page.locator(".staged .file")
    await expect(staged).to_have_count(2)
    await staged.nth(0).locator("button").click()
    await expect(staged).to_have_count(1)
    await page.locator("textarea").fill("With a note")
    await page.keyboard.press("Enter")
    await arrived(page, 2)
    await expect(page.locator(".visitor .file a")).to_have_text(["note.txt"])
    await expect(staged).to_have_count(0)


async def test_a_pasted_picture_and_a_dropped_one_are_shown_first(stage: Stage):
    page = await stage.page()
    await opened(page)
    for kind in ("paste", "drop"):
        await page.evaluate(
            """([kind]) => {
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(40)], "pasted.png", { type: "image/png" }));
                const event = kind === "paste" ? new ClipboardEvent(kind, { clipboardData: data, bubbles: true, composed: true })
                  : new DragEvent(kind, { dataTransfer: data, bubbles: true, composed: true });
                document.body.lastElementChild.shadowRoot.querySelector("textarea").dispatchEvent(event);
            }""",
            [kind],
        )
    await expect(page.locator(".staged .file")).to_have_count(2)
    await expect(page.locator(".visitor")).to_have_count(0)


async def test_an_emoji_lands_where_the_caret_is(stage: Stage):
    page = await stage.page()
    await opened(page)
    await page.locator("textarea").fill("Great!")
    await page.keyboard.press("ArrowLeft")
    await page.locator(".emoji summary").click()
    await expect(page.locator(".emoji button")).to_have_count(24)
    await page.locator(".emoji button").first.click()
    await expect(page.locator("textarea")).to_have_value("Great😀!")
    await page.keyboard.press("Escape")
    await expect(page.locator(".emoji button").first).to_be_hidden()
    await expect(page.locator(".panel")).to_be_visible()


async def test_a_face_can_be_changed_and_asks_again_why(stage: Stage):
    assert stage.chat is not None
    page = await begun(stage)
    await stage.chat.answers(await stage.chat.ticket(), "Done", then="resolved")
    stage.desk.time.passes(minutes=20)
    await stage.desk.sends()
    await page.locator(".three label").nth(2).click()
    await page.locator(".ticks label").nth(0).click()
    await page.locator("footer textarea").fill("Three days of waiting")
    await page.locator("form .main").click()
    await page.locator(".felt .ghost").click()
    await page.locator(".three label").nth(0).click()
    await expect(page.locator(".felt")).to_contain_text("Happy")
    await expect(page.locator("textarea")).to_have_attribute("aria-label", "Message")
    await page.locator(".felt .ghost").click()
    await page.locator(".three label").nth(1).click()
    await page.locator(".ticks").wait_for()


async def test_a_sad_visitor_without_an_address_is_asked_for_one(stage: Stage):
    assert stage.chat is not None
    page = await begun(stage)
    number = await stage.chat.ticket()
    await stage.chat.answers(number, "Done", then="resolved")
    stage.desk.time.passes(minutes=20)
    await stage.desk.sends()
    await page.locator(".three label").nth(2).click()
    await page.get_by_label("Your number or email").fill("0912 345 6789")
    await page.locator("footer textarea").fill("Three days of waiting")
    await page.locator("form .main").click()
    await expect(page.locator(".felt")).to_be_visible()
    async with asyncio.timeout(10):
        while True:
            await stage.desk.work()
            (asked,) = await stage.desk.database.read(surveys.of_ticket, ticket_id=number)
            if asked.words:
                break
            await asyncio.sleep(0.05)
    assert asked.words == "Three days of waiting\n0912 345 6789"
