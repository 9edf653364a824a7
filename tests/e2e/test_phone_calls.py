"""Telephone calls in a browser: the callback banner, the call card, the small survey."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from helpdesk.agents import actions as agents
from helpdesk.surveys import queries as surveys
from tests.support.pages.browser import AXE, OpenDesk, violations
from tests.support.phone.phone_desk import Phone, abandoned, answered, resolve

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


def telephone(desk: OpenDesk, folder: Any) -> Phone:
    """The desk with a telephone; the pages know of it."""
    made = Phone(
        desk.story, sms={"driver": "folder", "folder": str(folder / "sms")}, originate={"url": "http://127.0.0.1:1/"}
    )
    made.channel.routes(desk.story.app.desk_for("phone"))
    return made


async def mina_of(phone: Phone) -> int:
    return await phone.desk.database.write(
        agents.add_person, name="Mina", email="mina@desk.example", role="agent", now=phone.desk.time(), by=None,
        extension="101",
    )  # fmt: skip


async def clean(page: Page) -> None:
    await page.add_script_tag(path=AXE)
    assert await violations(page) == []


async def test_the_callback_banner_calls_and_shows_the_outcome(desk, tmp_path, monkeypatch):
    phone, asked = telephone(desk, tmp_path), []

    async def ring(to, *, survey="", extension=""):
        asked.append((to, extension))
        return "call:1"

    monkeypatch.setattr(phone.channel, "ring", ring)
    page = await desk.sits_down(await mina_of(phone), bypass_csp=True)
    await phone.hears(answered(phone.board()))
    await phone.hears(abandoned(phone.board(2)))
    await page.goto("/inbox/tickets/1")
    await expect(page.locator("#call-back")).to_contain_text("Gave up waiting")
    await clean(page)
    await page.click("#call-back button.main")
    await expect(page.locator("#timeline")).to_contain_text("had the switchboard call")
    assert asked == [("+989121234567", "101")]
    await page.click("#call-back button.bare")
    await expect(page.locator("#call-back")).to_have_count(0)


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_the_small_survey_takes_one_press_without_script(desk, tmp_path, language):
    phone = telephone(desk, tmp_path)
    mina = await mina_of(phone)
    await phone.hears(answered(phone.board()))
    await resolve(phone.desk, 1, mina)
    phone.desk.time.passes(minutes=1)
    await phone.desk.sends()
    [text] = (tmp_path / "sms").iterdir()
    path = urlsplit(text.read_text("utf-8").split()[-1]).path
    looking = await (await desk.visitor(language=language, width=240, height=320, bypass_csp=True)).new_page()
    await looking.goto(path)
    await clean(looking)
    assert await looking.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it fits a small telephone"
    page = await (await desk.visitor(language=language, width=240, height=320, java_script_enabled=False)).new_page()
    await page.goto(path)
    await page.click("button[name=sad]")
    await page.check("input[name=reason] >> nth=0")
    await page.fill("textarea", "late")
    await page.click("button[type=submit]")
    [felt] = await phone.desk.database.read(surveys.of_ticket, ticket_id=1)
    assert (felt.score, len(felt.reasons), felt.words) == ("sad", 1, "late")
    await looking.goto(f"{path}?done")
    await clean(looking)
