"""Callbacks in a browser: the countdown in the lists, and on the ticket theirs was merged into."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from helpdesk.journey.lifecycle import survey
from tests.e2e.test_survey_page import resolved
from tests.support.pages.browser import OpenDesk

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


async def test_a_callback_counts_down_and_moves_with_a_merge(desk: OpenDesk):
    story = desk.story
    number, faces = await resolved(desk)
    token = faces["sad"].removeprefix("/s/").partition("?")[0]
    await story.database.write(survey.record_answer, story.context, token=token, score="sad", now=story.time())
    story.time.passes(minutes=1)
    other = await story.writes("کاسهٔ تازه کی می‌رسد؟", subject="کاسهٔ تازه")
    agent = await desk.sits_down(1, language="fa")
    wrong: list[str] = []
    agent.on("pageerror", lambda error: wrong.append(str(error)))
    await agent.goto("/inbox?view=mine")
    await expect(agent.locator(f"#t{number} .chip.clock")).to_have_text("۲۹ دقیقه تا تماس")
    await expect(agent.locator("#view-mine .num")).to_have_text("۱")
    await agent.goto(f"/inbox/tickets/{other}/merge")
    await agent.check(f"input[value='{number}']")
    await expect(agent.locator(f"label:has([value='{number}'])")).to_contain_text("به این یکی می‌پیوندد")
    await agent.click("button.main")
    await agent.wait_for_url(f"**/inbox/tickets/{other}*")
    await expect(agent.locator(".felt")).to_be_visible()
    await expect(agent.locator(".task")).to_contain_text("Mina")
    await agent.goto(f"/inbox/tickets/{number}?view=sad")
    await expect(agent.locator(f"#t{other} .chip.clock")).to_have_text("۲۹ دقیقه تا تماس")
    await expect(agent.locator("[data-composer], .task")).to_have_count(0)
    await expect(agent.locator(".stopper a")).to_have_attribute("href", f"/inbox/tickets/{other}")
    for key in ("r", "n", "Escape", "j", "k"):
        await agent.keyboard.press(key)
    assert wrong == []
