"""A visitor who never said a name is found by what people see: «مهمان 1aaf»."""

from __future__ import annotations

import pytest

from helpdesk.contacts import anonymous_names
from helpdesk.contacts import queries as contacts
from helpdesk.tickets.lists import ticket_search
from helpdesk.web.inbox.build.reader import name_of

TOKEN = "1aaf09c3d55e47b2a90c3f1e2d4b5a69"
OTHER = "77aaf9c3d55e47b2a90c3f1e2d4b1aaf"


@pytest.mark.parametrize(
    "question", ["مهمان 1aaf", "مهمان ۱aaf", "«مهمان 1aaf»", "Visitor 1aaf", "visitor 1AAF09", "1aaf"]
)
async def test_a_visitor_is_found_by_the_name_that_is_shown(desk, question):
    first = await desk.writes("کاسه کجاست؟", sender=f"shop:{TOKEN}")
    second = await desk.writes("سلام", sender=f"shop:{OTHER}")
    assert name_of("", f"memory:shop:{TOKEN}") == "مهمان 1aaf"
    assert await desk.database.read(ticket_search.search_tickets, question=question) == [first]
    here = (await desk.ticket(second)).contact_id
    found = await desk.database.read(contacts.search, question=question, but=here)
    assert [one.id for one in found] == [(await desk.ticket(first)).contact_id]


async def test_words_that_only_look_like_a_visitors_name_are_still_found(desk):
    number = await desk.writes("برای مهمان ویژه یک پارچ می‌خواهم")
    assert await desk.database.read(ticket_search.search_tickets, question="مهمان ویژه") == [number]


@pytest.mark.parametrize("question", ["مهمان", "مهمان 1a", "a visitor 1aaf came", "1aaf", "مهمان 1aaf آمد"])
def test_what_is_no_visitors_name_stays_as_it_is(question):
    assert anonymous_names.address_prefix(question) is None
