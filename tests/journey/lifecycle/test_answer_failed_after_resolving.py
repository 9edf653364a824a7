"""An answer that never arrived resolves nothing: its ticket comes back, and its customer is not asked how it was."""

from __future__ import annotations

import pytest

from channels.contract import DeliveryError
from helpdesk.journey.answering import reply
from helpdesk.journey.lifecycle import status
from helpdesk.tickets.events.stored_events import event_of
from helpdesk.tickets.events.ticket_events import StatusChanged

GONE = DeliveryError("550 no such mailbox", permanent=True)


async def _set(desk, ticket_id, person, to):
    await desk.database.write(
        status.set_status, desk.context, ticket_id=ticket_id, status=to, by=person, now=desk.time()
    )


async def _answer_fails(desk, *, then="resolved"):
    """A ticket whose answer ends it and then turns out never to arrive; gives ticket and person."""
    mina, ticket_id = await desk.person(), await desk.writes()
    await desk.answers(ticket_id, mina, then=then)
    desk.time.passes(seconds=20)
    desk.channel.answers.append(GONE)
    await desk.sends()
    return ticket_id, mina


@pytest.mark.parametrize("ended", ["resolved", "closed"])
async def test_the_ticket_is_open_again_with_a_line_and_its_agent(desk, ended):
    ticket_id, mina = await _answer_fails(desk, then=ended)
    ticket = await desk.ticket(ticket_id)
    assert (ticket.status, ticket.active, ticket.resolved_at, ticket.assignee_id) == ("open", True, None, mina)
    changes = [event_of(entry.data) for entry in await desk.timeline(ticket_id) if entry.kind == "change"]
    last = [event for event in changes if isinstance(event, StatusChanged)][-1]
    assert (last.to, last.previous, last.why) == ("open", ended, "answer_failed")


async def test_every_clock_goes_on_from_where_it_started(desk):
    began = desk.time()
    ticket_id, _ = await _answer_fails(desk)
    clocks = await desk.clocks(ticket_id)
    assert {clock.kind: (clock.state, clock.started_at) for clock in clocks} == {
        "first_response": ("running", began),
        "resolution": ("running", began),
    }
    assert not (await desk.ticket(ticket_id)).answered


async def test_the_survey_does_not_leave_and_is_sent_when_it_is_resolved_in_truth(desk):
    ticket_id, mina = await _answer_fails(desk)
    desk.time.passes(hours=2)
    await desk.sends()
    assert [one.kind for one in desk.channel.sent] == []
    failed = next(entry for entry in await desk.timeline(ticket_id) if entry.delivery == "failed")
    await desk.database.write(reply.send_again, desk.context, entry_id=failed.id, person_id=mina, now=desk.time())
    await desk.sends()
    await _set(desk, ticket_id, mina, "resolved")
    desk.time.passes(hours=2)
    await desk.sends()
    assert [one.kind for one in desk.channel.sent] == ["message", "survey"]


async def _reports_failure(desk, entry_id):
    news = {"state": "failed", "permanent": True, "recipients": ["memory:sara@customers.example"], "reason": "no"}
    await desk.writes(
        "Undelivered", sender="daemon@x.example", delivery=news, message_tokens=[desk.context.sign(entry_id)]
    )


async def test_a_proven_report_does_the_same(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    entry_id = await desk.answers(ticket_id, mina)
    desk.time.passes(seconds=20)
    await desk.sends()
    await _set(desk, ticket_id, mina, "resolved")
    await _reports_failure(desk, entry_id)
    assert (await desk.ticket(ticket_id)).status == "open"


async def test_an_answer_of_an_earlier_cycle_brings_nothing_back(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    entry_id = await desk.answers(ticket_id, mina)
    desk.time.passes(seconds=20)
    await desk.sends()
    await _set(desk, ticket_id, mina, "resolved")
    assert await desk.writes("And again", remote_ids=["in-1"]) == ticket_id
    await desk.answers(ticket_id, mina)
    desk.time.passes(seconds=20)
    await desk.sends()
    await _set(desk, ticket_id, mina, "resolved")
    await _reports_failure(desk, entry_id)
    assert (await desk.ticket(ticket_id)).status == "resolved"


async def test_what_a_robot_sent_brings_nothing_back(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    await desk.answers(ticket_id, mina)
    desk.time.passes(seconds=20)
    await desk.sends()
    await _set(desk, ticket_id, mina, "resolved")
    desk.time.passes(hours=2)
    desk.channel.answers.append(GONE)
    await desk.sends()
    assert (await desk.ticket(ticket_id)).status == "resolved"
