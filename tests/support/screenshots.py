"""Pictures of every page of the gallery, to look at: `python -m tests.support.screenshots FOLDER [name …]`"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from aiohttp import web
from playwright.async_api import Browser, async_playwright

from tests.support.gallery_app import SHOWN, application

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZES = {"wide": (1440, 900), "phone": (390, 844)}


async def picture(browser: Browser, address: str, place: Path, size: tuple[int, int], dark: bool) -> None:
    """One page in one size and light."""
    page = await browser.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    await page.goto(address)
    await page.evaluate("document.fonts.ready")
    await page.screenshot(path=place)
    await page.close()


async def main(folder: Path, names: list[str]) -> None:
    """Every page asked for, in both languages, sizes and lights."""
    folder.mkdir(parents=True, exist_ok=True)
    runner = web.AppRunner(application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name in names or list(SHOWN):
            for language in ("fa", "en"):
                for size, pixels in SIZES.items():
                    for dark in (False, True):
                        place = folder / f"{name}.{language}.{size}.{'dark' if dark else 'light'}.png"
                        await picture(browser, f"http://{host}:{port}/{language}/{name}", place, pixels, dark)
        await browser.close()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
