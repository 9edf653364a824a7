"""What a switchboard tells late, wrongly at first, or by another clock: the line and its clocks come out right."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from helpdesk.journey.lifecycle import block, merge
from helpdesk.journey.receiving import calls
from tests.support.desk.desk_story import MONDAY, story
from tests.support.phone.phone_desk import Phone, resolve


@pytest.fixture
def phone(database, tmp_path):
    return Phone(story(database, tmp_path))


def event(call="c-1", at=MONDAY, **more):
    stamp = {"at": at.isoformat()} if isinstance(at, datetime) else {}
    return {"call_id": call, "direction": "inbound", "from": "09121234567", **stamp, **more}


async def first(phone, number=1):
    return [(one.state, one.stopped_at) for one in await phone.desk.clocks(number, "first_response")]


async def test_a_call_that_turns_out_to_be_ours_asks_nothing(phone):
    await phone.tells(event(event="missed"))
    await phone.tells(event(direction="outbound", to="09121234567", disposition="no_answer"))
    [line] = await phone.calls()
    assert (line.outgoing, line.author) == (True, "agent")
    assert await phone.desk.clocks(1) == []


async def test_a_call_that_turns_out_to_be_our_survey_asks_nothing(phone):
    await phone.tells(event(event="missed"))
    await phone.tells(event(kind="survey"))
    assert await phone.desk.clocks(1) == []


async def test_a_switchboard_whose_clock_is_ahead_makes_nobody_late(phone):
    ahead = MONDAY + timedelta(hours=3)
    answered = ahead + timedelta(seconds=20)
    phone.desk.time.passes(seconds=20)
    await phone.tells(
        event(
            event="answered", at=answered, started_at=ahead.isoformat(), answered_at=answered.isoformat(), agent="101"
        )
    )
    [clock] = await phone.desk.clocks(1, "first_response")
    assert clock.stopped_at == clock.started_at + timedelta(seconds=20)
    assert clock.breached_at is None


async def test_a_call_of_a_blocked_customer_wakes_up_nothing(phone):
    mina = await phone.desk.person()
    await phone.tells(event(event="missed"))
    await resolve(phone.desk, 1, mina)
    await phone.desk.database.write(
        block.block_customer, phone.desk.context, ticket_id=1, person_id=mina, now=phone.desk.time.passes(minutes=1)
    )
    await phone.tells(event("c-2", phone.desk.time.passes(minutes=1), event="missed"))
    assert (await phone.desk.ticket(1)).status == "resolved"
    aside = await phone.desk.ticket(2)
    assert (aside.active, aside.spam_at is not None, aside.follows_id) == (False, True, 1)
    assert await phone.desk.clocks(2) == []


async def test_a_message_of_a_blocked_customer_wakes_up_nothing(phone):
    desk = phone.desk
    mina, number = await desk.person(), await desk.writes()
    await resolve(desk, number, mina)
    await desk.database.write(
        block.block_customer, desk.context, ticket_id=number, person_id=mina, now=desk.time.passes(minutes=1)
    )
    later = await desk.writes("Buy my watches", numbers=[number])
    assert later != number
    assert (await desk.ticket(number)).status == "resolved"
    assert not (await desk.ticket(later)).active


@pytest.mark.parametrize("known", [False, True])
async def test_who_waits_in_the_queue_while_the_ticket_is_resolved_and_gives_up_is_asked_for(phone, known):
    mina = await phone.desk.person()
    if known:
        await phone.tells(event(event="missed"))
    phone.desk.time.passes(minutes=5)
    await phone.tells(event("c-2", phone.desk.time(), event="queued"))
    began = phone.desk.time()
    await resolve(phone.desk, 1, mina)
    gone = phone.desk.time.passes(minutes=2)
    await phone.tells(event("c-2", gone, event="abandoned", ended_at=gone.isoformat()))
    ticket = await phone.desk.ticket(1)
    assert (ticket.status, ticket.answered) == ("open", False)
    running = [one for one in await phone.desk.clocks(1, "first_response") if one.state == "running"]
    assert [one.started_at for one in running] == [began]


async def test_a_call_answered_after_its_ticket_was_merged_answers_there(phone):
    mina = await phone.desk.person()
    await phone.tells(event("c-0", **{"from": "09129999999"}, event="missed"))
    at = phone.desk.time.passes(minutes=5)
    await phone.tells(event(at=at, event="queued"))
    await phone.desk.database.write(
        merge.merge_into, phone.desk.context, ticket_id=2, into=1, person_id=mina, now=at, sure=True
    )
    assert await first(phone) == [("running", None)]
    at = phone.desk.time.passes(minutes=1)
    await phone.tells(event(at=at, event="answered", agent="101"))
    assert await first(phone) == [("stopped", at)]
    await phone.desk.database.write(merge.undo_merge, phone.desk.context, ticket_id=2, person_id=mina, now=at)
    assert (await first(phone), await first(phone, 2)) == ([("running", None)], [("stopped", at)])


async def test_a_call_whose_ticket_is_merged_between_our_look_and_our_lock_stands_where_people_look(phone, monkeypatch):
    mina = await phone.desk.person()
    await phone.tells(event("c-0", **{"from": "09129999999"}, event="missed"))
    await phone.tells(event("c-1", event="missed"))
    at = phone.desk.time.passes(minutes=5)
    await phone.desk.database.write(
        merge.merge_into, phone.desk.context, ticket_id=2, into=1, person_id=mina, now=at, sure=True
    )
    monkeypatch.setattr(calls, "_ticket", lambda *_: 2)
    await phone.tells(event("c-2", at, event="missed"))
    assert [line.ticket_id for line in await phone.calls()] == [1, 1, 1]


async def test_a_better_word_for_a_missed_call_wakes_up_nothing(phone):
    mina = await phone.desk.person()
    await phone.tells(event(event="missed"))
    await phone.desk.answers(1, mina, "We called you back.")
    await resolve(phone.desk, 1, mina)
    await phone.tells(event(at=phone.desk.time.passes(minutes=2), disposition="voicemail"))
    [line] = await phone.calls()
    assert line.data["disposition"] == "voicemail"
    assert (await phone.desk.ticket(1)).status == "resolved"


async def test_a_switchboard_that_lives_in_1970_makes_nobody_late(phone):
    long_ago = datetime(1970, 1, 1, tzinfo=MONDAY.tzinfo)
    later = (long_ago + timedelta(seconds=20)).isoformat()
    await phone.tells(
        event(event="answered", at=long_ago, started_at=long_ago.isoformat(), answered_at=later, agent="101")
    )
    [clock] = await phone.desk.clocks(1, "first_response")
    assert (clock.started_at, clock.stopped_at) == (MONDAY, MONDAY + timedelta(seconds=20))


async def test_a_queue_is_waited_in_by_our_own_clock(phone):
    await phone.tells(event(event="queued", at=MONDAY + timedelta(hours=3), queue="support"))
    [clock] = await phone.desk.clocks(1, "queue_wait")
    assert clock.started_at == MONDAY
