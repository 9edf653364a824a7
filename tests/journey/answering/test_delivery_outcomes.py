"""Answers that were put off, came back, or are sent again: never two for one, and no clock that stands still for nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from channels.contract import DeliveryError
from helpdesk.contacts import queries as contacts
from helpdesk.errors import Conflict
from helpdesk.journey.answering import reply
from helpdesk.outbox import actions as outbox
from helpdesk.workers.outbox_worker import record_outcome, recover


async def answered(desk, **more):
    """A ticket with an answer that has left; gives ticket, person and the answer's entry."""
    mina, ticket_id = await desk.person(), await desk.writes(**more)
    entry_id = await desk.answers(ticket_id, mina)
    desk.time.passes(seconds=20)
    await desk.sends()
    return ticket_id, mina, entry_id


async def comes_back(desk, entry_id, *recipients, sender="mailer-daemon@customers.example"):
    """A signed bounce of this answer that names these recipients."""
    news = {"state": "failed", "permanent": True, "recipients": [f"memory:{one}" for one in recipients], "reason": "no"}
    await desk.writes("Undelivered", sender=sender, delivery=news, message_tokens=[desk.context.sign(entry_id)])


async def test_a_sender_that_wakes_up_after_its_lease_puts_nothing_back_into_the_queue(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    await desk.answers(ticket_id, mina)
    desk.time.passes(seconds=20)
    lease = timedelta(seconds=120)
    (row,) = await desk.database.write(
        outbox.claim, worker="frozen", channels=["memory"], now=desk.time(), lease=lease, most=4
    )
    desk.time.passes(seconds=200)
    await desk.database.write(recover, context=desk.context, now=desk.time())
    await desk.database.write(reply.send_again, desk.context, entry_id=row.entry_id, person_id=mina, now=desk.time())
    await desk.sends()
    await desk.database.write(
        record_outcome,
        context=desk.context,
        row=row,
        outcome=DeliveryError("450 later"),
        now=desk.time(),
        worker="frozen",
        waits=[1],
    )
    desk.time.passes(minutes=5)
    await desk.sends()
    assert len(desk.channel.sent) == 1


async def test_a_bounce_of_the_address_our_customer_forwards_to_revokes_the_stop(desk):
    ticket_id, _, entry_id = await answered(desk)
    await comes_back(desk, entry_id, "sara.private@elsewhere.example")
    (clock,) = await desk.clocks(ticket_id, "first_response")
    assert clock.state == "running"


async def test_a_bounce_of_one_copy_leaves_the_stop_and_marks_that_copy(desk):
    ticket_id, _, entry_id = await answered(desk, copies=["boss@customers.example"])
    await comes_back(desk, entry_id, "boss@customers.example")
    (clock,) = await desk.clocks(ticket_id, "first_response")
    assert clock.state == "stopped"
    boss = await desk.database.read(contacts.by_address, address="memory:boss@customers.example")
    assert boss.unreachable_at is not None


async def test_nobody_makes_another_customer_unreachable_by_a_made_up_bounce(desk):
    await desk.writes(sender="victim@customers.example")
    _, _, entry_id = await answered(desk, sender="mallory@customers.example")
    await comes_back(desk, entry_id, "victim@customers.example", sender="mallory@customers.example")
    victim = await desk.database.read(contacts.by_address, address="memory:victim@customers.example")
    assert victim.unreachable_at is None


async def test_an_answer_that_bounced_can_be_sent_again_once_and_counts_from_then(desk):
    ticket_id, mina, entry_id = await answered(desk)
    await comes_back(desk, entry_id, "sara@customers.example")
    desk.time.passes(minutes=5)
    await desk.database.write(reply.send_again, desk.context, entry_id=entry_id, person_id=mina, now=desk.time())
    await desk.sends()
    with pytest.raises(Conflict):
        await desk.database.write(reply.send_again, desk.context, entry_id=entry_id, person_id=mina, now=desk.time())
    (clock,) = await desk.clocks(ticket_id, "first_response")
    assert (clock.state, clock.stopped_at) == ("stopped", desk.time())
    assert len(desk.channel.sent) == 2


async def test_a_bounce_that_is_quicker_than_our_own_writing_down_still_revokes_the_stop(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    entry_id = await desk.answers(ticket_id, mina)
    desk.time.passes(seconds=20)
    lease = timedelta(seconds=120)
    (row,) = await desk.database.write(
        outbox.claim, worker="slow", channels=["memory"], now=desk.time(), lease=lease, most=4
    )
    await comes_back(desk, entry_id, "sara@customers.example")
    await desk.database.write(
        record_outcome, context=desk.context, row=row, outcome=["r1"], now=desk.time(), worker="slow", waits=[1]
    )
    desk.time.passes(minutes=2)
    await desk.work()
    (clock,) = await desk.clocks(ticket_id, "first_response")
    assert clock.state == "running"
    await desk.database.write(reply.send_again, desk.context, entry_id=entry_id, person_id=mina, now=desk.time())


async def test_words_that_arrived_without_a_file_are_an_answer_and_the_file_is_named(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    entry_id = await desk.answers(ticket_id, mina)
    desk.time.passes(seconds=20)
    desk.channel.answers.append(DeliveryError("no file a.png", permanent=True, left=["r1", "r2"], files=["a.png"]))
    await desk.sends()
    entry = next(entry for entry in await desk.timeline(ticket_id) if entry.id == entry_id)
    assert (entry.delivery, (entry.data or {})["pieces"]) == ("sent", ["r1", "r2"])
    (clock,) = await desk.clocks(ticket_id, "first_response")
    assert clock.state == "stopped"
    changes = [entry.data for entry in await desk.timeline(ticket_id) if entry.kind == "change"]
    assert {"change": "files_lost", "of": entry_id, "files": ["a.png"], "reason": "no file a.png"} in changes
