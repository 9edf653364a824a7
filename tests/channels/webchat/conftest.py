"""A desk with an open web chat, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from helpdesk.database.engine import Database
from tests.support.house import Story, story
from tests.support.webchat import OpenChat, open_chat, settings


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Story:
    return story(database, tmp_path)


@pytest.fixture
async def chat(desk: Story, tmp_path: Path) -> AsyncIterator[OpenChat]:
    async with open_chat(desk, settings(tmp_path)) as opened:
        yield opened
