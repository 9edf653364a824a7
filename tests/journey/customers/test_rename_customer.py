"""A customer gets another name from the desk: on every ticket, in the search, and on the timeline."""

from __future__ import annotations

import pytest

from helpdesk.contacts import queries as contacts
from helpdesk.errors import Invalid
from helpdesk.journey.customers import rename
from helpdesk.tickets.lists import ticket_search


async def renamed(desk, ticket_id, name, person_id):
    await desk.database.write(
        rename.rename_customer, ticket_id=ticket_id, name=name, person_id=person_id, now=desk.time()
    )


async def test_a_renamed_customer_is_shown_and_found_by_the_new_name(desk):
    mina = await desk.person()
    number = await desk.writes("Where is it?", name="nora92")
    await renamed(desk, number, "  Nora\u202e Delane ", mina)
    ticket = await desk.ticket(number)
    assert (await desk.database.read(contacts.contact, contact_id=ticket.contact_id)).name == "Nora Delane"
    assert await desk.database.read(ticket_search.search_tickets, question="delane") == [number]
    line = (await desk.timeline(number))[-1]
    assert line.data == {"change": "renamed", "to": "Nora Delane", "from": "nora92"}
    assert line.person_id == mina


async def test_the_same_name_leaves_no_line_and_no_name_is_refused(desk):
    mina = await desk.person()
    number = await desk.writes("Where is it?", name="Nora")
    before = len(await desk.timeline(number))
    await renamed(desk, number, "Nora", mina)
    with pytest.raises(Invalid):
        await renamed(desk, number, " \u202e ", mina)
    assert len(await desk.timeline(number)) == before
