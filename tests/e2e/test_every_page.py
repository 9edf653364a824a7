"""Every page of the gallery, in both languages, themes and three widths: accessible, and nothing overflows."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page

from tests.support.pages.browser import AXE, served, violations
from tests.support.pages.gallery_app import SHOWN, application

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]

LIGHTS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = ((1440, 900), (390, 844), (360, 740))
# Colours fade between themes; axe runs when they have settled.
STILL = """new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() => Promise.all(
  document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity).map((one) => one.finished)
)).then(() => 0)"""


async def too_wide(page: Page) -> bool:
    """Whether the page scrolls sideways."""
    return bool(await page.evaluate("document.scrollingElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("name", sorted(SHOWN))
async def test_every_page_is_accessible_and_fits_every_width(browser: Browser, name: str, language: str):
    wrong: list[str] = []
    context = await browser.new_context(reduced_motion="reduce", bypass_csp=True)
    page = await context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    async with served(application()) as address:
        await page.goto(f"{address}/{language}/{name}")
        await page.evaluate(Path(AXE).read_text("utf-8"))
        for width, height in WIDTHS:
            await page.set_viewport_size({"width": width, "height": height})
            for light in LIGHTS if width == WIDTHS[0][0] else LIGHTS[:1]:
                await page.emulate_media(color_scheme=light)
                await page.evaluate(STILL)
                wrong += [f"{width} {light} {each}" for each in await violations(page)]
            if await too_wide(page):
                wrong.append(f"{width} scrolls sideways")
    await context.close()
    assert wrong == []


async def test_the_accessibility_check_finds_a_violation(browser: Browser):
    page = await browser.new_page()
    await page.set_content("<html><body><img src='data:,'><p style='color:#ccc'>pale</p></body></html>")
    await page.evaluate(Path(AXE).read_text("utf-8"))
    found = "\n".join(await violations(page))
    await page.close()
    assert "image-alt" in found
    assert "color-contrast" in found


async def test_pages_respect_their_content_security_policy(browser: Browser):
    broken: list[str] = []
    async with served(application()) as address:
        page = await browser.new_page()
        page.on("console", lambda message: broken.append(message.text) if "Content Security" in message.text else None)
        for name in SHOWN:
            await page.goto(f"{address}/fa/{name}")
    await page.close()
    assert broken == []
