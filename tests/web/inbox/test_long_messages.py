"""Very long messages: the page shows the beginning, the rest is one click away."""

from __future__ import annotations

import re

import pytest

from helpdesk.web.inbox.build import page_data
from tests.support.desk.desk_story import story
from tests.support.pages.scriptless import page, signed_in

LINE = "The bowl is broken and this goes on and on. "


@pytest.fixture
def desk(database, tmp_path):
    return story(database, tmp_path)


@pytest.fixture
async def client(desk, aiohttp_client):
    return await signed_in(desk, aiohttp_client, await desk.person())


async def test_a_very_long_message_is_shown_by_its_beginning(desk, client):
    text = LINE * 40_000 + "THE END"
    number = await desk.writes(text)
    shown = await page(client, f"/inbox/tickets/{number}")
    assert len(shown) < page_data.ENTRY_TEXT * 2
    assert "this is its beginning" in shown
    assert "THE END" not in shown
    full_text = await (await client.get(re.search(r'href="(/inbox/entries/\d+/text)"', shown)[1])).text()
    assert full_text.endswith("THE END")


async def test_many_long_messages_stay_within_a_page_budget(desk, client):
    number = await desk.writes("first", id="first")
    for turn in range(30):
        await desk.writes(LINE * 1400 + f"END {turn}", remote_ids=["first"])
    shown = await page(client, f"/inbox/tickets/{number}")
    assert len(shown) < page_data.PAGE_TEXT * 2
    assert "END 29" in shown  # the newest are read
    assert "END 0<" not in shown


async def test_a_message_of_usual_length_is_shown_in_full(desk, client):
    number = await desk.writes(LINE * 100 + "THE END")
    shown = await page(client, f"/inbox/tickets/{number}")
    assert "THE END" in shown
    assert "this is its beginning" not in shown
