"""Sent messages in a browser: edit, delete, react, reply to one message, another destination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from playwright.async_api import expect

from channels.contract import Capabilities, DeliveryError
from channels.phone.sms.sms_text import parts, units
from helpdesk.contacts.models import addresses
from helpdesk.journey.answering import edit_sent
from tests.support.desk.memory_channel import MemoryChannel
from tests.support.pages.browser import AXE, PATIENCE, OpenDesk, asks, violations

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]
expect.set_options(timeout=PATIENCE)
NUMBER = "texts:+989121111111"


@dataclass
class Texts(MemoryChannel):
    """Text messages, counted in parts."""

    name: ClassVar[str] = "texts"
    label: ClassVar[dict[str, str]] = {"fa": "پیامک", "en": "Text message"}
    can = Capabilities(starts=True, counted=True)


async def leaves(desk: OpenDesk) -> None:
    desk.story.time.passes(minutes=1)
    await desk.story.sends()


async def known_by_number(desk: OpenDesk, number: int) -> Texts:
    """The ticket's customer has a telephone as well."""
    texts = desk.story.context.channels["texts"] = Texts()  # type: ignore[index]
    ticket = await desk.story.ticket(number)
    row = {"contact_id": ticket.contact_id, "address": NUMBER, "channel": "texts", "verified": True}
    await desk.story.database.write(
        lambda tx: tx.execute(addresses.insert().values(**row, created_at=ticket.created_at))
    )
    return texts


async def test_a_sent_reply_is_edited_in_place_and_then_deleted(desk: OpenDesk):
    number, mina = await asks(desk, "Where is my order?"), await desk.story.person()
    entry = await desk.story.answers(number, mina, "It leaves today.")
    await leaves(desk)
    page = await desk.sits_down(mina)
    await page.goto(f"/inbox/tickets/{number}?view=all")
    own = page.locator(f"#e{entry}")
    await own.locator(".verbs > summary").click()
    await own.get_by_role("link", name="Edit").click()
    area = own.locator("textarea")
    await expect(area).to_be_focused()
    await expect(area).to_have_value("It leaves today.")
    await area.fill("It leaves tomorrow.")
    await desk.story.writes("Hello?", numbers=[number])  # a live update keeps the typed text
    await expect(page.locator("[data-by=customer]")).to_have_count(2)
    await expect(area).to_have_value("It leaves tomorrow.")
    await page.keyboard.press("Control+Enter")
    await expect(own.locator(".sent").filter(has_text="Is being changed to")).to_contain_text("It leaves tomorrow.")
    await expect(own.locator(".say").first).to_have_text("It leaves today.")
    await leaves(desk)
    await expect(own.locator(".say").first).to_have_text("It leaves tomorrow.")
    await own.locator(".verbs > summary").click()
    await own.locator(".sure > summary").click()
    await own.get_by_role("button", name="Yes, delete it").click()
    await expect(own.locator(".sent").filter(has_text="Is being deleted")).to_be_visible()
    await leaves(desk)
    await expect(own).to_contain_text("Deleted at the customer’s")
    assert [one[0] for one in desk.story.channel.changes] == ["edit", "withdraw"]


async def test_a_refused_edit_shows_its_error_beside_the_field(desk: OpenDesk):
    number, mina = await asks(desk, "Where is my order?"), await desk.story.person()
    entry = await desk.story.answers(number, mina, "It leaves today.")
    await leaves(desk)
    page = await desk.sits_down(mina)
    await page.goto(f"/inbox/tickets/{number}?view=all")
    own = page.locator(f"#e{entry}")
    await own.locator(".verbs > summary").click()
    await own.get_by_role("link", name="Edit").click()
    area = own.locator("textarea")
    await area.fill(" ")
    await page.keyboard.press("Control+Enter")
    await expect(own.locator("[role=alert]")).to_have_text(
        "A message can't be changed into nothing. Delete it instead."
    )
    await expect(area).to_have_attribute("aria-invalid", "true")
    await expect(area).to_be_focused()
    await page.keyboard.type("x")
    await expect(own.locator("[role=alert]")).to_have_count(0)
    await expect(area).not_to_have_attribute("aria-invalid", "true")


async def test_a_refusal_by_the_remote_is_shown_on_the_message(desk: OpenDesk):
    number, mina = await asks(desk, "Where is my order?"), await desk.story.person()
    entry = await desk.story.answers(number, mina, "It leaves today.")
    await leaves(desk)
    page = await desk.sits_down(mina)
    await page.goto(f"/inbox/tickets/{number}?view=all")
    own = page.locator(f"#e{entry}")
    await own.locator(".verbs > summary").click()
    await own.locator(".sure > summary").click()
    desk.story.channel.answers = [DeliveryError("message can't be deleted for everyone", permanent=True)]
    await own.get_by_role("button", name="Yes, delete it").click()
    await expect(own.locator(".sent").filter(has_text="Is being deleted")).to_be_visible()
    await leaves(desk)
    await expect(own).to_contain_text("It could not be deleted: ⁨message can't be deleted for everyone⁩")
    await expect(own.locator(".say")).to_have_text("It leaves today.")


async def test_a_reaction_is_set_by_keyboard(desk: OpenDesk):
    number, mina = await asks(desk, "Thank you for yesterday!"), await desk.story.person()
    page = await desk.sits_down(mina)
    await page.goto(f"/inbox/tickets/{number}?view=all")
    theirs = page.locator("[data-by=customer]")
    await theirs.locator(".verbs > summary").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(theirs.get_by_role("button", name="👍", include_hidden=True)).to_have_attribute("aria-pressed", "true")
    await leaves(desk)
    assert desk.story.channel.changes == [("react", "in-1", "👍")]


async def test_a_selected_message_is_answered_by_text_message(desk: OpenDesk):
    number, mina = await asks(desk, "Where is my order?", name="Nora"), await desk.story.person()
    texts = await known_by_number(desk, number)
    page = await desk.sits_down(mina)
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.locator("[data-by=customer] .verbs > summary").click()
    await page.get_by_role("link", name="Answer this one").click()
    chip = page.locator("[data-answering]")
    await expect(chip).to_contain_text("Where is my order?")
    await chip.get_by_role("button").click()
    await expect(chip).to_be_hidden()
    await page.locator("[data-by=customer] .verbs > summary").click()
    await page.get_by_role("link", name="Answer this one").click()
    await page.select_option("select[name=via]", NUMBER)
    await page.fill("textarea[name=text]", "ن" * 71)
    await expect(page.locator("[data-count]")).to_have_text("71 characters, 2 text messages")
    await page.fill("textarea[name=text]", "ن" * 70)
    await expect(page.locator("[data-count]")).to_have_text("70 of 70 characters, one text message")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("[data-by=desk] .by")).to_contain_text("Text message")
    await expect(page.locator("[data-answering]")).to_be_hidden()
    await page.click(".toast button")  # after undo the composer is restored
    await expect(page.locator("textarea[name=text]")).to_have_value("ن" * 70)
    await expect(page.locator("select[name=via]")).to_have_value(NUMBER)
    await expect(page.locator("[data-answering]")).to_contain_text("Where is my order?")
    await page.click("button[name=then][value='']")
    await expect(page.locator("textarea[name=text]")).to_have_value("")
    await leaves(desk)
    assert [(one.to.address, one.text) for one in texts.sent] == [(NUMBER, "ن" * 70)]
    assert desk.story.channel.sent == []


async def test_text_message_parts_are_counted_like_the_gateway(desk: OpenDesk):
    number, mina = await asks(desk, "Where is my order?"), await desk.story.person()
    await known_by_number(desk, number)
    page = await desk.sits_down(mina)
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.select_option("select[name=via]", NUMBER)
    for text in (
        "a" * 160,
        "a" * 161,
        "a" * 307,
        "€" * 80,
        "€" * 81,
        "سلام" * 17,
        "س" * 134,
        "س" * 135,
        "😀" * 35,
        "😀" * 36,
    ):
        places, latin = units(text)
        await page.fill("textarea[name=text]", text)
        one = f"{places} of {160 if latin else 70} characters, one text message"
        shown_count = one if parts(text) == 1 else f"{places} characters, {parts(text)} text messages"
        await expect(page.locator("[data-count]")).to_have_text(shown_count)


async def test_a_customer_who_blocked_the_bot_is_offered_another_destination(desk: OpenDesk):
    number, mina = await asks(desk, "Where is my order?", name="Nora"), await desk.story.person()
    await desk.story.answers(number, mina, "Here it is.")
    desk.story.channel.answers = [DeliveryError("The customer blocked the bot.", permanent=True, unreachable=True)]
    await leaves(desk)
    await known_by_number(desk, number)
    page = await desk.sits_down(mina)
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await expect(page.locator(".stopper.closed")).to_contain_text("The customer blocked the bot.")
    await expect(page.locator("select[name=via]")).to_have_value(NUMBER)
    await page.select_option("select[name=via]", "memory:sara@customers.example")
    await page.get_by_role("button", name="Text message").click()
    await expect(page.locator("select[name=via]")).to_have_value(NUMBER)


@pytest.mark.parametrize(
    ("language", "width", "light"), [("fa", 1440, "dark"), ("en", 390, "light"), ("fa", 360, "light")]
)
async def test_message_menus_are_accessible(desk: OpenDesk, language: str, width: int, light: str):
    number, mina = await asks(desk, "Where is my order?"), await desk.story.person()
    entry = await desk.story.answers(number, mina, "It leaves today.")
    await leaves(desk)
    await known_by_number(desk, number)
    more: dict[str, Any] = {"person_id": mina, "now": desk.story.time()}
    await desk.story.database.write(edit_sent.edit_message, desk.story.context, entry_id=entry, text="It left.", **more)
    desk.story.channel.answers = [DeliveryError("message can't be edited", permanent=True)]
    await leaves(desk)
    await desk.story.database.write(
        edit_sent.react_to_message, desk.story.context, entry_id=entry - 2, emoji="🙏", **more
    )
    page = await desk.sits_down(mina, language=language, width=width, color_scheme=light, bypass_csp=True)
    await page.goto(f"/inbox/tickets/{number}?view=all&answer={entry}")
    await page.add_script_tag(path=AXE)
    for number in (entry, entry - 2):
        await page.locator(f"#e{number} .verbs > summary").click()
        await expect(page.locator(f"#e{number} .doings")).to_be_visible()
        assert await violations(page) == []
    await page.locator(f"#e{entry} .verbs > summary").click()
    await page.locator(f"#e{entry} .doings a[hx-get]").click()
    await expect(page.locator(f"#amend{entry} textarea")).to_be_focused()
    assert await violations(page) == []
    small = "e => [...e.querySelectorAll('.doings button, .doings a, .doings summary')].map(b => b.getBoundingClientRect()).filter(r => r.width && (r.width < 24 || r.height < 24)).length"
    assert await page.locator(".timeline").evaluate(small) == 0
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_message_actions_work_without_script(desk: OpenDesk):
    number, mina = await asks(desk, "Where is my order?"), await desk.story.person()
    entry = await desk.story.answers(number, mina, "It leaves today.")
    await leaves(desk)
    page = await desk.sits_down(mina, java_script_enabled=False)
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.locator("[data-by=customer] .verbs > summary").click()
    await page.get_by_role("button", name="👍").click()
    await page.locator(f"#e{entry} .verbs > summary").click()
    await page.get_by_role("link", name="Edit").click()
    await page.fill("textarea", "It leaves tomorrow.")
    await page.get_by_role("button", name="Change it").click()
    await page.locator("[data-by=customer] .verbs > summary").click()
    await page.get_by_role("link", name="Answer this one").click()
    await expect(page.locator("[data-answering]")).to_contain_text("Where is my order?")
    await page.fill("textarea[name=text]", "And free of charge.")
    await page.click("button[name=then][value='']")
    await leaves(desk)
    await leaves(desk)
    assert [one[0] for one in desk.story.channel.changes] == ["react", "edit"]
    assert desk.story.channel.sent[-1].details["reply_to"] == "in-1"
