"""Screenshots of every gallery page: `python -m tests.support.pages.screenshots FOLDER [name …]`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Browser

from tests.support.pages.browser import chromium, served
from tests.support.pages.gallery_app import SHOWN, application

SIZES = {"wide": (1440, 900), "phone": (390, 844)}


async def picture(browser: Browser, address: str, place: Path, size: tuple[int, int], dark: bool) -> None:
    """One page in one size and light."""
    page = await browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    await page.goto(address)
    await page.evaluate("document.fonts.ready")
    await page.screenshot(path=place)
    await page.close()


async def main(folder: Path, names: list[str]) -> None:
    """Every page asked for, in both languages, sizes and lights."""
    folder.mkdir(parents=True, exist_ok=True)
    async with served(application()) as address, chromium() as browser:
        for name in names or list(SHOWN):
            for language in ("fa", "en"):
                for size, pixels in SIZES.items():
                    for dark in (False, True):
                        place = folder / f"{name}.{language}.{size}.{'dark' if dark else 'light'}.png"
                        await picture(browser, f"{address}/{language}/{name}", place, pixels, dark)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
