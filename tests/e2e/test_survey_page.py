"""The survey page in a browser; link scanners record nothing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import BrowserContext, expect

from helpdesk.journey.lifecycle import status
from helpdesk.surveys import queries
from tests.support.pages.browser import OpenDesk, chromium

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


async def resolved(desk: OpenDesk, **more: Any) -> tuple[int, dict[str, str]]:
    """A resolved ticket, and the path of each score's link in its survey."""
    story = desk.story
    number = await story.writes("کاسه شکسته رسید", subject="کاسه", **more)
    assert number is not None
    mina = await story.person()
    await story.answers(number, mina)
    await story.database.write(
        status.set_status, story.context, ticket_id=number, status="resolved", by=mina, now=story.time()
    )
    story.time.passes(hours=1)
    await story.sends()
    faces = story.channel.sent[-1].faces
    return number, {face.score: "/s/" + face.url.partition("/s/")[2] for face in faces}


async def score_of(desk: OpenDesk, number: int) -> str | None:
    found = (await desk.story.database.read(queries.of_ticket, ticket_id=number))[0]
    return found.score if found.score is None else str(found.score)


async def person_at(desk: OpenDesk, browser: Any, **options: Any) -> BrowserContext:
    """A browser without the automation flag."""
    context: BrowserContext = await browser.new_context(base_url=desk.address, reduced_motion="reduce", **options)
    return context


async def test_one_tap_in_a_mail_is_recorded_by_a_persons_browser(desk: OpenDesk):
    number, faces = await resolved(desk)
    async with chromium(pretend_person=True) as browser:
        page = await (await person_at(desk, browser)).new_page()
        await page.goto(faces["happy"])
        await expect(page.locator("[data-said]")).to_be_visible()
        assert await score_of(desk, number) == "happy"
        await page.click("label:has([value=neutral])")
        await expect(page.locator("[value=neutral]")).to_be_checked()
        await page.click("button.main")
        await expect(page.locator("h1")).to_be_visible()
        assert await score_of(desk, number) == "neutral"


async def test_another_face_within_a_minute_is_a_program_and_a_press_counts(desk: OpenDesk):
    number, faces = await resolved(desk)
    async with chromium(pretend_person=True) as browser:
        page = await (await person_at(desk, browser)).new_page()
        await page.goto(faces["happy"])
        await expect(page.locator("[data-said]")).to_be_visible()
        await page.goto(faces["sad"])
        await expect(page.locator("[data-choose]")).to_be_visible()
        await expect(page.locator("[name=face]:checked")).to_have_count(0)
        assert await score_of(desk, number) is None
        await page.click("label:has([value=sad])")
        await expect(page.locator("[data-said]")).to_be_visible()
        await expect(page.locator("[data-choose]")).to_be_hidden()
        assert await score_of(desk, number) == "sad"


async def test_a_scanner_that_runs_scripts_records_nothing(desk: OpenDesk):
    number, faces = await resolved(desk)
    page = await (await desk.visitor()).new_page()
    async with page.expect_event("load"):
        await page.goto(faces["sad"])
    await expect(page.locator("[value=sad]")).to_be_checked()
    await expect(page.locator("[data-said]")).to_be_hidden()
    assert await score_of(desk, number) is None


async def test_the_survey_works_without_script_and_the_agent_sees_the_reason(desk: OpenDesk):
    number, faces = await resolved(desk)
    page = await (await desk.visitor(java_script_enabled=False, width=360, height=740)).new_page()
    await page.goto(faces["sad"])
    assert await score_of(desk, number) is None
    assert await page.get_attribute("html", "dir") == "rtl"
    await page.click("label:has([value=slow])")
    await page.fill("textarea", "پیک نیامد.")
    await page.click("button.main")
    await expect(page.locator(".big-face")).to_be_visible()
    assert await score_of(desk, number) == "sad"
    leila = await desk.story.person("Leila")
    agent = await desk.sits_down(leila, language="fa")
    await agent.goto(f"/inbox/tickets/{number}?view=sad")
    await expect(agent.locator(".felt")).to_contain_text("پیک نیامد.")
    await expect(agent.locator(".task")).to_be_visible()
    await expect(agent.locator(f"#t{number} .chip.late")).to_have_count(0)
    desk.story.time.passes(days=5)
    agent = await desk.sits_down(leila, language="fa")
    await agent.goto(f"/inbox/tickets/{number}?view=sad")
    await expect(agent.locator(f"#t{number} .chip.late")).to_have_text("پیگیری عقب افتاده")
    await expect(agent.locator("#view-sad .num")).to_have_text("۱")
    await agent.click(".task summary")
    await agent.fill("textarea[name=outcome]", "زنگ زدم، راضی شد.")
    await agent.click(".task button.main")
    await expect(agent.locator(".task.done")).to_contain_text("زنگ زدم")
    assert (await desk.story.ticket(number)).sad_at is None


async def test_a_wrong_or_late_link_gets_a_clear_page(desk: OpenDesk):
    _, faces = await resolved(desk)
    page = await (await desk.visitor()).new_page()
    answer = await page.goto("/s/this-is-not-a-token-of-ours")
    assert answer is not None
    assert answer.status == 404
    await expect(page.locator("h1")).to_have_text("We do not know this address")
    desk.story.time.passes(days=15)
    answer = await page.goto(faces["happy"])
    assert answer is not None
    assert answer.status == 410
    await expect(page.locator("h1")).to_have_text("This survey is closed")


async def test_an_answer_that_can_no_longer_be_changed_differs_from_a_closed_survey(desk: OpenDesk):
    _, faces = await resolved(desk)
    page = await (await desk.visitor(java_script_enabled=False)).new_page()
    await page.goto(faces["happy"])
    await page.click("button.main")
    desk.story.time.passes(days=3)
    answer = await page.goto(faces["happy"])
    assert answer is not None
    assert answer.status == 410
    await expect(page.locator("h1")).to_have_text("Your opinion is already noted")
