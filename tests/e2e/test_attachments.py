"""Attachments in a browser: picture viewer, sound player; and a web chat visitor who types."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.desk.memory_channel import MemoryChannel
from tests.support.pages.browser import PATIENCE, OpenDesk, opens, served
from tests.support.pages.gallery_app import application
from tests.support.pages.gallery_media import drawn, tone

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]
expect.set_options(timeout=PATIENCE)


class Talk(MemoryChannel):
    """A channel in memory without subjects: a chat."""

    can = replace(MemoryChannel.can, subject=False)


async def files(desk: OpenDesk, number: int, *contents: bytes) -> None:
    """Attach files to the newest message of a ticket."""
    from helpdesk.tickets import actions
    from helpdesk.tickets.rows import NewFile

    story = desk.story
    entry_id = next(one.id for one in reversed(await story.timeline(number)) if one.kind == "message")
    rows: list[NewFile] = [
        {"name": f"file-{index}", "content_type": "application/octet-stream", "size": len(content), "inline": False, "content_id": None,
         "hash": story.app.files.store(content), "problem": None, "created_at": story.time()}
        for index, content in enumerate(contents)
    ]  # fmt: skip
    await story.database.write(actions.attach_files, ticket_id=number, entry_id=entry_id, files=rows)


@pytest.mark.parametrize(
    ("language", "onward", "back"), [("en", "ArrowRight", "ArrowLeft"), ("fa", "ArrowLeft", "ArrowRight")]
)
async def test_an_album_opens_in_the_viewer_and_is_browsed_by_keyboard(
    browser: Browser, language: str, onward: str, back: str
):
    async with served(application()) as address:
        page = await browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        await page.goto(f"{address}/{language}/telegram")
        first = page.locator(".album[data-count='3'] a").first
        await first.focus()
        await page.keyboard.press("Enter")
        picture = page.locator("#viewer img")
        await expect(picture).to_have_attribute("src", f"{address}/inbox/files/11/show")
        await expect(page.locator("#viewer [data-step='-1']")).to_be_disabled()
        for number in (12, 13, 13):
            await page.keyboard.press(onward)
            await expect(picture).to_have_attribute("src", f"{address}/inbox/files/{number}/show")
        await page.keyboard.press(back)
        await expect(picture).to_have_attribute("src", f"{address}/inbox/files/12/show")
        await page.keyboard.press("Escape")
        await expect(page.locator("#viewer")).not_to_be_visible()
        assert await page.evaluate("document.activeElement.href") == f"{address}/inbox/files/12/show"
        await page.close()


async def test_loading_pictures_cause_no_layout_shift(browser: Browser):
    async with served(application()) as address:
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        await page.route("**/inbox/files/**", lambda route: route.abort())
        await page.goto(f"{address}/fa/telegram")
        empty = await heights(page)
        await page.unroute("**/inbox/files/**")
        await page.goto(f"{address}/fa/telegram")
        for picture in await page.locator(".timeline img").all():
            await picture.scroll_into_view_if_needed()
        await page.wait_for_function(
            "[...document.querySelectorAll('.timeline img')].every((one) => one.complete && one.naturalWidth)"
        )
        assert await heights(page) == empty
        await page.close()


async def heights(page: Page) -> list[int]:
    """The heights of the timeline's items."""
    found: list[int] = await page.evaluate(
        "[...document.querySelectorAll('.timeline > li')].map((one) => Math.round(one.getBoundingClientRect().height))"
    )
    return found


async def test_a_recording_shows_its_duration_seeks_and_survives_live_updates(desk: OpenDesk):
    number = await desk.story.writes("Listen", id="q")
    assert number is not None
    await files(desk, number, tone(40))
    page = await desk.sits_down(await desk.story.person())
    await page.goto("/inbox?view=all")
    await opens(page, number)
    player = page.locator("sound-player")
    await expect(player.locator(".time")).to_have_text("0:40")
    await player.locator(".seek").fill("500")
    await player.locator(".play").click()
    await expect(player.locator(".play")).to_have_attribute("aria-label", "Stop here: file-0")
    await expect(player.locator(".time")).to_have_text(re.compile("0:2[1-9]"))
    await page.evaluate("document.querySelector('sound-player').mine = true")
    await desk.story.writes("More", id="q2")
    await desk.story.writes("❤", kind="reaction", target="q", details={"new": ["❤"]})
    await expect(page.get_by_text("More", exact=True)).to_be_visible()
    assert await page.evaluate(
        "document.querySelector('sound-player').mine && document.querySelector('sound-player').busy"
    )
    await player.locator(".play").click()
    await expect(player.locator(".play")).to_have_attribute("aria-label", "Play: file-0")


async def test_a_picture_is_shown_within_the_content_security_policy(desk: OpenDesk):
    number = await desk.story.writes("Look")
    assert number is not None
    await files(desk, number, drawn(3, 60, 40))
    page = await desk.sits_down(await desk.story.person())
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if message.type == "error" else None)
    await page.goto("/inbox?view=all")
    await opens(page, number)
    await expect(page.locator(".album img")).to_have_js_property("naturalWidth", 60)
    await page.click(".shot")
    await expect(page.locator("#viewer img")).to_have_js_property("naturalWidth", 60)
    assert broken == []


async def test_a_visitor_is_shown_typing_arriving_and_leaving(desk: OpenDesk):
    page_of = {"page": "https://shop.example/bowls", "page_title": "Bowls", "user": "u7"}
    number = await desk.story.writes("How wide?", conversation="chat-1", details=page_of)
    assert number is not None
    page = await desk.sits_down(await desk.story.person())
    await page.goto("/inbox?view=all")
    await opens(page, number)
    await expect(page.locator("#typing")).to_be_hidden()

    async def does(**what: object) -> None:
        await desk.story.app.desk_for("memory").hint("chat-1", what)

    await does(typing=True, online=True, page={"url": "https://shop.example/cups"})
    await expect(page.locator("#typing")).to_be_visible()
    await expect(page.locator("[data-on]")).to_be_visible()
    await expect(page.locator("#visitor [data-page]")).to_have_attribute("href", "https://shop.example/cups")
    await does(typing=False)
    await expect(page.locator("#typing")).to_be_hidden()
    await does(online=False)
    await expect(page.locator("[data-off]")).to_be_visible()
    await desk.story.writes("Are you there?", conversation="chat-1")
    await expect(page.get_by_text("Are you there?")).to_have_count(2)
    await expect(page.locator("[data-off]")).to_be_visible()


async def test_a_quote_scrolls_to_its_message(desk: OpenDesk):
    number = await desk.story.writes("The very first words", id="first", conversation="c")
    assert number is not None
    for index in range(25):
        await desk.story.writes(f"Line {index}", conversation="c")
    desk.story.channel.__class__ = Talk
    await desk.story.writes("About that", conversation="c", remote_ids=["first"])
    page = await desk.sits_down(await desk.story.person())
    await page.goto("/inbox?view=all")
    await opens(page, number)
    await expect(page.locator(".say").get_by_text("The very first words")).not_to_be_in_viewport()
    await page.click("a.answers")
    await expect(page.locator(".say").get_by_text("The very first words")).to_be_in_viewport()
    assert await page.evaluate("document.scrollingElement.scrollTop + document.querySelector('.ticket').scrollTop") == 0
    assert await page.evaluate("document.scrollingElement.scrollHeight <= innerHeight")
