"""An answer is taken back while other things happen: what happened meanwhile stays."""

from __future__ import annotations

import pytest

from helpdesk.journey.answering import reply
from helpdesk.journey.lifecycle import status
from helpdesk.tickets.lists import ticket_lists


async def undo(desk, entry_id, person_id):
    await desk.database.write(reply.undo_reply, desk.context, entry_id=entry_id, person_id=person_id, now=desk.time())


async def moves(desk, ticket_id, person_id, to):
    await desk.database.write(
        status.set_status, desk.context, ticket_id=ticket_id, status=to, by=person_id, now=desk.time()
    )


@pytest.mark.parametrize("before", ["waiting", "on_hold", "resolved"])
async def test_a_customer_who_wrote_meanwhile_is_not_put_aside_again(desk, before):
    mina, ticket_id = await desk.person(), await desk.writes()
    await desk.answers(ticket_id, mina)
    desk.time.passes(minutes=1)
    await moves(desk, ticket_id, mina, before)
    entry_id = await desk.answers(ticket_id, mina, "One thing more.")
    desk.time.passes(seconds=5)
    assert await desk.writes("It broke again, help!", numbers=[ticket_id], authentication="passed") == ticket_id
    assert (await desk.ticket(ticket_id)).status == "open"
    desk.time.passes(seconds=5)
    await undo(desk, entry_id, mina)
    ticket = await desk.ticket(ticket_id)
    assert (ticket.status, ticket.active, ticket.answered) == ("open", True, False)
    assert any(one.state == "running" for one in await desk.clocks(ticket_id))


async def test_a_question_that_reopened_what_an_answer_resolved_goes_on_when_the_answer_is_taken_back(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    asked = desk.time()
    desk.time.passes(minutes=1)
    entry_id = await desk.answers(ticket_id, mina, "Done.", then="resolved")
    desk.time.passes(seconds=5)
    assert await desk.writes("Wait, and my other parcel?", numbers=[ticket_id], authentication="passed") == ticket_id
    desk.time.passes(seconds=5)
    await undo(desk, entry_id, mina)
    ticket = await desk.ticket(ticket_id)
    assert (ticket.status, ticket.active, ticket.answered) == ("open", True, False)
    first = [one for one in await desk.clocks(ticket_id, "first_response") if one.state == "running"]
    assert [one.started_at for one in first] == [asked]


async def test_what_a_colleague_decided_meanwhile_stays(desk):
    mina, omid = await desk.person(), await desk.person("Omid", "supervisor")
    ticket_id = await desk.writes()
    entry_id = await desk.answers(ticket_id, mina)
    desk.time.passes(seconds=5)
    await moves(desk, ticket_id, omid, "on_hold")
    await undo(desk, entry_id, mina)
    assert (await desk.ticket(ticket_id)).status == "on_hold"


async def test_a_taken_back_answer_leaves_the_ticket_in_its_place(desk):
    mina = await desk.person()
    first = await desk.writes("First?", sender="a@customers.example", id="a")
    desk.time.passes(minutes=5)
    second = await desk.writes("Second?", sender="b@customers.example", id="b")
    desk.time.passes(minutes=5)
    before = await desk.ticket(first)
    entry = await desk.answers(first, mina, then="resolved")
    await desk.database.write(reply.undo_reply, desk.context, entry_id=entry, person_id=mina, now=desk.time())
    after = await desk.ticket(first)
    assert (after.changed_at, after.answered, after.status, after.deadline) == (
        before.changed_at, False, before.status, before.deadline,
    )  # fmt: skip
    page = await desk.database.read(ticket_lists.page, view="all", person_id=mina, now=desk.time(), sort="newest")
    assert [row.id for row in page.rows] == [second, first]
