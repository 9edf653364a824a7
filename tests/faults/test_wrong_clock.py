"""A clock that was wrong for a moment buries nothing: neither what arrived nor what is to leave."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from channels.contract import DeliveryError
from helpdesk.database.leases import acquire
from helpdesk.intake import queries as intake
from helpdesk.journey.answering import unread_fallback
from helpdesk.outbox import actions as outbox_actions
from helpdesk.outbox import unread_checks
from helpdesk.outbox.models import outbox
from helpdesk.workers.unread_reply_watcher import UnreadReplyWatcher
from tests.support.desk.desk_story import MONDAY, story

YEAR = timedelta(days=365)
AHEAD = [timedelta(minutes=45), YEAR]


@pytest.fixture
def desk(database, tmp_path):
    return story(database, tmp_path)


async def row_of(desk):
    return await desk.database.read(lambda tx: tx.execute(select(outbox).order_by(outbox.c.id.desc())).first())


@pytest.mark.parametrize("ahead", AHEAD)
async def test_what_arrived_while_the_clock_was_ahead_is_seen_at_once_and_holds_nothing_back(desk, ahead):
    desk.channel.chat = True
    desk.time.now = MONDAY + ahead
    await desk.writes("first", work=False)
    desk.time.now = MONDAY
    await desk.writes("second", work=False)
    ticket_id = await desk.work()
    lines = [line for line in await desk.timeline(ticket_id) if line.kind == "message"]
    assert [line.text for line in lines] == ["first", "second"]
    assert [line.at for line in lines] == [MONDAY, MONDAY], "nothing was received later than now"
    assert (await desk.clocks(ticket_id, "first_response"))[0].due_at == MONDAY + timedelta(minutes=30)


async def test_what_failed_while_the_clock_was_ahead_is_tried_again_now(desk):
    desk.time.now = MONDAY + YEAR
    await desk.writes("first", explode=True, work=False)
    await desk.work()
    desk.time.now = MONDAY
    assert await desk.database.read(intake.due, now=MONDAY, most=5, longest=timedelta(hours=2))
    desk.channel._inbound = type(desk.channel)()._inbound
    desk.channel.normalise = lambda account, raw: desk.channel._inbound({"id": "in-1", "sender": "s", "text": "first"})
    assert await desk.work() is not None
    assert await desk.database.read(intake.figures) == {"new": 0, "quarantined": 0}


@pytest.mark.parametrize("ahead", AHEAD)
async def test_an_answer_written_while_the_clock_was_ahead_leaves_when_it_is_right_again(desk, ahead):
    mina = await desk.person()
    ticket_id = await desk.writes()
    desk.time.now = MONDAY + ahead
    await desk.answers(ticket_id, mina)
    desk.time.now = MONDAY + timedelta(minutes=1)
    worker = desk.app.outbox_worker()
    await worker._recover(desk.time())
    assert await desk.sends() == 1
    assert (await row_of(desk)).state == "sent"


async def test_an_answer_of_a_time_when_the_clock_was_behind_is_tried_for_a_day_all_the_same(desk):
    mina = await desk.person()
    ticket_id = await desk.writes()
    desk.time.now = MONDAY - YEAR
    await desk.answers(ticket_id, mina)
    desk.time.now = MONDAY + timedelta(minutes=1)
    desk.channel.answers = [DeliveryError("busy")]
    await desk.sends()
    assert (await row_of(desk)).state == "queued", "one refusal for a moment is no reason to give up"
    desk.time.passes(minutes=5)
    await desk.sends()
    assert (await row_of(desk)).state == "sent"


async def test_a_message_whose_sender_died_while_the_clock_was_ahead_is_found(desk):
    mina = await desk.person()
    ticket_id = await desk.writes()
    await desk.answers(ticket_id, mina)
    desk.time.now = MONDAY + YEAR
    worker = desk.app.outbox_worker()
    claimed = await desk.database.write(
        outbox_actions.claim, worker="dead", channels=["memory"], now=desk.time(), lease=worker.lease, most=4
    )
    assert len(claimed) == 1
    desk.time.now = MONDAY + timedelta(minutes=1)
    await worker._recover(desk.time())
    assert (await row_of(desk)).state == "uncertain"


async def test_a_try_put_off_while_the_clock_was_ahead_is_made_now(desk):
    mina = await desk.person()
    ticket_id = await desk.writes()
    await desk.answers(ticket_id, mina)
    desk.time.now = MONDAY + YEAR
    desk.channel.answers = [DeliveryError("busy")]
    await desk.sends()
    desk.time.now = MONDAY + timedelta(minutes=1)
    await desk.app.outbox_worker()._recover(desk.time())
    await desk.sends()
    row = await row_of(desk)
    assert (row.state, row.created_at) == ("sent", MONDAY + timedelta(minutes=1))


async def test_due_times_that_are_right_are_left_alone(desk):
    mina = await desk.person()
    ticket_id = await desk.writes()
    await desk.answers(ticket_id, mina)
    due = (await row_of(desk)).due_at
    await desk.app.outbox_worker()._recover(desk.time())
    assert (await row_of(desk)).due_at == due


async def test_a_look_at_unread_answers_set_while_the_clock_was_ahead_is_had_now(desk):
    ticket_id = await desk.writes()
    await desk.database.write(unread_checks.schedule_check, ticket_id=ticket_id, due_at=MONDAY + YEAR)
    watcher = UnreadReplyWatcher(desk.database, desk.context, desk.time, desk.app.bells["unread"])
    task = asyncio.create_task(watcher.run())
    async with asyncio.timeout(20):
        while await desk.database.read(unread_checks.next_check) is not None:
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    soon = MONDAY + unread_fallback.longest_wait(desk.context)
    await desk.database.write(unread_checks.schedule_check, ticket_id=ticket_id, due_at=soon)
    longest = unread_fallback.longest_wait(desk.context)
    assert await desk.database.write(unread_checks.claim_due, now=MONDAY, longest=longest) == []


async def test_a_lease_given_while_the_clock_was_ahead_is_nobodys(database):
    ask = {"name": "poller", "seconds": 15.0}
    assert await database.write(acquire, holder="dead", now=MONDAY + YEAR, **ask)
    assert await database.write(acquire, holder="alive", now=MONDAY, **ask)
    assert not await database.write(acquire, holder="other", now=MONDAY - timedelta(seconds=20), **ask), "mere skew"


async def test_robots_are_not_silent_for_a_year_because_of_a_clock_that_was_ahead(desk):
    from helpdesk.outbox import queries

    mina = await desk.person()
    ticket_id = await desk.writes()
    desk.time.now = MONDAY + YEAR
    await desk.answers(ticket_id, mina)
    await desk.database.write(lambda tx: tx.execute(outbox.update().values(automatic=True, mailbox=outbox.c.address)))
    row = await row_of(desk)
    counted = await desk.database.read(
        queries.automatic_since,
        address=row.address,
        ticket_id=ticket_id,
        since=MONDAY - timedelta(days=1),
        until=MONDAY,
    )
    assert counted == (0, 0)
