"""An agent at work in a real browser: reading, answering, taking back, giving, noting, and seeing what others do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from helpdesk.tickets import queries
from tests.support.browsing import PATIENCE, OpenDesk

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]
SECOND = 1000.0
expect.set_options(timeout=PATIENCE)


async def asks(desk: OpenDesk, text: str, **more: Any) -> int:
    """A customer writes; the number of the ticket."""
    number = await desk.story.writes(text, **more)
    assert number is not None
    return number


async def opens(page: Page, number: int) -> None:
    """Open a ticket of the list, and let the pointer rest beside the list."""
    await page.click(f"#t{number} .row")
    await page.wait_for_selector(f".ticket[data-number='{number}']")
    await page.mouse.move(1200, 20)


async def test_a_message_is_on_every_open_inbox_within_a_second_and_without_a_reload(desk: OpenDesk):
    page = await desk.sits_down(await desk.story.person())
    await page.goto("/inbox?view=all")
    await page.evaluate("window.notReloaded = true")
    await desk.story.writes("Where is my order?", name="Nora", subject="Order 4812")
    await expect(page.locator("#rows .name")).to_have_text("Nora", timeout=SECOND)
    await desk.story.writes("Still waiting", name="Kaveh", sender="kaveh@customers.example", subject="کاسه‌ها")
    await expect(page.locator("#rows .row")).to_have_count(2, timeout=SECOND)
    assert await page.evaluate("window.notReloaded")


async def test_nothing_moves_under_a_pointer_that_rests_on_the_list(desk: OpenDesk):
    first = await asks(desk, "One", subject="One")
    page = await desk.sits_down(await desk.story.person())
    await page.goto("/inbox?view=all&sort=newest")
    await page.hover(f"#t{first} .row")
    before = await page.locator(f"#t{first}").bounding_box()
    desk.story.time.passes(minutes=1)
    await desk.story.writes("Two", sender="b@customers.example", subject="Two")
    await expect(page.locator("#fresh")).to_be_visible()
    await expect(page.locator("#fresh .num")).to_have_text("1")
    assert await page.locator(f"#t{first}").bounding_box() == before
    await page.mouse.move(1200, 400)
    await expect(page.locator("#rows .subject").first).to_have_text("Two")


async def test_an_answer_leaves_after_the_seconds_in_which_it_can_be_taken_back(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", name="Nora", subject="Order 4812")
    page = await desk.sits_down(await desk.story.person())
    await page.goto("/inbox?view=all")
    await opens(page, number)
    await page.keyboard.press("r")
    await page.keyboard.type("Hello Nora, it leaves today.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".toast")).to_contain_text("Nora")
    await expect(page.locator("[data-by=desk] .say")).to_have_text("Hello Nora, it leaves today.")
    await expect(page.locator("[data-by=desk] .sent").first).to_contain_text("First answer by a person")
    await page.click(".toast button")
    await expect(page.locator("[data-by=desk] .bubble.undone")).to_be_visible()
    await expect(page.locator("textarea[name=text]")).to_have_value("Hello Nora, it leaves today.")
    desk.story.time.passes(minutes=1)
    assert await desk.story.sends() == 0
    await page.keyboard.press("Escape")
    await page.click("button[name=then][value='']")
    await expect(page.locator(".toast")).to_have_count(1)
    desk.story.time.passes(minutes=1)
    assert await desk.story.sends() == 1
    assert desk.story.channel.sent[0].text.startswith("Hello Nora")
    await expect(page.locator("[data-by=desk] .sent").last).to_contain_text("Sent")


async def test_an_answer_is_stopped_when_something_new_arrived_while_it_was_written(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    page = await desk.sits_down(await desk.story.person())
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.fill("textarea[name=text]", "It is on its way.")
    await desk.story.writes("Forget it, it just came!", subject="Order", conversation=True, numbers=[number])
    await expect(page.locator("#stopper")).to_be_visible()
    await expect(page.locator("[data-by=customer] .say").last).to_have_text("Forget it, it just came!")
    await expect(page.locator("textarea[name=text]")).to_have_value("It is on its way.")


async def test_without_the_stream_the_server_still_stops_an_answer_to_what_nobody_has_seen(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    page = await desk.sits_down(await desk.story.person(), java_script_enabled=False)
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await desk.story.writes("Forget it!", subject="Order", numbers=[number])
    await page.fill("textarea[name=text]", "It is on its way.")
    await page.click("button[name=then][value='']")
    await expect(page.locator(".stopper:visible")).to_contain_text("Something new arrived")
    await expect(page.locator("textarea[name=text]")).to_have_value("It is on its way.")
    await page.click("button[name=then][value='']")
    await expect(page.locator("[data-by=desk] .say")).to_have_text("It is on its way.")


async def test_a_hole_in_a_suggestion_must_be_filled_before_it_leaves(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    page = await desk.sits_down(await desk.story.person())
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.fill("textarea[name=text]", "It comes at {delivery_time}.")
    await expect(page.locator("#hint")).to_contain_text("delivery time")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("[data-by=desk]")).to_have_count(0)
    await page.fill("textarea[name=text]", "It comes at four.")
    await expect(page.locator("#hint")).to_be_hidden()
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("[data-by=desk] .say")).to_have_text("It comes at four.")


async def test_shortcuts_go_by_the_place_of_the_key_and_can_be_switched_off(desk: OpenDesk):
    number = await asks(desk, "One", subject="One")
    page = await desk.sits_down(await desk.story.person(), language="fa")
    await page.goto("/inbox?view=all")
    persian_j = {"key": "ت", "code": "KeyJ", "bubbles": True}
    await page.evaluate("(how) => document.body.dispatchEvent(new KeyboardEvent('keydown', how))", persian_j)
    await expect(page.locator(f"#t{number} .row")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".ticket")
    await page.keyboard.press("n")
    await expect(page.locator("[data-composer]")).to_have_attribute("data-tab", "note")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Shift+Slash")
    await expect(page.locator("#keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.click(".me summary")
    await page.click("button[name=shortcuts][value=off]")
    await page.wait_for_load_state()
    await page.keyboard.press("Shift+Slash")
    await expect(page.locator("#keys")).to_be_hidden()


async def test_a_note_is_for_the_desk_alone_and_each_tab_keeps_its_words(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    page = await desk.sits_down(await desk.story.person())
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.fill("textarea[name=text]", "Dear customer")
    await page.click("button[data-tab=note]")
    await expect(page.locator("textarea[name=text]")).to_have_value("")
    await page.fill("textarea[name=text]", "The parcel lies at the gate.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("[data-by=note] .say")).to_have_text("The parcel lies at the gate.")
    desk.story.time.passes(minutes=5)
    assert await desk.story.sends() == 0


async def test_a_draft_is_kept_on_the_server(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    person = await desk.story.person()
    page = await desk.sits_down(person)
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.fill("textarea[name=text]", "Half an answer")
    await expect(page.locator("[data-saved]")).to_be_visible()
    elsewhere = await desk.sits_down(person)
    await elsewhere.goto(f"/inbox/tickets/{number}?view=all")
    await expect(elsewhere.locator("textarea[name=text]")).to_have_value("Half an answer")
    await expect(elsewhere.locator(f"#t{number} .foot .at")).to_have_text("Draft")


async def test_a_file_goes_along_with_an_answer(desk: OpenDesk):
    number = await asks(desk, "Invoice please", subject="Invoice")
    page = await desk.sits_down(await desk.story.person())
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.set_input_files(
        "input[name=upload]", {"name": "صورت‌حساب.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    )
    await expect(page.locator("[data-files] .file bdi")).to_have_text("صورت‌حساب.pdf")
    await page.fill("textarea[name=text]", "Here it is.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("[data-by=desk] .file bdi")).to_have_text("صورت‌حساب.pdf")
    desk.story.time.passes(minutes=1)
    await desk.story.sends()
    sent = desk.story.channel.sent[0].attachments[0]
    assert (sent.name, sent.content) == ("صورت‌حساب.pdf", b"%PDF-1.4")
    async with page.expect_download() as download:
        await page.click("[data-by=desk] a.file")
    assert (await (await download.value).path()).read_bytes() == b"%PDF-1.4"


async def test_tickets_are_taken_given_and_resolved(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    mina, sam = await desk.story.person("Mina"), await desk.story.person("Sam")
    page = await desk.sits_down(mina)
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.keyboard.press("t")
    await expect(page.locator("#give summary")).to_contain_text("Mina")
    await page.keyboard.press("a")
    await page.click(f"#give button[value='{sam}']")
    await expect(page.locator("#give summary")).to_contain_text("Sam")
    await page.keyboard.press("e")
    await expect(page.locator("#head .chip").nth(1)).to_contain_text("Resolved")
    row = await desk.story.ticket(number)
    assert (row.assignee_id, row.status) == (sam, "resolved")


async def test_one_sees_who_else_is_writing(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    mina = await desk.sits_down(await desk.story.person("Mina"))
    sam = await desk.sits_down(await desk.story.person("Sam"))
    await mina.goto(f"/inbox/tickets/{number}?view=all")
    await sam.goto(f"/inbox/tickets/{number}?view=all")
    await sam.locator("textarea[name=text]").press_sequentially("I have it")
    await expect(mina.locator("#here")).to_contain_text("Sam")
    await expect(mina.locator(f"#t{number} .typing")).to_contain_text("Sam")


async def test_a_failed_delivery_says_why_and_can_be_sent_again(desk: OpenDesk):
    from channels.contract import DeliveryError

    number = await asks(desk, "Where is my order?", subject="Order")
    mina = await desk.story.person()
    page = await desk.sits_down(mina)
    await desk.story.answers(number, mina)
    desk.story.channel.answers.append(DeliveryError("mailbox is full", permanent=True))
    desk.story.time.passes(minutes=1)
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await desk.story.sends()
    await expect(page.locator(".bubble.failed .why-not")).to_contain_text("mailbox is full")
    await page.click(".bubble.failed button")
    await expect(page.locator(".bubble.failed")).to_have_count(0)
    desk.story.time.passes(minutes=1)
    assert await desk.story.sends() == 1


async def test_the_letter_lies_behind_glass_and_fetches_nothing(desk: OpenDesk):
    html = '<p>Dear <b>desk</b></p><script>top.broken = 1</script><img src="https://tracker.example/p.png" onerror="x()"><a href="javascript:x()">go</a>'
    number = await asks(desk, "Dear desk", subject="Order", html=html)
    page = await desk.sits_down(await desk.story.person())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.click(".formatted summary")
    letter = page.frame_locator(".formatted iframe")
    await expect(letter.locator("b")).to_have_text("desk")
    assert await letter.locator("script, img[src], a[href^=javascript]").count() == 0
    assert [url for url in asked if not url.startswith(desk.address)] == []
    assert await page.evaluate("window.broken") is None


async def test_the_deadline_explains_itself(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", name="Nora", subject="Order")
    page = await desk.sits_down(await desk.story.person())
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.click("#why summary")
    await expect(page.locator("#why .pop")).to_contain_text("30 min")
    await expect(page.locator("#why .pop li").first).to_contain_text("09:30 to 10:00")
    assert await page.locator("#why .span rect").count() == 1


async def test_search_answers_while_one_types_in_any_spelling(desk: OpenDesk):
    await desk.story.writes("کتاب‌های من کی می‌رسد؟", sender="a@customers.example", subject="ارسال")
    await desk.story.writes("Where is my order?", sender="b@customers.example", subject="Order")
    page = await desk.sits_down(await desk.story.person())
    await page.goto("/inbox?view=all")
    await expect(page.locator("#rows .row")).to_have_count(2)
    await page.keyboard.press("/")
    await page.keyboard.type("كتاب")
    await expect(page.locator("#rows .row")).to_have_count(1)
    await expect(page.locator("#rows .subject")).to_have_text("ارسال")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("xyzzy")
    await expect(page.locator("#nothing")).to_be_visible()


async def test_a_lost_connection_is_said_and_so_is_its_return(desk: OpenDesk):
    page = await desk.sits_down(await desk.story.person())
    await page.route("**/live", lambda route: route.abort())
    await page.goto("/inbox?view=all")
    await expect(page.locator("#lost [data-lost]")).to_be_visible()
    await page.unroute("**/live")
    await expect(page.locator("#lost [data-back]")).to_be_visible()
    await expect(page.locator("#lost")).to_be_hidden()


async def test_a_phone_shows_one_pane_at_a_time(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    page = await desk.sits_down(await desk.story.person(), width=390, height=844)
    await page.goto("/inbox?view=all")
    await expect(page.locator(".list")).to_be_visible()
    await expect(page.locator("#pane")).to_be_hidden()
    await page.click(f"#t{number} .row")
    await expect(page.locator(".ticket")).to_be_visible()
    await expect(page.locator(".list")).to_be_hidden()
    await page.click("a[aria-label='Back to the list']")
    await expect(page.locator(".list")).to_be_visible()


async def test_the_title_counts_what_is_mine(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    page = await desk.sits_down(await desk.story.person())
    await page.goto(f"/inbox/tickets/{number}?view=mine")
    await page.keyboard.press("t")
    await expect(page).to_have_title(re.compile(r"\(1\)"))


async def test_nobody_reads_a_file_or_a_ticket_without_signing_in(desk: OpenDesk):
    number = await asks(desk, "Secret", subject="Order", files={"secret.txt": "secret"})
    visitor = await desk.visitor()
    for path in (f"/inbox/tickets/{number}", "/inbox/files/1", "/inbox/entries/1/original", "/live", "/inbox/live"):
        answer = await visitor.request.get(path, max_redirects=0)
        assert answer.status in (303, 401), path
        assert "Secret" not in await answer.text()


async def test_what_is_read_is_no_longer_bold(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    person = await desk.story.person()
    page = await desk.sits_down(person)
    await page.goto("/inbox?view=all")
    await expect(page.locator(f"#t{number} .row")).to_have_class(re.compile("new"))
    await opens(page, number)
    await expect(page.locator(f"#t{number} .row")).not_to_have_class(re.compile("new"))
    newest = await desk.story.database.read(queries.newest_entry, ticket_id=number)
    assert await desk.story.database.read(queries.read_up_to, ticket_id=number, person_id=person) == newest
