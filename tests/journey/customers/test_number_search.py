"""A telephone number is found as people write it: at home, abroad, grouped, in Persian digits, half typed."""

from __future__ import annotations

import pytest

from helpdesk.maintenance import search_rebuild
from helpdesk.tickets.lists import ticket_search

WRITTEN = (
    "09123456789", "۰۹۱۲۳۴۵۶۷۸۹", "٠٩١٢٣٤٥٦٧٨٩", "9123456789", "912345", "0912 345 6789", "0912-345-6789", "+98 912 345 67 89",
    "+98 (0)912 345 6789", "00989123456789", "989123456789", "۰۹۱۲ ۳۴۵",
)  # fmt: skip


async def search(desk, question):
    return await desk.database.read(ticket_search.search_tickets, question=question)


@pytest.mark.parametrize("question", WRITTEN)
async def test_a_number_is_found_however_it_is_written(desk, question):
    number = await desk.writes("سلام", sender="+989123456789")
    await desk.writes("سلام", sender="+982188776655", id="other")
    assert await search(desk, question) == [number]


async def test_a_rebuilt_index_finds_numbers_the_same_way(desk):
    number = await desk.writes("سلام", sender="+982188776655")
    await search_rebuild.rebuild(desk.database, lambda _done, _total: None)
    assert await search(desk, "021-88776655") == [number]
    assert await search(desk, "1999 33 1") == []
