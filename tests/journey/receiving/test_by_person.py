"""A message that passed for a robot's was written by a person: one tap, and its clock runs from its arrival."""

from __future__ import annotations

import pytest

from helpdesk.errors import Conflict
from helpdesk.journey.lifecycle import status
from helpdesk.journey.receiving import by_person
from tests.support.desk.desk_story import story
from tests.support.pages.scriptless import page, post, signed_in


@pytest.fixture
def desk(database, tmp_path):
    return story(database, tmp_path)


async def judged(desk, number, mina):
    entry = next(item for item in await desk.timeline(number) if item.automatic and not item.outgoing)
    await desk.database.write(
        by_person.judge_by_person, desk.context, entry_id=entry.id, person_id=mina,
        now=desk.time(),
    )  # fmt: skip
    return entry


async def test_the_clock_of_a_misjudged_message_starts_when_it_came(desk):
    mina, came = await desk.person(), desk.time()
    number = await desk.writes("Auto: winter tyres?", automatic=True)
    desk.time.passes(minutes=20)
    entry = await judged(desk, number, mina)
    clock = (await desk.clocks(number, "first_response"))[0]
    assert (clock.start_entry_id, clock.started_at, clock.state) == (entry.id, came, "running")
    ticket = await desk.ticket(number)
    assert (ticket.automatic, ticket.cycle, ticket.active, ticket.deadline) == (False, 1, True, clock.due_at)
    told = [item.data for item in await desk.timeline(number) if item.kind == "change"]
    assert told == [{"change": "written_by_person", "entry": entry.id}]


async def test_a_misjudged_message_brings_a_settled_ticket_back(desk):
    number, mina = await desk.writes(id="q"), await desk.person()
    await desk.answers(number, mina)
    await desk.database.write(
        status.set_status, desk.context, ticket_id=number, status="resolved", by=mina, now=desk.time()
    )
    desk.time.passes(hours=1)
    came = desk.time()
    assert await desk.writes("it came back", automatic=True, remote_ids=["q"]) == number
    desk.time.passes(minutes=5)
    await judged(desk, number, mina)
    ticket = await desk.ticket(number)
    assert (ticket.status, ticket.active, ticket.cycle) == ("open", True, 2)
    clock = (await desk.clocks(number, "first_response"))[-1]
    assert (clock.cycle, clock.started_at, clock.state) == (2, came, "running")


async def test_what_a_person_answered_meanwhile_is_answered(desk):
    number, mina = await desk.writes("Auto: tyres?", automatic=True), await desk.person()
    desk.time.passes(minutes=5)
    await desk.answers(number, mina)
    await judged(desk, number, mina)
    assert [clock.state for clock in await desk.clocks(number, "first_response")] == ["stopped"]


async def test_it_is_judged_once_and_only_what_passed_for_a_robots(desk):
    number, mina = await desk.writes("Auto: tyres?", automatic=True), await desk.person()
    entry = await judged(desk, number, mina)
    with pytest.raises(Conflict):
        await desk.database.write(
            by_person.judge_by_person, desk.context, entry_id=entry.id, person_id=mina, now=desk.time()
        )


async def test_the_button_stands_on_the_message_and_goes_when_it_was_pressed(desk, aiohttp_client):
    client = await signed_in(desk, aiohttp_client, await desk.person())
    number = await desk.writes("Auto: tyres?", automatic=True)
    shown = await page(client, f"/inbox/tickets/{number}")
    assert "A person wrote this" in shown
    (entry,) = await desk.timeline(number)
    await post(client, f"/inbox/tickets/{number}/by-person", {"entry": str(entry.id)})
    shown = await page(client, f"/inbox/tickets/{number}")
    assert "A person wrote this" not in shown
    assert "a person wrote this message, no robot" in shown
