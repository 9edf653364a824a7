"""Somebody is blocked: nothing is lost, nobody is asked to answer, and it can be undone."""

from __future__ import annotations

import pytest

from helpdesk.errors import Conflict
from helpdesk.journey.lifecycle import block as blocking
from tests.support.desk.desk_story import story


@pytest.fixture
def desk(database, tmp_path):
    return story(database, tmp_path)


async def block(desk, number, verb=blocking.block_customer):
    person = await desk.person(f"P{desk.time.passes(seconds=1):%H%M%S}")
    await desk.database.write(verb, desk.context, ticket_id=number, person_id=person, now=desk.time())


async def test_open_tickets_go_aside_and_their_clocks_stop(desk):
    number = await desk.writes("Buy my watches")
    await block(desk, number)
    ticket = await desk.ticket(number)
    assert (ticket.active, ticket.spam_at is not None) == (False, True)
    assert [one.state for one in await desk.clocks(number) if one.state == "running"] == []
    assert (await desk.timeline(number))[-1].data["change"] == "shut_out"


async def test_what_they_write_later_is_kept_and_starts_nothing(desk):
    number = await desk.writes("Buy my watches", id="a")
    await block(desk, number)
    later = await desk.writes("Buy more watches", id="b")
    ticket = await desk.ticket(later)
    assert (ticket.active, ticket.spam_at is not None) == (False, True)
    assert [one for one in await desk.clocks(later) if one.state == "running"] == []
    assert "Buy more watches" in [one.text for one in await desk.timeline(later)]


async def test_undone_everything_comes_back_with_the_clock_from_where_it_started(desk):
    number = await desk.writes("Where is my order?")
    before = [one.started_at for one in await desk.clocks(number, "first_response")]
    await block(desk, number)
    desk.time.passes(minutes=5)
    await block(desk, number, blocking.unblock_customer)
    ticket = await desk.ticket(number)
    assert (ticket.active, ticket.spam_at) == (True, None)
    assert [one.started_at for one in await desk.clocks(number, "first_response")] == before
    assert (await desk.timeline(number))[-1].data["change"] == "let_in"


async def test_twice_is_a_conflict_in_words(desk):
    number = await desk.writes("Buy my watches")
    await block(desk, number)
    with pytest.raises(Conflict, match="blocked already"):
        await block(desk, number)
    await block(desk, number, blocking.unblock_customer)
    with pytest.raises(Conflict, match="not blocked any more"):
        await block(desk, number, blocking.unblock_customer)


async def test_an_ended_ticket_stays_ended_when_they_are_heard_again(desk):
    from helpdesk.journey.lifecycle import status

    number = await desk.writes("Thanks for the bowl")
    person = await desk.person()
    await desk.database.write(
        status.set_status, desk.context, ticket_id=number, status="resolved", by=person, now=desk.time()
    )
    await block(desk, number)
    await block(desk, number, blocking.unblock_customer)
    assert not (await desk.ticket(number)).active
