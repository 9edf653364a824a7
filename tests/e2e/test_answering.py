"""Replying in a browser: drafts, conflicts, undo, notes, attachments, failed deliveries."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.support.pages.browser import PATIENCE, OpenDesk, asks, opens

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]
SECOND = 1000.0
expect.set_options(timeout=PATIENCE)


async def test_a_reply_is_sent_after_the_undo_period(desk: OpenDesk):
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


async def test_a_reply_is_stopped_when_a_new_message_arrived_meanwhile(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    page = await desk.sits_down(await desk.story.person())
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.fill("textarea[name=text]", "It is on its way.")
    await desk.story.writes("Forget it, it just came!", subject="Order", conversation=True, numbers=[number])
    await expect(page.locator("#stopper")).to_be_visible()
    await expect(page.locator("[data-by=customer] .say").last).to_have_text("Forget it, it just came!")
    await expect(page.locator("textarea[name=text]")).to_have_value("It is on its way.")


async def test_the_server_stops_a_conflicting_reply_without_live_updates(desk: OpenDesk):
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


async def test_a_placeholder_must_be_filled_before_sending(desk: OpenDesk):
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


async def test_a_note_is_internal_and_each_tab_keeps_its_text(desk: OpenDesk):
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


async def test_a_draft_is_saved_on_the_server(desk: OpenDesk):
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


async def test_a_file_is_sent_with_a_reply(desk: OpenDesk):
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


async def test_a_failed_delivery_shows_its_reason_and_can_be_resent(desk: OpenDesk):
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


async def test_send_and_resolve_opens_the_next_ticket(desk: OpenDesk):
    first = await asks(desk, "One", sender="a@customers.example", subject="One")
    second = await asks(desk, "Two", sender="b@customers.example", subject="Two")
    page = await desk.sits_down(await desk.story.person())
    await page.goto(f"/inbox/tickets/{first}?view=all")
    await page.fill("textarea[name=text]", "Done.")
    await page.keyboard.press("Control+Shift+Enter")
    await page.wait_for_selector(f".ticket[data-number='{second}']")
    assert (await desk.story.ticket(first)).status == "resolved"
    await expect(page.locator(".toast")).to_be_visible()


async def test_the_first_ctrl_enter_after_a_collision_leads_to_what_arrived(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    page = await desk.sits_down(await desk.story.person())
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.fill("textarea[name=text]", "It is on its way.")
    await desk.story.writes("Forget it!", subject="Order", conversation=True, numbers=[number])
    await expect(page.locator("#stopper")).to_be_visible()
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#stopper")).to_have_attribute("data-collision", "seen")
    await expect(page.locator("[data-by=desk] .say")).to_have_count(0)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("[data-by=desk] .say")).to_have_text("It is on its way.")


async def test_e_resolves_goes_on_to_the_next_and_can_be_undone(desk: OpenDesk):
    first = await asks(desk, "First?", sender="a@customers.example", id="a", subject="First")
    second = await asks(desk, "Second?", sender="b@customers.example", id="b", subject="Second")
    mina = await desk.story.person()
    for number in (first, second):
        await desk.story.answers(number, mina)
    page = await desk.sits_down(mina)
    await page.goto("/inbox?view=all")
    top = page.locator("#rows .row").first
    shown = int((await top.get_attribute("href") or "").split("/")[-1].split("?")[0])
    await opens(page, shown)
    await page.keyboard.press("e")
    await expect(page.locator(f".ticket[data-number='{first + second - shown}']")).to_be_visible()
    assert (await desk.story.ticket(shown)).status == "resolved"
    await page.click(".toast button")
    await expect(page.locator(f".ticket[data-number='{shown}']")).to_be_visible()
    assert (await desk.story.ticket(shown)).status != "resolved"
