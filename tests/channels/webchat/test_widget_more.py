"""The widget in Chromium: suggestions, the menu, edits, files before they leave, a change of mind about the survey."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from channels.webchat import asking
from tests.house.source import ROOT
from tests.support.stage import Stage, arrived, opened, say

pytestmark = pytest.mark.slow
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


@pytest.fixture
def articles(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The desk knows two articles; gives the texts it was asked with."""
    asked: list[str] = []

    async def found(_chat: Any, one: Any, text: str) -> list[dict[str, str]]:
        asked.append(text)
        one.offered.update(each["id"] for each in ARTICLES)
        return ARTICLES

    monkeypatch.setattr(asking, "_articles", found)
    return asked


def sent(page: Page) -> list[str]:
    """The frames this page sends from now on."""
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(str(frame))))
    return frames


async def menu(page: Page, item: str) -> None:
    """Open the menu and choose."""
    await page.locator(".menu summary").click()
    await page.locator(".menu button", has_text=item).click()


async def begun(stage: Stage, **options: Any) -> Page:
    """A page on which something was said already."""
    page = await stage.page(**options)
    await opened(page)
    await say(page, "Hello")
    await arrived(page, 1)
    return page


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

    monkeypatch.setattr(asking, "_articles", never)
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
    await menu(page, "I want a person")
    await expect(page.locator(".log .note")).to_contain_text("let a person know")
    assert sum('"wish":"person"' in one for one in frames) == 1


async def test_the_first_wish_of_all_is_a_message(stage: Stage):
    page = await stage.page()
    await opened(page)
    await menu(page, "I want a person")
    await arrived(page, 1)
    assert await stage.heard() == ["I want a person"]


async def test_the_conversation_is_asked_for_by_mail_with_an_address_that_is_one(stage: Stage):
    page = await begun(stage)
    await menu(page, "E-mail me")
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
    await menu(page, "E-mail me")
    await expect(page.locator("footer input")).to_have_value("sara@customers.example")  # asked once
    await page.keyboard.press("Escape")
    await expect(page.locator("textarea")).to_be_focused()


async def test_a_wish_outlives_a_cut_line(stage: Stage):
    page = await begun(stage)
    await menu(page, "End the chat")
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
    monkeypatch.setattr(asking, "_link", link)
    await page.add_init_script("""
        const real = WebSocket.prototype.__lookupSetter__('onmessage');
        Object.defineProperty(WebSocket.prototype, 'onmessage', { set(listener) { real.call(this, (event) => {
          const frame = JSON.parse(event.data); if (frame.site) frame.site.telegram = true;
          listener.call(this, { data: JSON.stringify(frame) });
        }) } })
    """)
    await page.reload()
    await opened(page)
    await menu(page, "Telegram")
    way = page.locator("footer a")
    await expect(way).to_have_attribute("href", "https://t.me/shop_bot?start=abc")
    await expect(way).to_have_attribute("target", "_blank")
    await page.locator("footer .ghost").click()
    links.clear()
    await menu(page, "Telegram")
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
    await expect(page.locator(".felt")).to_contain_text("Good")
    await expect(page.locator("textarea")).to_have_attribute("aria-label", "Message")
    await page.locator(".felt .ghost").click()
    await page.locator(".three label").nth(1).click()
    await page.locator(".ticks").wait_for()


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
