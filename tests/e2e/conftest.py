"""Fixtures of the browser tests: Chromium, the page gallery, an empty desk with open pages."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from helpdesk.database.engine import open_database
from tests.support.desk.desk_story import story
from tests.support.pages.browser import CHROMIUM, OpenDesk, chromium, folder_of, open_desk, required


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    if CHROMIUM is None and not required():
        pytest.skip("Chromium is not installed: the tests in a browser are left out")
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def tidy(browser: Browser) -> AsyncIterator[None]:
    """Close what a test opened: abandoned pages keep polling their dead desk."""
    yield
    for context in browser.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: Browser, empty_desk: Path, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    """An empty desk whose pages are open."""
    shutil.copy(empty_desk, tmp_path / "desk.db")
    database = await open_database(f"sqlite:///{tmp_path / 'desk.db'}")
    try:
        async with open_desk(story(database, folder_of(tmp_path)), browser) as opened:
            yield opened
    finally:
        await database.close()
